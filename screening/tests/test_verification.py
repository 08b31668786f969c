"""Verification: where conclusions lead, twice the same, two at once, taken back, corrected (C08, C11)."""

import threading
import uuid
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection

from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.choices import Labour, Scheme
from screening.models import BenefitRecord, Verification
from screening.rules.verdicts import Entry, MemberFound, ObligorFound, Verdict
from screening.services import cases, recheck, verification
from screening.services.cases import ConflictError


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))


def people_of(case):
    return [m.person for m in case.household.memberships.select_related("person").order_by("relation")]


def entry_of(case, *verdicts: Verdict, **changes) -> Entry:
    entry = Entry(
        result="visited",
        visited_on=TODAY,
        role="township",
        companions="驻村队员 1 人",
        members=[MemberFound(person.name, person.pk) for person in people_of(case)],
        income={"wages": (Decimal("9000"), "县内务工"), "employment_cost": (Decimal("1000"), "车票")},
        obligors=[ObligorFound("普明芬", "之女", "unable")],
        food_ok=True,
        clothing_ok=True,
        verdicts=verdicts or [Verdict(Scheme.DIBAO)],
        grounds="配偶需照料",
    )
    return replace(entry, **changes)


def submit(case, actor, entry=None, *, key=None, version=None, payload=None):
    return verification.submit(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version if version is None else version,
        submission_key=key or uuid.uuid4(),
        entry=entry or entry_of(case),
        payload=payload or {},
        day=TODAY,
    )


def put_on_roll(person, scheme="rural_dibao", **values):
    BenefitRecord.objects.create(person=person, scheme=scheme, first_day=date(2020, 1, 1), **values)


NOT = Verdict(Scheme.NONE, reason_code="vehicle", reason_text="有面包车一辆")


def test_a_new_eligible_household_goes_to_enrolment_with_all_its_rows(cast, case):
    record = submit(case, cast.officer)
    case.refresh_from_db()
    assert (case.state, case.verified_on, case.version) == ("to_enrol", TODAY, 2)
    assert (record.per_capita, record.standard_amount, record.living_together) == (
        Decimal("4000.00"),
        Decimal("4500"),
        2,
    )
    assert record.members.count() == 2
    assert {item.kind: item.amount for item in record.income.all()} == {
        "wages": 9000,
        "employment_cost": 1000,
    }
    assert record.obligors.get().ability == "unable"
    assert record.decisions.get().scheme == "dibao"
    assert case.events.last().text == "入户核查：低保·整户，同去：驻村队员 1 人"
    assert AuditEvent.objects.filter(action="case.verified").count() == 1


def test_anyone_not_eligible_goes_to_recheck(cast, case):
    head, wife = people_of(case)
    submit(case, cast.officer, entry_of(case, replace(NOT, person=head.pk), Verdict("tekun", person=wife.pk)))
    case.refresh_from_db()
    assert case.state == "to_recheck"
    assert case.events.last().text.startswith("入户核查：不符合（财产超标准（车辆）） 1 人、特困供养 1 人")


def test_rightly_covered_closes_at_once(cast, case):
    for person in people_of(case):
        put_on_roll(person)
    submit(case, cast.officer, entry_of(case, Verdict(Scheme.DIBAO, covered=True)))
    case.refresh_from_db()
    assert (case.state, case.outcome, case.closed_on) == ("closed", "covered_confirmed", TODAY)


def test_a_covered_household_judged_wrongly_covered_goes_to_recheck(cast, case):
    case.coverage = "all"
    case.save()
    submit(case, cast.officer, entry_of(case, NOT))
    case.refresh_from_db()
    assert case.state == "to_recheck"


def test_keeping_what_somebody_does_not_have_is_refused(cast, case):
    head, wife = people_of(case)
    put_on_roll(head)
    put_on_roll(wife, "temporary")
    for verdicts in ([Verdict("dibao", covered=True)], [Verdict("dibao", p.pk, True) for p in (head, wife)]):
        with pytest.raises(ValidationError, match="罗翠英不在低保、特困名册上"):
            submit(case, cast.officer, entry_of(case, *verdicts))
    case.refresh_from_db()
    assert case.state == "to_verify"


def test_a_certificate_that_covers_more_than_it_names_may_be_kept_for_all(cast, case):
    put_on_roll(people_of(case)[0], covered_persons=2, incomplete=True)
    submit(case, cast.officer, entry_of(case, Verdict("dibao", covered=True)))
    case.refresh_from_db()
    assert case.outcome == "covered_confirmed"


def test_some_covered_and_one_newly_eligible_goes_to_enrolment(cast, case):
    head, wife = people_of(case)
    put_on_roll(head)
    submit(
        case,
        cast.officer,
        entry_of(case, Verdict("dibao", person=head.pk, covered=True), Verdict("tekun", person=wife.pk)),
    )
    case.refresh_from_db()
    assert case.state == "to_enrol"


