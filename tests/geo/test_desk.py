"""The data desk from file to version: facility lists on the toy county and on Xishui, figures worked out by hand.

Ambulances from county and township hospitals reach 3,700 of the toy county's 3,757 people within 15 minutes; 岛村 (50)
and 远村 (7) are out of reach.
"""

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo.intake.desk.checking import Context
from geo.intake.desk.difference import pair_key
from geo.model.errors import EditConflict, ReadingStopped
from geo.model.inputs import Study
from geo.model.roads import Floats
from geo.store import Store, open_store
from geo.study import desk, open_study
from tests.geo import county
from tests.geo.county import Care, lonlat, write_care, write_roads
from tests.geo.desk_files import BRIDGE, CARE_HEADER, COUNTED, WGS, after_of, care_rows, table, upload, within


@pytest.fixture(scope="module")
def context(toy: Study) -> Context:
    return desk.context_of(toy)


@pytest.fixture
def stored(any_store: Store, toy: Study) -> tuple[Store, int]:
    """A store that holds the toy county, and the number of that version."""
    return any_store, any_store.save(toy, "files", replace=False)


# ---- facilities: the whole path --------------------------------------------------------------------------------


def test_a_check_is_stopped_between_its_stages_not_only_while_the_file_is_read(
    context: Context, tmp_path: Path
) -> None:
    looked: list[str] = []

    def road_distance(lon: Floats, lat: Floats) -> Floats:
        looked.append("at the roads")
        return np.zeros(len(lon))

    path = table(tmp_path / "list.csv", CARE_HEADER, care_rows(*county.CARE))
    busy = replace(context, road_distance=road_distance)
    assert desk.check_file(path, "facilities", busy, WGS).rows_ok == 3
    looked.clear()
    with pytest.raises(ReadingStopped):  # the file has long been read when the roads are looked at
        desk.check_file(path, "facilities", busy, WGS, should_stop=lambda: bool(looked))
    asked: list[int] = []
    desk.check_file(path, "facilities", busy, WGS, should_stop=lambda: bool(asked.append(1)))
    assert len(asked) > 15


def test_a_list_goes_from_file_to_version_and_back(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path
) -> None:
    """The health centre closes: 东村 (400) is now 19 minutes from the county hospital, so 3,300 are left within 15."""
    store, first = stored
    rows = [*care_rows(county.HOSPITAL, county.CLINIC), *care_rows(county.HEALTH_CENTRE, status="关闭")]
    check = desk.check_file(table(tmp_path / "list.csv", CARE_HEADER, rows), "facilities", context, WGS)
    assert (check.rows_ok, check.questions) == (3, ())
    found = desk.difference(toy, check, {})
    told = found.changes[found.changes["column"] != "category"]  # told by the desk; the stored list has none
    assert told.to_dict("records") == [
        {"id": "F2", "name": "东乡卫生院", "column": "status", "before": "", "after": "closed"}
    ]
    assert (found.added, found.gone, len(found.moved)) == ((), (), 0)
    after = desk.proposed(toy, check, found, gone_are_closed=False)
    before_15, after_15 = desk.coverage_change(toy, after, "ambulance", COUNTED, 15)
    assert before_15 and after_15
    assert (before_15.covered, after_15.covered, after_15.beyond, after_15.unreachable) == (3700, 3300, 400, 57)
    version, conflicts = desk.commit(store, toy, first, after, "facilities", upload(check))
    assert conflicts == [] and version > first
    newest = store.versions("toy")[0]
    assert (newest.kind, newest.author, newest.note) == ("facilities", "李分析", "二月名单")
    assert newest.file_name == "list.csv"
    assert newest.fingerprint == check.fingerprint == desk.file_fingerprint(tmp_path / "list.csv")
    assert store.load("toy").content_id == after.content_id
    restored = desk.restore(store, "toy", first, "王审核", "误报", "restore-1")
    assert store.load("toy").content_id == toy.content_id
    assert [v.version_id for v in store.versions("toy")] == [restored, version, first]
    assert within(store.load("toy"), 15) == 3700


def test_what_the_list_lacks_counts_on_unless_it_is_said_to_be_closed(
    toy: Study, context: Context, tmp_path: Path
) -> None:
    path = write_care(tmp_path / "list.csv", (county.HOSPITAL, county.CLINIC))
    check = desk.check_file(path, "facilities", context, WGS)
    found = desk.difference(toy, check, {})
    assert [toy.facility["facility_id"].iat[row] for row in found.gone] == ["F2"]
    assert after_of(toy, check).facility["status"].eq("").all() and within(after_of(toy, check), 15) == 3700
    assert within(after_of(toy, check, closing=True), 15) == 3300


