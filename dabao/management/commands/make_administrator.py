from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from dabao import clock
from dabao.scope import Role
from dabao.services import accounts, postings


class Command(BaseCommand):
    """The first account of an installation: whoever holds the machine makes the one who makes all others."""

    help = "建一位系统管理员，显示一次初始密码。装好以后先做这一步，至少建两位。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="账号，如 duanzhiqiang")
        parser.add_argument("name", help="姓名")
        parser.add_argument("--office", default="", help="单位")

    def handle(self, *args: Any, username: str, name: str, office: str, **options: Any) -> None:
        try:
            with transaction.atomic():
                user, password = accounts.create(actor=None, username=username, name=name, office=office)
                postings.grant(
                    actor=None, user=user, role=Role.SYSTEM_ADMIN, region=None, first_day=clock.today()
                )
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages), returncode=2) from refusal
        self.stdout.write(
            f"已建 {user.username}（{user.name}）。初始密码 {password}，只显示这一次，登录后先换。"
        )