@pytest.mark.parametrize("result", ["nobody_home", "away"])
def test_nobody_met_is_recorded_and_the_household_still_waits(cast, case, result):
    typed = {"grounds": "写了一半"}
    verification.save_draft(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=1, payload=typed
    )
    submit(case, cast.officer, Entry(result=result, visited_on=TODAY, role="township"))
    case.refresh_from_db()
    assert (case.state, case.verified_on) == ("to_verify", None)
    assert case.events.last().kind == "note"
    assert Verification.objects.get(state="draft").draft == typed


def test_everyone_needs_a_conclusion_and_the_missing_one_is_named(cast, case):
    head, _wife = people_of(case)
    with pytest.raises(ValidationError, match="还差 1 人没有结论：罗翠英"):
        submit(case, cast.officer, entry_of(case, Verdict("tekun", person=head.pk)))
    moved = entry_of(case, Verdict("tekun", person=head.pk))
    members = [moved.members[0], replace(moved.members[1], living_together=False, change="已外嫁")]
    submit(case, cast.officer, replace(moved, members=members))


def test_not_eligible_without_text_is_refused(cast, case):
    with pytest.raises(ValidationError, match="不符合的，要选原因并写明"):
        submit(case, cast.officer, entry_of(case, replace(NOT, reason_text=" ")))


def test_income_below_the_standard_is_no_reason_to_refuse(cast, case):
    over = Verdict(Scheme.NONE, reason_code="income_over", reason_text="收入高")
    with pytest.raises(ValidationError, match=r"比农村低保标准低 500\.00 元"):
        submit(case, cast.officer, entry_of(case, over))


def test_income_above_the_standard_makes_no_dibao_household(cast, case):
    rich = {"wages": (Decimal("9000.01"), "")}
    with pytest.raises(ValidationError, match="不能判“低保·整户”"):
        submit(case, cast.officer, entry_of(case, income=rich))
    submit(case, cast.officer, entry_of(case, income={"wages": (Decimal("9000.00"), "")}))


def test_a_day_not_yet_come_is_refused(cast, case):
    with pytest.raises(ValidationError, match="不能晚于今天"):
        submit(case, cast.officer, entry_of(case, visited_on=TODAY + timedelta(days=1)))


def test_somebody_of_another_household_gets_no_verdict_here(cast, case, make_household):
    foreign = make_household(LIUSHUTANG, ("李桂兰", Labour.NONE)).head
    with pytest.raises(ValidationError, match="不是这一户的成员"):
        submit(case, cast.officer, entry_of(case, Verdict("tekun", person=foreign.pk)))


# --- Twice the same, two at once ---


def test_the_same_form_twice_is_one_record_and_one_event(cast, case):
    key = uuid.uuid4()
    first, second = submit(case, cast.officer, key=key), submit(case, cast.officer, key=key)
    assert first == second
    assert Verification.objects.count() == 1
    assert case.events.count() == 2


def test_the_draft_becomes_the_record(cast, case):
    verification.save_draft(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=1, payload={"grounds": "x"}
    )
    submit(case, cast.officer)
    assert Verification.objects.get().state == "submitted"


def test_each_person_has_a_draft_of_his_own_and_the_last_text_stays(cast, case):
    for actor, text in ((cast.officer, "一"), (cast.officer, "二"), (cast.assistant, "三")):
        verification.save_draft(
            scope=actor.scope(), case_id=case.pk, actor=actor, version=1, payload={"grounds": text}
        )
    assert {d.by_id: d.draft["grounds"] for d in Verification.objects.all()} == {
        cast.officer.pk: "二",
        cast.assistant.pk: "三",
    }


def test_the_second_of_two_sees_both_versions_and_overwrites_nothing(cast, case):
    submit(case, cast.officer, entry_of(case, grounds="甲写的"))
    with pytest.raises(ConflictError) as refused:
        submit(case, cast.assistant, version=1, payload={"grounds": "乙写的"})
    assert refused.value.mine == {"grounds": "乙写的"}
    assert (refused.value.theirs["grounds"], refused.value.theirs["income-wages"]) == ("甲写的", "9000")
    assert (refused.value.by, refused.value.version) == ("鲁建华", 2)
    assert Verification.objects.get().grounds == "甲写的"
    with pytest.raises(ConflictError):
        verification.save_draft(
            scope=cast.assistant.scope(), case_id=case.pk, actor=cast.assistant, version=1, payload={}
        )


def test_an_assignment_meanwhile_is_no_conflict(cast, case):
    cases.assign(
        scope=cast.head.scope(), case_ids=[case.pk], assignee_id=cast.officer.pk, actor=cast.head, day=TODAY
    )
    submit(case, cast.officer, version=1)


