"""Builders of invented lists for the tests of the desk: a workbook in memory, one good row of each kind."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from dabao.tests.cast import COUNTY, make_id
from screening.services import list_command

AS_OF = date(2020, 3, 31)

REGISTRY = (
    "序号 县(市、区、旗) 乡(镇) 行政村 自然村 户编号 人编号 "
    "姓名 证件号码 人数 与户主关系 民族 健康状况 劳动技能 "
    "务工状况 务工时间（月） 脱贫属性 脱贫年度 贫困户属性 主要致贫原因 危房户 饮水安全 人均纯收入 联系电话"
).split()
DISABILITY = "姓名 身份证号 残疾证号 残疾类别 残疾等级 状态".split()
ILLNESS = "姓名 身份证号 病种名称 备案类型 入院日期 总费用 个人自付".split()
BENEFITS = "姓名 身份证号 救助类型 档次 月保障金额 起始保障年月 保障人数".split()
MONITORED = "户编号 户主姓名 身份证号 家庭人口 监测对象类型 识别时间".split()
MARGINAL = "乡镇 行政村 户编号 姓名 身份证号 与户主关系 家庭人口 识别时间".split()
FINDINGS = "户编号 户主姓名 排查行动 排查结果 排查日期".split()


def number(n: int) -> str:
    """The n-th invented ID number: odd ones are men, all born in 1970."""
    return make_id("532326", date(1970, 1 + n % 12, 1 + n % 28), n % 999)


def person(n: int, household: int, relation: str = "户主", **changes: Any) -> dict[str, Any]:
    """A good row of the registry: a man of 石羊镇柳树塘村; `changes` by heading."""
    row = {
        "序号": str(n),
        "县(市、区、旗)": "大姚县",
        "乡(镇)": "石羊镇",
        "行政村": "柳树塘村委会",
        "自然村": "三组",
        "户编号": f"532326000000{household:04d}",
        "人编号": f"53232600000000{n:04d}",
        "姓名": f"普有{chr(0x4E00 + n)}",
        "证件号码": number(2 * n + 1),
        "人数": "1",
        "与户主关系": relation,
        "民族": "彝族",
        "健康状况": "健康",
        "劳动技能": "普通劳动力",
        "务工状况": "省外务工",
        "务工时间（月）": "6",
        "脱贫属性": "已脱贫",
        "脱贫年度": "2018",
        "贫困户属性": "一般脱贫户",
        "主要致贫原因": "因病",
        "危房户": "否",
        "饮水安全": "是",
        "人均纯收入": "5200",
        "联系电话": "13800002217",
    }
    return row | changes


def workbook(
    headings: Sequence[str], rows: Sequence[dict[str, Any] | Sequence[Any]], title: str = ""
) -> bytes:
    """An .xlsx of one sheet: an optional title row, the headings, the rows by heading or by position."""
    book = Workbook()
    sheet = book.active
    if title:
        sheet.append([title])
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings] if isinstance(row, dict) else list(row))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def bring_in(
    folder: Path,
    kind: str,
    content: bytes | tuple[Sequence[str], Sequence[Any]],
    *,
    as_of: date = AS_OF,
    name: str = "名单.xlsx",
    **options: Any,
) -> dict[str, Any]:
    """Import a file through the service of the command; returns its JSON."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else workbook(*content))
    return list_command.import_list(
        kind=kind, path=path, as_of=as_of, region_code=options.pop("region", COUNTY), **options
    )


def codes(result: dict[str, Any], level: str = "errors") -> list[str]:
    return [problem["code"] for problem in result[level]]


def adds_up(result: dict[str, Any]) -> bool:
    parts = ("created", "updated", "unchanged", "rejected", "skipped")
    return result["rows_read"] == sum(result[part] for part in parts) and result["skipped"] == sum(
        result["skipped_why"].values()
    )
