"""How far apart colours look: to most people, to colour-blind ones, on a washed-out projector, and by contrast.

Colours are sRGB; arrays end in three columns of 0 to 1. Sources: colour blindness by Machado, Oliveira and Fernandes,
"A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE TVCG 15(6), 2009, severity 1.0, in
linear RGB; distance CIEDE2000 as in Sharma, Wu and Dalal, Color Research & Application 30(1), 2005; contrast as in
WCAG 2.1.
"""

import numpy as np
import numpy.typing as npt

Colours = npt.NDArray[np.float64]

DEFICIENCIES: dict[str, Colours] = {
    "protanopia": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopia": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritanopia": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
_TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip
_D65 = np.array([0.95047, 1.0, 1.08883])
_BLACK, _GAMMA = 0.35, 0.85  # a projector in daylight: black is no darker than this share of white, midtones fade


def of_hex(*texts: str) -> Colours:
    """`#rrggbb` as rows of red, green, blue."""
    return np.array([[int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)] for text in texts])


def linear(colours: Colours) -> Colours:
    """Light instead of signal."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def signal(light: Colours) -> Colours:
    """The reverse of `linear`."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def as_seen_with(deficiency: str, colours: Colours) -> Colours:
    """What somebody with that deficiency sees."""
    return signal(linear(colours) @ DEFICIENCIES[deficiency].T)


def on_projector(colours: Colours) -> Colours:
    """The same on a projector with the curtains open."""
    return _BLACK + (1 - _BLACK) * colours**_GAMMA


def contrast(one: Colours, other: Colours) -> Colours:
    """The ratio of two colours' luminances, 1 to 21."""
    light, dark = (linear(colours) @ _TO_XYZ[1] + 0.05 for colours in (one, other))
    return np.maximum(light / dark, dark / light)


def lab(colours: Colours) -> Colours:
    """CIELAB, white D65."""
    ratio = linear(colours) @ _TO_XYZ.T / _D65
    f = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distance(one: Colours, other: Colours) -> Colours:
    """CIEDE2000 between rows of CIELAB."""
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(colours, -1, 0) for colours in (one, other))
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    c1, c2 = np.hypot(a1 * stretch, b1), np.hypot(a2 * stretch, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a * stretch)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, turn)
    hue = np.where(grey, h1 + h2, (h1 + turn / 2) % 360)
    by_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.20 * _cos(4 * hue - 63)
    )  # fmt: skip
    s_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    s_chroma, s_hue = 1 + 0.045 * chroma, 1 + 0.015 * chroma * t
    spin = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    spin = spin * 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    dl, dc, dh = (l2 - l1) / s_light, (c2 - c1) / s_chroma, by_hue / s_hue
    return np.sqrt(dl**2 + dc**2 + dh**2 + spin * dc * dh)


def _cos(degrees: Colours) -> Colours:
    return np.cos(np.radians(degrees))
