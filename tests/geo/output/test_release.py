"""For the public or for the house: review numbers, rounded places, nothing that names a person."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.model.errors import ReviewNumberInvalid
from geo.model.inputs import Study
from geo.output.clean import clean, markup, without_numbers
from geo.output.release import Release, public_study, released, review_number
from tests.geo.briefings import TRANSLATORS, answered

GOOD = {
    "GS(2024)1234号": "GS(2024)1234号",
    "GS（2024）1234号": "GS(2024)1234号",
    "审图号：GS京(2023)0567号": "GS京(2023)0567号",
    "审图号:黔S(2024)012号": "黔S(2024)012号",
    " 黔S〔2024〕012号 ": "黔S(2024)012号",
    "": "",
    "   ": "",
}
BAD = [
    "1234",
    "GS2024-1234",
    "GS(1999)1234号",
    "GS(2024)号",
    "S(2024)1234号",
    "GS(2024)1234",
    "'; DROP TABLE",
    "GS(2024)1234号x",
]


@pytest.mark.parametrize(("written", "usual"), GOOD.items())
def test_review_numbers_are_read_in_the_forms_people_write(written: str, usual: str) -> None:
    assert review_number(written) == usual
    assert Release(public=True, review_number=written).review_number == usual


@pytest.mark.parametrize("written", BAD)
def test_other_forms_are_refused_with_an_example(written: str) -> None:
    with pytest.raises(ReviewNumberInvalid, match=r"GS\(2024\)1234号"):
        Release(review_number=written)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_map_carries_its_number_or_the_stamp(language: str) -> None:
    _ = TRANSLATORS[language]
    assert "黔S(2024)012号" in Release(True, "黔S(2024)012号").stamp(_)
    assert Release(True).stamp(_) == Release(False).stamp(_) == _("Internal working map, not for publication")
    assert Release(True).audience(_) != Release(False).audience(_)


def test_a_public_study_has_places_to_four_decimals_and_nothing_of_persons(toy: Study) -> None:
    facility = toy.facility.assign(
        source="张三填报 13812345678", flags="联系人李四", name=toy.facility["name"] + "13812345678"
    )
    public = public_study(Study(**{**vars(toy), "facility": facility}))
    for table in (public.facility, public.demand):
        for column in ("lon", "lat"):
            assert (table[column] == table[column].round(4)).all()
    for layer in (public.unit, public.outline):
        at = shapely.get_coordinates(layer.geometry.to_numpy())
        assert np.array_equal(at, at.round(4))
    assert np.array_equal(public.roads.vertex_lon, public.roads.vertex_lon.round(4))
    assert not public.facility.astype(str).apply(lambda c: c.str.contains("张三|李四|138")).any().any()
    assert public.facility["facility_id"].tolist() == toy.facility["facility_id"].tolist()
    assert toy.facility["lon"].tolist() != public.facility["lon"].tolist(), "the toy's own places are finer"


def test_figures_of_a_public_file_are_those_of_the_exact_study(toy: Study) -> None:
    answer = answered(toy)[2]
    public = released(answer, Release(public=True))
    assert public.whole == answer.whole and public.found is answer.found
    assert released(answer, Release()) is answer
    at = shapely.get_coordinates([area for _low, _high, area in public.areas])
    assert np.array_equal(at, at.round(4))


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "+86 138 1234 5678",
        "0852-2252120",
        "(0852)2252120",
        "520330198001011234",
        "52033019800101123X",
    ],
)
def test_telephone_and_identity_numbers_go(number: str) -> None:
    left = without_numbers(f"县医院 {number} 值班")
    assert left.startswith("县医院 ") and left.endswith(" 值班") and not any(c.isdigit() for c in left)


@pytest.mark.parametrize("kept", ["520330001001", "915203300000000001", "2026-11-24", "96,814", "12345678", "C220"])
def test_codes_and_figures_stay(kept: str) -> None:
    assert without_numbers(f"x {kept} y") == f"x {kept} y"


@given(st.text())
def test_cleaned_text_can_be_written_in_any_file_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in once)
    once.encode("utf-8")
    assert not set(markup(text)) & set("<>\"'")
