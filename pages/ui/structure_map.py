"""The structure's map: lines between institutions, what a check found, and the route of a chain."""

import streamlit as st
from streamlit_folium import st_folium

from geo.output.maps import base_map, state_group
from geo.output.scene_map import link_words
from geo.output.words import factor_text
from pages.ui import (
    briefing_capture,
    compute,
    compute_structure,
    stage,
    state,
    structure_chain,
    structure_charts,
    structure_say,
    structure_what_if,
)
from pages.ui.controls import mode_name, search
from pages.ui.map_text import map_text
from pages.ui.serve import ASSET_ROOT
from pages.ui.structure_controls import Asked, address
from pages.ui.text import Translate, current_language, plain, translator

MAP_HEIGHT_PX = 680


def stage_map(_: Translate, language: str, asked: Asked) -> None:
    """The search box, the map, and what its figures were made with."""
    study = asked.study
    search(_, study)
    st_folium(
        base_map(compute.static_url(study), study.outline.total_bounds, st.session_state.view, ASSET_ROOT),
        feature_group_to_add=state_group(_state(_, language, asked)),
        key="structure_map",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        on_change=_on_click,
    )
    st.caption(
        _("Modelled on roads: {mode}, speed factor {factor}; no waiting is included. Hover a facility to light its "
          "branch; click a village to follow its chain of care.").format(
            mode=plain(mode_name(_, asked.mode)),
            factor=plain(factor_text(_, asked.assumptions, asked.mode, study.roads)),
        )
    )  # fmt: skip


def _state(_: Translate, language: str, asked: Asked) -> dict[str, object]:
    """The state of geo.output.maps.state_group for this page."""
    study, chosen = asked.study, state.selection(asked.study)
    layers = dict.fromkeys(("roads", "units", "facilities", "labels"), True)
    return {
        "lang": language,
        "stage": stage.is_on(),
        "text": map_text(_, language, study.scheme, study) | link_words(_, language),
        "layers": layers | {"villages": asked.villages, "bands": False, "uncovered": False},
        "threshold_min": 15,
        "minutes": [],
        "tiers_on": _tiers_on(asked),
        "tiers_counted": [],
        "selected": {"kind": chosen.kind, "id": chosen.item_id} if chosen else None,
        "highlight_unit": chosen.item_id if chosen and chosen.kind == "unit" else None,
        "routes": _routes(_, asked),
        "links": {
            "url": compute_structure.links_url(*asked.key),
            "tree": asked.lines,
            "whole": asked.whole,
            "kinds": list(asked.networks),
            "marks": _marks(_, asked),
        },
        "ask_view": briefing_capture.asked(),
        "fly": st.session_state.get("fly"),
        "badges": [_("Illustrative sample, not for decisions")] if study.illustrative else [],
        "stamp": _("Internal working map, not for publication"),
        "address": address(language, asked),
    }


def _tiers_on(asked: Asked) -> list[str]:
    """All levels, or the one that was clicked in a chart."""
    only = structure_charts.only_tier(asked)
    return [only] if only else [t.tier_id for t in asked.study.scheme.tiers]


def _marks(_: Translate, asked: Asked) -> list[dict[str, str]]:
    """What would move while that is asked, else the places that the chosen check found."""
    found = structure_what_if.marks(_, asked)
    if found is None:
        check = st.session_state.get("structure_check")
        found = [place for f in asked.structure.findings if f.check == check for place in f.places]
    return [{"kind": kind, "id": item_id} for kind, item_id in dict.fromkeys(found)]


def _routes(_: Translate, asked: Asked) -> list[dict[str, object]]:
    """The chosen village's ways to a capability where one is chosen, else its chain up to the paired hospital."""
    to_capability = structure_chain.capability_routes(_, asked)
    if to_capability is not None:
        return to_capability
    ways = [(step.tier_id, step.way) for step in structure_say.chosen_steps(asked)]
    tiers = asked.study.facility["tier"]
    ways += [(str(tiers.iat[p.facility_row]), p.way) for p in structure_say.chosen_paired(asked) if p.way]
    return [{"kind": "road", "tier": tier, "lines": way.line.round(6).ravel().tolist()} for tier, way in ways if way]


def _on_click() -> None:
    """Highlight what was clicked."""
    clicked = (st.session_state.get("structure_map") or {}).get("clicked")
    briefing_capture.seen(translator(current_language()), clicked)
    if clicked and clicked.get("kind") in ("village", "facility", "unit"):
        state.select(clicked["kind"], str(clicked["id"]))
