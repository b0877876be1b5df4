"""Versions in SQLite and PostgreSQL: none lost, none doubled, none half-written, whoever else writes at once."""

import json
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from geo.model.errors import (
    StaleVersion,
    StoreDamaged,
    StoreNewer,
    StoreUnavailable,
    StudyExists,
    StudyMissing,
    VersionMissing,
)
from geo.model.inputs import Study
from geo.store import Store, open_store
from geo.store.engine import HEAD, Database
from geo.store.migrations import known
from geo.store.tables import AUDIT, META, PART, VERSION
from geo.study import desk
from tests.geo.kills import written
from tests.geo.test_store import assert_same

ROOT = Path(__file__).resolve().parents[2]


def with_year(study: Study, year: str) -> Study:
    """The study with another demand table."""
    return replace(study, demand=study.demand.assign(year=year), content_id=year)


def named(study: Study, name: str) -> Study:
    return replace(study, header={**study.header, "name": name})


def counts(store: Store) -> tuple[int, ...]:
    with store.database.transaction() as connection:
        query = [sa.select(sa.func.count()).select_from(t) for t in (VERSION, PART, AUDIT)]
        return tuple(int(connection.execute(q).scalar_one()) for q in query)


# ---- the same on both --------------------------------------------------------------------------------------------


def test_every_version_comes_back_as_it_was_saved(any_store: Store, toy: Study) -> None:
    first = any_store.save(toy, "f", replace=False)
    second = any_store.commit(with_year(toy, "2024"), base_version=first, kind="demand")
    assert_same(any_store.load("toy", first), toy)
    assert_same(any_store.load("toy", second), with_year(toy, "2024"))
    assert_same(any_store.load("toy"), with_year(toy, "2024"))
    assert any_store.fingerprint("toy") == "" and any_store.newest("toy").version_id == second


def test_a_taken_name_a_missing_study_and_a_missing_version_are_said(any_store: Store, toy: Study) -> None:
    with pytest.raises(StudyMissing, match="—"):
        any_store.load("toy")
    version = any_store.save(toy, "f", replace=False)
    with pytest.raises(StudyExists):
        any_store.save(toy, "g", replace=False)
    for name, number, error in (
        ("习水", None, StudyMissing),
        ("习水", version, StudyMissing),
        ("toy", 99, VersionMissing),
    ):
        with pytest.raises(error, match=f"{name}.*(99|toy)"):
            any_store.load(name, number)
    assert counts(any_store)[0] == 1


def test_a_version_of_another_study_is_missing_in_this_one(any_store: Store, toy: Study) -> None:
    any_store.save(toy, "f", replace=False)
    other = any_store.save(named(toy, "other"), "f", replace=False)
    with pytest.raises(VersionMissing):
        any_store.load("toy", other)


def test_a_commit_that_started_from_an_older_version_is_refused_and_writes_nothing(
    any_store: Store, toy: Study
) -> None:
    first = any_store.save(toy, "f", replace=False)
    any_store.commit(with_year(toy, "2024"), base_version=first, kind="demand")
    before = counts(any_store)
    with pytest.raises(StaleVersion, match=f"version {first}"):
        any_store.commit(with_year(toy, "2025"), base_version=first, kind="demand")
    assert counts(any_store) == before


def test_the_same_operation_twice_is_one_version_even_after_others_came(any_store: Store, toy: Study) -> None:
    first = any_store.save(toy, "f", replace=False)
    made = any_store.commit(with_year(toy, "a"), base_version=first, kind="demand", operation_id="op")
    assert any_store.commit(with_year(toy, "a"), base_version=first, kind="demand", operation_id="op") == made
    any_store.commit(with_year(toy, "b"), base_version=made, kind="demand")
    before = counts(any_store)
    assert any_store.commit(with_year(toy, "a"), base_version=first, kind="demand", operation_id="op") == made
    assert counts(any_store) == before
    assert any_store.made_by("op") == made and any_store.made_by("other") is None


def test_two_tries_of_one_operation_at_once_answer_the_same_version(any_url: str, toy: Study) -> None:
    stores = [Store(Database(any_url)) for _ in range(4)]
    first = stores[0].save(toy, "f", replace=False)
    for i in range(5):
        answers: list[int | Exception] = []
        begin = threading.Barrier(len(stores))

        def attempt(store: Store, year: str, base: int, begin: threading.Barrier, answers: list) -> None:
            begin.wait()
            try:
                answers.append(store.commit(with_year(toy, year), base_version=base, kind="demand", operation_id=year))
            except Exception as error:
                answers.append(error)

        at_once = [threading.Thread(target=attempt, args=(s, f"op{i}", first, begin, answers)) for s in stores]
        for thread in at_once:
            thread.start()
        for thread in at_once:
            thread.join()
        assert len(set(answers)) == 1 and len(answers) == len(stores), answers
        first = int(str(answers[0]))
    assert counts(stores[0])[0] == 6
    for store in stores:
        store.database.engine.dispose()


