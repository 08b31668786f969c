"""The photos of a household as its pages show them (C08)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from dabao.scope import Right, Scope
from screening.choices import PhotoKind, VerificationState, VisitResult
from screening.models import Case, Photo, Verification

_CONCLUSIONS = Q(round=1, result=VisitResult.VISITED.value) & Q(
    state__in=[VerificationState.SUBMITTED.value, VerificationState.SUPERSEDED.value]
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo with what is said of it. `visible`: this viewer may look at it; `mine`: he took it.

    `kept`: a conclusion rests on it, so that taking it away leaves it on record.
    """

    photo: Photo
    visible: bool
    mine: bool
    kept: bool
    words: str
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Album:
    """All photos of a household: those that stand, and those taken away."""

    shown: list[Shown]
    removed: list[Shown]

    @property
    def lacking(self) -> str:
        """What no photo shows: 没有户牌、没有材料."""
        there = {one.photo.kind for one in self.shown}
        wanted = (PhotoKind.HOUSE, PhotoKind.DOORPLATE, PhotoKind.PAPER)
        return "、".join(f"没有{kind.label}" for kind in wanted if kind not in there)


def album(scope: Scope, case_id: UUID, visiting_on: date | None = None) -> Album:
    """The photos of a household in the scope, oldest first; `visiting_on`: the day of the visit at hand."""
    photos = list(
        Photo.objects.within(scope)
        .filter(case=case_id)
        .select_related("by", "removed_by", "case__household")
        .order_by("recorded_at", "pk")
    )
    if not photos:
        return Album([], [])
    visits = list(
        Verification.objects.filter(_CONCLUSIONS, case=case_id)
        .order_by("submitted_at")
        .values_list("submitted_at", "visited_on")
    )
    elsewhere = _elsewhere(scope, photos)
    shown = []
    for photo in photos:
        after = [day for at, day in visits if at and at >= photo.recorded_at]
        hints = _hints(photo, after[0] if after else visiting_on, elsewhere.get(photo.sha256, 0))
        shown.append(
            Shown(
                photo,
                visible=may_see(scope, photo.kind, photo.case.household.region_id),
                mine=photo.by_id == scope.user_id,
                kept=bool(after),
                words=_words(photo),
                hints=hints,
            )
        )
    return Album(
        [one for one in shown if not one.photo.removed_on], [one for one in shown if one.photo.removed_on]
    )


def photo(scope: Scope, photo_id: UUID) -> Photo:
    """One photo. Raises ObjectDoesNotExist outside the scope."""
    return Photo.objects.within(scope).select_related("by", "case__household").get(pk=photo_id)


def may_see(scope: Scope, kind: str, region_code: str) -> bool:
    """Papers may show whole numbers: they are for who may see those; all else for who reads the household."""
    return scope.may(Right.REVEAL if kind == PhotoKind.PAPER else Right.READ, region_code)


def may_add(scope: Scope, case_id: UUID) -> None:
    """Raises ObjectDoesNotExist outside the scope, PermissionDenied without the right to verify there."""
    case = Case.objects.within(scope).select_related("household").get(pk=case_id)
    scope.require(Right.VERIFY, case.household.region_id)


def served_a_conclusion(scope: Scope, photo: Photo) -> bool:
    """Whether a conclusion that was not withdrawn came after the photo, so that it rests on it."""
    visits = Verification.objects.within(scope).filter(_CONCLUSIONS, case=photo.case_id)
    return visits.filter(submitted_at__gte=photo.recorded_at).exists()


def _elsewhere(scope: Scope, photos: list[Photo]) -> dict[str, int]:
    """By digest of a photo: how many other households in the scope have the same one."""
    same = (
        Photo.objects.within(scope)
        .filter(sha256__in={one.sha256 for one in photos}, removed_on=None)
        .exclude(case=photos[0].case_id)
        .order_by()
        .values("sha256")
        .annotate(households=Count("case", distinct=True))
    )
    return {row["sha256"]: row["households"] for row in same}


def _words(photo: Photo) -> str:
    """When and whether with a place: 拍摄于 3月29日 10:12，有位置."""
    place = "没有位置" if photo.latitude is None else "有位置"
    if photo.taken_at is None:
        return f"没有拍摄时间，{place}"
    taken = timezone.localtime(photo.taken_at)
    return f"拍摄于 {taken.month}月{taken.day}日 {taken:%H:%M}，{place}"


def _hints(photo: Photo, visited_on: date | None, elsewhere: int) -> tuple[str, ...]:
    """What to look at closely; hints, never conclusions."""
    found = []
    taken = timezone.localtime(photo.taken_at).date() if photo.taken_at else None
    if taken and visited_on and taken != visited_on:
        found.append(f"不是入户那天（{visited_on.month}月{visited_on.day}日）拍的")
    if elsewhere:
        found.append(f"另有 {elsewhere} 户用了同一张")
    return tuple(found)
