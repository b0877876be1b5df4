"""Line layers as ways: classes, nodes, and T junctions drawn without a vertex."""

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.intake.desk.evidence import Evidence
from geo.intake.desk.matching import match_columns, own_columns
from geo.intake.files.guarded_layers import guarded_layer
from geo.intake.lines import ways_from_features
from geo.model.errors import RoadsEmpty
from geo.model.problems import Problem
from geo.model.roads import CYCLE_FORWARD, FOOT, MOTOR_BACKWARD, MOTOR_FORWARD, PAVED, ROAD_CLASSES, Ways

METRE = 1 / 111320  # degrees, on the equator


def read(path: Path, crs: str = "") -> tuple[Ways, list[Problem]]:
    """The lines of a file as ways, the way the data desk reads them."""
    raw, shapes, *_ = guarded_layer(path, {"crs": crs}, Evidence(), roads=True)
    assert raw is not None and shapes is not None
    rows = own_columns(raw, match_columns(raw, "roads", {})[0])
    return ways_from_features(path, gpd.GeoDataFrame(geometry=list(shapes), index=raw.rows.index, crs=4326), rows)


def layer(path: Path, *shapes: object, **columns: list[str]) -> Path:
    gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4326").to_file(path)  # type: ignore[arg-type]
    return path


def line(*points: tuple[float, float]) -> shapely.LineString:
    """A line near 0 N, 100.5 E from points in metres."""
    return shapely.LineString([(100.5 + x * METRE, y * METRE) for x, y in points])


def nodes(ways: Ways, i: int) -> list[int]:
    return ways.node_id[ways.offset[i] : ways.offset[i + 1]].tolist()


def classes(ways: Ways) -> list[str]:
    return [ROAD_CLASSES[c] for c in ways.road_class]


def test_lines_that_share_a_vertex_share_a_node(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "a.gpkg",
        line((0, 0), (100, 0), (200, 0)),
        line((100, 0), (100, 50)),
        **{"道路等级": ["省道", "村道"], "限速": ["60", ""], "路面": ["沥青", ""], "单向": ["是", "否"]},
    )
    ways, problems = read(path)
    assert problems == []
    assert classes(ways) == ["primary", "unclassified"]
    assert nodes(ways, 1)[0] == nodes(ways, 0)[1]
    assert len(set(ways.node_id.tolist())) == 4
    assert ways.maxspeed_kph[0] == 60 and math.isnan(ways.maxspeed_kph[1])
    assert ways.surface[0] == PAVED
    assert ways.access[0] == MOTOR_FORWARD | CYCLE_FORWARD | FOOT
    assert ways.access[1] & MOTOR_BACKWARD


def test_a_t_junction_without_a_vertex_is_joined_and_a_crossing_is_not(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "a.gpkg",
        line((0, 0), (100, 0), (200, 0)),
        line((150, 0.5), (150, 80)),  # ends half a metre from the first line
        line((50, -50), (50, 50)),  # crosses it
        line((20, 3), (20, 40)),  # ends 3 m away
        highway=["primary"] * 4,
    )
    ways, problems = read(path)
    assert [(p.code, p.params) for p in problems] == [("junctions_made", {"count": 1})]
    first, side = nodes(ways, 0), nodes(ways, 1)
    assert len(first) == 4 and first[2] == side[0]
    assert not set(first) & set(nodes(ways, 2)) and not set(first) & set(nodes(ways, 3))
    assert ways.lat[2] == pytest.approx(0.5 * METRE)


def test_two_loose_ends_facing_each_other_are_joined_once(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "a.gpkg", line((0, 0), (100, 0)), line((100.5, 0), (200, 0)), highway=["primary", "primary"]
    )
    ways, problems = read(path)
    assert problems[0].params == {"count": 1}
    assert len(set(nodes(ways, 0)) & set(nodes(ways, 1))) == 1
    assert len(ways.node_id) == 5


def test_the_order_of_features_does_not_change_the_network(tmp_path: Path) -> None:
    shapes = [line((0, 0), (100, 0), (200, 0)), line((150, 0.5), (150, 80)), line((150, 80), (0, 0))]
    one, _ = read(layer(tmp_path / "a.gpkg", *shapes, highway=["primary"] * 3))
    two, _ = read(layer(tmp_path / "b.gpkg", *shapes[::-1], highway=["primary"] * 3))
    assert [nodes(one, i) for i in range(3)] == [nodes(two, i) for i in (2, 1, 0)]


def test_multilines_are_taken_apart_and_other_shapes_said(tmp_path: Path) -> None:
    path = layer(
        tmp_path / "a.gpkg",
        shapely.MultiLineString([line((0, 0), (1, 0)), line((5, 5), (9, 9))]),
        shapely.Point(100.5, 0),
        None,
        shapely.LineString(),
        highway=["primary"] * 4,
    )
    ways, problems = read(path)
    assert len(ways.offset) == 3
    assert [(p.row, p.code) for p in problems] == [
        (2, "geometry_not_a_line"),
        (3, "geometry_missing"),
        (4, "geometry_missing"),
    ]


def test_unknown_classes_are_counted_and_closed_ones_left_out(tmp_path: Path) -> None:
    shapes = [line((0, 10 * i), (9, 10 * i)) for i in range(6)]
    words = ["高速公路", "primary_link", "什么", "what", "construction", "track_grade2"]
    ways, problems = read(layer(tmp_path / "a.gpkg", *shapes, fclass=words))
    assert classes(ways) == ["motorway", "primary", "unclassified", "unclassified", "track"]
    assert [(p.code, p.params["count"]) for p in problems] == [("class_unknown", 2), ("class_not_open", 1)]


def test_a_layer_without_a_class_column_says_so(tmp_path: Path) -> None:
    ways, problems = read(layer(tmp_path / "a.gpkg", line((0, 0), (9, 0)), foo=["x"]))
    assert classes(ways) == ["unclassified"]
    assert [(p.code, p.params) for p in problems] == [("class_missing", {"count": 1})]


ONE_WAY = [("F", 1, 0), ("T", 0, 2), ("B", 1, 2), ("1", 1, 0), ("", 1, 2)]


@pytest.mark.parametrize(("word", "forward", "backward"), ONE_WAY)
def test_one_way_words_of_other_programs(tmp_path: Path, word: str, forward: int, backward: int) -> None:
    path = layer(tmp_path / "a.gpkg", line((0, 0), (9, 0)), highway=["primary"], oneway=[word])
    access = read(path)[0].access[0]
    assert (access & MOTOR_FORWARD, access & MOTOR_BACKWARD) == (forward, backward)


def test_a_projected_shapefile_without_its_system_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "a.shp"
    frame = gpd.GeoDataFrame({"highway": ["primary"]}, geometry=[line((0, 0), (100, 0))], crs="EPSG:4326")
    frame.to_crs(32647).to_file(path)
    path.with_suffix(".prj").unlink()
    _, _, questions, *_ = guarded_layer(path, {}, Evidence(), roads=True)
    assert [q.question_id for q in questions] == ["crs"]
    ways, _ = read(path, "EPSG:32647")
    assert np.diff(ways.lon) == pytest.approx([100 * METRE], rel=1e-6)


def test_a_layer_without_lines_holds_no_roads(tmp_path: Path) -> None:
    with pytest.raises(RoadsEmpty):
        read(layer(tmp_path / "a.gpkg", shapely.Point(1, 1), highway=["primary"]))
