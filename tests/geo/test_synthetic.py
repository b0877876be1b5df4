"""The made-up counties: checked on the written files, with figures worked out here and not by the generator."""

import ast
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from geo.model.roads import CLASS_INDEX, MOTOR, ROAD_CLASSES, Ways
from geo.model.schema import BOUNDARY_KINDS, COVERAGE_MODES, DEMAND, FACILITY, POSITION_QUALITIES, UNIT
from geo.model.schemes import DATA, load_scheme
from geo.synthetic.mesh import mesh_ways, random_points
from geo.synthetic.samples import SAMPLES, write_sample
from geo.synthetic.services import short_name

ROOT = Path(__file__).resolve().parents[2]
UTM = {"xishui": 32648, "suixi": 32650, "shouguang": 32650}  # not the projection the generator uses
COUNT = {"xishui": 584_947, "suixi": 912_000, "shouguang": 1_163_364}
TOWNSHIPS = {"xishui": 26, "suixi": 13, "shouguang": 15}
VILLAGES = {"xishui": 257, "suixi": 244, "shouguang": 1013}
CODE = {"xishui": "520330", "suixi": "340621", "shouguang": "370783"}


@dataclass(frozen=True)
class Sample:
    """One sample county as written."""

    name: str
    study: dict
    boundary: gpd.GeoDataFrame
    units: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    facilities: pd.DataFrame
    demand: pd.DataFrame

    def metres(self, table: pd.DataFrame, lon: str = "lon", lat: str = "lat") -> np.ndarray:
        points = gpd.GeoSeries.from_xy(table[lon].astype(float), table[lat].astype(float), crs=4326)
        return shapely.get_coordinates(points.to_crs(UTM[self.name]).to_numpy())


@dataclass(frozen=True)
class Graph:
    """Every vertex of roads.geojson a node (equal coordinates are one), lengths on the ellipsoid."""

    xy: np.ndarray
    matrix: coo_array
    length_km: float


