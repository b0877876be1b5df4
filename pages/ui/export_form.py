"""The page of files: what is asked of a file, its preview, and its making."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from geo.analysis.presenting import Answer
from geo.model.briefing import READY, Briefing, Place, Scene
from geo.model.scene_json import from_json, to_json
from geo.output import export as files
from geo.output.facts import Export
from geo.output.figures import scene_sentence, scene_title, shown_figures
from geo.output.release import Release
from geo.output.report import missing_sentence
from geo.output.slide_template import Template
from geo.output.vega import SELECTION, vega_spec
from pages.ui import compute_export
from pages.ui.controls import Question
from pages.ui.text import LANGUAGE_NAMES, LANGUAGES, Translate, plain

DEFAULT_NAME = "briefing.json"


@dataclass(frozen=True)
class Wanted:
    """What the form asks: the scenes, the file, and a template if there is one."""

    briefing: Briefing
    export: Export
    template: Template | None


def form(_: Translate, language: str, question: Question) -> Wanted:
    """The choices, from the kind of file to the review number. Raises what a wrong upload or number raises."""
    kind = st.selectbox(_("Kind of file"), files.FORMS, format_func=lambda f: _form_name(_, f), key="export:form")
    briefing, name = _briefing(_, question, kind)
    extent, size, figure, template = _details(_, kind, briefing)
    spoken = st.segmented_control(
        _("Language of the file"),
        LANGUAGES,
        default=language,
        format_func=LANGUAGE_NAMES.get,
        required=True,
        key="export:lang",
    )
    release = _release(_)
    made_at = datetime.now().astimezone()
    export = Export(spoken, release, made_at, kind, name, size, extent, figure)
    export = replace(export, template=template.name if template else "")
    return Wanted(briefing, export, template)


def _form_name(_: Translate, kind: str) -> str:
    names = {
        "html": _("One HTML file: map, scenes and tables, opens anywhere"),
        "pptx": _("Slides (PPTX): charts and tables can be edited"),
        "pdf": _("Report on paper (PDF)"),
        "png": _("Picture (PNG)"),
        "svg": _("Picture (SVG)"),
        "xlsx": _("Workbook (XLSX): all tables"),
        "gpkg": _("Map layers (GeoPackage) for QGIS"),
        "tif": _("Surface of minutes (GeoTIFF)"),
        "csv": _("One table (CSV)"),
    }
    return names[kind]


def _briefing(_: Translate, question: Question, kind: str) -> tuple[Briefing, str]:
    """The ready briefing, the map as it is asked in the sidebar, or a file that was saved before."""
    names = {READY: _("Ready briefing"), "map": _("The map as asked"), "file": _("A briefing file")}
    choice = st.segmented_control(
        _("What it shows"),
        list(names),
        default=READY,
        format_func=names.get,
        required=True,
        key="export:what",
        wrap=True,
    )
    if choice == "file":
        uploaded = st.file_uploader(_("Briefing (JSON)"), type=["json"], key="export:briefing")
        if uploaded:
            return from_json(uploaded.getvalue()), uploaded.name
    if choice == "map":
        scene = compute_export.asked_scene(question)
        return Briefing(scene.title, (replace(scene, shows=scene.figures) if kind == "xlsx" else scene,)), ""
    return compute_export.ready(question), READY


def _details(_: Translate, kind: str, briefing: Briefing) -> tuple[str, str, str, Template | None]:
    extent, size, figure, template = "report", "", "map", None
    if kind == "pdf":
        names = {"report": _("Full report"), "brief": _("One page")}
        extent = st.segmented_control(
            _("Extent"), list(names), default="report", format_func=names.get, required=True, key="export:extent"
        )
        size = st.segmented_control(
            _("Paper"), ["a4", "a3"], default="a4", format_func=str.upper, required=True, key="export:paper"
        )
    if kind in ("png", "svg"):
        size = st.text_input(_("Width × height, pixels"), "1920x1080", key="export:size").replace(" ", "").lower()
    if kind in ("png", "svg", "csv"):
        can_show = {figure for scene in briefing.scenes for figure in scene.figures}
        offered = [f for f in files.FIGURES if f == "map" or f in can_show]
        figure = st.selectbox(_("Figure"), offered, format_func=lambda f: figure_name(_, f), key="export:figure")
    if kind == "pptx":
        uploaded = st.file_uploader(_("A template of yours (PPTX), if you like"), type=["pptx"], key="export:template")
        if uploaded:
            template = Template(uploaded.name, uploaded.getvalue())
    return extent, size, figure, template


def figure_name(_: Translate, key: str) -> str:
    """What a figure, or the map, is called."""
    names = {
        "map": _("Map"),
        "county": _("People by township"),
        "tiers": _("Facilities by tier"),
        "coverage": _("People by minutes"),
        "curve": _("People reached, by threshold"),
        "outside": _("People outside"),
        "townships": _("Townships, least covered first"),
        "villages": _("Uncovered villages with the most people"),
        "closure": _("What closed roads cost"),
        "response": _("Reached by an ambulance"),
        "hospital": _("At the hospital"),
        "bases": _("Bases"),
        "levels": _("Levels against the scheme"),
        "communities": _("Medical communities"),
        "checks": _("What the checks found"),
        "networks": _("Connected to the networks"),
        "aspects": _("Targets met"),
        "indicator": _("Indicator"),
    }
    return names[key]


def _release(_: Translate) -> Release:
    public = st.toggle(
        _("For the public"),
        key="export:public",
        help=_("Places are rounded to 4 decimals; telephone numbers and names of persons are left out."),
    )
    number = st.text_input(
        _("Review number"),
        key="export:review",
        placeholder="黔S(2024)012号",
        help=_("While it is empty, maps carry the stamp of an internal working map."),
    )
    return Release(public, number)


# ---- preview -----------------------------------------------------------------------------------------------------


def preview(_: Translate, question: Question, wanted: Wanted) -> None:
    """One scene as the file will show it; a bar of its chart chosen is pointed at on the map."""
    scenes, language = wanted.briefing.scenes, wanted.export.language
    number = _scene_number(_, scenes, language)
    scene = scenes[number].showing(wanted.export.figure)
    shown = compute_export.answer(question.study, scene)
    spoken = compute_export.TRANSLATORS[language]
    st.subheader(plain(scene_title(shown, spoken, language)), anchor=False)
    st.markdown(plain(scene_sentence(shown, spoken, language)))
    if shown.missing:
        st.warning(plain(missing_sentence(shown, _)))
    figures = shown_figures(shown, spoken, language)
    picture = st.empty()
    chosen: list[Place] = []
    for figure in figures[:2]:
        st.metric(
            figure.title, figure.value, " · ".join([figure.of, *figure.marks]), delta_color="off", delta_arrow="off"
        )
        if figure.chart.keys:
            told = st.vega_lite_chart(
                vega_spec(figure), on_select="rerun", selection_mode=SELECTION, key=f"chart:{number}:{figure.key}"
            )
            chosen += _places(told["selection"].get(SELECTION, []))
        else:
            st.vega_lite_chart(vega_spec(figure), key=f"chart:{number}:{figure.key}")
    if chosen:
        shown = compute_export.answer(question.study, replace(scene, highlighted=tuple(chosen)))
    picture.image(
        compute_export.preview(shown, wanted.export), width="stretch", alt=plain(scene_title(shown, spoken, language))
    )


def _scene_number(_: Translate, scenes: Sequence[Scene], language: str) -> int:
    if len(scenes) == 1:
        return 0
    number = st.segmented_control(
        _("Scene"), range(len(scenes)), default=0, format_func=lambda i: str(i + 1), required=True, key="export:scene"
    )
    return min(int(number), len(scenes) - 1)


def _places(points: Sequence[dict[str, str]]) -> list[Place]:
    pairs = (point.get("key", "").partition(":") for point in points)
    return [Place(kind, item) for kind, _colon, item in pairs if item]


# ---- making ------------------------------------------------------------------------------------------------------


def make(_: Translate, question: Question, wanted: Wanted) -> None:
    """A button that makes the file with progress, then one that hands it over; the briefing itself can be kept too."""
    files.check(wanted.export)
    asked = (question.study.content_id, wanted.briefing, replace(wanted.export, made_at=datetime.min), wanted.template)
    if st.button(_("Make the file"), type="primary", icon=":material/draft:", width="stretch"):
        st.session_state.made = (asked, *_made(_, question, wanted))
    kept = st.session_state.get("made")
    if kept and kept[0] == asked:
        _asked, name, body, media = kept
        size = f"{len(body) / 1000:,.0f}"
        label = _("Download {name} ({size} kB)").format(name=plain(name), size=size)
        st.download_button(label, body, name, media, icon=":material/download:", width="stretch", on_click="ignore")
    st.download_button(
        _("Keep this briefing (JSON)"),
        to_json(wanted.briefing).encode("utf-8", "replace"),
        DEFAULT_NAME,
        "application/json",
        icon=":material/bookmark:",
        width="stretch",
        on_click="ignore",
    )


def _made(_: Translate, question: Question, wanted: Wanted) -> tuple[str, bytes, str]:
    scenes, export = wanted.briefing.scenes, wanted.export
    if export.form not in files.OF_A_BRIEFING:
        number = min(st.session_state.get("export:scene") or 0, len(scenes) - 1)
        scenes, export = (scenes[number].showing(export.figure),), replace(export, scene=number + 1)
    bar = st.progress(0.0, _("Making the file …"))
    done = [0]

    def step() -> None:
        done[0] += 1
        bar.progress(min(done[0] / (2 * len(scenes)), 1.0), _("Making the file …"))

    answers: list[Answer] = []
    for scene in scenes:
        answers.append(compute_export.answer(question.study, scene))
        step()
    made = files.make_files(answers, wanted.briefing, export, wanted.template, step)
    bar.empty()
    return _handed(f"yida-{question.study.name}-{export.form}", export.form, made)


def _handed(stem: str, kind: str, made: dict[str, bytes]) -> tuple[str, bytes, str]:
    """One file as it is, several as an archive: name, bytes, media type."""
    if len(made) == 1:
        return f"{stem}.{kind}", made[kind], files.MEDIA[kind]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix, body in made.items():
            archive.writestr(f"{stem}.{suffix}", body)
    return f"{stem}.zip", packed.getvalue(), "application/zip"
