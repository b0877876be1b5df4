"""A study: the frozen inputs of every answer, named by their content. First floor: the words.

Nothing here changes after it is built; a scenario makes another `Study`. Frames are shared between sessions, so nobody
may write to them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.model.heights import Heights
from geo.model.problems import Problem
from geo.model.roads import Roads
from geo.model.schema import CATALOGUE, empty
from geo.model.schemes import Scheme, scheme_of


@dataclass(frozen=True)
class Sources:
    """Where a study comes from, and what is said about it. Paths are None where the study does without the file."""

    name: str
    title: Mapping[str, str]  # language → text
    scheme_id: str
    roads: Path
    boundary: Path | None = None
    facilities: Path | None = None
    demand: Path | None = None
    units: Path | None = None
    links: Path | None = None
    indicators: Path | None = None
    heights: tuple[Path, ...] = ()
    crs: str | None = None  # of files that do not say it themselves
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # kind of file → question → answer
    terrain: str = "plain"
    illustrative: bool = False
    notes: Mapping[str, str] | None = None  # language → what is real and what is assumed
    population: Mapping[str, Any] | None = None  # count, type, date, source
    attribution: tuple[Mapping[str, str], ...] = ()  # what, source, licence, date

    def header(self) -> dict[str, Any]:
        """What is said about the study, as plain values (no paths)."""
        return {
            "name": self.name,
            "title": dict(self.title),
            "scheme_id": self.scheme_id,
            "terrain": self.terrain,
            "illustrative": self.illustrative,
            "notes": dict(self.notes or {}),
            "population": dict(self.population or {}),
            "attribution": [dict(a) for a in self.attribution],
        }


@dataclass(frozen=True)
class Report:
    """What building a study found. Lengths in km, counts of points, people by the reason they cannot be reached."""

    road_km: Mapping[str, float]  # by class
    islands: int  # pieces of network beside the longest
    island_km: float  # their length together
    facilities: int
    facilities_off: int  # further from any drivable road than the snap limit
    demand: int
    demand_off: int
    population: float
    population_off: float
    outside: int  # facilities and demand points outside the outline
    rows_refused: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Study:
    """One county: its tables (geo.model.schema), roads and report. `content_id` names exactly these inputs."""

    header: Mapping[str, Any]
    facility: pd.DataFrame
    demand: pd.DataFrame
    indicator: pd.DataFrame
    link: pd.DataFrame  # who reads for, supplies, refers to whom (geo.model.links); management is facility.parent_id
    unit: gpd.GeoDataFrame  # townships, EPSG:4326
    outline: gpd.GeoDataFrame  # one row, EPSG:4326
    roads: Roads
    report: Report
    content_id: str
    heights: Heights | None = None  # of the land; the roads hold their own, taken from these
    catalogue: pd.DataFrame = field(default_factory=lambda: empty(CATALOGUE))  # the county's own list of indicators

    @property
    def name(self) -> str:
        return str(self.header["name"])

    @property
    def scheme_id(self) -> str:
        return str(self.header["scheme_id"])

    @property
    def scheme(self) -> Scheme:
        """The levels of care: the study's own where it has edited them, else the shipped ones."""
        return scheme_of(self.header)

    @property
    def terrain(self) -> str:
        return str(self.header["terrain"])

    @property
    def illustrative(self) -> bool:
        return bool(self.header["illustrative"])

    def title(self, language: str) -> str:
        """The study's title in a language, or in any it has, or its name."""
        titles: dict[str, str] = self.header["title"]
        return titles.get(language) or next(iter(titles.values()), self.name)


def content_id(
    header: Mapping[str, Any], tables: list[pd.DataFrame], roads: Roads, heights: Heights | None = None
) -> str:
    """A name for exactly these inputs: equal inputs, equal name, on any machine."""
    digest = hashlib.sha256(json.dumps(header, sort_keys=True, ensure_ascii=False).encode())
    for table in tables:
        if table.empty and "link_id" in table.columns:
            continue  # a study without links keeps the name it had before there were any
        plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
        digest.update(plain.to_csv(index=False).encode())
        if "geometry" in table.columns:
            digest.update(b"".join(table.geometry.to_wkb()))
    for column in fields(roads):
        if column.name != "vertex_height_m" or roads.has_heights:  # without heights the name stays what it was
            digest.update(getattr(roads, column.name).tobytes())
    if heights is not None:
        digest.update(repr((heights.west, heights.north, heights.step_lon, heights.step_lat)).encode())
        digest.update(heights.metres.tobytes())
    return digest.hexdigest()[:24]
