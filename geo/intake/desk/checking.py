"""A file's rows against everything that is known: match, locate, classify, validate, judge. Second floor: intake.

The one function a page or the terminal needs is `check_raw`; after an edit or accepted mends, `check_rows`. Both are
functions of their inputs: nothing is stored, and the order of the rows changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo.intake.desk.area_rows import Shapes, check_areas
from geo.intake.desk.classifying import REASONS, classify
from geo.intake.desk.counted_in import in_plain_units
from geo.intake.desk.headers import population_type
from geo.intake.desk.indicator_rows import check_indicators
from geo.intake.desk.link_rows import check_links
from geo.intake.desk.listing import SCHEMA, Context, Found, Places, listing_of
from geo.intake.desk.locating import Located, locate, locate_again
from geo.intake.desk.matching import TABLE_OF, Mapped, lacking, left_out, match_columns, own_columns, readable_headers
from geo.intake.desk.parents import with_communities, with_parents
from geo.intake.desk.plain_rows import PLAIN_SCHEMA, check_plain
from geo.intake.desk.validating import TOLD_TWICE, validate
from geo.intake.files.raw import OVERFLOW
from geo.model.desk import Answers, Check, Choice, Kind, Mend, Question, Raw
from geo.model.problems import Problem
from geo.model.schema import INDICATOR_VALUE, LINK, UNIT, Column, conform

__all__ = ["Context", "check_json", "check_raw", "check_rows", "classified", "usable_rows"]

Translate = Callable[[str], str]
_BESIDE = ("tier_confidence", "tier_reason", "category_confidence", "category_reason")
_SCHEMA: dict[str, dict[str, Column]] = {
    **SCHEMA, **PLAIN_SCHEMA, "unit": UNIT, "indicator": INDICATOR_VALUE, "link": LINK,
}  # fmt: skip
_AS_PLACE = {"seat_lon": "lon", "seat_lat": "lat"}  # areas without shapes are drawn about their seats
_OF_FILE = {"column_personal", "column_missing", "row_too_long", "unit_scaled", "unit_unknown", "code_decimal"}
_LEVEL = {"units": "township", "boundary": "county"}


def check_raw(
    raw: Raw,
    kind: Kind,
    context: Context,
    answers: Answers,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    *,
    shapes: Shapes | None = None,
    notes: Sequence[Problem] = (),
    fingerprint: str = "",
) -> Check:
    """Every row of a file with its verdict, the problems and mends, and the questions only the user can answer.

    `kind` is any but "roads" (geo.intake.lines). `remembered` is shape_id → mapping. `shapes` are the areas of units
    or a boundary, EPSG:4326, in the order of the rows. `notes` is what the reader found. While a question is open the
    check goes on under its guess.

    Raises ChoiceUnknown for an answer "crs" that names no system, and what `context.between` raises.
    """
    mapping, questions = match_columns(raw, kind, answers, remembered)
    asked = {str(q.params.get("column")) for q in questions}
    about_file = [*notes, *left_out(raw, kind), *(p for p in lacking(kind, mapping) if p.column not in asked)]
    about_file += [Problem("row_too_long", "warning", TABLE_OF[kind], n, "", {"value": v}) for n, v in _surplus(raw)]
    context.between()
    text, put_right = in_plain_units(own_columns(raw, mapping), mapping, TABLE_OF[kind])
    about_file += put_right
    text = _with_population_type(text, mapping)
    order = np.argsort(raw.rows.index.to_numpy(), kind="stable").tolist()
    ordered = None if shapes is None else [shapes[at] for at in order]
    located = Located(text, Places.nowhere(), ())
    if kind in _LEVEL and shapes is None:
        text = text.rename(columns=_AS_PLACE if "lon" not in text.columns else {})
    if kind in ("facilities", "demand") or (shapes is None and kind in _LEVEL):
        located = locate(raw, text, TABLE_OF[kind], context, answers)
    known = Check(
        kind, pd.DataFrame(), tuple(about_file), (), (*questions, *located.questions), mapping, fingerprint,
        raw.shape_id, headers=readable_headers(raw),
    )  # fmt: skip
    return _judged(known, located, ordered, context)


def check_rows(text: pd.DataFrame, before: Check, context: Context, *, shapes: Shapes | None = None) -> Check:
    """The check again, after rows of `before.text` were edited, mended or left out: same rules, same kind.

    `text` holds our column names, index = row in the file, positions in WGS-84 degrees. What was said about the file,
    and questions still open, are kept; `before` stays as it is.
    """
    clean = text.fillna("").astype("str").sort_index(kind="stable")
    clean = clean.apply(lambda column: column.str.strip())
    located = Located(clean, Places.nowhere(), ())
    if before.kind in ("facilities", "demand"):
        located = locate_again(clean, TABLE_OF[before.kind], context)
    left = {int(str(n)) for n in clean.index}
    about_file = tuple(p for p in before.problems if _is_about_file(p) and (p.row is None or p.row in left))
    return _judged(replace(before, problems=about_file), located, shapes, context)


def usable_rows(check: Check) -> pd.DataFrame:
    """The rows that can be used, with the columns of their schema; areas with their geometry."""
    kept = check.table[check.table["verdict"] != "error"]
    return kept.drop(columns=["row", "verdict", *_BESIDE], errors="ignore").reset_index(drop=True)


def _is_about_file(problem: Problem) -> bool:
    return problem.table == "file" or problem.code in _OF_FILE


# ---- the pipeline ----------------------------------------------------------------------------------------------


def _judged(known: Check, located: Located, shapes: Shapes | None, context: Context) -> Check:
    """`known` with table, problems and mends."""
    if known.kind in ("facilities", "demand"):
        values, found = _points(located, TABLE_OF[known.kind], context)
    elif known.kind in _LEVEL:
        values, found = check_areas(located.text, shapes, context, _LEVEL[known.kind])
    elif known.kind == "links":
        values, found = check_links(located.text, context)
    elif known.kind == "indicators":
        values, found = check_indicators(located.text, _named_areas(context), context.catalogue)
    else:
        values, found = check_plain(located.text, TABLE_OF[known.kind])
    problems = _sorted([*known.problems, *(f.problem for f in found)])
    mends = [f.mend for f in sorted(found, key=lambda f: _place(f.problem)) if f.mend]
    table = _table(values, TABLE_OF[known.kind], problems)
    return replace(
        known, table=table, problems=tuple(problems), mends=(*mends, *located.places.mends), text=located.text
    )


def _named_areas(context: Context) -> pd.DataFrame:
    """The townships and the county itself, with code and name: whom a figure may be of."""
    known = [pd.DataFrame(t).reindex(columns=["unit_code", "name"]) for t in (context.unit, context.outline)]
    return pd.concat([t for t in known if len(t)] or known)


def _points(located: Located, table: str, context: Context) -> tuple[pd.DataFrame, list[Found]]:
    """The values and findings of a list. A row that is refused for itself takes no id and no place from another: where
    it did, the list is judged again with such rows last."""
    values, found = _in_order(located, table, context)
    lost = {f.problem.row for f in found if f.problem.severity == "error" and f.problem.code not in TOLD_TWICE}
    if any(f.problem.params.get("other_row") in lost for f in found if f.problem.row not in lost):
        rows = [int(str(n)) for n in located.text.index]
        order = sorted(range(len(rows)), key=lambda at: rows[at] in lost)
        values, found = _in_order(located.taken(order), table, context)
    return values.sort_index(), [f for f in found if f.problem.row not in lost or f.problem.code not in TOLD_TWICE]


def _in_order(located: Located, table: str, context: Context) -> tuple[pd.DataFrame, list[Found]]:
    context.between()
    listing = listing_of(located.text, table, located.places)
    context.between()
    listing, found = classify(listing, context)
    context.between()
    if table == "facility":
        listing, unknown = with_communities(with_parents(listing, context), context)
        found = [*found, *unknown]
    return listing.values, found + validate(listing, context)


def _table(values: pd.DataFrame, table: str, problems: Sequence[Problem]) -> pd.DataFrame:
    """The schema's columns with `row`, `verdict` and what stands beside them."""
    rows = [int(str(n)) for n in values.index]
    out = conform(values, _SCHEMA[table], path="", name=table)
    beside = {column: values[column].tolist() for column in _BESIDE if column in values.columns}
    return out.assign(row=np.array(rows, dtype=np.int64), verdict=_verdicts(rows, problems), **beside)


