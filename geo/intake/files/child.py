"""The child's side of files.guard: one request, one answer, under limits it cannot lift. Second floor: intake."""

import importlib
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from geo.intake.files.cells import Limits, Progress, demanding
from geo.model.errors import N_, FileUnreadable, YidaError, broken
from geo.model.phrases import Phrase, megabytes

Work = Callable[[Path, Mapping[str, object], Limits, Progress], tuple[dict[str, object], pa.Table | None]]

WORDS, CELLS, PROGRESS = "answer.json", "answer.arrow", "progress"
BROKE_DOWN = N_("the reader broke down on it")
_GRACE_S = 2  # between the signal that tells the parent and the one that cannot be caught
_TOO_LARGE = 27  # EFBIG


def unreadable(path: Path, detail: str | Phrase) -> FileUnreadable:
    return FileUnreadable(path=path, expected=N_("a table or a map layer"), detail=detail)


def main() -> None:
    """Reads a request from standard input, does the work under its limits, writes the answer into the folder."""
    request = json.loads(sys.stdin.buffer.read())
    limits, path = Limits(**request["limits"]), Path(request["path"])
    _leave_network()
    _set_limits(limits)
    try:
        module, _, name = str(request["function"]).partition(":")
        work: Work = getattr(importlib.import_module(module), name)
        words, table = work(path, request["payload"], limits, _write_progress)
        if table is not None:
            _write_table(table)
    except BaseException as error:
        words = _told(path, limits, error)
    Path(WORDS).write_text(json.dumps(words), "utf-8")


def _told(path: Path, limits: Limits, error: BaseException) -> dict[str, object]:
    """An error as words: ours as it is, others by what they mean for the file."""
    if isinstance(error, MemoryError):
        error = demanding(path, megabytes(N_("more than {size} MB of memory"), limits.memory_bytes))
    elif isinstance(error, OSError) and error.errno == _TOO_LARGE:
        error = demanding(path, N_("more room on disk than a table of its size needs"))
    elif not isinstance(error, YidaError):
        error = unreadable(path, broken(error))
    params = {name: asdict(v) if isinstance(v, Phrase) else str(v) for name, v in error.params.items()}
    return {"error": error.code, "params": params}


def _write_table(table: pa.Table) -> None:
    with pa.OSFile(CELLS, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _write_progress(rows: int) -> None:
    Path(PROGRESS).write_text(str(rows), "ascii")


def _set_limits(limits: Limits) -> None:
    """Limits of the operating system; where it has none (Windows) only the time is watched, by the parent."""
    try:
        import resource
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": limits.memory_bytes,
        "RLIMIT_FSIZE": limits.written_bytes,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
    }
    for name, value in wanted.items():
        with suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + _GRACE_S))


def _leave_network() -> None:
    """Into a network namespace without any way out, where Linux permits; else the reader's own options must do."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    new_user, new_net = 0x10000000, 0x40000000
    with suppress(OSError, AttributeError):
        unshare = ctypes.CDLL(None, use_errno=True).unshare
        if unshare(new_net) != 0:
            unshare(new_user | new_net)
