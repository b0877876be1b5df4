"""A broken network is the whole one but for one place: no metre and no minute is lost, and nothing passes."""

import numpy as np
import pytest

from geo.model.assumptions import Assumptions
from geo.network.breaks import breaks_at, broken, on_broken
from geo.network.contraction import contract
from geo.network.graph import build_graph
from geo.network.snapping import EdgeIndex
from geo.network.travel_time import time_matrix
from tests.geo.network.test_travel_time import random_roads

FAR = Assumptions(horizon_min=1000, island_limit_m=0)


@pytest.mark.parametrize("seed", range(4))
def test_the_two_stubs_have_the_length_the_minutes_and_the_line_of_the_whole(make_ways, seed):
    graph = build_graph(random_roads(make_ways, seed), "car", FAR)
    breaks = breaks_at({3: 0.25, 7: 0.9, 11: 0.5})
    cut, count = broken(graph, breaks), graph.roads.edge_count
    assert cut.roads.edge_count == count + 3 and cut.roads.node_count == graph.roads.node_count + 6
    assert cut.roads.length_m.sum() == pytest.approx(graph.roads.length_m.sum())
    for i, edge in enumerate(breaks.edge.tolist()):
        assert cut.along_min[edge] + cut.along_min[count + i] == pytest.approx(graph.along_min[edge])
        first, second, whole = (
            cut.roads.edge_vertices(edge),
            cut.roads.edge_vertices(count + i),
            graph.roads.edge_vertices(edge),
        )
        assert np.allclose(first[-1], second[0]) and np.allclose(np.vstack([first[:-1], second[1:]]), whole)
        straight = whole[0] + (whole[-1] - whole[0]) * breaks.at[i]
        assert len(whole) > 2 or np.allclose(first[-1], straight)
    kept = [e for e in range(count) if e not in breaks.edge]
    assert all((cut.roads.edge_vertices(e) == graph.roads.edge_vertices(e)).all() for e in kept)


def test_nothing_passes_the_break_and_both_sides_stay_open(make_ways, degrees):
    graph = build_graph(contract(make_ways([[(0, 0), (2000, 0), (6500, 0)]])), "car", FAR)
    points = EdgeIndex(graph, FAR).snap(*degrees([(0, 0), (1000, 0), (4000, 0), (6500, 0)]))
    breaks = breaks_at({0: float((points.fraction[1] + points.fraction[2]) / 2)})
    there = on_broken(points, breaks, graph.roads.edge_count)
    minutes = time_matrix(broken(graph, breaks), there, there, FAR)
    assert np.isnan(minutes[:2, 2:]).all() and np.isnan(minutes[2:, :2]).all()
    assert minutes[0, 1] == pytest.approx(1 / 65 * 60, rel=1e-3) and minutes[2, 3] == pytest.approx(
        2.5 / 65 * 60, rel=1e-3
    )


def test_a_break_at_a_junction_is_moved_into_its_own_edge():
    assert (breaks_at({1: 0.0, 4: 1.0}).at > 0).all() and (breaks_at({1: 0.0, 4: 1.0}).at < 1).all()
    assert np.isnan(breaks_at({1: 0.5}).place(np.array([0, 2]))).all() and breaks_at({}).place(np.array([1])).size == 1
