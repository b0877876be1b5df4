"""A programme's counties by stage and against its milestones, worked out by hand."""

import pandas as pd
import pytest

from geo.analysis.programme import milestones, milestones_of_county, reached, stage_counts, still_needed, tiles
from geo.model.schema import MILESTONE, PROGRAMME_COUNTY, conform


def counties(*stages: str) -> pd.DataFrame:
    rows = [(f"37{i:04d}", f"县{i}", stage) for i, stage in enumerate(stages)]
    return conform(pd.DataFrame(rows, columns=["county_code", "name", "stage"]), PROGRAMME_COUNTY, path="", name="")


def asked(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["milestone_id", "stage", "target_pct"]).assign(title="目标")
    return conform(table, MILESTONE, path="", name="")


def test_stages_sum_to_the_whole_programme_and_those_not_told_are_counted_apart() -> None:
    counts = stage_counts(counties("built", "built", "started", ""), total=78)
    assert {c.stage: c.counties for c in counts} == {
        "not_started": 0, "started": 1, "built": 2, "consolidated": 0, "": 75,
    }  # fmt: skip
    assert sum(c.counties for c in counts) == 78 and {c.total for c in counts} == {78}
    assert counts[2].share_pct == pytest.approx(100 * 2 / 78)


def test_who_has_consolidated_has_built_and_started() -> None:
    table = counties("consolidated", "built", "started", "not_started")
    assert [reached(table, stage) for stage in ("not_started", "started", "built", "consolidated")] == [4, 3, 2, 1]


@pytest.mark.parametrize(
    ("stages", "verdict"),
    [
        (["built"] * 9 + ["started"], "met"),  # 9 of 10 are 90 %
        (["built"] * 8 + ["started"] * 2, "not_met"),
        (["built"] * 8 + ["started", ""], "unknown"),  # the one not told decides
        (["built"] * 7 + ["started", "", "started"], "not_met"),  # even with it only 8
    ],
)
def test_ninety_per_cent_of_the_counties_are_built_or_not_or_it_cannot_be_told(stages: list[str], verdict: str) -> None:
    (found,) = milestones(asked(("m", "built", 90.0)), counties(*stages), 10)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("stage", "status", "verdicts"),
    [
        ("built", "met", ["met", "not_met", "met"]),
        ("consolidated", "not_met", ["met", "met", "not_met"]),
        ("started", "no_value", ["not_met", "not_met", "unknown"]),
        ("", "", ["unknown", "unknown", "unknown"]),
    ],
)
def test_one_county_has_reached_a_milestone_by_its_stage_or_its_figure(
    stage: str, status: str, verdicts: list[str]
) -> None:
    goals = asked(("b", "built", 90.0), ("c", "consolidated", float("nan")), ("p", "", float("nan")))
    goals["indicator_code"] = ["", "", "share"]
    found = milestones_of_county(goals, stage, {"share": status} if status else {})
    assert [(row["milestone_id"], verdict) for row, verdict in found] == list(zip("bcp", verdicts, strict=True))


def test_shandongs_ninety_per_cent_are_seventy_one_of_seventy_eight() -> None:
    """0.9 · 78 = 70.2."""
    (found,) = milestones(asked(("m", "built", 90.0)), counties(*["built"] * 70), 78)
    assert (found.done, found.not_told, found.verdict, still_needed(found, 90.0)) == (70, 8, "unknown", 1)
    (found,) = milestones(asked(("m", "built", 90.0)), counties(*["built"] * 71), 78)
    assert (found.verdict, still_needed(found, 90.0)) == ("met", 0)


def test_wudis_two_milestones_all_start_and_half_build() -> None:
    table = counties(*["built"] * 2, *["started"] * 2)
    found = milestones(asked(("all", "started", float("nan")), ("half", "built", 50.0)), table, 4)
    assert [(f.row["milestone_id"], f.done, f.verdict) for f in found] == [("all", 4, "met"), ("half", 2, "met")]


def test_every_county_has_a_square_of_its_own() -> None:
    table = tiles(counties(*["built"] * 30), columns=7)
    assert len(table[["column", "line"]].drop_duplicates()) == 30
    assert table["column"].max() == 6 and table["line"].max() == 4


def test_no_county_is_no_error() -> None:
    assert stage_counts(counties(), 0)[-1].counties == 0
    assert milestones(asked(("m", "built", 90.0)), counties(), 0)[0].verdict == "unknown"
    assert tiles(counties()).empty
