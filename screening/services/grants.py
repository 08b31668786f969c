"""The grants (enrolments) of a case follow its state: opened, ended, and complete before it closes (C10).

Called by `screening.services.cases.move` inside the transaction of the change, so that no way into or out of
enrolment goes past it.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from screening.choices import CaseOutcome, CaseState, Scheme, StepKind
from screening.models import Case, Decision, Enrolment, EnrolmentStep, Membership
from screening.models.enrolment import UNDER_WAY

WITHDRAWN = "withdrawn"


def follow(*, case: Case, kind: str, day: date, reason: str) -> None:
    """What a case's new state means for its grants. Raises ValidationError when that state cannot be yet."""
    if case.state == CaseState.TO_ENROL:
        _open(case, day)
    elif case.state == CaseState.CLOSED and case.outcome == CaseOutcome.ENROLLED:
        if sentence := missing_before_closing(case):
            raise ValidationError(sentence)
    else:
        _end(case, kind, day, reason)


def under_way(case: Case) -> QuerySet[Enrolment]:
    """Grants of the case with steps still to take."""
    return case.enrolments.filter(UNDER_WAY)


def missing_before_closing(case: Case) -> str:
    """Why a case cannot be closed as enrolled, in words; empty when every eligible person has all steps."""
    waiting = [f"{told(grant)}等“{StepKind(grant.next_step).label}”" for grant in under_way(case)]
    if waiting:
        return f"还有 {len(waiting)} 项没办完：{'、'.join(waiting)}。都录进省系统、有了编号才能销号。"
    granted = set(case.enrolments.filter(ended_on=None, next_step="").values_list("scheme", "person"))
    verification = case.verifications.standing()
    decisions = list(verification.decisions.all()) if verification else []
    asked = {(scheme, person) for scheme, person, _, _ in _wanted(decisions, [])}
    if not asked or asked - granted:
        return "还有该纳入的人没有办纳入。请先把每个人的六步办完，再销号。"
    return ""


def told(grant: Enrolment) -> str:
    """A grant in a few words: 低保·整户 3 人."""
    return f"{Scheme(grant.scheme).label} {len(grant.persons)} 人"


def _open(case: Case, day: date) -> None:
    verification = case.verifications.standing()
    decisions = list(verification.decisions.order_by("pk")) if verification else []
    away = (
        set(verification.members.filter(living_together=False).values_list("person_id", flat=True))
        if verification
        else set()
    )
    members = Membership.objects.filter(household=case.household_id, last_day=None, person__died_on=None)
    living = [
        pk for pk in members.order_by("relation", "pk").values_list("person", flat=True) if pk not in away
    ]
    for scheme, person, persons, decision in _wanted(decisions, living):
        grant = Enrolment(
            case=case,
            decision=decision,
            person_id=person,
            scheme=scheme,
            persons=persons,
            next_step=StepKind.APPLIED,
            waiting_since=day,
            opened_on=day,
        )
        grant.full_clean(exclude=["case", "decision", "person"])
        grant.save()


def _wanted(
    decisions: Iterable[Decision], living: list[UUID]
) -> list[tuple[str, UUID | None, list[UUID], Decision]]:
    """What newly eligible decisions grant: (scheme, person or None, persons covered, decision).

    Household 低保 given member by member is one grant: one application, one certificate.
    """
    found: list[tuple[str, UUID | None, list[UUID], Decision]] = []
    together: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        if decision.scheme == Scheme.NONE or decision.covered:
            continue
        if decision.person_id is None:
            found.append((decision.scheme, None, list(living), decision))
        elif decision.scheme == Scheme.DIBAO:
            together[decision.scheme].append(decision)
        else:
            found.append((decision.scheme, decision.person_id, [decision.person_id], decision))
    for scheme, several in together.items():
        found.append((scheme, None, [one.person_id for one in several if one.person_id], several[0]))
    return found


def _end(case: Case, kind: str, day: date, reason: str) -> None:
    open_ones = under_way(case)
    if kind == WITHDRAWN and EnrolmentStep.objects.filter(enrolment__in=open_ones).exists():
        raise ValidationError("已经提出申请，核查不能撤回。结论有误请用“更正”，并写明原因。")
    open_ones.update(ended_on=day, end_reason=reason[:500])
