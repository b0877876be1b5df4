"""Cards of the structure page: a facility with its place in the structure, a village with its chain, a township."""

import pandas as pd
import streamlit as st

from geo.analysis.networks import links_at
from geo.model.capabilities import load_capabilities
from geo.model.flags import flags_in, group_size
from geo.model.inputs import Study
from geo.model.links import VILLAGE, link_kind, load_link_kinds
from geo.output.names import short_names
from pages.ui import compute, compute_structure, structure_chain, structure_say
from pages.ui.state import Selection
from pages.ui.structure_controls import Asked
from pages.ui.structure_say import joined
from pages.ui.text import Translate, plain

FEW_SERVING = 60  # networks with more serving ends are not timed link by link


def card(_: Translate, language: str, asked: Asked, chosen: Selection) -> None:
    """What is known of the highlighted village, facility or township."""
    if chosen.kind == "facility":
        _facility(_, language, asked, chosen.item_id)
    elif chosen.kind == "village":
        _village(_, language, asked, chosen.item_id)
    else:
        _unit(_, language, asked, chosen.item_id)


def _facility(_: Translate, language: str, asked: Asked, facility_id: str) -> None:
    study, tree = asked.study, asked.structure.tree
    hits = (study.facility["facility_id"] == facility_id).to_numpy().nonzero()[0]
    if not len(hits):
        st.markdown(_("This facility is no longer in the list."))
        return
    row = int(hits[0])
    own = study.facility.iloc[row]
    st.subheader(plain(own["name"]), anchor=False)
    tiers = structure_say.tier_names(study, language)
    st.caption(f"{plain(tiers[own['tier']])} · {plain(_unit_name(study, own['unit_code']))}")
    parent = int(tree.parent[row])
    if parent >= 0:
        st.markdown(_("Belongs to **{name}**{way}.").format(
            name=plain(study.facility["name"].iat[parent]), way=_minutes(_, asked, row, parent)
        ))  # fmt: skip
    below = tree.branch(row)
    if len(below) > 1:
        counts = study.facility["tier"].iloc[below[below != row]].value_counts()
        told = joined(language, (f"{plain(tiers[t])} {counts[t]:,}" for t in tiers if t in counts.index))
        st.markdown(_("Leads {count:,} facilities: {told}.").format(count=len(below) - 1, told=told))
    _marks(_, language, own)
    _links(_, language, asked, _links_at(study, facility_id))
    villages = structure_say.clinic_villages(asked, facility_id)
    if villages:
        largest, names = villages[0], compute.village_names(study).iloc[villages]
        st.markdown(_("**{name}**, which it serves:").format(name=plain(names.iat[0])))
        structure_chain.village_chain(_, language, asked, largest)
        if len(villages) > 1:
            told = joined(language, (plain(n) for n in names.iloc[1:]))
            st.markdown(_("It also serves {names}.").format(names=told))
        _links(_, language, asked, *_village_links(study, villages))
    _figures(_, study, facility_id)


def _minutes(_: Translate, asked: Asked, row: int, parent: int) -> str:
    minutes = asked.structure.minutes
    column = (minutes.hub == parent).nonzero()[0]
    if not len(column):
        return ""
    value = float(minutes.facility[row, column[0]])
    return _(" ({minutes:.0f} min)").format(minutes=value) if value == value else _(" (no way by road)")


def _marks(_: Translate, language: str, own: "pd.Series") -> None:
    """Capabilities, and the marks of programmes by group."""
    names = {c.capability_id: c.name[language] for c in load_capabilities()}
    words = [w.strip() for w in str(own["capabilities"]).split(";") if w.strip()]
    if words:
        told = joined(language, (plain(names.get(w, w)) for w in words))
        st.markdown(_("Capabilities: {told}").format(told=told))
    for group, flags in flags_in(str(own["flags"])).items():
        size = group_size(group)
        told = joined(language, (plain(f.name[language]) for f in flags))
        of = _(" ({part} of {whole})").format(part=len(flags), whole=size) if group in _COUNTED else ""
        colon = "：" if language == "zh" else ": "
        st.markdown(f"{plain(flags[0].group_name[language])}{of}{colon}{told}")


_COUNTED = ("eight_unified", "insurance", "centres")


def _links_at(study: Study, place_id: str) -> pd.DataFrame:
    return links_at(study.link, place_id, dict(compute_structure.place_names(study))).assign(place=place_id)


def _village_links(study: Study, rows: list[int]) -> list[pd.DataFrame]:
    """The links of villages, and those of their townships by which the villages are served: a grid may be of either."""
    home = study.demand.iloc[rows]
    of_villages = [_links_at(study, i) for i in home["demand_id"]]
    of_townships = [_links_at(study, i) for i in home["unit_code"].unique()]
    reach = {k.kind for k in load_link_kinds() if VILLAGE in k.base}
    return of_villages + [t[t["served"].astype(bool) & t["kind"].isin(reach)] for t in of_townships]


