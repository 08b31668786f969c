"""Backup and restore (E05, E06, F18): everything comes back, and nothing that is not whole is taken."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from dabao import audit, crypto
from dabao.embedded import Postgres
from dabao.models import AuditEvent
from dabao.queries import running
from dabao.services import backups, restoring
from dabao.tests.cast import TODAY
from screening.models import CategoryMatch, Person

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "532326196805121217"


@pytest.fixture
def photo(settings, tmp_path) -> bytes:
    """A data folder of the test's own, with one attachment in it."""
    settings.DABAO_DATA_DIR = tmp_path / "data"
    place = tmp_path / "data" / "files" / "photos"
    place.mkdir(parents=True)
    (place / "house.jpg").write_bytes(b"\xff\xd8 a house")
    return b"\xff\xd8 a house"


@pytest.fixture
def backup(county, make_case, photo, tmp_path) -> Path:
    """A backup of one household, whose head has a sealed number, and of one photo."""
    case = make_case()
    CategoryMatch.objects.create(
        plan=county.plan,
        household=case.household,
        category=2,
        answer="yes",
        rule_version="1",
        first_day=TODAY,
    )
    Person.objects.filter(pk=case.household.head_id).update(id_sealed=crypto.seal(NUMBER))
    with transaction.atomic():
        audit.record("case.open", actor=None)
    audit.seal_events()
    backups.make(folder=tmp_path / "backup")
    return tmp_path / "backup"


Restore = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def restore(settings, tmp_path) -> Iterator[Restore]:
    """Runs `manage.py` on another machine, empty: its own database and data folder, the key from the safe."""
    name = f"{connection.settings_dict['NAME']}_restored"
    server = {key: connection.settings_dict[key.upper()] for key in ("host", "user")}
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as link:
        link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        link.execute(f'CREATE DATABASE "{name}"')

    def run(*words: str, key: bytes = settings.DABAO_FIELD_KEY) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {
            "DATABASE_URL": f"postgres://{server['user']}@/{server['host']}/{name}",
            "DABAO_DATA_DIR": str(tmp_path / "other"),
            "DABAO_FIELD_KEY": key.hex(),
            "PATH": f"{Postgres.program('psql').parent}:{os.environ['PATH']}",
        }
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    yield run
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as link:
        link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_everything_comes_back_on_an_empty_machine(backup, restore, photo, tmp_path):
    answer = restore("restore", str(backup))
    assert answer.returncode == 0, answer.stderr
    assert "附件 1 个" in answer.stdout
    assert "操作日志链：相符" in answer.stdout
    assert (tmp_path / "other" / "files" / "photos" / "house.jpg").read_bytes() == photo
    assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["files", "keys"]
    again = restore("backup", str(tmp_path / "again"))
    assert again.returncode == 0, again.stderr
    first, second = (
        json.loads((folder / "manifest.json").read_text()) for folder in (backup, tmp_path / "again")
    )
    # The restore itself is one more event, and nothing else is other.
    assert second["rows"] == first["rows"] | {"dabao_auditevent": first["rows"]["dabao_auditevent"] + 1}


def test_another_key_is_refused_and_a_machine_in_use_is_replaced_only_by_force(backup, restore):
    other_key = restore("restore", str(backup), key=b"k" * 32)
    assert (other_key.returncode, "密钥不对" in other_key.stderr) == (2, True)
    assert restore("migrate", "--verbosity=0").returncode == 0
    refused = restore("restore", str(backup))
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    assert restore("restore", str(backup), "--force").returncode == 0


def test_the_folder_holds_no_key_no_name_and_no_number(backup, settings):
    everything = b"".join(path.read_bytes() for path in backup.iterdir())
    name = Person.objects.exclude(name="").first().name
    for secret in (
        settings.DABAO_FIELD_KEY,
        settings.DABAO_FIELD_KEY.hex().encode(),
        NUMBER.encode(),
        name.encode(),
    ):
        assert secret not in everything


def edited(backup: Path, **changes: object) -> None:
    manifest = json.loads((backup / "manifest.json").read_text())
    (backup / "manifest.json").write_text(json.dumps(manifest | changes))


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


DAMAGE = {
    "a count was changed": (lambda backup: edited(backup, attachments=7), "与签名不符"),
    "a signature was taken out": (lambda backup: edited(backup, signature=""), "与签名不符"),
    "a field was added": (lambda backup: edited(backup, more=1), "读不懂"),
    "another format": (lambda backup: edited(backup, format=2), "格式是 2"),
    "the dump is cut off": (lambda backup: cut_off(backup / "database.sealed"), "database.sealed 与清单不符"),
    "no attachments": (
        lambda backup: (backup / "attachments.sealed").unlink(),
        "attachments.sealed 与清单不符",
    ),
    "no manifest": (lambda backup: (backup / "manifest.json").unlink(), "不是一份完整的备份"),
}


def test_what_is_not_whole_is_refused(backup, tmp_path, subtests):
    restoring.examine(folder=backup)
    for number, (what, (damage, words)) in enumerate(DAMAGE.items()):
        copy = shutil.copytree(backup, tmp_path / f"copy-{number}")
        damage(copy)
        with subtests.test(what), pytest.raises(backups.BackupError, match=words):
            restoring.examine(folder=copy)


def test_a_backup_of_a_newer_program_is_refused(backup, monkeypatch):
    monkeypatch.setattr(restoring, "_known_migrations", lambda: {"dabao.0001_initial"})
    with pytest.raises(backups.BackupError, match="先更新程序"):
        restoring.examine(folder=backup)


def test_a_restore_that_fails_late_leaves_all_as_it_was(backup, photo, settings, monkeypatch):
    """The rows of the restored database are found wrong: the former ones and the former photo stand again."""
    with transaction.atomic():
        audit.record("case.open", actor=None, label="since the backup")
    monkeypatch.setattr(restoring, "_refuse_company", lambda: None)
    monkeypatch.setattr(restoring, "count_rows", lambda: {"nothing": 1})
    with pytest.raises(backups.BackupError, match="行数与清单不符"):
        restoring.restore(folder=backup, force=True)
    assert AuditEvent.objects.filter(actor_label="since the backup").exists()
    assert (settings.DABAO_DATA_DIR / "files" / "photos" / "house.jpg").read_bytes() == photo


def test_a_folder_with_something_in_it_is_not_overwritten(backup):
    before = (backup / "manifest.json").read_bytes()
    with pytest.raises(CommandError, match="里已有东西"):
        call_command("backup", str(backup))
    assert (backup / "manifest.json").read_bytes() == before


def test_the_administrator_sees_the_last_backup(backup, cast):
    part = next(part for part in running.parts(cast.admin.scope()) if part.name == "备份")
    assert part.mark == ("done", "正常")
