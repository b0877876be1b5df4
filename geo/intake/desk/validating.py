"""The rules a row is held to. Second floor: intake, files → clean tables.

Each rule is a function (list, context) → findings, and RULES is all there are; what is wrong, what it costs and what
would mend it stand in one place. An error costs the row, a warning should be read.
"""

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Geod

from geo.intake.desk.likeness import twins
from geo.intake.desk.listing import CODES, FLAGS, LIMITS, Context, Found, Listing, amount_in, figures
from geo.intake.desk.mends import leave_out
from geo.intake.desk.numbers import is_scientific, number_from
from geo.intake.desk.parents import parents_right
from geo.intake.desk.vocabulary import yes_or_no
from geo.model.capabilities import load_capabilities
from geo.model.desk import Mend
from geo.model.problems import Problem
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Floats

FAR_FROM_ROAD_M = 500.0
FAR_AWAY_M = 100_000.0  # further outside the county than this is no neighbour but a slip
ON_THE_BORDER_M = 50.0  # outlines are drawn, not surveyed

STATUSES = ("open", "closed")
_ENDED = re.compile(r"停|关|注销|撤|歇|未运营|未营业")
_PEOPLE = ("population", "population_65_plus", "population_served")
Rule = Callable[[Listing, Context], list[Found]]


def validate(listing: Listing, context: Context) -> list[Found]:
    """Everything the rules find, rule by rule."""
    found: list[Found] = []
    for rule in RULES:
        context.between()
        found += rule(listing, context)
    return found


# ---- what must be there ----------------------------------------------------------------------------------------


def names_given(listing: Listing, context: Context) -> list[Found]:
    """A facility without a name is refused; a village is known by its code, or counts where it says it lies."""
    known = [bool(text) for text in listing.cells(listing.key)]
    told = zip(listing.rows, listing.cells("name"), known, listing.cells("lon"), strict=True)
    return [
        Found(listing.problem("name_missing", row, "name", error=listing.table == "facility" or not (code or lon)))
        for row, name, code, lon in told
        if not name
    ]


def ids_given(listing: Listing, context: Context) -> list[Found]:
    """One remark for all rows whose id was made here."""
    made = sum(not text or is_scientific(text) for text in listing.cells(listing.key))
    params: dict[str, object] = {"count": made}
    return [Found(Problem("id_generated", "warning", listing.table, None, listing.key, params))] if made else []


def positions_known(listing: Listing, context: Context) -> list[Found]:
    """What is wrong with a position as it is written, and what placing rows without one had to say."""
    said = {found.problem.row for found in listing.places.found}
    texts = zip(listing.rows, listing.cells("lon"), listing.cells("lat"), listing.places.notes, strict=True)
    own = [
        _position(listing, row, lon, lat, note)
        for row, lon, lat, note in texts
        if note and note != "columns_swapped" and row not in said
    ]
    turned = listing.places.notes.count("columns_swapped")
    if turned:
        own.append(Found(Problem("columns_swapped", "warning", listing.table, None, "lon", {"count": turned})))
    return [*listing.places.found, *own]


def _position(listing: Listing, row: int, lon: str, lat: str, note: str) -> Found:
    params = {"lon": lon, "lat": lat, "value": lon if number_from(lon) is None else lat}
    column = "lat" if params["value"] == lat != lon else "lon"
    return Found(listing.problem(note, row, column, params, error=True), _position_mend(row, lon, lat, note))


def _position_mend(row: int, lon: str, lat: str, note: str) -> Mend | None:
    """Exchanged, or empty where there is no digit ("/", 待补): then the row is placed by its village."""
    if note == "position_swapped":
        return Mend(note, row, {"lon": lat, "lat": lon})
    if note == "position_not_a_number" and not any(sign.isdecimal() for sign in lon + lat):
        return Mend(note, row, {"lon": "", "lat": ""})
    return None


# ---- codes and figures -----------------------------------------------------------------------------------------


def codes_unbroken(listing: Listing, context: Context) -> list[Found]:
    """Codes that a spreadsheet has turned into numbers such as 3.40621E+11: they are not used."""
    found = []
    for column in CODES[listing.table]:
        broken = {text for text in set(listing.cells(column)) if is_scientific(text)}
        instead = listing.values[column].tolist() if column == "unit_code" else [""] * len(listing.rows)
        for row, text, new in zip(listing.rows, listing.cells(column), instead, strict=True):
            if text in broken:
                mend = Mend("code_scientific", row, {column: "" if is_scientific(new) else new})
                found.append(Found(listing.problem("code_scientific", row, column, {"value": text}), mend))
    return found


