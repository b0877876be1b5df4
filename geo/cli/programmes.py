"""`yida programme`: many counties by stage, milestones and figures. Beside the rooms."""

import argparse
import json
import math

from geo.analysis.programme import milestones, stage_counts
from geo.cli.indicators import standing_json
from geo.cli.studies import Commands
from geo.model.programmes import STAGE_NAMES, Programme
from geo.output.data_words import shipped_text
from geo.output.indicator_text import counties_text, value_text
from geo.output.language import Translate, of_terminal
from geo.store import open_store
from geo.study.programme import figures_of_programme, open_programme, programme_titles


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida programme`."""
    parser = commands.add_parser("programme", help=_("many counties: stages, milestones, figures"))
    parser.add_argument("name", nargs="?", default="", help=_("a programme; without a name they are listed"))
    parser.add_argument("--json", action="store_true", help=_("print JSON: programme, counties, stages, milestones[]"))
    parser.set_defaults(run=_programme)


def _programme(options: argparse.Namespace, _: Translate) -> None:
    store = open_store()
    if not options.name:
        for name, titles in programme_titles(store).items():
            print(f"{name}\t{titles.get(of_terminal(), name)}")
        return
    programme = open_programme(store, options.name)
    if options.json:
        print(json.dumps(programme_json(programme), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(programme, _)))


def programme_json(programme: Programme) -> dict[str, object]:
    """A programme as plain values; every count with the counties it is of."""
    found = milestones(programme.milestone, programme.county, programme.total)
    return {
        "programme": programme.programme_id,
        "illustrative": programme.illustrative,
        "counties": programme.total,
        "stages": {c.stage or "not_told": c.counties for c in stage_counts(programme.county, programme.total)},
        "milestones": [
            {
                "milestone_id": m.row["milestone_id"], "due": m.row["due"], "stage": m.row["stage"],
                "target_pct": None if math.isnan(float(str(m.row["target_pct"]))) else m.row["target_pct"],
                "done": m.done, "not_told": m.not_told, "counties": m.total, "verdict": m.verdict,
            }
            for m in found
        ],
        "figures": [standing_json(s) for s in figures_of_programme(programme)],
    }  # fmt: skip


def _lines(programme: Programme, _: Translate) -> list[str]:
    language = of_terminal()
    illustrative = _("illustrative sample, not for decisions") if programme.illustrative else ""
    lines = ["\t".join(part for part in (programme.title(language), illustrative) if part)]
    for count in stage_counts(programme.county, programme.total):
        of = _("of {whole:,} counties").format(whole=count.total)
        lines.append(f"{_(STAGE_NAMES[count.stage])}\t{count.counties:,} {of}")
    for standing in figures_of_programme(programme):
        entry, latest = standing.entry, standing.latest
        if latest is not None:
            parts = counties_text(_, entry, latest, programme.total)
            value = value_text(entry, latest.value, language) + (f" ({parts})" if parts else "")
            lines.append(f"{entry.title(language)}\t{value}\t{shipped_text(_, latest.source)}")
    return lines
