"""Orders to townships: issued with a number, read, answered, put off, flagged, ended (C19)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from dabao.models import AuditEvent, Flag, FlagKind, Notice, NoticeKind
from dabao.tests.cast import GUIHUA, SHIYANG, TODAY, ZHAOJIADIAN
from supervision.choices import DispatchMove, Duty
from supervision.models import Dispatch, DispatchPlace
from supervision.queries import dispatches as queries
from supervision.queries.waiting import waiting
from supervision.rules import dispatch as rules
from supervision.services import dispatch_flags, dispatches
from supervision.services import dispatch_replies as replies
from supervision.services.daily import run_daily
from supervision.services.dispatch_invariants import CHECKS
from supervision.services.dispatches import Order

REPLY_BY, FINISH_BY = date(2020, 4, 11), date(2020, 4, 15)


@pytest.fixture
def sent(county, cast):
    """Issue an order to 石羊 and 赵家店, by the county office unless another sends it."""

    def send(by=None, *, townships=(SHIYANG, ZHAOJIADIAN), reply_by=REPLY_BY, finish_by=FINISH_BY, day=TODAY):
        by = by or cast.county
        order = Order(
            title="滞后乡镇，4月15日前查完",
            text="排到人、排到村",
            townships=townships,
            reply_by=reply_by,
            finish_by=finish_by,
            leaders=[cast.leader.pk],
        )
        common = {"scope": by.scope(), "plan": county.plan, "actor": by, "day": day}
        draft = dispatches.draft(**common, order=order)
        return dispatches.issue(**common, dispatch_id=draft.pk, version=draft.version)

    return send


@pytest.fixture
def does(county):
    """Do a move with the place as it stands now."""

    def move(service, user, place, *, day=TODAY, **words):
        version = DispatchPlace.objects.get(pk=place.pk).version
        common = {"scope": user.scope(), "plan": county.plan, "actor": user, "day": day}
        return service(**common, place_id=place.pk, version=version, **words)

    return move


def place_of(dispatch, code=SHIYANG):
    return dispatch.places.get(township_id=code)


# --- Rules: every stage against every move ---


@pytest.mark.parametrize(
    ("days", "stage", "possible"),
    [
        ({}, "to_reply", "replied finished asked extended urged"),
        ({"replied_on": TODAY}, "replied", "replied finished asked extended accepted returned"),
        (
            {"replied_on": TODAY, "accepted_on": TODAY},
            "to_finish",
            "finished asked extended urged",
        ),
        ({"replied_on": TODAY, "finished_on": TODAY}, "finished", "returned done"),
        ({"replied_on": TODAY, "done_on": TODAY}, "done", ""),
        ({"asked_until": FINISH_BY}, "to_reply", "replied finished extended refused urged"),
    ],
)
def test_what_may_be_done_follows_from_where_it_stands(days, stage, possible):
    facts = rules.Facts(reply_by=REPLY_BY, finish_by=FINISH_BY, **days)
    assert facts.stage == stage
    allowed = {move.value for move in DispatchMove if not rules.refusal(facts, move)}
    assert allowed == set(possible.split())


def test_an_order_that_asks_for_a_reply_only_knows_no_work_to_finish():
    facts = rules.Facts(reply_by=REPLY_BY)
    assert "只要回复" in rules.refusal(facts, DispatchMove.FINISHED)
    assert rules.extends(facts) == Duty.REPLY
    assert "不用再延期" in rules.refusal(rules.Facts(reply_by=REPLY_BY, replied_on=TODAY), DispatchMove.ASKED)


@pytest.mark.parametrize(
    ("days", "day", "late"),
    [
        ({}, REPLY_BY, {}),
        ({}, REPLY_BY + timedelta(days=1), {"reply": 1}),
        ({"replied_on": TODAY}, FINISH_BY, {}),
        ({"replied_on": TODAY}, FINISH_BY + timedelta(days=2), {"finish": 2}),
        ({}, FINISH_BY + timedelta(days=1), {"reply": 5, "finish": 1}),
        ({"replied_on": TODAY, "finished_on": FINISH_BY}, FINISH_BY + timedelta(days=9), {}),
        ({"done_on": TODAY}, FINISH_BY + timedelta(days=9), {}),
    ],
)
def test_the_last_day_is_on_time_and_the_next_is_late(days, day, late):
    assert rules.late(rules.Facts(reply_by=REPLY_BY, finish_by=FINISH_BY, **days), day) == late


# --- Issuing ---


def test_a_leader_gives_a_number_and_the_townships_people_are_told(cast, sent):
    dispatch = sent(cast.leader)
    assert (dispatch.number, dispatch.by_leader, dispatch.issued_on) == (1, True, TODAY)
    told = Notice.objects.filter(kind=NoticeKind.DISPATCH).values_list("user__name", "region_id")
    assert set(told) == {("鲁建华", SHIYANG), ("周丽萍", SHIYANG), ("李云飞", SHIYANG)}
    copies = Notice.objects.filter(kind=NoticeKind.DISPATCH_COPY).values_list("user__name", flat=True)
    assert set(copies) == {"黎兆梅"}
    assert AuditEvent.objects.filter(action="dispatch.issue").count() == 1


def test_figures_of_the_day_stay_with_the_order(make_case, sent):
    make_case()
    place = place_of(sent())
    assert place.figures == {"left": 1, "lag": 1, "pace": 1}


def test_numbers_follow_each_other_and_a_draft_that_is_thrown_away_takes_none(county, cast, sent):
    assert sent().number == 1
    common = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county}
    order = Order("题", "做", [SHIYANG], REPLY_BY)
    draft = dispatches.draft(**common, day=TODAY, order=order)
    assert draft.number is None
    dispatches.discard(**common, dispatch_id=draft.pk, version=draft.version)
    assert sent().number == 2


@pytest.mark.django_db(transaction=True)
def test_two_sent_at_once_get_two_numbers(county, cast):
    common = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county, "day": TODAY}
    drafts = [
        dispatches.draft(**common, order=Order(f"第{n}份", "做", [SHIYANG], REPLY_BY)) for n in range(4)
    ]

    def issue(draft):
        try:
            return dispatches.issue(**common, dispatch_id=draft.pk, version=draft.version).number
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(issue, drafts)) == [1, 2, 3, 4]


@pytest.mark.parametrize("who", ["officer", "head", "unit", "stranger", "admin"])
def test_who_holds_no_right_to_dispatch_writes_no_order(county, cast, who):
    user = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        dispatches.draft(
            scope=user.scope(),
            plan=county.plan,
            actor=user,
            day=TODAY,
            order=Order("题", "做", [SHIYANG], REPLY_BY),
        )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reply_by": TODAY - timedelta(days=1)}, "reply_by"),
        ({"finish_by": REPLY_BY - timedelta(days=1)}, "finish_by"),
        ({"townships": []}, "townships"),
        ({"townships": ["532326999"]}, "townships"),
    ],
)
def test_a_draft_with_wrong_days_or_townships_is_refused(county, cast, changed, field):
    values = {"title": "题", "text": "做", "townships": [SHIYANG], "reply_by": REPLY_BY} | changed
    with pytest.raises(ValidationError) as refused:
        dispatches.draft(
            scope=cast.county.scope(),
            plan=county.plan,
            actor=cast.county,
            day=TODAY,
            order=Order(**values),
        )
    assert field in refused.value.message_dict
    assert Dispatch.objects.count() == 0


def test_an_issued_order_is_not_changed_any_more(county, cast, sent):
    dispatch = sent()
    common = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county}
    with pytest.raises(ValidationError, match="已经发出"):
        dispatches.discard(**common, dispatch_id=dispatch.pk, version=dispatch.version)


# --- Reading and answering ---


def test_the_first_of_a_township_who_opens_it_has_read_it(county, cast, sent):
    dispatch = sent()
    open_it = {"plan": county.plan, "dispatch_id": dispatch.pk, "day": TODAY}
    assert dispatches.read(**open_it, scope=cast.county.scope(), actor=cast.county) == 0
    assert dispatches.read(**open_it, scope=cast.officer.scope(), actor=cast.officer) == 1
    assert dispatches.read(**open_it, scope=cast.head.scope(), actor=cast.head) == 0
    assert place_of(dispatch).read_by == cast.officer
    assert place_of(dispatch, ZHAOJIADIAN).read_on is None
    own = Notice.objects.get(user=cast.officer, kind=NoticeKind.DISPATCH)
    assert own.read_at is not None


def test_an_order_goes_from_reply_to_its_end(cast, sent, does):
    place = place_of(sent())
    assert waiting(cast.officer.scope())["dispatches"] == 1
    does(replies.reply, cast.officer, place, text="每天 8 户，两路走")
    assert Notice.objects.filter(kind=NoticeKind.DISPATCH, cleared_on=None).count() == 0
    assert waiting(cast.county.scope())["dispatches"] == 1
    does(replies.accept, cast.county, place)
    assert waiting(cast.officer.scope())["dispatches"] == 1
    does(replies.report_finished, cast.head, place, text="都查完了", day=date(2020, 4, 14))
    does(replies.settle, cast.county, place, day=date(2020, 4, 14))
    place.refresh_from_db()
    assert (place.replied_on, place.finished_on, place.done_on) == (
        TODAY,
        date(2020, 4, 14),
        date(2020, 4, 14),
    )
    assert [turn.kind for turn in place.turns.all()] == ["replied", "accepted", "finished", "done"]
    assert waiting(cast.officer.scope())["dispatches"] == 0
    with pytest.raises(ValidationError, match="已经办结"):
        does(replies.reply, cast.officer, place, text="再说一句")


def test_where_only_a_reply_is_asked_for_its_acceptance_ends_it(cast, sent, does):
    place = place_of(sent(finish_by=None))
    does(replies.reply, cast.officer, place, text="今天就排")
    does(replies.accept, cast.county, place)
    place.refresh_from_db()
    assert place.done_on == TODAY


def test_a_reply_without_words_is_refused(cast, sent, does):
    place = place_of(sent())
    with pytest.raises(ValidationError, match="没写内容"):
        does(replies.reply, cast.officer, place, text="  ")
    place.refresh_from_db()
    assert place.replied_on is None


def test_who_saw_an_older_page_is_told_and_nothing_is_kept(county, cast, sent, does):
    place = place_of(sent())
    does(replies.reply, cast.officer, place, text="排好了")
    with pytest.raises(ValidationError, match="新的动作"):
        replies.reply(
            scope=cast.head.scope(),
            plan=county.plan,
            place_id=place.pk,
            version=place.version,
            actor=cast.head,
            day=TODAY,
            text="我也回一遍",
        )
    assert place.turns.count() == 1


@pytest.mark.parametrize("who", ["county", "leader", "assistant"])
def test_only_the_township_replies_for_itself(cast, sent, does, who):
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        does(replies.reply, getattr(cast, who), place_of(sent()), text="代回")


@pytest.mark.parametrize("who", ["officer", "head"])
def test_a_township_does_not_accept_its_own_reply(cast, sent, does, who):
    place = place_of(sent())
    does(replies.reply, cast.officer, place, text="排好了")
    with pytest.raises(PermissionDenied):
        does(replies.accept, getattr(cast, who), place)


def test_a_reply_given_back_is_owed_again_by_a_new_day(cast, sent, does):
    place = place_of(sent())
    does(replies.reply, cast.officer, place, text="知道了")
    with pytest.raises(ValidationError, match="新的限期"):
        does(replies.give_back, cast.county, place, text="没排到人", until=None)
    does(replies.give_back, cast.county, place, text="没排到人", until=date(2020, 4, 12))
    place.refresh_from_db()
    assert (place.replied_on, place.reply_by) == (None, date(2020, 4, 12))
    told = Notice.objects.filter(kind=NoticeKind.DISPATCH_URGED, cleared_on=None)
    assert {notice.user for notice in told} == {cast.officer, cast.colleague, cast.head}


def test_a_file_comes_with_a_reply_and_leaves_through_the_scope(cast, sent, does, client_of):
    place = place_of(sent())
    file = SimpleUploadedFile("排班.pdf", b"%PDF-1.4 plan")
    turn = does(replies.reply, cast.officer, place, text="见附件", file=file)
    url = f"/dispatches/files/{turn.pk}/"
    answer = client_of(cast.county).get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 plan"
    assert client_of(cast.stranger).get(url).status_code == 404


def test_a_file_of_another_kind_is_refused_with_the_reply(cast, sent, does):
    place = place_of(sent())
    with pytest.raises(ValidationError, match="附件可以是"):
        does(replies.reply, cast.officer, place, text="见附件", file=SimpleUploadedFile("a.exe", b"MZ"))


# --- Longer limits ---


def test_who_asks_for_longer_has_replied_and_the_sender_decides(cast, sent, does):
    place = place_of(sent())
    until = date(2020, 4, 17)
    does(replies.ask_longer, cast.officer, place, text="修路，车进不去", until=until)
    place.refresh_from_db()
    assert (place.replied_on, place.asked_until, place.finish_by) == (TODAY, until, FINISH_BY)
    asked = Notice.objects.get(kind=NoticeKind.DISPATCH_ASKED)
    assert (asked.user, asked.text) == (cast.county, "石羊镇要把调度第 1 号延到4月17日")
    does(replies.extend, cast.county, place, text="同意", until=until)
    place.refresh_from_db()
    assert (place.finish_by, place.asked_until) == (until, None)
    assert Notice.objects.get(kind=NoticeKind.DISPATCH_ASKED).cleared_on == TODAY


def test_the_phase_keeps_its_last_day(county, cast, sent, does):
    place = place_of(sent())
    does(replies.extend, cast.county, place, text="修路", until=date(2020, 4, 17))
    assert county.plan.phases.get(number=1).last_day == date(2020, 4, 15)


def test_a_leaders_order_is_put_off_by_leaders_only(cast, sent, does):
    place = place_of(sent(cast.leader))
    for service in (replies.extend, replies.refuse_longer):
        does_it = {"text": "同意"} | ({"until": date(2020, 4, 17)} if service is replies.extend else {})
        if service is replies.refuse_longer:
            does(replies.ask_longer, cast.officer, place, text="修路", until=date(2020, 4, 17))
        with pytest.raises(PermissionDenied):
            does(service, cast.county, place, **does_it)
    does(replies.refuse_longer, cast.leader, place, text="按原来的办")
    place.refresh_from_db()
    assert (place.asked_until, place.finish_by) == (None, FINISH_BY)


@pytest.mark.parametrize("until", [None, FINISH_BY, TODAY - timedelta(days=3)])
def test_a_longer_limit_is_a_later_day(cast, sent, does, until):
    with pytest.raises(ValidationError):
        does(replies.extend, cast.county, place_of(sent()), text="延", until=until)


# --- Scope ---


def test_a_township_sees_its_own_row_and_not_what_another_replied(cast, sent, does, client_of, county):
    dispatch = sent(townships=(SHIYANG, GUIHUA))
    does(replies.reply, cast.stranger, place_of(dispatch, GUIHUA), text="桂花的排法不给别人看")
    seen = queries.places(cast.officer.scope(), county.plan).filter(dispatch=dispatch)
    assert [place.township_id for place in seen] == [SHIYANG]
    page = client_of(cast.officer).get(f"/dispatches/{dispatch.pk}/").content.decode()
    assert "桂花的排法" not in page
    other = place_of(dispatch, GUIHUA)
    assert client_of(cast.officer).get(f"/dispatches/places/{other.pk}/").status_code == 404
    assert client_of(cast.county).get(f"/dispatches/places/{other.pk}/").status_code == 200


def test_a_unit_sees_the_order_to_its_township_and_writes_nothing(cast, sent, client_of):
    dispatch = sent()
    page = client_of(cast.unit).get(f"/dispatches/{dispatch.pk}/")
    assert page.status_code == 200
    assert "赵家店镇" in page.content.decode()
    assert "石羊镇" not in page.content.decode()
    place = place_of(dispatch, ZHAOJIADIAN)
    answer = client_of(cast.unit).post(
        f"/dispatches/places/{place.pk}/", {"do": "accepted", "version": place.version}
    )
    assert answer.status_code == 403


def test_a_draft_is_seen_by_the_county_only(county, cast, client_of):
    draft = dispatches.draft(
        scope=cast.county.scope(),
        plan=county.plan,
        actor=cast.county,
        day=TODAY,
        order=Order("没发出的标题", "做", [SHIYANG], REPLY_BY),
    )
    assert client_of(cast.officer).get(f"/dispatches/{draft.pk}/").status_code == 404
    assert "没发出的标题" not in client_of(cast.officer).get("/dispatches/").content.decode()
    assert "没发出的标题" in client_of(cast.leader).get("/dispatches/").content.decode()


# --- Urging ---


def test_who_has_replied_is_not_urged_and_nobody_twice_a_day(county, cast, sent, does):
    dispatch = sent(townships=(SHIYANG, GUIHUA))
    does(replies.reply, cast.stranger, place_of(dispatch, GUIHUA), text="排好了")
    urge = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county, "day": TODAY}
    urged = dispatches.urge(**urge, dispatch_id=dispatch.pk)
    assert [place.township_id for place in urged] == [SHIYANG]
    with pytest.raises(ValidationError, match="已经催过"):
        dispatches.urge(**urge, dispatch_id=dispatch.pk)


# --- Flags ---


def flags():
    found = Flag.objects.filter(kind=FlagKind.DISPATCH_OVERDUE).order_by("due_on", "region")
    return [(f.region_id, f.due_on, f.raised_on, f.noticed_on, f.cleared_on) for f in found]


@pytest.fixture
def on(settings):
    def run(day):
        settings.DABAO_TODAY = day.isoformat()
        return run_daily(day=day)

    return run


DAY = {n: date(2020, 4, n) for n in range(10, 25)}


def test_no_reply_by_its_day_is_flagged_on_the_next_once(sent, on):
    sent(townships=(SHIYANG,))
    assert on(DAY[11]).flags_raised["dispatch_overdue"] == 0
    assert on(DAY[12]).flags_raised["dispatch_overdue"] == 1
    assert on(DAY[12]).flags_raised["dispatch_overdue"] == 0
    assert on(DAY[13]).flags_raised["dispatch_overdue"] == 0
    assert flags() == [(SHIYANG, DAY[11], DAY[12], DAY[12], None)]


def test_a_draft_is_never_overdue(county, cast, on):
    dispatches.draft(
        scope=cast.county.scope(),
        plan=county.plan,
        actor=cast.county,
        day=TODAY,
        order=Order("题", "做", [SHIYANG], REPLY_BY),
    )
    on(DAY[15])
    assert flags() == []


def test_the_reply_clears_the_flag_in_its_transaction(cast, sent, does, on):
    place = place_of(sent(townships=(SHIYANG,)))
    on(DAY[13])
    does(replies.reply, cast.officer, place, text="迟了，排好了", day=DAY[13])
    assert flags() == [(SHIYANG, DAY[11], DAY[12], DAY[13], DAY[13])]


def test_a_standstill_is_caught_up_with_the_days_it_would_have_had(cast, sent, does, on):
    place = place_of(sent(townships=(SHIYANG,)))
    on(DAY[11])
    does(replies.reply, cast.officer, place, text="迟了", day=DAY[14])
    on(DAY[18])
    reply, work = flags()
    assert reply == (SHIYANG, DAY[11], DAY[12], DAY[18], DAY[14])
    assert work == (SHIYANG, DAY[15], DAY[16], DAY[18], None)


def test_what_is_given_back_falls_due_again(cast, sent, does, on):
    place = place_of(sent(townships=(SHIYANG,)))
    does(replies.reply, cast.officer, place, text="知道了")
    does(replies.give_back, cast.county, place, text="没排到人", until=DAY[12])
    on(DAY[13])
    assert flags() == [(SHIYANG, DAY[12], DAY[13], DAY[13], None)]


def test_a_longer_limit_ends_the_flag_and_keeps_that_it_stood(cast, sent, does, on):
    place = place_of(sent(townships=(SHIYANG,), finish_by=None))
    does(replies.extend, cast.county, place, text="修路", until=DAY[17], day=DAY[14])
    on(DAY[15])
    assert flags() == [(SHIYANG, DAY[11], DAY[12], DAY[14], DAY[14])]
    on(DAY[18])
    assert flags()[1] == (SHIYANG, DAY[17], DAY[18], DAY[18], None)


def test_work_beside_the_daily_job_leaves_no_flag_of_what_is_done(county, sent, on):
    dispatch = sent(townships=(SHIYANG,))
    on(DAY[12])
    place_of(dispatch)
    dispatch.places.update(replied_on=DAY[12])
    assert dispatch_flags.clear_done(plan=county.plan) == 1
    assert flags()[0][4] == DAY[12]


# --- What must hold ---


def test_the_checks_find_nothing_wrong_with_an_order_on_its_way(cast, sent, does, on):
    place = place_of(sent())
    on(DAY[13])
    does(replies.reply, cast.officer, place, text="迟了", day=DAY[13])
    assert {name: found() for name, found in CHECKS.items()} == {name: [] for name in CHECKS}


@pytest.mark.parametrize(
    ("check", "breaks"),
    [
        ("调度、通报编号相连", lambda order: Dispatch.objects.filter(pk=order.pk).update(number=2)),
        ("发出的调度有乡镇和限期", lambda order: order.places.update(reply_by=None)),
        ("发出的调度有乡镇和限期", lambda order: order.places.all().delete()),
        ("调度办了的没有红旗", lambda order: order.places.update(replied_on=TODAY)),
    ],
)
def test_each_check_finds_its_fault(sent, on, check, breaks):
    order = sent(townships=(SHIYANG,))
    on(DAY[13])
    breaks(order)
    assert CHECKS[check]() != []
