"""Briefings under way in this session: which one is open, its scenes, and every change that can be made to them."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import streamlit as st

from geo.model.briefing import MOST_SCENES, READY, Briefing, Scene
from geo.model.errors import BriefingInvalid, BriefingMissing
from geo.model.inputs import Study
from geo.study import briefings
from geo.study.briefings import Revision
from pages.ui import compute, compute_briefing


@dataclass(frozen=True)
class Sheet:
    """A briefing as this session has it. `turn` grows with every change, so that widgets start anew."""

    study: str
    briefing_id: str
    title: Mapping[str, str]
    scenes: tuple[Scene, ...]
    bases: tuple[str, ...] = ()  # the revisions it was made from; none when it was never stored
    stored: Briefing | None = None  # as it was read from the store
    operation_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    turn: int = 0

    @property
    def briefing(self) -> Briefing:
        """The scenes in order. Raises BriefingInvalid when there are none or too many."""
        return Briefing(self.title, self.scenes)

    @property
    def is_ready(self) -> bool:
        """Whether this is the briefing that comes with the study: it is shown and copied, never changed."""
        return self.briefing_id == READY

    @property
    def changed(self) -> bool:
        """Whether it says something that is not stored."""
        return not self.is_ready and (self.stored is None or (self.title, self.scenes) != _parts(self.stored))


def _parts(briefing: Briefing) -> tuple[Mapping[str, str], tuple[Scene, ...]]:
    return briefing.title, briefing.scenes


def own(study: str) -> dict[str, Sheet]:
    """Briefing id → what this session has of the study's briefings, the one changed last at the end."""
    kept: dict[str, Sheet] = st.session_state.setdefault("sheets", {})
    return {key: sheet for key, sheet in kept.items() if sheet.study == study}


def opened_id(study: str) -> str:
    """The briefing that is open for a study."""
    return str(st.session_state.setdefault("briefing_open", {}).get(study, READY))


def open_id(study: str, briefing_id: str) -> None:
    """Open another briefing; what was changed in the one before stays as it is."""
    st.session_state.setdefault("briefing_open", {})[study] = briefing_id


def keep(sheet: Sheet) -> None:
    """Take a changed sheet as what this session has, and open it."""
    kept: dict[str, Sheet] = st.session_state.setdefault("sheets", {})
    kept.pop(sheet.briefing_id, None)
    kept[sheet.briefing_id] = replace(sheet, turn=sheet.turn + 1, operation_id=uuid.uuid4().hex)
    open_id(sheet.study, sheet.briefing_id)


def forget(sheet: Sheet) -> None:
    """Drop what this session has of a briefing; what is stored stays."""
    st.session_state.setdefault("sheets", {}).pop(sheet.briefing_id, None)
    open_id(sheet.study, READY)


def fresh(study: str, briefing: Briefing) -> Sheet:
    """A briefing of its own, not stored yet."""
    return Sheet(study, uuid.uuid4().hex[:12], briefing.title, briefing.scenes)


def current(study: Study, tips: Mapping[str, list[Revision]]) -> Sheet:
    """The open briefing: the ready one, one of this session, or one from the store, as new as it can be.

    Raises BriefingMissing for an id that nobody stored, BriefingInvalid for one that cannot be read.
    """
    briefing_id = opened_id(study.name)
    if briefing_id == READY:
        ready = compute_briefing.ready(study)
        return Sheet(study.name, READY, ready.title, ready.scenes)
    sheet = own(study.name).get(briefing_id)
    newer = [t for t in tips.get(briefing_id, []) if not t.removed]
    outdated = sheet and not sheet.changed and newer and newer[0].operation_id not in sheet.bases
    if sheet and not (outdated and len(newer) == 1):
        return sheet
    if not newer:
        open_id(study.name, READY)
        raise BriefingMissing(briefing=briefing_id, study=study.name)
    take(study.name, newer[0])
    return own(study.name)[briefing_id]


def take(study: str, revision: Revision, bases: tuple[str, ...] = ()) -> None:
    """Open a stored revision, to go on from it or, when `bases` are given, from those."""
    told = briefings.load(compute.store(), study, revision)
    made_from = bases or (revision.operation_id,)
    turn = own(study)[revision.briefing_id].turn if revision.briefing_id in own(study) else 0
    stored = None if bases else told
    keep(Sheet(study, revision.briefing_id, told.title, told.scenes, made_from, stored, turn=turn))


# ---- changes to scenes -------------------------------------------------------------------------------------------


def add(study: Study, title: Mapping[str, str], scene: Scene) -> tuple[int, Sheet]:
    """Put a scene at the end of the open briefing, or of the latest of this session, or of a new one: its number."""
    mine = own(study.name)
    sheet = mine.get(opened_id(study.name)) or next(reversed(mine.values()), None)
    sheet = sheet or fresh(study.name, Briefing(title, (scene,)))
    if sheet.briefing_id in mine:
        sheet = replace(sheet, scenes=(*sheet.scenes, scene))
    if len(sheet.scenes) > MOST_SCENES:
        raise BriefingInvalid(what="scenes", value=len(sheet.scenes))
    keep(sheet)
    return len(sheet.scenes), sheet


def move(sheet: Sheet, at: int, by: int) -> None:
    """Move a scene up (-1) or down (1)."""
    scenes = list(sheet.scenes)
    scenes.insert(at + by, scenes.pop(at))
    keep(replace(sheet, scenes=tuple(scenes)))


def drop(sheet: Sheet, at: int) -> None:
    """Take a scene away."""
    keep(replace(sheet, scenes=sheet.scenes[:at] + sheet.scenes[at + 1 :]))


def double(sheet: Sheet, at: int) -> None:
    """Put a copy of a scene after it."""
    keep(replace(sheet, scenes=sheet.scenes[: at + 1] + sheet.scenes[at:]))


def change(sheet: Sheet, at: int, how: Callable[[Scene], Scene]) -> None:
    """Change one scene."""
    keep(replace(sheet, scenes=(*sheet.scenes[:at], how(sheet.scenes[at]), *sheet.scenes[at + 1 :])))
