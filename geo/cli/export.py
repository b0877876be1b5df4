"""`yida export`: a briefing or a single map as a file. Beside the rooms."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Never

from tqdm import tqdm

from geo.analysis.presenting import Answer
from geo.cli.answers import check_minutes
from geo.cli.studies import Commands, opened
from geo.model.assumptions import CONDITIONS, TERRAINS, check_mode
from geo.model.briefing import LAYERS, READY, Briefing, Scene
from geo.model.errors import BriefingInvalid, ChoiceUnknown, FileMissing, OptionUnfit, OutOfRange
from geo.model.inputs import Study
from geo.model.roads import MODES
from geo.model.scene_json import from_json, with_changes
from geo.output import export as files
from geo.output.facts import Export, exact
from geo.output.language import LANGUAGES, Translate, of_terminal, translator
from geo.output.release import Release
from geo.output.report import missing_sentence
from geo.output.slide_template import Template
from geo.output.written import write_whole
from geo.store import open_store
from geo.study import briefings
from geo.study.answering import Answering
from geo.study.briefing import plain_scene, ready_briefing

_PICTURES = ("png", "svg")
_OF_FORMS: dict[str, tuple[str, ...]] = {
    "scene": tuple(form for form in files.FORMS if form not in files.OF_A_BRIEFING),
    "figure": (*_PICTURES, "csv"),
    "size": ("pdf", *_PICTURES),
    "extent": ("pdf",),
    "template": ("pptx",),
}


def add(commands: Commands, _: Translate) -> None:
    """The words of `yida export`."""
    parser = commands.add_parser(
        "export",
        help=_("write a briefing, a map or tables as a file"),
        description=_(
            "Write slides, a report, one HTML file, a workbook, map layers, or a picture of a map or chart. Every file "
            "says what it was made with and the command that makes it again."
        ),
        epilog="yida export xishui --format pptx --minutes 15 --lang zh --out xishui.pptx",
    )
    parser.add_argument("name", help=_("a study or sample: see yida study list"))
    parser.add_argument("--format", dest="form", choices=files.FORMS, required=True, help=_("kind of file"))
    parser.add_argument("--out", type=Path, required=True, help=_("the file to write"))
    _add_question(parser, _)
    _add_look(parser, _)
    parser.set_defaults(run=_run)


def _add_question(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument(
        "--briefing",
        default="",
        help=_("a briefing file (JSON), the id of a stored one (in its link), or ready: the one every county has"),
    )
    parser.add_argument("--scene", type=int, help=_("which scene, for a single map or table"))
    parser.add_argument("--version", type=int, help=_("the study's version (default: the newest)"))
    parser.add_argument("--minutes", type=float, help=_("threshold, itself included (default 15)"))
    parser.add_argument("--mode", choices=MODES, help=_("how people or ambulances travel"))
    parser.add_argument("--from", dest="tiers", help=_("tiers that count, with commas"))
    parser.add_argument("--condition", choices=CONDITIONS, help=_("speed factor"))
    parser.add_argument("--terrain", choices=TERRAINS, help=_("mountain slows vehicles"))
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KIND.MODE.ITEM=VALUE",
        help=_("another speed or factor, such as speed.ambulance.primary=50"),
    )


def _add_look(parser: argparse.ArgumentParser, _: Translate) -> None:
    parser.add_argument("--figure", choices=files.FIGURES, help=_("of a picture or CSV: which figure"))
    parser.add_argument("--layers", help=_("layers of the map, with commas"))
    parser.add_argument("--show", help=_("tiers drawn on the map, with commas"))
    parser.add_argument("--size", help=_("a4 or a3 for PDF; width x height in pixels for pictures"))
    parser.add_argument("--extent", choices=files.EXTENTS, help=_("PDF: the report, or a page"))
    parser.add_argument("--template", type=Path, help=_("PPTX: slides in the look of this file"))
    parser.add_argument("--public", action="store_true", help=_("round places, drop telephone numbers and persons"))
    parser.add_argument("--review-number", default="", help=_("review number of the map, such as GS(2024)1234号"))
    parser.add_argument("--lang", choices=LANGUAGES, default=of_terminal(), help=_("language of the file"))


def _run(options: argparse.Namespace, _: Translate) -> None:
    _check_fit(options)
    export = Export(
        language=options.lang,
        release=Release(options.public, options.review_number),
        made_at=datetime.now().astimezone(),
        form=options.form,
        briefing=options.briefing or (READY if options.form in ("html", "pptx", "pdf") else ""),
        size=(options.size or "").lower(),
        extent=options.extent or "report",
        figure=options.figure or "map",
        scene=1 if options.scene is None else options.scene,
        changes=_said_changes(options),
        template="" if options.template is None else str(options.template),
    )
    files.check(export)  # wrong words are said before the work, not after it
    template = None if options.template is None else Template(str(options.template), _read(options.template))
    study = _study(options, _)
    briefing, word = _briefing(options, export, study)
    export = replace(export, briefing=word)
    answers = _answers(options, export, briefing, study, _)
    for answer in answers:
        if answer.missing:
            print(f"yida: {missing_sentence(answer, _)}", file=sys.stderr)
    bar: tqdm[Never] = tqdm(total=len(answers), leave=False, disable=None, desc=options.form)
    with bar:
        made = files.make_files(answers, briefing, export, template, bar.update)
    for suffix, body in made.items():
        path = options.out if suffix == options.form else _beside(options.out, suffix)
        write_whole(path, body)
        print(_("Wrote {path} ({size} kB).").format(path=path, size=f"{len(body) / 1000:,.0f}"))


def _check_fit(options: argparse.Namespace) -> None:
    """Raises OptionUnfit for a word that says nothing to the kind of file."""
    for name, forms in _OF_FORMS.items():
        if getattr(options, name) is not None and options.form not in forms:
            raise OptionUnfit(option=f"--{name}", form=options.form, forms=", ".join(forms))


def _beside(out: Path, suffix: str) -> Path:
    """Where a second file goes: x.tif's style is x.qml, as QGIS looks for it; others say whose they are."""
    if suffix == "qml" and out.suffix.lower() != ".qml":
        return out.with_suffix(".qml")
    return out.with_name(f"{out.name}.{suffix}")


