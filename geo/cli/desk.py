"""`yida check`, `yida import` and the versions of a study: the data desk without a browser. Beside the rooms."""

import argparse
import getpass
import json
import shutil
from pathlib import Path

from geo.cli.studies import Commands, opened
from geo.intake.checking import check_json
from geo.model.desk import Answers, Check
from geo.model.errors import ChoiceUnknown, FileMissing, FileUnreadable
from geo.model.inputs import Study
from geo.output.language import Translate
from geo.output.tables import csv_bytes
from geo.store import Store, home, open_store
from geo.store.engine import BACKUP, FILE
from geo.study import desk

EXIT = {"accepted": 0, "accepted_with_warnings": 0, "needs_answer": 4, "rejected": 3}


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida check`, `import`, `versions`, `download`, `restore` and `store`."""
    check = commands.add_parser(
        "check",
        help=_("check a list against a study, row by row"),
        epilog="yida check clinics.xlsx --study xishui --answer crs=GCJ-02 --json",
    )
    _add_file(check, _)
    check.add_argument("--json", action="store_true", help=_("print JSON: verdict, rows_ok, row_errors[], questions[]"))
    check.set_defaults(run=_check)
    load = commands.add_parser("import", help=_("check a list and store it as a new version"))
    _add_file(load, _)
    load.add_argument("--note", default="", help=_("what this version is about"))
    load.add_argument("--author", default="", help=_("who stores it (default: the user of this terminal)"))
    load.add_argument("--close-missing", action="store_true", help=_("what the list lacks is closed, not only missing"))
    load.set_defaults(run=_import)
    _add_versions(commands, _)


def _add_file(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument("file", type=Path, help=_("the list: CSV, XLSX, XLS, GeoJSON, Shapefile, GeoPackage or KML"))
    parser.add_argument("--study", default="xishui", help=_("the study it belongs to (default xishui)"))
    parser.add_argument("--kind", choices=desk.DESK_KINDS, default="facilities", help=_("what the list holds"))
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="QUESTION=VALUE",
        help=_("an answer to a question, such as sheet=2024 or crs=GCJ-02; may be repeated"),
    )
    parser.add_argument(
        "--mend", action="append", default=[], metavar="KIND", help=_("accept all mends of a kind, or all")
    )


def _add_versions(commands: Commands, _: Translate) -> None:
    versions = commands.add_parser("versions", help=_("list the versions of a study, the newest first"))
    versions.add_argument("name")
    versions.set_defaults(run=_versions)
    download = commands.add_parser("download", help=_("write a stored list as CSV"))
    download.add_argument("name")
    download.add_argument("--kind", choices=desk.DESK_KINDS, default="facilities", help=_("what the list holds"))
    download.add_argument("--version", type=int, help=_("the number of the version (default: the newest)"))
    download.add_argument("--out", type=Path, required=True, help=_("the CSV file to write"))
    download.set_defaults(run=_download)
    restore = commands.add_parser("restore", help=_("make an older version the newest again"))
    restore.add_argument("name")
    restore.add_argument("version", type=int)
    restore.set_defaults(run=_restore)
    store = commands.add_parser("store", help=_("restore the last good backup of a damaged store"))
    store.add_argument("action", choices=["restore"])
    store.set_defaults(run=_restore_backup)


def _check(options: argparse.Namespace, _: Translate) -> int:
    study = opened(options.study, _)
    check = _checked(open_store(), study, options)
    if options.json:
        print(json.dumps(check_json(check, _), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(check, _)))
    return EXIT[check.verdict]


def _import(options: argparse.Namespace, _: Translate) -> int:
    store = open_store()
    study = opened(options.study, _)
    newest = store.newest(study.name)
    check = _checked(store, study, options)
    if EXIT[check.verdict]:
        print("\n".join(_lines(check, _)))
        return EXIT[check.verdict]
    found = desk.difference(study, check, store.recall(study.name, "pair:"))
    after = desk.proposed(study, check, found, gone_are_closed=options.close_missing)
    # The same file, laid over the same version, is the same operation: a retry stores nothing twice.
    operation = f"import-{check.fingerprint[:32]}-{newest.version_id if newest else 0}"
    author = options.author or getpass.getuser()
    upload = desk.Upload(author, options.note, options.file.name, check.fingerprint, operation)
    version = desk.commit_or_raise(store, study, newest.version_id if newest else 0, after, check.kind, upload)
    desk.remember_mapping(store, study.name, check)
    told = _(
        "Version {version} stored: {added} added, {changed} changed, {moved} moved, {gone} gone, {refused} refused."
    )
    counts = {"added": len(found.added), "changed": found.changes["id"].nunique(), "moved": len(found.moved)}
    refused = len(check.table) - check.rows_ok
    print(told.format(version=version, **counts, gone=len(found.gone), refused=refused))
    return 0


def _checked(store: Store, study: Study, options: argparse.Namespace) -> Check:
    context = desk.context_of(study)
    remembered = desk.recall_mappings(store, study.name, options.kind)
    check = desk.check_file(options.file, options.kind, context, _answers(options.answer), remembered)
    wanted = set(options.mend)
    mends = tuple(m for m in check.mends if m.kind in wanted or "all" in wanted)
    return desk.mended(check, mends, context) if mends else check


def _answers(words: list[str]) -> Answers:
    pairs = [word.partition("=") for word in words]
    for question, _, value in pairs:
        if not value:
            raise ChoiceUnknown(what="--answer", value=question, choices="QUESTION=VALUE")
    return {question: value for question, _, value in pairs}


def _lines(check: Check, _: Translate) -> list[str]:
    """A check as lines of text: verdict, open questions, then every problem."""
    verdicts = {
        "accepted": _("Accepted"),
        "accepted_with_warnings": _("Accepted, with warnings"),
        "needs_answer": _("An answer is needed"),
        "rejected": _("Rejected"),
    }
    ok = _("{ok} of {whole} rows can be used").format(ok=check.rows_ok, whole=len(check.table))
    lines = [f"{verdicts[check.verdict]}: {ok}"]
    for question in check.questions:
        choices = ", ".join(c.value for c in question.choices)
        lines.append(f"  ? --answer {question.question_id}=…: {question.say(_)} [{choices}]")
    return lines + [f"  - {p.say(_)}" for p in check.problems]


def _versions(options: argparse.Namespace, _: Translate) -> None:
    store = open_store()
    opened(options.name, _)
    for v in store.versions(options.name):
        print(f"{v.version_id}\t{v.created_at}\t{v.kind}\t{v.author}\t{v.file_name}\t{v.note}")


def _download(options: argparse.Namespace, _: Translate) -> None:
    opened(options.name, _)
    study = open_store().load(options.name, options.version)
    try:
        options.out.write_bytes(csv_bytes(getattr(study, desk.TABLE[options.kind])))
    except OSError as error:
        raise FileUnreadable(path=options.out, expected="CSV", detail=error.strerror) from error


def _restore(options: argparse.Namespace, _: Translate) -> None:
    store = open_store()
    author = getpass.getuser()
    note = _("Version {version} restored").format(version=options.version)
    version = desk.restore(store, options.name, options.version, author, note, "")
    print(_("Version {version} stored.").format(version=version))


def _restore_backup(options: argparse.Namespace, _: Translate) -> None:
    backup, path = home() / BACKUP, home() / FILE
    if not backup.is_file():
        raise FileMissing(path=backup)
    kept = path.with_name(f"{path.name}.damaged")
    for suffix in ("", "-wal", "-shm"):
        damaged = path.with_name(path.name + suffix)
        if damaged.is_file():
            damaged.rename(kept.with_name(kept.name + suffix))
    shutil.copyfile(backup, path)
    print(_("The backup is in place. The damaged file was kept as {path}.").format(path=kept))
