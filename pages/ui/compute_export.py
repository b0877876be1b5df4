"""What the page of files asks the library for, remembered by content: briefings, answers, previews."""

from dataclasses import replace

import streamlit as st

from geo.analysis.presenting import Answer
from geo.model.assumptions import Assumptions
from geo.model.briefing import Briefing, Scene
from geo.model.inputs import Study
from geo.model.roads import Mode
from geo.output import typeset
from geo.output.facts import Export
from geo.output.language import LANGUAGES, translator
from geo.output.picture import map_svg
from geo.output.release import Release, released
from geo.study.answering import Answering
from geo.study.briefing import plain_scene, ready_briefing
from pages.ui import compute
from pages.ui.controls import Question

TRANSLATORS = {language: translator(language) for language in LANGUAGES}
PREVIEW_UNITS, PREVIEW_PX = (1000.0, 600.0), 1400


def _newest(name: str) -> int | None:
    """The number of a study's newest version, None where it is not stored."""
    newest = compute.store().newest(name)
    return newest.version_id if newest else None


def pinned(scene: Scene) -> Scene:
    """The scene on the newest version of its study, as it is now."""
    return replace(scene, version=_newest(scene.study))


def asked_scene(question: Question) -> Scene:
    """What the sidebar asks, as a scene on the newest version of the study."""
    return replace(
        pinned(plain_scene(question.study, TRANSLATORS)),
        threshold_min=float(question.threshold_min),
        mode=question.mode,
        assumptions=question.assumptions,
        tiers=question.tiers,
        shown=question.shown,
        layers=tuple(layer for layer, on in question.layers.items() if on),
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _ready(content_id: str, scene: Scene, _of: Study) -> Briefing:
    return ready_briefing(_of, TRANSLATORS, scene)


def ready(question: Question) -> Briefing:
    """The briefing that every county has, for what the sidebar asks. Raises NothingSelected."""
    return _ready(question.study.content_id, replace(asked_scene(question), layers=()), question.study)


@st.cache_resource(show_spinner=False, max_entries=4)
def _answering(content_id: str, mode: Mode, assumed: Assumptions, _of: Study) -> Answering:
    """One for each study and way of travelling, so that what it keeps stays within bounds."""

    def opened(name: str, version: int | None) -> tuple[Study, int | None]:
        newest = _newest(name)
        current = name == _of.name and version in (None, newest)
        return (_of if current else compute.store().load(name, version)), version or newest

    return Answering(opened)


@st.cache_resource(show_spinner=False, max_entries=48)
def _answer(content_id: str, scene: Scene, _of: Study) -> Answer:
    return _answering(content_id, scene.mode, scene.assumptions, _of).answer(scene)


def answer(of: Study, scene: Scene) -> Answer:
    """A scene answered. Raises what geo.study.briefing.Answering does."""
    return _answer(of.content_id, scene, of)


@st.cache_resource(show_spinner=False, max_entries=48)
def _preview(
    content_id: str, version: int | None, scene: Scene, language: str, release: Release, day: str,
    _shown: Answer, _export: Export,
) -> bytes:  # fmt: skip
    drawn = map_svg(released(_shown, release), _export, TRANSLATORS[language], *PREVIEW_UNITS)
    return typeset.picture(drawn, *PREVIEW_UNITS, "png", PREVIEW_PX)


def preview(shown: Answer, export: Export) -> bytes:
    """The scene's map as the file of that day will show it, as a PNG."""
    key = (shown.study.content_id, shown.version, shown.scene, export.language, export.release, f"{export.made_at:%F}")
    return _preview(*key, shown, export)
