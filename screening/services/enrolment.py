"""The steps of enrolment: taken one by one or for many households, refused with a reason, closed at the end.

Each step is dated, signed by the role that may, and told in the case's events (C10). The batch walks the same
checks as the single step and says which households were refused and why.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction

from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import CaseOutcome, CaseState, Scheme, StepKind
from screening.models import Case, Enrolment, EnrolmentStep
from screening.models.objection import OPEN
from screening.queries.steps import RIGHTS
from screening.rules import steps as rules
from screening.rules.steps import Taken
from screening.services import grants
from screening.services.cases import Kind, lock, move, note, refuse_if_changed

Versions = Mapping[UUID, int]
NO_PAGE: Versions = {}
NOTHING_BEFORE: Mapping[str, Mapping[str, str | None]] = {}


@dataclass(frozen=True, slots=True)
class Details:
    """What a step carries. `per_person`: yuan a month for one person by scheme, told at application.

    `from_month` is the first day of the first month of payment, told at approval at the latest.
    """

    day: date
    posted_where: str = ""
    last_day: date | None = None
    note: str = ""
    per_person: Mapping[str, Decimal] = field(default_factory=dict)
    from_month: date | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Households done, and those refused with the sentence that says why."""

    done: list[Case]
    refused: list[tuple[Case, str]]


def may_take(scope: Scope, kind: str, region_code: str, *, township_approves: bool) -> bool:
    """Whether somebody of this scope takes that step there."""
    return any(
        scope.may(RIGHTS[office], region_code)
        for office in rules.offices(kind, township_approves=township_approves)
    )


def may_take_somewhere(scope: Scope, kind: str, *, township_approves: bool) -> bool:
    """Whether somebody of this scope takes that step anywhere."""
    return any(
        scope.may(RIGHTS[office]) for office in rules.offices(kind, township_approves=township_approves)
    )


@transaction.atomic
def take_step(
    *,
    scope: Scope,
    case_id: UUID,
    kind: str,
    actor: User,
    details: Details,
    today: date,
    version: int | None = None,
) -> Case:
    """One step for every grant of the household that waits for it. Raises ValidationError in words.

    Recording goes by `record_number`, for each grant has a number of its own. `version` is the one that the
    page showed, where there is a page.
    """
    case = _locked(scope, case_id, kind)
    refuse_if_changed(case, version)
    if kind == StepKind.RECORDED:
        raise ValidationError("录入省系统要逐项填编号，不能成批办。")
    waiting = list(grants.under_way(case).prefetch_related("steps"))
    if not waiting:
        raise ValidationError("这一户没有要办的项。请看它的核查结论。")
    turn = [grant for grant in waiting if grant.next_step == kind]
    before = {str(grant.pk): _as_it_waits(grant) for grant in turn}
    for grant in turn or waiting[:1]:
        _step(case, grant, kind, actor, details, today)
    told = f"{StepKind(kind).label}：{'、'.join(grants.told(grant) for grant in turn)}"
    _tell(case, kind, actor, today, told + _extra(kind, details), turn, before)
    return case


def take_steps(
    *,
    scope: Scope,
    case_ids: Collection[UUID],
    kind: str,
    actor: User,
    details: Details,
    today: date,
    versions: Versions = NO_PAGE,
) -> BatchResult:
    """The same step for many households: each by the same checks; those refused stay as they are.

    `versions` by case are those that the page showed. Raises ObjectDoesNotExist when one of the households is
    outside the scope: then nothing was written.
    """

    def act(case_id: UUID) -> None:
        take_step(
            scope=scope,
            case_id=case_id,
            kind=kind,
            actor=actor,
            details=details,
            today=today,
            version=versions.get(case_id),
        )

    return each(scope, case_ids, act)


def refuse_many(
    *,
    scope: Scope,
    case_ids: Collection[UUID],
    actor: User,
    reason: str,
    today: date,
    versions: Versions = NO_PAGE,
) -> BatchResult:
    """Send many households back for one reason, by the checks of `refuse`."""

    def act(case_id: UUID) -> None:
        refuse(
            scope=scope,
            case_id=case_id,
            actor=actor,
            reason=reason,
            today=today,
            version=versions.get(case_id),
        )

    return each(scope, case_ids, act)


@transaction.atomic
def each(scope: Scope, case_ids: Collection[UUID], act: Callable[[UUID], None]) -> BatchResult:
    """Do it to every household, those refused stay as they are. Raises ObjectDoesNotExist as `take_steps`."""
    wanted = list(
        Case.objects.within(scope)
        .filter(pk__in=set(case_ids))
        .select_related("household__head")
        .order_by("pk")
    )
    if not wanted or len(wanted) != len(set(case_ids)):
        raise ObjectDoesNotExist("not all cases are in scope")
    done, refused = [], []
    for case in wanted:
        try:
            with transaction.atomic():
                act(case.pk)
            done.append(case)
        except ValidationError as error:
            refused.append((case, " ".join(error.messages)))
    return BatchResult(done, refused)


