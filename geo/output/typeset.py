"""SVG and pages to PNG and PDF, on any machine, with or without Chinese fonts. Fourth floor: output.

The typesetter is Typst (Apache-2.0), the font Noto Sans SC (OFL) from a package, so a page looks the same everywhere;
PDF embeds the characters used. Our documents (typst/*.typ) read everything else as data: no text is ever code.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pylopdf_fonts_zh_cn
import typst

DOCUMENTS = Path(__file__).parent / "typst"
_PICTURE = '#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n#image("picture.svg", width: 100%)\n'

Output = Literal["pdf", "png"]


@cache
def _fonts() -> typst.Fonts:
    """Only the packaged font: what a page looks like must not depend on the machine."""
    folder = str(pylopdf_fonts_zh_cn.sans_path().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def picture(svg: str, width: float, height: float, form: Output, pixels: int | None = None) -> bytes:
    """A picture of `width` × `height` units as PNG `pixels` wide, or as PDF."""
    source = _PICTURE.format(width=width, height=height)
    ppi = 72.0 * (pixels or width) / width
    return _compiled(source, {"picture.svg": svg.encode()}, form, ppi)


def document(name: str, data: Mapping[str, object], pictures: Mapping[str, str], made_at: datetime) -> bytes:
    """A PDF from typst/`name`.typ, which reads `data` as data.json and the pictures (name → SVG) as name.svg."""
    files = {f"{key}.svg": svg.encode() for key, svg in pictures.items()}
    files["data.json"] = json.dumps(data, ensure_ascii=True, allow_nan=False).encode()
    files["look.typ"] = (DOCUMENTS / "look.typ").read_bytes()
    return _compiled((DOCUMENTS / f"{name}.typ").read_text(encoding="utf-8"), files, "pdf", 144.0, made_at)


def _compiled(
    source: str, files: Mapping[str, bytes], form: Output, ppi: float, made_at: datetime | None = None
) -> bytes:
    with TemporaryDirectory(prefix="yida-") as folder:
        for name, body in files.items():
            (Path(folder) / name).write_bytes(body)
        main = Path(folder) / "main.typ"
        main.write_text(source, encoding="utf-8")
        compiler = typst.Compiler(root=folder, font_paths=_fonts())
        made = compiler.compile(
            input=str(main), format=form, ppi=ppi, timestamp=made_at and made_at.replace(microsecond=0)
        )
    pages = made if isinstance(made, list) else [made]
    return bytes(pages[0] or b"")
