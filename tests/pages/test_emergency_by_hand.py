"""The emergency page on the toy county of tests/geo/county.py, every figure worked out by hand.

F1 has 2 ambulances, F2 one. Arrival by the policy's clock (4 min, then the drive) from F1 and F2: 西村 (1,000 people)
11 and 22, 中村 (2,000) 11 and 10, 北村 (300) 17 and 16, 东村 (400) 23 and 10; nobody drives to 岛村 (50) and 远村 (7).
"""

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.model.inputs import Study
from geo.model.roads import CLASS_INDEX
from geo.output import maps
from geo.store import open_store
from geo.study import build_study, emergency
from pages.ui import roads_show
from pages.ui.roads_show import Ranking
from pages.ui.state import Selection
from tests.geo.county import lonlat, write_county
from tests.geo.test_emergency import with_bases
from tests.pages.test_emergency import home, opened  # noqa: F401

VILLAGES = ["西村", "中村", "北村", "东村", "岛村", "远村"]


@pytest.fixture(scope="module")
def toy(home: None, tmp_path_factory: pytest.TempPathFactory) -> Study:  # noqa: F811
    study = with_bases(build_study(write_county(tmp_path_factory.mktemp("toy"))))
    open_store().save(study, "files", replace=False)
    return study


@pytest.fixture
def shown(toy: Study, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, object]]:
    """What the map is told, by village where it is told of villages."""
    told: list[dict[str, object]] = []
    real = maps.state_group
    monkeypatch.setattr(maps, "state_group", lambda state: (told.append(dict(state)), real(state))[1])

    def asked(**query: str) -> dict[str, object]:
        opened(study="toy", **query)
        return told[-1]

    return asked


def by_name(study: Study, values: object) -> dict[str, object]:
    return dict(zip(study.demand["name"], values, strict=True))


def said(page: AppTest) -> str:
    return " ".join(m.value for m in [*page.markdown, *page.caption]).replace("\\", "").replace("*", "")


def tab(name: str, **query: str) -> tuple[str, pd.DataFrame]:
    """The words on the page and the table of one of its tabs."""
    page = opened(study="toy", **query)
    page.session_state["em_tabs:en"] = name
    page.run()
    assert not page.exception
    return said(page), page.dataframe[-1].value


def highlighted(kind: str, item_id: str) -> AppTest:
    page = opened(study="toy")
    if kind == "base":
        page.session_state.em_base = item_id
    else:
        page.session_state.selection = Selection(kind, item_id)
    return page.run()


def village_id(study: Study, name: str) -> str:
    return str(study.demand.loc[study.demand["name"] == name, "demand_id"].iat[0])


def test_people_reached_by_one_base_only_are_those_that_no_other_reaches_in_time(toy: Study) -> None:
    metric = opened(study="toy").metric[2]
    assert (metric.value, metric.delta) == ("1,400 people", "of 3,400 people reached")  # 西村 and 东村


def test_the_base_on_which_most_people_depend_is_named_with_its_people(toy: Study) -> None:
    words, table = tab("Bases")
    assert "Most people depend on 县人民医院: 1,000 of 3,400 people reached" in words
    assert "In time: within 15 min from the call (modelled)." in words
    assert table["Base"].tolist() == ["县人民医院", "东乡卫生院"]
    assert table["Its only ambulance"].tolist() == ["", "yes"]
    assert table["People it reaches first"].tolist() == [1000, 2400]
    assert table["People it alone reaches"].tolist() == [1000, 400]
    assert table["People reached while it is out"].tolist() == [2400, 3000]


def test_where_nobody_hangs_on_one_base_none_is_named(toy: Study) -> None:
    words, _ = tab("Bases", clock="own", call="3", turnout="5", t="5")  # 8 of 5 minutes are gone before the drive
    assert "Nobody is reached in time by one base alone" in words and "Most people depend" not in words


def test_the_card_of_a_base_says_who_is_reached_while_it_is_out_and_when_the_clock_starts(toy: Study) -> None:
    words = said(highlighted("base", "F1"))
    assert "First on the scene in time for 1,000 of 3,757 people; 1,000 of them are reached in time by this" in words
    assert "While it has no ambulance, 2,400 people are reached" in words
    assert "In time: within 15 min from the call (modelled)." in words


