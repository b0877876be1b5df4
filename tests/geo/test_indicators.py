"""Indicators from a file to the study, the store and the terminal, on the toy county."""

import json
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from geo.cli import main
from geo.intake.desk.checking import Context
from geo.model.alarms import load_rules
from geo.model.desk import Check, Kind
from geo.model.errors import OutOfRange
from geo.model.inputs import Study
from geo.model.schema import CATALOGUE
from geo.store import Store, open_store
from geo.store.tables import VERSION
from geo.study import desk
from geo.study.build import with_tables
from geo.study.indicators import alarms_of, board_of, county_code, entries_for, remember_threshold, rules_for
from tests.geo.desk_files import after_of, table, upload

LIST = ("指标代码", "指标名称", "维度", "数值类型", "单位", "指标导向", "目标值", "统计范围", "版本")
FIGURES = ("指标代码", "区划代码", "统计期", "分子", "分母")


@pytest.fixture(scope="module")
def context(toy: Study) -> Context:
    return desk.context_of(toy)


def checked(tmp_path: Path, context: Context, header: tuple[str, ...], kind: Kind, *rows: tuple[object, ...]) -> Check:
    return desk.check_file(table(tmp_path / f"{kind}.csv", header, rows), kind, context, {})


def row_of(check: Check, row: int) -> tuple[str, set[str]]:
    verdict = check.table.set_index("row")["verdict"][row]
    return verdict, {p.code for p in check.problems if p.row == row}


# ---- the catalogue -------------------------------------------------------------------------------------------------


def test_an_official_list_is_laid_over_the_shipped_one(toy: Study, context: Context, tmp_path: Path) -> None:
    check = checked(
        tmp_path, context, LIST, "catalogue",
        ("A-01", "基层诊疗量占比", "促分工", "占比", "%", "逐步提高", "65%", "县域", "2024"),
        ("A-02", "次均费用", "提效能", "次均", "元", "↓", "", "县", ""),
    )  # fmt: skip
    assert check.verdict == "accepted" and check.rows_ok == 2
    after = after_of(toy, check)
    first = after.catalogue.iloc[0]
    assert (first["dimension"], first["value_kind"], first["direction"], first["target"], first["scope"]) == (
        "division", "share", "higher", 65, "county",
    )  # fmt: skip
    assert {"A-01", "A-02", "yida:primary_share"} <= {e.code for e in entries_for(after)}
    assert toy.catalogue.empty


def test_each_bad_entry_is_named_and_the_others_stay(context: Context, tmp_path: Path) -> None:
    check = checked(
        tmp_path, context, LIST, "catalogue",
        ("A-01", "好", "紧密型", "占比", "%", "提高", 80, "", ""),
        ("A-02", "", "", "", "", "", "", "", ""),
        ("A-03", "目标无方向", "", "", "%", "", 50, "", ""),
        ("A-04", "维度写错", "同质量", "", "", "", "", "", ""),
        ("A-05", "占比超过一百", "", "占比", "%", "提高", 165, "", ""),
        ("A-06", "目标不是数", "", "", "", "提高", "较高", "", ""),
        ("A-01", "又一次", "", "", "", "", "", "", ""),
        ("3.40621E+11", "代码坏了", "", "", "", "", "", "", ""),
    )  # fmt: skip
    assert row_of(check, 2) == ("ok", set())
    assert row_of(check, 3) == ("error", {"figure_missing"})
    assert row_of(check, 4) == ("warning", {"target_no_direction"})
    assert row_of(check, 5) == ("warning", {"choice_not_known"})
    assert row_of(check, 6) == ("error", {"number_out_of_range"})
    assert row_of(check, 7) == ("warning", {"number_invalid"})
    assert row_of(check, 8) == ("error", {"entry_twice"})
    assert row_of(check, 9) == ("error", {"code_scientific"})
    assert check.rows_ok == 4
    mended = desk.mended(check, tuple(m for m in check.mends if m.kind == "entry_twice"), context)
    assert len(mended.table) == 7 and mended.rows_ok == 4


