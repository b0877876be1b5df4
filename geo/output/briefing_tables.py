"""The tables of a briefing: its scenes' figures, villages, facilities, speeds and sources. Fourth floor: output.

Scenes may ask different questions; a table is made once for each question, and says of which scenes it is.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence

import pandas as pd

from geo.analysis.presenting import Answer
from geo.output.data_words import shipped_text
from geo.output.facts import Export
from geo.output.figure import Figure, marks_of
from geo.output.figures import figure_of
from geo.output.language import Translate
from geo.output.names import short_names
from geo.output.words import item_name, mode_name, unit_name

Named = tuple[str, str, pd.DataFrame]  # name, what it holds, the table


def named_tables(answers: Sequence[Answer], export: Export, _: Translate) -> list[Named]:
    """Every table of released answers: each figure that is shown, villages, facilities, speeds and sources."""
    several = len(alike(answers, lambda answer: answer.question)) > 1

    def of(meaning: str, numbers: Sequence[int]) -> str:
        return f"{meaning} · {scenes_text(numbers, _)}" if several else meaning

    speeds, sources = speeds_table(answers, _), sources_table(answers, _)
    shown = [
        (
            figure.title,
            of(_figure_meaning(figure), numbers),
            figure.table,
        )
        for figure, numbers in _figures(answers, export, _)
    ]
    villages = [
        (_("Villages"), of(_villages_meaning(answer, _), numbers), villages_table(answer, _))
        for answer, numbers in alike(answers, lambda answer: answer.question)
        if not answer.scene.indicator  # which asks nothing of roads
    ]
    facilities = [
        (_("Facilities"), _("Every facility of the study."), facilities_table(answer, export, _))
        for answer, _numbers in alike(answers, _study)
    ]
    told = _("Every speed and factor that the minutes depend on, with its source.")
    return [
        *shown,
        *villages,
        *facilities,
        *([(_("Speeds"), told, speeds)] if len(speeds) else []),
        (_("Sources"), _("Where the study's data comes from."), sources),
    ]


def _figures(answers: Sequence[Answer], export: Export, _: Translate) -> Iterator[tuple[Figure, list[int]]]:
    """Each figure that is shown, once a question, and the scenes that show it."""
    found: dict[Hashable, tuple[Answer, str, list[int]]] = {}
    for number, answer in enumerate(answers, start=1):
        for key in answer.scene.shows:
            found.setdefault((answer.question, key), (answer, key, []))[2].append(number)
    for answer, key, numbers in found.values():
        yield figure_of(answer, key, _, export.language), numbers


def _figure_meaning(figure: Figure) -> str:
    return " · ".join([f"{figure.title}: {figure.value}", figure.of, *figure.marks])


def _villages_meaning(answer: Answer, _: Translate) -> str:
    told = _("Every village with its minutes to the nearest facility that counts.")
    if answer.scene.rescue:
        told = _("Every village with the minutes until the first ambulance arrives.")
    return " · ".join([told, *marks_of(answer, _)])


def alike(answers: Sequence[Answer], key: Callable[[Answer], Hashable]) -> list[tuple[Answer, list[int]]]:
    """The first answer of each kind, and the numbers of all scenes of that kind, from 1."""
    found: dict[Hashable, list[int]] = {}
    for number, answer in enumerate(answers, start=1):
        found.setdefault(key(answer), []).append(number)
    return [(answers[numbers[0] - 1], numbers) for numbers in found.values()]


def scenes_text(numbers: Sequence[int], _: Translate) -> str:
    """Some scenes of a briefing, by their numbers."""
    return _("Scenes: {numbers}.").format(numbers=", ".join(map(str, numbers)))


def villages_table(answer: Answer, _: Translate) -> pd.DataFrame:
    """Every village: code, name, township, people, minutes, nearest facility or first base, whether within."""
    nearest = _("First base to arrive") if answer.scene.rescue else _("Nearest facility")
    demand, found = answer.study.demand, answer.found
    towns = dict(zip(answer.study.unit["unit_code"], answer.study.unit["name"], strict=True))
    names = dict(zip(answer.study.facility["facility_id"], answer.study.facility["name"], strict=True))
    within = found["travel_time_min"].to_numpy(dtype=float) <= answer.scene.threshold_min
    return pd.DataFrame({
        _("Code"): demand["demand_id"],
        _("Village"): short_names(demand["name"]),
        _("Township"): demand["unit_code"].map(towns).fillna("—"),
        _("People"): demand["population"],
        _("Minutes"): found["travel_time_min"],
        nearest: found["facility_id"].map(names).fillna("—"),
        _("Within {minutes} min").format(minutes=f"{answer.scene.threshold_min:g}"): [
            _("yes") if w else _("no") for w in within
        ],
        _("Longitude"): demand["lon"],
        _("Latitude"): demand["lat"],
    })  # fmt: skip


def facilities_table(answer: Answer, export: Export, _: Translate) -> pd.DataFrame:
    """Every facility: code, name, tier, township, beds and staff, place."""
    facility = answer.study.facility
    tiers = {t.tier_id: t.name[export.language] for t in answer.study.scheme.tiers}
    towns = dict(zip(answer.study.unit["unit_code"], answer.study.unit["name"], strict=True))
    return pd.DataFrame({
        _("Code"): facility["facility_id"],
        _("Facility"): facility["name"],
        _("Tier"): facility["tier"].map(tiers).fillna("—"),
        _("Township"): facility["unit_code"].map(towns).fillna("—"),
        _("Beds"): facility["beds"],
        _("Physicians"): facility["physicians"],
        _("Nurses"): facility["nurses"],
        _("Ambulances"): facility["ambulances"],
        _("Status"): facility["status"],
        _("Position quality"): facility["position_quality"],
        _("Longitude"): facility["lon"],
        _("Latitude"): facility["lat"],
    })  # fmt: skip


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
        _("Source"): [shipped_text(_, row.source) for _numbers, row in rows],
    })  # fmt: skip
    if len(asked) > 1:
        table.insert(0, _("Scenes"), [", ".join(map(str, numbers)) for numbers, _row in rows])
    return table


def sources_table(answers: Sequence[Answer], _: Translate) -> pd.DataFrame:
    """Where the data of the briefing's studies comes from."""
    columns = {"what": _("What"), "source": _("Source"), "licence": _("Licence"), "date": _("Date")}
    rows = [row for answer, _numbers in alike(answers, _study) for row in answer.study.header["attribution"]]
    table = pd.DataFrame(rows, columns=list(columns)).fillna("").drop_duplicates()
    return table.map(lambda text: shipped_text(_, str(text))).rename(columns=columns)


def _study(answer: Answer) -> str:
    return answer.study.content_id
