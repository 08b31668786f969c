"""A backup brought back (E06): looked through first; what was there goes only when all has proved right.

Until then the former schema stands renamed in the database and the former attachments in another folder; a
refusal puts both back, and so does the next restore after one that was killed.
"""

import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from dabao import audit, crypto
from dabao.postgres import programs
from dabao.sealed_files import BrokenFileError, OpeningReader
from dabao.services.backups import (
    ATTACHMENTS,
    BLOCK,
    DATABASE,
    FOLDERS,
    FORMAT,
    MANIFEST,
    BackupError,
    Manifest,
    count_rows,
    measured,
)

FORMER = "before_restore"
SEALED_NAMES = ("raw",)  # besides `…_sealed`


def restore(*, folder: Path, force: bool = False) -> Manifest:
    """Put a backup in the place of an empty database, or with `force` of any; BackupError: all is as before.

    Ends before migrations that are newer than the backup; the caller applies them.
    """
    manifest = examine(folder=folder)
    _refuse_company()
    _put_back()  # what a restore that was killed had set aside
    if connection.introspection.table_names() and not force:
        raise BackupError("数据库不是空的。请先建一个空库；确实要用备份替换现有数据，请加 --force。")
    with _unpacked(folder / ATTACHMENTS) as attachments:
        _set_aside()
        try:
            _load(folder / DATABASE)
            _refuse_other_rows(manifest)
            _refuse_unreadable_fields()
            _bring_in(attachments)
        except BaseException:
            _put_back()
            raise
    _forget_former()
    with transaction.atomic():
        audit.record("backup.restore", actor=None, label=audit.COMMAND_LINE, made_at=manifest.made_at)
    return manifest


def examine(*, folder: Path) -> Manifest:
    """The manifest of a backup that this program, with this key, can restore. Raises BackupError."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BackupError(f"{folder} 里没有 {MANIFEST}，不是一份完整的备份。请核对文件夹。") from None
    except (ValueError, TypeError):
        raise BackupError(f"{MANIFEST} 读不懂，可能被改动过。请用另一份备份。") from None
    if manifest.format != FORMAT:
        raise BackupError(f"备份的格式是 {manifest.format}，本程序只认 {FORMAT}。请用做备份时的程序版本。")
    if manifest.key_mark != crypto.key_mark():
        raise BackupError(
            f"密钥不对：备份用的密钥标记是 {manifest.key_mark}，现在的是 {crypto.key_mark()}。"
            "请把做备份时的 DABAO_FIELD_KEY 从保险柜取来，放回环境文件（试用版放回 keys 文件夹）再恢复。"
        )
    if not manifest.is_genuine():
        raise BackupError(f"{MANIFEST} 与签名不符，被改动过。请用另一份备份。")
    for name, expected in manifest.files.items():
        if not (folder / name).is_file() or measured(folder / name) != expected:
            raise BackupError(f"{name} 与清单不符：缺了、截断了或被改动过。请用另一份备份。")
    unknown = set(manifest.migrations) - _known_migrations()
    if unknown:
        raise BackupError(f"备份来自更新的程序（本程序没有 {min(unknown)}）。请先更新程序再恢复。")
    return manifest


def _known_migrations() -> set[str]:
    return {".".join(key) for key in MigrationLoader(None).disk_migrations}


def _refuse_company() -> None:
    """Nobody else may work in the database meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        others = cursor.fetchone()[0]
    if others:
        raise BackupError(f"还有 {others} 个连接在用数据库。请先停下网页、后台程序和定时任务，再恢复。")


def _set_aside() -> None:
    """The database's schema gets another name and leaves an empty one; the attachments get another folder."""
    _former_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    _execute(f"ALTER SCHEMA public RENAME TO {FORMER}; CREATE SCHEMA public")


def _put_back() -> None:
    """Undo `_set_aside` and whatever came after it; nothing when nothing was set aside."""
    if _former_schema_stands():
        for kept in _former_folder().iterdir():
            shutil.rmtree(settings.DABAO_DATA_DIR / kept.name, ignore_errors=True)
            kept.rename(settings.DABAO_DATA_DIR / kept.name)
        _execute(f"DROP SCHEMA public CASCADE; ALTER SCHEMA {FORMER} RENAME TO public")
    shutil.rmtree(_former_folder(), ignore_errors=True)


def _forget_former() -> None:
    """What was there before goes for good; once the schema is dropped, there is no way back."""
    _execute(f"DROP SCHEMA {FORMER} CASCADE")
    shutil.rmtree(_former_folder(), ignore_errors=True)


def _former_folder() -> Path:
    return settings.DABAO_DATA_DIR / FORMER


def _former_schema_stands() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [FORMER])
        return cursor.fetchone() is not None


def _execute(statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements)


def _load(path: Path) -> None:
    arguments = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    try:
        with path.open("rb") as file, programs.running("pg_restore", *arguments, feeds=True) as target:
            shutil.copyfileobj(OpeningReader(file), target, BLOCK)
    except BrokenFileError as error:
        raise BackupError(f"{DATABASE} 打不开：被改动过，或密钥不对。现有数据没有动。") from error
    except programs.ProgramError as error:
        raise BackupError(f"数据库没有恢复成，现有数据没有动。{error}") from error


def _refuse_other_rows(manifest: Manifest) -> None:
    found = count_rows()
    wrong = sorted(table for table in manifest.rows | found if manifest.rows.get(table) != found.get(table))
    if wrong:
        raise BackupError(f"恢复后行数与清单不符：{'、'.join(wrong)}。现有数据没有动，请用另一份备份。")


def sealed_columns() -> list[tuple[str, str]]:
    """(table, column) of every sealed field of the models."""
    return [
        (model._meta.db_table, field.attname)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField)
        and (field.name.endswith("_sealed") or field.name in SEALED_NAMES)
    ]


def _refuse_unreadable_fields() -> None:
    """One value of each sealed column and each key that it was sealed with must open."""
    for table, column in sealed_columns():
        name, place = connection.ops.quote_name(column), connection.ops.quote_name(table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT ON (get_byte({name}, 0)) {name} FROM {place} WHERE length({name}) > 0"
            )
            samples = [row[0] for row in cursor.fetchall()]
        for sample in samples:
            try:
                crypto.unseal_bytes(sample)
            except crypto.WrongKeyError as error:
                raise BackupError(
                    f"{table} 的 {column} 有打不开的值：少了旧密钥。"
                    "请把当时的 DABAO_FIELD_KEYS_OLD 也放回，再恢复。现有数据没有动。"
                ) from error


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    """The attachments unpacked beside their place; what is left of it goes at the end."""
    place = settings.DABAO_DATA_DIR / "restoring"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    try:
        with (
            path.open("rb") as file,
            tarfile.open(fileobj=cast(IO[bytes], OpeningReader(file)), mode="r|gz") as archive,
        ):
            archive.extractall(place, filter="data")
        yield place
    except (BrokenFileError, tarfile.TarError) as error:
        raise BackupError(f"{ATTACHMENTS} 打不开：被改动过，或密钥不对。现有数据没有动。") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _bring_in(restored: Path) -> None:
    """The restored folders take the place of the former ones."""
    for name in FOLDERS:
        place = settings.DABAO_DATA_DIR / name
        if place.exists():
            place.rename(_former_folder() / name)
        if (restored / name).exists():
            (restored / name).rename(place)
