"""`manage.py undo_import`: take an import back when nobody has worked on its rows since."""

import json
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand

from dabao import clock
from dabao.scope import whole
from screening.services.list_undo import WorkedOnError, undo_list

REFUSED = 2


class Command(BaseCommand):
    help = "撤销一次导入：它新增的删去，改过、结束了的放回原样，再筛查一遍；已有人接着办的，列出来并拒绝"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("id", help="import_list 输出里的 id")
        parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")

    def handle(self, *_args: Any, **options: Any) -> None:
        result = self._undo(options["id"])
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        elif not result["refused"]:
            self.stdout.write(
                f"已撤销：删去 {result['deleted']:,} 条，放回 {result['restored']:,} 条；"
                f"名单里少了 {result['cases_gone']:,} 户。"
            )
        if result["refused"]:
            self.stderr.write(result["refused"])
            raise SystemExit(REFUSED)

    @staticmethod
    def _undo(given: str) -> dict[str, Any]:
        refusal = {"id": given, "deleted": 0, "restored": 0, "cases_gone": 0, "worked_on": []}
        try:
            return undo_list(scope=whole(""), list_id=UUID(given), actor=None, day=clock.today())
        except (ObjectDoesNotExist, ValueError):
            return refusal | {"refused": f"没有编号为 {given} 的名单。请核对 import_list 输出里的 id。"}
        except WorkedOnError as worked:
            return refusal | {"refused": worked.messages[0], "worked_on": worked.reasons}
        except ValidationError as refused:
            return refusal | {"refused": refused.messages[0]}
