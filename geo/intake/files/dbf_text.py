"""The text of a Shapefile's .dbf, which seldom says truly how it is encoded. Second floor: intake.

Names and values have fixed lengths in bytes, so programs cut Chinese characters in half; one such value must not cost
the file. GDAL therefore hands over bytes, each as one character, and they are decoded here, cell by cell.
"""

import re
from pathlib import Path

BYTES_AS_THEY_ARE = {"ENCODING": "ISO-8859-1"}
_GBK_MARK = 0x4D
_UTF8 = "utf-8"
_CHINESE = "gb18030"  # holds all of GBK and GB2312


def decoded_columns(columns: list[tuple[str, list[str]]], shapefile: Path) -> dict[str, list[str]]:
    """Columns read with BYTES_AS_THEY_ARE, decoded by the .cpg, the language mark, or what fits the bytes.

    A name met again gets "_2".
    """
    encoding = _stated(shapefile) or _fitting(shapefile.with_suffix(".dbf"))
    out: dict[str, list[str]] = {}
    for name, values in columns:
        plain = _decoded(name, encoding, "ignore").strip() or name
        while plain in out:
            plain += "_2"
        out[plain] = [_decoded(value, encoding, "replace") for value in values]
    return out


def _decoded(text: str, encoding: str, errors: str) -> str:
    if text.isascii():
        return text
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:  # no bytes: GDAL knew better
        return text
    for candidate in (encoding, _UTF8, _CHINESE):
        try:
            return raw.decode(candidate)
        except UnicodeDecodeError:
            continue
    return raw.decode(encoding, errors)


def _stated(shapefile: Path) -> str:
    """The encoding named by the .cpg or the mark of GBK; "" for none that is known. Other marks are not believed."""
    cpg, dbf = shapefile.with_suffix(".cpg"), shapefile.with_suffix(".dbf")
    told = cpg.read_bytes()[:40].decode("ascii", "ignore").strip().lower() if cpg.exists() else ""
    if re.fullmatch(r"utf-?8|65001", told):
        return _UTF8
    if re.search(r"gb|936|54936", told):
        return _CHINESE
    if dbf.exists():
        with dbf.open("rb") as file:
            head = file.read(32)
        return _CHINESE if len(head) == 32 and head[29] == _GBK_MARK else ""
    return ""


def _fitting(dbf: Path) -> str:
    """UTF-8 where it loses fewer bytes than GB18030 does."""
    raw = dbf.read_bytes()[32:] if dbf.exists() else b""
    lost = {encoding: raw.decode(encoding, "replace").count("\ufffd") for encoding in (_UTF8, _CHINESE)}
    return _UTF8 if lost[_UTF8] <= lost[_CHINESE] else _CHINESE