def figures_possible(listing: Listing, context: Context) -> list[Found]:
    """Figures that are no numbers, negative or beyond any county's; a demand row needs its population."""
    found = []
    for column in [c for c in LIMITS if c in listing.values.columns]:
        texts = listing.cells(column)
        _, codes = figures(texts, LIMITS[column])
        needed = column == "population"
        if needed and "" in set(texts):
            codes = {**codes, "": "population_missing"}
        if codes:
            found += [
                _figure(listing, row, column, text, codes[text], error=needed)
                for row, text in zip(listing.rows, texts, strict=True)
                if text in codes
            ]
    return found


def flags_clear(listing: Listing, context: Context) -> list[Found]:
    """Flags that say neither yes nor no: what is stored stays."""
    found = []
    for column in [c for c in FLAGS if c in listing.values.columns]:
        unclear = {text for text in set(listing.cells(column)) if text and yes_or_no(text) is None}
        found += [
            Found(
                listing.problem("flag_unclear", row, column, {"value": text}), Mend("flag_unclear", row, {column: ""})
            )
            for row, text in zip(listing.rows, listing.cells(column), strict=True)
            if text in unclear
        ]
    return found


def statuses_known(listing: Listing, context: Context) -> list[Found]:
    """Words for a status that are not known count as open, and say so; words of ending are mended to closed."""
    if listing.table != "facility":
        return []
    found = []
    for row, text, value in zip(listing.rows, listing.cells("status"), listing.values["status"].tolist(), strict=True):
        if value and value not in STATUSES:
            mend = Mend("status_unknown", row, {"status": "closed" if _ENDED.search(text) else "open"})
            found.append(Found(listing.problem("status_unknown", row, "status", {"value": text}), mend))
    return found


def people_whole(listing: Listing, context: Context) -> list[Found]:
    """One remark for each column with parts of people: its unit is likely another."""
    found = []
    for column in [c for c in _PEOPLE if c in listing.values.columns]:
        values = listing.values[column].to_numpy(dtype=np.float64)
        parts = np.flatnonzero(np.isfinite(values) & (np.abs(values - np.round(values)) > 1e-9))
        if len(parts):
            params: dict[str, object] = {"count": len(parts), "value": f"{values[parts[0]]:.10g}"}
            found.append(Found(Problem("people_not_whole", "warning", listing.table, None, column, params)))
    return found


_OF_PEOPLE = {"number_invalid": "population_not_a_number", "number_negative": "population_negative"}


def _figure(listing: Listing, row: int, column: str, text: str, code: str, *, error: bool) -> Found:
    code = _OF_PEOPLE.get(code, code) if error else code
    problem = listing.problem(code, row, column, {"value": text, "limit": LIMITS[column]}, error=error)
    meant = amount_in(text)
    if meant and figures([meant], LIMITS[column])[1]:
        meant = ""  # as impossible as it was
    if error and not meant:
        return Found(problem)  # nothing can stand for the people of a village
    return Found(problem, Mend(code, row, {column: meant}))


def parts_within_wholes(listing: Listing, context: Context) -> list[Found]:
    """Of a village's people no more than all can be 65 or older."""
    if listing.table != "demand":
        return []
    whole, part = (listing.values[c].to_numpy(dtype=np.float64) for c in ("population", "population_65_plus"))
    found = []
    for at in np.flatnonzero(part > whole).tolist():
        row = listing.rows[at]
        params: dict[str, object] = {"value": f"{part[at]:.10g}", "whole": f"{whole[at]:.10g}"}
        problem = listing.problem("part_exceeds_whole", row, "population_65_plus", params)
        found.append(Found(problem, Mend("part_exceeds_whole", row, {"population_65_plus": ""})))
    return found


# ---- places ----------------------------------------------------------------------------------------------------


def within_county(listing: Listing, context: Context) -> list[Found]:
    """Places outside the outline, with their distance from it. Only a level that lies beyond the county may be far."""
    metres = _outside_m(listing.places.lon, listing.places.lat, context)
    rows, names = listing.rows, listing.cells("name")
    beyond = {tier.tier_id for tier in context.scheme.tiers if tier.outside}
    tiers = listing.values["tier"].tolist() if "tier" in listing.values else [""] * len(rows)
    found = []
    for at in np.flatnonzero(metres > ON_THE_BORDER_M).tolist():
        far = bool(metres[at] > FAR_AWAY_M) and tiers[at] not in beyond
        code = "position_far_away" if far else "outside_county"
        params = {"name": names[at], "distance_km": round(float(metres[at]) / 1000, 1)}
        found.append(Found(listing.problem(code, rows[at], "lon", params, error=far)))
    return found


