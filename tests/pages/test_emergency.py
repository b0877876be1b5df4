"""The emergency page without a browser: the library's figures, the clock's start with each, bases, bad input."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis.strategies import floats
from streamlit.testing.v1 import AppTest

from geo.analysis.coverage import coverage
from geo.model.bases import bases_of
from geo.model.clock import preset_clock
from geo.model.inputs import Study
from geo.network.travel_time import nearest_times
from geo.store import open_store
from geo.study import assumptions_for, emergency, network_of, open_study
from geo.study.build import with_tables
from pages.ui import emergency_plan
from pages.ui.controls import ice_line

PAGE = Path(__file__).resolve().parents[2] / "pages" / "emergency.py"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store of the tests' own, which the process forgets again: it holds one open for all its pages."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def xishui() -> Study:
    return open_study(open_store(), "xishui")


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    for key, value in ({"lang": "en"} | query).items():
        page.query_params[key] = value
    page.run()
    assert not page.exception and not page.error
    return page


def figures(page: AppTest) -> list[str]:
    return [f"{metric.value} {metric.delta}" for metric in page.metric]


def test_the_figures_are_the_librarys(xishui: Study) -> None:
    page, assumptions = opened(), assumptions_for(xishui)
    bases = bases_of(xishui.facility)
    drive = emergency.drive_matrix(emergency.outward(xishui, assumptions), bases)
    hospital = emergency.nearest_hospital(xishui, emergency.inward(xishui, assumptions), "emergency")
    found = emergency.answer(xishui, bases, drive, hospital, preset_clock("policy15"))
    assert f"{found.reached.covered:,.0f} of 584,947 people" in figures(page)[0]
    assert f"{len(found.missed)} villages of 257 villages" in figures(page)[1]
    within = emergency.hospital_coverage(found, 60)
    assert f"{within.covered:,.0f} of 584,947 people" in figures(page)[3]


def test_every_figure_says_when_its_clock_starts_and_of_how_many() -> None:
    for start, words in (("policy15", "from the call"), ("drive15", "from the ambulance's departure")):
        for metric in opened(clock=start).metric:
            assert words in metric.label.replace("\\", "") and metric.delta.startswith(("of ", *"0123456789"))
            assert "of " in metric.delta


@pytest.mark.parametrize("threshold", ["8", "15", "40"])
def test_with_all_intervals_zero_the_page_equals_plain_coverage_from_the_same_facilities(
    xishui: Study, threshold: str
) -> None:
    page = opened(clock="own", call="0", turnout="0", scene="0", start="call", t=threshold)
    network = network_of(xishui, "ambulance", assumptions_for(xishui))
    rows = xishui.facility.index[xishui.facility["is_emergency_base"]].to_numpy()
    minutes, _ = nearest_times(network.graph, network.facility.take(rows), network.demand, network.assumptions)
    plain = coverage(pd.Series(minutes), xishui.demand["population"], float(threshold))
    assert figures(page)[0] == f"{plain.share_pct:.1f} % {plain.covered:,.0f} of {plain.population:,.0f} people"


def test_a_preset_sets_the_intervals_and_an_interval_changed_leaves_the_preset() -> None:
    page = opened()
    page.segmented_control(key="em_preset").set_value("drive15").run()
    assert page.session_state.em_start == "departure"
    page.segmented_control(key="em_preset").set_value("policy15").run()
    page.number_input(key="em_turnout").set_value(5.0).run()
    assert page.session_state.em_preset == "own"
    assert any("turnout 5" in text.value.replace("\\", "") for text in page.markdown)
    page.number_input(key="em_turnout").set_value(3.0).run()
    assert page.session_state.em_preset == "policy15"


def test_a_longer_turnout_never_reaches_more_people() -> None:
    page, reached = opened(), []
    for minutes in (0.0, 3.0, 8.0, 20.0):
        page.number_input(key="em_turnout").set_value(minutes).run()
        reached.append(float(page.metric[0].value.split()[0]))
    assert reached == sorted(reached, reverse=True) and reached[-1] == 0.0
    assert "nobody is reached in time" in page.warning[0].value.replace("\\", "")


def test_the_hospitals_minutes_belong_to_the_case() -> None:
    page = opened(case="stroke")
    assert "Stroke centre within 270 min" in page.metric[3].label
    page.number_input(key="em_within:stroke").set_value(90).run()
    page.selectbox(key="em_capability").set_value("trauma").run()
    assert "Trauma centre within 60 min" in page.metric[3].label
    page.selectbox(key="em_capability").set_value("stroke").run()
    assert "Stroke centre within 90 min" in page.metric[3].label


@pytest.mark.parametrize(
    ("when", "factor"),
    # Mountain 0.7 × 1, × 0.9, × 0.6 (track) to 0.8 (primary), × 0.6 to 0.7.
    [("day", "0.70;"), ("rain", "0.63;"), ("snow", "0.42 to 0.56"), ("ice", "0.42 to 0.49")],
)
def test_the_speed_factors_told_are_those_of_all_roads(when: str, factor: str) -> None:
    said = " ".join(caption.value for caption in opened(when=when).caption).replace("\\", "")
    assert f"speed factor {factor}" in said and ("In ice" in said or "in ice" in said) == (when == "ice")


@pytest.mark.parametrize("known", [0.0, 0.5, 1.0])
def test_the_page_says_on_how_much_road_the_height_decides_on_ice(xishui: Study, known: float) -> None:
    """Of the edges' length, so much has a height."""
    roads = xishui.roads
    rows = np.cumsum(roads.length_m) <= known * roads.length_m.sum()
    share_pct = 100 * roads.length_m[rows].sum() / roads.length_m.sum()
    heights = np.where(np.repeat(rows, np.diff(roads.vertex_offset)), 900.0, np.nan)
    study = replace(xishui, roads=replace(roads, vertex_height_m=heights))
    said = ice_line(same, study, assumptions_for(study, "ice"))
    assert ("has no heights" in said) == (known == 0) and ("above 800 m" in said) == (known > 0)
    assert (f"only {share_pct:.1f} % of the roads' length" in said) == (known == 0.5)