def test_an_entry_comes_back_changed_and_two_versions_stay_apart(toy: Study, context: Context, tmp_path: Path) -> None:
    one = after_of(toy, checked(tmp_path, context, LIST, "catalogue", ("A", "甲", "", "", "%", "提高", 95, "", "2020"),
                                ("A", "甲", "", "", "%", "提高", 99, "", "2023")))  # fmt: skip
    assert one.catalogue["target"].tolist() == [95, 99]
    check = checked(tmp_path, context, LIST, "catalogue", ("A", "甲", "", "", "%", "提高", 98, "", "2023"))
    found = desk.difference(one, check, {})
    assert found.changes[["id", "column", "before", "after"]].values.tolist() == [["A|2023", "target", "99", "98"]]
    assert after_of(one, check).catalogue["target"].tolist() == [95, 98]
    again = after_of(
        one, checked(tmp_path, context, LIST, "catalogue", ("A", "甲", "", "", "%", "提高", 99, "", "2023"))
    )
    assert again.content_id == one.content_id


def test_a_catalogue_is_stored_and_two_people_may_change_it_at_once(
    any_store: Store, toy: Study, context: Context, tmp_path: Path
) -> None:
    first = any_store.save(toy, "files", replace=False)
    for number, code in enumerate("AB"):
        check = checked(tmp_path, context, LIST, "catalogue", (code, f"指标{code}", "", "", "", "", "", "", ""))
        desk.commit_or_raise(any_store, toy, first, after_of(toy, check), "catalogue", upload(check, number))
    back = any_store.load("toy")
    assert back.catalogue["indicator_code"].tolist() == ["A", "B"]
    pd.testing.assert_frame_equal(any_store.load("toy", first).catalogue, toy.catalogue)


def test_a_version_stored_before_there_were_catalogues_opens_with_an_empty_one(any_store: Store, toy: Study) -> None:
    """An older program stored no such part: neither does this one while there is nothing to store."""
    any_store.save(toy, "files", replace=False)
    with any_store.database.transaction() as connection:
        parts = json.loads(connection.execute(sa.select(VERSION.c.parts)).scalar_one())
    assert set(parts) == {"facility", "demand", "indicator", "unit", "outline", "roads"}
    back = any_store.load("toy")
    assert back.catalogue.empty and list(back.catalogue.columns) == list(CATALOGUE)
    assert back.content_id == toy.content_id == with_tables(back, {}).content_id


# ---- figures -------------------------------------------------------------------------------------------------------


def test_a_share_above_one_is_refused_and_nothing_else_is_lost(toy: Study, context: Context, tmp_path: Path) -> None:
    check = checked(
        tmp_path, context, FIGURES, "indicators",
        ("yida:primary_share", "F2", "2024", 60, 100),
        ("yida:primary_share", "F2", "2023", 120, 100),
        ("yida:primary_share", "F2", "2022", 60, ""),
        ("yida:primary_share", "F2", "2021", -5, 100),
        ("yida:fund_use", "999999", "2024", 120, 100),
        ("X-9", "F2", "2024", 120, 100),
    )  # fmt: skip
    assert [row_of(check, n)[0] for n in range(2, 8)] == ["ok", "error", "error", "error", "ok", "warning"]
    assert row_of(check, 3)[1] == {"ratio_above_one"} and row_of(check, 4)[1] == {"figure_missing"}
    assert row_of(check, 5)[1] == {"number_out_of_range"} and row_of(check, 7)[1] == {"ratio_above_one"}
    assert len(after_of(toy, check).indicator) == 3


def test_a_code_in_no_catalogue_is_said_once_the_county_has_one(toy: Study, context: Context, tmp_path: Path) -> None:
    own = after_of(toy, checked(tmp_path, context, LIST, "catalogue", ("A", "甲", "", "", "", "", "", "", "")))
    rows = ("A", "F2", "2024", 5, ""), ("B", "F2", "2024", 5, "")
    before = checked(tmp_path, context, FIGURES, "indicators", *rows)
    after = checked(tmp_path, desk.context_of(own), FIGURES, "indicators", *rows)
    assert row_of(before, 3) == ("ok", set())
    assert row_of(after, 2) == ("ok", set()) and row_of(after, 3) == ("warning", {"indicator_unknown"})


