"""All findings of the structure's checks, and what would move if a facility joined another level."""

from collections import Counter

import pandas as pd
import streamlit as st

from geo.analysis.structure_checks import FAR_MIN, MOST_COMMUNITIES, OVERLAP_PCT
from geo.analysis.structure_findings import CHECKS
from geo.output.structure_text import counts_line, finding_text, namer
from geo.output.tables import csv_bytes
from geo.study.structure import Joined
from pages.ui import compute_structure, structure_say
from pages.ui.structure_controls import Asked
from pages.ui.structure_first import listed
from pages.ui.structure_say import joined
from pages.ui.text import Translate, plain


def show(_: Translate, language: str, asked: Asked) -> None:
    """Every check with its number of findings; those of the chosen one are listed and drawn on the map."""
    findings, unasked = asked.structure.findings, asked.structure.unasked
    counted = dict.fromkeys(unasked, "–") | {c: f"{n:,}" for c, n in Counter(f.check for f in findings).items()}

    def choose() -> None:
        st.session_state.structure_check = st.session_state.check_choice

    first = next((at for at, c in enumerate(CHECKS) if c in counted and c not in unasked), 0)
    check = st.selectbox(
        _("Check"), list(CHECKS), format_func=lambda c: f"{_(CHECKS[c])} ({counted.get(c, '0')})", key="check_choice",
        on_change=choose, index=first,
    )  # fmt: skip
    if check in unasked:
        st.info(_("This check could not be made: {why}.").format(why=_(unasked[check])), icon=":material/help:")
    elif check in counted:
        listed(_, language, asked, check, "tab")
    else:
        st.success(_("This check found nothing."))
    st.caption(
        _("A parent counts as further when another that the scheme allows is nearer by more than {far:g} min. "
          "Catchments overlap when they share {overlap:g} % or more of the people of the smaller one. Normally a "
          "county has at most {most} communities.").format(far=FAR_MIN, overlap=OVERLAP_PCT, most=MOST_COMMUNITIES)
    )  # fmt: skip
    table = pd.DataFrame({
        _("Check"): [_(CHECKS[f.check]) for f in findings],
        _("Code"): [f.item_id for f in findings],
        _("Finding"): [finding_text(_, language, asked.study, f) for f in findings],
    })  # fmt: skip
    st.download_button(
        _("Download all findings (CSV)"), csv_bytes(table), file_name=f"yida-{asked.study.name}-findings.csv",
        mime="text/csv", icon=":material/download:", on_click="ignore", key="findings_csv",
    )  # fmt: skip


# ---- what if ---------------------------------------------------------------------------------------------------


def what_if(_: Translate, language: str, asked: Asked) -> None:
    """Choose a facility and a level: what would move. Nothing is stored."""
    study = asked.study
    tiers = structure_say.tier_names(study, language)
    upper = [t.tier_id for t in study.scheme.tiers[:-1] if not t.outside]
    open_ones = study.facility[study.facility["status"] != "closed"]
    usual = study.scheme.of_kind("township_hospital")
    first, second = st.columns(2)
    target = first.selectbox(
        _("Joins the level"), upper, format_func=tiers.get, key="join_tier",
        index=upper.index(usual[0]) if usual and usual[0] in upper else 0,
    )  # fmt: skip
    known = dict(zip(open_ones["facility_id"], open_ones["name"], strict=True))
    below = _candidates(asked, target)
    if not below:
        st.info(_("No facility stands below this level."))
        return
    chosen = second.selectbox(_("What if this facility joined it?"), below, format_func=known.get, key="join_facility")
    found = compute_structure.joined(*asked.key, chosen, target)
    _moves(_, language, asked, found, known[chosen])


def _candidates(asked: Asked, tier_id: str) -> list[str]:
    """Facilities of lower levels, but those of the lowest one."""
    order = [t.tier_id for t in asked.study.scheme.tiers]
    lower = order[order.index(tier_id) + 1 :]
    facility = asked.study.facility
    lowest = order[int(asked.structure.tree.tier[asked.structure.tree.open].max(initial=0))]
    kept = facility[facility["tier"].isin([t for t in lower if t != lowest]) & (facility["status"] != "closed")]
    kept = kept.assign(level=kept["tier"].map(order.index)).sort_values(["level", "facility_id"])
    return [str(i) for i in kept["facility_id"]]


def _moves(_: Translate, language: str, asked: Asked, found: Joined, name: str) -> None:
    whole, villages = asked.study.demand["population"].sum(), len(asked.study.demand)
    st.markdown(
        _("**{line}** (now {before})").format(
            line=plain(counts_line(_, compute_structure.counts(found.after))),
            before=plain(counts_line(_, compute_structure.counts(asked.study))),
        )
    )
    st.markdown(
        _("**{name}** would be the nearest of its new level for {people:,.0f} of {whole:,.0f} people in {part:,} of "
          "{villages:,} villages.").format(
            name=plain(name), people=found.moved_people, whole=whole, part=len(found.moved_villages), villages=villages
        )
    )  # fmt: skip
    if found.limit_min is not None:
        st.markdown(
            _(
                "Within {limit:g} min of the level (modelled): **{after:,.0f}** of {whole:,.0f} people, "
                "now {before:,.0f}."
            ).format(limit=found.limit_min, after=found.within_after, whole=whole, before=found.within_before)
        )
    if len(found.children):
        names = asked.study.facility["name"].iloc[found.children].tolist()
        told = joined(language, (plain(n) for n in names))
        st.markdown(_("Nearer to it than to their present parent: {names}.").format(names=told))
    named = namer(asked.study.scheme, language)
    if found.findings:
        st.markdown(_("New findings:"))
        st.dataframe(pd.DataFrame({_("Finding"): [f.say(_, named) for f in found.findings]}), hide_index=True)
    else:
        st.caption(_("No check finds anything new."))
