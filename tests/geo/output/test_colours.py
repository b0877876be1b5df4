"""The map's colours: told apart by colour-blind eyes, on a projector, and strong enough for what is drawn on."""

import csv
import itertools
import re
from collections.abc import Sequence

import numpy as np
import pytest

from geo.model.folders import DATA
from geo.model.schemes import SCHEME_FOLDER, load_scheme
from geo.output import choropleth, inks, link_layers, palette
from geo.output.maps import WEB_FOLDER
from tests.colours import DEFICIENCIES, as_seen_with, contrast, distance, lab, of_hex, on_projector

EYES = ("most people", *DEFICIENCIES)
LEAST_LINE = 3.0  # WCAG 2.1, 1.4.11: graphical objects needed to understand the picture
LEAST_TEXT = 4.5


def nearest(colours: Sequence[str], *, pairs: str, eyes: str) -> float:
    """The smallest CIEDE2000 of all pairs, or of neighbours in an order."""
    seen = of_hex(*colours)
    if eyes == "projector":
        seen = on_projector(seen)
    elif eyes != "most people":
        seen = as_seen_with(eyes, seen)
    found = itertools.pairwise(lab(seen)) if pairs == "neighbours" else itertools.combinations(lab(seen), 2)
    return float(min(distance(one, other) for one, other in found))


def web_colours(file: str, name: str) -> list[str]:
    listed = re.search(rf"const {name} = \[(.*?)\]", (WEB_FOLDER / file).read_text(encoding="utf-8"))
    assert listed
    return re.findall(r"#\w{6}", listed.group(1))


def over_land(colours: Sequence[str], share: float) -> list[str]:
    mixed = share * of_hex(*colours) + (1 - share) * of_hex(inks.LAND)
    return ["#" + "".join(f"{round(255 * v):02x}" for v in row) for row in mixed]


# Pairs 1, 7, 9, 17, 21, 25 and 34 of the table of test data by Sharma, Wu and Dalal (2005).
@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.49, -0.001), (50, -2.49, 0.0009), 7.1792),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_the_published_one(one: tuple[float, ...], other: tuple[float, ...], apart: float) -> None:
    pair = np.array(one, dtype=float), np.array(other, dtype=float)
    assert distance(*pair) == pytest.approx(apart, abs=5e-5)
    assert distance(*reversed(pair)) == pytest.approx(apart, abs=5e-5)


def test_greys_look_grey_to_everybody_and_red_and_green_do_not_differ_for_some() -> None:
    for eyes in DEFICIENCIES:  # the rows of each matrix add up to one
        assert as_seen_with(eyes, of_hex("#808080")) == pytest.approx(of_hex("#808080"), abs=1e-4)
    pair = ("#5a7d00", "#a86200")
    assert nearest(pair, pairs="all", eyes="most people") > 4 * nearest(pair, pairs="all", eyes="deuteranopia")
    assert contrast(of_hex("#000000"), of_hex("#ffffff"))[0] == pytest.approx(21)
    assert contrast(of_hex("#777777"), of_hex("#ffffff"))[0] == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("eyes", EYES)
def test_classes_in_an_order_differ_from_their_neighbours(eyes: str) -> None:
    for count in range(2, 7):
        assert nearest(choropleth.colours(count), pairs="neighbours", eyes=eyes) >= 11
    assert nearest(inks.WITHIN, pairs="neighbours", eyes=eyes) >= 9
    late = web_colours("symbols.js", "BEYOND_BANDS")
    reach = over_land([*inks.WITHIN, *late], 0.6)  # the pane's opacity in map.css
    assert nearest(reach, pairs="neighbours", eyes=eyes) >= 6
    assert nearest([inks.WITHIN[-1], inks.BEYOND], pairs="all", eyes=eyes) >= 30


@pytest.mark.parametrize("eyes", EYES)
def test_things_without_an_order_differ_each_from_each(eyes: str) -> None:
    assert nearest(palette.COLOURS, pairs="all", eyes=eyes) >= 10
    assert nearest(link_layers.COLOURS, pairs="all", eyes=eyes) >= 15


def test_on_a_washed_out_projector_classes_still_differ() -> None:
    assert nearest(choropleth.COLOURS, pairs="neighbours", eyes="projector") >= 9
    assert nearest(inks.WITHIN, pairs="neighbours", eyes="projector") >= 6
    assert nearest(palette.COLOURS, pairs="all", eyes="projector") >= 8


@pytest.mark.parametrize("scheme_id", sorted(p.stem for p in SCHEME_FOLDER.glob("*.toml")))
def test_tiers_differ_by_symbol_or_by_colour_to_everybody(scheme_id: str) -> None:
    tiers = load_scheme(scheme_id).tiers
    assert all(contrast(of_hex(t.colour), of_hex(inks.LAND))[0] >= LEAST_LINE for t in tiers)
    for one, other in itertools.combinations(tiers, 2):
        alike = one.symbol == other.symbol
        assert not alike or min(nearest([one.colour, other.colour], pairs="all", eyes=e) for e in EYES) >= 10


def test_lines_and_points_that_carry_an_answer_stand_out_from_the_land() -> None:
    with (DATA / "reference" / "link_kinds.csv").open(encoding="utf-8", newline="") as file:
        networks = [row["colour"] for row in csv.DictReader(file)]
    main_roads = [casing or colour for name, (_, colour, casing) in inks.ROADS.items()]
    lines = [inks.COUNTY_LINE, inks.TOWN_LINE, inks.CHOSEN_LINE, *main_roads, *networks, *link_layers.COLOURS]
    points = ["#5c7381", inks.BEYOND, inks.BEYOND_RING, inks.UNREACHED]  # the first is every village's edge
    for colour in (*lines, *points):
        assert contrast(of_hex(colour), of_hex(inks.LAND))[0] >= LEAST_LINE, colour


def test_the_inks_of_words_can_be_read() -> None:
    for ink in (inks.INK, inks.SOFT, inks.ACCENT):
        for paper in ("#ffffff", inks.LAND, inks.GROUND):
            assert contrast(of_hex(ink), of_hex(paper))[0] >= LEAST_TEXT, (ink, paper)
