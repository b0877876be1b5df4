"""Figures, details and tables, each with its denominator. Names from files pass `plain` or go to cells as text."""

import math

import pandas as pd
import streamlit as st

from geo.analysis.coverage import Coverage
from geo.model.inputs import Study
from geo.output.data_words import capability_names, category_name, shipped_text, status_name
from geo.output.figure import percent
from geo.study import Journey
from pages.ui import compute, state
from pages.ui.controls import Question
from pages.ui.text import Translate, plain


def key_figures(_: Translate, question: Question, found: pd.DataFrame, whole: Coverage) -> None:
    """People within the threshold, villages outside, the slowest village, people unreachable."""
    slowest, minutes = _slowest(question.study, found)
    reached = int(found["travel_time_min"].notna().sum())
    figures = [
        (
            _("People within {minutes} min").format(minutes=question.threshold_min),
            percent(whole.share_pct),
            _("{part:,.0f} of {whole:,.0f} people").format(part=whole.covered, whole=whole.population),
        ),
        (
            _("Villages outside"),
            f"{whole.places - whole.places_covered:,}",
            _("of {whole:,} villages").format(whole=whole.places),
        ),
        (
            _("Slowest village"),
            _("{minutes:.0f} min").format(minutes=minutes) if slowest else "—",
            _("{name}, of {whole:,} villages reached").format(name=plain(slowest), whole=reached),
        ),
        (
            _("People unreachable by road"),
            f"{whole.unreachable:,.0f}",
            _("of {whole:,.0f} people").format(whole=whole.population),
        ),
    ]
    with st.container(key="figures"):
        for column, (label, value, of) in zip(st.columns(len(figures)), figures, strict=True):
            column.metric(label, value, of, delta_color="off", delta_arrow="off", border=True, height="stretch")


def details(_: Translate, language: str, question: Question, found: pd.DataFrame, ways: list[Journey]) -> None:
    """What is known of the highlighted village, facility or township."""
    chosen = state.selection(question.study)
    if chosen is None:
        st.info(
            _("Click a village, a facility or a township on the map, or find one by name."), icon=":material/touch_app:"
        )
    elif chosen.kind == "village":
        _village(_, language, question.study, chosen.item_id, ways)
    elif chosen.kind == "facility":
        _facility(_, language, question, found, chosen.item_id)
    else:
        _unit(_, question, found, chosen.item_id)


def _village(_: Translate, language: str, study: Study, demand_id: str, ways: list[Journey]) -> None:
    at = int((study.demand["demand_id"] == demand_id).argmax())
    row = study.demand.iloc[at]
    st.subheader(plain(compute.village_names(study).iat[at]), anchor=False)
    st.caption(
        _("Village in {unit} · {people:,.0f} people").format(
            unit=plain(_unit_name(study, row["unit_code"])), people=row["population"]
        )
        + _source_note(_, row["position_quality"])
    )
    tier_name = {t.tier_id: t.name[language] for t in compute.scheme(study).tiers}
    walks = {_("To road, m"): _("From the village to the road, off the road")}
    walks |= {_("From road, m"): _("From the road to the facility, off the road")}
    rows = []
    for journey in ways:
        way = journey.way
        name = study.facility["name"].iat[journey.facility_row] if way else _("none in reach")
        legs_m = (way.demand_leg_m, way.facility_leg_m) if way else (None, None)
        rows.append({
            _("Tier"): tier_name[journey.tier_id],
            _("Nearest facility"): name,
            _("Minutes"): way.travel_time_min if way else None,
            _("Road, km"): way.road_m / 1000 if way else None,
            **dict(zip(walks, legs_m, strict=True)),
        })  # fmt: skip
    tenths = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            **{_("Minutes"): tenths, _("Road, km"): tenths},
            **{name: st.column_config.NumberColumn(format="%.0f", help=why) for name, why in walks.items()},
        },
    )


def _facility(_: Translate, language: str, question: Question, found: pd.DataFrame, facility_id: str) -> None:
    study = question.study
    row = study.facility.loc[study.facility["facility_id"] == facility_id].iloc[0]
    tier_name = {t.tier_id: t.name[language] for t in compute.scheme(study).tiers}
    st.subheader(plain(row["name"]), anchor=False)
    unit = plain(_unit_name(study, row["unit_code"]))
    st.caption(f"{plain(tier_name[row['tier']])} · {unit}" + _source_note(_, row["position_quality"]))
    served = found["facility_id"] == facility_id
    people = study.demand.loc[served.to_numpy(), "population"].sum()
    if row["tier"] in question.tiers:
        st.markdown(
            _("Nearest for **{people:,.0f}** of {whole:,.0f} people in {villages} villages.").format(
                people=people, whole=study.demand["population"].sum(), villages=int(served.sum())
            )
        )
    else:
        st.markdown(_("Its tier does not count at present; see *Tiers that count*."))
    _attributes(_, language, row)


def _attributes(_: Translate, language: str, row: "pd.Series") -> None:
    labels = {
        "category": _("Category"),
        "beds": _("Beds"),
        "physicians": _("Physicians"),
        "nurses": _("Nurses"),
        "ambulances": _("Ambulances"),
        "population_served": _("People served"),
        "capabilities": _("Capabilities"),
        "status": _("Status"),
        "source": _("Source"),
    }
    said = row.to_dict() | {
        "category": category_name(_, row["category"]),
        "capabilities": capability_names(language, row["capabilities"]),
        "status": status_name(_, row["status"]),
        "source": shipped_text(_, row["source"]),
    }
    known = {
        labels[key]: (f"{said[key]:,.0f}" if isinstance(said[key], float) else str(said[key]))
        for key in labels
        if not (isinstance(said[key], float) and math.isnan(said[key])) and str(said[key])
    }
    table = pd.DataFrame({_("Attribute"): known.keys(), _("Value"): known.values()})
    st.dataframe(table, hide_index=True)


def _unit(_: Translate, question: Question, found: pd.DataFrame, unit_code: str) -> None:
    table = compute.township_table(question.study, found, question.threshold_min)
    row = table.loc[table["unit_code"] == unit_code]
    st.subheader(plain(_unit_name(question.study, unit_code)), anchor=False)
    if row.empty:
        st.markdown(_("No village of the list lies in this township."))
        return
    first = row.iloc[0]
    st.markdown(
        _(
            "**{share}** of its people are within {minutes} min: {part:,.0f} of {whole:,.0f} people, "
            "{villages} of {places} villages."
        ).format(
            share=percent(first["share_pct"]),
            minutes=question.threshold_min,
            part=first["covered"],
            whole=first["population"],
            villages=int(first["places_covered"]),
            places=int(first["places"]),
        )
    )


def _slowest(study: Study, found: pd.DataFrame) -> tuple[str, float]:
    minutes = found["travel_time_min"]
    if minutes.notna().sum() == 0:
        return "", math.nan
    row = int(minutes.argmax())
    return str(compute.village_names(study).iat[row]), float(minutes.iat[row])


def _unit_name(study: Study, unit_code: str) -> str:
    names = study.unit.loc[study.unit["unit_code"] == unit_code, "name"]
    return str(names.iat[0]) if len(names) else "—"


def _source_note(_: Translate, quality: str) -> str:
    notes = {
        "illustrative": _("position illustrative"),
        "geonames": _("position from GeoNames, good to 1–2 km"),
        "osm": _("position from OpenStreetMap"),
    }
    return f" · {notes[quality]}" if quality in notes else ""
