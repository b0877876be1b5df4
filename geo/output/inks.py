"""Colours of minutes and of everything else that is drawn, the same on screen and on paper. Fourth floor: output.

web/symbols.js and web/layers.js hold the same values for the browser; a test compares the two. Near is dark, far is
light, beyond the threshold is warm: told apart by colour-blind eyes, and in greyscale by lightness and the ring.
"""

BREAKS = (5.0, 10.0, 15.0, 30.0, 60.0, 90.0, 120.0)
WITHIN = ("#174f7c", "#2a7ba8", "#54a3c0", "#88c5d0", "#b9dfdb")
BEYOND, BEYOND_RING, UNREACHED, NEUTRAL, HALO = "#d55e00", "#7a2f00", "#6b7278", "#7f97a8", "#ffffff"
LAND, GROUND, INK, SOFT, LINE, ACCENT = "#fcfbf7", "#e9edee", "#1f2a33", "#55626c", "#d5d9db", "#0b5cad"
COUNTY_LINE, TOWN_LINE, CHOSEN_LINE = "#39444c", "#7d858b", "#1d2b53"

# class → width at the overview, colour, casing; the order in which roads are drawn
ROADS = {
    "tertiary": (0.8, "#918e84", ""), "secondary": (1.5, "#ffffff", "#8f8c84"), "primary": (2.0, "#ffffff", "#7d7a72"),
    "trunk": (2.4, "#f7dfa4", "#a58d57"), "motorway": (2.8, "#f0c26e", "#9a7a3c"), "ferry": (1.0, "#6d93ad", ""),
}  # fmt: skip
MINOR = (0.7, "#c3bfb5", "")


Steps = list[tuple[float, float, str]]  # classes of minutes: from, to, colour


def spread(count: int) -> list[str]:
    """Colours for some classes within the threshold, the nearest first."""
    if count == 1:
        return [WITHIN[1]]
    return [WITHIN[int(i * (len(WITHIN) - 1) / (count - 1) + 0.5)] for i in range(count)]


def steps_within(threshold_min: float) -> Steps:
    """The classes of minutes up to the threshold, which always ends the last."""
    before = [b for b in BREAKS if b < threshold_min]
    ends = [*before[-(len(WITHIN) - 1) :], threshold_min]
    return [(low, high, c) for low, high, c in zip([0.0, *ends[:-1]], ends, spread(len(ends)), strict=True)]


def minutes_colour(minutes: float, steps: Steps) -> str:
    """The colour of a village reached in some minutes."""
    return next((colour for _, to, colour in steps if minutes <= to), BEYOND)


def ink_on(colour: str) -> str:
    """Dark or white, whichever is read more easily on a colour (the luminances of WCAG 2.1)."""
    light, dark = (_luminance(colour) + 0.05, _luminance(INK) + 0.05)
    return HALO if 1.05 / light > light / dark else INK


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def paler(colour: str, share: float) -> str:
    """A colour mixed with white, as the browser mixes it."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{int(v + (255 - v) * share + 0.5):02x}" for v in parts)
