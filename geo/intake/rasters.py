"""People per cell of a GeoTIFF as demand points, the total kept. Second floor: intake, files → clean tables.

The file is told by its magic bytes, staged alone in a private folder and opened by GDAL's GTiff driver only; it is read
window by window, so neither a raster of the whole country nor a lying header costs more than one block of memory.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from pyproj import CRS, Transformer
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.transform import Affine
from rasterio.windows import Window
from scipy.spatial import cKDTree

from geo.intake.files.plain_layers import WGS84
from geo.intake.files.reading import known_crs
from geo.model.errors import (
    N_,
    ChoiceUnknown,
    CrsMissing,
    FileMissing,
    FileTooDemanding,
    FileUnreadable,
    OutOfRange,
    RasterElsewhere,
    RasterEmpty,
    TableEmpty,
    broken,
)
from geo.model.phrases import phrase
from geo.model.problems import Problem
from geo.model.projection import metric_crs, to_degrees, to_metric
from geo.model.roads import Floats
from geo.model.schema import DEMAND, conform

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")  # TIFF and BigTIFF, either byte order
MOST_CELLS = 50_000_000  # about the outline; a county at 100 m has fewer than a million
MOST_BLOCK_BYTES = 64 * 1024**2  # GDAL inflates a whole block to read one cell of it
WINDOW_CELLS = 1_000_000  # read at once
CACHE_MB = 96  # more than one block, so that none is inflated twice
CELL_M = 1000.0
LEAST_CELL_M, MOST_CELL_M = 10.0, 50_000.0
EDGE_POINTS = 21  # along each side of the outline's box when it is carried into the raster's system
TIE_DECIMALS = 3  # millimetres: villages so equally near count as equally near
WHOLE_PCT = 99.5  # an outline covered to this share counts as covered

_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # no .aux.xml, .ovr or .tfw beside the file
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_CACHEMAX": CACHE_MB,
    "VRT_SHARED_SOURCE": 0,
}


Strip = tuple[Floats, Floats, Floats]  # inhabited cells inside the outline: longitude, latitude, people
Gather = Callable[[Iterator[Strip]], pd.DataFrame]


@dataclass
class _LeftOut:
    """Counted while the strips are read."""

    empty: int = 0  # cells without a value
    negative: int = 0
    covered_pct: float = 100.0  # of the outline


def demand_from_raster(
    path: Path,
    outline: gpd.GeoDataFrame,
    *,
    cell_m: float = CELL_M,
    villages: pd.DataFrame | None = None,
    crs: str | None = None,
    band: int | None = None,
) -> tuple[pd.DataFrame, list[Problem]]:
    """Table DEMAND of a GeoTIFF of people per cell, inside the outline, and what was left out.

    A cell counts, wholly, when its centre is inside the outline or on its edge; no value, NaN and numbers below 0 are
    left out and counted. Without `villages` the cells are gathered into blocks of `cell_m` metres, each placed at its
    people's centre of gravity; with them (table DEMAND) each cell goes to the nearest village, whose own population is
    replaced (its older people become unknown). Either way the sum of `population` is the sum of the cells.

    `crs` counts only where the file names no system, `band` (from 1) where it has several.

    Raises FileMissing, FileUnreadable, FileTooDemanding, CrsMissing, ChoiceUnknown, RasterElsewhere, RasterEmpty when
    nobody lives inside, TableEmpty when there is no village, OutOfRange for `cell_m`.
    """
    if not LEAST_CELL_M <= cell_m <= MOST_CELL_M:
        raise OutOfRange(what="cell size in metres", low=LEAST_CELL_M, high=MOST_CELL_M, value=cell_m)
    check_tiff(path)
    border = shapely.union_all(outline.to_crs(WGS84).geometry.to_numpy())
    shapely.prepare(border)
    gather: Gather = partial(_blocks, border=border, cell_m=cell_m)
    if villages is not None:
        gather = partial(_to_villages, villages=_placed(villages, path))
    left = _LeftOut()
    try:
        with opened_tiff(path) as raster:
            table = gather(_strips(path, raster, border, crs, band, left))
    except (RasterioError, OSError, ValueError, MemoryError) as error:
        raise FileUnreadable(path=path, expected=N_("a GeoTIFF"), detail=broken(error)) from error
    if not table["population"].sum() > 0:
        raise RasterEmpty(path=path, refused=left.empty + left.negative)
    table = table.assign(population_type="raster", source=path.name)
    return conform(table, DEMAND, path=str(path), name="demand"), _problems(left, table)


def _problems(left: _LeftOut, table: pd.DataFrame) -> list[Problem]:
    found = []
    if left.empty or left.negative:
        params: dict[str, object] = {"count": left.empty + left.negative, "negative": left.negative}
        found.append(Problem("raster_cells_left_out", "warning", "demand", params=params))
    if left.covered_pct < WHOLE_PCT:
        share: dict[str, object] = {"share_pct": round(left.covered_pct, 1)}
        found.append(Problem("raster_partial", "warning", "demand", params=share))
    idle = int((table["population"] == 0).sum())
    if idle:
        found.append(Problem("villages_without_people", "warning", "demand", params={"count": idle}))
    return found


# ---- the file --------------------------------------------------------------------------------------------------


def check_tiff(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as error:
        raise FileMissing(path=path) from error
    if head not in MAGIC:
        raise FileUnreadable(path=path, expected=N_("a GeoTIFF"), detail=N_("it does not begin as a TIFF file does"))


@contextmanager
def opened_tiff(path: Path) -> Iterator[DatasetReader]:
    """The file under a name of our own in a folder that holds nothing else, by a link: rasters are large."""
    with TemporaryDirectory(prefix="yida-") as folder, rasterio.Env(**_OPTIONS):
        staged = Path(folder) / "people.tif"
        staged.symlink_to(path.resolve())
        with rasterio.open(staged, driver="GTiff") as raster:
            yield raster


def _strips(
    path: Path, raster: DatasetReader, border: shapely.Geometry, crs: str | None, band: int | None, left: _LeftOut
) -> Iterator[Strip]:
    """The inhabited cells inside the border, strip by strip; what is left out is counted into `left`."""
    system = system_of(path, raster, crs)
    band = _band(path, raster, band)
    into = Transformer.from_crs(system, WGS84, always_xy=True)
    window = window_of(path, raster, border, Transformer.from_crs(WGS84, system, always_xy=True))
    check_size(path, raster, band, window)
    left.covered_pct = _covered_pct(raster, border, into)
    for part in _parts(window, raster.block_shapes[band - 1][0]):
        yield _inhabited(raster, band, part, into, border, left)


def system_of(path: Path, raster: DatasetReader, crs: str | None) -> CRS:
    if raster.transform.is_identity:
        raise FileUnreadable(path=path, expected=N_("a GeoTIFF"), detail=N_("it does not say where on earth it is"))
    if raster.crs:
        return CRS.from_wkt(raster.crs.to_wkt())
    if not crs:
        raise CrsMissing(path=path)
    return known_crs(crs)


def _band(path: Path, raster: DatasetReader, band: int | None) -> int:
    if band is None and raster.count == 1:
        return 1
    if band is None or not 1 <= band <= raster.count:
        choices = f"1–{raster.count}"
        what, none = phrase(N_("band of {path}:"), path=path), phrase(N_("(none named)"))
        raise ChoiceUnknown(what=what, value=band or none, choices=choices)
    return band


def check_size(path: Path, raster: DatasetReader, band: int, window: Window) -> None:
    cells = int(window.width) * int(window.height)
    if cells > MOST_CELLS:
        told = phrase(N_("{count} cells about the outline; {most} are allowed"), count=cells, most=MOST_CELLS)
        raise FileTooDemanding(path=path, detail=told)
    height, width = raster.block_shapes[band - 1]
    shared = raster.count if raster.interleaving and raster.interleaving.name == "pixel" else 1
    size = height * width * shared * np.dtype(raster.dtypes[band - 1]).itemsize
    if size > MOST_BLOCK_BYTES:
        told = phrase(N_("blocks of {size} bytes; {most} are allowed"), size=size, most=MOST_BLOCK_BYTES)
        raise FileTooDemanding(path=path, detail=told)


def window_of(path: Path, raster: DatasetReader, border: shapely.Geometry, into: Transformer) -> Window:
    """The part of the raster that holds the border's box. Raises RasterElsewhere when there is none."""
    west, south, east, north = border.bounds
    along, across = np.linspace(west, east, EDGE_POINTS), np.linspace(south, north, EDGE_POINTS)
    lon, lat = (v.ravel() for v in np.meshgrid(along, across))
    x, y = into.transform(lon, lat)
    good = np.isfinite(x) & np.isfinite(y)
    column, row = carried(~raster.transform, np.asarray(x)[good], np.asarray(y)[good])
    if good.any():
        # one cell more on every side: the box is only sampled
        left, right = max(0, int(np.floor(column.min())) - 1), min(raster.width, int(np.ceil(column.max())) + 1)
        top, bottom = max(0, int(np.floor(row.min())) - 1), min(raster.height, int(np.ceil(row.max())) + 1)
        if left < right and top < bottom:
            return Window(left, top, right - left, bottom - top)
    boxes = (" ".join(f"{v:.3f}" for v in box) for box in (raster.bounds, border.bounds))
    raise RasterElsewhere(path=path, raster=next(boxes), outline=next(boxes))


