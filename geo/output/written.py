"""A file is there whole or not at all. Fourth floor: output."""

import os
import uuid
from pathlib import Path

from geo.model.errors import FileNotWritten


def write_whole(path: Path, body: bytes) -> None:
    """Write through a temporary file in the same folder, fsync, rename. Raises FileNotWritten; then nothing changed."""
    beside = path.parent / f".{path.name[:40]}-{uuid.uuid4().hex}"
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied")  # a rename would replace what may not be written
        with beside.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise FileNotWritten(path=path, detail=error.strerror or error) from error
    finally:
        beside.unlink(missing_ok=True)