# ---- bases ---------------------------------------------------------------------------------------------------------


def same(_: str) -> str:
    return _


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A session's plans without a session."""
    kept: dict[str, object] = {}
    monkeypatch.setattr(emergency_plan.st, "session_state", _Session(kept))
    return lambda: kept.clear()


class _Session(dict):  # type: ignore[type-arg]
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


def test_a_plan_travels_in_the_address_and_comes_back_the_same(xishui: Study, plans: Callable[[], None]) -> None:
    listed = emergency_plan.bases(same, xishui)
    emergency_plan.keep(xishui, [replace(listed[0], on=False), replace(listed[1], ambulances=1), *listed[2:]])
    emergency_plan.add_place(xishui, 106.4, 28.4)
    emergency_plan.add_place(xishui, 106.5, 28.3)
    emergency_plan.add_facility(xishui, "520330T002")
    plan = emergency_plan.bases(same, xishui)
    assert len(plan) == len(listed) + 3 and [b.base_id for b in plan[-3:]] == ["+1", "+2", "520330T002"]
    kept = emergency_plan.st.session_state
    kept.em_plans, kept.em_asked = {}, emergency_plan.encode(xishui, plan)
    assert emergency_plan.bases(same, xishui) == plan
    emergency_plan.remove(xishui, "+1")
    assert len(emergency_plan.bases(same, xishui)) == len(plan) - 1
    emergency_plan.reset(xishui)
    assert emergency_plan.encode(xishui, emergency_plan.bases(same, xishui)) == ""


@settings(max_examples=200)
@given(lon=floats(106.0, 106.8), lat=floats(28.1, 28.8))
def test_a_place_of_the_map_stands_on_the_same_spot_when_its_address_is_opened(
    xishui: Study, lon: float, lat: float
) -> None:
    plan = emergency_plan.decode(xishui, f"@{lon!r}*{lat!r}*1*1*0")
    assert emergency_plan.decode(xishui, emergency_plan.encode(xishui, plan)) == plan
    assert (plan[-1].lon, plan[-1].lat) == pytest.approx((lon, lat), abs=5.1e-6)  # half a metre


def test_a_place_is_named_in_the_language_of_the_moment(xishui: Study, plans: Callable[[], None]) -> None:
    emergency_plan.add_place(xishui, 106.4, 28.4)
    assert emergency_plan.bases(lambda text: f"新{text}", xishui)[-1].name == "新Added base 1"
    emergency_plan.keep(xishui, emergency_plan.bases(same, xishui))  # as the table of bases does when it is edited
    assert emergency_plan.bases(lambda text: f"新{text}", xishui)[-1].name == "新Added base 1"


