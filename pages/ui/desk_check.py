"""The check of an upload on screen: questions, verdicts, rows to edit, mends to accept, rows on a map."""

from collections import Counter

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from geo.intake.desk.checking import classified
from geo.intake.files.header_rows import letters
from geo.model.column_names import COLUMNS
from geo.model.desk import Check, Choice, Mend, Question
from geo.model.inputs import Study
from geo.model.problems import Problem
from geo.output.language import sentences
from geo.output.maps import base_map, state_group
from geo.output.tables import csv_bytes
from geo.study import desk
from pages.ui import compute, compute_desk, draft
from pages.ui.desk_columns import column_name
from pages.ui.draft import Draft
from pages.ui.map_text import map_text
from pages.ui.serve import ASSET_ROOT
from pages.ui.text import Translate, plain

MOST_ROWS = 2000  # shown at once; the download has them all
REMARKS = 8  # on the file, shown at once
VERDICTS = ("error", "warning", "ok")
_OF_FIGURES = (
    "part_exceeds_whole", "number_invalid", "number_negative", "number_too_large", "population_not_a_number",
)  # fmt: skip


def questions(_: Translate, current: Draft) -> None:
    """What only the user can tell, each with its evidence and a preview; an answer checks the file again."""
    for question in current.check.questions:
        with st.container(border=True):
            _ask(_, current, question)


def _ask(_: Translate, current: Draft, question: Question) -> None:
    st.markdown(f"**{plain(question.say(_))}**")
    labels = {
        choice.value: _choice_words(_).get(choice.label, choice.label or choice.value) for choice in question.choices
    }
    evidence = [{_("Choice"): labels[c.value], **c.evidence} for c in question.choices if c.evidence]
    if evidence:
        st.dataframe(pd.DataFrame(evidence).rename(columns=_evidence_names(_)), hide_index=True)
    for choice in question.choices:
        if choice.preview and "points" not in choice.evidence:  # of positions the figures say it all
            st.caption(plain(labels[choice.value]))
            st.dataframe(_preview(choice), hide_index=True)
    values = list(labels)
    picked = st.selectbox(
        _("Answer"),
        values,
        index=values.index(question.guess) if question.guess in values else None,
        format_func=lambda value: labels[value],
        key=f"answer:{question.question_id}:{current.revision}",
        placeholder=_("Choose one"),
    )
    if st.button(_("Take this answer"), key=f"take:{question.question_id}:{current.revision}", disabled=picked is None):
        draft.answer(_, current, question.question_id, str(picked))
        st.rerun()


def _preview(choice: Choice) -> pd.DataFrame:
    """The first rows of a sheet or layer under letters, or the first cells of a column under its name."""
    width = max(map(len, choice.preview))
    names = [choice.label] if width == 1 else [letters(column).strip("[]") for column in range(width)]
    return pd.DataFrame(choice.preview, columns=names)


def _choice_words(_: Translate) -> dict[str, str]:
    return {"villages": _("to the villages stored"), "blocks": _("to points of a grid")}


def _evidence_names(_: Translate) -> dict[str, str]:
    return {
        "rows": _("Number of rows"),
        "points": _("Points looked at"),
        "road_median_m": _("Median distance to a road, m"),
        "place_median_m": _("Median distance to the place of the same name, m"),
        "inside_pct": _("Inside the county, % of points"),
    }


def summary(_: Translate, check: Check) -> None:
    """How many rows can be used, of how many."""
    count = Counter(check.table["verdict"])
    whole = _("of {whole:,} rows").format(whole=len(check.table))
    with st.container(key="figures"):
        names = {"ok": _("Rows in order"), "warning": _("Rows to look at"), "error": _("Rows that cannot be used")}
        for column, verdict in zip(st.columns(3), ("ok", "warning", "error"), strict=True):
            column.metric(
                names[verdict], f"{count[verdict]:,}", whole, delta_color="off", delta_arrow="off", border=True
            )


def about_file(_: Translate, check: Check) -> None:
    """What is said about the file as a whole, and about rows that were left out of it."""
    left = {int(str(row)) for row in check.text.index}
    told = [p for p in check.problems if p.row is None or (p.table == "file" and p.row not in left)]
    for problem in told[:REMARKS]:
        st.caption(plain(problem.say(_)))
    if len(told) > REMARKS:
        with st.expander(_("{count} more remarks on the file").format(count=len(told) - REMARKS)):
            for problem in told[REMARKS:MOST_ROWS]:
                st.caption(plain(problem.say(_)))


