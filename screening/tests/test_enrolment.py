"""From verdict to closed case: grants, steps by who may, refusals, closed only when all is recorded."""

import uuid
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import DAMAIDI, LIUSHUTANG
from screening.choices import Labour, Scheme, StepKind
from screening.models import (
    BenefitLine,
    BenefitRecord,
    Case,
    Enrolment,
    EnrolmentStep,
    Membership,
    Verification,
)
from screening.rules.verdicts import Verdict
from screening.services import cases, enrolment, invariants, recheck, verification
from screening.services.enrolment import Details
from screening.tests.test_verification import entry_of, people_of, put_on_roll

VISIT, RECHECK, APPLY, REVIEW, POST = (date(2020, 3, day) for day in (18, 20, 21, 23, 24))
LAST = date(2020, 3, 30)
APPROVE, ENROL, RECORD = date(2020, 3, 31), date(2020, 4, 2), date(2020, 4, 3)
NUMBER = "5323260420200001"
NOT_ELIGIBLE = Verdict("none", reason_code="public_payroll", reason_text="在编教师")


@pytest.fixture
def judged(cast, make_case, make_household):
    """`judged(scheme)`: a household of two (or `members`), wholly eligible, waiting for its application."""

    def make(*verdicts, region=LIUSHUTANG, actor=None, members=()):
        people = members or (("普有福", Labour.WEAK), ("罗翠英", Labour.NONE))
        case = make_case(make_household(region, *people))
        verify(case, actor or cast.officer, *verdicts)
        return case

    return make


def verify(case, actor, *verdicts):
    case.refresh_from_db()
    verification.submit(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(case, *verdicts, visited_on=VISIT),
        payload={},
        day=VISIT,
    )
    case.refresh_from_db()


def take(case, kind, actor, day, today=None, **details):
    enrolment.take_step(
        scope=actor.scope(),
        case_id=case.pk,
        kind=kind,
        actor=actor,
        details=Details(day, **details),
        today=today or day,
    )
    case.refresh_from_db()


def bring_to(case, cast, stage, *, per_person=None):
    """Take the steps before `stage` on the days above."""
    amounts = {scheme: Decimal(215) for scheme in Scheme.values} if per_person is None else per_person
    todo = {
        "applied": lambda: take(case, "applied", cast.officer, APPLY, per_person=amounts),
        "reviewed": lambda: take(case, "reviewed", cast.colleague, REVIEW),
        "publicised": lambda: take(
            case, "publicised", cast.officer, POST, last_day=LAST, posted_where="柳树塘公开栏"
        ),
        "approved": lambda: take(case, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1)),
        "enrolled": lambda: take(case, "enrolled", cast.county, ENROL),
    }
    for kind, step in todo.items():
        if kind == stage:
            return
        step()


def write_number(grant, actor, number=NUMBER, day=RECORD):
    return enrolment.record_number(
        scope=actor.scope(), enrolment_id=grant.pk, actor=actor, number=number, day=day, today=day
    )


# --- Grants follow the case ---


def test_a_household_verdict_opens_one_grant_for_all_living_together(judged):
    case = judged(Verdict("dibao"))
    grant = case.enrolments.get()
    assert (grant.scheme, grant.person, grant.next_step, grant.waiting_since) == (
        "dibao",
        None,
        "applied",
        VISIT,
    )
    assert set(grant.persons) == {person.pk for person in people_of(case)}


def test_household_aid_given_member_by_member_is_one_grant(judged, cast, make_case, make_household):
    case = make_case(
        make_household(LIUSHUTANG, ("甲", Labour.WEAK), ("乙", Labour.NONE), ("丙", Labour.NONE))
    )
    one, two, three = people_of(case)
    verify(
        case,
        cast.officer,
        Verdict("dibao", person=one.pk),
        Verdict("dibao", person=two.pk),
        Verdict("tekun", person=three.pk),
    )
    found = {grant.scheme: (grant.person_id, set(grant.persons)) for grant in case.enrolments.all()}
    assert found == {"dibao": (None, {one.pk, two.pk}), "tekun": (three.pk, {three.pk})}


def test_what_is_maintained_is_not_granted_again(judged, cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.WEAK), ("乙", Labour.NONE)))
    head, other = people_of(case)
    put_on_roll(head)
    verify(
        case,
        cast.officer,
        Verdict("dibao", person=head.pk, covered=True),
        Verdict("tekun", person=other.pk),
    )
    assert case.enrolments.get().persons == [other.pk]