def _study(options: argparse.Namespace, _: Translate) -> Study:
    newest = opened(options.name, _)
    return newest if options.version is None else open_store().load(options.name, options.version)


def _briefing(options: argparse.Namespace, export: Export, study: Study) -> tuple[Briefing, str]:
    """The scenes asked for, and the word that names exactly them."""
    translators = {language: translator(language) for language in LANGUAGES}
    changes = _changes(options, study)
    if export.briefing in ("", READY):
        plain = plain_scene(study, translators)
        scene = _changed(replace(plain, version=options.version), changes)
        if export.briefing == READY:
            ready = ready_briefing(study, translators, scene)
            drawn = {"layers": changes["layers"]} if "layers" in changes else {}
            return replace(ready, scenes=tuple(replace(made, **drawn) for made in ready.scenes)), READY
        shown = replace(scene, shows=scene.figures) if export.form == "xlsx" else scene
        return Briefing(scene.title, (shown,)), ""
    kept = _stored(study.name, export.briefing)
    read, word = kept or (from_json(_read(Path(export.briefing))), export.briefing)
    if not any(scene.study == study.name for scene in read.scenes):
        raise BriefingInvalid(what="study", value=", ".join(sorted({scene.study for scene in read.scenes})))
    return replace(read, scenes=tuple(_changed(scene, changes) for scene in read.scenes)), word