def rows(_: Translate, language: str, current: Draft) -> None:
    """The rows with verdict and reason; every cell can be edited, and is checked again at once.

    Roads and a raster of people are no lists that could be edited: their rows are shown.
    """
    check = current.check
    if check.text.empty or check.kind == "roads":
        _finished_rows(_, check)
        return
    names = {"error": _("Cannot be used"), "warning": _("To look at"), "ok": _("In order")}
    wanted = st.pills(
        _("Show"), VERDICTS, selection_mode="multi", default=["error", "warning"], format_func=names.get, key="verdicts"
    )
    said = _said(_, check)
    verdict = dict(zip(check.table["row"], check.table["verdict"], strict=True))
    kept = [row for row in check.text.index if verdict.get(row, "error") in (wanted or VERDICTS)]
    if not kept:
        st.success(_("No row with these verdicts."))
        return
    if len(kept) > MOST_ROWS:
        st.caption(_("The first {shown:,} of {whole:,} rows").format(shown=MOST_ROWS, whole=len(kept)))
    shown = check.text.loc[kept[:MOST_ROWS]]
    beside = pd.DataFrame(
        {
            _("Verdict"): [names[verdict.get(r, "error")] for r in shown.index],
            _("Why"): [said[r] for r in shown.index],
            **_told(_, check, shown.index),
        },
        index=shown.index,
    )
    headings = {c: st.column_config.TextColumn(column_name(_, language, check.kind, c)) for c in shown.columns}
    changed = st.data_editor(
        pd.concat([beside, shown], axis=1).rename_axis(_("Row")),
        disabled=[_("Row"), *beside.columns],
        column_config=headings,
        key=f"rows:{current.revision}",
        height=420,
        num_rows="fixed",
    )
    _download(_, check, names, said)
    cells = changed[list(shown.columns)].fillna("").astype("str")
    if edits := _edited(shown.astype("str"), cells):
        draft.edit(current, edits)
        st.rerun()


def _edited(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Mend, ...]:
    """The cells that were written into, as changes to their rows."""
    differ = before.ne(after)
    rows = differ.index[differ.any(axis=1)]
    return tuple(
        Mend("edited", int(str(row)), {c: after.at[row, c] for c in after.columns if differ.at[row, c]})
        for row in rows
    )  # fmt: skip


