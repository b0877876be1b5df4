"""The columns of the templates: how each is called, what it means, what may stand in it. Fourth floor: output.

A heading is one of the names that desk.headers knows, so that a template filled in is read without a question.
"""

from dataclasses import replace

from geo.model.desk import Kind
from geo.model.errors import N_
from geo.model.links import load_link_kinds
from geo.output.indicator_columns import INDICATOR_COLUMNS
from geo.output.template_forms import Column
from geo.output.template_forms import choice_column as _choice
from geo.output.template_forms import number_column as _number

__all__ = ["ALL_COLUMNS", "COLUMNS", "IN_CHINESE", "KINDS", "WITH_CORNERS", "WKT", "Column"]

DEGREES, PEOPLE = N_("degrees"), N_("people")
YES_NO = ("true", "false")
ROAD_CLASSES = {
    "motorway": "高速公路", "trunk": "国道", "primary": "省道", "secondary": "县道", "tertiary": "乡道",
    "unclassified": "村道", "residential": "街道", "service": "内部道路", "track": "机耕路", "path": "小路",
    "footway": "人行道", "ferry": "渡口",
}  # fmt: skip
_LINK_KINDS = {kind.kind: kind.name["zh"] for kind in load_link_kinds()}
IN_CHINESE = {"true": "是", "false": "否", "yes": "是", "no": "否", **ROAD_CLASSES, **_LINK_KINDS}
WKT = Column(
    "wkt",
    "WKT",
    "WKT",
    N_("Corners as WKT, degrees; a long line goes on in the cells to the right."),
    "POLYGON ((106.1 28.3, 106.2 28.3, 106.2 28.4, 106.1 28.3))",
    required=True,
)

_LON = _number(
    "lon",
    "经度",
    "Longitude",
    N_("Longitude; the coordinate system is asked when you upload."),
    "106.21557",
    DEGREES,
    required=True,
)
_LAT = _number("lat", "纬度", "Latitude", N_("Latitude, in the same system."), "28.33297", DEGREES, required=True)
_TOWN = Column(
    "unit_code", "乡镇代码", "Town code", N_("Township, 9 digits; told from the position if empty."), "520330001"
)
_QUALITY = _choice("position_quality", "位置精度", "Position quality", N_("How good the position is."))
_SOURCE = Column("source", "数据来源", "Source", N_("Where the row comes from."), "2024")
_KIND = _choice("boundary_kind", "边界来源", "Boundary kind", N_("Where the outline comes from."))
_NAME = N_("The full name.")

