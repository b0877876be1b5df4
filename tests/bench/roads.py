"""Closed roads: one closure, and the ranking of all that matter, beside a whole search of the broken network."""

import time

import numpy as np

from geo.network.breaks import breaks_at
from geo.network.closures import minutes_without, people_carried
from geo.store import open_store
from geo.study import assumptions_for, closing, conditions, network_of, open_study
from tests.bench.measure import best, say


def run() -> None:
    """The sample county and North Iceland."""
    for name in ("xishui", "nordurland"):
        study = open_study(open_store(), name)
        network = network_of(study, "ambulance", assumptions_for(study))
        tiers = study.scheme.select(["county_hospital", "township_hospital"])
        begin = time.perf_counter()
        care = closing.care_of(study, network, tiers)
        say(f"{name}: search with all roads open, ready to close some", (time.perf_counter() - begin) * 1000, "ms")
        people = study.demand["population"].to_numpy()
        worst = int(np.argmax(people_carried(care.opened, people)))
        breaks = breaks_at({worst: 0.5})
        one = best(lambda c=care, b=breaks: closing.found_with(c, b))
        whole = best(lambda s=study, n=network, t=tiers, b=breaks: conditions.minutes_counted(s, n, t, b))
        say(f"{name}: close the road that carries most people", one * 1000, "ms", at_most=300)
        say("… times faster than searching the broken network", whole / one, "×")
        begin = time.perf_counter()
        table = closing.rank_segments(care, 15)
        say(f"{name}: rank {len(table)} segments", time.perf_counter() - begin, "s", at_most=20)
        assert np.isfinite(minutes_without(care.opened, breaks)[0]).any()
