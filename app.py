"""Yida's server: Streamlit's app with the routes for the map's own scripts, styles and layers.

Run it with `streamlit run app.py`. Page titles and order live in pages/start.py, the script every session runs.
"""

import streamlit as st
from streamlit import net_util

from pages.ui.layout import say_unexpected
from pages.ui.serve import routes

# Streamlit would ask a service on the internet for this machine's address; Yida asks nobody outside.
net_util.get_external_ip = lambda: None

app = st.App("pages/start.py", routes=routes(), on_script_error=say_unexpected)
