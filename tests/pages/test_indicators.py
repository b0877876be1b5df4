"""The pages of indicators and of many counties: every system of the domain is built from a small table and found."""

import re
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from geo.model.desk import Kind
from geo.model.programmes import Programme
from geo.store import open_store
from geo.study import build_study, desk
from geo.study.desk import Upload
from geo.study.programme import check_table, commit_table, new_programme, open_programme, with_table
from pages.ui.text import plain
from tests.geo.county import write_county
from tests.geo.desk_files import after_of, table

PAGES = Path(__file__).resolve().parents[2] / "pages"
FIGURES = ("指标代码", "区划代码", "统计期", "分子", "分母", "数据来源")
SHARE, PACKAGE = "yida:primary_share", "yida:package_share"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A store of the tests' own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("YIDA_HOME", str(tmp_path_factory.mktemp("home")))
    patch.delenv("YIDA_DATABASE_URL", raising=False)
    yield
    patch.undo()


@pytest.fixture
def toy(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The toy county stored under a name of the test's own."""
    name = f"toy {abs(hash(request.node.name)) % 10**12}"
    open_store().save(build_study(write_county(tmp_path / "toy", name=name)), "files", replace=False)
    return name


def opened(name: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(PAGES / name), default_timeout=60)
    for key, value in {"lang": "en", **query}.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception and not page.error, [e.value for e in page.error]
    return page


def with_figures(toy: str, folder: Path, *rows: tuple[object, ...]) -> None:
    """The county with indicator values laid over it, by way of the data desk and the store."""
    laid_over(toy, folder, "indicators", FIGURES, *rows)


def laid_over(toy: str, folder: Path, kind: Kind, header: tuple[str, ...], *rows: tuple[object, ...]) -> None:
    store = open_store()
    newest, study = store.newest(toy), store.load(toy)
    check = desk.check_file(table(folder / f"{kind}.csv", header, rows), kind, desk.context_of(study), {})
    assert check.rows_ok == len(rows), [p.say() for p in check.problems]
    upload = Upload("李分析", "", "f.csv", check.fingerprint, "")
    assert newest is not None
    desk.commit_or_raise(store, study, newest.version_id, after_of(study, check), kind, upload)


def board(page: AppTest, title: str = "Indicator", status: str = "Status") -> dict[str, dict[str, object]]:
    """The board as it is shown: title → cells."""
    shown = next(frame.value for frame in page.dataframe if {title, status} <= set(frame.value.columns))
    rows = shown.to_dict("records")
    return {str(row[title]): {k: list(v) if k in ("Trend", "趋势") else v for k, v in row.items()} for row in rows}


def texts(page: AppTest) -> str:
    """Everything that is said on the page, as it is read."""
    parts = [e.value for group in (page.markdown, page.caption, page.title, page.info) for e in group]
    parts += [f"{m.label} {m.value} {m.delta}" for m in page.metric]
    parts += [frame.value.to_string() for frame in page.dataframe]
    return "\n".join(str(part) for part in parts).replace("\\", "")


# ---- a county's indicators -----------------------------------------------------------------------------------------


def test_the_board_says_status_value_denominator_and_distance(toy: str, tmp_path: Path) -> None:
    with_figures(toy, tmp_path, (SHARE, "F2", "2023", 63, 100, "年报"), (SHARE, "F2", "2024", 60, 100, "年报"))
    page = opened("indicators.py", study=toy)
    row = board(page)["Primary share of visits"]
    assert (row["Status"], row["Value"], row["Numerator of denominator"]) == ("✗ not met", "60.0 %", "60 of 100")
    assert (row["Target"], row["To the target"], row["Trend"]) == ("≥ 65 %", "5 more", [63, 60])
    said = texts(page)
    assert "Division of work 0 / 1" in said
    assert (
        "**60.0 %** (60 of 100, added up over 1 units) · 2024 · target ≥ 65 % · 5 more: visits to primary institutions"
        in said
    )
    assert "−3.00 points" in said and "年报" in said
    assert "1 of 1 townships have a figure for 2024." in said


def test_suixis_package_is_ninety_five_and_since_2023_ninety_nine_per_cent(toy: str, tmp_path: Path) -> None:
    with_figures(toy, tmp_path, (PACKAGE, "999999", "2022", 970, 1000, ""))
    assert board(opened("indicators.py", study=toy))["Insurance fund paid as a package"]["Status"] == "✓ met"
    with_figures(toy, tmp_path, (PACKAGE, "999999", "2023", 980, 1000, ""))
    row = board(opened("indicators.py", study=toy))["Insurance fund paid as a package"]
    assert (row["Status"], row["Target"], row["To the target"]) == ("✗ not met", "≥ 99 %", "10 more")


def test_suixis_surplus_is_divided_six_to_three_to_one_and_the_division_is_judged(toy: str, tmp_path: Path) -> None:
    parts = {"county": 60, "town": 30, "village": 10}
    with_figures(
        toy, tmp_path, *((f"yida:surplus_{level}", "999999", "2024", n, 100, "") for level, n in parts.items())
    )
    rows = board(opened("indicators.py", study=toy))
    assert [rows[f"Surplus to the {level} level"]["Status"] for level in parts] == ["✓ met"] * 3
    page = opened("indicators.py", study=toy)
    page.number_input(key="surplus_amount").set_value(0.05).run()
    assert "Together 0.05 yuan" in texts(page)
    (shares,) = [f.value for f in page.dataframe if "Part of the ratio" in f.value]
    assert shares["Yuan"].tolist() == ["0.03", "0.02", "0.00"]
    page.text_input(key="surplus_ratio").set_value("six to one").run()
    assert not page.exception and "six to one" in page.error[0].value


def test_qingdaos_structure_is_judged_by_its_percentages_and_five_aspects(toy: str, tmp_path: Path) -> None:
    with_figures(toy, tmp_path, ("yida:communities", "999999", "2024", 3, "", ""),
                 ("yida:reserved_share", "999999", "2024", 20, 100, ""))  # fmt: skip
    page = opened("indicators.py", study=toy, lang="zh")
    assert [m.label for m in page.metric][:5] == ["紧密型", "同质化", "促分工", "提效能", "保健康"]
    rows = board(opened("indicators.py", study=toy))
    assert rows["Medical communities"]["To the target"] == "1 fewer"
    assert rows["Slots, beds and tests reserved for referrals"]["Status"] == "✓ met"


def test_the_five_alarms_are_raised_quiet_or_cannot_be_told(toy: str, tmp_path: Path) -> None:
    fund = ("yida:fund_use", "999999", "2024", 120, 100, "")
    with_figures(toy, tmp_path, fund, ("yida:cash_days", "999999", "2024", 60, 1, ""))
    page = opened("indicators.py", study=toy)
    said = texts(page)
    assert "Insurance fund: raised" in said and "Cash flow: quiet" in said and "Finance: cannot be told" in said
    page = opened("indicators.py", study=toy, lang="zh")
    said = texts(page)
    assert "基金: 触发" in said and "现金流: 正常" in said and "财务: 无法判断" in said


@pytest.mark.parametrize(("threshold", "state"), [(130.0, "quiet"), (119.0, "raised"), (99_999.0, "raised")])
def test_a_threshold_typed_in_the_table_of_alarms_is_kept_for_the_study(
    threshold: float, state: str, toy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """120 of 100 of the fund are used: above 100 % as shipped, not above 130 %; 99,999 % is refused in words."""
    with_figures(toy, tmp_path, ("yida:fund_use", "999999", "2024", 120, 100, ""))

    def typed(shown: pd.DataFrame, **_: object) -> pd.DataFrame:
        used = shown["From the figures"].str.contains("120 of 100") & (shown["Threshold"] != threshold)
        return shown.assign(Threshold=shown["Threshold"].where(~used, threshold))

    assert "Insurance fund: raised" in texts(opened("indicators.py", study=toy))
    monkeypatch.setattr(st, "data_editor", typed)
    page = AppTest.from_file(str(PAGES / "indicators.py"), default_timeout=60)
    page.query_params["study"], page.query_params["lang"] = toy, "en"
    page.run()
    assert not page.exception and len(page.error) == (threshold > 10_000)
    assert f"Insurance fund: {state}" in texts(page)
    monkeypatch.undo()
    assert f"Insurance fund: {state}" in texts(opened("indicators.py", study=toy))


def test_an_official_list_takes_the_board_over(toy: str, tmp_path: Path) -> None:
    header = ("指标代码", "指标名称", "维度", "单位", "分母说明", "指标导向", "目标值", "依据")
    entry = ("G-7", "家医签约率", "保健康", "%", "常住人口", "提高", 75, "某文件")
    laid_over(toy, tmp_path, "catalogue", header, entry)
    with_figures(toy, tmp_path, ("G-7", "F2", "2024", 70, 100, ""))
    row = board(opened("indicators.py", study=toy, lang="zh"), "指标", "状态")["家医签约率"]
    assert (row["方面"], row["状态"], row["目标"], row["距目标"]) == ("保健康", "✗ 未达标", "≥ 75 %", "还差 5")


def test_tuchengs_income_and_visits_stand_before_and_after() -> None:
    """习水: 7.2 M yuan (2020) to 18.6 M (2023); 50–60 to about 180 visits a day."""
    page = opened("indicators.py", study="xishui")
    page.selectbox(key="unit:xishui").set_value("520330101").run()
    rows = board(page)
    assert rows["Income of the institution"]["Trend"] == [7_200_000, 18_600_000]
    assert rows["Income of the institution"]["Value"] == "18,600,000 yuan"
    assert rows["Visits a day"]["Trend"] == [55, 180]


def test_hostile_names_in_a_catalogue_are_shown_to_the_letter(toy: str, tmp_path: Path) -> None:
    name = "<b>{{7*7}}</b> [x](http://x.invalid) :red[y]"
    laid_over(toy, tmp_path, "catalogue", ("指标代码", "指标名称"), ("H-1", name))
    with_figures(toy, tmp_path, ("H-1", "F2", "2024", 70, "", "=1+1"))
    page = opened("indicators.py", study=toy)
    assert name in board(page)
    assert not [m.value for m in page.markdown if name in m.value]  # only escaped


# ---- many counties -------------------------------------------------------------------------------------------------

COUNTIES = ("县代码", "县名", "地市", "建设阶段")


def stored(folder: Path, name: str, *tables: tuple[Kind, tuple[str, ...], list[tuple[object, ...]]]) -> Programme:
    """A programme of small tables, checked row by row and stored."""
    programme, base = new_programme(name), None
    for at, (kind, header, rows) in enumerate(tables):
        check = check_table(table(folder / f"{name}-{kind}.csv", header, rows), kind, programme, {})
        assert check.rows_ok == len(rows), [p.say() for p in check.problems]
        programme = with_table(programme, check, replacing=False)
        upload = Upload("李分析", "", "t.csv", check.fingerprint, f"{name}-{at}")
        base = commit_table(open_store(), programme, base, kind, upload)
    return programme


def metrics(page: AppTest) -> dict[str, tuple[str, str]]:
    return {m.label.replace("\\", ""): (m.value, str(m.delta).replace("\\", "")) for m in page.metric}


GOAL = re.compile(r"\*\*(.+)\*\* · (\d{4}) · [✓✗?] ([a-z ]+?) *(?:\n(?!\*\*)(.+))?$", re.MULTILINE)


def goals_of(page: AppTest, *, county: bool = False) -> list[tuple[str, str, str, str]]:
    """The milestones of the programme, or of the chosen county: what, until when, whether it is reached, and the words
    below it."""
    told = [GOAL.findall(m.value.replace("\\", "")) for m in page.markdown]
    whole, *own = [found for found in told if found]
    return [tuple(goal) for goal in (own[0] if county else whole)]


def test_shandongs_seventy_eight_counties_with_ninety_per_cent_built_and_the_share_of_visits(
    tmp_path: Path,
) -> None:
    """71 of 78 are 91.0 %; 66 of 100 visits in the one county that reports."""
    counties = [(f"37{i:04d}", f"县{i}", "某市", "已建成" if i < 71 else "已启动") for i in range(78)]
    goals = [("a", "90% 以上建成", "2025", "已建成", 90, ""), ("b", "诊疗量占比 65%", "2025", "", "", SHARE)]
    stored(
        tmp_path, "sd", ("counties", COUNTIES, counties),
        ("milestones", ("编号", "里程碑", "期限", "要求阶段", "目标占比", "指标代码"), goals),
        ("indicators", FIGURES, [(SHARE, "370000", "2025", 66, 100, "")]),
    )  # fmt: skip
    page = opened("province.py", programme="sd")
    assert metrics(page)["Built or further"] == ("71", "91.0 % · of 78 counties")
    assert goals_of(page) == [
        ("90% 以上建成", "2025", "met", "71 of 78 counties, 0 not told"),
        ("诊疗量占比 65%", "2025", "met", "66.0 % (66 of 100, the sum of 1 of 78 counties)"),
    ]


def test_wudis_2018_all_counties_start_and_half_are_built(tmp_path: Path) -> None:
    counties = [("1", "甲", "", "已建成"), ("2", "乙", "", "已启动")]
    goals = [("a", "全部县启动", "2018", "已启动", 100), ("b", "50% 建成", "2018", "已建成", 50)]
    stored(tmp_path, "wd", ("counties", COUNTIES, counties),
           ("milestones", ("编号", "里程碑", "期限", "要求阶段", "目标占比"), goals))  # fmt: skip
    shown = goals_of(opened("province.py", programme="wd"))
    assert [goal[:3] for goal in shown] == [("全部县启动", "2018", "met"), ("50% 建成", "2018", "met")]


QINGHAI = [
    ("yida:all_communities", 46, "", "46"), ("yida:county_hospitals", 62, "", "62"),
    ("yida:primary_institutions", 389, "", "389"), ("yida:public_health_bodies", 46, "", "46"),
    ("yida:fee_per_admission", 4287.85, 1, "4,287.85 yuan"), ("yida:reimbursed_share", 68.02, 100, "68.02 %"),
    ("yida:rising", 4, 4, "100.0 %"), ("yida:falling", 4, 4, "100.0 %"),
]  # fmt: skip
SHANDONG_NETWORK = [
    ("yida:designated_clinics", 36900, "", "36,900"), ("yida:integrated_clinics", 32200, 36900, "87.26 %"),
    ("yida:insurance_stations", 35000, "", "35,000"), ("yida:insurance_agents", 38000, "", "38,000 people"),
    ("yida:primary_inpatient_reimbursement", 85, 100, "85.0 %"),
    ("yida:chronic_drug_reimbursement", 70, 100, "70.0 %"),
]  # fmt: skip
PHARMACY = [
    ("yida:all_communities", 207, "", "207"), ("yida:counties_in_all", 117, "", "117"),
    ("yida:institutions", 1799, "", "1,799"), ("yida:drug_varieties_change", 10, 100, "10.0 %"),
    ("yida:formulary_overlap_change", 16.7, 100, "16.7 %"), ("yida:delivery_days_saved", 1, "", "1 days"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "figures"),
    [("qh", QINGHAI), ("sdnet", SHANDONG_NETWORK), ("cp", PHARMACY)],
    ids=["qinghai", "shandong", "pharmacy"],
)
def test_figures_of_a_province_are_built_from_a_small_table_and_found(
    tmp_path: Path, name: str, figures: list[tuple[str, float, object, str]]
) -> None:
    rows = [(code, name, "2024", numerator, denominator, "政策材料") for code, numerator, denominator, _ in figures]
    stored(tmp_path, name, ("indicators", FIGURES, rows))
    page = opened("province.py", programme=name)
    values = sorted(value for value, _ in metrics(page).values())
    assert values == sorted(shown for *_, shown in figures)
    (table_shown,) = [f.value for f in page.dataframe if "Numerator" in f.value]
    assert set(table_shown["Source"]) == {"政策材料"} and len(table_shown) == len(figures)


@pytest.mark.parametrize(
    ("name", "count"), [("qinghai", 8), ("shandong", 4), ("pharmacy", 6), ("shouguang", 4), ("wudi", 0)]
)
def test_the_shipped_figures_are_on_the_page_with_their_source(name: str, count: int) -> None:
    page = opened("province.py", programme=name)
    assert page.title[0].value == plain(open_programme(open_store(), name).title("en"))
    assert len(page.metric) == count
    assert "policy documents behind the project" in texts(page)


def test_qingdaos_six_pairings_are_on_the_page() -> None:
    page = opened("province.py", programme="qingdao")
    (pairs,) = [f.value for f in page.dataframe if "City hospital" in f.value]
    assert list(zip(pairs["City hospital"], pairs["County"], strict=True))[1] == ("海慈", "城阳区")
    assert len(pairs) == 6 and "6 of 6 counties have a paired hospital." in texts(page)
    page.selectbox(key="county:qingdao").set_value("370285").run()
    assert "Paired with **市立**" in texts(page)


def test_a_chosen_county_says_its_figures_and_leads_to_its_study() -> None:
    page = opened("province.py", programme="sample")
    assert "Illustrative sample, not for decisions" in page.warning[0].value
    page.selectbox(key="county:sample").set_value("370783").run()
    assert not page.exception
    (link,) = page.get("link_button")
    assert link.proto.url == "./?study=shouguang&lang=en"
    page.selectbox(key="colour:sample").set_value(SHARE).run()
    assert not page.exception and "Primary share of visits · 2024 · target ≥ 65 %" in texts(page)


def test_a_chosen_county_says_which_milestones_it_has_reached() -> None:
    """寿光市 has built a community, 2,458,631 of 3,602,772 visits are primary (68.2 %), and it has not consolidated."""
    page = opened("province.py", programme="sample")
    page.selectbox(key="county:sample").set_value("370783").run()
    own = goals_of(page, county=True)
    assert [goal[1:3] for goal in own] == [("2025", "met"), ("2025", "met"), ("2027", "not yet")]


def test_a_sum_of_counties_says_over_how_many_it_was_added_up() -> None:
    page = opened("province.py", programme="sample")
    (share,) = [now for _, _, _, now in goals_of(page) if "%" in now]
    assert ", the sum of 78 of 78 counties)" in share
    assert metrics(page)["Primary share of visits"][1].endswith(", the sum of 78 of 78 counties")


def test_a_value_that_its_source_gives_alone_has_no_made_up_denominator() -> None:
    shown = metrics(opened("province.py", programme="qinghai"))
    assert shown["Expense per admission"] == ("4,287.85 yuan", "given per admission")
    assert shown["Reimbursed share of admissions"] == ("68.02 %", "given in per cent")
    assert shown["Four up: indicators that rose"][1] == "4 of 4"


def test_sources_of_what_ships_are_said_in_chinese() -> None:
    for name in ("qinghai", "qingdao", "sample"):
        page = opened("province.py", programme=name, lang="zh")
        told = texts(page) + "".join(m.delta for m in page.metric) + "".join(f.value.to_csv() for f in page.dataframe)
        assert "policy documents" not in told and "geo/synthetic" not in told.replace("由 geo/synthetic 生成", "")


def test_a_programme_without_a_stage_told_counts_none_as_undone() -> None:
    page = opened("province.py", programme="shandong")
    assert "Built or further" not in metrics(page)
    assert "**78** counties; the stage of none is told yet" in texts(page)
    assert {state for _, _, state, _ in goals_of(page)} == {"cannot be told"}
