"""Files with a turn of a finding: what may come in, its name on the disk, how it leaves (W05, W08)."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import IO
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dabao import audit, pictures
from dabao.models import User
from dabao.scope import Scope
from reports.services.attachments import KINDS, LONGEST_NAME, Download, check, extension
from supervision.models import FindingEvidence, FindingTurn

FOLDER = "findings"
MOST = 9
PICTURES = ("jpg", "jpeg", "png")


@dataclass(frozen=True, slots=True)
class Ready:
    """A file that was checked: its name, what is stored of it. A photo is shrunk, with no trace of where."""

    name: str
    kind: str
    content: IO[bytes]
    size: int


def made_ready(files: Sequence[UploadedFile]) -> list[Ready]:
    """Raise ValidationError for a file that is too big, of another kind, broken, or too many of them."""
    if len(files) > MOST:
        raise ValidationError({"files": f"一次最多附 {MOST} 个文件。其余的可在“报进展”里再附。"})
    return [_ready(file) for file in files]


def _ready(file: UploadedFile) -> Ready:
    name = file.name or ""
    try:
        check(file)
        if extension(name) in PICTURES:
            content = pictures.read(file).content
            return Ready(name, "jpg", BytesIO(content), len(content))
    except ValidationError as refusal:
        raise ValidationError({"files": f"{name}：{''.join(refusal.messages)}"}) from refusal
    except pictures.RefusedError as refusal:
        raise ValidationError({"files": f"{name}：{refusal}"}) from refusal
    return Ready(name, extension(name), file, file.size or 0)


def attach(turn: FindingTurn, files: Sequence[Ready]) -> None:
    """Keep files with a turn, last in its transaction: one that fails before leaves no file."""
    for file in files:
        stem = file.name.rpartition(".")[0]
        row = FindingEvidence(
            turn=turn,
            file_name=f"{stem[: LONGEST_NAME - len(file.kind) - 1]}.{file.kind}",
            stored_as=f"{FOLDER}/{uuid4().hex}.{file.kind}",
            size=file.size,
        )
        row.full_clean()
        row.save()
        file.content.seek(0)
        default_storage.save(row.stored_as, ContentFile(file.content.read()))


@transaction.atomic
def download(*, scope: Scope, finding_id: UUID, evidence_id: UUID, actor: User) -> Download:
    """A file of a finding in the scope; every download stands in the log. ObjectDoesNotExist for none."""
    row = (
        FindingEvidence.objects.within(scope)
        .select_related("turn__finding")
        .get(pk=evidence_id, turn__finding=finding_id)
    )
    audit.record(
        "finding.download",
        actor=actor,
        obj=row,
        region_code=row.turn.finding.region_id,
        finding=str(finding_id),
    )
    content_type = KINDS[extension(row.stored_as)][1]
    return Download(default_storage.open(row.stored_as), row.file_name, content_type)
