"""The terminal: the same answers, documented keys, exit codes, and reasons in the reader's language."""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import shapely

from geo.intake.manifest import sample_names
from geo.store import open_store
from tests.geo import county
from tests.geo.desk_files import table
from tests.geo.intake.conftest import OsmText
from tests.geo.network.conftest import degrees
from tests.geo.terminal import Run, at_home, create_words, terminal

ROOT = Path(__file__).resolve().parents[2]
KEYS = [
    "threshold_min", "mode", "population", "covered", "beyond", "unreachable", "units", "condition", "tiers", "closed",
    "band", "modelled", "illustrative",
]  # fmt: skip
UNIT_KEYS = ["unit_code", "name", "population", "covered", "beyond", "unreachable"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own, and the terminal in English."""
    at_home(tmp_path / "home", monkeypatch)
    return tmp_path


@pytest.fixture
def yida(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """yida("coverage", "toy"): exit code, standard output, standard error."""
    return terminal(capsys)


@pytest.fixture
def created(home: Path, toy_files: Path) -> Path:
    """The toy county, created from its files under the name toy."""
    shutil.copytree(toy_files, home, dirs_exist_ok=True)
    return home


# ---- create, list, report --------------------------------------------------------------------------------------


def test_a_study_is_created_from_files_and_says_what_was_found(home: Path, yida: Run) -> None:
    code, out, _ = yida(*create_words(home))
    assert code == 0
    assert out.startswith("Roads: 25 km (Primary road 13, Secondary road ")
    assert "Islands: 1 pieces" in out and "Facilities: 3, of which 0 off the network (0.0 %)" in out
    assert "6 points with 3,757 people; off the network 1 points (16.7 %) with 7 people (0.2 %)" in out
    assert "远村 is more than 2000 m" in out


def test_a_study_is_created_from_an_osm_extract_alone(home: Path, yida: Run) -> None:
    osm = OsmText()
    places = [(0.0, 0.0), (3250.0, 0.0), (6500.0, 0.0), (6500.0, 100.0), (0.0, 100.0)]
    lon, lat = (values.tolist() for values in degrees(places))
    nodes = [osm.node(i + 1, lon[i], lat[i]) for i in range(3)]
    osm.way(10, nodes, {"highway": "primary"})
    osm.node(20, lon[3], lat[3], amenity="hospital", name="县医院")
    osm.node(21, lon[4], lat[4], place="village", name="西村", population="120")
    code, out, err = yida("study", "create", "map", "--roads", osm.write(home / "map.osm"))
    assert (code, err) == (0, "") and "Facilities: 1" in out
    code, out, _ = yida("coverage", "map", "--json", "--from", "county_hospital")
    found = json.loads(out)
    assert (code, found["population"], found["covered"]) == (0, 120, 120)


def test_the_list_has_samples_and_studies(created: Path, yida: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = yida("study", "list")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == [*sample_names(), "toy"]
    assert "xishui\tXishui County (sample)" in out
    monkeypatch.setenv("YIDA_LANG", "zh")
    assert "xishui\t习水县（示例）" in yida("study", "list")[1]


def test_the_report_as_json_has_every_figure_and_every_problem_said(created: Path, yida: Run) -> None:
    code, out, _ = yida("study", "report", "toy", "--json")
    report = json.loads(out)
    assert code == 0
    assert list(report) == [
        "road_km", "islands", "island_km", "facilities", "facilities_off", "demand", "demand_off", "population",
        "population_off", "outside", "rows_refused", "problems",
    ]  # fmt: skip
    assert report["road_km"]["primary"] == pytest.approx(13, rel=1e-4)
    assert (report["islands"], report["population_off"]) == (1, 7)
    (problem,) = report["problems"]
    assert (problem["code"], problem["severity"], problem["row"]) == ("off_network", "warning", None)
    assert problem["text"].startswith("远村 is more than 2000 m")


def test_the_report_as_text_is_the_one_said_at_creation(home: Path, yida: Run) -> None:
    _, at_creation, _ = yida(*create_words(home))
    assert yida("study", "report", "toy")[1] == at_creation


# ---- coverage --------------------------------------------------------------------------------------------------


def test_coverage_as_json_has_the_documented_keys_and_its_sums_hold(created: Path, yida: Run) -> None:
    code, out, err = yida("coverage", "toy", "--minutes", "15", "--json", "--from", "county_hospital")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert list(found) == KEYS and all(list(unit) == UNIT_KEYS for unit in found["units"])
    assert (found["threshold_min"], found["mode"], found["population"]) == (15, "ambulance", 3757)
    assert (found["covered"], found["beyond"], found["unreachable"]) == (3300, 400, 57)
    for part in UNIT_KEYS[2:]:
        assert sum(unit[part] for unit in found["units"]) == found[part]
    for row in [found, *found["units"]]:
        assert row["covered"] + row["beyond"] + row["unreachable"] == row["population"]
    assert {unit["name"] for unit in found["units"]} == {"东乡卫生院"}


def test_the_threshold_itself_is_included_and_more_minutes_cover_more(created: Path, yida: Run) -> None:
    def covered(minutes: str) -> float:
        return json.loads(yida("coverage", "toy", "--minutes", minutes, "--json", "--from", "county_hospital")[1])[
            "covered"
        ]

    assert [covered(m) for m in ("6.9", "7.001", "13.001", "19.001", "120")] == [0, 3000, 3300, 3700, 3700]


def test_what_counts_and_that_a_sample_is_illustrative_is_said_as_json_and_as_text(home: Path, yida: Run) -> None:
    words = ("coverage", "suixi", "--from", "county_hospital,village_clinic")
    found = json.loads(yida(*words, "--json")[1])
    assert found["tiers"] == ["county_hospital", "village_clinic"] and found["modelled"] and found["illustrative"]
    out = yida(*words)[1]
    assert "Illustrative sample" in out
    assert re.search(r"Facilities that count: [^.]*hospital[^.]*, [^.]*clinic", out, re.IGNORECASE)


def test_the_words_of_mode_tier_and_condition_reach_the_answer(created: Path, yida: Run) -> None:
    def found(*words: str) -> dict[str, object]:
        return json.loads(yida("coverage", "toy", "--minutes", "9.5", "--json", *words)[1])

    assert found("--from", "village_clinic")["covered"] == 2300
    assert found("--from", "village_clinic,township_hospital")["covered"] == 2700
    on_foot = found("--from", "county_hospital", "--mode", "walk")
    assert (on_foot["mode"], on_foot["covered"]) == ("walk", 1000)
    assert found("--from", "county_hospital", "--condition", "ice")["covered"] == 1000  # 1 + 6 / 0.7 is over 9.5


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_line_with_a_percentage_has_its_denominator(
    created: Path, yida: Run, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setenv("YIDA_LANG", language)
    code, out, _ = yida("coverage", "toy", "--by", "unit", "--from", "county_hospital")
    lines = [line for line in out.splitlines() if "%" in line]
    assert code == 0 and len(lines) == 3 + 1
    for line in lines:
        people = r"(\d[\d,]*) of (\d[\d,]*)" if language == "en" else r"(\d[\d,]*) 人中的 (\d[\d,]*) 人"
        numbers = [int(n.replace(",", "")) for n in re.search(people, line).groups()]  # type: ignore[union-attr]
        part, whole = numbers if language == "en" else numbers[::-1]
        assert float(re.search(r"([\d.]+) %", line)[1]) == pytest.approx(100 * part / whole, abs=0.05)  # type: ignore[index]
    assert ("Modelled" if language == "en" else "模型推算") in out


def test_a_county_without_people_has_no_percentage(home: Path, yida: Run) -> None:
    words = create_words(home)
    county.write_villages(home / "files" / "villages.csv", [replace(v, people=0) for v in county.VILLAGES])
    assert yida(*words)[0] == 0
    code, out, _ = yida("coverage", "toy", "--by", "unit")
    assert code == 0 and "nan" not in out and "%" not in out


# ---- reach -----------------------------------------------------------------------------------------------------


def test_reach_writes_geojson_whose_areas_grow_with_the_threshold(created: Path, yida: Run) -> None:
    target = created / "reach.geojson"
    code, out, _ = yida("reach", "toy", "--minutes", "10,5,15", "--out", target, "--from", "county_hospital")
    assert code == 0 and str(target) in out
    document = json.loads(target.read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    properties = [feature["properties"] for feature in document["features"]]
    told = {"mode": "ambulance", "modelled": True, "illustrative": False}
    assert properties == [{"threshold_min": t, **told} for t in (5, 10, 15)]
    areas = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in document["features"]]
    assert all(area.is_valid and area.area > 0 for area in areas)
    for short, long in pairwise(areas):
        assert long.area > short.area and short.difference(long).area < 0.01 * short.area
    lon, lat = degrees([(3000, 0), (9000, 0)])  # 1 + 2.8 and 1 + 8.3 min
    assert shapely.contains_xy(areas[0], lon, lat).tolist() == [True, False]
    assert shapely.contains_xy(areas[1], lon, lat).tolist() == [True, True]


def test_a_file_that_cannot_be_written_is_said(created: Path, yida: Run) -> None:
    code, _, err = yida("reach", "toy", "--out", created / "nowhere" / "reach.geojson")
    assert code == 3 and "cannot be written" in err and "reach.geojson" in err


# ---- what goes wrong -------------------------------------------------------------------------------------------


def test_reasons_come_on_standard_error_in_the_readers_language(
    created: Path, yida: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = yida("coverage", "nowhere")
    assert (code, out) == (3, "")
    assert err == "yida: There is no study named nowhere. Known studies: toy.\n"
    monkeypatch.setenv("YIDA_LANG", "zh")
    code, out, err = yida("coverage", "nowhere")
    assert (code, out, err) == (3, "", "yida: 没有名为 nowhere 的研究。现有研究：toy。\n")


WRONG_WORDS = [
    [], ["fly"], ["coverage"], ["coverage", "toy", "--mode", "helicopter"], ["coverage", "toy", "--minutes", "soon"],
    ["coverage", "toy", "--by", "village"], ["reach", "toy"], ["study"], ["study", "create", "a"],
]  # fmt: skip


@pytest.mark.parametrize("words", WRONG_WORDS, ids=" ".join)
def test_wrong_words_end_with_code_two_and_a_usage(yida: Run, words: list[str]) -> None:
    code, out, err = yida(*words)
    assert (code, out) == (2, "") and err.startswith("usage: yida")


UNUSABLE = [
    (["coverage", "toy", "--minutes", "0"], "between 1 and 120; it is 0"),
    (["coverage", "toy", "--minutes", "500"], "between 1 and 120; it is 500"),
    (["coverage", "toy", "--minutes", "nan"], "between 1 and 120"),
    (["coverage", "toy", "--from", "spa"], "tier spa is not known. Choose from:"),
    (["coverage", "toy", "--from", "extension_point"], "Choose another tier"),
    (["reach", "toy", "--out", "x", "--minutes", "a,b"], "between 1 and 120; it is a,b"),
    (["reach", "toy", "--out", "x", "--minutes", "5,500"], "between 1 and 120; it is 500"),
    (["reach", "toy", "--out", "x", "--minutes", ""], "between 1 and 120"),
    (["reach", "toy", "--out", "x", "--from", "extension_point"], "Choose another tier"),
    (["study", "report", "nowhere"], "Known studies: toy."),
]


@pytest.mark.parametrize(("words", "reason"), UNUSABLE, ids=[" ".join(words) for words, _ in UNUSABLE])
def test_what_cannot_be_answered_ends_with_code_three_and_the_reason(
    created: Path, yida: Run, words: list[str], reason: str
) -> None:
    code, out, err = yida(*words)
    assert (code, out) == (3, "") and err.startswith("yida: ") and reason in err


@pytest.mark.parametrize("name", ["xishui", "../x", "a/b", "", " ", ".hidden", "-", "x" * 61, "a\nb", "a\\b", "é;drop"])
def test_a_name_that_cannot_name_a_study_is_refused_before_any_file_is_read(home: Path, yida: Run, name: str) -> None:
    words = ["study", "create", "--roads", home / "nowhere.pbf", "--", name]
    code, out, err = yida(*words)
    assert (code, out) == (3, "") and "cannot name a study: use 1 to 60 letters" in err
    assert not list(home.rglob("*.sqlite"))


@pytest.mark.parametrize("name", ["习水县 2024", "a", "x" * 60, "north-1_b"])
def test_names_in_chinese_with_spaces_and_hyphens_are_names(home: Path, yida: Run, name: str) -> None:
    assert yida(*create_words(home, name))[0] == 0
    assert name in [line.split("\t")[0] for line in yida("study", "list")[1].splitlines()]


def test_a_name_taken_is_refused_before_the_work_and_nothing_stored_is_lost(created: Path, yida: Run) -> None:
    before = yida("study", "report", "toy", "--json")
    code, out, err = yida("study", "create", "toy", "--roads", created / "nowhere.pbf")
    assert (code, out) == (3, "") and "already stored" in err and "--replace" in err  # not: the file is missing
    assert yida("study", "report", "toy", "--json") == before


def test_replacing_needs_its_word_and_a_failed_replacement_loses_nothing(created: Path, yida: Run) -> None:
    before = yida("study", "report", "toy", "--json")
    code, _, err = yida("study", "create", "toy", "--replace", "--roads", created / "nowhere.pbf")
    assert code == 3 and "nowhere.pbf does not exist" in err
    assert yida("study", "report", "toy", "--json") == before
    words = create_words(created)
    county.write_villages(created / "files" / "villages.csv", county.VILLAGES[:2])
    assert yida(*words, "--replace")[0] == 0
    assert json.loads(yida("study", "report", "toy", "--json")[1])["population"] == 3000
    assert [entry.name for entry in open_store(created / "home").entries()] == ["toy"]


def test_a_question_about_a_file_is_told_with_the_words_that_answer_it(home: Path, yida: Run) -> None:
    words = create_words(home)
    header = ["机构编码", "机构名称", "级别", "经度", "纬度", "床位数", "编制床位"]
    rows = [[c.key, c.name, c.tier, *county.lonlat([c.at])[0], 5, 7] for c in county.CARE]
    table(home / "files" / "facilities.csv", header, rows)
    code, out, err = yida(*words)
    assert (code, out) == (3, "") and "--answer facilities.columns:beds=…, one of: 床位数, 编制床位" in err
    assert yida(*words, "--answer", "facilities.columns:beds=编制床位")[0] == 0
    assert open_store(home / "home").load("toy").facility["beds"].tolist() == [7, 7, 7]


@pytest.mark.parametrize("answer", ["beds=7", "shops.beds=7", "facilities.=7", "facilities.crs="])
def test_an_answer_that_answers_nothing_is_refused(home: Path, yida: Run, answer: str) -> None:
    code, out, err = yida(*create_words(home), "--answer", answer)
    assert (code, out) == (3, "") and answer in err and "facilities.…=…" in err


def test_roads_without_lists_are_told_which_lists_are_missing(home: Path, yida: Run) -> None:
    code, _, err = yida("study", "create", "toy", "--roads", county.write_roads(home / "roads.geojson"))
    assert code == 3 and "--facilities, --demand" in err


def test_a_damaged_store_is_said_and_left_alone(created: Path, yida: Run) -> None:
    gc.collect()  # a connection of this process that is still open would write its log back over the damage
    file = created / "home" / "yida.sqlite"
    file.write_bytes(b"not a database" * 1000)
    for leftover in (created / "home").glob("yida.sqlite-*"):
        leftover.unlink()
    code, _, err = yida("coverage", "toy")
    assert code == 3 and "damaged" in err
    assert file.read_bytes() == b"not a database" * 1000


# ---- as a program ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "sentence"), [("zh", "谁能在多少分钟内到达"), ("en", "Who reaches care")])
def test_the_program_helps_in_the_readers_language(home: Path, language: str, sentence: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "geo.cli", "--help"],
        cwd=ROOT,
        env=os.environ | {"YIDA_LANG": language, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert sentence in told.stdout and "usage: yida" in told.stdout and told.stderr == ""


@pytest.mark.parametrize("words", [["coverage"], ["reach"], ["study"], ["study", "create"]], ids=" ".join)
def test_every_command_has_its_help_in_chinese(yida: Run, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setenv("YIDA_LANG", "zh")
    code, out, _ = yida(*words, "--help")
    assert code == 0 and len(re.findall(r"[\u4e00-\u9fff]", out)) > 15


def test_an_answer_that_nobody_reads_to_its_end_ends_quietly(tmp_path: Path) -> None:
    """`yida … | head -1` closes the pipe; here it is closed before the first line."""
    told = subprocess.Popen(
        [sys.executable, "-m", "geo.cli", "programme", "qinghai"],
        cwd=ROOT,
        env=os.environ | {"YIDA_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert told.stdout is not None and told.stderr is not None
    told.stdout.close()
    assert (told.stderr.read(), told.wait()) == (b"", 141)
    told.stderr.close()
