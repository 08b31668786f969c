"""The grants (enrolments) of a case follow its state: opened, ended, and complete before it closes (C10).

Called by `screening.services.cases.move` inside the transaction of the change, so that no way into or out of
enrolment goes past it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max, Q, QuerySet

from dabao.models import User
from dabao.scope import whole
from screening.choices import CaseOutcome, CaseState, ChangeKind, LineSide, Scheme, StepKind
from screening.models import Case, Decision, Enrolment, EnrolmentStep, Membership, Person, Verification
from screening.models.enrolment import FINISHED, NOW, UNDER_WAY
from screening.queries import entitlements
from screening.queries.facts import LASTING
from screening.rules.entitlements import SCHEME_OF_GRANT
from screening.rules.verdicts import Verdict
from screening.services import benefit_changes, pending_changes

WITHDRAWN, CLOSED = "withdrawn", "closed"  # kinds of events, as `cases.Kind` has them
# Steps of grants that live, or were finished before a new conclusion ended them: no withdrawal undoes them.
NOT_UNDONE = Q(enrolment__ended_on=None) | Q(enrolment__next_step="")


def follow(*, case: Case, kind: str, actor: User, day: date, reason: str) -> None:
    """What a case's new state means for its grants. Raises ValidationError when that state cannot be yet."""
    if kind == CLOSED and case.outcome == CaseOutcome.ENROLLED:
        if sentence := missing_before_closing(case):
            raise ValidationError(sentence)
        return
    if case.state != CaseState.TO_ENROL:
        _end(case, kind, day, reason)
    if case.state in (CaseState.TO_ENROL, CaseState.CLOSED):
        _conclude(case, actor, day, reason)
    if case.outcome == CaseOutcome.ENROLLED and not case.enrolments.filter(FINISHED).exists():
        raise ValidationError("这一户已经没有录进省系统的项，不能按“已纳入”销号。请看核查结论。")


def go_on(case: Case) -> bool:
    """Whether lasting aid that was enrolled before goes on for somebody by the conclusion that stands.

    Such a household closes as enrolled again, not as found covered: its grants are of this plan.
    """
    finished = list(case.enrolments.filter(FINISHED, scheme__in=LASTING))
    verification = case.verifications.standing() if finished else None
    if verification is None:
        return False
    decisions, living = list(verification.decisions.all()), _living(case, verification)
    for grant in finished:
        leaving = _leaving(grant, decisions, living).values()
        if set(grant.persons) - {person for persons in leaving for person in persons}:
            return True
    return False


def recorded_on(case: Case) -> date | None:
    """The day on which the last number of the grants that stand was written down."""
    steps = EnrolmentStep.objects.filter(
        enrolment__case=case, enrolment__ended_on=None, kind=StepKind.RECORDED
    )
    return steps.aggregate(last=Max("recorded_on"))["last"]


def _conclude(case: Case, actor: User, day: date, reason: str) -> None:
    """A conclusion stands: finished grants are settled by it, new ones opened, the roll's aid looked at."""
    finished = list(case.enrolments.filter(FINISHED, scheme__in=LASTING))
    verification = case.verifications.standing()
    if verification is None:
        return
    decisions = list(verification.decisions.order_by("pk"))
    living = _living(case, verification)
    for grant in finished:
        _settle(case, grant, decisions, living, actor, day, reason)
    if case.state == CaseState.TO_ENROL:
        _open(case, decisions, living, _given(grant for grant in finished if grant.ended_on is None), day)
    if ineligible := _ineligible(case, decisions):
        pending_changes.put_ineligible(
            household=case.household, persons=ineligible, verification=verification, actor=actor, day=day
        )


def _ineligible(case: Case, decisions: list[Decision]) -> list[UUID]:
    """Who is alive and found not eligible, he himself or the whole household."""
    refused = {decision.person_id for decision in decisions if decision.scheme == Scheme.NONE}
    if not refused:
        return []
    members = Membership.objects.filter(household=case.household_id, last_day=None, person__died_on=None)
    people = members.order_by("relation", "pk").values_list("person", flat=True)
    return [person for person in people if None in refused or person in refused]


def under_way(case: Case) -> QuerySet[Enrolment]:
    """Grants of the case with steps still to take."""
    return case.enrolments.filter(UNDER_WAY)


def missing_before_closing(case: Case) -> str:
    """Why a case cannot be closed as enrolled, in words; empty when every eligible person has all steps."""
    waiting = [f"{told(grant)}等“{StepKind(grant.next_step).label}”" for grant in under_way(case)]
    if waiting:
        return f"还有 {len(waiting)} 项没办完：{'、'.join(waiting)}。都录进省系统、有了编号才能销号。"
    granted = set(case.enrolments.filter(FINISHED).values_list("scheme", "person"))
    verification = case.verifications.standing()
    decisions = list(verification.decisions.all()) if verification else []
    asked = {(scheme, person) for scheme, person, _, _ in _wanted(decisions, [])}
    if not asked or asked - granted:
        return "还有该纳入的人没有办纳入。请先把每个人的六步办完，再销号。"
    return ""


