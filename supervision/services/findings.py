"""Findings: opened, answered, contested, checked again, closed by two people, reopened (C21, Plan 三(三))."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max

from dabao import audit, plans
from dabao.models import NoticeKind, Posting, Region, RegionLevel, User, WorkPlan
from dabao.scope import Right, Role, Scope
from dabao.services import notices
from screening.models import Case, CaseEvent, Household
from screening.services import cases
from supervision.choices import Move
from supervision.models import Finding, FindingTurn
from supervision.queries import findings as queries
from supervision.rules import rectification as rules
from supervision.services import evidence, rectification_flags
from supervision.services.finding_rights import require, second_person

LEAST_WORDS = 4
FARTHEST = timedelta(days=366)
# What must be written with a move; the others may do without words.
WORDS: dict[str, str] = {
    Move.CLOSE: "请写明凭什么销号，例如：停发单和收款单都看过。",
    Move.PROGRESS: "请写明做到哪一步，例如：4月9日已入户，等村里评议。",
    Move.REPLY: "请写明怎么整改的、结果怎样，例如：已停发 4 月低保，追回 215 元。",
    Move.CONTEST: "请写明为什么有异议、依据是什么。",
    Move.WEIGH: "请写明复核看到什么、是什么意见。",
    Move.UPHOLD: "请写明为什么异议不成立、还要怎么改。",
    Move.WITHDRAW: "请写明为什么撤销。",
    Move.REJECT: "请写明哪里没改到位、还要怎么改。",
    Move.SEND_BACK: "请写明为什么不予销号、还要怎么改。",
    Move.REOPEN: "请写明为什么重新打开。",
    Move.EXTEND: "请写明为什么延期。",
}
# Moves that the timeline of the household tells.
_TOLD = {Move.OPEN, Move.REPLY, Move.CONTEST, Move.WITHDRAW, Move.CLOSE, Move.REOPEN}


@transaction.atomic
def open_finding(
    *,
    scope: Scope,
    actor: User,
    day: date,
    township_code: str,
    household_id: UUID | None = None,
    village_code: str = "",
    kind: str,
    text: str,
    measure: str = "",
    due_on: date,
    source: str,
    source_note: str = "",
    responsible_unit: str = "",
    responsible: str = "",
    found_on: date | None = None,
    files: Sequence[UploadedFile] = (),
) -> Finding:
    """A finding with its number, on the township's desk from today; `found_on` defaults to today.

    Raises ObjectDoesNotExist for a township or household outside the scope, PermissionDenied without the
    right to supervise there, ValidationError in the words of the form's fields.
    """
    household = _household(scope, household_id, township_code) if household_id else None
    place = household.region_id if household else village_code or township_code
    if not place.startswith(township_code):
        raise ValidationError({"township": "这个村不在所选的乡镇。请改乡镇或村。"})
    region = Region.objects.within(scope, Right.READ).get(pk=place)
    scope.require(Right.SUPERVISE, region.code)
    if region.level not in (RegionLevel.TOWNSHIP, RegionLevel.VILLAGE):
        raise ValidationError({"township": "请选一个乡镇。"})
    found_on = found_on or day
    if found_on > day:
        raise ValidationError({"found_on": "发现日在今天以后，请核对。"})
    _refuse_thin(text, "text", "请写明问题是什么，例如：何应芳 2 月已去世，3 月仍发低保 215 元。")
    ready = evidence.made_ready(files)
    plan = WorkPlan.objects.select_for_update(no_key=True).get(pk=plans.current().pk)
    last = Finding.objects.filter(plan=plan, year=day.year).aggregate(last=Max("serial"))["last"]
    finding = Finding(
        plan=plan,
        year=day.year,
        serial=(last or 0) + 1,
        kind=kind,
        region=region,
        household=household,
        text=text.strip(),
        measure=measure.strip(),
        responsible_unit=responsible_unit.strip(),
        responsible=responsible.strip(),
        unit=queries.unit_against(scope, plan, region.code[:9], day),
        source=source,
        source_note=source_note.strip(),
        found_on=found_on,
        due_on=_limit(due_on, day),
        limit_by=actor,
        opened_on=day,
        opened_by=actor,
    )
    finding.full_clean()
    finding.save()
    _turn(finding, Move.OPEN, "", actor, day, finding.text, ready)
    return finding


def _household(scope: Scope, household_id: UUID, township_code: str) -> Household:
    household = Household.objects.within(scope).get(pk=household_id)
    if not household.region_id.startswith(township_code):
        raise ValidationError({"township": "这一户不在所选的乡镇。请改乡镇，或从这一户的页面记问题。"})
    return household


@transaction.atomic
def take(
    *,
    scope: Scope,
    finding_id: UUID,
    move: str,
    actor: User,
    day: date,
    version: int | None = None,
    text: str = "",
    due_on: date | None = None,
    files: Sequence[UploadedFile] = (),
) -> Finding:
    """Make a move: the one way in which a finding changes. `due_on` only where the move sets a limit.

    Raises ObjectDoesNotExist out of scope, PermissionDenied without the right, ValidationError when the table
    does not have the move, a second person is needed, words, evidence or the limit are missing, or somebody
    moved it since `version` was shown.
    """
    finding = (
        Finding.objects.within(scope)
        .select_related("plan", "region")
        .select_for_update(of=("self",))
        .get(pk=finding_id)
    )
    require(scope, finding, move, day)
    if version is not None and finding.version != version:
        raise ValidationError("你打开以后，这条问题有人动过。请刷新页面，看过新的再办。")
    after = rules.next_state(finding.state, move)
    if after is None or move == Move.OPEN:
        raise ValidationError(rules.refusal(finding.state, move))
    if words := second_person(scope, finding, move, actor):
        raise ValidationError(words)
    if move in WORDS:
        _refuse_thin(text, "text", WORDS[move])
    ready = evidence.made_ready(files)
    if move == Move.REPLY and not files and not _has_evidence(finding):
        raise ValidationError({"files": "回复整改要有依据。请附照片或材料；进展里附过的也算。"})
    before, finding.state = finding.state, after
    if move in rules.SETS_LIMIT:
        _set_limit(finding, move, due_on, actor, day)
    _note_who(finding, move, actor, day, text.strip())
    finding.version += 1
    finding.full_clean(exclude=["plan", "region", "household", "unit"], validate_unique=False)
    finding.save()
    _turn(finding, move, before, actor, day, text.strip(), ready)
    rectification_flags.clear(finding=finding, day=day)
    _notices(finding, move, day)
    return finding


def _refuse_thin(text: str, field: str, words: str) -> None:
    if len(text.strip()) < LEAST_WORDS:
        raise ValidationError({field: words})


def _limit(due_on: date | None, day: date) -> date:
    if due_on is None:
        raise ValidationError({"due_on": "请定整改时限。"})
    if due_on < day:
        raise ValidationError({"due_on": "时限不能早于今天。"})
    if due_on > day + FARTHEST:
        raise ValidationError({"due_on": "时限在一年以后，请核对年份。"})
    return due_on


def _set_limit(finding: Finding, move: str, due_on: date | None, actor: User, day: date) -> None:
    """The new limit; all but an extension bring the finding back to the township, to be answered again."""
    limit = _limit(due_on, day)
    if move == Move.EXTEND:
        if limit <= finding.due_on:
            raise ValidationError({"due_on": f"新时限要晚于现在的 {finding.due_on:%Y-%m-%d}。"})
    else:
        finding.replied_on = finding.accepted_on = finding.accepted_by = None
        finding.closed_on = finding.closed_by = None
    finding.reopened += move == Move.REOPEN
    finding.due_on, finding.limit_by = limit, actor


def _note_who(finding: Finding, move: str, actor: User, day: date, text: str) -> None:
    """What the register shows of a move: the township's last word, who accepted, who closed."""
    if move in (Move.PROGRESS, Move.REPLY, Move.CONTEST):
        finding.progress = text
    if move == Move.REPLY:
        finding.replied_on = day
    if move == Move.ACCEPT:
        finding.accepted_on, finding.accepted_by = day, actor
    if move in (Move.CLOSE, Move.WITHDRAW):
        finding.closed_on, finding.closed_by = day, actor


