"""What people get wrong, and what they are told: the kind of error, in English and in Chinese, and what to do."""

import errno
import os
import pickle
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.intake.manifest import SAMPLE_FOLDER
from geo.model.assumptions import Assumptions
from geo.model.errors import (
    ChoiceUnknown,
    CrsMissing,
    FileMissing,
    FileNotWritten,
    FileUnreadable,
    NothingSelected,
    RoadsElsewhere,
    RoadsEmpty,
    TableEmpty,
    TablesNotGiven,
    YidaError,
)
from geo.model.inputs import Sources
from geo.output.language import translator
from geo.study import build_study, nearest_by_tier, nearest_counted, network_of, surface_of
from tests.geo import county
from tests.geo.county import CARE, HOSPITAL, OUTLINE, ROADS, TIERS, VILLAGES

PBF = SAMPLE_FOLDER / "nordurland" / "nordurland.osm.pbf"


def roads_missing(folder: Path) -> Sources:
    return county.write_county(folder, roads=folder / "nowhere.geojson")


def roads_random_bytes(folder: Path) -> Sources:
    path = folder / "noise.osm.pbf"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    return county.write_county(folder, roads=path)


def roads_truncated(folder: Path) -> Sources:
    path = folder / "half.osm.pbf"
    path.write_bytes(PBF.read_bytes()[: PBF.stat().st_size // 2])
    return county.write_county(folder, roads=path)


def roads_of_points(folder: Path) -> Sources:
    path = folder / "points.geojson"
    gpd.GeoDataFrame({"道路等级": ["省道"]}, geometry=[shapely.Point(105, 28)], crs="EPSG:4326").to_file(path)
    return county.write_county(folder, roads=path)


def boundary_without_prj(folder: Path) -> Sources:
    sources = county.write_county(folder, crs=None)
    gpd.read_file(sources.boundary).to_file(folder / "outline.shp", encoding="UTF-8")
    (folder / "outline.prj").unlink()
    layers = {name: _as_layer(getattr(sources, name)) for name in ("facilities", "demand")}
    return replace(sources, boundary=folder / "outline.shp", **layers)


def _as_layer(table: Path) -> Path:
    """The table as a GeoPackage, which states its coordinate system."""
    rows = pd.read_csv(table, dtype=str)
    points = gpd.points_from_xy(rows["经度"].astype(float), rows["纬度"].astype(float), crs="EPSG:4326")
    gpd.GeoDataFrame(rows, geometry=points).to_file(table.with_suffix(".gpkg"))
    return table.with_suffix(".gpkg")


def table_without_crs(folder: Path) -> Sources:
    return county.write_county(folder, crs=None)


def outline_of_another_county(folder: Path) -> Sources:
    far = county.write_outline(folder / "far.geojson", ((100_000, 100_000), (120_000, 120_000)))
    return county.write_county(folder, boundary=far)


def no_facilities(folder: Path) -> Sources:
    return county.write_county(folder, facilities=county.write_care(folder / "none.csv", []))


def no_demand(folder: Path) -> Sources:
    return county.write_county(folder, demand=county.write_villages(folder / "none.csv", []))


def facility_list_forgotten(folder: Path) -> Sources:
    return county.write_county(folder, facilities=None)


BROKEN = [
    (roads_missing, FileMissing, "file_missing", "Check the path", "请检查路径"),
    (roads_random_bytes, FileUnreadable, "file_unreadable", "Export it again", "请从原软件重新导出"),
    (roads_truncated, FileUnreadable, "file_unreadable", "Export it again", "请从原软件重新导出"),
    (roads_of_points, RoadsEmpty, "roads_empty", "Check the layer and its class column", "请检查"),
    (boundary_without_prj, CrsMissing, "crs_missing", "Name it, for example with --crs EPSG:4490", "请指明"),
    (table_without_crs, CrsMissing, "crs_missing", "Name it, for example with --crs EPSG:4490", "请指明"),
    (outline_of_another_county, RoadsElsewhere, "roads_elsewhere", "belongs to another county", "可能属于别的县"),
    (no_facilities, TableEmpty, "table_empty", "Check that the file is the right one", "请确认文件是否正确"),
    (no_demand, TableEmpty, "table_empty", "Check that the file is the right one", "请确认文件是否正确"),
    (facility_list_forgotten, TablesNotGiven, "tables_not_given", "with --facilities", "请用 --facilities"),
]


@pytest.mark.parametrize(
    ("break_it", "kind", "code", "english", "chinese"), BROKEN, ids=lambda v: getattr(v, "__name__", "")
)
def test_a_file_that_cannot_be_used_is_refused_and_the_reader_told_what_to_do(
    tmp_path: Path, said: Callable, break_it: Callable, kind: type, code: str, english: str, chinese: str
) -> None:
    sources = break_it(tmp_path)
    with pytest.raises(kind) as caught:
        build_study(sources)
    assert caught.value.code == code
    told = said(caught.value)
    assert english in told["en"] and chinese in told["zh"]


@pytest.mark.parametrize("share", [0.1, 0.9, 0.999])
def test_an_extract_cut_anywhere_is_never_taken_for_a_whole_one(tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(PBF.read_bytes()[: int(PBF.stat().st_size * share)])
    with pytest.raises(FileUnreadable, match=r"cut\.osm\.pbf"):
        build_study(county.write_county(tmp_path, roads=path))


def test_the_error_names_the_file_it_is_about(tmp_path: Path) -> None:
    for break_it, name in ((no_demand, "none.csv"), (table_without_crs, "villages.csv")):
        with pytest.raises((TableEmpty, CrsMissing), match=name):
            build_study(break_it(tmp_path))


# ---- kept, with a remark ---------------------------------------------------------------------------------------


def test_a_facility_far_from_any_road_is_stored_said_and_not_counted(tmp_path: Path, said: Callable) -> None:
    far = replace(HOSPITAL, key="F9", name="远山医院", at=(6500, -5000))
    study = build_study(county.write_county(tmp_path, facilities=county.write_care(tmp_path / "f.csv", [*CARE, far])))
    assert "F9" in set(study.facility["facility_id"]) and study.report.facilities_off == 1
    problem = next(p for p in study.report.problems if p.params["name"] == "远山医院")
    assert (problem.code, problem.severity) == ("off_network", "warning")
    told = said(problem)
    assert "远山医院 is more than 2000 m" in told["en"] and "超过 2000 米" in told["zh"]
    network = network_of(study, "ambulance", Assumptions())
    assert "F9" not in set(nearest_by_tier(study, network)["facility_id"])


def test_people_on_an_island_of_road_are_unreachable_not_lost(tmp_path: Path) -> None:
    more = county.Road(((0, 14_000), (3000, 14_000)), "村道")
    study = build_study(county.write_county(tmp_path, roads=county.write_roads(tmp_path / "r.geojson", [*ROADS, more])))
    assert study.report.islands == 2 and study.report.island_km == pytest.approx(7.0, rel=1e-4)
    network = network_of(study, "ambulance", Assumptions())
    minutes = nearest_counted(study, nearest_by_tier(study, network), TIERS)["travel_time_min"]
    assert study.demand.loc[minutes.isna(), "name"].tolist() == ["岛村", "远村"]


def test_a_facility_in_the_neighbouring_county_is_said_and_still_counts(tmp_path: Path, said: Callable) -> None:
    west_only = county.write_outline(tmp_path / "west.geojson", (OUTLINE[0], (12_000, 10_000)))
    study = build_study(county.write_county(tmp_path, boundary=west_only))
    assert study.report.outside == 2
    problem = next(p for p in study.report.problems if p.params["name"] == "东乡卫生院")
    assert (problem.code, problem.severity) == ("outside_outline", "warning")
    told = said(problem)
    assert "Check its position" in told["en"] and "请检查其位置" in told["zh"]
    network = network_of(study, "ambulance", Assumptions())
    found = nearest_counted(study, nearest_by_tier(study, network), ("township_hospital_general",))
    assert found.set_index("demand_id").loc["V2", "travel_time_min"] == pytest.approx(6, rel=1e-4)


def test_a_facility_of_an_unknown_tier_costs_its_own_row_only(tmp_path: Path, said: Callable) -> None:
    odd = replace(HOSPITAL, key="F0", name="康养中心", tier="五星")
    study = build_study(county.write_county(tmp_path, facilities=county.write_care(tmp_path / "f.csv", [odd, *CARE])))
    assert study.facility["facility_id"].tolist() == ["F1", "F2", "F3"] and study.report.rows_refused == 1
    problem = next(p for p in study.report.problems if p.severity == "error")
    assert (problem.code, problem.row) == ("tier_unknown", 2)
    told = said(problem)
    assert "Row 2: the tier of 康养中心 cannot be told from 五星. Add a tier column" in told["en"]
    assert "第 2 行" in told["zh"] and "请增加层级列" in told["zh"]


def test_when_every_facility_is_off_the_network_the_question_is_refused_not_the_study(
    tmp_path: Path, said: Callable
) -> None:
    far = county.write_care(tmp_path / "far.csv", [replace(c, at=(c.at[0], -5000 - c.at[1])) for c in CARE])
    study = build_study(county.write_county(tmp_path, facilities=far))
    assert study.report.facilities_off == 3
    network = network_of(study, "ambulance", Assumptions())
    questions = [
        lambda: nearest_counted(study, nearest_by_tier(study, network), TIERS),
        lambda: surface_of(study, network, TIERS, 15),
    ]
    for ask in questions:
        with pytest.raises(NothingSelected) as caught:
            ask()
        told = said(caught.value)
        assert "Choose another tier" in told["en"] and "请改选层级" in told["zh"]


def test_villages_without_people_are_places_all_the_same(tmp_path: Path) -> None:
    empty = county.write_villages(tmp_path / "v.csv", [replace(v, people=0) for v in VILLAGES])
    report = build_study(county.write_county(tmp_path, demand=empty)).report
    assert (report.demand, report.population) == (6, 0)


def test_roads_that_no_vehicle_may_use_leave_everybody_off_the_network_but_not_off_their_feet(tmp_path: Path) -> None:
    paths = county.write_roads(tmp_path / "r.geojson", [replace(r, grade="人行道") for r in ROADS])
    study = build_study(county.write_county(tmp_path, roads=paths))
    assert (study.report.facilities_off, study.report.demand_off) == (3, 6)
    times = nearest_by_tier(study, network_of(study, "walk", Assumptions()))
    found = nearest_counted(study, times, TIERS).set_index("demand_id")
    assert found.loc["V1", "travel_time_min"] == pytest.approx(9, rel=1e-4)


def test_a_copy_of_a_file_under_a_wrong_name_is_read_by_its_content(tmp_path: Path) -> None:
    sources = county.write_county(tmp_path)
    renamed = shutil.copy(sources.facilities, tmp_path / "facilities.pbf")
    same = build_study(replace(sources, facilities=Path(renamed)))
    assert same.content_id == build_study(sources).content_id


# ---- the program's own words, in the reader's language ------------------------------------------------------------


def table_empty(folder: Path) -> Sources:
    sources = county.write_county(folder)
    sources.facilities.write_text("", encoding="utf-8")
    return sources


def villages_far_east(folder: Path) -> Sources:
    sources = county.write_county(folder)
    rows = pd.read_csv(sources.demand, dtype=str)
    rows.assign(经度=(rows["经度"].astype(float) + 40).astype(str)).to_csv(sources.demand, index=False)
    return sources


def roads_layer_empty(folder: Path) -> Sources:
    path = folder / "empty.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    return county.write_county(folder, roads=path)


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        (table_empty, FileUnreadable, "文件是空的"),
        (roads_layer_empty, RoadsEmpty, "道路"),
        (villages_far_east, TableEmpty, "第 2 行"),
    ],
)
def test_a_refusal_is_all_in_the_readers_language_and_gives_its_reason(
    tmp_path: Path, wrong: Callable[[Path], Sources], kind: type[YidaError], said: str
) -> None:
    with pytest.raises(kind) as caught:
        build_study(wrong(tmp_path))
    words = caught.value.say(translator("zh")).replace(str(tmp_path), "")
    assert said in words and not re.search("[a-z]{3,} [a-z]{2,}", words)
    assert pickle.loads(pickle.dumps(caught.value)).say(translator("zh")) == caught.value.say(translator("zh"))


def test_what_the_system_says_of_a_file_is_said_in_the_readers_language() -> None:
    error = FileNotWritten(path="out", detail=os.strerror(errno.EISDIR))
    assert "这是一个文件夹" in error.say(translator("zh")) and "Is a directory" in error.say()
    unknown = ChoiceUnknown(what="coordinate system", value="banana", choices="EPSG:4326").say(translator("zh"))
    assert "坐标系" in unknown and "coordinate" not in unknown
