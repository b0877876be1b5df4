"""Meeting mode: any page as a stage. Its title, figures and map are large, its controls are away until it is left."""

from pathlib import Path

import streamlit as st

from pages.ui.text import Translate

STYLE = Path(__file__).with_name("stage.css")


def is_on() -> bool:
    """Whether the session is on stage; a link can begin there with stage=1."""
    return bool(st.session_state.setdefault("stage", st.query_params.get("stage") == "1"))


def enter_button(_: Translate) -> None:
    """The one click that turns the page into a stage."""
    st.button(_("Meeting mode"), icon=":material/slideshow:", width="stretch", key="enter_stage", on_click=_switch)


def begin(_: Translate) -> None:
    """On stage: the large look, and the way back (button or Esc)."""
    # The same elements on and off stage: with others the map's frame would be another one, and its view lost.
    st.html(STYLE if is_on() else "<style></style>")
    with st.container(key="leave_stage"):
        if is_on():
            st.button(
                _("Leave meeting mode"), icon=":material/close:", shortcut="Esc", key="leave_button", on_click=_switch
            )


def _switch() -> None:
    st.session_state.stage = not is_on()
