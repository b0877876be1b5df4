"""Columns and tables as sentences call them: by our names in English, by a template's headings in Chinese. First floor.

The names are gettext message ids. What a file calls its own columns is not translated.
"""

from collections.abc import Callable, Mapping

from geo.model.errors import N_

COLUMNS = frozenset((
    N_("facility_id"), N_("name"), N_("category"), N_("tier"), N_("unit_code"), N_("parent_id"), N_("community_id"),
    N_("lon"), N_("lat"), N_("beds"), N_("physicians"), N_("nurses"), N_("population_served"), N_("ambulances"),
    N_("is_emergency_base"), N_("capabilities"), N_("flags"), N_("status"), N_("position_quality"), N_("source"),
    N_("demand_id"), N_("population"), N_("population_65_plus"), N_("population_type"), N_("year"), N_("coverage_mode"),
    N_("parent_code"), N_("boundary_kind"), N_("seat_lon"), N_("seat_lat"), N_("road_class"), N_("oneway"),
    N_("surface"), N_("speed"), N_("kind"), N_("from_id"), N_("to_id"), N_("since"), N_("outside_name"),
    N_("outside_lon"), N_("outside_lat"), N_("properties"), N_("link_id"), N_("indicator_code"), N_("period"),
    N_("numerator"), N_("denominator"), N_("version"), N_("dimension"), N_("title"), N_("title_en"), N_("value_kind"),
    N_("unit"), N_("direction"), N_("target"), N_("scope"), N_("document"), N_("clause"), N_("geometry"),
    N_("unit_name"), N_("village_code"), N_("village_name"), N_("community_lead"), N_("address"), N_("position"),
    N_("wkt"),
))  # fmt: skip
TABLES = {
    "facility": N_("the facility list"),
    "demand": N_("the village list"),
    "unit": N_("the township list"),
    "link": N_("the list of links"),
    "indicator": N_("the list of indicator values"),
    "catalogue": N_("the catalogue"),
}
_EMPTY = {"name": N_("(no name)"), "other": N_("(no name)"), "value": N_("(empty)")}


def as_said(params: Mapping[str, object], translate: Callable[[str], str]) -> dict[str, object]:
    """A sentence's parameters in the language of `translate`: `column` and `table` by name, and a word for what is
    empty."""
    said = {key: translate(_EMPTY[key]) if value == "" and key in _EMPTY else value for key, value in params.items()}
    if said.get("column") in COLUMNS:
        said["column"] = translate(str(said["column"]))
    if said.get("table") in TABLES:
        said["table"] = translate(TABLES[str(said["table"])])
    return said
