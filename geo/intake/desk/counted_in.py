"""Counts whose header says what they count in: 常住人口（万人） is people by the ten thousand. Second floor: intake.

Also codes that a spreadsheet or a program has written as decimals (520330101001.0). Both are put right in the text, so
that rows are edited and checked again in plain people and plain codes, and both are said.
"""

import re
import unicodedata
from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.intake.desk.listing import CODES, LIMITS
from geo.intake.desk.numbers import number_from
from geo.model.problems import Problem

_THINGS = "人口?|张|个|名|位|辆|台|床|口|所|家|people|persons|beds"
_TIMES = {
    "万": 10_000,
    "十万": 100_000,
    "千": 1_000,
    "百": 100,
    "百万": 1_000_000,
    "thousand": 1_000,
    "million": 1_000_000,
}
_IN = re.compile(rf"(?:单位:?)?(十万|百万|万|千|百|thousand|million)?({_THINGS})?")
_BRACKETED = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_AFTER = re.compile(rf"[/,:·_]\s*((?:十万|百万|万|千|百)?(?:{_THINGS}))$|((?:十万|百万|万|千)(?:{_THINGS}))$")
_ODD = re.compile(r"亿|户|次|人次|%|‰|百分|天|k|10k")  # counted in something that no figure of ours is
_DECIMAL_CODE = re.compile(r"(\d+)\.0+")


def in_plain_units(text: pd.DataFrame, mapping: Mapping[str, str], table: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The rows (our column names, text) with counts in ones and codes without decimals, and a remark for each column
    that this changed, or whose unit is not known. `mapping` is our column → the file's header."""
    out = text.copy()
    said: list[Problem] = []
    for column in [c for c in text.columns if c in LIMITS and c in mapping]:
        header = mapping[column]
        times, odd = unit_of_header(header)
        if odd:
            said.append(Problem("unit_unknown", "warning", table, None, column, {"value": header, "unit": odd}))
        elif times != 1:
            out[column], count = _scaled(text[column], times)
            params: dict[str, object] = {"value": header, "count": count, "times": times}
            said.append(Problem("unit_scaled", "warning", table, None, column, params))
    for column in [c for c in (*CODES.get(table, ()), "village_code") if c in text.columns]:
        plain = text[column].map(lambda code: m[1] if (m := _DECIMAL_CODE.fullmatch(code)) else code)
        changed = int((plain != text[column]).sum())
        if changed:
            out[column] = plain.astype(text[column].dtype)
            said.append(Problem("code_decimal", "warning", table, None, column, {"count": changed}))
    return out, said


def unit_of_header(header: str) -> tuple[int, str]:
    """How many one of a header's figures stands for, and the unit that is not known, "" where all is plain.

    A remark in brackets that is no unit (执业（助理）医师, 七普) says nothing.
    """
    plain = unicodedata.normalize("NFKC", header).strip()
    after = _AFTER.search(plain)
    words = [*_BRACKETED.findall(plain), *([after[1] or after[2]] if after else [])]
    for word in words:
        bare = word.strip().casefold()
        hit = _IN.fullmatch(bare)
        if hit and hit[1]:
            return _TIMES[hit[1]], ""
        if not hit and _ODD.fullmatch(re.sub(r"^单位:?", "", bare)):
            return 1, word
    return 1, ""


def _scaled(cells: "pd.Series[str]", times: int) -> tuple["pd.Series[str]", int]:
    """The cells with every plain number multiplied; what is no number stays for the rules to judge."""
    numbers = [number_from(str(cell)) for cell in cells.tolist()]
    texts = [
        str(cell) if number is None or np.isnan(number) else f"{number * times:.10g}"
        for cell, number in zip(cells.tolist(), numbers, strict=True)
    ]
    changed = sum(number is not None and not np.isnan(number) for number in numbers)
    return pd.Series(texts, index=cells.index, dtype=cells.dtype), changed
