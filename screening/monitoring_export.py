"""The lists of monitoring as spreadsheets: as they stand, without numbers of persons (C02, C13)."""

from datetime import date

from django.db.models import QuerySet

from dabao.scope import Scope
from screening import exports
from screening.models import Household, RiskWarning
from screening.queries import monitoring
from screening.queries import warnings as queries

WARNING_HEADS = [
    "序号",
    "为什么预警",
    "户主",
    "乡镇·村",
    "人口",
    "依据",
    "来源",
    "限期",
    "限期状态",
    "到哪了",
]
WARNING_WIDTHS = [6, 14, 10, 20, 6, 44, 40, 12, 12, 14]
HOUSEHOLD_HEADS = "序号 户主 乡镇·村 组 人口 情况 人均年收入（元） 最近跟踪".split()
HOUSEHOLD_WIDTHS = [6, 10, 20, 10, 6, 20, 16, 12]


def warnings(scope: Scope, listed: QuerySet[RiskWarning], foot: str, day: date) -> tuple[bytes, int]:
    """The workbook and its number of rows."""
    rows = queries.rows(scope, queries.for_rows(scope, listed), day)
    cells = [
        [
            number, row.kind, row.head, row.place, row.size, row.words.sentence, row.origin, row.due_on,
            row.status_text, row.stands,
        ]
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    return exports.workbook("预警", WARNING_HEADS, cells, foot, WARNING_WIDTHS), len(rows)


def households(scope: Scope, listed: QuerySet[Household], title: str, foot: str) -> tuple[bytes, int]:
    """The workbook and its number of rows."""
    rows = monitoring.rows(scope, monitoring.for_rows(scope, listed))
    cells = [
        [number, row.head, row.place, row.group, row.size, row.about, row.income, row.followed_on]
        for number, row in enumerate(rows, 1)
    ]
    return exports.workbook(title, HOUSEHOLD_HEADS, cells, foot, HOUSEHOLD_WIDTHS), len(rows)
