"""The interactive map: a constant base, a changing state, and the study's data as JSON. Fifth floor: output.

The browser side (web/*.js) fetches `static_layers` once and redraws from `state_group`, so a slider neither remounts
the frame nor resends the geometry. No text of a user ever enters a folium object except through `encode`.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
import xstatic.pkg.leaflet
from branca.element import MacroElement
from folium.template import Template
from shapely.geometry.base import BaseGeometry

from geo.model.roads import ROAD_CLASSES, Roads
from geo.model.schemes import Scheme
from geo.output.encode import json_text, script_literal
from geo.output.names import short_names

Bounds = tuple[float, float, float, float]

WEB_FOLDER = Path(__file__).parent / "web"
SCRIPTS = (
    "leaflet.js", "symbols.js", "paint.js", "marks.js", "choropleth.js", "links.js", "layers.js", "legend.js",
    "labels.js", "tip.js", "map.js",
)  # fmt: skip
STYLES = ("leaflet.css", "map.css")

# Every text the browser side asks for, besides one `tier.<id>` for each tier of the scheme.
TEXT_KEYS = (
    "map", "legend", "legend.minutes", "legend.sizes", "legend.lines", "legend.route", "layer.facilities",
    "layer.villages", "layer.uncovered", "not_counted", "band", "beyond", "unreachable", "minutes", "population",
    "road.major", "road.minor", "road.ferry", "boundary.county", "boundary.extent", "boundary.township",
    "boundary.approximate", "route.road", "route.offroad", "route.was",
    "route.worst", "route.segment", "route.closed", "illustrative", "north", "zoom_in", "zoom_out",
    "reset_view", "attribution", "load_failed",
)  # fmt: skip

_DECIMALS = 5  # about a metre
_ROAD_TOLERANCE_DEG = 0.0001  # about ten metres: two pixels at the closest zoom where all classes show
_OUTLINE_TOLERANCE_DEG = 0.0001


def base_map(static_url: str, bounds: Bounds, view: tuple[float, float, float] | None, asset_root: str) -> folium.Map:
    """The map without any data of a user: for one study and view its script never changes, so the frame is kept.

    Build it anew at each run (st_folium adds the feature group to it). `bounds` is west, south, east, north;
    `view` is longitude, latitude, zoom and must be the same at every run of a session: the one it was opened with.
    `asset_root`, as seen from the frame, serves WEB_FOLDER as web/ and the XStatic package's folder as leaflet/.
    """
    west, south, east, north = (float(v) for v in bounds)
    made = folium.Map(
        [(south + north) / 2, (west + east) / 2], tiles=None, zoom_start=9, zoom_control=False, zoom_snap=0.25,
        attribution_control=False, zoom_delta=0.75, wheel_px_per_zoom_level=90, max_bounds_viscosity=0.6,
        track_resize=False,  # map.js watches its frame: whether a view was chosen decides what a new size does
    )  # fmt: skip
    made.default_js = _links(asset_root, SCRIPTS)
    made.default_css = _links(asset_root, STYLES)
    options = {"static_url": static_url, "bounds": [west, south, east, north], "view": view}
    made.add_child(_Start(options))
    return made


def state_group(state: Mapping[str, object]) -> folium.FeatureGroup:
    """What the map shows now, for st_folium's `feature_group_to_add`. Raises as encode.script_literal."""
    group = folium.FeatureGroup()
    group.add_child(_Update(state))
    return group


class _Start(MacroElement):
    _template = Template(
        "{% macro script(this, kwargs) %}yida.init({{ this._parent.get_name() }}, {{ this.options }});{% endmacro %}"
    )

    def __init__(self, options: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self.options = script_literal(options)


class _Update(MacroElement):
    _template = Template("{% macro script(this, kwargs) %}yida.update({{ this.payload }});{% endmacro %}")

    def __init__(self, state: Mapping[str, object]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Update"
        self.payload = script_literal(state)


def _links(root: str, names: Sequence[str]) -> list[tuple[str, str]]:
    # The fingerprint makes browsers drop the files of an older release, which they would otherwise keep for days.
    return [(name, f"{root.rstrip('/')}/{_folder(name)}/{name}?v={_fingerprint(name)}") for name in names]


def _folder(name: str) -> str:
    return "leaflet" if name.startswith("leaflet") else "web"


@cache
def _fingerprint(name: str) -> str:
    folder = WEB_FOLDER if _folder(name) == "web" else Path(xstatic.pkg.leaflet.BASE_DIR)
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:8]


def static_layers(
    study_id: str,
    facility: pd.DataFrame,
    demand: pd.DataFrame,
    units: gpd.GeoDataFrame,
    outline: gpd.GeoDataFrame,
    roads: Roads,
    scheme: Scheme,
) -> bytes:
    """What does not change while a study is looked at, as JSON in UTF-8; the same in every language.

    Frames are a study's: the schema's columns, geometry in WGS-84 degrees. Villages keep the order of
    `demand`, which is the order of the state's `minutes`. Coordinates are rounded to a metre, roads simplified to ten.
    """
    shape = shapely.union_all(outline.geometry.to_numpy())
    return json_text(
        {
            "study": study_id,
            "bounds": _rounded(np.array(shape.bounds)).tolist(),
            "units": _unit_list(units),
            "borders": _borders(units),
            "outline_kind": str(outline["boundary_kind"].iloc[0]),
            "outline": _shape(shapely.simplify(shape, _OUTLINE_TOLERANCE_DEG)),
            "roads": _road_list(roads),
            "facilities": _facility_columns(facility),
            "villages": _village_columns(demand),
            "tiers": [
                {"id": t.tier_id, "symbol": t.symbol, "colour": t.colour, "size_px": t.size_px} for t in scheme.tiers
            ],
        }
    ).encode()


def bands_layer(bands: Iterable[tuple[float, float, BaseGeometry]]) -> bytes:
    """Reach areas (from_min, to_min, area in degrees) as the JSON behind a state's `bands_url`.

    Bands may be rings or, all from 0, contain one another: the map paints the far ones first and shows each as the
    minutes after the one before.
    """
    listed = [
        {"from": low, "to": high, "geometry": _shape(_areas_only(area))}
        for low, high, area in bands
        if area is not None and not area.is_empty
    ]
    return json_text({"bands": listed}).encode()


def _areas_only(area: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.get_parts(area))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == 2])