@pytest.mark.django_db(transaction=True)
def test_ten_identical_submissions_at_once_leave_one_record(cast, case):
    key, entry, found = uuid.uuid4(), entry_of(case), []
    scope = cast.officer.scope()

    def send():
        record = verification.submit(
            scope=scope,
            case_id=case.pk,
            actor=cast.officer,
            version=1,
            submission_key=key,
            entry=entry,
            payload={},
            day=TODAY,
        )
        found.append(record.pk)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len(set(found)) == 1
    assert case.events.filter(kind="verified").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_a_hundred_times_one_is_kept_and_the_other_told(cast, case):
    """F06: each round the one who was kept takes it back, so that the next begins as the first did."""
    people = {actor.name: actor for actor in (cast.officer, cast.assistant)}
    entry = entry_of(case)
    for _ in range(100):
        case.refresh_from_db()
        told = []

        def send(actor, told=told):
            try:
                submit(case, actor, replace(entry, grounds=actor.name), payload={"grounds": actor.name})
            except ConflictError as conflict:
                told.append((conflict.mine["grounds"], conflict.theirs["grounds"]))
            connection.close()

        threads = [threading.Thread(target=send, args=[actor]) for actor in people.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = Verification.objects.get(case=case, state="submitted").grounds
        assert told == [(next(name for name in people if name != kept), kept)]
        verification.withdraw(scope=people[kept].scope(), case_id=case.pk, actor=people[kept], day=TODAY)


# --- Scope ---


def test_a_stranger_finds_no_case_and_a_reader_may_not_write(cast, case):
    with pytest.raises(ObjectDoesNotExist):
        submit(case, cast.stranger)
    with pytest.raises(PermissionDenied):
        submit(case, cast.leader)


# --- Taken back, corrected ---


def test_the_author_takes_it_back_and_finds_his_words_again(cast, case):
    submit(case, cast.officer)
    verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY)
    case.refresh_from_db()
    assert (case.state, case.verified_on) == ("to_verify", None)
    assert Verification.objects.get(state="withdrawn").decisions.count() == 1
    assert Verification.objects.get(state="draft").draft["grounds"] == "配偶需照料"


def test_what_the_provincial_system_has_is_not_taken_back(cast, case):
    submit(case, cast.officer)
    case.refresh_from_db()
    case.state, case.outcome, case.closed_on = "closed", "enrolled", TODAY
    case.save()
    with pytest.raises(ValidationError, match="已录入省系统并销号，不能撤回"):
        verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY)


def test_nobody_else_takes_it_back(cast, case):
    submit(case, cast.officer)
    with pytest.raises(ValidationError, match="只有本人能撤回"):
        verification.withdraw(scope=cast.colleague.scope(), case_id=case.pk, actor=cast.colleague, day=TODAY)


def test_after_recheck_nothing_is_taken_back(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(cast.colleague, case)
    with pytest.raises(ValidationError, match="已经有人复核过"):
        verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY)


def agree(actor, case):
    case.refresh_from_db()
    return recheck.agree(
        scope=actor.scope(), case_id=case.pk, actor=actor, version=case.version, means=["phone"], day=TODAY
    )


def correct(case, actor, entry, reason="漏算了地力补贴"):
    case.refresh_from_db()
    return verification.correct(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry,
        reason=reason,
        day=TODAY,
    )


def test_a_correction_keeps_both_versions_and_the_state_when_the_conclusion_stands(cast, case):
    old = submit(case, cast.officer)
    new = correct(case, cast.officer, entry_of(case, income={"wages": (Decimal("8800"), "县内务工")}))
    old.refresh_from_db()
    case.refresh_from_db()
    assert (old.state, new.state, new.corrects_id) == ("superseded", "submitted", old.pk)
    assert case.state == "to_enrol"
    assert case.events.last().text == "更正核查：漏算了地力补贴"


def test_what_another_person_agreed_to_is_rechecked_when_its_figures_are_corrected(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(cast.colleague, case)
    correct(case, cast.officer, entry_of(case, NOT, income={"wages": (Decimal("9600"), "县内务工")}))
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("to_recheck", "")
    with pytest.raises(ValidationError, match="这是你做的初核"):
        agree(cast.officer, case)


def test_a_correction_to_not_eligible_is_rechecked_again(cast, case):
    submit(case, cast.officer)
    correct(case, cast.officer, entry_of(case, NOT))
    case.refresh_from_db()
    assert case.state == "to_recheck"
    assert [event.kind for event in case.events.all()][-2:] == ["corrected", "verified"]


def test_a_correction_without_reason_is_refused(cast, case):
    submit(case, cast.officer)
    with pytest.raises(ValidationError, match="写明为什么更正"):
        correct(case, cast.officer, entry_of(case), reason=" ")


@pytest.mark.parametrize("outcome", ["moved_out", "declined"])
def test_who_moved_or_declined_is_closed_by_staff_and_recheck(cast, case, outcome):
    submit(case, cast.officer)
    case.refresh_from_db()
    verification.propose_closing(
        scope=cast.officer.scope(),
        case_id=case.pk,
        actor=cast.officer,
        version=case.version,
        outcome=outcome,
        reason="村委会 4月9日证明",
        day=TODAY,
    )
    case.refresh_from_db()
    assert case.state == "to_recheck"
    agree(cast.colleague, case)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", outcome)
