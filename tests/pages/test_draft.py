"""An upload under way at the data desk: where its file lies and how long, and which version it is checked against."""

import errno
import io
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
import xlsxwriter
from streamlit.testing.v1 import AppTest

from geo.model.desk import Mend
from geo.model.inputs import Study
from geo.store import Store, open_store
from geo.study import build_study
from geo.study.build import with_tables
from geo.study.desk import recall_decisions
from pages.ui.draft import Draft
from tests.geo import county
from tests.geo.county import CARE, CLINIC, lonlat, write_care, write_county

DESK = Path(__file__).resolve().parents[2] / "pages" / "desk.py"
DAY_S = 24 * 3600


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return build_study(write_county(tmp_path_factory.mktemp("toy")))


@pytest.fixture
def store(tmp_path: Path, toy: Study, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of the test's own with the toy county in it."""
    monkeypatch.setenv("YIDA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    st.cache_resource.clear()
    made = open_store()
    made.save(toy, "files", replace=False)
    yield made
    st.cache_resource.clear()


@pytest.fixture
def page(store: Store) -> AppTest:
    made = AppTest.from_file(str(DESK), default_timeout=60)
    made.query_params["study"], made.query_params["lang"] = "toy", "en"
    return made.run()


@pytest.fixture
def chinese(store: Store) -> AppTest:
    made = AppTest.from_file(str(DESK), default_timeout=60)
    made.query_params["study"], made.query_params["lang"] = "toy", "zh"
    return made.run()


def care(folder: Path, *changed: county.Care) -> bytes:
    by_key = {c.key: c for c in (*CARE, *changed)}
    return write_care(folder / "care.csv", by_key.values()).read_bytes()


def upload(page: AppTest, content: bytes, name: str = "list.csv") -> AppTest:
    return page.file_uploader[0].set_value((name, content, "text/csv")).run()


def draft(page: AppTest) -> Draft:
    (found,) = page.session_state.drafts.values()
    return found


def folders(home: Path) -> list[Path]:
    return sorted((home / "home" / "uploads").glob("*"))


def press(page: AppTest, label: str) -> AppTest:
    return next(b for b in page.button if b.label == label).click().run()


def answered(page: AppTest) -> AppTest:
    """The open question about the coordinate system answered."""
    next(s for s in page.selectbox if s.label == "Answer").set_value("EPSG:4326").run()
    return press(page, "Take this answer")


# ---- the folder of an upload -----------------------------------------------------------------------------------


def test_an_upload_lies_alone_in_a_folder_of_its_own_under_a_harmless_name(page: AppTest, tmp_path: Path) -> None:
    content = care(tmp_path)
    upload(page, content, "../../名单 $(rm).csv")
    (folder,) = folders(tmp_path)
    (file,) = folder.iterdir()
    assert not page.exception and draft(page).path == file and file.read_bytes() == content
    assert file.name == "名单 __rm_.csv" and len(folder.name) == 32


def test_a_file_that_cannot_be_read_leaves_no_folder_and_is_called_by_its_own_name(
    page: AppTest, tmp_path: Path
) -> None:
    upload(page, b"\x00\x01\x02\x03" * 50, "broken.csv")
    assert not page.exception and "broken" in page.error[0].value and str(tmp_path) not in page.error[0].value
    assert folders(tmp_path) == [] and not page.session_state.drafts


def test_sheets_to_choose_from_are_shown_with_their_first_rows(chinese: AppTest) -> None:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as book:
        for year, beds in (("2025", "20"), ("2026", "25")):
            sheet = book.add_worksheet(year)
            for row, cells in enumerate([["机构名称", "床位数"], ["同民镇卫生院", beds]]):
                sheet.write_row(row, 0, cells)
    upload(chinese, held.getvalue(), "list.xlsx")
    counts, *previews = (d.value for d in chinese.dataframe)
    assert counts.to_dict("list") == {"选项": ["2025", "2026"], "行数": [2, 2]}
    assert [p.iloc[1].to_dict() for p in previews[:2]] == [
        {"A": "同民镇卫生院", "B": "20"}, {"A": "同民镇卫生院", "B": "25"},
    ]  # fmt: skip


def test_cells_of_a_column_to_choose_stand_under_its_name_and_mends_name_ours(chinese: AppTest) -> None:
    text = "机构名称,级别,编制床位,实有床位,经度,纬度\n甲村卫生室,村级,约3张,2,/,/\n"
    upload(chinese, text.encode())
    assert [list(d.value.columns) for d in chinese.dataframe][:2] == [["编制床位"], ["实有床位"]]
    ours = next(d.value["本系统的列"].tolist() for d in chinese.dataframe if "本系统的列" in d.value)
    assert "所属乡镇 (unit_name)" in ours and "坐标 (position)" in ours
    chinese.session_state[f"desk_tab:{draft(chinese).upload_id}"] = "修正建议"
    chinese.run()
    changes = [c for d in chinese.dataframe if "修改" in d.value for c in d.value["修改"]]
    assert any(c == "床位数: 约3张 → 3" for c in changes) and any(c.startswith("经度: / → ") for c in changes)


def test_each_mend_of_a_row_says_the_reason_of_its_own_column(page: AppTest) -> None:
    upload(page, "机构名称,级别,床位数,服务人口,经度,纬度\n甲村卫生室,村级,约3张,约900人,/,/\n".encode())
    page.session_state[f"desk_tab:{draft(page).upload_id}"] = "Mends"
    page.run()
    why = {c: w for d in page.dataframe if "Change" in d.value for c, w in d.value[["Change", "Why"]].to_numpy()}
    assert "beds is 约3张" in why["beds: 约3张 → 3"] and "约900人" in why["population_served: 约900人 → 900"]


def test_a_full_disk_is_said_and_leaves_nothing_behind(
    page: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    content = care(tmp_path)
    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", full)
        upload(page, content)
    said = page.error[0].value.replace("\\", "")  # without what keeps a path from being taken for markup
    assert not page.exception and "uploads cannot be used now (No space left on device)" in said
    assert folders(tmp_path) == []
    with monkeypatch.context() as disk:
        disk.setattr("tempfile.mkdtemp", full)
        upload(page, content, "again.csv")
    said = page.error[0].value
    assert not page.exception and "No work folder can be made" in said and "No space left on device" in said
    assert folders(tmp_path) == []
    assert not upload(page, content, "third.csv").error and draft(page).file_name == "third.csv"


def test_another_file_takes_the_place_of_the_one_before(page: AppTest, tmp_path: Path) -> None:
    upload(page, care(tmp_path), "one.csv")
    (first,) = folders(tmp_path)
    upload(page, care(tmp_path, replace(CLINIC, name="南村卫生室")), "two.csv")
    (second,) = folders(tmp_path)
    assert second != first and draft(page).file_name == "two.csv" and draft(page).path.parent == second


def test_a_broken_file_after_a_good_one_leaves_the_good_one(page: AppTest, tmp_path: Path) -> None:
    upload(page, care(tmp_path), "one.csv")
    before, kept = folders(tmp_path), draft(page)
    upload(page, b"\x00\x01\x02\x03" * 50, "broken.csv")
    assert page.error and folders(tmp_path) == before and draft(page) == kept


def test_a_draft_stays_while_another_page_of_the_desk_is_looked_at(page: AppTest, tmp_path: Path) -> None:
    upload(page, care(tmp_path))
    kept = draft(page)
    page.radio(key="desk_kind").set_value("demand").run()
    assert page.session_state.drafts["facilities", "toy"] == kept and len(folders(tmp_path)) == 1
    page.radio(key="desk_kind").set_value("facilities").run()
    assert draft(page) == kept and "Working on list" in page.caption[0].value


def test_a_draft_discarded_is_gone_with_its_folder_and_not_read_again(page: AppTest, tmp_path: Path) -> None:
    upload(page, care(tmp_path))
    press(page, "Discard")
    assert folders(tmp_path) == [] and page.session_state.drafts == {}
    page.run()
    assert folders(tmp_path) == [] and page.session_state.drafts == {}


def test_folders_that_sessions_left_behind_are_removed_after_two_days(page: AppTest, tmp_path: Path) -> None:
    uploads = tmp_path / "home" / "uploads"
    for name, days in (("old", 2.1), ("young", 1.9)):
        (uploads / name).mkdir(parents=True)
        (uploads / name / "list.csv").write_text("a,b\n", encoding="utf-8")
        then = time.time() - days * DAY_S
        os.utime(uploads / name, (then, then))
    upload(page, care(tmp_path))
    assert [f.name for f in folders(tmp_path) if f != draft(page).path.parent] == ["young"]


# ---- the version it is checked against -------------------------------------------------------------------------


def moved_by_another(store: Store, toy: Study) -> int:
    """Somebody else stores another place of the clinic."""
    facility = toy.facility.copy()
    facility.loc[facility["facility_id"] == CLINIC.key, "lat"] += 0.001
    theirs = with_tables(toy, {"facility": facility})
    newest = store.newest("toy")
    assert newest is not None
    return store.commit(
        theirs,
        base_version=newest.version_id,
        kind="facilities",
        author="韩",
        note="",
        fingerprint="",
        operation_id="h",
    )


def stored(page: AppTest) -> AppTest:
    page.session_state[f"desk_tab:{draft(page).upload_id}"] = "Difference and commit"
    page.run()
    page.text_input[0].set_value("李雷")
    return press(page, "Store as a new version")


def test_the_people_near_the_kind_of_facility_that_a_list_changes_are_compared(page: AppTest, tmp_path: Path) -> None:
    """From (6500, 5500) to 中村: 2,000 people are 6 min from the clinic until it moves to the island with its 50."""
    upload(page, care(tmp_path, replace(CLINIC, at=(2000, 9000))))
    answered(page)
    page.session_state[f"desk_tab:{draft(page).upload_id}"] = "Difference and commit"
    page.run()
    told = " ".join(m.value for m in page.markdown)
    assert "hospital by ambulance (modelled): **3,700** of 3,757 before, **3,700** of 3,757 after" in told
    assert "of Village clinic by ambulance (modelled): **2,300 of 3,757** before, **50 of 3,757** after." in told


def similar(page: AppTest, tmp_path: Path) -> AppTest:
    """A list whose clinic has one sign more and no id, at the question whether it is the stored one."""
    renamed = [replace(c, key="", name="北村村卫生室") if c is CLINIC else c for c in CARE]
    upload(page, write_care(tmp_path / "care.csv", renamed).read_bytes())
    answered(page)
    page.session_state[f"desk_tab:{draft(page).upload_id}"] = "Difference and commit"
    return page.run()


def new_rows(page: AppTest) -> str:
    return next(m.value for m in page.metric if m.label == "New")


def test_a_decision_about_names_is_the_drafts_until_it_is_stored(page: AppTest, store: Store, tmp_path: Path) -> None:
    similar(page, tmp_path)
    undecided = new_rows(page)
    press(page, "The same place")
    assert not page.exception and int(new_rows(page)) == int(undecided) - 1
    assert "The same place" not in [b.label for b in page.button] and recall_decisions(store, "toy") == {}
    press(page, "Take back what was decided about 1 names")
    assert new_rows(page) == undecided and draft(page).decisions == {}
    press(page, "Two places")
    press(page, "Discard")
    assert recall_decisions(store, "toy") == {}


def test_a_decision_about_names_is_kept_with_the_version(page: AppTest, store: Store, tmp_path: Path) -> None:
    similar(page, tmp_path)
    press(page, "The same place")
    stored(page)
    assert recall_decisions(store, "toy") == {"F3|北村村卫生室": "same"} and len(store.load("toy").facility) == len(
        CARE
    )


def test_a_decision_of_an_earlier_file_can_be_asked_again(page: AppTest, store: Store, tmp_path: Path) -> None:
    store.remember("toy", {"pair:F3|北村村卫生室": "different"})
    similar(page, tmp_path)
    apart = new_rows(page)
    assert "The same place" not in [b.label for b in page.button]
    assert any("are two places" in m.value for m in page.markdown)
    press(page, "Ask again")
    press(page, "The same place")
    assert int(new_rows(page)) == int(apart) - 1
    stored(page)
    assert recall_decisions(store, "toy") == {"F3|北村村卫生室": "same"}


def test_the_rows_say_how_sure_tier_and_category_are(page: AppTest, tmp_path: Path) -> None:
    upload(page, care(tmp_path))
    answered(page)
    page.pills(key="verdicts").set_value(["ok", "warning", "error"]).run()
    table = next(d.value for d in page.dataframe if "Tier: how sure, why" in d.value.columns)
    assert table["Tier: how sure, why"].tolist() == ["100% · stated in the list"] * 3
    assert table["Category: how sure, why"].iloc[0] == "80% · told by the name"


def test_a_draft_keeps_the_version_it_began_with(page: AppTest, store: Store, toy: Study, tmp_path: Path) -> None:
    before = store.newest("toy")
    upload(page, care(tmp_path))
    later = moved_by_another(store, toy)
    page.run()
    assert before is not None and later > before.version_id
    assert draft(page).base_version == before.version_id and draft(page).base.content_id == toy.content_id
    assert store.load("toy").content_id != toy.content_id


def test_what_two_people_changed_is_a_conflict_and_the_draft_can_be_compared_with_the_newest(
    page: AppTest, store: Store, toy: Study, tmp_path: Path
) -> None:
    upload(page, care(tmp_path, replace(CLINIC, at=(6500, 5200))))
    answered(page)
    old = draft(page)
    later = moved_by_another(store, toy)
    stored(page)
    assert "Somebody else has changed the same cells" in page.error[0].value
    newest = store.newest("toy")
    assert newest is not None and newest.version_id == later  # nothing of ours is stored
    press(page, "Compare with the newest version")
    new = draft(page)
    assert (new.base_version, new.base.content_id) == (later, newest.content_id)
    assert new.operation_id != old.operation_id and new.path == old.path and new.answers == old.answers
    stored(page)
    clinic = store.load("toy").facility.set_index("facility_id").loc[CLINIC.key]
    assert [clinic["lon"], clinic["lat"]] == pytest.approx(lonlat([(6500, 5200)])[0], abs=1e-9)
    assert folders(tmp_path) == [] and page.session_state.drafts == {}


def test_what_was_done_to_the_rows_is_done_again_when_the_file_is_read_anew(
    page: AppTest, store: Store, toy: Study, tmp_path: Path
) -> None:
    upload(page, care(tmp_path))
    answered(page)
    before = draft(page)
    edit = Mend("edited", 4, {"name": "南村卫生室"})
    page.session_state.drafts["facilities", "toy"] = replace(before, edits=(edit,))
    moved_by_another(store, toy)
    page.session_state["renew"] = before.upload_id
    page.run()
    assert draft(page).edits == (edit,) and draft(page).check.table["name"].tolist()[2] == "南村卫生室"
    assert draft(page).base.content_id == store.load("toy").content_id


def test_a_draft_stored_twice_is_one_version(page: AppTest, store: Store, toy: Study, tmp_path: Path) -> None:
    """The same operation id: a press repeated after a lost answer stores nothing again."""
    upload(page, care(tmp_path, replace(CLINIC, at=(6500, 5200))))
    answered(page)
    kept = draft(page)
    stored(page)
    made = store.newest("toy")
    kept.path.parent.mkdir(parents=True)
    page.session_state.drafts = {("facilities", "toy"): kept}
    stored(page)
    assert store.newest("toy") == made
