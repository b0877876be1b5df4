"""Work that a child of geo.intake.files.guard must not get away with. Each is a `geo.intake.files.child.Work`."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from socket import create_connection

import pyarrow as pa

from geo.intake.files.cells import Limits, Progress
from geo.model.errors import CrsMissing

Out = tuple[dict[str, object], pa.Table | None]


def _tell(**words: object) -> Out:
    return words, None


def eat_memory(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    kept = [bytearray(50 * 1024**2) for _ in range(1_000)]
    return _tell(length=len(kept))


def fail_in_c(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    os.abort()


def touch_nowhere(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    ctypes.string_at(0)
    return _tell()


def be_killed(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    os.kill(os.getpid(), signal.SIGKILL)
    return _tell()


def leave_quietly(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    os._exit(0)


def spin(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    while True:
        pass


def wait(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    time.sleep(1_000)
    return _tell()


def write_much(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    with Path("large").open("wb") as file:
        for _ in range(100):
            file.write(bytes(1024**2))
    return _tell()


def open_many(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    files: list[int] = []
    with suppress(OSError):
        while len(files) < 100_000:
            files.append(os.open("/dev/null", os.O_RDONLY))
    for file in files:
        os.close(file)
    return _tell(opened=len(files))


def call_out(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    with create_connection(("127.0.0.1", int(str(payload["port"]))), timeout=2):
        return _tell(connected=True)


def look_around(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    return _tell(cwd=str(Path.cwd()), environment=dict(os.environ), path=sys.path, argv=sys.argv)


def break_the_answer(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    Path("answer.arrow").write_bytes(b"ARROW1\0\0" + bytes(200))
    return _tell()


def answer_a_list(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    return [1, 2], None  # type: ignore[return-value]


def raise_ours(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    raise CrsMissing(path=path)


def raise_another(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    raise ZeroDivisionError("of theirs")


def count_slowly(path: Path, payload: Mapping[str, object], limits: Limits, progress: Progress) -> Out:
    for rows in range(20_000, 200_000, 20_000):
        progress(rows)
        time.sleep(0.03)
    return {"done": True}, pa.table({"a": ["无", "NA"]})
