"""Our words for what lists say in theirs: 停业 is closed, 联合卫生室 is a joint clinic. Second floor: intake.

A value that is not in the table stays as it is written. The first word of each is how templates write it in Chinese.
"""

import re
import unicodedata

WORDS: dict[str, dict[str, str]] = {
    "status": {
        "open": "营业 开业 正常 正常营业 正常运营 正常开展 营业中 在营 在业 开放 运营 运营中 在用 启用 存续 有效",
        "closed": "关闭 停业 歇业 注销 撤销 停办 停用 停诊 停运 停止营业 停止运营 撤并 暂停 暂停营业 关停 关门 未运营 "
        "未营业 未开业 不营业 已停业 已歇业 已注销 已撤销 已停办 已停用 已停诊 已停运 已关闭 已关停 已关门 已撤并",
    },
    "coverage_mode": {
        "own_clinic": "自有卫生室 本村卫生室 村卫生室 有卫生室",
        "joint_clinic": "联合卫生室 联建卫生室 联办卫生室 共建卫生室",
        "extension_point": "延伸服务点 延伸点",
        "dispatched_doctor": "派驻医生 派驻 派驻服务 驻村医生",
        "mobile_round": "巡回医疗 巡诊 流动巡诊 巡回",
        "none": "无 空白村 没有 未覆盖",
    },
    "population_type": {
        "resident": "常住人口 常住",
        "registered": "户籍人口 户籍",
        "raster": "格网人口 栅格",
    },
    "position_quality": {
        "surveyed": "实测 已核实",
        "village": "村位置 按村",
        "seat": "驻地位置 按驻地",
        "illustrative": "示例 虚构",
    },
    "dimension": {
        "tight": "紧密型 紧密",
        "alike": "同质化 同质",
        "division": "促分工 分工",
        "performance": "提效能 效能",
        "health": "保健康 健康",
    },
    "value_kind": {
        "share": "占比 比例 率 百分比 构成比",
        "percent": "增幅 增长率 变化率 百分比（可超100）",
        "rate": "均值 次均 平均 比值",
        "amount": "数值 总量 数量 定性",
    },
    "direction": {
        "higher": "越高越好 高优 正向 逐步提高 提高 上升 ↑",
        "lower": "越低越好 低优 逆向 逐步降低 降低 下降 ↓",
        "equal": "等于目标 等于 相等",
        "none": "仅监测 监测 无 不适用",
    },
    "scope": {
        "township": "乡镇 乡级 乡镇级",
        "county": "县域 县 县级 区 区级",
        "province": "项目 省 省级 市 市级",
    },
    "stage": {
        "not_started": "未启动 未开展 未开始",
        "started": "已启动 启动 推进中 建设中 试点",
        "built": "已建成 建成 达标",
        "consolidated": "已巩固 巩固 巩固提升",
    },
    "boundary_kind": {
        "official": "官方 勘界",
        "approximate_outline": "近似轮廓 近似",
        "approximate_voronoi": "泰森多边形",
        "extent": "范围",
    },
}

_NO = re.compile(r"否|不是|非|无|没有|未设?|不?无|×|x|✗|✘|n|no|f|false|0+")
_YES = re.compile(r"是的?|有|已设|设有|√|✓|✔|☑|y|yes|t|true|[1-9]\d{0,2}[个处座家]?|[是有][1-9]\d{0,2}[个处座家]?")


def ours(column: str, text: str) -> str:
    """The value of a column that a text means, or the text as it is."""
    return _MEANT.get(column, {}).get(_plain(text), text)


def yes_or_no(text: str) -> bool | None:
    """What a flag's cell says ("是（1个）", "√", "2", "无"); None for what cannot be told, or nothing."""
    plain = re.sub(r"\(.*?\)|[。.!\s]", "", unicodedata.normalize("NFKC", text)).casefold()
    if _NO.fullmatch(plain):
        return False
    return True if _YES.fullmatch(plain) else None


def theirs(column: str, value: str, language: str) -> str:
    """How a template writes a value in a language ("zh", else our own word)."""
    words = WORDS.get(column, {}).get(value, "").split()
    return words[0] if language == "zh" and words else value


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" 。.;；,，、!\t").casefold().replace(" ", "_")


_MEANT = {
    column: {_plain(word): value for value, words in values.items() for word in (value, *words.split())}
    for column, values in WORDS.items()
}
