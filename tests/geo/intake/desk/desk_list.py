"""The sample county as a context for checks, and lists as townships send them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.intake.desk.checking import Context, check_raw, usable_rows
from geo.intake.manifest import SAMPLE_FOLDER
from geo.model.desk import Answers, Check, Kind, Raw
from geo.model.schema import DEMAND, FACILITY, UNIT, empty
from geo.model.schemes import load_scheme

FOLDER = SAMPLE_FOLDER / "xishui"
WGS84 = {"crs": "EPSG:4326"}
CHINESE = {
    "facility_id": "机构编码",
    "name": "医疗机构名称",
    "category": "机构类别",
    "tier": "层级",
    "unit_code": "乡镇代码",
    "parent_id": "上级机构",
    "lon": "经度",
    "lat": "纬度",
    "beds": "床位数",
    "physicians": "执业（助理）医师",
    "nurses": "注册护士",
    "population_served": "服务人口",
}


@cache
def xishui() -> Context:
    """The sample county: its tables as they are stored, roads 100 m from everywhere. Shared: never change it."""
    none = gpd.GeoDataFrame(empty(UNIT), geometry=[], crs="EPSG:4326")
    known = Context(load_scheme("xishui"), none, none, empty(DEMAND), empty(FACILITY))
    for field, kind, name in (("outline", "boundary", "boundary.geojson"), ("unit", "units", "units.geojson")):
        layer = gpd.read_file(FOLDER / name)
        rows = pd.DataFrame(layer.drop(columns="geometry")).astype("str")
        found = check_raw(raw_of(rows), kind, known, WGS84, shapes=list(layer.geometry))  # type: ignore[arg-type]
        known = replace(known, **{field: usable_rows(found)})
    for field, kind, name in (("demand", "demand", "demand.csv"), ("facility", "facilities", "facilities.csv")):
        found = check_raw(raw_of(sample_list(name)), kind, known, WGS84)  # type: ignore[arg-type]
        known = replace(known, **{field: usable_rows(found)})
    return replace(known, road_distance=lambda lon, lat: np.full(len(lon), 100.0))


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype="str", keep_default_na=False)


def sample_list(name: str = "facilities.csv") -> pd.DataFrame:
    """A sample table as text, numbered from row 2."""
    rows = _read(name).copy()
    return rows.set_index(pd.RangeIndex(2, len(rows) + 2))


def chinese_list(count: int = 40) -> pd.DataFrame:
    """The county's first facilities under the headers of a real list, all text, numbered from row 2."""
    return sample_list()[list(CHINESE)].rename(columns=CHINESE).iloc[:count]


def raw_of(rows: pd.DataFrame, shape_id: str = "shape") -> Raw:
    return Raw(rows.astype("str"), shape_id)


def one_row(**cells: str) -> Raw:
    """A file of one row; keys are headers."""
    return raw_of(pd.DataFrame({k: [v] for k, v in cells.items()}, index=pd.Index([2])))


def check(rows: pd.DataFrame, kind: Kind = "facilities", answers: Answers = WGS84, **more: object) -> Check:
    return check_raw(raw_of(rows), kind, xishui(), answers, **more)  # type: ignore[arg-type]


def codes(found: Check) -> list[tuple[int | None, str]]:
    return [(p.row, p.code) for p in found.problems]


def verdicts(found: Check) -> Mapping[int, str]:
    return dict(zip(found.table["row"].tolist(), found.table["verdict"].tolist(), strict=True))
