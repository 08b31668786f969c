"""manage.py load_plan: regions, the 2020 plan, units and its supervision table; safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dabao.services import plan_loading
from supervision.services import assignments

FIXTURES = settings.BASE_DIR / "fixtures"


class Command(BaseCommand):
    help = "装入行政区划、2020年方案、股室和挂牌督战表（可重复运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        regions = plan_loading.load_regions(regions=plan_loading.read_regions(FIXTURES / "regions.csv"))
        plan, new = plan_loading.load_plan(path=FIXTURES / "plan_2020.json")
        made = assignments.load_supervision(plan=plan, path=FIXTURES / "supervision_2020.json")
        done = "已装入" if new else "早已装入，未改动"
        self.stdout.write(f"{plan.document}{done}；新增行政区划 {regions} 个、挂包 {made} 条。")
