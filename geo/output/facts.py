"""What every file says of itself: study, version, date, question, speeds, and how to make it again. Fourth floor.

The command is exact: run on the same study version, it makes a file with the same figures.
"""

import shlex
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import PureWindowsPath

from geo.analysis.presenting import Answer
from geo.model.assumptions import Assumptions, default_rows
from geo.model.briefing import READY, Scene
from geo.model.capabilities import check_capability
from geo.model.links import link_kind
from geo.model.roads import Mode
from geo.model.scene_json import changed_rows
from geo.output.data_words import shipped_text
from geo.output.figure import marks_of
from geo.output.language import Translate
from geo.output.release import Release
from geo.output.scene_map import closed_routes, is_timed, map_minutes
from geo.output.words import condition_name, factor_text, item_name, mode_name, unit_name


@dataclass(frozen=True)
class Export:
    """What is asked of a file besides what it shows."""

    language: str
    release: Release
    made_at: datetime
    form: str  # html, pptx, pdf, png, svg, xlsx, gpkg, tif, csv
    briefing: str = ""  # "ready" or the name of a briefing file, as on the command line; "" is a single scene
    size: str = ""  # a4, a3, 1920x1080
    extent: str = "report"  # of a PDF: report or brief
    figure: str = "map"  # of a PNG, SVG or CSV
    scene: int = 1  # of a briefing, for files that show one
    changes: tuple[str, ...] = ()  # words of the command line that change a briefing's question
    template: str = ""  # of slides: the name of the user's file


def facts(answer: Answer, export: Export, _: Translate) -> list[tuple[str, str]]:
    """Label and text of everything a figure or map was made with."""
    scene, study = answer.scene, answer.study
    names = {t.tier_id: t.name[export.language] for t in study.scheme.tiers}
    join = "、" if export.language == "zh" else ", "
    return [
        (_("Study"), study.title(export.language)),
        (_("Version"), f"{answer.version or '—'} ({study.content_id[:12]})"),
        (_("Date"), export.made_at.strftime("%Y-%m-%d %H:%M")),
        *([] if scene.indicator else _way(answer, names, _, join)),
        *_asked(answer, export.language, _),
        *([(_("No longer in the study"), join.join(p.item_id for p in answer.missing))] if answer.missing else []),
        (_("Marks"), join.join(marks_of(answer, _)[1 if scene.indicator else 0 :]) or "—"),
        (_("Population"), population(answer, _)),
        (_("Sources"), sources(answer, _)),
        (_("Map"), export.release.stamp(_)),
        (_("For whom"), export.release.audience(_)),
        (_("To repeat it"), command(answer, export)),
    ]


def _way(answer: Answer, names: dict[str, str], _: Translate, join: str) -> list[tuple[str, str]]:
    """What minutes on roads depend on."""
    scene = answer.scene
    return [
        (_("Threshold"), _("{minutes} min, itself included").format(minutes=f"{scene.threshold_min:g}")),
        (_("Clock start"), clock_start(answer, _)),
        (_("Tiers that count"), join.join(names[t] for t in scene.tiers)),
        (_("Travel mode"), mode_name(_, scene.mode)),
        (_("Conditions"), _conditions(answer, _)),
        (_("Speeds, km/h"), speeds(scene.assumptions, scene.mode, _, join)),
        (_("Changed from the defaults"), changed(scene.assumptions, _, join)),
    ]


def clock_start(answer: Answer, _: Translate) -> str:
    """When the minutes begin, and what passes before the wheels turn."""
    if answer.scene.rescue:
        return answer.scene.rescue.clock.say(_)
    return _("when the vehicle or person sets out; call handling and turnout are not included")


def _asked(answer: Answer, language: str, _: Translate) -> list[tuple[str, str]]:
    """What pages other than the map ask besides."""
    scene, out = answer.scene, list[tuple[str, str]]()
    join = "、" if language == "zh" else ", "
    if scene.closed:
        places = [route["at"] for route in closed_routes(answer.study.roads, scene.closed)]
        out.append((_("Closed roads"), join.join(f"{lon:.4f} {lat:.4f}" for lon, lat in places)))
    if scene.rescue and answer.response:
        serving = [b for b in scene.rescue.bases if b.base_id in answer.response.serving]
        out.append((_("Bases in service"), join.join(f"{b.name} ({b.ambulances})" for b in serving) or _("none")))
        case = check_capability(scene.rescue.capability).name[language]
        limit = _("{minutes} min, itself included").format(minutes=f"{scene.rescue.limit_min:g}")
        out.append((_("The hospital must offer"), f"{case}, {limit}"))
    if scene.networks:
        out.append((_("Networks"), join.join(link_kind(kind).name[language] for kind in scene.networks)))
    if scene.indicator and answer.judgement:
        entry = answer.judgement.entry
        said = [entry.title(language), scene.indicator.period, entry.say("document", language)]
        out.append((_("Indicator"), " · ".join(part for part in said if part)))
    return out


