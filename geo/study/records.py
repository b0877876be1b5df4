"""Ambulance runs against a study: where, from which base, observed against modelled, calibration. Joins the rooms."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geo.analysis.runs import errors, intervals_by_unit
from geo.intake.areas import assign_units
from geo.intake.desk.evidence import evidence_of
from geo.intake.desk.place_names import bare_name, place_key
from geo.intake.records import Records, records_from
from geo.model.desk import Answers
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.model.roads import Ints
from geo.network.calibration import Calibration, Trips, calibrate, drive_minutes
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times
from geo.study.answers import Network, open_rows

__all__ = ["Calibration", "Records", "Runs", "calibrated", "errors", "intervals_by_unit", "read_records", "runs_of"]

HOSPITALS = ("county_hospital", "township_hospital")  # kinds that answer calls where nobody is named as a base


@dataclass(frozen=True)
class Runs:
    """Runs placed in a study. `table` has the columns of Records.table and unit_code, base_row (in the study's
    facilities, -1 unknown), base_said (whether the file names it) and modelled_min (drive, NaN without a place)."""

    table: pd.DataFrame
    scene: Snapped
    bases: Snapped  # all facilities of the study
    problems: tuple[Problem, ...]


def read_records(path: Path, study: Study, answers: Answers) -> Records:
    """A list of runs, read in a guarded process, positions in the system that fits the study's roads."""
    outline = study.outline.geometry.union_all()
    evidence = evidence_of(study.roads, [study.facility, study.demand], study.unit, outline)
    return records_from(path, answers, evidence)


def runs_of(study: Study, network: Network, records: Records) -> Runs:
    """Every run with its place, its base and its modelled drive. `network` is the ambulance's."""
    table = _placed(study, records.table)
    table = table.assign(unit_code=_units(study, table))
    index = EdgeIndex(network.graph, network.assumptions)
    scene = index.snap(table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float))
    said = _named(table["base"], study.facility)
    nearest = _nearest_base(study, network, scene)
    base = np.where(said >= 0, said, nearest)
    table = table.assign(base_row=base, base_said=said >= 0, modelled_min=np.nan)
    going = np.flatnonzero((base >= 0) & scene.on_network)
    trips = Trips(base[going], scene.take(going), table["drive_min"].to_numpy()[going])
    modelled = np.full(len(table), np.nan)
    modelled[going] = drive_minutes(network.graph, network.facility, trips, network.assumptions)
    return Runs(table.assign(modelled_min=modelled), scene, network.facility, tuple(_notes(table, scene, said)))


def calibrated(study: Study, network: Network, runs: Runs) -> Calibration | None:
    """Speeds fitted to the runs whose base the file names; None when there is no such run with a way and a drive."""
    use = runs.table["base_said"].to_numpy() & runs.scene.on_network & runs.table["drive_min"].notna().to_numpy()
    rows = np.flatnonzero(use)
    if not len(rows):
        return None
    trips = Trips(
        runs.table["base_row"].to_numpy()[rows], runs.scene.take(rows), runs.table["drive_min"].to_numpy()[rows]
    )
    return calibrate(study.roads, "ambulance", runs.bases, trips, network.assumptions)


# ---- where and who ---------------------------------------------------------------------------------------------


def _placed(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Runs without a position stand at their village, where its name is the only one of its kind (in the township)."""
    villages = study.demand
    units = dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))
    by_name: dict[tuple[str, str], list[int]] = {}
    for row, (name, unit) in enumerate(zip(villages["name"], villages["unit_code"], strict=True)):
        for town in ("", bare_name(units.get(unit, ""))):
            by_name.setdefault((town, place_key(name)), []).append(row)
    codes = {code: row for row, code in enumerate(villages["demand_id"])}
    found = []
    for village, township in zip(table["village"], table["township"], strict=True):
        key = place_key(village) if village else ""
        fits = by_name.get((bare_name(township), key)) or by_name.get(("", key)) or []
        found.append(codes.get(village, fits[0] if len(fits) == 1 and key else -1))
    at = np.array(found, dtype=np.int64)
    needs = table["lon"].isna().to_numpy() & (at >= 0)
    lon, lat = table["lon"].to_numpy(dtype=float).copy(), table["lat"].to_numpy(dtype=float).copy()
    lon[needs], lat[needs] = villages["lon"].to_numpy()[at[needs]], villages["lat"].to_numpy()[at[needs]]
    return table.assign(lon=lon, lat=lat)


def _units(study: Study, table: pd.DataFrame) -> "pd.Series[str]":
    """The township of each run: where it stands, else the one it names."""
    names = {bare_name(n): c for n, c in zip(study.unit["name"], study.unit["unit_code"], strict=True)}
    told = table["township"].map(lambda name: names.get(bare_name(str(name)), ""))
    known = table["lon"].notna().to_numpy()
    if not known.any():
        return told
    inside = pd.Series("", index=table.index, dtype=object)
    inside.loc[known] = assign_units(table.loc[known], study.unit).to_numpy()
    return inside.where(inside.fillna("") != "", told).astype("str")


def _named(base: "pd.Series[str]", facility: pd.DataFrame) -> Ints:
    """The facility that a text names, by code or by a name only one has; -1 for none."""
    names: dict[str, list[int]] = {}
    for row, name in enumerate(facility["name"]):
        names.setdefault(bare_name(name), []).append(row)
    codes = {code: row for row, code in enumerate(facility["facility_id"])}
    out = []
    for text in base:
        fits = names.get(bare_name(text), []) if text else []
        out.append(codes.get(text, fits[0] if len(fits) == 1 else -1))
    return np.array(out, dtype=np.int64)


def base_rows(study: Study) -> Ints:
    """Facilities an ambulance starts from: those that say so, else those with ambulances, else the hospitals."""
    facility = study.facility
    still = facility["status"] != "closed"
    for chosen in (facility["is_emergency_base"].astype(bool), facility["ambulances"].fillna(0) > 0):
        if (chosen & still).any():
            return np.flatnonzero(chosen & still)
    return open_rows(study, study.scheme.select(list(HOSPITALS)))


def _nearest_base(study: Study, network: Network, scene: Snapped) -> Ints:
    rows = base_rows(study)
    if not len(rows) or not len(scene.edge):
        return np.full(len(scene.edge), -1, dtype=np.int64)
    _, source = nearest_times(network.graph, network.facility.take(rows), scene, network.assumptions)
    return np.where(source >= 0, rows[source], -1)


def _notes(table: pd.DataFrame, scene: Snapped, said: Ints) -> list[Problem]:
    counts = {
        "runs_without_place": int(table["lon"].isna().sum()),
        "runs_off_network": int((table["lon"].notna().to_numpy() & ~scene.on_network).sum()),
        "runs_without_base": int((said < 0).sum()),
    }
    whole = len(table)
    return [
        Problem(code, "warning", "records", params={"count": count, "whole": whole})
        for code, count in counts.items()
        if count
    ]
