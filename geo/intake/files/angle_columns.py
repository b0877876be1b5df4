"""Degrees, minutes and seconds in columns of their own, put together. Second floor: intake, files → clean tables.

Forms for surveys have 经度 over 度, 分 and 秒: none of the three is a longitude, and read alone the degrees would be a
place 100 km wide.
"""

import re

import pandas as pd

_PART = re.compile(r"(.*(?:经度|东经|纬度|北纬))[\s(（_/]*([度分秒])[)）]?")
_MARKS = {"度": "°", "分": "′", "秒": "″"}


def with_angles(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with one column 经度 in place of its 度, 分 and 秒; the seconds may be missing."""
    parts: dict[str, dict[str, str]] = {}
    for header in map(str, frame.columns):
        part = _PART.fullmatch(header)
        if part:
            parts.setdefault(part[1].strip(), {})[part[2]] = header
    out = frame
    for stem, headers in parts.items():
        if {"度", "分"} <= headers.keys() and stem not in frame.columns:
            angles = _angles(frame, headers)
            out = out.rename(columns={headers["度"]: stem}).drop(columns=[h for m, h in headers.items() if m != "度"])
            out = out.assign(**{stem: angles})
    return out


def _angles(frame: pd.DataFrame, headers: dict[str, str]) -> "pd.Series[str]":
    """106, 1 and 39.7 as 106°1′39.7″."""
    cells = [frame[headers[mark]].tolist() for mark in _MARKS if mark in headers]
    marks = [sign for mark, sign in _MARKS.items() if mark in headers]
    texts = ["".join(f"{c}{m}" for c, m in zip(row, marks, strict=True) if c) for row in zip(*cells, strict=True)]
    return pd.Series(texts, index=frame.index, dtype="str")