def _links(_: Translate, language: str, asked: Asked, *tables: pd.DataFrame) -> None:
    """Who reads the ECG of places, supplies their drugs, owns their grid; and whom they serve, counted."""
    names = compute_structure.place_names(asked.study)
    found = pd.concat(tables, ignore_index=True).astype({"served": bool})
    served = found[found["served"]]
    if len(served):
        ends = zip(served["kind"], served["place"], served["other_id"], strict=True)
        several = served["place"].nunique() > 1
        table = pd.DataFrame({
            **({_("For"): short_names(served["place"].map(names)).tolist()} if several else {}),
            _("Service"): [link_kind(k).served_name[language] for k in served["kind"]],
            _("Served by"): served["other"].tolist(),
            _("Minutes"): [_link_minutes(asked, *end) for end in ends],
            _("Since"): served["since"].tolist(),
            _("More"): [structure_say.more(_, language, told) for told in served["more"]],
        })  # fmt: skip
        told = table.loc[:, (table.astype("str") != "").any() & table.notna().any()]
        minutes = st.column_config.NumberColumn(format="%.0f")
        st.dataframe(told, hide_index=True, column_config={_("Minutes"): minutes})
    serving = found[~found["served"]]
    if len(serving):
        counts = serving["kind"].value_counts(sort=False)
        told = joined(language, (f"{plain(link_kind(k).name[language])} {n:,}" for k, n in counts.items()))
        st.markdown(_("Serves others: {told}").format(told=told))


def _link_minutes(asked: Asked, kind: str, served_id: str, serving_id: str) -> float | None:
    """Minutes on roads between the two ends, None where none is known or the network has too many serving ends."""
    known = link_kind(kind)
    rows = asked.study.link[asked.study.link["kind"] == kind]
    if rows[known.serving_column].nunique() > FEW_SERVING:
        return None
    minutes = compute_structure.minutes_of_links(*asked.key, kind)
    mine = (
        ((rows[known.served_column] == served_id) & (rows[known.serving_column] == serving_id)).to_numpy().nonzero()[0]
    )
    value = float(minutes[mine[0]]) if len(mine) else float("nan")
    return value if value == value else None


def _figures(_: Translate, study: Study, place_id: str) -> None:
    """Indicator values of the place itself: income, visits and whatever else was loaded for it."""
    mine = study.indicator[study.indicator["unit_code"] == place_id]
    if len(mine):
        table = mine[["indicator_code", "period", "numerator", "denominator", "source"]].copy()
        table.columns = pd.Index([_("Indicator"), _("Period"), _("Figure"), _("Of"), _("Source")])
        st.dataframe(table.loc[:, table.notna().any()], hide_index=True)


def _village(_: Translate, language: str, asked: Asked, demand_id: str) -> None:
    study = asked.study
    row = structure_say.village_row(study, demand_id)
    if row < 0:
        st.markdown(_("This village is no longer in the list."))
        return
    own = study.demand.iloc[row]
    st.subheader(plain(compute.village_names(study).iat[row]), anchor=False)
    st.caption(
        _("Village in {unit} · {people:,.0f} people").format(
            unit=plain(_unit_name(study, own["unit_code"])), people=own["population"]
        )
        + f" · {coverage_name(_, own['coverage_mode'])}"
    )
    structure_chain.village_chain(_, language, asked, row)
    _links(_, language, asked, *_village_links(study, [row]))


def coverage_name(_: Translate, mode: str) -> str:
    """How a village is served, in words."""
    names = {
        "own_clinic": _("own clinic"),
        "joint_clinic": _("joint clinic"),
        "extension_point": _("extension point"),
        "dispatched_doctor": _("dispatched doctor"),
        "mobile_round": _("mobile round"),
        "none": _("uncovered village"),
    }
    return names.get(mode, _("service not stated"))


def _unit(_: Translate, language: str, asked: Asked, unit_code: str) -> None:
    study = asked.study
    st.subheader(plain(_unit_name(study, unit_code)), anchor=False)
    here = study.facility[(study.facility["unit_code"] == unit_code) & (study.facility["status"] != "closed")]
    people = study.demand.loc[study.demand["unit_code"] == unit_code, "population"]
    st.markdown(_("{people:,.0f} people in {villages:,} villages.").format(people=people.sum(), villages=len(people)))
    tiers = structure_say.tier_names(study, language)
    counts = here["tier"].value_counts()
    told = joined(language, (f"{plain(tiers[t])} {counts[t]:,}" for t in tiers if t in counts.index))
    st.markdown(told or _("No facility of the list stands here."))
    _links(_, language, asked, _links_at(study, unit_code))


def _unit_name(study: Study, unit_code: str) -> str:
    names = study.unit.loc[study.unit["unit_code"] == unit_code, "name"]
    return str(names.iat[0]) if len(names) else "—"
