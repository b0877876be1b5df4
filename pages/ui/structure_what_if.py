"""What would move if a facility joined another level. Nothing is stored."""

import pandas as pd
import streamlit as st

from geo.output.structure_text import counts_line, namer
from geo.output.tables import csv_bytes
from geo.study.structure import Joined
from pages.ui import compute, compute_structure, structure_say
from pages.ui.structure_controls import Asked
from pages.ui.structure_say import joined
from pages.ui.text import Translate, plain


def show(_: Translate, language: str, asked: Asked) -> None:
    """Choose a facility and a level: what would move; the villages that would are marked on the map."""
    levels, target, below, chosen = _choice(asked)
    if not levels:
        st.info(_("The scheme has no level that a facility could join."))
        return
    tiers = structure_say.tier_names(asked.study, language)
    first, second = st.columns(2)
    first.selectbox(
        _("Joins the level"), levels, format_func=tiers.get, key="join_tier", index=levels.index(target)
    )  # fmt: skip
    if not below:
        st.info(_("No facility stands below this level."))
        return
    known = dict(zip(asked.study.facility["facility_id"], asked.study.facility["name"], strict=True))
    second.selectbox(
        _("What if this facility joined it?"), below, format_func=known.get, key="join_facility",
        index=below.index(chosen),
    )  # fmt: skip
    _moves(_, language, asked, compute_structure.joined(*asked.key, chosen, target), known[chosen])


def marks(_: Translate, asked: Asked) -> list[tuple[str, str]] | None:
    """The facility and the villages that would move, as (kind, id); None while the tab is not open."""
    if st.session_state.get("structure_tab") != _("What if"):
        return None
    _levels, target, _below, chosen = _choice(asked)
    if not chosen:
        return []
    moved = compute_structure.joined(*asked.key, chosen, target).moved_villages
    return [("facility", chosen), *(("village", i) for i in asked.study.demand["demand_id"].iloc[moved])]


def _choice(asked: Asked) -> tuple[list[str], str, list[str], str]:
    """The levels one may join and the one chosen, the facilities that may and the one chosen; "" for none."""
    scheme = asked.study.scheme
    levels = [t.tier_id for t in scheme.tiers[:-1] if not t.outside]
    usual = [t for t in scheme.of_kind("township_hospital") if t in levels]
    target = st.session_state.get("join_tier")
    target = target if target in levels else next(iter([*usual, *levels]), "")
    below = _candidates(asked, target) if target else []
    chosen = st.session_state.get("join_facility")
    return levels, target, below, chosen if chosen in below else next(iter(below), "")


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
    _villages(_, asked, found)
    named = namer(asked.study.scheme, language)
    if found.findings:
        st.markdown(_("New findings:"))
        st.dataframe(pd.DataFrame({_("Finding"): [f.say(_, named) for f in found.findings]}), hide_index=True)
    else:
        st.caption(_("No check finds anything new."))


def _villages(_: Translate, asked: Asked, found: Joined) -> None:
    """The villages that would move, the largest gain first, and a download."""
    rows = found.moved_villages
    if not len(rows):
        return
    table = pd.DataFrame({
        _("Village"): compute.village_names(asked.study).iloc[rows].tolist(),
        _("People"): asked.study.demand["population"].iloc[rows].tolist(),
        _("Now, min"): found.nearest_before[rows],
        _("Then, min"): found.nearest_after[rows],
    })  # fmt: skip
    st.markdown(_("Villages that would move, marked on the map (modelled):"))
    minutes = st.column_config.NumberColumn(format="%.1f")
    people = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        table, hide_index=True, height=min(300, 38 + 36 * len(table)),
        column_config={_("Now, min"): minutes, _("Then, min"): minutes, _("People"): people},
    )  # fmt: skip
    st.download_button(
        _("Download the list (CSV)"), csv_bytes(table), file_name=f"yida-{asked.study.name}-moved.csv",
        mime="text/csv", icon=":material/download:", on_click="ignore", key="moved_csv",
    )  # fmt: skip
