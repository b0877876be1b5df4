"""One definition of each figure, for screen, slides, paper and spreadsheets. Fourth floor: output.

A figure has a title, one large value with its denominator, a table, a chart as plain data, and the marks it must carry.
Whoever draws it chooses sizes, never words or numbers. Charts name the things behind their bars, so that a page can
link them to its map.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo.analysis.presenting import (
    Answer,
    edges_of,
    people_by_minutes,
    share_within,
    tier_table,
    uncovered_places,
    weakest_units,
)
from geo.model.briefing import SHOWN, filled, in_language
from geo.model.schemes import Tier
from geo.output import inks
from geo.output.language import Translate
from geo.output.names import short_names

ROWS = 12  # of a ranking: what a slide and a page can show; workbooks hold all
CURVE_MIN = tuple(float(minutes) for minutes in range(0, 61, 5))


@dataclass(frozen=True)
class Chart:
    """Bars, one for each label, or a line through (x, value); `keys` are `kind:id` of what a bar stands for."""

    kind: Literal["bars", "line"]
    labels: tuple[str, ...]
    values: tuple[float, ...]
    colours: tuple[str, ...]
    axis: str  # what the values are, with their unit
    label_axis: str
    said: tuple[str, ...]  # each value as it is printed
    keys: tuple[str, ...] = ()
    limit: float | None = None  # a line at a label (the threshold, on a line chart) or the largest value possible


@dataclass(frozen=True)
class Figure:
    """What is shown under one key of briefing.SHOWN. `table` has translated headings and numbers as numbers."""

    key: str
    title: str
    value: str
    of: str
    table: pd.DataFrame
    chart: Chart
    marks: tuple[str, ...]  # modelled, illustrative


def figure_of(answer: Answer, key: str, _: Translate, language: str) -> Figure:
    """One figure of an answered scene; `key` is one of briefing.SHOWN."""
    makers: dict[str, Callable[[], Figure]] = {
        "county": lambda: _county(answer, _),
        "tiers": lambda: _tiers(answer, _, language),
        "coverage": lambda: _coverage(answer, _),
        "curve": lambda: _curve(answer, _),
        "outside": lambda: _outside(answer, _),
        "townships": lambda: _townships(answer, _),
        "villages": lambda: _villages(answer, _),
    }
    return makers[key]()


def figures_of(answer: Answer, _: Translate, language: str) -> dict[str, Figure]:
    """Every figure of an answered scene by its key, in the order of briefing.SHOWN."""
    return {key: figure_of(answer, key, _, language) for key in SHOWN}


def shown_figures(answer: Answer, _: Translate, language: str) -> list[Figure]:
    """The figures that the scene shows, the first one large."""
    return [figure_of(answer, key, _, language) for key in answer.scene.shows]


def scene_title(answer: Answer, _: Translate, language: str) -> str:
    """The scene's title with its blanks filled."""
    text = in_language(answer.scene.title, language)
    return filled(text, blanks(answer, _, language)) if "{" in text else text


def scene_sentence(answer: Answer, _: Translate, language: str) -> str:
    """The scene's sentence with its blanks filled."""
    return filled(in_language(answer.scene.sentence, language), blanks(answer, _, language))


def blanks(answer: Answer, _: Translate, language: str) -> dict[str, str]:
    """What the blanks of titles and sentences are filled with."""
    whole, study = answer.whole, answer.study
    tiers = _named_tiers(answer, language)
    is_open = study.facility["status"] != "closed"
    counts = study.facility.loc[is_open, "tier"].value_counts()
    names = dict(tiers)
    weak = weakest_units(answer.units, 3)
    large = _outside_places(answer).head(3)
    join = "、" if language == "zh" else ", "
    return {
        "county": study.title(language),
        "minutes": f"{whole.threshold_min:g}",
        "population": people(whole.population),
        "covered": people(whole.covered),
        "uncovered": people(whole.population - whole.covered),
        "unreachable": people(whole.unreachable),
        "share": percent(whole.share_pct),
        "villages": f"{whole.places:,}",
        "outside": f"{whole.places - whole.places_covered:,}",
        "townships": f"{int((study.unit['level'] != 'county').sum()):,}",
        "facilities": f"{int(is_open.sum()):,}",
        "tier_counts": join.join(f"{name} {int(counts.get(tier, 0)):,}" for tier, name in tiers),
        "counted": join.join(names[t] for t in answer.scene.tiers if t in names),
        "weakest": _listed([(n, percent(s)) for n, s in zip(weak["name"], weak["share_pct"], strict=True)], join, _),
        "largest": _listed([(n, people(p)) for n, p in zip(large["name"], large["population"], strict=True)], join, _),
    }


def _listed(pairs: list[tuple[str, str]], join: str, _: Translate) -> str:
    return join.join(f"{name} {value}" for name, value in pairs) or _("none")


def people(count: float) -> str:
    """A number of people as it is printed."""
    return f"{count:,.0f}"


