"""Briefings whose scenes ask different questions: paper and workbooks tell each figure with what it was made.

The toy county with bases (tests/geo/test_page_scenes.py): an ambulance reaches 3,400 of 3,757 people in 15 min from the
call, 3,000 are in hospital within 20 min; 3,700 live within 15 min of the nearest facility that counts.
"""

import io
from dataclasses import replace

import openpyxl
import pypdf
import pytest

from geo.analysis.presenting import Answer
from geo.model.bases import bases_of
from geo.model.briefing import Briefing, Rescue, Scene
from geo.model.clock import preset_clock
from geo.model.inputs import Study
from geo.output.briefing_tables import speeds_table
from geo.output.export import make_files
from geo.study import assumptions_for
from geo.study.briefing import plain_scene
from geo.study.page_scenes import rescue_scene
from tests.geo.briefings import TRANSLATORS, answered, export
from tests.geo.test_emergency import with_bases

EN = TRANSLATORS["en"]


@pytest.fixture(scope="module")
def county(toy: Study) -> Study:
    return with_bases(toy)


def rescue(study: Study) -> Scene:
    asked = Rescue(preset_clock("policy15"), "emergency", 20.0, bases_of(study.facility))
    return rescue_scene(study, asked, assumptions_for(study), ("roads", "units", "villages"), TRANSLATORS)


def on_foot(study: Study) -> Scene:
    return replace(
        plain_scene(study, TRANSLATORS), mode="walk", threshold_min=30.0, assumptions=assumptions_for(study, "night")
    )


def briefing(*scenes: Scene) -> Briefing:
    return Briefing({"zh": "汇报", "en": "A briefing"}, scenes)


def pages(answers: list[Answer], **changes: object) -> list[str]:
    """The text of a PDF's pages, blanks as one."""
    told = briefing(*(answer.scene for answer in answers))
    body = make_files(answers, told, export("pdf", "en", **changes))["pdf"]
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(body)).pages]


# ---- on paper ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("extent", ["report", "brief"])
def test_a_briefing_of_emergencies_alone_is_told_by_their_own_figures(county: Study, extent: str) -> None:
    answers = answered(county, briefing(rescue(county)))
    first = pages(answers, extent=extent)[0]
    assert "3,400 of 3,757 people" in first and "3,000 of 3,757 people" in first
    assert "15 min from the call: call handling 1 + turnout 3" in first


@pytest.mark.parametrize("first", [0, 1])
def test_the_cover_says_the_question_of_its_own_figures_in_any_order(county: Study, first: int) -> None:
    scenes = [rescue(county), plain_scene(county, TRANSLATORS)]
    answers = answered(county, briefing(*scenes[first:], *scenes[:first]))
    cover, *rest = pages(answers)
    assert "3,700 of 3,757 people" in cover and "Clock start when the vehicle or person sets out" in cover
    assert "from the call: call handling" not in cover
    assert sum("15 min from the call: call handling 1 + turnout 3" in page for page in rest) == 1


def test_every_question_of_a_report_says_with_what_it_was_made_once(county: Study) -> None:
    plain = plain_scene(county, TRANSLATORS)
    whole = " ".join(pages(answered(county, briefing(plain, replace(plain, shows=("outside",)), on_foot(county)))))
    assert whole.count("Tiers that count") == 2
    assert whole.count("15 min, itself included Clock") == 1 and whole.count("30 min, itself included Clock") == 1


def test_speeds_of_every_mode_are_listed_with_their_scenes(county: Study) -> None:
    plain = plain_scene(county, TRANSLATORS)
    alone = speeds_table(answered(county, briefing(plain, plain)), EN)
    assert set(alone["Travel mode"]) == {"Ambulance"} and "Scenes" not in alone
    faster = replace(plain, assumptions=plain.assumptions.with_value("speed", "ambulance", "primary", 130.0))
    table = speeds_table(answered(county, briefing(plain, on_foot(county), faster, plain)), EN)
    main = table[table["Item"] == "Primary road"]
    by_ambulance = main.loc[main["Travel mode"] == "Ambulance", ["Scenes", "Value"]]
    assert by_ambulance.values.tolist() == [["1, 4", 65.0], ["3", 130.0]]
    assert main.loc[main["Travel mode"] == "On foot", "Scenes"].tolist() == ["2"]


# ---- in a workbook -----------------------------------------------------------------------------------------------


def book_of(answers: list[Answer]) -> openpyxl.Workbook:
    told = briefing(*(answer.scene for answer in answers))
    return openpyxl.load_workbook(io.BytesIO(make_files(answers, told, export("xlsx", "en"))["xlsx"]))


def rows_of(book: openpyxl.Workbook, sheet: str) -> dict[object, dict[object, object]]:
    """Village → heading → cell."""
    heads = [cell.value for cell in book[sheet][2]]
    rows = book[sheet].iter_rows(min_row=3, values_only=True)
    return {row[heads.index("Village")]: dict(zip(heads, row, strict=True)) for row in rows}


def test_a_workbook_holds_the_answers_to_every_question(county: Study) -> None:
    plain = plain_scene(county, TRANSLATORS)
    answers = answered(county, briefing(plain, on_foot(county), replace(plain, shows=("curve",)), rescue(county)))
    book = book_of(answers)
    assert [name for name in book.sheetnames if name.startswith("Villages")] == ["Villages", "Villages 2", "Villages 3"]
    said = [book[name]["A1"].value.partition("Scenes: ")[2] for name in book.sheetnames if name.startswith("Villages")]
    assert said == ["1, 3.", "2.", "4."]
    by_ambulance, walked, arrival = (rows_of(book, name)["西村"] for name in ("Villages", "Villages 2", "Villages 3"))
    assert by_ambulance["Minutes"] == pytest.approx(7, abs=0.1) and by_ambulance["Within 15 min"] == "yes"
    assert walked["Minutes"] == answers[1].found["travel_time_min"].iat[0] > 7 and "Within 30 min" in walked
    assert arrival["Minutes"] == pytest.approx(11, abs=0.1) and arrival["First base to arrive"] == "县人民医院"
    modes = {row[1] for row in book["Speeds"].iter_rows(min_row=3, values_only=True)}
    assert modes == {"Ambulance", "On foot"}
    about = list(book["Read me"].iter_rows(values_only=True))
    assert [row[1] for row in about if row[0] == "Travel mode"] == ["Ambulance", "On foot", "Ambulance"]
    assert [row[1].split(",")[0] for row in about if row[0] == "Conditions"] == ["Day", "Night", "Day"]
    scenes = [str(row[0]) for row in about if str(row[0]).startswith("Scenes: ")]
    assert scenes == ["Scenes: 1, 3.", "Scenes: 2.", "Scenes: 4."]


def test_the_read_me_names_the_sheets_as_they_are_named(county: Study) -> None:
    scenes = [replace(make, shows=("curve",)) for make in (plain_scene(county, TRANSLATORS), on_foot(county))]
    book = book_of(answered(county, briefing(*scenes)))
    listed = [cell.value for cell in book["Read me"]["A"]]
    assert listed[listed.index("Sheet") + 1 :] == book.sheetnames[1:]
    assert book.sheetnames[1:3] == ["People reached, by threshold", "People reached, by threshold 2"]


def test_one_question_is_told_without_numbers_of_scenes(county: Study) -> None:
    book = book_of(answered(county, briefing(plain_scene(county, TRANSLATORS))))
    assert "Scenes: " not in "".join(str(sheet["A1"].value) for sheet in book)
    assert "Scenes" not in [cell.value for cell in book["Speeds"][2]]
