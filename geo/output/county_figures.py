"""The figures of a county's structure and of its indicators. Fourth floor: output."""

from bisect import bisect_right
from collections import Counter

import pandas as pd

from geo.analysis.indicators import class_edges, tally
from geo.analysis.presenting import Answer
from geo.analysis.scene_parts import Judgement, Organisation
from geo.analysis.structure_findings import CHECKS
from geo.model.errors import BriefingInvalid
from geo.model.indicators import DIMENSION_NAMES
from geo.output import choropleth, inks
from geo.output.data_words import shipped_text
from geo.output.figure import ROWS, Figure, bars, marks_of, people
from geo.output.indicator_text import STATUS_NAMES, board_table, parts_text, target_text, value_form, value_text
from geo.output.language import Translate
from geo.output.link_layers import community_colours
from geo.output.structure_text import communities_table, counts_line, finding_text


def organisation_of(answer: Answer) -> Organisation:
    """The structure. Raises BriefingInvalid for a scene that shows nothing of it."""
    if answer.organisation is None:
        raise BriefingInvalid(what="shows", value=", ".join(answer.scene.shows))
    return answer.organisation


def levels(answer: Answer, _: Translate, language: str) -> Figure:
    """Open facilities of every level against the scheme."""
    counts = organisation_of(answer).counts
    tiers = {tier.tier_id: tier for tier in answer.study.scheme.tiers}
    names = [tiers[c.tier_id].name[language] for c in counts]
    table = pd.DataFrame({
        _("Tier"): names,
        _("Facilities"): [c.count for c in counts],
        _("In the scheme"): [f"{c.expected:,}" if c.expected is not None else "N" if c.many else "—" for c in counts],
    })  # fmt: skip
    colours = [tiers[c.tier_id].colour for c in counts]
    chart = bars(pd.Series(names), table[_("Facilities")], _("Facilities"), _("Tier"), colours)
    value = f"{sum(c.count for c in counts):,}"
    of = _("facilities; {line}").format(line=counts_line(_, counts))
    return Figure("levels", _("Levels against the scheme"), value, of, table, chart, marks_of(answer, _)[1:])


def communities(answer: Answer, _: Translate, language: str) -> Figure:
    """The communities, who leads them, and the people of each."""
    found = organisation_of(answer)
    rows = found.communities
    colours = community_colours(found.tree)
    names = pd.Series([c.lead_name or c.community_id for c in rows], dtype=str)
    counted = pd.Series([c.people for c in rows], dtype=float)
    whole = float(answer.study.demand["population"].sum())
    chart = bars(
        names, counted, _("People"), _("Community"), [colours.get(c.community_id, inks.NEUTRAL) for c in rows],
        "facility", pd.Series([c.lead_id for c in rows], dtype=str),
    )  # fmt: skip
    of = _("communities; {part} of {whole} people belong to one").format(
        part=people(counted.sum()), whole=people(whole)
    )
    table = communities_table(_, language, answer.study.scheme, rows)
    return Figure("communities", _("Medical communities"), f"{len(rows):,}", of, table, chart, marks_of(answer, _))


def checks(answer: Answer, _: Translate, language: str) -> Figure:
    """What the checks of the structure found, and every finding in a sentence."""
    found = organisation_of(answer)
    findings, made = found.findings, len(CHECKS) - len(found.unasked)
    counted = Counter(f.check for f in findings)
    present = [check for check in CHECKS if counted[check]]
    table = pd.DataFrame({
        _("Check"): [_(CHECKS[f.check]) for f in findings],
        _("Finding"): [finding_text(_, language, answer.study, f) for f in findings],
    })  # fmt: skip
    names = pd.Series([_(CHECKS[c]) for c in present], dtype=str)
    numbers = pd.Series([counted[c] for c in present], dtype=float)
    chart = bars(names, numbers, _("Findings"), _("Check"), [inks.BEYOND] * len(present))
    of = _("findings; {clean} of {count} checks found nothing").format(clean=made - len(present), count=made)
    if found.unasked:
        of += " · " + _("{count} not checked").format(count=len(found.unasked))
    return Figure("checks", _("What the checks found"), f"{len(findings):,}", of, table, chart, marks_of(answer, _))


def judgement_of(answer: Answer) -> Judgement:
    """The indicators. Raises BriefingInvalid for a scene that asks for none."""
    if answer.judgement is None:
        raise BriefingInvalid(what="indicator", value="")
    return answer.judgement


