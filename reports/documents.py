"""A township's report as an official paper, and the month's table of all townships as a spreadsheet."""

from datetime import date
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from dabao.documents.official import Paper, template_path
from dabao.models import WorkPlan
from reports.county import Row, total
from reports.county_page import CountyPage
from reports.models import ReportState
from reports.pages import ReportPage
from reports.queries import requests as request_queries
from reports.rules import COLUMNS, add, zh
from screening.choices import Category

BUREAU = "民政局"
CHAPTERS = ("一、工作进展情况", "二、存在问题及困难", "三、请求帮助解决事项")
WIDTHS = (25.0, *([11.9] * len(COLUMNS)))


def township_paper(page: ReportPage) -> Paper:
    """The report in GB/T 9704 layout; 草稿 stands above one that is not in."""
    paper = Paper(
        f"{page.region.name}{page.month.year}年{page.month.month}月\n社会救助兜底保障工作情况报告",
        template_path(),
    )
    if not page.closed:
        paper.draft()
    paper.addressee(f"{page.plan.region.name}{BUREAU}")
    paper.text(_covers(page))
    paper.heading(CHAPTERS[0])
    paper.text(page.progress)
    _figures(paper, page)
    paper.heading(CHAPTERS[1])
    paper.text(page.problems or "（还没写）")
    paper.heading(CHAPTERS[2])
    requests = request_queries.of_report(page.scope, page.report)
    for number, one in enumerate(requests, 1):
        paper.text(f"{number}．{one.text}（请{one.unit.name}解决，希望{zh(one.wanted_by)}前）。")
    if not requests:
        paper.text("无。")
    paper.signed(f"{page.region.official_name}人民政府", _day(page))
    return paper


COUNTY_CHAPTERS = ("一、工作进展", "二、存在问题", "三、请求上级支持")
COUNTY_HEAD = (
    "乡镇",
    "报送",
    "应排查",
    "已排查",
    "排查率",
    "符合",
    "已纳入",
    "纳入率",
    "不符合",
    "已复核",
    "复核率",
)
COUNTY_WIDTHS = (20.0, 24.0, *([12.4] * 9))


def county_paper(page: CountyPage) -> Paper:
    """The county's report in GB/T 9704 layout; 草稿 stands above one that no leader has approved."""
    paper = Paper(
        f"{page.region.name}{page.month.year}年{page.month.month}月\n社会救助兜底保障挂牌督战工作情况报告",
        template_path(),
    )
    if not page.approved:
        paper.draft()
    paper.addressee("省民政厅、州民政局、县领导小组办公室")
    texts = (page.progress, page.problems, page.support or "（还没写）")
    for place, (chapter, text) in enumerate(zip(COUNTY_CHAPTERS, texts, strict=True)):
        paper.heading(chapter)
        paper.text(text or "无。")
        if not place:
            rows = [_county_row(row) for row in [*page.rows, total(page.into)]]
            paper.table(f"{page.month.month}月各乡镇月报汇总（户）", COUNTY_HEAD, rows, COUNTY_WIDTHS)
    approved_on = page.report.approved_on if page.report else None
    paper.signed(f"{page.region.name}{BUREAU}", approved_on or page.day)
    return paper


def _county_row(row: Row) -> list[str]:
    if row.code and not row.submitted_on:
        return [row.name, "没报", *["—"] * (len(COUNTY_HEAD) - 2)]
    figures = row.figures
    sent = zh(row.submitted_on) if row.submitted_on else ""
    late = "晚" if row.days_late else ""
    return [
        row.name,
        sent + late,
        str(figures["to_screen"]),
        str(figures["screened"]),
        f"{row.screening_rate}%",
        str(figures["eligible"]),
        str(figures["enrolled"]),
        row.enrolment_rate,
        str(figures["not_eligible"]),
        str(figures["annotated"]),
        row.recheck_rate,
    ]


def _day(page: ReportPage) -> date:
    return page.report.submitted_on if page.report and page.report.submitted_on else page.day


def _covers(page: ReportPage) -> str:
    figures = page.table.figures
    first, last = date.fromisoformat(figures["since_day"]), date.fromisoformat(figures["day"])
    return (
        f"按照《{page.plan.title}》（{page.plan.document}）要求，现将我{page.region.name[-1]}"
        f"{zh(first)}至{zh(last)}社会救助兜底保障工作情况报告如下。"
    )


def _figures(paper: Paper, page: ReportPage) -> None:
    figures = page.table.figures
    head = ["类别", *(column.label for column in COLUMNS)]

    def row(name: str, values: dict[str, list[int]]) -> list[str]:
        return [name, *(str(values[c.key][0]) if c.key in values else "—" for c in COLUMNS)]

    rows = [row(Category(int(n)).label, values) for n, values in figures["categories"].items()]
    since = zh(date.fromisoformat(figures["since_day"]))
    rows += [
        row("六类合计（户次）", figures["visits"]),
        *([row("加：不在六类", figures["outside"])] if figures["outside"]["to_screen"][0] else []),
        row("减：一户多类", figures["double"]),
        row("实有户数", figures["real"]),
        row(f"其中{since}以来", figures["since"]),
    ]
    paper.table(f"{page.region.name}社会救助兜底保障排查情况（户）", head, rows, WIDTHS)


def month_table(plan: WorkPlan, month: date, pages: list[ReportPage], target: BinaryIO | Path) -> None:
    """The table of a month: a line a township and the county's sums, households and persons on a sheet each.

    A township whose report is not in stands with the ledger's figures of the day, and says so.
    """
    book = Workbook()
    book.remove(book.active)
    for place, unit in enumerate(("户", "人")):
        _sheet(book.create_sheet(f"{unit}数"), plan, month, pages, place, unit)
    book.save(target)


def _sheet(
    sheet: Worksheet, plan: WorkPlan, month: date, pages: list[ReportPage], place: int, unit: str
) -> None:
    title = f"{plan.region.name}{month.year}年{month.month}月社会救助兜底保障情况表（{unit}）"
    sheet.append([title])
    sheet.append(["乡镇", *(column.label for column in COLUMNS), "数字"])
    for page in pages:
        real = page.table.figures["real"]
        sheet.append([page.region.name, *(real[c.key][place] for c in COLUMNS), _source(page)])
    total = add(page.table.figures for page in pages)["real"] if pages else {}
    sheet.append(["合计", *(total.get(c.key, [0, 0])[place] for c in COLUMNS), ""])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS) + 2)
    sheet["A1"].font, sheet["A1"].alignment = Font(size=14, bold=True), Alignment(horizontal="center")
    for cell in [*sheet[2], *sheet[sheet.max_row]]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "B3"
    sheet.column_dimensions["A"].width = 12
    sheet.column_dimensions[sheet.cell(2, len(COLUMNS) + 2).column_letter].width = 28
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _source(page: ReportPage) -> str:
    if page.report and page.standing.is_in and page.report.state != ReportState.SUBMITTED:
        return f"{zh(_day(page))}报送，退回修改文字"
    if page.standing.is_in:
        return f"{zh(_day(page))}报送"
    return f"没报，台账{zh(page.day)}的数"
