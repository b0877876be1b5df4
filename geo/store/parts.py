"""A study as named bytes and back: tables as Parquet, roads as npz. Never pickles."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.model.inputs import Report, Study
from geo.model.links import no_links
from geo.model.problems import Problem
from geo.model.roads import Roads

_FRAMES = ("facility", "demand", "indicator", "link")
_MAPS = ("unit", "outline")
NAMES = (*_FRAMES, *_MAPS, "roads")


def to_bytes(study: Study, name: str) -> bytes:
    """One part of a study."""
    buffer = io.BytesIO()
    if name == "roads":
        np.savez(buffer, **{f.name: getattr(study.roads, f.name) for f in fields(Roads)})
    else:
        getattr(study, name).to_parquet(buffer, index=False)
    return buffer.getvalue()


def part_id(body: bytes) -> str:
    """The name of a part: equal content, equal name."""
    return hashlib.sha256(body).hexdigest()[:40]


def checked(body: bytes, name: str) -> bytes:
    """The part, if it is what its name says. Raises ValueError for bytes that changed on the disk."""
    if part_id(body) != name:
        raise ValueError(f"part {name} does not have the content it was stored with")
    return body


def from_bytes(
    bodies: Mapping[str, bytes], header: Mapping[str, Any], report: dict[str, Any], content_id: str
) -> Study:
    """The study whose parts these are. Raises ValueError, KeyError, OSError or BadZipFile for damaged bytes."""
    with np.load(io.BytesIO(bodies["roads"]), allow_pickle=False) as arrays:
        roads = Roads(**{f.name: arrays[f.name] for f in fields(Roads)})
    frames = {name: pd.read_parquet(io.BytesIO(bodies[name])) for name in _FRAMES if name in bodies}
    frames.setdefault("link", no_links())  # a version stored before studies had links
    if len(frames) < len(_FRAMES):
        raise KeyError(", ".join(sorted(set(_FRAMES) - frames.keys())))
    maps = {name: gpd.read_parquet(io.BytesIO(bodies[name])) for name in _MAPS}
    problems = tuple(Problem(**p) for p in report["problems"])
    return Study(
        header=header,
        roads=roads,
        report=Report(**{**report, "problems": problems}),
        content_id=content_id,
        **frames,
        **maps,
    )
