"""Studies at rest: what is saved comes back, damage is said and not made worse, and a kill loses nothing."""

import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.model.errors import StoreDamaged, StoreUnavailable, StudyExists, StudyMissing
from geo.model.inputs import Report, Study, content_id
from geo.model.roads import Roads
from geo.store import Store, open_store
from geo.study import build_study
from tests.geo import county
from tests.geo.saving import own_study

ROOT = Path(__file__).resolve().parents[2]
FRAMES = ("facility", "demand", "indicator", "link", "unit", "outline")
STORED = tuple(name for name in FRAMES if name != "link")  # of a county without links


def file_of(folder: Path) -> Path:
    return folder / "yida.sqlite"


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file_of(folder))) as connection:
        return connection.execute(query).fetchall()


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    return {table: rows(folder, f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("version", "part")}


def assert_same(one: Study, other: Study) -> None:
    for name in FRAMES:
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(one, name)), pd.DataFrame(getattr(other, name)))
        assert getattr(getattr(one, name), "crs", None) == getattr(getattr(other, name), "crs", None)
    for column in fields(Roads):
        mine, theirs = getattr(one.roads, column.name), getattr(other.roads, column.name)
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs)
    assert one.report == other.report and list(one.report.road_km) == list(other.report.road_km)
    assert dict(one.header) == dict(other.header)
    assert one.content_id == other.content_id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path)
    yield opened
    opened.database.engine.dispose()


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The toy county under the same name with one person more."""
    folder = tmp_path_factory.mktemp("larger")
    villages = [replace(county.VILLAGES[0], people=1001), *county.VILLAGES[1:]]
    sources = county.write_county(folder)
    return build_study(replace(sources, demand=county.write_villages(folder / "more.csv", villages)))


# ---- what is saved comes back ----------------------------------------------------------------------------------


def test_a_study_comes_back_as_it_was_saved(store: Store, toy: Study) -> None:
    store.save(toy, "f", replace=False)
    back = store.load("toy")
    assert_same(back, toy)
    assert content_id(back.header, [getattr(back, name) for name in FRAMES], back.roads) == toy.content_id
    assert store.fingerprint("toy") == "f"


def test_a_report_of_every_kind_of_problem_comes_back(store: Store, tmp_path: Path) -> None:
    bad = [replace(county.VILLAGES[0], key="V9", people="很多"), replace(county.VILLAGES[0], key="V1", name="重号村")]
    demand = county.write_villages(tmp_path / "bad.csv", [*bad, *county.VILLAGES])
    study = build_study(county.write_county(tmp_path, demand=demand))
    assert {p.code for p in study.report.problems} == {"population_not_a_number", "id_duplicate", "off_network"}
    store.save(study, "f", replace=False)
    assert store.load("toy").report == study.report


def test_a_name_taken_is_refused_and_what_is_stored_stays(
    store: Store, tmp_path: Path, toy: Study, larger: Study, said: Callable
) -> None:
    store.save(toy, "old", replace=False)
    before = contents(tmp_path)
    with pytest.raises(StudyExists) as caught:
        store.save(larger, "new", replace=False)
    assert contents(tmp_path) == before
    assert_same(store.load("toy"), toy)
    told = said(caught.value)
    assert "add --replace" in told["en"] and "--replace" in told["zh"]


def test_replacing_keeps_the_older_version_and_opens_the_newer(
    store: Store, tmp_path: Path, toy: Study, larger: Study
) -> None:
    store.save(toy, "old", replace=False)
    before = contents(tmp_path)
    store.save(larger, "new", replace=True)
    after = contents(tmp_path)
    assert after["version"][:1] == before["version"] and len(after["version"]) == 2
    assert set(before["part"]) < set(after["part"])
    assert store.load("toy").content_id == larger.content_id and store.fingerprint("toy") == "new"
    assert [e.name for e in store.entries()] == ["toy"]


def test_equal_content_is_stored_once(store: Store, tmp_path: Path, toy: Study) -> None:
    store.save(toy, "a", replace=False)
    store.save(toy, "b", replace=True)
    assert rows(tmp_path, "SELECT count(*) FROM version") == [(2,)]
    assert rows(tmp_path, "SELECT count(*) FROM part") == [(len(STORED) + 1,)]


def test_a_study_that_is_missing_is_answered_with_those_there_are(store: Store, toy: Study, said: Callable) -> None:
    with pytest.raises(StudyMissing) as caught:
        store.load("习水")
    assert said(caught.value)["en"].endswith("Known studies: —.")
    store.save(toy, "f", replace=False)
    with pytest.raises(StudyMissing) as caught:
        store.load("习水")
    told = said(caught.value)
    assert "习水" in told["en"] and "Known studies: toy." in told["en"] and "现有研究：toy" in told["zh"]
    assert store.fingerprint("习水") is None


def test_a_folder_with_signs_that_mean_something_in_an_address_is_a_folder(tmp_path: Path, toy: Study) -> None:
    folder = tmp_path / "医达?mode=ro#1%20"
    open_store(folder).save(toy, "f", replace=False)
    assert file_of(folder).is_file()
    assert_same(open_store(folder).load("toy"), toy)


def test_the_store_lies_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy: Study) -> None:
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "home"))
    open_store().save(toy, "f", replace=False)
    assert file_of(tmp_path / "home").is_file()
    monkeypatch.setenv("YIDA_DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite'}")
    assert open_store().entries() == []


# ---- damage ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("junk", [b"hello " * 4000, np.random.default_rng(3).bytes(30_000)], ids=["text", "noise"])
def test_a_file_that_is_no_store_is_said_to_be_damaged_and_left_alone(
    tmp_path: Path, junk: bytes, said: Callable
) -> None:
    file_of(tmp_path).write_bytes(junk)
    with pytest.raises(StoreDamaged) as caught:
        open_store(tmp_path)
    assert file_of(tmp_path).read_bytes() == junk
    told = said(caught.value)
    assert str(file_of(tmp_path)) in told["en"] and "yida store restore" in told["en"] and "恢复备份" in told["zh"]


@pytest.mark.parametrize("lost", [1, 40, 100, 1000, 4095])
def test_a_store_that_lost_the_end_of_its_last_page_gives_the_whole_study_or_none(
    tmp_path: Path, toy: Study, lost: int
) -> None:
    store = open_store(tmp_path)
    store.save(toy, "f", replace=False)
    store.database.engine.dispose()
    cut = file_of(tmp_path).read_bytes()[:-lost]
    file_of(tmp_path).write_bytes(cut)
    try:
        assert_same(open_store(tmp_path).load("toy"), toy)
    except StoreDamaged:
        assert file_of(tmp_path).read_bytes() == cut


@pytest.mark.parametrize("share", [0.002, 0.05, 0.5, 0.9])
def test_a_store_cut_short_is_said_to_be_damaged_and_left_alone(tmp_path: Path, toy: Study, share: float) -> None:
    whole = tmp_path / "whole"
    store = open_store(whole)
    store.save(toy, "f", replace=False)
    store.database.engine.dispose()
    raw = file_of(whole).read_bytes()
    cut = raw[: int(len(raw) * share)]
    file_of(tmp_path).write_bytes(cut)
    with pytest.raises(StoreDamaged):
        open_store(tmp_path)
    assert file_of(tmp_path).read_bytes() == cut


@pytest.mark.parametrize(
    "spoil", ["substr(body, 1, 60)", "CAST(substr(body, 1, 99) || x'5A5B5C' || substr(body, 103) AS BLOB)"]
)
@pytest.mark.parametrize("part", [*STORED, "roads"])
def test_a_study_with_a_spoilt_part_is_said_to_be_damaged_and_the_others_open(
    store: Store, tmp_path: Path, toy: Study, larger: Study, part: str, spoil: str
) -> None:
    store.save(toy, "f", replace=False)
    store.save(replace(larger, header={**larger.header, "name": "other"}), "f", replace=False)
    ((named,),) = rows(tmp_path, "SELECT parts FROM version WHERE name = 'toy'")
    with closing(sqlite3.connect(file_of(tmp_path))) as connection, connection:
        connection.execute(f"UPDATE part SET body = {spoil} WHERE part_id = ?", (json.loads(str(named))[part],))
    with pytest.raises(StoreDamaged, match="toy"):
        store.load("toy")
    if part == "demand":  # the one part that the two do not share
        assert store.load("other").content_id == larger.content_id


def test_a_store_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path, said: Callable) -> None:
    file_of(tmp_path).mkdir()
    (tmp_path / "file").write_text("")
    for folder in (tmp_path, tmp_path / "file"):
        with pytest.raises(StoreUnavailable) as caught:
            open_store(folder)
        told = said(caught.value)
        assert "try again" in told["en"] and "重试" in told["zh"]


def test_a_store_somebody_else_is_writing_to_is_busy_not_damaged(store: Store, tmp_path: Path, toy: Study) -> None:
    with closing(sqlite3.connect(file_of(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with store.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=1")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.save(toy, "f", replace=False)
        assert store.entries() == []  # readers never wait
        other.execute("ROLLBACK")
    store.save(toy, "f", replace=False)
    assert [e.name for e in store.entries()] == ["toy"]


# ---- kills and company -----------------------------------------------------------------------------------------


@contextmanager
def saving(folder: Path, pickled: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process of tests/geo/saving.py, gone at the end."""
    words = [sys.executable, "-m", "tests.geo.saving", str(folder), str(pickled)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        words, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        yield child
        child.stdin.close()


def begin(child: "subprocess.Popen[str]", order: str) -> int:
    """Order "NAME COUNT" from the child; the id of the process that saves."""
    child.stdin.write(f"{order}\n")
    child.stdin.flush()
    return int(child.stdout.readline())


def acknowledged(child: "subprocess.Popen[str]") -> list[str]:
    """The names said until the saving process was gone (or its father, which fails the test)."""
    said = []
    for line in child.stdout:
        if line == "gone\n":
            return said
        said += line.split()  # a kill may leave half a line
    pytest.fail("the process that forks the savers has died")


@pytest.fixture(scope="module")
def pickled(tmp_path_factory: pytest.TempPathFactory, toy: Study) -> Path:
    path = tmp_path_factory.mktemp("pickled") / "toy.pickle"
    path.write_bytes(pickle.dumps(toy))
    return path


def test_a_kill_at_any_moment_loses_no_acknowledged_save_and_leaves_none_half_done(
    tmp_path: Path, pickled: Path, toy: Study
) -> None:
    rng = np.random.default_rng()  # any moment: the property holds for all of them
    said: set[str] = set()
    with saving(tmp_path, pickled) as child:
        for i in range(15):
            pid = begin(child, f"run{i} 100000")
            timer = threading.Timer(float(rng.uniform(0.02, 0.9)), os.kill, (pid, signal.SIGKILL))
            timer.start()
            said |= set(acknowledged(child))
            assert rows(tmp_path, "PRAGMA quick_check") == [("ok",)]
            assert_whole(tmp_path, said)
    assert len(said) > 15
    store = open_store(tmp_path)
    for name in sorted(said)[::20]:
        assert_same(store.load(name), own_study(toy, name))
    store.save(toy, "f", replace=False)
    assert_same(store.load("toy"), toy)


def assert_whole(folder: Path, said: set[str]) -> None:
    """Every name that was acknowledged is there, every name that is there has all its parts, and none is doubled."""
    if not rows(folder, "SELECT name FROM sqlite_master WHERE name = 'version'"):
        assert not said
        return
    stored = rows(folder, "SELECT name, parts FROM version")
    held = {part for (part,) in rows(folder, "SELECT part_id FROM part")}
    names = [str(name) for name, _ in stored]
    assert said <= set(names) and len(names) == len(set(names))
    for _, parts in stored:
        wanted = json.loads(str(parts))
        assert set(wanted) == {*STORED, "roads"} and set(wanted.values()) <= held
    assert rows(folder, "SELECT count(*) FROM audit") == [(len(stored),)]


def test_two_processes_saving_at_once_both_succeed(tmp_path: Path, pickled: Path) -> None:
    with saving(tmp_path, pickled) as one, saving(tmp_path, pickled) as two:
        begin(one, "one 12")
        begin(two, "two 12")
        told = [acknowledged(child) for child in (one, two)]
    assert told == [[f"{name}-{i}" for i in range(12)] for name in ("one", "two")]
    assert {e.name for e in open_store(tmp_path).entries()} == {*told[0], *told[1]}
    assert_whole(tmp_path, {*told[0], *told[1]})


def test_every_connection_writes_ahead_and_waits_for_the_disk(store: Store) -> None:
    with ExitStack() as open_at_once:
        for _ in range(4):
            connection = open_at_once.enter_context(store.database.engine.connect())
            wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert found == wanted


def test_a_report_has_no_field_the_store_forgets(store: Store, toy: Study) -> None:
    odd = Report({"primary": 1.5}, 2, 3.25, 4, 5, 6, 7, 8.5, 9.5, 10, 11, toy.report.problems)
    store.save(replace(toy, report=odd), "f", replace=False)
    assert store.load("toy").report == odd
