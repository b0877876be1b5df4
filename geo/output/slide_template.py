"""A user's template for slides, opened with care: an archive with limits, its slides dropped. Fourth floor: output."""

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import SlideLayout
from pptx.util import Inches

from geo.intake.files.archives import checked_members
from geo.model.errors import N_, FileUnreadable, TemplateUnusable

MOST_BYTES = 100 * 1024**2
_SIDES = (Inches(5), Inches(56))  # below, a map has no room beside its legend; above, PowerPoint opens no slides
_DAMAGED = N_("it is no PPTX, or it is damaged")
_UNSAFE = N_("its archive holds more, or other things, than a presentation may")
_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)


@dataclass(frozen=True)
class Template:
    """A PPTX of the user's: its name, to speak of it, and its bytes. Raises TemplateUnusable for too many of them."""

    name: str
    body: bytes

    def __post_init__(self) -> None:
        if len(self.body) > MOST_BYTES:
            raise TemplateUnusable(path=self.name, detail=N_("it is larger than 100 MB"))


def empty_deck(template: Template | None) -> Deck:
    """A deck without slides: 16:9 and plain, or in the look of a template. Raises TemplateUnusable."""
    if template is None:
        deck = Presentation()
        deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
        return deck
    _check_archive(template)
    try:
        deck = Presentation(io.BytesIO(template.body))
        sides = [side for side in (deck.slide_width, deck.slide_height) if side is not None]
        title_layout(deck, template.name)
    except (PythonPptxError, KeyError, ValueError, AttributeError, SyntaxError, zipfile.BadZipFile) as error:
        raise TemplateUnusable(path=template.name, detail=_DAMAGED) from error
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in sides):
        raise TemplateUnusable(path=template.name, detail=N_("its slides must measure 13 to 142 cm either way"))
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
        raise TemplateUnusable(path=name, detail=N_("no layout has a title"))
    plain = [la for la in titled if any(p.placeholder_format.type == PP_PLACEHOLDER.TITLE for p in la.placeholders)]
    return min(plain or titled, key=lambda layout: len(list(layout.placeholders)))


def _check_archive(template: Template) -> None:
    """What python-pptx is handed unpacks within limits and holds no macros."""
    try:
        names, kinds = _members(template.body)
    except FileUnreadable as error:
        raise TemplateUnusable(path=template.name, detail=_UNSAFE) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TemplateUnusable(path=template.name, detail=_DAMAGED) from error
    if "ppt/presentation.xml" not in names:
        raise TemplateUnusable(path=template.name, detail=_DAMAGED)
    if b"presentationml.template" in kinds:
        raise TemplateUnusable(path=template.name, detail=N_("it is a POTX; save it as a PPTX"))
    if any(name.endswith("vbaProject.bin") for name in names):
        raise TemplateUnusable(path=template.name, detail=N_("it holds macros"))


def _members(body: bytes) -> tuple[set[str], bytes]:
    """Names of the files inside, each unpacked once to see that it is whole, and the list of their kinds."""
    with TemporaryDirectory(prefix="yida-") as folder:
        path = Path(folder) / "template.pptx"
        path.write_bytes(body)
        with zipfile.ZipFile(path) as archive:
            names = {member.filename for member in checked_members(path, archive, "PPTX", MOST_BYTES)}
            if archive.testzip() is not None or "[Content_Types].xml" not in names:
                raise zipfile.BadZipFile
            return names, archive.read("[Content_Types].xml")


def _drop_slides(deck: Deck) -> None:
    """The template's own slides go, with their parts; its look stays."""
    listed = deck.slides._sldIdLst
    for entry in list(listed):
        deck.part.drop_rel(entry.get(qn("r:id")))
        listed.remove(entry)
