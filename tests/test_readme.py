"""The README's commands are real, its files exist, and both languages show the same ones."""

import re
import shlex
from pathlib import Path

import pytest

from geo.cli import _parser

ROOT = Path(__file__).resolve().parents[1]
READMES = [ROOT / "README.md", ROOT / "docs" / "README.zh.md"]


def commands(path: Path) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", path.read_text(encoding="utf-8"), re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("yida ")]


@pytest.mark.parametrize("path", READMES, ids=lambda p: p.name)
def test_every_yida_command_is_understood(path: Path) -> None:
    assert len(commands(path)) >= 5
    for command in commands(path):
        assert _parser(str).parse_args(shlex.split(command)[1:]).run


@pytest.mark.parametrize("path", READMES, ids=lambda p: p.name)
def test_every_make_target_and_every_linked_file_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"\bmake (\w+)", text)):
        assert re.search(rf"^{target}:", makefile, re.M), target
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (path.parent / link).exists(), link


def test_every_place_named_to_developers_exists() -> None:
    section = READMES[0].read_text(encoding="utf-8").split("## For developers")[1].split("\n## ")[0]
    named = re.findall(r"`((?:geo|pages|tests|locale|docs)/[\w/.]*)`", section)
    assert len(named) >= 9 and [name for name in named if not (ROOT / name).exists()] == []
    assert all((ROOT / "geo" / "study" / name).is_file() for name in re.findall(r"`(\w+\.py)`", section))


def test_the_documented_json_keys_are_the_keys() -> None:
    text = READMES[0].read_text(encoding="utf-8")
    known = "threshold_min mode population covered beyond unreachable units[] condition closed[] band"
    for key in known.split():
        assert f"`{key}`" in text