def test_villages_not_reached_say_the_minutes_they_lack_and_why(toy: Study) -> None:
    words, table = tab("Villages not reached")
    assert table["Village"].tolist() == ["北村", "岛村", "远村"]
    assert table["Missing minutes"].fillna(-1).round(1).tolist() == [1, -1, -1]
    assert table["Arrival, minutes"].fillna(-1).round(1).tolist() == [16, -1, -1]
    cause = ["A quicker start: the drive alone is in time", "No way by road", "No way by road"]
    assert table["Cheapest cause"].tolist() == cause
    assert "No way by road: 57 of 357 people not reached, in 2 villages" in words


def test_busy_ambulances_reach_the_people_that_the_formula_expects(toy: Study) -> None:
    """By 30 % out: 西村 has 2 ambulances in time, 中村 all 3, 东村 one."""
    words, table = tab("Busy ambulances", busy="30")
    expected = 1000 * (1 - 0.3**2) + 2000 * (1 - 0.3**3) + 400 * (1 - 0.3)
    assert f"{expected:,.0f} of 3,757 people can expect a free ambulance in time; 3,400 if every" in words
    by_share = dict(zip(table["Out, % of the time"], table["People expected to be reached"], strict=True))
    assert by_share[0] == 3400 and by_share[30] == expected and "In time: within 15 min from the call" in words


def test_townships_say_when_the_clock_starts(toy: Study) -> None:
    words, table = tab("Townships", clock="drive15")
    assert "In time: within 15 min from the ambulance's departure (modelled)." in words
    assert table["Reached in time"].sum() == 3700  # 北村 is 12 min off


def test_a_radius_counts_people_that_no_ambulance_reaches_and_leaves_out_some_that_it_does(toy: Study) -> None:
    """Straight: 西村 0.75, 远村 4.75 and 东村 2.5 km; 中村 6.5; 北村 8.5 and 岛村 9.5."""
    _, table = tab("Radius and clock")
    assert table["Radius, km"].tolist() == [5, 10, 20]
    assert table["People within the radius"].tolist() == [1407, 3757, 3757]
    assert table["… of them not reached in time"].tolist() == [7, 357, 357]
    assert table["Reached in time from beyond it"].tolist() == [2000, 0, 0]


def test_a_village_is_told_step_by_step_with_the_base_that_comes_if_the_first_is_out(toy: Study) -> None:
    page = highlighted("village", village_id(toy, "西村"))
    assert "11.0 min from the call: in time" in said(page)
    assert "If that base has no ambulance, 东乡卫生院 comes after 22.0 min" in said(page)
    steps = next(f.value for f in page.dataframe if "Step" in f.value)
    assert [step.split(",")[0] for step in steps["Step"]] == [
        "Call handling", "Turnout", "Drive from 县人民医院", "Drive to 县人民医院",
    ]  # fmt: skip
    assert steps["Minutes"].round(1).tolist() == [1, 3, 7, 7]
    assert steps["On the clock"].round(1).tolist() == [1, 4, 11, 18]


@pytest.mark.parametrize(
    ("picture", "minutes"),
    [
        ("arrival", [11, 10, 16, 10, None, None]),
        ("backup", [22, 11, 17, 23, None, None]),
        ("hospital", [18, 17, 29, 29, None, None]),
    ],
)
def test_each_picture_shows_its_own_minutes(toy: Study, shown, picture: str, minutes: list[float | None]) -> None:
    told = by_name(toy, shown(picture=picture)["minutes"])
    assert [None if m is None else round(m, 1) for m in map(told.get, VILLAGES)] == minutes


def test_the_picture_of_radius_and_clock_parts_the_villages(toy: Study, shown) -> None:
    classes = shown(picture="radius", km="5")["village_classes"]
    label = [c["label"] for c in classes["classes"]]
    told = {name: label[i] for name, i in by_name(toy, classes["of"]).items()}
    both, neither = "within 5 km and in time", "neither"
    assert [told[name] for name in VILLAGES] == [
        both, "beyond 5 km, in time", neither, both, neither, "within 5 km, not within 15 min",
    ]  # fmt: skip
    colours = {c["label"]: c["colour"] for c in classes["classes"]}
    assert len(set(colours.values())) == 4 and colours[neither] == "#b8bec3"


def test_the_picture_of_who_serves_whom_gives_each_village_its_first_base(toy: Study, shown) -> None:
    classes = shown(picture="serves")["village_classes"]
    label = [*(c["label"] for c in classes["classes"]), None]  # -1: nobody
    told = {name: label[i] for name, i in by_name(toy, classes["of"]).items()}
    assert [told[name] for name in VILLAGES] == ["县人民医院", *["东乡卫生院"] * 3, None, None]


