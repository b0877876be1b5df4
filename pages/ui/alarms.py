"""The alarms in detail, with thresholds one can change, and the surplus divided between the levels."""

import pandas as pd
import streamlit as st

from geo.analysis.alarms import Alarm
from geo.analysis.surplus import ratio_from
from geo.model.inputs import Study
from geo.output.indicator_text import alarm_table
from geo.output.tables import csv_bytes
from pages.ui import compute_indicators
from pages.ui.layout import errors_said
from pages.ui.text import Translate


def rules(_: Translate, study: Study, found: list[Alarm], language: str) -> None:
    """Every rule with what it measured and what is missing; a changed threshold is kept for this study."""
    st.markdown(
        _(
            "An alarm is raised when any of its rules is, and quiet when all are; a rule whose values are missing "
            "cannot be told. No source at hand gives the thresholds: they are general knowledge, and yours to change "
            "here."
        )
    )
    table = alarm_table(_, found, compute_indicators.entries(study), language)
    fixed = [name for name in table.columns if name != _("Threshold")]
    changed = st.data_editor(
        table, hide_index=True, disabled=fixed, key=f"alarm_rules:{study.name}:{language}",
        column_config={_("Threshold"): st.column_config.NumberColumn(required=True)},
    )  # fmt: skip
    with errors_said(_):
        flat = [finding.rule for alarm in found for finding in alarm.findings]
        new = [
            (rule, float(value))
            for rule, value in zip(flat, changed[_("Threshold")].tolist(), strict=True)
            if pd.notna(value) and float(value) != rule.threshold
        ]
        for rule, value in new:
            compute_indicators.set_threshold(study, rule, value)
        if new:
            st.rerun()


def surplus(_: Translate, study: Study) -> None:
    """The surplus of the insurance fund divided county : town : village, to the fen."""
    st.markdown(
        _(
            "A surplus of the insurance fund is divided between county, town and village level. Suixi divides it 6:3:1 "
            "(policy documents behind the project); write the ratio of your county."
        )
    )
    left, right = st.columns([1, 2], gap="medium")
    with left, errors_said(_):
        amount = st.number_input(
            _("Surplus, yuan"), min_value=0.0, max_value=1e13, value=1_000_000.0, step=10_000.0, format="%.2f",
            key="surplus_amount",
        )  # fmt: skip
        text = st.text_input(_("Ratio county:town:village"), value="6:3:1", key="surplus_ratio")
        ratio = ratio_from(text)
        parts = compute_indicators.surplus(amount, ratio)
        table = pd.DataFrame({
            _("Level"): [_("County level"), _("Town level"), _("Village level")],
            _("Part of the ratio"): [f"{part.normalize():f}" for part in ratio],
            _("Share, % of the surplus"): [f"{100 * part / sum(ratio):.2f}" for part in ratio],
            _("Yuan"): [f"{part:,.2f}" for part in parts],
        })  # fmt: skip
        with right:
            st.dataframe(table, hide_index=True, key="surplus")
            st.caption(_("Together {sum} yuan, the whole surplus to the fen.").format(sum=f"{sum(parts):,.2f}"))
            st.download_button(
                _("Download (CSV)"), csv_bytes(table), file_name=f"yida-{study.name}-surplus.csv", mime="text/csv",
                icon=":material/download:", on_click="ignore",
            )  # fmt: skip