def short_facts(answer: Answer, export: Export, _: Translate) -> str:
    """One line for the foot of a map or slide."""
    scene = answer.scene
    name = _("{study}, version {n}").format(study=answer.study.title(export.language), n=answer.version or "—")
    way = [mode_name(_, scene.mode), condition_name(_, scene.assumptions.condition)]
    minutes = [
        _("{minutes} min, itself included").format(minutes=f"{scene.threshold_min:g}"),
        scene.rescue.clock.say_start(_) if scene.rescue else _("clock starts at setting out"),
        *(
            [_("hospital within {minutes} min").format(minutes=f"{map_minutes(answer)[1]:g}")]
            if scene.picture == "hospital"
            else []
        ),
        *([_("closed roads: {count}").format(count=len(scene.closed))] if scene.closed else []),
    ]
    marks = marks_of(answer, _)
    if scene.indicator:  # neither asked of roads nor modelled
        way, minutes, marks = [scene.indicator.period], [], marks[1:]
    parts = [name, *way, *(minutes if is_timed(scene) else []), *marks, export.made_at.strftime("%Y-%m-%d")]
    return " · ".join(part for part in parts if part)


def _conditions(answer: Answer, _: Translate) -> str:
    assumptions = answer.scene.assumptions
    terrain = _("mountain") if assumptions.terrain == "mountain" else _("plain")
    return _("{condition}, {terrain}; all speeds times {factor}").format(
        condition=condition_name(_, assumptions.condition),
        terrain=terrain,
        factor=factor_text(_, assumptions, answer.scene.mode, answer.study.roads),
    )


def speeds(assumptions: Assumptions, mode: Mode, _: Translate, join: str) -> str:
    """The speeds of a mode by road class, before the factor."""
    rows = [row for row in assumptions.rows if row.mode == mode and row.kind in ("speed", "access")]
    return join.join(f"{item_name(_, row)} {row.value:g}" for row in rows)


def changed(assumptions: Assumptions, _: Translate, join: str) -> str:
    """The speeds and factors that are not the program's defaults, with what they were."""
    default = {(r.kind, r.mode, r.item): r.value for r in default_rows()}
    told = [
        _("{what} {value} {unit} (default {default})").format(
            what=f"{mode_name(_, row.mode)}, {item_name(_, row)}",
            value=f"{row.value:g}",
            unit=unit_name(_, row),
            default=f"{default.get((row.kind, row.mode, row.item), float('nan')):g}",
        )
        for row in changed_rows(assumptions)
    ]
    return join.join(told) or _("none")


def population(answer: Answer, _: Translate) -> str:
    """How many people, of which kind, of when, from where."""
    told = answer.study.header["population"]
    kinds = {"resident": _("resident"), "registered": _("registered")}
    kind = kinds.get(str(told.get("type")), str(told.get("type") or ""))
    source = shipped_text(_, str(told.get("source") or ""))
    known = [str(part) for part in (kind, told.get("date"), source) if part]
    return ", ".join([f"{answer.whole.population:,.0f}", *known])


def sources(answer: Answer, _: Translate) -> str:
    """Every source of the study with its licence."""
    said = [
        {key: shipped_text(_, str(text)) for key, text in row.items()} for row in answer.study.header["attribution"]
    ]
    return "; ".join(f"{a['what']}: {a['source']} ({a['licence']}, {a['date']})" for a in said) or "—"


def command(answer: Answer, export: Export) -> str:
    """The terminal command that makes the file again."""
    words = ["yida", "export", answer.study.name, "--format", export.form]
    words += ["--briefing", _named(export.briefing, export)] if export.briefing else []
    words += ["--scene", str(export.scene)] if export.scene > 1 else []
    words += _question(answer) if export.briefing in ("", READY) else export.changes
    words += [] if export.briefing else _drawn(answer.scene)
    return shlex.join([*words, *_look(export), "--out", f"{answer.study.name}.{export.form}"])


def _named(path: str, export: Export) -> str:
    """A file as the command names it; a public one tells no folder of ours."""
    return PureWindowsPath(path).name if export.release.public else path


def exact(value: float) -> str:
    """A number as short as it can be read back equal."""
    return repr(float(value)).removesuffix(".0")


def _question(answer: Answer) -> list[str]:
    scene, assumptions = answer.scene, answer.assumptions
    words = ["--version", str(answer.version)] if answer.version is not None else []
    words += ["--minutes", exact(scene.threshold_min), "--mode", scene.mode, "--from", ",".join(scene.tiers)]
    words += ["--condition", assumptions.condition, "--terrain", assumptions.terrain]
    for row in changed_rows(assumptions):
        words += ["--set", f"{row.kind}.{row.mode}.{row.item}={exact(row.value)}"]
    return words


def _drawn(scene: Scene) -> list[str]:
    """What a map shows beside the question, where it is not what a map shows at first."""
    plain = next(f.default for f in fields(Scene) if f.name == "layers")
    words = [] if scene.layers == plain else ["--layers", ",".join(scene.layers)]
    return [*words, "--show", ",".join(scene.shown)]


def _look(export: Export) -> list[str]:
    words = ["--lang", export.language]
    words += ["--size", export.size] if export.size else []
    words += ["--extent", export.extent] if export.form == "pdf" else []
    words += ["--figure", export.figure] if export.form in ("png", "svg", "csv") else []
    words += ["--template", _named(export.template, export)] if export.template else []
    words += ["--public"] if export.release.public else []
    return words + (["--review-number", export.release.review_number] if export.release.review_number else [])
