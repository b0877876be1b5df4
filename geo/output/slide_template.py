"""A user's template for slides, opened with care: an archive with limits, its slides dropped. Fourth floor: output."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import SlideLayout
from pptx.util import Inches

from geo.intake.files.archives import checked_members
from geo.model.errors import FileUnreadable, TemplateUnusable

MOST_BYTES = 100 * 1024**2
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)


@dataclass(frozen=True)
class Template:
    """A PPTX of the user's: its name, to speak of it, and its bytes."""

    name: str
    body: bytes


def empty_deck(template: Template | None) -> Deck:
    """A deck without slides: 16:9 and plain, or in the look of a template. Raises TemplateUnusable."""
    if template is None:
        deck = Presentation()
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
        return deck
    _check_archive(template)
    try:
        deck = Presentation(io.BytesIO(template.body))
        title_layout(deck, template.name)
    except (PythonPptxError, KeyError, ValueError, AttributeError, SyntaxError, zipfile.BadZipFile) as error:
        raise TemplateUnusable(path=template.name, detail=error) from error
    _drop_slides(deck)
    return deck


def title_layout(deck: Deck, name: str = "") -> SlideLayout:
    """The layout that has a title and least besides. Raises TemplateUnusable when none has a title."""
    titled = [
        layout
        for layout in deck.slide_layouts
        if any(p.placeholder_format.type in _TITLES for p in layout.placeholders)
    ]
    if not titled:
        raise TemplateUnusable(path=name, detail="no layout has a title")
    plain = [la for la in titled if any(p.placeholder_format.type == PP_PLACEHOLDER.TITLE for p in la.placeholders)]
    return min(plain or titled, key=lambda layout: len(list(layout.placeholders)))


def _check_archive(template: Template) -> None:
    """What python-pptx is handed unpacks within limits and holds no macros."""
    path = Path(template.name)
    try:
        with zipfile.ZipFile(io.BytesIO(template.body)) as archive:
            members = checked_members(path, archive, "PPTX", MOST_BYTES)
            names = {member.filename for member in members}
            whole = all(len(archive.read(m)) == m.file_size for m in members)
    except FileUnreadable as error:
        raise TemplateUnusable(path=path, detail=error.params["detail"]) from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TemplateUnusable(path=path, detail=error) from error
    if not whole or "ppt/presentation.xml" not in names:
        raise TemplateUnusable(path=path, detail="no PPTX")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise TemplateUnusable(path=path, detail="it holds macros")


def _drop_slides(deck: Deck) -> None:
    """The template's own slides go, with their parts; its look stays."""
    listed = deck.slides._sldIdLst
    for entry in list(listed):
        deck.part.drop_rel(entry.get(qn("r:id")))
        listed.remove(entry)
