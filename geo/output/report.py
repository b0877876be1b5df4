"""The briefing on paper: a one-page brief or the full report, A4 or A3, as PDF. Fourth floor: output."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from geo.analysis.presenting import Answer
from geo.model.briefing import REACH, Briefing, filled, in_language
from geo.model.errors import N_
from geo.output import typeset
from geo.output.briefing_tables import sources_table, speeds_table
from geo.output.chart_svg import chart_svg
from geo.output.clean import clean
from geo.output.facts import Export, command, facts
from geo.output.figure import Figure, marks_of
from geo.output.figures import blanks, figure_of, scene_sentence, scene_title, shown_figures
from geo.output.language import Translate
from geo.output.picture import map_svg

PAPERS = ("a4", "a3")
_MOST_ROWS = 26  # of a table on paper; the workbook holds all
_MAP = {"a4": (900.0, 510.0), "a3": (1200.0, 720.0)}  # units; on A3 text is as large, so the map shows more
_BRIEF_MAP = {"a4": (900.0, 440.0), "a3": (1200.0, 660.0)}  # leaves room for everything else on the one page
_KEY, _KEY_CHARTS = ("coverage", "outside", "townships", "villages"), ("coverage", "townships")
PROGRESS_STEP = N_("pages")


def report_pdf(
    answers: Sequence[Answer],
    briefing: Briefing,
    export: Export,
    _: Translate,
    progress: Callable[[], object] = lambda: None,
) -> bytes:
    """The PDF of released answers; `progress` is called once a scene.

    The cover and the brief are made from the first scene with coverage, else from the first one. A scene that asks
    another question than the ones before it says with what it was made.
    """
    paper = export.size or "a4"
    brief = export.extent == "brief"
    main = _main(answers)
    chosen = [main] if brief else list(answers)
    pictures: dict[str, str] = {}
    scenes, told = [], {main.question}
    for number, answer in enumerate(chosen):
        scene = _scene(answer, number, export, _, pictures, (_BRIEF_MAP if brief else _MAP)[paper])
        scenes.append(scene | {"facts": [] if answer.question in told else _facts(answer, export, _)})
        told.add(answer.question)
        progress()
    keys, charts = _keys(main)
    made = {key: figure_of(main, key, _, export.language) for key in keys}
    data = {
        "lang": export.language,
        "paper": paper,
        "title": clean(filled(in_language(briefing.title, export.language), blanks(main, _, export.language))),
        "subtitle": f"{clean(main.study.title(export.language))} · {export.made_at:%Y-%m-%d}",
        "stamp": export.release.stamp(_),
        "audience": export.release.audience(_),
        "marks": clean(" · ".join(marks_of(main, _))),
        "key_figures": [_plain(made[key]) for key in keys],
        "key_charts": [_chart(made[key], f"key-{key}", pictures, alone=True) for key in charts],
        "facts": _facts(main, export, _),
        "scenes": scenes,
        "speeds": _whole(speeds_table(chosen, _), _),
        "sources": _whole(sources_table(chosen, _), _),
        "notes": clean(main.study.header["notes"].get(export.language, "")),
        "labels": {
            "repeat": _("To repeat it"),
            "assumptions": _("Assumptions"),
            "quality": _("P: published source. G: general knowledge, not verified; change it for your county."),
            "sources": _("Sources"),
        },
    }
    return typeset.document(export.extent, data, pictures, export.made_at)


def _main(answers: Sequence[Answer]) -> Answer:
    return next((a for a in answers if "coverage" in a.scene.shows), answers[0])


def _keys(main: Answer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The figures and charts of the cover: of a county's reach where the scene is about it, else what it shows."""
    if set(main.scene.shows) & set(REACH):
        return _KEY, _KEY_CHARTS
    return main.scene.shows[: len(_KEY)], main.scene.shows[: len(_KEY_CHARTS)]


def _scene(
    answer: Answer, number: int, export: Export, _: Translate, pictures: dict[str, str], size: tuple[float, float]
) -> dict[str, Any]:
    pictures[f"map-{number}"] = map_svg(answer, export, _, *size)
    figures = shown_figures(answer, _, export.language)
    return {
        "title": clean(scene_title(answer, _, export.language)),
        "sentence": clean(scene_sentence(answer, _, export.language)),
        "missing": missing_sentence(answer, _),
        "map": f"map-{number}.svg",
        "figures": [
            _plain(f)
            | {"chart": _chart(f, f"chart-{number}-{i}", pictures, alone=False)["file"]}
            | table_rows(f.table, _, _MOST_ROWS)
            for i, f in enumerate(figures)
        ],
        "command": clean(command(answer, export)),
    }


def _facts(answer: Answer, export: Export, _: Translate) -> list[list[str]]:
    return [[clean(label), clean(said)] for label, said in facts(answer, export, _)]


def missing_sentence(answer: Answer, _: Translate) -> str:
    """That highlighted places are gone, "" when none is."""
    if not answer.missing:
        return ""
    gone = ", ".join(clean(place.item_id) for place in answer.missing)
    return _("No longer in the study, so not shown: {places}.").format(places=gone)


def _plain(figure: Figure) -> dict[str, str]:
    return {
        "title": clean(figure.title),
        "value": figure.value,
        "of": clean(figure.of),
        "marks": " · ".join(figure.marks),
    }


def _chart(figure: Figure, name: str, pictures: dict[str, str], *, alone: bool) -> dict[str, str]:
    """A chart; one that stands alone has its title and value inside."""
    pictures[name] = chart_svg(figure, 460, 270) if alone else chart_svg(figure, 620, 270, title=False)
    return {"file": f"{name}.svg", "title": clean(figure.title)}


def _whole(table: pd.DataFrame, _: Translate) -> dict[str, Any]:
    return table_rows(table, _, len(table))


def table_rows(table: pd.DataFrame, _: Translate, most: int) -> dict[str, Any]:
    """A table as printed text: head, rows, which columns are numbers, and how many rows are left out."""
    numbers = [i for i, name in enumerate(table.columns) if pd.api.types.is_numeric_dtype(table[name])]
    shown = table.head(most)
    left = len(table) - len(shown)
    return {
        "head": [clean(name) for name in table.columns],
        "rows": [[cell_text(value, _) for value in row] for row in shown.itertuples(index=False)],
        "numbers": numbers,
        "left_out": _("{count} more rows are in the workbook.").format(count=left) if left else "",
    }


def cell_text(value: object, _: Translate) -> str:
    """A cell as it is printed: whole numbers whole, others with one decimal, unknown as a dash."""
    if isinstance(value, (int, float)):
        if math.isnan(value):
            return "—"
        return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return clean(value)