def aspects(answer: Answer, _: Translate, language: str) -> Figure:
    """Targets met by aspect, of those that have a target and a value; the whole board."""
    found = judgement_of(answer)
    counted = tally(found.standings)
    met = {d: of["met"] for d, of in counted.items()}
    judged = {d: of["met"] + of["not_met"] for d, of in counted.items()}
    shown = [d for d in counted if judged[d]]
    names = pd.Series([_(DIMENSION_NAMES[d]) for d in shown], dtype=str)
    chart = bars(
        names, pd.Series([met[d] for d in shown], dtype=float), _("Targets met"), _("Aspect"),
        [inks.ACCENT] * len(shown), said=[f"{met[d]} / {judged[d]}" for d in shown],
    )  # fmt: skip
    of = _("of {judged} targets met; {count} indicators not judged").format(
        judged=sum(judged.values()), count=len(found.standings) - sum(judged.values())
    )
    table = board_table(_, found.standings, language).drop(columns=[_("Trend"), _("Code")])
    title = _("Targets met") + (f" · {found.unit_name}" if found.unit_name else "")
    return Figure("aspects", title, f"{sum(met.values()):,}", of, table, chart, marks_of(answer, _)[1:])


def indicator(answer: Answer, _: Translate, language: str) -> Figure:
    """One indicator: the unit's own value with its parts, and every township's."""
    found = judgement_of(answer)
    entry, asked = found.entry, answer.scene.indicator
    period = asked.period if asked else ""
    own = next((s for s in found.standings if s.entry.code == entry.code), None)
    figure = next((f for f in own.figures if f.period == period), own.latest) if own else None
    told = found.townships
    table = pd.DataFrame({
        _("Township"): told["name"],
        _("Value"): told["value"],
        _("Numerator"): told["numerator"],
        _("Denominator"): told["denominator"],
        _("Status"): [_(STATUS_NAMES[s]) for s in told["status"]],
        _("Source"): [shipped_text(_, source) for source in told["source"]],
    })  # fmt: skip
    known = told[told["value"].notna()].sort_values(["value", "unit_code"], ascending=entry.direction != "lower")
    head, colours = known.head(ROWS), indicator_colours(answer)
    chart = bars(
        head["name"], head["value"], f"{entry.title(language)} {entry.say('unit', language)}".strip(), _("Township"),
        [colours[code] for code in head["unit_code"]], "unit", head["unit_code"],
        said=[value_text(entry, v, language) for v in head["value"]],
        form=value_form(entry, head["value"]),
    )  # fmt: skip
    target = target_text(entry, language)
    of = " · ".join(
        part
        for part in (
            parts_text(_, entry, figure) if figure else _("no figure of the county"),
            figure.period if figure else period,
            _("target {target}").format(target=target) if target else _("no target"),
        )
        if part
    )
    value = value_text(entry, figure.value, language) if figure else "—"
    return Figure("indicator", entry.title(language), value, of, table, chart, marks_of(answer, _)[1:])


def indicator_edges(found: Judgement) -> list[float]:
    """Between which values the map's classes change."""
    return class_edges(found.townships["value"].tolist(), found.entry.target if found.entry.has_target else None)


def indicator_colours(answer: Answer) -> dict[str, str]:
    """Township → the colour of its class on the map, of those with a value."""
    found = judgement_of(answer)
    edges = indicator_edges(found)
    colours = choropleth.colours(len(edges) + 1)
    known = found.townships[found.townships["value"].notna()]
    return {code: colours[bisect_right(edges, v)] for code, v in zip(known["unit_code"], known["value"], strict=True)}


def county_blanks(answer: Answer, _: Translate, language: str) -> dict[str, str]:
    """What the blanks of a structure's or an indicator's title and sentence are filled with."""
    out: dict[str, str] = {}
    if answer.organisation:
        out |= {
            "communities": f"{len(answer.organisation.communities):,}",
            "findings": f"{len(answer.organisation.findings):,}",
            "levels": counts_line(_, answer.organisation.counts),
        }
    if answer.judgement:
        shown = indicator(answer, _, language)
        counted = tally(answer.judgement.standings).values()
        met = sum(of["met"] for of in counted)
        out |= {
            "indicator": shown.title,
            "value": shown.value,
            "value_of": shown.of,
            "met": f"{met:,}",
            "judged": f"{met + sum(of['not_met'] for of in counted):,}",
            "unit": answer.judgement.unit_name or answer.study.title(language),
        }
    return out