def test_a_new_and_a_moved_facility_are_told_apart(toy: Study, context: Context, tmp_path: Path) -> None:
    """A clinic moves 300 m; a township hospital opens at 北村 (300), which was 12 minutes from the nearest."""
    moved = replace(county.CLINIC, at=(6500, 5200))
    new = Care("F9", "北乡卫生院", "一般乡镇卫生院", (6500, 5500))
    path = write_care(tmp_path / "list.csv", (county.HOSPITAL, county.HEALTH_CENTRE, moved, new))
    check = desk.check_file(path, "facilities", context, WGS)
    found = desk.difference(toy, check, {})
    assert found.moved["id"].tolist() == ["F3"] and found.moved["distance_m"].tolist() == pytest.approx([300], abs=0.5)
    assert (len(found.added), len(found.gone)) == (1, 0) and found.changes.empty
    after = after_of(toy, check)
    assert (within(toy, 6.001), within(after, 6.001)) == (2400, 2700)
    assert after.facility.set_index("facility_id").loc["F9", "unit_code"] == "F2"


def test_columns_told_once_are_remembered_for_the_next_file_of_the_same_shape(
    stored: tuple[Store, int], context: Context, tmp_path: Path
) -> None:
    store, _ = stored
    header = ("编号", "单位", "甲", "乙", "丙")
    rows = [[c.key, c.name, c.tier, *lonlat([c.at])[0]] for c in county.CARE]
    path = table(tmp_path / "odd.csv", header, rows)
    told = {
        **WGS,
        "columns": json.dumps({"facility_id": "编号", "name": "单位", "tier": "甲", "lon": "乙", "lat": "丙"}),
    }
    check = desk.check_file(path, "facilities", context, told)
    assert check.rows_ok == 3
    desk.remember_mapping(store, "toy", check)
    remembered = desk.recall_mappings(store, "toy", "facilities")
    again = desk.check_file(table(tmp_path / "b.csv", header, rows[:2]), "facilities", context, WGS, remembered)
    assert (again.mapping, again.questions, again.rows_ok) == (check.mapping, (), 2)
    assert desk.recall_mappings(store, "toy", "demand") == {}


@pytest.mark.parametrize(("decision", "facilities"), [("same", 3), ("different", 4)])
def test_a_decision_about_similar_names_is_remembered(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path, decision: str, facilities: int
) -> None:
    store, _ = stored
    rows = [
        *care_rows(county.HOSPITAL, county.HEALTH_CENTRE),
        *care_rows(replace(county.CLINIC, key="", name="北村村卫生室")),
    ]
    check = desk.check_file(table(tmp_path / "list.csv", CARE_HEADER, rows), "facilities", context, WGS)
    found = desk.difference(toy, check, desk.recall_decisions(store, "toy"))
    assert len(found.proposed) == 1 and len(found.added) == 1
    key = pair_key(toy.facility, desk.usable(check, toy), found.proposed[0])
    desk.remember_decisions(store, "toy", {key: decision})
    told = desk.difference(toy, check, desk.recall_decisions(store, "toy"))
    assert told.proposed == ()
    assert len(desk.proposed(toy, check, told, gone_are_closed=False).facility) == facilities


def test_a_mend_accepted_puts_the_row_right(toy: Study, context: Context, tmp_path: Path) -> None:
    lon, lat = lonlat([county.CLINIC.at])[0]
    path = table(
        tmp_path / "list.csv",
        CARE_HEADER,
        [*care_rows(county.HOSPITAL), ["F3", "北村卫生室", "村卫生室", lat, lon, ""]],
    )
    check = desk.check_file(path, "facilities", context, WGS)
    assert check.rows_ok == 1
    mended = desk.mended(check, check.mends, context)
    assert mended.rows_ok == 2 and len(desk.difference(toy, mended, {}).moved) == 0


def test_the_same_operation_is_stored_once(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path
) -> None:
    store, first = stored
    check = desk.check_file(write_care(tmp_path / "list.csv", (county.HOSPITAL,)), "facilities", context, WGS)
    after = after_of(toy, check, closing=True)
    numbers = {desk.commit_or_raise(store, toy, first, after, "facilities", upload(check)) for _ in range(3)}
    assert len(numbers) == 1 and len(store.versions("toy")) == 2


