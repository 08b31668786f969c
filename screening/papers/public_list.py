"""公示名单 as an official paper: names, villages, schemes; the archive's copy says where it hung (C10)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from dabao.documents.official import LARGE, Paper
from dabao.models import Region, Standard, WorkPlan
from screening.choices import Scheme
from screening.models import Objection
from screening.papers.words import boxes, exact
from screening.queries.publicity import PublicLine, PublicList
from screening.rules.wording import yuan

HEAD = ("序号", "户主 / 本人", "村、组", "拟救助种类", "人数", "每月（元）", "理由")
WIDTHS = (13, 23, 30, 23, 13, 23, 31)
AT_LEFT = (0, 1, 2, 3, 6)


@dataclass(frozen=True, slots=True)
class Hanging:
    """A list with the place and days for which it hangs; `objections` None while it hangs."""

    plan: WorkPlan
    township: Region
    found: PublicList
    first: date
    last: date
    standard: Standard | None
    objections: Sequence[Objection] | None = None


def write(hanging: Hanging, template: Path, target: BinaryIO, *, archive: bool = False) -> None:
    """`archive`: the copy that is kept, with where it hung, who hung it, and what came of it."""
    found, town, plan = hanging.found, hanging.township, hanging.plan
    paper = Paper(f"{town.name}拟纳入社会救助对象公示", template)
    paper.space()
    last = f"{hanging.last.month}月{hanging.last.day}日"
    days = (hanging.last - hanging.first).days + 1
    paper.text(
        f"经个人申请、入户核查和{town.name}审核，下列 {found.households} 户 {found.persons} 人"
        "拟纳入社会救助，现予公示。"
    )
    paper.text(
        f"公示时间：{_full(hanging.first)}至{_full(hanging.last)}（{days} 天）。有不同意见的，"
        f"请在 {last} 24 时前用下面的电话或书面提出；提出意见的人，我们为其保密。"
    )
    rows = [_row(number, line) for number, line in enumerate(found.lines, 1)]
    rows.append(("", "合计", f"{found.households} 户", "", str(found.persons), exact(found.monthly), ""))
    paper.table("拟纳入社会救助对象名单", HEAD, rows, WIDTHS, left=AT_LEFT, size=LARGE)
    paper.text(_standard(hanging.standard) + "名单不公布身份证号、家庭成员姓名、电话、病情和残疾情况。")
    paper.text(f"{plan.region.name}民政局督战办：{plan.contact_name}　{plan.contact_phone}")
    paper.signed(f"{town.official_name}人民政府（章）", hanging.first)
    if archive:
        _archive(paper, hanging)
    paper.save(target)


def _row(number: int, line: PublicLine) -> tuple[str, ...]:
    once = "（一次）" if line.scheme == Scheme.TEMPORARY.label else ""
    amount = "—" if line.monthly is None else f"{exact(line.monthly)}{once}"
    place = "·".join(filter(None, [line.village, line.group]))
    return (str(number), line.name, place, line.scheme, str(line.persons), amount, line.why)


def _archive(paper: Paper, hanging: Hanging) -> None:
    found = hanging.found
    boards = f"镇政府公开栏；{'、'.join(found.villages)}村公开栏"
    rows = [
        ("张贴地点", "；".join(found.posted_where) or boards),
        ("张贴人、时间", "　　　　　　　　　　月　　日　　时"),
        ("公示结果", _result(hanging.objections)),
        ("核实人（签字）", ""),
    ]
    paper.table("存档联", ("事项", "情况"), rows, (36, 120), left=(0, 1), size=LARGE)


def _result(objections: Sequence[Objection] | None) -> str:
    """What came of it, once it hung its days; else boxes to tick."""
    if objections is None:
        return boxes({"没有异议": False, "有异议：": False})
    if not objections:
        return boxes({"没有异议": True, "有异议": False})
    upheld = sum(one.upheld is True for one in objections)
    unsettled = sum(one.upheld is None for one in objections)
    settled = len(objections) - upheld - unsettled
    told = f"有异议 {len(objections)} 条（成立 {upheld}，不成立 {settled}，没处理 {unsettled}）"
    return boxes({"没有异议": False, told: True})


def _standard(standard: Standard | None) -> str:
    if standard is None:
        return ""
    doubt = "" if standard.confirmed else "（以上级公布为准）"
    return f"农村低保标准 {yuan(standard.amount)} 元/年{doubt}。"


def _full(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
