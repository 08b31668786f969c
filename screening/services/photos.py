"""Photos of a household: taken in, opened, taken away, each with its line in the log (C08; W08).

Decoding comes before the household is locked, for it may take a second; files are written last and go again
when the transaction fails.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from dabao import audit, pictures
from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import CaseState, PhotoKind
from screening.models import Case, Photo
from screening.queries import photos as queries
from screening.services.cases import Kind, lock, note

FOLDER = "photos"
MOST_AT_ONCE, MOST_PER_CASE = 10, 30


@dataclass(frozen=True, slots=True)
class Added:
    """How many photos were kept, and a sentence for each that was not."""

    kept: int
    refused: list[str]


def add(
    *, scope: Scope, case_id: UUID, actor: User, files: Sequence[IO[bytes]], kind: str, day: date
) -> Added:
    """Keep photos of a household; one that is no photo, or is there already, is refused by itself.

    Raises ObjectDoesNotExist outside the scope, PermissionDenied without the right, ValidationError when
    none can be taken now.
    """
    queries.may_add(scope, case_id)
    if kind not in PhotoKind:
        raise ValidationError("先选拍的是什么：房屋、户牌、材料，还是其他。")
    if not files:
        raise ValidationError("还没选照片。请拍一张，或从相册里选。")
    refused = []
    if len(files) > MOST_AT_ONCE:
        refused.append(
            f"一次最多传 {MOST_AT_ONCE} 张，后面 {len(files) - MOST_AT_ONCE} 张没有传，请再选一次。"
        )
    found = []
    for place, file in enumerate(files[:MOST_AT_ONCE], 1):
        try:
            found.append(pictures.read(file))
        except pictures.RefusedError as why:
            refused.append(f"第 {place} 张没有存：{why}" if len(files) > 1 else f"没有存：{why}")
    kept, again = _keep(scope, case_id, actor, found, kind, day) if found else (0, 0)
    if again:
        refused.append(f"有 {again} 张这一户已经有了，没有再存。")
    return Added(kept, refused)


@transaction.atomic
def _keep(
    scope: Scope, case_id: UUID, actor: User, found: list[pictures.Picture], kind: str, day: date
) -> tuple[int, int]:
    """How many were kept, and how many the household had already."""
    case = lock(scope, case_id, Right.VERIFY)
    if case.state == CaseState.CLOSED:
        raise ValidationError("这一户已经办结，不再收照片。情况有变化，请先“重新核查”。")
    there = set(case.photos.filter(removed_on=None).values_list("sha256", flat=True))
    new = {one.sha256: one for one in found if one.sha256 not in there}
    if len(there) + len(new) > MOST_PER_CASE:
        raise ValidationError(f"一户最多 {MOST_PER_CASE} 张照片，已有 {len(there)} 张。请先删掉不用的。")
    written: list[str] = []
    try:
        for one in new.values():
            _write(case, one, kind, actor, day, written)
    except BaseException:
        _delete(written)
        raise
    return len(new), len(found) - len(new)


def _write(case: Case, one: pictures.Picture, kind: str, actor: User, day: date, written: list[str]) -> None:
    name = uuid4().hex
    photo = Photo(
        case=case,
        kind=kind,
        taken_at=one.taken_at,
        latitude=None if one.latitude is None else Decimal(str(one.latitude)),
        longitude=None if one.longitude is None else Decimal(str(one.longitude)),
        by=actor,
        recorded_on=day,
        stored_as=f"{FOLDER}/{name}.jpg",
        small_as=f"{FOLDER}/{name}-small.jpg",
        size=len(one.content),
        width=one.width,
        height=one.height,
        sha256=one.sha256,
    )
    photo.full_clean(exclude=["case", "by"])
    photo.save()
    audit.record(
        "photo.add", actor=actor, obj=photo, region_code=case.household.region_id, kind=kind, size=photo.size
    )
    for path, content in ((photo.stored_as, one.content), (photo.small_as, one.small)):
        written.append(default_storage.save(path, ContentFile(content)))


@transaction.atomic
def remove(*, scope: Scope, photo_id: UUID, actor: User, reason: str, day: date) -> Photo:
    """Take a photo away: deleted while nobody concluded the household with it, else kept and marked.

    Only who took it may. Raises ObjectDoesNotExist outside the scope, ValidationError in words.
    """
    photo = queries.photo(scope, photo_id)
    case = lock(scope, photo.case_id, Right.VERIFY)
    photo = queries.photo(scope, photo_id)  # as it is now that the household is locked
    if photo.by_id != actor.pk:
        raise ValidationError(f"这张照片是{photo.by.name}传的，只有本人能移除。")
    if photo.removed_on:
        raise ValidationError("这张照片已经移除了。")
    region = case.household.region_id
    if not queries.served_a_conclusion(scope, photo):
        audit.record("photo.delete", actor=actor, obj=photo, region_code=region, sha256=photo.sha256)
        names = [photo.stored_as, photo.small_as]
        photo.delete()
        transaction.on_commit(lambda: _delete(names))
        return photo
    if not reason.strip():
        raise ValidationError("核查结论用过这张照片，移除要写明原因；照片留档，不再显示。")
    photo.removed_on, photo.removed_by, photo.removal_reason = day, actor, reason.strip()[:200]
    photo.save(update_fields=["removed_on", "removed_by", "removal_reason"])
    audit.record("photo.remove", actor=actor, obj=photo, region_code=region)
    told = f"移除照片（{photo.get_kind_display()}）：{photo.removal_reason}"
    note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, photo=str(photo.pk))
    return photo


@transaction.atomic
def open_photo(*, scope: Scope, photo_id: UUID, actor: User, small: bool = False) -> IO[Any] | None:
    """The JPEG of a photo in the scope; None when its file is gone.

    Papers may show whole numbers: only who may see those sees them, and looking stands in the log.
    Raises ObjectDoesNotExist outside the scope, PermissionDenied.
    """
    photo = queries.photo(scope, photo_id)
    region = photo.case.household.region_id
    if not queries.may_see(scope, photo.kind, region):
        raise PermissionDenied("材料照片上可能有完整号码，你的岗位不能看。")
    path = photo.small_as if small else photo.stored_as
    if not default_storage.exists(path):
        return None
    if photo.kind == PhotoKind.PAPER and not small:
        audit.record("photo.open", actor=actor, obj=photo, region_code=region)
    return default_storage.open(path)


def _delete(names: Iterable[str]) -> None:
    for name in names:
        default_storage.delete(name)
