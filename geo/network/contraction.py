"""Ways to roads: split where ways meet, join what only continues. Second floor: network.

A node where exactly two stretches with the same attributes meet is not a choice for anybody; the stretches become one
edge that keeps all vertices. On North Iceland that leaves about a fifth of the nodes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import Geod

from geo.model.roads import BACKWARD_BIT, FOOT, FORWARD_BIT, Bytes, Floats, Ints, Roads, Ways

_ELLIPSOID = Geod(ellps="WGS84")


def contract(ways: Ways) -> Roads:
    """The contracted graph of w ways: n junctions, m edges with geometry and length (metres on the ellipsoid)."""
    node, first = _number_nodes(ways.node_id)
    pieces = _split(ways.offset, node)
    order, backward, chain_offset = _chain(pieces, _attribute_keys(ways), node)
    vertex, offset = _gather(pieces, order, backward, chain_offset)
    lon, lat = ways.lon[first][node[vertex]], ways.lat[first][node[vertex]]
    lead = order[chain_offset[:-1]]
    way, turned = pieces.way[lead], backward[chain_offset[:-1]]
    access = np.where(turned, swap_direction(ways.access[way]), ways.access[way]).astype(np.uint8)
    ends, start_end = np.unique(
        np.concatenate([node[vertex[offset[:-1]]], node[vertex[offset[1:] - 1]]]), return_inverse=True
    )
    edge_count = len(lead)
    return Roads(
        node_lon=ways.lon[first][ends],
        node_lat=ways.lat[first][ends],
        start=start_end[:edge_count].astype(np.int64),
        end=start_end[edge_count:].astype(np.int64),
        length_m=_lengths(lon, lat, offset),
        road_class=ways.road_class[way],
        access=access,
        surface=ways.surface[way],
        maxspeed_kph=ways.maxspeed_kph[way],
        duration_min=_shared_duration(ways, pieces, lon, lat, offset, lead),
        vertex_offset=offset,
        vertex_lon=lon,
        vertex_lat=lat,
    )


def swap_direction(access: Bytes) -> Bytes:
    """Access bits of the same road walked from its other end."""
    forward = FORWARD_BIT["car"] | FORWARD_BIT["e_bike"]
    backward = BACKWARD_BIT["car"] | BACKWARD_BIT["e_bike"]
    swapped = ((access & forward) << 1) | ((access & backward) >> 1) | (access & FOOT)
    return np.asarray(swapped, dtype=np.uint8)


@dataclass(frozen=True)
class _Pieces:
    """Stretches of one way between two places where ways meet or end: vertices first…last of that way."""

    way: Ints
    first: Ints
    last: Ints


def _number_nodes(node_id: Ints) -> tuple[Ints, Ints]:
    """Node numbers 0…u-1 for every vertex, and a vertex that stands at each node."""
    _, first, node = np.unique(node_id, return_index=True, return_inverse=True)
    return node.astype(np.int64), first.astype(np.int64)


def _split(offset: Ints, node: Ints) -> _Pieces:
    is_end = np.zeros(len(node), dtype=bool)
    is_end[offset[:-1]] = is_end[offset[1:] - 1] = True
    degree = np.bincount(node, weights=np.where(is_end, 1.0, 2.0))
    cut = np.flatnonzero(is_end | (degree[node] > 2))
    way = np.searchsorted(offset, cut, side="right") - 1
    same_way = way[1:] == way[:-1]
    return _Pieces(way[:-1][same_way], cut[:-1][same_way], cut[1:][same_way])


def _attribute_keys(ways: Ways) -> tuple[Ints, Ints]:
    """A number per way for its attributes, and the number it would have if drawn the other way round.

    A way with a duration of its own (a ferry) gets a number nobody shares, so it is never joined to another.
    """
    alone = np.where(np.isnan(ways.duration_min), -1.0, np.arange(len(ways.access)))
    speed = np.nan_to_num(ways.maxspeed_kph, nan=-1.0)
    columns = {"road_class": ways.road_class, "surface": ways.surface, "speed": speed, "alone": alone}
    both = pd.DataFrame({name: np.concatenate([c, c]) for name, c in columns.items()})
    both["access"] = np.concatenate([ways.access, swap_direction(ways.access)])
    key = both.groupby(list(both), sort=False).ngroup().to_numpy()
    count = len(ways.access)
    return key[:count].astype(np.int64), key[count:].astype(np.int64)


def _chain(pieces: _Pieces, keys: tuple[Ints, Ints], node: Ints) -> tuple[Ints, np.ndarray, Ints]:
    """Pieces in the order of the chains they form, whether each is walked backward, and where each chain begins."""
    partner = _partners(pieces, keys, node).tolist()
    count = len(pieces.way)
    used = bytearray(count)
    order: list[int] = []
    backward: list[bool] = []
    offset = [0]
    # Ends are numbered 2·piece (its first vertex) and 2·piece + 1. Chains start at ends nobody continues;
    # what is left after those are closed loops, which may start anywhere.
    starts = [e for e in range(2 * count) if partner[e] < 0] + list(range(0, 2 * count, 2))
    for entry in starts:
        while entry >= 0 and not used[entry >> 1]:
            used[entry >> 1] = 1
            order.append(entry >> 1)
            backward.append(bool(entry & 1))
            entry = partner[entry ^ 1]
        if len(order) > offset[-1]:
            offset.append(len(order))
    return np.array(order, dtype=np.int64), np.array(backward, dtype=bool), np.array(offset, dtype=np.int64)


def _partners(pieces: _Pieces, keys: tuple[Ints, Ints], node: Ints) -> Ints:
    """For every piece end the end that simply continues it, -1 where there is a choice, an end or a change."""
    at = np.column_stack([node[pieces.first], node[pieces.last]]).ravel()
    by_node = np.argsort(at, kind="stable")
    sorted_at = at[by_node]
    begins = np.flatnonzero(np.r_[True, sorted_at[1:] != sorted_at[:-1]])
    pairs = begins[np.diff(np.r_[begins, len(at)]) == 2]
    one, two = by_node[pairs], by_node[pairs + 1]
    # Walking through: arrive by end `one`, leave by `two`; an end that is a first vertex is arrived at backward.
    arriving = np.where(one & 1, keys[0][pieces.way[one >> 1]], keys[1][pieces.way[one >> 1]])
    leaving = np.where(two & 1, keys[1][pieces.way[two >> 1]], keys[0][pieces.way[two >> 1]])
    through = (one >> 1 != two >> 1) & (arriving == leaving)
    partner = np.full(len(at), -1, dtype=np.int64)
    partner[one[through]], partner[two[through]] = two[through], one[through]
    return partner


def _gather(pieces: _Pieces, order: Ints, backward: np.ndarray, chain_offset: Ints) -> tuple[Ints, Ints]:
    """Vertex numbers of all chains one after the other (a joint appears once), and where each chain begins."""
    first, last = pieces.first[order], pieces.last[order]
    begin = np.where(backward, last, first)
    step = np.where(backward, -1, 1)
    count = last - first + 1
    leads = np.zeros(len(order), dtype=bool)
    leads[chain_offset[:-1]] = True
    begin, count = np.where(leads, begin, begin + step), np.where(leads, count, count - 1)
    piece_offset = np.r_[0, np.cumsum(count)]
    within = np.arange(piece_offset[-1]) - np.repeat(piece_offset[:-1], count)
    vertex = np.repeat(begin, count) + np.repeat(step, count) * within
    return vertex.astype(np.int64), piece_offset[chain_offset].astype(np.int64)


def _lengths(lon: Floats, lat: Floats, offset: Ints) -> Floats:
    """Length of every polyline in metres on the ellipsoid."""
    _, _, steps = _ELLIPSOID.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    steps = np.asarray(steps, dtype=np.float64)
    steps[offset[1:-1] - 1] = 0.0  # from one polyline to the next
    total = np.r_[0.0, np.cumsum(steps)]
    return np.asarray(total[offset[1:] - 1] - total[offset[:-1]], dtype=np.float64)


def _shared_duration(ways: Ways, pieces: _Pieces, lon: Floats, lat: Floats, offset: Ints, lead: Ints) -> Floats:
    """A ferry's duration, shared among the pieces its way was cut into by their length."""
    duration = ways.duration_min[pieces.way[lead]]
    if np.isnan(duration).all():
        return np.asarray(duration, dtype=np.float64)
    length = _lengths(lon, lat, offset)
    whole = np.bincount(pieces.way[lead], weights=length, minlength=len(ways.access))[pieces.way[lead]]
    share = np.divide(length, whole, out=np.ones_like(length), where=whole > 0)
    return np.asarray(duration * share, dtype=np.float64)
