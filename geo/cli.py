"""The same answers from a terminal: `yida study create`, `yida coverage`, `yida reach`. Beside the rooms.

Exit codes: 0 done, 2 wrong words (argparse), 3 an input or study that cannot be used, with the reason on stderr.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Never

import pandas as pd
import shapely
from tqdm import tqdm

from geo import study as studies
from geo.analysis.coverage import Coverage, coverage, coverage_by_unit
from geo.intake.manifest import fingerprint, sample_names
from geo.model.assumptions import CONDITIONS, TERRAINS, check_mode
from geo.model.errors import FileNotWritten, OutOfRange, StudyExists, StudyNameInvalid, YidaError
from geo.model.inputs import Report, Sources, Study
from geo.model.roads import MODES
from geo.model.schemes import load_scheme
from geo.network.reach import contour
from geo.output.language import Translate, of_terminal, translator
from geo.store import open_store

_NAME = re.compile(r"[\w][\w \-]{0,59}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    _ = translator(of_terminal())
    options = _parser(_).parse_args(arguments)
    run: Callable[[argparse.Namespace, Translate], None] = options.run
    try:
        run(options, _)
    except YidaError as error:
        print(f"yida: {error.say(_)}", file=sys.stderr)
        return 3
    return 0


def _parser(_: Translate) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="yida",
        description=_("Who reaches care, of which tier, in how many minutes, on real roads."),
        epilog=_("Start with: yida coverage xishui --minutes 15 --by unit"),
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_study(commands, _)
    _add_coverage(commands, _)
    _add_reach(commands, _)
    return parser


def _add_study(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", _: Translate) -> None:
    study = commands.add_parser("study", help=_("create, list and report studies"))
    actions = study.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser(
        "create",
        help=_("build a study from files"),
        description=_(
            "Build a study from a road file and, for line layers, lists of facilities and demand. From an OSM extract "
            "(.osm.pbf) facilities, demand and boundaries are taken where they are not given."
        ),
        epilog="yida study create mycounty --boundary county.geojson --roads roads.gpkg "
        "--facilities facilities.csv --demand villages.csv --crs EPSG:4490",
    )
    create.add_argument("name", help=_("the name it is stored and opened under"))
    create.add_argument("--roads", type=Path, required=True, help=_("OSM extract, or lines with a class column"))
    create.add_argument("--boundary", type=Path, help=_("the county's outline"))
    create.add_argument("--facilities", type=Path, help=_("facilities with name, tier, longitude, latitude"))
    create.add_argument("--demand", type=Path, help=_("villages with name, longitude, latitude, population"))
    create.add_argument("--units", type=Path, help=_("township areas"))
    create.add_argument("--crs", help=_("coordinate system of files that do not say it, such as EPSG:4490"))
    create.add_argument("--scheme", default="", help=_("levels of care: a file of data/reference/schemes"))
    create.add_argument("--terrain", choices=TERRAINS, default="plain", help=_("mountain slows vehicles"))
    create.add_argument("--replace", action="store_true", help=_("store as a new version if the name is taken"))
    create.set_defaults(run=_create)
    listing = actions.add_parser("list", help=_("list studies and samples"))
    listing.set_defaults(run=_list)
    report = actions.add_parser("report", help=_("print what building a study found"))
    report.add_argument("name")
    report.add_argument("--json", action="store_true", help=_("print JSON"))
    report.set_defaults(run=_show_report)


def _add_coverage(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", _: Translate) -> None:
    parser = commands.add_parser("coverage", help=_("people covered, beyond the threshold and unreachable"))
    _add_question(parser, _)
    parser.add_argument("--minutes", type=float, default=15.0, help=_("threshold, itself included (default 15)"))
    parser.add_argument("--by", choices=["unit"], help=_("also by township"))
    parser.add_argument(
        "--json",
        action="store_true",
        help=_("print JSON: threshold_min, mode, population, covered, beyond, unreachable, units[]"),
    )
    parser.set_defaults(run=_coverage)


def _add_reach(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", _: Translate) -> None:
    parser = commands.add_parser("reach", help=_("write the areas reached within some minutes as GeoJSON"))
    _add_question(parser, _)
    parser.add_argument("--minutes", default="5,10,15,30", help=_("thresholds with commas (default 5,10,15,30)"))
    parser.add_argument("--out", type=Path, required=True, help=_("the GeoJSON file to write"))
    parser.set_defaults(run=_reach)


def _add_question(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("--mode", choices=MODES, default="ambulance", help=_("how people or ambulances travel"))
    parser.add_argument(
        "--from",
        dest="tiers",
        default="county_hospital,township_hospital",
        help=_("tiers that count, with commas (default county_hospital,township_hospital)"),
    )
    parser.add_argument("--condition", choices=CONDITIONS, default="day", help=_("speed factor"))


def _create(options: argparse.Namespace, _: Translate) -> None:
    if not _NAME.fullmatch(options.name) or options.name in sample_names():
        raise StudyNameInvalid(name=options.name)
    store = open_store()
    if store.fingerprint(options.name) is not None and not options.replace:
        raise StudyExists(name=options.name)  # before the long work, not after it
    scheme = options.scheme or ("xishui" if options.facilities else "hospital_clinic")
    sources = Sources(
        name=options.name,
        title={"zh": options.name, "en": options.name},
        scheme_id=scheme,
        roads=options.roads,
        boundary=options.boundary,
        facilities=options.facilities,
        demand=options.demand,
        units=options.units,
        crs=options.crs,
        terrain=options.terrain,
    )
    study = _with_progress(lambda progress: studies.build_study(sources, progress), _)
    store.save(study, fingerprint(sources), replace=options.replace)
    print("\n".join(report_lines(study.report, _)))


def _list(options: argparse.Namespace, _: Translate) -> None:
    for name, titles in studies.study_names(open_store()).items():
        print(f"{name}\t{titles.get(of_terminal(), name)}")


def _show_report(options: argparse.Namespace, _: Translate) -> None:
    report = _open(options.name, _).report
    if options.json:
        plain = {k: v for k, v in vars(report).items() if k != "problems"}
        problems = [{"code": p.code, "severity": p.severity, "row": p.row, "text": p.say(_)} for p in report.problems]
        print(json.dumps({**plain, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(report_lines(report, _)))


def _coverage(options: argparse.Namespace, _: Translate) -> None:
    check_minutes(options.minutes)
    study = _open(options.name, _)
    minutes = _minutes(study, options)
    whole = coverage(minutes, study.demand["population"], options.minutes)
    units = coverage_by_unit(study.demand, minutes, options.minutes)
    units.insert(1, "name", units["unit_code"].map(_unit_names(study)).fillna(""))
    if options.json:
        print(json.dumps(coverage_json(whole, units, options.mode), ensure_ascii=False, indent=2))
        return
    for line in coverage_lines(whole, _):
        print(line)
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
    study = _open(options.name, _)
    network = studies.network_of(study, check_mode(options.mode), studies.assumptions_for(study, options.condition))
    tiers = load_scheme(study.scheme_id).select(options.tiers.split(","))
    surface = studies.surface_of(study, network, tiers, max(thresholds))
    areas = [contour(surface, threshold) for threshold in thresholds]
    try:
        options.out.write_text(json.dumps(reach_geojson(thresholds, areas, options.mode)), encoding="utf-8")
    except OSError as error:
        raise FileNotWritten(path=options.out, detail=error.strerror) from error
    print(_("Wrote {count} areas to {path}.").format(count=len(areas), path=options.out))


def reach_geojson(thresholds: list[float], areas: list[shapely.MultiPolygon], mode: str) -> dict[str, object]:
    """A feature for each threshold; areas are cumulative and modelled."""
    features = [
        {
            "type": "Feature",
            "properties": {"threshold_min": threshold, "mode": mode, "modelled": True},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(area, 1e-6))),
        }
        for threshold, area in zip(thresholds, areas, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def check_minutes(minutes: float) -> None:
    """Raises OutOfRange for a threshold nobody means."""
    if not 1 <= minutes <= 120:
        raise OutOfRange(what="--minutes", low=1, high=120, value=f"{minutes:g}")


def report_lines(report: Report, _: Translate) -> list[str]:
    """A study's report as lines of text."""
    total = sum(report.road_km.values())
    by_class = ", ".join(f"{name} {km:,.0f}" for name, km in report.road_km.items())
    lines = [
        _("Roads: {total:,.0f} km ({by_class})").format(total=total, by_class=by_class),
        _("Islands: {count} pieces apart from the main network, {km:,.1f} km together").format(
            count=report.islands, km=report.island_km
        ),
        _("Facilities: {count}, of which {off} off the network").format(
            count=report.facilities, off=report.facilities_off
        ),
        _(
            "Demand: {count} points with {people:,.0f} people; off the network {off} points with {lost:,.0f} people"
        ).format(count=report.demand, people=report.population, off=report.demand_off, lost=report.population_off),
        _("Rows refused: {count}").format(count=report.rows_refused),
    ]
    return lines + [f"  - {p.say(_)}" for p in report.problems]


def _open(name: str, _: Translate) -> Study:
    store = open_store()
    return _with_progress(lambda progress: studies.open_study(store, name, progress), _)


def _with_progress(work: Callable[[studies.Progress], Study], _: Translate) -> Study:
    """Run the work with a bar on stderr; no bar when nothing has to be built or stderr is no terminal."""
    bar: list[tqdm[Never]] = []

    def progress(step: str) -> None:
        if not bar:
            opened: tqdm[Never] = tqdm(total=studies.STEPS, leave=False, disable=None)
            bar.append(opened)
        bar[0].set_description(_(step))
        bar[0].update()

    try:
        return work(progress)
    finally:
        if bar:
            bar[0].close()


def _minutes(study: Study, options: argparse.Namespace) -> "pd.Series[float]":
    network = studies.network_of(study, check_mode(options.mode), studies.assumptions_for(study, options.condition))
    tiers = load_scheme(study.scheme_id).select(options.tiers.split(","))
    times = studies.nearest_by_tier(study, network)
    return studies.nearest_counted(study, times, tiers)["travel_time_min"]


if __name__ == "__main__":
    sys.exit(main())
