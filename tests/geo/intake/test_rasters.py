"""People per cell become demand points, and nobody is lost, doubled or moved to another county."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Transformer
from rasterio.transform import Affine, from_origin

from geo.intake import rasters
from geo.intake.rasters import demand_from_raster
from geo.model.errors import (
    ChoiceUnknown,
    CrsMissing,
    FileMissing,
    FileTooDemanding,
    FileUnreadable,
    OutOfRange,
    RasterElsewhere,
    RasterEmpty,
    TableEmpty,
)
from geo.model.schema import DEMAND

GK = "EPSG:4544"  # CGCS2000 3-degree, central meridian 105: the projection chosen for a county at 106° E
TO_DEGREES = Transformer.from_crs(GK, "EPSG:4326", always_xy=True)
WEST, NORTH = 600_000.0, 3_130_000.0  # the toy county's north-west corner; its blocks of 1 km begin there
FOUR = np.array([[1, 2], [3, 4]], dtype=np.float32)


def write(path: Path, people: np.ndarray, cell_m: float = 500.0, **profile: object) -> Path:
    """A raster whose north-west corner is the county's; `profile` changes how it is written."""
    bands = people[None] if people.ndim == 2 else people
    plain: dict[str, object] = {
        "driver": "GTiff",
        "count": len(bands),
        "height": bands.shape[1],
        "width": bands.shape[2],
        "dtype": bands.dtype,
        "crs": GK,
        "transform": from_origin(WEST, NORTH, cell_m, cell_m),
    }
    with rasterio.open(path, "w", **(plain | profile)) as raster:
        raster.write(bands)
    return path


def county(east_m: float = 4000, south_m: float = 4000, west_m: float = 0, north_m: float = 0) -> gpd.GeoDataFrame:
    """A rectangle, its sides so many metres east and south of the corner, in degrees, its sides not bent."""
    box = shapely.segmentize(shapely.box(WEST + west_m, NORTH - south_m, WEST + east_m, NORTH - north_m), 10)
    return gpd.GeoDataFrame(geometry=[box], crs=GK).to_crs("EPSG:4326")


def villages(*places: tuple[str, float, float]) -> pd.DataFrame:
    """(id, metres east, metres south of the corner)."""
    lon, lat = TO_DEGREES.transform([WEST + p[1] for p in places], [NORTH - p[2] for p in places])
    ids = [p[0] for p in places]
    known = {"demand_id": ids, "name": ids, "unit_code": "1", "lon": lon, "lat": lat, "population": 77.0}
    return pd.DataFrame(known).assign(population_65_plus=7.0, population_type="resident", year="2020")


def metres(table: pd.DataFrame) -> list[tuple[int, int]]:
    x, y = Transformer.from_crs("EPSG:4326", GK, always_xy=True).transform(table["lon"], table["lat"])
    return [(round(a - WEST), round(NORTH - b)) for a, b in zip(x, y, strict=True)]


# ---- blocks ----------------------------------------------------------------------------------------------------


def test_cells_are_gathered_into_blocks_at_their_peoples_centre(tmp_path: Path) -> None:
    """Four 500 m cells make one 1 km block: 10 people, their centre at (1·250+2·750+3·250+4·750)/10 = 550 m east and
    (3·250+7·750)/10 = 600 m south. The fifth cell is in the next block."""
    people = np.zeros((4, 4), dtype=np.float32)
    people[:2, :2] = FOUR
    people[0, 3] = 5
    table, problems = demand_from_raster(write(tmp_path / "p.tif", people), county(2000, 2000))
    assert table["population"].tolist() == [10, 5]
    assert metres(table) == [(550, 600), (1750, 250)]
    assert table["demand_id"].tolist() == ["block-600000-3129000", "block-601000-3129000"]
    assert set(table["population_type"]) == {"raster"} and set(table["source"]) == {"p.tif"}
    assert list(table.columns) == list(DEMAND)
    assert problems == []


def test_a_cell_on_the_edge_counts_wholly_or_not_by_its_centre(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.array([[1, 2, 4, 8]], dtype=np.float32))
    for east_m, total in ((2000, 15), (1751, 15), (1749, 7), (1251, 7), (1249, 3), (300, 1)):
        table, _ = demand_from_raster(path, county(east_m, 500))
        assert table["population"].sum() == total


