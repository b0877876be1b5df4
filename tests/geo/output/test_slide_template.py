"""A user's template, by its bytes alone: taken, or refused in words of either language."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from pptx import Presentation
from pptx.presentation import Presentation as Deck
from pptx.util import Inches

from geo.model.errors import TemplateUnusable
from geo.output import slide_template
from geo.output.slide_template import Template, empty_deck
from tests.geo.briefings import TRANSLATORS


def template(change: Callable[[Deck], object] = lambda deck: None) -> bytes:
    deck, file = Presentation(), io.BytesIO()
    change(deck)
    deck.save(file)
    return file.getvalue()


def sized(wide: float, high: float) -> bytes:
    def change(deck: Deck) -> None:
        deck.slide_width, deck.slide_height = Inches(wide), Inches(high)

    return template(change)


def rewritten(part: str, pattern: bytes, text: bytes) -> bytes:
    """A template with a text of one part replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template())) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, re.sub(pattern, text, body, flags=re.S) if name == part else body)
    return file.getvalue()


def with_file(name: str) -> bytes:
    file = io.BytesIO(template())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    return file.getvalue()


@pytest.mark.parametrize("sides", [(13.333, 7.5), (7.5, 13.333), (5, 5), (56, 56)])
def test_an_uploaded_template_needs_no_file_of_its_name(sides: tuple[float, float]) -> None:
    deck = empty_deck(Template("no folder/模板.pptx", sized(*sides)))
    assert (deck.slide_width, deck.slide_height) == tuple(map(Inches, sides))


REFUSED = {
    "it is no PPTX, or it is damaged": [
        b"", template()[:2000], with_file("x")[:-30], rewritten("ppt/presentation.xml", rb".*", b"<x"),
        rewritten("ppt/presentation.xml", rb'cx="\d+"', b'cx="wide"'),
    ],
    "its slides must measure 13 to 142 cm either way": [
        sized(1, 1), sized(4.9, 9), sized(9, 1), rewritten("ppt/presentation.xml", rb'cx="\d+"', b'cx="51206401"'),
    ],
    "it is a POTX; save it as a PPTX": [
        rewritten("[Content_Types].xml", rb"presentationml\.presentation\.main", b"presentationml.template.main")
    ],
    "it holds macros": [with_file("ppt/vbaProject.bin")],
    "its archive holds more, or other things, than a presentation may": [with_file("../x"), with_file("a/b.zip")],
}  # fmt: skip


@pytest.mark.parametrize(("why", "body"), [(why, body) for why, bodies in REFUSED.items() for body in bodies])
def test_what_is_wrong_with_a_template_is_said_in_both_languages(why: str, body: bytes) -> None:
    with pytest.raises(TemplateUnusable) as refused:
        empty_deck(Template("mine.pptx", body))
    english, chinese = (refused.value.say(TRANSLATORS[language]) for language in ("en", "zh"))
    assert f"The template mine.pptx cannot be used for slides: {why}." in english
    assert "mine.pptx" in chinese and not re.search(r"[a-z]{2,}", re.sub(r"(mine)?\.pptx", "", chinese))


def test_a_template_that_is_too_large_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slide_template, "MOST_BYTES", 5)
    with pytest.raises(TemplateUnusable, match="larger than 100 MB"):
        Template("mine.pptx", b"123456")
