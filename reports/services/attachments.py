"""The file kept with a meeting: what may come in, under which name it lies, how it leaves (C20; W05, W08)."""

import zipfile
from dataclasses import dataclass
from datetime import date
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Scope
from reports.models import Meeting
from reports.queries import reports as queries

FOLDER = "meetings"
LONGEST_NAME = 100
MEGABYTE = 1024 * 1024
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# By extension: how such a file begins, and as what it is served.
KINDS = {
    "pdf": (b"%PDF-", "application/pdf"),
    "docx": (b"PK\x03\x04", DOCX),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
}
WORDS = "附件可以是 pdf、docx、jpg、png"


@dataclass(frozen=True, slots=True)
class Download:
    """An opened attachment, with the name and type under which it leaves."""

    content: IO[bytes]
    name: str
    content_type: str


def extension(name: str) -> str:
    """pdf of 纪要.PDF; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def check(file: UploadedFile) -> None:
    """Refuse what is too big, of another kind, or not what its name says."""
    kind = extension(file.name or "")
    limit = settings.MEETING_FILE_LIMIT
    if kind not in KINDS:
        raise ValidationError({"file": f"{WORDS}。这个文件不是，请转换后再选。"})
    if (file.size or 0) > limit:
        raise ValidationError({"file": f"附件不能超过 {limit // MEGABYTE} MB。请压缩后再选。"})
    file.seek(0)
    begins = file.read(16).startswith(KINDS[kind][0])
    if not begins or (kind == "docx" and not _is_word(file)):
        raise ValidationError({"file": f"这个文件名是 .{kind}，里面却不是。请用原来的软件打开，另存后再选。"})
    file.seek(0)


def _is_word(file: UploadedFile) -> bool:
    """Whether a ZIP holds a document of Word, and no macros; only its list of parts is read."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    return "word/document.xml" in parts and not any(part.endswith("vbaProject.bin") for part in parts)


def attach(meeting: Meeting, file: UploadedFile) -> None:
    """Give the meeting a new file, not yet written: `write` does that, last in the transaction."""
    remove(meeting)
    kind = extension(file.name or "")
    stem = (file.name or "").rpartition(".")[0]
    meeting.file_name = f"{stem[: LONGEST_NAME - len(kind) - 1]}.{kind}"
    meeting.stored_as = f"{FOLDER}/{uuid4().hex}.{kind}"


def write(meeting: Meeting, file: UploadedFile) -> None:
    """Put the file under the random name of its meeting, outside of what the web server serves."""
    file.seek(0)
    default_storage.save(meeting.stored_as, file)


def remove(meeting: Meeting) -> None:
    """Take the file from the meeting; it goes from the disk once the change is certain."""
    stored_as = meeting.stored_as
    if stored_as:
        transaction.on_commit(lambda: default_storage.delete(stored_as))
    meeting.file_name = meeting.stored_as = ""


@transaction.atomic
def download(*, scope: Scope, plan: WorkPlan, region_code: str, month: date, actor: User) -> Download | None:
    """The file of a meeting in the scope; every download stands in the log. None when there is none."""
    queries.township(scope, plan, region_code)
    meeting = queries.meeting(scope, plan, region_code, month)
    if meeting is None or not meeting.stored_as or not default_storage.exists(meeting.stored_as):
        return None
    audit.record(
        "meeting.download", actor=actor, obj=meeting, region_code=region_code, month=f"{month:%Y-%m}"
    )
    content_type = KINDS[extension(meeting.stored_as)][1]
    return Download(default_storage.open(meeting.stored_as), meeting.file_name, content_type)
