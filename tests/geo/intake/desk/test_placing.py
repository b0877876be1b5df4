"""Rows without a position are placed by code or name, or wait for a click; nothing is guessed."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.intake.desk.place_names import (
    below_county,
    is_for_one_village,
    only_alike,
    place_key,
    township_word,
    without_care,
)
from geo.intake.desk.placing import SEAT_ALIKE, VILLAGE_ALIKE, Placed, place_missing
from geo.model.schema import POSITION_QUALITIES

SAMPLES = Path(__file__).resolve().parents[4] / "data" / "sample"

UNITS = pd.DataFrame(
    [
        ("340621101", "韩村镇", "township", 116.70, 33.60),
        ("340621108", "孙疃镇", "township", 116.65, 33.75),
        ("340621109", "四铺镇", "township", 116.90, 33.80),
        ("340621001", "九龙街道", "township", 116.76, 33.91),
    ],
    columns=["unit_code", "name", "level", "seat_lon", "seat_lat"],
)
DEMAND = pd.DataFrame(
    [
        ("340621101201", "韩村村民委员会", 116.71, 33.61),
        ("340621101202", "新庄村村民委员会", 116.72, 33.62),
        ("340621108201", "新庄村村民委员会", 116.66, 33.76),
        ("340621108202", "新庄社区居民委员会", 116.67, 33.77),
        ("340621108203", "叶刘湖村村民委员会", 116.68, 33.78),
        ("340621108204", "红旗村村委会", 116.69, 33.79),
        ("340621108205", "贤村东村委会", 116.64, 33.74),
        ("340621109201", "九龙村村委会", 116.91, 33.81),
        ("340621109202", "人民村村委会", 116.92, 33.82),
        ("340621109203", "大刘家庄村委会", 116.93, 33.83),
        ("340621109204", "小刘家庄村委会", 116.94, 33.84),
        ("340621109205", "无位置村委会", np.nan, np.nan),
    ],
    columns=["demand_id", "name", "lon", "lat"],
).assign(unit_code=lambda d: d["demand_id"].str[:9])


def rows(*texts: dict[str, str], lon: float = np.nan, lat: float = np.nan) -> pd.DataFrame:
    columns = ["name", "address", "unit_name", "village_code", "unit_code"]
    frame = pd.DataFrame(list(texts), columns=columns, dtype="str").fillna("")
    return frame.assign(lon=lon, lat=lat).set_axis(range(2, 2 + len(texts)))


def placed(**texts: str) -> Placed:
    return place_missing(rows(texts), DEMAND, UNITS)


def where(**texts: str) -> tuple[str, str, float]:
    """Reason, quality and longitude of one row."""
    found = placed(**texts)
    return found.reasons[0], found.position_quality[0], float(found.lon[0])


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"unit_code": "340621108203"}, ("placed_at_village", "village", 116.68)),
        ({"village_code": "340621108203", "unit_code": "340621101"}, ("placed_at_village", "village", 116.68)),
        ({"unit_code": " 340621108 "}, ("placed_at_seat", "seat", 116.65)),
        ({"unit_code": "340621108000"}, ("placed_at_seat", "seat", 116.65)),
        ({"unit_code": "340621108999"}, ("placed_at_seat", "seat", 116.65)),  # a village not known
        ({"name": "叶刘湖村卫生室", "unit_code": "340621108"}, ("placed_at_village", "village", 116.68)),
        ({"name": "新庄村卫生室", "unit_code": "340621101"}, ("placed_at_village", "village", 116.72)),
    ],
)
def test_a_code_places_at_the_village_else_at_the_seat(texts: dict[str, str], expected: tuple[str, str, float]) -> None:
    assert where(**texts) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("叶刘湖村卫生室", ("placed_at_village", "village", 116.68)),
        ("濉溪县孙疃镇叶刘湖村第二卫生室", ("placed_at_village", "village", 116.68)),
        ("孙疃镇叶刘湖卫生所", ("placed_at_village", "village", 116.68)),
        ("叶刘湖村民委员会", ("placed_at_village", "village", 116.68)),
        ("叶刘湖延伸服务点", ("placed_at_village", "village", 116.68)),
        ("孙疃镇新庄村卫生室", ("placed_at_village", "village", 116.66)),
        ("孙疃镇新庄社区卫生服务站", ("placed_at_village", "village", 116.67)),
        ("韩村镇韩村卫生室", ("placed_at_village", "village", 116.71)),
        ("九龙村卫生室", ("placed_at_village", "village", 116.91)),
        ("孙疃镇卫生院", ("placed_at_seat", "seat", 116.65)),
        ("孙疃中心卫生院", ("placed_at_seat", "seat", 116.65)),
        ("濉溪县孙疃镇中心卫生院", ("placed_at_seat", "seat", 116.65)),
        ("濉溪县中医医院孙疃分院", ("placed_at_seat", "seat", 116.65)),
        ("九龙街道社区卫生服务中心", ("placed_at_seat", "seat", 116.76)),
        ("孙疃镇不认识村卫生室", ("placed_at_seat", "seat", 116.65)),
        ("濉溪县人民医院", ("not_placed", "", np.nan)),  # not at 人民村
        ("不认识村卫生室", ("not_placed", "", np.nan)),
        ("", ("not_placed", "", np.nan)),
    ],
)
def test_a_name_places_at_its_village_else_at_its_townships_seat(name: str, expected: tuple[str, str, float]) -> None:
    reason, quality, lon = where(name=name)
    assert (reason, quality) == expected[:2]
    np.testing.assert_equal(lon, expected[2])


@pytest.mark.parametrize(
    ("address", "lon"),
    [
        ("安徽省淮北市濉溪县孙疃镇叶刘湖村三组", 116.68),
        ("孙疃镇贤村东村12号", 116.64),
        ("濉溪县韩村镇", 116.70),
    ],
)
def test_an_address_tells_the_place_where_the_name_does_not(address: str, lon: float) -> None:
    assert where(name="仁心诊所", address=address)[2] == lon


def test_a_longer_name_is_not_taken_for_the_shorter_one_it_ends_with() -> None:
    """北九龙村 is not 九龙村."""
    assert where(name="北九龙村卫生室")[0] == "not_placed"


def test_a_misspelt_township_is_found_and_its_name_mended() -> None:
    for found in (placed(name="孙町镇卫生院"), placed(name="仁心诊所", unit_name="孙町镇")):
        assert (found.reasons[0], found.position_quality[0], found.lon[0]) == ("placed_by_like_name", "seat", 116.65)
    position, name = placed(name="孙町镇卫生院").mends
    assert position.kind == "placed_by_like_name"
    assert position.values == {"lon": "116.65", "lat": "33.75", "position_quality": "seat"}
    assert (name.kind, name.row, name.values) == ("name_misspelt", 2, {"name": "孙疃镇卫生院"})


def test_a_misspelt_township_still_leads_to_the_village_in_it() -> None:
    found = placed(name="孙町镇新庄村卫生室")
    assert (found.reasons[0], found.position_quality[0], found.lon[0]) == ("placed_by_like_name", "village", 116.66)
    assert found.mends[1].values == {"name": "孙疃镇新庄村卫生室"}


def test_a_misspelt_village_is_found_only_if_long_enough_to_be_sure() -> None:
    assert where(name="孙疃镇红星村卫生室") == ("placed_at_seat", "seat", 116.65)  # 红旗村 is another village
    found = placed(name="四铺镇大刘家荘村卫生室")
    assert (found.reasons[0], found.lon[0]) == ("placed_by_like_name", 116.93)
    assert found.mends[1].values == {"name": "四铺镇大刘家庄村卫生室"}


def test_places_that_fit_equally_are_never_guessed() -> None:
    found = placed(name="新庄村卫生室")
    assert found.reasons == ("not_placed_tie",) and np.isnan(found.lon[0]) and not found.mends
    assert "新庄村村民委员会, 新庄村村民委员会" in found.problems[0].say()
    assert where(name="刘家庄村卫生室")[0] == "not_placed"  # one sign from 大刘家庄 and from 小刘家庄
    assert where(name="韩铺镇卫生院")[0] == "not_placed"  # one sign from 韩村镇 and from 四铺镇


def test_a_village_of_an_unknown_township_is_not_looked_for_in_another() -> None:
    assert where(name="叶刘湖村卫生室", unit_name="百善镇")[0] == "not_placed"
    assert where(name="百善镇叶刘湖村卫生室")[0] == "not_placed"


def test_a_known_township_without_a_seat_still_leads_to_its_villages() -> None:
    found = place_missing(rows({"name": "新庄村卫生室", "unit_code": "340621101"}), DEMAND, UNITS.head(0))
    assert (found.position_quality, found.lon[0]) == (("village",), 116.72)


def test_rows_with_a_position_keep_it_and_only_missing_rows_have_problems() -> None:
    table = rows({"name": "孙疃镇卫生院"}, {"name": "四铺镇卫生院"}, {"name": "县医院"})
    table.loc[2, ["lon", "lat"]] = [116.0, 33.0]
    table.loc[4, "lon"] = 116.5  # half a position is none
    before = table.copy()
    found = place_missing(table, DEMAND, UNITS)
    assert found.lon[:2].tolist() == [116.0, 116.9] and np.isnan(found.lon[2]) and np.isnan(found.lat[2])
    assert found.reasons == ("", "placed_at_seat", "not_placed")
    assert [(p.row, p.severity, p.code) for p in found.problems] == [
        (3, "warning", "placed_at_seat"),
        (4, "error", "not_placed"),
    ]
    assert [m.row for m in found.mends] == [3]
    assert all(p.say() for p in found.problems)
    assert set(found.position_quality) <= set(POSITION_QUALITIES)
    pd.testing.assert_frame_equal(table, before)


def test_without_any_known_place_every_row_waits_for_a_click() -> None:
    found = place_missing(rows({"name": "孙疃镇卫生院"}), DEMAND.head(0), UNITS.head(0))
    assert found.reasons == ("not_placed",)


def test_the_order_of_villages_and_units_does_not_matter() -> None:
    table = rows(*({"name": n} for n in ("新庄村卫生室", "孙疃镇新庄村卫生室", "孙町镇卫生院", "叶刘湖卫生室")))
    assert repr(place_missing(table, DEMAND[::-1], UNITS[::-1])) == repr(place_missing(table, DEMAND, UNITS))


@pytest.mark.parametrize(("county", "least_pct"), [("xishui", 95), ("suixi", 95), ("shouguang", 95)])
def test_clinics_of_a_sample_county_come_to_their_own_village(county: str, least_pct: int) -> None:
    """Every clinic stripped of its position is placed at the village its id names, or at the seat, never elsewhere."""
    folder = SAMPLES / county
    demand = pd.read_csv(folder / "demand.csv", dtype={"demand_id": str, "unit_code": str})
    units = gpd.read_file(folder / "units.geojson")
    care = pd.read_csv(folder / "facilities.csv", dtype={"unit_code": str})
    clinics = care[care["tier"] == "village_clinic"].reset_index(drop=True)
    given = clinics[["name", "unit_code"]].assign(lon=np.nan, lat=np.nan)
    found = place_missing(given, demand, units)
    own = demand.set_index("demand_id").reindex(clinics["facility_id"].str.replace("V", ""))["lon"].to_numpy()
    at_village = np.array([q == "village" for q in found.position_quality])
    assert np.isfinite(found.lon).all()
    assert (found.lon[at_village] == own[at_village]).all()
    assert 100 * at_village.mean() >= least_pct


# ---- names -----------------------------------------------------------------------------------------------------


def test_names_of_one_village_have_one_key() -> None:
    names = [
        "娄底村村民委员会",
        "娄底村委会",
        "娄底村",
        "娄底村卫生室",
        "娄底卫生所",
        "娄底村（居）第二卫生室",
        " 娄底 村 ",
    ]
    assert {place_key(n) for n in names} == {"娄底"}
    assert place_key("丹霞社区居民委会员") == place_key("丹霞社区卫生服务站") == "丹霞"
    assert place_key("村") == "村" and place_key("") == ""


def test_the_parts_of_a_name_are_told() -> None:
    assert without_care("温水镇中心卫生院") == "温水镇"
    assert without_care("濉溪镇第二卫生院") == "濉溪镇"
    assert below_county("贵州省遵义市习水县温水镇") == "温水镇"
    assert below_county("花市村卫生室") == "花市村卫生室"
    assert township_word("习水县东皇街道丹霞社区") == "东皇街道" and township_word("丹霞社区") == ""
    assert is_for_one_village("娄底村第二卫生室") and not is_for_one_village("温水镇卫生院")


def test_the_most_alike_name_counts_only_above_the_threshold_and_alone() -> None:
    assert only_alike("孙町镇", ["孙疃镇", "四铺镇"], SEAT_ALIKE) == "孙疃镇"
    assert only_alike("孙町镇", ["孙疃镇", "孙庄镇"], SEAT_ALIKE) is None
    assert only_alike("红星", ["红旗"], VILLAGE_ALIKE) is None
    assert only_alike("孙疃镇", [], SEAT_ALIKE) is None
