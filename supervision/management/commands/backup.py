from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dabao.postgres.programs import ProgramError
from dabao.services import backups


class Command(BaseCommand):
    """manage.py backup DIR: database and attachments, sealed, with a signed manifest; never a key."""

    help = "备份数据库和附件到一个新文件夹（加密，附清单）；密钥不在里面，要另存"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="新文件夹，如 /var/backups/dabao/2020-04-10")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            manifest = backups.make(folder=folder.absolute())
        except (backups.BackupError, ProgramError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        rows, size = sum(manifest.rows.values()), sum(file["bytes"] for file in manifest.files.values())
        self.stdout.write(
            f"已备份到 {folder}：{len(manifest.rows)} 张表 {rows:,} 行，附件 {manifest.attachments:,} 个，"
            f"{size / 1024 / 1024:,.1f} MB，已读回核对。"
        )
        kept = "环境变量 DABAO_FIELD_KEY" if settings.PRODUCTION else f"{settings.DABAO_DATA_DIR / 'keys'}"
        self.stdout.write(
            f"密钥不在备份里，在{kept}（标记 {manifest.key_mark}）。没有它备份打不开："
            "请抄一份放保险柜，不要和备份放在一起。"
        )
