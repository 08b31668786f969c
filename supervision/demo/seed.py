"""Everything of the demo county from nothing, or from where an earlier run was killed."""

from collections.abc import Callable

from django.conf import settings

from dabao import clock, plans
from dabao.models import User
from supervision.demo import lists, people, warnings, work
from supervision.services import daily

FOLDER = settings.BASE_DIR / "fixtures" / "demo"


def seed(tell: Callable[[str], None]) -> None:
    """Accounts, lists, screening and work in progress. Refused in production; needs the plan."""
    if settings.PRODUCTION:
        raise RuntimeError("演示数据只能装入演示环境。")
    plan = plans.current()
    made = people.make_accounts(path=FOLDER / "cast.json")
    tell(f"新建账号 {made} 个。")
    lists.import_lists(folder=FOLDER, actor=User.objects.get(username="xianju"), tell=tell)
    work.carry_on(plan=plan, path=FOLDER / "progress.json", tell=tell)
    warnings.report(plan=plan, tell=tell)
    raised = daily.run_daily(day=clock.today()).flags_raised
    tell(f"记红旗 {sum(raised.values())} 面。")
