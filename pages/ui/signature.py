"""Who stores something: the name that every stored change carries, asked once a session."""

import streamlit as st

from pages.ui.text import Translate


def name_field(_: Translate) -> str:
    """The field for one's name, filled in with the name given last."""
    return st.text_input(_("Your name"), value=st.session_state.get("signed_by", ""), max_chars=80).strip()


def signed(_: Translate, asked: bool, author: str) -> bool:
    """Whether storing was asked for under a name; says so where the name is missing."""
    if asked and not author:
        st.error(_("Write your name first, so that others know whom to ask."))
    elif asked:
        st.session_state.signed_by = author
    return asked and bool(author)