@transaction.atomic
def refuse(
    *, scope: Scope, case_id: UUID, actor: User, reason: str, today: date, version: int | None = None
) -> Case:
    """Refused at review or approval: back to be verified, with the reason and a new last day."""
    case = lock(scope, case_id, Right.READ)
    refuse_if_changed(case, version)
    stage = _stage(case, today)
    if stage not in rules.REFUSABLE:
        raise ValidationError("只有等审核、等审批的户能退回。请刷新页面，看看它到了哪一步。")
    _require(scope, case, stage)
    if not reason.strip():
        raise ValidationError({"reason": "退回要写明缺什么、哪里不对，乡镇照着补。"})
    send_back(case=case, actor=actor, today=today, reason=reason, text=f"{stage.label}退回：{reason.strip()}")
    return case


def send_back(*, case: Case, actor: User, today: date, reason: str, text: str) -> None:
    """A locked case in enrolment goes back to be verified, with what is missing and a new last day."""
    case.returned_on, case.return_note = today, reason.strip()[:500]
    case.due_on = today + timedelta(days=case.plan.returned_case_days)
    case.verified_on = None
    move(
        case=case,
        to_state=CaseState.TO_VERIFY,
        kind=Kind.RETURNED,
        actor=actor,
        day=today,
        text=text,
    )


@transaction.atomic
def record_number(
    *, scope: Scope, enrolment_id: UUID, actor: User, number: str, day: date, today: date
) -> Case:
    """The number that the provincial system gave to one grant; the last one closes the household (销号)."""
    found = Enrolment.objects.within(scope).get(pk=enrolment_id)
    case = _locked(scope, found.case_id, StepKind.RECORDED)
    grant = case.enrolments.get(pk=enrolment_id)
    if grant.ended_on is not None:
        raise ValidationError("这一项已经终止，不用录入。")
    number = number.strip()
    if sentence := rules.number_fault(number, case.plan.province_number_digits):
        raise ValidationError({"number": sentence})
    if Enrolment.objects.filter(provincial_number=number).exists():
        raise ValidationError({"number": "这个省系统编号已经用在别的项上。请核对回执。"})
    grant.provincial_number = number
    _step(case, grant, StepKind.RECORDED, actor, Details(day), today, number=number)
    _tell(case, StepKind.RECORDED, actor, today, f"录入省系统：{grants.told(grant)}，编号 {number}", [grant])
    if not grants.under_way(case).exists():
        move(
            case=case,
            to_state=CaseState.CLOSED,
            kind=Kind.CLOSED,
            outcome=CaseOutcome.ENROLLED,
            actor=actor,
            day=today,
            text=f"销号：{_all_grants(case)}都已录入省系统",
        )
    return case


@transaction.atomic
def set_terms(
    *,
    scope: Scope,
    enrolment_id: UUID,
    actor: User,
    version: int,
    tier: str,
    monthly_amount: Decimal | None,
    from_month: date | None,
    today: date,
) -> Enrolment:
    """Tier, amount and first month of a grant not yet approved. Raises ValidationError in words."""
    found = Enrolment.objects.within(scope).get(pk=enrolment_id)
    case = lock(scope, found.case_id, Right.READ)
    grant = case.enrolments.get(pk=enrolment_id)
    stage = StepKind(grant.next_step) if grant.next_step and grant.ended_on is None else None
    if stage is None or rules.ORDER.index(stage) > rules.ORDER.index(StepKind.APPROVED):
        raise ValidationError("已经审批，档次和金额不能在这里改。")
    _require(scope, case, stage)
    if grant.version != version:
        raise ValidationError("你打开以后这一项又有改动。请刷新页面，看过新的再改。")
    old = {"tier": grant.tier, "monthly_amount": str(grant.monthly_amount), "from": str(grant.from_month)}
    grant.tier, grant.monthly_amount, grant.from_month = tier.strip(), monthly_amount, from_month
    grant.version += 1
    grant.full_clean(validate_unique=False)
    grant.save()
    amount = f"{monthly_amount:,.2f} 元" if monthly_amount is not None else "未定"
    told = f"定档：{grants.told(grant)}，{tier.strip() or '不分档'}，{amount}"
    note(case=case, kind=Kind.STEP, actor=actor, day=today, text=told, enrolment=str(grant.pk), before=old)
    return grant


