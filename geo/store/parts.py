"""A study as named bytes and back: tables as Parquet, roads and heights as npz. Never pickles."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.model.heights import Heights
from geo.model.inputs import Report, Study
from geo.model.problems import Problem
from geo.model.roads import Roads
from geo.model.schema import CATALOGUE, LINK, Column, empty

_FRAMES = ("facility", "demand", "indicator")
_MAPS = ("unit", "outline")
NAMES = (*_FRAMES, *_MAPS, "roads")
_HEIGHTS = "heights"  # a part of studies that have them
_VERTEX_HEIGHT = "vertex_height_m"
# Came later: versions of older programs lack them, so they are stored only when they hold something.
_SINCE: dict[str, dict[str, Column]] = {"catalogue": CATALOGUE, "link": LINK}


def names_of(study: Study) -> tuple[str, ...]:
    """The parts that a study has."""
    later = [name for name in _SINCE if len(getattr(study, name))]
    return (*NAMES, *later, *([] if study.heights is None else [_HEIGHTS]))


def all_bytes(study: Study) -> dict[str, bytes]:
    """Every part of a study that has to be stored."""
    return {name: to_bytes(study, name) for name in names_of(study)}


def to_bytes(study: Study, name: str) -> bytes:
    """One part of a study."""
    buffer = io.BytesIO()
    if name == "roads":
        kept = [f.name for f in fields(Roads) if f.name != _VERTEX_HEIGHT or study.roads.has_heights]
        np.savez(buffer, **{column: getattr(study.roads, column) for column in kept})
    elif name == _HEIGHTS:
        known = study.heights
        np.savez_compressed(buffer, **({} if known is None else vars(known)))
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
        # Studies stored before roads had heights lack that array, and so do those without any.
        held = [f.name for f in fields(Roads) if f.name != _VERTEX_HEIGHT or f.name in arrays]
        roads = Roads(**{column: arrays[column] for column in held})
    frames = {name: pd.read_parquet(io.BytesIO(bodies[name])) for name in _FRAMES}
    frames |= {
        name: pd.read_parquet(io.BytesIO(bodies[name])) if name in bodies else empty(columns)
        for name, columns in _SINCE.items()
    }
    maps = {name: gpd.read_parquet(io.BytesIO(bodies[name])) for name in _MAPS}
    problems = tuple(Problem(**p) for p in report["problems"])
    return Study(
        header=header,
        roads=roads,
        report=Report(**{**report, "problems": problems}),
        content_id=content_id,
        heights=_heights(bodies[_HEIGHTS]) if _HEIGHTS in bodies else None,
        **frames,
        **maps,
    )


def _heights(body: bytes) -> Heights:
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        frame = {name: float(arrays[name]) for name in ("west", "north", "step_lon", "step_lat")}
        return Heights(**frame, metres=arrays["metres"])
