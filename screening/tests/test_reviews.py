"""Benefit reviews recorded, corrected, approved, returned; tapers begun, lengthened, ended (C14–C16)."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse

from dabao import plans
from dabao.models import AuditEvent, Standard, StandardKind
from dabao.scope import whole
from dabao.tests.cast import COUNTY, LIUSHUTANG
from screening.choices import Labour, ReviewState, ReviewWay
from screening.models import BenefitChange, BenefitReview, Taper
from screening.queries import entitlements
from screening.queries import reviews as queries
from screening.services import review_invariants
from screening.services.benefit_changes import to_amount
from screening.tests.reviews_cast import DAY, approve, found, record, send_back, tapered
from screening.tests.test_benefit_changes import change

SEPTEMBER = date(2020, 9, 1)


def received(case, day):
    return entitlements.on(whole(COUNTY), [case.household_id], day).get(case.household_id, [])


def refused(sentence, act, *args, **values):
    with pytest.raises(ValidationError) as refusal:
        act(*args, **values)
    assert sentence in str(refusal.value.messages)


# --- Recording ---


def test_a_lifted_household_between_the_lines_keeps_and_nobody_approves(cast, on_dibao):
    case = on_dibao()
    review = record(cast, case)
    assert (review.outcome, review.state, review.settled_on) == ("keep_lifted", "standing", DAY)
    assert (review.per_capita, review.rural_dibao, review.poverty_line) == (4200, 4500, 4000)
    assert review.monthly_amount == 210
    assert not review.standards_confirmed
    assert case.events.last().text == "动态核查：脱贫不脱保"
    assert AuditEvent.objects.filter(action="review.record").count() == 1


def test_necessary_employment_cost_brings_the_income_below_the_standard(cast, on_dibao):
    income = {"wages": (Decimal(5000), "县内工地"), "employment_cost": (Decimal(600), "车票 12 张")}
    review = record(cast, on_dibao(), found(income=income))
    assert (review.per_capita, review.outcome) == (4400, "keep_lifted")
    assert {item.kind: item.amount for item in review.income.all()}["employment_cost"] == 600


def test_employment_cost_without_a_ground_is_refused(cast, on_dibao):
    income = {"wages": (Decimal(5000), ""), "employment_cost": (Decimal(600), " ")}
    refused("就业成本要写依据", record, cast, on_dibao(), found(income=income))


def test_who_is_above_the_standard_does_not_keep(cast, on_dibao):
    refused("本户高出 325.00", record, cast, on_dibao(), found(4825))
    assert not BenefitReview.objects.exists()


@pytest.mark.parametrize("way", [ReviewWay.KEEP, ReviewWay.STOP])
def test_exactly_at_the_standard_the_officer_says_why(cast, on_dibao, way):
    case = on_dibao()
    refused("写明", record, cast, case, found(4500, way, reason=""))
    assert record(cast, case, found(4500, way, reason="务工不稳，再看半年")).outcome == way


def test_exactly_at_the_standard_there_is_no_taper(cast, on_dibao):
    refused("正好等于", record, cast, on_dibao(), found(4500, ReviewWay.TAPER))


def test_a_taper_needs_words(cast, on_dibao):
    refused("写明理由", record, cast, on_dibao(), found(4825, ReviewWay.TAPER, reason="好"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"visited_on": DAY + timedelta(1)}, "入户日"),
        ({"visited_on": date(2020, 3, 2)}, "入户日"),
        ({"living_together": 0}, "至少 1 人"),
        ({"income": {}}, "收入一项都没填"),
    ],
)
def test_what_cannot_be_is_refused(cast, on_dibao, values, sentence):
    refused(sentence, record, cast, on_dibao(), found(**values))


def test_without_a_standard_nothing_is_decided(cast, on_dibao):
    case = on_dibao()
    Standard.objects.filter(kind=StandardKind.RURAL_DIBAO).delete()
    refused("还没有农村低保标准", record, cast, case)


def test_the_standard_is_that_of_the_day(cast, on_dibao):
    case = on_dibao()
    Standard.objects.filter(kind=StandardKind.RURAL_DIBAO).update(last_day=date(2020, 6, 30))
    Standard.objects.create(
        kind=StandardKind.RURAL_DIBAO, region_id=COUNTY, amount=Decimal(4770), first_day=date(2020, 7, 1)
    )
    assert record(cast, case, found(4600)).rural_dibao == 4770


def test_a_household_without_dibao_is_not_reviewed(cast, make_case, settings):
    settings.DABAO_TODAY = DAY.isoformat()
    refused("不用动态核查", record, cast, make_case())


def test_the_same_key_is_one_review(cast, on_dibao):
    case, key = on_dibao(), uuid.uuid4()
    first = record(cast, case, submission_key=key, seen=None)
    assert record(cast, case, submission_key=key, seen=None) == first
    assert BenefitReview.objects.count() == 1


def test_who_has_not_seen_the_last_review_is_told(cast, on_dibao):
    case = on_dibao()
    record(cast, case)
    refused("鲁建华核查过这一户", record, cast, case, actor=cast.colleague, seen=None)


def test_several_reviews_stand_and_the_newest_counts(cast, on_dibao):
    case = on_dibao()
    record(cast, case)
    later = record(cast, case, found(3900, day=DAY + timedelta(60)), DAY + timedelta(60))
    assert queries.last_review(cast.officer.scope(), case) == later
    assert BenefitReview.objects.filter(state=ReviewState.STANDING).count() == 2


# --- Who may ---


def test_a_stranger_finds_no_household_and_who_only_reads_is_refused(cast, on_dibao):
    case = on_dibao()
    with pytest.raises(ObjectDoesNotExist):
        record(cast, case, actor=cast.stranger)
    for who in (cast.assistant, cast.county, cast.leader):
        with pytest.raises(PermissionDenied):
            record(cast, case, actor=who)


def test_only_another_person_of_the_county_approves(cast, on_dibao):
    review = record(cast, on_dibao(), found(4825, ReviewWay.TAPER))
    with pytest.raises(ObjectDoesNotExist):
        approve(cast, review, actor=cast.stranger)
    for who in (cast.officer, cast.head, cast.leader):
        with pytest.raises(PermissionDenied):
            approve(cast, review, actor=who)


def test_where_the_township_approves_its_head_approves_what_another_reviewed(county, cast, on_dibao):
    review = record(cast, on_dibao(), found(4825, ReviewWay.TAPER))
    assert queries.mine(cast.head.scope(), county.plan, DAY) == 0
    county.plan.township_approves = True
    county.plan.save()
    assert queries.mine(cast.head.scope(), county.plan, DAY) == 1
    with pytest.raises(PermissionDenied):
        approve(cast, review, actor=cast.colleague)
    assert approve(cast, review, actor=cast.head).approved_by == cast.head


def test_who_reviewed_does_not_approve_whatever_his_roles(cast, on_dibao):
    review = record(cast, on_dibao(), found(4825, ReviewWay.TAPER))
    BenefitReview.objects.update(by=cast.county)
    refused("另一人", approve, cast, review)
    assert approve(cast, review, actor=cast.county2).approved_by == cast.county2


# --- Approval ---


def test_a_taper_waits_and_begins_with_the_approval(cast, on_dibao):
    case = on_dibao(LIUSHUTANG, ("李发祥", Labour.ORDINARY), ("李建军", Labour.ORDINARY))
    review = record(cast, case, found(9650, ReviewWay.TAPER, living_together=2))
    assert review.state == ReviewState.WAITING
    assert not Taper.objects.exists()
    approve(cast, review)
    taper = Taper.objects.get()
    assert (taper.first_day, taper.last_day, taper.months) == (date(2020, 8, 31), date(2021, 2, 28), 6)
    assert taper.monthly_amount == 420
    assert BenefitChange.objects.get().kind == "taper_start"
    assert sum(one.monthly_amount for one in received(case, date(2020, 12, 1))) == 420


def test_an_approved_stop_stops_everybody_from_the_month(cast, on_dibao):
    case = on_dibao(LIUSHUTANG, ("李发祥", Labour.ORDINARY), ("李建军", Labour.ORDINARY))
    approve(cast, record(cast, case, found(9650, ReviewWay.STOP, living_together=2)))
    assert len(received(case, date(2020, 8, 31))) == 2
    assert received(case, SEPTEMBER) == []
    change = BenefitChange.objects.get()
    assert (change.kind, change.from_month, change.lines.count()) == ("review_stop", SEPTEMBER, 2)


def test_a_stop_approved_late_takes_no_month_that_has_begun(cast, on_dibao):
    case = on_dibao()
    review = record(cast, case, found(4825, ReviewWay.STOP))
    approve(cast, review, date(2020, 9, 3))
    assert len(received(case, date(2020, 9, 30))) == 1
    assert received(case, date(2020, 10, 1)) == []


def test_a_stop_comes_after_what_is_signed_for_a_later_month(cast, on_dibao):
    case = on_dibao(LIUSHUTANG, ("李发祥", Labour.ORDINARY), ("李建军", Labour.ORDINARY))
    december = date(2020, 12, 1)
    now = entitlements.on(whole(LIUSHUTANG), [case.household_id], SEPTEMBER)[case.household_id]
    change(case.household, cast.county, to_amount(now[1], Decimal(105)), december, "share_cut")
    case.refresh_from_db()
    review = approve(cast, record(cast, case, found(9650, ReviewWay.STOP, living_together=2)))
    assert review.from_month == december
    assert (len(received(case, date(2020, 11, 30))), received(case, december)) == (2, [])


def test_a_review_that_waits_is_neither_repeated_nor_approved_twice(cast, on_dibao):
    case = on_dibao()
    review = record(cast, case, found(4825, ReviewWay.TAPER))
    refused("还在等审批", record, cast, case)
    approve(cast, review)
    refused("不用再批", approve, cast, review)


def test_an_approval_of_another_version_is_refused(cast, on_dibao):
    review = record(cast, on_dibao(), found(4825, ReviewWay.TAPER))
    refused("有人改过", approve, cast, review, version=7)


def test_a_returned_review_says_why_and_is_done_again(cast, on_dibao):
    case = on_dibao()
    review = record(cast, case, found(4825, ReviewWay.TAPER))
    refused("写明哪里要改", send_back, cast, review, note="改")
    send_back(cast, review)
    assert not Taper.objects.exists()
    assert record(cast, case, found(4400)).outcome == "keep_lifted"


# --- Correction ---


def test_a_correction_keeps_both_and_says_why(cast, on_dibao):
    case = on_dibao()
    first = record(cast, case, found(4825, ReviewWay.TAPER))
    refused("为什么更正", record, cast, case, found(4400), correction_reason=" ")
    second = record(cast, case, found(4400), correction_reason="漏了车票 425 元")
    first.refresh_from_db()
    assert (first.state, first.ended_on, second.corrects) == ("superseded", DAY, first)
    assert case.events.last().text == "更正动态核查：脱贫不脱保"


def test_what_was_approved_is_not_corrected_but_reviewed_again(cast, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    refused("另核查一次", record, cast, case, found(4400), correction_reason="算错")


def test_after_an_approved_stop_the_household_applies_again(cast, on_dibao):
    case = on_dibao()
    approve(cast, record(cast, case, found(4825, ReviewWay.STOP)))
    refused("重新核查", record, cast, case)


def test_there_is_nothing_to_correct_before_the_first(cast, on_dibao):
    refused("没有可以更正", record, cast, on_dibao(), correction_reason="算错")


# --- Tapers ---


def test_a_taper_ends_by_a_review_that_keeps(cast, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    day = date(2021, 2, 20)
    record(cast, case, found(4300, day=day), day)
    taper = Taper.objects.get()
    assert (taper.end, taper.ended_on) == ("resumed", day)
    assert taper.reviews.count() == 2
    assert len(received(case, date(2021, 3, 1))) == 1


def test_a_taper_is_lengthened_within_twelve_months(cast, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    day = date(2021, 2, 20)
    refused("比现在的 6 个月长", record, cast, case, found(4900, ReviewWay.TAPER, day, months=6), day)
    review = record(cast, case, found(4900, ReviewWay.TAPER, day, months=12), day)
    assert review.last_day == date(2021, 8, 31)
    approve(cast, review, day)
    taper = Taper.objects.get()
    assert (taper.months, taper.first_day, taper.last_day) == (12, date(2020, 8, 31), date(2021, 8, 31))
    later = date(2021, 8, 1)
    refused("不能再延", record, cast, case, found(4900, ReviewWay.TAPER, later, months=12), later)


def test_shorter_tapers_of_the_plan_leave_alone_what_was_given(cast, client_of, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    plan = plans.current()
    plan.taper_shortest_months, plan.taper_longest_months = 3, 5
    plan.save()
    assert client_of(cast.officer).get(reverse("screening:review", args=[case.pk])).status_code == 200
    plan.taper_shortest_months = 7
    with pytest.raises(ValidationError, match="不能短于最短"):
        plan.full_clean()


def test_a_taper_ends_with_a_stop(cast, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    day = date(2021, 2, 20)
    approve(cast, record(cast, case, found(5200, ReviewWay.STOP, day), day), day)
    assert Taper.objects.get().end == "stopped"
    assert received(case, date(2021, 3, 1)) == []
    assert BenefitChange.objects.last().kind == "taper_end"


def test_nothing_lapses_in_silence(cast, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    assert len(received(case, date(2021, 6, 1))) == 1
    assert Taper.objects.get().ended_on is None


# --- Invariants ---


def faults():
    return {name for name, check in review_invariants.CHECKS.items() if check()}


def test_the_checks_find_nothing_over_a_whole_life_and_what_is_torn(cast, on_dibao):
    case, other = on_dibao(), on_dibao()
    tapered(cast, case)
    day = date(2021, 2, 20)
    approve(cast, record(cast, case, found(4900, ReviewWay.TAPER, day, months=9), day), day)
    assert faults() == set()
    later = date(2021, 5, 20)
    approve(cast, record(cast, case, found(5200, ReviewWay.STOP, later), later), later)
    record(cast, other)
    assert faults() == set()
    Taper.objects.update(last_day=date(2021, 6, 30))
    BenefitReview.objects.filter(outcome="keep_lifted").update(per_capita=1)
    assert faults() == {"核查人均", "渐退与核查"}
