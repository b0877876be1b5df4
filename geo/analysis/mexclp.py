"""Coverage that counts ambulances which are out: the expected coverage of MEXCLP. Third floor: analysis.

Daskin, M. S. (1983): A maximum expected covering location model: formulation, properties and heuristic solution.
Transportation Science 17(1), 48-70. Every ambulance is out for the same share p of the time, independently of the
others; a place with k ambulances in time finds one with probability 1 − p^k.
"""

import numpy as np

from geo.model.errors import OutOfRange
from geo.model.roads import Floats, Ints

MOST_BUSY = 0.99


def expected_coverage(reached: np.ndarray, ambulances: Ints, population: Floats, busy: float) -> float:
    """People expected to find a free ambulance in time: Σ people × (1 − p^k).

    `reached` is (demand, base): whether the base is in time; `ambulances` counts those of each base; `busy` is p, a
    share from 0 to MOST_BUSY. With p = 0 it is plain coverage. Raises OutOfRange for another p.
    """
    check_busy(busy)
    count = reached @ ambulances
    return float((population * (1.0 - np.power(busy, count, dtype=np.float64))).sum())


def check_busy(busy: float, what: str = "p") -> None:
    """Raises OutOfRange for what is no busy share; `what` names it to its reader."""
    if not 0 <= busy <= MOST_BUSY:
        raise OutOfRange(what=what, low="0", high=f"{MOST_BUSY:g}", value=busy)
