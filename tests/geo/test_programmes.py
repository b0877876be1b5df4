"""Programmes of many counties: what ships, tables checked and laid over, versions kept beside those of studies."""

import json
from pathlib import Path

import pandas as pd
import pytest

from geo.analysis.programme import milestones, stage_counts
from geo.cli import main
from geo.intake.programmes import shipped_programmes
from geo.model.desk import Kind
from geo.model.errors import StaleVersion, StudyMissing, StudyNameInvalid
from geo.model.inputs import Study
from geo.model.programmes import TABLES, Programme
from geo.model.schemes import load_scheme
from geo.output.language import translator
from geo.output.template_columns import ALL_COLUMNS
from geo.output.templates import template
from geo.store import Store
from geo.store.programmes import load_programme
from geo.study.desk import Upload
from geo.study.programme import (
    check_table,
    commit_table,
    county_areas,
    figures_of_county,
    figures_of_programme,
    known_outlines,
    new_programme,
    newest_programme,
    open_programme,
    programme_titles,
    programme_versions,
    restore_programme,
    with_table,
)
from geo.synthetic.programme import write_programme
from tests.geo.desk_files import table
from tests.geo.output.test_templates import filled_in

COUNTIES = ("县代码", "县名", "地市", "建设阶段", "示范县")
ROOT = Path(__file__).resolve().parents[2]


def loaded(
    programme: Programme, path: Path, kind: Kind, header: tuple[str, ...], *rows: tuple[object, ...]
) -> Programme:
    check = check_table(table(path / f"{kind}.csv", header, rows), kind, programme, {})
    assert not check.questions and check.rows_ok == len(rows), [p.say() for p in check.problems]
    return with_table(programme, check, replacing=False)


def upload(operation: str) -> Upload:
    return Upload("李分析", "", "list.csv", "f", operation)


def told(programme: Programme) -> dict[str, tuple[float, float, float]]:
    found = {s.entry.code: s.latest for s in figures_of_programme(programme)}
    return {c: (f.value, f.numerator, f.denominator) for c, f in found.items() if f}


# ---- what ships ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_programmes())
def test_a_shipped_programme_opens_says_its_source_and_makes_no_county_up(any_store: Store, name: str) -> None:
    programme = open_programme(any_store, name)
    assert programme.title("zh") and programme.title("en") and programme.header["attribution"]
    for part in ("county", "value", "pairing"):
        sources = set(getattr(programme, part)["source"])
        wanted = "illustrative" if programme.illustrative else "policy documents behind the project"
        assert all(source.startswith(wanted) for source in sources)
    if not programme.illustrative:
        assert set(programme.county["stage"]) <= {""}
        assert set(programme.value["unit_code"]) <= {name}


def test_shandong_has_seventy_eight_counties_its_milestones_and_the_insurance_network(any_store: Store) -> None:
    programme = open_programme(any_store, "shandong")
    assert programme.total == 78
    built, consolidated = milestones(programme.milestone, programme.county, programme.total)
    assert (built.row["due"], built.row["target_pct"], built.total, built.verdict) == ("2025", 90, 78, "unknown")
    assert (consolidated.row["due"], consolidated.row["stage"]) == ("2027", "consolidated")
    found = told(programme)
    assert found["yida:designated_clinics"][0] == 36_900
    assert found["yida:integrated_clinics"] == (pytest.approx(100 * 32_200 / 36_900), 32_200, 36_900)
    assert found["yida:insurance_stations"][0] == 35_000 and found["yida:insurance_agents"][0] == 38_000


def test_qinghai_has_its_communities_institutions_and_four_up_four_down(any_store: Store) -> None:
    found = told(open_programme(any_store, "qinghai"))
    counts = ("yida:all_communities", "yida:county_hospitals", "yida:primary_institutions", "yida:public_health_bodies")
    assert [found[code][0] for code in counts] == [46, 62, 389, 46]
    assert found["yida:fee_per_admission"][0] == 4287.85
    assert found["yida:reimbursed_share"][0] == pytest.approx(68.02)
    assert found["yida:rising"][1:] == (4, 4) and found["yida:falling"][1:] == (4, 4)


def test_shouguang_has_rebuilt_five_hospitals_and_built_six_extension_points(any_store: Store) -> None:
    """320 M yuan for the hospitals, over 50 M for the points."""
    found = told(open_programme(any_store, "shouguang"))
    codes = ("rebuilt_hospitals", "rebuilt_investment", "extension_points", "extension_investment")
    assert [found[f"yida:{code}"][0] for code in codes] == [5, 320e6, 6, 50e6]


def test_qingdao_pairs_six_hospitals_with_six_districts(any_store: Store) -> None:
    programme = open_programme(any_store, "qingdao")
    names = dict(zip(programme.county["county_code"], programme.county["name"], strict=True))
    pairs = {(row["hospital"], names[row["county_code"]]) for row in programme.pairing.to_dict("records")}
    assert pairs == {
        ("青大附院西海岸", "黄岛区"), ("海慈", "城阳区"), ("齐鲁青岛", "即墨区"), ("康复大学青岛中心", "胶州市"),
        ("青大附院平度", "平度市"), ("市立", "莱西市"),
    }  # fmt: skip


