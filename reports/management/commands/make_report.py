"""`manage.py make_report --month 2020-04 [--region 532326102] OUT.docx`: a report as an official paper."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError

from dabao import clock, plans
from dabao.documents.official import template, template_path
from dabao.scope import whole
from reports import county_page, documents, pages

REFUSED = 2


class Command(BaseCommand):
    help = "把某月的月报写成公文格式的 docx；没报送（县级：没批）的注明“草稿”。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, help="OUT.docx")
        parser.add_argument("--month", help="YYYY-MM")
        parser.add_argument("--region", help="乡镇代码；不写就是县级报告")
        parser.add_argument("--template", action="store_true", help="只写出可在 Word 里改样式的空白模板")

    def handle(self, *args: Any, out: Path, month: str, region: str, **options: Any) -> None:
        if options["template"]:
            template().save(str(out))
            self.stdout.write(f"模板写到 {out}；改好样式后放到 {template_path()}。")
            return
        plan = plans.current()
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError as wrong:
            raise CommandError(f"月份「{month}」不对，请写成 2020-04 这样。", returncode=REFUSED) from wrong
        if not region:
            self._county(plan, first, out)
            return
        try:
            page = pages.find(whole(plan.region_id), plan, region, first, clock.today())
        except ObjectDoesNotExist as absent:
            raise CommandError(f"本县没有代码为「{region}」的乡镇。", returncode=REFUSED) from absent
        if page is None:
            raise CommandError(f"{month} 没有月报：不在方案期内，或还没到。", returncode=REFUSED)
        documents.township_paper(page).save(out)
        self.stdout.write(f"{page.region.name}{first.month}月月报已写到 {out}。")

    def _county(self, plan: Any, month: date, out: Path) -> None:
        page = county_page.find(whole(plan.region_id), plan, month, clock.today())
        if page is None:
            raise CommandError(f"{month:%Y-%m} 没有县级报告：不在方案期内，或还没到。", returncode=REFUSED)
        documents.county_paper(page).save(out)
        self.stdout.write(f"{page.region.name}{month.month}月报告已写到 {out}。")
