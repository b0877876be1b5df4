"""Positions as people write them, and what tells one coordinate system from another."""

from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.intake.desk.datums import BD09, GCJ02, gcj02_to_wgs84, to_wgs84, wgs84_to_bd09, wgs84_to_gcj02
from geo.intake.desk.evidence import Evidence, evidence_of, guess_datum
from geo.intake.desk.positions import parse_positions, split_joined, unit_of
from geo.model.desk import Question

SAMPLE = Path(__file__).resolve().parents[4] / "data" / "sample" / "xishui"
XISHUI_BOX = (105.8, 27.8, 106.8, 28.9)
WGS = "EPSG:4326"
HALF_SECOND = 0.5 / 3600


def one(lon: str, lat: str) -> tuple[float, float, str]:
    """A position as the middle one of a list in degrees."""
    parsed = parse_positions(["106.1", lon, "106.3"], ["28.1", lat, "28.3"])
    return float(parsed.lon[1]), float(parsed.lat[1]), parsed.notes[1]


# ---- text to numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        ("106.208333", "28.341667"),
        (" 106.208333 ", "+28.341667"),
        ("１０６．２０８３３３", "２８．３４１６６７"),
        ("106。208333", "28。341667"),
        ("106,208333", "28,341667"),
        ("106.208333°", "28.341667度"),
        ("E106.208333", "N28.341667"),
        ("106.208333E", "28.341667 n"),
        ("东经106.208333", "北纬28.341667"),
        ("東經106.208333".replace("經", "经"), "北纬：28.341667"),
        ("经度:106.208333", "纬度:28.341667"),
        ("lng=106.208333", "lat=28.341667"),
        ("Longitude 106.208333", "Latitude 28.341667"),
        ("106°12′30″E", "28°20′30″N"),
        ("106°12'30\"", "28°20'30\""),
        ("106°12’30”", "28°20’30”"),
        ("106°12''30".replace("''", "'"), "28°20'30''"),
        ("106º12'30\"", "28˚20'30\""),
        ("106度12分30秒", "28度20分30秒"),
        ("东经106度12分30秒", "北纬28度20分30秒"),
        ("１０６°１２′３０″", "２８°２０′３０．０″"),
        ("106 12 30", "28 20 30"),
        ("106:12:30", "28:20:30"),
        ("106-12-30", "28-20-30"),
        ("106.12.30", "28.20.30"),
        ("106°12.5'", "28°20.5′"),
        ("106 12.5", "28 20.5"),
        ("106度12.5分", "28度20.5分"),
        ("106° 12′ 30,0″", "28° 20′ 30.00″"),
        ("E 106° 12′ 30″", "N 28° 20′ 30″"),
        ("1.06208333E2", "2.8341667e1"),
    ],
)
def test_every_usual_spelling_is_the_same_place(lon: str, lat: str) -> None:
    x, y, note = one(lon, lat)
    assert note == ""
    assert x == pytest.approx(106 + 12.5 / 60, abs=1e-6)
    assert y == pytest.approx(28 + 20.5 / 60, abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "note"),
    [
        ("", "28.3", "position_missing"),
        ("106.2", "  ", "position_missing"),
        ("无", "28.3", "position_not_a_number"),
        ("NA", "nan", "position_not_a_number"),
        ("inf", "28.3", "position_not_a_number"),
        ("106°72′30″", "28°20′30″", "position_not_a_number"),  # 72 minutes
        ("N106.2", "N28.3", "position_not_a_number"),  # two latitudes
        ("106.2.3.4.5", "28.3", "position_not_a_number"),
        ("0", "0.0", "position_zero"),
        ("1062.1", "28.3", "position_out_of_range"),
        ("106.2", "283", "position_out_of_range"),
        ("618000", "3133000", "position_mixed_units"),
        ("28.3", "106.2", "position_swapped"),
        ("N28.3", "E106.2", "position_swapped"),
        ("28°20′N", "106°12′E", "position_swapped"),
    ],
)
def test_a_row_that_cannot_be_used_has_its_reason_and_no_position(lon: str, lat: str, note: str) -> None:
    x, y, found = one(lon, lat)
    assert found == note
    assert np.isnan(x) and np.isnan(y)


