"""What the page of briefings asks the library for, remembered by content: the ready one, cards, the player."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from geo.analysis.presenting import Answer
from geo.model.briefing import Briefing, Scene
from geo.model.errors import YidaError
from geo.model.inputs import Study
from geo.model.scene_json import to_json
from geo.output.export import make_files
from geo.output.facts import Export, short_facts
from geo.output.figures import scene_sentence, scene_title, shown_figures
from geo.output.release import Release
from geo.output.report import missing_sentence
from geo.study.briefing import plain_scene, ready_briefing
from pages.ui import compute
from pages.ui.compute_export import TRANSLATORS, answer
from pages.ui.serve import PAGES


@dataclass(frozen=True)
class Card:
    """A scene in words: what a card of the page shows."""

    title: str
    sentence: str
    value: str
    of: str
    shows: tuple[str, ...]
    facts: str
    missing: str


@st.cache_resource(show_spinner=False, max_entries=8)
def _ready(content_id: str, version: int, _of: Study) -> Briefing:
    return ready_briefing(_of, TRANSLATORS, replace(plain_scene(_of, TRANSLATORS), version=version or None))


def ready(of: Study) -> Briefing:
    """The briefing that every county has, for what the map asks when it is first opened."""
    return _ready(of.content_id, compute.version_of(of), of)


def answered(scene: Scene) -> Answer | YidaError:
    """A scene answered, or why it cannot be: a scene that is broken costs no other."""
    try:
        return answer(compute.study(scene.study), scene)
    except YidaError as error:
        return error


@st.cache_resource(show_spinner=False, max_entries=256)
def _card(content_id: str, version: int | None, scene: Scene, language: str, day: str, _of: Answer) -> Card:
    _ = TRANSLATORS[language]
    figures = shown_figures(_of, _, language)
    return Card(
        title=scene_title(_of, _, language),
        sentence=scene_sentence(_of, _, language),
        value=figures[0].value if figures else "",
        of=figures[0].of if figures else "",
        shows=tuple(figure.title for figure in figures),
        facts=short_facts(_of, _export(language, _of.study.name), _),
        missing=missing_sentence(_of, _),
    )


def card(of: Answer, language: str) -> Card:
    """The answered scene in words."""
    return _card(of.study.content_id, of.version, of.scene, language, f"{datetime.now():%F}", of)


def player_address(briefing: Briefing, answers: Sequence[Answer], language: str) -> str:
    """Where the briefing can be presented: a page made when it is first asked for, once for the same content."""
    shown = replace(briefing, scenes=tuple(a.scene for a in answers))
    made_of = [
        to_json(shown),
        *(f"{a.study.content_id}:{a.version}" for a in answers),
        language,
        f"{datetime.now():%F}",
    ]
    name = hashlib.sha256("\n".join(made_of).encode("utf-8", "replace")).hexdigest()[:32]
    return PAGES.put(name, lambda: make_files(answers, shown, _export(language, answers[0].study.name))["html"])


def file_name(study: str) -> str:
    """What the file is called that keeps a briefing of a study."""
    return f"briefing-{study}.json"


def _export(language: str, study: str) -> Export:
    return Export(language, Release(), datetime.now().astimezone(), "html", briefing=file_name(study))
