"""Accountability with discipline inspection: opened, handed over, result, end; nothing overwritten (C22)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from dabao import audit
from dabao.models import Region, RegionLevel, User, WorkPlan
from dabao.scope import Right, Scope
from supervision.choices import AccountState, EntryKind
from supervision.models import Accountability, AccountabilityEntry, Finding

LEAST_WORDS = 4
# (state, entry) → the state it brings about; notes and corrections leave it.
TRANSITIONS: dict[tuple[str, str], AccountState] = {
    (AccountState.OPEN, EntryKind.HANDED_OVER): AccountState.HANDED_OVER,
    (AccountState.HANDED_OVER, EntryKind.HANDED_OVER): AccountState.HANDED_OVER,
    (AccountState.OPEN, EntryKind.RESULT): AccountState.RESULT,
    (AccountState.HANDED_OVER, EntryKind.RESULT): AccountState.RESULT,
    (AccountState.RESULT, EntryKind.RESULT): AccountState.RESULT,
    (AccountState.RESULT, EntryKind.CLOSED): AccountState.CLOSED,
    **{
        (state, EntryKind.NOTE): state
        for state in (AccountState.OPEN, AccountState.HANDED_OVER, AccountState.RESULT)
    },
    **{(state, EntryKind.CORRECTION): state for state in AccountState},
}
_REFUSED: dict[tuple[str, str], str] = {
    (AccountState.OPEN, EntryKind.CLOSED): "还没有处理结果。先记处理结果，再办结。",
    (AccountState.HANDED_OVER, EntryKind.CLOSED): "还没有处理结果。先记处理结果，再办结。",
    (AccountState.RESULT, EntryKind.HANDED_OVER): "已有处理结果。再移交的，请另立一件。",
}
_ENDED = "这一件已办结。写错的可以更正；有新情况的请另立一件。"


@transaction.atomic
def open_case(
    *,
    scope: Scope,
    plan: WorkPlan,
    actor: User,
    day: date,
    township_code: str,
    ground: str,
    text: str,
    person: str = "",
    post: str = "",
    finding_ids: Iterable[UUID] = (),
    opened_on: date | None = None,
) -> Accountability:
    """Hold a township, or a named official of it, to account. Findings outside the township are refused.

    `opened_on` is the day on the paper, today unless it was opened before it came into the register.

    Raises ObjectDoesNotExist for a township outside the scope, PermissionDenied without the right.
    """
    region = Region.objects.within(scope).get(pk=township_code)
    scope.require(Right.ACCOUNT, region.code)
    if region.level != RegionLevel.TOWNSHIP:
        raise ValidationError({"township": "请选一个乡镇。"})
    opened_on = opened_on or day
    if opened_on > day:
        raise ValidationError({"opened_on": "立项日在今天以后，请核对。"})
    _refuse_thin(text, "请写明情况：谁、什么事、有什么后果。")
    findings = list(Finding.objects.within(scope).filter(pk__in=list(finding_ids), plan=plan))
    if any(not finding.region_id.startswith(region.code) for finding in findings):
        raise ValidationError({"findings": "有的问题不在这个乡镇。请去掉，或改乡镇。"})
    case = Accountability(
        plan=plan,
        region=region,
        person=person.strip(),
        post=post.strip(),
        ground=ground,
        text=text.strip(),
        opened_on=opened_on,
    )
    case.full_clean()
    case.save()
    case.findings.set(findings)
    _entry(case, kind=EntryKind.OPENED, actor=actor, day=day, happened_on=opened_on, text=case.text)
    audit.record(
        "accountability.open",
        actor=actor,
        obj=case,
        region_code=region.code,
        findings=[str(finding.pk) for finding in findings],
    )
    return case


@transaction.atomic
def add_entry(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    day: date,
    kind: str,
    happened_on: date,
    text: str = "",
    to_whom: str = "",
    corrects: UUID | None = None,
    version: int | None = None,
) -> AccountabilityEntry:
    """One more dated entry; `corrects` = the entry that a correction puts right, which stays as it was.

    Raises ObjectDoesNotExist outside what the scope may see of accountability, ValidationError in words.
    """
    case = Accountability.objects.within(scope, Right.ACCOUNT).select_for_update(of=("self",)).get(pk=case_id)
    if version is not None and case.version != version:
        raise ValidationError("你打开以后，这一件有人记过。请刷新页面，看过新的再记。")
    case.state = next_state(case.state, kind)
    if not case.opened_on <= happened_on <= day and kind != EntryKind.CORRECTION:
        raise ValidationError({"happened_on": "日期要在立项日和今天之间，请核对。"})
    if happened_on > day:
        raise ValidationError({"happened_on": "日期在今天以后，请核对。"})
    if kind == EntryKind.HANDED_OVER and len(to_whom.strip()) < LEAST_WORDS:
        raise ValidationError({"to_whom": "请写明移交给谁，例如：县纪委监委派驻纪检监察组。"})
    if kind not in (EntryKind.HANDED_OVER, EntryKind.CLOSED):
        _refuse_thin(text, "请写明内容。")
    corrected = _corrected(case, kind, corrects)
    if kind == EntryKind.CLOSED:
        case.closed_on = day
    case.version += 1
    case.full_clean()
    case.save()
    entry = _entry(
        case,
        kind=kind,
        actor=actor,
        day=day,
        happened_on=happened_on,
        text=text.strip(),
        to_whom=to_whom.strip(),
        corrects=corrected,
    )
    audit.record(
        "accountability.entry",
        actor=actor,
        obj=case,
        region_code=case.region_id,
        kind=kind,
        new={"state": case.state},
    )
    return entry


def next_state(state: str, kind: str) -> AccountState:
    """The state that an entry brings about. Raises ValidationError with what to do instead."""
    after = TRANSITIONS.get((state, kind))
    if after is None:
        raise ValidationError(_REFUSED.get((state, kind), _ENDED))
    return after


def entries_possible(state: str) -> list[EntryKind]:
    """The kinds of entry that the state takes; a correction is made at the entry it corrects."""
    return [kind for kind in EntryKind if (state, kind) in TRANSITIONS and kind != EntryKind.CORRECTION]


def _corrected(case: Accountability, kind: str, corrects: UUID | None) -> AccountabilityEntry | None:
    if kind != EntryKind.CORRECTION:
        return None
    entries = case.entries.exclude(kind=EntryKind.CORRECTION)
    found = entries.filter(pk=corrects).first() if corrects else None
    if found is None:
        raise ValidationError("请从要更正的那一条点“更正”。")
    return found


def _refuse_thin(text: str, words: str) -> None:
    if len(text.strip()) < LEAST_WORDS:
        raise ValidationError({"text": words})


def _entry(
    case: Accountability,
    *,
    kind: str,
    actor: User,
    day: date,
    happened_on: date,
    text: str,
    to_whom: str = "",
    corrects: AccountabilityEntry | None = None,
) -> AccountabilityEntry:
    last = case.entries.aggregate(last=Max("order"))["last"]
    entry = AccountabilityEntry(
        case=case,
        order=(last or 0) + 1,
        kind=kind,
        day=happened_on,
        recorded_on=day,
        by=actor,
        to_whom=to_whom,
        text=text,
        corrects=corrects,
    )
    entry.full_clean()
    entry.save()
    return entry
