"""Screening against importing the same people, and whether it grows in proportion to their number.

    .venv/bin/python docs/benchmarks/screening.py [PEOPLE]

For a quarter, a half and all of PEOPLE (default 40,000): imports an invented registry list into a throwaway
database, with a certificate for every twentieth of them, and screens it. Exits 1 when the screening of all
takes longer than their import, or more than 1.5 times its share of the time for a quarter.
"""

import argparse
import sys
import time
from datetime import date
from pathlib import Path

from invented_list import make_certificates, make_list, throwaway

MOST_AGAINST_IMPORT, MOST_AGAINST_PROPORTION = 1.0, 1.5


def measure(folder: Path, number: int) -> tuple[float, float]:
    """Seconds of the import and the screening of `number` people into the empty base, which is then emptied
    again.
    """
    from django.db import transaction

    from dabao import plans
    from screening.services.list_command import import_list
    from screening.services.screening import screen_region

    make_list(folder / "list.xlsx", number)
    make_certificates(folder / "certificates.xlsx", number)
    day, plan = date(2020, 3, 31), plans.current()
    with transaction.atomic():
        begun = time.perf_counter()
        import_list(kind="registry", path=folder / "list.xlsx", as_of=day)
        imported = time.perf_counter() - begun
        import_list(kind="disability", path=folder / "certificates.xlsx", as_of=day)
        begun = time.perf_counter()
        result = screen_region(plan=plan, region_code=plan.region_id, day=day)
        screened = time.perf_counter() - begun
        transaction.set_rollback(True)
    sys.stdout.write(
        f"{number:,} 人：导入 {imported:.2f} 秒，筛查 {screened:.2f} 秒，合 {screened / imported:.2f} 倍"
        f"（列入 {result.households:,} 户）\n"
    )
    return imported, screened


def main() -> int:
    arguments = argparse.ArgumentParser(description="筛查的用时，与导入同样的人相比；人数翻倍，用时也只翻倍")
    arguments.add_argument("people", type=int, nargs="?", default=40_000)
    most = arguments.parse_args().people
    with throwaway() as folder:
        quarter, half, whole = (measure(folder, number) for number in (most // 4, most // 2, most))
    growth = [after[1] / before[1] for before, after in ((quarter, half), (quarter, whole))]
    sys.stdout.write(f"筛查：人数 2 倍，用时 {growth[0]:.1f} 倍；人数 4 倍，用时 {growth[1]:.1f} 倍\n")
    within = whole[1] <= MOST_AGAINST_IMPORT * whole[0] and growth[1] <= 4 * MOST_AGAINST_PROPORTION
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
