"""Numbers and codes out of text as people write them. Second floor: intake, files → clean tables."""

import math
import re
import unicodedata

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_ROUNDED = re.compile(r"[1-9]\d{14}000")  # 18 digits of which a number of 64 bits keeps 15
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
    """True for a code such as 3.40621E+11, which a spreadsheet has turned into a number; also for a credit code whose
    last digits such a number has lost (125203304292345000)."""
    plain = unicodedata.normalize("NFKC", code).strip()
    return _SCIENTIFIC.fullmatch(plain) is not None or (_ROUNDED.fullmatch(plain) is not None and not _checks(plain))


def _checks(digits: str) -> bool:
    """Whether the last sign of a unified social credit code fits the others (GB 32100-2015), here 0 of digits."""
    return sum(int(digit) * pow(3, place, 31) for place, digit in enumerate(digits[:17])) % 31 == 0
