"""The data desk: a file checked against a study, compared with what is stored, and committed as a version.

Joins the rooms. Nothing here is written to the study it is handed; a commit makes another one.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.analysis.coverage import Coverage, coverage
from geo.intake.areas import assign_units
from geo.intake.checking import Context, check_raw, check_rows
from geo.intake.difference import Difference, compare, identity, merge, plain_name
from geo.intake.evidence import evidence_of
from geo.intake.guard import guarded_noted, never
from geo.intake.mends import apply
from geo.model.assumptions import Assumptions
from geo.model.desk import Answers, Check, Kind, Mend
from geo.model.errors import EditConflict, NothingSelected
from geo.model.inputs import Study
from geo.model.roads import Floats, Mode
from geo.model.schemes import load_scheme
from geo.network.graph import build_graph
from geo.network.snapping import EdgeIndex
from geo.store import Store
from geo.store.conflicts import Conflict, rebase
from geo.study.answers import assumptions_for, nearest_by_tier, nearest_counted, network_of
from geo.study.build import with_tables

TABLE: dict[Kind, str] = {"facilities": "facility", "demand": "demand", "units": "unit", "boundary": "outline"}
DESK_KINDS: tuple[Kind, ...] = ("facilities", "demand")  # lists that are compared row by row


@dataclass(frozen=True)
class Upload:
    """Where an upload came from: what a version says about itself."""

    author: str
    note: str
    file_name: str
    fingerprint: str
    operation_id: str


def context_of(study: Study) -> Context:
    """What a list is checked against: the study's areas, stored lists, roads and scheme."""
    assumptions = Assumptions()
    index = EdgeIndex(build_graph(study.roads, "car", assumptions), assumptions)

    def road_distance(lon: Floats, lat: Floats) -> Floats:
        return np.nan_to_num(index.snap(lon, lat).snap_distance_m, nan=np.inf)

    outline = shapely.union_all(study.outline.geometry.to_numpy())
    return Context(
        scheme=load_scheme(study.scheme_id),
        outline=study.outline,
        unit=study.unit,
        demand=study.demand,
        facility=study.facility,
        road_distance=road_distance,
        evidence=evidence_of(study.roads, [study.facility, study.demand], study.unit, outline),
    )


def check_file(
    path: Path,
    kind: Kind,
    context: Context,
    answers: Answers,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    *,
    should_stop: Callable[[], bool] = never,
    progress: Callable[[int], None] = lambda rows: None,
) -> Check:
    """A file read in a guarded child process and checked row by row, with the questions that are still open.

    Raises FileMissing, FileUnreadable, FileTooDemanding, ReadingStopped for files that give no rows at all.
    """
    raw, questions, problems = guarded_noted(path, answers, should_stop=should_stop, progress=progress)
    fingerprint = file_fingerprint(path)
    if raw is None:
        nothing = pd.DataFrame({"row": [], "verdict": []})
        return Check(kind, nothing, tuple(problems), (), tuple(questions), {}, fingerprint, "")
    return check_raw(raw, kind, context, answers, remembered, notes=problems, fingerprint=fingerprint)


def file_fingerprint(path: Path) -> str:
    """A name for the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def mended(check: Check, mends: tuple[Mend, ...], context: Context) -> Check:
    """The check after some of its mends were accepted."""
    return check_rows(apply(check.text, mends), check, context)


def edited(check: Check, text: pd.DataFrame, context: Context) -> Check:
    """The check after cells were edited by hand."""
    return check_rows(text, check, context)


def usable(check: Check, study: Study) -> pd.DataFrame:
    """The rows that can be used, with the schema's columns; their source says which file they come from."""
    kept = check.table[check.table["verdict"] != "error"]
    stored = getattr(study, TABLE[check.kind])
    return pd.DataFrame(kept[list(stored.columns)]).reset_index(drop=True)


def difference(study: Study, check: Check, decisions: Mapping[str, str]) -> Difference:
    """What the file would change in the stored list. A row that cannot be used is not gone: the file does name it."""
    stored = getattr(study, TABLE[check.kind])
    found = compare(stored, usable(check, study), decisions)
    refused = check.table[check.table["verdict"] == "error"]
    ids, names = set(refused[identity(stored)]), {plain_name(n) for n in refused["name"]} - {""}
    named = stored[identity(stored)].isin(ids) | stored["name"].map(plain_name).isin(names)
    return replace(found, gone=tuple(row for row in found.gone if not named.iat[row]))


