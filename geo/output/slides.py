"""The briefing as slides: a slide a scene, with charts and tables that can be edited. Fourth floor: output.

A slide has the scene's title and sentence, the map as a sharp picture, the first figure large with its denominator, a
native chart, a native table, and in the notes all it was made with. A template gives size, fonts and background.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from geo.analysis.presenting import Answer
from geo.output import inks, typeset
from geo.output.chart_data import chart_data, sheet_behind
from geo.output.clean import clean
from geo.output.facts import Export, facts
from geo.output.figure import Chart, Figure
from geo.output.figures import scene_sentence, scene_title, shown_figures
from geo.output.language import Translate, sentences
from geo.output.picture import map_svg
from geo.output.report import missing_sentence, table_rows
from geo.output.slide_template import Template, empty_deck, title_layout
from geo.output.svg import shortened, width_of, wrapped

LATIN, CHINESE = "Arial", "Microsoft YaHei"
_LEAST_PT = 9.0  # of letters on a slide
_BARS, _ROWS = 8, 5  # of a table on a slide, beside a chart
_MAP_DPI = 220  # sharp on paper as well
_LINES = 0.075  # of the height of the figures: two lines of words
_LEFT_OUT = 0.09  # of the height of a table: the line below it
_UNITS_PER_INCH = 92.0  # of the map: its text is then 10 points high


def slides_pptx(
    answers: Sequence[Answer],
    export: Export,
    _: Translate,
    template: Template | None = None,
    progress: Callable[[], object] = lambda: None,
) -> bytes:
    """The PPTX of released answers, in the user's template if there is one. Raises TemplateUnusable."""
    deck = empty_deck(template)
    deck.core_properties.title = clean(scene_title(answers[0], _, export.language))
    deck.core_properties.author = "Yida 医达"
    for answer in answers:
        _slide(deck, answer, export, _)
        progress()
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _slide(deck: Deck, answer: Answer, export: Export, _: Translate) -> None:
    slide = deck.slides.add_slide(title_layout(deck))
    _drop_other_placeholders(slide)
    wide, high = Emu(deck.slide_width or Inches(13.333)), Emu(deck.slide_height or Inches(7.5))
    margin = int(wide * 0.03)
    title = slide.shapes.title
    if title is not None:
        title.left, title.top, title.width, title.height = margin, int(high * 0.03), wide - 2 * margin, int(high * 0.1)
        _write(title.text_frame, scene_title(answer, _, export.language), 28, bold=True)
        title.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    sentence = sentences(scene_sentence(answer, _, export.language), missing_sentence(answer, _))
    _text(slide, (margin, int(high * 0.125), wide - 2 * margin, int(high * 0.085)), sentence, 16, inks.SOFT)
    top, tall = int(high * 0.215), int(high * 0.755)
    left_wide = int(wide * 0.57)
    _map(slide, answer, export, _, (margin, top, left_wide, tall))
    right = (margin * 2 + left_wide, top, wide - 3 * margin - left_wide, tall)
    _figures(slide, shown_figures(answer, _, export.language), right, _)
    notes = [f"{label}: {said}" for label, said in facts(answer, export, _)]
    _write_lines(slide, [scene_sentence(answer, _, export.language), *notes])


Box = tuple[int, int, int, int]  # left, top, width, height in EMU


def _map(slide: Slide, answer: Answer, export: Export, _: Translate, box: Box) -> None:
    width_in, height_in = box[2] / Inches(1), box[3] / Inches(1)
    units = (width_in * _UNITS_PER_INCH, height_in * _UNITS_PER_INCH)
    png = typeset.picture(map_svg(answer, export, _, *units), *units, "png", int(width_in * _MAP_DPI))
    picture = slide.shapes.add_picture(io.BytesIO(png), *box)
    picture.name = clean(scene_title(answer, _, export.language))
    properties = picture._element._nvXxPr.cNvPr
    properties.set("descr", clean(scene_sentence(answer, _, export.language)))


