"""The radius rule in straight lines, and what it counts beyond the clock."""

import numpy as np
import pandas as pd
import pytest

from geo.analysis.radius import compare, nearest_m
from geo.model.bases import Base
from tests.geo.network.conftest import degrees


def places(*metres: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(dict(zip(("lon", "lat"), degrees(list(metres)), strict=True)))


def test_straight_distances_are_metres_to_the_nearest_base() -> None:
    ends = zip(*degrees([(0, 0), (10_000, 0)]), strict=True)
    bases = [Base(f"{lon}", "", "", lon, lat, 1) for lon, lat in ends]
    assert nearest_m(bases, places((3_000, 4_000), (9_000, 0))) == pytest.approx([5_000, 1_000], rel=1e-5)


def test_people_counted_by_the_radius_and_not_by_the_clock_and_the_other_way_round() -> None:
    straight = np.array([4_000.0, 5_000.0, 6_000.0, 12_000.0])
    reached = np.array([True, False, True, False])
    table = compare(straight, reached, np.array([1.0, 20.0, 300.0, 4000.0]), (5, 10, 20))
    assert table["counted"].tolist() == [21, 321, 4321]
    assert table["counted_not_reached"].tolist() == [20, 20, 4020]
    assert table["reached_not_counted"].tolist() == [300, 0, 0]


def test_without_a_base_no_radius_counts_anybody() -> None:
    straight = nearest_m([], places((0, 0)))
    assert compare(straight, np.array([False]), np.array([5.0]), (20,))["counted"].tolist() == [0]
