"""What the province page asks the library for, remembered by content. See compute."""

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import streamlit as st

from geo.analysis.indicators import Standing, by_unit, class_edges, periods_of
from geo.analysis.programme import MilestoneStanding, StageCount, Verdict, milestones, stage_counts, tiles
from geo.analysis.programme import milestones_of_county as reached_by
from geo.model.desk import Check, Kind
from geo.model.indicators import Entry
from geo.model.programmes import Programme
from geo.model.schema import DEMAND, FACILITY, empty
from geo.model.schemes import load_scheme
from geo.output.maps import static_layers
from geo.store import VersionEntry
from geo.study import programme as programmes
from geo.study.desk import Upload
from pages.ui import compute
from pages.ui.serve import SHELF, Layer


def titles() -> dict[str, dict[str, str]]:
    """Id → titles of every programme."""
    return programmes.programme_titles(compute.store())


@st.cache_resource(show_spinner=False, max_entries=16)
def _programme(programme_id: str, version: int | None) -> Programme:
    return programmes.open_programme(compute.store(), programme_id)


def newest(programme_id: str) -> int | None:
    """The number of the newest stored version, None while only the shipped one is there."""
    return programmes.newest_programme(compute.store(), programme_id)


def programme(programme_id: str) -> Programme:
    """A programme, shared between sessions: never change its tables."""
    return _programme(programme_id, newest(programme_id))


def stages(of: Programme) -> list[StageCount]:
    """Counties by stage, of all."""
    return stage_counts(of.county, of.total)


def milestones_of(of: Programme) -> list[MilestoneStanding]:
    """Every milestone that asks for a stage."""
    return milestones(of.milestone, of.county, of.total)


def milestones_of_county(of: Programme, county_code: str) -> list[tuple[Mapping[str, object], Verdict]]:
    """Every milestone, and whether a county has reached it."""
    stage = of.county.loc[of.county["county_code"] == county_code, "stage"].iat[0]
    return reached_by(of.milestone, str(stage), {s.entry.code: s.status for s in figures(of, county_code)})


@st.cache_resource(show_spinner=False, max_entries=16)
def _figures(content_id: str, county_code: str, _of: Programme) -> list[Standing]:
    if county_code:
        return programmes.figures_of_county(_of, county_code)
    return programmes.figures_of_programme(_of)


def figures(of: Programme, county_code: str = "") -> list[Standing]:
    """The indicators with a figure, of the whole programme or of one county."""
    return _figures(of.content_id, county_code, of)


def county_entries(of: Programme) -> dict[str, tuple[Entry, str]]:
    """Code → entry and newest period of every indicator that counties have figures of."""
    codes = of.county["county_code"].tolist()
    own = of.value[of.value["unit_code"].isin(codes)]
    known = {e.code: e for e in programmes.programme_entries_of()}
    return {
        code: (known[code], periods_of(of.value, code, codes)[-1])
        for code in dict.fromkeys(own["indicator_code"])
        if code in known
    }  # fmt: skip


def by_county(of: Programme, entry: Entry, period: str) -> pd.DataFrame:
    """One indicator in one period, a row a county."""
    entries = programmes.programme_entries_of()
    return by_unit(of.value, entries, entry.code, period, of.county["county_code"].tolist())


def edges(table: pd.DataFrame, entry: Entry) -> list[float]:
    """Between which values the classes change."""
    return class_edges(table["value"].tolist(), entry.target if entry.has_target else None)


def tiled(of: Programme) -> pd.DataFrame:
    """A square a county."""
    return tiles(of.county)


@st.cache_resource(show_spinner=False, max_entries=4)
def _outlines(names: tuple[str, ...]) -> gpd.GeoDataFrame:
    shipped = programmes.known_outlines()
    own = [compute.study(name).outline[["unit_code", "name", "geometry"]] for name in names]
    return pd.concat([shipped, *own], ignore_index=True).drop_duplicates("unit_code")


def county_areas(of: Programme) -> gpd.GeoDataFrame:
    """The counties whose outline is known: those that ship, and those of the studies that the counties name."""
    shipped = set(programmes.known_outlines()["unit_code"])
    named = of.county.loc[~of.county["county_code"].isin(shipped), "study"]
    names = tuple(sorted(set(named) & set(compute.study_titles())))
    return programmes.county_areas(of, _outlines(names))


@st.cache_resource(show_spinner=False, max_entries=8)
def _layer(content_id: str, names: tuple[str, ...], _areas: gpd.GeoDataFrame) -> Layer:
    nothing = (empty(FACILITY), empty(DEMAND))
    scheme = load_scheme("xishui")
    return Layer(static_layers(content_id, *nothing, _areas, _areas, programmes.no_roads(), scheme))


def map_url(of: Programme, areas: gpd.GeoDataFrame) -> str:
    """Where the map fetches the counties' outlines."""
    return SHELF.put(_layer(of.content_id, tuple(areas["unit_code"]), areas))


def versions(of: Programme) -> list[VersionEntry]:
    """Every stored version of a programme, the newest first."""
    return programmes.programme_versions(compute.store(), of.programme_id)


def restore(of: Programme, version: int, author: str, operation_id: str) -> int:
    """Make an older version the newest again; the new one's number."""
    return programmes.restore_programme(compute.store(), of.programme_id, version, author, operation_id)


def check(path: Path, kind: Kind, of: Programme, answers: dict[str, str]) -> Check:
    """A file of one of the programme's tables, checked row by row."""
    return programmes.check_table(path, kind, of, answers)


def commit(of: Programme, base: int | None, checked: Check, upload: Upload, *, replacing: bool) -> int:
    """The programme with the file's rows as a new version; its number."""
    after = programmes.with_table(of, checked, replacing=replacing)
    return programmes.commit_table(compute.store(), after, base, checked.kind, upload)