def carried(affine: Affine, u: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Columns and rows to the raster's coordinates, or back by the inverse."""
    return affine.a * u + affine.b * v + affine.c, affine.d * u + affine.e * v + affine.f


def _parts(window: Window, block_height: int) -> Iterator[Window]:
    """The window in strips of about WINDOW_CELLS, of whole rows of blocks where these are not taller than that."""
    top, bottom, width = int(window.row_off), int(window.row_off + window.height), int(window.width)
    whole = WINDOW_CELLS // (width * block_height) * block_height
    rows = whole or max(1, WINDOW_CELLS // width)
    at = top
    while at < bottom:
        end = min(bottom, (at // rows + 1) * rows)
        yield Window(window.col_off, at, width, end - at)
        at = end


def _inhabited(
    raster: DatasetReader, band: int, part: Window, into: Transformer, border: shapely.Geometry, left: _LeftOut
) -> Strip:
    """The cells of one strip with people in them. Cells that are plainly 0 are passed over, which saves the most."""
    raw = raster.read(band, window=part)
    people = raw.astype(np.float64) * raster.scales[band - 1] + raster.offsets[band - 1]
    nodata = raster.nodatavals[band - 1]
    empty = ~np.isfinite(people) if nodata is None else ~np.isfinite(people) | (raw == nodata)
    row, column = np.nonzero(empty | (people != 0))
    x, y = carried(raster.transform, column + part.col_off + 0.5, row + part.row_off + 0.5)
    lon, lat = (np.asarray(v) for v in into.transform(x, y))
    inside = np.isfinite(lon) & np.isfinite(lat)
    inside[inside] = shapely.intersects_xy(border, lon[inside], lat[inside])
    people, empty, lon, lat = people[row, column][inside], empty[row, column][inside], lon[inside], lat[inside]
    left.empty += int(empty.sum())
    left.negative += int((~empty & (people < 0)).sum())
    kept = ~empty & (people > 0)
    return lon[kept], lat[kept], people[kept]


def _covered_pct(raster: DatasetReader, border: shapely.Geometry, into: Transformer) -> float:
    """The share of the border's area that lies on the raster, in per cent; its edge is carried over by points."""
    t = np.linspace(0, 1, EDGE_POINTS)
    column = np.concatenate([t, np.ones_like(t), 1 - t, np.zeros_like(t)]) * raster.width
    row = np.concatenate([np.zeros_like(t), t, np.ones_like(t), 1 - t]) * raster.height
    lon, lat = into.transform(*carried(raster.transform, column, row))
    if not np.isfinite([lon, lat]).all():
        return 100.0  # a raster of the whole earth in a system that does not hold it all
    frame = shapely.make_valid(shapely.polygons(np.column_stack([lon, lat])))
    return 100 * float(shapely.area(shapely.intersection(frame, border)) / shapely.area(border))


# ---- cells to demand points ------------------------------------------------------------------------------------


def _blocks(strips: Iterator[Strip], border: shapely.Geometry, cell_m: float) -> pd.DataFrame:
    """Cells gathered by squares of a grid in a local metric projection, whose lines are multiples of `cell_m`."""
    crs = metric_crs(border.bounds[0::2], border.bounds[1::2])
    sums = [_block_sums(*to_metric(lon, lat, crs), people, cell_m) for lon, lat, people in strips]
    blocks = pd.concat(sums).groupby(["east", "north"], sort=True, as_index=False).sum()
    at_lon, at_lat = to_degrees(blocks["x"] / blocks["people"], blocks["y"] / blocks["people"], crs)
    corner = (blocks[["east", "north"]] * cell_m).round().astype("int64").astype("str")
    return pd.DataFrame(
        {
            "demand_id": "block-" + corner["east"] + "-" + corner["north"],
            "name": corner["east"] + " E, " + corner["north"] + " N",
            "lon": at_lon,
            "lat": at_lat,
            "population": blocks["people"],
        }
    )


def _block_sums(x: Floats, y: Floats, people: Floats, cell_m: float) -> pd.DataFrame:
    """People of each block, and their places weighted with them, so that strips can be added up."""
    cells = {"east": x // cell_m, "north": y // cell_m, "people": people, "x": x * people, "y": y * people}
    return pd.DataFrame(cells).groupby(["east", "north"], sort=False, as_index=False).sum()


def _placed(villages: pd.DataFrame, path: Path) -> pd.DataFrame:
    known = villages.dropna(subset=["lon", "lat"]).sort_values("demand_id", kind="stable", ignore_index=True)
    if known.empty:
        raise TableEmpty(path=path, table="village", refused=len(villages))
    return known


def _to_villages(strips: Iterator[Strip], villages: pd.DataFrame) -> pd.DataFrame:
    """The villages with the people of the cells nearest to each; of villages equally near, the lower demand_id."""
    crs = metric_crs(villages["lon"], villages["lat"])
    tree = cKDTree(np.column_stack(to_metric(villages["lon"], villages["lat"], crs)))
    count = np.zeros(len(villages))
    for lon, lat, people in strips:
        metres, found = tree.query(np.column_stack(to_metric(lon, lat, crs)), k=[1, 2])  # no second: infinitely far
        near, far = np.asarray(found).T
        tie = np.equal(*np.round(np.asarray(metres), TIE_DECIMALS).T)
        count += np.bincount(np.where(tie, np.minimum(near, far), near), weights=people, minlength=len(villages))
    return villages.assign(population=count, population_65_plus=np.nan, year="")
