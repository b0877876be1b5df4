"""A figure under other conditions, and the band about it when every speed is wrong by some share. Joins the rooms."""

from dataclasses import dataclass, replace

import pandas as pd

from geo.analysis.coverage import Coverage, coverage
from geo.model.assumptions import Assumptions
from geo.model.inputs import Study
from geo.network.breaks import NO_BREAKS, Breaks, broken, on_broken
from geo.network.graph import build_graph
from geo.network.travel_time import nearest_times
from geo.study.answers import Network, open_rows

BAND_SHARE = 0.2  # of the speed, slower and faster


@dataclass(frozen=True)
class Band:
    """People covered when all speeds on roads are lower and higher by `share`; walks to and from the road are not."""

    share: float
    slower: Coverage
    faster: Coverage


def rescaled(network: Network, assumptions: Assumptions) -> Network:
    """The network under other assumptions that leave every point where it is: speeds, factors, conditions."""
    graph = build_graph(network.graph.roads, network.graph.mode, assumptions)
    return replace(network, graph=graph, assumptions=assumptions)


def with_breaks(network: Network, breaks: Breaks) -> Network:
    """The network with some roads broken; points stay where they are."""
    if not len(breaks):
        return network
    count = network.graph.roads.edge_count
    facility, demand = (on_broken(p, breaks, count) for p in (network.facility, network.demand))
    return replace(network, graph=broken(network.graph, breaks), facility=facility, demand=demand, breaks=breaks)


def minutes_counted(study: Study, network: Network, tiers: tuple[str, ...], breaks: Breaks = NO_BREAKS) -> pd.Series:
    """Minutes to the nearest facility of the tiers that count, in the order of the study's demand; NaN unreachable."""
    shut = with_breaks(network, breaks)
    facility = shut.facility.take(open_rows(study, tiers))
    minutes, _ = nearest_times(shut.graph, facility, shut.demand, shut.assumptions)
    return pd.Series(minutes, name="travel_time_min")


def speed_band(
    study: Study,
    network: Network,
    tiers: tuple[str, ...],
    share: float = BAND_SHARE,
    breaks: Breaks = NO_BREAKS,
) -> tuple[pd.Series, pd.Series]:
    """Minutes as `minutes_counted` with all speeds lower by `share`, and higher: two searches, for any threshold."""
    slow, fast = at_speeds(network, share)
    return minutes_counted(study, slow, tiers, breaks), minutes_counted(study, fast, tiers, breaks)


def at_speeds(network: Network, share: float) -> tuple[Network, Network]:
    """The network with all speeds along roads lower by `share`, and higher."""
    scales = [network.assumptions.speed_scale * (1 - share), network.assumptions.speed_scale * (1 + share)]
    slow, fast = (rescaled(network, replace(network.assumptions, speed_scale=scale)) for scale in scales)
    return slow, fast


def coverage_band(study: Study, minutes: tuple[pd.Series, pd.Series], threshold_min: float, share: float) -> Band:
    """The band at a threshold of what `speed_band` found."""
    people = study.demand["population"]
    slower, faster = (coverage(m, people, threshold_min) for m in minutes)
    return Band(share, slower, faster)
