"""The structure in words: counts against the scheme, names of tiers and capabilities. Fifth floor: output."""

from collections.abc import Callable, Sequence

from geo.analysis.tiers import TierCount
from geo.model.capabilities import load_capabilities
from geo.model.errors import N_
from geo.model.schemes import Scheme
from geo.output.language import Translate

ARROW = " → "


def namer(scheme: Scheme, language: str) -> Callable[[str], str]:
    """A function from the id of a tier or a capability to its name in a language; any other id stays."""
    names = {c.capability_id: c.name.get(language, c.capability_id) for c in load_capabilities()}
    names |= {t.tier_id: t.name.get(language, t.tier_id) for t in scheme.tiers}
    return lambda item_id: names.get(item_id, item_id)


def counts_line(_: Translate, counts: Sequence[TierCount]) -> str:
    """The counts against the scheme: "2 + 5 + N: 2 of 2, 5 of 5, N = 21 + 6 + 233"; without a formula, the counts."""
    if not any(c.expected is not None or c.many for c in counts):
        return ARROW.join(f"{c.count:,}" for c in counts)
    many = [c for c in counts if c.many]
    plain = [c for c in counts if not c.many]
    formula = " + ".join([str(c.expected) if c.expected is not None else "–" for c in plain] + (["N"] if many else []))
    told = [
        _(N_("{count:,} of {expected:,}")).format(count=c.count, expected=c.expected)
        if c.expected is not None
        else f"{c.count:,}"
        for c in plain
    ]
    if many:
        told.append("N = " + " + ".join(f"{c.count:,}" for c in many))
    return f"{formula}: " + ", ".join(told)
