"""Capabilities: a vocabulary in both languages, and who has which."""

import pandas as pd
import pytest

from geo.intake.manifest import SAMPLE_FOLDER
from geo.model.capabilities import check_capability, has_capability, load_capabilities
from geo.model.errors import ChoiceUnknown
from geo.output.language import LANGUAGES


def test_every_capability_has_a_name_in_every_language_and_a_source() -> None:
    for capability in load_capabilities():
        assert all(capability.name.get(language) for language in LANGUAGES)
        assert capability.quality in ("P", "G") and capability.source


def test_a_capability_is_a_whole_word_of_the_list() -> None:
    assert has_capability(pd.Series(["stroke; surgery", "", "strokes", "surgery"]), "stroke").tolist() == [
        True, False, False, False,
    ]  # fmt: skip


def test_an_unknown_capability_names_the_known_ones() -> None:
    with pytest.raises(ChoiceUnknown, match="chest_pain"):
        check_capability("telepathy")


@pytest.mark.parametrize("sample", ["xishui", "suixi", "shouguang"])
def test_the_samples_use_only_words_that_are_known(sample: str) -> None:
    column = pd.read_csv(SAMPLE_FOLDER / sample / "facilities.csv", dtype="str", keep_default_na=False)["capabilities"]
    known = {c.capability_id for c in load_capabilities()}
    assert {word for text in column for word in text.split(";") if word} <= known
