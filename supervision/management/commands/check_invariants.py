"""manage.py check_invariants: totals add up, nobody is lost, cases agree with events, the log is whole."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from supervision.services import invariants

FOUND = 2


class Command(BaseCommand):
    help = "核对数据：导入合计、一人一户、状态与经过、操作日志链；有问题时退出码为 2"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="输出一个 JSON 对象")

    def handle(self, *args: Any, **options: Any) -> None:
        found = invariants.check()
        faults = sum(len(sentences) for sentences in found.values())
        if options["json"]:
            self.stdout.write(json.dumps({"faults": faults, "findings": found}, ensure_ascii=False))
        else:
            for name, sentences in found.items():
                self.stdout.write(f"{name}：{'相符' if not sentences else f'{len(sentences)} 条'}")
            for sentence in (sentence for sentences in found.values() for sentence in sentences):
                self.stderr.write(sentence)
        if faults:
            sys.exit(FOUND)