def told(grant: Enrolment) -> str:
    """A grant in a few words: 低保·整户 3 人."""
    return f"{Scheme(grant.scheme).label} {len(grant.persons)} 人"


def maintained(case: Case, verdicts: Iterable[Verdict], living: set[UUID]) -> list[Verdict]:
    """The verdicts, where those that give nobody more than a finished grant of the case are 维持在保.

    So that the same aid of a person is not applied for a second time. `living`: ids of who lives there.
    """
    given = _given(case.enrolments.filter(FINISHED, scheme__in=LASTING))
    return [
        replace(verdict, covered=True)
        if verdict.newly and ({verdict.person} if verdict.person else living) <= given[verdict.scheme]
        else verdict
        for verdict in verdicts
    ]


def _given(finished: Iterable[Enrolment]) -> dict[str, set[UUID]]:
    """Scheme → ids of the persons who have it by these grants."""
    given: dict[str, set[UUID]] = defaultdict(set)
    for grant in finished:
        given[grant.scheme].update(grant.persons)
    return given


def _settle(
    case: Case,
    grant: Enrolment,
    decisions: list[Decision],
    living: list[UUID],
    actor: User,
    day: date,
    reason: str,
) -> None:
    """Take out of a finished grant whoever a new conclusion contradicts; left without persons it ends.

    Contradicted is who lives there no more, is not eligible, or gets other lasting aid (one for a person).
    """
    for kind, persons in _leaving(grant, decisions, living).items():
        amounts = entitlements.of_grant(whole(case.household.region_id), grant)
        lines = [
            benefit_changes.Line(
                person, SCHEME_OF_GRANT[grant.scheme], LineSide.STOP, amounts.get(person), grant.pk
            )
            for person in persons
        ]
        benefit_changes.record(
            household=case.household,
            kind=kind,
            lines=lines,
            from_month=benefit_changes.earliest_month(case.household, persons, day),
            reason=reason,
            actor=actor,
            day=day,
        )
        grant.refresh_from_db()


def _leaving(grant: Enrolment, decisions: list[Decision], living: list[UUID]) -> dict[ChangeKind, list[UUID]]:
    """Whom a conclusion takes out of a grant, by why."""
    concluded = {decision.person_id: decision for decision in decisions}
    dead = set(
        Person.objects.filter(pk__in=grant.persons, died_on__isnull=False).values_list("pk", flat=True)
    )
    found: dict[ChangeKind, list[UUID]] = defaultdict(list)
    for person in grant.persons:
        decision = concluded.get(person) or concluded.get(None)
        if person in dead:
            found[ChangeKind.DEATH].append(person)
        elif person not in living:
            found[ChangeKind.MEMBER_OUT].append(person)
        elif decision is not None and not _stays(grant, decision):
            stops = decision.scheme == Scheme.NONE
            found[ChangeKind.REVIEW_STOP if stops else ChangeKind.ADJUSTED].append(person)
    return found


def _stays(grant: Enrolment, decision: Decision) -> bool:
    return decision.covered or decision.scheme in (grant.scheme, Scheme.TEMPORARY)


def _living(case: Case, verification: Verification) -> list[UUID]:
    """Ids of the members who live there, the head first, without those whom the verification found away."""
    away = set(verification.members.filter(living_together=False).values_list("person_id", flat=True))
    members = Membership.objects.filter(household=case.household_id, last_day=None, person__died_on=None)
    people = members.order_by("relation", "pk").values_list("person", flat=True)
    return [person for person in people if person not in away]


def _open(
    case: Case, decisions: list[Decision], living: list[UUID], given: dict[str, set[UUID]], day: date
) -> None:
    for scheme, person, persons, decision in _wanted(decisions, living):
        new = [one for one in persons if one not in given[scheme]]
        if not new:
            continue
        if scheme in LASTING:
            _refuse_given_elsewhere(case, new)
        grant = Enrolment(
            case=case,
            decision=decision,
            person_id=person,
            scheme=scheme,
            persons=new,
            next_step=StepKind.APPLIED,
            waiting_since=day,
            opened_on=day,
        )
        grant.clean_fields(exclude=["case", "decision", "person"])
        grant.save()


def _refuse_given_elsewhere(case: Case, persons: list[UUID]) -> None:
    """Nobody has lasting aid twice, also not from the household he lived in before."""
    others = Enrolment.objects.filter(NOW, scheme__in=LASTING, persons__overlap=persons)
    if others.exclude(case=case).exists():
        raise ValidationError(
            "有人在另一户的低保、特困里还没终止，不能再纳入。请先在那一户“重新核查”，把他改为不在那里共同生活。"
        )


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
    done = EnrolmentStep.objects.filter(NOT_UNDONE, enrolment__case=case)
    if kind == WITHDRAWN and done.exists():
        raise ValidationError("已经提出申请，核查不能撤回。结论有误请用“更正”，并写明原因。")
    under_way(case).update(ended_on=day, end_reason=reason[:500])