def test_a_withdrawn_verification_ends_the_grants_before_any_step(judged, cast):
    case = judged(Verdict("dibao"))
    verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=APPLY)
    grant = case.enrolments.get()
    assert (grant.ended_on, grant.end_reason) == (APPLY, "撤回核查")


def test_after_the_application_it_is_no_longer_withdrawn(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "reviewed")
    with pytest.raises(ValidationError, match="已经提出申请，核查不能撤回"):
        verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=REVIEW)
    case.refresh_from_db()
    assert case.state == "to_enrol"


def test_verified_again_after_a_refusal_new_grants_begin_at_the_beginning(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "reviewed")
    enrolment.refuse(
        scope=cast.colleague.scope(), case_id=case.pk, actor=cast.colleague, reason="缺委托书", today=REVIEW
    )
    verify(case, cast.officer, Verdict("dibao"))
    old, new = case.enrolments.order_by("ended_on")
    assert (old.next_step, old.ended_on, new.next_step, new.ended_on) == (
        "reviewed",
        REVIEW,
        "applied",
        None,
    )


# --- Steps ---


def test_all_six_steps_and_the_number_close_the_household(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    grant = case.enrolments.get()
    assert (grant.monthly_amount, grant.from_month, grant.next_step) == (
        Decimal(430),
        date(2020, 5, 1),
        "recorded",
    )
    write_number(grant, cast.county)
    case.refresh_from_db()
    grant.refresh_from_db()
    assert (case.state, case.outcome, case.closed_on) == ("closed", "enrolled", RECORD)
    assert (grant.provincial_number, grant.next_step) == (NUMBER, "")
    assert [step.kind for step in grant.steps.order_by("day")] == list(StepKind.values)
    told = [event.text for event in case.events.filter(kind__in=["step", "closed"]).order_by("day", "at")]
    assert told == [
        "申请：低保·整户 2 人",
        "审核：低保·整户 2 人",
        "公示：低保·整户 2 人，3月24日—3月30日，柳树塘公开栏",
        "审批：低保·整户 2 人",
        "纳入：低保·整户 2 人",
        f"录入省系统：低保·整户 2 人，编号 {NUMBER}",
        "销号：低保·整户 2 人都已录入省系统",
    ]
    assert AuditEvent.objects.filter(action="case.step").count() == 6


@pytest.mark.parametrize("kind", ["reviewed", "publicised", "approved", "enrolled"])
def test_a_step_out_of_order_is_refused_and_leaves_nothing(judged, cast, kind):
    case = judged(Verdict("dibao"))
    actor = cast.colleague if kind in ("reviewed", "publicised") else cast.county
    with pytest.raises(ValidationError, match="还没有“申请”"):
        take(case, kind, actor, APPLY, last_day=LAST, posted_where="公开栏")
    assert not EnrolmentStep.objects.exists()


@pytest.mark.parametrize(("day", "allowed"), [(30, False), (31, True)])
def test_approval_waits_for_the_end_of_publicity(judged, cast, day, allowed):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "approved")
    when = date(2020, 3, day)
    if allowed:
        take(case, "approved", cast.county, when, from_month=date(2020, 5, 1))
        assert case.enrolments.get().next_step == "enrolled"
    else:
        with pytest.raises(ValidationError, match="公示到 3月30日才满，3月31日起才能审批"):
            take(case, "approved", cast.county, when, from_month=date(2020, 5, 1))


def test_publicity_shorter_than_the_plan_asks_is_refused(judged, cast, county):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "publicised")
    with pytest.raises(ValidationError, match="公示至少 7 天：3月24日贴出，末日最早 3月30日"):
        take(case, "publicised", cast.officer, POST, last_day=date(2020, 3, 29), posted_where="公开栏")
    county.plan.publicity_days = 6
    county.plan.save()
    take(case, "publicised", cast.officer, POST, last_day=date(2020, 3, 29), posted_where="公开栏")


def test_publicity_says_where_it_hangs(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "publicised")
    with pytest.raises(ValidationError, match="张贴地点"):
        take(case, "publicised", cast.officer, POST, last_day=LAST, posted_where=" ")


def test_who_applied_does_not_approve_even_with_both_roles(judged, cast, county):
    county.plan.township_approves = True
    county.plan.save()
    case = judged(Verdict("dibao"))
    amounts = {"dibao": Decimal(215)}
    take(case, "applied", cast.head, APPLY, per_person=amounts)
    take(case, "reviewed", cast.colleague, REVIEW)
    take(case, "publicised", cast.officer, POST, last_day=LAST, posted_where="公开栏")
    with pytest.raises(ValidationError, match="申请是你办的，审批要由别人办"):
        take(case, "approved", cast.head, APPROVE, from_month=date(2020, 5, 1))
    take(case, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1))


