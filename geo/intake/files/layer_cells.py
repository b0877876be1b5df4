"""Map layers as text cells, each feature's place in two columns. Second floor: intake, files → clean tables.

Points give their own place, other shapes a point on them. Whatever is wrong with one shape leaves only its own two
cells empty or odd.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from pyproj import CRS, Transformer

from geo.intake.files.cells import (
    PREVIEW_ROWS,
    Grid,
    Limits,
    Note,
    Part,
    Progress,
    demanding,
    gathered,
    no_progress,
    part_of,
)
from geo.intake.files.plain_layers import WGS84, Features, read_geojson, read_kml
from geo.intake.files.reading import GDAL_ERRORS, feature_count, gdal_features, read_layer, staged_layers
from geo.intake.files.sniffing import Format
from geo.model.errors import N_, FileUnreadable, broken
from geo.model.phrases import phrase
from geo.model.roads import Floats

LON, LAT = "lon", "lat"
NOT_POINTS = "shapes_as_points"  # a note that says nothing to who reads areas or lines
_AS_WGS84 = {("EPSG", "4326"), ("OGC", "CRS84"), ("EPSG", "4490")}  # equal at map scale: not to be moved by rounding

Shapes = npt.NDArray[np.object_]


def read_layer_cells(path: Path, kind: Format, part: str, limits: Limits, progress: Progress = no_progress) -> Grid:
    """The layer named `part` of a file, or its only one, else what can be chosen.

    Raises FileUnreadable, FileTooDemanding.
    """
    if kind in (Format.GEOJSON, Format.KML):
        found = read_geojson(path) if kind is Format.GEOJSON else read_kml(path)
        return _grid(path, "", found, limits, progress)
    try:
        return _gdal_grid(path, kind, part, limits, progress)
    except GDAL_ERRORS as error:
        raise FileUnreadable(path=path, expected=kind.value, detail=broken(error)) from error


def layer_shapes(path: Path, layer: str, crs: str, limits: Limits) -> Shapes:
    """The shapes of a layer in EPSG:4326, None where there is none, in the file's order.

    `layer` may be "" where there is one only; `crs` counts where the file states none. Raises FileTooDemanding and what
    `read_layer` does.
    """
    shapes: Shapes = read_layer(path, crs=crs or None, layer=layer or None).geometry.to_numpy()
    if len(shapes) > limits.rows:
        raise demanding(path, phrase(N_("more than {most} features"), most=limits.rows))
    return shapes


def _gdal_grid(path: Path, kind: Format, part: str, limits: Limits, progress: Progress) -> Grid:
    with staged_layers(path, kind) as layers:
        if not layers:
            raise FileUnreadable(path=path, expected=N_("a map layer"), detail=N_("it holds no layer with geometry"))
        name = part if part in layers else next(iter(layers)) if len(layers) == 1 else ""
        if name:
            found = gdal_features(path, layers[name], kind, name, most=limits.rows + 1)
            return _grid(path, name, found, limits, progress)
        return Grid(
            parts=tuple(_part(path, kind, n, staged, limits) for n, staged in sorted(layers.items())), of_layers=True
        )


def _part(path: Path, kind: Format, name: str, staged: Path, limits: Limits) -> Part:
    few = _grid(path, name, gdal_features(path, staged, kind, name, most=PREVIEW_ROWS), limits, no_progress)
    assert few.cells is not None
    part = part_of(name, few.cells)._replace(rows=feature_count(staged, kind, name))
    return part._replace(preview=(few.names[: len(part.preview[0]) if part.preview else None], *part.preview))


def _grid(path: Path, name: str, found: Features, limits: Limits, progress: Progress) -> Grid:
    columns = found.columns.drop(columns="geometry", errors="ignore")
    if len(columns.columns) + 2 > limits.columns:
        told = phrase(N_("{count} columns; {most} are allowed"), count=len(columns.columns), most=limits.columns)
        raise demanding(path, told)
    lon, lat = _places(found)
    texts = [columns.iloc[:, i].tolist() for i in range(len(columns.columns))]
    lines = enumerate(zip(*texts, lon, lat, strict=True), start=1)
    names = (*map(str, columns.columns), LON, LAT)
    cells = _full_width(gathered(path, ((n, (*row, ".")) for n, row in lines), limits, progress), len(names))
    others = sum(shape is not None and shape.geom_type != "Point" for shape in found.geometry)
    notes = (Note(NOT_POINTS, None, str(others)),) if others else ()
    return Grid(part=name, cells=cells, names=names, crs=_crs_name(found.crs), notes=notes, of_layers=True)


def _full_width(cells: pa.Table, width: int) -> pa.Table:
    """Without the column that kept features of blank cells from being left out."""
    return cells.select(range(min(width + 1, cells.num_columns)))


def _places(found: Features) -> tuple[list[str], list[str]]:
    """Longitude and latitude as text: degrees where the system is known, else as they stand in the file."""
    points = [_point(shape) for shape in found.geometry]
    known = [p is not None for p in points]
    x = np.array([p[0] if p else np.nan for p in points], dtype=np.float64)
    y = np.array([p[1] if p else np.nan for p in points], dtype=np.float64)
    if found.crs is not None and found.crs != WGS84 and found.crs.to_authority() not in _AS_WGS84:
        x, y = Transformer.from_crs(found.crs, WGS84, always_xy=True).transform(x, y)
    return _texts(x, known), _texts(y, known)


def _texts(values: Floats, known: list[bool]) -> list[str]:
    return [_number(v) if k else "" for v, k in zip(values.tolist(), known, strict=True)]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _point(shape: shapely.Geometry | None) -> tuple[float, float] | None:
    if shape is None or shape.is_empty:
        return None
    try:
        point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
        return (point.x, point.y) if point is not None and not point.is_empty else None
    except shapely.errors.ShapelyError:
        return None


def _crs_name(crs: CRS | None) -> str:
    if crs is None:
        return ""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name or "unnamed"
