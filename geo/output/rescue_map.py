"""An emergency's map in the words of web/*.js: bases, hospitals, and the villages in one of five pictures.

One description for the page, the player and the printed map. Fourth floor: output.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo.model.bases import Base
from geo.model.capabilities import check_capability
from geo.model.clock import Clock
from geo.model.roads import Floats
from geo.output.language import Translate
from geo.output.palette import distinct
from geo.output.trip_figures import BASE_INK

RADIUS_COLOURS = {"both": "#0072B2", "radius_only": "#D55E00", "clock_only": "#56B4E9", "neither": "#b8bec3"}


def shown_minutes(
    picture: str, response: pd.DataFrame, clock: Clock, limit_min: float
) -> tuple["pd.Series[float]", float]:
    """The minutes that a picture of geo.model.briefing.PICTURES is about, and the threshold they are held against."""
    column = {"hospital": "total_min", "backup": "backup_min"}.get(picture, "arrival_min")
    return response[column], limit_min if picture == "hospital" else clock.threshold_min


def picture_words(_: Translate, picture: str, clock: Clock) -> dict[str, str]:
    """The legend and the tooltips in the words of the picture; the clock's start stands with every figure."""
    titles = {
        "hospital": _("At the hospital, {start} (modelled)"),
        "backup": _("Second base arrives, {start} (modelled)"),
    }
    title = titles.get(picture, _("Ambulance arrives, {start} (modelled)")).format(start=clock.say_start(_))
    lost = {"hospital": _("no way to a hospital by road"), "backup": _("no second base by road")}
    return {
        "legend.minutes": title,
        "layer.villages": _("Villages"),
        "minutes": f"{title}: {_('{n} min')}",
        "unreachable": lost.get(picture, _("unreachable by road")),
    }


# ---- villages by class ---------------------------------------------------------------------------------------------


def village_classes(
    _: Translate,
    picture: str,
    response: pd.DataFrame,
    serving: Sequence[Base],
    straight_m: Floats | None,
    clock: Clock,
    radius_km: float,
) -> dict[str, object] | None:
    """The classes of a picture that shows no minutes: the base that serves, or radius against clock; else None.

    `straight_m` is the distance of each village to the nearest base in service; only the radius asks for it.
    """
    if picture == "serves":
        return _by_base(_, response, serving)
    if picture == "radius" and straight_m is not None:
        within = straight_m <= radius_km * 1000
        return _by_radius(_, within, (response["bases_in_time"] > 0).to_numpy(), clock.threshold_min, radius_km)
    return None


def base_colours(response: pd.DataFrame, serving: Sequence[Base]) -> dict[str, str]:
    """A colour for each base in service; bases that serve the same places differ."""
    pairs = set(zip(response["base_id"], response["backup_id"], strict=True))
    return distinct([base.base_id for base in serving], sorted(pairs))


def _by_base(_: Translate, response: pd.DataFrame, serving: Sequence[Base]) -> dict[str, object]:
    order, colours = {base.base_id: i for i, base in enumerate(serving)}, base_colours(response, serving)
    return {
        "title": _("First base to arrive"),
        "classes": [
            {"label": b.name, "colour": colours[b.base_id], "at": [round(b.lon, 5), round(b.lat, 5)]} for b in serving
        ],
        "of": [order.get(base_id, -1) for base_id in response["base_id"]],
        "lines_label": _("Village to its base, straight"),
    }


def _by_radius(
    _: Translate, within: np.ndarray, reached: np.ndarray, minutes: float, radius_km: float
) -> dict[str, object]:
    labels = {
        "both": _("within {km:g} km and in time"),
        "radius_only": _("within {km:g} km, not within {minutes:g} min"),
        "clock_only": _("beyond {km:g} km, in time"),
        "neither": _("neither"),
    }
    return {
        "title": _("Radius and clock"),
        "classes": [
            {"label": label.format(km=radius_km, minutes=minutes), "colour": RADIUS_COLOURS[key], "at": None}
            for key, label in labels.items()
        ],
        "of": np.select([within & reached, within, reached], [0, 1, 2], 3).tolist(),
        "lines_label": "",
    }


# ---- bases and hospitals -------------------------------------------------------------------------------------------


def marks(
    _: Translate,
    bases: Sequence[Base],
    hospitals: pd.DataFrame,
    *,
    night: bool,
    colours: Mapping[str, str] | None = None,
) -> list[dict[str, object]]:
    """Hospitals below, bases above them: in many counties most bases stand at a hospital. In service comes last."""
    places = [
        {"kind": "hospital", "id": i, "name": name, "lon": lon, "lat": lat, "colour": "", "note": ""}
        for i, name, lon, lat in zip(
            hospitals["facility_id"], hospitals["name"], hospitals["lon"], hospitals["lat"], strict=True
        )
    ]
    stations = [
        {
            "kind": mark_kind(base, night=night),
            "id": base.base_id,
            "name": base.name,
            "lon": base.lon,
            "lat": base.lat,
            "colour": (colours or {}).get(base.base_id, BASE_INK),
            "note": ambulances_text(_, base),
        }
        for base in sorted(bases, key=lambda base: base.serves(night=night))
    ]
    return places + stations


def mark_kind(base: Base, *, night: bool) -> str:
    """How a base is drawn."""
    if not base.serves(night=night):
        return "base_off"
    return "base_added" if base.added else "base"


def mark_kinds(_: Translate, language: str, capability: str) -> dict[str, dict[str, str]]:
    """Kind of mark → its look and its words."""
    case = check_capability(capability).name[language]
    return {
        "base": {"look": "base", "label": _("Base in service")},
        "base_added": {"look": "added", "label": _("Base added for trial")},
        "base_off": {"look": "off", "label": _("Base not in service")},
        "hospital": {"look": "hospital", "label": _("Hospital: {case}").format(case=case)},
    }


def ambulances_text(_: Translate, base: Base) -> str:
    """A base's ambulances, and what is assumed of them."""
    text = _("{count} ambulances").format(count=base.ambulances)
    return text + (_(" (assumed)") if base.assumed else "") + (_(", by day only") if base.day_only else "")
