"""The scenes of a briefing as cards in their order: what each says and shows, and the buttons that change it."""

from dataclasses import replace

import streamlit as st

from geo.analysis.presenting import Answer
from geo.model.briefing import MOST_LETTERS, Scene, in_language
from geo.model.errors import VersionMissing, YidaError
from pages.ui import briefing_sheet, compute_briefing
from pages.ui.briefing_sheet import Sheet
from pages.ui.compute_briefing import Card
from pages.ui.export_form import figure_name
from pages.ui.text import LANGUAGE_NAMES, Translate, plain

MOST_FIGURES = 3  # of a scene: what a slide and a stage have room for


def cards(_: Translate, language: str, sheet: Sheet) -> list[Answer]:
    """Draw a card a scene; the scenes that could be answered."""
    answers = []
    for at, scene in enumerate(sheet.scenes):
        with st.container(border=True, key=f"scene_{at + 1}"):
            told = compute_briefing.answered(scene)
            text, buttons = (
                st.columns([9, 2], vertical_alignment="top") if not sheet.is_ready else (st.container(), None)
            )
            with text:
                _said(_, language, at, scene, told)
            if buttons:
                with buttons:
                    _buttons(_, language, sheet, at, told)
        if not isinstance(told, YidaError):
            answers.append(told)
    return answers


def _said(_: Translate, language: str, at: int, scene: Scene, told: Answer | YidaError) -> None:
    if isinstance(told, YidaError):
        st.markdown(f"**{at + 1}. {plain(in_language(scene.title, language))}**")
        st.error(plain(told.say(_)), icon=":material/error:")
        return
    card = compute_briefing.card(told, language)
    words, figure = st.columns([5, 3], vertical_alignment="top")
    with words:
        st.markdown(f"**{at + 1}. {plain(card.title)}**\n\n{plain(card.sentence)}")
        st.caption(plain(_("Shows: {figures}").format(figures=" · ".join(card.shows)) if card.shows else ""))
        st.caption(plain(card.facts))
        if card.missing:
            st.warning(plain(card.missing), icon=":material/location_off:")
    with figure:
        _figure(card)


def _figure(card: Card) -> None:
    if card.value:
        st.metric(plain(card.shows[0]), card.value, plain(card.of), delta_color="off", delta_arrow="off")


def _buttons(_: Translate, language: str, sheet: Sheet, at: int, told: Answer | YidaError) -> None:
    key = f"{sheet.briefing_id}:{sheet.turn}:{at}"
    changes = (
        ("up", "arrow_upward", _("Move up"), at == 0, lambda: briefing_sheet.move(sheet, at, -1)),
        ("down", "arrow_downward", _("Move down"), at == len(sheet.scenes) - 1,
         lambda: briefing_sheet.move(sheet, at, 1)),
        ("double", "content_copy", _("Duplicate"), False, lambda: briefing_sheet.double(sheet, at)),
        ("drop", "delete", _("Remove"), len(sheet.scenes) == 1, lambda: briefing_sheet.drop(sheet, at)),
    )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for name, icon, words, off, change in changes:
            st.button("", icon=f":material/{icon}:", help=words, disabled=off, key=f"{name}:{key}", on_click=change)
    with st.popover(_("Edit"), icon=":material/edit:", key=f"edit:{key}"):
        _editor(_, language, sheet, at, key)
    if isinstance(told, VersionMissing):
        st.button(
            _("Show it on the newest version"),
            key=f"newest:{key}",
            on_click=lambda: briefing_sheet.change(sheet, at, lambda scene: replace(scene, version=None)),
        )


def _editor(_: Translate, language: str, sheet: Sheet, at: int, key: str) -> None:
    scene = sheet.scenes[at]
    with st.form(f"words:{key}:{language}", border=False):
        title = st.text_input(
            _("Title ({language})").format(language=LANGUAGE_NAMES[language]),
            in_language(scene.title, language),
            max_chars=MOST_LETTERS,
            key=f"title:{key}:{language}",
        )
        sentence = st.text_area(
            _("Sentence ({language})").format(language=LANGUAGE_NAMES[language]),
            in_language(scene.sentence, language),
            max_chars=MOST_LETTERS,
            key=f"sentence:{key}:{language}",
            help=_("Words in braces, such as {blank}, are filled with the figures of the scene.").format(
                blank="\\{covered\\}"
            ),
        )
        shows = st.multiselect(
            _("Figures, the first one large"),
            scene.figures,
            scene.shows,
            format_func=lambda figure: figure_name(_, figure),
            max_selections=MOST_FIGURES,
            placeholder=_("Choose at least one"),
            key=f"shows:{key}",
        )
        if st.form_submit_button(_("Take over"), type="primary", key=f"take:{key}:{language}"):
            titles, sentences = {**scene.title, language: title}, {**scene.sentence, language: sentence}
            shown = tuple(shows) or scene.shows
            briefing_sheet.change(
                sheet, at, lambda before: replace(before, title=titles, sentence=sentences, shows=shown)
            )
            st.rerun()