def test_the_sample_programme_is_what_its_program_writes(tmp_path: Path) -> None:
    write_programme(tmp_path)
    shipped = ROOT / "data" / "reference" / "programmes" / "sample"
    for path in sorted(shipped.iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
    assert len(pd.read_csv(shipped / "county.csv")) == 78


# ---- tables --------------------------------------------------------------------------------------------------------


def test_a_province_of_small_tables_counts_its_counties_and_their_figures(tmp_path: Path) -> None:
    """Three counties: two built, one started; 60 of 100 and 80 of 100 visits are 70 %."""
    programme = loaded(
        new_programme("某省"), tmp_path, "counties", COUNTIES,
        ("370001", "甲县", "一市", "已建成", "是"), ("370002", "乙县", "一市", "built", ""),
        ("370003", "丙县", "二市", "推进中", ""),
    )  # fmt: skip
    programme = loaded(
        programme, tmp_path, "milestones", ("编号", "里程碑", "期限", "要求阶段", "目标占比"),
        ("m1", "全部县启动", "2018", "已启动", "100%"), ("m2", "50% 建成", "2018", "已建成", 50),
    )  # fmt: skip
    programme = loaded(
        programme, tmp_path, "indicators", ("指标代码", "区划代码", "统计期", "分子", "分母"),
        ("yida:primary_share", "370001", "2024", 60, 100), ("yida:primary_share", "370002", "2024", 80, 100),
        ("yida:communities", "370001", "2024", 2, ""),
    )  # fmt: skip
    programme = loaded(programme, tmp_path, "pairings", ("包联医院", "县代码"), ("市立医院", "370003"))
    assert {c.stage: c.counties for c in stage_counts(programme.county, programme.total)}["built"] == 2
    assert [m.verdict for m in milestones(programme.milestone, programme.county, programme.total)] == ["met", "met"]
    assert told(programme)["yida:primary_share"] == (70, 140, 200)
    (own,) = [s for s in figures_of_county(programme, "370001") if s.entry.code == "yida:primary_share"]
    assert (own.status, own.gap) == ("not_met", 5)
    assert programme.county["is_model"].tolist() == [True, False, False]


def test_bad_rows_are_named_and_the_others_stay(tmp_path: Path) -> None:
    rows = [
        ("370001", "甲县", "", "已建成", ""), ("", "无代码", "", "", ""), ("370003", "", "", "", ""),
        ("370004", "丁县", "", "快了", ""), ("370001", "又是甲县", "", "", ""), ("3.70E+05", "坏码", "", "", ""),
    ]  # fmt: skip
    check = check_table(table(tmp_path / "c.csv", COUNTIES, rows), "counties", new_programme("p"), {})
    codes = {row: {p.code for p in check.problems if p.row == row} for row in range(2, 8)}
    assert codes == {
        2: set(), 3: {"figure_missing"}, 4: {"figure_missing"}, 5: {"choice_not_known"}, 6: {"entry_twice"},
        7: {"code_scientific"},
    }  # fmt: skip
    after = with_table(new_programme("p"), check, replacing=False)
    assert after.county["name"].tolist() == ["甲县", "丁县"] and after.county["stage"].tolist() == ["built", ""]


def test_rows_of_the_same_code_are_updated_and_the_programme_handed_in_stays(tmp_path: Path) -> None:
    first = loaded(
        new_programme("p"), tmp_path, "counties", COUNTIES, ("1", "甲", "", "已启动", ""), ("2", "乙", "", "", "")
    )
    check = check_table(table(tmp_path / "d.csv", COUNTIES, [("1", "甲", "", "已建成", "")]), "counties", first, {})
    assert with_table(first, check, replacing=False).county["stage"].tolist() == ["built", ""]
    assert with_table(first, check, replacing=True).county["county_code"].tolist() == ["1"]
    assert first.county["stage"].tolist() == ["started", ""]


def test_a_refused_county_does_not_cost_the_good_row_of_its_code(tmp_path: Path) -> None:
    """A row without a name is refused; the county stands in the next one."""
    rows = [("370783", "", "", "", ""), ("370783", "寿光市", "", "已建成", "")]
    check = check_table(table(tmp_path / "c.csv", COUNTIES, rows), "counties", new_programme("p"), {})
    assert [(p.row, p.code) for p in check.problems] == [(2, "figure_missing")] and check.rows_ok == 1


def test_a_figure_of_a_county_that_is_not_listed_is_said(tmp_path: Path) -> None:
    header = ("指标代码", "区划代码", "统计期", "分子", "分母")
    path = table(tmp_path / "v.csv", header, [("yida:primary_share", "999", "2024", 6, 10)])
    check = check_table(path, "indicators", new_programme("p"), {})
    assert [p.code for p in check.problems] == ["area_unknown"]


@pytest.mark.parametrize("kind", ["counties", "milestones", "pairings"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_template_filled_in_is_read_without_a_question(tmp_path: Path, kind: Kind, language: str) -> None:
    """The example row of every column, in the template's own words."""
    path = tmp_path / "blank.xlsx"
    path.write_bytes(template(kind, load_scheme("xishui"), translator(language), language))
    examples = [c.example or {"stage": "已建成", "is_model": "是"}.get(c.name, "") for c in ALL_COLUMNS[kind]]
    check = check_table(filled_in(tmp_path, path, [examples]), kind, new_programme("p"), {})
    assert not check.questions and check.verdict == "accepted", [p.say() for p in check.problems]
    assert set(check.mapping) == {c.name for c in ALL_COLUMNS[kind]}


# ---- the store -----------------------------------------------------------------------------------------------------


def test_a_programme_comes_back_as_it_was_stored_and_is_no_study(any_store: Store, toy: Study, tmp_path: Path) -> None:
    any_store.save(toy, "files", replace=False)
    programme = loaded(open_programme(any_store, "shandong"), tmp_path, "counties", COUNTIES,
                       ("370783", "寿光市", "潍坊市", "已建成", ""))  # fmt: skip
    version = commit_table(any_store, programme, None, "counties", upload("a"))
    back = open_programme(any_store, "shandong")
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(programme, name))
    assert back.content_id == programme.content_id and back.total == 78
    assert newest_programme(any_store, "shandong") == version
    assert [e.name for e in any_store.entries()] == ["toy"]
    assert any_store.load("toy").content_id == toy.content_id
    assert [line["action"] for line in any_store.audit("programme/shandong")] == ["commit"]


def test_a_retry_stores_nothing_twice_and_a_stale_base_is_refused(any_store: Store, tmp_path: Path) -> None:
    programme = loaded(new_programme("某省"), tmp_path, "counties", COUNTIES, ("1", "甲", "", "", ""))
    first = commit_table(any_store, programme, None, "counties", upload("a"))
    assert commit_table(any_store, programme, None, "counties", upload("a")) == first
    other = loaded(programme, tmp_path, "counties", COUNTIES, ("2", "乙", "", "", ""))
    second = commit_table(any_store, other, first, "counties", upload("b"))
    with pytest.raises(StaleVersion):
        commit_table(any_store, other, first, "counties", upload("c"))
    assert load_programme(any_store, "某省", first).county["county_code"].tolist() == ["1"]
    assert load_programme(any_store, "某省", second).county["county_code"].tolist() == ["1", "2"]
    assert "某省" in programme_titles(any_store)


def test_an_older_version_is_made_the_newest_again(any_store: Store, tmp_path: Path) -> None:
    programme = loaded(new_programme("某省"), tmp_path, "counties", COUNTIES, ("1", "甲", "", "", ""))
    first = commit_table(any_store, programme, None, "counties", upload("a"))
    other = loaded(programme, tmp_path, "counties", COUNTIES, ("2", "乙", "", "", ""))
    commit_table(any_store, other, first, "counties", upload("b"))
    third = restore_programme(any_store, "某省", first, "王主任", "c")
    assert open_programme(any_store, "某省").content_id == programme.content_id
    newest = programme_versions(any_store, "某省")[0]
    assert (newest.version_id, newest.kind) == (third, "restore")
    assert len(programme_versions(any_store, "某省")) == 3


@pytest.mark.parametrize("name", ["", "a/b", "programme/x", "../x", "x" * 61])
def test_a_name_that_could_not_be_told_from_a_study_is_refused(name: str) -> None:
    with pytest.raises(StudyNameInvalid):
        new_programme(name)


def test_a_programme_that_is_missing_is_said(any_store: Store) -> None:
    with pytest.raises(StudyMissing):
        open_programme(any_store, "nowhere")


# ---- the terminal --------------------------------------------------------------------------------------------------


def test_the_terminal_tells_stages_milestones_and_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path))
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("YIDA_LANG", "en")
    assert main(["programme", "shandong", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counties"] == 78 and said["stages"]["not_told"] == 78
    assert [(m["due"], m["target_pct"], m["verdict"]) for m in said["milestones"]] == [
        ("2025", 90, "unknown"), ("2027", None, "unknown"),
    ]  # fmt: skip
    assert main(["programme", "qinghai"]) == 0
    assert "68.02 % (given in per cent)" in capsys.readouterr().out
    assert main(["programme"]) == 0 and "wudi" in capsys.readouterr().out
    assert main(["programme", "nowhere"]) == 3


# ---- the map -------------------------------------------------------------------------------------------------------


def test_counties_with_a_known_outline_are_drawn_and_the_others_are_not(any_store: Store) -> None:
    areas = county_areas(open_programme(any_store, "sample"), known_outlines())
    assert set(areas["unit_code"]) == {"520330", "340621", "370783"} and areas.geometry.notna().all()
    assert county_areas(open_programme(any_store, "qingdao"), known_outlines()).empty
