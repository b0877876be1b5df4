"""For the public or for the house: what a file may hold, and what it must carry. Fourth floor: output.

A public file has places rounded to 4 decimals (about 10 m), no telephone or identity numbers and no column that could
name a person, and a review number or the stamp of an internal working map. An internal one says so.
"""

import json
import math
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.analysis.presenting import Answer
from geo.analysis.scene_parts import Judgement, Organisation
from geo.model.bases import Base
from geo.model.briefing import Briefing, Scene
from geo.model.errors import N_, ReviewNumberInvalid
from geo.model.inputs import Study
from geo.model.links import Outside, load_link_kinds, outside_of
from geo.output.clean import without_numbers
from geo.output.language import Translate

PUBLIC_DECIMALS = 4
STAMP = N_("Internal working map, not for publication")
# GS(2024)1234号, GS京(2024)1234号, 黔S(2024)012号, 京S(2023)4号: the forms of 审图号 since 2006.
_REVIEW = re.compile(r"(?:审图号:?)?(GS[\u4e00-\u9fff]?|[\u4e00-\u9fff]{1,2}S)\((20[0-9]{2})\)([0-9]{1,5})号")
_BRACKETS = str.maketrans("〔【[〕】]", "(((" + ")))")
_KEPT = {  # of a facility, for the public: what describes the place, never who works there or who wrote the row
    "facility_id", "name", "category", "tier", "unit_code", "parent_id", "community_id", "lon", "lat", "beds",
    "physicians", "nurses", "population_served", "ambulances", "is_emergency_base", "capabilities", "status",
    "position_quality",
}  # fmt: skip
_NAMING = {"name", "scheme_id", "scheme"}  # of a header: what names the study and its levels
_CODES = {"facility_id", "unit_code", "parent_id", "community_id", "demand_id", "parent_code", "tier"}


@dataclass(frozen=True)
class Release:
    """Whether a file is for the public, and its review number. Raises ReviewNumberInvalid for a wrong form."""

    public: bool = False
    review_number: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "review_number", review_number(self.review_number))

    def stamp(self, _: Translate) -> str:
        """What every map carries: the review number, or that it is not for publication."""
        return _("Review number: {number}").format(number=self.review_number) if self.review_number else _(STAMP)

    def audience(self, _: Translate) -> str:
        """For whom the file is, in a sentence."""
        if self.public:
            return _("For the public: places rounded to 4 decimals, no telephone numbers, no names of persons.")
        return _("Internal: places and lists as they are stored. Not to be passed on.")


