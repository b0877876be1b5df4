"""Where the places of a sample county lie: seats, township areas, villages. Beside the rooms; imports only the model.

Real are the outline, names, codes and the seats GeoNames knows (data/reference/places); other positions are made up.
Lengths are metres in a local metric projection; longitude and latitude only at the edges of the module.
"""

import tomllib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from geo.model.roads import Floats
from geo.model.schemes import DATA

PLACES = DATA / "reference" / "places"
COMMITTEE_RADIUS_M = 2_000.0  # neighbourhood committees lie within this of their seat
EDGE_M = 400.0  # villages keep this far from the border of their township


@dataclass(frozen=True)
class Projection:
    """Degrees (WGS-84) to metres and back. CGCS2000 equals WGS-84 at map scale."""

    forward: Transformer
    inverse: Transformer

    def metres(self, lon: Floats, lat: Floats) -> Floats:
        """(n, 2) easting, northing in metres."""
        return np.column_stack(self.forward.transform(lon, lat))

    def degrees(self, xy: Floats) -> Floats:
        """(n, 2) longitude, latitude in degrees."""
        return np.column_stack(self.inverse.transform(xy[:, 0], xy[:, 1]))

    def polygon(self, polygon: shapely.Polygon) -> shapely.Polygon:
        """The polygon (degrees) in metres."""
        return shapely.transform(polygon, lambda c: self.metres(c[:, 0], c[:, 1]))


@dataclass(frozen=True)
class Population:
    """How many people, of which type (resident, registered), counted when and by whom."""

    count: int
    type: str
    date: str
    source: str


@dataclass(frozen=True)
class Recipe:
    """What a sample county is made with: one table of data/reference/places/samples.toml."""

    code: str
    title: dict[str, str]
    scheme: str
    terrain: str
    seed: int
    county_seat: str
    population: Population
    year: str
    lead_hospitals: list[str]
    key_townships: list[str]
    branches: dict[str, str]  # township → name of its branch hospital
    second_centres: list[str]  # townships with two centres
    extension_points: int
    second_community: dict[str, str | int]  # anchor township, number of centres
    clinics: list[int]  # in the first and the second community
    seat: list[dict[str, str | float | bool]]  # made-up seats: name, lon, lat, spread


@dataclass(frozen=True)
class Places:
    """A county's places in metres.

    `townships`: code, name, x, y, quality. `cells`: their areas, in the same order.
    `villages`: code, name, township, town, x, y; `town` is True for a neighbourhood committee.
    """

    projection: Projection
    outline_degrees: shapely.Polygon
    outline: shapely.Polygon
    townships: pd.DataFrame
    cells: list[shapely.Geometry]
    villages: pd.DataFrame


def local_projection(lon: float) -> Projection:
    """CGCS2000 3-degree Gauss-Krüger zone without a zone prefix (EPSG 4534 at 75° E … 4554 at 135° E)."""
    code = f"EPSG:{4534 + round((lon - 75) / 3)}"
    pair = [("EPSG:4326", code), (code, "EPSG:4326")]
    return Projection(*(Transformer.from_crs(a, b, always_xy=True) for a, b in pair))


def load_recipe(county: str) -> Recipe:
    """What a sample county is made with (data/reference/places/samples.toml)."""
    raw = tomllib.loads((PLACES / "samples.toml").read_text(encoding="utf-8"))[county]
    return Recipe(**raw | {"population": Population(**raw["population"])})


def make_places(recipe: Recipe) -> Places:
    """Seats, township areas and villages of the county of a recipe. Same recipe, same places."""
    rng = np.random.default_rng([recipe.seed, 1])
    degrees = _outline(recipe.code)
    projection = local_projection(degrees.centroid.x)
    outline = projection.polygon(degrees)
    townships = _seats(recipe, projection, outline)
    cells = voronoi_cells(townships[["x", "y"]].to_numpy(), outline)
    villages = _villages(recipe.code, townships, cells, rng)
    return Places(projection, degrees, outline, townships, cells, villages)


def _outline(code: str) -> shapely.Polygon:
    collection = pd.read_json(PLACES / "outlines.geojson", typ="series")
    feature = next(f for f in collection["features"] if f["properties"]["code"] == code)
    return shapely.geometry.shape(feature["geometry"])


