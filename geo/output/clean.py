"""Text from other people's files, as text that every file format can hold. Fourth floor: output.

XML (so SVG, PPTX, XLSX) forbids most control characters, and lone surrogates have no bytes at all; marks that turn the
direction of writing would make a name look like another. Markup characters are escaped where markup is written.
"""

import re
from xml.sax.saxutils import escape

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MOBILE, _LANDLINE = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}", r"0\d{2,3}[)）]?[- ]?\d{7,8}"
_NUMBERED = re.compile(rf"(?<![\dA-Za-z])(?:{_MOBILE}|{_LANDLINE})(?!\d)")
_IDENTITY = re.compile(r"(?<![\dA-Za-z])\d{6}(?:19|20)\d{9}[\dXx](?![\dA-Za-z])")


def clean(text: object) -> str:
    """The text without characters that no file can hold; each is shown as a replacement mark."""
    return _TURNING.sub("", _NOT_TEXT.sub("\ufffd", str(text)))


def markup(text: object) -> str:
    """The text for the inside of XML, or of an attribute in double or single quotes."""
    return escape(clean(text), {'"': "&quot;", "'": "&#39;"})


def without_numbers(text: str) -> str:
    """The text without telephone and identity numbers, for what is published."""
    return _IDENTITY.sub("…", _NUMBERED.sub("…", text))
