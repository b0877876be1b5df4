"""The structure in words: counts against the scheme, names of tiers and capabilities. Fifth floor: output."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from geo.analysis.communities import REPORTED, Community
from geo.analysis.structure_findings import CHECKS, Finding
from geo.analysis.tiers import TierCount
from geo.model.capabilities import load_capabilities
from geo.model.errors import N_
from geo.model.inputs import Study
from geo.model.links import VILLAGE
from geo.model.schemes import Scheme
from geo.output.language import Translate
from geo.output.names import short_names

ARROW = " → "


def namer(scheme: Scheme, language: str) -> Callable[[str], str]:
    """A function from the id of a tier or a capability to its name in a language; any other id stays."""
    names = {c.capability_id: c.name.get(language, c.capability_id) for c in load_capabilities()}
    names |= {t.tier_id: t.name.get(language, t.tier_id) for t in scheme.tiers}
    return lambda item_id: names.get(item_id, item_id)


def counts_line(_: Translate, counts: Sequence[TierCount]) -> str:
    """The counts against the scheme: "2 + 5 + N: 2 of 2, 5 of 5, N = 21 + 6 + 233"; without a formula, the counts."""
    if not any(c.expected is not None or c.many for c in counts):
        return ARROW.join(f"{c.count:,}" for c in counts)
    many = [c for c in counts if c.many]
    plain = [c for c in counts if not c.many]
    formula = " + ".join([str(c.expected) if c.expected is not None else "–" for c in plain] + (["N"] if many else []))
    told = [
        _(N_("{count:,} of {expected:,}")).format(count=c.count, expected=c.expected)
        if c.expected is not None
        else f"{c.count:,}"
        for c in plain
    ]
    if many:
        told.append("N = " + " + ".join(f"{c.count:,}" for c in many))
    return f"{formula}: " + ", ".join(told)


def base_name(_: Translate, base: str) -> str:
    """Whom a network should reach, in words."""
    names = {
        VILLAGE: _("villages"),
        "village_clinic": _("village clinics"),
        "township_hospital": _("township hospitals"),
        "county_hospital": _("county hospitals"),
        "extension_point": _("extension points"),
    }
    return names.get(base, base)


def unasked_lines(_: Translate, unasked: Mapping[str, str]) -> list[str]:
    """The checks that were not made, each with the reason, in the order given."""
    return [_(N_("{check}: not checked, {why}")).format(check=_(CHECKS[c]), why=_(why)) for c, why in unasked.items()]


def finding_text(_: Translate, language: str, study: Study, finding: Finding) -> str:
    """A finding as a sentence, villages by their short names."""
    if finding.kind == "village":
        name = study.demand.loc[study.demand["demand_id"] == finding.item_id, "name"]
        finding = replace(finding, params={**finding.params, "name": str(short_names(name).iat[0])})
    return finding.say(_, namer(study.scheme, language))


def communities_table(_: Translate, language: str, scheme: Scheme, found: Sequence[Community]) -> pd.DataFrame:
    """One line a community: who leads it, its members by tier, people, ground, beds and staff for a thousand people.

    Beside the rates stands how many of its members report beds, physicians and nurses: "7 · 5 · 0 of 133".
    """
    tiers = [(t.tier_id, t.name[language]) for t in scheme.tiers if not t.outside]
    return pd.DataFrame([
        {
            _("Community"): c.community_id,
            _("Lead hospital"): c.lead_name or _("none named"),
            _("Organisation"): _organisation(_, c),
            **{name: c.members.get(tier_id, 0) for tier_id, name in tiers},
            _("Villages"): c.villages,
            _("People"): c.people,
            _("Area, km²"): round(c.area_km2),
            _("Beds per 1,000"): c.per_thousand(c.beds),
            _("Physicians per 1,000"): c.per_thousand(c.physicians),
            _("Nurses per 1,000"): c.per_thousand(c.nurses),
            _("Beds · physicians · nurses reported by"): _(N_("{parts} of {whole:,}")).format(
                parts=" · ".join(f"{c.reporting[column]:,}" for column in REPORTED), whole=sum(c.members.values())
            ),
        }
        for c in found
    ])  # fmt: skip


def _organisation(_: Translate, community: Community) -> str:
    names = {"group": _("one hospital group"), "1+X": _("1+X: a lead hospital and its township hospitals")}
    told = names.get(community.organisation, _("not told"))
    if community.organisation_told or not community.organisation:
        return told
    return _("{told} (assumed)").format(told=told)
