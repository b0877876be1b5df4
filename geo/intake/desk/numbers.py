"""Numbers and codes out of text as people write them. Second floor: intake, files → clean tables."""

import math
import re
import unicodedata

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


def number_from(text: str) -> float | None:
    """NaN for empty text, None for text that is no number, else the number.

    Accepts thousands separators ("1,234", "1 234"), full-width digits and a full-width comma or stop. Never accepts
    the words "nan" and "inf".
    """
    bare = re.sub(r"(?<=\d)[\s\u00a0](?=\d{3}(\D|$))", "", unicodedata.normalize("NFKC", text).strip())
    if not bare:
        return math.nan
    if _GROUPED.fullmatch(bare):
        return float(bare.replace(",", ""))
    if not _PLAIN.fullmatch(bare):
        return None
    value = float(bare)
    return value if math.isfinite(value) else None


def is_scientific(code: str) -> bool:
    """True for a code such as 3.40621E+11, which a spreadsheet has turned into a number."""
    return _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", code).strip()) is not None
