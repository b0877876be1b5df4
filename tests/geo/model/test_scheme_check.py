"""Schemes as data: the shipped ones, a county's own in its study, and files that are wrong, all told at once."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from geo.model.errors import SchemeInvalid
from geo.model.inputs import Study
from geo.model.scheme_check import scheme_problems
from geo.model.schemes import (
    SCHEME_FOLDER,
    load_scheme,
    read_scheme,
    scheme_from,
    scheme_of,
    scheme_raw,
    scheme_text,
)

SHIPPED = sorted(p.stem for p in SCHEME_FOLDER.glob("*.toml"))


def raw(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(scheme_raw(load_scheme("xishui"))) | changes


def with_level(at: int, **changes: Any) -> dict[str, Any]:
    made = raw()
    made["tier"][at] |= changes
    return made


def codes(made: dict[str, Any]) -> list[str]:
    return [p.code for p in scheme_problems(made)]


def test_the_schemes_of_the_policy_and_the_one_for_open_data_are_shipped() -> None:
    assert set(SHIPPED) == {
        "xishui", "three_levels", "qingdao_four_levels", "shandong_insurance", "wudi_group", "wudi_1x",
        "hospital_clinic", "shouguang",
    }  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_a_scheme_is_the_same_after_its_header_and_after_its_file(name: str) -> None:
    scheme = load_scheme(name)
    assert scheme_from(scheme_raw(scheme), name) == scheme
    assert scheme_from(read_scheme(scheme_text(scheme).encode(), name), name) == scheme


def test_levels_are_those_of_the_policy() -> None:
    counts = {n: [t.expected for t in load_scheme(n).tiers] for n in ("xishui", "wudi_group", "wudi_1x")}
    assert counts == {"xishui": ["2", "5", "N", "N", "N"], "wudi_group": ["1", "", ""], "wudi_1x": ["2", "N", "N"]}
    assert len(load_scheme("three_levels").tiers) == 3
    assert [t.kind for t in load_scheme("shouguang").tiers if t.optional] == ["extension_point"]
    assert [t.outside for t in load_scheme("qingdao_four_levels").tiers] == [True, False, False, False]
    assert len(load_scheme("shandong_insurance").tiers) == 5
    assert (load_scheme("wudi_group").organisation, load_scheme("wudi_1x").organisation) == ("group", "1+X")


def test_the_tiers_that_count_by_themselves_exist_in_every_scheme() -> None:
    assert all(load_scheme(name).usual() for name in SHIPPED)
    assert load_scheme("shandong_insurance").usual() == (
        "province_office", "city_office", "county_office", "township_station",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (with_level(1, parents=["village_clinic"]), "level_circle", "key_township_hospital → village_clinic"),
        (with_level(2, parents=["middle"]), "level_parent_unknown", "middle"),
        (with_level(1, id="county_hospital"), "level_twice", "county_hospital"),
        (with_level(0, capabilities=["teleportation"]), "level_capability", "teleportation"),
        (with_level(0, colour="red"), "level_colour", "red"),
        (with_level(0, symbol="star"), "level_word", "star"),
        (with_level(0, expected="-2"), "level_expected", "-2"),
        (with_level(0, expected="many"), "level_expected", "many"),
        (with_level(0, minutes=0), "level_number", "minutes"),
        (with_level(0, size_px="big"), "level_number", "size_px"),
        (with_level(0, name={"zh": "医院"}), "scheme_name", "county_hospital"),
        (with_level(0, id="1 2"), "level_id", "1 2"),
        (raw(tier=[]), "scheme_lacks", "tier"),
        (raw(tier=[{"id": "a"}]), "level_lacks", "colour"),
        (with_level(1, parents=5), "level_list", "parents"),
        (with_level(1, parents="county_hospital"), "level_list", "parents"),
        (with_level(1, parents=[["county_hospital"]]), "level_list", "parents"),
        (with_level(1, capabilities=1), "level_list", "capabilities"),
        (with_level(1, capabilities=[["surgery"]]), "level_list", "surgery"),
        (with_level(1, kind=["a"]), "level_text", "kind"),
        (with_level(1, kind=""), "level_text", "kind"),
        (with_level(1, id=True), "level_id", "True"),
        (with_level(1, outside="no"), "level_switch", "outside"),
        (raw(tier=5), "scheme_levels", "5"),
        (raw(tier="x" * 20), "scheme_levels", "x" * 20),
        (raw(source=5), "scheme_lacks", "source"),
        (raw(organisation="loose"), "scheme_word", "loose"),
    ],
)
def test_what_is_wrong_is_named(made: dict[str, Any], code: str, words: str, said: Callable) -> None:
    assert code in codes(made)
    with pytest.raises(SchemeInvalid) as caught:
        scheme_from(made, "ours")
    told = said(caught.value)
    assert words in told["en"] and words in told["zh"] and "ours" in told["zh"]


def test_a_parent_below_its_child_is_a_wrong_order() -> None:
    made = raw()
    made["tier"][0], made["tier"][1] = made["tier"][1], made["tier"][0]
    assert codes(made) == ["level_order"]


def test_everything_that_is_wrong_with_the_levels_is_told_at_once() -> None:
    made = with_level(0, colour="red")
    made["tier"][3] |= {"symbol": "star", "minutes": 9999}
    assert sorted(codes(made)) == ["level_colour", "level_number", "level_word"]
    made["tier"][4]["parents"] = ["middle"]
    made["tier"][1]["parents"] = ["extension_point"]
    assert sorted(codes(made)) == [
        "level_circle", "level_colour", "level_number", "level_parent_unknown", "level_word",
    ]  # fmt: skip


def test_a_file_that_is_no_scheme_is_refused_in_words(said: Callable) -> None:
    for body in (b"\xff\xfe\x00", b"[[tier", "名称 = ".encode("gb18030")):
        with pytest.raises(SchemeInvalid) as caught:
            read_scheme(body, "ours.toml")
        assert "ours.toml" in str(caught.value)


def test_a_study_carries_its_own_scheme_under_an_id_that_names_its_content(toy: Study) -> None:
    own = with_level(1, name={"zh": "区域中心", "en": "Area centre"})
    study = replace(toy, header={**toy.header, "scheme": own})
    assert study.scheme.tiers[1].name["zh"] == "区域中心" and toy.scheme == load_scheme("xishui")
    assert study.scheme.scheme_id.startswith("xishui-") and study.scheme_id == "xishui"
    other = {**toy.header, "scheme": with_level(1, name={"zh": "别的", "en": "Other"})}
    assert scheme_of(other).scheme_id != study.scheme.scheme_id
