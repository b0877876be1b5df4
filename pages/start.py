"""Navigation: page titles and order, nothing a page needs."""

import streamlit as st

from pages.ui.text import current_language, translator

_ = translator(current_language())
st.navigation(
    [
        st.Page("map.py", title=_("Map"), default=True),
        st.Page("structure.py", title=_("Structure"), url_path="structure"),
        st.Page("emergency.py", title=_("Emergency"), url_path="emergency"),
        st.Page("roads.py", title=_("Roads"), url_path="roads"),
        st.Page("records.py", title=_("Records"), url_path="records"),
        st.Page("indicators.py", title=_("Indicators"), url_path="indicators"),
        st.Page("province.py", title=_("Province"), url_path="province"),
        st.Page("desk.py", title=_("Data desk"), url_path="desk"),
        st.Page("export.py", title=_("Files"), url_path="export"),
        st.Page("about.py", title=_("About"), url_path="about"),
    ],
    position="top",
).run()