def _stored(study: str, word: str) -> tuple[Briefing, str] | None:
    """The newest revision of the stored briefing of an id, or the revision of a key, and its key; None for others."""
    store, briefing_id = open_store(), word.partition(":")[0]
    known = (briefings.newest if word == briefing_id else briefings.revisions)(store, study, briefing_id)
    kept = [r for r in known if not r.removed and word in (briefing_id, r.key)]
    return (briefings.load(store, study, kept[0]), kept[0].key) if kept else None


def _changes(options: argparse.Namespace, study: Study) -> dict[str, Any]:
    """What the command line says about the question; what it leaves out stays as the scene has it."""
    if options.minutes is not None:
        check_minutes(options.minutes)
    tiers = study.scheme.select(options.tiers.split(",")) if options.tiers else None
    mode = check_mode(options.mode) if options.mode else None
    given = {"threshold_min": options.minutes, "tiers": tiers, "mode": mode, "version": options.version}
    assumed = {"condition": options.condition, "terrain": options.terrain, "set": _values(options.set)}
    drawn = {} if options.layers is None else {"layers": _layers(options.layers)}
    if options.show is not None:
        drawn["shown"] = study.scheme.select(options.show.split(",")) if options.show else ()
    return {key: value for key, value in {**given, **assumed}.items() if value} | drawn


def _layers(words: str) -> tuple[str, ...]:
    named = tuple(word for word in words.split(",") if word)
    for word in named:
        if word not in LAYERS:
            raise ChoiceUnknown(what="--layers", value=word, choices=", ".join(LAYERS))
    return named


def _said_changes(options: argparse.Namespace) -> tuple[str, ...]:
    """The words of the command line that change the question, for the command that repeats it."""
    told = {"version": "--version", "minutes": "--minutes", "mode": "--mode", "tiers": "--from",
            "condition": "--condition", "terrain": "--terrain", "layers": "--layers", "show": "--show"}  # fmt: skip
    given = [(word, getattr(options, name)) for name, word in told.items()]
    said = [
        (word, exact(value) if isinstance(value, float) else str(value)) for word, value in given if value is not None
    ]
    pairs = [(word, value) for word, value in said if value or word in ("--layers", "--show")]
    return tuple(part for pair in (*pairs, *(("--set", word) for word in options.set)) for part in pair)


def _values(words: list[str]) -> dict[str, float]:
    out = {}
    for word in words:
        key, _sign, value = word.partition("=")
        try:
            out[key] = float(value)
        except ValueError:
            raise OutOfRange(what=f"--set {key}", low=0, high=200, value=value) from None
    return out


def _changed(scene: Scene, changes: Mapping[str, Any]) -> Scene:
    assumed = {key: changes[key] for key in ("condition", "terrain") if key in changes}
    assumptions = with_changes(replace(scene.assumptions, **assumed), changes.get("set", {}))
    plain = {key: value for key, value in changes.items() if key not in ("condition", "terrain", "set")}
    if scene.rescue and "threshold_min" in plain:
        clock = replace(scene.rescue.clock, threshold_min=plain["threshold_min"])
        plain["rescue"] = replace(scene.rescue, clock=clock)
    return replace(scene, assumptions=assumptions, **plain)


def _answers(
    options: argparse.Namespace, export: Export, briefing: Briefing, study: Study, _: Translate
) -> list[Answer]:
    store = open_store()

    def open_scene(name: str, version: int | None) -> tuple[Study, int | None]:
        newest = store.newest(name)
        number = version if version is not None or newest is None else newest.version_id
        return (study if name == study.name and version == options.version else store.load(name, version)), number

    scenes = briefing.scenes
    if export.form not in files.OF_A_BRIEFING:
        if not 1 <= export.scene <= len(scenes):
            raise OutOfRange(what="--scene", low=1, high=len(scenes), value=export.scene)
        scenes = (scenes[export.scene - 1].showing(export.figure),)
    answering = Answering(open_scene)
    bar: tqdm[Scene] = tqdm(scenes, leave=False, disable=None, desc=_("answering"))
    return [answering.answer(scene) for scene in bar]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileMissing(path=path) from error