def _verdicts(rows: Sequence[int], problems: Iterable[Problem]) -> list[str]:
    """The worst that is said of each row; an error of the whole file is one of every row."""
    worst: dict[int | None, str] = {}
    for problem in problems:
        if worst.get(problem.row) != "error":
            worst[problem.row] = problem.severity
    if worst.get(None) == "error":
        return ["error"] * len(rows)
    return [worst.get(row, "ok") for row in rows]


def _place(problem: Problem) -> tuple[bool, int, str, str]:
    return problem.row is not None, problem.row or 0, problem.code, problem.column


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(problems, key=_place)


def _surplus(raw: Raw) -> list[tuple[int, str]]:
    """Rows with cells beyond the header, and these cells."""
    if OVERFLOW not in raw.rows.columns:
        return []
    return [(int(str(n)), text) for n, text in raw.rows[OVERFLOW].items() if text]


def _with_population_type(text: pd.DataFrame, mapping: Mapped) -> pd.DataFrame:
    if "population" not in mapping or "population_type" in mapping:
        return text
    return text.assign(population_type=population_type(mapping["population"]))


# ---- said ------------------------------------------------------------------------------------------------------


def classified(check: Check, translate: Translate = str) -> list[dict[str, object]]:
    """Tier and category of every facility, each with its confidence (0–1) and its reason in the language of
    `translate`; of other lists nothing."""
    if not set(_BESIDE) <= set(check.table.columns):
        return []
    rows = check.table[["row", "tier", "category", *_BESIDE]].to_dict("records")
    return [{str(k): translate(REASONS[v]) if str(v) in REASONS else v for k, v in row.items()} for row in rows]


