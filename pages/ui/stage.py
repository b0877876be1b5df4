"""Meeting mode: any page as a stage. Its title, figures and map are large, its controls are away until it is left."""

import streamlit as st

from pages.ui.text import Translate


def is_on() -> bool:
    """Whether the session is on stage; a link can begin there with stage=1."""
    return bool(st.session_state.setdefault("stage", st.query_params.get("stage") == "1"))


def enter_button(_: Translate) -> None:
    """The one click that turns the page into a stage."""
    st.button(_("Meeting mode"), icon=":material/slideshow:", width="stretch", key="enter_stage", on_click=_switch)


def begin(_: Translate) -> None:
    """On stage: the large look, and the way back (button or Esc)."""
    # The same elements on and off stage: with others the map's frame would be another one, and its view lost.
    st.html(f"<style>{_STYLE if is_on() else ''}</style>")
    with st.container(key="leave_stage"):
        if is_on():
            st.button(
                _("Leave meeting mode"), icon=":material/close:", shortcut="Esc", key="leave_button", on_click=_switch
            )


def _switch() -> None:
    st.session_state.stage = not is_on()


# Everything of Streamlit is measured in rem: a larger root makes text that can be read from five metres.
_STYLE = """
@media (min-width: 900px) { html { font-size: 24px; } }
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stExpandSidebarButton"], .st-key-search,
[data-testid="stHorizontalBlock"]:has(iframe) > [data-testid="stColumn"]:not(:has(iframe)) { display: none !important; }
.stMainBlockContainer { padding: .5rem 1rem .4rem; }
.stMainBlockContainer [data-testid="stCaptionContainer"] p { font-size: 1rem; }
[data-testid="stMetricValue"] { font-size: 2.2rem; }
[data-testid="stMetricLabel"] p, [data-testid="stMetricDelta"] p, [data-testid="stMetricDelta"] { font-size: 1rem; }
iframe.stCustomComponentV1 { height: calc(100vh - 15.5rem) !important; min-height: 420px; }
.st-key-indicator_map_box iframe.stCustomComponentV1 { height: calc(100vh - 23rem) !important; }
[data-testid="stMetricDelta"] p { white-space: normal; }
.st-key-leave_stage { position: fixed; top: .5rem; right: 1rem; width: auto; z-index: 1000; opacity: .35; }
.st-key-leave_stage:hover, .st-key-leave_stage:focus-within { opacity: 1; }
.st-key-leave_stage button { min-height: 1.6rem; padding: 0 .5rem; }
.st-key-leave_stage button p { font-size: .67rem; }
"""
