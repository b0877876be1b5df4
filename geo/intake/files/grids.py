"""Any allowed table or map layer as a `Grid` of text, here or out of a child process. Second floor: intake."""

import sys
from collections.abc import Mapping
from importlib.abc import MetaPathFinder
from pathlib import Path

import pyarrow as pa

from geo.intake.files.cells import Grid, Limits, Merge, Note, Part, Progress, demanding, no_progress
from geo.intake.files.sniffing import Format, sniff
from geo.model.errors import N_, FileUnreadable
from geo.model.phrases import megabytes, phrase

IN_CHILD = "geo.intake.files.grids:grid_words"  # what geo.intake.files.guard runs

_TABLES = (Format.CSV, Format.XLSX, Format.XLS)


def read_grid(path: Path, part: str, limits: Limits, progress: Progress = no_progress) -> Grid:
    """What a file holds as text; `part` names a sheet or layer, "" leaves it open.

    Raises FileMissing, FileUnreadable for anything off the allow list, FileTooDemanding.
    """
    kind = sniff(path)
    if path.stat().st_size > limits.file_bytes:
        raise demanding(path, megabytes(N_("more than {size} MB"), limits.file_bytes))
    # The readers are imported where they are needed: a child that reads a CSV must not wait for GDAL.
    if kind is Format.CSV:
        from geo.intake.files.delimited import read_delimited

        return read_delimited(path, limits, progress)
    if kind in _TABLES:
        from geo.intake.files.spreadsheets import read_workbook

        return read_workbook(path, kind, part, limits, progress)
    if kind.is_osm:
        told = phrase(N_("it is a {kind} file"), kind=kind)
        raise FileUnreadable(path=path, expected=N_("a table or a map layer"), detail=told)
    from geo.intake.files.layer_cells import read_layer_cells

    return read_layer_cells(path, kind, part, limits, progress)


class _WithoutPandas(MetaPathFinder):
    """pyarrow looks for pandas whenever it makes an array; importing it takes longer than reading a list."""

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def grid_words(
    path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress
) -> tuple[dict[str, object], pa.Table | None]:
    """`read_grid` for the child process: words that fit into JSON, and the cells."""
    if sniff(path) in _TABLES and "pandas" not in sys.modules:
        sys.meta_path.insert(0, _WithoutPandas())
    grid = read_grid(path, str(payload.get("part", "")), limits, progress)
    return words_of(grid), grid.cells


def words_of(grid: Grid) -> dict[str, object]:
    """Everything of a Grid but its cells, as words that fit into JSON."""
    return {
        "parts": grid.parts,
        "part": grid.part,
        "names": grid.names,
        "crs": grid.crs,
        "merges": grid.merges,
        "notes": grid.notes,
        "of_layers": grid.of_layers,
    }


def grid_from(words: Mapping[str, object], cells: pa.Table | None) -> Grid:
    """The Grid that `grid_words` took apart, after a way through JSON. Raises TypeError, ValueError when it is none."""
    parts = tuple(
        Part(str(name), bool(hidden), int(rows), tuple(tuple(map(str, row)) for row in preview))
        for name, hidden, rows, preview in _rows(words["parts"])
    )
    notes = tuple(Note(str(c), None if r is None else int(r), str(v)) for c, r, v in _rows(words["notes"]))
    merges = tuple(Merge(*map(int, m)) for m in _rows(words["merges"]))
    names = tuple(map(str, _rows(words["names"])))
    return Grid(parts, str(words["part"]), cells, names, str(words["crs"]), merges, notes, bool(words["of_layers"]))


def _rows(value: object) -> list[list[str]]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value