def check_json(check: Check, translate: Translate = str) -> dict[str, object]:
    """A check as plain values for `yida check --json`, its sentences in the language of `translate`.

    `row_errors` cost a row, `row_warnings` do not, `remarks` are about the whole file, `classified` has a line for each
    facility. A mend is column → new text; `left_out` among the columns stands for leaving the row out.
    """
    mends: dict[tuple[int, str], list[Mend]] = {}
    for mend in check.mends:
        mends.setdefault((mend.row, mend.kind), []).append(mend)
    said = [(p, _problem_json(p, mends, translate)) for p in check.problems]
    return {
        "kind": check.kind,
        "verdict": check.verdict,
        "rows": len(check.table),
        "rows_ok": check.rows_ok,
        "row_errors": [one for p, one in said if p.row is not None and p.severity == "error"],
        "row_warnings": [one for p, one in said if p.row is not None and p.severity == "warning"],
        "remarks": [one for p, one in said if p.row is None],
        "questions": [_question_json(q, translate) for q in check.questions],
        "classified": classified(check, translate),
        "columns": dict(check.mapping),
        "fingerprint": check.fingerprint,
    }


def mend_of(problem: Problem, mends: Mapping[tuple[int, str], Sequence[Mend]]) -> Mend | None:
    """The mend of a problem: of its row and kind, and of its column where there are several."""
    own = mends.get((problem.row or 0, problem.code), ())
    return next((m for m in own if problem.column in m.values), own[0] if len(own) == 1 else None)


def _problem_json(
    problem: Problem, mends: Mapping[tuple[int, str], Sequence[Mend]], translate: Translate
) -> dict[str, object]:
    mend = mend_of(problem, mends)
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.say(translate),
        "mend": dict(mend.values) if mend else None,
    }


def _question_json(question: Question, translate: Translate) -> dict[str, object]:
    return {
        "id": question.question_id,
        "question": question.say(translate),
        "guess": question.guess,
        "choices": [_choice_json(c) for c in question.choices],
    }


def _choice_json(choice: Choice) -> dict[str, object]:
    preview = [list(row) for row in choice.preview]
    return {"value": choice.value, "label": choice.label, "evidence": dict(choice.evidence), "preview": preview}
