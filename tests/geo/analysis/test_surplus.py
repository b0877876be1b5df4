"""The surplus divided: to the fen, in the ratio, and nothing lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.surplus import SUIXI_RATIO, divided, ratio_from
from geo.model.errors import OutOfRange

ratios = st.lists(st.integers(0, 20), min_size=3, max_size=3).filter(any)


def test_a_round_surplus_is_divided_six_to_three_to_one() -> None:
    assert divided(Decimal("1000000"), SUIXI_RATIO) == (Decimal(600000), Decimal(300000), Decimal(100000))


def test_the_last_fen_goes_to_the_part_that_lost_most() -> None:
    """0.01 yuan: 0.6, 0.3 and 0.1 fen; 0.05 yuan: 3, 1.5 and 0.5 fen, the town is before the village."""
    assert divided(Decimal("0.01"), SUIXI_RATIO) == (Decimal("0.01"), 0, 0)
    assert divided(Decimal("0.05"), SUIXI_RATIO) == (Decimal("0.03"), Decimal("0.02"), 0)


@given(st.integers(0, 10**15), ratios)
def test_the_parts_sum_to_the_whole_and_each_is_within_a_fen_of_its_share(fen: int, ratio: list[int]) -> None:
    amount, parts = Decimal(fen) / 100, [Decimal(r) for r in ratio]
    shares = divided(amount, parts)
    assert sum(shares) == amount
    for share, part in zip(shares, parts, strict=True):
        assert abs(share * 100 * sum(ratio) - fen * part) < sum(ratio)
        assert share == 0 or part > 0


def test_a_ratio_is_read_as_people_write_it() -> None:
    assert ratio_from("6:3:1") == ratio_from(" 6：3： 1 ") == SUIXI_RATIO
    assert divided(Decimal("100"), ratio_from("1.5:1:0")) == (Decimal(60), Decimal(40), 0)


@pytest.mark.parametrize(
    "text", ["", "6:3", "6:3:1:0", "a:b:c", "0:0:0", "-6:3:1", "nan:1:1", "inf:1:1", "1e99999:1:1"]
)
def test_a_ratio_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OutOfRange):
        ratio_from(text)


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "0.001", "1e14"])
def test_an_amount_nobody_has_is_refused(amount: str) -> None:
    with pytest.raises(OutOfRange):
        divided(Decimal(amount), SUIXI_RATIO)


def test_parts_too_small_to_count_are_refused_rather_than_divided_by_nothing() -> None:
    with pytest.raises(OutOfRange):
        divided(Decimal(1), (Decimal("1e-9"), Decimal(0), Decimal(0)))
