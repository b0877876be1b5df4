"""What every page begins with: its title, its language and its look. A page opened by deep link may run alone."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from geo.model.errors import YidaError
from pages.ui import stage
from pages.ui.text import Translate, current_language, plain, translator

STYLE = Path(__file__).with_name("look.css")


@dataclass(frozen=True)
class Page:
    """The page's language and its translator."""

    language: str
    translate: Translate


def page_setup(title: str) -> Page:
    """Set the browser's title, the wide layout and the style sheet; call it first on every page."""
    language = st.session_state.setdefault("lang", current_language())
    _ = translator(language)
    st.set_page_config(page_title=f"{_(title)} · Yida 医达", page_icon="🏥", layout="wide")
    st.html(STYLE)
    _words(_)
    _said_language(language)
    stage.begin(_, title)
    return Page(language, _)


def _words(_: Translate) -> None:
    """The words of Streamlit's uploader, which look.css puts in the place of its English ones."""
    choose, limit = _("Choose a file"), _("At most {size} MB a file; or drop it here")
    limit = limit.format(size=st.get_option("server.maxUploadSize"))
    st.html(f"<style>:root {{ --upload: {_css(choose)}; --upload-limit: {_css(limit)}; }}</style>")


def _css(text: str) -> str:
    """A text as CSS writes it, every letter by its number."""
    return '"' + "".join(f"\\{ord(letter):06x}" for letter in text) + '"'


def _said_language(language: str) -> None:
    """Tell the browser, for fonts and for those who have the page read to them."""
    with st.container(key="page_language"):
        name = {"zh": "zh-CN", "en": "en"}[language]
        st.html(f"<script>document.documentElement.lang = '{name}'</script>", unsafe_allow_javascript=True)


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
