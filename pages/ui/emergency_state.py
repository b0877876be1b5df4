"""What the session has chosen on the emergency page: the clock, the case, the picture. Read once from the address."""

from collections.abc import Mapping, Sequence

import streamlit as st

from geo.model.bases import Base
from geo.model.briefing import PICTURES
from geo.model.capabilities import load_capabilities
from geo.model.clock import PRESETS, RADII_KM, STARTS, Clock, default_value, preset_clock
from geo.model.inputs import Study
from pages.ui import emergency_plan, state

OWN = "own"  # intervals of one's own, in no preset
CHOICES = (*PRESETS, OWN)
LONGEST_STEP_MIN = 60.0
LIMITS_MIN = (10, 360)  # of the arrival at the hospital, on screen
_STEPS = {"em_call": "call_handling_min", "em_turnout": "turnout_min", "em_scene": "on_scene_min"}


def capabilities() -> list[str]:
    """The cases a hospital can be asked for."""
    return [c.capability_id for c in load_capabilities() if c.emergency]


def restore() -> None:
    """Fill the keys from the address, once a session; what the address gets wrong is left at its default."""
    kept = st.session_state
    if "em_restored" in kept:
        return
    asked: Mapping[str, str] = st.query_params.to_dict()
    kept.em_restored = True
    kept.em_asked = asked.get("bases", "")
    choice = _one_of(asked.get("clock"), CHOICES)
    _take(preset_clock(choice if choice in PRESETS else CHOICES[0], _whole(asked.get("t"), state.THRESHOLDS_MIN, 15)))
    if choice == OWN:
        for key in _STEPS:
            kept[key] = _minutes(asked.get(key[3:]), kept[key])
        kept.em_start = _one_of(asked.get("start"), STARTS)
    kept.em_preset = choice
    kept.em_capability = _one_of(asked.get("case"), capabilities())
    if "within" in asked:
        kept[limit_key(kept.em_capability)] = _whole(asked["within"], LIMITS_MIN, default_limit_min(kept.em_capability))
    kept.em_view = _one_of(asked.get("picture"), PICTURES)
    kept.em_busy = _whole(asked.get("busy"), (0, 90), round(100 * default_value("share", "busy")))
    kept.em_radius = float(_one_of(asked.get("km"), [f"{km:g}" for km in RADII_KM]))


def clock() -> Clock:
    """The clock as it is set now."""
    kept = st.session_state
    return Clock(
        call_handling_min=float(kept.em_call),
        turnout_min=float(kept.em_turnout),
        threshold_min=float(kept.em_minutes),
        start=kept.em_start,
        on_scene_min=float(kept.em_scene),
    )


def clock_chosen() -> Clock:
    """The clock of this session on other pages: as it was set on the emergency page, else the policy's."""
    return clock() if "em_restored" in st.session_state else preset_clock("policy15")


def take_preset() -> None:
    """The intervals and the start of the preset just chosen; the threshold stays."""
    if st.session_state.em_preset in PRESETS:
        _take(preset_clock(st.session_state.em_preset, float(st.session_state.em_minutes)))


def name_preset() -> None:
    """After an interval was changed: the preset that has exactly these intervals, or none."""
    now = clock()
    fits = [name for name in PRESETS if preset_clock(name, now.threshold_min) == now]
    st.session_state.em_preset = fits[0] if fits else OWN


def choose_base(base_id: str) -> None:
    """Highlight a base; the other pages know none, so it is kept apart from what they highlight."""
    st.session_state.selection = None
    st.session_state.em_base = base_id


def picked(study: Study) -> state.Selection | None:
    """What is highlighted on this page; None when the study, or its bases as they are now, do not have it."""
    base_id = st.session_state.get("em_base")
    known = {base.base_id for base in st.session_state.em_plans.get(study.content_id, ())}
    return state.selection(study) or (state.Selection("base", base_id) if base_id in known else None)


def limit_key(capability: str) -> str:
    """The widget key of the minutes within which a patient is to be at the hospital."""
    return f"em_within:{capability}"


def default_limit_min(capability: str) -> int:
    """Minutes within which a patient is to be at the hospital, by default."""
    return round(default_value("clinical", capability))


def address(language: str, study: Study, bases: Sequence[Base]) -> dict[str, str]:
    """The address's parameters for what is chosen now, empty ones to be left out; the map adds centre and zoom."""
    kept, now = st.session_state, clock()
    own = kept.em_preset == OWN
    limit = kept.get(limit_key(kept.em_capability), default_limit_min(kept.em_capability))
    told = {
        "stage": "1" if kept.get("stage") else "",
        "study": study.name,
        "t": f"{now.threshold_min:g}",
        "when": kept.condition,
        "clock": kept.em_preset,
        "case": kept.em_capability,
        "picture": kept.em_view,
        "km": f"{kept.em_radius:g}",
        "busy": str(kept.em_busy),
        "start": now.start if own else "",
        "within": str(limit) if limit != default_limit_min(kept.em_capability) else "",
        "bases": emergency_plan.encode(study, bases),
        "lang": language,
    }
    return told | state.edits_asked() | {key[3:]: f"{kept[key]:g}" if own else "" for key in _STEPS}


def _take(clock: Clock) -> None:
    kept = st.session_state
    kept.em_minutes = int(clock.threshold_min)
    for key, field in _STEPS.items():
        kept[key] = float(getattr(clock, field))
    kept.em_start = clock.start


def _one_of(value: str | None, known: Sequence[str]) -> str:
    return value if value in known else known[0]


def _whole(text: str | None, ends: tuple[int, int], default: int) -> int:
    try:
        return min(max(int(text or default), ends[0]), ends[1])
    except ValueError:
        return default


def _minutes(text: str | None, default: float) -> float:
    try:
        told = float(text or default)
    except ValueError:
        return default
    return told if 0 <= told <= LONGEST_STEP_MIN else default
