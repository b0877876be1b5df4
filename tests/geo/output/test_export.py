"""Every format opens in a peer, holds the library's figures, says what it was made with, and keeps names as text."""

import csv
import io
import json
import re
import sqlite3
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pyogrio
import pypdf
import pytest
import rasterio
import shapely
from pptx import Presentation

from geo.analysis.presenting import Answer
from geo.model.briefing import REACH, Place
from geo.model.errors import ChoiceUnknown, OutOfRange
from geo.model.inputs import Study
from geo.output.clean import clean
from geo.output.export import FORMS, make_files
from geo.output.facts import command
from geo.output.figures import figure_of, scene_sentence, scene_title, shown_figures
from geo.output.layers_file import layers_of
from geo.output.release import Release
from tests.geo.briefings import HOSTILE, TRANSLATORS, answered, export, hostile, ready

PUBLIC = Release(public=True, review_number="黔S(2024)012号")


@pytest.fixture(scope="module")
def answers(toy: Study) -> list[Answer]:
    return answered(toy)


@pytest.fixture(scope="module")
def attacked(toy: Study) -> list[Answer]:
    return answered(hostile(toy))


KEPT: dict[tuple[object, ...], bytes] = {}


def made(answers: list[Answer], form: str, **changes: object) -> bytes:
    """The main file; the same one is made once."""
    key = (*map(id, answers), form, *sorted(map(str, changes.items())))
    if key not in KEPT:
        KEPT[key] = next(iter(make_files(answers, ready(answers[0].study), export(form, **changes)).values()))
    return KEPT[key]


def texts_in(form: str, body: bytes) -> str:
    """Every text that a reader of the file can find, as the format's own peer gives it."""
    if form == "pptx":
        slides = Presentation(io.BytesIO(body)).slides
        return "\n".join(text for slide in slides for text in slide_texts(slide))
    if form == "pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(body))
        return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    if form == "png":
        return str(chunks(body)["iTXt"].split(b"\0", 5)[-1], "utf-8")
    if form == "gpkg":
        return gpkg_about(body)
    if form == "tif":
        with rasterio.MemoryFile(body) as memory, memory.open() as raster:
            return str(raster.tags()["TIFFTAG_IMAGEDESCRIPTION"])
    return body.decode("utf-8-sig")


def slide_texts(slide: object) -> list[str]:
    out = []
    for shape in slide.shapes:  # type: ignore[attr-defined]
        if shape.has_text_frame:
            out.append(shape.text_frame.text)
        if shape.has_table:
            out += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
        if shape.has_chart:
            out += [*map(str, shape.chart.plots[0].categories), shape.chart.chart_title.text_frame.text]
    return [*out, slide.notes_slide.notes_text_frame.text]  # type: ignore[attr-defined]