def test_the_band_is_a_fifth_of_the_speed_to_either_side(toy: Study) -> None:
    """11 min of drive: slower by a fifth 中村 takes 7.5, faster by a fifth 北村 takes 10 in place of 12."""
    assert "3,400 to 3,700 of 3,757 people" in said(opened(study="toy"))
    # 9 min of drive. Slower 中村 and 东村 take 7.5 min; by half they would take 12.
    assert "3,400 to 3,400 of 3,757 people" in said(opened(study="toy", t="13"))


def test_a_base_more_runs_its_own_search_and_no_other(toy: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(study="toy")
    searched: list[str] = []
    real = emergency.drive_column
    monkeypatch.setattr(
        emergency, "drive_column", lambda network, base: (searched.append(base.base_id), real(network, base))[1]
    )
    lon, lat = lonlat([(6500, 3000)])[0]
    page = opened(study="toy", bases=f"@{lon}*{lat}*1*1*0")
    assert page.metric[0].delta == "3,700 of 3,757 people"  # 北村 is 2.5 km from it
    assert searched == ["+1"] * 3  # at the speeds assumed, and at both ends of the band
    searched.clear()
    assert opened(study="toy", bases="F2*0*1*0").metric[0].delta == "3,000 of 3,757 people" and searched == []
    opened(study="toy", clock="drive15", t="20")
    assert searched == []


# ---- closed roads --------------------------------------------------------------------------------------------------


def east(study: Study) -> int:
    """The road to 东村."""
    return int(np.flatnonzero(study.roads.road_class == CLASS_INDEX["unclassified"])[0])


def test_a_road_closed_on_another_page_costs_its_villages_here_and_can_be_opened_again(toy: Study) -> None:
    page = opened(study="toy", shut=f"{east(toy)}@0.5")
    assert page.metric[0].delta == "3,000 of 3,757 people"
    warned = page.warning[0].value.replace("\\", "")
    assert "in every figure here: 1. With all roads open 3,400 of 3,757 people (90.5 %)" in warned
    assert "2,600" not in said(page) and "3,000 to 3,300 of 3,757 people" in said(page)  # the band: 东村 is in neither
    page.button(key=f"open:{east(toy)}").click().run()
    assert page.metric[0].delta == "3,400 of 3,757 people" and not page.warning


def test_the_map_and_its_link_show_the_closed_roads(toy: Study, shown) -> None:
    told = shown(shut=f"{east(toy)}@0.5")
    assert told["address"]["shut"] == f"{east(toy)}@0.500"
    assert [route["kind"] for route in told["routes"]] == ["closed"]
    assert by_name(toy, told["minutes"])["东村"] is None


def test_segments_are_ranked_by_whom_the_ambulance_loses_on_its_clock(toy: Study) -> None:
    page = opened(study="toy")
    page.session_state["em_tabs:en"] = "Which road matters most"
    page.run()
    next(b for b in page.button if b.label == "Rank the road segments").click().run()
    table = page.dataframe[-1].value
    assert table["People out"].tolist() == [400] and "put people out of 15 min" in said(page)
    # Drive only: 15 min reach 北村 too, 12 min from F2 and 13 from F1 by the road to it alone.
    page.segmented_control(key="em_preset").set_value("drive15").run()
    next(b for b in page.button if b.label == "Rank the road segments").click().run()
    assert page.dataframe[-1].value["People out"].tolist() == [400, 300]


def test_the_segment_chosen_in_the_ranking_is_drawn_on_the_map_of_its_own_study(
    toy: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.DataFrame({"edge": [7, 3, 5], "lost": [400.0, 300.0, 0.0]})
    monkeypatch.setattr(st, "session_state", {"ranking": Ranking(((toy.content_id, "x"), 11.0), table, 2)})

    def chosen(rows: list[int], study: Study = toy) -> int | None:
        st.session_state["ranked:2"] = SimpleNamespace(selection=SimpleNamespace(rows=rows))
        return roads_show.chosen_segment(study)

    assert roads_show.chosen_segment(toy) is None  # no ranking is on screen
    assert [chosen(rows) for rows in ([], [0], [1], [2])] == [None, 7, 3, None]
    assert chosen([1], with_bases(toy, F1="day_only")) is None
    st.session_state["ranking"] = Ranking(((toy.content_id, "x"), 11.0), None, 2)  # stopped
    assert chosen([1]) is None
