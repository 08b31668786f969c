"""Objections to a publicity hold the approval until they are settled (C10)."""

from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse

from screening.models import Objection, Verification
from screening.queries import publicity, steps
from screening.rules.verdicts import Verdict
from screening.services import objections
from screening.tests.enrolment_cast import APPROVE, LAST, POST, REVIEW, bring_to, take


@pytest.fixture
def hanging(judged, cast):
    """Its list hangs from 24 to 30 March; the officer applied."""
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "approved")
    return case


def object_to(case, actor, day=POST, today=None, text="反映他家在县城有商品房"):
    return objections.record(
        scope=actor.scope(), case_id=case.pk, raised_on=day, said_by="", text=text, actor=actor,
        today=today or day,
    )  # fmt: skip


def settle(objection, actor, *, upheld, day=LAST, finding="房产局查询，名下没有商品房"):
    return objections.settle(
        scope=actor.scope(), objection_id=objection.pk, upheld=upheld, finding=finding,
        version=objection.version, actor=actor, today=day,
    )  # fmt: skip


def test_an_open_objection_holds_the_approval(hanging, cast):
    object_to(hanging, cast.officer)
    with pytest.raises(ValidationError, match="有公示异议还没处理"):
        take(hanging, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1))
    assert hanging.enrolments.get().next_step == "approved"


def test_found_not_upheld_the_household_goes_on(hanging, cast):
    objection = settle(object_to(hanging, cast.officer), cast.colleague, upheld=False)
    assert (objection.upheld, objection.settled_by) == (False, cast.colleague)
    take(hanging, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1))
    assert hanging.enrolments.get().next_step == "enrolled"
    told = [event.text for event in hanging.events.all()]
    assert "公示异议：没留名的群众反映，反映他家在县城有商品房" in told
    assert "公示异议不成立：房产局查询，名下没有商品房" in told


def test_upheld_the_household_is_to_be_verified_again(hanging, cast):
    settle(object_to(hanging, cast.officer), cast.county, upheld=True, finding="名下有商品房一套")
    hanging.refresh_from_db()
    assert (hanging.state, hanging.return_note, hanging.returned_on) == (
        "to_verify",
        "名下有商品房一套",
        LAST,
    )
    assert hanging.enrolments.get().ended_on == LAST


@pytest.mark.parametrize(
    ("day", "allowed"), [(date(2020, 3, 23), False), (POST, True), (LAST, True), (date(2020, 3, 31), False)]
)
def test_it_is_said_within_the_publicity(hanging, cast, day, allowed):
    if allowed:
        object_to(hanging, cast.officer, day, today=APPROVE)
    else:
        with pytest.raises(ValidationError, match="不在公示期里"):
            object_to(hanging, cast.officer, day, today=APPROVE)


def test_before_it_hangs_and_after_approval_nothing_is_objected(judged, cast):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "publicised")
    with pytest.raises(ValidationError, match="不在公示期里"):
        object_to(case, cast.officer, REVIEW)
    take(case, "publicised", cast.officer, POST, last_day=LAST, posted_where="公开栏")
    take(case, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1))
    with pytest.raises(ValidationError, match="已经审批"):
        object_to(case, cast.officer, POST, today=APPROVE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"text": " "}, "请写明说了什么"), ({"day": LAST, "today": POST}, "不能晚于今天")],
)
def test_what_is_missing_is_said(hanging, cast, changes, words):
    with pytest.raises(ValidationError, match=words):
        object_to(hanging, cast.officer, **changes)


def test_who_applied_does_not_settle(hanging, cast):
    with pytest.raises(ValidationError, match="申请是你办的"):
        settle(object_to(hanging, cast.officer), cast.officer, upheld=False)


def test_who_verified_does_not_settle(hanging, cast):
    objection = object_to(hanging, cast.officer)
    Verification.objects.filter(case=hanging, round=1).update(by=cast.head)
    with pytest.raises(ValidationError, match="是你核查的"):
        settle(objection, cast.head, upheld=False)
    assert settle(objection, cast.county, upheld=False).settled_by == cast.county


def test_upheld_the_other_open_objections_go_with_it(hanging, cast):
    objection, other = (
        object_to(hanging, cast.officer),
        object_to(hanging, cast.officer, text="反映他家有一辆小车"),
    )
    settle(objection, cast.county, upheld=True, finding="名下有商品房一套")
    other.refresh_from_db()
    assert (other.settled_on, other.settled_by, other.upheld) == (LAST, cast.county, True)
    assert "一并查" in other.finding