def test_the_head_approves_only_where_the_plan_leaves_it_to_the_township(judged, cast, county):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "approved")
    with pytest.raises(PermissionDenied, match="“审批”由县局办"):
        take(case, "approved", cast.head, APPROVE, from_month=date(2020, 5, 1))
    county.plan.township_approves = True
    county.plan.save()
    with pytest.raises(PermissionDenied):
        take(case, "approved", cast.colleague, APPROVE, from_month=date(2020, 5, 1))
    take(case, "approved", cast.head, APPROVE, from_month=date(2020, 5, 1))


ROLES = {
    "assistant": set(),
    "officer": {"applied", "reviewed", "publicised"},
    "head": {"applied", "reviewed", "publicised"},
    "county": {"approved", "enrolled", "recorded"},
    "leader": set(),
    "unit": None,
    "stranger": None,
    "idle": None,
    "admin": None,
}


@pytest.mark.parametrize("kind", list(StepKind.values))
@pytest.mark.parametrize("role", list(ROLES))
def test_every_step_by_every_role(judged, cast, role, kind):
    """None: the household is outside the scope, the same as absent."""
    case = judged(Verdict("dibao"), actor=cast.colleague)
    if kind != "applied":
        take(case, "applied", cast.colleague, APPLY, per_person={"dibao": Decimal(215)})
        for step in ("reviewed", "publicised", "approved", "enrolled")[: list(StepKind).index(kind) - 1]:
            actor = cast.colleague if step in ("reviewed", "publicised") else cast.county2
            day = {"reviewed": REVIEW, "publicised": POST, "approved": APPROVE, "enrolled": ENROL}[step]
            take(case, step, actor, day, last_day=LAST, posted_where="栏", from_month=date(2020, 5, 1))
    actor, may = getattr(cast, role), ROLES[role]

    def act():
        if kind == "recorded":
            write_number(case.enrolments.get(), actor)
        else:
            take(case, kind, actor, RECORD, last_day=date(2020, 4, 9), posted_where="栏", from_month=ENROL)

    if may is None:
        with pytest.raises(ObjectDoesNotExist):
            act()
    elif kind in may:
        act()
        assert EnrolmentStep.objects.filter(kind=kind, by=actor).count() == 1
    else:
        with pytest.raises(PermissionDenied):
            act()


def test_nothing_is_approved_without_amount_and_first_month(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "approved", per_person={})
    with pytest.raises(ValidationError, match="还没写金额"):
        take(case, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1))
    grant = case.enrolments.get()
    enrolment.set_terms(
        scope=cast.county.scope(),
        enrolment_id=grant.pk,
        actor=cast.county,
        version=grant.version,
        tier="B 档",
        monthly_amount=Decimal("430.00"),
        from_month=None,
        today=APPROVE,
    )
    with pytest.raises(ValidationError, match="还没写从哪个月起"):
        take(case, "approved", cast.county, APPROVE)
    take(case, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1))


def test_an_amount_below_nothing_is_refused(judged, cast):
    case = judged(Verdict("dibao"))
    grant = case.enrolments.get()
    with pytest.raises(ValidationError, match="金额不能小于 0"):
        enrolment.set_terms(
            scope=cast.officer.scope(),
            enrolment_id=grant.pk,
            actor=cast.officer,
            version=grant.version,
            tier="",
            monthly_amount=Decimal(-1),
            from_month=None,
            today=APPLY,
        )


def test_terms_saved_over_an_older_view_are_refused(judged, cast):
    case = judged(Verdict("dibao"))
    grant = case.enrolments.get()
    with pytest.raises(ValidationError, match="又有改动"):
        enrolment.set_terms(
            scope=cast.officer.scope(),
            enrolment_id=grant.pk,
            actor=cast.officer,
            version=grant.version - 1,
            tier="",
            monthly_amount=None,
            from_month=None,
            today=APPLY,
        )


# --- Refusal ---


