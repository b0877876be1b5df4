"""Heights of the land out of an SRTM tile (.hgt, or zipped) or a GeoTIFF. Second floor: intake, files → clean tables.

An SRTM tile is a square of big-endian numbers whose file name says its south-western corner; it is read as bytes. A
GeoTIFF is opened by GDAL's GTiff driver alone, as geo.intake.rasters does. Voids are filled from the heights around
them by inverse distance (GDAL's fill), as far as FILL_CELLS; how many there were is told.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from math import isqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from rasterio.errors import RasterioError
from rasterio.fill import fillnodata
from rasterio.transform import Affine

from geo.intake.files.archives import checked_members, inflated
from geo.intake.files.plain_layers import WGS84
from geo.intake.rasters import MAGIC, carried, check_size, check_tiff, opened_tiff, system_of, window_of
from geo.model.errors import N_, FileMissing, FileUnreadable, RasterElsewhere, broken
from geo.model.heights import Box, Heights
from geo.model.phrases import phrase
from geo.model.roads import Floats

EXPECTED = "an SRTM tile (.hgt or zipped .hgt) or a GeoTIFF of heights"
MOST_CELLS = 4_000_000  # kept of a county; finer grids are thinned
FILL_CELLS = 60  # how far a void is filled from its edge: 5 km of SRTM at 90 m
_LOWEST_M, _HIGHEST_M = -500.0, 9000.0  # outside these a number is no height on land
_HGT_NAME = re.compile(r"([NS])(\d{2})([EW])(\d{3})", re.IGNORECASE)
_HGT_SIDES = (1201, 3601)
_HGT_VOID = -32768
_HGT_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class Tile:
    """Heights about a box, and how many of its cells held none: before filling, and after."""

    heights: Heights
    cells: int
    voids: int
    voids_left: int


def heights_from(path: Path, box: Box, *, crs: str | None = None) -> Tile:
    """The heights of a file about a box, on a grid in degrees, voids filled.

    `crs` counts only for a GeoTIFF that names no system. Raises FileMissing, FileUnreadable, FileTooDemanding,
    CrsMissing, and RasterElsewhere when file and box do not touch.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
        if head in MAGIC:
            metres, affine, system = _geotiff(path, box, crs)
        else:
            metres, affine, system = _hgt(path, head), *_hgt_frame(path, head)
    except (RasterioError, ValueError, MemoryError) as error:
        raise FileUnreadable(path=path, expected=EXPECTED, detail=broken(error)) from error
    except OSError as error:
        raise FileMissing(path=path) from error
    return _about(path, metres, affine, system, box)


# ---- SRTM tiles ------------------------------------------------------------------------------------------------


