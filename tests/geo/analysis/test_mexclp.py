"""Expected coverage: by hand, and against ambulances that come and go by chance."""

import numpy as np
import pytest

from geo.analysis.mexclp import expected_coverage
from geo.model.errors import OutOfRange

REACHED = np.array([[True, False], [True, True], [False, True], [False, False]])
AMBULANCES = np.array([2, 1])
PEOPLE = np.array([1000.0, 2000.0, 400.0, 357.0])


def test_expected_people_by_hand() -> None:
    by_hand = 1000 * (1 - 0.25) + 2000 * (1 - 0.125) + 400 * (1 - 0.5)
    assert expected_coverage(REACHED, AMBULANCES, PEOPLE, 0.5) == pytest.approx(by_hand)


def test_the_formula_agrees_with_a_simulation_of_busy_ambulances_within_its_error() -> None:
    busy, trials, rng = 0.3, 20_000, np.random.default_rng(7)
    home = np.repeat([0, 1], AMBULANCES)  # the base of each ambulance
    free = rng.random((trials, len(home))) >= busy
    served = (free[:, None, :] & REACHED[None][:, :, home]).any(axis=2)  # (trial, place)
    people = served @ PEOPLE
    error = people.std(ddof=1) / np.sqrt(trials)
    expected = expected_coverage(REACHED, AMBULANCES, PEOPLE, busy)
    assert abs(people.mean() - expected) < 4 * error
    # The check has teeth: the same formula with another busy share is far outside the error.
    assert abs(people.mean() - expected_coverage(REACHED, AMBULANCES, PEOPLE, 0.35)) > 10 * error


@pytest.mark.parametrize("busy", [-0.1, 0.995, 1.0, float("nan")])
def test_a_share_that_is_none_is_refused(busy: float) -> None:
    with pytest.raises(OutOfRange):
        expected_coverage(REACHED, AMBULANCES, PEOPLE, busy)