def proposed(study: Study, check: Check, found: Difference, *, gone_are_closed: bool) -> Study:
    """The study as it would be after the commit."""
    table = TABLE[check.kind]
    merged = merge(getattr(study, table), usable(check, study), found, gone_are_closed=gone_are_closed)
    return with_tables(study, {table: placed(merged, study.unit)})


def placed(table: pd.DataFrame, unit: gpd.GeoDataFrame) -> pd.DataFrame:
    """The table with the township of each place where it names none the study knows."""
    known = table["unit_code"].isin(unit["unit_code"])
    return table.assign(unit_code=table["unit_code"].where(known, assign_units(table, unit)))


def coverage_change(
    before: Study, after: Study, mode: Mode, kinds: tuple[str, ...], threshold_min: float
) -> tuple[Coverage | None, Coverage | None]:
    """People covered before and after; None where no facility of these tiers reaches anybody."""
    return covered(before, mode, kinds, threshold_min), covered(after, mode, kinds, threshold_min)


def covered(study: Study, mode: Mode, kinds: tuple[str, ...], threshold_min: float) -> Coverage | None:
    """People within the threshold of tiers of some kinds; None where no such facility reaches anybody."""
    tiers = load_scheme(study.scheme_id).select(list(kinds))
    times = nearest_by_tier(study, network_of(study, mode, assumptions_for(study)))
    try:
        minutes = nearest_counted(study, times, tiers)["travel_time_min"]
    except NothingSelected:
        return None
    return coverage(minutes, study.demand["population"], threshold_min)


def commit(
    store: Store, base: Study, base_version: int, after: Study, kind: Kind, upload: Upload
) -> tuple[int, list[Conflict]]:
    """Store `after`, which was made from `base`, as a new version; its number, or the cells two people changed.

    Where somebody else has committed meanwhile, both changes are joined; only cells that both changed differently are
    conflicts, and then nothing is written. A retry with the same operation id stores nothing twice.
    """
    newest = store.newest(base.name)
    if newest is None or newest.version_id == base_version or newest.operation_id == upload.operation_id:
        return _store(store, after, base_version, kind, upload), []
    theirs = store.load(base.name)
    table = TABLE[kind]
    merged, conflicts = rebase(
        getattr(base, table), getattr(after, table), getattr(theirs, table), identity(getattr(base, table))
    )
    if conflicts:
        return 0, conflicts
    return _store(store, with_tables(theirs, {table: merged}), newest.version_id, kind, upload), []


def commit_or_raise(store: Store, base: Study, base_version: int, after: Study, kind: Kind, upload: Upload) -> int:
    """`commit`, for callers that cannot show a conflict. Raises EditConflict."""
    version, conflicts = commit(store, base, base_version, after, kind, upload)
    if conflicts:
        raise EditConflict(name=base.name, count=len(conflicts))
    return version


def restore(store: Store, name: str, version_id: int, author: str, note: str, operation_id: str) -> int:
    """Make an older version the newest again, as a version of its own; nothing in between is lost."""
    older, newest = store.load(name, version_id), store.newest(name)
    base = newest.version_id if newest else None
    return store.commit(
        older, base_version=base, kind="restore", author=author, note=note, fingerprint="", operation_id=operation_id
    )


def remember_mapping(store: Store, name: str, check: Check) -> None:
    """Keep how the columns of files of this shape were read."""
    store.remember(
        name, {f"mapping:{check.kind}:{check.shape_id}": json.dumps(dict(check.mapping), ensure_ascii=False)}
    )


def recall_mappings(store: Store, name: str, kind: Kind) -> dict[str, dict[str, str]]:
    """shape_id → mapping, as people confirmed them."""
    return {shape: json.loads(value) for shape, value in store.recall(name, f"mapping:{kind}:").items()}


def _store(store: Store, after: Study, base_version: int, kind: Kind, upload: Upload) -> int:
    return store.commit(
        after,
        base_version=base_version,
        kind=kind,
        author=upload.author,
        note=upload.note,
        file_name=upload.file_name,
        fingerprint=upload.fingerprint,
        operation_id=upload.operation_id,
    )
