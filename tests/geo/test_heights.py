"""Heights: tiles and GeoTIFF read as they should be, voids filled and told, stored with the study, felt by walkers."""

import io
import json
import os
import zipfile
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from geo.intake.files.guarded_heights import guarded_heights
from geo.intake.heights import heights_from
from geo.model.errors import FileUnreadable, RasterElsewhere
from geo.model.inputs import Sources, content_id
from geo.model.roads import Roads
from geo.network.graph import build_graph
from geo.store import open_store, parts
from geo.study import assumptions_for, build_study, desk, network_of
from geo.study.relief import heights_share
from tests.geo.county import write_county
from tests.geo.network.conftest import degrees
from tests.geo.terminal import create_words
from tests.geo.test_cli import created, home, yida  # noqa: F401

SHARED = Path(os.environ.get("YIDA_SHARED") or Path(__file__).resolve().parents[3] / "shared" / "data")
BOX = (105.0, 28.0, 105.2, 28.1)


def write_hgt(path: Path, height=lambda lon, lat: 1000 + 0 * lon, void: float = 0.0, side: int = 1201) -> Path:
    """Tile N28E105 with heights by a function of degrees, some of it void."""
    lon, lat = np.meshgrid(105 + np.linspace(0, 1, side), 29 - np.linspace(0, 1, side))
    grid = np.round(height(lon, lat)).astype(">i2")
    grid[np.random.default_rng(1).random(grid.shape) < void] = -32768
    body = grid.tobytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("N28E105.hgt", body)
    else:
        path.write_bytes(body)
    return path


def write_tiff(path: Path, grid: np.ndarray, west=104.9, north=28.3, step=0.005, crs="EPSG:4326", nodata=-9999) -> Path:
    shape = {"height": grid.shape[0], "width": grid.shape[1], "count": 1, "dtype": "float32"}
    frame = from_origin(west, north, step, step)
    with rasterio.open(path, "w", driver="GTiff", crs=crs, nodata=nodata, transform=frame, **shape) as file:
        file.write(grid.astype("float32"), 1)
    return path


# ---- reading ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["N28E105.hgt", "N28E105.hgt.zip"])
def test_a_tile_lies_where_its_name_says(tmp_path, name):
    tile = heights_from(write_hgt(tmp_path / name, lambda lon, lat: (lon - 105) * 1000 + (lat - 28) * 3000), BOX)
    lon, lat = np.array([105.05, 105.1234]), np.array([28.02, 28.0777])
    assert tile.heights.at(lon, lat) == pytest.approx((lon - 105) * 1000 + (lat - 28) * 3000, abs=1)
    assert tile.voids == 0


def test_voids_are_filled_from_around_and_told(tmp_path):
    path = write_hgt(tmp_path / "N28E105.hgt", lambda lon, lat: (lat - 28) * 3000, void=0.05)
    heights, problems = guarded_heights([path], BOX, {})
    assert np.isfinite(heights.metres).all()
    assert heights.at(np.array([105.11]), np.array([28.05]))[0] == pytest.approx(150, abs=4)
    assert problems[0].code == "height_voids" and problems[0].params["share_pct"] == pytest.approx(5, abs=0.5)


def test_a_void_too_wide_to_fill_stays_unknown(tmp_path):
    def height(lon, lat):
        return np.where(lon < 105.15, 500.0, -32768)

    tile = heights_from(write_hgt(tmp_path / "N28E105.hgt", height), (105.0, 28.0, 105.6, 28.1))
    assert tile.heights.at(np.array([105.1]), np.array([28.05]))[0] == 500
    assert np.isnan(tile.heights.at(np.array([105.5]), np.array([28.05]))[0]) and tile.voids_left > 0


def test_a_geotiff_in_degrees_and_one_in_metres_say_the_same(tmp_path):
    rows, columns = np.mgrid[0:80, 0:80]
    in_degrees = write_tiff(tmp_path / "d.tif", 10.0 * columns + rows)  # at each centre: 2000 m a degree eastwards
    at = np.array([105.0525]), np.array([28.0475])
    assert heights_from(in_degrees, BOX).heights.at(*at)[0] == pytest.approx(10 * 30 + 50, abs=1e-3)
    x, _ = np.meshgrid(np.arange(490_000, 530_000, 100) + 50.0, 3_140_000 - np.arange(0, 50_000, 100) - 50.0)
    plane = write_tiff(tmp_path / "m.tif", (x - 490_000) / 100, 490_000, 3_140_000, 100, "EPSG:4544")
    lon, lat = degrees([(5000, 2000), (11_000, 4000)])
    assert heights_from(plane, BOX).heights.at(lon, lat) == pytest.approx([150, 210], abs=1)


def test_several_tiles_are_joined_and_the_one_elsewhere_is_passed_over(tmp_path):
    west = write_tiff(tmp_path / "w.tif", np.full((80, 40), 100.0))
    east = write_tiff(tmp_path / "e.tif", np.full((80, 60), 200.0), west=105.05)
    far = write_tiff(tmp_path / "f.tif", np.full((80, 60), 900.0), west=10)
    heights, _ = guarded_heights([far, west, east], BOX, {})
    assert heights.at(np.array([105.01, 105.15]), np.array([28.05, 28.05])) == pytest.approx([100, 200])
    with pytest.raises(RasterElsewhere):
        guarded_heights([far], BOX, {})


