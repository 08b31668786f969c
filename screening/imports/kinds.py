"""The lists that come in, declared: which columns a kind understands and which of them it needs."""

from screening.choices import ListKind
from screening.imports import parse, values
from screening.imports.columns import (
    BIRTH,
    COUNTY,
    DISABILITY_GRADE_HINT,
    DISABILITY_KIND_HINT,
    GROUP,
    HEAD_NAME,
    HOUSEHOLD_NUMBER,
    ID_ALIASES,
    INCOME,
    NAME,
    PHONE,
    RELATION,
    REMARK,
    SEQUENCE,
    SEX,
    SIZE,
    TOWNSHIP,
    VILLAGE,
    Column,
    Kind,
    a_year_later,
    fixed,
    identity,
    needed,
    raw,
    text,
)

REGISTRY = Kind(
    ListKind.REGISTRY.value,
    (
        SEQUENCE,
        COUNTY,
        needed(TOWNSHIP),
        needed(VILLAGE),
        GROUP,
        needed(HOUSEHOLD_NUMBER),
        Column(
            "person_number",
            "人编号",
            ("户主个人编号", "人员编号", "个人编号"),
            fixed(parse.number_text("人编号", 40)),
        ),
        NAME,
        identity("证件号码", *ID_ALIASES),
        needed(RELATION),
        SEX,
        BIRTH,
        Column("ethnicity", "民族", (), text(20)),
        SIZE,
        Column("education", "文化程度", (), fixed(parse.choice("文化程度", values.EDUCATION))),
        Column("student", "在校生状况", ("在校生情况", "在校状况"), text(30)),
        Column(
            "health",
            "健康状况",
            ("健康情况",),
            fixed(parse.several("健康状况", values.HEALTH, values.HEALTH_SYNONYMS)),
        ),
        Column(
            "labour",
            "劳动技能",
            ("劳动能力", "劳动力类型"),
            fixed(parse.choice("劳动技能", values.LABOUR, values.LABOUR_BLANKS)),
        ),
        Column("work", "务工状况", ("务工情况", "务工地点", "务工企业"), text(60)),
        Column("work_months", "务工时间（月）", ("务工月数", "务工时长"), fixed(parse.months("务工时间"))),
        Column(
            "insured",
            "参加大病医疗",
            ("是否参加大病保险", "是否参加大病医疗", "参加大病保险"),
            fixed(parse.choice("参加大病医疗", values.YES_NO)),
        ),
        Column(
            "poverty_status",
            "脱贫属性",
            ("脱贫标志", "脱贫状态"),
            fixed(parse.choice("脱贫属性", values.POVERTY_STATUS)),
        ),
        Column(
            "lifted_year",
            "脱贫年度",
            ("脱贫年份", "脱贫时间"),
            lambda as_of: parse.whole("脱贫年度", 2013, as_of.year),
        ),
        Column("household_type", "贫困户属性", ("户类型", "贫困类型", "农户属性"), text(40)),
        Column(
            "watch_type",
            "监测对象类别",
            ("检测对象类别", "监测对象类型", "是否脱贫监测户", "脱贫监测户", "易返贫致贫户类型"),
            text(40),
        ),
        Column(
            "risk_cleared",
            "风险是否已消除",
            ("风险是否消除",),
            fixed(parse.choice("风险是否已消除", values.YES_NO)),
        ),
        Column("cause", "主要致贫原因", ("致贫原因", "致贫原因1", "主要致贫(返贫)原因"), text(60)),
        Column(
            "dangerous_house",
            "危房户",
            ("是否危房户", "是否危房"),
            fixed(parse.choice("危房户", values.DANGEROUS_HOUSE)),
        ),
        Column(
            "safe_water",
            "饮水安全",
            ("是否解决安全饮用水", "是否饮水安全", "安全饮水"),
            fixed(parse.choice("饮水安全", values.SAFE_WATER)),
        ),
        INCOME,
        PHONE,
        DISABILITY_KIND_HINT,
        DISABILITY_GRADE_HINT,
        Column(
            "checked_on",
            "排查日期",
            ("排查时间",),
            lambda as_of: parse.day("排查日期", a_year_later(as_of)),
        ),
        Column(
            "relocated",
            "是否易地扶贫搬迁户",
            ("易地扶贫搬迁户", "是否易地搬迁户", "易地搬迁"),
            fixed(parse.choice("易地搬迁", values.YES_NO)),
        ),
        REMARK,
    ),
)

DISABILITY = Kind(
    ListKind.DISABILITY.value,
    (
        SEQUENCE,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
        NAME,
        identity("身份证号", "证件号码", *ID_ALIASES, needed=False),
        raw("certificate", "残疾证号", "残疾人证号", "残疾人证", "残疾证", "残疾人证号码", "残疾证号码"),
        Column("kind", "残疾类别", ("残疾类型", "类别"), fixed(parse.raw_text)),
        Column(
            "grade", "残疾等级", ("等级", "级别"), fixed(parse.choice("残疾等级", values.DISABILITY_GRADE))
        ),
        Column(
            "status",
            "状态",
            ("证件状态", "残疾证状态"),
            fixed(parse.choice("状态", values.CERTIFICATE_STATUS)),
        ),
        Column(
            "issued_on",
            "初次申领日期",
            ("发证日期", "办证日期", "签发日期"),
            lambda as_of: parse.day("发证日期", as_of),
        ),
        SEX,
        PHONE,
        REMARK,
    ),
)