def test_the_countys_own_code_is_known_and_its_name_is_mended(context: Context, tmp_path: Path) -> None:
    rows = [("yida:communities", unit, "2024", 2, "") for unit in ("999999", "示范县", "别处")]
    check = checked(tmp_path, context, FIGURES, "indicators", *rows)
    assert [row_of(check, n)[0] for n in (2, 3, 4)] == ["ok", "warning", "warning"]
    assert [(m.row, dict(m.values)) for m in check.mends] == [(3, {"unit_code": "999999"})]


def with_figures(toy: Study, context: Context, tmp_path: Path) -> Study:
    """Two townships would add up; the toy has one. 60 of 100 visits, one more year, and a fund overspent."""
    return after_of(toy, checked(
        tmp_path, context, FIGURES, "indicators",
        ("yida:primary_share", "F2", "2024", 60, 100), ("yida:primary_share", "F2", "2023", 63, 100),
        ("yida:county_fund_share", "999999", "2024", 60, 100), ("yida:fund_use", "999999", "2024", 120, 100),
    ))  # fmt: skip


def test_the_board_and_the_alarms_of_a_county(toy: Study, context: Context, tmp_path: Path) -> None:
    study = with_figures(toy, context, tmp_path)
    assert county_code(study) == "999999"
    standings = {s.entry.code: s for s in board_of(study)}
    share = standings["yida:primary_share"]
    assert (share.status, share.gap, share.latest.added_up) == ("not_met", 5, 1)
    states = {a.alarm: a.state for a in alarms_of(list(standings.values()))}
    assert states == {"siphoning": "raised", "fee_growth": "unknown", "cash_flow": "unknown", "finance": "unknown",
                      "fund": "raised"}  # fmt: skip
    assert [s.entry.code for s in board_of(study, "F2") if s.figures] == ["yida:primary_share"]


def test_a_threshold_set_for_one_county_is_kept_there_and_nowhere_else(
    any_store: Store, toy: Study, context: Context, tmp_path: Path
) -> None:
    standings = board_of(with_figures(toy, context, tmp_path))
    (fund,) = [rule for rule in load_rules() if rule.alarm == "fund"]
    remember_threshold(any_store, "toy", fund, 125)
    state = {
        name: {a.alarm: a.state for a in alarms_of(standings, rules_for(any_store, name))} for name in ("toy", "x")
    }
    assert (state["toy"]["fund"], state["x"]["fund"]) == ("quiet", "raised")
    with pytest.raises(OutOfRange):
        remember_threshold(any_store, "toy", fund, float("inf"))
    assert next(r for r in rules_for(any_store, "toy") if r.alarm == "fund").threshold == 125


# ---- the terminal --------------------------------------------------------------------------------------------------


def test_the_terminal_tells_status_and_alarms(
    toy: Study, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("YIDA_LANG", "en")
    open_store().save(with_figures(toy, context, tmp_path), "files", replace=False)
    assert main(["indicators", "toy", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["study"], said["unit_code"], said["illustrative"]) == ("toy", "999999", False)
    (share,) = [i for i in said["indicators"] if i["code"] == "yida:primary_share"]
    assert (share["status"], share["gap"], share["target"]) == ("not_met", 5, 65)
    assert [(f["period"], f["numerator"], f["denominator"]) for f in share["figures"]] == [
        ("2023", 63, 100), ("2024", 60, 100),
    ]  # fmt: skip
    (fund,) = [a for a in said["alarms"] if a["alarm"] == "fund"]
    assert fund["state"] == "raised" and fund["rules"][0]["measured"] == 120
    assert main(["indicators", "toy"]) == 0
    text = capsys.readouterr().out
    assert "60.0 % (60 of 100, added up over 1 units) · 2024" in text
    assert "5 more: visits to primary institutions" in text
    assert main(["indicators", "toy", "--unit", "nowhere"]) == 3