def _locked(scope: Scope, case_id: UUID, kind: str) -> Case:
    case = lock(scope, case_id, Right.READ)
    _require(scope, case, StepKind(kind))
    if case.state != CaseState.TO_ENROL:
        raise ValidationError(f"这一户现在是「{case.get_state_display()}」，不在待纳入里。可能别人刚办过。")
    return case


def _require(scope: Scope, case: Case, kind: StepKind) -> None:
    region = case.household.region_id
    if not may_take(scope, kind, region, township_approves=case.plan.township_approves):
        offices = rules.offices(kind, township_approves=case.plan.township_approves)
        whose = "或".join(rules.OFFICE_WORDS[office] for office in offices)
        raise PermissionDenied(f"“{kind.label}”由{whose}办，你的岗位没有这项权限。")


def _stage(case: Case, today: date) -> StepKind | None:
    return rules.furthest_behind(
        rules.waits_at(grant.next_step, grant.publicity_last_day, today) for grant in grants.under_way(case)
    )


def _step(
    case: Case,
    grant: Enrolment,
    kind: str,
    actor: User,
    details: Details,
    today: date,
    number: str = "",
) -> None:
    public = kind == StepKind.PUBLICISED
    step = Taken(
        kind, details.day, actor.pk, details.day if public else None, details.last_day if public else None
    )
    if sentence := rules.fault(step, grant.taken, today=today, publicity_days=case.plan.publicity_days):
        raise ValidationError(sentence)
    if kind == StepKind.APPROVED and case.objections.filter(OPEN).exists():
        raise ValidationError("有公示异议还没处理，查清以后才能审批。请在这一户的“办理步骤”里处理。")
    _terms(grant, kind, details)
    row = EnrolmentStep(
        enrolment=grant,
        kind=kind,
        day=details.day,
        recorded_on=today,
        by=actor,
        posted_where=details.posted_where.strip() if public else "",
        first_day=step.first_day,
        last_day=step.last_day,
        number=number,
        note=details.note.strip()[:300],
    )
    row.clean_fields(exclude=["enrolment", "by"])
    if public:
        row.validate_constraints(exclude=["enrolment", "by"])
    row.save()
    following = rules.next_step([*grant.taken, step])
    grant.next_step = following or ""
    grant.waiting_since = step.day
    grant.publicity_last_day = step.last_day or grant.publicity_last_day
    grant.version += 1
    grant.clean_fields(exclude=["case", "decision", "person"])
    grant.save()


def _terms(grant: Enrolment, kind: str, details: Details) -> None:
    """Amount at application, first month at approval; without both nothing is approved."""
    amount = details.per_person.get(grant.scheme)
    if kind == StepKind.APPLIED and amount is not None:
        if amount < 0:
            raise ValidationError("金额不能小于 0。")
        grant.monthly_amount = amount * len(grant.persons)
    if kind != StepKind.APPROVED:
        return
    grant.from_month = grant.from_month or details.from_month
    if grant.monthly_amount is None:
        raise ValidationError(f"{grants.told(grant)}还没写金额。请先在这一户的“办理步骤”里定档。")
    if grant.from_month is None and grant.scheme != Scheme.TEMPORARY:
        raise ValidationError(f"{grants.told(grant)}还没写从哪个月起。请选起始月。")


def _as_it_waits(grant: Enrolment) -> dict[str, str | None]:
    """What a step may change, as it is before it; taking the step back gives it again."""
    return {
        "waiting_since": grant.waiting_since.isoformat(),
        "monthly_amount": None if grant.monthly_amount is None else str(grant.monthly_amount),
        "from_month": grant.from_month.isoformat() if grant.from_month else None,
    }


def _tell(
    case: Case,
    kind: str,
    actor: User,
    today: date,
    text: str,
    turn: list[Enrolment],
    before: Mapping[str, Mapping[str, str | None]] = NOTHING_BEFORE,
) -> None:
    note(
        case=case,
        kind=Kind.STEP,
        actor=actor,
        day=today,
        text=text,
        step=str(kind),
        enrolments=[str(grant.pk) for grant in turn],
        before=dict(before),
    )


def _extra(kind: str, details: Details) -> str:
    words = ""
    if kind == StepKind.PUBLICISED and details.last_day:
        first, last = details.day, details.last_day
        words = f"，{first.month}月{first.day}日—{last.month}月{last.day}日，{details.posted_where.strip()}"
    if details.note.strip():
        words += f"。{details.note.strip()}"
    return words


def _all_grants(case: Case) -> str:
    return "、".join(grants.told(grant) for grant in case.enrolments.filter(ended_on=None))