def review_number(text: str) -> str:
    """The review number in its usual form, "" for none. Raises ReviewNumberInvalid, also for a year to come."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_BRACKETS)
    if not plain:
        return ""
    found = _REVIEW.fullmatch(plain)
    if not found or int(found.group(2)) > date.today().year or int(found.group(3)) == 0:
        raise ReviewNumberInvalid(value=text)
    return f"{found.group(1)}({found.group(2)}){found.group(3)}号"


def released(answer: Answer, release: Release) -> Answer:
    """The answer as the file may show it. Figures stay those of the exact study; only what is written changes."""
    if not release.public:
        return answer
    areas = tuple((low, high, _rounded(area)) for low, high, area in answer.areas)
    organisation, judgement = answer.organisation, answer.judgement
    return replace(
        answer,
        scene=_public_scene(answer.scene),
        study=public_study(answer.study),
        units=_without_numbers(answer.units),
        areas=areas,
        organisation=organisation and _public_organisation(organisation),
        judgement=judgement and _public_judgement(judgement),
    )


def released_title(briefing: Briefing, release: Release) -> Briefing:
    """The briefing with its title as the file may show it; its scenes are shown by their answers."""
    title = {language: without_numbers(text) for language, text in briefing.title.items()}
    return replace(briefing, title=title) if release.public else briefing


def _public_judgement(found: Judgement) -> Judgement:
    townships = _without_numbers(found.townships.assign(source=""))
    return replace(found, unit_name=without_numbers(found.unit_name), townships=townships)


def _public_organisation(found: Organisation) -> Organisation:
    """Names that the checks and communities say, without numbers that could reach a person."""
    findings = tuple(
        replace(f, params={k: without_numbers(v) if isinstance(v, str) else v for k, v in f.params.items()})
        for f in found.findings
    )
    communities = tuple(
        replace(c, lead_name=without_numbers(c.lead_name), paired_with=tuple(map(_public_outside, c.paired_with)))
        for c in found.communities
    )
    return replace(found, findings=findings, communities=communities)


def public_study(study: Study) -> Study:
    """The study with what only the house may know left out and places rounded."""
    facility = study.facility.copy()
    for column in facility.columns.difference(list(_KEPT)):
        facility[column] = ""
    roads = replace(
        study.roads,
        node_lon=study.roads.node_lon.round(PUBLIC_DECIMALS),
        node_lat=study.roads.node_lat.round(PUBLIC_DECIMALS),
        vertex_lon=study.roads.vertex_lon.round(PUBLIC_DECIMALS),
        vertex_lat=study.roads.vertex_lat.round(PUBLIC_DECIMALS),
    )
    return replace(
        study,
        header={key: value if key in _NAMING else _said_without(value) for key, value in study.header.items()},
        facility=_public_points(facility),
        demand=_public_points(study.demand.assign(source="")),
        unit=_public_areas(study.unit),
        outline=_public_areas(study.outline),
        roads=roads,
        link=_public_links(study.link),
    )


def _public_links(link: pd.DataFrame) -> pd.DataFrame:
    """Of the properties of links only the place outside the county; of networks of persons, whose owner it is, none."""
    people = {kind.kind for kind in load_link_kinds() if kind.group == "people"}
    told = zip(link["kind"].tolist(), link["properties"].tolist(), strict=True)
    return link.assign(properties=["" if kind in people else _public_place(text) for kind, text in told])


def _public_place(properties: str) -> str:
    told = outside_of(properties)
    if told is None:
        return ""
    place = _public_outside(told)
    spot = {axis: at for axis, at in (("lon", place.lon), ("lat", place.lat)) if not math.isnan(at)}
    return json.dumps({"name": place.name, **spot}, ensure_ascii=False)


def _public_outside(place: Outside) -> Outside:
    lon, lat = round(place.lon, PUBLIC_DECIMALS), round(place.lat, PUBLIC_DECIMALS)
    return replace(place, name=without_numbers(place.name), lon=lon, lat=lat)


def _said_without(value: object) -> object:
    """Plain values, such as a header's, with every text in them without numbers that could reach a person."""
    if isinstance(value, dict):
        return {key: _said_without(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_said_without(inner) for inner in value]
    return without_numbers(value) if isinstance(value, str) else value


def _public_points(table: pd.DataFrame) -> pd.DataFrame:
    places = {name: table[name].round(PUBLIC_DECIMALS) for name in ("lon", "lat")}
    return _without_numbers(table.assign(**places))


def _public_areas(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rounded = table.set_geometry([_rounded(g) for g in table.geometry], crs=table.crs)
    seats = {name: rounded[name].round(PUBLIC_DECIMALS) for name in ("seat_lon", "seat_lat") if name in rounded}
    return gpd.GeoDataFrame(_without_numbers(rounded.assign(**seats)))


def _without_numbers(table: pd.DataFrame) -> pd.DataFrame:
    texts = [c for c in table.columns if c not in _CODES and c != "geometry" and table[c].dtype.kind not in "fib"]
    return table.assign(**{c: table[c].map(lambda cell: without_numbers(str(cell))) for c in texts})


def _rounded(geometry: object) -> object:
    return shapely.transform(geometry, lambda at: np.round(at, PUBLIC_DECIMALS))


def _public_scene(scene: Scene) -> Scene:
    view = scene.view and replace(
        scene.view, lon=round(scene.view.lon, PUBLIC_DECIMALS), lat=round(scene.view.lat, PUBLIC_DECIMALS)
    )
    words = {name: _said_without(dict(getattr(scene, name))) for name in ("title", "sentence")}
    rescue = scene.rescue and replace(scene.rescue, bases=tuple(_public_base(b) for b in scene.rescue.bases))
    return replace(scene, view=view, rescue=rescue, **words)  # type: ignore[arg-type]


def _public_base(base: Base) -> Base:
    lon, lat = round(base.lon, PUBLIC_DECIMALS), round(base.lat, PUBLIC_DECIMALS)
    return replace(base, name=without_numbers(base.name), lon=lon, lat=lat)