@pytest.mark.parametrize(
    ("name", "body"),
    [("N28E105.hgt", b"\0" * 1000), ("tile.hgt", b"\0" * 1201 * 1201 * 2), ("x.hgt.zip", b"PK\3\4 not an archive"),
     ("x.tif", b"II*\0 broken")],
)  # fmt: skip
def test_a_file_that_is_no_heights_is_refused_in_words(tmp_path, said, name, body):
    (tmp_path / name).write_bytes(body)
    with pytest.raises(FileUnreadable) as caught:
        guarded_heights([tmp_path / name], BOX, {})
    assert name.split(".")[0] in said(caught.value)["en"]


def test_an_archive_that_holds_no_tile_is_refused(tmp_path):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("readme.txt", "no tile")
    (tmp_path / "x.zip").write_bytes(body.getvalue())
    with pytest.raises(FileUnreadable):
        heights_from(tmp_path / "x.zip", BOX)


# ---- a study with heights --------------------------------------------------------------------------------------


def hilly(tmp_path: Path, name: str = "hilly", **changes: object) -> Sources:
    """The toy county on a plane that rises eastwards by 10 %."""
    grid = np.tile((104.895 + 0.0025 + 0.005 * np.arange(80) - 105) * 98_400 * 0.1, (120, 1)) + 500
    tiff = write_tiff(tmp_path / "hills.tif", grid, west=104.895, north=28.4)
    return write_county(tmp_path / "files", name=name, heights=(tiff,), **changes)


@pytest.fixture(scope="module")
def hills(tmp_path_factory):
    return build_study(hilly(tmp_path_factory.mktemp("hills")))


def test_walking_up_to_the_clinic_takes_longer_than_on_the_flat_and_driving_does_not(toy, hills):
    def minutes(study, mode):
        graph = build_graph(study.roads, mode, assumptions_for(study))
        main = int(np.argmax(study.roads.length_m * (study.roads.road_class == 2)))
        return sorted([graph.along_min[main], graph.against_min[main]])

    assert heights_share(hills.roads) == 1.0
    down, up = minutes(hills, "walk")
    flat = minutes(toy, "walk")[0]
    assert up / flat == pytest.approx(np.exp(0.35), rel=0.02) and down / flat == pytest.approx(1.0, abs=0.02)
    assert minutes(hills, "car") == pytest.approx(minutes(toy, "car"))


def test_the_leg_off_the_road_counts_its_slope_in_the_direction_it_is_walked(tmp_path):
    grid = np.tile(1500 + (0.4 - 0.0025 - 0.005 * np.arange(120))[:, None] * 110_800 * 0.1, (1, 80))  # rises northwards
    sources = write_county(tmp_path, heights=(write_tiff(tmp_path / "n.tif", grid, west=104.895, north=28.4),))
    study = build_study(sources)
    west = int((study.demand["name"] == "西村").argmax())  # 500 m north of its road
    to_road = network_of(study, "walk", assumptions_for(study)).demand.leg_slowness[west]
    from_road = network_of(study, "ambulance", assumptions_for(study)).demand.leg_slowness[west]
    assert to_road == pytest.approx(1.0, abs=0.02) and from_road == pytest.approx(np.exp(0.35), rel=0.02)


def test_heights_that_cover_a_part_are_a_warning_and_the_rest_is_still_shown(tmp_path):
    grid = write_tiff(tmp_path / "west.tif", np.full((80, 30), 700.0))  # ends at 105.05
    study = build_study(write_county(tmp_path / "a", heights=(grid,)))
    told = {p.code: p for p in study.report.problems}
    assert 0 < told["heights_partial"].params["share_pct"] < 99
    assert np.isnan(study.roads.vertex_height_m).any() and study.roads.has_heights
    network = network_of(study, "walk", assumptions_for(study))
    assert np.isfinite(network.graph.along_min[network.graph.usable]).all()


def test_heights_of_another_county_are_told_and_the_study_does_without(tmp_path, said):
    far = write_tiff(tmp_path / "far.tif", np.full((80, 80), 1.0), west=10)
    study = build_study(write_county(tmp_path / "a", heights=(far,)))
    problem = next(p for p in study.report.problems if p.code == "heights_elsewhere")
    assert "far.tif" in said(problem)["zh"]
    assert study.heights is None and not study.roads.has_heights and len(study.demand) == 6


def test_heights_of_another_county_are_refused_at_the_data_desk(toy, tmp_path, said):
    far = write_tiff(tmp_path / "far.tif", np.full((80, 80), 1.0), west=10)
    with pytest.raises(RasterElsewhere) as caught:
        desk.check_file(far, "heights", desk.context_of(toy), {})
    said(caught.value)


