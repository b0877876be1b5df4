"""The structure page run without a browser, and what can be read from it: words, tables, the map's state and lines."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from geo.store import open_store
from pages.ui.serve import SHELF
from tests.geo.systems import Place, System, build

PAGE = Path(__file__).resolve().parents[2] / "pages" / "structure.py"
KEY_ABLE = "emergency;surgery;imaging;ultrasound;ecg;laboratory"
GENERAL = "ultrasound;ecg;laboratory"
WORDS = ("markdown", "caption", "subheader", "title", "info", "success")
XISHUI = System(
    "习水试",
    "xishui",
    (
        Place("H1", "县人民医院", "county_hospital", "", "C1", (0, -250), "790", KEY_ABLE + ";ct", "lead"),
        Place("H2", "县中医医院", "county_hospital", "", "C2", (0, -200), "439", KEY_ABLE + ";ct", "lead"),
        Place("T101", "县中医医院土城分院", "key_township_hospital", "H2", "C2", (13000, 0), "60", KEY_ABLE, "branch"),
        Place("T102", "温水镇卫生院", "township_hospital_general", "T101", "C2", (6500, 0), "30", GENERAL),
        Place("E1", "北村延伸服务点", "extension_point", "T102", "C2", (6500, 5400), "4", "", "staffed_part_time"),
        Place("V1", "中村卫生室", "village_clinic", "T102", "C2", (6400, 0)),
    ),
    (("分院", "T101", "H2", "2017"), ("双向转诊", "V1", "T102")),
)  # fmt: skip


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=120)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception and not page.error, [e.value for e in (*page.exception, *page.error)]
    return page


def shown(system: System, folder: Path, at: str = "", **query: str) -> AppTest:
    """The page of a system, something on it selected."""
    open_store().save(build(system, folder), "files", replace=True)
    return opened(study=system.name, lang="en", **({"at": at} if at else {}), **query)


def text(page: AppTest) -> str:
    """Everything written on the page, tables included, without Markdown's escapes."""
    parts = [
        e.value for kind in ("markdown", "caption", "subheader", "title", "info", "success") for e in page.get(kind)
    ]
    parts += [f"{m.label} {m.value} {m.delta}" for m in page.metric]
    parts += [t.value.to_csv(index=False) for t in page.dataframe]
    return "\n".join(str(p) for p in parts).replace("\\", "")


def open_tab(page: AppTest, name: str) -> AppTest:
    page.session_state["structure_tab"] = name
    page.run()
    assert not page.exception and not page.error, [e.value for e in (*page.exception, *page.error)]
    return page


def sent_to_map(page: AppTest) -> dict[str, Any]:
    """The map's state."""
    sent = page.get("component_instance")[0].proto.json_args
    escaped = re.search(
        r"yida\.update\(JSON\.parse\(\"(.*?)\"\)\)", json.loads(sent)["feature_group"].replace("\\\\", "\\")
    )
    assert escaped is not None
    return dict(json.loads(json.loads(f'"{escaped[1]}"')))


def on_map(page: AppTest) -> tuple[dict[str, Any], dict[str, Any]]:
    """The map's state, and the layer of lines that it fetches."""
    state = sent_to_map(page)
    body = SHELF.get(state["links"]["url"].rsplit("/", 1)[1].removesuffix(".json"))
    assert body is not None
    return state, json.loads(gzip.decompress(body))