@pytest.mark.parametrize(("stage", "who"), [("reviewed", "colleague"), ("approved", "county")])
def test_refused_at_review_or_approval_it_goes_back_to_be_verified(judged, cast, stage, who):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, stage)
    actor = getattr(cast, who)
    with pytest.raises(ValidationError, match="退回要写明"):
        enrolment.refuse(scope=actor.scope(), case_id=case.pk, actor=actor, reason=" ", today=APPROVE)
    enrolment.refuse(scope=actor.scope(), case_id=case.pk, actor=actor, reason="收入没有依据", today=APPROVE)
    case.refresh_from_db()
    assert (case.state, case.verified_on, case.return_note) == ("to_verify", None, "收入没有依据")
    assert case.due_on == date(2020, 4, 3)
    assert case.events.get(kind="returned").text == f"{StepKind(stage).label}退回：收入没有依据"
    assert case.enrolments.get().ended_on == APPROVE


@pytest.mark.parametrize("stage", ["applied", "publicised", "enrolled", "recorded"])
def test_nothing_is_refused_at_another_stage(judged, cast, stage):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, stage)
    with pytest.raises(ValidationError, match="只有等审核、等审批的户能退回"):
        enrolment.refuse(
            scope=cast.county.scope(), case_id=case.pk, actor=cast.county, reason="缺", today=APPROVE
        )


# --- Batch ---


def test_a_batch_says_which_were_refused_and_why_and_takes_the_rest(judged, cast, county):
    county.plan.township_approves = True
    county.plan.save()
    ready, early, unpaid, own = (judged(Verdict("dibao"), actor=cast.colleague) for _ in range(4))
    for case, last_day, amount in ((ready, LAST, 215), (early, date(2020, 4, 5), 215), (unpaid, LAST, None)):
        per_person = {} if amount is None else {"dibao": Decimal(amount)}
        take(case, "applied", cast.officer, APPLY, per_person=per_person)
        take(case, "reviewed", cast.colleague, REVIEW)
        take(case, "publicised", cast.officer, POST, last_day=last_day, posted_where="栏")
    take(own, "applied", cast.head, APPLY, per_person={"dibao": Decimal(215)})
    take(own, "reviewed", cast.colleague, REVIEW)
    take(own, "publicised", cast.officer, POST, last_day=LAST, posted_where="栏")
    result = enrolment.take_steps(
        scope=cast.head.scope(),
        case_ids=[ready.pk, early.pk, unpaid.pk, own.pk],
        kind="approved",
        actor=cast.head,
        details=Details(APPROVE, from_month=date(2020, 5, 1)),
        today=APPROVE,
    )
    assert [case.pk for case in result.done] == [ready.pk]
    assert {case.pk: why for case, why in result.refused} == {
        early.pk: "公示到 4月5日才满，4月6日起才能审批。",
        unpaid.pk: "低保·整户 2 人还没写金额。请先在这一户的“办理步骤”里定档。",
        own.pk: "申请是你办的，审批要由别人办。",
    }
    assert EnrolmentStep.objects.filter(kind="approved").count() == 1
    assert set(
        Enrolment.objects.filter(case__in=[early, unpaid, own]).values_list("next_step", flat=True)
    ) == {"approved"}


def test_a_foreign_household_in_a_batch_stops_all_of_it(judged, cast, make_case, make_household):
    mine = judged(Verdict("dibao"))
    foreign = make_case(make_household(DAMAIDI, ("李发祥", "")))
    with pytest.raises(ObjectDoesNotExist):
        enrolment.take_steps(
            scope=cast.officer.scope(),
            case_ids=[mine.pk, foreign.pk],
            kind="applied",
            actor=cast.officer,
            details=Details(APPLY),
            today=APPLY,
        )
    assert not EnrolmentStep.objects.exists()


# --- Number and closing ---


def test_a_number_is_checked_as_typed_and_once_only(judged, cast):
    first = judged(Verdict("dibao"))
    second = judged(Verdict("tekun"))
    for case in (first, second):
        bring_to(case, cast, "recorded")
    with pytest.raises(ValidationError, match="应是 16 位，少 1 位"):
        write_number(first.enrolments.get(), cast.county, NUMBER[:-1])
    write_number(first.enrolments.get(), cast.county)
    with pytest.raises(ValidationError, match="已经用在别的项上"):
        write_number(second.enrolments.get(), cast.county)
    second.refresh_from_db()
    assert second.state == "to_enrol"


def test_the_length_of_a_number_is_a_setting_of_the_plan(judged, cast, county):
    county.plan.province_number_digits = 10
    county.plan.save()
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county, "5326202001")
    case.refresh_from_db()
    assert case.state == "closed"


