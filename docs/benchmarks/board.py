"""How long the board takes for a whole county, and whether that grows with its people.

    .venv/bin/python docs/benchmarks/board.py [PEOPLE] [--most MILLISECONDS] [--ratio RATIO]

Imports an invented registry list of PEOPLE (default 40,000) into a throwaway database, opens a case for every
household that the screening lists, verifies, rechecks, closes and enrols a part of them, and asks for the
board as a bureau leader does. The floor is the least that a board could read: one count of the same cases by
township and state, and the page that anybody gets for help. Prints both, their ratio, and the number of
queries for a tenth of the people and for all. Exits 1 when the board takes longer than `--most` (default
300) milliseconds, more than `--ratio` (default 8) floors, or more queries for more people.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from invented_list import make_certificates, make_list, throwaway

DAY, OPENED, TIMES = date(2020, 4, 10), date(2020, 3, 5), 15


@dataclass(frozen=True, slots=True)
class Measured:
    people: int
    cases: int
    floor: float
    board: float
    past: float
    queries: int


def fill(folder: Path, number: int) -> None:
    """A county of `number` people in the midst of phase 1."""
    from dabao import plans
    from screening.models import Case, CaseEvent
    from screening.services.list_command import import_list
    from screening.services.screening import screen_region

    make_list(folder / "list.xlsx", number)
    make_certificates(folder / "certificates.xlsx", number)
    plan = plans.current()
    import_list(kind="registry", path=folder / "list.xlsx", as_of=OPENED)
    import_list(kind="disability", path=folder / "certificates.xlsx", as_of=OPENED)
    screen_region(plan=plan, region_code=plan.region_id, day=OPENED)
    cases = list(Case.objects.filter(plan=plan).order_by("pk"))
    events: list[Any] = []
    for place, case in enumerate(cases):
        if place % 4 == 0:
            continue
        case.verified_on = OPENED + timedelta(days=1 + place % 34)
        case.state = ("to_recheck", "to_enrol", "closed")[place % 3]
        if case.state == "closed":
            case.outcome = ("enrolled", "not_eligible", "covered_confirmed")[place % 9 // 3]
            case.closed_on = case.verified_on
        events.append(
            CaseEvent(
                case=case,
                day=case.verified_on,
                kind="verified",
                from_state="to_verify",
                to_state=case.state,
                outcome=case.outcome,
                actor_label="测量",
                text="核查",
            )
        )
    Case.objects.bulk_update(cases, ["verified_on", "state", "outcome", "closed_on"], batch_size=1000)
    CaseEvent.objects.bulk_create(events, batch_size=1000)


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of some runs, after one that warms up."""
    work()
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        work()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)


def measure(folder: Path, number: int) -> Measured:
    """Of a county with `number` people, which is then emptied again."""
    from django.db import connection, transaction
    from django.db.models import Count
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from dabao.models import Posting, User
    from dabao.scope import Role
    from screening.models import Case

    with transaction.atomic():
        fill(folder, number)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        leader = User.objects.create(username="leader", name="测量")
        Posting.objects.create(
            user=leader, role=Role.BUREAU_LEADER, region_id="532326", first_day=date(2020, 3, 3)
        )
        client = Client()
        client.force_login(leader)

        def page(path: str) -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}：{answer.status_code}")

        def least() -> None:
            counted = Case.objects.values("household__region__parent", "state").annotate(n=Count("pk"))
            list(counted.order_by())
            page("/help/")

        floor = milliseconds(least)
        board = milliseconds(lambda: page("/board/"))
        past = milliseconds(lambda: page("/board/?as_at=2020-04-01"))
        with CaptureQueriesContext(connection) as found:
            page("/board/")
        cases = Case.objects.count()
        transaction.set_rollback(True)
    sys.stdout.write(
        f"{number:,} 人、{cases:,} 户：督战图 {board:.0f} 毫秒（往日的 {past:.0f} 毫秒），"
        f"下限 {floor:.0f} 毫秒，合 {board / floor:.1f} 倍，{len(found)} 次查询\n"
    )
    return Measured(number, cases, floor, board, past, len(found))


def main() -> int:
    arguments = argparse.ArgumentParser(description="督战图的用时，与只数一遍、只出一页的下限相比")
    arguments.add_argument("people", type=int, nargs="?", default=40_000)
    arguments.add_argument("--most", type=float, default=300.0)
    arguments.add_argument("--ratio", type=float, default=8.0)
    options = arguments.parse_args()
    with throwaway() as folder:
        few, all_of_them = (measure(folder, number) for number in (options.people // 10, options.people))
    within = all_of_them.board <= options.most and all_of_them.board <= options.ratio * all_of_them.floor
    return 0 if within and few.queries == all_of_them.queries else 1


if __name__ == "__main__":
    sys.exit(main())
