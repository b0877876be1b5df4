"""What the session reads: its language, its translations, and names from files made harmless for Markdown."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from geo.output.language import LANGUAGES, Translate, from_preference, translator

__all__ = ["LANGUAGES", "LANGUAGE_NAMES", "Translate", "current_language", "local_time", "plain", "translator"]

LANGUAGE_NAMES = {"zh": "中文", "en": "English"}
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&^=@])")


def current_language() -> str:
    """The switch, else the address, else the browser's language; Chinese when none of them is known."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in LANGUAGES else from_preference(st.context.locale)


def plain(text: object) -> str:
    """Any text as Markdown that shows exactly that text: no link, picture, colour or HTML comes out of it."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def local_time(stored: str) -> str:
    """A stored moment (ISO 8601 with its offset) to the minute, in the time of the browser, else of this machine."""
    try:
        zone = ZoneInfo(st.context.timezone) if st.context.timezone else None
    except (ZoneInfoNotFoundError, ValueError):  # a name this machine does not know, or that no zone can have
        zone = None
    return f"{datetime.fromisoformat(stored).astimezone(zone):%Y-%m-%d %H:%M}"
