"""Codes and texts that the shipped data holds are said in words, in either language; others stay as written."""

import re
import tomllib
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from geo.analysis.presenting import Answer
from geo.intake.manifest import SAMPLE_FOLDER
from geo.output.data_words import capability_names, category_name, shipped_text, status_name
from geo.output.facts import population, sources
from geo.output.language import translator

SAMPLES = sorted(path.parent.name for path in SAMPLE_FOLDER.glob("*/study.toml"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("sample", [name for name in SAMPLES if (SAMPLE_FOLDER / name / "facilities.csv").is_file()])
def test_every_code_of_a_samples_facilities_has_words(sample: str) -> None:
    listed = pd.read_csv(SAMPLE_FOLDER / sample / "facilities.csv", dtype="str", keep_default_na=False)
    zh, en = translator("zh"), translator("en")
    for code in set(listed["category"]) - {""}:
        assert CHINESE.search(category_name(zh, code)) and category_name(en, code) not in ("", code)
    for status in set(listed["status"]):
        assert CHINESE.search(status_name(zh, status)) and status_name(en, status) != status
    for source in set(listed["source"]):
        assert CHINESE.search(shipped_text(zh, source))
    for capabilities in set(listed["capabilities"]) - {""}:
        assert not re.search("[a-z]{4}", capability_names("zh", capabilities))
        assert len(capability_names("en", capabilities).split(", ")) == len(capabilities.split(";"))


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_a_samples_data_is_and_of_when_is_said_in_chinese(sample: str) -> None:
    for credit in tomllib.loads((SAMPLE_FOLDER / sample / "study.toml").read_text(encoding="utf-8"))["attribution"]:
        assert CHINESE.search(shipped_text(translator("zh"), credit["what"]))
        assert not re.search("[a-z]", shipped_text(translator("zh"), credit["date"]))


@pytest.mark.parametrize("sample", ["xishui", "suixi", "shouguang"])
def test_a_file_says_in_chinese_where_a_samples_people_and_data_come_from(sample: str) -> None:
    told = tomllib.loads((SAMPLE_FOLDER / sample / "study.toml").read_text(encoding="utf-8"))
    study = SimpleNamespace(header={key: told[key] for key in ("population", "attribution")})
    answer = cast("Answer", SimpleNamespace(study=study, whole=SimpleNamespace(population=1234)))
    zh, en = translator("zh"), translator("en")
    count, kind, *rest = population(answer, zh).split(", ")
    assert (count, kind) == ("1,234", "常住人口") and CHINESE.search(rest[-1])
    assert population(answer, en).split(", ")[-1] == told["population"]["source"]
    for credit, said in zip(told["attribution"], sources(answer, zh).split("; "), strict=False):
        what, _, source = said.partition(": ")
        assert CHINESE.search(what) and not re.search("[a-z]", source.rpartition(", ")[2])
        assert credit["source"] in sources(answer, en) and credit["licence"] in said


def test_what_others_wrote_stays_as_it_is() -> None:
    zh = translator("zh")
    assert category_name(zh, "Z999") == "Z999" and category_name(zh, "") == ""
    assert status_name(zh, "moved") == "moved" and shipped_text(zh, "Map") == "Map"
    assert capability_names("zh", "ecg; zeppelin") == "心电检查、zeppelin" and capability_names("en", "") == ""
