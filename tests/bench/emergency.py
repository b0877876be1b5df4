"""The emergency page: a changed interval, a base more or fewer, against making everything anew."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.analysis.mexclp import expected_coverage
from geo.model.assumptions import Assumptions
from geo.model.bases import Base, base_at, bases_of
from geo.model.clock import Clock
from geo.model.inputs import Study
from geo.model.roads import Floats
from geo.network.breaks import breaks_at
from geo.store import open_store
from geo.study import Network, assumptions_for, emergency, open_study
from geo.study.conditions import with_breaks
from geo.study.emergency import Emergency
from tests.bench.measure import best, say


def run() -> None:
    """Print every figure of the two samples that the promise names, and of the largest one."""
    for name in ("xishui", "nordurland", "shouguang"):
        study = open_study(open_store(), name)
        listed = bases_of(study.facility)
        figures(study, listed or [base_at(row, added=True) for _, row in study.facility.iterrows()])


def figures(study: Study, bases: list[Base] | tuple[Base, ...]) -> None:
    """A study's figures with these bases."""
    assumptions = assumptions_for(study)
    out = emergency.outward(study, assumptions)
    back = emergency.inward(study, assumptions)
    hospital = emergency.nearest_hospital(study, back, "emergency")
    drive = emergency.drive_matrix(out, bases)
    added = replace(bases[0], base_id="+1", lon=bases[0].lon + 0.02, lat=bases[0].lat + 0.01)

    def answered(clock: Clock, places: list[Base], minutes: Floats) -> Emergency:
        found = emergency.answer(study, places, minutes, hospital, clock)
        emergency.hospital_coverage(found, 60)
        expected_coverage(found.in_time, found.ambulances, study.demand["population"].to_numpy(dtype=float), 0.3)
        return found

    def one_more() -> Floats:
        return np.column_stack([drive, emergency.drive_column(out, added)])

    assert np.array_equal(one_more(), emergency.drive_matrix(out, [*bases, added]), equal_nan=True)
    interval = best(lambda: answered(Clock(1, 4, 15), [*bases], drive), 9)
    more = best(lambda: answered(Clock(1, 3, 15), [*bases, added], one_more()), 9)
    fewer = best(lambda: answered(Clock(1, 3, 15), [*bases[1:]], drive[:, 1:]), 9)
    shut = best(lambda: answered_without(study, bases, out, back), 5)
    column = best(lambda: emergency.drive_column(out, added), 9)
    whole = best(lambda: anew(study, assumptions, [*bases, added]), 3)
    size = f"{study.name}, {len(bases)} bases × {len(study.demand):,} villages"
    say(f"{size}: interval changed", interval * 1000, "ms", at_most=50)
    say("… a base added, with its search", more * 1000, "ms", at_most=100)
    say("… a base removed", fewer * 1000, "ms", at_most=100)
    say("… a road closed, with every search of both legs", shut * 1000, "ms", at_most=300)
    say("… everything anew over the search of the base added", whole / column, "×", at_least=20)
    say("… everything anew over a base added, figures included", whole / more, "×")


def answered_without(study: Study, bases: Sequence[Base], out: Network, back: Network) -> Emergency:
    """With one road closed."""
    shut_out, shut_back = (with_breaks(network, breaks_at({0: 0.5})) for network in (out, back))
    hospital = emergency.nearest_hospital(study, shut_back, "emergency")
    return emergency.answer(study, bases, emergency.drive_matrix(shut_out, bases), hospital, Clock(1, 3, 15))


def anew(study: Study, assumptions: Assumptions, bases: list[Base]) -> Emergency:
    """Both networks, every search, every figure: what a base added would cost without its own search."""
    drive = emergency.drive_matrix(emergency.outward(study, assumptions), bases)
    hospital = emergency.nearest_hospital(study, emergency.inward(study, assumptions), "emergency")
    return emergency.answer(study, bases, drive, hospital, Clock(1, 3, 15))
