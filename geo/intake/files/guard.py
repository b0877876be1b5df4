"""Reads the files of strangers in a child process with limits. Second floor: intake, files → clean tables.

The child may use so much memory, time and disk and no more, works in a private folder, and has no network where the
system lets it give the network up. It hands back JSON and Arrow, never a pickle; a child that crashes, hangs or is
killed is one unreadable file and nothing else.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pyarrow as pa

from geo.intake.files.cells import LIST_LIMITS, Limits, Progress, demanding, no_progress
from geo.intake.files.child import BROKE_DOWN, CELLS, PROGRESS, WORDS, unreadable
from geo.intake.files.grids import IN_CHILD, grid_from
from geo.intake.files.raw import Reading, part_answer, raw_from
from geo.model.desk import Answers
from geo.model.errors import (
    N_,
    ChoiceUnknown,
    CrsMissing,
    FileMissing,
    FileTooDemanding,
    FileUnreadable,
    InputError,
    OutOfRange,
    RasterElsewhere,
    RasterEmpty,
    ReadingStopped,
    RoadsEmpty,
    TableEmpty,
    WorkFolderMissing,
)
from geo.model.phrases import Phrase, megabytes, phrase

_ROOT = Path(__file__).resolve().parents[3]
_START = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from geo.intake.files.child import main; main()"
_KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "WINDIR", "TZ")
_DRIVERS_OFF = (
    "OGR_VRT,VRT,WFS,OAPIF,CSW,HTTP,GMLAS,GML,GPX,KML,LIBKML,GeoRSS,SQLite,PostgreSQL,MySQL,ODBC,CSV,XLSX,ODS"
)
_OPTIONS = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve address space by the gigabyte
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "GDAL_NUM_THREADS": "1",
    "GDAL_CACHEMAX": "64",
    "GDAL_SKIP": _DRIVERS_OFF,
    "OGR_SKIP": _DRIVERS_OFF,
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "GDAL_HTTP_TIMEOUT": "1",
    "SHAPE_RESTORE_SHX": "NO",  # geo.intake.files.archives does it
    "PROJ_NETWORK": "OFF",
    "LC_ALL": "C.UTF-8",
}
_KINDS: tuple[type[InputError], ...] = (
    ChoiceUnknown, CrsMissing, FileMissing, FileTooDemanding, FileUnreadable, OutOfRange, RasterElsewhere, RasterEmpty,
    RoadsEmpty, TableEmpty,
)  # fmt: skip
_ERRORS: dict[str, type[InputError]] = {kind.code: kind for kind in _KINDS}
_POLL_S = 0.01
_CPU_KILLED, _MEMORY_KILLED = (-24,), (-6, -9)  # SIGXCPU; abort on a failed allocation, the system's own killer
_MOST_WORDS = 16 * 1024**2


class Guarded(NamedTuple):
    """What a child handed back: words out of JSON and a table out of Arrow, if it made one."""

    words: dict[str, object]
    table: pa.Table | None


def never() -> bool:
    """For callers that do not stop a reading."""
    return False


def guarded_noted(
    path: Path,
    answers: Answers,
    *,
    limits: Limits = LIST_LIMITS,
    should_stop: Callable[[], bool] = never,
    progress: Progress = no_progress,
) -> Reading:
    """`files.raw.read_noted`, with the bytes read in a child process within `limits`. Raises as `guarded` does."""
    payload = {"part": part_answer(answers)}
    words, cells = guarded(IN_CHILD, path, payload, limits, should_stop=should_stop, progress=progress)
    try:
        grid = grid_from(words, cells)
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(path, BROKE_DOWN) from error
    return raw_from(path, grid, answers)


def guarded(
    function: str,
    path: Path,
    payload: Mapping[str, object],
    limits: Limits,
    *,
    should_stop: Callable[[], bool] = never,
    progress: Progress = no_progress,
) -> Guarded:
    """What `function` ("package.module:name", a `Work`) makes of a file in a child process within `limits`.

    `payload` fits into JSON. `should_stop` is asked and `progress` told the rows read while the child works.

    Raises FileTooDemanding beyond a limit, FileUnreadable when the child crashes, ReadingStopped, WorkFolderMissing on
    a full disk, and the InputError that the function raised.
    """
    try:
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise FileMissing(path=path) from error
    if size > limits.file_bytes:
        raise demanding(path, megabytes(N_("more than {size} MB"), limits.file_bytes))
    with _work_folder() as folder:
        request = {"function": function, "path": str(path.resolve()), "payload": payload, "limits": asdict(limits)}
        status = _run(Path(folder), json.dumps(request), path, limits, should_stop, progress)
        return _answer(Path(folder), path, status, limits)


def _work_folder() -> "TemporaryDirectory[str]":
    try:
        return TemporaryDirectory(prefix="yida-work-")
    except OSError as error:  # FileNotFoundError where no folder can be written to, ENOSPC on a full disk
        raise WorkFolderMissing(path=tempfile.tempdir or "TMPDIR", detail=error.strerror) from error


def _run(
    folder: Path, request: str, path: Path, limits: Limits, should_stop: Callable[[], bool], progress: Progress
) -> int:
    """The child's exit status. It is killed when time is up or the caller wants no more of it."""
    child = subprocess.Popen(
        [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    try:
        _ask(child, request)
        end, told = time.monotonic() + limits.wall_s, 0
        while child.poll() is None:
            if should_stop():
                raise ReadingStopped(path=path)
            if time.monotonic() > end:
                raise demanding(path, phrase(N_("more than {seconds} s"), seconds=f"{limits.wall_s:g}"))
            told = _tell(folder, told, progress)
            with suppress(subprocess.TimeoutExpired):
                child.wait(_POLL_S)
        return child.returncode
    finally:
        child.kill()
        child.wait()


def _ask(child: "subprocess.Popen[bytes]", request: str) -> None:
    assert child.stdin is not None
    with suppress(BrokenPipeError), child.stdin as pipe:
        pipe.write(request.encode("utf-8"))


def _tell(folder: Path, told: int, progress: Progress) -> int:
    with suppress(OSError, ValueError):
        rows = int((folder / PROGRESS).read_text("ascii"))
        if rows != told:
            progress(rows)
            return rows
    return told


def _environment(folder: str | Path) -> dict[str, str]:
    """Nothing of ours but what a program needs to start: no passwords, no proxies, no search paths."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP", "HOME"), str(folder))
    return kept | own | _OPTIONS


def _answer(folder: Path, path: Path, status: int, limits: Limits) -> Guarded:
    words = _words(folder)
    if words is None:
        if status in _CPU_KILLED:
            raise demanding(path, phrase(N_("more than {seconds} s of computing"), seconds=limits.cpu_s))
        if status in _MEMORY_KILLED:
            raise demanding(path, megabytes(N_("more than {size} MB of memory"), limits.memory_bytes))
        raise unreadable(path, BROKE_DOWN)
    if "error" in words:
        raise _error(path, words)
    try:
        return Guarded(words, _table(folder / CELLS))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise unreadable(path, BROKE_DOWN) from error


def _table(file: Path) -> pa.Table | None:
    if not file.exists():
        return None
    with pa.OSFile(str(file)) as source:
        return pa.ipc.open_file(source).read_all()


def _words(folder: Path) -> dict[str, object] | None:
    try:
        if (folder / WORDS).stat().st_size > _MOST_WORDS:
            return None
        words = json.loads((folder / WORDS).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return words if isinstance(words, dict) else None


def _error(path: Path, words: Mapping[str, object]) -> InputError:
    """The child's error, of a kind that is known, with texts and phrases for parameters, about the file asked for."""
    kind = _ERRORS.get(str(words["error"]), FileUnreadable)
    params = words.get("params")
    told = {str(k): _param(v) for k, v in params.items()} if isinstance(params, dict) else {}
    with suppress(KeyError, IndexError, ValueError):
        return kind(**(told | {"path": path}))
    return unreadable(path, BROKE_DOWN)


def _param(value: object) -> str | Phrase:
    if isinstance(value, dict) and isinstance(value.get("params"), dict):
        return Phrase(str(value.get("text")), {str(k): str(v) for k, v in value["params"].items()})
    return str(value)
