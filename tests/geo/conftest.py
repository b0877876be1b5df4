"""The toy county built once, and a helper that reads every sentence in both languages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from geo.cli import main
from geo.model.errors import YidaError
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.output.language import translator
from geo.study import build_study
from tests.geo.county import write_county
from tests.geo.postgres import any_store, any_url, postgres_url  # noqa: F401
from tests.geo.terminal import at_home, create_words

Said = Callable[[YidaError | Problem], dict[str, str]]


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The toy county of tests/geo/county.py. Shared: never change it."""
    return build_study(write_county(tmp_path_factory.mktemp("toy")))


@pytest.fixture(scope="session")
def toy_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy county's files, and under home a store where the terminal made it of them. Copy it, never change it."""
    folder = tmp_path_factory.mktemp("created")
    with pytest.MonkeyPatch.context() as patch:
        at_home(folder / "home", patch)
        assert main([str(word) for word in create_words(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def said() -> Said:
    """The sentence of an error or a problem by language: translated, every blank filled, nothing left of a template."""

    def say(finding: YidaError | Problem) -> dict[str, str]:
        told = {language: finding.say(translator(language)) for language in ("en", "zh")}
        for text in told.values():
            assert not re.search(r"[{}]|\bNone\b", text), text
        assert re.search(r"[\u4e00-\u9fff]", told["zh"]) and told["zh"] != told["en"]
        assert told["en"].endswith(".") and told["zh"].endswith("。")
        return told

    return say
