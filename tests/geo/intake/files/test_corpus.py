"""Every bad or odd file of the corpus comes out as its manifest says, quickly, and brings nothing out of its cage."""

import io
import json
import os
import random
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import psutil
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo.intake.desk.checking import Context, check_raw
from geo.intake.files.guard import _error as guard_error
from geo.intake.files.guard import guarded_noted
from geo.intake.files.raw import Reading, read_noted
from geo.model.errors import N_, FileTooDemanding, InputError, YidaError
from geo.model.phrases import phrase
from geo.model.schema import DEMAND, FACILITY, conform
from geo.model.schemes import load_scheme
from tests.corpus import CANARY, SECRET, SEED, Case, all_cases, layers, packed, tables, workbooks, write
from tests.corpus.case import SIDE, SOUTH, TOWNSHIPS, WEST
from tests.geo.briefings import TRANSLATORS

PARTS = [tables, workbooks, packed, layers]
SMALL = 60_000  # bytes: what the fuzzer mutates
GROWTH_BYTES = 300 * 1024**2


@pytest.fixture(scope="module")
def canary() -> Iterator[Path]:
    """The file that hostile files point to."""
    path = Path(CANARY)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"机构名称,经度,纬度\n{SECRET},117.1,33.8\n", encoding="utf-8")
    yield path
    assert SECRET in path.read_text(encoding="utf-8") and names(path.parent) == [path.name]


@pytest.fixture(scope="module")
def context() -> Context:
    """The county that the lists are about: four square townships."""
    half = SIDE / 2
    squares = [
        shapely.box(x, y, x + half, y + half) for y in (SOUTH, SOUTH + half) for x in (WEST, WEST + half)
    ]  # the order of TOWNSHIPS
    unit = gpd.GeoDataFrame(
        {"unit_code": [f"34062110{n}" for n in range(4)], "name": TOWNSHIPS, "level": "township"}
        | {"parent_code": "340621", "boundary_kind": "official", "seat_lon": float("nan"), "seat_lat": float("nan")},
        geometry=squares,
        crs="EPSG:4326",
    )
    outline = gpd.GeoDataFrame(
        {"unit_code": ["340621"], "name": ["县"], "level": ["county"]}, geometry=[shapely.union_all(squares)], crs=4326
    )
    empty = [
        conform(pd.DataFrame({name: [] for name in schema}), schema, path="", name="none")
        for schema in (DEMAND, FACILITY)
    ]
    return Context(load_scheme("three_levels"), outline, unit, *empty)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def cases_of(part: ModuleType) -> list[Case]:
    cases: list[Case] = list(part.cases(random.Random(SEED)))
    return cases


def outcome(reading: Reading | InputError) -> tuple[str, object]:
    if isinstance(reading, InputError):
        return "refused", reading.code
    raw, questions, _ = reading
    return ("rows", len(raw.rows)) if raw is not None else ("asks", questions[0].question_id)


def expected(case: Case) -> tuple[str, object]:
    if case.rows is not None:
        return "rows", case.rows
    return ("asks", case.asks) if case.asks else ("refused", case.refused)


def checked(case: Case, reading: Reading, context: Context) -> dict[str, object]:
    """What the whole check says where it should say something else."""
    raw, _, notes = reading
    assert raw is not None
    ask_crs = case.verdict == "needs_answer" and not case.asks
    answers = {} if raw.geometry_crs or ask_crs else {"crs": "EPSG:4326"}
    check = check_raw(raw, "facilities", context, answers, notes=notes)
    errors = {p.row for p in check.problems if p.severity == "error"}
    told = {"verdict": check.verdict, "rows_ok": check.rows_ok, "row_errors": len(errors)}
    wanted = {"verdict": case.verdict, "rows_ok": case.rows_ok, "row_errors": case.row_errors}
    if case.asks:
        told, wanted = told | {"asks": [q.question_id for q in check.questions]}, wanted | {"asks": [case.asks]}
    missing = set(case.codes) - {p.code for p in check.problems}
    return ({} if told == wanted else {"told": told, "wanted": wanted}) | ({"missing": missing} if missing else {})


