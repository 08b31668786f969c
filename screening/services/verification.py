"""Verification at the door, round 1: draft, submission, withdrawal, correction (C08, C11).

A submission writes the record, its rows and decisions, and moves the case, in one transaction. Two people on
one household: the second gets a `ConflictError` with both forms (F06). Two identical ones: one record (F07).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dabao import plans
from dabao.models import StandardKind, User
from dabao.scope import Right, Scope, whole
from screening.choices import (
    CaseOutcome,
    CaseState,
    ReasonCode,
    Scheme,
    VerificationState,
    VerifierRole,
    VisitResult,
)
from screening.models import Case, Membership, Verification
from screening.queries import facts
from screening.rules.verdicts import (
    Entry,
    MemberFound,
    Step,
    Verdict,
    after_verification,
    faults,
    same_conclusion,
)
from screening.services import answers, family, grants
from screening.services.cases import ConflictError, Kind, lock, move, note, refuse_if_changed
from screening.services.records import ROUND, write_record

_CLOSING_REASONS = {
    CaseOutcome.MOVED_OUT: ReasonCode.MOVED_OUT,
    CaseOutcome.DECEASED: ReasonCode.DECEASED,
    CaseOutcome.DECLINED: ReasonCode.DECLINED,
}


@transaction.atomic
def save_draft(
    *, scope: Scope, case_id: UUID, actor: User, version: int, payload: Mapping[str, Any]
) -> Verification:
    """Keep the form as typed, for its author only; no event, for nothing of the case changes.

    Raises ConflictError when somebody concluded the household meanwhile.
    """
    case = lock(scope, case_id, Right.VERIFY)
    _refuse_if_concluded(case, version, payload)
    if case.state != CaseState.TO_VERIFY:
        raise ValidationError(f"这一户现在是「{case.get_state_display()}」，不用再核查。")
    draft, _ = Verification.objects.update_or_create(
        case=case,
        round=ROUND,
        by=actor,
        state=VerificationState.DRAFT,
        defaults={"draft": dict(payload), "saved_at": timezone.now(), "case_version": version},
    )
    return draft


@transaction.atomic
def submit(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    version: int,
    submission_key: UUID,
    entry: Entry,
    payload: Mapping[str, Any],
    day: date,
) -> Verification:
    """Record a visit and, when somebody was met, conclude it and move the case.

    The same key again returns the record that stands. Raises ConflictError or ValidationError.
    """
    case = lock(scope, case_id, Right.VERIFY)
    standing = case.verifications.filter(submission_key=submission_key, by=actor).first()
    if standing is not None:
        return standing
    _refuse_if_concluded(case, version, payload)
    if case.state != CaseState.TO_VERIFY:
        raise ValidationError(
            f"这一户现在是「{case.get_state_display()}」，不用再核查。请刷新页面看它的经过。"
        )
    before = case.verifications.standing()
    if entry.concluded and before is not None:
        family.undo(case=case, verification=before, actor=actor, day=day, retracted=False)
    _check(case, entry, day)
    entry = _maintaining(case, entry)
    verification = write_record(case, actor, entry, day, submission_key, draft=entry.concluded)
    if not entry.concluded:
        told = f"入户：{VisitResult(entry.result).label}{_with(entry)}"
        note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, verification=str(verification.pk))
        return verification
    family.apply(case=case, verification=verification, entry=entry, actor=actor, day=day)
    _conclude(case, verification, entry, actor, day, told=f"入户核查：{_conclusion(entry)}{_with(entry)}")
    return verification


@transaction.atomic
def withdraw(*, scope: Scope, case_id: UUID, actor: User, day: date, version: int | None = None) -> Case:
    """The author takes the last verification back while nobody has rechecked it; it is kept as withdrawn.

    `version` is the one that his page showed, where there is a page.
    """
    case = lock(scope, case_id, Right.VERIFY)
    refuse_if_changed(case, version)
    verification = case.verifications.standing()
    if verification is None or case.state == CaseState.TO_VERIFY:
        raise ValidationError("这一户没有可以撤回的核查。请刷新页面看它的经过。")
    if case.outcome == CaseOutcome.ENROLLED:
        raise ValidationError("这一户已录入省系统并销号，不能撤回。情况有变化，请用“重新核查”。")
    if verification.by_id != actor.pk:
        raise ValidationError(f"这次核查是{verification.by.name}做的，只有本人能撤回。")
    if _rechecks(case, verification).exists():
        raise ValidationError("已经有人复核过，不能撤回。结论有误请用“更正”，并写明原因。")
    verification.state = VerificationState.WITHDRAWN
    verification.save(update_fields=["state"])
    found = answers.of_verification(verification)
    family.undo(case=case, verification=verification, actor=actor, day=day)
    _to_verify(case, Kind.WITHDRAWN, actor, day=day, told="撤回核查", verification=verification)
    _give_back_draft(verification, found)
    return case


@transaction.atomic
def correct(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    version: int,
    submission_key: UUID,
    entry: Entry,
    reason: str,
    day: date,
) -> Verification:
    """Put another version in place of the standing one, with a reason; both are kept.

    The same conclusion for the same people leaves the case where it is. Another one sends it back to be
    verified and on from there. Where another person agreed that somebody is not eligible, whatever is
    corrected is his to see again (C11); who rechecked does not correct.
    """
    case = lock(scope, case_id, Right.VERIFY)
    standing = case.verifications.filter(submission_key=submission_key, by=actor).first()
    if standing is not None:
        return standing
    old = case.verifications.standing()
    if old is None or case.state == CaseState.TO_VERIFY:
        raise ValidationError("这一户还没有核查结论，不用更正，直接核查即可。")
    if case.version != version:
        raise ConflictError({}, answers.of_verification(old), old.by.name, old.submitted_at, case.version)
    if not reason.strip():
        raise ValidationError({"correction_reason": "请写明为什么更正，例如：漏算了养老金。"})
    if not entry.concluded:
        raise ValidationError("更正的是结论，“见到没有”要选“已见面”。")
    rechecks = _rechecks(case, old)
    if rechecks.filter(by=actor).exists():
        raise ValidationError("这一版是你复核的，不能由你更正。请让初核人或别的人更正，再由你复核。")
    family.undo(case=case, verification=old, actor=actor, day=day)
    _check(case, entry, day)
    if not same_conclusion(answers.verdicts_of(old), entry.verdicts):
        entry = _maintaining(case, entry)
    verdicts = [*answers.verdicts_of(old), *entry.verdicts]
    again = rechecks.exists() and any(not verdict.eligible for verdict in verdicts)
    same = (
        not again
        and same_conclusion(answers.verdicts_of(old), entry.verdicts)
        and (case.state != CaseState.TO_ENROL or _living(old) == _together(entry))
    )
    old.state = VerificationState.SUPERSEDED
    old.save(update_fields=["state"])
    new = write_record(case, actor, entry, day, submission_key, draft=False)
    new.corrects, new.correction_reason = old, reason.strip()
    new.save(update_fields=["corrects", "correction_reason"])
    family.apply(case=case, verification=new, entry=entry, actor=actor, day=day)
    told = f"更正核查：{reason.strip()}"
    if same:
        note(case=case, kind=Kind.CORRECTED, actor=actor, day=day, text=told, verification=str(new.pk))
        return new
    _to_verify(case, Kind.CORRECTED, actor, day=day, told=told, verification=new)
    _conclude(case, new, entry, actor, day, told=f"更正后的结论：{_conclusion(entry)}", again=again)
    return new


@transaction.atomic
def propose_closing(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    version: int,
    outcome: str,
    reason: str,
    day: date,
    died_on: date | None = None,
) -> Verification:
    """Moved out, died or declined: not eligible for that reason, closed when another person agrees.

    `died_on` is needed when the last one living there died; others left are verified, with his day of death.
    """
    case = lock(scope, case_id, Right.VERIFY)
    refuse_if_changed(case, version)
    if outcome not in _CLOSING_REASONS or not reason.strip():
        raise ValidationError("请选迁出、死亡或本人放弃，并写明依据，例如：村委证明的日期。")
    if case.state not in (CaseState.TO_VERIFY, CaseState.TO_ENROL):
        raise ValidationError(f"这一户现在是「{case.get_state_display()}」，不能这样销号。")
    code = _CLOSING_REASONS[CaseOutcome(outcome)]
    old = case.verifications.standing()
    if old is not None:
        family.undo(case=case, verification=old, actor=actor, day=day)
    people = Membership.objects.filter(household=case.household, last_day=None).select_related("person")
    dead = _dead(people, died_on, day) if outcome == CaseOutcome.DECEASED else {}
    entry = Entry(
        result=VisitResult.VISITED,
        visited_on=day,
        role=role_of(scope),
        on_site=False,
        members=[
            MemberFound(
                one.person.name,
                one.person_id,
                living_together=False,
                died_on=dead.get(one.person_id, one.person.died_on),
            )
            for one in people
        ],
        verdicts=[Verdict(Scheme.NONE, reason_code=code, reason_text=reason.strip())],
        grounds=reason.strip(),
    )
    if old is not None and case.state == CaseState.TO_ENROL:
        old.state = VerificationState.SUPERSEDED
        old.save(update_fields=["state"])
    verification = write_record(case, actor, entry, day, None, draft=False)
    family.apply(case=case, verification=verification, entry=entry, actor=actor, day=day)
    told = f"报{CaseOutcome(outcome).label}：{reason.strip()}，等另一人复核"
    _conclude(case, verification, entry, actor, day, told=told)
    return verification


def _dead(people: Iterable[Membership], died_on: date | None, day: date) -> dict[UUID, date]:
    """The day of death of the last one living there. Raises ValidationError when there are others."""
    living = [one.person_id for one in people if one.person.died_on is None]
    if len(living) > 1:
        raise ValidationError(
            f"这一户还有 {len(living)} 人，不能整户报死亡。请在家庭成员里填去世的人和日期，其余的人照常核查。"
        )
    if living and (died_on is None or died_on > day):
        raise ValidationError({"died_on": "请填去世日期，不能晚于今天。"})
    return {person: died_on for person in living if died_on}


def role_of(scope: Scope) -> str:
    """The role in which somebody of this scope checks: the village's assistant or the township's staff."""
    township = any(len(prefix) <= 9 for prefix in scope.prefixes(Right.VERIFY))
    return VerifierRole.TOWNSHIP if township else VerifierRole.VILLAGE_ASSISTANT


def _refuse_if_concluded(case: Case, version: int, payload: Mapping[str, Any]) -> None:
    """Somebody else's conclusion since the page was opened is shown, never overwritten.

    Assigning a household, or finding nobody at home, changes the version too and is no conflict.
    """
    if case.version == version:
        return
    theirs = case.verifications.standing()
    if theirs is None or theirs.case_version < version:
        return
    raise ConflictError(
        mine=dict(payload),
        theirs=answers.of_verification(theirs),
        by=theirs.by.name,
        at=theirs.submitted_at,
        version=case.version,
    )


def _rechecks(case: Case, verification: Verification) -> QuerySet[Verification]:
    return case.verifications.filter(
        round=2, state=VerificationState.SUBMITTED, submitted_at__gte=verification.submitted_at
    )


def _living(verification: Verification) -> set[UUID | None]:
    return set(verification.members.filter(living_together=True).values_list("person", flat=True))


def _together(entry: Entry) -> set[UUID | None]:
    return {member.person for member in entry.members if member.living_together}


def _check(case: Case, entry: Entry, day: date) -> None:
    """What the form cannot know or a caller may not skip. Raises ValidationError by field."""
    if entry.visited_on > day:
        raise ValidationError({"visited_on": "入户日不能晚于今天。"})
    if not entry.concluded:
        return
    members = {
        member.person_id: member.person
        for member in Membership.objects.filter(household=case.household, last_day=None).select_related(
            "person"
        )
    }
    named = [verdict.person for verdict in entry.verdicts]
    if foreign := {person for person in named if person} - set(members):
        raise ValidationError(f"有 {len(foreign)} 个人不是这一户的成员。请刷新页面再填。")
    if len(named) != len(set(named)) or (None in named and len(named) > 1):
        raise ValidationError({"scheme": "一个人只能有一个结论；整户和各人不同，只能选一种。"})
    if any(day < (found.died_on or found.left_on or day) for found in entry.members):
        raise ValidationError("去世、迁出的日期不能晚于今天。请核对。")
    if not entry.living_together:
        raise ValidationError({"living": "这样填没有人共同生活了。请用下面的“本户已迁出、死亡或放弃”报。"})
    away = {member.person for member in entry.members if not member.living_together}
    waiting = [
        person.name
        for pk, person in members.items()
        if pk not in named and person.died_on is None and pk not in away
    ]
    if None not in named and waiting:
        raise ValidationError({"scheme": f"还差 {len(waiting)} 人没有结论：{'、'.join(waiting)}。"})
    _refuse_keeping_nothing(case, entry, {pk: person.name for pk, person in members.items()}, day)
    for verdict in entry.verdicts:
        if not verdict.eligible and not (verdict.reason_code and verdict.reason_text.strip()):
            raise ValidationError({"reason_text": "不符合的，要选原因并写明。"})
    if entry.departures and not entry.departure_reason.strip():
        raise ValidationError({"departure_reason": "结论与条件不同，要写明为什么。"})
    figures = entry.sum()
    standard = plans.standard(StandardKind.RURAL_DIBAO, case.household.region_id, day)
    for name, sentence in faults(entry, figures.per_capita, standard.amount if standard else None):
        raise ValidationError({name: sentence})


def _refuse_keeping_nothing(case: Case, entry: Entry, names: Mapping[UUID, str], day: date) -> None:
    """维持在保 is for who is on the roll or enrolled: nobody not covered is closed as covered (C09)."""
    kept = [verdict for verdict in entry.verdicts if verdict.covered]
    if not kept:
        return
    covered, more_than_named = facts.covered_people(whole(case.household.region_id), case.household_id, day)
    together = {one.person for one in entry.members if one.living_together and one.person}
    missing = {
        person for verdict in kept for person in ({verdict.person} if verdict.person else together)
    } - covered
    if missing and not more_than_named:
        who = "、".join(sorted(names[person] for person in missing if person in names))
        raise ValidationError(
            {"scheme": f"{who}不在低保、特困名册上，不能“维持在保”。请选“各人不同”，给没保的人另下结论。"}
        )


def _maintaining(case: Case, entry: Entry) -> Entry:
    """The entry, with the aid that finished grants of the household give already as 维持在保."""
    living = {member.person for member in entry.members if member.living_together and member.person}
    return replace(entry, verdicts=grants.maintained(case, entry.verdicts, living))


def _conclude(
    case: Case,
    verification: Verification,
    entry: Entry,
    actor: User,
    day: date,
    *,
    told: str,
    again: bool = False,
) -> None:
    """`again` = another person agreed to the version before, and is to see this one."""
    step = after_verification(entry.verdicts)
    if again and step.state == CaseState.TO_ENROL:
        step = Step(CaseState.TO_RECHECK)
    if step.state == CaseState.CLOSED and grants.go_on(case):
        step = Step(CaseState.CLOSED, CaseOutcome.ENROLLED)
    case.verified_on = case.verified_on or day
    case.returned_on, case.return_note = None, ""
    move(
        case=case,
        to_state=step.state,
        outcome=step.outcome,
        kind=Kind.VERIFIED,
        actor=actor,
        day=day,
        text=told,
        verification=str(verification.pk),
    )


def _to_verify(
    case: Case, kind: str, actor: User, *, day: date, told: str, verification: Verification
) -> None:
    if kind == Kind.WITHDRAWN:
        case.verified_on = None
        case.due_on = max(case.due_on, day)
    move(
        case=case,
        to_state=CaseState.TO_VERIFY,
        kind=kind,
        actor=actor,
        day=day,
        text=told,
        verification=str(verification.pk),
    )


def _give_back_draft(verification: Verification, found: Mapping[str, Any]) -> None:
    """What was withdrawn stands in its author's form again."""
    Verification.objects.get_or_create(
        case=verification.case,
        round=ROUND,
        by=verification.by,
        state=VerificationState.DRAFT,
        defaults={
            "draft": dict(found),
            "case_version": verification.case.version,
        },
    )


def _conclusion(entry: Entry) -> str:
    """低保·整户; or of each scheme how many persons."""
    words: dict[str, int] = {}
    for verdict in entry.verdicts:
        if verdict.person is None:
            return _verdict_words(verdict)
        words[_verdict_words(verdict)] = words.get(_verdict_words(verdict), 0) + 1
    return "、".join(f"{word} {count} 人" for word, count in words.items())


def _verdict_words(verdict: Verdict) -> str:
    if verdict.covered:
        return f"{Scheme(verdict.scheme).label}（维持在保）"
    label = Scheme(verdict.scheme).label
    return f"{label}（{ReasonCode(verdict.reason_code).label}）" if verdict.reason_code else label


def _with(entry: Entry) -> str:
    return f"，同去：{entry.companions}" if entry.companions else ""
