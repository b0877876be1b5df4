"""What the data desk takes: kinds of files in words, the types a browser offers for each, and templates to fill in."""

from collections.abc import Mapping

import streamlit as st

from geo.model.desk import Kind
from geo.model.inputs import Study
from geo.output import templates
from geo.study import desk
from pages.ui import compute
from pages.ui.text import Translate

_TABLES = ("csv", "tsv", "txt", "xlsx", "xls")
_LAYERS = ("geojson", "json", "zip", "gpkg", "kml")
TYPES: Mapping[Kind, tuple[str, ...]] = {
    "facilities": _TABLES + _LAYERS,
    "demand": _TABLES + _LAYERS,
    "units": _TABLES + _LAYERS,
    "boundary": _TABLES + _LAYERS,
    "roads": (*_TABLES, *_LAYERS, "pbf", "osm", "gz"),
    "indicators": _TABLES,
    "links": _TABLES,
    "raster": ("tif", "tiff"),
    "heights": ("hgt", "zip", "tif", "tiff"),
    "catalogue": _TABLES,
}


def kind_name(_: Translate, kind: str) -> str:
    """What a version or a file is about, in words."""
    names = {
        "study": _("Built from files"),
        "facilities": _("Facilities"),
        "demand": _("Villages and people"),
        "units": _("Township boundaries"),
        "boundary": _("County outline"),
        "roads": _("Roads"),
        "indicators": _("Indicator values"),
        "links": _("Links between facilities"),
        "scheme": _("Scheme of levels"),
        "raster": _("Raster of people"),
        "heights": _("Heights of the land"),
        "catalogue": _("Catalogue of indicators"),
        "restore": _("Restored"),
    }
    return names.get(kind, kind)


def wanted(_: Translate, kind: Kind) -> str:
    """What a file of a kind holds, in one sentence."""
    sentences: dict[Kind, str] = {
        "facilities": _("A list of facilities: name, tier, position. Any program, encoding and coordinate system."),
        "demand": _("A list of villages with their people, with positions or statistical codes."),
        "units": _("Township areas as a map layer; or a list of townships, whose areas are drawn about the seats."),
        "boundary": _("The county's outline as a map layer."),
        "roads": _("Roads as an OpenStreetMap extract or a line layer; they replace the stored ones."),
        "indicators": _("Indicator values: code, township, period, numerator and denominator."),
        "links": _("Links: kind, from, to; who reads, supplies, refers, owns. Ends by id or name."),
        "raster": _("People per cell as a GeoTIFF; they are given to the stored villages or to points of a grid."),
        "heights": _("Heights as an SRTM tile (.hgt, .hgt.zip) or a GeoTIFF; walking and e-bikes then feel the slope."),
        "catalogue": _("The list of indicators: code, name, aspect, what is counted, unit, target, document."),
    }
    return sentences[kind]


def template_buttons(_: Translate, language: str, study: Study, kind: Kind) -> None:
    """An empty workbook to fill in, and the stored list in the same form."""
    if kind not in templates.KINDS:
        return
    offered = {_("An empty template (XLSX)"): False, _("The stored list to be edited (XLSX)"): True}
    if kind == "roads":
        offered = {_("An empty template (XLSX)"): False}
    for column, (label, filled) in zip(st.columns(2), offered.items(), strict=False):
        column.download_button(
            label,
            lambda filled=filled: _workbook(_, language, study, kind, filled=filled),
            file_name=f"yida-{kind}{'-' + study.name if filled else ''}.xlsx",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )


def _workbook(_: Translate, language: str, study: Study, kind: Kind, *, filled: bool) -> bytes:
    table = desk.stored_table(study, kind) if filled else None
    return templates.template(kind, compute.scheme(study), _, language, table)