def _seats(recipe: Recipe, projection: Projection, outline: shapely.Polygon) -> pd.DataFrame:
    table = pd.read_csv(PLACES / "townships.csv", dtype="str")
    table = table[table["county_code"] == recipe.code].reset_index(drop=True)[["code", "name"]]
    known = pd.read_csv(PLACES / "seats_geonames.csv", dtype={"code": "str"}).set_index("code")
    made_up = pd.DataFrame(recipe.seat).set_index("name")
    real = table["code"].isin(known.index)
    where = [known.loc[c, ["lon", "lat"]] if r else made_up.loc[n, ["lon", "lat"]] for c, n, r in
             zip(table["code"], table["name"], real, strict=True)]  # fmt: skip
    lonlat = np.array(where, dtype=np.float64)
    loose = ~real & table["name"].isin(made_up.index[made_up["spread"].fillna(False).astype(bool)])
    xy = spread(projection.metres(lonlat[:, 0], lonlat[:, 1]), loose.to_numpy(), outline)
    quality = np.where(real, "geonames", "illustrative")
    seats: pd.DataFrame = table.assign(x=xy[:, 0], y=xy[:, 1], quality=quality)
    return seats


def spread(xy: Floats, loose: np.ndarray, outline: shapely.Polygon, rounds: int = 10) -> Floats:
    """The points with the `loose` ones moved to the middle of their Voronoi cells (Lloyd), so none is tiny or huge."""
    ground = _grid_in(outline, 500.0)
    inner = outline.buffer(-1_500)
    out = xy.copy()
    for _ in range(rounds):
        nearest = cKDTree(out).query(ground)[1]
        for i in np.flatnonzero(loose):
            mine = ground[nearest == i]
            wanted = (out[i] + mine.mean(axis=0)) / 2
            out[i] = wanted if shapely.contains_xy(inner, *wanted) else out[i]
    return out


def _grid_in(outline: shapely.Geometry, step_m: float) -> Floats:
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west, east, step_m), np.arange(south, north, step_m))
    xy = np.column_stack([x.ravel(), y.ravel()])
    return np.asarray(xy[shapely.contains_xy(outline, xy)])


def voronoi_cells(seats: Floats, outline: shapely.Polygon) -> list[shapely.Geometry]:
    """One area a seat: everything in the outline that lies nearer to it than to any other seat (Voronoi 1908)."""
    pieces = shapely.voronoi_polygons(shapely.MultiPoint(seats), extend_to=outline).geoms
    tree = shapely.STRtree(list(pieces))
    at = {int(s): int(p) for s, p in tree.query(shapely.points(seats), predicate="intersects").T}
    return [shapely.intersection(pieces[at[i]], outline) for i in range(len(seats))]


def _villages(
    code: str, townships: pd.DataFrame, cells: list[shapely.Geometry], rng: np.random.Generator
) -> pd.DataFrame:
    table = pd.read_csv(PLACES / f"villages_{code}.csv", dtype="str").rename(columns={"streetCode": "township"})
    table["town"] = table["name"].str.contains("居民|居委")
    table[["x", "y"]] = 0.0
    for row, cell in zip(townships.itertuples(), cells, strict=True):
        mine = table["township"] == row.code
        town = table.index[mine & table["town"]]
        rural = table.index[mine & ~table["town"]]
        seat = np.array([row.x, row.y])
        radius_m = _town_radius(len(town))
        disk = shapely.Point(seat).buffer(radius_m).intersection(cell.buffer(-150))
        if len(town):
            table.loc[town, ["x", "y"]] = scatter(disk, len(town), rng)
        if len(rural):
            table.loc[rural, ["x", "y"]] = scatter(_countryside(cell, seat, radius_m), len(rural), rng)
    return table


def _town_radius(committees: int) -> float:
    return min(COMMITTEE_RADIUS_M, 300.0 + 350.0 * float(np.sqrt(committees)))


def _countryside(cell: shapely.Geometry, seat: Floats, radius_m: float) -> shapely.Geometry:
    inner = cell.buffer(-EDGE_M)
    return inner.difference(shapely.Point(seat).buffer(radius_m + 300)) if inner.area > 4e6 else cell.buffer(-150)


def scatter(area: shapely.Geometry, count: int, rng: np.random.Generator, rounds: int = 3) -> Floats:
    """(count, 2) points spread over an area: random starts, a few Lloyd rounds, so spacing is even but not regular."""
    ground = _random_in(area, 80 * count, rng)
    points = ground[:count].copy()
    for _ in range(rounds):
        nearest = cKDTree(points).query(ground)[1]
        for i in range(count):
            middle = ground[nearest == i].mean(axis=0)
            points[i] = middle if shapely.contains_xy(area, *middle) else points[i]
    return points


def _random_in(area: shapely.Geometry, count: int, rng: np.random.Generator) -> Floats:
    west, south, east, north = area.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        xy = rng.uniform((west, south), (east, north), (2 * count, 2))
        found = np.vstack([found, xy[shapely.contains_xy(area, xy)]])
    return found[:count]
