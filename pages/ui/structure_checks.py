"""All findings of the structure's checks."""

from collections import Counter

import pandas as pd
import streamlit as st

from geo.analysis.structure_checks import FAR_MIN, MOST_COMMUNITIES, OVERLAP_PCT
from geo.analysis.structure_findings import CHECKS
from geo.output.structure_text import finding_text
from geo.output.tables import csv_bytes
from pages.ui.structure_controls import Asked
from pages.ui.structure_first import listed
from pages.ui.text import Translate


def show(_: Translate, language: str, asked: Asked) -> None:
    """Every check with its number of findings; those of the chosen one are listed and drawn on the map."""
    findings, unasked = asked.structure.findings, asked.structure.unasked
    counted = dict.fromkeys(unasked, "–") | {c: f"{n:,}" for c, n in Counter(f.check for f in findings).items()}

    def choose() -> None:
        st.session_state.structure_check = st.session_state.check_choice

    first = next((at for at, c in enumerate(CHECKS) if c in counted and c not in unasked), 0)
    check = st.selectbox(
        _("Check"), list(CHECKS), format_func=lambda c: f"{_(CHECKS[c])} ({counted.get(c, '0')})", key="check_choice",
        on_change=choose, index=first,
    )  # fmt: skip
    if check in unasked:
        st.info(_("This check could not be made: {why}.").format(why=_(unasked[check])), icon=":material/help:")
    elif check in counted:
        listed(_, language, asked, check, "tab")
    else:
        st.success(_("This check found nothing."))
    st.caption(
        _("A parent counts as further when another that the scheme allows is nearer by more than {far:g} min. "
          "Catchments overlap when they share {overlap:g} % or more of the people of the smaller one. Normally a "
          "county has at most {most} communities.").format(far=FAR_MIN, overlap=OVERLAP_PCT, most=MOST_COMMUNITIES)
    )  # fmt: skip
    table = pd.DataFrame({
        _("Check"): [_(CHECKS[f.check]) for f in findings],
        _("Code"): [f.item_id for f in findings],
        _("Finding"): [finding_text(_, language, asked.study, f) for f in findings],
    })  # fmt: skip
    st.download_button(
        _("Download all findings (CSV)"), csv_bytes(table), file_name=f"yida-{asked.study.name}-findings.csv",
        mime="text/csv", icon=":material/download:", on_click="ignore", key="findings_csv",
    )  # fmt: skip
