"""Files with a turn of a finding: what may come in, its name on the disk, how it leaves (W05, W08)."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Scope
from reports.services.attachments import KINDS, LONGEST_NAME, Download, check, extension
from supervision.models import FindingEvidence, FindingTurn

FOLDER = "findings"
MOST = 9


def refuse_unfit(files: Sequence[UploadedFile]) -> None:
    """Raise ValidationError for a file that is too big, of another kind, or too many of them."""
    if len(files) > MOST:
        raise ValidationError({"files": f"一次最多附 {MOST} 个文件。其余的可在“报进展”里再附。"})
    for file in files:
        try:
            check(file)
        except ValidationError as refusal:
            said = "".join(refusal.messages)
            raise ValidationError({"files": f"{file.name}：{said}"}) from refusal


def attach(turn: FindingTurn, files: Sequence[UploadedFile]) -> None:
    """Keep checked files with a turn, last in its transaction; a turn undone leaves no file."""
    for file in files:
        kind = extension(file.name or "")
        stem = (file.name or "").rpartition(".")[0]
        row = FindingEvidence(
            turn=turn,
            file_name=f"{stem[: LONGEST_NAME - len(kind) - 1]}.{kind}",
            stored_as=f"{FOLDER}/{uuid4().hex}.{kind}",
            size=file.size or 0,
        )
        row.full_clean()
        row.save()
        file.seek(0)
        default_storage.save(row.stored_as, file)


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
