"""Timing and one line a figure."""

import resource
import time
from collections.abc import Callable

LINE = "{name:<58} {value:>12} {aim:>22}  {verdict}"


def best(work: Callable[[], object], times: int = 5, clock: Callable[[], float] = time.perf_counter) -> float:
    """The shortest of some runs, seconds."""
    spans = []
    for _ in range(times):
        begin = clock()
        work()
        spans.append(clock() - begin)
    return min(spans)


def say(name: str, value: float, unit: str, *, at_least: float | None = None, at_most: float | None = None) -> None:
    """Print a figure beside its aim."""
    aim = f"≥ {at_least:g}" if at_least is not None else f"≤ {at_most:g}" if at_most is not None else ""
    missed = (at_least is not None and value < at_least) or (at_most is not None and value > at_most)
    verdict = "" if not aim else "MISSED" if missed else "ok"
    print(LINE.format(name=name, value=f"{value:,.3g} {unit}", aim=f"{aim} {unit}" if aim else "", verdict=verdict))


def peak_mb() -> float:
    """The most memory this process has held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
