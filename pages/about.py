"""About: what the program is, where its data comes from, and every assumption with its source."""

import pandas as pd
import streamlit as st

from geo.model.assumptions import default_rows
from geo.model.errors import N_
from geo.output.data_words import shipped_text
from geo.output.words import mode_name
from pages.ui import address, compute, state
from pages.ui.assumed import item_name, unit_name
from pages.ui.emergency_words import interval_table
from pages.ui.layout import page_setup
from pages.ui.text import plain

page = page_setup(N_("About"))
_ = page.translate
state.restore(list(compute.study_titles()))
address.keep({"study": st.session_state.get("study", ""), "lang": page.language})
st.title(_("About Yida"), anchor=False)
st.markdown(
    _(
        "Yida shows who reaches care, of which tier, in how many minutes, on real roads. It runs without the internet. "
        "Every figure is modelled; no map drawn here may be published without a review number."
    )
)
st.subheader(_("Data of the studies"), anchor=False)
for name, titles in compute.study_titles().items():
    header = compute.header(name)
    with st.expander(titles.get(page.language, name)):
        st.markdown(plain(header["notes"].get(page.language, "")) or "—")
        credits = pd.DataFrame(header["attribution"], columns=["what", "source", "licence", "date"]).fillna("")
        credits = credits.map(lambda text: shipped_text(_, str(text)))
        credits.columns = pd.Index([_("What"), _("Source"), _("Licence"), _("Date")])
        st.dataframe(credits, hide_index=True)
st.subheader(_("Assumptions"), anchor=False)
st.markdown(_("P: published source. G: general knowledge, not verified; change it for your county."))
kinds = {"speed": _("Speed"), "factor": _("Factor"), "access": _("Off the road"), "height": _("Height")}
said = [
    {
        "kind": kinds[row.kind],
        "mode": mode_name(_, row.mode),
        "item": item_name(_, row),
        "unit": unit_name(_, row),
        "source": shipped_text(_, row.source),
    }
    for row in default_rows()
]
rows = pd.DataFrame(vars(row) | words for row, words in zip(default_rows(), said, strict=True))
rows.columns = pd.Index([_("Kind"), _("Travel mode"), _("Item"), _("Value"), _("Unit"), _("Quality"), _("Source")])
source = {_("Source"): st.column_config.TextColumn(width=820)}
st.dataframe(rows, hide_index=True, height=420, column_config=source)
st.dataframe(interval_table(_, page.language), hide_index=True, column_config=source)
st.subheader(_("Software"), anchor=False)
st.markdown(
    _(
        "Yida is free software under the Apache License 2.0. The map is drawn with Leaflet (BSD 2-Clause); reading, "
        "geometry and search are done by GDAL, GEOS, PROJ, libosmium and SciPy; pages and pictures are set by Typst "
        "(Apache 2.0) in Noto Sans SC (OFL 1.1), slides made by python-pptx (MIT)."
    )
)
