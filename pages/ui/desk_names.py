"""Names of an upload that are only similar to stored ones: asked, decided, and asked again."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from geo.intake.desk.difference import Difference, Pair, pair_key
from geo.study import desk
from pages.ui import draft
from pages.ui.draft import Draft
from pages.ui.text import Translate, plain


def similar_names(_: Translate, current: Draft, found: Difference) -> None:
    """Names to be decided; what was decided here, or with an earlier file, can be taken back until it is stored."""
    if current.decisions:
        told = _("Take back what was decided about {count} names").format(count=len(current.decisions))
        if st.button(told, icon=":material/undo:", key=f"undecide:{current.revision}"):
            draft.keep(replace(current, decisions={}))
            st.rerun()
    if not found.proposed and not found.decided:
        return
    stored, new = desk.stored_table(current.base, current.kind), desk.usable(current.check, current.base)

    def decide(pair: Pair, verdict: str, label: str) -> None:
        key = pair_key(stored, new, pair)
        if st.button(label, key=f"{verdict}:{pair.stored}:{pair.new}:{current.revision}"):
            draft.keep(replace(current, decisions={**current.decisions, key: verdict}))
            st.rerun()

    for pair in found.proposed:
        with st.container(border=True):
            told = _("Is **{new}** the same place as **{stored}**? The names are {score:.0f} % alike.")
            st.markdown(told.format(**_names(stored, new, pair), score=pair.score))
            decide(pair, "same", _("The same place"))
            decide(pair, "different", _("Two places"))
    earlier = [pair for pair in found.decided if pair_key(stored, new, pair) not in current.decisions]
    if earlier:
        with st.expander(_("Decided with an earlier file: {count} names").format(count=len(earlier))):
            one = _("**{new}** is the same place as **{stored}**.")
            two = _("**{new}** and **{stored}** are two places.")
            for pair in earlier:
                st.markdown((one if pair.how == "decided" else two).format(**_names(stored, new, pair)))
                decide(pair, "", _("Ask again"))


def _names(stored: pd.DataFrame, new: pd.DataFrame, pair: Pair) -> dict[str, str]:
    return {"new": plain(new["name"].iat[pair.new]), "stored": plain(stored["name"].iat[pair.stored])}
