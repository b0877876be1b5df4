"""A public file of any kind, made of a county whose every text holds a telephone number: none is left in it."""

import io
import re
import zipfile
from dataclasses import replace

import pandas as pd
import pypdf
import pytest

from geo.analysis.presenting import Answer
from geo.model.briefing import Briefing
from geo.model.inputs import Study
from geo.output.export import FORMS, OF_A_BRIEFING, make_files
from geo.output.facts import command
from geo.output.release import Release
from tests.geo.briefings import answered, export, ready
from tests.geo.test_page_scenes import SCENES, with_all_pages

CALLED = "138 0000 {:04}"  # each text of its own number, to see which one is left


def numbered(study: Study) -> tuple[Study, Briefing]:
    """The county and a briefing of every kind of scene, a number in every text that somebody could have written."""
    count = iter(range(10_000))

    def told(text: object) -> str:
        return f"{text} {CALLED.format(next(count))}"

    def texts(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
        return table.assign(**{column: [told(cell) for cell in table[column]] for column in columns})

    def words(value: object) -> object:
        if isinstance(value, dict):
            return {key: words(inner) for key, inner in value.items()}
        return [words(inner) for inner in value] if isinstance(value, list) else told(value)

    source = {"what": "w", "source": "s", "licence": "l", "date": "d", "credit": "c"}
    header = dict(study.header) | {"attribution": [source]}
    header |= {"population": {"type": "registered", "date": "2020", "source": "s"}, "notes": {"zh": "n", "en": "n"}}
    said = {key: words(header[key]) for key in ("title", "notes", "attribution", "population")}
    changed = replace(
        study,
        header=header | said,
        facility=texts(study.facility, "name", "category", "source", "flags"),
        demand=texts(study.demand, "name", "source"),
        unit=texts(study.unit, "name"),
        indicator=texts(study.indicator, "source"),
    )
    scenes = [*ready(changed).scenes, *(make(changed) for make in SCENES.values())]
    shown = [replace(s, title=words(dict(s.title)), sentence=words(dict(s.sentence))) for s in scenes]
    return changed, Briefing({"zh": told("汇报"), "en": told("Briefing")}, tuple(shown))


@pytest.fixture(scope="module")
def told(toy: Study) -> tuple[list[Answer], Briefing]:
    study, briefing = numbered(with_all_pages(toy))
    return answered(study, briefing), briefing


def everything(body: bytes) -> str:
    """All text of a file: of every member of an archive, every page, every byte that is a letter."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(everything(parts.read(name)) for name in parts.namelist())
    if body[:4] == b"%PDF":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    return body.decode("utf-8", "replace")


def left(told: tuple[list[Answer], Briefing], form: str, release: Release) -> set[str]:
    """The numbers found in the files made of a briefing, or of each of its scenes."""
    answers, briefing = told
    groups = [answers] if form in OF_A_BRIEFING else [[a] for a in answers if form != "tif" or a.surface is not None]
    bodies = [body for g in groups for body in make_files(g, briefing, export(form, "en", release=release)).values()]
    return {n for body in bodies for n in re.findall(r"1380000\d{4}", re.sub(r"\s", "", everything(body)))}


@pytest.mark.parametrize("form", FORMS)
def test_no_number_is_left_in_a_public_file(told: tuple[list[Answer], Briefing], form: str) -> None:
    assert not left(told, form, Release(public=True))


def test_an_internal_file_keeps_them(told: tuple[list[Answer], Briefing]) -> None:
    assert left(told, "csv", Release())


@pytest.mark.parametrize("path", ["/李雷/秘密/b.json", "D:\\李雷\\b.json", "b.json"])
def test_a_public_file_names_no_folder_of_ours(told: tuple[list[Answer], Briefing], path: str) -> None:
    answer = told[0][2]
    assert "--briefing b.json --" in command(answer, export("pdf", briefing=path, release=Release(public=True)))
    assert path in command(answer, export("pdf", briefing=path))
