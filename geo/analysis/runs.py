"""Observed intervals of ambulance runs, by township, beside the modelled drive. Third floor: analysis."""

import numpy as np
import pandas as pd

OBSERVED = ("handling_min", "turnout_min", "drive_min", "response_min")


def intervals_by_unit(runs: pd.DataFrame, threshold_min: float) -> pd.DataFrame:
    """Intervals of runs (columns unit_code, OBSERVED, modelled_min; NaN unknown) by township, and of all together.

    Columns: unit_code ("" for all), runs, of each OBSERVED its `_n`, `_median` and `_p90`, within (runs whose
    response, call to arrival, is at most the threshold) and within_n (of how many), both_n (runs with an observed and a
    modelled drive), observed_drive_median and modelled_drive_median of exactly these. Sorted by unit_code; all first.
    """
    parts = [("", runs), *runs[runs["unit_code"] != ""].groupby("unit_code", sort=True)]
    return pd.DataFrame([{"unit_code": code, **_one(part, threshold_min)} for code, part in parts])


def _one(runs: pd.DataFrame, threshold_min: float) -> dict[str, float]:
    out: dict[str, float] = {"runs": len(runs)}
    for name in OBSERVED:
        known = runs[name].dropna().to_numpy(dtype=float)
        out[f"{name}_n"] = len(known)
        out[f"{name}_median"] = float(np.median(known)) if len(known) else np.nan
        out[f"{name}_p90"] = float(np.percentile(known, 90)) if len(known) else np.nan
    both = runs[runs["drive_min"].notna() & runs["modelled_min"].notna()]
    out["within_n"] = int(runs["response_min"].notna().sum())
    out["within"] = int((runs["response_min"] <= threshold_min).sum())
    out["both_n"] = len(both)
    out["observed_drive_median"] = float(both["drive_min"].median()) if len(both) else np.nan
    out["modelled_drive_median"] = float(both["modelled_min"].median()) if len(both) else np.nan
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
