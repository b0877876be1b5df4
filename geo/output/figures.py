"""One definition of each figure of a scene, and the words that are filled from its answer. Fourth floor: output."""

import math
from collections.abc import Callable

from geo.analysis.presenting import Answer, weakest_units
from geo.model.briefing import filled, in_language
from geo.model.errors import BriefingInvalid
from geo.output import county_figures, reach_figures, trip_figures
from geo.output.county_figures import county_blanks
from geo.output.figure import Figure, people, percent
from geo.output.language import Translate
from geo.output.reach_figures import named_tiers, outside_places
from geo.output.trip_figures import trip_blanks


def figure_of(answer: Answer, key: str, _: Translate, language: str) -> Figure:
    """One figure of an answered scene. Raises BriefingInvalid for a key that is none of the scene's `figures`."""
    makers: dict[str, Callable[[], Figure]] = {
        "county": lambda: reach_figures.county(answer, _),
        "tiers": lambda: reach_figures.tiers(answer, _, language),
        "coverage": lambda: reach_figures.coverage(answer, _),
        "curve": lambda: reach_figures.curve(answer, _),
        "outside": lambda: reach_figures.outside(answer, _),
        "townships": lambda: reach_figures.townships(answer, _),
        "villages": lambda: reach_figures.villages(answer, _),
        "closure": lambda: trip_figures.closure(answer, _),
        "response": lambda: trip_figures.response(answer, _),
        "hospital": lambda: trip_figures.hospital(answer, _, language),
        "bases": lambda: trip_figures.bases(answer, _),
        "levels": lambda: county_figures.levels(answer, _, language),
        "communities": lambda: county_figures.communities(answer, _, language),
        "checks": lambda: county_figures.checks(answer, _, language),
        "networks": lambda: county_figures.networks(answer, _, language),
        "aspects": lambda: county_figures.aspects(answer, _, language),
        "indicator": lambda: county_figures.indicator(answer, _, language),
    }
    if key not in answer.scene.figures:
        raise BriefingInvalid(what="figure", value=key)
    return makers[key]()


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
    tiers = named_tiers(answer, language)
    is_open = study.facility["status"] != "closed"
    counts = study.facility.loc[is_open, "tier"].value_counts()
    names = dict(tiers)
    weak = weakest_units(answer.units, 3)
    large = outside_places(answer).head(3)
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
        **trip_blanks(answer, _, language),
        **county_blanks(answer, _, language),
    }


def _listed(pairs: list[tuple[str, str]], join: str, _: Translate) -> str:
    return join.join(f"{name} {value}" for name, value in pairs) or _("none")


def minutes_text(minutes: float, _: Translate) -> str:
    """Minutes as they are printed; unreachable in words."""
    return _("unreachable") if math.isnan(minutes) else _("{n} min").format(n=f"{minutes:.0f}")
