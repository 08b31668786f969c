"""manage.py seed_demo: the invented lists, accounts and work in progress; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dabao import plans
from supervision.demo.seed import seed


class Command(BaseCommand):
    help = "装入演示县的账号、名单和进行中的工作（全部虚构；可重复运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seed(self.stdout.write)
        except (plans.NoPlanError, RuntimeError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
