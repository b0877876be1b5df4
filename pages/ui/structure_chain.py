"""The chain of care: one village's steps by the organisation and by the nearest, a capability, and all villages."""

import math

import pandas as pd
import streamlit as st

from geo.analysis.chain import Chains, step_figures
from geo.model.capabilities import load_capabilities
from geo.network.route import Route
from geo.study.structure import PairedStep, Step
from pages.ui import compute_structure, structure_say
from pages.ui.structure_controls import Asked
from pages.ui.structure_say import joined
from pages.ui.text import Translate, plain

# The organisation's way is drawn below the nearest one and broader, so that both are seen where they are one.
WAYS = ({"colour": "#1d2b53", "width": 7}, {"colour": "#E69F00", "width": 3})


def village_chain(_: Translate, language: str, asked: Asked, village: int) -> None:
    """The steps of one village with minutes and kilometres, their total, and where the two chains differ."""
    names = {"organisation": _("By the organisation"), "nearest": _("By the nearest")}
    which = st.segmented_control(
        _("Chain of care"), list(names), format_func=names.get, key="chain_which", default="organisation",
        required=True,
    )  # fmt: skip
    steps = {w: compute_structure.steps(*asked.key, village, w) for w in names}
    shown = steps[which or "organisation"]
    if not shown:
        st.markdown(_("No chain begins here: no facility of the lowest level is in reach."))
        return
    number = st.column_config.NumberColumn
    st.dataframe(
        _table(_, language, asked, shown, compute_structure.paired(*asked.key, village, which or "organisation")),
        hide_index=True,
        column_config={_("Minutes"): number(format="%.1f"), _("Km"): number(format="%.1f")},
    )
    different = _different(_, language, asked, steps["organisation"], steps["nearest"])
    st.caption(different or _("The organisation's chain and the nearest one are the same."))


def _table(_: Translate, language: str, asked: Asked, steps: list[Step], paired: list[PairedStep]) -> pd.DataFrame:
    """The steps, those to paired hospitals, and the total. Of several paired ones, only one can be gone to."""
    tiers, names = structure_say.tier_names(asked.study, language), asked.study.facility["name"]
    ways = [step.way for step in steps] + [step.way for step in paired]
    summed = ways if len(paired) == 1 and paired[0].way else ways[: len(steps)]
    total = _("Total") if len(summed) == len(ways) else _("Total without the paired hospital")
    table = pd.DataFrame({
        _("Step to"): [*(tiers[s.tier_id] for s in steps), *(_("Paired hospital") for _step in paired), total],
        _("Facility"): [*(str(names.iat[s.facility_row]) for s in steps), *(s.place.name for s in paired), ""],
        _("Minutes"): [*map(_minutes, ways), sum(map(_minutes, summed))],  # unknown with a step without a way
        _("Km"): [*map(_km, ways), sum(map(_km, summed))],
    })  # fmt: skip
    told = [_not_modelled(_, asked, steps[-1], step) for step in paired]
    return table.assign(**{_("Remark"): [*[""] * len(steps), *told, ""]}) if any(told) else table


def _minutes(way: Route | None) -> float:
    return way.travel_time_min if way else math.nan


def _km(way: Route | None) -> float:
    return way.road_m / 1000 if way else math.nan


def _not_modelled(_: Translate, asked: Asked, last: Step, paired: PairedStep) -> str:
    """Why a paired hospital has no minutes, and how far it is; nothing where it has."""
    if paired.way is not None:
        return ""
    facility = asked.study.facility.iloc[last.facility_row]
    why = _("not modelled") if paired.facility_row < 0 else _("no way by road")
    return f"{why} · {structure_say.straight(_, facility['lon'], facility['lat'], paired.place)}"


def _different(_: Translate, language: str, asked: Asked, own: list[Step], near: list[Step]) -> str:
    """At which levels the two chains name different places."""
    tiers, names = structure_say.tier_names(asked.study, language), asked.study.facility["name"]
    nearest = {s.tier_id: s.facility_row for s in near}
    told = [
        _("{tier}: {own}, while {near} is nearer on the way").format(
            tier=plain(tiers[s.tier_id]),
            own=plain(names.iat[s.facility_row]),
            near=plain(names.iat[nearest[s.tier_id]]),
        )
        for s in own
        if s.tier_id in nearest and nearest[s.tier_id] != s.facility_row
    ]  # fmt: skip
    own_tiers = {s.tier_id for s in own}
    told += [
        _("{tier}: none in the organisation's chain").format(tier=plain(tiers[s.tier_id]))
        for s in near
        if s.tier_id not in own_tiers
    ]
    return _("The two chains differ: {told}").format(told=joined(language, told, "；", "; ")) if told else ""


