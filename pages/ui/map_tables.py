"""What the map shows, as tables: a row chosen is shown on the map, so nothing needs a pointer. Names go as text."""

import pandas as pd
import streamlit as st

from geo.model.inputs import Study
from geo.output.tables import csv_bytes
from pages.ui import compute
from pages.ui.controls import Question
from pages.ui.linked_table import linked_table
from pages.ui.text import Translate

HEIGHT_PX = 540


def tabs(_: Translate, language: str, question: Question, found: pd.DataFrame) -> None:
    """Townships with their coverage, villages with their minutes, facilities with their tier."""
    names = [_("Townships"), _("Villages"), _("Facilities")]
    townships, villages, places = st.tabs(names, key=f"map_tables:{language}", on_change="rerun")
    if townships.open:
        with townships:
            _townships(_, question, found)
    if villages.open:
        with villages:
            _villages(_, question, found)
    if places.open:
        with places:
            facilities(_, language, question.study)


def _townships(_: Translate, question: Question, found: pd.DataFrame) -> None:
    """Coverage by township, the least covered first."""
    study = question.study
    table = compute.township_table(study, found, question.threshold_min)
    shown = pd.DataFrame({
        "id": table["unit_code"],
        _("Township"): table["name"],
        _("People"): table["population"],
        _("Covered people"): table["covered"],
        _("Share, % of people"): table["share_pct"],
        _("Slowest village"): table["slowest_name"],
        _("Minutes"): table["slowest_min"],
    })  # fmt: skip
    _shown(_, study, shown, "unit", f"{question.mode}-{question.threshold_min}min")


def _villages(_: Translate, question: Question, found: pd.DataFrame) -> None:
    """Every village of the map, the slowest first, those that no road reaches before them."""
    study = question.study
    facility = dict(zip(study.facility["facility_id"], study.facility["name"], strict=True))
    table = pd.DataFrame({
        "id": study.demand["demand_id"],
        _("Village"): compute.village_names(study),
        _("Township"): study.demand["unit_code"].map(compute.unit_names(study)).fillna("—"),
        _("People"): study.demand["population"],
        _("Minutes"): found["travel_time_min"].to_numpy(),
        _("Nearest facility"): found["facility_id"].map(facility).fillna("—").to_numpy(),
    })  # fmt: skip
    table = table.sort_values([_("Minutes"), "id"], ascending=[False, True], na_position="first", ignore_index=True)
    _shown(_, study, table, "village", "villages")


def facilities(_: Translate, language: str, study: Study) -> None:
    """Every facility with its tier, township and parent, in the order of the scheme's tiers."""
    tiers = compute.scheme(study).tiers
    order = {tier.tier_id: at for at, tier in enumerate(tiers)}
    facility = study.facility
    names = dict(zip(facility["facility_id"], facility["name"], strict=True))
    table = pd.DataFrame({
        "id": facility["facility_id"],
        _("Facility"): facility["name"],
        _("Tier"): facility["tier"].map({tier.tier_id: tier.name[language] for tier in tiers}).fillna("—"),
        _("Township"): facility["unit_code"].map(compute.unit_names(study)).fillna("—"),
        _("Parent"): facility["parent_id"].map(names).fillna("—"),
        _("Beds"): facility["beds"],
    })  # fmt: skip
    rank = facility["tier"].map(order).fillna(len(order)).to_numpy()
    table = table.iloc[rank.argsort(kind="stable")].reset_index(drop=True)
    _shown(_, study, table, "facility", "facilities")


def _shown(_: Translate, study: Study, table: pd.DataFrame, kind: str, name: str) -> None:
    """A table whose column `id` is not shown, with its download."""
    numbers = {_("People"): "localized", _("Covered people"): "localized", _("Beds"): "localized", _("Minutes"): "%.1f"}
    share = st.column_config.ProgressColumn(format="%.1f", min_value=0, max_value=100)
    linked_table(
        study,
        table.drop(columns="id"),
        table["id"],
        kind,
        name="map_table",
        height_px=HEIGHT_PX,
        column_config={column: st.column_config.NumberColumn(format=form) for column, form in numbers.items()}
        | {_("Share, % of people"): share},
    )
    st.download_button(
        _("Download the table (CSV)"),
        lambda: csv_bytes(table.rename(columns={"id": _("Code")})),
        file_name=f"yida-{study.name}-{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"map_table:{kind}:csv",
    )