def _figures(slide: Slide, figures: list[Figure], box: Box, _: Translate) -> None:
    """The first figure large, its chart, its table; further figures in a line and a chart in place of the table."""
    left, top, wide, tall = box
    first = figures[0]
    size = _fitting(first.title, wide, 14)
    title = shortened(first.title, Emu(wide).pt + 1, size)
    _text(slide, (left, top, wide, int(tall * 0.06)), title, size, inks.SOFT)
    _text(slide, (left, top + int(tall * 0.05), wide, int(tall * 0.12)), first.value, 36, inks.ACCENT, bold=True)
    of = " · ".join([first.of, *first.marks])
    _text(slide, (left, top + int(tall * 0.165), wide, int(tall * 0.07)), of, 12, inks.SOFT)
    split = 0.6 if len(figures) > 1 else 0.64
    under_head = (left, top + int(tall * 0.24), wide, int(tall * (split - 0.25)))
    _chart(slide, first, under_head, _joined(first.chart.axis, _not_all(first, _)))
    if len(figures) == 1:
        _table(slide, first, (left, top + int(tall * split), wide, int(tall * (1 - split))), _)
        return
    each = (1 - split) / (len(figures) - 1)
    for number, figure in enumerate(figures[1:]):
        start = top + int(tall * (split + number * each))
        said = _joined(f"{figure.title}: {figure.value}", figure.of, _not_all(figure, _))
        _text(slide, (left, start, wide, int(tall * _LINES)), said, 11)
        _chart(slide, figure, (left, start + int(tall * _LINES), wide, int(tall * (each - _LINES))), "")


def _fitting(words: str, width: int, most: float) -> float:
    """The size at which words stay in one line, as long as they can be read."""
    room: float = Emu(width).pt
    return max(most * min(1.0, room / max(width_of(words, most), 1.0)), _LEAST_PT)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _not_all(figure: Figure, _: Translate) -> str:
    """That a ranking goes on beyond the bars of its chart, "" where it does not."""
    shown, count = len(_fewer(figure.chart).labels), len(figure.chart.labels)
    if shown == count:
        return ""
    return _("the first {shown} of {count}, all are in the workbook").format(
        shown=shown, count=max(count, len(figure.table))
    )


def _chart(slide: Slide, figure: Figure, box: Box, title: str) -> None:
    chart = _fewer(figure.chart)
    if not chart.labels:
        return
    frame = slide.shapes.add_chart(_kind(chart), *box, chart_data(chart))
    made = frame.chart
    made.part.chart_workbook.update_from_xlsx_blob(sheet_behind(chart))
    frame.name = clean(figure.title)
    made.has_legend = False
    made.has_title = bool(title)
    if title:
        _write(made.chart_title.text_frame, title, 11)
    made.font.size = Pt(11 if len(chart.labels) < 8 else 9)
    made.font.name = LATIN
    _set_chinese(made.font._rPr)
    if chart.kind == "bars":
        _bar_look(made, chart)
    else:
        _line_look(made, chart)


def _fewer(chart: Chart) -> Chart:
    """Only as many bars as can be read; the table and the workbook hold the others."""
    if chart.kind == "line":
        return chart
    most = slice(_BARS)
    return replace(
        chart, labels=chart.labels[most], values=chart.values[most], colours=chart.colours[most], said=chart.said[most]
    )


def _kind(chart: Chart) -> XL_CHART_TYPE:
    return XL_CHART_TYPE.BAR_CLUSTERED if chart.kind == "bars" else XL_CHART_TYPE.XY_SCATTER_LINES


def _bar_look(made: object, chart: Chart) -> None:
    plot = made.plots[0]  # type: ignore[attr-defined]
    plot.gap_width = 45
    plot.has_data_labels = True
    plot.data_labels.number_format = chart.form
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
    plot.data_labels._element.get_or_add_txPr().bodyPr.set("wrap", "none")
    for i, colour in enumerate(chart.colours):
        fill = plot.series[0].points[i].format.fill
        fill.solid()
        fill.fore_color.rgb = _rgb(colour)
    category, value = made.category_axis, made.value_axis  # type: ignore[attr-defined]
    category.reverse_order = True  # the first label on top, as in the table
    category.format.line.color.rgb = _rgb(inks.LINE)
    every = OxmlElement("c:tickLblSkip")  # a name for every bar, however near they stand
    every.set("val", "1")
    category._element.insert_element_before(every, "c:tickMarkSkip", "c:noMultiLvlLbl", "c:extLst")
    value.visible = False
    value.has_major_gridlines = False
    value.minimum_scale = 0
    value.maximum_scale = max([*chart.values, 1.0]) * 1.25  # room for the largest value's label


def _line_look(made: object, chart: Chart) -> None:
    series = made.plots[0].series[0]  # type: ignore[attr-defined]
    series.format.line.color.rgb = _rgb(inks.ACCENT)
    series.smooth = False
    across, up = made.category_axis, made.value_axis  # type: ignore[attr-defined]
    up.minimum_scale, up.maximum_scale, up.major_unit = 0, 100, 25
    up.major_gridlines.format.line.color.rgb = _rgb("#e3e7e9")
    across.minimum_scale = 0
    across.maximum_scale = float(chart.labels[-1])
    across.has_major_gridlines = False
    across.has_title = True
    _write(across.axis_title.text_frame, chart.label_axis, 11)


