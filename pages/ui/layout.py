"""What every page begins with: its title, its language and its look. A page opened by deep link may run alone."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from geo.model.errors import YidaError
from pages.ui import stage
from pages.ui.text import Translate, current_language, plain, translator


@dataclass(frozen=True)
class Page:
    """The page's language and its translator."""

    language: str
    translate: Translate


def page_setup(title: str) -> Page:
    """Set the browser's title, the wide layout and the style sheet; call it first on every page."""
    language = current_language()
    _ = translator(language)
    st.set_page_config(page_title=f"{_(title)} · Yida 医达", page_icon="🏥", layout="wide")
    st.html(f"<style>{_STYLE}</style>")
    stage.begin(_)
    return Page(language, _)


@contextmanager
def errors_said(_: Translate) -> Iterator[None]:
    """What goes wrong inside and is meant for people is said on the page, in its language, with what to do."""
    try:
        yield
    except YidaError as error:
        st.error(plain(error.say(_)), icon=":material/error:")


def say_unexpected(error: Exception) -> bool:
    """What nobody foresaw: the log has the details, the page an apology. True: Streamlit need not show it too."""
    logging.getLogger("yida").error("unexpected error on a page", exc_info=error)
    _ = translator(current_language())
    st.error(_("Something unexpected went wrong. The details are in the server's log; reload the page to go on."))
    return True


# Only what config.toml's theme cannot say: room for the map, quiet headings, figures first.
_STYLE = """
.stMainBlockContainer { padding: 3.4rem 1.4rem 1rem; max-width: none; }
.stMainBlockContainer h1 { font-size: 1.5rem; padding: 0; line-height: 1.3; }
.stMainBlockContainer h3 { font-size: 1.15rem; padding: 0; }
.stMainBlockContainer [data-testid="stHeading"] > div { margin-bottom: 0; }
.stMainBlockContainer [data-testid="stVerticalBlock"] { gap: .6rem; }
[data-testid="stMetric"] { padding: 0; }
[data-testid="stMetric"] > div { padding: .65rem 1.1rem .5rem; }
[data-testid="stMetricValue"] { font-size: 1.75rem; font-weight: 650; line-height: 1.2; }
[data-testid="stMetricLabel"] p { font-size: .9rem; }
[data-testid="stSidebarHeader"] { height: 2.4rem; min-height: 2.4rem; padding-bottom: 0; }
[data-testid="stSidebarUserContent"] h3 { padding: 0; }
iframe.stCustomComponentV1 {
  border-radius: 8px; border: 1px solid #d5d9db; height: clamp(440px, calc(100vh - 300px), 1200px) !important;
}
.st-key-figures [data-testid="stMetricLabel"] p { white-space: normal; }
.st-key-emergency_map iframe.stCustomComponentV1 { height: clamp(440px, calc(100vh - 20.5rem), 1200px) !important; }
.st-key-indicator_map_box iframe.stCustomComponentV1 { height: clamp(380px, calc(100vh - 520px), 640px) !important; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.9rem .6rem 1rem; }
  .st-key-figures [data-testid="stColumn"] { min-width: calc(50% - .4rem); flex: 1 1 45%; }
  .st-key-figures [data-testid="stHorizontalBlock"] { gap: .6rem; }
  [data-testid="stMetric"] > div { padding: .5rem .7rem; }
  [data-testid="stMetricValue"] { font-size: 1.35rem; }
  [data-testid="stMetricDelta"] p { white-space: normal; }
}
"""
