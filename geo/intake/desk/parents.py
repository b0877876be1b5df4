"""Who leads whom: parents named by id or by name, and what is wrong with them. Second floor: intake.

An extension point and a branch belong to an institution; a village clinic may. Parents stand in the list or in the
stored one, or lie outside the county, so an unknown one is a warning and never an error.
"""

import re
from dataclasses import dataclass

import pandas as pd
from rapidfuzz import fuzz, process

from geo.intake.desk.listing import Context, Found, Listing
from geo.intake.desk.numbers import is_scientific
from geo.intake.desk.pairing import alike, only_meanings, plain_name
from geo.model.desk import Mend
from geo.model.problems import Problem

ALIKE = 75.0
MOST_GUESSED = 100  # unknown names for which a likely one is sought
MOST_NAMED = 5  # in one sentence
_BRANCH = ("分院", "院区")
_BETWEEN = re.compile(r"[;；,，、]")  # parents in one cell


@dataclass(frozen=True)
class Known:
    """The facilities that may be a parent: of the list and stored. Names that two bear are left out."""

    ids: frozenset[str]
    by_name: dict[str, str]  # plain name → id
    township: dict[str, str]  # unit code → id of its only township hospital
    name_of: dict[str, str]  # id → name


def is_branch(name: str) -> bool:
    """Whether a name says that this is part of another institution (分院, 院区)."""
    return any(word in name for word in _BRANCH)


def known_facilities(listing: Listing, context: Context) -> Known:
    """Ids and names of the list's facilities and of the stored ones.

    A facility that has no id in the file is known by its stored id where its name is.
    """
    stored = context.facility.reindex(columns=["facility_id", "name", "tier", "unit_code"])
    stored_names = only_meanings(
        zip(map(plain_name, stored["name"].tolist()), stored["facility_id"].tolist(), strict=True)
    )
    columns = (listing.values[c].tolist() for c in ("facility_id", "name", "tier", "unit_code"))
    rows = zip(*columns, listing.cells("facility_id"), strict=True)
    own = [(i if text else stored_names.get(plain_name(n), i), n, t, u) for i, n, t, u, text in rows]
    both = [*own, *stored[~stored["facility_id"].isin([i for i, *_ in own])].itertuples(index=False, name=None)]
    kinds = {tier.tier_id: tier.kind for tier in context.scheme.tiers}
    hospitals = ((u, i) for i, n, t, u in both if kinds.get(t) == "township_hospital" and u)
    return Known(
        ids=frozenset(i for i, *_ in both),
        by_name=only_meanings((plain_name(n), i) for i, n, *_ in both if n),
        township=only_meanings(hospitals),
        name_of={i: n for i, n, *_ in both},
    )


def with_communities(listing: Listing, context: Context) -> tuple[Listing, list[Found]]:
    """The list with the community of each row's lead hospital, where the list names the hospital and no community; and
    a remark about hospitals of which no community is known."""
    leads, own = listing.cells("community_lead"), listing.values["community_id"].tolist()
    stored = context.facility.reindex(columns=["name", "community_id"])
    rows = [*zip(listing.cells("name"), own, strict=True), *zip(stored["name"], stored["community_id"], strict=True)]
    known = only_meanings((plain_name(name), community) for name, community in rows if name and community)
    told = [community or known.get(plain_name(lead), "") for community, lead in zip(own, leads, strict=True)]
    lost = sorted({lead for lead, community in zip(leads, told, strict=True) if lead and not community})
    if not lost:
        return listing.with_values(community_id=told), []
    params: dict[str, object] = {"value": ", ".join(lost[:MOST_NAMED])}
    remark = Problem("lead_unknown", "warning", listing.table, None, "community_lead", params)
    return listing.with_values(community_id=told), [Found(remark)]


def with_parents(listing: Listing, context: Context) -> Listing:
    """The list with parents by id: names are looked up, the first of several is kept, one's own id and circles are left
    empty."""
    known = known_facilities(listing, context)
    ids = listing.values["facility_id"].tolist()
    parents = [_ids_of(text, known)[0] for text in listing.cells("parent_id")]
    loops = set(_loops(ids, parents, context.facility))
    kept = ["" if p == i or at in loops else p for at, (i, p) in enumerate(zip(ids, parents, strict=True))]
    return listing.with_values(parent_id=kept)


