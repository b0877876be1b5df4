"""`yida study`: build, list and report studies. Beside the rooms."""

import argparse
import getpass
import json
import os
import re
from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Never, TypeAlias

from tqdm import tqdm

from geo import study as studies
from geo.intake.manifest import fingerprint, sample_names
from geo.model.assumptions import TERRAINS
from geo.model.desk import KINDS
from geo.model.errors import ChoiceUnknown, StudyExists, StudyNameInvalid
from geo.model.inputs import Report, Sources, Study
from geo.output.figure import percent
from geo.output.language import Translate, of_terminal
from geo.output.words import road_class_name
from geo.store import open_store

_NAME = re.compile(r"[\w][\w \-]{0,59}")
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida study`."""
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
    create.add_argument(
        "--heights",
        type=Path,
        nargs="+",
        default=[],
        help=_("heights of the land: SRTM tiles (.hgt, .hgt.zip) or GeoTIFF"),
    )
    create.add_argument("--links", type=Path, help=_("links: who reads for, supplies or refers to whom"))
    create.add_argument("--crs", help=_("coordinate system of files that do not say it, such as EPSG:4490"))
    create.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="KIND.QUESTION=VALUE",
        help=_("an answer to a question about a file, such as facilities.sheet=2024; may be repeated"),
    )
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
        heights=tuple(options.heights),
        links=options.links,
        crs=options.crs,
        answers=_answers(options.answer),
        terrain=options.terrain,
    )
    study = _with_progress(lambda progress: studies.build_study(sources, progress), _)
    store.save(study, fingerprint(sources), replace=options.replace)
    print("\n".join(report_lines(study.report, _)))


def _answers(words: list[str]) -> dict[str, dict[str, str]]:
    """Kind of file → question → answer. Raises ChoiceUnknown for words that are none."""
    told: dict[str, dict[str, str]] = {}
    for word in words:
        question, _, value = word.partition("=")
        kind, _, own = question.partition(".")
        if kind not in KINDS or not own or not value:
            raise ChoiceUnknown(what="--answer", value=word, choices=", ".join(f"{k}.…=…" for k in KINDS))
        told.setdefault(kind, {})[own] = value
    return told


def _list(options: argparse.Namespace, _: Translate) -> None:
    for name, titles in studies.study_names(open_store()).items():
        print(f"{name}\t{titles.get(of_terminal(), name)}")


def _show_report(options: argparse.Namespace, _: Translate) -> None:
    report = opened(options.name, _).report
    if options.json:
        plain = {k: v for k, v in vars(report).items() if k != "problems"}
        problems = [{"code": p.code, "severity": p.severity, "row": p.row, "text": p.say(_)} for p in report.problems]
        print(json.dumps({**plain, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(report_lines(report, _)))


def report_lines(report: Report, _: Translate) -> list[str]:
    """A study's report as lines of text."""
    total = sum(report.road_km.values())
    by_class = ", ".join(f"{road_class_name(_, name)} {km:,.0f}" for name, km in report.road_km.items())
    lines = [
        _("Roads: {total:,.0f} km ({by_class})").format(total=total, by_class=by_class),
        _("Islands: {count} pieces apart from the main network, {km:,.1f} km together").format(
            count=report.islands, km=report.island_km
        ),
        _("Facilities: {count}, of which {off} off the network ({share})").format(
            count=report.facilities, off=report.facilities_off, share=_share(report.facilities_off, report.facilities)
        ),
        _(
            "Demand: {count} points with {people:,.0f} people; off the network {off} points ({share}) with {lost:,.0f} "
            "people ({lost_share})"
        ).format(
            count=report.demand,
            people=report.population,
            off=report.demand_off,
            share=_share(report.demand_off, report.demand),
            lost=report.population_off,
            lost_share=_share(report.population_off, report.population),
        ),
        _("Rows refused: {count}").format(count=report.rows_refused),
    ]
    return lines + [f"  - {p.say(_)}" for p in report.problems]


def _share(part: float, whole: float) -> str:
    return percent(100 * part / whole if whole else nan)


def opened(name: str, _: Translate) -> Study:
    """A stored study or a sample, with a bar while it is built."""
    store = open_store()
    return _with_progress(lambda progress: studies.open_study(store, name, progress), _)


def user_here() -> str:
    """Who is at this terminal; the number where the system knows no name for it, as in containers."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


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