def test_a_hole_in_the_outline_and_a_second_part_count_as_they_are(tmp_path: Path) -> None:
    """Ring of 1 around 100 around the middle; the middle cell is a hole of the outline."""
    people = np.ones((3, 3), dtype=np.float32)
    people[1, 1] = 100
    outline = county(1500, 1500).geometry.iloc[0].difference(county(1000, 1000, 500, 500).geometry.iloc[0])
    table, _ = demand_from_raster(write(tmp_path / "p.tif", people), gpd.GeoDataFrame(geometry=[outline], crs=4326))
    assert table["population"].sum() == 8
    parts = gpd.GeoDataFrame(geometry=[*county(500, 500).geometry, *county(1500, 1500, 1000, 1000).geometry], crs=4326)
    assert demand_from_raster(tmp_path / "p.tif", parts)[0]["population"].sum() == 2


@pytest.mark.parametrize("cell_m", [100, 250, 1000, 5000])
def test_the_total_is_kept_whatever_the_block(tmp_path: Path, cell_m: float) -> None:
    rng = np.random.default_rng(1)
    people = rng.gamma(0.5, 3, (40, 40))
    table, _ = demand_from_raster(write(tmp_path / "p.tif", people, 100), county(4000, 4000), cell_m=cell_m)
    assert table["population"].sum() == pytest.approx(people.sum(), rel=1e-12)
    assert len(table) == (4000 / min(cell_m, 4000)) ** 2 or cell_m == 5000
    assert table["demand_id"].is_unique and (table["population"] > 0).all()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.integers(0, 5000), min_size=36, max_size=36),
    cut=st.integers(1, 6),
    strip=st.sampled_from([1, 7, 10_000]),
)
def test_any_raster_keeps_its_people_in_blocks_and_in_villages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: list[int], cut: int, strip: int
) -> None:
    """However it is cut into strips. The outline ends between the centres of two columns."""
    monkeypatch.setattr(rasters, "WINDOW_CELLS", strip)
    grid = np.array(people, dtype=np.int32).reshape(6, 6)
    grid[0, 0] += 1
    path = write(tmp_path / "p.tif", grid)
    outline, total = county(500 * cut, 3000), grid[:, :cut].sum()
    assert demand_from_raster(path, outline)[0]["population"].sum() == total
    three = villages(("A", 100, 100), ("B", 2500, 300), ("C", 1500, 2900))
    assert demand_from_raster(path, outline, villages=three)[0]["population"].sum() == total


# ---- villages --------------------------------------------------------------------------------------------------


def test_each_cell_goes_to_its_nearest_village(tmp_path: Path) -> None:
    """Cells at 250, 750, 1250, 1750 m east; A at 0, B at 1800, C far away: 1 + 2 are nearer to A, 4 + 8 to B."""
    path = write(tmp_path / "p.tif", np.array([[1, 2, 4, 8]], dtype=np.float32))
    given_ = villages(("C", 3900, 3900), ("B", 1800, 250), ("A", 0, 250))
    before = given_.copy()
    table, problems = demand_from_raster(path, county(2000, 500), villages=given_)
    assert dict(zip(table["demand_id"], table["population"], strict=True)) == {"A": 3, "B": 12, "C": 0}
    assert set(table["population_type"]) == {"raster"} and table["population_65_plus"].isna().all()
    assert set(table["year"]) == {""} and set(table["unit_code"]) == {"1"}
    assert [(p.code, p.params["count"]) for p in problems] == [("villages_without_people", 1)]
    pd.testing.assert_frame_equal(given_, before)


def test_of_villages_equally_near_the_lower_id_gets_the_cell_whatever_the_order(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.array([[9]], dtype=np.float32))
    pair = villages(("B", 250, 350), ("A", 250, 150))
    for some in (pair, pair[::-1]):
        table, _ = demand_from_raster(path, county(500, 500), villages=some)
        assert table["population"].tolist() == [9, 0]
    alone, _ = demand_from_raster(path, county(500, 500), villages=pair.head(1))
    assert alone["population"].tolist() == [9]


