"""Meeting mode: a page as a stage. Its title, figures and map are large, its controls are away until it is left.

The pages that have figures follow one another, by two small buttons, the arrow keys or a clicker.
"""

from pathlib import Path

import streamlit as st

from geo.model.errors import N_
from pages.ui.text import Translate

STYLE, KEYS = Path(__file__).with_name("stage.css"), Path(__file__).with_name("stage.js")
# Title → script of the pages that can be a stage, in the order of the navigation.
PAGES = {
    N_("Map"): "map.py", N_("Structure"): "structure.py", N_("Emergency"): "emergency.py", N_("Roads"): "roads.py",
    N_("Records"): "records.py", N_("Indicators"): "indicators.py", N_("Province"): "province.py",
}  # fmt: skip
MAY_BE_EMPTY = "Records"  # until somebody loads a list: no step leads there


def is_on() -> bool:
    """Whether the session is on stage; a link can begin there with stage=1."""
    return bool(st.session_state.setdefault("stage", st.query_params.get("stage") == "1"))


def enter_button(_: Translate) -> None:
    """The one click that turns the page into a stage, where the page can be one."""
    if st.session_state.get("page") in PAGES:
        st.button(_("Meeting mode"), icon=":material/slideshow:", width="stretch", key="enter_stage", on_click=_switch)


def begin(_: Translate, title: str) -> None:
    """On stage: the large look, the way to the next page and back, and the way out (button or Esc)."""
    st.session_state.page = title
    if title not in PAGES:
        st.session_state.stage = False
    # The same elements on and off stage: with others the map's frame would be another one, and its view lost.
    st.html(STYLE if is_on() else "<style></style>")
    with st.container(key="leave_stage", horizontal=True):
        if is_on():
            _walk(_, title)
            st.button(
                _("Leave meeting mode"), icon=":material/close:", shortcut="Esc", key="leave_button", on_click=_switch
            )


def _walk(_: Translate, title: str) -> None:
    """The pages before and after this one, with study and language kept."""
    st.html(f"<script>{KEYS.read_text(encoding='utf-8')}</script>", unsafe_allow_javascript=True)
    at = list(PAGES).index(title)
    before, after = ([t for t in part if t != MAY_BE_EMPTY] for part in (list(PAGES)[:at], list(PAGES)[at + 1 :]))
    for key, icon, to in (("back", "arrow_back", before[-1:]), ("next", "arrow_forward", after[:1])):
        said = _(to[0]) if to else None
        if st.button(said or "—", icon=f":material/{icon}:", key=f"stage_{key}", disabled=not to) and to:
            st.switch_page(PAGES[to[0]])


def _switch() -> None:
    st.session_state.stage = not is_on()
