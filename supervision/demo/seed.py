"""Everything of the demo county from nothing, or from where an earlier run was killed."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from dabao import audit, clock, plans
from dabao.models import AuditEvent, User
from supervision.demo import (
    aid,
    findings,
    inspections,
    lists,
    objections,
    orders,
    people,
    photos,
    reviews,
    warnings,
    work,
)
from supervision.services import daily

FOLDER = settings.BASE_DIR / "fixtures" / "demo"
SEEDED = "demo.seeded"


def seed(tell: Callable[[str], None]) -> None:
    """Accounts, lists, screening and work in progress. Refused in production; needs the plan.

    Once it is all there nothing is done again, whatever people have made of it since.
    """
    if settings.PRODUCTION:
        raise RuntimeError("演示数据只能装入演示环境。")
    plan = plans.current()
    if AuditEvent.objects.filter(action=SEEDED).exists():
        tell("演示数据早已装好，没有改动。")
        return
    made = people.make_accounts(path=FOLDER / "cast.json")
    tell(f"新建账号 {made} 个。")
    lists.import_lists(folder=FOLDER, actor=User.objects.get(username="xianju"), tell=tell)
    work.carry_on(plan=plan, path=FOLDER / "progress.json", tell=tell)
    objections.hear(plan=plan, tell=tell)
    photos.take(plan=plan, tell=tell)
    warnings.report(plan=plan, tell=tell)
    reviews.look_again(plan=plan, tell=tell)
    aid.carry_on(plan=plan, tell=tell)
    orders.send(plan=plan, tell=tell)
    findings.follow(plan=plan, tell=tell)
    inspections.come(plan=plan, tell=tell)
    raised = daily.run_daily(day=clock.today()).flags_raised
    tell(f"记红旗 {sum(raised.values())} 面。")
    orders.publish(plan=plan, tell=tell)
    with transaction.atomic():
        audit.record(SEEDED, actor=None, label=audit.COMMAND_LINE)
