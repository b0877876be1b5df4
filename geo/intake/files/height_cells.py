"""Heights read inside the child of geo.intake.files.guard. Second floor: intake, files → clean tables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from geo.intake.files.cells import Limits, Progress
from geo.intake.heights import heights_from


def heights_in_child(
    path: Path, payload: Mapping[str, Any], _limits: Limits, _progress: Progress
) -> tuple[dict[str, object], pa.Table]:
    """`heights_from` for the child process. `payload`: "box" is west, south, east, north; "crs" as there."""
    west, south, east, north = (float(v) for v in payload["box"])
    tile = heights_from(path, (west, south, east, north), crs=payload["crs"] or None)
    found = tile.heights
    words: dict[str, object] = {
        "frame": [found.west, found.north, found.step_lon, found.step_lat],
        "shape": list(found.metres.shape),
        "cells": tile.cells,
        "voids": tile.voids,
        "voids_left": tile.voids_left,
    }
    return words, pa.table({"metres": found.metres.ravel()})
