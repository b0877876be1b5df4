"""The structure of a county of 1,500 clinics: chains, findings, lines, and the selection of a branch."""

from collections.abc import Callable

from geo.analysis.chain import nearest_chains, organisation_chains
from geo.analysis.structure_checks import check_structure
from geo.analysis.tiers import tree_of
from geo.model.links import link_kind
from geo.output.link_layers import links_layer
from geo.study import assumptions_for, nearest_by_tier, network_of
from geo.study.structure import (
    joined_tier,
    link_minutes,
    minutes_to_hubs,
    nearest_entries,
    own_entries,
    steps_of,
    structure_of,
)
from tests.bench.measure import best, say
from tests.geo.large_county import large_county

FIVE = "key_township_hospital"


def run() -> None:
    """Everything the structure page asks for, on 20,000 junctions and 1,500 villages."""
    study = large_county(1500)
    network = network_of(study, "car", assumptions_for(study))
    times = nearest_by_tier(study, network)
    tree = tree_of(study.facility, study.scheme)
    minutes = minutes_to_hubs(study, network, tree)
    entry, near = own_entries(study, network, tree, times), nearest_entries(study, tree, times)

    def chains() -> None:
        organisation_chains(tree, study.scheme, entry, minutes)
        nearest_chains(tree, study.scheme, near, minutes)

    tables = (study.facility, study.demand, study.unit)
    pharmacy = link_kind("supplies_drugs_to")
    found = structure_of(study, network, times)
    say("minutes of 3,000 places to 38 hospitals", best(lambda: minutes_to_hubs(study, network, tree), 2), "s")
    say("both chains of 1,500 villages, times known", best(chains) * 1000, "ms", at_most=2000)
    say("… all of the structure, searched anew", best(lambda: structure_of(study, network, times), 2), "s", at_most=4)
    works: dict[str, Callable[[], object]] = {
        "all checks": lambda: check_structure(*tables, study.scheme, minutes),
        "the lines of the map": lambda: links_layer(*tables, study.link, tree, entry.row, {}),
        "one village's chain with its ways": lambda: steps_of(study, network, found.organisation, 700),
        "delivery minutes of 1,500 links": lambda: link_minutes(study, network, pharmacy),
        "what if a hospital joined the five": lambda: joined_tier(study, network, found, "T00", FIVE),
    }
    for name, work in works.items():
        say(name, best(work, 3) * 1000, "ms", at_most=1000)
