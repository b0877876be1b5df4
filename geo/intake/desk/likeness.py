"""Rows of one list that are the same place twice. Second floor: intake, files → clean tables.

Neighbours are found with a spatial index and names compared in one compiled call, so a list of 100,000 rows takes
seconds; where very many rows crowd together only those whose names sort side by side are compared (the sorted
neighbourhood method, Hernández and Stolfo 1995).
"""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process
from scipy.spatial import cKDTree

from geo.intake.desk.listing import Listing, plain_names
from geo.intake.desk.numbers import is_scientific
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Ints

NEAR_M = 300.0
ALIKE = 90.0
MOST_PAIRS = 1_500_000
WINDOW = 6  # rows on either side in the order of names, where rows crowd
_TELLS_APART = re.compile(r"[\d一二三四五六七八九十甲乙丙丁东西南北上中下新老大小]")

Twin = tuple[int, int, str]  # position of the row kept, of the later one, and how they are one


def twins(listing: Listing) -> list[Twin]:
    """For every row that is a place met before (position in the list): the earlier row, and how they are alike.

    "same_code": same id and a like name; "other_code": same id, another name; "same_name": same name within 300 m;
    "like_name": names at least 90 alike within 300 m, of one tier, alike but for no number or side; "same_point": only
    the point is the same. Of several reasons the first in this order is told, with the first row it holds for.
    """
    names = plain_names(listing)
    found: dict[int, Twin] = {}
    pairs = [*_by_code(listing, names), *_by_name(listing, names), *_by_point(listing)]
    for twin in pairs:
        found.setdefault(twin[1], twin)
    return [found[later] for later in sorted(found)]


def _by_code(listing: Listing, names: list[str]) -> Iterator[Twin]:
    first: dict[str, int] = {}
    for at, code in enumerate(listing.cells(listing.key)):
        if not code or is_scientific(code):
            continue
        if code in first:
            alike = fuzz.ratio(names[first[code]], names[at]) >= ALIKE and _side(names[first[code]]) == _side(names[at])
            yield first[code], at, "same_code" if alike else "other_code"
        else:
            first[code] = at


def _by_name(listing: Listing, names: list[str]) -> list[Twin]:
    """Pairs of rows near each other with the same name first, then those with a like one."""
    a, b = near_pairs(listing, names)
    if not len(a):
        return []
    text = np.array(names, dtype=object)
    score = process.cpdist(text[a], text[b], scorer=fuzz.ratio, score_cutoff=ALIKE)
    tiers = np.array(listing.values["tier"].tolist() if listing.table == "facility" else [""] * len(names))
    like_enough = (score >= 100) | ((score >= ALIKE) & (tiers[a] == tiers[b]))
    hit = np.flatnonzero(like_enough & (text[a] != ""))
    order = hit[np.lexsort((a[hit], b[hit], score[hit] < 100))]
    pairs = [(int(a[k]), int(b[k])) for k in order]
    same = [(i, j, "same_name") for i, j in pairs if names[i] == names[j]]
    like = [(i, j, "like_name") for i, j in pairs if names[i] != names[j] and _side(names[i]) == _side(names[j])]
    return same + like


def _side(name: str) -> tuple[str, ...]:
    """What tells 第一卫生室 from 第二卫生室."""
    return tuple(_TELLS_APART.findall(name))


def near_pairs(listing: Listing, names: list[str]) -> tuple[Ints, Ints]:
    """Positions of rows within NEAR_M of each other, the earlier first."""
    lon, lat = listing.places.lon, listing.places.lat
    known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    if len(known) < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    xy = np.column_stack(to_metric(lon[known], lat[known], metric_crs(lon[known], lat[known])))
    good = np.isfinite(xy).all(axis=1)
    known, xy = known[good], xy[good]
    tree = cKDTree(xy)
    if tree.count_neighbors(tree, NEAR_M) - len(known) <= 2 * MOST_PAIRS:
        pairs = tree.query_pairs(NEAR_M, output_type="ndarray").astype(np.int64)
    else:
        pairs = _side_by_side(xy, [names[i] for i in known])
    first, second = known[pairs.min(axis=1)], known[pairs.max(axis=1)]
    return first, second


def _side_by_side(xy: npt.NDArray[np.float64], names: list[str]) -> Ints:
    """Pairs near each other whose names are at most WINDOW apart when sorted."""
    order = np.array(sorted(range(len(names)), key=lambda i: (names[i], i)), dtype=np.int64)
    steps = [np.column_stack([order[:-k], order[k:]]) for k in range(1, min(WINDOW, len(order) - 1) + 1)]
    pairs = np.vstack(steps)
    gap = xy[pairs[:, 0]] - xy[pairs[:, 1]]
    return pairs[np.hypot(gap[:, 0], gap[:, 1]) <= NEAR_M]


def _by_point(listing: Listing) -> Iterator[Twin]:
    """Rows on exactly the point of an earlier one, unless both were put there by code or name."""
    own = [q == "" for q in listing.places.quality]
    places = pd.DataFrame({"x": listing.places.lon, "y": listing.places.lat}).round(6)
    places = places[np.array(own, dtype=np.bool_)].dropna()
    first = places.reset_index().groupby(["x", "y"])["index"].transform("min").to_numpy()
    for earlier, later in zip(first.tolist(), places.index.tolist(), strict=True):
        if earlier != later:
            yield int(earlier), int(later), "same_point"