def show(_: Translate, language: str, asked: Asked) -> None:
    """The tab: all villages step by step, and a capability instead of a tier."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_("**Minutes of each step, all villages** (modelled)"))
        for title, chains in (
            (_("By the organisation"), asked.structure.organisation),
            (_("By the nearest"), asked.structure.nearest),
        ):
            st.caption(title)
            _all_villages(_, language, asked, chains)
        _apart(_, asked)
    with right:
        _capability(_, language, asked)


def _all_villages(_: Translate, language: str, asked: Asked, chains: Chains) -> None:
    table, tiers = step_figures(chains, asked.study.scheme), structure_say.tier_names(asked.study, language)
    whole = len(chains.row)
    shown = pd.DataFrame({
        _("Step to"): table["tier"].map(tiers),
        _("Villages"): [_("{part:,} of {whole:,}").format(part=n, whole=whole) for n in table["villages"]],
        _("Median, min"): table["median_min"],
        _("95 % within, min"): table["p95_min"],
        _("Longest, min"): table["max_min"],
    })  # fmt: skip
    number = st.column_config.NumberColumn(format="%.0f")
    columns = (_("Median, min"), _("95 % within, min"), _("Longest, min"))
    st.dataframe(shown, hide_index=True, column_config=dict.fromkeys(columns, number))


def _apart(_: Translate, asked: Asked) -> None:
    """How many villages are sent to another place than the nearest, level by level."""
    own, near = asked.structure.organisation.row, asked.structure.nearest.row
    differ = ((own >= 0) & (near >= 0) & (own != near)).any(axis=1)
    people = asked.study.demand["population"]
    st.markdown(
        _("The two chains differ for {villages:,} of {whole:,} villages ({people:,.0f} of {all:,.0f} people).").format(
            villages=int(differ.sum()), whole=len(differ), people=people[differ].sum(), all=people.sum()
        )
    )


def _capability(_: Translate, language: str, asked: Asked) -> None:
    st.markdown(_("**Where a capability is found** (modelled)"))
    names = {c.capability_id: c.name[language] for c in load_capabilities()}
    chosen = st.selectbox(
        _("Capability"), list(names), format_func=names.get, key="structure_capability", index=None,
        placeholder=_("Choose a capability"),
    )  # fmt: skip
    if chosen is None:
        st.caption(_("With a capability chosen, the map shows a village's ways to it in place of its chain of care."))
        return
    found = compute_structure.capable(*asked.key, chosen)
    people, villages = asked.study.demand["population"], len(asked.study.demand)
    rows = []
    for title, row, minutes in (
        (_("First in the organisation's chain"), found.organisation_row, found.organisation_min),
        (_("Nearest anywhere"), found.nearest_row, found.nearest_min),
    ):
        known = pd.Series(minutes[row >= 0]).dropna()
        rows.append({
            _("Way"): title,
            _("Villages"): _("{part:,} of {whole:,}").format(part=int((row >= 0).sum()), whole=villages),
            _("Median, min"): known.median(),
            _("95 % within, min"): known.quantile(0.95),
            _("Longest, min"): known.max(),
        })  # fmt: skip
    number = st.column_config.NumberColumn(format="%.0f")
    columns = (_("Median, min"), _("95 % within, min"), _("Longest, min"))
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=dict.fromkeys(columns, number))
    none = found.organisation_row < 0
    st.caption(
        _(
            "For {villages:,} of {whole:,} villages ({people:,.0f} people) nobody in the organisation's chain has it."
        ).format(villages=int(none.sum()), whole=villages, people=people[none].sum())
    )
    _capability_of_village(_, asked, chosen)


def _capability_ways(_: Translate, asked: Asked, village: int, capability: str) -> list[tuple[str, int, Route | None]]:
    """How a village's way is called, the facility row (-1 for none) it leads to, and the way."""
    found = compute_structure.capable(*asked.key, capability)
    rows = {
        _("First in the organisation's chain"): int(found.organisation_row[village]),
        _("Nearest anywhere"): int(found.nearest_row[village]),
    }
    steps = {title: compute_structure.way(*asked.key, village, row) for title, row in rows.items()}
    return [(title, rows[title], step.way if step else None) for title, step in steps.items()]


def capability_routes(_: Translate, asked: Asked) -> list[dict[str, object]] | None:
    """The chosen village's ways to the chosen capability as the map's routes; None while none is asked for."""
    capability, village = st.session_state.get("structure_capability"), structure_say.chosen_village(asked)
    if st.session_state.get("structure_tab") != _("Chain of care") or not capability or village < 0:
        return None
    ways = _capability_ways(_, asked, village, capability)
    return [
        {"kind": "road", "label": title, **look, "lines": way.line.round(6).ravel().tolist()}
        for (title, _row, way), look in zip(ways, WAYS, strict=True)
        if way is not None
    ]


def _capability_of_village(_: Translate, asked: Asked, capability: str) -> None:
    village = structure_say.chosen_village(asked)
    if village < 0:
        st.info(_("Click a village on the map to see where it finds this capability."), icon=":material/touch_app:")
        return
    names, rows = asked.study.facility["name"], []
    for title, row, way in _capability_ways(_, asked, village, capability):
        rows.append({
            _("Way"): title,
            _("Facility"): str(names.iat[row]) if row >= 0 else _("none"),
            _("Minutes"): _minutes(way),
            _("Km"): _km(way),
        })  # fmt: skip
    number = st.column_config.NumberColumn(format="%.1f")
    config = {_("Minutes"): number, _("Km"): number}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config)
