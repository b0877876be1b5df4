"""Words that several parts of the structure page say: names, findings, chains. No widgets."""

from collections.abc import Iterable, Mapping

import streamlit as st

from geo.model.inputs import Study
from geo.model.links import Outside
from geo.output.link_layers import straight_km
from geo.study.structure import PairedStep, Step
from pages.ui import compute_structure, state
from pages.ui.structure_controls import Asked
from pages.ui.text import Translate


def joined(language: str, items: Iterable[str], chinese: str = "、", other: str = ", ") -> str:
    """Items in a row, as the language separates them."""
    return (chinese if language == "zh" else other).join(items)


def more(_: Translate, language: str, told: Mapping[str, str]) -> str:
    """What a link says of itself: keys that are known in words, others as they are written."""
    keys = {
        "level": _("Owner of"),
        "team": _("Team"),
        "formulary_overlap_pct": _("Same drugs in stock, %"),
        "agents": _("Agents"),
        "note": _("Note"),
    }
    values = {"county": _("county"), "town": _("township"), "village": _("village")}
    pairs = [f"{keys.get(k, k)} {values.get(v, v) if k == 'level' else v}" for k, v in told.items()]
    return joined(language, pairs, "；", "; ")


def village_row(study: Study, demand_id: str) -> int:
    """The row of a village, -1 when the study has none of that id."""
    hits = (study.demand["demand_id"] == demand_id).to_numpy().nonzero()[0]
    return int(hits[0]) if len(hits) else -1


def chosen_village(asked: Asked) -> int:
    """The row of the highlighted village, or of the largest that the highlighted clinic serves; -1 for none."""
    chosen = state.selection(asked.study)
    if chosen and chosen.kind == "facility":
        return next(iter(clinic_villages(asked, chosen.item_id)), -1)
    return village_row(asked.study, chosen.item_id) if chosen and chosen.kind == "village" else -1


def clinic_villages(asked: Asked, facility_id: str) -> list[int]:
    """The rows of the villages whose chain of care begins at a facility, the largest first."""
    hits = (asked.study.facility["facility_id"] == facility_id).to_numpy().nonzero()[0]
    mine = (asked.structure.entry.row == hits[0]).nonzero()[0] if len(hits) else hits
    people = asked.study.demand["population"].to_numpy()
    return [int(row) for row in mine[(-people[mine]).argsort(kind="stable")]]


def chosen_steps(asked: Asked) -> list[Step]:
    """The steps of the highlighted village's chain, by the organisation or by the nearest as chosen."""
    village = chosen_village(asked)
    which = st.session_state.get("chain_which") or "organisation"
    return compute_structure.steps(*asked.key, village, which) if village >= 0 else []


def chosen_paired(asked: Asked) -> list[PairedStep]:
    """The ways on from there to the paired hospitals."""
    village = chosen_village(asked)
    which = st.session_state.get("chain_which") or "organisation"
    return compute_structure.paired(*asked.key, village, which) if village >= 0 else []


def straight(_: Translate, lon: float, lat: float, place: Outside) -> str:
    """How far a place is in a straight line, in words."""
    km = straight_km(lon, lat, place.lon, place.lat)
    return _("{km:.0f} km in a straight line").format(km=km) if km == km else _("position not told")


def tier_names(study: Study, language: str) -> dict[str, str]:
    """Tier id → name; a tier that the scheme does not have keeps its id."""
    names = {t: t for t in study.facility["tier"].unique()}
    return names | {t.tier_id: t.name[language] for t in study.scheme.tiers}
