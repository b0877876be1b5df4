"""What the browser gets of the structure: lines by position, ends outside, and charts as data only."""

import json
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely

from geo.analysis.tiers import parent_counts, tree_of
from geo.model.schemes import load_scheme
from geo.output.link_layers import COLOURS, community_colours, links_layer, straight_km
from geo.output.structure_charts import icicle_blocks, icicle_spec, sankey_spec
from geo.output.structure_text import namer
from tests.geo.analysis.test_networks import AWAY, links
from tests.geo.analysis.test_structure_checks import facilities, townships, villages

XISHUI = load_scheme("xishui")
NAMED = namer(XISHUI, "en")
HOSTILE = "{{7*7}}</script><img src=x onerror=alert(1)>"


def units() -> gpd.GeoDataFrame:
    shapes = [None, shapely.box(106.0, 28.0, 106.1, 28.1)]
    return gpd.GeoDataFrame(townships("U1", "U2"), geometry=shapes, crs="EPSG:4326")


def test_lines_are_told_by_position_and_an_end_outside_by_name_place_and_distance() -> None:
    table = facilities(V3={"status": "closed"})
    link = links(
        ("reads_ecg_for", "H1", "V1"), ("grid_owner", "V1", "D0"), ("grid_owner", "T2", "U2"), ("tests_for", "H1", "X"),
        ("pairs_with", "city", "H1", "", AWAY),
    )  # fmt: skip
    tree = tree_of(table, XISHUI)
    told = json.loads(links_layer(table, villages(), units(), link, tree, np.array([7]), {"C1": HOSTILE}))
    assert told["parent"] == [-1, -1, 0, 1, 2, 3, 4, 6, 4, -1]
    assert told["community"][:4] == [0, 1, 0, 1] and told["communities"][0]["name"] == HOSTILE
    assert told["leaf"] == [False] * 7 + [True] * 3 and told["entry"] == [7]
    networks = {n["kind"]: n["rows"] for n in told["networks"]}
    assert networks == {"reads_ecg_for": [["f7", "f0"]], "grid_owner": [["v0", "f7"], ["u0", "f5"]]}
    assert [(o["at"], o["name"], o["km"]) for o in told["outside"]] == [
        ("f0", "市第一医院", straight_km(106, 28, 106.9, 27.7))
    ]


def test_the_straight_distance_is_that_of_the_ellipsoid() -> None:
    assert straight_km(106, 28, 106, 29) == 110.8  # a degree of latitude at 28.5 N


def test_communities_keep_their_colours_by_the_order_of_their_ids() -> None:
    assert community_colours(tree_of(facilities(), XISHUI)) == {"C1": COLOURS[0], "C2": COLOURS[1]}


def test_the_icicle_is_as_wide_as_the_facilities_below_and_counts_the_lowest_together() -> None:
    """C1 has six facilities of ten, so 0.6 of the width; T1's is shared by E1 with V1 (2) and by V2 alone (1)."""
    table = facilities()
    blocks = icicle_blocks(table, tree_of(table, XISHUI), XISHUI, NAMED, {"C1": "one"})
    by_id: dict[str, list] = {}
    for block in blocks:
        by_id.setdefault(block.item_id, []).append(block)
    assert (by_id["community:C1"][0].name, by_id["community:C1"][0].right) == ("one", 0.6)
    assert [b.depth for b in by_id["facility:T1"]] == [3, 4] and by_id["facility:T1"][1].name == "1"
    width = by_id["facility:E1"][0].right - by_id["facility:E1"][0].left
    assert abs(width - 0.4) < 1e-9
    for depth in range(5):
        row = sorted((b.left, b.right) for b in blocks if b.depth == depth)
        assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(row))


def test_a_branch_shows_its_lowest_facilities_one_by_one() -> None:
    table = facilities()
    tree = tree_of(table, XISHUI)
    blocks = icicle_blocks(table, tree, XISHUI, NAMED, {}, root=4)
    assert {b.item_id for b in blocks} == {f"facility:{i}" for i in ("T1", "E1", "V1", "V2")}


def test_a_circle_of_parents_and_a_facility_below_it_do_not_hang_the_icicle() -> None:
    table = facilities(K1={"parent_id": "T1"})
    blocks = icicle_blocks(table, tree_of(table, XISHUI), XISHUI, NAMED, {})
    assert blocks and all(0 <= b.left <= b.right <= 1 for b in blocks)


def test_the_sankeys_bands_are_as_thick_as_their_facilities() -> None:
    spec = sankey_spec(parent_counts(facilities(), XISHUI), XISHUI, NAMED, {}, {}, "alone")
    layers = spec["layer"]
    assert isinstance(layers, list)
    bands = layers[0]["data"]["values"]
    thick = {b["id"]: round(b["y2"] - b["y"], 3) for b in bands}
    assert thick["band:village_clinic:township_hospital_general:C1"] == 1
    nodes = {n["id"]: n for n in layers[1]["data"]["values"]}
    assert nodes["tier:village_clinic"]["y2"] - nodes["tier:village_clinic"]["y"] == 3
    assert nodes["tier:county_hospital"]["detail"] == "2 (alone: 2)"


def test_hostile_names_are_data_of_the_charts_and_never_expressions() -> None:
    table = facilities(T1={"name": HOSTILE})
    tree = tree_of(table, XISHUI)
    spec = icicle_spec(icicle_blocks(table, tree, XISHUI, NAMED, {"C1": HOSTILE}))
    names = [row["name"] for row in spec["data"]["values"]]  # type: ignore[index]
    assert names.count(HOSTILE) == 2
    frame = json.dumps({k: v for k, v in spec.items() if k != "data"})
    assert HOSTILE not in frame and "expr" not in frame and "href" not in frame and "http" not in frame