def parents_right(listing: Listing, context: Context) -> list[Found]:
    """Parents that are missing, several, unknown, the row itself or part of a circle."""
    if listing.table != "facility":
        return []
    known = known_facilities(listing, context)
    ids, texts, names = listing.values["facility_id"].tolist(), listing.cells("parent_id"), listing.cells("name")
    named = [_ids_of(text, known) for text in texts]
    parents = [ids[0] for ids in named]
    loops = _loops(ids, parents, context.facility)
    likely = _likely({t for t, p in zip(texts, parents, strict=True) if t and p not in known.ids}, known)
    needs = {tier.tier_id for tier in context.scheme.tiers if tier.kind == "extension_point"}
    tiers, units = listing.values["tier"].tolist(), listing.values["unit_code"].tolist()
    stored = _StoredParents(context.facility)
    found = []
    for at, (row, own, text, parent) in enumerate(zip(listing.rows, ids, texts, parents, strict=True)):
        if not text and stored.of(own, names[at]):
            continue  # what is stored stays
        if not text and (tiers[at] in needs or is_branch(names[at])):
            found.append(_missing(listing, row, own, names[at], proposed_parent(names[at], units[at], known)))
        elif text and parent == own:
            found.append(_emptied(listing, "parent_itself", row, names[at], text))
        elif at in loops:
            found.append(_emptied(listing, "parent_circle", row, names[at], text, loops[at]))
        elif len(named[at]) > 1:
            found.append(_several(listing, row, names[at], [known.name_of.get(i, i) for i in named[at]], parent))
        elif text and parent not in known.ids and not is_scientific(text):
            found.append(_unknown(listing, row, text, likely.get(text, "")))
    return found


class _StoredParents:
    """The parents that stored facilities have, by id and by a name that one alone bears."""

    def __init__(self, facility: pd.DataFrame) -> None:
        known = facility.reindex(columns=["facility_id", "name", "parent_id"])
        ids, names, parents = (known[c].tolist() for c in known.columns)
        self._by_id = dict(zip(ids, zip(map(plain_name, names), parents, strict=True), strict=True))
        self._by_name = only_meanings(zip(map(plain_name, names), parents, strict=True))

    def of(self, own: str, name: str) -> str:
        """The stored parent of a facility, "" where none is known."""
        plain = plain_name(name)
        known, parent = self._by_id.get(own, ("", ""))
        return parent if known and alike(known, plain) else self._by_name.get(plain, "")


def proposed_parent(name: str, unit_code: str, known: Known) -> str:
    """The id of the facility whose name this one begins with (习水县中医医院土城分院), else of the township's only
    hospital; "" when neither is there."""
    plain = plain_name(name)
    for end in range(len(plain) - 1, 2, -1):
        if plain[:end] in known.by_name:
            return known.by_name[plain[:end]]
    return "" if is_branch(name) else known.township.get(unit_code, "")


def _id_of(text: str, known: Known) -> str:
    return text if not text or text in known.ids else known.by_name.get(plain_name(text), text)


def _ids_of(text: str, known: Known) -> list[str]:
    """The parents a cell names: the one it means as a whole, else those between separators, the known ones first."""
    whole = _id_of(text, known)
    parts = [_id_of(part.strip(), known) for part in _BETWEEN.split(text) if part.strip()]
    if whole in known.ids or not any(part in known.ids for part in parts):
        return [whole]
    return sorted(dict.fromkeys(parts), key=lambda part: part not in known.ids)


def _loops(ids: list[str], parents: list[str], stored: pd.DataFrame) -> dict[int, str]:
    """Position of the first row of every circle → the ids on it. A row that is its own parent is no circle."""
    up = dict(zip(stored.get("facility_id", []), stored.get("parent_id", []), strict=True))
    at = {own: i for i, own in enumerate(ids)}
    up |= dict(zip(ids, parents, strict=True))
    state: dict[str, int] = {}
    found: dict[int, str] = {}
    for begin in range(len(ids)):
        path: list[str] = []
        here = ids[begin]
        while here and here not in state:
            state[here] = begin
            path.append(here)
            here = "" if up.get(here) == here else up.get(here, "")
        if here and state.get(here) == begin and here in path:
            ring = path[path.index(here) :]
            rows = [at[i] for i in ring if i in at]
            if rows:
                found[min(rows)] = ", ".join(sorted(ring))
    return found


def _likely(unknown: set[str], known: Known) -> dict[str, str]:
    """Unknown name → id of the only facility whose name is most like it."""
    names = list(known.by_name)
    found = {}
    for text in sorted(unknown)[:MOST_GUESSED]:
        best = process.extract(plain_name(text), names, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=2)
        if best and (len(best) == 1 or best[0][1] > best[1][1]):
            found[text] = known.by_name[best[0][0]]
    return found


def _missing(listing: Listing, row: int, own: str, name: str, proposed: str) -> Found:
    mend = Mend("parent_missing", row, {"parent_id": proposed}) if proposed and proposed != own else None
    return Found(listing.problem("parent_missing", row, "parent_id", {"name": name}), mend)


def _unknown(listing: Listing, row: int, text: str, likely: str) -> Found:
    mend = Mend("parent_unknown", row, {"parent_id": likely}) if likely else None
    return Found(listing.problem("parent_unknown", row, "parent_id", {"value": text}), mend)


def _several(listing: Listing, row: int, name: str, parents: list[str], kept: str) -> Found:
    params = {"name": name, "value": ", ".join(parents), "kept": parents[0]}
    mend = Mend("parent_several", row, {"parent_id": kept})
    return Found(listing.problem("parent_several", row, "parent_id", params), mend)


def _emptied(listing: Listing, code: str, row: int, name: str, text: str, ring: str = "") -> Found:
    problem = listing.problem(code, row, "parent_id", {"name": name, "value": ring or text})
    return Found(problem, Mend(code, row, {"parent_id": ""}))
