"""The questions one can ask of the map: study, threshold, mode, tiers, layers, language. Draws the sidebar."""

from dataclasses import dataclass

import streamlit as st

from geo.model.assumptions import CONDITIONS, Assumptions
from geo.model.inputs import Study
from geo.model.roads import MODES, Mode
from geo.output.language import sentences
from geo.output.words import condition_name, factor_text, mode_name
from geo.study.relief import WHOLE_PCT, heights_share
from pages.ui import compute, stage, state
from pages.ui.assumed import editor_button
from pages.ui.text import LANGUAGE_NAMES, LANGUAGES, Translate, plain

LAYERS = ("bands", "roads", "units", "villages", "facilities", "uncovered", "labels")


@dataclass(frozen=True)
class Question:
    """What is asked: the study and everything an answer depends on."""

    study: Study
    threshold_min: int
    mode: Mode
    assumptions: Assumptions
    tiers: tuple[str, ...]  # that count
    shown: tuple[str, ...]  # that are drawn
    layers: dict[str, bool]


def sidebar(_: Translate, language: str) -> Question:
    """Draw the controls and return what they ask."""
    state.restore(list(compute.study_titles()))
    with st.sidebar:
        language_switch(_)
        study = study_choice(_, language)
        threshold = threshold_choice(_)
        state.hold("mode")
        mode = st.selectbox(
            _("Travel mode"), MODES, key="mode", format_func=lambda m: mode_name(_, m), persist_state="session"
        )
        condition_choice(_)
        tiers, shown = _tiers(_, language, study)
        layers = _layers(_)
        editor_button(_, mode)
    return Question(study, threshold, mode, state.assumptions(study), tiers, shown, layers)


def threshold_choice(_: Translate) -> int:
    """The choice of the threshold, the same on every page that counts people by it."""
    state.hold("threshold")
    minutes: int = st.slider(_("Threshold, minutes"), *state.THRESHOLDS_MIN, key="threshold", persist_state="session")
    return minutes


def condition_choice(_: Translate) -> None:
    """The choice of the conditions, the same on every page that asks for them."""
    state.hold("condition")
    st.segmented_control(
        _("Conditions"),
        CONDITIONS,
        key="condition",
        format_func=lambda c: condition_name(_, c),
        required=True,
        persist_state="session",
    )


def language_switch(_: Translate) -> None:
    """The product's name, the switch between Chinese and English, and the one to meeting mode."""
    st.markdown("### 医达 Yida")
    state.hold("lang")
    st.segmented_control(
        _("Language"),
        LANGUAGES,
        key="lang",
        format_func=LANGUAGE_NAMES.get,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    stage.enter_button(_)


def study_choice(_: Translate, language: str) -> Study:
    """The choice of a study, opened."""
    titles = compute.study_titles()
    state.hold("study")
    name = st.selectbox(
        _("Study"),
        list(titles),
        key="study",
        format_func=lambda n: titles.get(n, {}).get(language, n),
        on_change=_forget_selection,
        persist_state="session",
    )
    with st.spinner(_("Opening the study; a sample is built once, which takes some seconds …")):
        return compute.study(name)


def _forget_selection() -> None:
    st.session_state.selection = None
    st.session_state.view = None
    st.session_state.fly = None


def _tiers(_: Translate, language: str, study: Study) -> tuple[tuple[str, ...], tuple[str, ...]]:
    scheme = compute.scheme(study)
    names = {t.tier_id: t.name[language] for t in scheme.tiers}
    counted_key = state.tier_choice("tiers", scheme, scheme.usual())
    counted = st.multiselect(
        _("Tiers that count"),
        list(names),
        key=counted_key,
        persist_state="session",
        format_func=names.get,
        placeholder=_("Choose at least one"),
        help=_("A village is covered when the nearest facility of any of these tiers is within the threshold."),
    )
    shown_key = state.tier_choice("show", scheme, tuple(t for t in names if t != "village_clinic"))
    shown = st.multiselect(
        _("Tiers on the map"),
        list(names),
        key=shown_key,
        format_func=names.get,
        placeholder=_("None"),
        persist_state="session",
    )
    return tuple(t for t in names if t in counted), tuple(t for t in names if t in shown)


def _layers(_: Translate) -> dict[str, bool]:
    names = {
        "bands": _("Reach bands"),
        "roads": _("Roads"),
        "units": _("Boundaries"),
        "villages": _("Villages"),
        "facilities": _("Facilities"),
        "uncovered": _("Ring villages outside"),
        "labels": _("Township names"),
    }
    with st.expander(_("Layers"), icon=":material/layers:"):
        return {
            layer: st.checkbox(names[layer], value=True, key=f"layer:{layer}", persist_state="session")
            for layer in LAYERS
        }


def search(_: Translate, study: Study) -> None:
    """A box that finds a village, facility or township by name and flies there."""
    index = compute.search_index(study)
    kinds = {"unit": _("township"), "facility": _("facility"), "village": _("village")}
    st.selectbox(
        _("Find a village, facility or township"),
        options=list(index),
        format_func=lambda key: f"{index[key]} · {kinds[key.partition(':')[0]]}",
        index=None,
        key="search",
        placeholder=_("Find a village, facility or township"),
        label_visibility="collapsed",
        on_change=lambda: _fly_to(study, st.session_state.search),
    )


def _fly_to(study: Study, key: str | None) -> None:
    if key:
        kind, item_id = key.split(":", 1)
        state.select(kind, item_id)
        state.fly(compute.whereabouts(study, kind, item_id))


def facts_line(_: Translate, question: Question) -> str:
    """What every figure on the page was made with, in one or two sentences (Markdown)."""
    assumptions = question.assumptions
    line = _(
        "Modelled on roads: {mode}, {condition}, speed factor {factor}; the clock starts when the vehicle or "
        "person sets out, without call handling and turnout. Speeds: see About."
    ).format(
        mode=plain(mode_name(_, question.mode)),
        condition=plain(condition_name(_, assumptions.condition)),
        factor=plain(factor_text(_, assumptions, question.mode, question.study.roads)),
    )
    return sentences(line, *made_with(_, question.study, assumptions))


def made_with(_: Translate, study: Study, assumptions: Assumptions) -> list[str]:
    """Where ice lies, under ice, and how many figures were changed: sentences to follow others (Markdown)."""
    told, changed = [], len(state.edits())
    if assumptions.condition == "ice":
        told.append(ice_line(_, study, assumptions))
    if changed:
        told.append(_("{count} speeds or factors were changed from the defaults.").format(count=changed))
    return told


def ice_line(_: Translate, study: Study, assumptions: Assumptions) -> str:
    """Which roads count as icy (Markdown)."""
    if not study.roads.has_heights:
        return _(
            "This study has no heights, so in ice all its roads count as icy. The factors are general knowledge, not "
            "verified, and can be changed under *Speeds and factors*."
        )
    line = _(
        "In ice, roads above {height:.0f} m are icy and the rest is wet as in rain; the height and all factors are "
        "general knowledge, not verified, and can be changed under *Speeds and factors*."
    ).format(height=assumptions.ice_from_m)
    share_pct = 100 * heights_share(study.roads)
    partly = _("Heights are known for only {share:.1f} % of the roads' length; elsewhere roads count as icy.")
    return line if share_pct >= WHOLE_PCT else sentences(line, partly.format(share=share_pct))