def _download(_: Translate, check: Check, names: dict[str, str], said: dict[int, str]) -> None:
    """All rows with verdict and reasons, to be sent back to whoever wrote the list."""
    verdict = dict(zip(check.table["row"], check.table["verdict"], strict=True))
    words = {
        _("Row"): list(check.text.index),
        _("Verdict"): [names[verdict.get(r, "error")] for r in check.text.index],
        _("Why"): list(said.values()),
        **_told(_, check, check.text.index),
    }
    table = pd.concat([pd.DataFrame(words), check.text.reset_index(drop=True)], axis=1)
    st.download_button(
        _("Download all rows with their verdicts (CSV)"),
        lambda: csv_bytes(table),
        file_name=f"yida-{check.kind}-checked.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def _told(_: Translate, check: Check, rows: "pd.Index[int]") -> dict[str, list[str]]:
    """How sure tier and category of facilities are, and why."""
    known = {line["row"]: line for line in classified(check, _)}
    headings = {"tier": _("Tier: how sure, why"), "category": _("Category: how sure, why")}
    return {
        heading: [
            f"{line[f'{of}_confidence']:.0%} · {line[f'{of}_reason']}" if (line := known.get(r)) else "" for r in rows
        ]
        for of, heading in headings.items()
        if known
    }


def _finished_rows(_: Translate, check: Check) -> None:
    for problem in [p for p in check.problems if p.row is not None][:MOST_ROWS]:
        st.caption(plain(problem.say(_)))
    table = check.text if len(check.text) else check.table.drop(columns=["row", "verdict"])
    if table.empty:
        st.caption(_("The file has no rows to be shown; see the map and the difference."))
        return
    if len(table) > MOST_ROWS:
        st.caption(_("The first {shown:,} of {whole:,} rows").format(shown=MOST_ROWS, whole=len(table)))
    st.dataframe(table.head(MOST_ROWS).loc[:, (table.astype("str") != "").any()], hide_index=True)


def _said(_: Translate, check: Check) -> "dict[int, str]":
    said: dict[int, list[str]] = {int(str(row)): [] for row in check.text.index}
    for problem in check.problems:
        if problem.row in said:
            said[problem.row].append(problem.say(_))
    return {row: sentences(*parts) for row, parts in said.items()}


def mends(_: Translate, current: Draft) -> None:
    """What would put rows right: all of a kind at a click, or one by one."""
    check = current.check
    if not check.mends:
        st.info(_("Nothing is proposed."))
        return
    for kind, count in Counter(m.kind for m in check.mends).most_common():
        mine = tuple(m for m in check.mends if m.kind == kind)
        why = _reasons(_, check, mine)
        with st.expander(_("{kind}: {count:,} rows").format(kind=plain(mend_name(_, kind)), count=count)):
            table = pd.DataFrame({
                _("Take"): [True] * len(mine),
                _("Row"): [m.row for m in mine],
                _("Change"): [_change(_, check, m) for m in mine],
                _("Why"): why,
            })  # fmt: skip
            ticked = st.data_editor(
                table, hide_index=True, disabled=list(table.columns[1:]), key=f"mends:{kind}:{current.revision}"
            )
            if st.button(_("Accept the ticked ones"), key=f"accept:{kind}:{current.revision}", type="primary"):
                taken = tuple(m for m, yes in zip(mine, ticked[_("Take")], strict=True) if yes)
                draft.edit(current, taken)
                st.rerun()


def _reasons(_: Translate, check: Check, mends: tuple[Mend, ...]) -> list[str]:
    """What each mend would put right: a row may have one thing wrong in several columns."""
    rows: dict[tuple[int | None, str], list[Problem]] = {}
    for problem in check.problems:
        rows.setdefault((problem.row, problem.code), []).append(problem)
    found = [rows.get((mend.row, mend.kind), []) for mend in mends]
    own = (
        next((p for p in problems if p.column in mend.values), problems[0] if problems else None)
        for mend, problems in zip(mends, found, strict=True)
    )
    return [problem.say(_) if problem else "" for problem in own]


def mend_name(_: Translate, kind: str) -> str:
    """A kind of mend in words."""
    names = {
        "position_swapped": _("Exchange longitude and latitude"),
        "position_zero": _("Fill in the place"),
        "position_missing": _("Fill in the place"),
        "id_duplicate": _("Give an id of its own"),
        "code_scientific": _("Restore the code"),
        "township_disagrees": _("Take the township of the position"),
        "township_unknown": _("Fill in the township"),
        "area_unknown": _("Fill in the code of the area"),
        "parent_missing": _("Fill in the parent"),
        "parent_unknown": _("Correct the parent"),
        "parent_several": _("Keep the first parent"),
        "name_misspelt": _("Correct the name"),
        "position_not_a_number": _("Leave the position empty"),
        "placed_at_village": _("Fill in the place"),
        "placed_at_seat": _("Fill in the place"),
        "status_unknown": _("Correct the status"),
        "flag_unclear": _("Leave what is stored"),
        **dict.fromkeys(("twice_same_code", "twice_same_name", "twice_like_name"), _("Leave out rows told twice")),
        **dict.fromkeys(_OF_FIGURES, _("Correct the figures")),
    }
    return names.get(kind, _("Proposed change"))


def _change(_: Translate, check: Check, mend: Mend) -> str:
    if "left_out" in mend.values:
        return _("leave the row out")
    before = check.text.loc[mend.row] if mend.row in check.text.index else {}
    names = {column: _(column) if column in COLUMNS else column for column in mend.values}
    return "; ".join(f"{names[column]}: {before.get(column, '')} → {value}" for column, value in mend.values.items())


def on_map(_: Translate, language: str, current: Draft) -> None:
    """What the file holds, drawn. A row of places without a position is put where the map is clicked."""
    if current.check.rows_ok == 0 and current.kind not in desk.PLACE_KINDS:
        st.error(_("No row can be used; there is nothing to draw."))
        return
    if current.kind not in desk.PLACE_KINDS:
        _draw(_, language, current, picking=False)
        return
    waiting = [int(str(r)) for r in current.check.table.loc[current.check.table["lon"].isna(), "row"]]
    row = None
    if waiting:
        row = st.selectbox(
            _("Row without a place: choose it, then click its place on the map"),
            waiting,
            format_func=lambda n: f"{n} · {current.check.text.loc[n].get('name', '')}",
            key=f"waiting:{current.revision}",
        )
    _draw(_, language, current, picking=row is not None)
    clicked = (st.session_state.get("desk_map") or {}).get("clicked") or {}
    if row is not None and clicked.get("kind") == "place" and clicked.get("n") != st.session_state.get("placed"):
        st.session_state.placed = clicked["n"]
        put = Mend("placed_by_hand", row, {"lon": f"{clicked['lon']:.6f}", "lat": f"{clicked['lat']:.6f}"})
        draft.edit(current, (put,))
        st.rerun()


def _draw(_: Translate, language: str, current: Draft, *, picking: bool) -> None:
    study: Study = current.base
    scheme = compute.scheme(study)
    tiers = [t.tier_id for t in scheme.tiers]
    st_folium(
        base_map(compute_desk.map_url(current), study.outline.total_bounds, None, ASSET_ROOT),
        feature_group_to_add=state_group({
            "lang": language,
            "text": map_text(_, language, scheme, study),
            "layers": {
                "roads": True, "units": True, "facilities": True, "villages": current.kind == "raster", "labels": True,
            },
            "threshold_min": 15,
            "minutes": [],
            "tiers_on": tiers,
            "tiers_counted": tiers,
            "pick": picking,
            "routes": [],
            "badges": [_("Not stored yet")],
            "stamp": _("Internal working map, not for publication"),
        }),
        key="desk_map",
        height=560,
        use_container_width=True,
        returned_objects=[],
    )  # fmt: skip
