"""The emergency's figures, what is known of the place chosen, and the bases to switch. Names pass `plain`."""

import math

import pandas as pd
import streamlit as st

from geo.analysis.coverage import Coverage
from geo.model.bases import Base, open_facilities
from geo.model.clock import Clock
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.network.route import Route
from geo.output.figure import percent
from geo.output.language import sentences
from geo.output.rescue_map import ambulances_text
from geo.study.conditions import Band
from geo.study.emergency import Emergency, Rescue, hospital_coverage
from pages.ui import compute, compute_emergency, emergency_plan
from pages.ui import emergency_controls as controls
from pages.ui import emergency_state as chosen
from pages.ui.emergency_words import case_name, in_time_line
from pages.ui.text import Translate, plain

MOST_PROBLEMS = 3  # shown at once


def key_figures(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    """People reached, villages missed, people with one base only, people at a hospital; each of how many."""
    whole, clock = found.reached, asked.clock
    one = found.response["bases_in_time"] == 1
    hospital = hospital_coverage(found, asked.limit_min)
    case = case_name(language, asked.capability)
    figures = [
        (
            _("Reached within {minutes:g} min {start}").format(minutes=clock.threshold_min, start=clock.say_start(_)),
            percent(whole.share_pct),
            _("{part:,.0f} of {whole:,.0f} people").format(part=whole.covered, whole=whole.population),
        ),
        (
            _("Not reached within {minutes:g} min {start}").format(
                minutes=clock.threshold_min, start=clock.say_start(_)
            ),
            _("{n:,} villages").format(n=whole.places - whole.places_covered),
            _("of {whole:,} villages").format(whole=whole.places),
        ),
        (
            _("Reached by a single base, {start}").format(start=clock.say_start(_)),
            _("{n:,.0f} people").format(n=found.response.loc[one, "population"].sum()),
            _("of {whole:,.0f} people reached").format(whole=whole.covered),
        ),
        (
            _("{case} within {minutes} min {start}").format(
                case=case, minutes=asked.limit_min, start=clock.say_start(_)
            ),
            percent(hospital.share_pct),
            _("{part:,.0f} of {whole:,.0f} people").format(part=hospital.covered, whole=hospital.population),
        ),
    ]
    with st.container(key="figures"):
        for column, (label, value, of) in zip(st.columns(len(figures)), figures, strict=True):
            column.metric(plain(label), value, of, delta_color="off", delta_arrow="off", border=True, height="stretch")


def band_line(_: Translate, asked: controls.Emergency, band: Band) -> None:
    """The band about the first figure when all speeds are wrong by some share."""
    slow, fast = band.slower, band.faster
    st.caption(
        _(
            "If all speeds on the road are {share:.0f} % lower or higher: {low} to {high} reached within "
            "{minutes:g} min {start} ({slow:,.0f} to {fast:,.0f} of {whole:,.0f} people, modelled)."
        ).format(
            share=100 * band.share,
            low=percent(slow.share_pct),
            high=percent(fast.share_pct),
            minutes=asked.clock.threshold_min,
            start=asked.clock.say_start(_),
            slow=slow.covered,
            fast=fast.covered,
            whole=slow.population,
        )
    )


def closed_line(_: Translate, asked: controls.Emergency, before: Coverage) -> None:
    """That roads are closed, and whom an ambulance would reach were they open."""
    text = _(
        "Closed road segments, in every figure here: {count}. With all roads open {part:,.0f} of {whole:,.0f} people "
        "({share}) are reached within {minutes:g} min {start} (modelled)."
    ).format(
        count=len(asked.breaks),
        part=before.covered,
        whole=before.population,
        share=percent(before.share_pct),
        minutes=asked.clock.threshold_min,
        start=asked.clock.say_start(_),
    )
    st.warning(plain(text), icon=":material/block:")


def problems(_: Translate, told: list[Problem]) -> None:
    """What limits the figures, the first few at once."""
    for problem in told[:MOST_PROBLEMS]:
        st.warning(plain(problem.say(_)), icon=":material/warning:")
    if told[MOST_PROBLEMS:]:
        with st.expander(_("{count} more remarks").format(count=len(told) - MOST_PROBLEMS)):
            for problem in told[MOST_PROBLEMS:]:
                st.markdown(plain(problem.say(_)))


def details(_: Translate, language: str, asked: controls.Emergency, found: Emergency, legs: Rescue | None) -> None:
    """What is known of the highlighted village, base, hospital or township."""
    picked = chosen.picked(asked.study)
    if picked is None:
        st.info(_("Click a village on the map to see its rescue step by step, or a base to see who depends on it."),
                icon=":material/touch_app:")  # fmt: skip
    elif picked.kind == "village":
        _village(_, language, asked, found, picked.item_id, legs)
    elif picked.kind == "base":
        _base(_, asked, found, picked.item_id)
    elif picked.kind == "facility":
        _hospital(_, language, asked, found, picked.item_id)
    else:
        _township(_, asked, found, picked.item_id)


def _village(
    _: Translate, language: str, asked: controls.Emergency, found: Emergency, demand_id: str, legs: Rescue | None
) -> None:
    at = int((asked.study.demand["demand_id"] == demand_id).argmax())
    row = found.response.iloc[at]
    st.subheader(plain(compute.village_names(asked.study).iat[at]), anchor=False)
    unit = compute_emergency.unit_names(asked.study).get(row["unit_code"], "—")
    st.caption(_("Village in {unit} · {people:,.0f} people").format(unit=plain(unit), people=row["population"]))
    names = {base.base_id: base.name for base in found.bases}
    st.markdown(_arrival_text(_, asked.clock, row, names))
    st.dataframe(
        steps(_, asked, row, names, legs),
        hide_index=True,
        column_config={
            _("Minutes"): st.column_config.NumberColumn(format="%.1f"),
            _("On the clock"): st.column_config.NumberColumn(format="%.1f"),
        },
    )


def _arrival_text(_: Translate, clock: Clock, row: "pd.Series", names: dict[str, str]) -> str:
    if math.isnan(row["arrival_min"]):
        return _("No base in service reaches this village by road.")
    late = row["arrival_min"] - clock.threshold_min
    text = _("**{minutes:.1f} min** {start}: in time (limit {limit:g} min).")
    if late > 0:
        text = _("**{minutes:.1f} min** {start}: {late:.1f} min too late (limit {limit:g} min).")
    said = text.format(minutes=row["arrival_min"], start=clock.say_start(_), late=late, limit=clock.threshold_min)
    if not row["backup_id"]:
        return sentences(said, _("No other base reaches it by road."))
    backup = _("If that base has no ambulance, {name} comes after {minutes:.1f} min.")
    return sentences(said, backup.format(name=plain(names[row["backup_id"]]), minutes=row["backup_min"]))


def steps(
    _: Translate, asked: controls.Emergency, row: "pd.Series", names: dict[str, str], legs: Rescue | None
) -> pd.DataFrame:
    """The rescue of one village step by step: what, minutes, minutes on the clock after it."""
    clock, study = asked.clock, asked.study
    way_out = legs.to_scene if legs else None
    way_back = legs.to_hospital if legs else None
    hospital = dict(zip(study.facility["facility_id"], study.facility["name"], strict=True))
    base = names.get(row["base_id"], "—")
    counted = {"call": ["call", "turnout"], "turnout": ["turnout"], "departure": []}[clock.start]
    rows: list[tuple[str, float]] = []
    if "call" in counted:
        rows.append((_("Call handling"), clock.call_handling_min))
    if "turnout" in counted:
        rows.append((_("Turnout"), clock.turnout_min))
    rows.append((_("Drive from {name}").format(name=base) + _road(_, way_out), row["drive_min"]))
    if clock.on_scene_min:
        rows.append((_("On the scene"), clock.on_scene_min))
    to = hospital.get(row["hospital_id"], "—")
    rows.append((_("Drive to {name}").format(name=to) + _road(_, way_back), row["hospital_drive_min"]))
    table = pd.DataFrame(rows, columns=[_("Step"), _("Minutes")])
    table.insert(2, _("On the clock"), table[_("Minutes")].cumsum(skipna=False))
    return table


def _road(_: Translate, way: Route | None) -> str:
    return _(", {km:.1f} km").format(km=way.road_m / 1000) if way else ""


def _base(_: Translate, asked: controls.Emergency, found: Emergency, base_id: str) -> None:
    own = next(base for base in asked.bases(_) if base.base_id == base_id)
    st.subheader(plain(own.name), anchor=False)
    unit = compute_emergency.unit_names(asked.study).get(own.unit_code, "—")
    st.caption(f"{plain(unit)} · {plain(ambulances_text(_, own))}")
    if own.added:
        st.button(
            _("Remove this base"),
            icon=":material/delete:",
            on_click=emergency_plan.remove,
            args=(asked.study, base_id),
        )
    rows = found.by_base.loc[found.by_base["base_id"] == base_id]
    if rows.empty:
        st.markdown(_("It is not in service now."))
        return
    row = rows.iloc[0]
    st.markdown(
        _(
            "First on the scene in time for **{first:,.0f}** of {whole:,.0f} people; **{only:,.0f}** of them are "
            "reached in time by this base alone. While it has no ambulance, {without:,.0f} people are reached."
        ).format(
            first=row["people_first"],
            whole=found.reached.population,
            only=row["people_only"],
            without=row["people_reached_without"],
        )
    )
    st.caption(in_time_line(_, asked.clock))


def _hospital(_: Translate, language: str, asked: controls.Emergency, found: Emergency, facility_id: str) -> None:
    row = asked.study.facility.loc[asked.study.facility["facility_id"] == facility_id].iloc[0]
    st.subheader(plain(row["name"]), anchor=False)
    mine = (found.response["hospital_id"] == facility_id) & found.response["total_min"].notna()
    st.markdown(
        _("Nearest hospital with “{case}” for **{people:,.0f}** of {whole:,.0f} people in {villages} villages.").format(
            case=plain(case_name(language, asked.capability)),
            people=found.response.loc[mine, "population"].sum(),
            whole=found.reached.population,
            villages=int(mine.sum()),
        )
    )


def _township(_: Translate, asked: controls.Emergency, found: Emergency, unit_code: str) -> None:
    st.subheader(plain(compute_emergency.unit_names(asked.study).get(unit_code, "—")), anchor=False)
    table = compute_emergency.township_table(asked.study, found)
    row = table.loc[table["unit_code"] == unit_code]
    if row.empty:
        st.markdown(_("No village of the list lies in this township."))
        return
    first = row.iloc[0]
    st.markdown(
        _(
            "**{share}** of its people are reached within {minutes:g} min {start}: {part:,.0f} of {whole:,.0f} people, "
            "{villages} of {places} villages."
        ).format(
            share=percent(first["share_pct"]),
            minutes=asked.clock.threshold_min,
            start=asked.clock.say_start(_),
            part=first["covered"],
            whole=first["population"],
            villages=int(first["places_covered"]),
            places=int(first["places"]),
        )
    )


def bases_editor(_: Translate, asked: controls.Emergency, found: Emergency) -> None:
    """The bases: switched on and off, with their ambulances and hours; and how to add one."""
    study, bases = asked.study, asked.bases(_)
    st.subheader(_("Bases"), anchor=False)
    only = found.by_base.set_index("base_id")["people_only"]
    if bases:
        table = pd.DataFrame({
            _("On"): [base.on for base in bases],
            _("Base"): [base.name for base in bases],
            _("Ambulances"): [base.ambulances for base in bases],
            _("Day only"): [base.day_only for base in bases],
            _("Only it reaches"): [only.get(base.base_id, math.nan) for base in bases],
        })  # fmt: skip
        key = f"em_bases:{study.name}:{st.session_state.get('em_revision', 0)}"
        st.data_editor(
            table,
            key=key,
            hide_index=True,
            height=min(38 + 35 * len(bases), 300),
            disabled=[_("Base"), _("Only it reaches")],
            on_change=_edited,
            args=(study, bases, key, list(table.columns)),
            column_config={
                _("On"): st.column_config.CheckboxColumn(width=62),
                _("Base"): st.column_config.TextColumn(width=165),
                _("Ambulances"): st.column_config.NumberColumn(min_value=0, max_value=999, step=1, width=110),
                _("Day only"): st.column_config.CheckboxColumn(width=86),
                _("Only it reaches"): st.column_config.NumberColumn(
                    format="localized",
                    width=115,
                    help=sentences(_("People reached in time by this base alone."), in_time_line(_, asked.clock)),
                ),
            },
        )
    _adding(_, asked, bases)


def _edited(study: Study, bases: tuple[Base, ...], key: str, columns: list[str]) -> None:
    """Take what was edited in the table of bases."""
    fields = {columns[0]: "on", columns[2]: "ambulances", columns[3]: "day_only"}
    changed = [vars(base).copy() for base in bases]
    for row, cells in st.session_state[key]["edited_rows"].items():
        told = {fields[name]: value for name, value in cells.items() if name in fields and value is not None}
        changed[int(row)] |= told | ({"assumed": False} if "ambulances" in told else {})
    emergency_plan.keep(study, [Base(**values) for values in changed])


def _adding(_: Translate, asked: controls.Emergency, bases: tuple[Base, ...]) -> None:
    study, have = asked.study, {base.base_id for base in bases}
    st.toggle(_("Add a base: click its place on the map"), key="em_pick")
    facility = open_facilities(study.facility)
    names = dict(zip(facility["facility_id"], facility["name"], strict=True))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    key = f"em_facility:{study.name}:{st.session_state.get('em_revision', 0)}"
    left.selectbox(
        _("or make a facility a base"),
        [facility_id for facility_id in names if facility_id not in have],
        index=None,
        format_func=lambda facility_id: names.get(facility_id, facility_id),
        placeholder=_("Choose a facility"),
        key=key,
        on_change=lambda: emergency_plan.add_facility(study, st.session_state[key]),
    )
    right.button(
        _("Back to the list's bases"),
        disabled=emergency_plan.encode(study, bases) == "",
        width="stretch",
        on_click=emergency_plan.reset,
        args=(study,),
    )
