"""What one can ask of the structure page: study, mode, conditions, and the lines on the map. Draws the sidebar."""

from dataclasses import dataclass

import streamlit as st

from geo.model.assumptions import Assumptions
from geo.model.briefing import Scene
from geo.model.inputs import Study
from geo.model.links import load_link_kinds
from geo.model.roads import MODES, Mode
from geo.study.page_scenes import structure_scene
from geo.study.structure import Structure
from pages.ui import compute, compute_structure, stage, state
from pages.ui.assumed import editor_button
from pages.ui.compute_export import TRANSLATORS, pinned
from pages.ui.controls import condition_choice, language_switch, mode_name, study_choice
from pages.ui.text import Translate


@dataclass(frozen=True)
class Asked:
    """What is asked, and the structure it comes to."""

    study: Study
    mode: Mode
    assumptions: Assumptions
    lines: bool  # of management
    whole: bool  # also those of every clinic
    villages: bool
    networks: tuple[str, ...]
    structure: Structure

    @property
    def key(self) -> tuple[Study, Mode, Assumptions]:
        return self.study, self.mode, self.assumptions


def sidebar(_: Translate, language: str) -> Asked:
    """Draw the controls and return what they ask."""
    state.restore(list(compute.study_titles()))
    if st.session_state.setdefault("structure_restored", False) is False:
        _restore()
    with st.sidebar:
        language_switch(_)
        study = study_choice(_, language)
        mode = st.selectbox(
            _("Travel mode"),
            MODES,
            key="structure_mode",
            format_func=lambda m: mode_name(_, m),
            persist_state="session",
        )
        condition_choice(_)
        lines = st.toggle(_("Management lines"), key="structure_lines", persist_state="session")
        whole = st.toggle(
            _("Lines of every clinic"), key="structure_whole", disabled=not lines, persist_state="session"
        )
        villages = st.toggle(_("Villages"), key="structure_villages", persist_state="session")
        networks = _networks(_, language, study)
        editor_button(_, mode)
    assumptions = state.assumptions(study)
    found = compute_structure.structure(study, mode, assumptions)
    return Asked(study, mode, assumptions, lines, whole and lines, villages, networks, found)


def _networks(_: Translate, language: str, study: Study) -> tuple[str, ...]:
    """One switch for each network that the study has links of."""
    present = set(study.link["kind"])
    names = {k.kind: k.name[language] for k in load_link_kinds() if k.kind in present}
    if not names:
        st.caption(_("This study has no links yet. Load a list of links on the data desk."))
        return ()
    state.hold("structure_networks")
    chosen = st.pills(
        _("Networks on the map"),
        list(names),
        format_func=names.get,
        selection_mode="multi",
        key="structure_networks",
        persist_state="session",
    )
    return tuple(k for k in names if k in chosen)


def _restore() -> None:
    """Fill the widget keys from the address, once a session."""
    asked = st.query_params.to_dict()
    st.session_state.structure_restored = True
    st.session_state.structure_mode = asked["mode"] if asked.get("mode") in MODES else "car"
    st.session_state.structure_lines = asked.get("lines", "1") != "0"
    st.session_state.structure_whole = asked.get("lines") == "all"
    st.session_state.structure_villages = True
    known = {k.kind for k in load_link_kinds()}
    st.session_state.structure_networks = [k for k in asked.get("nets", "").split(",") if k in known]
    kind, _, item_id = asked.get("at", "").partition(":")
    if kind in ("village", "facility", "unit") and item_id:
        state.select(kind, item_id)


def address(language: str, asked: Asked) -> dict[str, str]:
    """The address's parameters for what is chosen now, empty ones to be left out; the map adds centre and zoom."""
    chosen = state.selection(asked.study)
    changed = ",".join(f"{key}*{value:g}" for key, value in sorted(state.edits().items()))
    return {
        "stage": "1" if stage.is_on() else "",
        "study": asked.study.name,
        "mode": asked.mode,
        "when": asked.assumptions.condition,
        "lines": ("all" if asked.whole else "1") if asked.lines else "0",
        "nets": ",".join(asked.networks),
        "at": f"{chosen.kind}:{chosen.item_id}" if chosen else "",
        "set": changed,
        "lang": language,
    }


def asked_scene(asked: Asked) -> Scene:
    """What is asked as a scene."""
    scene = structure_scene(
        asked.study, asked.mode, asked.assumptions, lines=asked.lines, villages=asked.villages, translators=TRANSLATORS,
        networks=asked.networks,
    )  # fmt: skip
    return pinned(scene)
