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
from geo.model.links import link_kind
from geo.output import choropleth, inks
from geo.output.data_words import shipped_text
from geo.output.figure import ROWS, SHARE, Figure, bars, marks_of, people, percent, shares
from geo.output.indicator_text import STATUS_NAMES, board_table, parts_text, target_text, value_form, value_text
from geo.output.language import Translate
from geo.output.link_layers import community_colours
from geo.output.structure_text import base_name, communities_table, counts_line, finding_text


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


def networks(answer: Answer, _: Translate, language: str) -> Figure:
    """How many of the places that a network should reach it does, of the networks drawn, else of all."""
    told = _drawn_networks(answer)
    told = told[told["base"] != ""]
    names = [link_kind(k).name[language] for k in told["kind"]]
    places = [base_name(_, base) for base in told["base"]]
    parts = [_parts(_, part, whole) for part, whole in zip(told["connected"], told["places"], strict=True)]
    share = shares(told["connected"], told["places"])
    labels = places if len(set(names)) == 1 else [f"{n} · {p}" for n, p in zip(names, places, strict=True)]
    table = pd.DataFrame({
        _("Network"): names,
        _("Should be connected"): places,
        _("Connected"): told["connected"].to_numpy(),
        _("All"): told["places"].to_numpy(),
        _("Share, %"): share.to_numpy(),
    })  # fmt: skip
    chart = bars(
        pd.Series(labels, dtype=str), share,
        _("Share, %"), _("Network"), [link_kind(k).colour for k in told["kind"]], said=parts, limit=100.0, form=SHARE,
    )  # fmt: skip
    value = f"{int((told['connected'] == told['places']).sum()):,}"
    of = _("of {count} groups of places that networks should reach are connected wholly").format(count=len(told))
    if len(told) == 1:
        value, of = percent(float(table[_("Share, %")].tolist()[0])), f"{parts[0]} {places[0]}"
    return Figure("networks", _("Connected to the networks"), value, of, table, chart, marks_of(answer, _)[1:])


def _drawn_networks(answer: Answer) -> pd.DataFrame:
    """The rows of the networks that the scene draws, of all where it draws none."""
    told, drawn = organisation_of(answer).networks, answer.scene.networks
    return told[told["kind"].isin(drawn)] if drawn else told


def _parts(_: Translate, part: int, whole: int) -> str:
    return _("{part:,} of {whole:,}").format(part=part, whole=whole)


def _connected(answer: Answer, _: Translate, language: str) -> str:
    """What each network connects, in a line."""
    told = _drawn_networks(answer)
    columns = (told[c].tolist() for c in ("kind", "base", "links", "connected", "places"))
    colon, join = ("：", "；") if language == "zh" else (": ", "; ")
    lines = [
        link_kind(kind).name[language]
        + colon
        + (f"{_parts(_, part, whole)} {base_name(_, base)}" if base else _("{count} links").format(count=links))
        for kind, base, links, part, whole in zip(*columns, strict=True)
    ]
    return join.join(lines) or _("none")


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
            "networks": ("、" if language == "zh" else ", ").join(
                link_kind(kind).name[language] for kind in answer.scene.networks
            ),
            "connected": _connected(answer, _, language),
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
