"""`yida export`: every format from the terminal, commands that repeat, and what goes wrong is said."""

import csv
import io
import json
import re
import shlex
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from pptx import Presentation
from pptx.util import Inches

from geo.model.bases import base_at
from geo.model.briefing import Briefing, Place, Rescue
from geo.model.clock import preset_clock
from geo.model.scene_json import to_json
from geo.output.export import FORMS
from geo.store import open_store
from geo.study import assumptions_for, briefings, open_study
from geo.study.briefing import plain_scene
from geo.study.page_scenes import rescue_scene
from tests.geo.briefings import TRANSLATORS, ready
from tests.geo.terminal import Run, at_home, terminal


@pytest.fixture(scope="module")
def store_home(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the toy county in it."""
    return Path(shutil.copytree(toy_files / "home", tmp_path_factory.mktemp("export") / "home"))


@pytest.fixture
def yida(store_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    at_home(store_home, monkeypatch)
    return terminal(capsys)


@pytest.mark.parametrize("form", FORMS)
def test_every_format_is_written_and_said(yida: Run, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"toy.{form}"
    code, said, err = yida("export", "toy", "--format", form, "--out", out)
    assert (code, err) == (0, "") and f"Wrote {out} (" in said and out.stat().st_size > 100
    beside = {"tif": {"toy.qml"}, "csv": {"toy.csv.txt"}}.get(form, set())
    assert {p.name for p in tmp_path.iterdir()} == {out.name} | beside


def test_the_command_in_a_file_makes_a_file_with_the_same_figures(yida: Run, tmp_path: Path) -> None:
    asked = ("--minutes", 6, "--mode", "car", "--condition", "night", "--set", "speed.car.primary=90", "--public")
    table = ("export", "toy", "--format", "csv", "--figure", "coverage", "--lang", "en", "--out")
    yida(*table, tmp_path / "a.csv", *asked)
    told = (tmp_path / "a.csv.txt").read_text(encoding="utf-8-sig")
    command = re.search(r"^To repeat it: (.*)$", told, re.M)
    assert command
    words = shlex.split(command.group(1))
    assert words[0] == "yida" and words[-2] == "--out"
    assert yida(*words[1:-1], tmp_path / "b.csv")[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    yida(*table, tmp_path / "plain.csv")
    assert csv_rows(tmp_path / "plain.csv") != csv_rows(tmp_path / "a.csv"), "the options of the question count"


@pytest.mark.parametrize(("form", "name"), [("csv", "notes.txt"), ("csv", "data.csv"), ("tif", "x.qml"), ("tif", "x")])
def test_what_goes_beside_a_file_never_replaces_it_nor_another(yida: Run, tmp_path: Path, form: str, name: str) -> None:
    (tmp_path / "data.txt").write_text("mine")
    code, said, _err = yida("export", "toy", "--format", form, "--out", tmp_path / name)
    assert code == 0 and said.count("Wrote") == 2 and len(list(tmp_path.iterdir())) == 3
    body = (tmp_path / name).read_bytes()
    assert body.startswith("\ufeffTownship,".encode() if form == "csv" else b"II")
    assert (tmp_path / "data.txt").read_text() == "mine"


def csv_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def test_the_figures_are_those_of_yida_coverage(yida: Run, tmp_path: Path) -> None:
    found = json.loads(yida("coverage", "toy", "--minutes", 10, "--json")[1])
    yida("export", "toy", "--format", "xlsx", "--minutes", 10, "--lang", "en", "--out", tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheet = next(s for s in book if s.title.startswith("Townships not covered"))
    heads = [cell.value for cell in sheet[2]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert {r["Township"]: r["Covered people"] for r in rows} == {u["name"]: u["covered"] for u in found["units"]}
    told = "\n".join(str(cell.value) for cell in book["Read me"]["B"])
    assert f"{found['covered']:,.0f} of {found['population']:,.0f} people" in told


def test_a_briefing_file_is_followed_and_a_place_that_is_gone_is_said(
    yida: Run, tmp_path: Path, store_home: Path
) -> None:
    study = open_study(open_store(), "toy")
    briefing = ready(study)
    gone = replace(briefing.scenes[2], highlighted=(Place("facility", "F9"),), title={"en": "My scene"})
    (tmp_path / "b.json").write_text(to_json(replace(briefing, scenes=(gone, briefing.scenes[0]))), encoding="utf-8")
    words = ("export", "toy", "--format", "pptx", "--briefing", tmp_path / "b.json", "--lang", "en")
    code, _out, err = yida(*words, "--out", tmp_path / "b.pptx")
    assert code == 0 and "F9" in err
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(str(tmp_path / "b.pptx")).slides]
    assert titles == ["My scene", "toy at a glance"]


def test_a_single_map_takes_the_scene_asked_for(yida: Run, tmp_path: Path) -> None:
    words = ("export", "toy", "--format", "svg", "--briefing", "ready", "--lang", "en", "--out", tmp_path / "x.svg")
    assert yida(*words, "--scene", 4)[0] == 0
    code, _out, err = yida(*words, "--scene", 9)
    assert code == 3 and "--scene must lie between 1 and 6" in err


def test_a_scene_of_another_page_is_repeated_by_the_command_in_its_file(yida: Run, tmp_path: Path) -> None:
    """The plain scene, then an emergency: of its two bases one is only on trial."""
    study = open_study(open_store(), "toy")
    bases = tuple(base_at(row, added=True) for _, row in study.facility.iloc[:2].iterrows())
    rescue = Rescue(preset_clock("policy15"), "emergency", 60.0, bases)
    scene = rescue_scene(study, rescue, assumptions_for(study), ("roads", "villages"), TRANSLATORS)
    plain = plain_scene(study, TRANSLATORS)
    (tmp_path / "b.json").write_text(to_json(Briefing({"en": "x"}, (plain, scene))), encoding="utf-8")
    words = ("export", "toy", "--format", "csv", "--figure", "bases", "--briefing", tmp_path / "b.json", "--lang", "en")
    assert yida(*words, "--scene", 2, "--out", tmp_path / "a.csv", "--minutes", 20)[0] == 0
    told = (tmp_path / "a.csv.txt").read_text(encoding="utf-8-sig")
    assert "Clock start: 20 min from the call" in told and "Threshold: 20 min" in told
    command = re.search(r"^To repeat it: (.*)$", told, re.M)
    assert command and "--scene 2 --minutes 20" in command.group(1)
    assert yida(*shlex.split(command.group(1))[1:-1], tmp_path / "b.csv")[0] == 0
    assert yida(*words, "--scene", 2, "--out", tmp_path / "c.csv")[0] == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes() != (tmp_path / "c.csv").read_bytes()
    code, _out, err = yida(*words, "--scene", 1, "--out", tmp_path / "d.csv")
    assert code == 3 and "shows is bases" in err
    code, _out, err = yida("export", "toy", "--format", "tif", *words[6:], "--scene", 2, "--out", tmp_path / "d.tif")
    assert code == 3 and "no surface of minutes" in err


REPEATED = [
    ("--layers", "units,facilities"),
    ("--layers", ""),
    ("--show", "township_hospital_general"),
    ("--show", ""),
    ("--minutes", "6.1234567"),
    ("--set", "speed.ambulance.primary=61.2345678"),
]


@pytest.mark.parametrize("asked", [(), *REPEATED])
def test_the_command_in_a_picture_draws_the_same_picture(yida: Run, tmp_path: Path, asked: tuple[str, ...]) -> None:
    words = ("export", "toy", "--format", "svg", "--lang", "en", "--out")
    assert yida(*words, tmp_path / "a.svg", *asked)[0] == 0
    drawing = (tmp_path / "a.svg").read_text()
    again = yida(*repeated(drawing), tmp_path / "b.svg")
    assert again[0] == 0 and (tmp_path / "b.svg").read_text() == drawing
    if asked:
        assert yida(*words, tmp_path / "plain.svg")[0] == 0
        assert (tmp_path / "plain.svg").read_text() != drawing


def repeated(text: str) -> list[str]:
    """The words of the command in a file, up to the name of the file."""
    command = re.search(r"To repeat it: (yida export .*)", unescape(text))
    assert command
    return shlex.split(command.group(1).partition("</desc>")[0])[1:-1]


def test_a_layer_that_no_map_has_is_refused(yida: Run, tmp_path: Path) -> None:
    words = ("export", "toy", "--format", "svg", "--out", tmp_path / "x.svg")
    assert "--layers clouds is not known" in yida(*words, "--layers", "roads,clouds")[2]
    assert "temple" in yida(*words, "--show", "temple")[2] and not list(tmp_path.iterdir())


def test_a_briefing_is_repeated_on_the_version_it_was_shown_on(yida: Run, tmp_path: Path) -> None:
    briefing = ready(open_study(open_store(), "toy"))
    (tmp_path / "b.json").write_text(to_json(briefing), encoding="utf-8")
    words = ("export", "toy", "--format", "svg", "--briefing", tmp_path / "b.json", "--lang", "en", "--out")
    assert yida(*words, tmp_path / "a.svg")[0] == 0
    assert "--version 1 --lang" in " ".join(repeated((tmp_path / "a.svg").read_text()))
    pinned = replace(briefing, scenes=tuple(replace(scene, version=1) for scene in briefing.scenes))
    (tmp_path / "b.json").write_text(to_json(pinned), encoding="utf-8")
    assert yida(*words, tmp_path / "a.svg")[0] == 0
    assert "--version" not in repeated((tmp_path / "a.svg").read_text())


def test_a_stored_briefing_is_repeated_as_it_was_stored_then(yida: Run, tmp_path: Path) -> None:
    store = open_store()
    briefing = ready(open_study(store, "toy"))
    first, second = (replace(briefing, scenes=(replace(briefing.scenes[2], title={"en": t}),)) for t in ("Old", "New"))
    kept = briefings.save(store, "toy", "c" * 12, first, (), "李雷", "1" * 32)
    words = ("export", "toy", "--format", "svg", "--briefing", kept.briefing_id, "--lang", "en", "--out")
    assert yida(*words, tmp_path / "a.svg")[0] == 0
    briefings.save(store, "toy", "c" * 12, second, ("1" * 32,), "李雷", "2" * 32)
    told = repeated((tmp_path / "a.svg").read_text())
    assert told[told.index("--briefing") + 1] == kept.key
    told[told.index("svg")] = "pptx"
    words = tuple(word for word in told if word not in ("--figure", "map"))
    assert yida(*words, tmp_path / "a.pptx")[0] == 0
    assert [s.shapes.title.text_frame.text for s in Presentation(str(tmp_path / "a.pptx")).slides] == ["Old"]


# ---- bad words and bad days --------------------------------------------------------------------------------------

BAD = [
    (("--format", "pdf", "--size", "b5"), "a4, a3"),
    (("--format", "png", "--size", "9x9"), "--size must lie between"),
    (("--format", "png", "--review-number", "42"), "has not the form of a review number"),
    (("--format", "png", "--minutes", "0"), "--minutes must lie between"),
    (("--format", "png", "--from", "temple"), "temple"),
    (("--format", "png", "--set", "speed.car.river=3"), "speed.car.river"),
    (("--format", "png", "--set", "speed.car.primary=fast"), "fast"),
    (("--format", "png", "--set", "speed.car.primary=900"), "900"),
    (("--format", "png", "--version", "99"), "has no version 99"),
    (("--format", "pdf", "--briefing", "nowhere.json"), "nowhere.json"),
    (("--format", "pptx", "--template", "nowhere.pptx"), "nowhere.pptx"),
    (("--format", "html", "--scene", "99"), "--scene says nothing to a file of the kind html"),
    (("--format", "csv", "--size", "a4"), "--size says nothing to a file of the kind csv; it is for pdf, png, svg"),
    (("--format", "gpkg", "--figure", "map"), "--figure says nothing"),
    (("--format", "png", "--extent", "brief"), "--extent says nothing"),
    (
        ("--format", "pdf", "--template", "mine.pptx"),
        "--template says nothing to a file of the kind pdf; it is for pptx",
    ),
]


@pytest.mark.parametrize(("words", "sentence"), BAD, ids=[" ".join(words) for words, _s in BAD])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    yida: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], sentence: str, language: str
) -> None:
    monkeypatch.setenv("YIDA_LANG", language)
    code, _out, err = yida("export", "toy", *words, "--out", tmp_path / "x")
    assert code == 3 and (sentence in err if language == "en" else re.search(r"[\u4e00-\u9fff]", err))
    assert list(tmp_path.iterdir()) == []


def test_a_stored_briefing_is_named_by_the_id_of_its_link(yida: Run, store_home: Path, tmp_path: Path) -> None:
    store = open_store()
    briefing = ready(open_study(store, "toy"))
    mine = replace(briefing, scenes=(replace(briefing.scenes[2], title={"en": "Kept scene"}),))
    kept = briefings.save(store, "toy", "b" * 12, mine, (), "李雷", "e" * 32)
    words = ("export", "toy", "--format", "pptx", "--briefing", kept.briefing_id, "--lang", "en")
    assert yida(*words, "--out", tmp_path / "kept.pptx")[0] == 0
    slides = Presentation(str(tmp_path / "kept.pptx")).slides
    assert any("Kept scene" in shape.text_frame.text for s in slides for shape in s.shapes if shape.has_text_frame)


def test_a_briefing_of_another_county_or_of_nothing_is_refused(yida: Run, tmp_path: Path) -> None:
    for body in ("{}", "not json", to_json(ready(open_study(open_store(), "toy"))).replace('"toy"', '"elsewhere"')):
        (tmp_path / "b.json").write_text(body, encoding="utf-8")
        code, _out, err = yida(
            "export", "toy", "--format", "pdf", "--briefing", tmp_path / "b.json", "--out", tmp_path / "x"
        )
        assert code == 3 and "This briefing cannot be used" in err and not (tmp_path / "x").exists()


def test_a_target_that_may_not_be_written_stays_as_it_is(
    yida: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x.csv"
    target.write_text("mine")
    monkeypatch.setattr("geo.output.written.os.access", lambda path, how: False)  # root may write anything
    code, _out, err = yida("export", "toy", "--format", "csv", "--out", target)
    assert code == 3 and "cannot be written" in err and target.read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["x.csv"]
    code, _out, err = yida("export", "toy", "--format", "csv", "--out", tmp_path / "no" / "x.csv")
    assert code == 3 and "cannot be written" in err


# ---- templates ---------------------------------------------------------------------------------------------------


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template of another shape, with slides of its own."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(10), Inches(7.5)
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text = "Old slide"
    deck.save(str(tmp_path / "mine.pptx"))
    return tmp_path / "mine.pptx"


def test_slides_take_the_shape_of_a_template_and_none_of_its_slides(yida: Run, tmp_path: Path, template: Path) -> None:
    out = tmp_path / "x.pptx"
    assert yida("export", "toy", "--format", "pptx", "--template", template, "--out", out)[0] == 0
    deck = Presentation(str(out))
    assert f"--template {template} " in deck.slides[0].notes_slide.notes_text_frame.text
    assert deck.slide_width == Inches(10) and len(deck.slides) == 6
    assert "Old slide" not in [slide.shapes.title.text_frame.text for slide in deck.slides]
    right = [shape.left + shape.width for slide in deck.slides for shape in slide.shapes]
    assert max(right) <= deck.slide_width, "nothing hangs over the edge"


def test_a_template_without_a_title_is_refused(yida: Run, tmp_path: Path, template: Path) -> None:
    deck = Presentation(str(template))
    for layout in deck.slide_layouts:
        for shape in list(layout.placeholders):
            shape._element.getparent().remove(shape._element)
    deck.save(str(template))
    code, _out, err = yida("export", "toy", "--format", "pptx", "--template", template, "--out", tmp_path / "x.pptx")
    assert code == 3 and "no layout has a title" in err and "mine.pptx" in err and not (tmp_path / "x.pptx").exists()


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 no zip", b"%PDF-1.7", b"<html>"])
def test_a_template_that_is_no_pptx_is_refused(yida: Run, tmp_path: Path, body: bytes) -> None:
    (tmp_path / "t.pptx").write_bytes(body)
    code, _out, err = yida(
        "export", "toy", "--format", "pptx", "--template", tmp_path / "t.pptx", "--out", tmp_path / "x.pptx"
    )
    assert code == 3 and "The template" in err and "cannot be used for slides" in err


def test_a_template_that_would_fill_the_memory_is_refused(yida: Run, tmp_path: Path, template: Path) -> None:
    import zipfile

    with zipfile.ZipFile(template, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/media/bomb.bin", b"\0" * 300_000_000)
    code, _out, err = yida("export", "toy", "--format", "pptx", "--template", template, "--out", tmp_path / "x.pptx")
    assert code == 3 and "cannot be used for slides" in err