def test_villages_without_a_position_get_nobody_and_none_at_all_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", FOUR)
    some = villages(("A", 0, 0), ("B", 900, 900)).assign(lon=lambda d: d["lon"].where(d["demand_id"] == "B"))
    assert demand_from_raster(path, county(), villages=some)[0]["demand_id"].tolist() == ["B"]
    with pytest.raises(TableEmpty):
        demand_from_raster(path, county(), villages=some.head(1))


# ---- what a file may be ----------------------------------------------------------------------------------------


def test_cells_without_a_number_of_people_are_left_out_and_counted(tmp_path: Path) -> None:
    """Inside are 2 no-data cells, 1 NaN, 1 infinite and 1 negative; the fifth column lies outside, uncounted."""
    people = np.array([[5, -9999, np.nan, -1, -9999], [7, -9999, np.inf, 0, np.nan]], dtype=np.float32)
    table, problems = demand_from_raster(write(tmp_path / "p.tif", people, nodata=-9999), county(2000, 1000))
    assert table["population"].sum() == 12
    assert [(p.code, p.params) for p in problems] == [("raster_cells_left_out", {"count": 5, "negative": 1})]
    assert "5 cells" in problems[0].say()


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint32", "float32", "float64"])
@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"compress": "deflate"},
        {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "lzw"},
        {"BIGTIFF": "YES"},
        {"ENDIANNESS": "BIG"},
    ],
)
def test_every_usual_make_of_file_is_read(tmp_path: Path, dtype: str, layout: dict[str, object]) -> None:
    people = np.arange(64, dtype=dtype).reshape(8, 8)
    table, _ = demand_from_raster(write(tmp_path / "p.tif", people, **layout), county())
    assert table["population"].sum() == 2016


def test_scaled_numbers_are_unscaled(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.array([[10, 20]], dtype=np.int16))
    with rasterio.open(path, "r+") as raster:
        raster.scales, raster.offsets = (0.5,), (1.0,)
    assert demand_from_raster(path, county())[0]["population"].sum() == 17


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:32648"])
def test_geographic_and_projected_systems_lead_to_the_same_block(tmp_path: Path, crs: str) -> None:
    """One cell of 12 people about the centre of the county's first block, in a raster of another system."""
    lon, lat = TO_DEGREES.transform(WEST + 500, NORTH - 500)
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    size = 0.001 if abs(x) <= 180 else 100.0
    transform = from_origin(x - 1.5 * size, y + 1.5 * size, size, size)
    people = np.zeros((3, 3), dtype=np.float32)
    people[1, 1] = 12
    table, _ = demand_from_raster(write(tmp_path / "p.tif", people, crs=crs, transform=transform), county())
    assert table["population"].tolist() == [12]
    assert metres(table) == [(500, 500)]


def test_a_turned_raster_is_read_where_it_lies(tmp_path: Path) -> None:
    """Rows run east and columns run south: the cell of row 3, column 0 lies at 1750 m east, 250 m south."""
    people = np.zeros((4, 4), dtype=np.float32)
    people[3, 0] = 6
    transform = Affine(0, 500, WEST, -500, 0, NORTH)
    table, _ = demand_from_raster(write(tmp_path / "p.tif", people, transform=transform), county())
    assert metres(table) == [(1750, 250)]


def test_only_the_part_about_the_outline_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """100 × 100 cells about a county of 4 × 4: the limit on cells is one on what is read."""
    people = np.ones((100, 100), dtype=np.float32)
    transform = from_origin(WEST - 20_000, NORTH + 20_000, 500, 500)
    path = write(tmp_path / "p.tif", people, transform=transform)
    monkeypatch.setattr(rasters, "MOST_CELLS", 100)
    assert demand_from_raster(path, county(2000, 2000))[0]["population"].sum() == 16
    with pytest.raises(FileTooDemanding):
        demand_from_raster(path, county(9000, 9000))


def test_a_raster_that_covers_half_the_county_says_so(tmp_path: Path) -> None:
    _, problems = demand_from_raster(write(tmp_path / "p.tif", FOUR), county(2000, 1000))
    (problem,) = problems
    assert problem.code == "raster_partial"
    assert problem.params["share_pct"] == pytest.approx(50, abs=0.1)


