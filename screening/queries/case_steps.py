"""One household on its way from verdict to number: the line of its steps, its grants, where the days went."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import ReasonCode, Scheme, StepKind, VerificationState
from screening.models import (
    CaseEvent,
    Decision,
    Enrolment,
    EnrolmentStep,
    Membership,
    Objection,
    Verification,
)
from screening.models.enrolment import UNDER_WAY
from screening.queries import steps as desk
from screening.queries.steps import SHORT
from screening.rules import steps as rules


@dataclass(frozen=True, slots=True)
class Done:
    """A cell of the line 核查 … 录入省系统. `state`: done, now, later."""

    label: str
    state: str
    when: str
    who: str
    days: int | None


def line(scope: Scope, case: Any, day: date) -> tuple[list[Done], str]:
    """The household's way from its opening on, and the sentence in which the days add up."""
    first, second = _rounds(scope, case)
    cells, since = [], case.opened_on
    for label, record in (("核查", first), ("复核", second)):
        if record is None:
            continue
        days = (record.recorded_on - since).days
        cells.append(Done(label, "done", _words(record.recorded_on), record.by.name, days))
        since = record.recorded_on
    township = (since - case.opened_on).days
    grant = _slowest(case, day)
    if grant is None:
        return cells, ""
    steps = {step.kind: step for step in grant.steps.all()}
    parts: Counter[str] = Counter({"乡镇": township})
    spent = rules.spans(since, grant.taken, day)
    for span in spent:
        step = steps.get(span.kind)
        whose = "公示" if span.kind == StepKind.PUBLICISED else _office(span.kind, case.plan)
        parts[whose] += span.days
        when = _when(step) if step else "还没办"
        cells.append(
            Done(
                span.kind.label,
                "now" if span.to is None else "done",
                when,
                step.by.name if step else "",
                span.days,
            )
        )
    for kind in rules.ORDER[len(spent) :]:
        cells.append(Done(kind.label, "later", "—", _office(kind, case.plan), None))
    return cells, _sentence(case.opened_on, parts, day if grant.next_step else grant.taken[-1].day)


def _rounds(scope: Scope, case: Any) -> tuple[Any, Any]:
    records = Verification.objects.within(scope).filter(case=case)
    first = records.standing()
    if first is None:
        return None, None
    again = records.filter(round=2, state=VerificationState.SUBMITTED, submitted_at__gt=first.submitted_at)
    return first, again.select_related("by").order_by("-submitted_at").first()


def _slowest(case: Any, day: date) -> Enrolment | None:
    def place(grant: Enrolment) -> int:
        stage = rules.waits_at(grant.next_step, grant.publicity_last_day, day)
        return rules.ORDER.index(stage) if stage else len(rules.ORDER)

    return min(case.grants, key=place, default=None)


def _office(kind: StepKind, plan: WorkPlan) -> str:
    return rules.OFFICE_WORDS[rules.offices(kind, township_approves=plan.township_approves)[0]][:2]


def _when(step: EnrolmentStep) -> str:
    if step.first_day and step.last_day:
        return f"{_words(step.first_day)}—{_words(step.last_day)}"
    return _words(step.day)


def _words(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _sentence(opened_on: date, parts: Counter[str], until: date) -> str:
    whole = (until - opened_on).days
    told = " ＋ ".join(f"{label} {days} 天" for label, days in parts.items() if days or label == "乡镇")
    return f"从 {_words(opened_on)}列入到 {_words(until)} 共 {whole} 天 ＝ {told}。"


@dataclass(frozen=True, slots=True)
class Lane:
    """How far one grant is: six marks, and the person or household it is for."""

    grant: Enrolment
    label: str
    names: str
    marks: list[str]
    stage: str
    needs_number: bool


def lanes(scope: Scope, case: Any, day: date) -> list[Lane]:
    """The grants of a household, each with its six marks (done, now, later)."""
    members = Membership.objects.within(scope).filter(household=case.household_id, last_day=None)
    names = dict(members.values_list("person", "person__name"))
    found = []
    for grant in case.grants:
        stage = rules.waits_at(grant.next_step, grant.publicity_last_day, day)
        place = rules.ORDER.index(stage) if stage else len(rules.ORDER)
        marks = ["done" if n < place else "now" if n == place else "later" for n in range(len(rules.ORDER))]
        found.append(
            Lane(
                grant,
                f"{SHORT[Scheme(grant.scheme)]} {len(grant.persons)} 人",
                "、".join(names.get(pk, "") for pk in grant.persons),
                marks,
                stage.label if stage else "已录入",
                stage == StepKind.RECORDED,
            )
        )
    return found


def not_eligible(scope: Scope, case: Any) -> list[tuple[Decision, str]]:  # noqa: ARG001 - cut to it before
    """The members of the same verdict who are not eligible, each with the reason in words."""
    if not case.grants:
        return []
    decisions = case.grants[0].decision.verification.decisions.all()
    return [
        (decision, f"{ReasonCode(decision.reason_code).label}：{decision.reason_text}")
        for decision in decisions
        if decision.scheme == Scheme.NONE
    ]


def one(scope: Scope, case_id: UUID) -> Any:
    """A household with its grants. Raises ObjectDoesNotExist outside the scope."""
    return desk.one(scope, case_id)


def stage(scope: Scope, case: Any, day: date) -> StepKind | None:  # noqa: ARG001 - cut to it before
    """Where the household waits; None when nothing is to be done."""
    return rules.furthest_behind(
        rules.waits_at(grant.next_step, grant.publicity_last_day, day) for grant in case.grants
    )


def next_words(scope: Scope, case: Any, day: date) -> str:
    """The step that comes next; while its list hangs the approval, from the day after: 审批，4月11日起."""
    where = stage(scope, case, day)
    hanging = [
        grant.publicity_last_day
        for grant in case.grants
        if rules.waits_at(grant.next_step, grant.publicity_last_day, day) == where == StepKind.PUBLICISED
    ]
    if where is None or not hanging or None in hanging:
        return where.label if where else ""
    first = max(hanging) + rules.ONE_DAY
    return f"{StepKind.APPROVED.label}，{first.month}月{first.day}日起"


def applied_by_me(scope: Scope, case: Any) -> bool:
    """Whether the viewer applied for what is under way, and so does not look into objections to it."""
    own = EnrolmentStep.objects.within(scope).filter(kind=StepKind.APPLIED, by=scope.user_id)
    return own.filter(enrolment__in=case.enrolments.filter(UNDER_WAY)).exists()


def blocked(scope: Scope, case: Any, day: date) -> str:
    """What stands in the way of this viewer's next step; empty when nothing does."""
    where = stage(scope, case, day)
    open_ones = [grant for grant in case.grants if grant.next_step]
    return desk.blocked(scope, open_ones, where, case.plan, day, case.open_objections) if where else ""


def objections(scope: Scope, case: Any) -> list[Objection]:
    """What was objected to its publicity, the first first."""
    return list(Objection.objects.within(scope).filter(case=case).select_related("by", "settled_by"))


def events(scope: Scope, case: Any) -> list[CaseEvent]:
    """What happened with the household, newest first."""
    return list(CaseEvent.objects.within(scope).filter(case=case).order_by("-day", "-at", "-pk"))
