"""A small county, and the map's frame served as Streamlit would: what the tests of the map alone look at."""

import mimetypes
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import xstatic.pkg.leaflet
from streamlit_folium import _get_feature_group_string, _get_map_string

from geo.output.maps import TEXT_KEYS, WEB_FOLDER, base_map, state_group

BOUNDS = (106.0, 28.0, 106.6, 28.5)
ASSETS = {"leaflet": Path(xstatic.pkg.leaflet.BASE_DIR), "web": WEB_FOLDER}
FRAME_FOLDER = "/component/streamlit_folium.st_folium"


# ---- a small county ----------------------------------------------------------------------------------------------


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def columns(kind: str, count: int, seed: int) -> dict[str, list[Any]]:
    """Points in the middle of the county, away from its edge."""
    chance = random.Random(seed)
    return {
        "id": [f"{kind}{i}" for i in range(count)],
        "name": [f"{kind} {i}" for i in range(count)],
        "lon": [round(106.05 + 0.5 * chance.random(), 5) for _ in range(count)],
        "lat": [round(28.05 + 0.4 * chance.random(), 5) for _ in range(count)],
    }


def county(villages: int = 12, facilities: int = 6, roads: int = 40) -> dict[str, Any]:
    chance = random.Random(1)
    tiers = ["hospital", "clinic"]
    west, east = square(106.0, 28.0, 106.3, 28.5), square(106.3, 28.0, 106.6, 28.5)
    kind = {"level": "township", "kind": "approximate_voronoi"}
    lines = [[106 + 0.6 * chance.random(), 28 + 0.5 * chance.random()] for _ in range(roads)]
    return {
        "study": "toy",
        "bounds": list(BOUNDS),
        "units": [
            {"id": "W", "name": "西镇", "seat": [106.15, 28.25], "rings": west} | kind,
            {"id": "E", "name": "东镇", "seat": [106.45, 28.25], "rings": east} | kind,
        ],
        "outline": square(*BOUNDS),
        "roads": [
            {"cls": "primary", "lines": [[106.0, 28.2, 106.6, 28.3]]},
            {"cls": "residential", "lines": [[x, y, x + 0.01, y, x + 0.01, y + 0.01, x, y + 0.012] for x, y in lines]},
        ],
        "facilities": columns("f", facilities, 2)
        | {"tier": [tiers[i > 1] for i in range(facilities)], "illustrative": [i > 1 for i in range(facilities)]},
        "villages": columns("v", villages, 3)
        | {"population": [100 + 37 * i for i in range(villages)], "unit": ["W"] * villages},
        "tiers": [
            {"id": "hospital", "symbol": "cross", "colour": "#B3261E", "size_px": 11},
            {"id": "clinic", "symbol": "circle", "colour": "#5F6B73", "size_px": 3.5},
        ],
    }  # fmt: skip


BANDS = {
    "bands": [
        {"from": 0, "to": 15, "geometry": square(106.1, 28.1, 106.3, 28.3)},
        {"from": 0, "to": 30, "geometry": square(106.1, 28.1, 106.5, 28.4)},
    ]
}
LAYERS = ("bands", "roads", "units", "villages", "facilities", "uncovered", "labels")