def test_a_study_with_heights_comes_back_from_the_store_as_it_went_in(hills, tmp_path, monkeypatch):
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    store = open_store(tmp_path)
    store.save(hills, "x", replace=False)
    again = store.load(hills.name)
    assert np.array_equal(again.heights.metres, hills.heights.metres)
    assert np.array_equal(again.roads.vertex_height_m, hills.roads.vertex_height_m)
    assert again.content_id == hills.content_id
    tables = [again.facility, again.demand, again.indicator, again.unit, again.outline]
    assert content_id(again.header, tables, again.roads, again.heights) == hills.content_id


def test_roads_stored_before_there_were_heights_are_read_with_none_known(toy):
    body = io.BytesIO()
    old = [f.name for f in fields(Roads) if f.name != "vertex_height_m"]
    np.savez(body, **{name: getattr(toy.roads, name) for name in old})
    assert parts.to_bytes(toy, "roads") == body.getvalue()  # and are still written so, under the same name
    bodies = {name: parts.to_bytes(toy, name) for name in parts.names_of(toy)} | {"roads": body.getvalue()}
    report = json.loads(json.dumps({**vars(toy.report), "problems": []}))
    study = parts.from_bytes(bodies, toy.header, report, toy.content_id)
    assert np.isnan(study.roads.vertex_height_m).all() and len(study.roads.vertex_height_m) == len(toy.roads.vertex_lon)
    assert study.heights is None and "heights" not in parts.names_of(toy)


def test_heights_come_by_the_data_desk_and_new_roads_take_them(toy, tmp_path):
    context = desk.context_of(toy)
    grid = write_tiff(tmp_path / "h.tif", np.full((120, 80), 640.0), north=28.4)
    check = desk.check_file(grid, "heights", context, {})
    assert check.verdict == "accepted"
    found = desk.difference(toy, check, {})
    assert found.changes["before"].tolist() == ["0.0"] and found.changes["after"].tolist() == ["25.0"]
    after = desk.proposed(toy, check, found, gone_are_closed=False)
    assert (after.roads.vertex_height_m == 640).all() and after.content_id != toy.content_id
    roads = desk.check_file(write_county(tmp_path / "again").roads, "roads", context, {})
    later = desk.proposed(after, roads, desk.difference(after, roads, {}), gone_are_closed=False)
    assert (later.roads.vertex_height_m == 640).all()


def test_the_terminal_takes_heights_when_a_study_is_made_and_later(created, yida, tmp_path):  # noqa: F811
    grid = write_tiff(tmp_path / "h.tif", np.tile(np.arange(80) * 50.0, (120, 1)), north=28.4)
    before = json.loads(
        yida("coverage", "toy", "--mode", "walk", "--from", "village_clinic", "--minutes", "70", "--json")[1]
    )
    code, out, _ = yida("import", grid, "--study", "toy", "--kind", "heights", "--json")
    assert code == 0 and json.loads(out)["version"] == 2
    after = json.loads(
        yida("coverage", "toy", "--mode", "walk", "--from", "village_clinic", "--minutes", "70", "--json")[1]
    )
    assert after["population"] == before["population"]
    words = create_words(tmp_path / "two", "second")
    code, _, err = yida(*words, "--heights", grid)
    assert (code, err) == (0, "")
    assert open_store().load("second").roads.has_heights


# ---- the real thing --------------------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared files are not beside this checkout")
def test_andorra_on_its_real_heights(tmp_path):
    """Steep: walking is slower than on the flat there and back together, and a pass lies where it lies."""
    roads, tile = SHARED / "andorra.osm.gz", SHARED / "N42E001.hgt.zip"
    sources = Sources(
        name="andorra", title={"en": "Andorra"}, scheme_id="hospital_clinic", roads=roads, heights=(tile,)
    )
    study = build_study(sources)
    heights = study.roads.vertex_height_m
    assert np.isfinite(heights).all() and 780 < heights.min() < 900 and 2400 < heights.max() < 2950
    voids = next(p for p in study.report.problems if p.code == "height_voids")
    assert 0 < voids.params["share_pct"] < 1 and voids.params["left_pct"] == 0
    # Envalira, the pass at 2,408 m; Andorra la Vella at about 1,020 m
    assert study.heights.at(np.array([1.7188]), np.array([42.5400]))[0] == pytest.approx(2408, abs=40)
    assert study.heights.at(np.array([1.5211]), np.array([42.5065]))[0] == pytest.approx(1020, abs=40)
    flat = replace(study, roads=replace(study.roads, vertex_height_m=np.full(len(heights), np.nan)), heights=None)
    steep, even = (build_graph(s.roads, "walk", assumptions_for(s)) for s in (study, flat))
    used = steep.usable & np.isfinite(steep.along_min) & np.isfinite(steep.against_min)
    both = (steep.along_min + steep.against_min)[used].sum() / (even.along_min + even.against_min)[used].sum()
    assert 1.1 < both < 2.0
    car = [build_graph(s.roads, "car", assumptions_for(s)).along_min for s in (study, flat)]
    assert np.array_equal(car[0], car[1])
