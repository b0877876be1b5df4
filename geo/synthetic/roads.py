"""Made-up roads of a sample county: paths over a mesh that share and meet. Beside the rooms; imports only the model.

Order matters: a road already built is cheaper to follow, so later ones merge into it. First the main axis, then links
between seats, every village to its seat, links between villages, hamlets, streets. Lengths in metres.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

from geo.model.roads import CLASS_INDEX, Floats, Ints
from geo.synthetic.bends import Line, bent_lines
from geo.synthetic.places import Places
from geo.synthetic.terrain import GATE_DEPTH_M, TERRAINS, Mesh, Terrain, make_mesh

PRIMARY, SECONDARY, TERTIARY = CLASS_INDEX["primary"], CLASS_INDEX["secondary"], CLASS_INDEX["tertiary"]
SMALL, STREET, TRACK = CLASS_INDEX["unclassified"], CLASS_INDEX["residential"], CLASS_INDEX["track"]
NOTHING = 255


@dataclass
class Site:
    """The mesh and what is built on it so far: `built[i]` is the class of edge i, NOTHING while there is no road."""

    mesh: Mesh
    terrain: Terrain
    built: np.ndarray
    indices: Ints
    indptr: Ints
    edge_at: Ints  # edge of each slot of the CSR arrays
    edge_of: dict[tuple[int, int], int]

    def graph(self, *, only_built: bool = False) -> csr_array:
        """Costs as a symmetric matrix; with `only_built`, lengths of what is there (edges not built cost infinity)."""
        cost = self.mesh.weight * np.where(self.built < NOTHING, self.terrain.follow, 1.0)
        if only_built:
            cost = np.where(self.built < NOTHING, _lengths(self.mesh), np.inf)
        size = len(self.mesh.xy)
        return csr_array((cost[self.edge_at], self.indices, self.indptr), shape=(size, size))

    def build(self, edges: list[int], road_class: int) -> None:
        """A road along the edges; where a higher class is there already, it stays."""
        self.built[edges] = np.minimum(self.built[edges], road_class)

    def nodes(self) -> Ints:
        """Mesh points on a road."""
        return np.unique(self.mesh.edges[self.built < NOTHING])


def make_roads(places: Places, recipe_terrain: str, county_seat: int, seed: int) -> list[Line]:
    """Roads of a county as lines in metres that share exact end points where they meet."""
    rng = np.random.default_rng([seed, 2])
    terrain = TERRAINS[recipe_terrain]
    site = _open_site(make_mesh(places, terrain, rng), terrain)
    _main_axis(site, places, county_seat)
    _seat_links(site)
    _exits(site, places)
    _village_roads(site, places)
    _village_links(site)
    _hamlets(site, rng)
    _streets(site, rng)
    _drop_islands(site)
    return bent_lines(site.mesh, site.built, terrain.winding, places.outline, rng)


def _open_site(mesh: Mesh, terrain: Terrain) -> Site:
    count, size = len(mesh.edges), len(mesh.xy)
    both = np.vstack([mesh.edges, mesh.edges[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    indptr = np.searchsorted(both[order, 0], np.arange(size + 1))
    edge_of = {(int(a), int(b)): i % count for i, (a, b) in enumerate(both)}
    return Site(mesh, terrain, np.full(count, NOTHING, np.int64), both[order, 1], indptr, order % count, edge_of)


def _lengths(mesh: Mesh) -> Floats:
    return np.asarray(np.hypot(*(mesh.xy[mesh.edges[:, 1]] - mesh.xy[mesh.edges[:, 0]]).T))


def _trace(site: Site, before: Ints, target: int) -> list[int]:
    """Edges from a target back to where the search began; `before` are scipy's predecessors."""
    edges, at = [], int(target)
    while before[at] >= 0:
        edges.append(site.edge_of[int(before[at]), at])
        at = int(before[at])
    return edges


def _search(site: Site, starts: Ints) -> Ints:
    """Predecessor of each mesh point on its cheapest way from the nearest of the starts."""
    found = dijkstra(site.graph(), indices=starts, return_predecessors=True, min_only=True)
    return found[1].astype(np.int64)


def _path(site: Site, start: int, end: int) -> list[int]:
    return _trace(site, _search(site, np.array([start])), end)


def _main_axis(site: Site, places: Places, county_seat: int) -> None:
    """Three main roads from the county seat to the edge of the county, away from each other."""
    middle = site.mesh.seat[county_seat]
    rim = _rim(site, places)
    away = site.mesh.xy[rim] - site.mesh.xy[middle]
    angle, distance = np.arctan2(away[:, 1], away[:, 0]), np.hypot(*away.T)
    first = angle[distance.argmax()]
    for turn in (0.0, 2 * np.pi / 3, -2 * np.pi / 3):
        score = distance * np.maximum(np.cos(angle - first - turn), 0) ** 4
        site.build(_path(site, middle, int(rim[score.argmax()])), PRIMARY)


