"""Building and opening a study, and the cost of a moved threshold."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

from geo.analysis.coverage import coverage, coverage_by_unit, nearest
from geo.intake.manifest import SAMPLE_FOLDER, read_manifest
from geo.model.assumptions import Assumptions
from geo.model.links import no_links
from geo.network.contraction import contract
from geo.network.graph import build_graph
from geo.network.snapping import EdgeIndex
from geo.network.travel_time import time_matrix, travel_time_table
from geo.store import open_store
from geo.study import assumptions_for, build_study, open_study
from geo.study.build import with_tables
from geo.synthetic.mesh import mesh_ways, random_points
from pages.ui import compute
from pages.ui.serve import SHELF
from tests.bench.measure import best, peak_mb, say
from tests.geo.large_county import large_county

ROOT = Path(__file__).resolve().parents[2]


def build() -> None:
    """North Iceland from the PBF into the store, and opening it again."""
    begin = time.perf_counter()
    study = build_study(read_manifest(SAMPLE_FOLDER / "nordurland"))
    say("build North Iceland from the PBF", time.perf_counter() - begin, "s", at_most=30)
    say("peak memory of the build", peak_mb(), "MB", at_most=1500)
    store = open_store()
    store.save(study, "bench", replace=True)
    say("open it again", best(lambda: store.load("nordurland")), "s", at_most=1)
    open_study(store, "xishui")
    say("open Xishui, built before", best(lambda: open_study(store, "xishui")), "s", at_most=1)


def page() -> None:
    """The whole page of the map when the threshold is moved, and the reach that the map then fetches."""
    study = large_county(5000)
    hospitals = study.facility[study.facility["tier"] != "village_clinic"]
    clinics = study.facility[study.facility["tier"] == "village_clinic"].head(2000 - len(hospitals))
    kept = pd.concat([hospitals, clinics]).sort_values("facility_id", ignore_index=True)
    study = with_tables(study, {"facility": kept, "link": no_links()})
    open_store().save(study, "bench", replace=True)
    shown = AppTest.from_file(str(ROOT / "pages" / "map.py"), default_timeout=120)
    shown.query_params["study"] = study.name
    shown.run()
    minutes = iter(range(16, 30))
    span = best(lambda: shown.slider(key="threshold").set_value(next(minutes)).run(), clock=time.process_time)
    say("… the whole page, 2,000 facilities and 5,000 points, CPU", span * 1000, "ms", at_most=50)
    asked = (compute.study(study.name), "ambulance", assumptions_for(study), study.scheme.usual())

    def reach() -> None:
        SHELF.get(compute.bands_url(*asked, next(minutes) + 0.5).rsplit("/", 1)[1].removesuffix(".json"))

    say("… the reach that the map fetches after it, CPU", best(reach, clock=time.process_time) * 1000, "ms")


def run() -> None:
    """A moved threshold on 2,000 facilities and 5,000 demand points."""
    ways = mesh_ways(20_000, seed=3)
    graph = build_graph(contract(ways), "ambulance", Assumptions(horizon_min=60))
    index = EdgeIndex(graph, Assumptions())
    facility, demand = index.snap(*random_points(ways, 2000, seed=1)), index.snap(*random_points(ways, 5000, seed=2))
    begin = time.perf_counter()
    minutes = time_matrix(graph, facility, demand, Assumptions(horizon_min=60))
    search_s = time.perf_counter() - begin
    ids = pd.Series(np.arange(5000).astype(str)), pd.Series(np.arange(2000).astype(str))
    found = nearest(travel_time_table(minutes, *ids), ids[0])["travel_time_min"]
    rng = np.random.default_rng(1)
    people = pd.DataFrame({
        "unit_code": rng.integers(0, 30, 5000).astype(str),
        "name": ids[0],
        "population": rng.integers(50, 3000, 5000).astype(float),
    })  # fmt: skip

    def move() -> None:
        coverage(found, people["population"], 17)
        coverage_by_unit(people, found, 17)

    span = best(move)
    say("threshold moved, 2,000 facilities × 5,000 points", span * 1000, "ms", at_most=50)
    say("… times faster than the search behind it", search_s / span, "×")
