"""Text in the reader's language: gettext catalogues read straight from locale/*.po. Fourth floor: output.

English sentences are the message ids, so English needs no catalogue.
"""

import gettext
import io
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).resolve().parents[2] / "locale"

Translate = Callable[[str], str]


@cache
def translator(language: str) -> Translate:
    """Message id → text in a language ("zh" or "en"); what has no translation stays English."""
    path = LOCALE / language / "LC_MESSAGES" / "yida.po"
    if not path.is_file():
        return str
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled).gettext


def sentences(*parts: str) -> str:
    """Sentences one after the other, those that are not empty: no space follows a Chinese full stop."""
    return re.sub(r"(?<=[。！？；]) ", "", " ".join(part for part in parts if part))


def from_preference(preferred: str | None) -> str:
    """The language for a browser's or system's wish such as "zh-CN" or "en_GB.UTF-8"; Chinese when unknown."""
    return "en" if (preferred or "").lower().startswith("en") else "zh"


def of_terminal() -> str:
    """The language of the terminal: YIDA_LANG, else the locale; English in the C locale."""
    wish = os.environ.get("YIDA_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "zh" if wish.lower().startswith("zh") else "en"
