"""What modes, conditions, speeds and the map itself are called, for pages and files. Fourth floor: output."""

from dataclasses import replace

from geo.model.assumptions import Assumption, Assumptions
from geo.model.inputs import Study
from geo.model.roads import Mode, Roads
from geo.model.schemes import Scheme
from geo.output.language import Translate


def mode_name(_: Translate, mode: str) -> str:
    """A travel mode in words."""
    names = {
        "ambulance": _("Ambulance"),
        "car": _("Car"),
        "e_bike": _("E-bike"),
        "walk": _("On foot"),
        "all": _("All modes"),
    }
    return names[mode]


def condition_name(_: Translate, condition: str) -> str:
    """A condition in words."""
    names = {"day": _("Day"), "night": _("Night"), "rain": _("Rain"), "snow": _("Snow"), "ice": _("Ice")}
    return names[condition]


def factor_text(_: Translate, assumptions: Assumptions, mode: Mode, roads: Roads) -> str:
    """The speed factor of a mode, from the least to the greatest where it differs by road."""
    least, most = (f"{share:.2f}" for share in assumptions.speed_factors(mode, heights=roads.has_heights))
    return least if least == most else _("{least} to {most} depending on the road").format(least=least, most=most)


def item_name(_: Translate, row: Assumption) -> str:
    """What a figure is about, in words."""
    condition, _colon, road_class = row.item.partition(":")
    if road_class:
        return _("{condition}, on: {road}").format(
            condition=item_name(_, replace(row, item=condition)), road=road_class_name(_, road_class)
        )
    names = {
        "maxspeed": _("Share of the posted limit that is driven"),
        "unpaved": _("On unpaved roads"),
        "mountain": _("In the mountains"),
        "day": _("By day"),
        "night": _("By night"),
        "rain": _("In rain"),
        "snow": _("In snow"),
        "ice": _("In ice"),
        "climb": _("Speed lost on a climb"),
        "steepest": _("Least speed on a climb"),
        "ice_from": _("Height from which roads are icy in ice"),
        "demand": _("Between village and road, on foot"),
        "facility": _("Between road and facility"),
    }
    return names.get(row.item) or road_class_name(_, row.item)


def road_class_name(_: Translate, road_class: str) -> str:
    """A class of road in words."""
    names = {
        "motorway": _("Motorway"),
        "trunk": _("Trunk road"),
        "primary": _("Primary road"),
        "secondary": _("Secondary road"),
        "tertiary": _("Tertiary road"),
        "unclassified": _("Minor road"),
        "residential": _("Residential street"),
        "living_street": _("Living street"),
        "service": _("Service road"),
        "track": _("Track"),
        "path": _("Path"),
        "footway": _("Footway"),
        "steps": _("Steps"),
        "ferry": _("Ferry"),
    }
    return names.get(road_class, road_class)


def unit_name(_: Translate, row: Assumption) -> str:
    """The unit of a figure, in words."""
    names = {
        "km/h": _("km/h"),
        "m": _("m above the sea"),
        "share of the posted limit": _("share of the limit"),
        "share of the speed": _("share"),
        "share of the speed lost per % of climb": _("share for each % of climb"),
        "least share of the speed left on a climb": _("share"),
    }
    return names.get(row.unit, row.unit)


def map_text(_: Translate, language: str, scheme: Scheme, study: Study) -> dict[str, str]:
    """Key → text for the map in one language: maps.TEXT_KEYS, and one `tier.<id>` for each tier."""
    return map_words(_, attribution(study)) | {f"tier.{tier.tier_id}": tier.name[language] for tier in scheme.tiers}


def map_words(_: Translate, credit: str) -> dict[str, str]:
    """The words that are not of a scheme; `credit` is where the map's data comes from."""
    return {
        "map": _("Map of the county's health services"),
        "legend": _("Legend"),
        "legend.minutes": _("Reached within (modelled)"),
        "legend.sizes": _("People"),
        "legend.lines": _("Roads and boundaries"),
        "legend.route": _("Route"),
        "layer.facilities": _("Facilities"),
        "layer.villages": _("Villages, by minutes (modelled)"),
        "layer.uncovered": _("Villages outside"),
        "not_counted": _(" (not counted)"),
        "band": _("{from}–{to} min"),
        "beyond": _("over {n} min"),
        "unreachable": _("unreachable by road"),
        "minutes": _("{n} min"),
        "population": _("{n} people"),
        "road.major": _("Main road"),
        "road.minor": _("Minor road"),
        "road.ferry": _("Ferry"),
        "boundary.county": _("County boundary"),
        "boundary.extent": _("Extent of the data, not a boundary"),
        "boundary.township": _("Township boundary"),
        "boundary.approximate": _(" (approximate)"),
        "route.road": _("On the road"),
        "route.offroad": _("Between the road and the door"),
        "route.was": _("The way with all roads open"),
        "route.worst": _("Segments that matter most"),
        "route.segment": _("Segment chosen"),
        "route.closed": _("Closed road"),
        "illustrative": _("illustrative"),
        "north": _("N"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "reset_view": _("Show the whole county"),
        "attribution": credit,
        "load_failed": _("The map's data did not arrive. Reload the page."),
    }


def attribution(study: Study) -> str:
    """Where the map's data comes from, in a few words; the whole is on the page About."""
    return " · ".join(a["credit"] for a in study.header["attribution"] if a.get("credit"))