def chunks(png: bytes) -> dict[str, bytes]:
    """The chunks of a PNG by name, their sums checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    out, at = {}, 8
    while at < len(png):
        size, name = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        assert zlib.crc32(name + body) == struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0]
        out[name.decode()] = body
        at += 12 + size
    return out


def gpkg_about(body: bytes) -> str:
    database = sqlite3.connect(":memory:")
    database.deserialize(body)
    return "\n".join(f"{what}: {said}" for what, said in database.execute("SELECT what, said FROM about"))


# ---- what every file says ----------------------------------------------------------------------------------------

SAYS = [form for form in FORMS if form not in ("html", "csv")]


@pytest.mark.parametrize("form", SAYS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_file_says_what_it_was_made_with(answers: list[Answer], form: str, language: str) -> None:
    _ = TRANSLATORS[language]
    text = "".join(texts_in(form, made(answers, form, language=language)).split())
    title = {"zh": "示范县", "en": "Toycounty"}[language]
    wanted = [title, "3(", "2026-11-24", "10", _("modelled"), _("Internal working map, not for publication"), "65"]
    wanted += [_("when the vehicle or person sets out; call handling and turnout are not included"), _("Ambulance")]
    wanted += [f"yida export toy --format {form}", "--version 3 --minutes 10 --mode ambulance"]
    missing = [w for w in wanted if "".join(w.split()) not in text.replace("&#39;", "'")]
    assert not missing


def test_a_table_as_csv_has_its_text_beside_it(answers: list[Answer]) -> None:
    files = make_files(answers, ready(answers[0].study), export("csv", figure="villages"))
    rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["北村", "岛村", "远村"] and rows[2][-1] == ""
    assert "yida export toy --format csv" in files["txt"].decode("utf-8-sig")


def test_an_html_file_says_it_in_both_languages(answers: list[Answer]) -> None:
    told = html_data(made(answers, "html"))["scenes"][2]
    for language in ("zh", "en"):
        facts = dict(told[language]["facts"])
        assert facts[TRANSLATORS[language]("To repeat it")].startswith("yida export toy --format html")


def test_changed_speeds_are_said_and_repeated(toy: Study) -> None:
    scene = ready(toy).scenes[2]
    faster = replace(scene, assumptions=scene.assumptions.with_value("speed", "ambulance", "primary", 130.0))
    answer = answered(toy, replace(ready(toy), scenes=(faster,)))[0]
    assert "--set speed.ambulance.primary=130" in command(answer, export("png", briefing=""))
    text = texts_in("xlsx", made([answer], "xlsx", language="en"))
    assert "Primary road 130" in text and "default 65" in text


@pytest.mark.parametrize("form", SAYS)
def test_public_files_carry_the_review_number_and_no_stamp(answers: list[Answer], form: str) -> None:
    text = texts_in(form, made(answers, form, release=PUBLIC))
    assert "黔S(2024)012号" in text and "--public --review-number" in text
    assert TRANSLATORS["zh"]("Internal working map, not for publication") not in text


@pytest.mark.parametrize("form", ["html", "gpkg", "xlsx"])
def test_public_files_hold_no_place_finer_than_four_decimals(answers: list[Answer], form: str) -> None:
    def finer(release: Release) -> bool:
        at = np.array([float(n) for n in places(form, made(answers, form, release=release))])
        assert len(at) > 5
        return bool((np.abs(at - at.round(4)) > 1e-9).any())

    assert finer(Release()) and not finer(PUBLIC)


def places(form: str, body: bytes) -> list[float]:
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(body))[TRANSLATORS["zh"]("Facilities")]
        heads = [cell.value for cell in sheet[2]]
        lon = heads.index(TRANSLATORS["zh"]("Longitude"))
        return [cell.value for row in sheet.iter_rows(min_row=3) for cell in row[lon : lon + 2]]
    if form == "html":
        static = html_data(body)["maps"][0]["static"]
        roads = [n for road in static["roads"] for line in road["lines"] for n in line]
        return [*static["facilities"]["lon"], *static["villages"]["lat"], *roads]
    with rasterless(body) as path:
        layers = [pyogrio.read_dataframe(path, layer=name) for name in ("facilities", "villages", "roads", "townships")]
    return shapely.get_coordinates(np.concatenate([layer.geometry.to_numpy() for layer in layers])).ravel().tolist()


class rasterless:
    """A GeoPackage's bytes as a file while the context lasts."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def __enter__(self) -> Path:
        from tempfile import TemporaryDirectory

        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "x.gpkg"
        path.write_bytes(self.body)
        return path

    def __exit__(self, *_: object) -> None:
        self.folder.cleanup()


def html_data(body: bytes) -> dict[str, object]:
    block = re.search(r'<script type="application/json" id="yida-data">(.*?)</script>', body.decode(), re.S)
    assert block
    return dict(json.loads(block.group(1)))