def _table(slide: Slide, figure: Figure, box: Box, _: Translate) -> None:
    told = table_rows(figure.table, _, _ROWS)
    left, top, wide, tall = box
    if told["left_out"]:
        line = int(tall * _LEFT_OUT)
        tall -= line
        _text(slide, (left, top + tall, wide, line), told["left_out"], 10, inks.SOFT)
    frame = slide.shapes.add_table(len(told["rows"]) + 1, len(told["head"]), left, top, wide, tall)
    frame.name = clean(figure.title)
    table = frame.table
    widths = _column_widths(told, Emu(wide).pt)
    for c, points in enumerate(widths):
        table.columns[c].width = Pt(points)
    head = _head_height(told["head"], widths)
    for r, row in enumerate([told["head"], *told["rows"]]):
        table.rows[r].height = head if r == 0 else (tall - head) // _ROWS
        for c, said in enumerate(row):
            cell = table.cell(r, c)
            cell.margin_top = cell.margin_bottom = Pt(1)
            cell.margin_left = cell.margin_right = Pt(4)
            _write(cell.text_frame, said, 9.5, bold=r == 0, colour="#ffffff" if r == 0 else inks.INK)
            if c in told["numbers"]:
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            fill = cell.fill
            fill.solid()
            fill.fore_color.rgb = _rgb(inks.ACCENT if r == 0 else "#ffffff" if r % 2 else "#f3f5f6")


def _column_widths(told: dict[str, Any], width: float) -> list[float]:
    """Points for every column: names give way first, for no number may break and no word of a heading."""
    wanted, least = [], []
    for c, head in enumerate(told["head"]):
        cells = [width_of(row[c], 10) for row in told["rows"]]
        word = max(width_of(part, 11) for part in _breakable(head))
        wanted.append(max([word, width_of(head, 10) / 2, *cells, 20]) + 10)
        least.append(max([word, *(cells if c in told["numbers"] else ()), 40]) + 10)
    spare, given = width - sum(least), [max(w - few, 0) for w, few in zip(wanted, least, strict=True)]
    if spare >= sum(given) or spare < 0 or not sum(given):
        fixed = wanted if spare >= sum(given) else least
        return [points * width / sum(fixed) for points in fixed]
    return [few + spare * g / sum(given) for few, g in zip(least, given, strict=True)]


def _breakable(words: str) -> list[str]:
    """What stays in one line: a word, or a Chinese character."""
    return wrapped(words, 0, 1) or [""]


def _head_height(heads: list[str], widths: list[float]) -> int:
    """The height of a heading's lines, so that the table does not grow over what stands below it."""
    lines = max(len(wrapped(head, points - 8, 10)) for head, points in zip(heads, widths, strict=True))
    height: int = Pt(max(lines, 1) * 9.5 * 1.35 + 2)
    return height


def _text(slide: Slide, box: Box, words: str, size: float, colour: str = inks.INK, *, bold: bool = False) -> None:
    frame = slide.shapes.add_textbox(*box).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    _write(frame, words, size, bold=bold, colour=colour)


def _write(frame: object, words: str, size: float, *, bold: bool = False, colour: str = inks.INK) -> None:
    """One run of text: as a run, so that a name is never taken for a line break, a field or a formula."""
    frame.clear()  # type: ignore[attr-defined]
    run = frame.paragraphs[0].add_run()  # type: ignore[attr-defined]
    run.text = clean(words).replace("\n", " ").replace("\v", " ")
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, LATIN
    run.font.color.rgb = _rgb(colour)
    _set_chinese(run.font._rPr)


def _set_chinese(properties: object) -> None:
    """The typeface of Chinese text: without it, programs choose one that may be Japanese in shape."""
    made = properties.find(qn("a:ea"))  # type: ignore[attr-defined]
    if made is None:
        made = properties.makeelement(qn("a:ea"), {})  # type: ignore[attr-defined]
        latin = properties.find(qn("a:latin"))  # type: ignore[attr-defined]
        if latin is not None:
            latin.addnext(made)
        else:
            properties.append(made)  # type: ignore[attr-defined]
    made.set("typeface", CHINESE)


def _write_lines(slide: Slide, lines: list[str]) -> None:
    frame = slide.notes_slide.notes_text_frame
    if frame is None:
        return
    frame.clear()
    for i, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        run = paragraph.add_run()
        run.text = clean(line).replace("\n", " ")
        _set_chinese(run.font._rPr)


def _drop_other_placeholders(slide: Slide) -> None:
    for shape in list(slide.placeholders):
        if slide.shapes.title is None or shape.shape_id != slide.shapes.title.shape_id:
            shape._element.getparent().remove(shape._element)


def _rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(colour.lstrip("#").upper())
