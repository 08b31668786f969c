from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from dabao.postgres.programs import ProgramError
from dabao.services import restoring
from dabao.services.backups import BackupError


class Command(BaseCommand):
    """manage.py restore DIR: looks the backup through, restores it, migrates, checks the invariants."""

    help = "从备份恢复到空数据库，恢复后升级并核对数据；退出码 2：备份不能用，或核对有问题"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="manage.py backup 做的文件夹")
        parser.add_argument("--force", action="store_true", help="数据库不空也恢复：现有数据和附件会被替换")

    def handle(self, *args: Any, folder: Path, force: bool, **options: Any) -> None:
        try:
            manifest = restoring.restore(folder=folder.absolute(), force=force)
        except (BackupError, ProgramError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"已恢复 {manifest.made_at} 的备份："
            f"{sum(manifest.rows.values()):,} 行，附件 {manifest.attachments:,} 个。"
        )
        call_command("migrate", verbosity=0)
        self.stdout.write("数据库已是本程序的版本。核对数据：")
        call_command("check_invariants", stdout=self.stdout, stderr=self.stderr)
