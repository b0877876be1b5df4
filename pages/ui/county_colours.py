"""What the counties are coloured by: the stage they have reached, or the classes of an indicator. One for all views."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from geo.analysis.indicators import Figure
from geo.model.indicators import Entry
from geo.model.programmes import STAGE_NAMES, STAGES, Programme
from geo.output.choropleth import categories, classed, colours
from geo.output.indicator_text import class_texts, parts_text, target_text, value_text
from geo.output.inks import ink_on
from pages.ui import compute_programmes
from pages.ui.text import Translate

NOT_TOLD = "#e3e6e8"


@dataclass(frozen=True)
class Colouring:
    """County → class (none where it is not told), its words, its value with denominator, and the ink upon it."""

    title: str
    names: list[str]  # of the classes, the lowest first, then "not told"
    colour_of: Mapping[str, str]  # class words → colour
    of: Mapping[str, int]
    said: Mapping[str, str]
    value: Mapping[str, str]

    @property
    def tone(self) -> dict[str, str]:
        """The colour of text that can be read on a county's colour."""
        inks = {name: ink_on(colour) for name, colour in self.colour_of.items()}
        return {code: inks[text] for code, text in self.said.items()}

    def on_map(self, codes: set[str], none: str) -> dict[str, object]:
        """The `choropleth` of a map's state for some counties."""
        of = {code: at for code, at in self.of.items() if code in codes}
        tips = {code: [t for t in (self.said[code], self.value[code]) if t] for code in codes}
        return categories(of, self.names[:-1], tips, title=self.title, none=none)


def choice(_: Translate, programme: Programme, language: str) -> Colouring:
    """Ask what to colour by, and colour."""
    known = compute_programmes.county_entries(programme)
    picked = st.selectbox(
        _("Colour by"),
        ["", *known],
        format_func=lambda c: known[c][0].title(language) if c else _("Stage"),
        key=f"colour:{programme.programme_id}",
    )
    if picked:
        entry, period = known[picked]
        return _by_indicator(_, programme, entry, period, language)
    return _by_stage(_, programme)


def _by_stage(_: Translate, programme: Programme) -> Colouring:
    codes, stages = programme.county["county_code"].tolist(), programme.county["stage"].tolist()
    names = [_(STAGE_NAMES[stage]) for stage in STAGES]
    of = {c: STAGES.index(s) for c, s in zip(codes, stages, strict=True) if s in STAGES}
    said = {code: names[of[code]] if code in of else _("not told") for code in codes}
    tones = dict(zip(names, colours(len(names)), strict=True)) | {_("not told"): NOT_TOLD}
    return Colouring(_("Stage"), [*names, _("not told")], tones, of, said, dict.fromkeys(codes, ""))


def _by_indicator(_: Translate, programme: Programme, entry: Entry, period: str, language: str) -> Colouring:
    table = compute_programmes.by_county(programme, entry, period)
    edges = compute_programmes.edges(table, entry)
    names = class_texts(_, edges, entry, language)
    codes = table["unit_code"].tolist()
    of = classed(dict(zip(codes, table["value"], strict=True)), edges)
    said = {code: names[of[code]] if code in of else _("no value") for code in codes}
    tones = dict(zip(names, colours(len(names)), strict=True)) | {_("no value"): NOT_TOLD}
    value = {}
    for row in table.to_dict("records"):
        figure = Figure(period, row["numerator"], row["denominator"], row["value"], "")
        parts = parts_text(_, entry, figure) if row["unit_code"] in of else ""
        value[str(row["unit_code"])] = value_text(entry, row["value"], language) + (f" ({parts})" if parts else "")
    target = target_text(entry, language)
    title = f"{entry.title(language)} · {period}"
    title += f" · {_('target {target}').format(target=target)}" if target else ""
    return Colouring(title, [*names, _("no value")], tones, of, said, value)
