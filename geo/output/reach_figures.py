"""The figures of who is reached, in how many minutes, and who is not. Fourth floor: output."""

import math

import pandas as pd

from geo.analysis.coverage import Coverage
from geo.analysis.presenting import (
    Answer,
    edges_of,
    people_by_minutes,
    share_within,
    tier_table,
    uncovered_places,
    weakest_units,
)
from geo.model.schemes import Tier
from geo.output import inks
from geo.output.figure import ROWS, SHARE, Chart, Figure, bars, marks_of, people, percent, shares
from geo.output.language import Translate
from geo.output.names import short_names

CURVE_MIN = tuple(float(minutes) for minutes in range(0, 61, 5))


def named_tiers(answer: Answer, language: str) -> list[tuple[str, str]]:
    """Tier id → name of the tiers that the study has, the top one first."""
    present = set(answer.study.facility["tier"])
    return [(t.tier_id, t.name[language]) for t in answer.study.scheme.tiers if t.tier_id in present]


def county(answer: Answer, _: Translate) -> Figure:
    """People by township."""
    units = answer.units.sort_values(["population", "unit_code"], ascending=[False, True])
    head = units.head(ROWS)
    table = pd.DataFrame(
        {_("Township"): units["name"], _("People"): units["population"], _("Villages"): units["places"]}
    )
    chart = bars(
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


def tiers(answer: Answer, _: Translate, language: str) -> Figure:
    """Facilities of every tier, and people within the threshold of the nearest of each."""
    tiers = dict(named_tiers(answer, language))
    colour = {t.tier_id: t.colour for t in _tiers_of(answer)}
    limit, whole = answer.whole.threshold_min, answer.whole.population
    rows = tier_table(answer.study.facility, answer.times, answer.study.demand, list(tiers), limit)
    names = rows["tier"].map(tiers)
    table = pd.DataFrame({
        _("Tier"): names,
        _("Facilities"): rows["facilities"],
        _("People within {minutes} min").format(minutes=f"{limit:g}"): rows["people"],
        _("Of people"): whole,
        _("Share, % of people"): shares(rows["people"], pd.Series(whole, index=rows.index)),
    })  # fmt: skip
    chart = bars(names, rows["facilities"], _("Facilities"), _("Tier"), [colour[t] for t in rows["tier"]])
    of = _("facilities of {tiers} tiers for {people} people").format(tiers=len(rows), people=people(whole))
    value = f"{int(rows['facilities'].sum()):,}"
    return Figure("tiers", _("Facilities by tier"), value, of, table, chart, marks_of(answer, _))


def _tiers_of(answer: Answer) -> tuple[Tier, ...]:
    return answer.study.scheme.tiers


def coverage(answer: Answer, _: Translate) -> Figure:
    """People within the threshold, and in every class of minutes."""
    title = _("People within {minutes} min").format(minutes=f"{answer.whole.threshold_min:g}")
    return by_minutes(answer, _, "coverage", title, answer.found["travel_time_min"], answer.whole)


def by_minutes(
    answer: Answer, _: Translate, key: str, title: str, minutes: "pd.Series[float]", whole: Coverage
) -> Figure:
    """The share of people within a threshold, with the people in every class of some minutes, village by village."""
    rows = people_by_minutes(minutes, answer.study.demand["population"], edges_of(whole.threshold_min))
    names = [_class_name(low, high, _) for low, high in zip(rows["from_min"], rows["to_min"], strict=True)]
    table = pd.DataFrame({
        _("Minutes"): names,
        _("People"): rows["people"],
        _("Share, % of people"): shares(rows["people"], pd.Series(whole.population, index=rows.index)),
        _("Villages"): rows["places"],
    })  # fmt: skip
    steps = inks.steps_within(whole.threshold_min)
    colours = [inks.UNREACHED if math.isnan(m) else inks.minutes_colour(m, steps) for m in rows["to_min"]]
    chart = bars(pd.Series(names), rows["people"], _("People"), _("Minutes"), colours)
    of = _("{part} of {whole} people").format(part=people(whole.covered), whole=people(whole.population))
    return Figure(key, title, percent(whole.share_pct), of, table, chart, marks_of(answer, _))


def _class_name(low: float, high: float, _: Translate) -> str:
    if math.isnan(high):
        return _("unreachable")
    if math.isinf(high):
        return _("over {n} min").replace("{n}", f"{low:g}")
    return _("{from}–{to} min").replace("{from}", f"{low:g}").replace("{to}", f"{high:g}")


def curve(answer: Answer, _: Translate) -> Figure:
    """The share of people within every threshold."""
    whole = answer.whole
    thresholds = sorted({*CURVE_MIN, whole.threshold_min})
    rows = share_within(answer.found["travel_time_min"], answer.study.demand["population"], thresholds)
    within = shares(rows["people"], pd.Series(whole.population, index=rows.index))
    table = pd.DataFrame({
        _("Minutes"): rows["minutes"],
        _("Covered people"): rows["people"],
        _("Of people"): whole.population,
        _("Share, % of people"): within,
    })  # fmt: skip
    chart = Chart(
        "line", tuple(f"{m:g}" for m in rows["minutes"]), tuple(within), (inks.ACCENT,) * len(rows),
        _("Share, % of people"), _("Threshold, minutes"), tuple(percent(s) for s in within), (), SHARE,
        whole.threshold_min,
    )  # fmt: skip
    of = _("{part} of {whole} people").format(part=people(whole.covered), whole=people(whole.population))
    title = _("People reached, by threshold")
    return Figure("curve", title, percent(whole.share_pct), of, table, chart, marks_of(answer, _))


def outside(answer: Answer, _: Translate) -> Figure:
    """People outside the threshold by township."""
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
        bars(head["name"], head["people"], _("People outside"), _("Township"), colours, "unit", head["unit_code"]),
        marks_of(answer, _),
    )


def townships(answer: Answer, _: Translate) -> Figure:
    """The share of people covered by township."""
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
    chart = bars(
        head["name"], head["share_pct"], _("Share, % of people"), _("Township"), colours, "unit", head["unit_code"],
        said=[percent(s) for s in head["share_pct"]], limit=100.0, form=SHARE,
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


def outside_places(answer: Answer) -> pd.DataFrame:
    """The villages not covered, most people first, by the names they are said with."""
    table = uncovered_places(
        answer.study.demand, answer.found["travel_time_min"], answer.whole.threshold_min, most=None
    )
    return table.assign(name=short_names(table["name"]))


def villages(answer: Answer, _: Translate) -> Figure:
    """The uncovered villages, most people first."""
    places, whole = outside_places(answer), answer.whole
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
        bars(head["name"], head["population"], _("People"), _("Village"), colours, "village", head["demand_id"]),
        marks_of(answer, _),
    )
