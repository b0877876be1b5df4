"""Rows of one list that are the same place twice. Second floor: intake, files → clean tables.

Neighbours are found with a spatial index and names compared in one compiled call, so a list of 100,000 rows takes
seconds; where very many rows crowd together only those whose names sort side by side are compared (the sorted
neighbourhood method, Hernández and Stolfo 1995).
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein
from scipy.spatial import cKDTree

from geo.intake.desk.listing import Listing, plain_names
from geo.intake.desk.numbers import is_scientific
from geo.intake.desk.place_names import likeable
from geo.model.projection import metric_crs, to_metric
from geo.model.roads import Ints

NEAR_M = 300.0
ALIKE = 90.0
MOST_PAIRS = 1_500_000
WINDOW = 6  # rows on either side in the order of names, where rows crowd

Twin = tuple[int, int, str]  # position of the row kept, of the later one, and how they are one


def twins(listing: Listing) -> list[Twin]:
    """For every row that is a place met before (position in the list): the earlier row, and how they are alike.

    "same_code": same id and a like name; "other_code": same id, another name; "same_name": same name within 300 m;
    "like_name": names at least 90 alike or one sign apart within 300 m, of one tier, alike but for no number or side,
    the usual words for one kind taken as one; "same_point": only the point is the same. Of several reasons the first
    in this order is told, with the first row it holds for.
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
            one, other = names[first[code]], names[at]
            alike = fuzz.ratio(one, other) >= ALIKE and likeable(one).side == likeable(other).side
            yield first[code], at, "same_code" if alike else "other_code"
        else:
            first[code] = at


def _by_name(listing: Listing, names: list[str]) -> list[Twin]:
    """Pairs of rows near each other with the same name first, then those with a like one."""
    a, b = near_pairs(listing, names)
    if not len(a):
        return []
    ready = {name: likeable(name) for name in set(names)}
    text = np.array(names, dtype=object)
    whole, core = (np.array([getattr(ready[n], part) for n in names], dtype=object) for part in ("whole", "core"))
    tiers = np.array(listing.values["tier"].tolist() if listing.table == "facility" else [""] * len(names))
    score = process.cpdist(whole[a], whole[b], scorer=fuzz.ratio, score_cutoff=ALIKE)
    slips = process.cpdist(core[a], core[b], scorer=Levenshtein.distance, score_cutoff=1)
    like_enough = ((score >= ALIKE) | (slips <= 1)) & (tiers[a] == tiers[b])
    hit = np.flatnonzero((like_enough | (text[a] == text[b])) & (text[a] != ""))
    order = hit[np.lexsort((a[hit], b[hit]))]
    same, like = [], []
    for k in order.tolist():
        i, j = int(a[k]), int(b[k])
        one, other = ready[names[i]], ready[names[j]]
        if names[i] == names[j]:
            same.append((i, j, "same_name"))
        elif (score[k] >= ALIKE and one.side == other.side) or one.is_slip_of(other):
            like.append((i, j, "like_name"))
    return same + like


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