def percent(share_pct: float) -> str:
    """A share as it is printed; a dash where there is no denominator."""
    return "—" if math.isnan(share_pct) else f"{share_pct:.1f} %"


def minutes_text(minutes: float, _: Translate) -> str:
    """Minutes as they are printed; unreachable in words."""
    return _("unreachable") if math.isnan(minutes) else _("{n} min").format(n=f"{minutes:.0f}")


def marks_of(answer: Answer, _: Translate) -> tuple[str, ...]:
    """What every figure made from a study must be marked with."""
    return (_("modelled"), *([_("illustrative sample, not for decisions")] if answer.study.illustrative else []))


def _named_tiers(answer: Answer, language: str) -> list[tuple[str, str]]:
    present = set(answer.study.facility["tier"])
    return [(t.tier_id, t.name[language]) for t in answer.study.scheme.tiers if t.tier_id in present]


def _county(answer: Answer, _: Translate) -> Figure:
    units = answer.units.sort_values(["population", "unit_code"], ascending=[False, True])
    head = units.head(ROWS)
    table = pd.DataFrame(
        {_("Township"): units["name"], _("People"): units["population"], _("Villages"): units["places"]}
    )
    chart = _bars(
        head["name"], head["population"], _("People"), _("Township"), [inks.ACCENT] * len(head), "unit",
        head["unit_code"],
    )  # fmt: skip
    return Figure(
        "county",
        _("People by township"),
        people(answer.whole.population),
        _("people in {villages} villages").format(villages=f"{answer.whole.places:,}"),
        table.reset_index(drop=True),
        chart,
        marks_of(answer, _)[1:],
    )


def _tiers(answer: Answer, _: Translate, language: str) -> Figure:
    tiers = dict(_named_tiers(answer, language))
    colour = {t.tier_id: t.colour for t in _tiers_of(answer)}
    limit, whole = answer.whole.threshold_min, answer.whole.population
    rows = tier_table(answer.study.facility, answer.times, answer.study.demand, list(tiers), limit)
    names = rows["tier"].map(tiers)
    table = pd.DataFrame({
        _("Tier"): names,
        _("Facilities"): rows["facilities"],
        _("People within {minutes} min").format(minutes=f"{limit:g}"): rows["people"],
        _("Of people"): whole,
        _("Share, % of people"): _share(rows["people"], pd.Series(whole, index=rows.index)),
    })  # fmt: skip
    chart = _bars(names, rows["facilities"], _("Facilities"), _("Tier"), [colour[t] for t in rows["tier"]])
    of = _("facilities of {tiers} tiers for {people} people").format(tiers=len(rows), people=people(whole))
    value = f"{int(rows['facilities'].sum()):,}"
    return Figure("tiers", _("Facilities by tier"), value, of, table, chart, marks_of(answer, _))


def _tiers_of(answer: Answer) -> tuple[Tier, ...]:
    return answer.study.scheme.tiers


def _coverage(answer: Answer, _: Translate) -> Figure:
    whole = answer.whole
    edges = edges_of(whole.threshold_min)
    rows = people_by_minutes(answer.found["travel_time_min"], answer.study.demand["population"], edges)
    names = [_class_name(low, high, _) for low, high in zip(rows["from_min"], rows["to_min"], strict=True)]
    table = pd.DataFrame({
        _("Minutes"): names,
        _("People"): rows["people"],
        _("Share, % of people"): _share(rows["people"], pd.Series(whole.population, index=rows.index)),
        _("Villages"): rows["places"],
    })  # fmt: skip
    steps = inks.steps_within(whole.threshold_min)
    colours = [inks.UNREACHED if math.isnan(m) else inks.minutes_colour(m, steps) for m in rows["to_min"]]
    return Figure(
        "coverage",
        _("People within {minutes} min").format(minutes=f"{whole.threshold_min:g}"),
        percent(whole.share_pct),
        _("{part} of {whole} people").format(part=people(whole.covered), whole=people(whole.population)),
        table,
        _bars(pd.Series(names), rows["people"], _("People"), _("Minutes"), colours),
        marks_of(answer, _),
    )


def _class_name(low: float, high: float, _: Translate) -> str:
    if math.isnan(high):
        return _("unreachable")
    if math.isinf(high):
        return _("over {n} min").replace("{n}", f"{low:g}")
    return _("{from}–{to} min").replace("{from}", f"{low:g}").replace("{to}", f"{high:g}")


def _curve(answer: Answer, _: Translate) -> Figure:
    whole = answer.whole
    thresholds = sorted({*CURVE_MIN, whole.threshold_min})
    rows = share_within(answer.found["travel_time_min"], answer.study.demand["population"], thresholds)
    shares = _share(rows["people"], pd.Series(whole.population, index=rows.index))
    table = pd.DataFrame({
        _("Minutes"): rows["minutes"],
        _("Covered people"): rows["people"],
        _("Of people"): whole.population,
        _("Share, % of people"): shares,
    })  # fmt: skip
    chart = Chart(
        "line", tuple(f"{m:g}" for m in rows["minutes"]), tuple(shares), (inks.ACCENT,) * len(rows),
        _("Share, % of people"), _("Threshold, minutes"), tuple(percent(s) for s in shares), limit=whole.threshold_min,
    )  # fmt: skip
    of = _("{part} of {whole} people").format(part=people(whole.covered), whole=people(whole.population))
    title = _("People reached, by threshold")
    return Figure("curve", title, percent(whole.share_pct), of, table, chart, marks_of(answer, _))


