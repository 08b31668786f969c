import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from dabao import audit, clock, plans
from dabao.scope import whole
from screening.queries.cases import CaseFilters
from screening.services import ledger


class Command(BaseCommand):
    help = "把电子台账按官方栏目导出为 xlsx，一行一户，号码遮住。"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("out", metavar="OUT.xlsx", type=Path)
        parser.add_argument("--region", help="只导出这个代码下的户，默认方案的全部地区")
        parser.add_argument("--plan", help="方案代号，默认当前方案")

    def handle(self, *, out: Path, region: str | None, plan: str | None, **options: Any) -> None:
        try:
            chosen = plans.by_code(plan)
        except plans.NoPlanError as error:
            self.refuse(str(error))
        code = region or chosen.region_id
        if not code.startswith(chosen.region_id):
            self.refuse(f"地区 {code} 不在方案的范围 {chosen.region_id} 内。")
        if not out.parent.is_dir():
            self.refuse(f"没有文件夹 {out.parent}。请先建好，或换一个位置。")
        content = ledger.export(
            scope=whole(code),
            plan=chosen,
            filters=CaseFilters(region=code),
            actor=None,
            label=audit.COMMAND_LINE,
            day=clock.today(),
            purpose="命令行导出",
        )
        out.write_bytes(content)
        self.stdout.write(f"已导出到 {out}。")

    def refuse(self, reason: str) -> None:
        """Exit 2 with the reason on standard error."""
        self.stderr.write(reason)
        raise SystemExit(2)
