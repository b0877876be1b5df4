"""In which coordinate system a list's positions are: each hypothesis with what speaks for it. Second floor: intake.

Under the right hypothesis places of care lie at roads and beside the known place of their name; under a wrong one of
WGS-84, GCJ-02 and BD-09 they lie 100–1,500 m off, and under a wrong zone hundreds of kilometres. The user decides; the
guess is made only where the evidence is clear, and is empty otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS as MetricCRS

from geo.intake.desk.datums import BD09, GCJ02, SHIFTED, is_shifted, to_wgs84
from geo.intake.desk.place_names import place_key
from geo.intake.files.reading import known_crs
from geo.model.desk import CRS, CRS_UNSTATED, Answers, Choice, Question
from geo.model.projection import CHINA, metric_crs, to_metric
from geo.model.roads import Floats, Ints, Roads

WGS = "EPSG:4326"
MERCATOR = "EPSG:3857"
MOST_POINTS = 2000  # compared; of a longer list every k-th, in order of position
CELL_DEG = 0.002
LEAST_POINTS = 5  # fewer prove nothing about a shift
CLEAR_Z = 3.0  # standard errors by which the best hypothesis must beat the next
NOISE_M = 30.0  # of a hand-held receiver: nearer than this is as good as on the spot
SAME_PLACE_M = 5000.0  # a namesake further away is another place
COUNTY_MARGIN_DEG = 0.2
PREVIEW_ROWS = 3
_SAID = {WGS: "WGS-84", "OGC:CRS84": "WGS-84"}

# First EPSG code and first zone or meridian of CGCS2000's Gauss-Krüger systems. Those of 6 degrees without a zone are
# the same as those of 3 degrees with the same central meridian.
_THREE_DEGREE, _SIX_DEGREE, _WITHOUT_ZONE = (4513, 25, 45), (4491, 13, 23), (4534, 25, 45)


@dataclass(frozen=True)
class Evidence:
    """What is known of the county, in WGS-84 degrees: road polylines, named places (name, lon, lat) and the outline.

    Vertices of road i are road_offset[i]:road_offset[i+1], as in geo.model.roads. Whatever is not known is left out.
    """

    road_lon: Floats = field(default_factory=lambda: np.zeros(0))
    road_lat: Floats = field(default_factory=lambda: np.zeros(0))
    road_offset: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    places: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"name": [], "lon": [], "lat": []}))
    outline: shapely.Geometry | None = None

    def box(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of the outline, else of the roads, else of the places; None when all are unknown."""
        if self.outline is not None:
            return tuple(self.outline.bounds)
        for lon, lat in ((self.road_lon, self.road_lat), (self.places["lon"], self.places["lat"])):
            if len(lon):
                return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
        return None


def evidence_of(
    roads: Roads | None, tables: Sequence[pd.DataFrame], units: pd.DataFrame | None, outline: shapely.Geometry | None
) -> Evidence:
    """Evidence from a study: its roads, facility and demand tables (name, lon, lat), units' seats and outline."""
    named = [t[["name", "lon", "lat"]] for t in tables]
    if units is not None and {"seat_lon", "seat_lat"} <= set(units.columns):
        seats = pd.DataFrame(units[["name", "seat_lon", "seat_lat"]])
        named.append(seats.set_axis(["name", "lon", "lat"], axis=1))
    places = pd.concat(named, ignore_index=True).dropna() if named else Evidence().places
    if roads is None:
        return Evidence(places=places, outline=outline)
    return Evidence(roads.vertex_lon, roads.vertex_lat, roads.vertex_offset, places, outline)


def datum_of(
    lon: Floats, lat: Floats, stated: str, evidence: Evidence, answers: Answers, names: Sequence[str] = ()
) -> tuple[str, tuple[Question, ...]]:
    """The system that positions of a file are to be taken for, and the question where it is open.

    `stated` is the system the file states ("": none); its positions are WGS-84 degrees then. No file can state GCJ-02
    or BD-09, so the answer of one of them counts beside it, and where the evidence clearly speaks for one the question
    is asked. Raises ChoiceUnknown for an answer that names no system.
    """
    answer = answers.get(CRS, "") or ("" if stated else answers.get(CRS_UNSTATED, ""))
    if answer:
        to_wgs84([], [], answer)
        return (WGS if stated and not is_shifted(answer) else answer), ()
    asked = guess_datum(lon, lat, evidence, names)
    if isinstance(asked, str):
        return asked, ()
    if not stated:
        return asked.guess or WGS, (asked,)
    if not is_shifted(asked.guess):
        return WGS, ()
    return asked.guess, (replace(asked, params={"stated": _SAID.get(stated, stated)}),)


