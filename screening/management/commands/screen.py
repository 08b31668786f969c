import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand

from dabao import audit, clock, plans
from screening.services.screening import screen_region


class Command(BaseCommand):
    help = "按方案筛查六类对象：命中的开立排查对象，判断不了的列为待查。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--plan", help="方案代号，默认当前方案")
        parser.add_argument("--region", help="只筛查这个代码下的户，默认方案的全部地区")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, **options: Any) -> None:
        try:
            plan = plans.by_code(options["plan"])
        except plans.NoPlanError as error:
            self.refuse(str(error), as_json=options["json"])
        region = options["region"] or plan.region_id
        if not region.startswith(plan.region_id):
            self.refuse(f"地区 {region} 不在方案的范围 {plan.region_id} 内。", as_json=options["json"])
        result = screen_region(plan=plan, region_code=region, day=clock.today(), label=audit.COMMAND_LINE)
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
            return
        self.stdout.write(f"命中 {result.households} 户 / {result.persons} 人，新开 {result.cases_new} 户，")
        self.stdout.write(f"名单共 {result.cases_total} 户，用时 {result.seconds} 秒。")

    def refuse(self, reason: str, *, as_json: bool) -> None:
        """Exit 2 with the reason on standard error and, for --json, in `refused`."""
        if as_json:
            self.stdout.write(json.dumps({"refused": reason}, ensure_ascii=False))
        self.stderr.write(reason)
        raise SystemExit(2)
