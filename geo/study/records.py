"""Ambulance runs against a study: where, from which base, observed against modelled, calibration. Joins the rooms."""

from dataclasses import dataclass, replace
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
from geo.model.roads import Floats, Ints
from geo.network.calibration import Calibration, Trips, calibrate, drive_minutes
from geo.network.snapping import EdgeIndex, Snapped
from geo.network.travel_time import nearest_times
from geo.study.answers import Network, open_rows
from geo.study.emergency import hospital_rows

__all__ = ["Calibration", "Records", "Runs", "calibrated", "errors", "intervals_by_unit", "read_records", "runs_of"]

HOSPITALS = ("county_hospital", "township_hospital")  # kinds that answer calls where nobody is named as a base


@dataclass(frozen=True)
class Runs:
    """Runs placed in a study. `table` has the columns of Records.table, places as ids, and unit_code, base_row (in the
    study's facilities, -1 unknown), base_said (whether the file names it), modelled_min (drive to the scene) and
    modelled_transfer_min (drive from there to the nearest hospital for emergencies); NaN without a place or a way.
    """

    table: pd.DataFrame
    scene: Snapped
    bases: Snapped  # all facilities of the study
    problems: tuple[Problem, ...]


def read_records(path: Path, study: Study, answers: Answers) -> Records:
    """A list of runs, read in a guarded process, positions in the system that fits the study's roads.

    Village, township and base are ids of the study, as `known_places` tells them. Raises as records_from.
    """
    outline = study.outline.geometry.union_all()
    evidence = evidence_of(study.roads, [study.facility, study.demand], study.unit, outline)
    found = records_from(path, answers, evidence)
    return replace(found, table=known_places(study, found.table))


