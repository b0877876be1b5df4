"""What real files call our columns, in Chinese and English. Second floor: intake, files → clean tables.

One dict, table → column → the names met, the best first. Headers are compared without case, spaces, underscores and
hyphens, and with full-width signs made plain.
"""

import unicodedata

_LON = "lon lng longitude lnt 经度 东经 x 经度x x坐标"
_LAT = "lat latitude 纬度 北纬 y 纬度y y坐标"

ALIASES: dict[str, dict[str, str]] = {
    "facility": {
        "facility_id": "facilityid id 机构编码 机构代码 医疗机构代码 医疗机构编码 组织机构代码 统一社会信用代码 "
        "社会信用代码 信用代码 医保机构编码 医保编码 编号 编码 代码 code",
        "name": "name 机构名称 医疗机构名称 医疗卫生机构名称 卫生机构名称 单位名称 医院名称 卫生院名称 卫生室名称 "
        "村卫生室名称 卫生所名称 卫生站名称 诊所名称 医疗点名称 服务点名称 延伸点名称 延伸服务点名称 "
        "站点名称 网点名称 名称 facilityname facility",
        "category": "category 机构类别 机构类别代码 卫生机构类别 医疗机构类别 机构类型 类别 类型 type kind",
        "tier": "tier 层级 级别 机构级别 机构层级 医院级别 等级 机构等级 医院等级 level",
        "unit_code": "unitcode 所属乡镇代码 乡镇代码 行政区划代码 区划代码 统计用区划代码 towncode",
        "unit_name": "unitname 所属乡镇 所在乡镇 所属街道 所属乡镇街道 乡镇 乡镇名称 乡镇街道 township town",
        "village_name": "villagename village 村名 村名称 所在村 所属村 行政村 行政村名称 所在行政村 所属行政村 "
        "村(社区) 村居 村居名称 所在村居 村(居)名称 村(居)委会",
        "village_code": "villagecode 村代码 所属村代码 所在村代码 行政村代码",
        "address": "address 地址 详细地址 机构地址 单位地址",
        "parent_id": "parentid parent 上级机构 上级机构代码 上级机构编码 上级机构名称 上级单位 主管机构 主管单位",
        "community_id": "communityid community 医共体 所属医共体",
        "community_lead": "communitylead 牵头医院 牵头单位 牵头机构 医共体牵头医院 牵头医院名称",
        "lon": _LON,
        "lat": _LAT,
        "position": "坐标 经纬度 coordinates position lonlat",
        "beds": "beds 床位数 床位 实有床位 编制床位 实有床位数 编制床位数 开放床位 开放床位数",
        "physicians": "physicians doctors 执业(助理)医师 执业助理医师 执业医师 执业(助理)医师数 医师 医师数 "
        "医生数 医生",
        "nurses": "nurses 注册护士 注册护士数 护士 护士数",
        "population_served": "populationserved 服务人口 服务人口数 覆盖人口",
        "ambulances": "ambulances 救护车 救护车数 救护车辆数 急救车",
        "is_emergency_base": "isemergencybase 急救站 是否急救站 急救基地 急救点 emergencybase",
        "capabilities": "capabilities 服务能力 能力 capability",
        "flags": "flags 标记 标识",
        "status": "status 状态 运营状态",
        "position_quality": "positionquality 位置精度 坐标精度",
        "source": "source 来源 数据来源",
        "version": "version 版本",
    },
    "demand": {
        "demand_id": "demandid id 统计用区划代码 村代码 村委会代码 行政村代码 区划代码 行政区划代码 编码 代码 编号 "
        "code",
        "name": "name 村名 村名称 行政村 行政村名称 村委会 村(居)名称 村居名称 村(居)委会 村(社区) 名称 village "
        "villagename",
        "unit_code": "unitcode 所属乡镇代码 乡镇代码 streetcode towncode",
        "unit_name": "unitname 所属乡镇 所在乡镇 所属街道 乡镇 乡镇名称 乡镇街道 township town",
        "lon": _LON,
        "lat": _LAT,
        "position": "坐标 经纬度 coordinates position lonlat",
        "population": "population pop people 常住人口 人口 人口数 总人口 常住人口数 户籍人口 户籍人口数",
        "population_65_plus": "population65plus pop65 65岁及以上人口 65岁以上人口 老年人口",
        "population_type": "populationtype 人口口径 人口类型",
        "year": "year 年份 年度",
        "coverage_mode": "coveragemode 服务方式 覆盖方式",
        "position_quality": "positionquality 位置精度 坐标精度",
        "source": "source 来源 数据来源",
    },
    "unit": {
        "unit_code": "unitcode code 行政区划代码 统计用区划代码 区划代码 乡镇代码 代码 编码 adcode gb id",
        "name": "name 名称 乡镇名称 乡镇 区划名称 xzqmc",
        "level": "level 级别 层级",
        "parent_code": "parentcode countycode 上级代码 县代码",
        "boundary_kind": "boundarykind 边界来源",
        "seat_lon": "seatlon 驻地经度",
        "seat_lat": "seatlat 驻地纬度",
        "lon": _LON,
        "lat": _LAT,
        "position": "坐标 经纬度 coordinates position lonlat",
    },
    "indicator": {
        "indicator_code": "indicatorcode 指标代码 指标编码 指标编号 指标 indicator code",
        "unit_code": "unitcode 行政区划代码 区划代码 乡镇代码 地区代码 统计用区划代码 region",
        "period": "period 期间 统计期 统计时期 报告期 时期 时间 年份 年度 月份 year month",
        "numerator": "numerator 分子 分子值 数值 value",
        "denominator": "denominator 分母 分母值",
        "source": "source 来源 数据来源",
    },
    "link": {
        "link_id": "linkid id 关系编码 联系编码 编号",
        "kind": "kind linkkind 关系类型 联系类型 网络类型 类型 type",
        "from_id": "fromid from 起点机构 起点 上级机构 服务方 提供机构 来源机构",
        "to_id": "toid to 终点机构 终点 下级机构 接受方 接受机构 服务对象 目标机构",
        "since": "since 起始时间 开始时间 起始日期 建立时间",
        "properties": "properties 属性 附加信息",
        "outside_name": "outsidename 县外机构 县外机构名称",
        "outside_lon": "outsidelon 县外经度",
        "outside_lat": "outsidelat 县外纬度",
    },
    "catalogue": {
        "indicator_code": "indicatorcode 指标代码 指标编码 指标编号 序号 编号 code",
        "version": "version 版本 年版",
        "dimension": "dimension aspect 维度 方面 一级指标 指标维度",
        "title": "title 指标名称 指标 名称 三级指标 二级指标 name",
        "title_en": "titleen 英文名称",
        "numerator": "numerator 分子 分子说明",
        "numerator_en": "numeratoren 分子英文",
        "denominator": "denominator 分母 分母说明",
        "denominator_en": "denominatoren 分母英文",
        "value_kind": "valuekind 数值类型 指标类型",
        "unit": "unit 单位 计量单位",
        "unit_en": "uniten 单位英文",
        "direction": "direction 方向 指标导向 导向",
        "target": "target 目标值 目标 标准值",
        "period": "period 统计周期 周期 频次",
        "scope": "scope 统计范围 适用范围 层级 范围",
        "document": "document 文件 依据 文件依据 政策文件",
        "document_en": "documenten 文件英文",
        "clause": "clause 条款 条文",
        "clause_en": "clauseen 条款英文",
        "quality": "quality 可信度",
    },
    "county": {
        "county_code": "countycode 县代码 县区代码 县(市、区)代码 行政区划代码 区划代码 代码 code adcode",
        "name": "name 县名 县(市、区) 县区 县市区 县(市、区)名称 名称 county countyname",
        "city": "city 地市 市 设区市 所属市 地级市",
        "stage": "stage 建设阶段 阶段 进展 状态 建设状态 status",
        "since": "since 时间 起始时间 达到时间 日期",
        "study": "study 研究 研究名称",
        "is_model": "ismodel 示范县 是否示范县 示范",
        "source": "source 来源 数据来源",
    },
    "milestone": {
        "milestone_id": "milestoneid 编号 代码 序号 id code",
        "title": "title 里程碑 目标 名称 任务 name",
        "title_en": "titleen 英文名称",
        "due": "due 期限 完成时间 截止时间 时间",
        "stage": "stage 要求阶段 建设阶段 阶段",
        "target_pct": "targetpct 目标占比 目标比例 占比 比例",
        "indicator_code": "indicatorcode 指标代码",
        "document": "document 文件 依据 文件依据",
        "document_en": "documenten 文件英文",
    },
    "pairing": {
        "hospital": "hospital 包联医院 帮扶医院 医院 医院名称 支援医院 机构名称",
        "county_code": "countycode 县代码 区代码 县区代码 行政区划代码 区划代码 代码 code",
        "county_name": "countyname 县区 县名 受援县 区市 县(市、区) 名称 county",
        "since": "since 时间 起始时间",
        "source": "source 来源 数据来源",
    },
    "road": {
        "road_class": "roadclass highway class fclass roadtype 道路等级 道路类型 技术等级 行政等级 等级 类型 type",
        "speed": "maxspeed speedkph speed 限速 设计速度 速度",
        "oneway": "oneway 单向 单行 是否单行",
        "surface": "surface 路面 路面类型 路面材质",
        "duration": "duration durationmin 航行时间",
        "access": "access",
        "foot": "foot",
        "bicycle": "bicycle",
        "vehicle": "vehicle",
        "motor_vehicle": "motorvehicle",
        "motorcar": "motorcar",
        "junction": "junction",
    },
}  # fmt: skip

_POPULATION_TYPE = {"常住": "resident", "户籍": "registered"}  # how the population's header begins


def plain_header(header: str) -> str:
    """A header as it is compared."""
    bare = unicodedata.normalize("NFKC", header).casefold()
    return "".join(ch for ch in bare if not ch.isspace() and ch not in "_-*:\ufeff")


def population_type(header: str) -> str:
    """The type of the people counted under a header (常住人口: resident, 户籍人口: registered), "" if it tells none."""
    return _POPULATION_TYPE.get(plain_header(header)[:2], "")
