"""Steps refused: sent back with a reason, in a batch, and when two people are at it at once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError

from dabao.tests.cast import DAMAIDI
from screening.choices import StepKind
from screening.models import Enrolment, EnrolmentStep
from screening.rules.verdicts import Verdict
from screening.services import enrolment
from screening.services.enrolment import Details
from screening.tests.enrolment_cast import (
    APPLY,
    APPROVE,
    LAST,
    POST,
    REVIEW,
    bring_to,
    take,
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


# --- Two people at once (B19) ---


def test_a_step_is_refused_when_somebody_changed_the_household_since_the_page_was_opened(judged, cast):
    case = judged(Verdict("dibao"))
    shown = case.version
    take(case, "applied", cast.officer, APPLY, per_person={"dibao": Decimal(215)})
    for act in (
        lambda: enrolment.take_step(
            scope=cast.colleague.scope(), case_id=case.pk, kind="reviewed", actor=cast.colleague,
            details=Details(REVIEW), today=REVIEW, version=shown,
        ),
        lambda: enrolment.refuse(
            scope=cast.colleague.scope(), case_id=case.pk, actor=cast.colleague, reason="缺签字",
            today=REVIEW, version=shown,
        ),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match="你打开以后，这一户有人改过"):
            act()


def test_of_a_batch_only_the_households_that_changed_are_refused(judged, cast):
    one, two = judged(Verdict("dibao")), judged(Verdict("dibao"))
    result = enrolment.take_steps(
        scope=cast.officer.scope(), case_ids=[one.pk, two.pk], kind="applied", actor=cast.officer,
        details=Details(APPLY), today=APPLY, versions={one.pk: one.version, two.pk: two.version - 1},
    )  # fmt: skip
    assert [case.pk for case in result.done] == [one.pk]
    assert "有人改过" in result.refused[0][1]
