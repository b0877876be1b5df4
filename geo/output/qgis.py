"""Styles that QGIS reads: what a layer looks like on our map, as QML. Fourth floor: output."""

from collections.abc import Sequence

from geo.analysis.presenting import Answer
from geo.model.schemes import Tier
from geo.output import inks
from geo.output.clean import markup
from geo.output.language import Translate
from geo.output.picture_extras import CLOSED
from geo.output.trip_figures import BASE_INK

_SHAPES = {"cross": "cross_fill", "diamond": "diamond", "square": "square", "triangle": "triangle", "circle": "circle"}
_MM_PER_PX = 0.264

Rule = tuple[str, str, str]  # filter, label, symbol


def facilities_qml(tiers: Sequence[Tier], language: str) -> str:
    """One symbol and one colour a tier; the top tier is drawn last, over the others."""
    listed = list(enumerate(tiers))
    categories = "".join(
        f'<category render="true" symbol="{i}" value="{markup(t.tier_id)}" label="{markup(t.name[language])}"/>'
        for i, t in listed
    )
    symbols = "".join(
        _marker(str(i), t.colour, _SHAPES.get(t.symbol, "circle"), t.size_px, len(tiers) - i) for i, t in listed
    )
    return _qml(
        f'<renderer-v2 type="categorizedSymbol" attr="tier" symbollevels="1"><categories>{categories}</categories>'
        f"<symbols>{symbols}</symbols></renderer-v2>"
    )


def villages_qml(answer: Answer, _: Translate) -> str:
    """Villages by minutes, those beyond the threshold warm, those unreachable grey."""
    limit = answer.scene.threshold_min
    rules: list[Rule] = []
    for low, high, colour in inks.steps_within(limit):
        said = _("{from}–{to} min").replace("{from}", f"{low:g}").replace("{to}", f"{high:g}")
        at_least = f'"travel_time_min" > {low:g} AND ' if low else ""
        rules.append((f'{at_least}"travel_time_min" <= {high:g}', said, colour))
    rules.append((f'"travel_time_min" > {limit:g}', _("over {n} min").replace("{n}", f"{limit:g}"), inks.BEYOND))
    rules.append(('"travel_time_min" IS NULL', _("unreachable"), inks.UNREACHED))
    body = "".join(
        f'<rule filter="{markup(test)}" label="{markup(said)}" symbol="{i}"/>'
        for i, (test, said, _colour) in enumerate(rules)
    )
    symbols = "".join(_marker(str(i), colour, "circle", 3.5) for i, (_t, _s, colour) in enumerate(rules))
    return _qml(f'<renderer-v2 type="RuleRenderer"><rules>{body}</rules><symbols>{symbols}</symbols></renderer-v2>')


def areas_qml(answer: Answer, _: Translate) -> str:
    """Reach areas in the colours of their minutes, translucent."""
    categories, symbols = [], []
    for i, (low, high, colour) in enumerate(inks.steps_within(answer.scene.threshold_min)):
        said = _("{from}–{to} min").replace("{from}", f"{low:g}").replace("{to}", f"{high:g}")
        categories.append(f'<category render="true" symbol="{i}" value="{high:g}" label="{markup(said)}"/>')
        symbols.append(_fill(str(i), colour, 0.6, colour))
    return _qml(
        f'<renderer-v2 type="categorizedSymbol" attr="to_min"><categories>{"".join(categories)}</categories>'
        f"<symbols>{''.join(symbols)}</symbols></renderer-v2>"
    )


def townships_qml() -> str:
    """Outlines only: the figures are in the table."""
    return _single(_fill("0", "#ffffff", 0.0, inks.TOWN_LINE))


def outline_qml() -> str:
    """The county's outline."""
    return _single(_fill("0", "#ffffff", 0.0, inks.COUNTY_LINE, 0.6))


def roads_qml() -> str:
    """Roads as quiet lines."""
    line = _options({"line_color": _rgba("#8f8c84", 1.0), "line_width": "0.3"})
    return _single(_symbol("line", "0", "SimpleLine", line))


def closed_qml() -> str:
    """Closed roads as broad dashed lines."""
    line = _options({"line_color": _rgba(CLOSED, 1.0), "line_width": "1", "line_style": "dash"})
    return _single(_symbol("line", "0", "SimpleLine", line))


def bases_qml() -> str:
    """Ambulance bases as stars."""
    return _single(_marker("0", BASE_INK, "star", 7.0))


def surface_qml(answer: Answer, _: Translate) -> str:
    """The surface of minutes in the classes of the map; beyond the threshold warm."""
    limit = answer.scene.threshold_min
    items = "".join(
        f'<item value="{high:g}" label="≤ {high:g}" color="{colour}" alpha="255"/>'
        for _low, high, colour in inks.steps_within(limit)
    )
    items += f'<item value="inf" label="&gt; {limit:g}" color="{inks.BEYOND}" alpha="255"/>'
    return (
        '<!DOCTYPE qgis><qgis version="3.28" styleCategories="Symbology"><pipe>'
        '<rasterrenderer type="singlebandpseudocolor" band="1" opacity="0.6" alphaBand="-1">'
        f'<rastershader><colorrampshader colorRampType="DISCRETE" classificationMode="1">{items}</colorrampshader>'
        "</rastershader></rasterrenderer></pipe></qgis>"
    )


def _qml(renderer: str) -> str:
    return f'<!DOCTYPE qgis><qgis version="3.28" styleCategories="Symbology">{renderer}</qgis>'


def _single(symbol: str) -> str:
    return _qml(f'<renderer-v2 type="singleSymbol"><symbols>{symbol}</symbols></renderer-v2>')


def _marker(name: str, colour: str, shape: str, size_px: float, level: int = 0) -> str:
    look = _options({
        "color": _rgba(colour, 1.0), "name": shape, "outline_color": _rgba("#ffffff", 1.0), "outline_width": "0.2",
        "size": f"{2 * size_px * _MM_PER_PX:.2f}", "size_unit": "MM",
    })  # fmt: skip
    return _symbol("marker", name, "SimpleMarker", look, level)


def _fill(name: str, colour: str, alpha: float, edge: str, width_mm: float = 0.3) -> str:
    look = _options({
        "color": _rgba(colour, alpha), "style": "solid" if alpha else "no", "outline_color": _rgba(edge, 1.0),
        "outline_width": f"{width_mm:g}", "outline_style": "solid",
    })  # fmt: skip
    return _symbol("fill", name, "SimpleFill", look)


def _symbol(kind: str, name: str, layer: str, look: str, level: int = 0) -> str:
    drawn = f'<layer class="{layer}" enabled="1" pass="{level}">{look}</layer>'
    return f'<symbol type="{kind}" name="{name}" alpha="1">{drawn}</symbol>'


def _options(values: dict[str, str]) -> str:
    listed = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in values.items())
    return f'<Option type="Map">{listed}</Option>'


def _rgba(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(alpha * 255)}"
