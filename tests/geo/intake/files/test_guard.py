"""A child that eats, hangs, crashes, writes or calls out is one refused file; nothing of it reaches the parent."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo.intake.desk.evidence import Evidence
from geo.intake.files.cells import Limits
from geo.intake.files.guard import guarded, guarded_noted
from geo.intake.files.guarded_layers import guarded_layer
from geo.intake.files.raw import read_raw
from geo.model.errors import CrsMissing, FileMissing, FileTooDemanding, FileUnreadable, ReadingStopped, TableEmpty
from tests.geo.conftest import Said

WORK = "tests.geo.intake.files.hostile_work:"
SMALL = Limits(memory_bytes=700 * 1024**2, written_bytes=20 * 1024**2, cpu_s=1, wall_s=5)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text("机构名称,经度,纬度\n甲卫生院,117.1,33.8\n乙卫生院,117.2,NA\n", encoding="gb18030")
    return path


def seconds_until(
    error: type[Exception], work: str, file: Path, limits: Limits = SMALL, match: str | None = None
) -> float:
    begin = time.monotonic()
    with pytest.raises(error, match=match):
        guarded(WORK + work, file, {}, limits)
    return time.monotonic() - begin


# ---- limits ----------------------------------------------------------------------------------------------------


def test_a_child_that_eats_memory_is_refused_for_its_memory(file: Path) -> None:
    assert seconds_until(FileTooDemanding, "eat_memory", file, match="700 MB of memory") < 3


def test_a_child_that_computes_for_ever_is_stopped_by_its_cpu_limit(file: Path) -> None:
    limits = Limits(cpu_s=1, wall_s=120)
    assert seconds_until(FileTooDemanding, "spin", file, limits, match="1 s of computing") < 60


def test_a_child_that_waits_for_ever_is_stopped_by_the_clock(file: Path) -> None:
    assert seconds_until(FileTooDemanding, "wait", file, Limits(wall_s=0.5), match=r"0\.5 s") < 3


def test_a_child_that_writes_too_much_is_refused(file: Path) -> None:
    seconds_until(FileTooDemanding, "write_much", file, match="room on disk")


def test_a_child_cannot_open_files_without_end(file: Path) -> None:
    opened = guarded(WORK + "open_many", file, {}, SMALL).words["opened"]
    assert isinstance(opened, int) and opened < 64


def test_a_file_beyond_the_size_is_refused_before_a_child_is_started(file: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(FileTooDemanding, match="MB"):
        guarded(WORK + "wait", file, {}, Limits(file_bytes=10))
    assert time.monotonic() - begin < 0.1


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(rows=100), "rows"),
        (Limits(columns=2), "3 columns; 2 are allowed"),
        (Limits(cell_characters=3), "characters"),
    ],
)
def test_rows_columns_and_cells_have_limits(tmp_path: Path, limits: Limits, reason: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("机构名称,经度,纬度\n" + "甲卫生院,117.1,33.8\n" * 300, encoding="utf-8")
    with pytest.raises(FileTooDemanding, match=reason):
        guarded_noted(path, {}, limits=limits)


# ---- the end of a child ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "work", ["touch_nowhere", "leave_quietly", "break_the_answer", "answer_a_list", "raise_another"]
)
def test_a_child_that_breaks_down_is_one_unreadable_file(file: Path, work: str) -> None:
    seconds_until(FileUnreadable, work, file)


@pytest.mark.parametrize("work", ["be_killed", "fail_in_c"])
def test_a_child_that_is_killed_has_asked_for_too_much(file: Path, work: str) -> None:
    seconds_until(FileTooDemanding, work, file)


def test_an_error_of_ours_comes_back_as_it_is_about_the_file_asked_for(file: Path) -> None:
    with pytest.raises(CrsMissing) as caught:
        guarded(WORK + "raise_ours", file, {}, SMALL)
    assert caught.value.params["path"] == file


def test_the_errors_are_said_in_both_languages(file: Path, said: Said) -> None:
    assert said(FileTooDemanding(path=file, detail="9 GB")) and said(ReadingStopped(path=file))


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    for path in (tmp_path / "no.csv", Path("/vsicurl/http://127.0.0.1/a.csv"), Path("a\0b")):
        with pytest.raises(FileMissing):
            guarded_noted(path, {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        guarded_noted(tmp_path, {})


def test_nothing_of_a_child_is_left_when_it_is_stopped(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(FileTooDemanding):
        guarded(WORK + "wait", file, {}, Limits(wall_s=0.3))
    assert [p.name for p in tmp_path.iterdir()] == [file.name]


# ---- the child's world -----------------------------------------------------------------------------------------


def test_a_child_reaches_no_server_where_the_system_lets_it_leave_the_network(file: Path) -> None:
    allowed = subprocess.run([sys.executable, "-c", UNSHARE], check=False).returncode == 0
    with socket.create_server(("127.0.0.1", 0)) as server:
        payload = {"port": server.getsockname()[1]}
        if allowed:
            with pytest.raises(FileUnreadable):
                guarded(WORK + "call_out", file, payload, SMALL)
        else:
            assert guarded(WORK + "call_out", file, payload, SMALL).words["connected"]


UNSHARE = "import ctypes, sys; u = ctypes.CDLL(None).unshare; sys.exit(u(0x40000000) and u(0x50000000) and 1)"


def test_a_child_knows_no_password_and_stands_in_a_folder_of_its_own(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIDA_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    seen = guarded(WORK + "look_around", file, {}, SMALL).words
    text = json.dumps(seen)
    assert "secret" not in text and "/nowhere" not in text and "https_proxy" not in text
    assert Path(str(seen["cwd"])).name.startswith("yida-work-") and seen["cwd"] != str(Path.cwd())
    assert isinstance(seen["environment"], dict)
    assert seen["environment"]["TMPDIR"] == seen["cwd"]


def test_progress_is_told_and_the_answer_comes_as_text(file: Path) -> None:
    told: list[int] = []
    words, table = guarded(WORK + "count_slowly", file, {}, Limits(), progress=told.append)
    assert words == {"done": True} and table is not None and table.column("a").to_pylist() == ["无", "NA"]
    assert len(told) > 2 and told == sorted(told)


def test_a_reading_can_be_stopped(file: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(ReadingStopped):
        guarded(WORK + "wait", file, {}, Limits(), should_stop=lambda: time.monotonic() - begin > 0.3)
    assert time.monotonic() - begin < 2


# ---- reading ---------------------------------------------------------------------------------------------------


def test_a_guarded_reading_is_the_reading(file: Path) -> None:
    raw, questions, _ = guarded_noted(file, {})
    here, _ = read_raw(file, {})
    assert raw is not None and here is not None and questions == []
    assert raw.rows.equals(here.rows) and raw.shape_id == here.shape_id
    assert raw.rows.dtypes.astype(str).tolist() == ["str"] * 3
    assert raw.rows.loc[3].tolist() == ["乙卫生院", "117.2", "NA"]


def test_the_shapes_of_a_layer_come_in_the_order_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    shapes = [
        {"type": "Point", "coordinates": [117, 34]},
        None,
        {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
    ]
    features = [
        {"type": "Feature", "properties": {"name": n}, "geometry": g} for n, g in zip("abc", shapes, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    raw, read, *_ = guarded_layer(path, {}, Evidence(), roads=True)
    assert read is not None
    assert [s and s.wkt for s in read] == ["POINT (117 34)", None, "LINESTRING (1 2, 3 4)"]
    assert raw is not None and raw.rows["name"].tolist() == ["a", "b", "c"] and raw.geometry_crs == "EPSG:4326"


def test_questions_and_notes_cross_the_border(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,lon,lat\n机构名称,经度,纬度\n甲,117,34\n合计,,\n", encoding="utf-8")
    raw, questions, _ = guarded_noted(path, {})
    assert raw is None and questions[0].question_id == "header_row"
    raw, questions, notes = guarded_noted(path, {"header_row": "2"})
    assert raw is not None and raw.rows.index.tolist() == [3]
    assert [(p.code, p.row) for p in notes] == [("footer_left_out", 4)]


def test_a_header_and_nothing_below_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("机构名称,经度,纬度\n", encoding="utf-8")
    with pytest.raises(TableEmpty):
        guarded_noted(path, {})


def test_a_small_table_starts_no_map_library_and_is_read_at_once(file: Path) -> None:
    slow = ("pandas", "geopandas", "shapely", "pyproj", "pyogrio", "osmium")
    code = (
        "import sys; from pathlib import Path;"
        "from geo.intake.files.grids import grid_words; from geo.intake.files.cells import Limits;"
        f"grid_words(Path({str(file)!r}), {{}}, Limits(), print); print([m for m in {slow} if m in sys.modules])"
    )
    root = Path(__file__).resolve().parents[4]
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert told.stdout.strip() == "[]"
    begin = time.monotonic()
    guarded_noted(file, {})
    assert time.monotonic() - begin < 1  # 0.2 s on a quiet machine


def test_a_hundred_thousand_rows_are_read_in_a_few_seconds(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = (f"第{n}村卫生室,117.{n % 997:03},33.{n % 991:03},0{n:011},{n % 9}" for n in range(100_000))
    path.write_text("机构名称,经度,纬度,机构代码,床位数\n" + "\n".join(lines), encoding="gb18030")
    told: list[int] = []
    begin = time.monotonic()
    raw, *_ = guarded_noted(path, {}, progress=told.append)
    assert time.monotonic() - begin < 10
    assert raw is not None and len(raw.rows) == 100_000 and raw.rows["机构代码"].iloc[-1] == "000000099999"
    assert told