def test_a_finding_needs_words_and_is_given_once(hanging, cast):
    objection = object_to(hanging, cast.officer)
    with pytest.raises(ValidationError, match="请写明查到什么"):
        settle(objection, cast.colleague, upheld=False, finding=" ")
    settle(objection, cast.colleague, upheld=False)
    with pytest.raises(ValidationError, match="别人刚处理过"):
        settle(objection, cast.head, upheld=True)


@pytest.mark.parametrize(
    ("who", "error"),
    [("assistant", PermissionDenied), ("leader", PermissionDenied), ("stranger", ObjectDoesNotExist)],
)
def test_who_has_no_part_in_it_records_nothing(hanging, cast, who, error):
    with pytest.raises(error):
        object_to(hanging, getattr(cast, who))
    assert not Objection.objects.exists()


def test_the_desk_says_that_something_was_objected(hanging, cast, county):
    object_to(hanging, cast.officer)
    stage = {one.kind: one for one in steps.stages(cast.county.scope(), county.plan, APPROVE)}["approved"]
    assert (stage.objected, stage.words) == (1, "都在 5 天以内；有异议 1")
    cases = steps.at_stage(cast.county.scope(), county.plan, "approved", APPROVE)
    row = steps.rows(cast.county.scope(), cases, "approved", county.plan, APPROVE)[0]
    assert row.blocked == "有异议：3月24日提出，没查清"
    assert publicity.publicity(cast.county.scope(), county.plan, LAST)[0].objected == 1


# --- The page ---


def test_it_is_recorded_and_settled_on_the_page_of_the_steps(judged, cast, client_of, settings):
    settings.DABAO_TODAY = "2020-03-26"
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "approved")
    page, client = reverse("screening:case-steps", args=[case.pk]), client_of(cast.colleague)
    assert "公示期里没有记过异议" in client.get(page).content.decode()
    client.post(
        reverse("screening:objection", args=[case.pk]),
        {"raised_on": "2020-03-25", "said_by": "邻居", "text": "反映他家有车"},
    )
    assert "邻居：反映他家有车" in client.get(page).content.decode()
    objection = Objection.objects.get()
    answer = client.post(
        reverse("screening:objection-settle", args=[case.pk, objection.pk]),
        {"version": 1, "upheld": "no", "finding": "车管所查询，名下没有车"},
        follow=True,
    )
    assert "异议不成立，这一户接着办" in answer.content.decode()


def test_a_form_without_words_says_what_is_missing(hanging, cast, client_of):
    answer = client_of(cast.colleague).post(
        reverse("screening:objection", args=[hanging.pk]), {"raised_on": "2020-03-25"}
    )
    assert answer.status_code == 422
    assert 'id="id_text_error">请写明说了什么' in answer.content.decode()


def test_what_was_typed_stays_when_it_is_refused(hanging, cast, client_of):
    client, words = client_of(cast.colleague), "反映他家在县城有商品房"
    answer = client.post(
        reverse("screening:objection", args=[hanging.pk]), {"raised_on": "2020-03-01", "text": words}
    )
    page = answer.content.decode()
    assert (answer.status_code, f'value="{words}"' in page) == (422, True)
    assert 'id="id_raised_on_error">这一天不在公示期里' in page
    address = reverse("screening:objection-settle", args=[hanging.pk, object_to(hanging, cast.officer).pk])
    answer = client.post(address, {"version": 1, "upheld": "no", "finding": "没有"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="没有"' in page) == (422, True)
    assert 'class="errmsg">请写明查到什么' in page


def test_who_applied_sees_that_another_settles_and_when_approval_comes(hanging, cast, client_of, settings):
    settings.DABAO_TODAY = "2020-03-30"
    object_to(hanging, cast.officer)
    address, closed = reverse("screening:case-steps", args=[hanging.pk]), 'value="no" disabled'
    own, other = (client_of(who).get(address).content.decode() for who in (cast.officer, cast.colleague))
    assert (closed in own, closed in other) == (True, False)
    assert "申请是你办的" in own
    assert "下一步：审批，3月31日起" in own
