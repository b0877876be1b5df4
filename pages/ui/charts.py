"""Charts under a page's map: the figures of its scene, as in slides and on paper; a click finds a place on the map."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from geo.model.briefing import PICTURES, Scene
from geo.model.inputs import Study
from geo.output.figure import Figure
from geo.output.figures import shown_figures
from geo.output.vega import SELECTION, vega_spec
from pages.ui import compute, compute_export, state
from pages.ui.text import Translate, plain


def below(_: Translate, language: str, study: Study, make: Callable[[], Scene], shows: Sequence[str]) -> None:
    """The figures `shows` of what the page asks (`make`). They cost nothing until they are opened."""
    box = st.expander(_("Charts"), icon=":material/bar_chart:", key="charts", on_change="rerun")
    if not box.open:
        return
    with box:
        scene = make()
        known = tuple(key for key in shows if key in scene.figures)
        answer = compute_export.answer(
            study, replace(scene, shows=known, picture=PICTURES[0])
        )  # whatever the map shows
        columns = st.columns(2, gap="medium")
        for number, figure in enumerate(shown_figures(answer, _, language)):
            with columns[number % 2]:
                _drawn(_, study, figure)


def _drawn(_: Translate, study: Study, figure: Figure) -> None:
    said = " · ".join([figure.of, *figure.marks])
    st.markdown(f"**{plain(figure.title)}**  \n{plain(figure.value)} {plain(said)}")
    key = f"chart:{study.name}:{figure.key}"
    alt = f"{figure.title}: {figure.value} {figure.of}"
    if not any(figure.chart.keys):
        st.vega_lite_chart(vega_spec(figure), key=key, alt=alt)
        return
    chosen = state.selection(study)
    st.vega_lite_chart(
        vega_spec(figure, f"{chosen.kind}:{chosen.item_id}" if chosen else ""),
        key=key,
        alt=alt,
        on_select=lambda: _find(study, key),
        selection_mode=SELECTION,
    )


def _find(study: Study, chart: str) -> None:
    """Highlight on the map what was clicked."""
    picked = st.session_state[chart].selection.get(SELECTION) or []
    kind, _colon, item_id = str(picked[0].get("key", "") if picked else "").partition(":")
    if kind and item_id:
        state.select(kind, item_id)
        state.fly(compute.whereabouts(study, kind, item_id))
