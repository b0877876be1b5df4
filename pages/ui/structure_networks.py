"""The networks: what share of clinics, hospitals and villages each reaches by township, and who is missing."""

import pandas as pd
import streamlit as st

from geo.analysis.networks import coverage_by_unit, delivery_figures, places_connected
from geo.model.links import VILLAGE, link_kind
from geo.output.names import short_names
from geo.output.structure_text import base_name
from geo.output.tables import csv_bytes
from pages.ui import compute_structure
from pages.ui.structure_cards import FEW_SERVING
from pages.ui.structure_controls import Asked
from pages.ui.text import Translate, plain


def show(_: Translate, language: str, asked: Asked) -> None:
    """All networks at a glance; below, one of them by township."""
    table = compute_structure.network_summary(asked.study)
    if table.empty:
        st.info(_("This study has no links yet. Load a list of links on the data desk."))
        return
    shown = pd.DataFrame({
        _("Network"): [link_kind(k).name[language] for k in table["kind"]],
        _("Links"): table["links"],
        _("Serving ends"): table["serving"],
        _("Should be connected"): [base_name(_, b) if b else "—" for b in table["base"]],
        _("Connected"): [
            _("{part:,} of {whole:,}").format(part=part, whole=whole) if whole else "—"
            for part, whole in zip(table["connected"], table["places"], strict=True)
        ],
        _("Share, %"): 100 * table["connected"] / table["places"].where(table["places"] > 0),
    })  # fmt: skip
    share = st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100)
    st.dataframe(shown, hide_index=True, column_config={_("Share, %"): share})
    options = [(k, b) for k, b in zip(table["kind"], table["base"], strict=True) if b]
    if options:
        gaps = [c < p for c, p, b in zip(table["connected"], table["places"], table["base"], strict=True) if b]
        chosen = st.selectbox(
            _("By township"), options, key="network_choice", index=gaps.index(True) if any(gaps) else 0,
            format_func=lambda kb: f"{link_kind(kb[0]).name[language]} · {base_name(_, kb[1])}",
        )  # fmt: skip
        _by_township(_, asked, *chosen)


def _by_township(_: Translate, asked: Asked, kind_id: str, base: str) -> None:
    study, kind = asked.study, link_kind(kind_id)
    places = places_connected(study.link, kind, base, study.facility, study.demand, study.scheme)
    table = coverage_by_unit(places, study.unit)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        shown = pd.DataFrame({
            _("Township"): table["name"], _("Connected"): table["connected"], _("All"): table["places"],
            _("Share, %"): table["share_pct"],
        })  # fmt: skip
        share = st.column_config.ProgressColumn(format="%.0f", min_value=0, max_value=100)
        st.dataframe(shown, hide_index=True, height=320, column_config={_("Share, %"): share})
    with right:
        missing = places[~places["connected"]]
        names = short_names(missing["name"]) if base == VILLAGE else missing["name"]
        st.markdown(
            _("Not connected: {part:,} of {whole:,} {what}").format(
                part=len(missing), whole=len(places), what=plain(base_name(_, base))
            )
        )
        unit = dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))
        listed = pd.DataFrame({
            _("Name"): names.tolist(), _("Township"): [unit.get(c, "—") for c in missing["unit_code"]],
        })  # fmt: skip
        st.dataframe(listed, hide_index=True, height=280)
        st.download_button(
            _("Download the list (CSV)"), csv_bytes(listed), file_name=f"yida-{study.name}-{kind_id}-missing.csv",
            mime="text/csv", icon=":material/download:", on_click="ignore", key="missing_csv",
        )  # fmt: skip
    _minutes(_, asked, kind_id)


def _minutes(_: Translate, asked: Asked, kind_id: str) -> None:
    """Minutes on roads from serving to served ends: of the central pharmacy, the time of delivery."""
    kind = link_kind(kind_id)
    rows = asked.study.link[asked.study.link["kind"] == kind_id]
    if rows[kind.serving_column].nunique() > FEW_SERVING:
        return
    count, median, p95, most = delivery_figures(compute_structure.minutes_of_links(*asked.key, kind_id))
    if count:
        st.markdown(
            _("On the road between the two ends (modelled): median **{median:.0f} min**, 95 % within {p95:.0f} min, "
              "longest {most:.0f} min; {count:,} of {whole:,} links.").format(
                median=median, p95=p95, most=most, count=count, whole=len(rows)
            )
        )  # fmt: skip
