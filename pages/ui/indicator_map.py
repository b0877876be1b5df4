"""One indicator on the map, township by township, with the same figures as a table and a download."""

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.model.briefing import Indicator, Scene
from geo.model.errors import BriefingInvalid
from geo.model.indicators import Entry
from geo.model.inputs import Study
from geo.output.data_words import shipped_text
from geo.output.indicator_text import (
    STATUS_NAMES,
    STATUS_SIGNS,
    number,
    value_text,
)
from geo.output.maps import base_map, state_group
from geo.output.scene_map import indicator_areas
from geo.output.tables import csv_bytes
from geo.study.indicators import county_code
from geo.study.page_scenes import indicator_scene
from pages.ui import compute, compute_indicators, state
from pages.ui.compute_export import TRANSLATORS, pinned
from pages.ui.map_text import map_text
from pages.ui.serve import ASSET_ROOT
from pages.ui.stage import is_on as on_stage
from pages.ui.text import Translate, plain

MAP_HEIGHT_PX = 520


def by_township(_: Translate, study: Study, entry: Entry, language: str) -> None:
    """The map of an indicator and its table; says so where no township has a figure."""
    periods = compute_indicators.periods(study, entry.code)
    st.session_state.indicator_shown = (entry.code, "")
    if not periods:
        st.info(
            _("No township has a figure of {title}; the figure is the county's.").format(
                title=plain(entry.title(language))
            ),
            icon=":material/info:",
        )
        return
    period = periods[-1]
    if len(periods) > 1:
        picked = st.segmented_control(
            _("Period"), periods, default=period, key=f"period:{study.name}:{entry.code}", required=True
        )
        period = picked or period
    st.session_state.indicator_shown = (entry.code, period)
    table = compute_indicators.townships(study, entry.code, period)
    with st.container(key="indicator_map_box"):
        _draw(_, study, entry, table, period, language)
    _twin(_, study, entry, table, period, language)


def _draw(_: Translate, study: Study, entry: Entry, table: pd.DataFrame, period: str, language: str) -> None:
    st_folium(
        base_map(compute.static_url(study), study.outline.total_bounds, None, ASSET_ROOT),
        feature_group_to_add=state_group(_map_state(_, study, entry, table, period, language)),
        key="indicator_map",
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
        on_change=_on_click,
    )


def _map_state(
    _: Translate, study: Study, entry: Entry, table: pd.DataFrame, period: str, language: str
) -> dict[str, object]:
    scheme = compute.scheme(study)
    chosen = state.selection(study)
    return {
        "lang": language,
        "text": map_text(_, language, scheme, study),
        "layers": {"units": True, "labels": True, "roads": False, "facilities": False, "villages": False},
        "threshold_min": 15,
        "minutes": [],
        "tiers_on": [],
        "tiers_counted": [],
        "routes": [],
        "choropleth": indicator_areas(_, language, entry, table, period, compute_indicators.edges(table, entry)),
        "highlight_unit": chosen.item_id if chosen and chosen.kind == "unit" else None,
        "badges": [_("Illustrative sample, not for decisions")] if study.illustrative else [],
        "stamp": _("Internal working map, not for publication"),
        "stage": on_stage(),
        "address": {"study": study.name, "lang": language, "stage": "1" if on_stage() else ""},
    }  # fmt: skip


def _on_click() -> None:
    clicked = (st.session_state.get("indicator_map") or {}).get("clicked")
    if clicked and clicked.get("kind") == "unit":
        state.select("unit", str(clicked["id"]))


def _twin(_: Translate, study: Study, entry: Entry, table: pd.DataFrame, period: str, language: str) -> None:
    """The same figures as a table, the lowest first, those without a value last."""
    ordered = table.sort_values(["value", "unit_code"], na_position="last", ignore_index=True)
    known = int(table["value"].notna().sum())
    shown = pd.DataFrame({
        _("Code"): ordered["unit_code"],
        _("Township"): ordered["name"],
        _("Status"): [f"{STATUS_SIGNS[s]} {_(STATUS_NAMES[s])}" for s in ordered["status"]],
        _("Value"): [value_text(entry, v, language) for v in ordered["value"]],
        _("Numerator"): ordered["numerator"],
        _("Denominator"): ordered["denominator"],
        _("To the target"): [number(v) if v == v and v else "" for v in ordered["gap"]],
        _("Source"): [shipped_text(_, source) for source in ordered["source"]],
    })  # fmt: skip
    st.caption(
        _("{known} of {whole} townships have a figure for {period}.").format(
            known=known, whole=len(table), period=plain(period)
        )
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="townships_of_indicator",
        height=300,
        column_config={
            _("Numerator"): st.column_config.NumberColumn(format="localized"),
            _("Denominator"): st.column_config.NumberColumn(format="localized"),
        },
    )
    st.download_button(
        _("Download the townships (CSV)"),
        csv_bytes(shown.assign(**{_("Period"): period, _("Value"): ordered["value"]})),
        file_name=f"yida-{study.name}-{entry.code.replace(':', '-')}-{period}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def asked_scene(study: Study, unit_code: str) -> Scene:
    """The indicator that is shown, as a scene. Raises BriefingInvalid when there is none."""
    code, period = st.session_state.get("indicator_shown", ("", ""))
    if not code:
        raise BriefingInvalid(what="indicator", value="")
    own = "" if unit_code == county_code(study) else unit_code
    return pinned(indicator_scene(study, Indicator(code, period, own), TRANSLATORS))
