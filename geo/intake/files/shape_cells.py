"""Areas, lines and roads of strangers' files, read inside the child of geo.intake.files.guard. Second floor: intake.

Shapes come from a map layer, or from WKT in a table: an outline longer than a spreadsheet's cell goes on in the cells
to its right. They leave here as WKB with every coordinate a number, areas made valid under the child's limits.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geo.intake.files.cells import ROW, Limits, Progress, demanding
from geo.intake.files.grids import read_grid, words_of
from geo.intake.files.layer_cells import Shapes, layer_shapes
from geo.intake.files.sniffing import Format, sniff
from geo.intake.osm import ways_from_osm
from geo.model.errors import N_
from geo.model.phrases import phrase
from geo.model.roads import Ways

MOST_VERTICES = 4_000_000
WKB = "wkb"  # the column of shapes
IS_OSM, IS_TABLE, REPAIRED = "is_osm", "is_table", "repaired"  # words of the answer
WAY_SCALARS = ("road_class", "access", "surface", "maxspeed_kph", "duration_min")
WAY_LISTS = ("node_id", "lon", "lat")
_TABLES = (Format.CSV, Format.XLSX, Format.XLS)
_WKT = re.compile(r"(multi)?(polygon|linestring)\s*z?\s*\(", re.IGNORECASE)

Words = tuple[dict[str, object], pa.Table | None]


def shaped_rows(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Words:
    """A file's rows as geo.intake.files.grids hands them over, with a column WKB more: null where a row has no shape.

    `payload`: "part" is the sheet or layer chosen, "crs" counts for layers that state none, "areas" asks for areas
    made valid; the rows whose areas had to be are the word REPAIRED. With "roads" an OSM extract gives its ways
    instead, under the word IS_OSM.

    Raises FileTooDemanding and what the readers raise.
    """
    kind = sniff(path)
    if kind.is_osm and payload.get("roads"):
        return {IS_OSM: True}, table_of_ways(ways_from_osm(path))
    grid = read_grid(path, str(payload.get("part", "")), limits, progress)
    words = words_of(grid) | {IS_TABLE: kind in _TABLES, REPAIRED: []}
    if grid.cells is None:
        return words, None
    shapes = (
        _written_shapes(grid.cells)
        if kind in _TABLES
        else layer_shapes(path, grid.part, str(payload.get("crs", "")), limits)
    )
    vertices = int(shapely.get_num_coordinates(shapes).sum())
    if vertices > MOST_VERTICES:
        raise demanding(path, phrase(N_("{count} corners; {most} are allowed"), count=vertices, most=MOST_VERTICES))
    shapes = np.array([s if _is_finite(s) else None for s in shapes], dtype=object)
    wrong = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes) & bool(payload.get("areas"))
    shapes[wrong] = _repaired(shapes[wrong])
    words[REPAIRED] = grid.cells.column(ROW).to_numpy()[wrong].tolist()
    return words, grid.cells.append_column(WKB, pa.array(shapely.to_wkb(shapes), pa.large_binary()))


def _repaired(shapes: Shapes) -> Shapes:
    """Valid areas of areas that cross themselves. Raises MemoryError where they cross too often."""
    try:
        made: Shapes = shapely.make_valid(shapes)
    except shapely.errors.GEOSException as error:
        if "bad_alloc" in str(error):
            raise MemoryError from error
        raise
    return made


def _is_finite(shape: shapely.Geometry | None) -> bool:
    return shape is not None and bool(np.isfinite(shapely.get_coordinates(shape)).all())


def _written_shapes(cells: pa.Table) -> Shapes:
    """The WKT of every row of a table."""
    texts = zip(*(column.to_pylist() for column in cells.columns[1:]), strict=True)
    wkt = np.array([next(_written(row), None) for row in texts], dtype=object)
    shapes: Shapes = shapely.from_wkt(wkt, on_invalid="ignore")
    return shapes


def _written(row: tuple[str, ...]) -> Iterator[str]:
    """The WKT that begins in a cell of the row and goes on until its brackets are closed."""
    for at, cell in enumerate(row):
        if _WKT.match(cell):
            text = cell
            for more in row[at + 1 :]:
                if text.count("(") <= text.count(")"):
                    break
                text += more
            yield text


# ---- an OSM extract --------------------------------------------------------------------------------------------


def table_of_ways(ways: Ways) -> pa.Table:
    """Ways as a table: a list of vertices and the attributes of each."""
    offset = pa.array(ways.offset, pa.int64())
    lists = {n: pa.LargeListArray.from_arrays(offset, pa.array(getattr(ways, n))) for n in WAY_LISTS}
    return pa.table(lists | {n: pa.array(getattr(ways, n)) for n in WAY_SCALARS})


def ways_of_table(table: pa.Table) -> Ways:
    """The Ways that `table_of_ways` took apart."""
    lists = {n: table.column(n).combine_chunks() for n in WAY_LISTS}
    columns = {n: a.flatten().to_numpy(zero_copy_only=False) for n, a in lists.items()}
    columns |= {n: table.column(n).to_numpy() for n in WAY_SCALARS}
    counts = lists["lon"].value_lengths().to_numpy(zero_copy_only=False)
    return Ways(offset=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), **columns)