def state(study: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Everything on, hospitals count, villages 5, 10, 15 … minutes away and the last one unreachable."""
    texts = {key: key for key in TEXT_KEYS} | {"tier.hospital": "Hospital", "tier.clinic": "Clinic"}
    texts |= {"band": "{from}–{to} min", "beyond": "over {n} min", "population": "{n} people", "minutes": "{n} min"}
    count = len(study["villages"]["id"])
    base = {
        "lang": "en", "text": texts, "layers": dict.fromkeys(LAYERS, True), "threshold_min": 15,
        "minutes": [*(5 * (i + 1) for i in range(count - 1)), None], "tiers_on": ["hospital", "clinic"],
        "tiers_counted": ["hospital"], "bands_url": None, "selected": None, "routes": [], "highlight_unit": None,
        "fly": None, "badges": ["Illustrative"], "stamp": "内部工作用图",
    }  # fmt: skip
    return base | changes


def layers(**changes: bool) -> dict[str, bool]:
    return dict.fromkeys(LAYERS, False) | changes


# ---- the server and the frame ------------------------------------------------------------------------------------


@dataclass
class Site:
    """What the local server answers; `gate` holds back the study's data until it is set."""

    pages: dict[str, str] = field(default_factory=dict)
    gate: threading.Event = field(default_factory=threading.Event)
    address: str = ""


class Handler(BaseHTTPRequestHandler):
    def __init__(self, site: Site, *rest: Any) -> None:
        self.site = site
        super().__init__(*rest)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/yida/layer/study.json":
            self.site.gate.wait(20)
        body, kind = self._asset(path) if path.startswith("/yida/assets/") else self._page(path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body or b"")

    def _asset(self, path: str) -> tuple[bytes | None, str]:
        folder, _, name = path.removeprefix("/yida/assets/").partition("/")
        file = ASSETS[folder] / name
        return (file.read_bytes() if file.is_file() else None), mimetypes.guess_type(name)[0] or "text/plain"

    def _page(self, path: str) -> tuple[bytes | None, str]:
        text = self.site.pages.get(path)
        kind = "application/json" if path.endswith(".json") else "text/html; charset=utf-8"
        return (None if text is None else text.encode()), kind

    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class Opened:
    """A map on screen: the frame, and everything that was asked for or went wrong meanwhile."""

    page: Any
    frame: Any
    study: dict[str, Any]
    requests: list[str]
    errors: list[str]

    def update(self, **changes: Any) -> None:
        """Run a state the way streamlit-folium does: through its string functions, then eval."""
        self.frame.evaluate("code => (0, eval)(code)", script_of(state(self.study, **changes)))

    def ready(self) -> "Opened":
        self.frame.wait_for_function("document.body.dataset.yidaReady === '1'")
        return self

    def debug(self) -> dict[str, Any]:
        return dict(self.frame.evaluate("yida.debug()"))

    def pixel(self, kind: str, identity: str) -> tuple[float, float]:
        at = self.frame.evaluate("([kind, id]) => yida.pixel(kind, id)", [kind, identity])
        return at["x"], at["y"]

    def sent(self) -> list[dict[str, Any]]:
        return list(self.frame.evaluate("window.sent"))

    def tip(self) -> str:
        return str(self.frame.evaluate("document.querySelector('.yida-tip').innerText"))


def script_of(shown: dict[str, Any]) -> str:
    made = base_map("../../yida/layer/study.json", BOUNDS, None, "../../yida/assets")
    _get_map_string(made)
    return str(_get_feature_group_string(state_group(shown), made))


def frame_page(view: tuple[float, float, float] | None) -> str:
    made = base_map("../../yida/layer/study.json", BOUNDS, view, "../../yida/assets")
    styles = "".join(f'<link rel="stylesheet" href="{href}">' for _, href in made.default_css)
    scripts = "".join(f'<script src="{src}"></script>' for _, src in made.default_js)
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">{styles}'
        "<style>body{margin:0}#map_div{height:100vh}</style><div id=map_div></div>"
        f"{scripts}<script>window.sent=[];window.Streamlit={{setComponentValue:v=>sent.push(v)}};"
        f"{_get_map_string(made)};window.map=map_div;</script>"
    )


PARENT = (
    '<!doctype html><meta charset="utf-8">'
    "<style>body{margin:0}iframe{border:0;display:block;width:100vw;height:100vh}</style>"
    f'<iframe src="{FRAME_FOLDER}/index.html"></iframe>'
)


Open = Callable[..., Opened]


def shown(opened: Opened, **changes: Any) -> Opened:
    """The map with a state drawn, the study's data included."""
    opened.frame.wait_for_function("window.yida && window.map")
    opened.update(**changes)
    return opened.ready()