def _has_evidence(finding: Finding) -> bool:
    """Whether the township already gave evidence since the turn that last brought the finding there."""
    begun = finding.turns.filter(move__in=rules.SETS_LIMIT).exclude(move=Move.EXTEND).last()
    return finding.turns.filter(
        order__gt=begun.order if begun else 0, move=Move.PROGRESS, evidence__isnull=False
    ).exists()


def _turn(
    finding: Finding,
    move: str,
    before: str,
    actor: User,
    day: date,
    text: str,
    files: Sequence[evidence.Ready],
) -> None:
    last = finding.turns.aggregate(last=Max("order"))["last"]
    turn = FindingTurn(
        finding=finding,
        order=(last or 0) + 1,
        day=day,
        by=actor,
        office=actor.office,
        move=move,
        text=text,
        from_state=before,
        to_state=finding.state,
        due_on=finding.due_on,
    )
    turn.full_clean()
    turn.save()
    audit.record(
        f"finding.{move}",
        actor=actor,
        obj=finding,
        region_code=finding.region_id,
        old={"state": before},
        new={"state": finding.state},
        due_on=finding.due_on.isoformat(),
        files=len(files),
    )
    if finding.household_id and move in _TOLD:
        _tell_case(finding, move, actor, day, text)
    evidence.attach(turn, files)