def cpu_s() -> float:
    """Seconds that this process and its children which have ended computed, whatever else the machine does."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.rpartition(".")[2])
def test_every_file_comes_to_what_its_manifest_says(
    part: ModuleType, tmp_path: Path, canary: Path, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = cases_of(part)
    uploads, work = tmp_path / "uploads", tmp_path / "work"
    uploads.mkdir()
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    wrong: dict[str, object] = {}
    before = psutil.Process().memory_info().rss
    for case in cases:
        path = uploads / case.name
        path.write_bytes(case.content)
        begin = cpu_s()
        reading: Reading | InputError
        try:
            reading = guarded_noted(path, {})
        except InputError as error:
            reading = error
        seconds = cpu_s() - begin
        told: dict[str, object] = {} if outcome(reading) == expected(case) else {"read": outcome(reading)}
        if seconds > case.seconds:
            told["seconds"] = seconds
        if SECRET in repr(reading) or SECRET in shown(reading):
            told["brought out"] = SECRET
        if isinstance(reading, InputError) and (english := english_in(reading)):
            told["not in Chinese"] = english
        if path.read_bytes() != case.content or names(uploads) != [case.name] or names(work):
            told["left behind"] = [*names(uploads), *names(work)]
        if not told and case.rows is not None and not isinstance(reading, InputError):
            told = checked(case, reading, context)
        if told:
            wrong[case.name] = told
        path.unlink()
    assert wrong == {}
    assert psutil.Process().memory_info().rss - before < GROWTH_BYTES


def english_in(error: InputError) -> list[str]:
    """What the Chinese sentence says in English, but for what a library said, which stands in brackets."""
    said = re.sub("（.*?）(?=）|。|$)", "", error.say(TRANSLATORS["zh"]))
    return re.findall("[A-Za-z]{2,} [A-Za-z]{2,}", said)


def test_errors_of_a_guarded_child_are_said_in_either_language() -> None:
    told = FileTooDemanding(path="p", detail=phrase(N_("more than {most} rows"), most=200_000))
    assert told.say() == str(told) and "(more than 200,000 rows)" in told.say()
    assert "（超过 200,000 行）" in told.say(TRANSLATORS["zh"])
    odd = phrase("{a.__class__}{b:>9}{c}", a="x", c="{a}")  # as a child that was taken over might send it
    assert odd.say() == "{a.__class__}{b:>9}{a}"
    words = {"error": "file_too_demanding", "params": {"detail": {"text": "{text} {self}", "params": {"text": "1"}}}}
    assert "(1 {self})" in guard_error(Path("p"), words).say()


def shown(reading: Reading | InputError) -> str:
    """All text of a reading."""
    if isinstance(reading, InputError):
        return reading.say()
    return reading[0].rows.to_csv() if reading[0] is not None else ""


def test_the_corpus_is_large_and_the_same_at_every_run(tmp_path: Path) -> None:
    cases = write(tmp_path)
    assert len(cases) >= 80 and len({case.name for case in cases}) == len(cases)
    assert {case.verdict for case in cases} == {"accepted", "accepted_with_warnings", "needs_answer", "rejected"}
    assert all_cases() == cases
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in manifest] == [case.name for case in cases]
    assert {"kind", "verdict", "rows_ok", "row_errors", "codes", "seconds"} <= set(manifest[0])


def test_the_canary_would_be_seen_if_it_were_read(canary: Path) -> None:
    assert SECRET in shown(read_noted(canary, {}))


# ---- a fuzzer --------------------------------------------------------------------------------------------------


@cache
def seeds() -> list[bytes]:
    """Files the fuzzer starts from: small ones of every kind."""
    return [case.content for case in all_cases() if 0 < len(case.content) < SMALL]


def mutated(random_: random.Random, content: bytes) -> bytes:
    """A few changes: bytes turned, pieces cut, doubled, moved, or replaced by numbers at the edge of their kind."""
    out = bytearray(content)
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(out) + 1)
        piece = random_.choice([1, 2, 4, 8, 64, 500])
        kind = random_.randrange(6)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << random_.randrange(8)
        elif kind == 1:
            del out[at : at + piece]
        elif kind == 2:
            out[at:at] = out[at : at + piece]
        elif kind == 3:
            out[at : at + 4] = random_.choice([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\0\0\0\0"])
        elif kind == 4:
            out[at:at] = random_.choice(
                [b'"', b"\n", b",", b"\0", b"<", b"&x;", b"{", b"]", "合计".encode(), b"\x81", b"1e999"]
            )
        elif kind == 5 and out:
            del out[random_.randrange(len(out)) :]
        if not out:
            out += b"x"
    return bytes(out)


def mutated_inside(random_: random.Random, content: bytes) -> bytes:
    """An archive that is whole, one of whose members is mutated."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    name = random_.choice(sorted(parts))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for own, part in parts.items():
            archive.writestr(own, mutated(random_, part) if own == name and part else part)
    return out.getvalue()


ANSWERS: list[dict[str, str]] = [
    {},
    {"header_row": "0"},
    {"header_row": "1", "sheet": "Sheet1"},
    {"layer": "list_2024", "header_row": "99"},
]


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
@example(seed=0)
def test_no_mutation_of_any_file_brings_down_the_reader(seed: int, tmp_path: Path) -> None:
    random_ = random.Random(seed)
    content = random_.choice(seeds())
    inside = content[:2] == b"PK" and random_.random() < 0.7
    try:
        content = mutated_inside(random_, content) if inside else mutated(random_, content)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        content = mutated(random_, content)
    path = tmp_path / "fuzzed"
    path.write_bytes(content)
    try:
        raw, questions, notes = read_noted(path, random_.choice(ANSWERS))
    except YidaError as error:
        assert error.say()
        return
    assert (raw is None) == bool(questions)
    assert all(problem.say() for problem in notes)
    if raw is not None:
        assert raw.rows.index.is_unique and raw.rows.columns.is_unique and len(raw.rows)
        assert not raw.rows.isna().to_numpy().any()