def test_the_same_number_twice_is_refused(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county)
    with pytest.raises(ValidationError, match="不在待纳入里"):
        write_number(case.enrolments.get(), cast.county, "5323260420200002")


@pytest.mark.parametrize("stage", [*StepKind.values])
def test_before_all_steps_are_taken_it_does_not_close(judged, cast, stage):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, stage)
    with pytest.raises(ValidationError, match="都录进省系统、有了编号才能销号"):
        cases.move(
            case=Case.objects.get(pk=case.pk),
            to_state="closed",
            kind="closed",
            outcome="enrolled",
            actor=cast.county,
            day=RECORD,
            text="",
        )


def test_a_household_with_one_eligible_and_one_ineligible_person_to_the_end(cast, make_case, make_household):
    """One 特困 enrolled, one not eligible with a reason that somebody else rechecked (C10, C11)."""
    case = make_case(make_household(LIUSHUTANG, ("普有福", Labour.NONE), ("普明芬", Labour.SKILLED)))
    old, young = people_of(case)
    refused = Verdict("none", young.pk, False, "public_payroll", "在编教师")
    verify(case, cast.officer, Verdict("tekun", person=old.pk), refused)
    assert (case.state, case.enrolments.count()) == ("to_recheck", 0)
    recheck.agree(
        scope=cast.colleague.scope(),
        case_id=case.pk,
        actor=cast.colleague,
        version=case.version,
        means=["papers"],
        day=RECHECK,
    )
    case.refresh_from_db()
    grant = case.enrolments.get()
    assert (case.state, grant.person, grant.opened_on) == ("to_enrol", old, RECHECK)
    bring_to(case, cast, "recorded")
    write_number(grant, cast.county)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "enrolled")
    reasons = Verification.objects.get(case=case, round=1).decisions.filter(scheme="none")
    assert [(one.person, one.reason_text) for one in reasons] == [(young, "在编教师")]


def test_with_two_grants_the_first_number_does_not_close(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    one, two = people_of(case)
    verify(case, cast.officer, Verdict("tekun", person=one.pk), Verdict("dibao_single", person=two.pk))
    bring_to(case, cast, "recorded")
    first, second = case.enrolments.all()
    write_number(first, cast.county)
    case.refresh_from_db()
    assert case.state == "to_enrol"
    write_number(second, cast.county, "5323260420200002")
    case.refresh_from_db()
    assert case.state == "closed"


# --- After enrolment: another conclusion (C10) ---


@pytest.fixture
def enrolled(judged, cast):
    """A household of two with finished 低保, reopened."""
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county)
    cases.reopen(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=RECORD, reason="增人")
    return case


def test_other_lasting_aid_ends_the_finished_one_with_reason_and_day(enrolled, cast):
    verify(enrolled, cast.officer, Verdict("tekun"))
    old, new = enrolled.enrolments.order_by("opened_on", "scheme")
    assert (old.scheme, old.ended_on, old.end_reason) == (
        "dibao",
        VISIT,
        "入户核查：特困供养，同去：驻村队员 1 人",
    )
    assert (new.scheme, new.next_step, new.ended_on) == ("tekun", "applied", None)
    assert invariants.lasting_aid_once() == []
    with pytest.raises(ValidationError, match="核查不能撤回"):
        verification.withdraw(scope=cast.officer.scope(), case_id=enrolled.pk, actor=cast.officer, day=RECORD)


def test_the_same_aid_for_the_same_people_is_not_opened_a_second_time(enrolled, cast):
    verify(enrolled, cast.officer, Verdict("dibao"))
    grant = enrolled.enrolments.get()
    assert (grant.next_step, grant.ended_on) == ("", None)
    assert (enrolled.state, enrolled.outcome) == ("closed", "covered_confirmed")
    assert invariants.rightly_covered() == []


def test_whoever_joined_gets_a_grant_beside_the_finished_one(enrolled, cast, make_household):
    child = Membership.objects.get(household=make_household(LIUSHUTANG, ("普小明", Labour.NONE)))
    Membership.objects.filter(pk=child.pk).update(household=enrolled.household, relation="10")
    new = child.person
    verify(enrolled, cast.officer, Verdict("dibao"))
    old, added = enrolled.enrolments.order_by("next_step")
    assert (old.next_step, added.next_step, added.persons) == ("", "applied", [new.pk])
    assert invariants.lasting_aid_once() == []


