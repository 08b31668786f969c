"""From verdict to closed case: steps by who may, closed only when all is recorded."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG
from screening.choices import Labour, StepKind
from screening.models import BenefitRecord, Case, Enrolment, EnrolmentStep, Verification
from screening.rules.verdicts import Verdict
from screening.services import cases, enrolment, invariants, recheck
from screening.tests.enrolment_cast import (
    APPLY,
    APPROVE,
    ENROL,
    LAST,
    NUMBER,
    POST,
    RECHECK,
    RECORD,
    REVIEW,
    VISIT,
    bring_to,
    take,
    verify,
    write_number,
)
from screening.tests.test_verification import people_of, put_on_roll

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
