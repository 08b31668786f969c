"""manage.py run_daily: the day's flags and notices, and those of every day missed (C23, C27)."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from dabao import audit, clock, plans
from supervision.services import daily

REFUSED = 2


class Command(BaseCommand):
    help = "每天的逾期和缺报检查，补上漏掉的日子（可重复运行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", type=date.fromisoformat, help="哪一天，YYYY-MM-DD；默认今天")
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["date"] or clock.today()
        try:
            result = daily.run_daily(day=day, label=audit.COMMAND_LINE)
        except plans.NoPlanError as refusal:
            self.stderr.write(str(refusal))
            if options["json"]:
                self.stdout.write(json.dumps({"date": day.isoformat(), "refused": str(refusal)}))
            sys.exit(REFUSED)
        told = result.as_json()
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        raised, cleared = sum(result.flags_raised.values()), sum(result.flags_cleared.values())
        self.stdout.write(
            f"{day}：补上 {len(result.caught_up)} 天；新记红旗 {raised} 面，消除 {cleared} 面，"
            f"提醒 {result.notices} 条。"
        )