def test_two_people_at_two_kinds_of_lists_lose_nothing(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path
) -> None:
    """Both start from the first version: one closes the health centre, the other joins the island's road."""
    store, first = stored
    lists = desk.check_file(
        table(tmp_path / "list.csv", CARE_HEADER, care_rows(county.HEALTH_CENTRE, status="停业")),
        "facilities",
        context,
        WGS,
    )
    roads = desk.check_file(write_roads(tmp_path / "r.geojson", (*county.ROADS, BRIDGE)), "roads", context, {})
    desk.commit_or_raise(store, toy, first, after_of(toy, lists), "facilities", upload(lists))
    desk.commit_or_raise(store, toy, first, after_of(toy, roads), "roads", upload(roads))
    both = store.load("toy")
    assert both.facility["status"].tolist() == ["", "closed", ""] and both.report.islands == 0


def test_two_people_who_replace_the_same_roads_are_told(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path
) -> None:
    store, first = stored
    checks = [
        desk.check_file(write_roads(tmp_path / f"{n}.geojson", roads), "roads", context, {})
        for n, roads in enumerate(((*county.ROADS, BRIDGE), county.ROADS[:3]))
    ]
    desk.commit_or_raise(store, toy, first, after_of(toy, checks[0]), "roads", upload(checks[0], 1))
    with pytest.raises(EditConflict):
        desk.commit_or_raise(store, toy, first, after_of(toy, checks[1]), "roads", upload(checks[1], 2))
    assert store.load("toy").report.islands == 0 and len(store.versions("toy")) == 2


def test_a_wrong_number_of_the_base_never_loses_what_was_stored_meanwhile(
    stored: tuple[Store, int], toy: Study, context: Context, tmp_path: Path
) -> None:
    """The second list was laid over the first version, but is handed in under the number of the second."""
    store, first = stored
    closed, renamed = (
        desk.check_file(table(tmp_path / f"{n}.csv", CARE_HEADER, rows), "facilities", context, WGS)
        for n, rows in enumerate(
            (care_rows(county.HEALTH_CENTRE, status="停业"), care_rows(county.CLINIC, status="停业"))
        )
    )
    second = desk.commit_or_raise(store, toy, first, after_of(toy, closed), "facilities", upload(closed))
    desk.commit_or_raise(store, toy, second, after_of(toy, renamed), "facilities", upload(renamed, 2))
    assert store.load("toy").facility["status"].tolist() == ["", "closed", "closed"]


# ---- Xishui ----------------------------------------------------------------------------------------------------


def test_the_whole_path_on_xishui(tmp_path: Path) -> None:
    """Xishui's own list with its county TCM hospital closed: fewer people within 15 minutes, and all as before when
    the first version is restored. Counted from the table itself: the other hospital stays open."""
    store = open_store(tmp_path)
    study = open_study(store, "xishui")
    first = store.versions("xishui")[0].version_id
    closed = study.facility.assign(status=np.where(study.facility["tier"] == "county_hospital", "关闭", "营业"))
    closed.to_csv(tmp_path / "list.csv", index=False)
    check = desk.check_file(tmp_path / "list.csv", "facilities", desk.context_of(study), WGS)
    assert check.rows_ok == len(study.facility) == 267
    found = desk.difference(study, check, {})
    assert set(found.changes["id"]) == {"520330H1", "520330H2"} and set(found.changes["after"]) == {"closed"}
    after = desk.proposed(study, check, found, gone_are_closed=False)
    before, now = desk.coverage_change(study, after, "ambulance", ("county_hospital",), 15)
    assert before is not None and before.covered > 100_000 and now is None
    version = desk.commit_or_raise(store, study, first, after, "facilities", upload(check))
    assert open_study(store, "xishui").content_id == after.content_id  # not built over by the sample
    desk.restore(store, "xishui", first, "审核", "", "r")
    assert store.load("xishui").content_id == study.content_id
    assert [v.kind for v in store.versions("xishui")] == ["restore", "facilities", "study"] and version
    with sqlite3.connect(tmp_path / "yida.sqlite") as connection:
        assert connection.execute("SELECT count(*) FROM version").fetchone() == (3,)
