"""`yida coverage` and `yida reach`: the answers. Beside the rooms."""

import argparse
import json
from pathlib import Path

import pandas as pd
import shapely

from geo import study as studies
from geo.analysis.coverage import Coverage, coverage, coverage_by_unit
from geo.cli.studies import Commands, opened
from geo.model.assumptions import CONDITIONS, Assumptions, check_mode
from geo.model.errors import FileNotWritten, OutOfRange
from geo.model.inputs import Study
from geo.model.roads import MODES, Mode
from geo.network.breaks import Breaks
from geo.network.reach import contour
from geo.output.language import Translate, of_terminal
from geo.output.words import condition_name, factor_text, mode_name
from geo.study import closing, conditions


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida coverage` and `yida reach`."""
    _add_coverage(commands, _)
    _add_reach(commands, _)


def _add_coverage(commands: Commands, _: Translate) -> None:
    parser = commands.add_parser("coverage", help=_("people covered, beyond the threshold and unreachable"))
    add_question(parser, _)
    parser.add_argument("--minutes", type=float, default=15.0, help=_("threshold, itself included (default 15)"))
    parser.add_argument("--by", choices=["unit"], help=_("also by township"))
    add_close(parser, _)
    parser.add_argument(
        "--json",
        action="store_true",
        help=_(
            "print JSON: threshold_min, mode, population, covered, beyond, unreachable, units[], condition, tiers[], "
            "closed[], band, modelled, illustrative"
        ),
    )
    parser.set_defaults(run=_coverage)


def _add_reach(commands: Commands, _: Translate) -> None:
    parser = commands.add_parser("reach", help=_("write the areas reached within some minutes as GeoJSON"))
    add_question(parser, _)
    parser.add_argument("--minutes", default="5,10,15,30", help=_("thresholds with commas (default 5,10,15,30)"))
    parser.add_argument("--out", type=Path, required=True, help=_("the GeoJSON file to write"))
    parser.set_defaults(run=_reach)


def add_close(parser: argparse.ArgumentParser, _: Translate) -> None:
    """The word --close."""
    parser.add_argument(
        "--close",
        action="append",
        default=[],
        metavar="EDGE[@PLACE]",
        help=_("break a road segment, by its number in yida roads, at 0 to 1 of its length (default 0.5); repeatable"),
    )


def add_question(parser: argparse.ArgumentParser, _: Translate) -> None:
    """The study, and everything its minutes depend on."""
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("--mode", choices=MODES, default="ambulance", help=_("how people or ambulances travel"))
    parser.add_argument(
        "--from",
        dest="tiers",
        default="county_hospital,township_hospital",
        help=_("tiers that count, with commas (default county_hospital,township_hospital)"),
    )
    parser.add_argument("--condition", choices=CONDITIONS, default="day", help=_("speed factor"))


def _coverage(options: argparse.Namespace, _: Translate) -> None:
    check_minutes(options.minutes)
    study = opened(options.name, _)
    care = care_asked(study, options)
    closed = breaks_asked(study, options)
    minutes = closing.found_with(care, closed)["travel_time_min"]
    whole = coverage(minutes, study.demand["population"], options.minutes)
    band = band_asked(care, options, closed)
    tiers = study.scheme.select(options.tiers.split(","))
    units = coverage_by_unit(study.demand, minutes, options.minutes)
    units.insert(1, "name", units["unit_code"].map(_unit_names(study)).fillna(""))
    if options.json:
        asked = {
            "condition": options.condition,
            "tiers": list(tiers),
            "closed": breaks_json(closed),
            "band": band_json(band),
            "modelled": True,
            "illustrative": study.illustrative,
        }
        print(json.dumps(coverage_json(whole, units, options.mode) | asked, ensure_ascii=False, indent=2))
        return
    made_with = made_with_lines(study, care.network.assumptions, options.mode, _)
    names = ", ".join(study.scheme.tier(tier).name[of_terminal()] for tier in tiers)
    made_with.insert(0, _("Facilities that count: {tiers}.").format(tiers=names))
    print("\n".join([*coverage_lines(whole, _), band_line(band, _), *closed_lines(closed, _), *made_with]))
    if options.by:
        print("\n".join(_unit_lines(units, _)))


def coverage_json(whole: Coverage, units: pd.DataFrame, mode: str) -> dict[str, object]:
    """The documented JSON of `yida coverage`: people, minutes, and the same keys for every township."""
    keys = ["unit_code", "name", "population", "covered", "beyond", "unreachable"]
    rows = units[keys].astype(object).where(units[keys].notna(), None)
    return {
        "threshold_min": whole.threshold_min,
        "mode": mode,
        "population": whole.population,
        "covered": whole.covered,
        "beyond": whole.beyond,
        "unreachable": whole.unreachable,
        "units": rows.to_dict(orient="records"),
    }


def coverage_lines(whole: Coverage, _: Translate) -> list[str]:
    """Coverage as sentences; every percentage with its denominator."""

    def line(sentence: str, people: float) -> str:
        share = f"{100 * people / whole.population:.1f} %" if whole.population else "—"
        return sentence.format(people=people, population=whole.population, share=share, minutes=whole.threshold_min)

    return [
        line(
            _("Covered within {minutes:g} min: {people:,.0f} of {population:,.0f} people ({share})"),
            whole.covered,
        ),
        line(_("Beyond {minutes:g} min: {people:,.0f} of {population:,.0f} people ({share})"), whole.beyond),
        line(_("Unreachable: {people:,.0f} of {population:,.0f} people ({share})"), whole.unreachable),
        _("Modelled drive or walk time only; call handling and turnout are not included."),
    ]


def _unit_names(study: Study) -> dict[str, str]:
    return dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))


def _unit_lines(units: pd.DataFrame, _: Translate) -> list[str]:
    lines = []
    for row in units.to_dict(orient="records"):
        share = f"{row['share_pct']:.1f} %" if row["population"] else "—"
        people = _("{people:,.0f} of {population:,.0f}").format(people=row["covered"], population=row["population"])
        lines.append(f"{row['unit_code'] or '—'}\t{row['name'] or '—'}\t{people}\t{share}")
    return lines


def _reach(options: argparse.Namespace, _: Translate) -> None:
    try:
        thresholds = sorted({float(word) for word in options.minutes.split(",")})
    except ValueError:
        raise OutOfRange(what="--minutes", low=1, high=120, value=options.minutes) from None
    for threshold in thresholds:
        check_minutes(threshold)
    study = opened(options.name, _)
    network = studies.network_of(study, check_mode(options.mode), studies.assumptions_for(study, options.condition))
    tiers = study.scheme.select(options.tiers.split(","))
    surface = studies.surface_of(study, network, tiers, max(thresholds))
    areas = [contour(surface, threshold) for threshold in thresholds]
    try:
        options.out.write_text(
            json.dumps(reach_geojson(thresholds, areas, options.mode, study.illustrative)), encoding="utf-8"
        )
    except OSError as error:
        raise FileNotWritten(path=options.out, detail=error.strerror) from error
    print(_("Wrote {count} areas to {path}.").format(count=len(areas), path=options.out))


def reach_geojson(
    thresholds: list[float], areas: list[shapely.MultiPolygon], mode: str, illustrative: bool
) -> dict[str, object]:
    """A feature for each threshold; areas are cumulative and modelled."""
    features = [
        {
            "type": "Feature",
            "properties": {"threshold_min": threshold, "mode": mode, "modelled": True, "illustrative": illustrative},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(area, 1e-6))),
        }
        for threshold, area in zip(thresholds, areas, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def check_minutes(minutes: float) -> None:
    """Raises OutOfRange for a threshold nobody means."""
    if not 1 <= minutes <= 120:
        raise OutOfRange(what="--minutes", low=1, high=120, value=f"{minutes:g}")


def care_asked(study: Study, options: argparse.Namespace) -> closing.Care:
    """The nearest facility of the tiers that count, with all roads open. Raises NothingSelected, ChoiceUnknown."""
    network = studies.network_of(study, check_mode(options.mode), studies.assumptions_for(study, options.condition))
    return closing.care_of(study, network, study.scheme.select(options.tiers.split(",")))


def band_asked(care: closing.Care, options: argparse.Namespace, closed: Breaks) -> conditions.Band:
    """People covered when all speeds are lower and higher by conditions.BAND_SHARE."""
    tiers = care.study.scheme.select(options.tiers.split(","))
    minutes = conditions.speed_band(care.study, care.network, tiers, breaks=closed)
    return conditions.coverage_band(care.study, minutes, options.minutes, conditions.BAND_SHARE)


def band_json(band: conditions.Band) -> dict[str, object]:
    """The documented JSON of the band: the share of the speed, and people covered with all speeds so much lower."""
    return {"speed_share": band.share, "covered_slower": band.slower.covered, "covered_faster": band.faster.covered}


def band_line(band: conditions.Band, _: Translate) -> str:
    """The band as a sentence."""
    sentence = _("At {slow:g} to {fast:g} times these speeds: {low:,.0f} to {high:,.0f} of {population:,.0f} people")
    return sentence.format(
        slow=1 - band.share,
        fast=1 + band.share,
        low=band.slower.covered,
        high=band.faster.covered,
        population=band.slower.population,
    )


def made_with_lines(study: Study, assumptions: Assumptions, mode: Mode, _: Translate) -> list[str]:
    """What the minutes were made with, and whether the study is only an illustration."""
    said = _("{mode}, {condition}: speeds × {factor}.").format(
        mode=mode_name(_, mode),
        condition=condition_name(_, assumptions.condition),
        factor=factor_text(_, assumptions, mode, study.roads),
    )
    return [said, *([_("Illustrative sample, not for decisions")] if study.illustrative else [])]


def breaks_asked(study: Study, options: argparse.Namespace) -> Breaks:
    """The segments that --close names. Raises OutOfRange."""
    places = {}
    for word in options.close:
        edge, _, at = word.partition("@")
        try:
            places[int(edge)] = float(at or 0.5)
        except ValueError:
            last = study.roads.edge_count - 1
            raise OutOfRange(what="--close EDGE[@PLACE]", low=0, high=last, value=word) from None
    return closing.checked_breaks(study, places)


def breaks_json(breaks: Breaks) -> list[dict[str, object]]:
    """The documented JSON of closed segments: number and place along each, 0 to 1."""
    return [{"edge": e, "at": a} for e, a in zip(breaks.edge.tolist(), breaks.at.tolist(), strict=True)]


def closed_lines(breaks: Breaks, _: Translate) -> list[str]:
    """Which segments are closed, if any."""
    numbers = ", ".join(str(n) for n in breaks.edge.tolist())
    return [_("Closed road segments: {numbers}").format(numbers=numbers)] if len(breaks) else []
