"""`yida versions`, `download`, `restore`, `template` and `store`: stored lists and what to fill them in with."""

import argparse
from pathlib import Path

from geo import study as studies
from geo.cli.studies import Commands, opened, user_here
from geo.model.desk import Kind
from geo.model.errors import FileNotWritten
from geo.model.schemes import scheme_of
from geo.output import templates
from geo.output.language import Translate, of_terminal
from geo.output.tables import csv_bytes
from geo.store import open_store
from geo.store.backup import restore_backup
from geo.store.engine import store_file
from geo.study import desk

TABLES: tuple[Kind, ...] = ("facilities", "demand", "units", "boundary", "indicators", "links")  # with rows to write


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida versions`, `download`, `template`, `restore` and `store`."""
    versions = commands.add_parser("versions", help=_("list the versions of a study, the newest first"))
    versions.add_argument("name")
    versions.set_defaults(run=_versions)
    _add_download(commands, _)
    _add_template(commands, _)
    restore = commands.add_parser("restore", help=_("make an older version the newest again"))
    restore.add_argument("name")
    restore.add_argument("version", type=int)
    restore.add_argument("--author", default="", help=_("who stores it (default: the user of this terminal)"))
    restore.set_defaults(run=_restore)
    store = commands.add_parser("store", help=_("restore the last good backup of a damaged store"))
    store.add_argument("action", choices=["restore"])
    store.set_defaults(run=_restore_backup)


def _add_download(commands: Commands, _: Translate) -> None:
    download = commands.add_parser("download", help=_("write a stored list as CSV"))
    download.add_argument("name")
    download.add_argument("--kind", choices=TABLES, default="facilities", help=_("what the list holds"))
    download.add_argument("--version", type=int, help=_("the number of the version (default: the newest)"))
    download.add_argument("--out", type=Path, required=True, help=_("the CSV file to write"))
    download.set_defaults(run=_download)


def _add_template(commands: Commands, _: Translate) -> None:
    template = commands.add_parser("template", help=_("write a workbook to fill in, with choices and explanations"))
    template.add_argument("--kind", choices=templates.KINDS, default="facilities", help=_("what the list holds"))
    template.add_argument("--study", default="xishui", help=_("the study it belongs to (default xishui)"))
    template.add_argument("--filled", action="store_true", help=_("with the rows stored now"))
    template.add_argument("--out", type=Path, required=True, help=_("the XLSX file to write"))
    template.set_defaults(run=_template)


def _versions(options: argparse.Namespace, _: Translate) -> None:
    opened(options.name, _)
    for v in open_store().versions(options.name):
        print(f"{v.version_id}\t{v.created_at}\t{v.kind}\t{v.author}\t{v.file_name}\t{v.note}")


def _download(options: argparse.Namespace, _: Translate) -> None:
    opened(options.name, _)
    table = desk.stored_table(open_store().load(options.name, options.version), options.kind)
    _write(options.out, csv_bytes(desk.flat(table)))


def _template(options: argparse.Namespace, _: Translate) -> None:
    table = desk.stored_table(opened(options.study, _), options.kind) if options.filled else None
    scheme = scheme_of(studies.study_header(open_store(), options.study))
    _write(options.out, templates.template(options.kind, scheme, _, of_terminal(), table))
    print(_("Wrote the template {path}.").format(path=options.out))


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise FileNotWritten(path=path, detail=error.strerror) from error


def _restore(options: argparse.Namespace, _: Translate) -> None:
    store = open_store()
    author = options.author or user_here()
    note = _("Version {version} restored").format(version=options.version)
    version = desk.restore(store, options.name, options.version, author, note, "")
    print(_("Version {version} stored.").format(version=version))


def _restore_backup(options: argparse.Namespace, _: Translate) -> None:
    kept = restore_backup(store_file())
    print(_("The backup is in place. The damaged file was kept as {path}.").format(path=kept or "—"))
