"""Every problem has a sentence, and saying it never fails on what a file holds."""

import re
from pathlib import Path

import pytest

from geo.model.column_names import COLUMNS
from geo.model.desk import Question
from geo.model.problems import SENTENCES, Problem, refused
from geo.output import template_columns
from geo.output.language import translator

GEO = Path(__file__).resolve().parents[3] / "geo"


def test_every_code_used_has_a_sentence_and_every_sentence_is_used_somewhere() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in GEO.rglob("*.py") if p.name != "problems.py")
    used = set(re.findall(r'"((?:[a-z]+_)+[a-z]+)"', source))
    assert set(SENTENCES) <= used
    assert set(re.findall(r'Problem\(\s*"(\w+)"', source)) <= set(SENTENCES)


def test_a_problem_says_its_row_and_value_in_any_language() -> None:
    problem = Problem("position_not_a_number", "error", "facility", 7, "lon", {"value": "106°"})
    assert problem.say() == "Row 7: lon is 106°, which is not a number. Write decimal degrees."
    assert problem.say(lambda _: "第 {row} 行：{value}") == "第 7 行：106°"


def test_columns_tables_and_what_is_empty_are_said_in_chinese_and_a_files_own_words_are_not() -> None:
    zh = translator("zh")
    beds = Problem("number_invalid", "warning", "facility", 2, "beds", {"value": "NA"})
    assert (beds.say(), beds.say(zh)[:11]) == (
        "Row 2: beds is NA, which is not a number; it is treated as unknown.", "第 2 行：床位数 为"
    )  # fmt: skip
    made = Problem("id_generated", "warning", "facility", None, "facility_id", {"count": 3})
    assert "facility" not in made.say(zh) and "机构名单" in made.say(zh) and "3 rows of the facility list" in made.say()
    nameless = Problem("not_placed", "error", "facility", 2, "lon", {"name": ""})
    assert "（无名称）" in nameless.say(zh) and nameless.say().startswith("Row 2: (no name) has no position")
    asked = Question("columns:name", (), params={"column": "name"})
    assert "名称" in asked.say(zh) and "name" not in asked.say(zh)
    own = Problem("column_personal", "warning", "facility", None, "电话", {"column": "联系 phone"})
    assert "联系 phone" in own.say(zh)


def test_every_column_of_a_template_is_said_in_chinese() -> None:
    zh = translator("zh")
    for kind in template_columns.KINDS:
        for column in template_columns.COLUMNS.get(kind, ()):
            assert column.name in COLUMNS and zh(column.name) != column.name, column.name


@pytest.mark.parametrize("hostile", ["{0}", "{__class__}", "%s", "<script>"])
def test_a_hostile_value_is_only_text(hostile: str) -> None:
    problem = Problem("name_missing", "error", "facility", 1, hostile, {"value": hostile})
    assert problem.say()
    assert hostile in Problem("number_invalid", "warning", "facility", 1, "beds", {"value": hostile}).say()


def test_a_row_with_two_errors_is_refused_once_and_warnings_refuse_nothing() -> None:
    problems = [
        Problem("name_missing", "error", "facility", 2),
        Problem("tier_unknown", "error", "facility", 2),
        Problem("name_missing", "error", "facility", 3),
        Problem("number_invalid", "warning", "facility", 4),
    ]
    assert refused(problems) == 2