@pytest.fixture(scope="module", params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> Sample:
    folder = DATA / "sample" / request.param
    tables = {n: pd.read_csv(folder / f"{n}.csv", dtype="str", keep_default_na=False) for n in ("facilities", "demand")}
    layers = {n: gpd.read_file(folder / f"{n}.geojson") for n in ("boundary", "units", "roads")}
    study = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    return Sample(request.param, study, **layers, **tables)


@pytest.fixture(scope="module")
def graph(sample: Sample) -> Graph:
    ids: dict[tuple[float, float], int] = {}
    start, end = [], []
    for line in sample.roads.geometry:
        nodes = [ids.setdefault(c, len(ids)) for c in line.coords]
        start += nodes[:-1]
        end += nodes[1:]
    lonlat = np.array(list(ids))
    length_m = Geod(ellps="WGS84").inv(*lonlat[start].T, *lonlat[end].T)[2]
    xy = sample.metres(pd.DataFrame(lonlat, columns=["lon", "lat"]))
    return Graph(xy, coo_array((length_m, (start, end)), shape=(len(ids),) * 2).tocsr(), float(sum(length_m)) / 1000)


def test_the_same_program_writes_the_same_bytes_as_are_committed(sample: Sample, tmp_path: Path) -> None:
    write_sample(sample.name, tmp_path)
    committed = DATA / "sample" / sample.name
    for path in sorted(tmp_path.iterdir()):
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name


def test_populations_are_whole_and_sum_to_the_count_in_the_study(sample: Sample) -> None:
    population = sample.demand["population"].astype(int)
    assert population.sum() == COUNT[sample.name] == sample.study["population"]["count"]
    old = sample.demand["population_65_plus"].astype(int)
    assert (population > 0).all()
    assert 0.08 < old.sum() / population.sum() < 0.25


def test_every_township_and_village_is_there_with_its_real_code_as_text(sample: Sample) -> None:
    code = CODE[sample.name]
    names = pd.read_csv(DATA / "reference" / "places" / f"villages_{code}.csv", dtype="str").set_index("code")["name"]
    assert len(sample.units) == TOWNSHIPS[sample.name] == sample.units["unit_code"].nunique()
    assert sample.units["unit_code"].str.fullmatch(code + r"\d{3}").all()
    assert len(sample.demand) == VILLAGES[sample.name]
    assert sample.demand.set_index("demand_id")["name"].sort_index().equals(names.sort_index().rename_axis("demand_id"))
    assert (sample.demand["demand_id"].str[:9] == sample.demand["unit_code"]).all()


def test_columns_and_words_are_those_of_the_schema(sample: Sample) -> None:
    assert set(sample.facilities) <= set(FACILITY)
    assert set(sample.demand) <= set(DEMAND)
    assert set(sample.units) - {"geometry"} == set(UNIT)
    assert set(sample.roads["road_class"]) <= set(ROAD_CLASSES)
    assert set(sample.demand["coverage_mode"]) <= set(COVERAGE_MODES)
    assert set(sample.units["boundary_kind"]) | set(sample.boundary["boundary_kind"]) <= set(BOUNDARY_KINDS)
    tiers = {t.tier_id: t.optional for t in load_scheme(sample.study["scheme"]).tiers}
    there = set(sample.facilities["tier"])
    assert {tier for tier, optional in tiers.items() if not optional} <= there <= set(tiers)


def test_everything_made_up_says_so(sample: Sample) -> None:
    assert sample.study["illustrative"] is True
    assert sample.facilities["flags"].str.split(";").map(lambda f: "illustrative" in f).all()
    assert sample.facilities["source"].str.contains("illustrative").all()
    assert sample.demand["source"].str.contains("illustrative").all()
    assert set(sample.demand["position_quality"]) == {"illustrative"}
    assert set(sample.facilities["position_quality"]) == {"illustrative", "geonames"} <= set(POSITION_QUALITIES)


def test_only_positions_that_geonames_knows_are_called_so(sample: Sample) -> None:
    known = pd.read_csv(DATA / "reference" / "places" / "seats_geonames.csv", dtype={"code": "str"}).set_index("code")
    named = sample.facilities[sample.facilities["position_quality"] == "geonames"]
    real = known.loc[named["unit_code"], ["lon", "lat"]].to_numpy()
    assert np.abs(named[["lon", "lat"]].astype(float).to_numpy() - real).max() < 1e-5
    assert set(named["unit_code"]) == set(known.index[known.index.str.startswith(CODE[sample.name])])


def test_notes_and_attribution_are_there_in_both_languages(sample: Sample) -> None:
    made_up = sample.units["name"][~sample.units["unit_code"].isin(_geonames_codes())]
    for language in ("zh", "en"):
        assert all(name in sample.study["notes"][language] for name in made_up)
        assert sample.study["title"][language]
    assert all(set(a) == {"what", "source", "licence", "date", "credit"} for a in sample.study["attribution"])
    assert all((DATA / "sample" / sample.name / f).is_file() for f in sample.study["files"].values())


def _geonames_codes() -> list[str]:
    return pd.read_csv(DATA / "reference" / "places" / "seats_geonames.csv", dtype="str")["code"].tolist()


def test_parents_and_ids_hold_together(sample: Sample) -> None:
    table = sample.facilities.set_index("facility_id")
    assert table.index.is_unique
    children = table[table["tier"] != "county_hospital"]
    assert children["parent_id"].isin(table.index).all()
    assert (table.loc[children["parent_id"], "community_id"].to_numpy() == children["community_id"]).all()
    assert table["unit_code"].isin(sample.units["unit_code"]).all()


def test_a_village_has_a_clinic_exactly_when_its_coverage_says_so(sample: Sample) -> None:
    for tier, mode in (("village_clinic", "own_clinic"), ("extension_point", "extension_point")):
        ids = sample.facilities.loc[sample.facilities["tier"] == tier, "facility_id"]
        villages = sample.demand.loc[sample.demand["coverage_mode"] == mode, "demand_id"]
        if tier in set(sample.facilities["tier"]):
            assert set(ids.str[7:]) == set(villages.str[6:])
    assert 0 < (sample.demand["coverage_mode"] == "none").sum() < 0.06 * len(sample.demand)


def test_a_clinic_stands_50_to_300_m_from_its_village(sample: Sample) -> None:
    clinics = sample.facilities[sample.facilities["tier"] == "village_clinic"]
    villages = sample.demand.set_index(sample.demand["demand_id"].str[6:]).loc[clinics["facility_id"].str[7:]]
    distance = np.hypot(*(sample.metres(clinics) - sample.metres(villages)).T)
    assert ((distance > 45) & (distance < 305)).mean() > 0.99
    assert distance.max() < 305


def test_villages_and_facilities_lie_in_their_township(sample: Sample) -> None:
    cells = sample.units.set_index("unit_code").geometry
    for table in (sample.demand, sample.facilities):
        points = shapely.points(table["lon"].astype(float), table["lat"].astype(float))
        distance = shapely.distance(cells.loc[table["unit_code"]].to_numpy(), points)
        assert distance.max() < 1e-4  # rounding to 5 decimals


def test_committees_lie_near_their_seat_and_villages_apart(sample: Sample) -> None:
    seats = sample.metres(sample.units, "seat_lon", "seat_lat")
    home = sample.demand["unit_code"].map(sample.units["unit_code"].tolist().index).to_numpy()
    xy = sample.metres(sample.demand)
    committee = sample.demand["name"].str.contains("居民|居委").to_numpy()
    assert np.hypot(*(xy - seats[home]).T)[committee].max() <= 2_010
    spacing = cKDTree(xy).query(xy, k=2)[0][:, 1]
    assert spacing.min() > 150
    assert np.median(spacing[~committee]) > 600


def test_township_areas_tile_the_county_and_none_is_tiny_or_huge(sample: Sample) -> None:
    areas = sample.units.to_crs(UTM[sample.name]).area / 1e6
    whole = float(sample.boundary.to_crs(UTM[sample.name]).area.iloc[0]) / 1e6
    assert areas.sum() == pytest.approx(whole, rel=1e-4)
    assert areas.min() > 15
    assert areas.max() < 300


def test_roads_are_one_network_within_the_county(sample: Sample, graph: Graph) -> None:
    assert connected_components(graph.matrix, directed=False)[0] == 1
    outline = sample.boundary.geometry.iloc[0].buffer(1e-4)
    assert sample.roads.geometry.within(outline).all()


def test_roads_meet_only_at_shared_vertices(sample: Sample) -> None:
    lines = sample.roads.geometry.to_numpy()
    a, b = shapely.STRtree(lines).query(lines, predicate="crosses")
    meetings = shapely.intersection(lines[a], lines[b])
    vertices = {tuple(c) for c in shapely.get_coordinates(lines)}
    stray = [c for c in shapely.get_coordinates(meetings) if tuple(c) not in vertices]
    assert not stray


def test_everyone_is_within_500_m_of_a_road(sample: Sample) -> None:
    lines = sample.roads.to_crs(UTM[sample.name]).geometry.to_numpy()
    tree = shapely.STRtree(lines)
    for table in (sample.demand, sample.facilities):
        points = shapely.points(sample.metres(table))
        distance = tree.query_nearest(points, return_distance=True, all_matches=False)[1]
        assert distance.max() < 500


def test_roads_wind_as_the_terrain_makes_them(sample: Sample, graph: Graph) -> None:
    lowest, highest = {"mountain": (1.4, 1.8), "plain": (1.15, 1.35)}[sample.study["terrain"]]
    nearest = cKDTree(graph.xy)
    seats, villages = sample.metres(sample.units, "seat_lon", "seat_lat"), sample.metres(sample.demand)
    home = sample.demand["unit_code"].map(sample.units["unit_code"].tolist().index).to_numpy()
    seat_node, village_node = nearest.query(seats)[1], nearest.query(villages)[1]
    by_road = dijkstra(graph.matrix, directed=False, indices=seat_node)
    capital = _county_seat(sample)
    road = np.concatenate([by_road[home, village_node], by_road[capital, seat_node]])
    straight = np.hypot(*np.vstack([villages - seats[home], seats - seats[capital]]).T)
    far = straight > 300
    assert np.isfinite(road).all()
    assert lowest <= np.median(road[far] / straight[far]) <= highest


def _county_seat(sample: Sample) -> int:
    hospital = sample.facilities.loc[sample.facilities["tier"] == "county_hospital", "unit_code"].iloc[0]
    return sample.units["unit_code"].tolist().index(hospital)


def test_the_folder_is_small_enough_to_ship(sample: Sample) -> None:
    files = list((DATA / "sample" / sample.name).iterdir())
    assert sum(f.stat().st_size for f in files) < 3_000_000
    assert (DATA / "sample" / sample.name / "roads.geojson").stat().st_size < 1_500_000


@pytest.mark.parametrize("sample", ["xishui"], indirect=True)
def test_xishui_has_its_2_5_n_and_over_2000_km_of_roads(sample: Sample, graph: Graph) -> None:
    count = sample.facilities["tier"].value_counts().to_dict()
    assert count == {
        "county_hospital": 2, "key_township_hospital": 5, "township_hospital_general": 21, "extension_point": 6,
        "village_clinic": 233,
    }  # fmt: skip
    assert 2_200 < graph.length_km < 3_200
    names = sample.facilities.set_index("name")
    assert {"习水县人民医院", "习水县中医医院", "习水县中医医院土城分院"} <= set(names.index)
    assert names.loc["习水县中医医院土城分院", "parent_id"] == names.loc["习水县中医医院", "facility_id"]


@pytest.mark.parametrize("sample", ["suixi"], indirect=True)
def test_suixi_has_the_published_communities_of_12_and_133_and_6_and_79(sample: Sample) -> None:
    count = sample.facilities.groupby(["community_id", "tier"]).size()
    assert count["340621C1", "township_hospital"] == 12
    assert count["340621C1", "village_clinic"] == 133
    assert count["340621C2", "township_hospital"] == 6
    assert count["340621C2", "village_clinic"] == 79


@pytest.mark.parametrize(
    ("village", "short"),
    [
        ("银龙村民委员会", "银龙村"),
        ("天生社区居民委会员会", "天生"),
        ("北夏村委会", "北夏村"),
        ("杨家湖农场生活区", "杨家湖农场生活区"),
    ],
)
def test_a_village_is_called_without_its_committee(village: str, short: str) -> None:
    assert short_name(village) == short


@settings(max_examples=10, deadline=None)
@given(nodes=st.integers(400, 20_000), seed=st.integers(0, 1_000))
def test_a_mesh_has_about_the_junctions_asked_for(nodes: int, seed: int) -> None:
    degree = np.bincount(_ends(mesh_ways(nodes, seed)).ravel())
    assert abs((degree >= 3).sum() - nodes) < 0.02 * nodes + 40  # a small mesh is mostly edge


def test_a_mesh_is_a_mainland_and_one_small_island() -> None:
    ways = mesh_ways(20_000, 1)
    ends = _ends(ways)
    used = np.unique(ends)
    graph = coo_array((np.ones(len(ends)), np.searchsorted(used, ends).T), shape=(len(used),) * 2)
    count, label = connected_components(graph, directed=False)
    assert count == 2
    assert np.bincount(label).min() == 25


def test_a_mesh_mixes_classes_and_one_ways_and_its_mainland_is_strongly_connected() -> None:
    ways = mesh_ways(5_000, 2)
    both = (ways.access & MOTOR) == MOTOR
    ends = _ends(ways)
    arcs = np.vstack([ends, ends[both][:, ::-1]])
    used = np.unique(arcs)
    graph = coo_array((np.ones(len(arcs)), np.searchsorted(used, arcs).T), shape=(len(used),) * 2)
    assert connected_components(graph, directed=True, connection="strong")[0] == 2
    assert 0.001 < (~both).mean() < 0.1
    assert {CLASS_INDEX[c] for c in ("primary", "secondary", "tertiary", "unclassified")} <= set(
        ways.road_class.tolist()
    )


def test_a_mesh_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, two, other = mesh_ways(1_000, 3), mesh_ways(1_000, 3), mesh_ways(1_000, 4)
    assert np.array_equal(one.lon, two.lon) and np.array_equal(one.access, two.access)
    assert not np.array_equal(one.lon[:100], other.lon[:100])


def test_equal_node_ids_of_a_mesh_are_the_same_place() -> None:
    ways = mesh_ways(1_000, 5)
    place = pd.DataFrame({"id": ways.node_id, "lon": ways.lon, "lat": ways.lat}).groupby("id")
    assert (place.nunique() == 1).all().all()
    assert ways.offset[-1] == len(ways.node_id) == len(ways.lon)


def test_random_points_lie_within_150_m_of_the_network() -> None:
    ways = mesh_ways(1_000, 6)
    lon, lat = random_points(ways, 500, 7)
    xy = gpd.GeoSeries.from_xy(lon, lat, crs=4326).to_crs(32648)
    vertices = gpd.GeoSeries.from_xy(ways.lon, ways.lat, crs=4326).to_crs(32648)
    distance = cKDTree(shapely.get_coordinates(vertices)).query(shapely.get_coordinates(xy))[0]
    assert distance.max() < 151
    assert np.array_equal(lon, random_points(ways, 500, 7)[0])


def _ends(ways: Ways) -> np.ndarray:
    return np.column_stack([ways.node_id[ways.offset[:-1]], ways.node_id[ways.offset[1:] - 1]])


def test_the_program_that_makes_counties_knows_only_the_model() -> None:
    for path in sorted((ROOT / "geo" / "synthetic").glob("*.py")):
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        rooms = {n.module for n in tree if isinstance(n, ast.ImportFrom) and n.module and n.module.startswith("geo")}
        assert all(r.startswith(("geo.model", "geo.synthetic")) for r in rooms), path.name


def test_the_outlines_used_are_called_approximate() -> None:
    for name in SAMPLES:
        text = (DATA / "sample" / name / "boundary.geojson").read_text(encoding="utf-8")
        assert json.loads(text)["features"][0]["properties"]["boundary_kind"] == "approximate_outline"