ILLNESS = Kind(
    ListKind.ILLNESS.value,
    (
        SEQUENCE,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
        NAME,
        identity("身份证号", "证件号码", *ID_ALIASES),
        Column(
            "illness", "病种名称", ("疾病诊断", "病种", "疾病名称", "诊断", "病名"), text(200), True, True
        ),
        Column("icd", "病种代码", ("ICD编码", "疾病编码", "ICD-10"), text(40)),
        Column("filing", "备案类型", ("备案类别", "待遇类型"), text(60)),
        Column(
            "admitted_on",
            "入院日期",
            ("入院时间", "确诊日期"),
            lambda as_of: parse.day("入院日期", a_year_later(as_of)),
        ),
        Column(
            "discharged_on",
            "出院日期",
            ("出院时间",),
            lambda as_of: parse.day("出院日期", a_year_later(as_of)),
        ),
        Column("total_cost", "总费用", ("医疗总费用", "费用总额"), fixed(parse.money("总费用"))),
        Column(
            "own_cost", "个人自付", ("个人自付费用", "自付费用", "个人负担"), fixed(parse.money("个人自付"))
        ),
        Column("hospital", "就诊医院", ("医院", "医疗机构"), text(100)),
        SEX,
        PHONE,
        REMARK,
    ),
)

BENEFITS = Kind(
    ListKind.BENEFITS.value,
    (
        SEQUENCE,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
        Column(
            "name",
            "姓名",
            ("保障对象姓名", "享受人姓名", "成员姓名", "救助对象", "户主姓名"),
            fixed(parse.name()),
            True,
            True,
        ),
        identity("身份证号", "证件号码", *ID_ALIASES),
        Column("head_name", "户主姓名", ("申请人姓名", "户主"), fixed(parse.name())),
        Column(
            "scheme",
            "救助类型",
            ("救助类别", "保障类型", "低保类型", "对象类别", "待遇类型"),
            fixed(parse.choice("救助类型", values.BENEFIT_SCHEME)),
            True,
            True,
        ),
        Column("tier", "档次", ("保障类别", "保障档次", "类别", "低保类别"), text(30)),
        Column(
            "monthly",
            "月保障金额",
            ("月补差金额", "月保障金", "月补助金额", "领取金额", "月救助金额"),
            fixed(parse.money("月保障金额")),
        ),
        Column(
            "from_month",
            "起始保障年月",
            ("保障起始年月", "起始年月", "保障起始月", "享受起始时间", "开始保障时间"),
            lambda as_of: parse.day("起始保障年月", a_year_later(as_of)),
        ),
        Column("covered_people", "保障人数", ("保障人口", "享受人数"), fixed(parse.whole("保障人数", 1, 40))),
        Column(
            "certificate_number",
            "低保证号",
            ("救助证号", "证书编号", "低保证编号", "保障证号", "特困证号"),
            text(60),
        ),
        RELATION,
        SEX,
        PHONE,
        REMARK,
    ),
)

_WATCH_COLUMNS = (
    SEQUENCE,
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    GROUP,
    HOUSEHOLD_NUMBER,
    HEAD_NAME,
    identity("身份证号", "证件号码", *ID_ALIASES),
    SIZE,
    Column("watch_type", "监测对象类型", ("监测对象类别", "检测对象类别", "对象类型"), text(40)),
    Column(
        "found_on",
        "识别时间",
        ("识别监测时间", "风险识别时间", "识别日期", "纳入时间"),
        lambda as_of: parse.day("识别时间", as_of),
    ),
    Column(
        "risk", "风险类型", ("返贫风险", "致贫风险", "致贫风险类型", "返贫风险类型", "主要风险"), text(40)
    ),
    Column(
        "cleared", "风险是否消除", ("风险是否已消除",), fixed(parse.choice("风险是否消除", values.YES_NO))
    ),
    RELATION,
    SEX,
    BIRTH,
    Column(
        "labour",
        "劳动技能",
        ("劳动能力",),
        fixed(parse.choice("劳动技能", values.LABOUR, values.LABOUR_BLANKS)),
    ),
    Column(
        "health",
        "健康状况",
        ("健康情况",),
        fixed(parse.several("健康状况", values.HEALTH, values.HEALTH_SYNONYMS)),
    ),
    INCOME,
    PHONE,
    REMARK,
)

MONITORED = Kind(
    ListKind.MONITORED.value,
    tuple(needed(c) if c.key == "household_number" else c for c in _WATCH_COLUMNS),
)
MARGINAL = Kind(
    ListKind.MARGINAL.value,
    tuple(needed(c) if c.key in ("township", "village") else c for c in _WATCH_COLUMNS),
)

FINDINGS = Kind(
    ListKind.FINDINGS.value,
    (
        SEQUENCE,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
        HOUSEHOLD_NUMBER,
        Column("name", "户主姓名", ("姓名", "户主"), fixed(parse.name())),
        identity("身份证号", "证件号码", *ID_ALIASES, needed=False),
        Column(
            "campaign",
            "排查行动",
            ("行动", "行动名称", "排查名称", "专项行动", "来源"),
            text(100),
            True,
            True,
        ),
        Column(
            "finding",
            "排查结果",
            ("发现问题", "问题", "结果", "存在问题", "问题描述"),
            text(1000),
            True,
            True,
        ),
        Column(
            "found_on",
            "排查日期",
            ("日期", "排查时间", "发现日期"),
            lambda as_of: parse.day("排查日期", as_of),
            True,
            True,
        ),
        REMARK,
    ),
)

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (REGISTRY, DISABILITY, ILLNESS, BENEFITS, MONITORED, MARGINAL, FINDINGS)
}
