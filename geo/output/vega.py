"""A chart as a Vega-Lite specification for the page: hover and selection, the same data as on paper. Fourth floor."""

from typing import Any

from geo.output import inks
from geo.output.figure import Chart, Figure

FONT = "'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
SELECTION = "chosen"  # the name under which the page is told what was clicked
_ROW_PX = 24
_SAME = "\u200b"  # told apart by an axis, not by a reader: two villages of one name are two bars


def vega_spec(figure: Figure, marked: str = "") -> dict[str, Any]:
    """The specification with its data inside; a click on a bar selects its `key`, the bar of `marked` has an edge."""
    chart = figure.chart
    rows = [
        {
            "label": label + _SAME * chart.labels[:i].count(label),
            "value": value,
            "said": said,
            "key": chart.keys[i] if chart.keys else "",
            "colour": colour,
        }
        for i, (label, value, said, colour) in enumerate(
            zip(chart.labels, chart.values, chart.said, chart.colours, strict=True)
        )
    ]
    look = {"font": FONT, "labelFontSize": 13, "titleFontSize": 13, "labelLimit": 180, "titleFontWeight": "normal"}
    return {
        "data": {"values": rows},
        "height": 60 + _ROW_PX * len(rows) if chart.kind == "bars" else 260,
        "config": {"font": FONT, "axis": look, "view": {"stroke": None}},
        **(_bars(chart, marked) if chart.kind == "bars" else _line(chart)),
    }


def _tooltip(chart: Chart) -> list[dict[str, str]]:
    return [
        {"field": "label", "type": "nominal", "title": chart.label_axis},
        {"field": "said", "type": "nominal", "title": chart.axis},
    ]


def _bars(chart: Chart, marked: str) -> dict[str, Any]:
    scale = {"domainMin": 0, **({"domainMax": chart.limit} if chart.limit else {})}
    label = {
        "field": "label",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "ticks": False, "domain": False, "labelOverlap": False},
    }
    value = {"field": "value", "type": "quantitative", "title": chart.axis, "scale": scale}
    return {
        "encoding": {"y": label, "x": value, "tooltip": _tooltip(chart)},
        "layer": [
            {
                "mark": {"type": "bar", "cursor": "pointer" if chart.keys else "default"},
                "params": [{"name": SELECTION, "select": {"type": "point", "fields": ["key"]}}],
                "encoding": {
                    "color": {"field": "colour", "type": "nominal", "scale": None, "legend": None},
                    "stroke": {"condition": {"test": {"field": "key", "equal": marked or None}, "value": inks.INK}},
                    "strokeWidth": {"value": 2},
                    "opacity": {"condition": {"param": SELECTION, "value": 1}, "value": 0.45},
                },
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 13, "color": inks.INK},
                "encoding": {"text": {"field": "said"}},
            },
        ],
    }


def _line(chart: Chart) -> dict[str, Any]:
    value = {"field": "value", "type": "quantitative", "title": chart.axis, "scale": {"domain": [0, 100]}}
    at = {"field": "at", "type": "quantitative", "title": chart.label_axis}
    rule = {
        "data": {"values": [{"at": chart.limit}]},
        "mark": {"type": "rule", "color": inks.BEYOND, "strokeDash": [4, 3], "strokeWidth": 1.5},
        "encoding": {"x": {"field": "at", "type": "quantitative"}},
    }
    line = {
        "mark": {"type": "line", "point": True, "color": inks.ACCENT},
        "encoding": {"x": at, "y": value, "tooltip": _tooltip(chart)},
    }
    return {
        "transform": [{"calculate": "toNumber(datum.label)", "as": "at"}],
        "layer": [line] + [rule] * bool(chart.limit),
    }