def _outside(answer: Answer, _: Translate) -> Figure:
    whole = answer.whole
    lost = answer.units.assign(outside=answer.units["places"] - answer.units["places_covered"])
    lost = lost.assign(people=lost["beyond"] + lost["unreachable"])
    lost = lost.sort_values(["people", "unit_code"], ascending=[False, True])
    table = pd.DataFrame({
        _("Township"): lost["name"],
        _("People outside"): lost["people"],
        _("Of people"): lost["population"],
        _("Villages outside"): lost["outside"],
        _("Of villages"): lost["places"],
    })  # fmt: skip
    head = lost[lost["people"] > 0].head(ROWS)
    colours = [inks.BEYOND] * len(head)
    return Figure(
        "outside",
        _("People outside {minutes} min").format(minutes=f"{whole.threshold_min:g}"),
        people(whole.population - whole.covered),
        _("of {whole} people; {villages} of {places} villages").format(
            whole=people(whole.population),
            villages=f"{whole.places - whole.places_covered:,}",
            places=f"{whole.places:,}",
        ),
        table.reset_index(drop=True),
        _bars(head["name"], head["people"], _("People outside"), _("Township"), colours, "unit", head["unit_code"]),
        marks_of(answer, _),
    )


def _townships(answer: Answer, _: Translate) -> Figure:
    units, limit = answer.units, answer.whole.threshold_min
    head = weakest_units(units, ROWS)
    short = units.assign(slowest_name=short_names(units["slowest_name"].fillna("")))
    table = pd.DataFrame({
        _("Township"): short["name"],
        _("People"): short["population"],
        _("Covered people"): short["covered"],
        _("Share, % of people"): short["share_pct"],
        _("Slowest village"): short["slowest_name"],
        _("Minutes"): short["slowest_min"],
    })  # fmt: skip
    full = int((units["covered"] >= units["population"]).sum())
    steps = inks.WITHIN
    colours = [steps[1]] * len(head)
    chart = _bars(
        head["name"], head["share_pct"], _("Share, % of people"), _("Township"), colours, "unit", head["unit_code"],
        said=[percent(s) for s in head["share_pct"]], limit=100.0,
    )  # fmt: skip
    return Figure(
        "townships",
        _("Townships not covered in full, least covered first"),
        f"{len(units) - full:,}",
        _("of {whole} townships are not covered in full within {minutes} min").format(
            whole=f"{len(units):,}", minutes=f"{limit:g}"
        ),
        table,
        chart,
        marks_of(answer, _),
    )


def _outside_places(answer: Answer) -> pd.DataFrame:
    table = uncovered_places(
        answer.study.demand, answer.found["travel_time_min"], answer.whole.threshold_min, most=None
    )
    return table.assign(name=short_names(table["name"]))


def _villages(answer: Answer, _: Translate) -> Figure:
    places, whole = _outside_places(answer), answer.whole
    names = dict(zip(answer.study.unit["unit_code"], answer.study.unit["name"], strict=True))
    table = pd.DataFrame({
        _("Village"): places["name"],
        _("Township"): places["unit_code"].map(names).fillna("—"),
        _("People"): places["population"],
        _("Minutes"): places["travel_time_min"],
    })  # fmt: skip
    head = places.head(ROWS)
    colours = [inks.UNREACHED if math.isnan(m) else inks.BEYOND for m in head["travel_time_min"]]
    shown = people(head["population"].sum())
    return Figure(
        "villages",
        _("Uncovered villages with the most people"),
        f"{len(places):,}",
        _("of {places} villages; the {count} largest have {people} people").format(
            places=f"{whole.places:,}", count=len(head), people=shown
        ),
        table,
        _bars(head["name"], head["population"], _("People"), _("Village"), colours, "village", head["demand_id"]),
        marks_of(answer, _),
    )


def _share(part: pd.Series, whole: pd.Series) -> "pd.Series[float]":
    return 100.0 * part / whole.where(whole > 0, np.nan)


def _bars(
    labels: pd.Series,
    values: pd.Series,
    axis: str,
    label_axis: str,
    colours: list[str],
    kind: str = "",
    ids: pd.Series | None = None,
    said: list[str] | None = None,
    limit: float | None = None,
) -> Chart:
    keys = () if ids is None else tuple(f"{kind}:{i}" for i in ids)
    told = tuple(said or (people(v) for v in values))
    numbers = tuple(0.0 if math.isnan(v) else float(v) for v in values)
    return Chart("bars", tuple(map(str, labels)), numbers, tuple(colours), axis, label_axis, told, keys, limit)