def test_a_closed_facility_cannot_be_made_a_base(xishui: Study, plans: Callable[[], None]) -> None:
    facility = xishui.facility
    status = facility["status"].mask(facility["facility_id"] == "520330T002", "closed")
    study = with_tables(xishui, {"facility": facility.assign(status=status)})
    emergency_plan.add_facility(study, "520330T002")
    assert emergency_plan.bases(same, study) == bases_of(study.facility)
    assert emergency_plan.decode(study, "520330T002*1*1*0") == bases_of(study.facility)


@pytest.mark.parametrize(
    "text",
    ["x", "*", "nobody*1*1*0", "@1*2*1*1*0", "@a*b*1*1*0", "520330H1*1*many*0", "@nan*nan*1*1*0", ";;;", "@" * 5000],
)
def test_a_plan_that_makes_no_sense_is_the_lists(xishui: Study, text: str) -> None:
    assert emergency_plan.decode(xishui, text) == bases_of(xishui.facility)


def test_a_base_of_the_address_counts_at_once_and_one_switched_off_does_not() -> None:
    before = float(opened().metric[0].value.split()[0])
    more = opened(bases="@106.574*28.2088*1*1*0")
    assert float(more.metric[0].value.split()[0]) > before
    less = opened(bases="520330H1*0*8*0;520330H2*0*4*0")
    assert float(less.metric[0].value.split()[0]) < before


def test_a_base_by_day_only_is_out_at_night() -> None:
    query = {"bases": "520330T101*1*2*1"}
    assert "22 ambulances in service" in _fleet(opened(**query))
    assert "20 ambulances in service" in _fleet(opened(when="night", **query))


def _fleet(page: AppTest) -> str:
    page.session_state["em_tabs:en"] = "Fleet"
    page.run()
    return " ".join(m.value.replace("*", "") for m in page.markdown)


# ---- bad input -----------------------------------------------------------------------------------------------------


def test_a_study_without_a_base_says_so_shows_the_rest_and_takes_a_facility_as_one() -> None:
    page = opened(study="nordurland")
    assert "no emergency base" in page.warning[0].value.replace("\\", "")
    assert figures(page)[0] == "0.0 % 0 of 27,797 people" and "253 villages" in figures(page)[1]
    box = next(box for box in page.selectbox if str(box.key).startswith("em_facility:"))
    box.set_value("osm-node-4346251349").run()
    assert not page.exception and float(page.metric[0].value.split()[0]) > 10
    assert "one each is assumed" in page.warning[0].value.replace("\\", "")


def test_a_capability_nobody_has_is_said_and_the_first_leg_still_shown() -> None:
    page = opened(study="nordurland", case="stroke", bases="osm-node-4346251349*1*2*0")
    assert "has the capability chosen" in page.warning[0].value.replace("\\", "")
    assert float(page.metric[0].value.split()[0]) > 10 and page.metric[3].value == "0.0 %"


def test_nonsense_in_the_address_opens_the_defaults() -> None:
    query = {"clock": "<b>", "t": "x", "case": "magic", "picture": "?", "km": "7", "busy": "-", "within": "soon"}
    page = opened(bases="%%%", start="x", call="nan", turnout="-5", **query)
    assert page.session_state.em_preset == "policy15" and page.session_state.em_minutes == 15
    assert opened(clock="own", call="nan", turnout="1e9").session_state.em_call == 1.0


def test_another_study_keeps_its_own_plan() -> None:
    page = opened(bases="520330H1*0*8*0")
    page.selectbox(key="study").set_value("suixi").run()
    assert not page.exception and not page.warning
    page.selectbox(key="study").set_value("xishui").run()
    assert next(iter(page.session_state.em_plans.values()))[0].on is False


def test_the_band_of_speeds_holds_the_figure_between_its_ends() -> None:
    page = opened(lang="en")
    told = next(c.value for c in page.caption if "lower or higher" in c.value)
    slow, fast, whole = (
        int(n.replace(",", "")) for n in re.search(r"\(([\d,]+) to ([\d,]+) of ([\d,]+)", told).groups()
    )
    reached = int(page.metric[0].delta.split()[0].replace(",", ""))
    assert 0 < slow < reached < fast < whole
