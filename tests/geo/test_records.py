"""Dispatch lists: intervals by hand, verdicts on bad rows, persons left out, and planted speeds found again."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.runs import errors, intervals_by_unit
from geo.intake.moments import moment
from geo.intake.records import INTERVALS
from geo.model.assumptions import Assumptions
from geo.model.clock import Clock, preset_clock
from geo.model.errors import ClockMissing
from geo.network.calibration import Trips, calibrate, drive_minutes, shares, with_factors
from geo.network.graph import build_graph
from geo.store import open_store
from geo.study import assumptions_for, emergency, network_of, open_study, records
from tests.geo.county import _write_csv, lonlat
from tests.geo.test_cli import created, home, yida  # noqa: F401
from tests.geo.test_emergency import with_bases

HEADER = [
    "呼叫受理时间",
    "派车时间",
    "出车时间",
    "到达现场时间",
    "到达医院时间",
    "现场村",
    "出车单位",
    "联系电话",
    "患者姓名",
]
DAY = datetime(2024, 3, 1, 8, 0)


def run(
    minutes: list[float | None], village: str = "中村", base: str = "东乡卫生院", begin: datetime = DAY
) -> list[object]:
    """A row: minutes after the call of the five moments (None: not written)."""
    times = ["" if m is None else f"{DAY + timedelta(minutes=m):%Y-%m-%d %H:%M:%S}" for m in minutes]
    return [*times, village, base, "13912345678", "张三"]


def write_runs(path: Path, rows: list[list[object]], header: list[str] = HEADER) -> Path:
    return _write_csv(path, header, rows)


GOOD = [
    run([0, 1, 3, 11, 30]),
    run([0, 2, 4, 14, 40]),
    run([0, 1, 5, 12, None]),
    run([0, 1, 3, 20, 45], "北村", "县人民医院"),
]


def read(toy, tmp_path, rows, header=HEADER, answers=None):
    return records.read_records(write_runs(tmp_path / "runs.csv", rows, header), toy, answers or {})


# ---- reading ---------------------------------------------------------------------------------------------------


def test_the_five_times_become_intervals_by_hand(toy, tmp_path):
    found = read(toy, tmp_path, GOOD)
    assert (found.rows_read, found.rows_refused) == (4, 0)
    first = found.table.iloc[0]
    assert [first[name] for name in INTERVALS] == [1, 2, 8, 11, 19, 30]
    third = found.table.iloc[2]
    assert third["drive_min"] == 7 and np.isnan(third["transfer_min"]) and np.isnan(third["whole_min"])


def test_persons_are_dropped_on_reading_and_it_is_said(toy, tmp_path, said):
    found = read(toy, tmp_path, GOOD)
    assert set(found.personal) == {"联系电话", "患者姓名"}
    text = found.table.to_csv() + repr(found.problems)
    assert "张三" not in text and "13912345678" not in text
    assert {p.params["column"] for p in found.problems if p.code == "column_personal"} == {"联系电话", "患者姓名"}
    for problem in found.problems:
        said(problem)


def test_what_a_cell_says_of_a_place_is_kept_as_the_place_alone(toy, tmp_path):
    header = ["呼叫时间", "到达现场时间", "现场地点", "现场乡镇", "出车单位"]
    times = ["2024-03-01 08:00", "2024-03-01 08:10"]
    town, code = toy.unit["name"].iat[0], toy.unit["unit_code"].iat[0]
    rows = [
        [*times, "中村村委会", town, "东乡卫生院"],
        [*times, "V3", code, "F2"],
        [*times, "中村张三家13912345678", "张三13912345678", "李四13912345679"],
    ]
    found = read(toy, tmp_path, rows, header)
    assert found.table[["village", "township", "base"]].to_numpy().tolist() == [
        ["V2", code, "F2"], ["V3", code, "F2"], ["", "", ""],
    ]  # fmt: skip
    assert not re.search("张三|李四|139", repr(found))


def test_a_row_whose_times_run_backwards_costs_itself_alone(toy, tmp_path, said):
    rows = [*GOOD, run([0, 5, 3, 12, 30]), run([0, None, None, None, None]), run([0, 1, 2, 3, 700])]
    found = read(toy, tmp_path, rows)
    assert (found.rows_read, found.rows_refused) == (7, 3) and len(found.table) == 4
    codes = {p.code: p for p in found.problems}
    assert codes["times_out_of_order"].row == 6 and codes["times_too_few"].row == 7 and codes["run_too_long"].row == 8
    assert (codes["times_out_of_order"].params["earlier"], codes["times_out_of_order"].params["later"]) == (
        "depart_at", "dispatch_at",
    )  # fmt: skip
    for code in ("times_out_of_order", "times_too_few", "run_too_long"):
        said(codes[code])


def test_a_time_that_is_none_is_said_and_the_rest_of_its_row_counts(toy, tmp_path, said):
    row = run([0, 1, 3, 11, 30])
    row[1] = "张三 13912345678"
    found = read(toy, tmp_path, [row])
    assert found.table["drive_min"].tolist() == [8] and np.isnan(found.table["handling_min"][0])
    problem = next(p for p in found.problems if p.code == "moment_unreadable")
    assert "不是时刻" in said(problem)["zh"] and not re.search("张三|139", f"{problem} {said(problem)}")


def test_a_response_time_that_runs_on_to_the_hospital_is_told(toy, tmp_path, said):
    whole = [[*run([0, 1, 3, 11 + i, 30 + i]), f"{30 + i}"] for i in range(6)]
    found = read(toy, tmp_path, whole, [*HEADER, "反应时间(分钟)"])
    problem = next(p for p in found.problems if p.code == "response_is_sum")
    assert problem.params == {"count": 6, "whole": 6}
    said(problem)
    honest = [[*run([0, 1, 3, 11 + i, 30 + i]), f"00:{11 + i}:00"] for i in range(6)]
    assert not [p for p in read(toy, tmp_path, honest, [*HEADER, "反应时间"]).problems if p.code == "response_is_sum"]


def test_a_file_without_times_is_refused_in_words(toy, tmp_path, said):
    with pytest.raises(ClockMissing) as caught:
        read(toy, tmp_path, [["a", "b"]], ["机构名称", "床位数"])
    assert "到达现场" in said(caught.value)["zh"] and not re.search("[a-z]+_at", said(caught.value)["zh"])


def test_times_under_a_merged_header_are_known_by_both_its_lines(toy, tmp_path):
    path = tmp_path / "runs.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:D1", "时间")
        sheet.merge_range("E1:E2", "现场村")
        sheet.write_row("A2", ["接警", "出车", "到达现场", "到达医院"])
        sheet.write_row("A3", ["2024-03-01 08:00", "08:03", "08:11", "08:30", "中村"])
    found = records.read_records(path, toy, {})
    assert found.mapping["call_at"] == "时间 接警" and found.mapping["hospital_at"] == "时间 到达医院"
    assert found.table[["drive_min", "whole_min"]].iloc[0].tolist() == [8, 30]


def test_english_headers_positions_and_clock_times_across_midnight(toy, tmp_path):
    lon, lat = lonlat([(6500, 0)])[0]
    rows = [["2024-03-01", "23:58", "23:59", "00:01", "00:09", "00:30", lon, lat, "F2"]]
    header = ["Date", "Call time", "Dispatched", "Departed", "Arrived", "At hospital", "lon", "lat", "Station"]
    found = read(toy, tmp_path, rows, header, {"crs": "EPSG:4326"})
    assert found.table[["drive_min", "response_min", "whole_min"]].iloc[0].tolist() == [8, 11, 32]
    assert found.table["lon"][0] == pytest.approx(lon)
    halves = [["2024-03-01", "11:58 PM", "11:59 PM", "12:01 AM", "12:09 AM", "12:30 AM", lon, lat, "F2"]]
    again = read(toy, tmp_path, halves, header, {"crs": "EPSG:4326"})
    assert again.table[list(INTERVALS)].equals(found.table[list(INTERVALS)])


def test_positions_in_any_spelling_place_a_run_and_those_unread_are_counted(toy, tmp_path, said):
    (lon, lat), times = lonlat([(6500, 0)])[0], ["2024-03-01 08:00", "2024-03-01 08:10"]
    minutes = [f"{int(v)}°{(v - int(v)) * 60:.6f}′" for v in (lon, lat)]
    rows = [
        [*times, "北村", lon, lat],
        [*times, "北村", *minutes],
        [*times, "北村", f"{lat}", f"{lon}"],
        [*times, "北村", "村口", ""],
        [*times, "北村", 0, 0],
        [*times, "北村", "", ""],
    ]
    found = read(toy, tmp_path, rows, ["呼叫时间", "到达现场时间", "现场村", "经度", "纬度"], {"crs": "EPSG:4326"})
    assert found.table["lon"].tolist()[:2] == pytest.approx([lon, lon]) and found.table["lon"][2:].isna().all()
    problem = next(p for p in found.problems if p.code == "positions_of_runs_unread")
    assert problem.params == {"count": 2}  # exchanged, and no number; 0, 0 stands for unknown
    said(problem)


def test_clock_times_belong_to_the_day_of_the_moment_before_them(toy, tmp_path):
    rows = [
        ["2024-03-01 08:00", "08:01", "08:03", "08:11", "08:30"],
        ["2024年3月1日 23:58", "23:59", "00:01", "00:09", "00:30"],
        ["", "202403010801", "8:03", "8:11", "8:30"],
    ]
    found = read(toy, tmp_path, rows, HEADER[:5])
    assert found.rows_refused == 0 and found.table["drive_min"].tolist() == [8, 8, 8]
    assert found.table["whole_min"].tolist()[:2] == [30, 32]


def test_a_date_among_moments_is_midnight(toy, tmp_path):
    rows = [
        ["2024-03-01 23:55:00", "2024-03-01 23:56:00", "2024-03-01 23:58:00", "2024-03-02", "2024-03-02 00:20:00"],
        ["2024-03-03 08:00:00", "2024-03-03 08:01:00", "2024-03-03 08:03:00", "2024-03-03 08:11:00", ""],
    ]
    assert read(toy, tmp_path, rows, HEADER[:5]).table["drive_min"].tolist() == [2, 8]
    days = [["2024-03-01", "2024-03-01 08:03", "2024-03-01 08:11"], ["2024-03-02", "2024-03-02 08:03", ""]]
    found = read(toy, tmp_path, days, ["呼叫时间", "出车时间", "到达现场时间"])
    assert np.isnan(found.table["response_min"]).all() and found.table["drive_min"].tolist() == [8]


@pytest.mark.parametrize(
    "text",
    ["2024-03-01 08:15:30", "2024/3/1 8:15:30", "20240301081530", "2024年3月1日 8:15:30", "2024-03-01T08:15:30",
     "45352.34409722222", "2024-03-01 08:15:30.000", "２０２４-03-01 08:15:30", "2024-03-01T08:15:30Z",
     "2024-03-01T08:15:30.250Z", "2024-03-01T16:15:30+08:00", "2024-03-01 03:15:30 -0500", "2024/3/1 8:15:30 AM",
     "2024/3/1 上午 8:15:30", "2024年3月1日 上午8:15:30", "2024年3月1日8时15分30秒", "2024年3月1日早上8点15分30秒"],
)  # fmt: skip
def test_a_moment_is_read_however_it_is_written(text):
    assert moment(text) == datetime(2024, 3, 1, 8, 15, 30)


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [("8:05 AM", 8, 5), ("8:05pm", 20, 5), ("12:05 a.m.", 0, 5), ("12:05 PM", 12, 5), ("下午3:05", 15, 5),
     ("上午12:05", 0, 5), ("下午15:05", 15, 5), ("08:05Z", 8, 5), ("凌晨12:05", 0, 5), ("中午11:50", 11, 50),
     ("中午12:05", 12, 5), ("中午1点10分", 13, 10), ("晚上8:05", 20, 5), ("晚上20:05", 20, 5), ("傍晚6点", 18, 0),
     ("15点20分", 15, 20), ("８时０５分", 8, 5)],
)  # fmt: skip
def test_a_clock_time_is_read_in_halves_of_the_day(text, hour, minute):
    assert moment(text, datetime(2024, 3, 1)) == datetime(2024, 3, 1, hour, minute)


@pytest.mark.parametrize(
    "text",
    ["15:05 AM", "25:00 PM", "8 AM", "2024-03-01Z", "0001-01-01 00:00:00+08:00", "7:30 MAP", "晚上12:05", "中午8点",
     "20241112", "2024111214305", "25点", "1430"],
)  # fmt: skip
def test_what_is_no_time_stays_unread(text):
    assert moment(text, datetime(2024, 3, 1)) is None


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)))
def test_a_moment_in_digits_alone_is_read_to_the_minute(when):
    when = when.replace(second=0, microsecond=0)
    assert moment(f"{when:%Y%m%d%H%M}") == moment(f"{when:%Y%m%d%H%M%S}") == when


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_the_same_in_every_time_zone(when, ahead_min):
    when, zone = when.replace(microsecond=0), timezone(timedelta(minutes=ahead_min))
    assert moment(when.replace(tzinfo=UTC).astimezone(zone).isoformat()) == when


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)))
def test_a_moment_is_the_same_in_twelve_hours_as_in_twenty_four(when):
    when = when.replace(microsecond=0)
    assert moment(f"{when:%Y-%m-%d %I:%M:%S %p}") == when


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_moment(text):
    moment(text, DAY)


# ---- against the model -----------------------------------------------------------------------------------------


def runs_of(toy, tmp_path, rows):
    network = network_of(toy, "ambulance", assumptions_for(toy))
    back = emergency.inward(toy, network.assumptions)
    return network, records.runs_of(toy, network, back, read(toy, tmp_path, rows))


def test_each_run_is_placed_at_its_village_and_driven_from_the_base_it_names(toy, tmp_path):
    _, found = runs_of(toy, tmp_path, GOOD)
    # 中村 is 6 minutes from 东乡卫生院; 北村 6 + 6 from the hospital and a minute from its door
    assert found.table["modelled_min"].tolist() == pytest.approx([6, 6, 6, 13], abs=0.03)
    assert found.table["base_said"].all() and (found.table["unit_code"] != "").all()


def test_every_interval_stands_beside_the_clock_and_the_modelled_legs(toy, tmp_path):
    _, found = runs_of(with_bases(toy), tmp_path, GOOD)
    # To 县人民医院, a minute off the road: 6 + 1 from 中村, 6 + 6 + 1 from 北村
    assert found.table["modelled_transfer_min"].tolist() == pytest.approx([7, 7, 7, 13], abs=0.03)
    all_runs = intervals_by_unit(found.table, 15, Clock(2, 3, 15, "departure", on_scene_min=5)).iloc[0]
    by_hand = {  # observed and modelled medians, of how many runs: the third never reached a hospital
        "handling": (1, 2, 4),
        "turnout": (2, 3, 4),
        "drive": (9, 6, 4),
        "response": (13, 2 + 3 + 6, 4),
        "transfer": (25, 7, 3),
        "whole": (40, 2 + 3 + 6 + 5 + 7, 3),
    }
    for interval, (observed, modelled, runs) in by_hand.items():
        assert all_runs[f"observed_{interval}_median"] == observed, interval
        assert all_runs[f"modelled_{interval}_median"] == pytest.approx(modelled, abs=0.03), interval
        assert all_runs[f"both_{interval}_n"] == runs, interval


def test_without_a_hospital_for_emergencies_the_second_leg_is_not_modelled(toy, tmp_path):
    _, found = runs_of(with_bases(toy, {"F1": "stroke"}), tmp_path, GOOD)
    all_runs = intervals_by_unit(found.table, 15, preset_clock("policy15")).iloc[0]
    assert found.table["modelled_transfer_min"].isna().all() and all_runs["transfer_min_median"] == 25
    assert all_runs["both_transfer_n"] == 0 and np.isnan(all_runs["modelled_whole_median"])


def test_a_base_that_is_not_named_is_the_nearest_one_and_never_calibrates(toy, tmp_path, said):
    network, found = runs_of(toy, tmp_path, [run([0, 1, 3, 11, 30], "东村", "别处")])
    assert found.table["modelled_min"][0] == pytest.approx(6, abs=0.03) and not found.table["base_said"][0]
    assert records.calibrated(toy, network, found) is None
    for problem in found.problems:
        said(problem)


def test_a_village_nobody_knows_counts_without_a_modelled_drive(toy, tmp_path):
    _, found = runs_of(toy, tmp_path, [run([0, 1, 3, 11, 30], "无名村")])
    assert np.isnan(found.table["modelled_min"][0]) and found.table["drive_min"][0] == 8
    assert "runs_without_place" in {p.code for p in found.problems}


def test_intervals_by_township_by_hand():
    runs = pd.DataFrame({
        "unit_code": ["A"] * 5 + ["B", ""],
        "handling_min": [1, 1, 2, 2, 4, np.nan, 1],
        "turnout_min": [2.0] * 7,
        "drive_min": [5, 6, 7, 8, 20, 9, 1],
        "response_min": [8, 9, 11, 12, 26, np.nan, 15],
        "modelled_min": [5, 5, 5, 5, np.nan, 4, np.nan],
        "modelled_transfer_min": [np.nan] * 7,
        "transfer_min": [np.nan] * 7,
        "whole_min": [np.nan] * 7,
    })  # fmt: skip
    found = intervals_by_unit(runs, 15, preset_clock("policy15")).set_index("unit_code")
    counts = ["runs", "drive_min_n", "drive_min_median", "within", "within_n", "both_drive_n"]
    assert found.loc["A", counts].tolist() == [5, 5, 7, 4, 5, 4]
    assert found.loc["A", "drive_min_p90"] == pytest.approx(8 + 0.6 * 12)  # numpy's straight line between 8 and 20
    assert found.loc["A", "observed_drive_median"] == 6.5 and found.loc["A", "modelled_drive_median"] == 5
    assert found.loc["", "runs"] == 7 and found.loc["", "within"] == 5  # a response of exactly 15 is within
    assert np.isnan(found.loc["B", "response_min_median"])


def test_errors_by_hand():
    assert errors(np.array([10.0, 10.0]), np.array([7.0, 11.0])) == {
        "mean_min": -1.0, "absolute_min": 2.0, "root_square_min": pytest.approx(np.sqrt(5)),
    }  # fmt: skip


# ---- calibration -----------------------------------------------------------------------------------------------


def fitted(toy, tmp_path, drives):
    """The speeds that drives of so many minutes from 东乡卫生院 to 中村, 6 min on the main road, speak for."""
    network, runs = runs_of(toy, tmp_path, [run([0, 1, 3, 3 + minutes, None]) for minutes in drives])
    return runs, records.calibrated(toy, network, runs)


def test_drives_of_no_time_are_said_and_do_not_move_the_speeds(toy, tmp_path, said):
    runs, found = fitted(toy, tmp_path, [12] * 5 + [0] * 3)
    assert found.used == 5 and found.at_bound == []
    assert found.factors["primary"] == pytest.approx(0.5, rel=0.02)  # twice the minutes, half the speed
    problem = next(p for p in runs.problems if p.code == "runs_without_drive")
    assert problem.params == {"count": 3, "whole": 8}
    said(problem)


@pytest.mark.parametrize("drives", [[0], [12] * 4, [12] * 4 + [0] * 9])
def test_too_few_drives_fit_nothing(toy, tmp_path, drives):
    assert fitted(toy, tmp_path, drives)[1] is None


@pytest.mark.parametrize(("minutes", "factor"), [(1, 4.0), (40, 0.25)])
def test_a_factor_stopped_by_a_bound_is_marked(toy, tmp_path, minutes, factor):
    _, found = fitted(toy, tmp_path, [minutes] * 5)
    assert found.factors["primary"] == pytest.approx(factor, rel=0.01) and found.at_bound == ["primary"]


PLANTED = {"primary": 0.8, "secondary": 1.25, "tertiary": 0.7, "unclassified": 1.3, "residential": 0.9}


@pytest.fixture(scope="module")
def xishui(tmp_path_factory):
    return open_study(open_store(tmp_path_factory.mktemp("home")), "xishui")


@pytest.fixture(scope="module")
def planted(xishui):
    """1,000 drives in the sample county under speeds that only the test knows."""
    network = network_of(xishui, "ambulance", assumptions_for(xishui))
    truth = network.assumptions
    for name, factor in PLANTED.items():
        truth = truth.with_value("speed", "ambulance", name, factor * truth.find("speed", "ambulance", name))
    rng = np.random.default_rng(5)
    bases = np.flatnonzero(xishui.facility["tier"] != "village_clinic")[:12]
    scene = network.demand.take(rng.integers(0, len(xishui.demand), 1000))
    trips = Trips(rng.choice(bases, 1000), scene, np.zeros(1000))
    observed = drive_minutes(build_graph(xishui.roads, "ambulance", truth), network.facility, trips, truth)
    return network, Trips(trips.base, scene, observed)


def test_planted_factors_are_found_again_within_two_per_cent(xishui, planted):
    network, trips = planted
    found = calibrate(xishui.roads, "ambulance", network.facility, trips, network.assumptions)
    for name, factor in PLANTED.items():
        assert found.factors[name] == pytest.approx(factor, rel=0.02), name
    before, after = (errors(found.observed_min, m) for m in (found.before_min, found.after_min))
    assert before["absolute_min"] > 2 and after["absolute_min"] < 0.05
    speed = found.assumptions.find("speed", "ambulance", "primary")
    assert speed == pytest.approx(0.8 * network.assumptions.find("speed", "ambulance", "primary"), rel=0.02)


def test_noise_and_a_few_wild_runs_do_not_lead_the_fit_astray(xishui, planted):
    network, trips = planted
    rng = np.random.default_rng(9)
    noisy = trips.observed_min * rng.normal(1, 0.05, len(trips.observed_min))
    noisy[rng.choice(len(noisy), 30)] += 90  # waited at a railway crossing, or typed wrongly
    found = calibrate(
        xishui.roads, "ambulance", network.facility, Trips(trips.base, trips.scene, noisy), network.assumptions
    )
    for name in ("primary", "secondary", "tertiary", "unclassified"):
        assert found.factors[name] == pytest.approx(PLANTED[name], rel=0.06), name


def test_the_shares_of_a_way_add_up_to_its_minutes(xishui, planted):
    network, trips = planted
    minutes, fixed = shares(network.graph, network.facility, trips, network.assumptions)
    whole = drive_minutes(network.graph, network.facility, trips, network.assumptions)
    known = np.isfinite(whole)
    assert (minutes.sum(axis=1) + fixed)[known] == pytest.approx(whole[known], abs=1e-6)


def test_a_speed_never_leaves_what_a_speed_may_be():
    fast = with_factors(Assumptions(), "ambulance", np.full(15, 4.0))
    assert fast.find("speed", "ambulance", "motorway") == 200 and fast.find("speed", "car", "motorway") == 90
    assert fast.find("factor", "ambulance", "maxspeed") == 2.0


# ---- the terminal ----------------------------------------------------------------------------------------------


def test_the_terminal_tells_intervals_and_calibrates(created, yida, tmp_path):  # noqa: F811
    path = write_runs(tmp_path / "runs.csv", [*GOOD * 5, run([0, 5, 3, 12, 30])])
    code, out, _ = yida("records", "toy", path, "--calibrate", "--json")
    told = json.loads(out)
    assert code == 0 and told["rows_read"] == 21 and told["rows_refused"] == 1
    assert told["units"][0]["runs"] == 20 and told["units"][0]["within"] == 15 and told["units"][0]["within_n"] == 20
    assert told["calibration"]["used"] == 20
    assert told["calibration"]["after"]["absolute_min"] < told["calibration"]["before"]["absolute_min"]
    code, out, _ = yida("records", "toy", path, "--calibrate")
    assert code == 0 and "15 of 20 runs" in out and "张三" not in out
    assert "  Turnout: 2.0 min observed, 3.0 min modelled (medians of 20 runs)" in out
    assert "Ambulance, Day: speeds × " in out and "Scene to hospital" not in out.split("Modelled:")[0]
    assert "The same runs were used to fit and to judge" in out and "Primary road: speed × " in out
    assert told["calibration"]["at_bound"] == [] and "Stopped at the bound" not in out


def test_the_terminal_names_the_columns_in_the_readers_words(created, yida, tmp_path, monkeypatch):  # noqa: F811
    broken = run([0, 1, 3, 11, 30])
    broken[1] = "不详"
    path = write_runs(tmp_path / "runs.csv", [broken, run([0, 5, 3, 12, 30])])
    assert "Row 3: Departure lies before Turnout order" in yida("records", "toy", path)[1]
    monkeypatch.setenv("YIDA_LANG", "zh")
    for words in (["records", "toy", path], ["records", "toy", path, "--json"]):
        out = yida(*words)[1]
        assert "第 3 行" in out and not re.search("dispatch_at|depart_at", out)


def test_the_terminal_asks_which_row_is_the_header_and_takes_the_answer(created, yida, tmp_path):  # noqa: F811
    doubtful = write_runs(tmp_path / "runs.csv", GOOD, ["呼叫时间", "2024", *HEADER[2:]])
    code, out, err = yida("records", "toy", doubtful)
    assert (code, out) == (3, "") and "Two rows could be the header" in err and "--header-row=…, one of: 0, 1" in err
    code, out, _ = yida("records", "toy", doubtful, "--header-row", "1", "--json")
    assert code == 0 and json.loads(out)["rows_read"] == 4
    code, _, err = yida("records", "toy", doubtful, "--header-row", "0")
    assert code == 3 and "time of call, dispatch" in err and "--sheet" not in err


def test_the_terminal_asks_which_sheet_holds_the_list(created, yida, tmp_path):  # noqa: F811
    with pd.ExcelWriter(tmp_path / "runs.xlsx") as book:
        for sheet in ("三月", "四月"):
            pd.DataFrame(GOOD, columns=HEADER).to_excel(book, sheet_name=sheet, index=False)
    _, _, err = yida("records", "toy", tmp_path / "runs.xlsx")
    assert "several sheets" in err and "--sheet=…, one of: 三月, 四月" in err
    assert yida("records", "toy", tmp_path / "runs.xlsx", "--sheet", "四月")[0] == 0


def test_the_terminal_marks_a_factor_at_its_bound_and_says_when_nothing_is_fitted(created, yida, tmp_path):  # noqa: F811
    path = write_runs(tmp_path / "runs.csv", [run([0, 1, 3, 4, None])] * 5)
    assert json.loads(yida("records", "toy", path, "--calibrate", "--json")[1])["calibration"]["at_bound"] == [
        "primary"
    ]
    assert "times the assumed speed: Primary road" in yida("records", "toy", path, "--calibrate")[1]
    write_runs(path, [run([0, 1, 3, 4, None])] * 4)
    assert "Fewer than 5 runs" in yida("records", "toy", path, "--calibrate")[1]