# ---- what is refused -------------------------------------------------------------------------------------------


def test_a_raster_of_another_place_is_said_with_both_boxes(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", FOUR, transform=from_origin(WEST + 90_000, NORTH, 500, 500))
    with pytest.raises(RasterElsewhere) as caught:
        demand_from_raster(path, county())
    assert "690000.000" in str(caught.value) and "106." in str(caught.value)


def test_a_missing_system_is_asked_for_and_the_answer_is_used(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", FOUR, crs=None)
    with pytest.raises(CrsMissing):
        demand_from_raster(path, county())
    assert demand_from_raster(path, county(), crs=GK)[0]["population"].sum() == 10
    with pytest.raises(ChoiceUnknown):
        demand_from_raster(path, county(), crs="/etc/passwd")


def test_the_files_own_system_wins_over_the_answer(tmp_path: Path) -> None:
    assert demand_from_raster(write(tmp_path / "p.tif", FOUR), county(), crs="EPSG:3857")[0]["population"].sum() == 10


def test_of_several_bands_one_must_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.stack([FOUR, 10 * FOUR]))
    for band in (None, 0, 3):
        with pytest.raises(ChoiceUnknown):
            demand_from_raster(path, county(), band=band)
    assert demand_from_raster(path, county(), band=2)[0]["population"].sum() == 100


def test_a_county_without_people_is_said(tmp_path: Path) -> None:
    for people in (np.zeros((2, 2), dtype=np.float32), np.full((2, 2), -3, dtype=np.float32)):
        with pytest.raises(RasterEmpty, match="cells hold no value or less than 0"):
            demand_from_raster(write(tmp_path / "p.tif", people), county())


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_picture_without_a_place_is_refused_also_with_a_world_file_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", FOUR, crs=None, transform=Affine.identity())
    (tmp_path / "p.tfw").write_text(f"500\n0\n0\n-500\n{WEST + 250}\n{NORTH - 250}\n")
    with pytest.raises(FileUnreadable, match="where on earth"):
        demand_from_raster(path, county(), crs=GK)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"II",
        b"II*\0",
        b"II*\0" + b"\xff" * 100,
        b"name,lon,lat\n",
        b'<VRTDataset rasterXSize="1" rasterYSize="1"><SRS>EPSG:4326</SRS></VRTDataset>',
        b"GTIFF_DIR:1:/etc/passwd",
    ],
)
def test_what_is_no_geotiff_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.tif"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable):
        demand_from_raster(path, county())


@pytest.mark.parametrize("name", ["none.tif", "/vsicurl/http://127.0.0.1:9/p.tif", "."])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileMissing):
        demand_from_raster(tmp_path / name, county())


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", np.ones((200, 200), dtype=np.float64), 20)
    path.write_bytes(path.read_bytes()[:-200_000])
    with pytest.raises(FileUnreadable):
        demand_from_raster(path, county())


def test_blocks_that_inflate_beyond_the_limit_are_refused_unread(tmp_path: Path) -> None:
    """A strip of 20,000 × 20,000 cells of 0 is a small file and 1.6 GB of memory."""
    path = tmp_path / "p.tif"
    shape = {"height": 20_000, "width": 20_000, "count": 1, "dtype": "float32", "crs": GK}
    layout = {"compress": "deflate", "SPARSE_OK": True, "blockysize": 20_000}
    with rasterio.open(path, "w", driver="GTiff", transform=from_origin(WEST, NORTH, 10, 10), **shape, **layout):
        pass
    assert path.stat().st_size < 1_000_000
    with pytest.raises(FileTooDemanding, match="blocks"):
        demand_from_raster(path, county())


def test_a_block_size_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "p.tif", FOUR)
    for cell_m in (0, -1, 9.9, 50_001, float("nan")):
        with pytest.raises(OutOfRange):
            demand_from_raster(path, county(), cell_m=cell_m)


def test_nothing_is_written_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    demand_from_raster(write(folder / "p.tif", FOUR), county())
    assert [p.name for p in folder.iterdir()] == ["p.tif"]
