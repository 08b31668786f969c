"""How long an import takes against the bare floor: calamine reading the file plus COPY of the same cells.

    .venv/bin/python docs/benchmarks/import.py [PEOPLE] [--most RATIO]

Makes an invented registry list (28 columns), measures the floor and the whole import (reading in the child
process, checks, sealing, staging, matching, writing) in one run on a throwaway database, and prints seconds,
ratio and memory. Exits 1 when the ratio is above `--most` (default 8).
"""

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
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


def floor(path: Path) -> tuple[float, float]:
    """Seconds of calamine reading, and of COPY of the same cells into a plain table."""
    import python_calamine
    from django.db import connection

    begun = time.perf_counter()
    rows = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    read = time.perf_counter() - begun
    columns = ", ".join(f"c{n} text" for n in range(len(HEADINGS)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_floor ({columns})")
        begun = time.perf_counter()
        with cursor.cursor.copy("COPY bench_floor FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        copied = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_floor")
    return read, copied


def main() -> int:
    arguments = argparse.ArgumentParser(description="导入名单的用时，与只读取、只写入的下限相比")
    arguments.add_argument("people", type=int, nargs="?", default=40_000)
    arguments.add_argument("--most", type=float, default=8.0)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"DABAO_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "dabao.settings"}
        sys.path.insert(0, str(BASE))
        return measure(Path(folder), options.people, options.most)


def measure(folder: Path, number: int, most: float) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from screening.services import list_command

    call_command("migrate", verbosity=0)
    call_command("load_plan", stdout=sys.stderr)
    path = folder / "list.xlsx"
    make_list(path, number)
    read, copied = floor(path)
    bare = read + copied
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    show = sys.stdout.write
    show(f"下限：读 {read:.2f} 秒 ＋ 写 {copied:.2f} 秒 ＝ {bare:.2f} 秒\n")
    worst = 0.0
    for label, day in (("第一次", date(2020, 2, 29)), ("同样内容的下一期", date(2020, 3, 31))):
        begun = time.perf_counter()
        result = list_command.import_list(kind="registry", path=path, as_of=day)
        seconds = time.perf_counter() - begun
        ratio = seconds / bare
        worst = max(worst, ratio)
        show(
            f"{label}导入 {result['rows_read']} 行：{seconds:.2f} 秒，{ratio:.1f} 倍"
            f"（新增 {result['created']}、不变 {result['unchanged']}）\n"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    show(f"内存：本进程最多 {memory} MB（导入前 {before} MB），读表格的子进程最多 {child} MB\n")
    return 0 if worst <= most else 1


if __name__ == "__main__":
    sys.exit(main())
