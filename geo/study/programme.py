"""Programmes of many counties: opened, checked tables laid over, committed, their counties drawn. Joins the rooms."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.analysis.indicators import Standing, board
from geo.intake.desk.checking import Context
from geo.intake.programmes import read_programme, shipped_programmes
from geo.model.desk import Answers, Check, Kind
from geo.model.errors import StudyNameInvalid
from geo.model.indicators import Entry, entries_of, shipped_catalogue
from geo.model.programmes import TABLES, Programme
from geo.model.roads import Roads
from geo.model.schema import DEMAND, FACILITY, UNIT, conform, empty
from geo.model.schemes import DATA, load_scheme
from geo.store import Store, VersionEntry
from geo.store.programmes import PREFIX, commit_programme, load_programme, made_programme, programme_entries
from geo.study.desk import Upload, check_file

TABLE: dict[Kind, str] = {
    "counties": "county", "milestones": "milestone", "pairings": "pairing", "indicators": "value",
}  # fmt: skip
KEYS: dict[str, tuple[str, ...]] = {
    "county": ("county_code",),
    "milestone": ("milestone_id",),
    "pairing": ("hospital", "county_code"),
    "value": ("indicator_code", "unit_code", "period"),
}
_NAME = re.compile(r"[\w][\w \-]{0,59}")
_DEGREES = "EPSG:4326"


def programme_titles(store: Store) -> dict[str, dict[str, str]]:
    """Id → titles by language of every programme that can be opened, the shipped ones first."""
    shipped = {name: dict(read_programme(name)[0]["title"]) for name in shipped_programmes()}
    stored = {e.name.removeprefix(PREFIX): dict(e.title) for e in programme_entries(store)}
    return shipped | {name: titles for name, titles in stored.items() if name not in shipped}


def open_programme(store: Store, programme_id: str) -> Programme:
    """The newest stored version of a programme, else the shipped one. Raises StudyMissing."""
    if store.newest(PREFIX + programme_id) is None and programme_id in shipped_programmes():
        return made_programme(*read_programme(programme_id))
    return load_programme(store, programme_id)


def newest_programme(store: Store, programme_id: str) -> int | None:
    """The number of the newest stored version, None while only the shipped one is there."""
    newest = store.newest(PREFIX + programme_id)
    return newest.version_id if newest else None


def new_programme(name: str, counties: int = 0) -> Programme:
    """A programme without any row. Raises StudyNameInvalid."""
    if not _NAME.fullmatch(name):
        raise StudyNameInvalid(name=name)
    header: dict[str, Any] = {
        "programme_id": name, "title": {"zh": name, "en": name}, "notes": {}, "illustrative": False,
        "counties": counties, "attribution": [],
    }  # fmt: skip
    return made_programme(header, {table: empty(columns) for table, columns in TABLES.items()})


# ---- tables ----------------------------------------------------------------------------------------------------


def check_table(
    path: Path, kind: Kind, programme: Programme, answers: Answers, should_stop: Callable[[], bool] = lambda: False
) -> Check:
    """A file of one of a programme's tables, read in a guarded child process and checked row by row.

    Raises as `geo.study.desk.check_file`.
    """
    return check_file(path, kind, _context(programme), answers, should_stop=should_stop)


def _context(programme: Programme) -> Context:
    """What a table is checked against: the counties and the programme itself, of which figures may be."""
    county = programme.county
    codes = [*county["county_code"], programme.programme_id]
    names = [*county["name"], programme.title("zh")]
    unit = gpd.GeoDataFrame({"unit_code": codes, "name": names}, geometry=[None] * len(codes), crs=_DEGREES)
    nowhere = gpd.GeoDataFrame({"unit_code": [], "name": []}, geometry=[], crs=_DEGREES)
    return Context(load_scheme("xishui"), nowhere, unit, empty(DEMAND), empty(FACILITY))


def with_table(programme: Programme, check: Check, *, replacing: bool) -> Programme:
    """The programme with the usable rows of a check laid over one of its tables, or in the place of all its rows.

    Rows are the same by KEYS. The programme handed in stays as it is.
    """
    name = TABLE[check.kind]
    kept = check.table[check.table["verdict"] != "error"].drop(columns=["row", "verdict"])
    stored = getattr(programme, name)
    both = kept if replacing or stored.empty else pd.concat([stored, kept]) if len(kept) else stored
    last = both.drop_duplicates(list(KEYS[name]), keep="last").sort_values(list(KEYS[name]), kind="stable")
    tables = {table: getattr(programme, table) for table in TABLES} | {name: last}
    # What people have loaded is theirs: the badge of a sample goes when its counties do.
    header = dict(programme.header)
    if replacing and name == "county":
        header |= {"illustrative": False, "counties": 0}
    return made_programme(json.loads(json.dumps(header)), tables)


def commit_table(store: Store, programme: Programme, base_version: int | None, kind: Kind, upload: Upload) -> int:
    """Store a programme that was made from `base_version` (None: from the shipped one); the version's number.

    A retry with the same operation id stores nothing twice. Raises StaleVersion when another has come since.
    """
    return commit_programme(
        store, programme, base_version=base_version, kind=kind, author=upload.author, note=upload.note,
        file_name=upload.file_name, fingerprint=upload.fingerprint, operation_id=upload.operation_id,
    )  # fmt: skip


def programme_versions(store: Store, programme_id: str) -> list[VersionEntry]:
    """Every stored version of a programme, the newest first."""
    return store.versions(PREFIX + programme_id)


def restore_programme(store: Store, programme_id: str, version_id: int, author: str, operation_id: str) -> int:
    """Make an older version the newest again, as a version of its own; nothing in between is lost."""
    older = load_programme(store, programme_id, version_id)
    base = newest_programme(store, programme_id)
    return commit_programme(
        store, older, base_version=base, kind="restore", author=author, note=str(version_id), operation_id=operation_id
    )


# ---- figures ---------------------------------------------------------------------------------------------------


def programme_entries_of() -> tuple[Entry, ...]:
    """The catalogue that figures of programmes are read by."""
    return entries_of(shipped_catalogue())


def figures_of_programme(programme: Programme) -> list[Standing]:
    """How every indicator with a figure stands in the whole programme: its own figures, else its counties' added up."""
    codes = programme.county["county_code"].tolist()
    found = board(programme.value, programme_entries_of(), programme.programme_id, codes, scope="province")
    return [standing for standing in found if standing.figures]


