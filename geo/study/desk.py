"""The data desk: a file checked against a study, compared with what is stored, and committed as a version.

Joins the rooms. Nothing here is written to the study it is handed; a commit makes another one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from geo.analysis.coverage import Coverage, coverage
from geo.intake.desk.checking import Context, check_rows
from geo.intake.desk.difference import identity
from geo.intake.desk.evidence import evidence_of
from geo.intake.desk.mends import apply
from geo.intake.files.guard import never
from geo.model.assumptions import Assumptions
from geo.model.desk import KINDS, Answers, Check, Kind, Mend
from geo.model.errors import EditConflict, NothingSelected
from geo.model.inputs import Study
from geo.model.roads import Floats, Mode
from geo.network.graph import build_graph
from geo.network.snapping import EdgeIndex
from geo.store import Store, parts
from geo.store.conflicts import CHANGED, Conflict, rebase
from geo.study.answers import assumptions_for, nearest_by_tier, nearest_counted, network_of
from geo.study.desk_changes import (
    FIGURED,
    TABLE,
    between,
    difference,
    figures,
    flat,
    laid,
    leave,
    proposed,
    settled_figures,
    stored_table,
    usable,
)
from geo.study.desk_kinds import READERS, File, file_fingerprint

__all__ = [
    "FIGURED", "KINDS", "PLACE_KINDS", "TABLE", "Upload", "between", "check_file", "commit", "commit_or_raise",
    "context_of", "coverage_change", "covered", "difference", "edited", "file_fingerprint", "flat", "kinds_changed",
    "leave", "mended", "proposed", "recall_decisions", "recall_mappings", "remember_decisions", "remember_mapping",
    "restore", "stored_table", "usable",
]  # fmt: skip

PLACE_KINDS: tuple[Kind, ...] = ("facilities", "demand")  # each row is a place, which can be put on the map by hand


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
        scheme=study.scheme,
        outline=study.outline,
        unit=study.unit,
        demand=study.demand,
        facility=study.facility,
        road_distance=road_distance,
        evidence=evidence_of(study.roads, [study.facility, study.demand], study.unit, outline),
        catalogue=study.catalogue,
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
    """A file of a kind read in guarded child processes and checked, with the questions that are still open.

    Raises FileMissing, FileUnreadable, FileTooDemanding, ReadingStopped, RoadsEmpty, RasterElsewhere, TableEmpty for
    files that give nothing at all, ChoiceUnknown for an answer that names nothing.
    """
    file = File(path, kind, answers, remembered or {}, should_stop, progress)
    return READERS[kind](file, context)


def mended(check: Check, mends: tuple[Mend, ...], context: Context) -> Check:
    """The check after some of its mends were accepted."""
    return edited(check, apply(check.text, mends), context)


def edited(check: Check, text: pd.DataFrame, context: Context) -> Check:
    """The check after cells were edited by hand. Areas keep their shapes; roads and rasters cannot be edited."""
    if check.kind in ("roads", "raster", "heights"):
        return check
    shapes = None
    if check.drawn:
        known = dict(zip(check.table["row"].tolist(), check.table["geometry"].tolist(), strict=True))
        shapes = [known.get(int(str(row))) for row in text.sort_index(kind="stable").index]
    return check_rows(text, check, context, shapes=shapes)


def coverage_change(
    before: Study, after: Study, mode: Mode, kinds: tuple[str, ...], threshold_min: float
) -> tuple[Coverage | None, Coverage | None]:
    """People covered before and after; None where no facility of these tiers reaches anybody."""
    return covered(before, mode, kinds, threshold_min), covered(after, mode, kinds, threshold_min)


def kinds_changed(before: Study, after: Study) -> tuple[str, ...]:
    """The kinds of tiers whose facilities open, close, move or change their tier, the highest first."""
    columns = ["facility_id", "tier", "lon", "lat", "status"]
    tables = [study.facility[columns].astype({"status": "str"}) for study in (before, after)]
    same = tables[0].merge(tables[1], on=columns)["facility_id"]
    tiers = {tier for table in tables for tier in table.loc[~table["facility_id"].isin(same), "tier"]}
    return tuple(dict.fromkeys(t.kind for t in after.scheme.tiers if t.tier_id in tiers))


def covered(study: Study, mode: Mode, kinds: tuple[str, ...], threshold_min: float) -> Coverage | None:
    """People within the threshold of tiers of some kinds; None where no such facility reaches anybody."""
    tiers = tuple(t for kind in kinds for t in study.scheme.of_kind(kind)) or study.scheme.usual()
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

    Where somebody else has committed meanwhile (what is stored is not `base`, whatever its number was said to be), both
    changes are joined; only cells that both changed differently are conflicts, and then nothing is written. A retry
    with the same operation id stores nothing twice.
    """
    done = store.made_by(upload.operation_id)
    if done is not None:
        return done, []
    newest = store.newest(base.name)
    if newest is None or newest.content_id == base.content_id:
        return _store(store, after, newest.version_id if newest else base_version, kind, upload), []
    joined, conflicts = _joined(base, after, store.load(base.name), kind)
    if joined is None:
        return 0, conflicts
    return _store(store, joined, newest.version_id, kind, upload), []


def _joined(base: Study, mine: Study, theirs: Study, kind: Kind) -> tuple[Study | None, list[Conflict]]:
    """Their study with my change of one kind, or the conflicts. What has no rows of its own is joined whole or not."""
    part = TABLE[kind]
    tables = [getattr(study, part) for study in (base, mine, theirs)]
    if kind in ("facilities", "demand", "links"):
        merged, conflicts = rebase(tables[0], tables[1], tables[2], identity(tables[0]))
    elif kind in FIGURED:
        merged, conflicts = rebase(figures(tables[0]), figures(tables[1]), figures(tables[2]), "figure_id")
        merged = settled_figures(merged)
    else:
        before, own, other = (parts.part_id(parts.to_bytes(study, part)) for study in (base, mine, theirs))
        merged, both = tables[1], other not in (before, own)
        conflicts = [Conflict(part, "", "", CHANGED, CHANGED)] if both else []
    return (None, conflicts) if conflicts else (laid(theirs, kind, merged), [])


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
    """Keep how the columns of files of this shape were read; a file without headers has no shape."""
    if not check.shape_id:
        return
    store.remember(
        name, {f"mapping:{check.kind}:{check.shape_id}": json.dumps(dict(check.mapping), ensure_ascii=False)}
    )


def recall_mappings(store: Store, name: str, kind: Kind) -> dict[str, dict[str, str]]:
    """shape_id → mapping, as people confirmed them."""
    return {shape: json.loads(value) for shape, value in store.recall(name, f"mapping:{kind}:").items()}


def remember_decisions(store: Store, name: str, decisions: Mapping[str, str]) -> None:
    """Keep which similar names are "same" or "different": pair key (geo.intake.desk.difference) → decision."""
    store.remember(name, {f"pair:{key}": told for key, told in decisions.items()})


def recall_decisions(store: Store, name: str) -> dict[str, str]:
    """Pair key → decision, as people made them."""
    return store.recall(name, "pair:")


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
