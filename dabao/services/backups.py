"""A backup: one folder with the database, the attachments and a manifest (E05); never a key.

Database and attachments are sealed files; the manifest is plain JSON, signed. The rows it counts are those
of the dump exactly, for both see one snapshot, however much is being written meanwhile. Sessions stay out:
nobody is to be signed in again by a restore.
"""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from dabao import audit, clock, crypto
from dabao.postgres import programs
from dabao.sealed_files import BrokenFileError, OpeningReader, SealingWriter

FORMAT = 1
DATABASE, ATTACHMENTS, MANIFEST = "database.sealed", "attachments.sealed", "manifest.json"
FOLDERS = ("files", "templates")  # of the data folder
LEFT_OUT = ("django_session",)
BLOCK = 1024 * 1024


class BackupError(Exception):
    """A backup that cannot be made or used; the message says in Chinese what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: `rows` by table, `files` by name with size in bytes and sha256."""

    format: int
    made_at: str
    business_day: str
    postgres: str
    key_mark: str
    migrations: list[str]
    rows: dict[str, int]
    attachments: int
    files: dict[str, dict[str, Any]]
    signature: str = ""

    def signed(self) -> "Manifest":
        return replace(self, signature=crypto.sign(self._message()))

    def is_genuine(self) -> bool:
        return self.signature == crypto.sign(self._message())

    def _message(self) -> bytes:
        return json.dumps(asdict(self) | {"signature": ""}, sort_keys=True).encode()

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def make(*, folder: Path) -> Manifest:
    """Make a backup in a folder that does not exist yet or is empty; it appears there only when whole."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(f"{folder} 里已有东西。请换一个空文件夹，免得盖掉以前的备份。")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        manifest = _fill(unfinished)
        _read_back(unfinished)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    with transaction.atomic():
        size = sum(file["bytes"] for file in manifest.files.values())
        audit.record("backup.make", actor=None, label=audit.COMMAND_LINE, bytes=size)
    return manifest


def _fill(folder: Path) -> Manifest:
    with snapshot() as name:
        rows, migrations = count_rows(), sorted(".".join(key) for key in applied_migrations())
        excluded = [f"--exclude-table-data={table}" for table in LEFT_OUT]
        arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}", *excluded]
        with sealing(folder / DATABASE) as target, programs.running("pg_dump", *arguments) as source:
            shutil.copyfileobj(source, target, BLOCK)
    attachments = _pack(folder / ATTACHMENTS)
    manifest = Manifest(
        format=FORMAT,
        made_at=timezone.localtime().isoformat(timespec="seconds"),
        business_day=clock.today().isoformat(),
        postgres=_server_version(),
        key_mark=crypto.key_mark(),
        migrations=migrations,
        rows=rows,
        attachments=attachments,
        files={name: measured(folder / name) for name in (DATABASE, ATTACHMENTS)},
    ).signed()
    manifest.write(folder)
    return manifest


def _server_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return cursor.fetchone()[0]


@contextmanager
def snapshot() -> Iterator[str]:
    """The name of a snapshot that other connections may share while the block runs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


@contextmanager
def sealing(path: Path) -> Iterator[SealingWriter]:
    """A file to write that is sealed on its way; ended only when the block went well."""
    with path.open("xb") as file:
        writer = SealingWriter(file)
        yield writer
        writer.close()


def _pack(path: Path) -> int:
    """The attachments and the office's own styles as one sealed archive; returns how many files."""
    packed = 0
    with sealing(path) as target, tarfile.open(fileobj=cast(IO[bytes], target), mode="w|gz") as archive:
        for name in FOLDERS:
            top = settings.DABAO_DATA_DIR / name
            for found in sorted(top.rglob("*")) if top.is_dir() else ():
                if found.is_file():
                    archive.add(found, found.relative_to(settings.DABAO_DATA_DIR), recursive=False)
                    packed += 1
    return packed


def _read_back(folder: Path) -> None:
    """A backup counts only when it can be read: every piece opens, and the last one is there."""
    try:
        for name in (DATABASE, ATTACHMENTS):
            with (folder / name).open("rb") as file:
                reader = OpeningReader(file)
                while reader.read(BLOCK):
                    pass
    except BrokenFileError as error:
        raise BackupError("备份写完后读不回来，已作废。请检查磁盘，再做一次。") from error


def measured(path: Path) -> dict[str, Any]:
    """Size in bytes and sha256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def count_rows() -> dict[str, int]:
    """Rows of every table that a backup carries."""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - set(LEFT_OUT)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return counts


def applied_migrations() -> set[tuple[str, str]]:
    """(app, name) of the migrations that the database has seen."""
    return set(MigrationRecorder(connection).applied_migrations())
