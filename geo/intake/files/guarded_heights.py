"""Heights of strangers, read by child processes: this side never loads the raster library. Second floor: intake."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from geo.intake.files.cells import DEFAULT_LIMITS
from geo.intake.files.child import BROKE_DOWN, unreadable
from geo.intake.files.guard import guarded
from geo.model.desk import Answers
from geo.model.errors import RasterElsewhere
from geo.model.heights import Box, Heights
from geo.model.problems import Problem

IN_CHILD = "geo.intake.files.height_cells:heights_in_child"
HEIGHT_LIMITS = replace(DEFAULT_LIMITS, file_bytes=4 * 1024**3, memory_bytes=3 * 1024**3)


def guarded_heights(paths: Sequence[Path], box: Box, answers: Answers) -> tuple[Heights, list[Problem]]:
    """The heights of one file or of several tiles about a box, read in child processes, and what was filled.

    Where tiles overlap the first counts. Tiles that do not touch the box are passed over. Raises RasterElsewhere when
    none does, and as `geo.intake.files.guard.guarded`.
    """
    tiles, problems = [], []
    elsewhere: RasterElsewhere | None = None
    for path in paths:
        try:
            words, table = guarded(IN_CHILD, path, {"box": list(box), "crs": answers.get("crs", "")}, HEIGHT_LIMITS)
        except RasterElsewhere as error:
            elsewhere = error
            continue
        if table is None:
            raise unreadable(path, BROKE_DOWN)
        tiles.append(_heights(path, words, table))
        problems += _voids(path, words)
    if not tiles:
        raise elsewhere or unreadable(Path(), BROKE_DOWN)
    return _joined(tiles, box) if len(tiles) > 1 else tiles[0], problems


def _heights(path: Path, words: Mapping[str, object], table: pa.Table) -> Heights:
    frame, shape = words.get("frame"), words.get("shape")
    if not isinstance(frame, list) or not isinstance(shape, list) or shape[0] * shape[1] != len(table):
        raise unreadable(path, BROKE_DOWN)
    west, north, step_lon, step_lat = (float(v) for v in frame)
    metres = table.column(0).to_numpy().astype(np.float32).reshape(shape)
    return Heights(west, north, step_lon, step_lat, metres)


def _voids(path: Path, words: Mapping[str, object]) -> list[Problem]:
    cells, voids, left = (float(str(words.get(key))) for key in ("cells", "voids", "voids_left"))
    if not voids:
        return []
    params: dict[str, object] = {
        "name": path.name,
        "share_pct": round(100 * voids / cells, 2),
        "left_pct": round(100 * left / cells, 2),
    }
    return [Problem("height_voids", "warning", "heights", params=params)]


def _joined(tiles: list[Heights], box: Box) -> Heights:
    """One grid about the box, with the lines of the first tile."""
    first = tiles[0]
    west, south, east, north = box
    left = np.floor((west - first.west) / first.step_lon) * first.step_lon + first.west
    top = np.ceil((north - first.north) / first.step_lat) * first.step_lat + first.north
    lon = np.arange(left, east + first.step_lon, first.step_lon)
    lat = np.arange(top, south - first.step_lat, -first.step_lat)
    x, y = (v.ravel() for v in np.meshgrid(lon, lat))
    metres = np.full(len(x), np.nan)
    for tile in tiles:
        metres = np.where(np.isnan(metres), tile.at(x, y), metres)
    grid = metres.reshape(len(lat), len(lon)).astype(np.float32)
    return Heights(float(left), float(top), first.step_lon, first.step_lat, grid)
