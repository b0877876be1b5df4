"""The terminal in tests: `yida` called in this process, in English, on a store of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from geo.cli import main
from tests.geo import county

Run = Callable[..., tuple[int, str, str]]


def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store be in a folder, and the terminal speak English."""
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("YIDA_HOME", str(home))
    monkeypatch.setenv("YIDA_LANG", "en")


def terminal(capsys: pytest.CaptureFixture[str]) -> Run:
    """run("coverage", "toy"): exit code, standard output, standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:  # argparse
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def create_words(folder: Path, name: str = "toy") -> list[object]:
    """`yida study create` of the toy county, whose files it writes into a folder."""
    files = county.write_county(folder / "files")
    options = {"roads": files.roads, "boundary": files.boundary, "facilities": files.facilities, "demand": files.demand}
    pairs = [word for option, path in options.items() for word in (f"--{option}", path)]
    return ["study", "create", name, *pairs, "--crs", "EPSG:4326"]
