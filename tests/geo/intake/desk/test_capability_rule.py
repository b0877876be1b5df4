"""Capabilities of a list: known ids pass, names get their ids as a mend, what nobody defined is named."""

from collections.abc import Callable

import pandas as pd
import pytest

from geo.intake.desk.checking import check_raw
from geo.model.desk import Check, Raw
from tests.geo.intake.desk.desk_list import xishui

WGS84 = {"crs": "EPSG:4326"}


def checked(capabilities: str) -> Check:
    row = {
        "机构名称": "东皇卫生院",
        "级别": "一般乡镇卫生院",
        "经度": "106.215",
        "纬度": "28.333",
        "服务能力": capabilities,
    }
    return check_raw(Raw(pd.DataFrame([row], index=[2], dtype="str"), "s"), "facilities", xishui(), WGS84)


@pytest.mark.parametrize(
    ("text", "unknown", "mended"),
    [
        ("ecg;surgery", None, None),
        ("", None, None),
        ("心电检查；surgery", "心电检查", "ecg;surgery"),
        ("ecg;传心术", "传心术", None),
    ],
)
def test_what_nobody_defined_is_named_and_a_name_is_mended(
    text: str, unknown: str | None, mended: str | None, said: Callable
) -> None:
    check = checked(text)
    found = [p for p in check.problems if p.code == "capability_unknown"]
    assert [p.params["value"] for p in found] == ([unknown] if unknown else [])
    assert [m.values["capabilities"] for m in check.mends if m.kind == "capability_unknown"] == (
        [mended] if mended else []
    )
    assert check.rows_ok == 1
    for problem in found:
        said(problem)
