"""What the browser fetches: layers made when they are asked for, once, and thrown out when they are too many."""

import gzip
import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.network.reach import contour
from geo.store import open_store
from geo.study import assumptions_for, network_of, open_study, surface_of
from pages.ui import compute
from pages.ui.serve import SHELF, Late, Layer, LayerShelf

MAP = Path(__file__).resolve().parents[2] / "pages" / "map.py"


def name_in(address: str) -> str:
    return address.rsplit("/", 1)[1].removesuffix(".json")


def test_a_late_layer_is_made_by_the_first_who_asks_and_never_again() -> None:
    made: list[str] = []
    shelf = LayerShelf()
    for _ in range(2):
        address = shelf.put(Late("a", lambda: made.append("a") or b"{}"))  # type: ignore[func-returns-value]
    assert made == [] and name_in(address) == "a"
    bodies = {shelf.get("a"), shelf.get("a")}
    assert made == ["a"] and [gzip.decompress(body or b"") for body in bodies] == [b"{}"]
    assert shelf.get("b") is None


def test_the_layer_not_used_for_longest_leaves_a_shelf_that_is_full() -> None:
    shelf, layers = LayerShelf(most=2), [Layer(text) for text in (b"[1]", b"[2]", b"[3]")]
    shelf.put(layers[0])
    shelf.put(layers[1])
    shelf.put(layers[0])
    shelf.put(layers[2])
    assert [shelf.get(layer.name) is not None for layer in layers] == [True, False, True]
    small = LayerShelf(limit_bytes=1)
    for layer in layers:
        small.put(layer)
    assert [small.get(layer.name) is not None for layer in layers] == [False, False, True]


def test_names_of_questions_differ_by_question_and_by_run_of_the_program() -> None:
    one, other = LayerShelf(), LayerShelf()
    assert one.named("bands", 15.0) == one.named("bands", 15.0) != one.named("bands", 16.0)
    assert one.named("bands", 15.0) != other.named("bands", 15.0)


def test_a_moved_threshold_draws_no_reach_until_the_map_fetches_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YIDA_HOME", str(tmp_path))
    monkeypatch.delenv("YIDA_DATABASE_URL", raising=False)
    drawn: list[float] = []
    monkeypatch.setattr(compute, "contour", lambda surface, minutes: drawn.append(minutes) or contour(surface, minutes))
    page = AppTest.from_file(str(MAP), default_timeout=120).run()
    page.slider(key="threshold").set_value(17).run()
    assert not page.exception and drawn == []
    study = open_study(open_store(), "xishui")
    assumed, tiers = assumptions_for(study), study.scheme.usual()
    body = SHELF.get(name_in(compute.bands_url(study, "ambulance", assumed, tiers, 17.0)))
    bands = json.loads(gzip.decompress(body or b""))["bands"]
    assert [(band["from"], band["to"]) for band in bands] == [(0, 5), (5, 10), (10, 15), (15, 17)]
    assert 17.0 in drawn
    surface = surface_of(study, network_of(study, "ambulance", assumed), tiers, 60.0)
    rings = sum(1 + len(polygon.interiors) for polygon in contour(surface, 17.0).geoms)
    assert sum(len(polygon) for polygon in bands[-1]["geometry"]["coordinates"]) == rings