def _outside_m(lon: Floats, lat: Floats, context: Context) -> Floats:
    """Metres outside the outline; 0 inside, and where either is unknown."""
    metres = np.zeros(len(lon))
    out = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & ~_inside(lon, lat, context))
    if len(out):
        west, south, east, north = context.outline.total_bounds
        crs = metric_crs([west, east], [south, north])
        border = context.outline.to_crs(crs).geometry.union_all()
        near_x, near_y = np.clip(lon[out], west - 1, east + 1), np.clip(lat[out], south - 1, north + 1)
        x, y = to_metric(near_x, near_y, crs)
        beyond = Geod(ellps="WGS84").inv(near_x, near_y, lon[out], lat[out])[2]  # no projection holds the whole earth
        metres[out] = shapely.distance(border, shapely.points(x, y)) + beyond
    return metres


def _inside(lon: Floats, lat: Floats, context: Context) -> npt.NDArray[np.bool_]:
    """Which places lie in the outline; all, where there is none."""
    if context.outline.empty:
        return np.ones(len(lon), dtype=np.bool_)
    shape = shapely.union_all(context.outline.geometry.to_numpy())
    shapely.prepare(shape)
    return np.asarray(shapely.intersects_xy(shape, lon, lat), dtype=np.bool_)


def near_a_road(listing: Listing, context: Context) -> list[Found]:
    """Places further than 500 m from any road, of those with a position of their own in the county: roads end at its
    border."""
    lon, lat = listing.places.lon, listing.places.lat
    own = np.array([quality == "" for quality in listing.places.quality], dtype=np.bool_)
    known = np.flatnonzero(own & np.isfinite(lon) & np.isfinite(lat) & _inside(lon, lat, context))
    if context.road_distance is None or not len(known):
        return []
    metres = np.asarray(context.road_distance(lon[known], lat[known]), dtype=np.float64)
    rows, names = listing.rows, listing.cells("name")
    found = []
    for at, away in zip(known.tolist(), metres.tolist(), strict=True):
        if not away <= FAR_FROM_ROAD_M:
            code = "far_from_road" if np.isfinite(away) else "no_road_near"
            params = {"name": names[at], "distance_m": f"{away:.0f}", "limit_m": FAR_FROM_ROAD_M}
            found.append(Found(listing.problem(code, rows[at], "lon", params)))
    return found


# ---- rows against each other -----------------------------------------------------------------------------------

_TWICE = {"same_code": "twice_same_code", "same_name": "twice_same_name", "like_name": "twice_like_name"}
TOLD_TWICE = frozenset(_TWICE.values())


def told_once(listing: Listing, context: Context) -> list[Found]:
    """Places that stand in the list twice, codes given to two, and two on one point."""
    names, given, ids = listing.cells("name"), listing.cells(listing.key), listing.values[listing.key].tolist()
    found = []
    for earlier, later, how in twins(listing):
        row = listing.rows[later]
        known = {"name": names[later], "other": names[earlier], "other_row": listing.rows[earlier]}
        if how == "other_code":
            value = given[later]
            problem = listing.problem("id_duplicate", row, listing.key, {"value": value, "new": ids[later]})
            found.append(Found(problem, Mend("id_duplicate", row, {listing.key: ids[later]})))
        elif how == "same_point":
            found.append(Found(listing.problem("same_point", row, "lon", known)))
        else:
            column = listing.key if how == "same_code" else "name"
            problem = listing.problem(_TWICE[how], row, column, known, error=how != "like_name")
            found.append(Found(problem, leave_out(_TWICE[how], row)))
    return found


def capabilities_defined(listing: Listing, context: Context) -> list[Found]:
    """Capabilities that are in no vocabulary; those told by their name get their id as a mend."""
    if listing.table != "facility":
        return []
    known = load_capabilities()
    ids = {c.capability_id for c in known}
    by_name = {name: c.capability_id for c in known for name in c.name.values()}
    found = []
    for row, name, text in zip(listing.rows, listing.cells("name"), listing.cells("capabilities"), strict=True):
        words = [w.strip() for w in re.split(r"[;；,，、]", text) if w.strip()]
        strange = [w for w in words if w not in ids]
        if strange:
            mended = ";".join(dict.fromkeys(by_name.get(w, w) for w in words))
            mend = Mend("capability_unknown", row, {"capabilities": mended}) if set(mended.split(";")) <= ids else None
            params = {"name": name, "value": ", ".join(strange)}
            found.append(Found(listing.problem("capability_unknown", row, "capabilities", params), mend))
    return found


RULES: tuple[Rule, ...] = (
    names_given,
    ids_given,
    positions_known,
    codes_unbroken,
    figures_possible,
    parts_within_wholes,
    people_whole,
    flags_clear,
    statuses_known,
    within_county,
    told_once,
    parents_right,
    near_a_road,
    capabilities_defined,
)