# ---- figures equal to the library's ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["pptx", "pdf", "xlsx"])
def test_every_scene_has_its_title_sentence_and_figures(answers: list[Answer], form: str) -> None:
    _ = TRANSLATORS["zh"]
    text = "".join(texts_in(form, made(answers, form)).split())
    for answer in answers:
        wanted = [scene_title(answer, _, "zh"), scene_sentence(answer, _, "zh")]
        for figure in shown_figures(answer, _, "zh"):
            wanted += [figure.title, figure.value, figure.of]
            wanted += figure.chart.labels[:8] if figure.chart.kind == "bars" else []
        assert not [w for w in wanted if "".join(w.split()) not in text]


def test_a_slide_a_scene_with_a_native_chart_a_native_table_and_a_sharp_map(answers: list[Answer]) -> None:
    deck = Presentation(io.BytesIO(made(answers, "pptx")))
    assert len(deck.slides) == len(answers)
    for slide, answer in zip(deck.slides, answers, strict=True):
        figures = shown_figures(answer, TRANSLATORS["zh"], "zh")
        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        assert len(charts) == len(figures)
        for chart, figure in zip(charts, figures, strict=True):
            shown = list(chart.plots[0].series[0].values)
            assert shown == pytest.approx(figure.chart.values[: len(shown)]) and len(shown) >= min(len(figure.table), 8)
        assert len([s for s in slide.shapes if s.has_table]) == (1 if len(figures) == 1 else 0)
        (picture,) = [s for s in slide.shapes if s.shape_type == 13]
        assert picture.image.size[0] / (picture.width / 914400) >= 200  # dots per inch


def test_chinese_on_slides_has_a_chinese_typeface(answers: list[Answer]) -> None:
    with zipfile.ZipFile(io.BytesIO(made(answers, "pptx"))) as parts:
        for name in [n for n in parts.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]:
            for run in ET.fromstring(parts.read(name)).iter("{http://schemas.openxmlformats.org/drawingml/2006/main}r"):
                faces = [e.get("typeface") for e in run.iter() if e.tag.endswith("}ea")]
                assert faces == ["Microsoft YaHei"]


def test_the_workbook_has_every_table_with_its_numbers(answers: list[Answer]) -> None:
    _ = TRANSLATORS["en"]
    book = openpyxl.load_workbook(io.BytesIO(made(answers, "xlsx", language="en")))
    assert book.sheetnames[0] == "Read me"
    listed = [cell.value for cell in book["Read me"]["A"]]
    assert all(any(name[:24] in str(value) for value in listed) for name in book.sheetnames[1:])
    sheet = book["Villages"]
    heads = [cell.value for cell in sheet[2]]
    rows = {row[1]: dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=3, values_only=True)}
    assert {name: row["People"] for name, row in rows.items()} == {
        "西村": 1000, "中村": 2000, "北村": 300, "东村": 400, "岛村": 50, "远村": 7,
    }  # fmt: skip
    assert rows["北村"]["Minutes"] == pytest.approx(12, abs=0.1) and rows["北村"]["Within 10 min"] == "no"
    assert rows["岛村"]["Minutes"] is None and rows["中村"]["Nearest facility"] == "东乡卫生院"


@pytest.mark.parametrize(("language", "marks"), [("en", "modelled"), ("zh", "模型推算")])
def test_every_sheet_of_minutes_says_that_they_are_modelled(answers: list[Answer], language: str, marks: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(answers, "xlsx", language=language)))
    minutes = {"en": "Minutes", "zh": "分钟"}[language]
    told = {sheet.title: sheet["A1"].value for sheet in book.worksheets[1:] if minutes in [c.value for c in sheet[2]]}
    assert len(told) >= 3 and {"en": "Villages", "zh": "村（居）"}[language] in told
    assert not [words for words in told.values() if marks not in words.split(" · ")]


def test_the_brief_is_one_page_and_the_report_has_every_scene_on_a4_and_a3(answers: list[Answer]) -> None:
    sizes = {"a4": (595, 842), "a3": (842, 1191)}
    for size, (width, height) in sizes.items():
        for extent in ("brief", "report"):
            reader = pypdf.PdfReader(io.BytesIO(made(answers, "pdf", size=size, extent=extent)))
            box = reader.pages[0].mediabox
            assert (round(box.width), round(box.height)) == (width, height)
            assert len(reader.pages) == 1 if extent == "brief" else len(reader.pages) > len(answers)


