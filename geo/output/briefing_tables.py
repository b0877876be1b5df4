"""What a briefing's scenes were made from, where they differ: questions, speeds, sources. Fourth floor: output."""

from collections.abc import Callable, Hashable, Sequence

import pandas as pd

from geo.analysis.presenting import Answer
from geo.output.language import Translate
from geo.output.words import item_name, mode_name, unit_name


def alike(answers: Sequence[Answer], key: Callable[[Answer], Hashable]) -> list[tuple[Answer, list[int]]]:
    """The first answer of each kind, and the numbers of all scenes of that kind, from 1."""
    found: dict[Hashable, list[int]] = {}
    for number, answer in enumerate(answers, start=1):
        found.setdefault(key(answer), []).append(number)
    return [(answers[numbers[0] - 1], numbers) for numbers in found.values()]


def speeds_table(answers: Sequence[Answer], _: Translate) -> pd.DataFrame:
    """Every speed and factor of the modes that the scenes ask for, with its source; by scene where they differ."""
    kinds = alike(answers, lambda answer: (answer.scene.mode, answer.assumptions.rows, bool(answer.scene.indicator)))
    asked = [(answer, numbers) for answer, numbers in kinds if not answer.scene.indicator]  # which needs no road
    rows = [
        (numbers, row)
        for answer, numbers in asked
        for row in answer.assumptions.rows
        if row.mode == answer.scene.mode
    ]  # fmt: skip
    table = pd.DataFrame({
        _("Travel mode"): [mode_name(_, row.mode) for _numbers, row in rows],
        _("Item"): [item_name(_, row) for _numbers, row in rows],
        _("Value"): [row.value for _numbers, row in rows],
        _("Unit"): [unit_name(_, row) for _numbers, row in rows],
        _("Quality"): [row.quality for _numbers, row in rows],
        _("Source"): [row.source for _numbers, row in rows],
    })  # fmt: skip
    if len(asked) > 1:
        table.insert(0, _("Scenes"), [", ".join(map(str, numbers)) for numbers, _row in rows])
    return table


def sources_table(answers: Sequence[Answer], _: Translate) -> pd.DataFrame:
    """Where the data of the briefing's studies comes from."""
    columns = {"what": _("What"), "source": _("Source"), "licence": _("Licence"), "date": _("Date")}
    rows = [row for answer, _numbers in alike(answers, _study) for row in answer.study.header["attribution"]]
    return pd.DataFrame(rows, columns=list(columns)).fillna("").drop_duplicates().rename(columns=columns)


def _study(answer: Answer) -> str:
    return answer.study.content_id
