"""The answers a meeting asks for, a tab each, each table with a download. Names go to cells as text."""

import pandas as pd
import streamlit as st

from geo.model.bases import load_fleet_rules
from geo.output.data_words import shipped_text
from geo.output.tables import csv_bytes
from geo.study.emergency import Emergency
from pages.ui import compute, compute_emergency, roads_show
from pages.ui import emergency_controls as controls
from pages.ui.emergency_words import cause_name, in_time_line
from pages.ui.linked_table import linked_table
from pages.ui.text import Translate, plain

HEIGHT_PX = 420
BUSY_SHARES = (0, 10, 20, 30, 40, 50)


def tabs(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    """Every table of the page."""
    titles = [
        _("Villages not reached"), _("Bases"), _("Busy ambulances"), _("Fleet"), _("Radius and clock"), _("Townships"),
        _("Which road matters most"), _("All villages"),
    ]  # fmt: skip
    shown = (_missed, _bases, _busy, _fleet, _radius, _townships, _roads, _villages)
    for tab, table in zip(st.tabs(titles, key=f"em_tabs:{language}", on_change="rerun"), shown, strict=True):
        if tab.open:  # the others cost nothing until they are looked at
            with tab:
                table(_, language, asked, found)
                if table not in (_fleet, _radius):  # these count no minutes, or say which
                    st.caption(in_time_line(_, asked.clock))


def _missed(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    late = found.missed
    if late.empty:
        st.success(_("Every village is reached in time."))
        return
    sums = late.groupby("cause", sort=False)["population"].agg(["size", "sum"]).sort_values("sum", ascending=False)
    lost = float(late["population"].sum())
    for cause, row in sums.iterrows():
        st.markdown(
            _("- {cause}: {people:,.0f} of {whole:,.0f} people not reached, in {villages} villages").format(
                cause=cause_name(_, str(cause)), people=row["sum"], whole=lost, villages=int(row["size"])
            )
        )
    short = dict(zip(asked.study.demand["demand_id"], compute.village_names(asked.study), strict=True))
    units = compute_emergency.unit_names(asked.study)
    table = pd.DataFrame({
        _("Village"): late["demand_id"].map(short),
        _("Township"): late["unit_code"].map(units).fillna("—"),
        _("People"): late["population"],
        _("Arrival, minutes"): late["arrival_min"],
        _("Missing minutes"): late["missing_min"],
        _("Cheapest cause"): [cause_name(_, cause) for cause in late["cause"]],
    })  # fmt: skip
    _table(_, asked, table, "missed", ids=late["demand_id"])


def _bases(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    rows = found.by_base
    if rows.empty:
        st.info(_("No base is in service."))
        return
    names = {base.base_id: base for base in found.bases}
    rows = rows.sort_values(["people_only", "base_id"], ascending=[False, True], ignore_index=True)
    most = rows.iloc[0]
    text = _(
        "Most people depend on **{name}**: {only:,.0f} of {whole:,.0f} people reached are reached in time by it alone."
    )
    if not most["people_only"]:
        text = _("Nobody is reached in time by one base alone.")
    st.markdown(
        text.format(name=plain(names[most["base_id"]].name), only=most["people_only"], whole=found.reached.covered)
        + " "
        + _("The last two columns take each base's ambulances out in turn.")
    )
    table = pd.DataFrame({
        _("Base"): [names[base_id].name for base_id in rows["base_id"]],
        _("Ambulances"): rows["ambulances"],
        _("Its only ambulance"): [_("yes") if count == 1 else "" for count in rows["ambulances"]],
        _("Villages it reaches first"): rows["villages_first"],
        _("People it reaches first"): rows["people_first"],
        _("Villages it alone reaches"): rows["villages_only"],
        _("People it alone reaches"): rows["people_only"],
        _("People reached while it is out"): rows["people_reached_without"],
        _("… share, % of people"): 100 * rows["people_reached_without"] / (found.reached.population or float("nan")),
    })  # fmt: skip
    _table(_, asked, table, "bases", percent=_("… share, % of people"))


def _busy(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    study, whole = asked.study, found.reached
    busy = st.slider(_("Each ambulance is out, % of the time"), 0, 90, key="em_busy", step=5, persist_state="session")
    people = compute_emergency.expected(study, found, busy / 100)
    st.markdown(
        _(
            "**{people:,.0f}** of {whole:,.0f} people can expect a free ambulance in time; {reached:,.0f} if every "
            "ambulance were always free."
        ).format(people=people, whole=whole.population, reached=whole.covered)
    )
    table = pd.DataFrame({
        _("Out, % of the time"): BUSY_SHARES,
        _("People expected to be reached"): [
            round(compute_emergency.expected(study, found, share / 100)) for share in BUSY_SHARES
        ],
    })  # fmt: skip
    table[_("Share, % of people")] = 100 * table[_("People expected to be reached")] / (whole.population or None)
    _table(_, asked, table, "busy", percent=_("Share, % of people"))
    st.caption(
        _("Expected coverage of MEXCLP (Daskin 1983): the sum over villages of people × (1 − pᵏ), with k ambulances in "
          "time and p the share of the time each is out, all alike and independent of each other.")
    )  # fmt: skip


def _fleet(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    rows = compute_emergency.fleet_table(asked.study, found)
    rules = {rule.rule_id: rule for rule in load_fleet_rules()}
    table = pd.DataFrame({
        _("Rule"): [rules[i].name[language] for i in rows["rule_id"]],
        _("Ambulances needed"): rows["needed"],
        _("In service"): rows["have"],
        _("Missing"): rows["missing"],
        _("Source"): [shipped_text(_, rules[i].source) for i in rows["rule_id"]],
    })  # fmt: skip
    st.markdown(
        _("**{have}** ambulances in service for {people:,.0f} people.").format(
            have=int(found.ambulances.sum()), people=found.reached.population
        )
    )
    _table(_, asked, table, "fleet")


def _radius(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    rows = compute_emergency.radius_table(asked.study, found)
    st.markdown(
        _(
            "A radius is not a time: of the {whole:,.0f} people, {reached:,.0f} are reached within {minutes:g} min "
            "{start}."
        ).format(
            whole=found.reached.population,
            reached=found.reached.covered,
            minutes=asked.clock.threshold_min,
            start=asked.clock.say_start(_),
        )
    )
    table = pd.DataFrame({
        _("Radius, km"): rows["radius_km"],
        _("People within the radius"): rows["counted"],
        _("… of them not reached in time"): rows["counted_not_reached"],
        _("Reached in time from beyond it"): rows["reached_not_counted"],
    })  # fmt: skip
    _table(_, asked, table, "radius")
    st.caption(_("Straight lines from the bases in service; the rule asks for 5 km in towns and 10 to 20 km in the "
                 "country (PMC8796719, table 1)."))  # fmt: skip


def _townships(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    rows = compute_emergency.township_table(asked.study, found)
    table = pd.DataFrame({
        _("Township"): rows["name"],
        _("People"): rows["population"],
        _("Reached in time"): rows["covered"],
        _("Share, % of people"): rows["share_pct"],
        _("Slowest village"): rows["slowest_name"],
        _("Arrival, minutes"): rows["slowest_min"],
    })  # fmt: skip
    _table(_, asked, table, "townships", percent=_("Share, % of people"), ids=rows["unit_code"], kind="unit")


def _roads(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    """The segments whose closure puts most people out of the ambulance's reach."""
    if not found.bases:
        st.info(_("No base is in service."))
        return
    of, assumptions, clock = asked.study, asked.assumptions, asked.clock
    key = compute_emergency.care_key(of, assumptions, found)
    roads_show.ranking(
        _, of, lambda: compute_emergency.care(of, assumptions, found), clock.drive_limit_min, clock.threshold_min, key
    )


def _villages(_: Translate, language: str, asked: controls.Emergency, found: Emergency) -> None:
    rows, study = found.response, asked.study
    bases = {base.base_id: base.name for base in found.bases}
    hospitals = dict(zip(study.facility["facility_id"], study.facility["name"], strict=True))
    table = pd.DataFrame({
        _("Village"): compute.village_names(study),
        _("Township"): rows["unit_code"].map(compute_emergency.unit_names(study)).fillna("—"),
        _("People"): rows["population"],
        _("Base"): rows["base_id"].map(bases).fillna("—"),
        _("Arrival, minutes"): rows["arrival_min"],
        _("Second base"): rows["backup_id"].map(bases).fillna("—"),
        _("Its arrival, minutes"): rows["backup_min"],
        _("Bases in time"): rows["bases_in_time"],
        _("Hospital"): rows["hospital_id"].map(hospitals).fillna("—"),
        _("At the hospital, minutes"): rows["total_min"],
    })  # fmt: skip
    _table(_, asked, table, "villages", ids=rows["demand_id"])


def _table(
    _: Translate,
    asked: controls.Emergency,
    table: pd.DataFrame,
    name: str,
    *,
    percent: str = "",
    ids: "pd.Series[str] | None" = None,
    kind: str = "village",
) -> None:
    """A table, its download with the clock in every row, and a row that can be shown on the map when it has `ids`."""
    config: dict[str, object] = {
        column: st.column_config.NumberColumn(format="localized" if _whole(table[column]) else "%.1f")
        for column in table.columns
        if pd.api.types.is_numeric_dtype(table[column])
    }
    if percent:
        config[percent] = st.column_config.ProgressColumn(format="%.1f", min_value=0, max_value=100)
    if ids is None:
        st.dataframe(table, hide_index=True, column_config=config, height=min(38 + 35 * len(table), HEIGHT_PX))
    else:
        linked_table(asked.study, table, ids, kind, name=f"em_table:{name}", height_px=HEIGHT_PX, column_config=config)
    told = table.assign(**{_("Clock"): asked.clock.say(_), _("Basis"): _("modelled")})
    if ids is not None:
        told = pd.concat([ids.rename(_("Code")).reset_index(drop=True), told.reset_index(drop=True)], axis=1)
    st.download_button(
        _("Download the table (CSV)"),
        lambda: csv_bytes(told),  # made when it is asked for
        file_name=f"yida-{asked.study.name}-emergency-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"em_download:{name}",
    )


def _whole(column: "pd.Series[float]") -> bool:
    """Counts are shown without decimals."""
    return bool((column.dropna() % 1 == 0).all())