def guess_datum(lon: Floats, lat: Floats, evidence: Evidence, names: Sequence[str] = ()) -> Question | str:
    """The question in which system positions are (degrees, or easting and northing in metres), NaN ignored.

    Each choice carries `points`, and where known `road_median_m`, `place_median_m` (to the place of the point's name;
    `names` is as long as `lon`, or empty) and `inside_pct` of the outline. The guess is the best choice when it clearly
    wins, else "". Outside China, where the systems are one, the answer itself: "EPSG:4326".
    """
    keys = [place_key(n) for n in names] if len(names) else [""] * len(lon)
    points = _sample(pd.DataFrame({"lon": np.asarray(lon), "lat": np.asarray(lat), "key": keys}).dropna())
    metres = bool(len(points)) and float(points[["lon", "lat"]].abs().max(axis=1).median()) > 180
    if not metres and len(points) and not _in_box(points["lon"], points["lat"], SHIFTED).any():
        return WGS
    hypotheses = _zones(points, evidence) if metres else [WGS, GCJ02, BD09]
    court = _Court(evidence, points["key"].tolist())
    heard = [court.hear(*to_wgs84(points["lon"], points["lat"], h)) for h in hypotheses]
    guess = _best_zone(hypotheses, heard) if metres else _best_shift(hypotheses, heard)
    choices = tuple(
        Choice(h, _label(h), found.figures, found.preview) for h, found in zip(hypotheses, heard, strict=True)
    )
    return Question(CRS, choices, guess)


