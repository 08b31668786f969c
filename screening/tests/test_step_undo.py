"""A step is taken back the same day, by who took it, while nothing follows (C10)."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.urls import reverse

from dabao.tests.cast import TODAY
from screening.choices import StepKind
from screening.publicity_bars import bars
from screening.queries.own_steps import own_steps
from screening.queries.publicity import publicity
from screening.rules.verdicts import Verdict
from screening.services import cases, enrolment, invariants, step_undo
from screening.services.enrolment import Details
from screening.tests.enrolment_cast import APPLY, APPROVE, LAST, POST, bring_to, take, write_number

DAYS = {"applied": APPLY, "publicised": POST, "approved": APPROVE}
ACTORS = {"applied": "officer", "reviewed": "colleague", "publicised": "officer", "approved": "county"}


def take_again(case, cast, kind, day=TODAY):
    actor = getattr(cast, ACTORS.get(kind, "county"))
    details = {
        "applied": {"per_person": {"dibao": Decimal(300)}},
        "publicised": {"last_day": date(2020, 4, 20), "posted_where": "公开栏"},
        "approved": {"from_month": date(2020, 6, 1)},
    }
    take(case, kind, actor, day, **details.get(kind, {}))
    return actor


def undo(case, kind, actor, today=TODAY):
    return step_undo.undo_step(scope=actor.scope(), case_id=case.pk, kind=kind, actor=actor, today=today)


@pytest.mark.parametrize("kind", [kind.value for kind in StepKind if kind != StepKind.RECORDED])
def test_every_step_but_the_number_is_as_if_it_had_not_been_taken(judged, cast, kind):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, kind)
    watched = ("next_step", "waiting_since", "publicity_last_day", "monthly_amount", "from_month")
    before = case.enrolments.values(*watched).get()
    actor = take_again(case, cast, kind)
    undo(case, kind, actor)
    assert case.enrolments.values(*watched).get() == before
    assert not case.enrolments.get().steps.filter(kind=kind).exists()
    assert case.events.last().text == f"撤回“{StepKind(kind).label}”"
    take_again(case, cast, kind)
    assert case.enrolments.get().steps.filter(kind=kind).exists()
    assert not invariants.enrolments_and_cases()


def test_the_next_day_it_stands(judged, cast):
    case = judged(Verdict("dibao"))
    take_again(case, cast, "applied", date(2020, 4, 9))
    with pytest.raises(ValidationError, match="只有本人、当天"):
        undo(case, "applied", cast.officer)


def test_nobody_takes_back_the_step_of_another(judged, cast):
    case = judged(Verdict("dibao"))
    take_again(case, cast, "applied")
    with pytest.raises(ValidationError, match="只有本人、当天"):
        undo(case, "applied", cast.colleague)
    with pytest.raises(ObjectDoesNotExist):
        undo(case, "applied", cast.stranger)


def test_what_was_followed_stands(judged, cast):
    case = judged(Verdict("dibao"))
    take_again(case, cast, "applied")
    cases.note(case=case, kind="note", actor=cast.officer, day=TODAY, text="来访")
    with pytest.raises(ValidationError, match="后面还没有别的事"):
        undo(case, "applied", cast.officer)


def test_a_provincial_number_stands(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county, day=TODAY)
    with pytest.raises(ValidationError, match="省系统编号不能撤回"):
        undo(case, "recorded", cast.county)


def test_of_a_batch_those_that_went_on_are_refused(judged, cast):
    one, two = judged(Verdict("dibao")), judged(Verdict("dibao"))
    chosen = [one.pk, two.pk]
    enrolment.take_steps(
        scope=cast.officer.scope(), case_ids=chosen, kind="applied", actor=cast.officer,
        details=Details(TODAY), today=TODAY,
    )  # fmt: skip
    take(two, "reviewed", cast.colleague, TODAY)
    result = step_undo.undo_steps(
        scope=cast.officer.scope(), case_ids=chosen, kind="applied", actor=cast.officer, today=TODAY
    )
    assert [case.pk for case in result.done] == [one.pk]
    assert [case.pk for case, _ in result.refused] == [two.pk]


def test_the_desk_offers_back_what_one_did_today(judged, cast, county, client_of):
    one, two = judged(Verdict("dibao")), judged(Verdict("dibao"))
    take_again(one, cast, "applied")
    take_again(two, cast, "applied", date(2020, 4, 9))
    found = own_steps(cast.officer.scope(), county.plan, TODAY)
    assert [(own.kind, [case for case, _ in own.households]) for own in found] == [("applied", [one.pk])]
    assert own_steps(cast.colleague.scope(), county.plan, TODAY) == []
    client = client_of(cast.officer)
    assert "今天你办的" in client.get(reverse("screening:steps")).content.decode()
    answer = client.post(
        reverse("screening:steps-undo"), {"stage": "applied", "case": str(one.pk)}, follow=True
    )
    assert "撤回“申请” 1 户" in answer.content.decode()
    assert own_steps(cast.officer.scope(), county.plan, TODAY) == []


# --- The bars of the publicity ---


@pytest.mark.parametrize(
    ("day", "words"),
    [(POST, "3月31日起可批"), (date(2020, 3, 29), "3月31日起可批"), (LAST, "今天满，明天可批")],
)
def test_a_bar_says_from_when_on_it_may_be_approved(judged, cast, county, day, words):
    bring_to(judged(Verdict("dibao")), cast, "approved")
    drawn = bars(publicity(cast.county.scope(), county.plan, day), day)
    assert [bar.words for bar in drawn.bars] == [words]
    assert (drawn.bars[0].x, drawn.bars[0].width) == (0, 100)
    assert drawn.today_x == round((day - POST).days * 100 / 7, 2)


def test_where_nothing_hangs_there_are_no_bars(cast, county):
    assert bars(publicity(cast.county.scope(), county.plan, LAST), LAST) is None
