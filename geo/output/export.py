"""One door to every file: answers in, bytes out. Fourth floor: output."""

import re
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from geo.analysis.presenting import Answer
from geo.model.briefing import READY, SHOWN, Briefing
from geo.model.errors import ChoiceUnknown, OutOfRange
from geo.output import qgis, svg, typeset
from geo.output.chart_svg import chart_parts
from geo.output.clean import clean, markup
from geo.output.facts import Export, facts
from geo.output.figures import figure_of
from geo.output.language import Translate, translator
from geo.output.layers_file import geopackage, geotiff
from geo.output.page_file import page_html
from geo.output.picture import FOOT_HEIGHT, foot, map_svg
from geo.output.release import released, released_title
from geo.output.report import PAPERS, report_pdf
from geo.output.slide_template import Template
from geo.output.slides import slides_pptx
from geo.output.tables import csv_bytes
from geo.output.workbook import workbook_xlsx

FORMS = ("html", "pptx", "pdf", "png", "svg", "xlsx", "gpkg", "tif", "csv")
OF_A_BRIEFING = ("html", "pptx", "pdf", "xlsx")  # the others show one scene
FIGURES = ("map", *SHOWN)
EXTENTS = ("report", "brief")
SIDES_PX = (200, 10_000)
MEDIA = {
    "html": "text/html", "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3", "tif": "image/tiff", "csv": "text/csv",
}  # fmt: skip
# Maps between these widths have text 13 pixels high; larger ones are scaled up, not spread out, smaller ones down.
_LEAST_UNITS, _TEXT_UNITS = 480.0, 1280.0

Progress = Callable[[], object]


def make_files(
    answers: Sequence[Answer],
    briefing: Briefing,
    export: Export,
    template: Template | None = None,
    progress: Progress = lambda: None,
) -> dict[str, bytes]:
    """Suffix → bytes of everything the export consists of, the main file first.

    A GeoTIFF has its style beside it, a CSV a text that says what it was made with. What the public may not see is left
    out here, so no caller can forget it. Raises ChoiceUnknown, OutOfRange, TemplateUnusable, BriefingInvalid.
    """
    check(export)
    export = _on_one_version(answers, export)
    _ = translator(export.language)
    shown = [released(answer, export.release) for answer in answers]
    briefing = released_title(briefing, export.release)
    first = shown[0]
    makers: Mapping[str, Callable[[], dict[str, bytes]]] = {
        "html": lambda: {"html": page_html(shown, briefing, export)},
        "pptx": lambda: {"pptx": slides_pptx(shown, export, _, template, progress)},
        "pdf": lambda: {"pdf": report_pdf(shown, briefing, export, _, progress)},
        "png": lambda: {"png": _picture(first, export, _)},
        "svg": lambda: {"svg": _picture(first, export, _)},
        "xlsx": lambda: {"xlsx": workbook_xlsx(shown, export, _)},
        "gpkg": lambda: {"gpkg": geopackage(first, export, _)},
        "tif": lambda: {"tif": geotiff(first, export, _), "qml": qgis.surface_qml(first, _).encode()},
        "csv": lambda: {"csv": _table(first, export, _), "txt": told(first, export, _).encode("utf-8-sig")},
    }
    return makers[export.form]()


def check(export: Export) -> None:
    """Whether the words of an export are known. Raises ChoiceUnknown, OutOfRange."""
    chosen = (
        ("--format", export.form, FORMS), ("--extent", export.extent, EXTENTS), ("--figure", export.figure, FIGURES)
    )  # fmt: skip
    for what, value, known in chosen:
        if value not in known:
            raise ChoiceUnknown(what=what, value=value, choices=", ".join(known))
    if export.form == "pdf" and export.size and export.size not in PAPERS:
        raise ChoiceUnknown(what="--size", value=export.size, choices=", ".join(PAPERS))
    if export.form in ("png", "svg"):
        pixels(export)


def pixels(export: Export) -> tuple[int, int]:
    """Width and height of a picture. Raises ChoiceUnknown for another form, OutOfRange for sides nobody can use."""
    found = re.fullmatch(r"(\d{1,6})[x×*](\d{1,6})", export.size or "1920x1080")
    if not found:
        raise ChoiceUnknown(what="--size", value=export.size, choices="1920x1080, 3508x2480 …")
    sides = int(found.group(1)), int(found.group(2))
    for side in sides:
        if not SIDES_PX[0] <= side <= SIDES_PX[1]:
            raise OutOfRange(what="--size", low=SIDES_PX[0], high=SIDES_PX[1], value=side)
    return sides


def _on_one_version(answers: Sequence[Answer], export: Export) -> Export:
    """The export whose command names the version, where a kept briefing's scenes leave it open: all of one study's."""
    versions = {(a.study.name, a.version) for a in answers}
    is_open = all(answer.scene.version is None for answer in answers) and len(versions) == 1
    ((_name, version), *_others) = versions
    if export.briefing in ("", READY) or version is None or not is_open:
        return export
    return replace(export, changes=(*export.changes, "--version", str(version)))


def told(answer: Answer, export: Export, _: Translate) -> str:
    """Everything the file was made with, a line each."""
    return "\n".join(f"{clean(label)}: {clean(said)}" for label, said in facts(answer, export, _)) + "\n"


def picture_svg(answer: Answer, export: Export, _: Translate, width: float, height: float) -> str:
    """The map, or one of the figures' charts, of a released answer; at its foot what it was made with."""
    if export.figure == "map":
        return map_svg(answer, export, _, width, height)
    figure = figure_of(answer, export.figure, _, export.language)
    chart = chart_parts(figure, width, height - FOOT_HEIGHT)
    return svg.document(width, height, chart, foot(answer, export, _, width, height))


def _picture(answer: Answer, export: Export, _: Translate) -> bytes:
    width_px, height_px = pixels(export)
    smaller = min(width_px / _LEAST_UNITS, 1.0)
    scale = max(width_px / _TEXT_UNITS, smaller) if export.figure == "map" else max(width_px / 760.0, 1.0)
    width, height = width_px / scale, height_px / scale
    drawn = picture_svg(answer, export, _, width, height)
    if export.form == "png":
        return _with_text(typeset.picture(drawn, width, height, "png", width_px), told(answer, export, _))
    return _sized(drawn, (width, height), (width_px, height_px), told(answer, export, _)).encode()


def _sized(drawn: str, units: tuple[float, float], size_px: tuple[int, int], text: str) -> str:
    """The SVG as a file: so large, and with a text that says what it was made with. Words in it stay words."""
    unit, pixel = (f'width="{w:g}" height="{h:g}"' for w, h in (units, size_px))
    head, close, rest = drawn.partition(">")
    return f"{head.replace(unit, pixel)}{close}<desc>{markup(text)}</desc>{rest}"


def _with_text(png: bytes, text: str) -> bytes:
    """The PNG with a text inside (an iTXt chunk after its header), so that it can say what it was made with."""
    body = b"Description\x00\x00\x00\x00\x00" + text.encode()
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    header = 8 + 25
    return png[:header] + chunk + png[header:]


def _table(answer: Answer, export: Export, _: Translate) -> bytes:
    whole = "response" if answer.scene.rescue else "townships"
    key = whole if export.figure == "map" else export.figure
    table = figure_of(answer, key, _, export.language).table
    texts = [c for c in table.columns if table[c].dtype.kind not in "fib"]
    return csv_bytes(table.assign(**{c: table[c].map(clean) for c in texts}))
