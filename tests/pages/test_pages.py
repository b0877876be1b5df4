"""The pages without a browser: they run alone, say the library's figures, and answer bad choices in words."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.analysis.coverage import coverage
from geo.model.roads import MODES
from geo.store import open_store
from geo.study import assumptions_for, build_study, nearest_by_tier, nearest_counted, network_of, open_study
from pages.ui.state import Selection
from pages.ui.text import plain
from tests.geo.county import write_county

PAGES = Path(__file__).resolve().parents[2] / "pages"
COUNTED = ("county_hospital", "key_township_hospital", "township_hospital_general")


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store of the tests' own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


def opened(name: str = "map.py", **query: str) -> AppTest:
    page = AppTest.from_file(str(PAGES / name), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def values(page: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in page.metric}


@pytest.mark.parametrize("name", sorted(p.name for p in PAGES.glob("*.py") if p.name != "start.py"))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_opened_by_deep_link_runs_alone_in_both_languages(name: str, language: str) -> None:
    page = opened(name, lang=language)
    assert not page.exception and not page.error


def test_the_start_script_leads_to_the_map() -> None:
    page = opened("start.py")
    assert not page.exception and page.title[0].value == plain("习水县（示例）")


def test_a_study_stored_a_moment_ago_is_opened_by_its_link(tmp_path: Path) -> None:
    assert opened().title[0].value == plain("习水县（示例）")
    study = build_study(write_county(tmp_path))
    open_store().save(study, "files", replace=False)
    assert opened(study=study.name).title[0].value == plain(study.title("zh"))


@pytest.mark.parametrize("mode", MODES)
def test_the_figures_are_the_librarys(mode: str) -> None:
    page = opened(mode=mode, t="20", when="night", lang="en")
    study = open_study(open_store(), "xishui")
    network = network_of(study, mode, assumptions_for(study, "night"))
    minutes = nearest_counted(study, nearest_by_tier(study, network), COUNTED)["travel_time_min"]
    whole = coverage(minutes, study.demand["population"], 20)
    shown = values(page)
    assert shown["People within 20 min"] == (
        f"{whole.share_pct:.1f} %",
        f"{whole.covered:,.0f} of {whole.population:,.0f} people",
    )
    outside = whole.places - whole.places_covered
    assert shown["Villages outside"] == (str(outside), f"of {whole.places} villages")
    assert shown["People unreachable by road"] == (f"{whole.unreachable:,.0f}", f"of {whole.population:,.0f} people")


def test_a_higher_threshold_covers_no_fewer_people() -> None:
    page = opened()
    shares = []
    for minutes in (5, 15, 35, 60):
        page.slider(key="threshold").set_value(minutes).run()
        shares.append(float(page.metric[0].value.split()[0]))
    assert shares == sorted(shares) and shares[0] < shares[-1]


def test_every_figure_stands_with_its_denominator() -> None:
    for metric in opened(lang="en").metric:
        assert "of " in metric.delta and any(character.isdigit() for character in metric.delta)


def test_no_tier_chosen_is_answered_in_words() -> None:
    page = opened(lang="en")
    page.multiselect(key="tiers:xishui").set_value([]).run()
    assert not page.exception
    assert "Choose another tier" in page.error[0].value.replace("\\", "")


def test_another_study_brings_its_own_tiers_and_forgets_the_highlight() -> None:
    page = opened(lang="en")
    page.selectbox(key="search").set_value("unit:520330101").run()
    assert page.session_state.selection.item_id == "520330101"
    page.selectbox(key="study").set_value("suixi").run()
    assert not page.exception and page.session_state.selection is None
    assert page.multiselect(key="tiers:three_levels").value == ["county_hospital", "township_hospital"]


def test_a_highlight_that_another_version_does_not_have_is_forgotten() -> None:
    page = opened(lang="en")
    for kind in ("village", "facility", "unit"):
        page.session_state.selection = Selection(kind, "gone")
        page.run()
        assert not page.exception and "Click a village" in page.info[0].value


def test_the_facts_line_names_mode_condition_factor_and_the_start_of_the_clock() -> None:
    text = " ".join(c.value for c in opened(when="snow", lang="en").caption).replace("\\", "")
    assert "Ambulance" in text and "Snow" in text and "0.42 to 0.56" in text and "the clock starts" in text


@pytest.mark.parametrize(
    "name",
    ["*bold*", "[a](b)", "![x](http://x.invalid/y.png)", ":red[x]", "<b>", "`c`", "$x$", "# h", "a_b", "1. x", "~~s~~"],
)
def test_markdown_shows_a_name_to_the_letter(name: str) -> None:
    escaped = plain(name)
    assert escaped.replace("\\", "") == name
    marks = set("*_[]()!:<>`$#~.")
    assert all(escaped[i - 1] == "\\" for i, c in enumerate(escaped) if c in marks)


def test_a_changed_speed_changes_the_figures_is_said_and_travels_in_the_address() -> None:
    slow = "speed.ambulance.tertiary*10"
    page, plain_page = opened(lang="en", set=slow), opened(lang="en")
    study = open_study(open_store(), "xishui")
    assumed = assumptions_for(study).with_value("speed", "ambulance", "tertiary", 10)
    times = nearest_by_tier(study, network_of(study, "ambulance", assumed))
    minutes = nearest_counted(study, times, COUNTED)["travel_time_min"]
    covered = coverage(minutes, study.demand["population"], 15).covered
    assert values(page)["People within 15 min"][1].startswith(f"{covered:,.0f} of ")
    assert values(page)["People within 15 min"] != values(plain_page)["People within 15 min"]
    said = [" ".join(c.value for c in p.caption) for p in (page, plain_page)]
    assert "1 speeds or factors were changed" in said[0] and "were changed" not in said[1]
    assert page.session_state.edits == {"speed.ambulance.tertiary": 10.0}


def test_nonsense_speeds_of_a_link_are_left_out() -> None:
    page = opened(set="speed.ambulance.tertiary*-5,factor.jet.day*1,speed.car.primary*nan,speed.car.trunk*40,x")
    assert not page.exception and page.session_state.edits == {"speed.car.trunk": 40.0}
