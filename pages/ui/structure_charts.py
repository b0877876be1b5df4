"""The structure beside the map as an icicle and as a Sankey of tiers; a click on a block selects it on the map."""

import streamlit as st

from geo.output.link_layers import community_colours
from geo.output.structure_charts import PICKED, icicle_blocks, icicle_spec, sankey_spec
from geo.output.structure_text import namer
from pages.ui import compute, compute_structure, state
from pages.ui.structure_controls import Asked
from pages.ui.text import Translate, plain


def show(_: Translate, language: str, asked: Asked) -> None:
    """Icicle of the county, or of the branch that is selected, and the Sankey."""
    study, tree = asked.study, asked.structure.tree
    named = namer(study.scheme, language)
    leads = compute_structure.community_names(asked.structure.communities)
    names = {i: _("Community of {name}").format(name=name) for i, name in leads.items()}
    chosen = state.selection(study)
    root = -1
    if chosen and chosen.kind == "facility" and st.toggle(_("Only the selected branch"), key="only_branch"):
        hits = (study.facility["facility_id"] == chosen.item_id).to_numpy().nonzero()[0]
        root = int(hits[0]) if len(hits) and tree.open[hits[0]] and tree.tier[hits[0]] >= 0 else -1
    blocks = icicle_blocks(study.facility, tree, study.scheme, named, names, root)
    selected = f"facility:{chosen.item_id}" if chosen and chosen.kind == "facility" else ""
    st.markdown(_("**Who stands under whom.** Width: number of facilities. Click a block to find it on the map."))
    st.vega_lite_chart(
        spec=icicle_spec(blocks, selected=selected), width="stretch", key="icicle",
        on_select=lambda: _pick(asked, "icicle"), selection_mode=PICKED,
    )  # fmt: skip
    st.markdown(_("**From level to level.** Bands: facilities by the level of their parent, coloured by community."))
    spec = sankey_spec(
        compute_structure.parents(study), study.scheme, named, community_colours(tree), names, _("without a parent")
    )
    key = f"sankey:{st.session_state.get('sankey_turn', 0)}"
    st.vega_lite_chart(
        spec=spec, width="stretch", key=key, on_select=lambda: _only_tier(key), selection_mode=PICKED
    )  # fmt: skip
    st.caption(_("Click a level to see only its facilities on the map; click it again to see all."))


def only_tier(asked: Asked) -> str:
    """The level that alone is on the map, "" for all."""
    chosen = st.session_state.get("structure_tier")
    return str(chosen) if chosen in [t.tier_id for t in asked.study.scheme.tiers] else ""


def all_tiers_button(_: Translate, language: str, asked: Asked) -> None:
    """While one level alone is on the map, whatever tab is open: back to all."""
    only = only_tier(asked)
    if only:
        name = asked.study.scheme.tier(only).name[language]
        label = _("Only {tier} on the map: show all levels").format(tier=plain(name))
        st.button(label, icon=":material/close:", on_click=_all_tiers, key="all_tiers")


def _only_tier(key: str) -> None:
    """Show only the level that was clicked; none clicked, all."""
    picked = st.session_state[key].selection.get(PICKED) or []
    st.session_state.structure_tier = str(picked[0].get("id", "")).removeprefix("tier:") if picked else None


def _all_tiers() -> None:
    st.session_state.structure_tier = None
    st.session_state.sankey_turn = st.session_state.get("sankey_turn", 0) + 1  # a new chart, with nothing picked


def _pick(asked: Asked, key: str) -> None:
    """Select on the map what was clicked in a chart."""
    picked = st.session_state[key].selection.get(PICKED) or []
    kind, _, item_id = str(picked[0].get("id", "") if picked else "").partition(":")
    if kind == "facility" and item_id:
        state.select(kind, item_id)
        state.fly(compute.whereabouts(asked.study, kind, item_id))
