"""The metric projection is chosen from the data and measures metres."""

import numpy as np
import pytest

from geo.model.errors import OutOfRange
from geo.model.projection import metric_crs, to_degrees, to_metric


@pytest.mark.parametrize(
    ("lon", "lat", "epsg"),
    [
        (106.2, 28.3, 4544),  # Xishui: central meridian 105
        (116.8, 33.9, 4548),  # Suixi: 117
        (118.8, 36.9, 4549),  # Shouguang: 120
        (73.1, 40.0, 4534),  # the western end: 75
        (135.9, 48.0, 4554),  # the eastern end: 135
        (-18.1, 65.7, 32627),
        (1.5, 42.5, 32631),
        (-70.0, -33.0, 32719),
        (180.0, 0.0, 32660),
    ],
)
def test_china_gets_three_degree_zones_and_the_rest_utm(lon: float, lat: float, epsg: int) -> None:
    assert metric_crs(lon, lat).to_epsg() == epsg


def test_neither_order_nor_density_of_places_changes_the_zone() -> None:
    few, many = [105.0, 109.0], [109.0] * 50 + [105.0]
    assert metric_crs(few, [28, 28]) == metric_crs(many, [28] * 51)


def test_a_minute_of_latitude_is_about_1848_metres_and_back() -> None:
    crs = metric_crs(117, 34)
    x, y = to_metric([117, 117, np.nan], [34, 34 + 1 / 60, 1], crs)
    assert y[1] - y[0] == pytest.approx(1848.6, abs=0.5)
    assert np.isnan(x[2]) and np.isnan(y[2])
    lon, lat = to_degrees(x, y, crs)
    assert lon[:2] == pytest.approx([117, 117], abs=1e-9)
    assert lat[:2] == pytest.approx([34, 34 + 1 / 60], abs=1e-9)


def test_no_place_or_no_degrees_is_said() -> None:
    for lon in ([], [np.nan], [500000.0]):
        with pytest.raises(OutOfRange):
            metric_crs(lon, [30.0])
