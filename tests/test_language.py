"""Every visible text has a Chinese translation that can be filled in like the original."""

import re
import string

import pytest

from geo.model.schemes import SCHEME_FOLDER, load_scheme
from geo.output.language import LANGUAGES, from_preference, sentences, translator
from tests.text import catalogue, messages


def fields_of(text: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_is_translated_and_none_is_left_over():
    stored = catalogue()
    used = {message for _, message in messages()}
    assert used
    assert sorted(m for m in used if not (stored.get(m) and stored.get(m).string)) == []
    assert sorted(m.id for m in stored if m.id and m.id not in used) == []


def test_translations_have_the_same_blanks_to_fill():
    for message in catalogue():
        if message.id:
            assert fields_of(str(message.string)) == fields_of(str(message.id)), message.id


def test_translations_are_chinese():
    left_english = [
        m.id for m in catalogue() if m.id and not re.search(r"[\u4e00-\u9fff/]", str(m.string))
    ]  # fmt: skip
    assert left_english == []


@pytest.mark.parametrize("scheme_id", sorted(p.stem for p in SCHEME_FOLDER.glob("*.toml")))
def test_schemes_name_their_tiers_in_every_language(scheme_id):
    scheme = load_scheme(scheme_id)
    for names in (scheme.name, *(tier.name for tier in scheme.tiers)):
        assert all(names.get(language) for language in LANGUAGES)


@pytest.mark.parametrize(
    ("wish", "language"),
    [("zh-CN", "zh"), ("en-GB", "en"), ("en", "en"), ("fr-FR", "zh"), (None, "zh"), ("", "zh")],
)
def test_the_language_follows_the_browser_and_is_chinese_when_unknown(wish, language):
    assert from_preference(wish) == language


def test_chinese_reaches_the_reader_and_english_needs_no_catalogue():
    assert translator("zh")("Villages outside") == "时限外的村（居）"
    assert translator("en")("Villages outside") == "Villages outside"


def test_sentences_follow_each_other_as_each_language_writes_them():
    assert sentences("One.", "", "Two!", "Three") == "One. Two! Three"
    assert sentences("第一句。", "", "第二句！", "three") == "第一句。第二句！three"
    assert sentences("在 15 分钟内。", "Two.") == "在 15 分钟内。Two." and sentences() == ""
