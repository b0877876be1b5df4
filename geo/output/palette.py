"""Colours for things that have no order, such as bases: told apart by colour-blind eyes. Fourth floor: output.

Okabe and Ito's set and three of Paul Tol's muted one. With more things than colours, neighbours differ.
"""

from collections.abc import Iterable, Sequence

COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#332288", "#661100", "#882255", "#F0E442",
)  # fmt: skip


def distinct(names: Sequence[str], beside: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """A colour for each name, in their order; names of a pair in `beside` differ as long as ten colours allow it."""
    near: dict[str, set[str]] = {name: set() for name in names}
    for one, other in beside:
        if one in near and other in near and one != other:
            near[one].add(other)
            near[other].add(one)
    out: dict[str, str] = {}
    for name in names:
        taken = [out[other] for other in near[name] if other in out]
        worn = list(out.values())
        out[name] = min(COLOURS, key=lambda colour: (taken.count(colour), worn.count(colour), COLOURS.index(colour)))
    return out
