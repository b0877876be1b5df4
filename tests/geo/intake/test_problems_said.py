"""Every problem has a sentence, and saying it never fails on what a file holds."""

import re
from pathlib import Path

import pytest

from geo.model.problems import SENTENCES, Problem, refused

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
