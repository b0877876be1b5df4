"""`yida tiers`: the levels of a study against its scheme, what is wrong, and the minutes of the chain of care."""

import argparse
import json
from collections import Counter

import numpy as np
import pandas as pd

from geo import study as studies
from geo.analysis.chain import Chains, step_figures
from geo.analysis.structure_findings import CHECKS
from geo.analysis.tiers import TierCount, count_tiers
from geo.cli.studies import Commands, opened
from geo.model.assumptions import CONDITIONS, check_mode
from geo.model.inputs import Study
from geo.model.roads import MODES
from geo.model.schemes import Scheme
from geo.output.language import Translate, of_terminal
from geo.output.structure_text import counts_line, namer, unasked_lines
from geo.study.structure import Structure, structure_of


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida tiers`."""
    parser = commands.add_parser("tiers", help=_("levels against the scheme, what is wrong, minutes of the chain"))
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("--mode", choices=MODES, default="car", help=_("how people or ambulances travel"))
    parser.add_argument("--condition", choices=CONDITIONS, default="day", help=_("speed factor"))
    parser.add_argument("--list", action="store_true", help=_("also every finding, one a line"))
    parser.add_argument(
        "--json", action="store_true",
        help=_("print JSON: illustrative, scheme, counts[], findings{}, not_checked{}, chains{}, communities[]"),
    )  # fmt: skip
    parser.set_defaults(run=_tiers)


def _tiers(options: argparse.Namespace, _: Translate) -> None:
    study = opened(options.name, _)
    network = studies.network_of(study, check_mode(options.mode), studies.assumptions_for(study, options.condition))
    structure = structure_of(study, network, studies.nearest_by_tier(study, network))
    counts = count_tiers(study.facility, study.scheme)
    if options.json:
        print(json.dumps(tiers_json(study, structure, counts, options.mode, _), ensure_ascii=False, indent=2))
        return
    named = namer(study.scheme, of_terminal())
    illustrative = _("illustrative sample, not for decisions") if study.illustrative else ""
    head = [study.title(of_terminal()), study.scheme.name[of_terminal()], illustrative]
    lines = ["\t".join(part for part in head if part), counts_line(_, counts)]
    lines += [f"  {named(c.tier_id)}\t{c.count:,}" for c in counts]
    lines += ["", *_finding_lines(structure, _), ""]
    for title, chains in _chains(structure, _).items():
        lines += [title, *_step_lines(chains, study.scheme, _)]
    lines.append(_("Modelled on roads; no waiting and no call handling included."))
    if options.list:
        lines += ["", *(f"{_(CHECKS[f.check])}\t{f.item_id}\t{f.say(_, named)}" for f in structure.findings)]
    print("\n".join(lines))


def _chains(structure: Structure, _: Translate) -> dict[str, Chains]:
    return {
        _("Chain of care by the organisation, minutes a step (median / p95 / max, villages)"): structure.organisation,
        _("Chain of care by the nearest, minutes a step (median / p95 / max, villages)"): structure.nearest,
    }


def _step_lines(chains: Chains, scheme: Scheme, _: Translate) -> list[str]:
    named, count = namer(scheme, of_terminal()), len(chains.row)
    return [
        f"  {named(r['tier'])}\t{r['median_min']:.1f} / {r['p95_min']:.1f} / {r['max_min']:.1f}\t"
        + _("{part:,} of {whole:,}").format(part=r["villages"], whole=count)
        for r in step_figures(chains, scheme).to_dict("records")
    ]


def _finding_lines(structure: Structure, _: Translate) -> list[str]:
    counted = Counter(f.check for f in structure.findings)
    lines = [f"{_(CHECKS[check])}\t{counted[check]:,}" for check in CHECKS if counted[check]]
    return [*(lines or [_("The checks found nothing.")]), *unasked_lines(_, structure.unasked)]


def tiers_json(
    study: Study, structure: Structure, counts: tuple[TierCount, ...], mode: str, _: Translate
) -> dict[str, object]:
    """The documented JSON of `yida tiers`: every check with its number of findings, null where it was not made."""
    counted = Counter(f.check for f in structure.findings)
    return {
        "study": study.name,
        "illustrative": study.illustrative,
        "modelled": True,
        "scheme": study.scheme.scheme_id,
        "mode": mode,
        "formula": counts_line(_, counts),
        "counts": [{"tier": c.tier_id, "count": c.count, "expected": c.expected, "many": c.many} for c in counts],
        "findings": {check: None if check in structure.unasked else counted[check] for check in CHECKS},
        "not_checked": {check: _(why) for check, why in structure.unasked.items()},
        "chains": {
            name: _records(step_figures(chains, study.scheme)) | {"villages": len(chains.row)}
            for name, chains in (("organisation", structure.organisation), ("nearest", structure.nearest))
        },
        "communities": [
            {
                "community": c.community_id, "lead": c.lead_name, "members": c.members, "people": c.people,
                "area_km2": round(c.area_km2, 2), "beds_per_1000": _known(c.per_thousand(c.beds)),
                "beds_reported_by": c.reporting["beds"],
                "organisation": c.organisation, "paired_with": [o.name for o in c.paired_with],
            }
            for c in structure.communities
        ],
    }  # fmt: skip


def _records(table: pd.DataFrame) -> dict[str, object]:
    return {
        "steps": [
            {k: round(v, 2) if isinstance(v, float) else v for k, v in r.items()} for r in table.to_dict("records")
        ]
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 2)