def _rounded(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(values, _DECIMALS)


def _shape(geometry: BaseGeometry) -> dict[str, object]:
    return dict(shapely.transform(geometry, _rounded).__geo_interface__)


def _numbers(column: pd.Series, decimals: int = _DECIMALS) -> list[float | None]:
    values = column.to_numpy(dtype="float64")
    return [
        v if known else None for v, known in zip(np.round(values, decimals).tolist(), np.isfinite(values), strict=True)
    ]


def _facility_columns(facility: pd.DataFrame) -> dict[str, object]:
    return {
        "id": facility["facility_id"].tolist(),
        "name": facility["name"].tolist(),
        "tier": facility["tier"].tolist(),
        "lon": _numbers(facility["lon"]),
        "lat": _numbers(facility["lat"]),
        "illustrative": (facility["position_quality"] == "illustrative").tolist(),
    }


def _village_columns(demand: pd.DataFrame) -> dict[str, object]:
    return {
        "id": demand["demand_id"].tolist(),
        "name": short_names(demand["name"]).tolist(),
        "lon": _numbers(demand["lon"]),
        "lat": _numbers(demand["lat"]),
        "population": _numbers(demand["population"], 1),
        "unit": demand["unit_code"].tolist(),
    }


def _unit_list(units: gpd.GeoDataFrame) -> list[dict[str, object]]:
    return [
        {
            "id": code, "name": name, "level": level, "kind": kind,
            "seat": _seat(lon, lat, geometry), "rings": _shape(geometry),
        }
        for code, name, level, kind, lon, lat, geometry in zip(
            units["unit_code"], units["name"], units["level"], units["boundary_kind"],
            units["seat_lon"], units["seat_lat"], units.geometry, strict=True,
        )
        if geometry is not None and not geometry.is_empty
    ]  # fmt: skip


def _seat(lon: float, lat: float, geometry: BaseGeometry) -> list[float]:
    if np.isfinite(lon) and np.isfinite(lat):
        return [round(float(lon), _DECIMALS), round(float(lat), _DECIMALS)]
    inside = geometry.representative_point()
    return [round(inside.x, _DECIMALS), round(inside.y, _DECIMALS)]


def _borders(units: gpd.GeoDataFrame) -> list[list[float]]:
    """Township boundaries, each once: drawn twice, the dashes of two neighbours would fill each other's gaps."""
    towns = units.loc[(units["level"] != "county") & units.geometry.notna()].geometry.to_numpy()
    merged = shapely.line_merge(shapely.union_all(shapely.boundary(towns)))
    return _flat_lines(shapely.simplify(shapely.get_parts(merged), _OUTLINE_TOLERANCE_DEG))


def _road_list(roads: Roads) -> list[dict[str, object]]:
    """One entry a class that occurs, most important first. Ends of edges stay put, so junctions still meet."""
    edge = np.repeat(np.arange(roads.edge_count), np.diff(roads.vertex_offset))
    lines = shapely.linestrings(np.column_stack([roads.vertex_lon, roads.vertex_lat]), indices=edge)
    lines = shapely.simplify(lines, _ROAD_TOLERANCE_DEG, preserve_topology=False)
    present = np.unique(roads.road_class)
    return [{"cls": ROAD_CLASSES[c], "lines": _flat_lines(lines[roads.road_class == c])} for c in present.tolist()]


def _flat_lines(lines: npt.NDArray[np.object_]) -> list[list[float]]:
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    flat = _rounded(coordinates).ravel().tolist()
    ends = np.cumsum(np.bincount(line, minlength=len(lines))) * 2
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    return [flat[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True) if b - a >= 4]