@given(
    place=st.tuples(st.floats(73, 136), st.floats(17, 54)),
    spelling=st.sampled_from(["{d}°{m}′{s:.2f}″", "{d}度{m}分{s:.2f}秒", "{d} {m} {s:.2f}", "{d}:{m}:{s:.2f}"]),
)
def test_degrees_minutes_and_seconds_come_back_to_half_a_second(place: tuple[float, float], spelling: str) -> None:
    texts = []
    for value in place:
        seconds = min(round(value * 3600, 2), int(value) * 3600 + 3599.99)
        d, rest = divmod(seconds, 3600)
        texts.append(spelling.format(d=int(d), m=int(rest // 60), s=min(rest % 60, 59.99)))
    parsed = parse_positions([texts[0]], [texts[1]])
    assert parsed.notes == ("",)
    assert parsed.lon[0] == pytest.approx(place[0], abs=HALF_SECOND)
    assert parsed.lat[0] == pytest.approx(place[1], abs=HALF_SECOND)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=6))
def test_any_text_is_read_without_a_crash_and_a_position_is_whole_or_missing(rows: list[tuple[str, str]]) -> None:
    parsed = parse_positions([r[0] for r in rows], [r[1] for r in rows])
    assert len(parsed.lon) == len(parsed.lat) == len(parsed.notes) == len(rows)
    assert (np.isfinite(parsed.lon) == np.isfinite(parsed.lat)).all()
    for x, note in zip(parsed.lon, parsed.notes, strict=True):
        assert np.isfinite(x) == (note in ("", "columns_swapped"))


def test_western_and_southern_places_are_negative_and_iceland_is_not_swapped() -> None:
    parsed = parse_positions(["W70.5", "70°30′W", "-18.1"], ["33.4S", "33°24′S", "65.7"])
    assert parsed.lon.tolist() == pytest.approx([-70.5, -70.5, -18.1])
    assert parsed.lat.tolist() == pytest.approx([-33.4, -33.4, 65.7])


def test_a_thousands_separator_is_told_from_a_decimal_comma() -> None:
    parsed = parse_positions(["618,000", "618,000.5", "618 000", "618.000,5"], ["3,133,000"] * 4)
    assert parsed.unit == "metres"
    assert parsed.lon.tolist() == [618000, 618000.5, 618000, 618000.5]
    assert parsed.lat.tolist() == [3133000] * 4
    assert one("106,208", "28,342")[:2] == (106.208, 28.342)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("106.2,28.3", ("106.2", "28.3")),
        ("28.3，106.2", ("28.3", "106.2")),
        ("(106.2; 28.3)", ("106.2", "28.3")),
        ("106,2; 28,3", ("106,2", "28,3")),
        ("106,2, 28,3", ("106,2", "28,3")),
        ("106.2 28.3", ("106.2", "28.3")),
        ("106.2、28.3", ("106.2", "28.3")),
        ("[106.2, 28.3]", ("106.2", "28.3")),
        ("POINT (106.2 28.3)", ("106.2", "28.3")),
        ("东经106.2北纬28.3", ("东经106.2", "北纬28.3")),
        ("东经106度12分30秒 北纬28度20分30秒", ("东经106度12分30秒", "北纬28度20分30秒")),
        ("E106.2 N28.3", ("E106.2", "N28.3")),
        ("N28.3E106.2", ("N28.3", "E106.2")),
        ("106°12′30″E 28°20′30″N", ("106°12′30″E", "28°20′30″N")),
        ("106 12 30, 28 20 30", ("106 12 30", "28 20 30")),
        ("106.2", ("", "")),
        ("", ("", "")),
        ("见地图", ("", "")),
        ("1,2,3", ("", "")),
    ],
)
def test_one_column_that_holds_both_gives_two(text: str, parts: tuple[str, str]) -> None:
    assert split_joined(text) == parts


# ---- swapped ---------------------------------------------------------------------------------------------------


def test_one_swapped_row_is_told_and_the_others_stay() -> None:
    lon, lat = ["106.1", "28°20′", "106.3", "106.4", "106.5"], ["28.1", "106°12′", "28.3", "28.4", "28.5"]
    parsed = parse_positions(lon, lat)
    assert parsed.notes == ("", "position_swapped", "", "", "") and not parsed.turned
    lon[1], lat[1] = lat[1], lon[1]
    assert parse_positions(lon, lat).notes == ("",) * 5


