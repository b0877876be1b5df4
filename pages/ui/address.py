"""The address of a page that has no map of its own study, whose frame would write it: so that a reload keeps it all."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st


def keep(told: Mapping[str, str]) -> None:
    """Put what is chosen into the page's address, empty values left out, without a step in the browser's history."""
    query = urlencode({key: value for key, value in told.items() if value})  # leaves no sign that HTML or scripts read
    script = f"window.history.replaceState(window.history.state, '', {json.dumps('?' + query)})"
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)
