"""Areas coloured by a figure: classes with colours, for map, legend and tables alike. Fifth floor: output.

Light is low and dark is high: one lightness scale, so that colour-blind eyes and grey printers read it; no value is
hatched. A target is an edge between classes, so that met and not met never share a colour.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence

# From sand to night blue, each step darker than the one before.
COLOURS = ("#f8f1d8", "#c4cf97", "#86b79f", "#3a7c95", "#24507f", "#0e2244")
_PICKED = {1: (3,), 2: (1, 4), 3: (0, 2, 4), 4: (0, 2, 3, 4), 5: (0, 1, 2, 3, 4), 6: (0, 1, 2, 3, 4, 5)}


def colours(count: int) -> list[str]:
    """Colours for so many classes (1 to 6), the lowest first."""
    return [COLOURS[at] for at in _PICKED[count]]


def classed(values: Mapping[str, float], edges: Sequence[float]) -> dict[str, int]:
    """Area → class; a value on an edge belongs to the class above. Areas without a value are left out."""
    return {area: bisect_right(edges, value) for area, value in values.items() if not math.isnan(value)}


def choropleth(
    values: Mapping[str, float],
    edges: Sequence[float],
    texts: Sequence[str],
    tips: Mapping[str, Sequence[str]],
    *,
    title: str,
    none: str,
) -> dict[str, object]:
    """The `choropleth` of a map's state: `texts` are the classes' words, `tips` area → lines said when it is hovered.

    `none` is said of areas without a value.
    """  # fmt: skip
    classes = [{"colour": c, "text": t} for c, t in zip(colours(len(edges) + 1), texts, strict=True)]
    said = {area: list(lines) for area, lines in tips.items()}
    return {"title": title, "classes": classes, "of": classed(values, edges), "tips": said, "none": none}


def categories(
    of: Mapping[str, int], names: Sequence[str], tips: Mapping[str, Sequence[str]], *, title: str, none: str
) -> dict[str, object]:
    """The same for stages in order: `of` is area → stage, `names` the stages' words, the first one the lightest."""
    classes = [{"colour": c, "text": t} for c, t in zip(colours(len(names)), names, strict=True)]
    said = {area: list(lines) for area, lines in tips.items()}
    return {"title": title, "classes": classes, "of": dict(of), "tips": said, "none": none}
