"""Small pieces of SVG: text, symbols, swatches. Every text goes through `markup`. Fourth floor: output."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.output import inks
from geo.output.clean import clean, markup

FONTS = "Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif"  # the first is typeset.py's own

# Corners of a symbol of half-width 1, y downwards: those of web/symbols.js.
_CORNERS = {
    "square": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    "cross": ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)),
    "diamond": ((0.0, -1.3), (1.3, 0.0), (0.0, 1.3), (-1.3, 0.0)),
    "triangle": ((0.0, -1.2), (1.2, 0.95), (-1.2, 0.95)),
}
_PLUS = (
    (-0.22, -0.66), (0.22, -0.66), (0.22, -0.22), (0.66, -0.22), (0.66, 0.22), (0.22, 0.22),
    (0.22, 0.66), (-0.22, 0.66), (-0.22, 0.22), (-0.66, 0.22), (-0.66, -0.22), (-0.22, -0.22),
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a text is set: size in units, colour, anchor, and how strong (a stroke of its own colour, or a halo)."""

    size: float = 13.0
    colour: str = inks.INK
    anchor: str = "start"
    bold: bool = False
    halo: bool = False


PLAIN = Look()


def text(x: float, y: float, words: object, look: Look = PLAIN) -> str:
    """One line of text with its baseline at y."""
    common = f'x="{x:.1f}" y="{y:.1f}" font-size="{look.size:g}" text-anchor="{look.anchor}"'
    said = markup(words)
    under = ""
    if look.halo:
        edge = f'stroke="{inks.HALO}" stroke-width="{look.size * 0.26:.1f}" stroke-linejoin="round"'
        under = f'<text {common} fill="{inks.HALO}" {edge}>{said}</text>'
    # The packaged font has one weight; a hair of its own colour makes it bold.
    strong = f' stroke="{look.colour}" stroke-width="{look.size * 0.035:.2f}"' if look.bold else ""
    return f'{under}<text {common} fill="{look.colour}"{strong}>{said}</text>'


def width_of(words: object, size: float) -> float:
    """About how wide a text is: Chinese characters are square, others half as wide."""
    return size * sum(1.0 if ord(c) > 0x2E7F else 0.56 for c in clean(words))


def wrapped(words: object, width: float, size: float) -> list[str]:
    """A text in lines of some width; breaks at spaces, and between any two Chinese characters."""
    lines, line = [], ""
    for piece in _pieces(clean(words)):
        if line and width_of(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(words: str) -> list[str]:
    out: list[str] = []
    for letter in words.replace("\n", " ").replace("\t", " "):
        joined = out and ord(letter) < 0x2E80 and ord(out[-1][-1]) < 0x2E80 and not out[-1].endswith(" ")
        if out and (joined or letter in "，。；：、）") and len(out[-1]) < 40:
            out[-1] += letter
        else:
            out.append(letter)
    return out


def shortened(words: object, width: float, size: float) -> str:
    """A text cut to a width, with an ellipsis where it was cut."""
    said = clean(words).replace("\n", " ")
    if width_of(said, size) <= width:
        return said
    while said and width_of(said + "…", size) > width:
        said = said[:-1]
    return said + "…"


def symbol(shape: str, colour: str, x: float, y: float, r: float) -> str:
    """A facility's symbol with a white edge."""
    edge = f'stroke="{inks.HALO}" stroke-width="{1.4 if r > 4 else 0.7}" stroke-linejoin="round"'
    if shape not in _CORNERS:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}" {edge}/>'
    made = f'<polygon points="{_points(_CORNERS[shape], x, y, r)}" fill="{colour}" {edge}/>'
    if shape == "cross":
        made += f'<polygon points="{_points(_PLUS, x, y, r)}" fill="{inks.HALO}"/>'
    return made


def _points(corners: Sequence[tuple[float, float]], x: float, y: float, r: float) -> str:
    return " ".join(f"{x + dx * r:.1f},{y + dy * r:.1f}" for dx, dy in corners)


def dot(x: float, y: float, r: float, fill: str, edge: str, width: float = 0.6) -> str:
    """A village."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{fill}" stroke="{edge}" stroke-width="{width:g}"/>'


def crossed(x: float, y: float, r: float) -> str:
    """A village that no road leads to."""
    a, b, c, d = (f"{v:.1f}" for v in (x - r * 0.55, x + r * 0.55, y - r * 0.55, y + r * 0.55))
    lines = f"M{a} {c}L{b} {d}M{b} {c}L{a} {d}"
    return dot(x, y, r, "#ffffff", inks.UNREACHED, 1) + (
        f'<path d="{lines}" stroke="{inks.UNREACHED}" stroke-width="1"/>'
    )


def path(d: str, *, fill: str = "none", stroke: str = "none", width: float = 1.0, dash: str = "") -> str:
    """A path; fills leave holes open."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    line = f'stroke="{stroke}" stroke-width="{width:g}" stroke-linejoin="round" stroke-linecap="round"{dashed}'
    return f'<path d="{d}" fill="{fill}" fill-rule="evenodd" {line if stroke != "none" else ""}/>' if d else ""


def rect(x: float, y: float, width: float, height: float, fill: str, stroke: str = "none", r: float = 0.0) -> str:
    """A box."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}"'
    return f'<rect {place} rx="{r:g}" fill="{fill}" stroke="{stroke}"/>'


def document(width: float, height: float, *parts: str) -> str:
    """A whole picture on white."""
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FONTS}">'
    return f"{head}{rect(0, 0, width, height, '#ffffff')}{''.join(parts)}</svg>"
