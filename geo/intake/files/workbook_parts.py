"""What is looked at inside an XLSX archive before calamine opens it. Second floor: intake, files → clean tables.

Calamine lays a sheet out as one rectangle, so a single cell in the far corner asks for hundreds of gigabytes; and it
gives an error cell (#N/A) as empty. Both are found by one pass over the bytes, without an XML parser: marks are
searched in chunks, and what no one can read stays unread.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from geo.intake.files.archives import checked_members, inflated
from geo.intake.files.cells import Limits, demanding
from geo.model.errors import N_, FileUnreadable, broken
from geo.model.phrases import phrase

ErrorCells = dict[str, dict[tuple[int, int], str]]  # sheet → (row from 1, column from 0) → text such as #N/A

MOST_CELLS = 40_000_000  # of the rectangle around a sheet's cells
# A cell that is not closed at once (one that is holds a format only), a row, an error cell with or without a formula.
_CELL = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{1,7})(\d{1,10})\s*["'][^>]*+(?<!/)>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br\s*=\s*["']\s*(\d{1,10})""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*?\bt=["']e["'][^>]*>"""
    rb"""(?:<(?:\w+:)?f\b[^>]*>(?:[^<]*</(?:\w+:)?f>)?)?<(?:\w+:)?v>([^<]{1,30})<"""
)
_IS_ERROR = re.compile(rb"""\bt=["']e["']""")
_BROKEN = (ElementTree.ParseError, ValueError, KeyError, struct.error)
_OVERLAP = 4096  # bytes looked at again with the next chunk: a mark may be cut in two


def checked_workbook(path: Path, limits: Limits) -> ErrorCells:
    """The error cells of an XLSX file that can be opened without harm.

    Raises FileUnreadable for archives that are not what they say (geo.intake.files.archives), FileTooDemanding for more
    inflated bytes than allowed and for sheets whose cells lie too far apart.
    """
    errors: dict[str, dict[tuple[int, int], str]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in checked_members(path, archive, "a workbook", limits.inflated_bytes):
                chunks = inflated(path, member, "a workbook")
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", member.filename, re.IGNORECASE):
                    errors[member.filename.lower()] = _scanned(path, chunks)
                else:
                    for _ in chunks:
                        pass
            return _by_sheet(archive, errors) if any(errors.values()) else {}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, *_BROKEN) as error:
        raise FileUnreadable(path=path, expected=N_("a workbook"), detail=broken(error)) from error


def _scanned(path: Path, chunks: Iterator[bytes]) -> dict[tuple[int, int], str]:
    """The error cells of one sheet. Raises FileTooDemanding where its cells lie too far apart."""
    bottom, right = 0, 0
    errors: dict[tuple[int, int], str] = {}
    for text in _overlapping(chunks):
        found = _CELL.findall(text)
        right = max([right, *map(_column, {letters for letters, _ in found})])
        bottom = max([bottom, *(int(row) for _, row in found), *map(int, _ROW.findall(text))])
        if bottom * (right + 1) > MOST_CELLS:
            told = phrase(N_("a sheet with a cell in row {row}, column {column}"), row=bottom, column=right + 1)
            raise demanding(path, told)
        if _IS_ERROR.search(text):
            errors |= {(int(r), _column(c)): v.decode("utf-8", "replace") for c, r, v in _ERROR.findall(text)}
    return errors


def _overlapping(chunks: Iterator[bytes]) -> Iterator[bytes]:
    before = b""
    for chunk in chunks:
        yield before + chunk
        before = chunk[-_OVERLAP:]


def _column(letters: bytes) -> int:
    """A → 0, Z → 25, AA → 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def _by_sheet(archive: zipfile.ZipFile, errors: dict[str, dict[tuple[int, int], str]]) -> ErrorCells:
    """Error cells under the sheet's name instead of its file in the archive."""
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    file_of = {r.get("Id"): PurePosixPath("xl", r.get("Target", "").removeprefix("/xl/")) for r in relations}
    names: ErrorCells = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        own = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
        file = file_of.get(own[0]) if sheet.tag.endswith("}sheet") and own else None
        if file is not None:
            names[sheet.get("name", "")] = errors.get(str(file).lower(), {})
    return names