def test_pdf_fonts_are_embedded(answers: list[Answer]) -> None:
    for page in pypdf.PdfReader(io.BytesIO(made(answers, "pdf"))).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())
            assert "NotoSansSC" in inner["/BaseFont"]


def test_map_layers_come_back_as_they_are(answers: list[Answer]) -> None:
    answer = answers[2]
    with rasterless(made([answer], "gpkg")) as path:
        for name, layer in layers_of(answer).items():
            back = pyogrio.read_dataframe(path, layer=name)
            assert back.crs == layer.crs and len(back) == len(layer)
            assert shapely.equals_exact(back.geometry.to_numpy(), layer.geometry.to_numpy(), 0).all()
            for column in layer.columns.drop("geometry"):
                assert back[column].fillna("—").tolist() == layer[column].fillna("—").tolist(), (name, column)
        styles = pyogrio.read_dataframe(path, layer="layer_styles", read_geometry=False)
    assert set(styles["f_table_name"]) == set(layers_of(answer)) and (styles["useAsDefault"] == 1).all()
    for style in styles["styleQML"]:
        assert ET.fromstring(style).tag == "qgis"


def test_the_surface_comes_back_as_it_is(answers: list[Answer]) -> None:
    files = make_files([answers[2]], ready(answers[2].study), export("tif"))
    surface = answers[2].surface
    assert surface is not None
    with rasterio.MemoryFile(files["tif"]) as memory, memory.open() as raster:
        back, crs = raster.read(1)[::-1], raster.crs
        x, y = raster.xy(0, 0)
    told = np.where(np.isfinite(surface.minutes), surface.minutes, np.nan).astype(np.float32)
    assert np.array_equal(back, told, equal_nan=True) and np.isnan(back).any()
    assert (x, y) == pytest.approx((surface.x[0], surface.y[-1])) and crs.to_epsg() == 4544
    assert ET.fromstring(files["qml"]).tag == "qgis"


@pytest.mark.parametrize("size", ["200x200", "640x480", "3000x1200"])
@pytest.mark.parametrize("figure", ["map", "coverage", "curve"])
def test_pictures_have_the_size_asked_for(answers: list[Answer], figure: str, size: str) -> None:
    png = made(answers, "png", size=size, figure=figure)
    assert struct.unpack(">II", chunks(png)["IHDR"][:8]) == tuple(map(int, size.split("x")))
    drawing = made(answers, "svg", size=size, figure=figure).decode()
    root = ET.fromstring(drawing)
    assert (root.get("width"), root.get("height")) == tuple(size.split("x"))
    assert "示范县" in "".join(root.itertext()) or figure != "map"


# ---- names that attack -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("release", [Release(), PUBLIC], ids=["internal", "public"])
def test_hostile_names_are_text_in_every_format(attacked: list[Answer], form: str, release: Release) -> None:
    Path("/tmp/yida_hostile_ran").unlink(missing_ok=True)
    for figure in ("map", "villages") if form in ("png", "svg", "csv") else ("map",):
        body = made(attacked, form, release=release, figure=figure, language="en")
        text = texts_in(form, body)
        assert text
    assert not Path("/tmp/yida_hostile_ran").exists()
    if form == "xlsx":
        wanted = HOSTILE[4]
        assert wanted in text
        book = openpyxl.load_workbook(io.BytesIO(body))
        assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f" or c.hyperlink]
    if form == "pptx":
        assert all(clean(name).replace("\n", " ") in text for name in HOSTILE[:3])
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            assert not [n for n in parts.namelist() if "vba" in n.lower() or "externalLink" in n]
            outside = [n for n in parts.namelist() if n.endswith(".rels") and b'TargetMode="External"' in parts.read(n)]
            assert not outside
    if form == "svg":
        tags = {e.tag.rpartition("}")[2] for e in ET.fromstring(body.decode()).iter()}
        assert not tags & {"script", "foreignObject", "img", "image", "a"}
    if form == "html":
        code = re.sub(r'<script type="application/json".*?</script>', "", body.decode(), flags=re.S)
        assert "pwned" not in code and "HYPERLINK" not in code
    if form == "csv":
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    if form == "pdf":
        flat = "".join(text.split())
        assert "#eval(" in flat and "root:" not in flat


