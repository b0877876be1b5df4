"""Records: observed ambulance runs against the model, and speeds fitted to them."""

import streamlit as st

from geo.model.errors import N_
from geo.network.breaks import NO_BREAKS
from geo.study import records
from pages.ui import address, compute, compute_emergency, emergency_state, runs_desk, runs_show, stage, state
from pages.ui.assumed import editor_button
from pages.ui.controls import condition_choice, language_switch, study_choice, threshold_choice
from pages.ui.layout import errors_said, page_setup
from pages.ui.text import plain

page = page_setup(N_("Records"))
_ = page.translate
with errors_said(_):
    state.restore(list(compute.study_titles()))
    with st.sidebar:
        language_switch(_)
        study = study_choice(_, page.language)
        threshold = threshold_choice(_)
        condition_choice(_)
        editor_button(_, "ambulance")
    kept = {"stage": "1" if stage.is_on() else "", "study": study.name, "t": str(threshold), "lang": page.language}
    address.keep(kept | {"when": st.session_state.condition} | state.edits_asked())
    st.title(_("Against records: {study}").format(study=plain(study.title(page.language))), anchor=False)
    found = runs_desk.uploaded(_, study)
    if found is not None:
        assumptions = state.assumptions(study)
        network = compute.network(study, "ambulance", assumptions)
        back = compute_emergency.inward(study, assumptions, NO_BREAKS)
        clock = emergency_state.clock_chosen()
        runs = records.runs_of(study, network, back, found)
        table = records.intervals_by_unit(runs.table, threshold, clock)
        runs_show.figures(_, found, table, threshold)
        runs_show.warnings(_, (*found.problems, *runs.problems))
        runs_desk.system_choice(_, found)
        runs_show.bad_rows(_, found.problems)
        names = {"units": _("By township"), "fit": _("Fit the speeds")}
        view = st.segmented_control(
            _("Show"), list(names), default="units", format_func=names.get, key="runs_view", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        if view == "units":
            runs_show.townships(_, study, table, clock)
        else:
            with st.spinner(_("Fitting the speeds …")):
                fitted = records.calibrated(study, network, runs)
            runs_show.calibration(_, assumptions, fitted)
        st.caption(runs_show.runs_line(_, runs))