def test_studies_that_share_their_parts_can_be_saved_at_once(any_url: str, toy: Study) -> None:
    stores = [Store(Database(any_url)) for _ in range(4)]
    begin, wrong = threading.Barrier(len(stores)), list[Exception]()

    def save(store: Store, name: str) -> None:
        begin.wait()
        try:
            store.save(named(toy, name), "f", replace=False)
            store.remember("shared", dict.fromkeys(("b", "a", "c"), name))
        except Exception as error:
            wrong.append(error)

    at_once = [threading.Thread(target=save, args=(store, f"n{i}")) for i, store in enumerate(stores)]
    for thread in at_once:
        thread.start()
    for thread in at_once:
        thread.join()
    assert wrong == []
    assert counts(stores[0])[:2] == (4, 6) and len(set(stores[0].recall("shared").values())) == 1
    for store in stores:
        store.database.engine.dispose()


def test_an_older_version_can_be_made_the_newest_again_and_nothing_in_between_is_lost(
    any_store: Store, toy: Study
) -> None:
    first = any_store.save(toy, "f", replace=False)
    second = any_store.commit(with_year(toy, "2024"), base_version=first, kind="demand")
    third = desk.restore(any_store, "toy", first, "李", "回到旧版", "op")
    assert desk.restore(any_store, "toy", first, "李", "回到旧版", "op") == third
    assert_same(any_store.load("toy"), toy)
    assert [(v.version_id, v.kind, v.base_version_id) for v in any_store.versions("toy")] == [
        (third, "restore", second),
        (second, "demand", first),
        (first, "study", None),
    ]
    assert any_store.load("toy", second).content_id == "2024"


def test_versions_come_newest_first_and_studies_by_name(any_store: Store, toy: Study) -> None:
    for name in ("习水", "b", "A", "a", "万山"):
        any_store.save(named(toy, name), "f", replace=False)
    for i in range(3):
        any_store.save(with_year(named(toy, "a"), str(i)), "f", replace=True)
    assert [e.name for e in any_store.entries()] == sorted(["习水", "b", "A", "a", "万山"])
    numbers = [v.version_id for v in any_store.versions("a")]
    assert len(numbers) == 4 and numbers == sorted(numbers, reverse=True)
    assert any_store.entries()[1].version_id == numbers[0]


def test_a_version_says_who_made_it_of_what_and_so_does_the_audit(any_store: Store, toy: Study) -> None:
    said = {
        "author": "王",
        "note": "第一季度\x00",
        "file_name": "卫生室\udcff.csv",
        "fingerprint": "f",
        "operation_id": "op",
    }
    version = any_store.commit(toy, base_version=None, kind="facilities", **said)
    (entry,) = any_store.versions("toy")
    assert (entry.author, entry.note, entry.file_name) == ("王", "第一季度", "卫生室?.csv")
    assert (entry.fingerprint, entry.operation_id, entry.kind) == ("f", "op", "facilities")
    (line,) = any_store.audit("toy")
    assert (line["author"], line["version_id"], line["operation_id"]) == ("王", version, "op")
    assert json.loads(line["detail"]) == {"kind": "facilities", "base": None, "file": "卫生室?.csv"}


