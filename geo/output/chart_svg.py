"""A chart as a picture, from the same plain data as on the page. Fourth floor: output."""

import math

from geo.output import inks, svg
from geo.output.figure import Chart, Figure

_TEXT = 13.0
_AXIS = svg.Look(12, inks.SOFT)


def chart_svg(figure: Figure, width: float, height: float, *, title: bool = True) -> str:
    """The figure's chart, `width` × `height` units, with its title, value, denominator and marks."""
    return svg.document(width, height, chart_parts(figure, width, height, title=title))


def chart_parts(figure: Figure, width: float, height: float, *, title: bool = True) -> str:
    """The same for a place inside another picture."""
    top = 62.0 if title else 8.0
    head = _head(figure, width) if title else ""
    marks = " · ".join(figure.marks)
    foot = svg.text(width - 8, height - 8, marks, svg.Look(11.5, inks.SOFT, "end"))
    draw = _bars if figure.chart.kind == "bars" else _line
    drawn = draw(figure.chart, width, height - top - 24)
    return f'{head}<g transform="translate(0 {top:g})">{drawn}</g>{foot}'


def _head(figure: Figure, width: float) -> str:
    value = svg.text(10, 50, figure.value, svg.Look(22, inks.ACCENT, bold=True))
    of = svg.shortened(figure.of, width - 30 - svg.width_of(figure.value, 22), _TEXT)
    return (
        svg.text(10, 22, svg.shortened(figure.title, width - 20, 16), svg.Look(16, bold=True))
        + value
        + svg.text(20 + svg.width_of(figure.value, 22), 50, of, svg.Look(_TEXT, inks.SOFT))
    )


def _bars(chart: Chart, width: float, height: float) -> str:
    """Bars lying down, so that Chinese names stay level; each with its value."""
    if not chart.labels:
        return svg.text(width / 2, height / 2, "—", svg.Look(16, inks.SOFT, "middle"))
    row = min((height - 26) / len(chart.labels), 34.0)
    size = min(_TEXT, max(row * 0.62, 7.0))
    names = [svg.shortened(label, width * 0.4, size) for label in chart.labels]
    left = max(svg.width_of(name, size) for name in names) + 18
    right = max(svg.width_of(said, size) for said in chart.said) + 14
    longest = chart.limit or max([*chart.values, 0.0]) or 1.0
    out = []
    for i, (name, value, colour, said) in enumerate(zip(names, chart.values, chart.colours, chart.said, strict=True)):
        y, wide = 4 + i * row, (width - left - right) * value / longest
        base = y + row / 2 + size * 0.36
        out.append(svg.text(left - 8, base, name, svg.Look(size, anchor="end")))
        out.append(svg.rect(left, y + row * 0.16, wide, row * 0.68, colour, r=1.5))
        out.append(svg.text(left + wide + 5, base, said, svg.Look(size)))
    axis = svg.path(f"M{left:.1f} 0V{len(chart.labels) * row + 8:.1f}", stroke=inks.LINE)
    note = svg.text(left, len(chart.labels) * row + 22, chart.axis, _AXIS)
    return axis + "".join(out) + note


def _line(chart: Chart, width: float, height: float) -> str:
    left, right, top, bottom = 52.0, 20.0, 18.0, 40.0
    at = [float(label) for label in chart.labels]
    known = [(x, v) for x, v in zip(at, chart.values, strict=True) if not math.isnan(v)]
    if not known:
        return svg.text(width / 2, height / 2, "—", svg.Look(16, inks.SOFT, "middle"))
    wide, high = width - left - right, height - top - bottom

    def place(x: float, value: float) -> tuple[float, float]:
        return left + wide * x / max(at[-1], 1.0), top + high * (1 - value / 100)

    grid = "".join(
        _grid_line(left, width - right, place(0, level)[1], f"{level:g} %") for level in (0, 25, 50, 75, 100)
    )
    ticks = "".join(svg.text(place(x, 0)[0], height - bottom + 17, f"{x:g}", _ticks()) for x in at if x % 15 == 0)
    points = "L".join("{:.1f} {:.1f}".format(*place(x, v)) for x, v in known)
    line = svg.path(f"M{points}", stroke=inks.ACCENT, width=2.4)
    dots = "".join(svg.dot(*place(x, v), 2.6, inks.ACCENT, "#ffffff") for x, v in known)
    name = svg.text(left + wide / 2, height - 6, chart.label_axis, svg.Look(12, inks.SOFT, "middle"))
    return grid + ticks + _threshold(chart, place(chart.limit or 0, 0)[0], top, height - bottom) + line + dots + name


def _ticks() -> svg.Look:
    return svg.Look(12, inks.SOFT, "middle")


def _grid_line(left: float, right: float, y: float, said: str) -> str:
    line = svg.path(f"M{left:.1f} {y:.1f}H{right:.1f}", stroke="#e3e7e9")
    return line + svg.text(left - 7, y + 4, said, svg.Look(12, inks.SOFT, "end"))


def _threshold(chart: Chart, x: float, top: float, bottom: float) -> str:
    """Where the threshold stands, with the value there."""
    if chart.limit is None:
        return ""
    said = chart.said[chart.labels.index(f"{chart.limit:g}")]
    line = svg.path(f"M{x:.1f} {top:.1f}V{bottom:.1f}", stroke=inks.BEYOND, width=1.4, dash="4 3")
    return line + svg.text(x + 6, bottom - 10, said, svg.Look(13, inks.BEYOND_RING, bold=True, halo=True))
