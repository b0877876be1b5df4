"""Rows of links under check: who reads for, supplies, refers to or owns whom. Second floor: intake.

An end is a facility, a village or a township, by id or by a name that only one of them bears. One end may lie outside
the county: the row then tells its name, and its position if it is known. Who manages whom is the facilities' parent
and no link.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from rapidfuzz import fuzz, process

from geo.intake.desk.listing import Context, Found, refused_rows
from geo.intake.desk.mends import leave_out
from geo.intake.desk.numbers import number_from
from geo.intake.desk.pairing import only_meanings, plain_name
from geo.model.desk import Mend
from geo.model.links import MANAGES, load_link_kinds, outside_of, properties_of
from geo.model.problems import Problem, Severity
from geo.model.schema import LINK

BESIDE = ("outside_name", "outside_lon", "outside_lat")  # read, and kept in `properties`
SINGLE = ("branch_of",)  # the served end can have one only
ALIKE = 75.0
MOST_GUESSED = 50  # unknown ends for which a likely one is sought
_MANAGING = ("manages", "管理", "上级管理")

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Ends:
    """What an end may be: ids of facilities, villages and townships, and names that one of them alone bears."""

    ids: frozenset[str]
    by_name: Mapping[str, str]  # plain name → id
    name_of: Mapping[str, str]
    parent_of: Mapping[str, str]

    def id_of(self, text: str) -> str:
        """The id a text means, or the text."""
        return text if not text or text in self.ids else self.by_name.get(plain_name(text), text)


def known_ends(context: Context) -> Ends:
    """Everything the study holds that a link may begin or end at. Of equal names a facility's counts first."""
    ids: dict[str, str] = {}
    names: dict[str, str] = {}
    tables = ((context.facility, "facility_id"), (context.demand, "demand_id"), (context.unit, "unit_code"))
    for table, key in tables:
        rows = list(zip(table.get(key, []), table.get("name", []), strict=True))
        ids |= {str(i): str(n) for i, n in rows if str(i) not in ids}
        own = only_meanings((plain_name(str(n)), str(i)) for i, n in rows)
        names = {name: i for name, i in own.items() if name} | names
    up = dict(zip(context.facility.get("facility_id", []), context.facility.get("parent_id", []), strict=True))
    return Ends(frozenset(ids), names, ids, up)


def kind_of(text: str) -> str:
    """The link kind a text means: its id or its name in either language, "" if none."""
    plain = plain_name(text)
    for kind in load_link_kinds():
        if plain in {plain_name(w) for w in (kind.kind, *kind.name.values(), *kind.served_name.values())}:
            return kind.kind
    return MANAGES if text in _MANAGING else ""


def check_links(text: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, list[Found]]:
    """Table LINK of the rows (index kept), and what is wrong with which row. A wrong row costs no other row."""
    full = text.reindex(columns=[*LINK, *BESIDE], fill_value="").astype("str")
    ends = known_ends(context)
    records: list[Cells] = [{str(k): str(v) for k, v in r.items()} for r in full.to_dict("records")]
    rows = [int(str(n)) for n in full.index]
    kinds = [kind_of(cells["kind"]) for cells in records]
    pairs = [(ends.id_of(c["from_id"]), ends.id_of(c["to_id"])) for c in records]
    outside = [_outside_end(c, pair, ends) for c, pair in zip(records, pairs, strict=True)]
    given = [c["link_id"] for c in records]
    made = [i or f"{k}:{a}:{b}" for i, k, (a, b) in zip(given, kinds, outside, strict=True)]
    values = full[list(LINK)].assign(
        link_id=made, kind=kinds, from_id=[a for a, _ in outside], to_id=[b for _, b in outside],
        properties=[_properties(c) for c in records],
    )  # fmt: skip
    found: list[Found] = []
    likely = _Likely(ends)
    for row, cells, kind, pair in zip(rows, records, kinds, outside, strict=True):
        found += _row(row, cells, kind, pair, ends, likely)
    return values, found + _twice(rows, values, ends, refused_rows(found))


def _problem(code: str, row: int, column: str, severity: Severity = "error", **params: object) -> Problem:
    return Problem(code, severity, "link", row, column, params)


def _outside_end(cells: Cells, pair: tuple[str, str], ends: Ends) -> tuple[str, str]:
    """The two ends, the one outside the county under an id of its own name where the row gives it none."""
    name = _outside_name(cells)
    if not name:
        return pair
    left, right = pair
    if not left or (left not in ends.ids and right in ends.ids):
        return left or f"outside:{name}", right
    if not right or (right not in ends.ids and left in ends.ids):
        return left, right or f"outside:{name}"
    return pair


