from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from dabao.demo import demo_accounts, disable_demo_accounts


class Command(BaseCommand):
    help = "列出演示账号；--disable 停用它们（演示数据库转作正式用之前）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--disable", action="store_true", help="停用全部演示账号")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["disable"]:
            self.stdout.write(f"已停用 {disable_demo_accounts()} 个演示账号。")
            return
        accounts = demo_accounts()
        if not accounts:
            self.stdout.write("没有演示账号。")
            return
        self.stdout.write(f"演示账号（密码都是 {settings.DEMO_PASSWORD}）：")
        for account in accounts:
            self.stdout.write(f"  {account.username:<12}{account.role}　{account.name}　{account.office}")
