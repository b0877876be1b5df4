"""Every word the map itself shows, translated here and handed to it as data. The keys are maps.TEXT_KEYS."""

from geo.model.inputs import Study
from geo.model.schemes import Scheme
from pages.ui.text import Translate


def map_text(_: Translate, language: str, scheme: Scheme, study: Study) -> dict[str, str]:
    """Key → text for the map in one language, one `tier.<id>` for each tier among them."""
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
        "route.offroad": _("Off the road, on foot"),
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
