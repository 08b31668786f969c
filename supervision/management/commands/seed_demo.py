"""manage.py seed_demo [--until DATE]: the invented lists, accounts and work; safe to run again."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dabao import plans
from supervision.demo import year
from supervision.demo.seed import seed


class Command(BaseCommand):
    help = "装入演示县的账号、名单和进行中的工作（全部虚构；可重复运行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            help="再逐日过到这一天（YYYY-MM-DD），约几分钟；网页用 DABAO_TODAY 看那一天",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seed(self.stdout.write)
            if options["until"]:
                year.live_on(plan=plans.current(), last=options["until"], tell=self.stdout.write)
        except (plans.NoPlanError, RuntimeError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
