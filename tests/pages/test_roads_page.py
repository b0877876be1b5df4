"""The page Roads without a browser: figures are the library's, closures come from the address, choices from clicks."""

from pathlib import Path

import pytest

from geo.network.breaks import NO_BREAKS, breaks_at
from geo.store import open_store
from geo.study import assumptions_for, closing, network_of, open_study
from tests.pages.test_pages import home, opened, values  # noqa: F401


@pytest.fixture(scope="module")
def care():
    study = open_study(open_store(), "xishui")
    tiers = study.scheme.select(["county_hospital", "township_hospital"])
    return closing.care_of(study, network_of(study, "ambulance", assumptions_for(study)), tiers)


@pytest.fixture(scope="module")
def worst(care) -> tuple[int, float, float]:
    """The segment whose closure hurts most: its number, where, and the people who fall out of 15 minutes."""
    row = closing.rank_segments(care, 15).iloc[0]
    return int(row["edge"]), float(row["at"]), float(row["lost"])


def test_with_every_road_open_nobody_is_lost() -> None:
    shown = values(opened("roads.py", lang="en"))
    assert shown["Fall out of 15 min"][0] == shown["Cut off from care by road"][0] == "0"


def test_a_road_closed_by_the_address_costs_what_the_library_says(care, worst) -> None:
    edge, at, lost = worst
    page = opened("roads.py", lang="en", shut=f"{edge}@{at:.3f}")
    assert not page.exception
    found = closing.found_with(care, breaks_at({edge: round(at, 3)}))
    table = closing.losses(care.study, closing.found_with(care, NO_BREAKS), found, 15)
    people = {name: table.loc[table["outcome"] == name, "population"].sum() for name in ("out", "cut_off")}
    shown = values(page)
    assert shown["Fall out of 15 min"][0] == f"{people['out']:,.0f}" and people["out"] + people["cut_off"] >= lost
    assert shown["Cut off from care by road"] == (
        f"{people['cut_off']:,.0f}",
        f"of {care.study.demand['population'].sum():,.0f} people, {(table['outcome'] == 'cut_off').sum()} villages",
    )


@pytest.mark.parametrize("text", ["999999@0.5", "x", "5@y", ",,", "-3@0.5"])
def test_a_link_to_roads_that_are_not_there_opens_with_all_roads_open(text: str) -> None:
    page = opened("roads.py", lang="en", shut=text)
    assert not page.exception and not page.error
    assert values(page)["Fall out of 15 min"][0] == "0"


def test_opening_the_closed_road_by_its_button_brings_everybody_back(worst) -> None:
    edge, at, _ = worst
    page = opened("roads.py", lang="en", shut=f"{edge}@{at:.3f}")
    assert values(page)["Fall out of 15 min"][0] != "0"
    page.button(key=f"open:{edge}").click().run()
    assert values(page)["Fall out of 15 min"][0] == "0"


def test_the_ranking_is_the_librarys_and_its_worst_segment_can_be_closed(care, worst) -> None:
    page = opened("roads.py", lang="en")
    page.segmented_control(key="roads_view").set_value("rank").run()
    next(b for b in page.button if b.label == "Rank the road segments").click().run()
    table = page.dataframe[0].value
    assert table["People out"].iat[0] == worst[2]
    assert not page.exception


def test_every_condition_is_listed_and_none_covers_more_than_day() -> None:
    page = opened("roads.py", lang="en")
    page.segmented_control(key="roads_view").set_value("conditions").run()
    table = page.dataframe[0].value
    assert table["Conditions"].tolist() == ["Day", "Night", "Rain", "Snow", "Ice"]
    assert (table["Covered people"] <= table["Covered people"].iat[0]).all()
    assert (table["% at speeds −20 %"] <= table["% of people"]).all()
    assert (table["% of people"] <= table["% at speeds +20 %"]).all()


def test_the_map_page_says_the_band_beside_its_figure() -> None:
    text = " ".join(c.value for c in opened(lang="en").caption)
    assert "If all speeds are 20 % lower or higher" in text and "584,947 people" in text


def test_the_pages_are_in_the_navigation() -> None:
    text = (Path(__file__).resolve().parents[2] / "pages" / "start.py").read_text(encoding="utf-8")
    assert 'url_path="roads"' in text and 'url_path="records"' in text
