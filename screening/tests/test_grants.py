"""What a conclusion grants: opened, ended, kept and added to, before and after enrolment (C10)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG
from screening.choices import Labour
from screening.models import BenefitLine, BenefitRecord, Enrolment, Membership, PendingChange
from screening.rules.verdicts import Verdict
from screening.services import enrolment, invariants, verification
from screening.tests.enrolment_cast import (
    APPLY,
    LATER,
    NOT_ELIGIBLE,
    RECHECK,
    RECORD,
    REVIEW,
    VISIT,
    agree,
    bring_to,
    correct,
    verify,
    write_number,
)
from screening.tests.test_verification import people_of, put_on_roll

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


# --- After enrolment: another conclusion (C10) ---


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
    assert (enrolled.state, enrolled.outcome) == ("closed", "enrolled")
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


# --- Enrolled, looked at again ---


def test_an_enrolled_household_found_the_same_is_enrolled_again_since_its_first_day(enrolled, cast):
    verify(enrolled, cast.officer, Verdict("dibao"), day=LATER)
    assert (enrolled.state, enrolled.outcome, enrolled.closed_on) == ("closed", "enrolled", RECORD)
    assert enrolled.events.last().outcome == "enrolled"
    assert not invariants.enrolments_and_cases()


def test_an_enrolled_household_with_one_member_not_eligible_any_more_stays_enrolled(enrolled, cast):
    head, wife = people_of(enrolled)
    verdicts = (Verdict("dibao", person=head.pk), replace(NOT_ELIGIBLE, person=wife.pk))
    verify(enrolled, cast.officer, *verdicts, day=LATER)
    assert enrolled.state == "to_recheck"
    agree(enrolled, cast)
    assert (enrolled.outcome, enrolled.closed_on) == ("enrolled", RECORD)
    assert enrolled.enrolments.get().persons == [head.pk]


def test_an_enrolled_household_found_not_eligible_leaves_the_enrolled(enrolled, cast):
    verify(enrolled, cast.officer, NOT_ELIGIBLE, day=LATER)
    agree(enrolled, cast)
    assert enrolled.outcome == "not_eligible"


def test_a_household_on_the_roll_without_a_grant_of_ours_is_found_covered(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.WEAK)))
    put_on_roll(people_of(case)[0])
    verify(case, cast.officer, Verdict("dibao", covered=True))
    assert case.outcome == "covered_confirmed"


def test_what_the_roll_pays_otherwise_than_granted_keeps_no_conclusion_from_completion(enrolled, cast):
    for person in people_of(enrolled):
        put_on_roll(person)
    paid = BenefitRecord.objects.filter(person__in=people_of(enrolled))
    paid.update(monthly_amount=333, first_day=date(2020, 5, 20))
    verify(enrolled, cast.officer, NOT_ELIGIBLE, day=date(2020, 6, 1))
    agree(enrolled, cast, day=date(2020, 6, 2))
    grant = enrolled.enrolments.get()
    assert (grant.persons, enrolled.state) == ([], "closed")
    assert not PendingChange.objects.exists()
