"""Roads, care, people and areas of OSM extracts: toy files with hand-worked answers, and North Iceland."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.intake.osm import boundaries_from_osm, demand_from_osm, facilities_from_osm, ways_from_osm
from geo.intake.osm.people import share_out
from geo.intake.osm.places import assumed_people
from geo.intake.osm.tags import access_bits, duration_min, road_class, speed_kph, surface_kind
from geo.model.errors import FileUnreadable, RoadsEmpty, TableEmpty
from geo.model.problems import Problem
from geo.model.roads import (
    CLASS_INDEX,
    CYCLE,
    CYCLE_BACKWARD,
    CYCLE_FORWARD,
    FOOT,
    MOTOR,
    MOTOR_BACKWARD,
    MOTOR_FORWARD,
    PAVED,
    ROAD_CLASSES,
    SURFACE_UNKNOWN,
    UNPAVED,
)
from geo.model.schemes import DATA, load_scheme

NORDURLAND = DATA / "sample" / "nordurland" / "nordurland.osm.pbf"
SCHEME = load_scheme("hospital_clinic")
METRE = 1 / 111320  # degrees, on the equator


def count_and_people(problems: list[Problem]) -> dict[str, tuple[object, object]]:
    return {str(p.params["what"]): (p.params["count"], p.params["people"]) for p in problems if "what" in p.params}


# ---- tags ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("highway", "expected"),
    [
        ("motorway_link", "motorway"),
        ("road", "unclassified"),
        ("pedestrian", "footway"),
        ("bridleway", "path"),
        ("cycleway", "path"),
        ("construction", None),
        ("proposed", None),
        ("corridor", None),
        ("platform", None),
        ("ferry", None),
    ],
)
def test_highway_words_become_classes(highway: str, expected: str | None) -> None:
    assert road_class({"highway": highway}) == expected


def test_every_class_but_ferry_stands_for_itself() -> None:
    for name in ROAD_CLASSES[:-1]:
        assert road_class({"highway": name}) == name
    assert road_class({"route": "ferry"}) == "ferry"
    assert road_class({"route": "bus"}) is None


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        ("residential", {}, MOTOR | CYCLE | FOOT),
        ("trunk", {}, MOTOR | CYCLE | FOOT),
        ("motorway", {}, MOTOR_FORWARD),
        ("motorway", {"oneway": "no"}, MOTOR),
        ("track", {}, MOTOR | CYCLE | FOOT),
        ("footway", {}, FOOT),
        ("footway", {"bicycle": "yes"}, CYCLE | FOOT),
        ("steps", {}, FOOT),
        ("path", {}, CYCLE | FOOT),
        ("path", {"motor_vehicle": "yes"}, MOTOR | CYCLE | FOOT),
        ("service", {"access": "private"}, 0),
        ("service", {"access": "no", "foot": "yes"}, FOOT),
        ("service", {"access": "destination"}, MOTOR | CYCLE | FOOT),
        ("service", {"vehicle": "no"}, FOOT),
        ("service", {"vehicle": "no", "bicycle": "yes"}, CYCLE | FOOT),
        ("service", {"motor_vehicle": "no", "motorcar": "yes"}, MOTOR | CYCLE | FOOT),
        ("service", {"motorcar": "private"}, CYCLE | FOOT),
        ("primary", {"foot": "no", "bicycle": "no"}, MOTOR),
        ("primary", {"motorroad": "yes"}, MOTOR),
        ("primary", {"oneway": "yes"}, MOTOR_FORWARD | CYCLE_FORWARD | FOOT),
        ("primary", {"oneway": "-1"}, MOTOR_BACKWARD | CYCLE_BACKWARD | FOOT),
        ("primary", {"oneway": "yes", "oneway:bicycle": "no"}, MOTOR_FORWARD | CYCLE | FOOT),
        ("primary", {"junction": "roundabout"}, MOTOR_FORWARD | CYCLE_FORWARD | FOOT),
        ("ferry", {}, CYCLE | FOOT),
        ("ferry", {"motor_vehicle": "yes"}, MOTOR | CYCLE | FOOT),
        ("ferry", {"motorcar": "designated", "foot": "no"}, MOTOR | CYCLE),
        ("ferry", {"motor_vehicle": "permissive"}, CYCLE | FOOT),
    ],
)
def test_who_may_travel_and_which_way(name: str, tags: dict[str, str], expected: int) -> None:
    assert access_bits(tags, name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("50", 50), ("50 km/h", 50), ("30 mph", 48.28032), ("60公里/小时", 60)],
)
def test_speed_limits_in_kilometres_an_hour(text: str, expected: float) -> None:
    assert speed_kph(text) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "none", "signals", "IS:rural", "50;80", "0", "-5", "5000"])
def test_speed_words_are_unknown(text: str) -> None:
    assert math.isnan(speed_kph(text))


@pytest.mark.parametrize(("text", "expected"), [("01:30", 90), ("45", 45), ("00:20:30", 20.5), ("PT1H5M", 65)])
def test_ferry_durations_in_minutes(text: str, expected: float) -> None:
    assert duration_min(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1:99", "0", "PT"])
def test_other_durations_are_unknown(text: str) -> None:
    assert math.isnan(duration_min(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asphalt", PAVED),
        ("concrete:plates", PAVED),
        ("水泥", PAVED),
        ("gravel", UNPAVED),
        ("asphalt;gravel", UNPAVED),
        ("砂石", UNPAVED),
        ("", SURFACE_UNKNOWN),
        ("tartan", SURFACE_UNKNOWN),
    ],
)
def test_surfaces_are_paved_unpaved_or_unknown(text: str, expected: int) -> None:
    assert surface_kind(text) == expected


# ---- roads -----------------------------------------------------------------------------------------------------


def test_ways_keep_nodes_attributes_and_the_longest_known_run(tmp_path: Path, osm: Any) -> None:
    for n in range(1, 8):
        osm.node(n, n / 100, 0.5)
    osm.way(1, [1, 2, 2, 3], {"highway": "primary", "maxspeed": "80", "surface": "asphalt", "oneway": "yes"})
    osm.way(2, [3, 900, 4, 5, 6, 901, 7], {"highway": "track"})
    osm.way(3, [1, 7], {"route": "ferry", "duration": "00:30", "motorcar": "yes"})
    osm.way(4, [1, 7, 902], {"route": "ferry", "duration": "00:30"})
    osm.way(5, [1, 900], {"highway": "residential"})
    osm.way(6, [1, 2], {"highway": "service", "access": "no"})
    osm.way(7, [1, 2], {"highway": "construction"})
    ways = ways_from_osm(osm.write(tmp_path / "a.osm"))
    assert ways.offset.tolist() == [0, 3, 6, 8, 10]
    assert ways.node_id.tolist() == [1, 2, 3, 4, 5, 6, 1, 7, 1, 7]
    assert ways.lon[:3].tolist() == pytest.approx([0.01, 0.02, 0.03])
    assert [ROAD_CLASSES[c] for c in ways.road_class] == ["primary", "track", "ferry", "ferry"]
    assert ways.access[0] == MOTOR_FORWARD | CYCLE_FORWARD | FOOT
    assert ways.maxspeed_kph[0] == 80 and math.isnan(ways.maxspeed_kph[1])
    assert ways.surface.tolist() == [PAVED, SURFACE_UNKNOWN, SURFACE_UNKNOWN, SURFACE_UNKNOWN]
    assert ways.duration_min[2] == 30 and math.isnan(ways.duration_min[3])


def test_an_extract_without_roads_is_said(tmp_path: Path, osm: Any) -> None:
    osm.node(1, 0, 0, place="farm")
    with pytest.raises(RoadsEmpty):
        ways_from_osm(osm.write(tmp_path / "a.osm"))


def test_a_broken_extract_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    path.write_bytes(NORDURLAND.read_bytes()[:200_000])
    with pytest.raises(FileUnreadable):
        ways_from_osm(path)
    (tmp_path / "b.osm").write_text('<osm version="0.6"><way id="1"><nd', encoding="utf-8")
    with pytest.raises(FileUnreadable):
        ways_from_osm(tmp_path / "b.osm")


# ---- care ------------------------------------------------------------------------------------------------------


def test_places_of_care_are_told_by_tags_and_kept_once(tmp_path: Path, osm: Any) -> None:
    osm.node(1, 0, 0, amenity="hospital", name="A")
    osm.box(2, 200 * METRE, 0, 50 * METRE, {"amenity": "hospital", "emergency": "yes"})  # nameless, 200 m from A
    osm.box(3, 2000 * METRE, 0, 50 * METRE, {"amenity": "hospital"})  # nameless, alone
    osm.node(4, 0, 0, amenity="pharmacy", healthcare="pharmacy", name="A")
    osm.node(5, 100 * METRE, 0, amenity="clinic", name="A")  # another kind at the same place
    osm.node(6, 9000 * METRE, 0, healthcare="doctor", name="Red Cross", beds="12")
    osm.node(7, 0, 0, healthcare="blood_donation", name="B")
    osm.node(8, 9000 * METRE, 9000 * METRE, amenity="hospital", name="A")  # same name, elsewhere
    table, problems = facilities_from_osm(osm.write(tmp_path / "a.osm"), SCHEME)
    rows = table[["facility_id", "name", "tier", "capabilities"]].itertuples(index=False)
    found = {row[0]: tuple(row[1:]) for row in rows}
    assert found == {
        "osm-node-1": ("A", "county_hospital", "emergency"),
        "osm-node-5": ("A", "township_hospital", ""),
        "osm-node-6": ("Red Cross", "township_hospital", ""),
        "osm-node-8": ("A", "county_hospital", ""),
        "osm-way-3": ("hospital (OSM way/3)", "county_hospital", ""),
    }
    assert not table["is_emergency_base"].any()
    assert set(table["position_quality"]) == {"osm"}
    assert table.loc[table["facility_id"] == "osm-node-6", "beds"].tolist() == [12]
    assert sorted(p.code for p in problems) == ["facility_doubtful", "facility_merged", "facility_unnamed"]
    merged = next(p for p in problems if p.code == "facility_merged")
    assert merged.params["distance_m"] == pytest.approx(200, abs=2)


def test_a_hospital_may_be_a_multipolygon(tmp_path: Path, osm: Any) -> None:
    osm.box(1, 1, 1, 0.002, {})
    osm.relation(5, [1], {"type": "multipolygon", "amenity": "hospital", "name": "R"})
    table, _ = facilities_from_osm(osm.write(tmp_path / "a.osm"), SCHEME)
    assert table["facility_id"].tolist() == ["osm-relation-5"]
    assert (table["lon"][0], table["lat"][0]) == pytest.approx((1, 1), abs=1e-6)


def test_an_extract_without_care_is_empty(tmp_path: Path, osm: Any) -> None:
    osm.node(1, 0, 0, amenity="cafe")
    with pytest.raises(TableEmpty):
        facilities_from_osm(osm.write(tmp_path / "a.osm"), SCHEME)


# ---- people ----------------------------------------------------------------------------------------------------


def test_places_count_once_with_their_tag_or_an_assumed_figure(tmp_path: Path, osm: Any) -> None:
    assumed = assumed_people()
    osm.node(1, 0, 0, place="town", name="T", population="1,500")
    osm.box(2, 1000 * METRE, 0, 100 * METRE, {"place": "town", "name": "T"})  # the same town as an area
    osm.node(3, 1500 * METRE, 0, place="suburb", name="S", population="900")  # inside the town's 2 km
    osm.node(4, 1, 0, place="village", name="V")
    osm.node(5, 2, 0, place="farm")
    osm.node(6, 3, 0, place="locality", name="L")
    table, problems = demand_from_osm(osm.write(tmp_path / "a.osm"))
    rows = table.set_index("demand_id")[["name", "population", "population_type"]].to_numpy().tolist()
    assert rows == [
        ["T", 1500, "osm"],
        ["V", assumed["place=village"], "assumed"],
        ["farm (OSM node/5)", assumed["place=farm"], "assumed"],
    ]
    assert {p.code: p.params.get("count") for p in problems if "what" not in p.params} == {
        "place_twice": 1,
        "places_inside_town": 1,
    }
    assert count_and_people(problems) == {"village": (1, assumed["place=village"]), "farm": (1, assumed["place=farm"])}


def test_a_town_is_spread_over_its_buildings_and_keeps_its_total(tmp_path: Path, osm: Any) -> None:
    osm.node(1, 0.5, 0.5, place="town", name="T", population="2501")
    for i in range(3):  # one cell of three houses, and one house 1,500 m away
        osm.box(10 + i, 0.5 + i * 10 * METRE, 0.5, 5 * METRE, {"building": "house"})
    osm.box(20, 0.5 + 1500 * METRE, 0.5, 5 * METRE, {"building": "house"})
    table, problems = demand_from_osm(osm.write(tmp_path / "a.osm"))
    assert table["population"].sum() == 2501
    assert sorted(table["population"]) == [625, 1876]  # 625.25 and 1875.75 by largest remainder
    assert table["demand_id"].tolist() == ["osm-node-1-1", "osm-node-1-2"]
    assert [p.code for p in problems] == ["population_spread"]


def test_houses_and_farmyards_apart_from_places_count_by_themselves(tmp_path: Path, osm: Any) -> None:
    assumed = assumed_people()
    osm.node(1, 0, 0, place="village", name="V", population="100")
    osm.box(10, 500 * METRE, 0, 5 * METRE, {"building": "house"})  # the village's own
    osm.box(11, 5000 * METRE, 0, 5 * METRE, {"building": "house"})
    osm.box(12, 5010 * METRE, 0, 5 * METRE, {"building": "apartments"})
    osm.box(13, 5020 * METRE, 0, 5 * METRE, {"building": "garage"})
    osm.box(14, 9000 * METRE, 0, 5 * METRE, {"building": "yes"})  # no home unless in a residential area
    osm.box(15, 0, 9000 * METRE, 5 * METRE, {"building": "yes"})
    osm.box(16, 0, 9000 * METRE, 200 * METRE, {"landuse": "residential"})
    osm.box(17, 12000 * METRE, 0, 50 * METRE, {"landuse": "farmyard", "name": "F"})
    osm.box(18, 5200 * METRE, 0, 50 * METRE, {"landuse": "farmyard"})  # the houses there are counted
    osm.box(19, 1000 * METRE, 0, 50 * METRE, {"landuse": "farmyard"})  # the village counts it
    table, problems = demand_from_osm(osm.write(tmp_path / "a.osm"))
    named = dict(zip(table["name"], table["population"], strict=True))
    block = assumed["building=house"] + assumed["building=apartments"]
    settlements = sorted(v for k, v in named.items() if k.startswith("settlement"))
    assert settlements == sorted([block, assumed["building=house"]])
    assert named["V"] == 100 and named["F"] == assumed["landuse=farmyard"]
    assert len(named) == 4
    assert {"settlement 1 of V", "settlement 2 of V"} <= set(named)
    assert count_and_people(problems) == {
        "settlement": (2, block + assumed["building=house"]),
        "farmyard": (1, assumed["landuse=farmyard"]),
    }


def test_houses_without_any_place_still_count(tmp_path: Path, osm: Any) -> None:
    osm.box(1, 1, 1, 5 * METRE, {"building": "house"})
    table, _ = demand_from_osm(osm.write(tmp_path / "a.osm"))
    assert table["name"].tolist() == ["settlement 1"]


def test_an_extract_without_people_is_empty(tmp_path: Path, osm: Any) -> None:
    osm.node(1, 0, 0, place="locality")
    with pytest.raises(TableEmpty):
        demand_from_osm(osm.write(tmp_path / "a.osm"))


@given(st.integers(0, 10**6), st.lists(st.integers(1, 1000), min_size=1, max_size=50))
def test_sharing_out_keeps_the_total_and_strays_less_than_one(total: int, weights: list[int]) -> None:
    share = share_out(total, np.array(weights, dtype=float))
    exact = total * np.array(weights) / sum(weights)
    assert share.sum() == total
    assert (np.abs(share - exact) < 1 + 1e-6).all()


# ---- areas -----------------------------------------------------------------------------------------------------


def test_areas_that_a_clip_cuts_open_are_left_out(tmp_path: Path, osm: Any) -> None:
    tags = {"type": "boundary", "boundary": "administrative", "admin_level": "6"}
    osm.box(1, 1, 1, 0.1, {})
    for n, (lon, lat) in enumerate([(3, 3), (3.1, 3), (3.1, 3.1)]):
        osm.node(n + 1, lon, lat)
    osm.way(2, [1, 2, 3], {})
    osm.relation(5, [1], tags | {"name": "whole"})
    osm.relation(6, [2, 99], tags | {"name": "cut"})
    osm.relation(7, [1], tags | {"name": "higher", "admin_level": "4"})
    units = boundaries_from_osm(osm.write(tmp_path / "a.osm"))
    assert units[["unit_code", "name", "level", "boundary_kind"]].to_numpy().tolist() == [
        ["osm-relation-5", "whole", "township", "osm"]
    ]
    assert units.crs == "EPSG:4326"


def test_no_areas_give_an_empty_table(tmp_path: Path, osm: Any) -> None:
    osm.node(1, 0, 0)
    assert len(boundaries_from_osm(osm.write(tmp_path / "a.osm"))) == 0


# ---- North Iceland ---------------------------------------------------------------------------------------------


def test_the_roads_of_north_iceland() -> None:
    ways = ways_from_osm(NORDURLAND)
    assert len(ways.offset) - 1 == 8440
    assert ways.offset[-1] == len(ways.node_id) == len(ways.lon)
    assert (np.diff(ways.offset) >= 2).all()
    assert len(np.unique(ways.node_id)) > 100_000
    ferries = ways.road_class == CLASS_INDEX["ferry"]
    assert 0 < ferries.sum() < 20
    assert (ways.lon.min(), ways.lat.max()) == pytest.approx((-19.3, 66.2), abs=1)


def test_the_care_of_north_iceland() -> None:
    table, problems = facilities_from_osm(NORDURLAND, SCHEME)
    assert table["facility_id"].is_unique
    assert table["tier"].value_counts().to_dict() == {"county_hospital": 5, "township_hospital": 5}
    akureyri = table[table["name"] == "Fjórðungssjúkrahúsið á Akureyri"]
    assert akureyri["capabilities"].tolist() == ["emergency"]
    codes = [p.code for p in problems]
    assert codes.count("facility_merged") == 2 and codes.count("facility_doubtful") == 2


def test_the_people_of_north_iceland_are_the_tags_plus_what_is_said_to_be_assumed() -> None:
    table, problems = demand_from_osm(NORDURLAND)
    assert table["demand_id"].is_unique
    assert table.loc[table["name"].str.startswith("Akureyri "), "population"].sum() == 18606
    by_type = table.groupby("population_type")["population"].sum()
    assert by_type["osm"] == 26299
    assert by_type["assumed"] == sum(p for _, p in count_and_people(problems).values())  # type: ignore[misc]


def test_reading_north_iceland_twice_gives_the_same() -> None:
    assert demand_from_osm(NORDURLAND)[0].equals(demand_from_osm(NORDURLAND)[0])