def figures_of_county(programme: Programme, county_code: str) -> list[Standing]:
    """How every indicator with a figure stands in one county."""
    found = board(programme.value, programme_entries_of(), county_code)
    return [standing for standing in found if standing.figures]


# ---- the map ---------------------------------------------------------------------------------------------------


def known_outlines() -> gpd.GeoDataFrame:
    """The county outlines that ship (approximate, not official): code, name, geometry in EPSG:4326."""
    features = json.loads((DATA / "reference" / "places" / "outlines.geojson").read_text(encoding="utf-8"))["features"]
    shapes = [shapely.geometry.shape(f["geometry"]) for f in features]
    codes = [str(f["properties"]["code"]) for f in features]
    names = [str(f["properties"]["name"]) for f in features]
    return gpd.GeoDataFrame({"unit_code": codes, "name": names}, geometry=shapes, crs=_DEGREES)


def county_areas(programme: Programme, outlines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Table UNIT of the programme's counties whose outline is known, drawn as parts of the whole (level "part")."""
    known = dict(zip(outlines["unit_code"], outlines.geometry, strict=True))
    mine = programme.county[programme.county["county_code"].isin(list(known))]
    rows = pd.DataFrame({
        "unit_code": mine["county_code"], "name": mine["name"], "level": "part", "boundary_kind": "approximate_outline",
    })  # fmt: skip
    areas = conform(rows, UNIT, path="", name="unit")
    return gpd.GeoDataFrame(areas, geometry=[known[c] for c in mine["county_code"]], crs=_DEGREES)


def no_roads() -> Roads:
    """A network without a road: programmes show counties only."""
    floats, ints, small = np.empty(0), np.empty(0, np.int64), np.empty(0, np.uint8)
    offset = np.zeros(1, np.int64)
    return Roads(floats, floats, ints, ints, floats, small, small, small, floats, floats, offset, floats, floats)
