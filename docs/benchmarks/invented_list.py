"""The invented registry list of the benchmarks, and the throwaway installation in which they run."""

import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

BASE = Path(__file__).resolve().parents[2]
HEADINGS = (
    "序号 县(市、区、旗) 乡(镇) 行政村 自然村 户编号 人编号 "
    "姓名 证件号码 人数 与户主关系 民族 文化程度 在校生状况 "
    "健康状况 劳动技能 务工状况 务工时间（月） 参加大病医疗 脱贫属性 脱贫年度 贫困户属性 主要致贫原因 危房户 "
    "饮水安全 人均纯收入 联系电话 帮扶单位"
).split()
SURNAMES, GIVEN = "普自罗李杨周起鲁", "建国春秀丽华明芳文兴云翠"


def regions() -> list[dict[str, str]]:
    with (BASE / "fixtures" / "regions.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def people(number: int) -> Iterator[list[str]]:
    """Invented rows, four to a household."""
    from screening.rules.identity import check_character

    names = {region["code"]: region["name"] for region in regions()}
    villages = [code for code in names if len(code) == 12]
    for n in range(number):
        village = villages[n // 4 % len(villages)]
        birth = date(1950, 1, 1) + timedelta(days=n % 20_000)
        body = f"532326{birth:%Y%m%d}{n // 20_000 * 2 + 1:03d}"
        name = SURNAMES[n % 8] + GIVEN[n // 8 % 12] + GIVEN[n // 96 % 12]
        yield [
            str(n + 1),
            "大姚县",
            names[village[:9]],
            names[village],
            f"{n % 9 + 1}组",
            f"532326{n // 4:010d}",
            f"5323{n:014d}",
            name,
            body + check_character(body),
            "4",
            "户主" if n % 4 == 0 else "其他",
            "彝族",
            "小学",
            "非在校生",
            "健康",
            "普通劳动力" if n % 3 else "无劳动力",
            "省外务工",
            "6",
            "是",
            "已脱贫",
            "2018",
            "一般脱贫户",
            "因病",
            "否",
            "是",
            f"{4_000 + n // 4 % 3_000}",
            f"138{n:08d}",
            "县民政局",
        ]


def make_list(path: Path, number: int) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.append(["建档立卡名单"])
    sheet.append(HEADINGS)
    for row in people(number):
        sheet.append(row)
    book.save(path)


def make_certificates(path: Path, number: int) -> None:
    """A disability list: a certificate for every twentieth of the same people."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.append(["姓名", "身份证号", "残疾类别", "残疾等级"])
    for n, row in enumerate(people(number)):
        if n % 20 == 0:
            sheet.append([row[7], row[8], "肢体", "一级" if n % 40 else "三级"])
    book.save(path)


def processor_seconds() -> float:
    """Processor time so far of this process, its children, and the database's process that serves it: what a
    piece of work costs, also on a machine that others keep busy (Linux).
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
    times = os.times()
    ticks = int(server[11]) + int(server[12])
    return (
        times.user
        + times.system
        + times.children_user
        + times.children_system
        + ticks / os.sysconf("SC_CLK_TCK")
    )


@contextmanager
def throwaway() -> Iterator[Path]:
    """A folder with an empty installation (migrated, plan loaded); gone afterwards. Comes first: it sets the
    environment in which Django is set up.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"DABAO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "dabao.settings"}
        sys.path.insert(0, str(BASE))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_plan", stdout=sys.stderr)
        yield Path(folder)