def _tell_case(finding: Finding, move: str, actor: User, day: date, text: str) -> None:
    """A line in the household's timeline; the case, and the form somebody may have open, stay as they are."""
    case = Case.objects.filter(plan=finding.plan, household=finding.household_id).first()
    if case is None:
        return
    did = Move(move).label + (f"（{finding.get_kind_display()}）" if move == Move.OPEN else "")
    told = f"督战问题 {finding.number} {did}" + (f"：{text}" if text else "")
    CaseEvent.objects.create(
        case=case,
        day=day,
        kind=cases.Kind.NOTE,
        from_state=case.state,
        to_state=case.state,
        outcome=case.outcome,
        actor=actor,
        actor_label=actor.name,
        text=told[:500],
        data={"finding": str(finding.pk)},
    )


def _notices(finding: Finding, move: str, day: date) -> None:
    """催办 reaches the township's people; whatever ends their move takes the reminders away."""
    subject = rectification_flags.subject(finding)
    if move == Move.URGE:
        notices.tell(
            reminder=notices.Reminder(
                kind=NoticeKind.FINDING,
                region_code=finding.township_code,
                subject=subject,
                text=f"催办：{finding.number} {finding.get_kind_display()}，限{finding.due_on.month}月"
                f"{finding.due_on.day}日前整改",
                url_name="supervision:finding",
                url_args=(str(finding.pk),),
                day=day,
            ),
            user_ids=_people(finding.township_code, day),
        )
    elif finding.state not in rules.AT_TOWNSHIP:
        notices.clear(kind=NoticeKind.FINDING, region_code=finding.township_code, subject=subject, day=day)


def _people(township_code: str, day: date) -> list[UUID]:
    """Staff and heads of a township on that day."""
    postings = Posting.objects.on(day).filter(
        role__in=(Role.TOWNSHIP_STAFF, Role.TOWNSHIP_HEAD), region=township_code, user__is_active=True
    )
    return list(postings.values_list("user", flat=True).distinct())


@transaction.atomic
def verify_again(*, scope: Scope, finding_id: UUID, actor: User, day: date) -> Case:
    """Have the household of a finding verified again (重新核查): reopens its closed case, or opens one.

    Raises ValidationError when there is no household, or its case is open already.
    """
    finding = Finding.objects.within(scope).select_related("plan", "household").get(pk=finding_id)
    if finding.household is None:
        raise ValidationError("这条问题没有写明哪一户，不能重新核查。")
    scope.require(Right.VERIFY, finding.region_id)
    if finding.state in rules.ENDED:
        raise ValidationError(rules.refusal(finding.state, Move.PROGRESS))
    reason = f"督战问题 {finding.number}（{finding.get_kind_display()}）"
    case = Case.objects.filter(plan=finding.plan, household=finding.household).first()
    if case is None:
        return cases.open_case(
            plan=finding.plan, household=finding.household, day=day, actor=actor, why=reason
        )
    return cases.reopen(scope=scope, case_id=case.pk, actor=actor, day=day, reason=reason)


@transaction.atomic
def record_export(*, actor: User, filters: str, rows: int) -> None:
    audit.record("finding.export", actor=actor, filters=filters, rows=rows)