def test_found_not_eligible_the_finished_grant_ends_when_the_recheck_agrees(enrolled, cast):
    verify(enrolled, cast.officer, NOT_ELIGIBLE)
    assert enrolled.enrolments.get().ended_on is None
    agree(enrolled, cast)
    grant = enrolled.enrolments.get()
    assert (grant.ended_on, grant.end_reason) == (RECHECK, "复核同意（看了票据、证明）")


def test_of_two_the_one_not_eligible_leaves_the_finished_grant(enrolled, cast):
    one, two = people_of(enrolled)
    kept = Verdict("dibao", person=one.pk)
    verify(enrolled, cast.officer, kept, replace(NOT_ELIGIBLE, person=two.pk))
    agree(enrolled, cast)
    grant = enrolled.enrolments.get()
    assert (grant.persons, grant.ended_on) == ([one.pk], None)
    assert grant.monthly_amount == Decimal("215.00")
    line = BenefitLine.objects.select_related("change").get()
    assert (line.person, line.side, line.monthly_amount) == (two, "stop", Decimal("215.00"))
    assert (line.change.kind, line.change.from_month) == ("review_stop", date(2020, 5, 1))
    assert AuditEvent.objects.get(action="benefit.change").data["persons"] == [str(two.pk)]


def test_with_one_of_two_grants_finished_the_verification_is_not_withdrawn(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    one, two = people_of(case)
    verify(case, cast.officer, Verdict("tekun", person=one.pk), Verdict("dibao_single", person=two.pk))
    bring_to(case, cast, "recorded")
    first, second = case.enrolments.all()
    write_number(first, cast.county)
    second.steps.all().delete()
    Enrolment.objects.filter(pk=second.pk).update(next_step="applied")
    with pytest.raises(ValidationError, match="核查不能撤回"):
        verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=RECORD)


def test_aid_of_another_household_has_to_end_there_first(judged, enrolled, cast):
    moved = people_of(enrolled)[1]
    Membership.objects.filter(person=moved).update(last_day=VISIT)
    other = judged(Verdict("temporary"), members=(("赵六", Labour.NONE),))
    Membership.objects.create(household=other.household, person=moved, relation="99", first_day=VISIT)
    with pytest.raises(ValidationError, match="另一户的低保、特困里还没终止"):
        correct(other, cast, Verdict("tekun"))


def agree(case, cast):
    recheck.agree(
        scope=cast.colleague.scope(),
        case_id=case.pk,
        actor=cast.colleague,
        version=case.version,
        means=["papers"],
        day=RECHECK,
    )
    case.refresh_from_db()


def correct(case, cast, *verdicts):
    verification.correct(
        scope=cast.officer.scope(),
        case_id=case.pk,
        actor=cast.officer,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(case, *verdicts, visited_on=VISIT),
        reason="漏了一人",
        day=RECORD,
    )


# --- What must hold ---


def test_the_checks_find_nothing_after_real_steps_and_what_was_bent(judged, cast):
    open_one, done = judged(Verdict("dibao")), judged(Verdict("tekun"))
    bring_to(open_one, cast, "approved")
    bring_to(done, cast, "recorded")
    write_number(done.enrolments.get(), cast.county)
    assert invariants.enrolments_and_cases() == []
    assert invariants.enrolments_and_steps() == []
    Enrolment.objects.filter(case=open_one).update(next_step="applied")
    assert invariants.enrolments_and_steps() == [f"纳入项 {open_one.enrolments.get().pk} 与它的步骤不符"]
    Case.objects.filter(pk=done.pk).update(state="to_enrol", outcome="")
    assert invariants.enrolments_and_cases() == [f"待纳入的户 {done.pk} 没有要办的项"]


def test_the_checks_name_whoever_has_lasting_aid_twice(judged):
    case = judged(Verdict("dibao"))
    grant = case.enrolments.get()
    one = people_of(case)[0]
    Enrolment.objects.create(
        case=case, decision=grant.decision, person=one, scheme="tekun", persons=[one.pk],
        waiting_since=VISIT, opened_on=VISIT,
    )  # fmt: skip
    assert invariants.lasting_aid_once() == [f"人 {one.pk} 同时在两项低保、特困里"]


def test_the_checks_name_households_closed_as_covered_that_are_not(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    for person in people_of(case):
        put_on_roll(person)
    verify(case, cast.officer, Verdict("dibao", covered=True))
    assert invariants.rightly_covered() == []
    BenefitRecord.objects.filter(person=people_of(case)[1]).delete()
    assert invariants.rightly_covered() == [f"户 {case.pk} 按在保正确销号，销号那天有人不在保"]