def test_a_whole_file_the_wrong_way_round_is_turned_and_says_so() -> None:
    lon, lat = ["28.1", "28.2", "28.3", "28.4", "106.5", ""], ["106.1", "106.2", "106.3", "106.4", "28.5", ""]
    parsed = parse_positions(lon, lat)
    assert parsed.turned
    assert parsed.lon[:4].tolist() == [106.1, 106.2, 106.3, 106.4] and parsed.lat[0] == 28.1
    assert parsed.notes == ("columns_swapped",) * 4 + ("position_swapped", "position_missing")


def test_the_county_tells_a_swap_that_the_numbers_alone_do_not() -> None:
    """Iceland: 65.7° is a longitude and 18.1° a latitude somewhere, but not in this county."""
    lon, lat = ["-18.1", "-18.2", "65.7"], ["65.7", "65.8", "-18.1"]
    assert parse_positions(lon, lat).notes == ("", "", "")
    assert parse_positions(lon, lat, bounds=(-19, 65, -17, 67)).notes == ("", "", "position_swapped")


def test_xinjiang_swapped_is_told_though_both_numbers_could_be_either() -> None:
    assert parse_positions(["40.0"], ["80.0"]).turned
    assert not parse_positions(["80.0"], ["40.0"]).turned


# ---- metres ----------------------------------------------------------------------------------------------------


def test_degrees_are_told_from_metres() -> None:
    assert unit_of(np.array([106.2, 28.3, np.nan, 0.0])) == "degrees"
    assert unit_of(np.array([618000.0, 3133000.0, 106.2])) == "metres"
    assert unit_of(np.array([np.nan])) == unit_of(np.array([])) == unit_of(np.array([5000.0, 6000.0])) == ""


@pytest.mark.parametrize(
    ("easting", "crs"),
    [(618000.0, "EPSG:4544"), (35618000.0, "EPSG:4523"), (18618000.0, "EPSG:4496")],
)
@pytest.mark.parametrize("northing_first", [False, True])
def test_metres_of_any_zone_are_told_and_lead_to_the_county(easting: float, crs: str, northing_first: bool) -> None:
    """618 km east, 3,133 km north of zone 35 is in Xishui; in surveying X is the northing."""
    x, y = [str(easting), str(easting + 900)], ["3133000", "3134000"]
    parsed = parse_positions(y, x) if northing_first else parse_positions(x, y)
    assert parsed.unit == "metres" and parsed.turned == northing_first
    question = guess_datum(parsed.lon, parsed.lat, sample_evidence())
    assert isinstance(question, Question)
    assert question.guess == crs
    lon, lat = to_wgs84(parsed.lon, parsed.lat, question.guess)
    assert lon[0] == pytest.approx(106.203, abs=0.001) and lat[0] == pytest.approx(28.3065, abs=0.001)


def test_web_mercator_is_told_also_where_it_looks_like_a_zone() -> None:
    """121° E is 13,470,000 m in Web-Mercator, which could also be zone 13 of the 6-degree system."""
    outline = gpd.GeoSeries.from_xy([121.0], [31.0]).buffer(0.3).iloc[0]
    question = guess_datum(np.array([13469658.0]), np.array([3632749.0]), Evidence(outline=outline))
    assert isinstance(question, Question)
    assert question.guess == "EPSG:3857"
    assert [c.value for c in question.choices] == ["EPSG:3857"]


def test_metres_without_a_known_county_are_asked_without_a_guess() -> None:
    question = guess_datum(np.array([618000.0]), np.array([3133000.0]), Evidence())
    assert isinstance(question, Question)
    assert question.guess == "" and len(question.choices) == 21
    assert guess_datum(np.array([35618000.0]), np.array([3133000.0]), Evidence()).choices[0].value == "EPSG:4523"  # type: ignore[union-attr]


# ---- which datum -----------------------------------------------------------------------------------------------


@cache
def sample_evidence() -> Evidence:
    """Roads, villages, seats and outline of the Xishui sample; its facilities are not among the known places."""
    roads = gpd.read_file(SAMPLE / "roads.geojson").geometry
    lon, lat = shapely.get_coordinates(roads).T
    offset = np.r_[0, np.cumsum(shapely.get_num_coordinates(roads))]
    demand, units = pd.read_csv(SAMPLE / "demand.csv"), gpd.read_file(SAMPLE / "units.geojson")
    places = evidence_of(None, [demand], units, None).places
    outline = gpd.read_file(SAMPLE / "boundary.geojson").union_all()
    return Evidence(lon, lat, offset, places, outline)