def _sample(points: pd.DataFrame) -> pd.DataFrame:
    """At most MOST_POINTS, of those in one cell of 200 m only one (they prove one thing together, not each its own),
    the same whatever the order of the rows."""
    ordered = points.sort_values(["lon", "lat", "key"], kind="stable", ignore_index=True)
    cell = ordered[["lon", "lat"]] // (CELL_DEG if ordered["lon"].abs().median() <= 180 else CELL_DEG * 1e5)
    ordered = ordered[~cell.duplicated()]
    return ordered.iloc[:: max(1, -(-len(ordered) // MOST_POINTS))].reset_index(drop=True)


def _label(hypothesis: str) -> str:
    if hypothesis == WGS:
        return "WGS-84 / CGCS2000"
    return hypothesis if hypothesis in (GCJ02, BD09) else f"{known_crs(hypothesis).name} ({hypothesis})"


# ---- what speaks for a hypothesis ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Heard:
    figures: Mapping[str, float]  # rounded, for the reader
    distances: tuple[Floats, ...]  # metres by point, NaN where there is nothing to measure: to roads, to namesakes
    near_share: float  # of the points in or about the county; NaN when the county is unknown
    preview: tuple[tuple[str, ...], ...]


class _Court:
    """The evidence indexed once, in a local metric projection, to hear several hypotheses. Holds the tree open."""

    def __init__(self, evidence: Evidence, keys: Sequence[str]) -> None:
        self.evidence, self.box = evidence, evidence.box()
        self.crs = metric_crs(self.box[0::2], self.box[1::2]) if self.box else None
        self.tree = _road_tree(evidence, self.crs) if self.crs and len(evidence.road_offset) > 1 else None
        self.at_x, self.at_y = self._namesakes(keys)

    def _namesakes(self, keys: Sequence[str]) -> tuple[Floats, Floats]:
        """Where the known place of each point's name is. A name borne by two distant places tells nothing."""
        places = self.evidence.places
        if self.crs is None or places.empty:
            return np.full(len(keys), np.nan), np.full(len(keys), np.nan)
        x, y = to_metric(places["lon"], places["lat"], self.crs)
        known = pd.DataFrame({"key": [place_key(str(n)) for n in places["name"]], "x": x, "y": y})
        spread = known.groupby("key")[["x", "y"]].agg(["min", "max", "mean"])
        wide = np.hypot(spread["x"]["max"] - spread["x"]["min"], spread["y"]["max"] - spread["y"]["min"])
        single = spread[(wide < NOISE_M) & (spread.index != "")].reindex(keys)
        return single["x"]["mean"].to_numpy(), single["y"]["mean"].to_numpy()

    def hear(self, lon: Floats, lat: Floats) -> _Heard:
        figures: dict[str, float] = {"points": float(np.isfinite(lon).sum())}
        distances: list[Floats] = []
        if self.crs is not None:
            x, y = to_metric(lon, lat, self.crs)
            to_place = np.hypot(x - self.at_x, y - self.at_y)
            distances = [self._to_roads(x, y), np.where(to_place <= SAME_PLACE_M, to_place, np.nan)]
            for name, metres in zip(("road_median_m", "place_median_m"), distances, strict=True):
                if np.isfinite(metres).any():
                    figures[name] = float(round(np.nanmedian(metres)))
        if self.evidence.outline is not None and len(lon):
            shapely.prepare(self.evidence.outline)
            figures["inside_pct"] = round(100 * float(shapely.intersects_xy(self.evidence.outline, lon, lat).mean()), 1)
        near = float(_in_box(lon, lat, self.box, COUNTY_MARGIN_DEG).mean()) if self.box and len(lon) else np.nan
        preview = tuple((f"{a:.5f}", f"{b:.5f}") for a, b in zip(lon[:PREVIEW_ROWS], lat[:PREVIEW_ROWS], strict=True))
        return _Heard(figures, tuple(distances), near, preview)

    def _to_roads(self, x: Floats, y: Floats) -> Floats:
        out = np.full(len(x), np.nan)
        rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if self.tree is not None and len(rows):
            found, metres = self.tree.query_nearest(
                shapely.points(x[rows], y[rows]), return_distance=True, all_matches=False
            )
            out[rows[found[0]]] = metres
        return out


def _road_tree(evidence: Evidence, crs: MetricCRS) -> shapely.STRtree:
    x, y = to_metric(evidence.road_lon, evidence.road_lat, crs)
    part = np.repeat(np.arange(len(evidence.road_offset) - 1), np.diff(evidence.road_offset))
    return shapely.STRtree(shapely.linestrings(np.column_stack([x, y]), indices=part))


def _in_box(
    lon: "Floats | pd.Series[float]",
    lat: "Floats | pd.Series[float]",
    box: tuple[float, float, float, float],
    margin: float = 0.0,
) -> np.ndarray:
    west, south, east, north = box
    inside = (lon >= west - margin) & (lon <= east + margin) & (lat >= south - margin) & (lat <= north + margin)
    return np.asarray(inside)


# ---- the guess -------------------------------------------------------------------------------------------------


def _best_shift(hypotheses: Sequence[str], heard: Sequence[_Heard]) -> str:
    """The hypothesis whose points are nearer to roads and namesakes than under any other, point by point, by CLEAR_Z
    standard errors of the paired difference (logarithms, so that no far point decides alone)."""
    scores = np.array([_score(h) for h in heard])
    scores = scores[:, np.isfinite(scores).all(axis=0)] if scores.size else np.zeros((len(heard), 0))
    if scores.shape[1] < LEAST_POINTS:
        return ""
    best = int(scores.mean(axis=1).argmin())
    for other in range(len(heard)):
        gain = scores[other] - scores[best]
        error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
        if other != best and not gain.mean() > CLEAR_Z * error:
            return ""
    return hypotheses[best]


def _score(heard: _Heard) -> Floats:
    """Each point's distance to roads and to its namesake, as a sum of logarithms; NaN where neither is known."""
    if not heard.distances:
        return np.full(int(heard.figures["points"]), np.nan)
    logs = np.log(np.array(heard.distances) + NOISE_M)
    unknown = np.isnan(logs).all(axis=0)
    return np.where(unknown, np.nan, np.nansum(logs, axis=0))


def _best_zone(hypotheses: Sequence[str], heard: Sequence[_Heard]) -> str:
    """The only zone that puts most of the points in or about the county."""
    near = [h for h, found in zip(hypotheses, heard, strict=True) if found.near_share > 0.5]
    return near[0] if len(near) == 1 else ""


def _zones(points: pd.DataFrame, evidence: Evidence) -> list[str]:
    """The systems in metres that the numbers allow; of these only such as put a point near the county, if any do."""
    allowed = _allowed(points, evidence)
    box = evidence.box()
    if box is None:
        return allowed
    x, y = points["lon"].to_numpy(), points["lat"].to_numpy()
    near = [h for h in allowed if _in_box(*to_wgs84(x, y, h), box, COUNTY_MARGIN_DEG).any()]
    return near or allowed


def _allowed(points: pd.DataFrame, evidence: Evidence) -> list[str]:
    easting = float(points["lon"].median())
    box = evidence.box()
    if box is not None and not _in_box(np.array([box[0]]), np.array([box[1]]), CHINA).any():
        return [f"EPSG:{metric_crs(box[0::2], box[1::2]).to_epsg()}", MERCATOR]
    if easting < 1e6:
        first, low, high = _WITHOUT_ZONE
        return [f"EPSG:{first + zone - low}" for zone in range(low, high + 1)]
    zones = sorted({int(z) for z in points["lon"] // 1e6})
    found = [f"EPSG:{c + z - low}" for c, low, high in (_SIX_DEGREE, _THREE_DEGREE) for z in zones if low <= z <= high]
    return [*found, MERCATOR]
