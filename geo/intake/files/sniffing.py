"""Tells what a file is from its first bytes, never from its name. Second floor: intake, files → clean tables.

The formats here are the allow list: whatever is not one of them is refused before any reader that guesses for itself
(GDAL opens files that open other files and the network) has seen it.
"""

import bz2
import gzip
import zipfile
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat

from geo.model.errors import N_, FileMissing, FileUnreadable
from geo.model.phrases import Phrase, phrase

HEAD_BYTES = 65536
PROLOG_BYTES = 1 << 20
ENCODINGS = ("utf-8-sig", "gb18030")
FIRST_LINES = 40
_EXPECTED = N_("a table (CSV, XLSX, XLS), a map layer (GeoJSON, Shapefile, GPKG, KML) or an OSM extract")


class Format(StrEnum):
    """What Yida reads."""

    CSV = "csv"  # any separator: comma, tab, semicolon, bar
    XLSX = "xlsx"
    XLS = "xls"
    GEOJSON = "geojson"
    SHAPEFILE = "shapefile"
    SHAPEFILE_ZIP = "shapefile.zip"
    GPKG = "gpkg"
    KML = "kml"
    OSM_PBF = "osm.pbf"
    OSM_XML = "osm"
    OSM_GZ = "osm.gz"
    OSM_BZ2 = "osm.bz2"

    @property
    def is_osm(self) -> bool:
        return self.value.startswith("osm")


def sniff(path: Path) -> Format:
    """The format of a file, by content.

    Raises FileMissing when it is not an ordinary file that can be opened, FileUnreadable when it is none of the
    formats above, or an XML file with a DTD or entities.
    """
    head = _head(path)
    if head.startswith(b"SQLite format 3\0"):
        return Format.GPKG
    if head.startswith(b"\x00\x00\x27\x0a"):
        return Format.SHAPEFILE
    if b"OSMHeader" in head[4:20]:
        return Format.OSM_PBF
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Format.XLS
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(path)
    if head.startswith(b"\x1f\x8b"):
        return _compressed_osm(path, Format.OSM_GZ)
    if head.startswith(b"BZh"):
        return _compressed_osm(path, Format.OSM_BZ2)
    return _text_format(path, head)


def decode(raw: bytes, path: Path) -> str:
    """The text of a file in UTF-8, UTF-8 with BOM, UTF-16 with BOM or GB18030. Raises FileUnreadable."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ENCODINGS
    for encoding in candidates:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _has_control(text):
            return text
    if b"\0" in raw and candidates == ENCODINGS:
        raise _refuse(path, N_("it holds NUL bytes, so it is no text, or UTF-16 without a byte order mark"))
    raise _refuse(path, N_("it is neither UTF-8, UTF-16 nor GB18030 text"))


def _head(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileMissing(path=path)
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise FileMissing(path=path) from error
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise _refuse(path, N_("the file is empty"))
    return head


def _text_format(path: Path, head: bytes) -> Format:
    text = _head_text(path, head).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return _xml_format(path)
    if text.startswith("{"):
        return Format.GEOJSON
    if text.startswith("["):
        raise _refuse(path, N_("it is JSON, but not a FeatureCollection"))
    if any(mark in line for line in text.splitlines()[:FIRST_LINES] for mark in ",\t;|"):
        return Format.CSV
    raise _refuse(path, N_("its rows have a single column"))


def _head_text(path: Path, head: bytes) -> str:
    """The text of a head; a table may be in two encodings, or hold a broken character, which its reader will tell."""
    try:
        return decode(_whole_characters(head), path)
    except FileUnreadable:
        text = head.decode("gb18030", errors="replace")
        if b"\0" in head or _has_control(text) or text.count("\ufffd") * 20 > len(text):
            raise
        return text


def _whole_characters(head: bytes) -> bytes:
    """A head cut inside a character would not decode: cut at the last line end instead."""
    if len(head) < HEAD_BYTES:
        return head
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    cut = head.rfind(b"\n")
    return head[: len(head) // 2 * 2] if wide else head[: cut + 1] if cut > 0 else _cut_character(head)


def _cut_character(head: bytes) -> bytes:
    for drop in range(4):
        for encoding in ENCODINGS:
            try:
                head[: len(head) - drop].decode(encoding)
            except UnicodeDecodeError:
                continue
            return head[: len(head) - drop]
    return head


def _has_control(text: str) -> bool:
    """Whether it is no text: a NUL in it, or more than one control character in twenty."""
    odd = {ch for ch in set(text) if ch < " " and ch not in "\t\r\n\f\x1a"}
    return "\0" in odd or sum(text.count(ch) for ch in odd) * 20 > len(text)


def _zip_format(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {i.filename.lower() for i in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _refuse(path, phrase(N_("a damaged zip archive ({error})"), error=error)) from error
    if {"[content_types].xml", "xl/workbook.xml"} <= names:
        return Format.XLSX
    if any(n.endswith(".shp") for n in names):
        return Format.SHAPEFILE_ZIP
    raise _refuse(path, N_("a zip archive that holds no Shapefile"))


def _compressed_osm(path: Path, kind: Format) -> Format:
    opener = gzip.open if kind is Format.OSM_GZ else bz2.open
    try:
        with opener(path, "rb") as file:
            prolog = file.read(HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise _refuse(path, phrase(N_("damaged compression ({error})"), error=error)) from error
    if _xml_root(path, prolog) != "osm":
        raise _refuse(path, N_("compressed, but not OSM XML"))
    return kind


def _xml_format(path: Path) -> Format:
    with path.open("rb") as file:
        root = _xml_root(path, file.read(PROLOG_BYTES))
    kinds = {"osm": Format.OSM_XML, "kml": Format.KML}
    if root not in kinds:
        raise _refuse(path, phrase(N_("XML of the kind <{root}> is not accepted"), root=root))
    return kinds[root]


def _xml_root(path: Path, prolog: bytes) -> str:
    """Name of the root element without its namespace; a DTD, which can only stand before it, is refused."""
    found: list[str] = []
    parser = expat.ParserCreate()

    def start(name: str, _attributes: dict[str, str]) -> None:
        if not found:
            found.append(name.rpartition(":")[2])

    def doctype(*_: object) -> None:
        if not found:
            found.append("!DOCTYPE")

    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(prolog, False)
    except (expat.ExpatError, ValueError) as error:  # ValueError: an encoding that expat does not know
        if not found:
            raise _refuse(path, phrase(N_("broken XML ({error})"), error=error)) from error
    if not found or found[0] == "!DOCTYPE":
        raise _refuse(path, N_("XML with a document type or entities is not accepted"))
    return found[0]


def _refuse(path: Path, detail: str | Phrase) -> FileUnreadable:
    return FileUnreadable(path=path, expected=_EXPECTED, detail=detail)
