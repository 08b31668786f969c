"""What a list's column and a kind of list are, and the columns that several kinds share.

Headings are compared without brackets, blanks and marks (`header.squeeze_heading`). Aliases here are
the ones seen in the field; a county's own stand in the alias table and are added to these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

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
    """A kind of list (`ListKind` value) and its columns in the order of the official heading."""

    code: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


def fixed(parser: Parser) -> ParserFactory:
    return lambda _as_of: parser


def text(limit: int) -> ParserFactory:
    return fixed(parse.text(limit))


def a_year_later(as_of: date) -> date:
    """Lists are made after their as-of day: some dates in them lie a little later."""
    return as_of + timedelta(days=366)


def raw(key: str, label: str, *aliases: str) -> Column:
    return Column(key, label, aliases, fixed(parse.raw_text))


def identity(label: str, *aliases: str, needed: bool = True) -> Column:
    """The ID column is read by `check.identity`, which also looks at the type of the cell."""
    return Column("id", label, aliases, fixed(parse.raw_text), needed=needed)


SEQUENCE = raw("sequence", "序号", "编号", "顺序号", "序")
COUNTY = Column("county", "县(市、区、旗)", ("行政县", "县", "县市区", "县区", "区县", "所在县"), text(60))
TOWNSHIP = Column(
    "township",
    "乡(镇)",
    ("乡镇", "乡镇名称", "所属乡镇", "所在乡镇", "乡镇街道", "街道", "镇", "乡"),
    text(60),
)
VILLAGE = Column(
    "village",
    "行政村",
    ("村", "村委会", "村(社区)", "行政村名称", "所在村", "村名", "居委", "村居", "社区", "村委会名称"),
    text(60),
)
GROUP = Column(
    "group", "自然村", ("村民小组", "所在组", "组", "小组", "自然村组", "村小组", "自然村名称"), text(40)
)
NAME = Column(
    "name",
    "姓名",
    ("成员姓名", "人员姓名", "家庭成员姓名", "持证人姓名", "户主姓名"),
    fixed(parse.name()),
    True,
    True,
)
HEAD_NAME = Column("name", "户主姓名", ("姓名", "户主", "户主名称"), fixed(parse.name()), True, True)
PHONE = Column(
    "phone",
    "联系电话",
    ("人联系电话", "户联系电话", "电话", "手机", "手机号", "手机号码", "联系方式"),
    fixed(parse.phone()),
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
REMARK = raw("remark", "备注", "说明")

HOUSEHOLD_NUMBER = Column(
    "household_number",
    "户编号",
    ("户编码", "家庭编号", "户编号码", "户号"),
    fixed(parse.number_text("户编号", 30)),
)
RELATION = Column(
    "relation",
    "与户主关系",
    ("与户主的关系", "户主关系", "家庭关系", "与户主之关系"),
    fixed(parse.choice("与户主关系", values.RELATION)),
)
SEX = Column("sex", "性别", (), fixed(parse.choice("性别", values.SEX)))
BIRTH = Column(
    "birth", "出生日期", ("出生年月", "出生年月日", "生日"), lambda as_of: parse.day("出生日期", as_of)
)
SIZE = Column(
    "size",
    "人数",
    ("家庭人口", "成员人数", "户人口数", "家庭人口数", "家庭人数", "人口数"),
    fixed(parse.whole("人数", 1, 40)),
)
INCOME = Column(
    "income",
    "人均纯收入",
    ("年人均纯收入", "家庭年人均纯收入", "家庭人均纯收入", "年人均收入", "人均收入", "家庭年人均收入"),
    fixed(parse.money("人均纯收入", "INCOME_UNKNOWN")),
)
DISABILITY_KIND_HINT = Column("disability_kind", "残疾类别", ("残疾类型",), text(40))
DISABILITY_GRADE_HINT = Column("disability_grade", "残疾等级", (), text(20))


def needed(column: Column, filled: bool = True) -> Column:
    return Column(column.key, column.label, column.aliases, column.parser, True, filled)
