"""The catalogue on screen: every entry that holds, which are Yida's own, and how to load the official list."""

import pandas as pd
import streamlit as st

from geo.model.indicators import DIMENSION_NAMES
from geo.model.inputs import Study
from geo.output.indicator_text import QUALITY_NAMES, target_text
from geo.output.templates import template
from pages.ui import compute, compute_indicators
from pages.ui.text import Translate

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def entries(_: Translate, study: Study, language: str) -> None:
    """The entries as a table, and the templates to fill in."""
    own = len(study.catalogue)
    st.markdown(
        _(
            "Entries whose code begins with yida: are plain entries of this program, with the targets that policy "
            "documents give; they are no official codes. Load your official list at the data desk (kind: catalogue of "
            "indicators); entries of the same code and version take their place. Entries of your own: {own}."
        ).format(own=own)
    )
    held = compute_indicators.entries(study)
    table = pd.DataFrame({
        _("Aspect"): [_(DIMENSION_NAMES.get(e.dimension, "Aspect not told")) for e in held],
        _("Code"): [e.code for e in held],
        _("Version"): [e.version for e in held],
        _("Indicator"): [e.title(language) for e in held],
        _("Numerator"): [e.say("numerator", language) for e in held],
        _("Denominator"): [e.say("denominator", language) for e in held],
        _("Unit"): [e.say("unit", language) for e in held],
        _("Target"): [target_text(e, language) for e in held],
        _("Document"): [e.say("document", language) for e in held],
        _("Clause"): [e.say("clause", language) for e in held],
        _("Entry from"): [_(QUALITY_NAMES.get(e.quality, "not told")) for e in held],
    })  # fmt: skip
    st.dataframe(table, hide_index=True, height=520, key="catalogue")
    names = {"catalogue": _("Template: catalogue (XLSX)"), "indicators": _("Template: values (XLSX)")}
    with st.container(horizontal=True):
        for kind, label in names.items():
            st.download_button(
                label, template(kind, compute.scheme(study), _, language), file_name=f"yida-{kind}.xlsx", mime=XLSX,
                icon=":material/table_view:", on_click="ignore", key=f"template:{kind}",
            )  # fmt: skip