def written_down(seed: int, count: int, datum: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Facilities of the sample as a receiver with 25 m of noise would give them in a datum."""
    rng = np.random.default_rng(seed)
    some = pd.read_csv(SAMPLE / "facilities.csv").sample(count, random_state=seed)
    lon = some["lon"].to_numpy() + rng.normal(0, 25, count) / 97_900
    lat = some["lat"].to_numpy() + rng.normal(0, 25, count) / 110_900
    if datum != WGS:
        lon, lat = (wgs84_to_gcj02 if datum == GCJ02 else wgs84_to_bd09)(lon, lat)
    return lon, lat, some["name"].tolist()


@pytest.mark.parametrize("datum", [WGS, GCJ02, BD09])
@pytest.mark.parametrize("seed", range(20))
def test_forty_facilities_are_enough_to_tell_the_datum(seed: int, datum: str) -> None:
    lon, lat, names = written_down(seed, 40, datum)
    question = guess_datum(lon, lat, sample_evidence(), names)
    assert isinstance(question, Question)
    assert question.guess == datum


@pytest.mark.parametrize("datum", [WGS, GCJ02, BD09])
@pytest.mark.parametrize("seed", range(20))
def test_a_dozen_facilities_without_names_are_told_or_left_open_but_never_wrong(seed: int, datum: str) -> None:
    lon, lat, _ = written_down(seed, 12, datum)
    assert guess_datum(lon, lat, sample_evidence()).guess in (datum, "")  # type: ignore[union-attr]


def test_the_choices_carry_the_evidence() -> None:
    lon, lat, names = written_down(3, 60, GCJ02)
    question = guess_datum(lon, lat, sample_evidence(), names)
    assert isinstance(question, Question)
    assert question.question_id == "crs" and "GCJ-02" in question.say()
    by_value = {c.value: c for c in question.choices}
    assert list(by_value) == [WGS, GCJ02, BD09]
    right, wrong = by_value[GCJ02].evidence, by_value[WGS].evidence
    assert right["points"] == wrong["points"] > 50
    assert right["road_median_m"] < 150 < wrong["road_median_m"]
    assert right["place_median_m"] < 350 < wrong["place_median_m"]
    assert right["inside_pct"] > 95
    assert len(by_value[GCJ02].preview) == 3
    first = sorted(zip(*(v.tolist() for v in gcj02_to_wgs84(lon, lat)), strict=True))[0]
    assert by_value[GCJ02].preview[0] == (f"{first[0]:.5f}", f"{first[1]:.5f}")


def test_the_order_of_the_rows_does_not_change_the_question() -> None:
    lon, lat, names = written_down(4, 40, BD09)
    turned = guess_datum(lon[::-1], lat[::-1], sample_evidence(), names[::-1])
    assert guess_datum(lon, lat, sample_evidence(), names) == turned


def test_too_little_evidence_gives_no_guess() -> None:
    lon, lat, names = written_down(1, 40, GCJ02)
    outline = sample_evidence().outline
    pair = np.array([0, 1])
    for question in (
        guess_datum(lon[pair], lat[pair], sample_evidence(), names[:2]),
        guess_datum(lon, lat, Evidence(), names),
        guess_datum(lon, lat, Evidence(outline=outline), names),
        guess_datum(np.repeat(lon[:1], 40), np.repeat(lat[:1], 40), sample_evidence(), names[:1] * 40),
        guess_datum(np.full(3, np.nan), np.full(3, np.nan), sample_evidence()),
    ):
        assert isinstance(question, Question)
        assert question.guess == "" and len(question.choices) == 3


def test_places_strewn_at_random_speak_for_no_datum() -> None:
    unsure = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        lon, lat = rng.uniform(106.0, 106.5, 40), rng.uniform(28.1, 28.6, 40)
        unsure += guess_datum(lon, lat, sample_evidence()).guess == ""  # type: ignore[union-attr]
    assert unsure >= 19


def test_outside_china_there_is_nothing_to_ask() -> None:
    assert guess_datum(np.array([-18.1, np.nan]), np.array([65.7, np.nan]), Evidence()) == WGS
