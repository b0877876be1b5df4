"""For the public or for the house: review numbers, rounded places, nothing that names a person."""

from datetime import date

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
    "ＧＳ（２０２４）１２３号": "GS(2024)123号",
    f"GS［{date.today().year}］123号": f"GS({date.today().year})123号",
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
    "GS(2024)١٢٣号",
    "GS(2024)०१号",
    "GS(2024)0号",
    "GS(2024)00000号",
    f"GS({date.today().year + 1})1号",
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
        "138.1234.5678",
        "138–1234–5678",
        "138/1234/5678",
        "1381234 5678",
        "138 12345678",
        "１３８１２３４５６７８",
        "١٣٨١٢٣٤٥٦٧٨",
        "138\u200b1234\u200b5678",
        "0086 138 1234 5678",
        "(+86)13812345678",
        "+86-852-2252120",
        "0852-2252120-801",
        "2252120转801",
        "0852 225 2120",
        "0852—2252120",
        "0852——2252120",
        "08522252120",
        "010-12345678",
        "400-820-8820",
        "400 8208 820",
        "4008208820",
        "110101 19900307 851X",
        "110101 1990 03 07 851Ｘ",
    ],
)
def test_telephone_and_identity_numbers_go(number: str) -> None:
    left = without_numbers(f"县医院 {number} 值班")
    assert left.startswith("县医院 ") and left.endswith(" 值班") and not any(c.isdigit() for c in left)


@pytest.mark.parametrize("label", ["电话：", "电话", "手机 ", "联系方式：", "Tel. ", "phone number: "])
@pytest.mark.parametrize("number", ["22334455", "2233 4455", "2252120", "138 1234 5678", "0852-2252120"])
def test_a_number_goes_after_the_word_for_a_telephone(label: str, number: str) -> None:
    assert without_numbers(f"{label}{number}，12345678 人") == f"{label}…，12345678 人"


KEPT = [
    "520330001001", "915203300000000001", "2026-11-24", "2026-11-24 10:30", "96,814", "12345678", "C220", "电话 120",
    "106.2209 28.3362", "1980-2020", "1500 3000 2000", "1,381,234,567", "GS(2024)1234号", "A13812345678",
    "９６，８１４，０００",
]  # fmt: skip


@pytest.mark.parametrize("kept", KEPT)
def test_codes_and_figures_stay(kept: str) -> None:
    assert without_numbers(f"x {kept} y") == f"x {kept} y"


@given(st.text())
def test_cleaned_text_can_be_written_in_any_file_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in once)
    once.encode("utf-8")
    assert not set(markup(text)) & set("<>\"'")