def _outside_name(cells: Cells) -> str:
    told = outside_of(cells["properties"])
    return cells["outside_name"] or (told.name if told else "")


def _properties(cells: Cells) -> str:
    """The properties as one JSON object, what the row tells of an end outside put in."""
    found = properties_of(cells["properties"])
    if cells["outside_name"]:
        found["name"] = cells["outside_name"]
        for key in ("lon", "lat"):
            number = number_from(cells[f"outside_{key}"])
            if number is not None and not math.isnan(number):
                found[key] = number
    return json.dumps(found, ensure_ascii=False, sort_keys=True) if found else ""


class _Likely:
    """Guesses of what an unknown name means; no more than MOST_GUESSED, since each looks at every name."""

    def __init__(self, ends: Ends) -> None:
        self.ends, self.known = ends, dict[str, str]()

    def of(self, text: str) -> str:
        if text not in self.known and len(self.known) < MOST_GUESSED:
            names = list(self.ends.by_name)
            best = process.extract(plain_name(text), names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=2)
            clear = best and (len(best) == 1 or best[0][1] > best[1][1])
            self.known[text] = self.ends.by_name[best[0][0]] if clear else ""
        return self.known.get(text, "")


def _row(row: int, cells: Cells, kind: str, pair: tuple[str, str], ends: Ends, likely: _Likely) -> list[Found]:
    """What is wrong with one row alone."""
    if kind == MANAGES:
        return [_managing(row, pair, ends)]
    found = []
    if not kind:
        choices = ", ".join(k.kind for k in load_link_kinds())
        found.append(Found(_problem("link_kind_unknown", row, "kind", value=cells["kind"], choices=choices)))
    if cells["properties"] and not properties_of(cells["properties"]):
        found.append(Found(_problem("link_properties", row, "properties", "warning", value=cells["properties"])))
    if pair[0] == pair[1] and pair[0]:
        found.append(Found(_problem("link_itself", row, "to_id", value=pair[0])))
    away = [side for side, end in zip(("from_id", "to_id"), pair, strict=True) if end not in ends.ids]
    if len(away) == 1 and _outside_name(cells):
        return found + _outside_position(row, cells)
    return found + [_end_unknown(row, side, cells, likely) for side in away]


def _managing(row: int, pair: tuple[str, str], ends: Ends) -> Found:
    """Who manages whom stands in the facility list: the same is said again, or another parent."""
    stored = ends.parent_of.get(pair[1], "")
    parent, name, other = (ends.name_of.get(i, i) for i in (*pair, stored))
    if stored and stored != pair[0]:
        return Found(_problem("link_two_parents", row, "from_id", name=name, parent=parent, other=other))
    return Found(_problem("link_manages", row, "kind", name=name, parent=parent))


def _outside_position(row: int, cells: Cells) -> list[Found]:
    told = outside_of(_properties(cells))
    if told is None or not (math.isnan(told.lon) or math.isnan(told.lat)):
        return []
    return [Found(_problem("link_outside_nowhere", row, "outside_lon", "warning", name=told.name))]


def _end_unknown(row: int, side: str, cells: Cells, likely: _Likely) -> Found:
    text = cells[side]
    if not text:
        return Found(_problem("link_end_missing", row, side))
    guess = likely.of(text)
    mend = Mend("link_end_unknown", row, {side: guess}) if guess else None
    return Found(_problem("link_end_unknown", row, side, value=text), mend)


def _twice(rows: list[int], values: pd.DataFrame, ends: Ends, refused: frozenset[int]) -> list[Found]:
    """Links told twice, ids met before, and ends that can have one serving end only and have two; of those that are
    not refused for themselves."""
    first: dict[tuple[str, ...], int] = {}
    single: dict[tuple[str, str], tuple[int, str]] = {}
    found = []
    columns = (values[c].tolist() for c in ("kind", "from_id", "to_id", "link_id"))
    for row, kind, left, right, own in zip(rows, *columns, strict=True):
        if row in refused:
            continue
        before = first.setdefault((kind, left, right), row)
        used = first.setdefault(("id", own), row)
        if before != row or used != row:
            problem = _problem("link_twice", row, "link_id", value=own, other_row=min(before, used))
            found.append(Found(problem, leave_out("link_twice", row)))
            continue
        known = single.setdefault((kind, left), (row, right)) if kind in SINGLE else (row, right)
        if known[1] != right:
            name, parent, other = (ends.name_of.get(i, i) for i in (left, right, known[1]))
            found.append(Found(_problem("link_two_parents", row, "to_id", name=name, parent=parent, other=other)))
    return found
