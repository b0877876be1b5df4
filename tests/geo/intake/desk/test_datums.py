"""GCJ-02 and BD-09: against published pairs, there and back over all of China, and nothing outside it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.intake.desk.datums import (
    BD09,
    GCJ02,
    SHIFTED,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from geo.model.errors import ChoiceUnknown

GEOD = Geod(ellps="WGS84")
CENTIMETRE = 0.01
GRID = np.meshgrid(np.arange(73.0, 136.0, 0.37), np.arange(17.0, 54.0, 0.29))
IN_CHINA = (st.floats(73.0, 136.0), st.floats(3.0, 54.0))
OUTSIDE = [(-18.1, 65.7), (1.5, 42.5), (-70.0, -33.0), (180.0, 0.0), (139.7, 35.7), (106.0, 56.0), (106.0, 0.5)]
ROUND_TRIPS = [
    (wgs84_to_gcj02, gcj02_to_wgs84),
    (gcj02_to_bd09, bd09_to_gcj02),
    (wgs84_to_bd09, bd09_to_wgs84),
]


def metres(lon: object, lat: object, to_lon: object, to_lat: object) -> np.ndarray:
    return np.asarray(GEOD.inv(lon, lat, to_lon, to_lat)[2])


# Three cities from the tests of github.com/googollee/eviltransform, the last from github.com/wandergis/coordtransform.
@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_gcj02_agrees_with_published_pairs_both_ways(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert metres(*wgs84_to_gcj02(*wgs), *gcj) < 1e-6
    assert metres(*gcj02_to_wgs84(*gcj), *wgs) < 1e-6


def test_bd09_agrees_with_the_published_pair() -> None:
    """The published inverse stops after one step; it is met within the metre it is good for."""
    assert metres(*gcj02_to_bd09(116.404, 39.915), 116.41036949371029, 39.92133699351021) < 1e-6
    assert metres(*bd09_to_gcj02(116.404, 39.915), 116.39762729119315, 39.90865673957631) < 1.0


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
def test_there_and_back_is_good_to_a_centimetre_all_over_china(there, back) -> None:  # type: ignore[no-untyped-def]
    lon, lat = back(*there(*GRID))
    assert metres(*GRID, lon, lat).max() < CENTIMETRE
    lon, lat = there(*back(*GRID))
    assert metres(*GRID, lon, lat).max() < CENTIMETRE


@pytest.mark.parametrize(("there", "back"), ROUND_TRIPS)
@given(lon=IN_CHINA[0], lat=IN_CHINA[1])
def test_any_place_comes_back(there, back, lon: float, lat: float) -> None:  # type: ignore[no-untyped-def]
    assert metres(*back(*there(lon, lat)), lon, lat) < CENTIMETRE


def test_gcj02_is_mostly_100_to_700_m_off_in_china_and_bd09_a_further_kilometre() -> None:
    off = metres(*GRID, *wgs84_to_gcj02(*GRID))
    assert 20 < off.min() < off.max() < 750
    assert ((off > 100) & (off < 700)).mean() > 0.98
    further = metres(*GRID, *gcj02_to_bd09(*GRID))
    assert 700 < further.min() < further.max() < 1000


@pytest.mark.parametrize("place", OUTSIDE)
def test_outside_china_nothing_moves(place: tuple[float, float]) -> None:
    for there, back in ROUND_TRIPS:
        assert there(*place) == place == back(*place)


def test_missing_places_stay_missing_and_cost_no_other() -> None:
    lon, lat = gcj02_to_wgs84([106.2, np.nan, 106.2], [28.3, 28.3, np.nan])
    assert np.isfinite([lon[0], lat[0]]).all()
    assert (lon[0], lat[0]) == tuple(float(v) for v in gcj02_to_wgs84(106.2, 28.3))
    assert np.isnan(lon[1]) and np.isnan(lat[2])


def test_the_input_is_not_changed() -> None:
    lon, lat = np.array([106.2]), np.array([28.3])
    for there, back in ROUND_TRIPS:
        there(lon, lat)
        back(lon, lat)
    to_wgs84(lon, lat, "EPSG:4326")[0][0] = 0.0
    assert (lon[0], lat[0]) == (106.2, 28.3)


ARC_M = float(metres(105.0, 0.0, 105.0, 28.3))  # along the meridian: the northing on a central meridian
MERCATOR_M = 6378137.0 * np.array([np.radians(105.0), np.log(np.tan(np.pi / 4 + np.radians(28.3) / 2))])


@pytest.mark.parametrize(
    ("crs", "at"),
    [
        ("EPSG:4326", (105.0, 28.3)),
        ("EPSG:4490", (105.0, 28.3)),
        (GCJ02, wgs84_to_gcj02(105.0, 28.3)),
        (BD09, wgs84_to_bd09(105.0, 28.3)),
        ("EPSG:4544", (500_000, ARC_M)),  # CGCS2000 3-degree, central meridian 105
        ("EPSG:4523", (35_500_000, ARC_M)),  # the same with the zone, 35, before the easting
        ("EPSG:4496", (18_500_000, ARC_M)),  # 6-degree zone 18 has the same central meridian
        ("EPSG:3857", tuple(MERCATOR_M)),
    ],
)
def test_every_declared_system_leads_to_the_same_place(crs: str, at: tuple[float, float]) -> None:
    lon, lat = to_wgs84([at[0], np.nan], [at[1], 1.0], crs)
    assert metres(lon[0], lat[0], 105.0, 28.3) < CENTIMETRE
    assert np.isnan(lon[1]) and np.isnan(lat[1])


def test_a_place_that_a_system_cannot_hold_is_missing_not_infinite() -> None:
    lon, lat = to_wgs84([1e12, 617711.0], [1e12, 3132266.0], "EPSG:4544")
    assert np.isnan(lon[0]) and np.isnan(lat[0]) and np.isfinite(lon[1])


@pytest.mark.parametrize(
    ("names", "as_known"),
    [
        (("GCJ02", "gcj02", "GCJ_02", "gcj-02"), "GCJ-02"),
        (("BD09", "bd-09"), "BD-09"),
        (("WGS84", "WGS-84", "wgs 84", "CGCS2000", "EPSG:4490"), "EPSG:4326"),
    ],
)
def test_a_system_is_known_however_people_spell_it(names: tuple[str, ...], as_known: str) -> None:
    for name in names:
        assert to_wgs84([106.2], [28.3], name) == to_wgs84([106.2], [28.3], as_known)


def test_an_unknown_system_is_said() -> None:
    for name in ("GCJ02?", "EPSG:1", "/etc/passwd", "+proj=longlat"):
        with pytest.raises(ChoiceUnknown, match="WGS-84, CGCS2000, GCJ-02, BD-09"):
            to_wgs84([106.2], [28.3], name)


def test_the_rectangle_is_the_one_in_circulation() -> None:
    assert SHIFTED == (72.004, 0.8293, 137.8347, 55.8271)
