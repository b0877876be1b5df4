"""The questions of the emergency page: study, clock, case, conditions, picture. Draws the sidebar."""

from dataclasses import dataclass

import streamlit as st

from geo.model.assumptions import Assumptions
from geo.model.bases import Base
from geo.model.briefing import Rescue, Scene
from geo.model.clock import STARTS, Clock, load_intervals
from geo.model.inputs import Study
from geo.network.breaks import Breaks
from geo.output.data_words import shipped_text
from geo.output.language import sentences
from geo.output.words import condition_name, factor_text
from geo.study.page_scenes import rescue_scene
from pages.ui import closed_roads, compute, emergency_plan, stage, state
from pages.ui import emergency_state as chosen
from pages.ui.assumed import editor_button
from pages.ui.compute_export import TRANSLATORS, pinned
from pages.ui.controls import condition_choice, language_switch, made_with, study_choice
from pages.ui.emergency_words import case_name, interval_name, start_name
from pages.ui.text import Translate, plain


@dataclass(frozen=True)
class Emergency:
    """What is asked: everything the answer depends on but the bases and closed roads, changed beside the map."""

    study: Study
    clock: Clock
    capability: str
    limit_min: int  # for the arrival at the hospital
    assumptions: Assumptions
    layers: dict[str, bool]

    def bases(self, _: Translate) -> tuple[Base, ...]:
        """The bases as this session has them now."""
        return emergency_plan.bases(_, self.study)

    @property
    def breaks(self) -> Breaks:
        """The roads that this session has closed."""
        return closed_roads.breaks(self.study)


def sidebar(_: Translate, language: str) -> Emergency:
    """Draw the controls and return what they ask."""
    state.restore(list(compute.study_titles()))
    chosen.restore()
    with st.sidebar:
        language_switch(_)
        study = study_choice(_, language)
        clock = _clock(_)
        capability, limit = _case(_, language)
        condition_choice(_)
        layers = _layers(_)
        editor_button(_, "ambulance")
    return Emergency(study, clock, capability, limit, state.assumptions(study), layers)


def _clock(_: Translate) -> Clock:
    state.hold("em_preset")
    names = {"policy15": _("Policy"), "drive15": _("Drive only"), chosen.OWN: _("Own")}
    st.segmented_control(
        _("Clock"),
        chosen.CHOICES,
        key="em_preset",
        format_func=names.get,
        required=True,
        on_change=chosen.take_preset,
        persist_state="session",
        help=_(
            "The policy does not say when its 15 minutes begin. “Policy” counts from the call: 1 min call handling and "
            "3 min turnout before the drive. “Drive only” starts when the ambulance leaves."
        ),
    )
    st.slider(_("Threshold, minutes"), *state.THRESHOLDS_MIN, key="em_minutes", persist_state="session")
    with st.expander(_("Steps of the clock"), icon=":material/timer:"):
        st.selectbox(
            _("The clock starts"),
            STARTS,
            key="em_start",
            format_func=lambda start: start_name(_, start),
            on_change=chosen.name_preset,
            persist_state="session",
        )
        names = {"em_call": "call_handling", "em_turnout": "turnout", "em_scene": "on_scene"}
        for key, item in names.items():
            _step(_, key, item)
    return chosen.clock()


def _step(_: Translate, key: str, item: str) -> None:
    row = next(row for row in load_intervals() if (row.kind, row.item) == ("interval", item))
    st.number_input(
        interval_name(_, item),
        min_value=0.0,
        max_value=chosen.LONGEST_STEP_MIN,
        step=0.5,
        format="%.1f",
        key=key,
        on_change=chosen.name_preset,
        persist_state="session",
        help=_("Default {value:g} min, quality {quality}: {source}").format(
            value=row.value, quality=row.quality, source=plain(shipped_text(_, row.source))
        ),
    )


def _case(_: Translate, language: str) -> tuple[str, int]:
    capability = st.selectbox(
        _("The hospital must offer"),
        chosen.capabilities(),
        key="em_capability",
        format_func=lambda c: case_name(language, c),
        persist_state="session",
    )
    row = next(row for row in load_intervals() if (row.kind, row.item) == ("clinical", capability))
    key = chosen.limit_key(capability)
    st.session_state.setdefault(key, chosen.default_limit_min(capability))
    limit = st.number_input(
        _("… and be reached within, minutes"),
        *chosen.LIMITS_MIN,
        step=5,
        key=key,
        persist_state="session",
        help=_("Default {value:g} min, quality {quality}: {source}").format(
            value=row.value, quality=row.quality, source=plain(shipped_text(_, row.source))
        ),
    )
    return capability, int(limit)


def _layers(_: Translate) -> dict[str, bool]:
    names = {
        "roads": _("Roads"),
        "units": _("Boundaries"),
        "villages": _("Villages"),
        "uncovered": _("Ring villages outside"),
        "labels": _("Township names"),
    }
    with st.expander(_("Layers"), icon=":material/layers:"):
        return {layer: st.checkbox(name, value=True, key=f"em_layer:{layer}") for layer, name in names.items()}


def facts_line(_: Translate, asked: Emergency) -> str:
    """What every figure on the page was made with (Markdown); on stage in one sentence, the clock stands above."""
    line = _(
        "Modelled on roads: ambulance, {condition}, speed factor {factor}; the walk from the road to the village "
        "is included."
    ).format(
        condition=plain(condition_name(_, asked.assumptions.condition)),
        factor=plain(factor_text(_, asked.assumptions, "ambulance", asked.study.roads)),
    )
    clock = _("Clock: {clock}. Whether an ambulance is free is counted only under “Busy ambulances”.")
    said = "" if stage.is_on() else clock.format(clock=plain(asked.clock.say(_)))
    return sentences(line, said, *made_with(_, asked.study, asked.assumptions))


def asked_scene(_: Translate, asked: Emergency) -> Scene:
    """What is asked, with the bases as they are now, as a scene."""
    rescue = Rescue(asked.clock, asked.capability, float(asked.limit_min), asked.bases(_))
    layers = [layer for layer, on in asked.layers.items() if on]
    look = {"picture": st.session_state.em_view, "radius_km": st.session_state.em_radius}
    return pinned(
        rescue_scene(asked.study, rescue, asked.assumptions, layers, TRANSLATORS, asked.breaks.places, **look)
    )
