"""Links of a study: read with it, stored, compared, committed; versions stored before there were any have none."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from geo.cli import main
from geo.model.errors import ColumnsMissing
from geo.model.inputs import Study
from geo.store import Store, open_store, parts
from geo.store.tables import VERSION
from geo.study import build_study, desk
from geo.study.build import with_tables
from tests.geo.county import lonlat, write_care, write_county, write_outline, write_roads, write_villages

LINES = [
    "关系类型,起点机构,终点机构",
    "心电网络,F1,F3",
    "药品配送,县人民医院,北村卫生室",
    "心电网络,F1,F99",
    "中转,F1,F3",
]


def write_links(path: Path, lines: list[str] = LINES) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("linked")
    return build_study(write_county(folder, links=write_links(folder / "links.csv")))


def test_a_file_of_links_is_read_with_the_study_and_names_what_it_could_not_use(linked: Study) -> None:
    assert linked.link[["kind", "from_id", "to_id"]].to_numpy().tolist() == [
        ["reads_ecg_for", "F1", "F3"],
        ["supplies_drugs_to", "F1", "F3"],
    ]
    told = {(p.row, p.code) for p in linked.report.problems if p.table == "link"}
    assert told == {(4, "link_end_unknown"), (5, "link_kind_unknown")} and linked.report.rows_refused == 2


def test_a_file_without_the_columns_of_a_link_is_refused_by_name(tmp_path: Path, said: Callable) -> None:
    path = write_links(tmp_path / "links.csv", ["a,b", "1,2"])
    with pytest.raises(ColumnsMissing) as caught:
        build_study(write_county(tmp_path / "c", links=path))
    assert "kind" in said(caught.value)["en"]


def test_the_terminal_takes_links_and_says_which_rows_it_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    files = {"roads": write_roads, "boundary": write_outline, "facilities": write_care, "demand": write_villages}
    words = [
        w
        for k, write in files.items()
        for w in (f"--{k}", str(write(tmp_path / f"{k}{'.csv' if k in ('facilities', 'demand') else '.geojson'}")))
    ]
    links = write_links(tmp_path / "links.csv")
    assert main(["study", "create", "mine", *words, "--links", str(links), "--crs", "EPSG:4326"]) == 0
    assert "F99" in capsys.readouterr().out
    assert len(open_store().load("mine").link) == 2
    assert lonlat([(0, 0)])


def test_links_are_stored_and_loaded_and_change_the_studys_name(linked: Study, toy: Study, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.save(linked, "f", replace=False)
    assert store.load("toy").link.equals(linked.link)
    assert linked.content_id != with_tables(linked, {"link": toy.link}).content_id == toy.content_id


def test_a_version_stored_before_there_were_links_loads_with_none(toy: Study, any_store: Store) -> None:
    any_store.save(toy, "f", replace=False)
    with any_store.database.transaction(writing=True) as connection:
        row = connection.execute(VERSION.select()).one()
        older = {k: v for k, v in json.loads(row.parts).items() if k != "link"}
        connection.execute(sa.update(VERSION).values(parts=json.dumps(older)))
    loaded = any_store.load("toy")
    assert loaded.link.empty and list(loaded.link.columns) == list(toy.link.columns)
    assert loaded.content_id == toy.content_id
    assert with_tables(loaded, {}).content_id == toy.content_id  # so a list that says nothing new changes nothing


def test_a_part_that_is_missing_but_for_the_links_is_damage(toy: Study) -> None:
    bodies = {name: parts.to_bytes(toy, name) for name in parts.NAMES if name != "indicator"}
    with pytest.raises(KeyError):
        parts.from_bytes(bodies, toy.header, {"problems": []}, "x")


def test_a_list_of_links_is_checked_compared_and_committed_through_the_desk(linked: Study, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.save(linked, "f", replace=False)
    base = store.newest("toy")
    context = desk.context_of(linked)
    path = write_links(tmp_path / "l.csv", [LINES[0], LINES[1], "检验中心,F1,F2"])
    check = desk.check_file(path, "links", context, {})
    found = desk.difference(linked, check, {})
    assert (len(found.added), len(found.gone), check.verdict) == (1, 1, "accepted")
    kept = desk.proposed(linked, check, found, gone_are_closed=False)
    assert kept.link["kind"].tolist() == ["reads_ecg_for", "supplies_drugs_to", "tests_for"]
    replaced = desk.proposed(linked, check, found, gone_are_closed=True)
    assert replaced.link["kind"].tolist() == ["reads_ecg_for", "tests_for"]
    assert base is not None
    upload = desk.Upload("王", "", "l.csv", check.fingerprint, "op-1")
    version, conflicts = desk.commit(store, linked, base.version_id, replaced, "links", upload)
    assert conflicts == [] and store.load("toy", version).link.equals(replaced.link)


def test_links_and_facilities_changed_by_two_people_are_joined(linked: Study, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.save(linked, "f", replace=False)
    base = store.newest("toy")
    assert base is not None
    theirs = with_tables(linked, {"facility": linked.facility.assign(beds=7.0)})
    desk.commit(store, linked, base.version_id, theirs, "facilities", desk.Upload("李", "", "", "", "op-1"))
    mine = with_tables(linked, {"link": linked.link.iloc[:1]})
    version, conflicts = desk.commit(
        store, linked, base.version_id, mine, "links", desk.Upload("王", "", "", "", "op-2")
    )
    both = store.load("toy", version)
    assert conflicts == [] and len(both.link) == 1 and both.facility["beds"].eq(7.0).all()
