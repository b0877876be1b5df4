"""What the session has chosen, kept in widget keys and, so that a link reopens it, in the page's address.

The address is read once, when a session begins; after that the map's script writes it (it alone knows the view).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from geo.model.assumptions import CONDITIONS, Assumption, Assumptions, default_rows
from geo.model.errors import YidaError
from geo.model.inputs import Study
from geo.model.roads import MODES
from geo.model.schemes import Scheme
from geo.study import assumptions_for

THRESHOLDS_MIN = (5, 60)  # the slider's ends, minutes
NONE = "none"  # in the address: no tier at all, where nothing said means the default ones
DEFAULT_TIERS = ("county_hospital", "township_hospital")  # kinds, so that every scheme has them


@dataclass(frozen=True)
class Selection:
    """What is highlighted: a village, a facility or a unit; `seq` grows with every choice that moves the view."""

    kind: str
    item_id: str


def restore(studies: list[str]) -> None:
    """Fill the widget keys from the address, once a session; what the address gets wrong is left at its default."""
    if "restored" in st.session_state:
        return
    asked: Mapping[str, str] = st.query_params.to_dict()
    st.session_state.restored = True
    st.session_state.seq = 0
    st.session_state.view = view_of(asked)
    st.session_state.study = _one_of(asked.get("study"), studies)
    st.session_state.mode = _one_of(asked.get("mode"), list(MODES))
    st.session_state.condition = _one_of(asked.get("when"), list(CONDITIONS))
    st.session_state.edits = _edits(asked.get("set", ""))
    st.session_state.threshold = _number(asked.get("t"), *THRESHOLDS_MIN, 15)
    st.session_state.asked_tiers = {key: (asked[key].split(",") if key in asked else None) for key in ("tiers", "show")}


def hold(key: str) -> None:
    """Write a choice anew before its widget is drawn: on a switch of pages Streamlit would take it for none."""
    if st.session_state.get(key) is not None:
        st.session_state[key] = st.session_state[key]


def tier_choice(key: str, scheme: Scheme, default: tuple[str, ...]) -> str:
    """The widget key of a tier choice for this scheme, filled with the address's tiers or the default ones."""
    widget = f"{key}:{scheme.scheme_id}"
    if widget not in st.session_state:
        asked = st.session_state.asked_tiers.pop(key, None)
        known = [t.tier_id for t in scheme.tiers]
        wanted = [t for t in (asked or default) if t in known]
        st.session_state[widget] = wanted if wanted or asked == [NONE] else list(default)
    hold(widget)
    return widget


def address(language: str, tiers: list[str], shown: list[str]) -> dict[str, str]:
    """The address's parameters for what is chosen now, empty ones to be left out; the map adds centre and zoom."""
    state = st.session_state
    return edits_asked() | {
        "stage": "1" if state.get("stage") else "",
        "study": state.study,
        "t": str(state.threshold),
        "mode": state.mode,
        "when": state.condition,
        "tiers": ",".join(tiers),
        "show": ",".join(shown) or NONE,
        "lang": language,
    }


def edits_asked() -> dict[str, str]:
    """The address's parameter for changed speeds and factors, empty when nothing was changed."""
    return {"set": ",".join(f"{key}*{value:g}" for key, value in sorted(edits().items()))}


def edits() -> dict[str, float]:
    """The speeds and factors that this session has changed: edit key → value."""
    changed: dict[str, float] = st.session_state.get("edits", {})
    return changed


def edit_key(row: Assumption) -> str:
    """The name of one speed or factor: kind, mode and item."""
    return f"{row.kind}.{row.mode}.{row.item}"


def assumptions(study: Study) -> Assumptions:
    """What this session assumes for a study: its terrain, the condition chosen, the figures changed."""
    assumed, changed = assumptions_for(study, st.session_state.condition), edits()
    rows = tuple(replace(row, value=changed.get(edit_key(row), row.value)) for row in assumed.rows)
    return replace(assumed, rows=rows) if changed else assumed


def select(kind: str, item_id: str) -> None:
    """Highlight something."""
    st.session_state.selection = Selection(kind, item_id)


def selection(study: Study) -> Selection | None:
    """What is highlighted now; None when the study (another version of it, perhaps) does not have it."""
    chosen: Selection | None = st.session_state.get("selection")
    if chosen is None:
        return None
    table, key = {
        "village": (study.demand, "demand_id"),
        "facility": (study.facility, "facility_id"),
        "unit": (study.unit, "unit_code"),
    }[chosen.kind]
    return chosen if (table[key] == chosen.item_id).any() else None


def fly(target: dict[str, object] | None) -> None:
    """Ask the map to move, once."""
    st.session_state.seq += 1
    st.session_state.fly = None if target is None else {"seq": st.session_state.seq, **target}


def _one_of(value: str | None, known: list[str]) -> str:
    return value if value in known else known[0]


def _number(text: str | None, low: int, high: int, default: int) -> int:
    try:
        return min(max(int(text or default), low), high)
    except ValueError:
        return default


def _edits(text: str) -> dict[str, float]:
    """The changed speeds and factors of a link; those that are unknown or out of range are left out."""
    rows, out = {edit_key(row): row for row in default_rows()}, {}
    for part in filter(None, text.split(",")):
        key, _, told = part.partition("*")
        try:
            Assumptions(rows=(replace(rows[key], value=float(told)),))
        except (KeyError, ValueError, YidaError):
            continue
        out[key] = float(told)
    return out


def view_of(asked: Mapping[str, str]) -> tuple[float, float, float] | None:
    """Longitude, latitude and zoom of a link, None when it has none that make sense."""
    try:
        lon, lat = (float(v) for v in asked["c"].split(","))
        zoom = float(asked["z"])
    except (KeyError, ValueError):
        return None
    return (lon, lat, zoom) if abs(lon) <= 180 and abs(lat) <= 90 and 0 <= zoom <= 22 else None
