"""The lists that come in, declared: which columns a kind understands, under which headings, which it needs.

Headings are compared without brackets, blanks and marks (`header.squeeze_heading`). Aliases here are
the ones seen in the field; a county's own stand in the alias table and are added to these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from screening.choices import ListKind
from screening.imports import parse, values
from screening.imports.parse import Parser

ParserFactory = Callable[[date], Parser]


@dataclass(frozen=True)
class Column:
    """One column a kind understands. `needed`: the heading must stand; `filled`: every row must have a
    value.
    """

    key: str
    label: str
    aliases: tuple[str, ...]
    parser: ParserFactory
    needed: bool = False
    filled: bool = False


@dataclass(frozen=True)
class Kind:
    """`grain` is what a row is about (person or household); `counts_households`: disappeared counts
    households.
    """

    code: str
    columns: tuple[Column, ...]
    counts_households: bool = False
    by_household: bool = False

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def _fixed(parser: Parser) -> ParserFactory:
    return lambda _as_of: parser


def _text(limit: int) -> ParserFactory:
    return _fixed(parse.text(limit))


def _a_year_later(as_of: date) -> date:
    """Lists are made after their as-of day: some dates in them lie a little later."""
    return as_of + timedelta(days=366)


def _raw(key: str, label: str, *aliases: str) -> Column:
    return Column(key, label, aliases, _fixed(parse.raw_text))


def _identity(label: str, *aliases: str, needed: bool = True) -> Column:
    """The ID column is read by `check.identity`, which also looks at the type of the cell."""
    return Column("id", label, aliases, _fixed(parse.raw_text), needed=needed)


SEQUENCE = _raw("sequence", "序号", "编号", "顺序号", "序")
COUNTY = Column("county", "县(市、区、旗)", ("行政县", "县", "县市区", "县区", "区县", "所在县"), _text(60))
TOWNSHIP = Column(
    "township",
    "乡(镇)",
    ("乡镇", "乡镇名称", "所属乡镇", "所在乡镇", "乡镇街道", "街道", "镇", "乡"),
    _text(60),
)
VILLAGE = Column(
    "village",
    "行政村",
    ("村", "村委会", "村(社区)", "行政村名称", "所在村", "村名", "居委", "村居", "社区", "村委会名称"),
    _text(60),
)
GROUP = Column(
    "group", "自然村", ("村民小组", "所在组", "组", "小组", "自然村组", "村小组", "自然村名称"), _text(40)
)
NAME = Column(
    "name",
    "姓名",
    ("成员姓名", "人员姓名", "家庭成员姓名", "持证人姓名", "户主姓名"),
    _fixed(parse.name()),
    True,
    True,
)
HEAD_NAME = Column("name", "户主姓名", ("姓名", "户主", "户主名称"), _fixed(parse.name()), True, True)
PHONE = Column(
    "phone",
    "联系电话",
    ("人联系电话", "户联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"),
    _fixed(parse.phone()),
)
ID_ALIASES = (
    "身份证号",
    "身份证号码",
    "身份证件号",
    "证件号",
    "身份证",
    "公民身份号码",
    "身份证件号码",
    "居民身份证号",
    "居民身份证号码",
    "身份号码",
    "户主身份证号",
    "户主身份证号码",
    "户主证件号码",
)
REMARK = _raw("remark", "备注", "说明")

HOUSEHOLD_NUMBER = Column(
    "household_number",
    "户编号",
    ("户编码", "家庭编号", "户编号码", "户号"),
    _fixed(parse.number_text("户编号", 30)),
)
RELATION = Column(
    "relation",
    "与户主关系",
    ("与户主的关系", "户主关系", "家庭关系", "与户主之关系"),
    _fixed(parse.choice("与户主关系", values.RELATION)),
)
SEX = Column("sex", "性别", (), _fixed(parse.choice("性别", values.SEX)))
BIRTH = Column(
    "birth", "出生日期", ("出生年月", "出生年月日", "生日"), lambda as_of: parse.day("出生日期", as_of)
)
SIZE = Column(
    "size",
    "人数",
    ("家庭人口", "成员人数", "户人口数", "家庭人口数", "家庭人数", "人口数"),
    _fixed(parse.whole("人数", 1, 40)),
)
INCOME = Column(
    "income",
    "人均纯收入",
    ("年人均纯收入", "家庭年人均纯收入", "家庭人均纯收入", "年人均收入", "人均收入", "家庭年人均收入"),
    _fixed(parse.money("人均纯收入", "INCOME_UNKNOWN")),
)
DISABILITY_KIND_HINT = Column("disability_kind", "残疾类别", ("残疾类型",), _text(40))
DISABILITY_GRADE_HINT = Column("disability_grade", "残疾等级", (), _text(20))


def _needed(column: Column, filled: bool = True) -> Column:
    return Column(column.key, column.label, column.aliases, column.parser, True, filled)


REGISTRY = Kind(
    ListKind.REGISTRY.value,
    (
        SEQUENCE,
        COUNTY,
        _needed(TOWNSHIP),
        _needed(VILLAGE),
        GROUP,
        _needed(HOUSEHOLD_NUMBER),
        Column(
            "person_number",
            "人编号",
            ("户主个人编号", "人员编号", "个人编号"),
            _fixed(parse.number_text("人编号", 40)),
        ),
        NAME,
        _identity("证件号码", *ID_ALIASES),
        _needed(RELATION),
        SEX,
        BIRTH,
        Column("ethnicity", "民族", (), _text(20)),
        SIZE,
        Column("education", "文化程度", (), _fixed(parse.choice("文化程度", values.EDUCATION))),
        Column("student", "在校生状况", ("在校生情况", "在校状况"), _text(30)),
        Column(
            "health",
            "健康状况",
            ("健康情况",),
            _fixed(parse.several("健康状况", values.HEALTH, values.HEALTH_SYNONYMS)),
        ),
        Column(
            "labour",
            "劳动技能",
            ("劳动能力", "劳动力类型"),
            _fixed(parse.choice("劳动技能", values.LABOUR, values.LABOUR_BLANKS)),
        ),
        Column("work", "务工状况", ("务工情况", "务工地点", "务工企业"), _text(60)),
        Column("work_months", "务工时间（月）", ("务工月数", "务工时长"), _fixed(parse.months("务工时间"))),
        Column(
            "insured",
            "参加大病医疗",
            ("是否参加大病保险", "是否参加大病医疗", "参加大病保险"),
            _fixed(parse.choice("参加大病医疗", values.YES_NO)),
        ),
        Column(
            "poverty_status",
            "脱贫属性",
            ("脱贫标志", "脱贫状态"),
            _fixed(parse.choice("脱贫属性", values.POVERTY_STATUS)),
        ),
        Column(
            "lifted_year",
            "脱贫年度",
            ("脱贫年份", "脱贫时间"),
            lambda as_of: parse.whole("脱贫年度", 2013, as_of.year),
        ),
        Column("household_type", "贫困户属性", ("户类型", "贫困类型", "农户属性"), _text(40)),
        Column(
            "watch_type",
            "监测对象类别",
            ("检测对象类别", "监测对象类型", "是否脱贫监测户", "脱贫监测户", "易返贫致贫户类型"),
            _text(40),
        ),
        Column(
            "risk_cleared",
            "风险是否已消除",
            ("风险是否消除",),
            _fixed(parse.choice("风险是否已消除", values.YES_NO)),
        ),
        Column("cause", "主要致贫原因", ("致贫原因", "致贫原因1", "主要致贫(返贫)原因"), _text(60)),
        Column(
            "dangerous_house",
            "危房户",
            ("是否危房户", "是否危房"),
            _fixed(parse.choice("危房户", values.DANGEROUS_HOUSE)),
        ),
        Column(
            "safe_water",
            "饮水安全",
            ("是否解决安全饮用水", "是否饮水安全", "安全饮水"),
            _fixed(parse.choice("饮水安全", values.SAFE_WATER)),
        ),
        INCOME,
        PHONE,
        DISABILITY_KIND_HINT,
        DISABILITY_GRADE_HINT,
        Column(
            "checked_on",
            "排查日期",
            ("排查时间",),
            lambda as_of: parse.day("排查日期", _a_year_later(as_of)),
        ),
        Column(
            "relocated",
            "是否易地扶贫搬迁户",
            ("易地扶贫搬迁户", "是否易地搬迁户", "易地搬迁"),
            _fixed(parse.choice("易地搬迁", values.YES_NO)),
        ),
        REMARK,
    ),
    counts_households=True,
)

DISABILITY = Kind(
    ListKind.DISABILITY.value,
    (
        SEQUENCE,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
        NAME,
        _identity("身份证号", "证件号码", *ID_ALIASES, needed=False),
        _raw("certificate", "残疾证号", "残疾人证号", "残疾人证", "残疾证", "残疾人证号码", "残疾证号码"),
        Column("kind", "残疾类别", ("残疾类型", "类别"), _fixed(parse.raw_text)),
        Column(
            "grade", "残疾等级", ("等级", "级别"), _fixed(parse.choice("残疾等级", values.DISABILITY_GRADE))
        ),
        Column(
            "status",
            "状态",
            ("证件状态", "残疾证状态"),
            _fixed(parse.choice("状态", values.CERTIFICATE_STATUS)),
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
        _identity("身份证号", "证件号码", *ID_ALIASES),
        Column(
            "illness", "病种名称", ("疾病诊断", "病种", "疾病名称", "诊断", "病名"), _text(200), True, True
        ),
        Column("icd", "病种代码", ("ICD编码", "疾病编码", "ICD-10"), _text(40)),
        Column("filing", "备案类型", ("备案类别", "待遇类型"), _text(60)),
        Column(
            "admitted_on",
            "入院日期",
            ("入院时间", "确诊日期"),
            lambda as_of: parse.day("入院日期", _a_year_later(as_of)),
        ),
        Column(
            "discharged_on",
            "出院日期",
            ("出院时间",),
            lambda as_of: parse.day("出院日期", _a_year_later(as_of)),
        ),
        Column("total_cost", "总费用", ("医疗总费用", "费用总额"), _fixed(parse.money("总费用"))),
        Column(
            "own_cost", "个人自付", ("个人自付费用", "自付费用", "个人负担"), _fixed(parse.money("个人自付"))
        ),
        Column("hospital", "就诊医院", ("医院", "医疗机构"), _text(100)),
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
            _fixed(parse.name()),
            True,
            True,
        ),
        _identity("身份证号", "证件号码", *ID_ALIASES),
        Column("head_name", "户主姓名", ("申请人姓名", "户主"), _fixed(parse.name())),
        Column(
            "scheme",
            "救助类型",
            ("救助类别", "保障类型", "低保类型", "对象类别", "待遇类型"),
            _fixed(parse.choice("救助类型", values.BENEFIT_SCHEME)),
            True,
            True,
        ),
        Column("tier", "档次", ("保障类别", "保障档次", "类别", "低保类别"), _text(30)),
        Column(
            "monthly",
            "月保障金额",
            ("月补差金额", "月保障金", "月补助金额", "领取金额", "月救助金额"),
            _fixed(parse.money("月保障金额")),
        ),
        Column(
            "from_month",
            "起始保障年月",
            ("保障起始年月", "起始年月", "保障起始月", "享受起始时间", "开始保障时间"),
            lambda as_of: parse.day("起始保障年月", _a_year_later(as_of)),
        ),
        Column(
            "covered_people", "保障人数", ("保障人口", "享受人数"), _fixed(parse.whole("保障人数", 1, 40))
        ),
        Column(
            "certificate_number",
            "低保证号",
            ("救助证号", "证书编号", "低保证编号", "保障证号", "特困证号"),
            _text(60),
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
    _identity("身份证号", "证件号码", *ID_ALIASES),
    SIZE,
    Column("watch_type", "监测对象类型", ("监测对象类别", "检测对象类别", "对象类型"), _text(40)),
    Column(
        "found_on",
        "识别时间",
        ("识别监测时间", "风险识别时间", "识别日期", "纳入时间"),
        lambda as_of: parse.day("识别时间", as_of),
    ),
    Column(
        "risk", "风险类型", ("返贫风险", "致贫风险", "致贫风险类型", "返贫风险类型", "主要风险"), _text(40)
    ),
    Column(
        "cleared", "风险是否消除", ("风险是否已消除",), _fixed(parse.choice("风险是否消除", values.YES_NO))
    ),
    RELATION,
    SEX,
    BIRTH,
    Column(
        "labour",
        "劳动技能",
        ("劳动能力",),
        _fixed(parse.choice("劳动技能", values.LABOUR, values.LABOUR_BLANKS)),
    ),
    Column(
        "health",
        "健康状况",
        ("健康情况",),
        _fixed(parse.several("健康状况", values.HEALTH, values.HEALTH_SYNONYMS)),
    ),
    INCOME,
    PHONE,
    REMARK,
)

MONITORED = Kind(
    ListKind.MONITORED.value,
    tuple(_needed(c) if c.key == "household_number" else c for c in _WATCH_COLUMNS),
    counts_households=True,
    by_household=True,
)
MARGINAL = Kind(
    ListKind.MARGINAL.value,
    tuple(_needed(c) if c.key in ("township", "village") else c for c in _WATCH_COLUMNS),
    counts_households=True,
    by_household=True,
)

FINDINGS = Kind(
    ListKind.FINDINGS.value,
    (
        SEQUENCE,
        COUNTY,
        TOWNSHIP,
        VILLAGE,
        HOUSEHOLD_NUMBER,
        Column("name", "户主姓名", ("姓名", "户主"), _fixed(parse.name())),
        _identity("身份证号", "证件号码", *ID_ALIASES, needed=False),
        Column(
            "campaign",
            "排查行动",
            ("行动", "行动名称", "排查名称", "专项行动", "来源"),
            _text(100),
            True,
            True,
        ),
        Column(
            "finding",
            "排查结果",
            ("发现问题", "问题", "结果", "存在问题", "问题描述"),
            _text(1000),
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
    by_household=True,
)

KINDS: dict[str, Kind] = {
    kind.code: kind for kind in (REGISTRY, DISABILITY, ILLNESS, BENEFITS, MONITORED, MARGINAL, FINDINGS)
}
