"""`yida roads`: which segment matters most, and what closing some does. Beside the rooms."""

import argparse
import json
import math
import sys
from collections.abc import Hashable
from typing import TypeAlias

import pandas as pd
from tqdm import tqdm

from geo.cli.answers import (
    add_close,
    add_question,
    breaks_asked,
    breaks_json,
    care_asked,
    check_minutes,
    made_with_lines,
)
from geo.cli.studies import Commands, opened
from geo.model.inputs import Study
from geo.network.breaks import NO_BREAKS
from geo.output.language import Translate
from geo.study import closing

Records: TypeAlias = list[dict[Hashable, object]]


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida roads`."""
    parser = commands.add_parser(
        "roads",
        help=_("close road segments, or rank them by what closing each would do"),
        epilog="yida roads nordurland --rank --top 10\nyida roads xishui --close 1204 --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_question(parser, _)
    add_close(parser, _)
    parser.add_argument("--minutes", type=float, default=15.0, help=_("threshold, itself included (default 15)"))
    parser.add_argument("--rank", action="store_true", help=_("close every segment that matters, each in turn"))
    parser.add_argument("--top", type=int, default=20, help=_("rows of the ranking to print (default 20; 0: all)"))
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("print JSON: threshold_min, mode, condition, population, closed[], villages[] or segments[]"),
    )
    parser.set_defaults(run=_roads)


def _roads(options: argparse.Namespace, _: Translate) -> None:
    check_minutes(options.minutes)
    study = opened(options.name, _)
    breaks = breaks_asked(study, options)
    care = care_asked(study, options)
    words: dict[str, object] = {
        "threshold_min": options.minutes,
        "mode": options.mode,
        "condition": options.condition,
        "population": float(study.demand["population"].sum()),
        "closed": breaks_json(breaks),
    }
    if options.rank:
        table = _ranked(care, options.minutes, _)
        table = table.head(options.top) if options.top > 0 else table
        rows, lines = segments_json(study, table), segment_lines(study, table, options.minutes, _)
        words["segments"] = rows
    else:
        before, after = closing.found_with(care, NO_BREAKS), closing.found_with(care, breaks)
        lost = closing.losses(study, before, after, options.minutes)
        words["villages"], lines = villages_json(lost), village_lines(study, lost, options.minutes, _)
    made_with = made_with_lines(study, care.network.assumptions, options.mode, _)
    print(json.dumps(words, ensure_ascii=False, indent=2) if options.json else "\n".join(lines + made_with))


def _ranked(care: closing.Care, minutes: float, _: Translate) -> pd.DataFrame:
    with tqdm(desc=_("closing each segment in turn"), leave=False, disable=None, file=sys.stderr) as bar:

        def progress(done: int, whole: int) -> None:
            bar.total = whole
            bar.update(done - bar.n)

        return closing.rank_segments(care, minutes, progress=progress)


def segments_json(study: Study, table: pd.DataFrame) -> Records:
    """The documented JSON of a ranking; names are those of the villages nearest to the segment's two ends."""
    names = study.demand["name"]
    out = table.drop(columns=["from_row", "to_row"])
    out = out.assign(from_name=names.iloc[table["from_row"]].to_numpy(), to_name=names.iloc[table["to_row"]].to_numpy())
    rows: Records = out.to_dict(orient="records")
    return rows


def segment_lines(study: Study, table: pd.DataFrame, minutes: float, _: Translate) -> list[str]:
    """The ranking as sentences, every figure with its denominator."""
    people, names = study.demand["population"].sum(), study.demand["name"]
    sentence = _(
        "Segment {edge} ({road_class}, {km:.1f} km, between {start} and {end}): {lost:,.0f} of {people:,.0f} people "
        "fall out of {minutes:g} min, of them {cut_off:,.0f} unreachable ({living_on:,.0f} live on the segment)."
    )
    lines = [
        sentence.format(
            km=row["length_m"] / 1000,
            start=names.iat[row["from_row"]],
            end=names.iat[row["to_row"]],
            people=people,
            minutes=minutes,
            **{key: row[key] for key in ("edge", "road_class", "lost", "cut_off", "living_on")},
        )
        for row in table.to_dict(orient="records")
    ]
    return lines or [_("No segment carries {share:g} % of the people.").format(share=100 * closing.LEAST_SHARE)]


def villages_json(lost: pd.DataFrame) -> Records:
    """The documented JSON of a closure; minutes are null where a village is cut off."""
    told = lost.drop(columns="row").astype(object)
    rows: Records = told.where(told.notna(), None).to_dict(orient="records")
    return rows


def village_lines(study: Study, lost: pd.DataFrame, minutes: float, _: Translate) -> list[str]:
    """What a closure does, as sentences."""
    people, whole = lost.groupby("outcome")["population"].sum(), study.demand["population"].sum()
    lines = [
        _("{out:,.0f} of {whole:,.0f} people fall out of {minutes:g} min; {cut:,.0f} are cut off.").format(
            out=people.get("out", 0.0), whole=whole, minutes=minutes, cut=people.get("cut_off", 0.0)
        )
    ]
    for row in lost.to_dict(orient="records"):
        after = _("cut off") if math.isnan(row["after_min"]) else _("{n:.1f} min").format(n=row["after_min"])
        before = _("{n:.1f} min").format(n=row["before_min"])
        lines.append(f"{row['demand_id']}\t{row['name']}\t{row['population']:,.0f}\t{before} → {after}")
    return lines
