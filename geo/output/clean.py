"""Text from other people's files, as text that every file format can hold. Fourth floor: output.

XML (so SVG, PPTX, XLSX) forbids most control characters, and lone surrogates have no bytes at all; marks that turn the
direction of writing would make a name look like another. Markup characters are escaped where markup is written.
"""

import re
import unicodedata
from xml.sax.saxutils import escape

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Telephone numbers as people write them, in the characters of `_plain`: in groups, with a prefix, with an extension.
_GAP, _ABROAD = r"[-. /]{0,3}", r"[(+]{0,2}(?:00)?86\)?[-. /]{0,3}"
_MOBILE = rf"(?:{_ABROAD})?1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{_GAP}\d{{3}}{_GAP}\d{{4}})"
_LANDLINE = rf"(?:\(?0|{_ABROAD}\(?0?)(?:10|2\d|[3-9]\d\d)\)?{_GAP}\d{{3,4}}{_GAP}\d{{4}}"
_SERVICE = rf"[48]00{_GAP}(?:\d{{3}}{_GAP}\d{{4}}|\d{{4}}{_GAP}\d{{3}})"
_EXTENDED = r"\d{7,8}(?=转\d)"
_CALLED = r"(?:电话|手机|座机|热线|传真|联系方式|微信|tel|phone|mobile|fax)(?: ?(?:号码|号|no\.?|number))?[ :.]{0,3}"
_ENDED = r"(?:(?:-|转|ext\.? ?)\d{1,5})?(?!\d)"
_NUMBERED = re.compile(
    rf"(?<![\dA-Z])(?:{_CALLED})?(?P<number>(?:{_MOBILE}|{_LANDLINE}|{_SERVICE}|{_EXTENDED}){_ENDED})", re.IGNORECASE
)
_CALLED_NUMBER = re.compile(rf"{_CALLED}(?P<number>(?:\d(?:[-.]?\d){{6,14}}|\d{{3,4}} \d{{4}}){_ENDED})", re.IGNORECASE)
_IDENTITY = re.compile(
    r"(?<![\dA-Za-z])(?P<number>\d{6}[- ]?(?:19|20)\d\d[- ]?\d\d[- ]?\d\d[- ]?\d{3}[\dX])(?![\dA-Z])", re.IGNORECASE
)
_DIGIT, _DOTS = re.compile(r"\d"), "。．·•・"
_LEAST_DIGITS = 7  # of a number that reaches a person


def clean(text: object) -> str:
    """The text without characters that no file can hold; each is shown as a replacement mark."""
    return _TURNING.sub("", _NOT_TEXT.sub("\ufffd", str(text)))


def markup(text: object) -> str:
    """The text for the inside of XML, or of an attribute in double or single quotes."""
    return escape(clean(text), {'"': "&quot;", "'": "&#39;"})


def without_numbers(text: str) -> str:
    """The text without telephone and identity numbers, however they are written, for what is published.

    A bare number of eight digits stays: it may count people. After the word for a telephone it goes as well.
    """
    if len(_DIGIT.findall(text)) < _LEAST_DIGITS:
        return text
    for pattern in (_IDENTITY, _NUMBERED, _CALLED_NUMBER):
        for found in reversed(list(pattern.finditer("".join(map(_plain, text))))):
            start, end = found.span("number")
            text = f"{text[:start]}…{text[end:]}"
    return text


def _plain(letter: str) -> str:
    """One letter for one: digits of any script, full-width forms as ASCII; a dash, dot, space for all their kind."""
    usual = unicodedata.normalize("NFKC", letter)
    if letter in _DOTS:
        return "."
    if letter == "\u2212" or unicodedata.category(letter) == "Pd":
        return "-"
    if unicodedata.category(letter) in ("Zs", "Cf"):
        return " "
    if len(usual) != 1:
        return letter
    return str(unicodedata.decimal(usual, usual))
