"""What the page Map says of a village, a facility and the slowest village: figures of the toy county, by hand.

Ambulance by day on tests/geo/county.py, without the clinic's tier: 西村 7 min (6 on foot, 1 at the hospital's door),
中村 6 and 东村 6 from the health centre, 北村 12 from it; 岛村 and 远村 are reached by nobody. 3,757 people in all.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.store import open_store
from geo.study import build_study
from tests.geo.county import lonlat, write_county
from tests.pages.structure_page import sent_to_map

MAP = Path(__file__).resolve().parents[2] / "pages" / "map.py"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store that holds the toy county."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YIDA_HOME", str(folder))
        patch.delenv("YIDA_DATABASE_URL", raising=False)
        open_store().save(build_study(write_county(folder / "files")), "toy", replace=False)
        yield


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(MAP), default_timeout=120)
    for key, value in {"study": "toy", "lang": "en", **query}.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception and not page.error
    return page


def found(what: str, **query: str) -> AppTest:
    page = opened(**query)
    page.selectbox(key="search").set_value(what).run()
    assert not page.exception and not page.error
    return page


def test_the_slowest_village_is_the_one_that_is_reached_last() -> None:
    figures = {metric.label: (metric.value, metric.delta) for metric in opened(t="10").metric}
    assert figures["Slowest village"] == ("12 min", "北村, of 4 villages reached")
    assert figures["People within 10 min"] == ("90.5 %", "3,400 of 3,757 people")
    assert figures["Villages outside"] == ("3", "of 6 villages")
    assert figures["People unreachable by road"] == ("57", "of 3,757 people")


@pytest.mark.parametrize(
    ("village", "ways"),
    [
        # minutes, km of road, metres off the road at the village and at the facility
        ("V1", [(7, 0, 500, 250), (18, 13, 500, 0), (18, 12, 500, 0)]),
        ("V3", [(13, 12, 0, 250), (12, 12, 0, 0), (0, 0, 0, 0)]),
    ],
)
def test_the_card_of_a_village_tells_minutes_that_add_up(village: str, ways: list[tuple[float, ...]]) -> None:
    table = found(f"village:{village}").dataframe[0].value
    assert table["Nearest facility"].tolist() == ["县人民医院", "东乡卫生院", "北村卫生室"]
    legs = ["Minutes", "Road, km", "To road, m", "From road, m"]
    for row, way in zip(table[legs].itertuples(index=False), ways, strict=True):
        assert tuple(row) == pytest.approx(way, rel=2e-3, abs=0.02)


def test_a_link_reopens_a_map_without_any_tier_on_it() -> None:
    page = opened()
    page.multiselect(key="show:xishui").set_value([]).run()
    asked = sent_to_map(page)["address"]
    assert asked["show"] == "none"
    again = opened(**{key: value for key, value in asked.items() if value})
    assert again.multiselect(key="show:xishui").value == [] and sent_to_map(again)["tiers_on"] == []
    assert opened(show="nonsense").multiselect(key="show:xishui").value == opened().multiselect(key="show:xishui").value


def test_the_card_of_a_facility_says_no_code_in_either_language() -> None:
    said = {}
    for language in ("zh", "en"):
        table = found("facility:520330T102", study="xishui", lang=language).dataframe[0].value
        said[language] = dict(table.itertuples(index=False))
    assert said["zh"]["类别"] == "乡镇卫生院 · C220" and said["en"]["Category"] == "Township hospital · C220"
    assert said["zh"]["状态"] == "在用" and said["en"]["Status"] == "In service"
    assert said["zh"]["来源"] == "示例数据：由 geo/synthetic 生成"


def test_the_map_draws_the_way_with_both_legs_off_the_road() -> None:
    routes = sent_to_map(found("village:V1"))["routes"]
    assert [(line["kind"], line["tier"]) for line in routes] == [
        ("road", "county_hospital"), ("offroad", "county_hospital"), ("offroad", "county_hospital"),
    ]  # fmt: skip
    ends = [line["lines"] for line in routes[1:]]
    (hospital, door, village) = lonlat([(0, -250), (0, 0), (0, 500)])
    assert ends[0] == pytest.approx([*hospital, *door], abs=1e-5)
    assert ends[1] == pytest.approx([*door, *village], abs=1e-5)
    at_the_road = sent_to_map(found("village:V2"))["routes"]  # 中村 and the health centre both stand at the road
    assert [line["kind"] for line in at_the_road] == ["road"]


@pytest.mark.parametrize(
    ("facility", "words"),
    [
        ("F1", "Nearest for **1,000** of 3,757 people in 1 villages."),
        ("F2", "Nearest for **2,700** of 3,757 people in 3 villages."),
        ("F3", "Its tier does not count at present; see *Tiers that count*."),
    ],
)
def test_the_card_of_a_facility_tells_who_it_is_nearest_to(facility: str, words: str) -> None:
    assert words in [m.value for m in found(f"facility:{facility}").markdown]
