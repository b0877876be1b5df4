"""The data desk in a terminal: exit codes, JSON keys and sentences in either language."""

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from python_calamine import CalamineWorkbook

from geo.model.inputs import Study
from geo.output.language import translator
from geo.store import open_store
from tests.geo import county
from tests.geo.county import write_care, write_outline, write_roads, write_villages
from tests.geo.desk_files import BRIDGE, CARE_HEADER, EAST_HALF, WEST_HALF, areas, care_rows, table
from tests.geo.terminal import Run, at_home, terminal

KEYS = [
    "kind", "verdict", "rows", "rows_ok", "row_errors", "row_warnings", "remarks", "questions", "classified", "columns",
    "fingerprint", "difference", "coverage",
]  # fmt: skip
DEGREES = ("--answer", "crs=EPSG:4326")


@pytest.fixture
def home(toy: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of its own that holds the toy county, and the terminal in English."""
    at_home(tmp_path / "home", monkeypatch)
    open_store().save(toy, "files", replace=False)
    return tmp_path


@pytest.fixture
def yida(home: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """yida("versions", "toy"): exit code, standard output, standard error."""
    return terminal(capsys)


def told(out: str) -> dict:
    return json.loads(out)


def versions(yida: Run) -> list[list[str]]:
    return [line.split("\t") for line in yida("versions", "toy")[1].splitlines()]


@pytest.fixture
def closing(home: Path) -> Path:
    """The health centre closes; without a name, one row cannot be used."""
    rows = [*care_rows(county.HOSPITAL, county.CLINIC), *care_rows(county.HEALTH_CENTRE, status="关闭")]
    rows += care_rows(replace(county.CLINIC, key="F7", name="", at=(6500, 100)))
    return table(home / "list.csv", CARE_HEADER, rows)


# ---- check -----------------------------------------------------------------------------------------------------


def test_an_open_question_is_exit_4_and_an_answer_closes_it(yida: Run, closing: Path) -> None:
    code, out, _ = yida("check", closing, "--study", "toy", "--json")
    found = told(out)
    assert (code, found["verdict"], list(found)) == (4, "needs_answer", KEYS)
    assert [q["id"] for q in found["questions"]] == ["crs"] and found["difference"] is None
    assert {c["value"] for c in found["questions"][0]["choices"]} == {"EPSG:4326", "GCJ-02", "BD-09"}
    code, out, _ = yida("check", closing, "--study", "toy", "--json", *DEGREES)
    found = told(out)
    assert (code, found["verdict"], found["questions"]) == (0, "accepted_with_warnings", [])
    assert (found["rows"], found["rows_ok"]) == (4, 3)


def test_row_errors_name_row_column_code_message_and_mend(yida: Run, closing: Path) -> None:
    found = told(yida("check", closing, "--study", "toy", "--json", *DEGREES)[1])
    error = next(e for e in found["row_errors"] if e["code"] == "name_missing")
    assert list(error) == ["row", "column", "code", "severity", "message", "mend"]
    assert (error["row"], error["column"], error["severity"]) == (5, "name", "error")
    assert error["message"] == "Row 5: the name is empty. Fill it in."


def test_a_check_tells_the_difference_and_the_people_before_and_after(yida: Run, closing: Path) -> None:
    """Without the health centre 东村 (400) is 19 minutes from the county hospital."""
    found = told(yida("check", closing, "--study", "toy", "--json", "--minutes", 15, *DEGREES)[1])
    counts = {key: found["difference"][key] for key in ("added", "moved", "gone", "similar")}
    assert counts == {"added": 0, "moved": 0, "gone": 0, "similar": []}
    change = {"id": "F2", "name": "东乡卫生院", "column": "status", "before": "", "after": "closed"}
    assert change in found["difference"]["changes"]
    before, after = ({"population": 3757, "covered": people} for people in (3700, 3300))
    assert found["coverage"] == {"threshold_min": 15, "before": before, "after": after, "by_kind": {}}


def test_a_list_that_closes_clinics_tells_the_people_near_a_clinic_before_and_after(yida: Run, home: Path) -> None:
    """6 min from the clinic live 中村 (2,000) and on the spot 北村 (300); then nobody has a clinic. The 3,700 of
    hospitals stay."""
    rows = [*care_rows(county.HOSPITAL, county.HEALTH_CENTRE), *care_rows(county.CLINIC, status="关闭")]
    path = table(home / "list.csv", CARE_HEADER, rows)
    words = ("check", path, "--study", "toy", "--minutes", 15, *DEGREES)
    found = told(yida(*words, "--json")[1])["coverage"]
    assert found["before"] == found["after"] == {"population": 3757, "covered": 3700}
    assert found["by_kind"] == {"village_clinic": {"before": {"population": 3757, "covered": 2300}, "after": None}}
    out = yida(*words)[1]
    assert "Before, Village clinic: 2,300 of 3,757 people within 15 min (modelled)" in out
    assert "After, Village clinic: —" in out


def test_a_check_stores_nothing(yida: Run, closing: Path) -> None:
    yida("check", closing, "--study", "toy", *DEGREES)
    assert len(versions(yida)) == 1


def test_a_check_tells_how_sure_it_is_of_tier_and_category_and_why(
    yida: Run, closing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("check", closing, "--study", "toy", "--json", *DEGREES)
    first = told(yida(*words)[1])["classified"][0]
    assert first == {
        "row": 2, "tier": "county_hospital", "category": "A100", "tier_confidence": 1.0,
        "tier_reason": "stated in the list", "category_confidence": 0.8, "category_reason": "told by the name",
    }  # fmt: skip
    monkeypatch.setenv("YIDA_LANG", "zh")
    assert told(yida(*words)[1])["classified"][0]["tier_reason"] == translator("zh")("stated in the list")
    villages = write_villages(closing.parent / "v.csv", county.VILLAGES)
    assert (
        told(yida("check", villages, "--study", "toy", "--kind", "demand", "--json", *DEGREES)[1])["classified"] == []
    )


def test_a_check_speaks_chinese_in_a_chinese_terminal(
    yida: Run, closing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIDA_LANG", "zh")
    code, out, _ = yida("check", closing, "--study", "toy", "--json", *DEGREES)
    found = told(out)
    assert (code, list(found)) == (0, KEYS)
    assert any("名称" in e["message"] for e in found["row_errors"] if e["code"] == "name_missing")
    assert yida("check", closing, "--study", "toy")[1].startswith("需要")


def test_a_list_without_a_usable_row_is_exit_3(yida: Run, home: Path) -> None:
    path = table(home / "bad.csv", CARE_HEADER, [["F9", "新医院", "县级公立医院", "", "", ""]])
    code, out, _ = yida("check", path, "--study", "toy", "--json")
    assert (code, told(out)["verdict"]) == (3, "rejected")
    assert yida("import", path, "--study", "toy")[0] == 3 and len(versions(yida)) == 1


def test_a_file_that_is_nothing_is_exit_3_with_the_reason_on_stderr(yida: Run, home: Path) -> None:
    path = home / "x.csv"
    path.write_bytes(b"\x00\x01" * 600)
    for kind in ("facilities", "units", "roads", "raster"):
        code, out, err = yida("check", path, "--study", "toy", "--kind", kind)
        assert (code, out) == (3, "") and err.startswith("yida: ")


@pytest.mark.parametrize("kind", ["facilities", "units", "roads", "raster"])
def test_a_refused_file_says_so_in_json_under_the_keys_of_every_check(yida: Run, home: Path, kind: str) -> None:
    path = home / "x.csv"
    path.write_bytes(b"\x00\x01" * 600)
    for word, keys in (("check", KEYS), ("import", [*KEYS, "version"])):
        code, out, err = yida(word, path, "--study", "toy", "--kind", kind, "--json")
        found = told(out)
        assert (code, list(found), found["verdict"]) == (3, keys, "rejected")
        assert (found["kind"], found["rows"], found["rows_ok"], found["row_errors"]) == (kind, 0, 0, [])
        assert found["fingerprint"] == hashlib.sha256(path.read_bytes()).hexdigest()
        [reason] = found["remarks"]
        assert reason["code"] == "file_unreadable" and err == f"yida: {reason['message']}\n"
    assert told(yida("check", home / "no.csv", "--study", "toy", "--json")[1])["remarks"][0]["code"] == "file_missing"


def test_words_nobody_knows_are_said_with_those_that_are(yida: Run, closing: Path) -> None:
    for words, known in (
        (["--answer", "foo=bar"], "--answer foo is not known. Choose from: sheet, layer"),
        (["--mend", "nonsense"], "--mend nonsense is not known. Choose from: all"),
        (["--answer", "crs=nowhere"], "GCJ-02"),
    ):
        code, _, err = yida("check", closing, "--study", "toy", *DEGREES, *words)
        assert code == 3 and known in err, err
    # A kind of mend that this list does not need is no slip.
    assert yida("check", closing, "--study", "toy", *DEGREES, "--mend", "position_swapped")[0] == 0


@pytest.mark.parametrize("words", [["--answer", "crs"], ["--decide", "a=perhaps"], ["--minutes", "0"]])
def test_words_that_mean_nothing_are_exit_3(yida: Run, closing: Path, words: list[str]) -> None:
    code, _, err = yida("check", closing, "--study", "toy", *words)
    assert code == 3 and err.startswith("yida: ")
    assert yida("check", closing, "--kind", "nonsense")[0] == 2


# ---- import, versions, restore, download -----------------------------------------------------------------------


def test_an_import_is_a_version_with_author_note_and_file(yida: Run, closing: Path) -> None:
    code, out, _ = yida("import", closing, "--study", "toy", "--author", "李分析", "--note", "二月", *DEGREES)
    assert code == 0
    newest, first = versions(yida)
    said = "0 added, 1 changed, 0 moved, 0 missing from the file and kept, 1 refused."
    assert f"Version {newest[0]} stored: {said}" in out
    assert newest[2:] == ["facilities", "李分析", "list.csv", "二月"] and first[2] == "study"
    counted = told(yida("coverage", "toy", "--minutes", 15, "--json")[1])
    assert counted["covered"] == 3300


def test_what_a_list_lacks_is_kept_unless_it_is_closed_and_the_terminal_says_which(yida: Run, home: Path) -> None:
    """Of three facilities the list names one."""
    path = table(home / "one.csv", CARE_HEADER, care_rows(replace(county.CLINIC, name="新名卫生室")))
    out = yida("import", path, "--study", "toy", *DEGREES)[1]
    assert "1 changed, 0 moved, 2 missing from the file and kept" in out
    assert (open_store().load("toy").facility["status"] == "closed").sum() == 0
    out = yida("import", path, "--study", "toy", "--close-missing", *DEGREES)[1]
    assert "0 moved, 2 gone" in out
    assert (open_store().load("toy").facility["status"] == "closed").sum() == 2


def test_a_user_without_a_name_is_called_by_number(yida: Run, closing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container: no LOGNAME, and a number that stands in no passwd."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 54_321)
    first = versions(yida)[0][0]
    assert yida("import", closing, "--study", "toy", *DEGREES)[0] == 0
    assert yida("restore", "toy", first)[0] == 0
    assert yida("restore", "toy", first, "--author", "王审核")[0] == 0
    assert [v[3] for v in versions(yida)][:3] == ["王审核", "uid 54321", "uid 54321"]


def test_an_import_that_changes_nothing_stores_no_version(yida: Run, closing: Path) -> None:
    assert yida("import", closing, "--study", "toy", *DEGREES)[0] == 0
    code, out, _ = yida("import", closing, "--study", "toy", *DEGREES)
    assert code == 0 and "Nothing changes" in out and len(versions(yida)) == 2
    found = told(yida("import", closing, "--study", "toy", "--json", *DEGREES)[1])
    assert (list(found), found["version"]) == ([*KEYS, "version"], None)


def test_an_import_tells_its_version_in_json(yida: Run, closing: Path) -> None:
    found = told(yida("import", closing, "--study", "toy", "--json", *DEGREES)[1])
    assert found["version"] == int(versions(yida)[0][0])


def test_an_import_with_an_open_question_stores_nothing(yida: Run, closing: Path) -> None:
    code, out, _ = yida("import", closing, "--study", "toy")
    assert code == 4 and "--answer crs=" in out and len(versions(yida)) == 1


def test_an_older_version_is_restored_as_a_new_one(yida: Run, closing: Path) -> None:
    first = versions(yida)[0][0]
    yida("import", closing, "--study", "toy", *DEGREES)
    assert yida("restore", "toy", first)[0] == 0
    assert [v[2] for v in versions(yida)] == ["restore", "facilities", "study"]
    assert told(yida("coverage", "toy", "--minutes", 15, "--json")[1])["covered"] == 3700
    assert yida("restore", "toy", 99)[0] == 3


def test_every_version_can_be_downloaded_and_read_back(yida: Run, closing: Path, home: Path) -> None:
    first = versions(yida)[0][0]
    yida("import", closing, "--study", "toy", *DEGREES)
    for words, status in ((["--version", first], ""), ([], "closed")):
        assert yida("download", "toy", "--out", home / "out.csv", *words)[0] == 0
        rows = list(csv.DictReader((home / "out.csv").open(encoding="utf-8-sig")))
        assert {row["facility_id"]: row["status"] for row in rows}["F2"] == status
    assert "Nothing changes" in yida("import", home / "out.csv", "--study", "toy", *DEGREES)[1]
    yida("download", "toy", "--kind", "units", "--out", home / "units.csv")
    unit = next(csv.DictReader((home / "units.csv").open(encoding="utf-8-sig")))
    assert shapely.from_wkt(unit["wkt"]).is_valid
    assert yida("download", "toy", "--out", home / "no" / "folder.csv")[0] == 3


def test_a_decision_about_similar_names_is_kept(yida: Run, home: Path) -> None:
    path = table(home / "l.csv", CARE_HEADER, care_rows(replace(county.CLINIC, key="", name="北村村卫生室")))
    words = ("--study", "toy", *DEGREES)
    similar = told(yida("check", path, *words, "--json")[1])["difference"]["similar"]
    assert [(s["stored"], s["new"]) for s in similar] == [("北村卫生室", "北村村卫生室")]
    assert f"--decide '{similar[0]['pair']}=same'" in yida("check", path, *words)[1]
    yida("import", path, *words, "--decide", f"{similar[0]['pair']}=same")
    assert len(open_store().load("toy").facility) == 3
    assert told(yida("check", path, *words, "--json")[1])["difference"]["similar"] == []


def test_columns_once_told_are_known_for_the_next_file(yida: Run, home: Path) -> None:
    header = ("编号", "名称", "层级", "甲", "乙")
    rows = [row[:5] for row in care_rows(*county.CARE)]
    path = table(home / "odd.csv", header, rows)
    told_once = ("--answer", 'columns={"lon":"甲","lat":"乙"}')
    assert yida("import", path, "--study", "toy", *DEGREES, *told_once)[0] == 0
    assert yida("check", table(home / "b.csv", header, rows[:2]), "--study", "toy", *DEGREES)[0] == 0


# ---- every kind ------------------------------------------------------------------------------------------------


def test_every_kind_is_checked_and_imported(yida: Run, home: Path) -> None:
    figures = table(home / "i.csv", ("指标代码", "区划代码", "统计期", "分子", "分母"), [("A", "F2", "2024", 8, 9)])
    more = [replace(v, people=2500) if v.key == "V2" else v for v in county.VILLAGES]
    files = {
        "demand": write_villages(home / "v.csv", more),
        "units": areas(home / "u.geojson", ("T1", "西乡", WEST_HALF), ("T2", "东乡", EAST_HALF)),
        "boundary": write_outline(home / "b.geojson", ((-1000.0, -6000.0), (14000.0, 9500.0))),
        "roads": write_roads(home / "r.geojson", (*county.ROADS, BRIDGE)),
        "indicators": figures,
        "facilities": write_care(home / "c.csv", (*county.CARE, replace(county.CLINIC, key="F9", name="新"))),
    }
    for kind, path in files.items():
        words = (path, "--study", "toy", "--kind", kind, *DEGREES)
        code, out, _ = yida("check", *words, "--json")
        assert (code, list(told(out)), told(out)["kind"]) == (0, KEYS, kind), out
        assert yida("import", *words)[0] == 0
    assert [v[2] for v in versions(yida)] == [*reversed(files), "study"]
    study = open_store().load("toy")
    assert study.report.islands == 0 and len(study.indicator) == 1 and len(study.unit) == 2
    assert "secondary" in yida("check", write_roads(home / "r.geojson"), "--study", "toy", "--kind", "roads")[1]


def test_an_outline_away_from_the_roads_is_exit_3(yida: Run, home: Path) -> None:
    path = write_outline(home / "far.geojson", ((50_000.0, 50_000.0), (60_000.0, 60_000.0)))
    code, out, _ = yida("check", path, "--study", "toy", "--kind", "boundary", "--json")
    assert (code, [r["code"] for r in told(out)["remarks"]]) == (3, ["roads_elsewhere"])


# ---- templates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "sheet"), [("en", "List"), ("zh", "填报")])
def test_a_template_is_written_and_uploaded_back(
    yida: Run, home: Path, monkeypatch: pytest.MonkeyPatch, language: str, sheet: str
) -> None:
    monkeypatch.setenv("YIDA_LANG", language)
    for kind in ("facilities", "demand", "units", "boundary", "indicators", "roads"):
        assert yida("template", "--kind", kind, "--study", "toy", "--out", home / "t.xlsx")[0] == 0
        assert CalamineWorkbook.from_path(str(home / "t.xlsx")).sheet_names[0] == sheet
    assert yida("template", "--kind", "demand", "--study", "toy", "--filled", "--out", home / "t.xlsx")[0] == 0
    code, _, _ = yida("import", home / "t.xlsx", "--study", "toy", "--kind", "demand", *DEGREES)
    assert code == 0 and len(versions(yida)) == 1


def test_roads_cannot_be_filled_in_and_a_raster_has_no_template(yida: Run, home: Path) -> None:
    code, _, err = yida("template", "--kind", "roads", "--study", "toy", "--filled", "--out", home / "t.xlsx")
    assert code == 3 and "roads" in err and not (home / "t.xlsx").exists()
    assert yida("template", "--kind", "raster", "--out", home / "t.xlsx")[0] == 2
