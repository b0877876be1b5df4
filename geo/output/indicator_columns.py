"""The columns of the templates for indicators and programmes. Fourth floor: output. See template_columns."""

from geo.model.desk import Kind
from geo.model.errors import N_
from geo.output.template_forms import Column, choice_column, number_column

_KINDS = N_(
    "Share: 0–100 %. Percent: may be negative or above 100. Rate: numerator per denominator. Amount: the numerator "
    "alone."
)
_TITLE = Column(
    "title", "指标名称", "Title", N_("The indicator's name in the official list."), "基层诊疗量占比", required=True
)
_TITLE_EN = Column("title_en", "英文名称", "Title en", N_("Its name in English, if you need it."), "Primary share")
_DOCUMENT = Column("document", "文件依据", "Document", N_("The document that sets it."), "……实施方案")
_STAGE = choice_column("stage", "建设阶段", "Stage", N_("How far the county is."))
_SINCE = Column("since", "起始时间", "Since", N_("Since when."), "2024-06")
_FROM = Column("source", "数据来源", "Source", N_("Where the row comes from."), "2024")

INDICATOR_COLUMNS: dict[Kind, tuple[Column, ...]] = {
    "catalogue": (
        Column("indicator_code", "指标代码", "Indicator code", N_("Code in the official list."), "A-01", required=True),
        Column("version", "版本", "Version", N_("Year from which this entry holds; empty: always."), "2024"),
        choice_column("dimension", "维度", "Dimension", N_("Which of the five aspects it belongs to.")),
        _TITLE,
        _TITLE_EN,
        Column("numerator", "分子说明", "Numerator", N_("What the numerator counts."), "基层诊疗人次"),
        Column("denominator", "分母说明", "Denominator", N_("What the denominator counts."), "总诊疗人次"),
        choice_column("value_kind", "数值类型", "Value kind", _KINDS),
        Column("unit", "计量单位", "Unit", N_("The unit the value is shown in."), "%"),
        choice_column("direction", "指标导向", "Direction", N_("Which values are better than the target.")),
        number_column("target", "目标值", "Target", N_("The target, in the unit shown."), "65"),
        Column("period", "统计周期", "Period", N_("How often it is reported."), "年"),
        choice_column("scope", "统计范围", "Scope", N_("Which units report it.")),
        _DOCUMENT,
        Column("clause", "条款", "Clause", N_("The clause of the document."), "第三条"),
    ),
    "counties": (
        Column("county_code", "县代码", "County code", N_("Code of the county, 6 digits."), "370783", required=True),
        Column("name", "县名", "Name", N_("The full name."), "寿光市", required=True),
        Column("city", "地市", "City", N_("The city it belongs to."), "潍坊市"),
        _STAGE,
        _SINCE,
        choice_column("is_model", "是否示范县", "Is model", N_("Whether it is a model county."), ("true", "false")),
        Column("study", "研究名称", "Study", N_("The study in this program that holds its map."), "shouguang"),
        _FROM,
    ),
    "milestones": (
        Column("milestone_id", "编号", "Milestone ID", N_("A code of its own."), "m1", required=True),
        Column("title", "里程碑", "Title", N_("What is to be reached."), "90% 以上的县建成", required=True),
        _TITLE_EN,
        Column("due", "完成时间", "Due", N_("When it is due."), "2025"),
        choice_column("stage", "要求阶段", "Stage", N_("The stage the counties have to reach.")),
        number_column("target_pct", "目标占比", "Target pct", N_("The share of the counties, in per cent."), "90"),
        Column("indicator_code", "指标代码", "Indicator code", N_("Or the indicator whose target it is."), "A-01"),
        _DOCUMENT,
    ),
    "pairings": (
        Column("hospital", "包联医院", "Hospital", N_("The city hospital."), "市立医院", required=True),
        Column("county_code", "县代码", "County code", N_("Code of the county it helps."), "370285", required=True),
        Column("county_name", "县区", "County name", N_("Name of the county."), "莱西市"),
        _SINCE,
        _FROM,
    ),
}  # fmt: skip
