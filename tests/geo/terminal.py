"""The terminal in tests: `yida` called in this process, in English, on a store of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from geo.cli import main

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
