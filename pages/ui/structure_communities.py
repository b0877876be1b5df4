"""The communities: who leads, who belongs, people, ground, beds and staff, organisation, paired hospital."""

import streamlit as st

from geo.analysis.communities import Community
from geo.output.structure_text import communities_table
from geo.output.tables import csv_bytes
from pages.ui import compute_structure, structure_say
from pages.ui.structure_controls import Asked
from pages.ui.structure_say import joined
from pages.ui.text import Translate


def show(_: Translate, language: str, asked: Asked) -> None:
    """One line a community, its members by tier, and a download."""
    found = asked.structure.communities
    if not found:
        st.info(_("The facility list names no community. Fill in the column community."))
        return
    table = communities_table(_, language, asked.study.scheme, found)
    table[_("Paired hospital")] = [joined(language, _paired(_, asked, c)) or "—" for c in found]
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            _("People"): number(format="localized"),
            _("Area, km²"): number(format="localized"),
            _("Beds per 1,000"): number(format="%.2f"),
            _("Physicians per 1,000"): number(format="%.2f"),
            _("Nurses per 1,000"): number(format="%.2f"),
        },
    )
    st.caption(
        _("People are those of the villages whose chain of care begins in the community; rates are for every 1,000 of "
          "them, of the institutions that report beds or staff. A community's area is that of the townships most of "
          "whose people belong to it.")
    )  # fmt: skip
    st.download_button(
        _("Download the table (CSV)"), csv_bytes(table), file_name=f"yida-{asked.study.name}-communities.csv",
        mime="text/csv", icon=":material/download:", on_click="ignore", key="communities_csv",
    )  # fmt: skip


def _paired(_: Translate, asked: Asked, community: Community) -> list[str]:
    facility = asked.study.facility
    lead = facility[facility["facility_id"] == community.lead_id]
    out = []
    for place in community.paired_with:
        way = compute_structure.way_to(*asked.key, community.lead_id, place.facility_id)
        if way is not None:
            far = _("{minutes:.0f} min by road, modelled").format(minutes=way.travel_time_min)
        else:
            far = structure_say.straight(_, lead["lon"].iat[0], lead["lat"].iat[0], place) if len(lead) else ""
        out.append(f"{place.name} ({far})" if far else place.name)
    return out
