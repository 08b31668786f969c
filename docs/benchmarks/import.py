"""How long an import takes against the bare floor: calamine reading the file plus COPY of the same cells.

    .venv/bin/python docs/benchmarks/import.py [PEOPLE] [--most RATIO]

Makes an invented registry list (28 columns), measures the floor and the whole import (reading in the child
process, checks, sealing, staging, matching, writing) in one run on a throwaway database. Prints seconds of
clock and processor (the database included), ratios and memory. The floor is measured before and after;
the least counts. Exits 1 when the ratio of processor time is above `--most` (default 8), for others may keep
the machine busy.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from invented_list import HEADINGS, make_list, processor_seconds, throwaway


def floor(path: Path) -> None:
    """Calamine reads the file, and COPY writes the same cells into a plain table."""
    import python_calamine
    from django.db import connection

    rows = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    columns = ", ".join(f"c{n} text" for n in range(len(HEADINGS)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_floor ({columns})")
        with cursor.cursor.copy("COPY bench_floor FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("DROP TABLE bench_floor")


def cost(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """(seconds by the clock, seconds of processor, result) of a piece of work."""
    clock, processor = time.perf_counter(), processor_seconds()
    result = work()
    return time.perf_counter() - clock, processor_seconds() - processor, result


def main() -> int:
    arguments = argparse.ArgumentParser(description="导入名单的用时，与只读取、只写入的下限相比")
    arguments.add_argument("people", type=int, nargs="?", default=40_000)
    arguments.add_argument("--most", type=float, default=8.0)
    options = arguments.parse_args()
    with throwaway() as folder:
        return measure(folder, options.people, options.most)


def measure(folder: Path, number: int, most: float) -> int:
    from screening.services import list_command

    path = folder / "list.xlsx"
    make_list(path, number)
    floors = [cost(partial(floor, path))]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    show = sys.stdout.write
    took = []
    for label, day in (("第一次", date(2020, 2, 29)), ("同样内容的下一期", date(2020, 3, 31))):
        work = partial(list_command.import_list, kind="registry", path=path, as_of=day)
        took.append((label, *cost(work)))
        floors.append(cost(partial(floor, path)))
    bare, bare_processor = min(each[0] for each in floors), min(each[1] for each in floors)
    show(f"下限（读表格、原样写入）：{bare:.2f} 秒，处理器 {bare_processor:.2f} 秒\n")
    for label, seconds, processor, result in took:
        show(
            f"{label}导入 {result['rows_read']} 行：{seconds:.2f} 秒，{seconds / bare:.1f} 倍；"
            f"处理器 {processor:.2f} 秒，{processor / bare_processor:.1f} 倍"
            f"（新增 {result['created']}、不变 {result['unchanged']}）\n"
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    show(f"内存：本进程最多 {memory} MB（导入前 {before} MB），读表格的子进程最多 {child} MB\n")
    return 0 if max(processor for _, _, processor, _ in took) <= most * bare_processor else 1


if __name__ == "__main__":
    sys.exit(main())