def _rim(site: Site, places: Places) -> Ints:
    """Mesh points on the county's border."""
    near = shapely.distance(shapely.points(site.mesh.xy), places.outline.exterior) < 2 * GATE_DEPTH_M
    return np.flatnonzero(near)


def _seat_links(site: Site) -> None:
    """The cheapest tree over all seats and the Gabriel neighbours (Gabriel & Sokal 1969) besides."""
    seat = site.mesh.seat
    cost = np.atleast_2d(dijkstra(site.graph(), indices=seat))[:, seat]
    tree = minimum_spanning_tree(cost).tocoo()
    pairs = set(zip(tree.row.tolist(), tree.col.tolist(), strict=True)) | _gabriel(site.mesh.xy[seat])
    for a, b in sorted(pairs, key=lambda p: (float(cost[p]), p)):
        site.build(_path(site, int(seat[a]), int(seat[b])), SECONDARY)


def _gabriel(xy: Floats) -> set[tuple[int, int]]:
    """Pairs of points with no third one in the circle over them."""
    corners = Delaunay(xy).simplices
    pairs = {tuple(sorted((int(a), int(b)))) for c in corners for a, b in ((c[0], c[1]), (c[1], c[2]), (c[2], c[0]))}
    tree = cKDTree(xy)
    return {(a, b) for a, b in pairs if tree.query((xy[a] + xy[b]) / 2)[0] >= np.hypot(*(xy[a] - xy[b])) / 2 - 1e-6}


def _exits(site: Site, places: Places) -> None:
    """A road over the border from every other seat that lies near it."""
    rim = _rim(site, places)
    distance, found = cKDTree(site.mesh.xy[rim]).query(site.mesh.xy[site.mesh.seat])
    nearest = rim[found]
    for i in np.flatnonzero((distance > 1_500) & (distance < 9_000))[::2]:
        site.build(_path(site, int(site.mesh.seat[i]), int(nearest[i])), TERTIARY)


def _village_roads(site: Site, places: Places) -> None:
    """Every village to its seat, the near ones first; what two or more share is a tertiary road."""
    codes = places.townships["code"].tolist()
    home = places.villages["township"].map(codes.index).to_numpy()
    used = np.zeros(len(site.built), np.int64)
    for i, seat in enumerate(site.mesh.seat):
        mine = site.mesh.village[home == i]
        mine = mine[np.argsort(np.hypot(*(site.mesh.xy[mine] - site.mesh.xy[seat]).T), kind="stable")]
        for part in np.array_split(mine, 4):
            before = _search(site, np.array([seat]))
            for village in part:
                edges = _trace(site, before, int(village))
                used[edges] += 1
                site.build(edges, SMALL)
    site.built[(site.built == SMALL) & (used >= 2)] = TERTIARY


def _village_links(site: Site, rounds: int = 4) -> None:
    """A small road between neighbouring villages wherever the way round is long."""
    village = np.unique(site.mesh.village)
    pairs = np.array(sorted(_gabriel(site.mesh.xy[village])))
    for turn in range(rounds):
        by_road = np.atleast_2d(dijkstra(site.graph(only_built=True), indices=village))[:, village]
        for a, b in pairs[turn::rounds]:
            straight = np.hypot(*(site.mesh.xy[village[a]] - site.mesh.xy[village[b]]))
            if straight < 7_000 and by_road[a, b] > site.terrain.detour * straight:
                site.build(_path(site, int(village[a]), int(village[b])), SMALL)


def _hamlets(site: Site, rng: np.random.Generator) -> None:
    """Small roads and tracks to hamlets off the roads, each by the cheapest way to the nearest road; two rounds."""
    for _ in range(2):
        on_road = site.nodes()
        before = _search(site, on_road)
        for hamlet in _apart(site, cKDTree(site.mesh.xy[on_road]), site.terrain.hamlet_m, rng):
            site.build(_trace(site, before, hamlet), TRACK if rng.random() < 0.22 else SMALL)


def _apart(site: Site, roads: "cKDTree", gap_m: float, rng: np.random.Generator) -> list[int]:
    """Random mesh points away from roads and from each other."""
    off = np.flatnonzero(roads.query(site.mesh.xy)[0] > 0.6 * gap_m)
    chosen: list[int] = []
    for node in rng.permutation(off):
        if all(np.hypot(*(site.mesh.xy[node] - site.mesh.xy[c])) > gap_m for c in chosen):
            chosen.append(int(node))
    return chosen


def _streets(site: Site, rng: np.random.Generator) -> None:
    """Most streets of the towns' grids."""
    town = site.mesh.town[site.mesh.edges]
    street = (town[:, 0] >= 0) & (town[:, 0] == town[:, 1]) & (rng.random(len(town)) < 0.85)
    site.build(np.flatnonzero(street).tolist(), STREET)


def _drop_islands(site: Site) -> None:
    edges = site.mesh.edges[site.built < NOTHING]
    size = len(site.mesh.xy)
    graph = csr_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    site.built[label[site.mesh.edges[:, 0]] != label[site.mesh.seat[0]]] = NOTHING