COLUMNS: dict[Kind, tuple[Column, ...]] = {
    "facilities": (
        Column(
            "facility_id",
            "机构编码",
            "Facility ID",
            N_("The institution's own code; keeps a row the same row."),
            "915203300000000001",
        ),
        Column("name", "机构名称", "Name", _NAME, "东皇街道卫生院", required=True),
        Column("category", "机构类别", "Category", N_("Category code of WS 218."), "C220"),
        Column("tier", "层级", "Tier", N_("Level of care."), form="choice", required=True),
        _TOWN,
        Column("parent_id", "上级机构代码", "Parent ID", N_("Code of the institution it belongs to."), "520330H1"),
        Column("community_id", "医共体", "Community ID", N_("Medical community it belongs to."), "520330C1"),
        _LON,
        _LAT,
        _number("beds", "床位数", "Beds", N_("Beds set up."), "40"),
        _number("physicians", "执业医师", "Physicians", N_("Licensed physicians and assistants."), "12"),
        _number("nurses", "注册护士", "Nurses", N_("Registered nurses."), "15"),
        _number(
            "population_served", "服务人口", "Population served", N_("People it is responsible for."), "12000", PEOPLE
        ),
        _number("ambulances", "救护车数", "Ambulances", N_("Ambulances stationed there."), "1"),
        _choice(
            "is_emergency_base", "是否急救站", "Emergency base", N_("Whether ambulances start from there."), YES_NO
        ),
        Column(
            "capabilities",
            "服务能力",
            "Capabilities",
            N_("What it can do, separated by semicolons."),
            "emergency;surgery",
        ),
        Column("flags", "标识", "Flags", N_("Marks of your own, separated by semicolons."), "lead"),
        _choice("status", "状态", "Status", N_("A closed facility stays listed and no longer counts.")),
        _QUALITY,
        _SOURCE,
    ),
    "demand": (
        Column("demand_id", "村代码", "Demand ID", N_("Statistical code of the village, 12 digits."), "520330001001"),
        Column("name", "村名", "Village", _NAME, "丹霞社区", required=True),
        _TOWN,
        _LON,
        _LAT,
        _number(
            "population", "人口", "Population", N_("People living there; 0 if nobody."), "1200", PEOPLE, required=True
        ),
        _number(
            "population_65_plus", "65岁及以上人口", "Population 65 plus", N_("Of these 65 or older."), "210", PEOPLE
        ),
        _choice("population_type", "人口口径", "Population type", N_("How the people were counted.")),
        Column("year", "年份", "Year", N_("Year of the count."), "2020"),
        _choice("coverage_mode", "服务方式", "Coverage mode", N_("How the village is cared for.")),
        _QUALITY,
        _SOURCE,
    ),
    "units": (
        Column("unit_code", "乡镇代码", "Unit code", N_("Code of the township, 9 digits."), "520330001"),
        Column("name", "乡镇名称", "Name", _NAME, "东皇街道", required=True),
        Column("parent_code", "上级代码", "Parent code", N_("Code of the county, 6 digits."), "520330"),
        _KIND,
        _number(
            "seat_lon",
            "驻地经度",
            "Seat lon",
            N_("Longitude of the seat; areas without corners are drawn about it."),
            "106.21557",
            DEGREES,
        ),
        _number("seat_lat", "驻地纬度", "Seat lat", N_("Latitude of the seat."), "28.33297", DEGREES),
    ),
    "boundary": (
        Column("unit_code", "代码", "Unit code", N_("Code of the county, 6 digits."), "520330"),
        Column("name", "名称", "Name", _NAME, "习水县"),
        _KIND,
    ),
    "roads": (
        _choice(
            "road_class", "道路等级", "Road class", N_("Class, which says how fast one drives."), tuple(ROAD_CLASSES)
        ),
        _choice(
            "oneway", "单向", "Oneway", N_("Whether it is one-way, from its first corner to its last."), ("yes", "no")
        ),
        _choice("surface", "路面", "Surface", N_("Whether it is paved."), ("paved", "unpaved")),
        _number("speed", "限速", "Max speed", N_("Speed limit, where it is signed."), "60", N_("km/h")),
    ),
    "indicators": (
        Column(
            "indicator_code",
            "指标代码",
            "Indicator code",
            N_("Code in your catalogue of indicators."),
            "A-01",
            required=True,
        ),
        Column(
            "unit_code", "区划代码", "Unit code", N_("Township or county the figure is of."), "520330001", required=True
        ),
        Column("period", "统计期", "Period", N_("Year, quarter or month."), "2024Q1", required=True),
        _number(
            "numerator", "分子", "Numerator", N_("The figure, or the upper part of a ratio."), "812", required=True
        ),
        _number("denominator", "分母", "Denominator", N_("The lower part of a ratio."), "1000"),
        _SOURCE,
    ),
    "links": (
        replace(
            _choice("kind", "关系类型", "Kind", N_("What the link stands for."), tuple(_LINK_KINDS)), required=True
        ),
        Column(
            "from_id",
            "起点机构",
            "From",
            N_("Who reads, supplies, owns or refers: id or name of a facility, village or township."),
            "520330H1",
        ),
        Column("to_id", "终点机构", "To", N_("Whom it is done for, or to whom one is referred."), "520330T100"),
        Column("since", "起始时间", "Since", N_("From when on."), "2023"),
        Column(
            "outside_name",
            "县外机构",
            "Outside name",
            N_("An end outside the county: its name. Leave that end's column empty."),
            "遵义市第一人民医院",
        ),
        _number("outside_lon", "县外经度", "Outside lon", N_("Its longitude, degrees of WGS-84."), "106.93", DEGREES),
        _number("outside_lat", "县外纬度", "Outside lat", N_("Its latitude."), "27.72", DEGREES),
        Column(
            "properties", "属性", "Properties", N_("More about the link, as a JSON object."), '{"level": "village"}'
        ),
        Column("link_id", "关系编码", "Link ID", N_("Keeps a row the same row; made from the ends if empty.")),
    ),
    "catalogue": INDICATOR_COLUMNS["catalogue"],
}
ALL_COLUMNS = COLUMNS | INDICATOR_COLUMNS  # those of a programme's tables among them
WITH_CORNERS: dict[Kind, str] = {"units": "POLYGON", "boundary": "POLYGON", "roads": "LINESTRING"}
KINDS: tuple[Kind, ...] = tuple(COLUMNS)
