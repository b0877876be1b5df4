"""Networks and communities on small tables, shares and rates worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.analysis.communities import communities_of, paired
from geo.analysis.networks import (
    coverage_by_unit,
    delivery_figures,
    links_at,
    names_by_id,
    places_connected,
    summary,
)
from geo.analysis.tiers import tree_of
from geo.model.links import Outside, link_kind, no_links
from geo.model.schema import LINK, conform
from geo.model.schemes import Scheme, load_scheme
from geo.output.structure_text import communities_table
from tests.geo.analysis.test_structure_checks import facilities, townships, villages

XISHUI = load_scheme("xishui")
AWAY = '{"lat": 27.7, "lon": 106.9, "name": "市第一医院"}'


def links(*rows: tuple[str, ...]) -> pd.DataFrame:
    full = [(f"L{i}", *row, *[""] * (5 - len(row))) for i, row in enumerate(rows)]
    return conform(pd.DataFrame(full, columns=list(LINK)), LINK, path="", name="link")


def test_a_networks_share_is_of_the_open_places_it_should_reach() -> None:
    """Of three clinics V1 and V2 are connected, V3 is not; closing V2 leaves one of two."""
    table = links(("reads_ecg_for", "H1", "V1"), ("reads_ecg_for", "H1", "V2"), ("reads_ecg_for", "H1", "T1"))
    kind = link_kind("reads_ecg_for")
    places = places_connected(table, kind, "village_clinic", facilities(), villages(), XISHUI)
    assert dict(zip(places["id"], places["connected"], strict=True)) == {"V1": True, "V2": True, "V3": False}
    by_unit = coverage_by_unit(places, townships())
    assert by_unit[["unit_code", "connected", "places", "share_pct"]].to_numpy().tolist() == [
        ["U2", 0, 1, 0.0], ["U1", 2, 2, 100.0],
    ]  # fmt: skip
    closed = facilities(V2={"status": "closed"})
    assert places_connected(table, kind, "village_clinic", closed, villages(), XISHUI)["connected"].tolist() == [
        True,
        False,
    ]


def test_a_link_whose_served_end_is_its_beginning_counts_that_end() -> None:
    table = links(("refers_to", "V1", "T1"), ("refers_to", "V3", "T2"))
    found = places_connected(table, link_kind("refers_to"), "village_clinic", facilities(), villages(), XISHUI)
    assert found.loc[found["connected"], "id"].tolist() == ["V1", "V3"]


def test_a_village_is_connected_by_itself_or_by_its_township() -> None:
    demand = villages("own_clinic", "own_clinic", "none").assign(unit_code=["U1", "U2", "U2"])
    table = links(("grid_owner", "V1", "D0"), ("grid_owner", "T2", "U2"))
    found = places_connected(table, link_kind("grid_owner"), "village", facilities(), demand, XISHUI)
    assert found["connected"].tolist() == [True, True, True]
    assert places_connected(table.iloc[:1], link_kind("grid_owner"), "village", facilities(), demand, XISHUI)[
        "connected"
    ].tolist() == [True, False, False]


def test_the_summary_has_a_line_for_each_network_and_base() -> None:
    table = links(("tests_for", "H1", "T1"), ("tests_for", "T1", "V1"), ("branch_of", "K2", "H2"))
    found = summary(table, facilities(), villages(), XISHUI).set_index(["kind", "base"])
    assert found.loc[("tests_for", "village_clinic")].tolist() == [2, 2, 1, 3]
    assert found.loc[("tests_for", "township_hospital")].tolist() == [2, 2, 1, 4]
    assert found.loc[("branch_of", "")].tolist() == [1, 1, 0, 0]
    assert summary(no_links(), facilities(), villages(), XISHUI).empty


def test_a_place_tells_who_serves_it_and_whom_it_serves() -> None:
    table = links(
        ("reads_ecg_for", "H1", "V1", "2023", '{"doctors": 3}'), ("refers_to", "V1", "T1"),
        ("family_doctor", "V1", "D0"), ("pairs_with", "city", "H1", "", AWAY),
    )  # fmt: skip
    names = names_by_id(facilities(), villages(), townships())
    at = links_at(table, "V1", names)
    assert at[["kind", "served", "other"]].to_numpy().tolist() == [
        ["reads_ecg_for", True, "机构H1"], ["refers_to", True, "机构T1"], ["family_doctor", False, "村0"],
    ]  # fmt: skip
    assert at["more"].iloc[0] == {"doctors": "3"} and at["since"].iloc[0] == "2023"
    assert links_at(table, "H1", names)["other"].tolist() == ["机构V1", "市第一医院"]


def test_minutes_that_are_unknown_are_left_out_of_the_figures_and_counted() -> None:
    assert delivery_figures(np.array([10.0, np.nan, 20.0])) == (2, 15.0, 19.5, 20.0)
    assert delivery_figures(np.array([np.nan]))[0] == 0


# ---- communities -----------------------------------------------------------------------------------------------


def areas() -> gpd.GeoDataFrame:
    """Two townships of 0.1 by 0.1 degrees at 28 N."""
    shapes = [shapely.box(106.0, 28.0, 106.1, 28.1), shapely.box(106.1, 28.0, 106.2, 28.1)]
    return gpd.GeoDataFrame(townships("U1", "U2"), geometry=shapes, crs="EPSG:4326")


def test_a_community_has_its_lead_members_people_ground_and_rates() -> None:
    """C1: villages of 100 and 200 people, 6 beds: 20 per 1,000. C2: 300 people. A cell of 0.1° is about 109 km²."""
    beds = {i: {"beds": b} for i, b in {"H1": 4.0, "K1": 2.0, "H2": 3.0}.items()}
    table = facilities(**beds)
    demand = villages("own_clinic", "own_clinic", "own_clinic").assign(unit_code=["U1", "U1", "U2"])
    entry = np.array([table["facility_id"].tolist().index(i) for i in ("V1", "V2", "V3")])
    tree = tree_of(table, XISHUI)
    pairing = links(("pairs_with", "city", "H1", "", AWAY))
    first, second = communities_of(table, demand, areas(), pairing, XISHUI, tree, entry)
    assert (first.lead_id, first.villages, first.people, first.beds) == ("H1", 2, 300.0, 6.0)
    assert first.members == {
        "county_hospital": 1, "key_township_hospital": 1, "township_hospital_general": 1, "extension_point": 1,
        "village_clinic": 2,
    }  # fmt: skip
    assert first.per_thousand(first.beds) == 20.0 and first.reporting == {"beds": 2, "physicians": 0, "nurses": 0}
    assert first.area_km2 == pytest.approx(109, rel=0.01) and second.area_km2 == pytest.approx(first.area_km2, rel=0.01)
    assert first.paired_with == (Outside("市第一医院", 106.9, 27.7),) and second.paired_with == ()
    assert (first.organisation, first.organisation_told) == ("1+X", False)


def test_beds_and_staff_that_nobody_reports_are_unknown_and_never_none() -> None:
    """H1 says it has no physicians, K1 has 3; nobody says anything of nurses, and C2 says nothing at all."""
    table = facilities(H1={"physicians": 0.0}, K1={"physicians": 3.0})
    demand = villages("own_clinic", "own_clinic").assign(population=[1500.0, 100.0])
    entry = np.array([table["facility_id"].tolist().index(i) for i in ("V1", "V3")])
    found = communities_of(table, demand, areas(), no_links(), XISHUI, tree_of(table, XISHUI), entry)
    shown = communities_table(str, "en", XISHUI, found)
    assert shown["Physicians per 1,000"].iloc[0] == 2.0 and np.isnan(shown["Physicians per 1,000"].iloc[1])
    assert shown[["Beds per 1,000", "Nurses per 1,000"]].isna().all(axis=None)
    assert shown["Beds · physicians · nurses reported by"].tolist() == ["0 · 2 · 0 of 6", "0 · 0 · 0 of 4"]


@pytest.mark.parametrize(
    ("scheme", "flags", "model"),
    [
        ("wudi_group", "lead", ("group", True)),
        ("wudi_1x", "lead", ("1+X", True)),
        ("xishui", "lead;model_group", ("group", True)),
        ("wudi_group", "lead;model_1x", ("1+X", True)),
    ],
)
def test_the_organisation_is_what_the_lead_says_else_the_scheme(
    scheme: str, flags: str, model: tuple[str, bool]
) -> None:
    levels: Scheme = load_scheme(scheme)
    table = facilities(H1={"flags": flags})
    tree = tree_of(table, levels)
    found = communities_of(table, villages(), areas(), no_links(), levels, tree, np.array([-1]))
    assert (found[0].organisation, found[0].organisation_told) == model


def test_one_community_alone_is_taken_for_a_group_and_said_to_be_assumed() -> None:
    table = facilities().assign(community_id="C1")
    table.loc[1, "flags"] = "lead"
    found = communities_of(table, villages(), areas(), no_links(), XISHUI, tree_of(table, XISHUI), np.array([-1]))
    assert [(c.lead_id, c.organisation, c.organisation_told) for c in found] == [("H2", "group", False)]
    assert np.isnan(found[0].per_thousand(5))


def test_a_paired_hospital_of_the_list_is_told_by_the_list() -> None:
    found = paired(links(("pairs_with", "H1", "H2")), facilities(H1={"lon": 106.5}))
    assert found == {"H2": (Outside("机构H1", 106.5, 28.0, "H1"),)}
