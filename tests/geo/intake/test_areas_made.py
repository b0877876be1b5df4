"""Voronoi units, the extent's outline, and the unit a place is in."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.intake.areas import assign_units, extent_outline, voronoi_units
from geo.model.errors import TableEmpty


def outline() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"unit_code": ["c"]}, geometry=[shapely.box(117.0, 34.0, 117.4, 34.2)], crs="EPSG:4326")


def seats(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame([(c, c, x, y) for c, x, y in rows], columns=["unit_code", "name", "lon", "lat"])


def test_two_seats_share_the_outline_half_and_half() -> None:
    units = voronoi_units(seats(("b", 117.3, 34.1), ("a", 117.1, 34.1)), outline())
    assert units["unit_code"].tolist() == ["a", "b"]
    assert set(units["boundary_kind"]) == {"approximate_voronoi"}
    areas = units.to_crs(4548).area
    assert areas[0] == pytest.approx(areas[1], rel=1e-3)
    assert areas.sum() == pytest.approx(outline().to_crs(4548).area[0], rel=1e-6)
    assert units.geometry[0].bounds[2] == pytest.approx(117.2, abs=1e-4)


def test_one_seat_gets_all_and_a_second_at_the_same_place_nothing() -> None:
    units = voronoi_units(seats(("a", 117.1, 34.1), ("b", 117.1, 34.1)), outline())
    assert units["unit_code"].tolist() == ["a"]
    assert units.to_crs(4548).area[0] == pytest.approx(outline().to_crs(4548).area[0], rel=1e-6)


def test_no_seat_gives_no_units() -> None:
    with pytest.raises(TableEmpty):
        voronoi_units(seats(), outline())


def test_the_extent_is_the_hull_widened_by_a_kilometre() -> None:
    made = extent_outline([117.0, 117.1, float("nan")], [34.0, 34.0, 34.0])
    assert made["boundary_kind"].tolist() == ["extent"]
    assert made["level"].tolist() == ["county"]
    west, south, east, north = made.to_crs(4548).total_bounds
    # 0.1 degrees of longitude at 34 N are 9,239 m; a kilometre on each side.
    assert east - west == pytest.approx(9239 + 2000, abs=5)
    assert north - south == pytest.approx(2000, abs=5)


def test_a_place_gets_its_unit_or_the_nearest_within_two_kilometres() -> None:
    units = gpd.GeoDataFrame(
        {"unit_code": ["b", "a"]},
        geometry=[shapely.box(117.1, 34.0, 117.2, 34.1), shapely.box(117.0, 34.0, 117.1, 34.1)],
        crs="EPSG:4326",
    )
    table = pd.DataFrame(
        {"lon": [117.05, 117.15, 117.1, 117.21, 117.3, float("nan")], "lat": [34.05] * 6}, index=[9, 8, 7, 6, 5, 4]
    )
    found = assign_units(table, units)
    assert found.index.tolist() == [9, 8, 7, 6, 5, 4]
    # in a, in b, on the border (lower code), 0.9 km east of b, 9 km east, nowhere
    assert found.tolist() == ["a", "b", "a", "b", "", ""]
    assert assign_units(table, units.iloc[::-1]).tolist() == found.tolist()
    assert assign_units(table, units.iloc[:0]).tolist() == [""] * 6
