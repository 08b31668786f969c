"""`manage.py import_list`: bring a list in from a file, in the foreground and without a broker."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from dabao import clock, plans
from screening.choices import Hold, ListKind
from screening.services import list_command

REFUSED = 2


class Command(BaseCommand):
    help = "导入一份名单：检查每一行，入库，给出合计。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=ListKind.values, metavar="KIND")
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--as-of", type=date.fromisoformat, help="截至日期，默认业务日")
        parser.add_argument("--region", help="行政区划代码，默认方案的县")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不入库")
        parser.add_argument("--hold", choices=Hold.values, default=Hold.HOUSEHOLD.value)
        parser.add_argument("--reason", default="", help="未脱贫户数、人数与方案不符的原因")
        parser.add_argument("--json", action="store_true", help="标准输出只有一个 JSON 对象")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self._import(options)
        except (ValidationError, plans.NoPlanError) as refusal:
            message = "；".join(getattr(refusal, "messages", [str(refusal)]))
            result = list_command.refusal(
                kind=options["kind"],
                file_name=options["file"].name,
                as_of=options["as_of"] or clock.today(),
                region_code=options["region"],
                message=message,
            )
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        elif not result["refused"]:
            self.stdout.write(self._sentence(result))
        if result["refused"]:
            self.stderr.write(result["refused"])
            raise SystemExit(REFUSED)

    @staticmethod
    def _import(options: dict[str, Any]) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise ValidationError(f"没有这个文件：{path}。请核对路径。")
        return list_command.import_list(
            kind=options["kind"],
            path=path,
            as_of=options["as_of"] or clock.today(),
            region_code=options["region"],
            hold=options["hold"],
            dry_run=options["dry_run"],
            reason=options["reason"].strip()[:200],
        )

    @staticmethod
    def _sentence(result: dict[str, Any]) -> str:
        return (
            f"读到 {result['rows_read']} 行 ＝ 新增 {result['created']} ＋ 变更 {result['updated']} ＋ 不变 "
            f"{result['unchanged']} ＋ 有问题 {result['rejected']} ＋ 跳过 {result['skipped']}；"
            f"{result['households']} 户 {result['persons']} 人；消失 {result['disappeared']}；"
            f"用时 {result['seconds']} 秒。"
        )
