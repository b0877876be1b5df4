"""`yida check` and `yida import`: the data desk without a browser. Beside the rooms."""

import argparse
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geo.cli.answers import check_minutes
from geo.cli.studies import Commands, opened, user_here
from geo.intake.desk.checking import check_json
from geo.intake.desk.difference import Difference, pair_key
from geo.model.desk import QUESTIONS, Answers, Check
from geo.model.errors import ChoiceUnknown, InputError
from geo.model.inputs import Study
from geo.model.problems import SENTENCES
from geo.output.language import Translate, of_terminal
from geo.store import Store, open_store
from geo.study import desk

EXIT = {"accepted": 0, "accepted_with_warnings": 0, "needs_answer": 4, "rejected": 3}
COUNTED = ("county_hospital", "township_hospital")  # kinds of tiers that the change of coverage looks at

Sides = dict[str, dict[str, float] | None]  # "before" and "after": population and covered


@dataclass(frozen=True)
class _Looked:
    """A checked file beside the study it belongs to. `found` and `after` are None while nothing can be stored."""

    study: Study
    version: int
    check: Check
    found: Difference | None = None
    after: Study | None = None


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida check` and `yida import`."""
    check = commands.add_parser(
        "check",
        help=_("check a list against a study, row by row"),
        epilog="yida check clinics.xlsx --study xishui --answer crs=GCJ-02 --json",
    )
    _add_file(check, _)
    check.set_defaults(run=_check)
    load = commands.add_parser("import", help=_("check a list and store it as a new version"))
    _add_file(load, _)
    load.add_argument("--note", default="", help=_("what this version is about"))
    load.add_argument("--author", default="", help=_("who stores it (default: the user of this terminal)"))
    load.set_defaults(run=_import)


def _add_file(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument("file", type=Path, help=_("the list: a table, a map layer, an OSM extract or a GeoTIFF"))
    parser.add_argument("--study", default="xishui", help=_("the study it belongs to (default xishui)"))
    parser.add_argument("--kind", choices=desk.KINDS, default="facilities", help=_("what the list holds"))
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
    parser.add_argument(
        "--decide",
        action="append",
        default=[],
        metavar="PAIR=same",
        help=_("whether two similar names are the same or different; kept for the next list; may be repeated"),
    )
    parser.add_argument(
        "--close-missing", action="store_true", help=_("what the list lacks is closed, not just missing")
    )
    parser.add_argument("--minutes", type=float, help=_("also tell the people within so many minutes before and after"))
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("print JSON: verdict, rows_ok, row_errors[], questions[], difference, coverage"),
    )


def _check(options: argparse.Namespace, _: Translate) -> int:
    looked = _look(open_store(), options, _, {})
    _tell(looked, options, _, {})
    return EXIT[looked.check.verdict]


def _import(options: argparse.Namespace, _: Translate) -> int:
    store = open_store()
    looked = _look(store, options, _, {"version": None})
    check, after = looked.check, looked.after
    if after is None:
        _tell(looked, options, _, {"version": None})
        return EXIT[check.verdict]
    desk.remember_mapping(store, looked.study.name, check)
    desk.remember_decisions(store, looked.study.name, _pairs(options.decide, "--decide"))
    version = None
    if after.content_id != looked.study.content_id:
        # The same file, laid over the same version, is the same operation: a retry stores nothing twice.
        operation = f"import-{check.kind}-{check.fingerprint[:32]}-{looked.version}"
        author = options.author or user_here()
        upload = desk.Upload(author, options.note, options.file.name, check.fingerprint, operation)
        version = desk.commit_or_raise(store, looked.study, looked.version, after, check.kind, upload)
    _tell(looked, options, _, {"version": version})
    return 0


def _look(store: Store, options: argparse.Namespace, _: Translate, more: dict[str, object]) -> _Looked:
    """The file checked against the newest version, and what it would change. With --json a file that is refused is told
    under the same keys, with `more`, before its error goes on."""
    if options.minutes is not None:
        check_minutes(options.minutes)
    decided = _pairs(options.decide, "--decide")
    opened(options.study, _)  # builds a sample that is not there yet
    newest = store.newest(options.study)
    version = newest.version_id if newest else 0
    study = store.load(options.study, version)
    try:
        check = _checked(store, study, options)
    except InputError as error:
        _tell_refused(error, options, _, more)
        raise
    if EXIT[check.verdict]:
        return _Looked(study, version, check)
    decisions = desk.recall_decisions(store, study.name) | decided
    found = desk.difference(study, check, decisions)
    after = desk.proposed(study, check, found, gone_are_closed=options.close_missing)
    return _Looked(study, version, check, found, after)


def _checked(store: Store, study: Study, options: argparse.Namespace) -> Check:
    context = desk.context_of(study)
    remembered = desk.recall_mappings(store, study.name, options.kind)
    answers: Answers = _pairs(options.answer, "--answer")
    _known("--answer", [question.partition(":")[0] for question in answers], QUESTIONS)
    check = desk.check_file(options.file, options.kind, context, answers, remembered)
    wanted = set(options.mend)
    _known("--mend", options.mend, {"all", *SENTENCES}, ("all", *sorted({m.kind for m in check.mends})))
    mends = tuple(m for m in check.mends if m.kind in wanted or "all" in wanted)
    return desk.mended(check, mends, context) if mends else check


def _known(option: str, words: list[str], known: Collection[str], choices: Sequence[str] = ()) -> None:
    for word in words:
        if word not in known:
            raise ChoiceUnknown(what=option, value=word, choices=", ".join(choices or known))


def _pairs(words: list[str], option: str) -> dict[str, str]:
    pairs = [word.rpartition("=") if option == "--decide" else word.partition("=") for word in words]
    for question, _, value in pairs:
        if not question or not value or (option == "--decide" and value not in ("same", "different")):
            raise ChoiceUnknown(what=option, value=question or value, choices="…=…")
    return {question: value for question, _, value in pairs}


# ---- said ------------------------------------------------------------------------------------------------------


def _tell(looked: _Looked, options: argparse.Namespace, _: Translate, more: dict[str, object]) -> None:
    """The check, the difference, the change of coverage and what was stored, as JSON or as lines."""
    if options.json:
        plain = check_json(looked.check, _) | {"difference": _difference_json(looked)}
        told = plain | {"coverage": _coverage_json(looked, options.minutes)} | more
        print(json.dumps(told, ensure_ascii=False, indent=2))
        return
    lines = [*_lines(looked.check, _), *_difference_lines(looked, _), *_coverage_lines(looked, options.minutes, _)]
    print("\n".join([*lines, *_stored_lines(looked, options, _, more)]))


def _tell_refused(error: InputError, options: argparse.Namespace, _: Translate, more: dict[str, object]) -> None:
    """A file that gives nothing at all, as JSON: rejected, with the reason as its one remark."""
    if not options.json:
        return
    try:
        fingerprint = desk.file_fingerprint(options.file)
    except OSError:
        fingerprint = ""
    nothing = pd.DataFrame({"row": [], "verdict": []})
    told = check_json(Check(options.kind, nothing, (), (), (), {}, fingerprint, ""), _)
    remark = {"row": None, "column": "", "code": error.code, "severity": "error", "message": error.say(_), "mend": None}
    told |= {"remarks": [remark], "difference": None, "coverage": None}
    print(json.dumps(told | more, ensure_ascii=False, indent=2))


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


def _counts(found: Difference) -> dict[str, int]:
    changed = found.changes["id"].nunique()
    return {"added": len(found.added), "changed": changed, "moved": len(found.moved), "gone": len(found.gone)}


def _similar(looked: _Looked, found: Difference) -> list[dict[str, object]]:
    """Similar names that nobody has decided about."""
    if not found.proposed:
        return []
    stored, new = desk.stored_table(looked.study, looked.check.kind), desk.usable(looked.check, looked.study)
    return [
        {
            "pair": pair_key(stored, new, pair),
            "stored": str(stored["name"].iat[pair.stored]),
            "new": str(new["name"].iat[pair.new]),
            "score": pair.score,
        }
        for pair in found.proposed
    ]


def _difference_json(looked: _Looked) -> dict[str, object] | None:
    if looked.found is None:
        return None
    records = {"changes": looked.found.changes, "moves": looked.found.moved}
    tables = {name: table.to_dict(orient="records") for name, table in records.items()}
    return {**_counts(looked.found), "similar": _similar(looked, looked.found), **tables}


def _difference_lines(looked: _Looked, _: Translate) -> list[str]:
    if looked.found is None:
        return []
    counts = _("Against the stored list: {added} new, {changed} changed, {moved} moved, {gone} gone")
    lines = [counts.format(**_counts(looked.found))]
    lines += [f"  * {c['id']} {c['name']}: {c['column']} {c['before']} → {c['after']}" for c in
              looked.found.changes.to_dict(orient="records")]  # fmt: skip
    asked = _("{new} may be {stored} ({score:g} of 100). Decide: --decide '{pair}=same' or '{pair}=different'")
    return lines + [f"  ~ {asked.format(**pair)}" for pair in _similar(looked, looked.found)]


def _coverage_json(looked: _Looked, minutes: float | None) -> dict[str, object] | None:
    if looked.after is None or minutes is None:
        return None
    others = [k for k in desk.kinds_changed(looked.study, looked.after) if k not in COUNTED]
    by_kind = {kind: _sides(looked.study, looked.after, (kind,), minutes) for kind in others}
    return {"threshold_min": minutes, **_sides(looked.study, looked.after, COUNTED, minutes), "by_kind": by_kind}


def _sides(before: Study, after: Study, kinds: tuple[str, ...], minutes: float) -> Sides:
    pair = desk.coverage_change(before, after, "ambulance", kinds, minutes)
    told = [None if c is None else {"population": c.population, "covered": c.covered} for c in pair]
    return {"before": told[0], "after": told[1]}


def _coverage_lines(looked: _Looked, minutes: float | None, _: Translate) -> list[str]:
    told = _coverage_json(looked, minutes)
    if told is None:
        return []
    lines = _side_lines(_, told, minutes, "")
    by_kind = told["by_kind"]
    assert isinstance(by_kind, dict) and looked.after is not None
    for kind, sides in by_kind.items():
        names = [t.name[of_terminal()] for t in looked.after.scheme.tiers if t.kind == kind]
        lines += _side_lines(_, sides, minutes, " / ".join(names))
    return lines


def _side_lines(_: Translate, sides: Mapping[str, object], minutes: float | None, of: str) -> list[str]:
    """Before and after, of the tiers named in `of`."""
    sentence = _("{when}: {covered:,.0f} of {population:,.0f} people within {minutes:g} min (modelled)")
    lines = []
    for word, side in ((_("Before"), sides["before"]), (_("After"), sides["after"])):
        when = f"{word}, {of}" if of else word
        lines.append(sentence.format(when=when, minutes=minutes, **side) if isinstance(side, dict) else f"{when}: —")
    return lines


def _stored_lines(looked: _Looked, options: argparse.Namespace, _: Translate, more: dict[str, object]) -> list[str]:
    if looked.found is None or "version" not in more:
        return []
    if more["version"] is None:
        return [_("Nothing changes: what is stored already says all of this. No version was stored.")]
    told = _(
        "Version {version} stored: {added} added, {changed} changed, {moved} moved, {gone} missing from the file and "
        "kept, {refused} refused."
    )
    if desk.leave(looked.check.kind, gone_are_closed=options.close_missing):
        told = _(
            "Version {version} stored: {added} added, {changed} changed, {moved} moved, {gone} gone, {refused} refused."
        )
    refused = len(looked.check.table) - looked.check.rows_ok
    return [told.format(version=more["version"], refused=refused, **_counts(looked.found))]
