"""Observed intervals of ambulance runs, by township, beside the modelled ones. Third floor: analysis."""

import numpy as np
import pandas as pd

from geo.model.clock import Clock

INTERVALS = ("handling", "turnout", "drive", "response", "transfer", "whole")


def intervals_by_unit(runs: pd.DataFrame, threshold_min: float, clock: Clock) -> pd.DataFrame:
    """Intervals of runs by township, and of all together, beside those of the model.

    `runs` has unit_code, the INTERVALS as `drive_min` …, and the modelled legs modelled_min (the drive to the scene)
    and modelled_transfer_min (from there to hospital); NaN unknown. The other modelled intervals are the clock's.

    Columns: unit_code ("" for all), runs, within (runs whose response, call to arrival, is at most the threshold) and
    within_n (of how many); of each interval `drive_min_n`, `_median` and `_p90` of all runs that know it, and
    both_drive_n (runs with an observed and a modelled one), observed_drive_median and modelled_drive_median of exactly
    these. Sorted by unit_code; all first.
    """
    told = runs.assign(**_modelled(runs, clock))
    parts = [("", told), *told[told["unit_code"] != ""].groupby("unit_code", sort=True)]
    return pd.DataFrame([{"unit_code": code, **_one(part, threshold_min)} for code, part in parts])


def _modelled(runs: pd.DataFrame, clock: Clock) -> "dict[str, float | pd.Series[float]]":
    """The column modelled_… of every interval, from the call whenever the clock starts."""
    response = clock.call_handling_min + clock.turnout_min + runs["modelled_min"]
    return {
        "modelled_handling": clock.call_handling_min,
        "modelled_turnout": clock.turnout_min,
        "modelled_drive": runs["modelled_min"],
        "modelled_response": response,
        "modelled_transfer": runs["modelled_transfer_min"],
        "modelled_whole": response + clock.on_scene_min + runs["modelled_transfer_min"],
    }


def _one(runs: pd.DataFrame, threshold_min: float) -> dict[str, float]:
    out: dict[str, float] = {"runs": len(runs)}
    out["within_n"] = int(runs["response_min"].notna().sum())
    out["within"] = int((runs["response_min"] <= threshold_min).sum())
    for name in INTERVALS:
        known = runs[f"{name}_min"].dropna().to_numpy(dtype=float)
        out[f"{name}_min_n"] = len(known)
        out[f"{name}_min_median"] = float(np.median(known)) if len(known) else np.nan
        out[f"{name}_min_p90"] = float(np.percentile(known, 90)) if len(known) else np.nan
        both = runs[[f"{name}_min", f"modelled_{name}"]].dropna()
        out[f"both_{name}_n"] = len(both)
        out[f"observed_{name}_median"], out[f"modelled_{name}_median"] = both.median()
    return out


def errors(observed: "np.ndarray", modelled: "np.ndarray") -> dict[str, float]:
    """How far modelled minutes are from observed ones: mean_min (modelled less observed), absolute_min,
    root_square_min."""
    off = np.asarray(modelled, dtype=float) - np.asarray(observed, dtype=float)
    return {
        "mean_min": float(off.mean()),
        "absolute_min": float(np.abs(off).mean()),
        "root_square_min": float(np.sqrt((off**2).mean())),
    }
