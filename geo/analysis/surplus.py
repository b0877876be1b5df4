"""A surplus of the insurance fund divided between levels, to the fen. Third floor: analysis.

Suixi divides county : town : village 6 : 3 : 1 (policy documents behind the project); the ratio is an input.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from geo.model.errors import N_, OutOfRange

SUIXI_RATIO = (Decimal(6), Decimal(3), Decimal(1))
MOST_YUAN = Decimal(10) ** 13
MOST_PART = 1_000_000


def divided(amount_yuan: Decimal, ratio: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """The parts of an amount in proportion to `ratio`, whole fen each, that sum to the amount exactly.

    Each part is cut to whole fen; the fen left over go one by one to the parts that lost most, the first of equals
    first (largest remainder). Raises OutOfRange for a negative or absurd amount, one finer than a fen, and a ratio
    without a positive part or with a negative one.
    """
    if not amount_yuan.is_finite() or not 0 <= amount_yuan <= MOST_YUAN or amount_yuan != round(amount_yuan, 2):
        raise OutOfRange(what=N_("The amount in yuan"), low=0, high=f"{MOST_YUAN:.0f}", value=amount_yuan)
    fen = amount_yuan * 100
    parts = [_millionths(part) for part in ratio]
    whole = sum(parts)
    if not whole > 0 or min(parts) < 0:
        raise OutOfRange(what=N_("The ratio"), low="0:0:1", high="…", value=":".join(map(str, ratio)))
    exact = [divmod(int(fen) * part, whole) for part in parts]
    out = [share for share, _ in exact]
    by_loss = sorted(range(len(out)), key=lambda at: (-exact[at][1], at))
    for at in by_loss[: int(fen) - sum(out)]:
        out[at] += 1
    return tuple(Decimal(share) / 100 for share in out)


def ratio_from(text: str) -> tuple[Decimal, ...]:
    """County, town and village parts of a text such as 6:3:1. Raises OutOfRange for anything else."""
    try:
        parts = tuple(Decimal(word.strip()) for word in text.replace("：", ":").split(":"))
    except InvalidOperation:
        parts = ()
    if len(parts) != 3 or any(not part.is_finite() or not 0 <= part <= MOST_PART for part in parts) or not sum(parts):
        raise OutOfRange(what=N_("The ratio"), low="0:0:1", high=f"{MOST_PART}:0:0", value=text)
    return parts


def _millionths(part: Decimal) -> int:
    """A part of a ratio as a whole number, so that 1.5 : 1 stays exact."""
    return int(part.scaleb(6).to_integral_value())