@pytest.mark.parametrize("table", ["version", "audit", "part"])
def test_a_commit_that_fails_at_any_table_leaves_nothing_in_the_others(
    any_store: Store, toy: Study, table: str
) -> None:
    first = any_store.save(toy, "f", replace=False)
    before = counts(any_store)

    def fail(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(f"INSERT INTO {table} "):
            raise RuntimeError("the power is gone")

    sa.event.listen(any_store.database.engine, "after_cursor_execute", fail)
    with pytest.raises(RuntimeError, match="power"):
        any_store.commit(with_year(toy, "x"), base_version=first, kind="demand", operation_id="op")
    sa.event.remove(any_store.database.engine, "after_cursor_execute", fail)
    assert counts(any_store) == before
    any_store.commit(with_year(toy, "x"), base_version=first, kind="demand", operation_id="op")
    assert counts(any_store) == (before[0] + 1, before[1] + 1, before[2] + 1)


def test_what_was_decided_is_recalled_and_the_latest_counts(any_store: Store) -> None:
    any_store.remember("toy", {"pair:F1|甲": "same", "pair:F2|乙": "different", "mapping:x": "{}"})
    any_store.remember("toy", {"pair:F1|甲": "different", "pair:" + "长" * 2000: "same"})
    assert any_store.recall("toy", "pair:") == {"F1|甲": "different", "F2|乙": "different"}
    assert any_store.recall("toy")["mapping:x"] == "{}" and any_store.recall("other") == {}


def test_a_long_author_is_kept_whole(any_store: Store, toy: Study) -> None:
    any_store.commit(toy, base_version=None, kind="study", author="王" * 300)
    assert any_store.newest("toy").author == "王" * 300


def test_the_environment_names_the_database(
    any_url: str, toy: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("YIDA_DATABASE_URL", any_url)
    store = open_store(tmp_path / "elsewhere")
    store.save(toy, "f", replace=False)
    store.database.engine.dispose()
    assert [e.name for e in Store(Database(any_url)).entries()] == ["toy"]
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "url", ["postgresql://somebody:geheim@127.0.0.1:1/x", "nonsense geheim", "mysql://a:geheim@b/c"]
)
def test_an_address_that_cannot_be_reached_is_said_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        Database(url)
    assert "geheim" not in str(caught.value) and "try again" in str(caught.value)


def test_four_processes_opening_an_empty_database_at_once_all_succeed(any_url: str) -> None:
    urls = [any_url.replace("yida.sqlite", f"yida{i}.sqlite") for i in range(5)]
    words = [sys.executable, "-m", "tests.geo.writers", "open"]
    with ExitStack() as stack:
        openers = [
            stack.enter_context(
                subprocess.Popen(words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            )
            for _ in range(4)
        ]
        for url in dict.fromkeys(urls):
            for opener in openers:
                opener.stdin.write(f"{url}\n")
                opener.stdin.flush()
            assert [opener.stdout.readline() for opener in openers] == ["open\n"] * 4
        for opener in openers:
            opener.stdin.close()


# ---- migrations --------------------------------------------------------------------------------------------------


def test_migrations_make_exactly_the_tables_the_store_uses(any_store: Store) -> None:
    with any_store.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, META) == []


def test_the_newest_migration_is_the_one_the_program_expects() -> None:
    assert known()[0] == HEAD


def test_opening_again_migrates_nothing(any_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Database(any_url).engine.dispose()
    monkeypatch.setattr("geo.store.migrations.upgrade", lambda connection: pytest.fail("migrated twice"))
    database = Database(any_url)
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [(HEAD,)]
    database.engine.dispose()


def test_a_database_of_a_newer_program_is_left_alone_and_said_to_be_so(any_url: str, toy: Study) -> None:
    store = Store(Database(any_url))
    store.save(toy, "f", replace=False)
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = counts(store)
    store.database.engine.dispose()
    path = Path(any_url.removeprefix("sqlite:///"))
    bytes_before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreNewer, match=r"9999.*newer program") as caught:
        Database(any_url)
    assert not isinstance(caught.value, StoreDamaged | StoreUnavailable)
    assert (path.read_bytes() if path.is_file() else b"") == bytes_before
    assert counts(store) == before
    store.database.engine.dispose()


def test_studies_of_the_first_stores_which_had_no_migrations_are_taken_over(any_url: str, toy: Study) -> None:
    now = Store(Database(any_url))
    now.save(toy, "f", replace=False)
    with now.database.transaction() as connection:
        row = connection.execute(VERSION.select()).one()
        bodies = dict(connection.execute(sa.select(PART.c.part_id, PART.c.body)).all())
    with now.database.engine.begin() as connection:
        META.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
        first = _first_tables()
        first.create_all(connection)
        kept = {c.name: getattr(row, c.name) for c in first.tables["version"].c}
        connection.execute(first.tables["version"].insert(), [kept | {"version_id": v} for v in (4, 7)])
        old = [{"content_id": row.content_id, "part": p, "body": bodies[i]} for p, i in json.loads(row.parts).items()]
        connection.execute(first.tables["part"].insert(), [p for p in old if p["part"] != "indicator"])
    now.database.engine.dispose()
    store = Store(Database(any_url))
    assert [v.version_id for v in store.versions("toy")] == [7, 4]
    assert_same(store.load("toy"), toy)
    assert store.commit(with_year(toy, "x"), base_version=7, kind="demand") > 7
    with store.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), META) == []
    store.database.engine.dispose()


def _first_tables() -> sa.MetaData:
    """The tables of the store before it had migrations."""
    meta = sa.MetaData()
    text = {"content_id": 24, "fingerprint": 64, "created_at": 32}
    sa.Table(
        "version",
        meta,
        sa.Column("version_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(80), nullable=False, index=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in text.items()),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("header", "report")),
    )
    sa.Table(
        "part",
        meta,
        sa.Column("content_id", sa.String(24), primary_key=True),
        sa.Column("part", sa.String(20), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    return meta


# ---- company and kills -------------------------------------------------------------------------------------------


def test_eight_writers_at_once_lose_no_edit_and_each_conflict_shows_both_sides(any_url: str, toy: Study) -> None:
    told = written(any_url, toy, 8, 6)
    assert told["edits"] == 48 and told["joined"] > 0 and told["conflicts"] > 0
    assert told["lost"] == told["final_differs"] == told["conflicts_without_both_sides"] == 0


def test_forty_kills_lose_no_acknowledged_version_and_leave_none_partial_or_doubled() -> None:
    words = [sys.executable, "-m", "tests.geo.kills", "40", "--edits", "0"]
    told = json.loads(subprocess.run(words, cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout)
    assert told["kills"] == 40 and told["acknowledged"] > 40 and told["retried"] > 0
    assert told["lost"] == told["partial"] == told["doubled"] == told["damaged"] == 0