def known_places(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The table with village, township and base as ids of the study, "" for what names none of its places.

    A cell that says where the scene was may say whose house it was: nothing of it is kept.
    """
    places = {"village": _villages(study, table), "township": _townships(study, table), "base": _bases(study, table)}
    return table.assign(**places)


def runs_of(study: Study, network: Network, back: Network, records: Records) -> Runs:
    """Every run with its place, its base and its modelled drives, to the scene and from there to hospital.

    `network` and `back` are the ambulance's, as geo.study.emergency's `outward` and `inward`.
    """
    table = _placed(study, records.table)
    table = table.assign(unit_code=_units(study, table))
    index = EdgeIndex(network.graph, network.assumptions)
    scene = index.snap(table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float))
    said = _rows(table["base"], study.facility["facility_id"])
    nearest = _nearest_base(study, network, scene)
    base = np.where(said >= 0, said, nearest)
    table = table.assign(base_row=base, base_said=said >= 0, modelled_min=np.nan)
    going = np.flatnonzero((base >= 0) & scene.on_network)
    trips = Trips(base[going], scene.take(going), table["drive_min"].to_numpy()[going])
    modelled = np.full(len(table), np.nan)
    modelled[going] = drive_minutes(network.graph, network.facility, trips, network.assumptions)
    table = table.assign(modelled_min=modelled, modelled_transfer_min=_transfers(study, back, table))
    return Runs(table, scene, network.facility, tuple(_notes(table, scene, said)))


def calibrated(study: Study, network: Network, runs: Runs) -> Calibration | None:
    """Speeds fitted to the runs whose base the file names; None when too few of them have a way and a drive."""
    use = runs.table["base_said"].to_numpy() & runs.scene.on_network & runs.table["drive_min"].notna().to_numpy()
    rows = np.flatnonzero(use)
    if not len(rows):
        return None
    trips = Trips(
        runs.table["base_row"].to_numpy()[rows], runs.scene.take(rows), runs.table["drive_min"].to_numpy()[rows]
    )
    return calibrate(study.roads, "ambulance", runs.bases, trips, network.assumptions)


# ---- where and who ---------------------------------------------------------------------------------------------


def _villages(study: Study, table: pd.DataFrame) -> list[str]:
    """The village each run names, by id or by a name that only one has (in the township)."""
    villages = study.demand
    units = dict(zip(study.unit["unit_code"], study.unit["name"], strict=True))
    by_name: dict[tuple[str, str], list[str]] = {}
    for code, name, unit in zip(villages["demand_id"], villages["name"], villages["unit_code"], strict=True):
        for town in ("", bare_name(units.get(unit, ""))):
            by_name.setdefault((town, place_key(name)), []).append(code)
    codes = set(villages["demand_id"])
    found = []
    for village, township in zip(table["village"], table["township"], strict=True):
        key = place_key(village) if village else ""
        fits = by_name.get((bare_name(township), key)) or by_name.get(("", key)) or []
        found.append(village if village in codes else fits[0] if len(fits) == 1 and key else "")
    return found


def _townships(study: Study, table: pd.DataFrame) -> list[str]:
    """The township each run names."""
    names = {bare_name(n): c for n, c in zip(study.unit["name"], study.unit["unit_code"], strict=True)}
    codes = set(study.unit["unit_code"])
    return [text if text in codes else names.get(bare_name(text), "") for text in table["township"]]


def _bases(study: Study, table: pd.DataFrame) -> list[str]:
    """The facility each run names as its base, by id or by a name that only one has."""
    facility = study.facility
    names: dict[str, list[str]] = {}
    for code, name in zip(facility["facility_id"], facility["name"], strict=True):
        names.setdefault(bare_name(name), []).append(code)
    codes = set(facility["facility_id"])
    out = []
    for text in table["base"]:
        fits = names.get(bare_name(text), []) if text else []
        out.append(text if text in codes else fits[0] if len(fits) == 1 else "")
    return out


def _rows(ids: "pd.Series[str]", known: "pd.Series[str]") -> Ints:
    """The row of each id among the known ones; -1 for none."""
    rows = {code: row for row, code in enumerate(known)}
    return np.array([rows.get(code, -1) for code in ids], dtype=np.int64)


def _placed(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Runs without a position stand at their village."""
    villages, at = study.demand, _rows(table["village"], study.demand["demand_id"])
    needs = table["lon"].isna().to_numpy() & (at >= 0)
    lon, lat = table["lon"].to_numpy(dtype=float).copy(), table["lat"].to_numpy(dtype=float).copy()
    lon[needs], lat[needs] = villages["lon"].to_numpy()[at[needs]], villages["lat"].to_numpy()[at[needs]]
    return table.assign(lon=lon, lat=lat)


def _units(study: Study, table: pd.DataFrame) -> "pd.Series[str]":
    """The township of each run: where it stands, else the one it names."""
    known = table["lon"].notna().to_numpy()
    if not known.any():
        return table["township"]
    inside = pd.Series("", index=table.index, dtype=object)
    inside.loc[known] = assign_units(table.loc[known], study.unit).to_numpy()
    return inside.where(inside.fillna("") != "", table["township"]).astype("str")


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


def _transfers(study: Study, back: Network, table: pd.DataFrame) -> Floats:
    """Minutes from each scene to the nearest hospital that can treat an emergency; NaN where there is none."""
    scene = back.snap(table["lon"].to_numpy(dtype=float), table["lat"].to_numpy(dtype=float))
    able = back.facility.take(hospital_rows(study, "emergency"))
    return nearest_times(back.graph, able, scene, back.assumptions)[0]


def _notes(table: pd.DataFrame, scene: Snapped, said: Ints) -> list[Problem]:
    counts = {
        "runs_without_place": int(table["lon"].isna().sum()),
        "runs_off_network": int((table["lon"].notna().to_numpy() & ~scene.on_network).sum()),
        "runs_without_base": int((said < 0).sum()),
        "runs_without_drive": int((table["drive_min"] <= 0).sum()),
    }
    whole = len(table)
    return [
        Problem(code, "warning", "records", params={"count": count, "whole": whole})
        for code, count in counts.items()
        if count
    ]
