"""The bases under trial: the list's, switched on and off, and others added. Kept in the session and the address."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote, unquote

import pandas as pd
import streamlit as st

from geo.model.bases import Base, base_at, bases_of, open_facilities
from geo.model.inputs import Study
from geo.study import emergency
from pages.ui.text import Translate

MOST_ADDED = 50


def bases(_: Translate, study: Study) -> tuple[Base, ...]:
    """The bases as this session has them, places named in its language."""
    return tuple(
        replace(b, name=_("Added base {number}").format(number=b.base_id[1:])) if _is_place(b) else b
        for b in _kept(study)
    )


def _kept(study: Study) -> tuple[Base, ...]:
    """At first the list's bases, changed as the address asks; places have no name yet."""
    plans = st.session_state.setdefault("em_plans", {})
    if study.content_id not in plans:
        plans[study.content_id] = decode(study, st.session_state.pop("em_asked", ""))
    kept: tuple[Base, ...] = plans[study.content_id]
    return kept


def _is_place(base: Base) -> bool:
    return base.added and base.base_id.startswith("+")


def keep(study: Study, changed: Sequence[Base]) -> None:
    """Take changed bases; widgets that show them start anew."""
    st.session_state.em_plans[study.content_id] = tuple(changed)
    st.session_state.em_revision = st.session_state.get("em_revision", 0) + 1


def reset(study: Study) -> None:
    """Back to the list's bases."""
    keep(study, bases_of(study.facility))


def add_place(study: Study, lon: float, lat: float) -> None:
    """A new base with one ambulance at a place of the map."""
    have = _kept(study)
    if len(have) < MOST_ADDED + len(bases_of(study.facility)):
        keep(study, [*have, _placed(study, have, lon, lat)])


def add_facility(study: Study, facility_id: str | None) -> None:
    """An open facility of the list becomes a base."""
    rows = _open(study, facility_id)
    if len(rows):
        keep(study, [*_kept(study), base_at(rows.iloc[0], added=True)])


def remove(study: Study, base_id: str) -> None:
    """An added base goes away."""
    keep(study, [base for base in _kept(study) if base.base_id != base_id])


def _open(study: Study, facility_id: str | None) -> pd.DataFrame:
    facility = open_facilities(study.facility)
    return facility.loc[facility["facility_id"] == facility_id]


def _placed(study: Study, have: Sequence[Base], lon: float, lat: float) -> Base:
    number = 1 + max([int(b.base_id[1:]) for b in have if _is_place(b)], default=0)
    return Base(
        base_id=f"+{number}",
        name="",
        unit_code=emergency.unit_at(study, lon, lat),
        lon=round(lon, 5),
        lat=round(lat, 5),
        ambulances=1,
        added=True,
    )


def encode(study: Study, plan: Sequence[Base]) -> str:
    """What differs from the list, short enough for an address: `id*on*ambulances*day_only`, places as `@lon*lat*…`."""
    listed = {base.base_id: base for base in bases_of(study.facility)}
    parts = []
    for base in plan:
        if base == listed.get(base.base_id):
            continue
        where = f"@{base.lon:.5f}*{base.lat:.5f}" if _is_place(base) else quote(base.base_id, safe="")
        parts.append(f"{where}*{int(base.on)}*{base.ambulances}*{int(base.day_only)}")
    return ";".join(parts)


def decode(study: Study, text: str) -> tuple[Base, ...]:
    """The plan of an address; what it gets wrong is left out."""
    plan = {base.base_id: base for base in bases_of(study.facility)}
    for part in list(filter(None, text.split(";")))[: MOST_ADDED + len(plan)]:
        try:
            where, tail = part.rsplit("*", 3)[0], part.rsplit("*", 3)[1:]
            base = _named(study, list(plan.values()), where)
            count = min(max(int(tail[1]), 0), 999)
            known = base.assumed and count == base.ambulances
            base = replace(base, on=tail[0] == "1", ambulances=count, assumed=known, day_only=tail[2] == "1")
        except (ValueError, IndexError, KeyError):
            continue
        plan[base.base_id] = base
    return tuple(plan.values())


def _named(study: Study, have: Sequence[Base], where: str) -> Base:
    """The base of one part of the address. Raises ValueError or KeyError for one that makes no sense."""
    if where.startswith("@"):
        lon, lat = (float(value) for value in where[1:].split("*"))
        west, south, east, north = study.outline.total_bounds
        if not (west - 1 <= lon <= east + 1 and south - 1 <= lat <= north + 1):
            raise ValueError(where)
        return _placed(study, have, lon, lat)
    base_id = unquote(where)
    known = {base.base_id: base for base in have}
    if base_id in known:
        return known[base_id]
    rows = _open(study, base_id)
    if rows.empty:
        raise KeyError(base_id)
    return base_at(rows.iloc[0], added=True)