def test_names_stay_text_in_the_workbooks_behind_the_charts(toy: Study) -> None:
    names = ["=1+1", '=HYPERLINK("http://example.invalid","x")', "http://example.invalid", "{=1}"]
    towns = toy.unit.assign(name=[names[i % len(names)] for i in range(len(toy.unit))])
    answers = answered(replace(toy, content_id="formulas", unit=towns))
    texts, numbers = set[str](), list[float]()
    with zipfile.ZipFile(io.BytesIO(made(answers, "pptx"))) as parts:
        for name in [n for n in parts.namelist() if n.startswith("ppt/embeddings/")]:
            (sheet,) = openpyxl.load_workbook(io.BytesIO(parts.read(name)))
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
            texts |= {cell.value for cell in cells if cell.data_type == "s"}
            numbers += [cell.value for cell in cells if cell.data_type == "n" and cell.column == 2 and cell.row > 1]
    assert set(towns["name"]) & texts, "a township's name stands behind a bar"
    charts = [figure.chart for answer in answers for figure in shown_figures(answer, str, "en")]
    assert sorted(numbers) == pytest.approx(sorted(v for chart in charts for v in chart.values[:99] if v == v))


# ---- wrong words -------------------------------------------------------------------------------------------------

WRONG = [
    ("docx", {}, ChoiceUnknown),
    ("pdf", {"size": "letter"}, ChoiceUnknown),
    ("pdf", {"extent": "novel"}, ChoiceUnknown),
    ("png", {"size": "big"}, ChoiceUnknown),
    ("png", {"size": "20x20"}, OutOfRange),
    ("svg", {"size": "100000x900"}, OutOfRange),
    ("png", {"figure": "weather"}, ChoiceUnknown),
]


@pytest.mark.parametrize(("form", "changes", "error"), WRONG)
def test_wrong_words_are_said(
    answers: list[Answer], form: str, changes: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        made(answers, form, **changes)


def test_one_html_file_holds_every_version_that_is_shown_once(answers: list[Answer], toy: Study) -> None:
    villages = toy.demand.assign(name=toy.demand["name"] + "(旧)")
    other = replace(answers[0], study=replace(toy, content_id="other", demand=villages))
    told = html_data(made([answers[0], other, answers[1]], "html"))
    assert [scene["map"] for scene in told["scenes"]] == [0, 1, 0]
    assert ["西村(旧)" in m["static"]["villages"]["name"] for m in told["maps"]] == [False, True]


def test_a_scene_whose_place_is_gone_says_so_in_every_file(toy: Study) -> None:
    scene = replace(ready(toy).scenes[2], highlighted=(Place("facility", "F9"),))
    (answer,) = answered(toy, replace(ready(toy), scenes=(scene,)))
    for form in FORMS:
        files = make_files([answer], ready(toy), export(form, "en"))
        assert any("F9" in texts_in(suffix, body) for suffix, body in files.items() if suffix != "qml"), form
    assert "F9" in html_data(made([answer], "html"))["scenes"][0]["en"]["missing"]


def test_every_figure_can_be_a_table_and_a_chart(answers: list[Answer]) -> None:
    for key in REACH:
        table = figure_of(answers[2], key, TRANSLATORS["zh"], "zh").table
        rows = list(csv.reader(io.StringIO(made([answers[2]], "csv", figure=key).decode("utf-8-sig"))))
        assert rows[0] == list(table.columns) and len(rows) == len(table) + 1