def _hgt(path: Path, head: bytes) -> npt.NDArray[np.float32]:
    body = _unzipped(path) if head.startswith(b"PK") else path.read_bytes()
    side = isqrt(len(body) // 2)
    if side not in _HGT_SIDES or side * side * 2 != len(body):
        told = phrase(N_("{size} bytes are no square of 1201 or 3601"), size=len(body))
        raise FileUnreadable(path=path, expected=EXPECTED, detail=told)
    raw = np.frombuffer(body, dtype=">i2").reshape(side, side)
    return np.where(raw == _HGT_VOID, np.nan, raw).astype(np.float32)


def _hgt_frame(path: Path, head: bytes) -> tuple[Affine, CRS]:
    """The tile's frame, from its name: the corner it names is the centre of its south-western cell."""
    name = _member(path).filename if head.startswith(b"PK") else path.name
    hit = _HGT_NAME.match(Path(name).name)
    if hit is None:
        detail = phrase(N_("{name} does not say its corner, as N42E001.hgt does"), name=Path(name).name)
        raise FileUnreadable(path=path, expected=EXPECTED, detail=detail)
    south = int(hit[2]) * (1 if hit[1].upper() == "N" else -1)
    west = int(hit[4]) * (1 if hit[3].upper() == "E" else -1)
    size = _member(path).file_size if head.startswith(b"PK") else path.stat().st_size
    step = 1 / (isqrt(size // 2) - 1)
    return Affine(step, 0, west - step / 2, 0, -step, south + 1 + step / 2), CRS.from_user_input(WGS84)


def _member(path: Path) -> zipfile.ZipInfo:
    try:
        with zipfile.ZipFile(path) as archive:
            members = checked_members(path, archive, EXPECTED, _HGT_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise FileUnreadable(path=path, expected=EXPECTED, detail=broken(error)) from error
    tiles = [m for m in members if m.filename.lower().endswith(".hgt")]
    if len(tiles) != 1:
        told = phrase(N_("{count} .hgt files inside; one is expected"), count=len(tiles))
        raise FileUnreadable(path=path, expected=EXPECTED, detail=told)
    return tiles[0]


def _unzipped(path: Path) -> bytes:
    body = io.BytesIO()
    for chunk in inflated(path, _member(path), EXPECTED):
        body.write(chunk)
    return body.getvalue()


# ---- GeoTIFF ---------------------------------------------------------------------------------------------------


def _geotiff(path: Path, box: Box, crs: str | None) -> tuple[npt.NDArray[np.float32], Affine, CRS]:
    check_tiff(path)
    with opened_tiff(path) as raster:
        system = system_of(path, raster, crs)
        window = window_of(path, raster, shapely.box(*box), Transformer.from_crs(WGS84, system, always_xy=True))
        check_size(path, raster, 1, window)
        raw = raster.read(1, window=window)
        metres = raw.astype(np.float32) * np.float32(raster.scales[0]) + np.float32(raster.offsets[0])
        if raster.nodatavals[0] is not None:
            metres[raw == raster.nodatavals[0]] = np.nan
        whole = raster.transform
        left, top = carried(whole, np.array(window.col_off), np.array(window.row_off))
        affine = Affine(whole.a, whole.b, float(left), whole.d, whole.e, float(top))
    metres[~((metres > _LOWEST_M) & (metres < _HIGHEST_M))] = np.nan
    return metres, affine, system


# ---- both ------------------------------------------------------------------------------------------------------


def _about(path: Path, metres: npt.NDArray[np.float32], affine: Affine, system: CRS, box: Box) -> Tile:
    """The heights on a grid in degrees about the box; the grid's lines are the file's own where it is in degrees."""
    lon, lat = _lines(affine, system, metres.shape, box)
    if not len(lon) or not len(lat):
        frame = (affine.c, affine.f + affine.e * metres.shape[0], affine.c + affine.a * metres.shape[1], affine.f)
        boxes = (" ".join(f"{v:.3f}" for v in b) for b in (frame, box))
        raise RasterElsewhere(path=path, raster=next(boxes), outline=next(boxes))
    into = Transformer.from_crs(WGS84, system, always_xy=True)
    at_lon, at_lat = (v.ravel() for v in np.meshgrid(lon, lat))
    x, y = into.transform(at_lon, at_lat)
    column, row = (v.reshape(len(lat), len(lon)) - 0.5 for v in carried(~affine, np.asarray(x), np.asarray(y)))
    whole = fillnodata(np.nan_to_num(metres), mask=np.isfinite(metres), max_search_distance=FILL_CELLS)
    known = _sampled(np.isfinite(metres).astype(np.float32), column, row) > 0.5
    grid = _sampled(whole, column, row)
    far = np.isfinite(metres) | (whole != 0)  # GDAL leaves what it does not reach at the 0 it was given
    grid[~(_sampled(far.astype(np.float32), column, row) > 0.5)] = np.nan
    heights = Heights(float(lon[0]), float(lat[0]), float(lon[1] - lon[0]), float(lat[0] - lat[1]), grid)
    inside = int(np.isfinite(column).sum())
    return Tile(heights, inside, inside - int(known.sum()), int(np.isnan(grid).sum()))


def _lines(affine: Affine, system: CRS, shape: tuple[int, ...], box: Box) -> tuple[Floats, Floats]:
    """Longitudes and latitudes (north first) of a grid about the box, as fine as the file, within it if in degrees."""
    west, south, east, north = box
    if system.is_geographic and affine.b == 0 == affine.d:
        first, top = affine.c + affine.a / 2, affine.f + affine.e / 2
        step_lon, step_lat = affine.a, -affine.e
        left, right = np.floor((west - first) / step_lon), np.ceil((east - first) / step_lon)
        upper, lower = np.floor((top - north) / step_lat), np.ceil((top - south) / step_lat)
        columns = np.arange(max(left, 0), min(right, shape[1] - 1) + 1)
        rows = np.arange(max(upper, 0), min(lower, shape[0] - 1) + 1)
        thin = max(1, int(np.ceil(np.sqrt(len(columns) * len(rows) / MOST_CELLS))))
        if min(len(columns), len(rows)) < 2 * thin:
            return np.empty(0), np.empty(0)
        return first + columns[::thin] * step_lon, top - rows[::thin] * step_lat
    middle = (west + east) / 2, (south + north) / 2
    back = Transformer.from_crs(WGS84, system, always_xy=True)
    x, y = back.transform([middle[0], middle[0] + 1e-3, middle[0]], [middle[1], middle[1], middle[1] + 1e-3])
    cell = float(np.sqrt(abs(affine.a * affine.e - affine.b * affine.d)))
    step_lon, step_lat = (1e-3 * cell / np.hypot(x[i] - x[0], y[i] - y[0]) for i in (1, 2))
    wider = max(1.0, float(np.sqrt((east - west) / step_lon * (north - south) / step_lat / MOST_CELLS)))
    step_lon, step_lat = step_lon * wider, step_lat * wider
    return np.arange(west, east + step_lon, step_lon), np.arange(north, south - step_lat, -step_lat)


def _sampled(grid: npt.NDArray[np.float32], column: Floats, row: Floats) -> npt.NDArray[np.float32]:
    """Values between the centres of cells, straight-lined; NaN off the grid."""
    at = Heights(0.0, 0.0, 1.0, 1.0, grid).at(column.ravel(), -row.ravel())
    return at.reshape(column.shape).astype(np.float32)
