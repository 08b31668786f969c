"""Orders to townships: issued with a number, read, answered, put off, ended (C19)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from dabao.models import AuditEvent, Notice, NoticeKind, Region, Unit
from dabao.tests.cast import GUIHUA, SHIYANG, TODAY, ZHAOJIADIAN
from supervision import digests
from supervision.models import Dispatch, Group
from supervision.navigation import bar
from supervision.queries import dispatches as queries
from supervision.queries.waiting import waiting
from supervision.services import dispatch_replies as replies
from supervision.services import dispatches
from supervision.services.assignments import assign
from supervision.services.dispatches import Order
from supervision.tests.orders_cast import FINISH_BY, REPLY_BY, place_of

# --- Issuing ---


def test_a_leader_gives_a_number_and_the_townships_people_are_told(cast, send_order):
    dispatch = send_order(cast.leader)
    assert (dispatch.number, dispatch.by_leader, dispatch.issued_on) == (1, True, TODAY)
    told = Notice.objects.filter(kind=NoticeKind.DISPATCH).values_list("user__name", "region_id")
    assert set(told) == {("鲁建华", SHIYANG), ("周丽萍", SHIYANG), ("李云飞", SHIYANG)}
    copies = Notice.objects.filter(kind=NoticeKind.DISPATCH_COPY).values_list("user__name", flat=True)
    assert set(copies) == {"黎兆梅"}
    assert AuditEvent.objects.filter(action="dispatch.issue").count() == 1


def test_the_unit_of_a_township_gets_a_copy_until_it_has_read_it(county, cast, send_order, client_of):
    unit = Unit.objects.create(region=county.region, name="救助管理站")
    unit.members.create(name="何勇", user=cast.unit, first_day=TODAY)
    group = Group.objects.create(plan=county.plan, order=1, leader_name="黎兆梅", leader_post="副局长")
    assign(group=group, unit=unit, township=Region.objects.get(code=ZHAOJIADIAN), first_day=TODAY)
    dispatch = send_order()
    copy = Notice.objects.get(kind=NoticeKind.DISPATCH_COPY, user=cast.unit)
    assert (copy.region_id, copy.cleared_on) == (ZHAOJIADIAN, None)
    client_of(cast.unit).get(f"/dispatches/{dispatch.pk}/")
    copy.refresh_from_db()
    assert copy.cleared_on == TODAY


def test_figures_of_the_day_stay_with_the_order(make_case, send_order):
    make_case()
    place = place_of(send_order())
    assert place.figures == {"left": 1, "lag": 1, "pace": 1}


def test_numbers_follow_each_other_and_a_draft_that_is_thrown_away_takes_none(county, cast, send_order):
    assert send_order().number == 1
    common = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county}
    order = Order("题", "做", [SHIYANG], REPLY_BY)
    draft = dispatches.draft(**common, day=TODAY, order=order)
    assert draft.number is None
    dispatches.discard(**common, dispatch_id=draft.pk, version=draft.version)
    assert send_order().number == 2


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


def test_an_issued_order_is_not_changed_any_more(county, cast, send_order):
    dispatch = send_order()
    common = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county}
    with pytest.raises(ValidationError, match="已经发出"):
        dispatches.discard(**common, dispatch_id=dispatch.pk, version=dispatch.version)


# --- Reading and answering ---


def test_the_first_of_a_township_who_opens_it_has_read_it(county, cast, send_order):
    dispatch = send_order()
    open_it = {"plan": county.plan, "dispatch_id": dispatch.pk, "day": TODAY}
    assert dispatches.read(**open_it, scope=cast.county.scope(), actor=cast.county) == 0
    assert dispatches.read(**open_it, scope=cast.officer.scope(), actor=cast.officer) == 1
    assert dispatches.read(**open_it, scope=cast.head.scope(), actor=cast.head) == 0
    assert place_of(dispatch).read_by == cast.officer
    assert place_of(dispatch, ZHAOJIADIAN).read_on is None
    own = Notice.objects.get(user=cast.officer, kind=NoticeKind.DISPATCH)
    assert own.read_at is not None


def test_what_waits_under_supervision_is_told_by_its_own_page(cast, send_order, client_of):
    place_of(send_order())
    scope = cast.officer.scope()
    assert waiting(scope)["findings"] == 0
    assert [item.count for item in bar(scope, "/", waiting(scope)) if item.label == "督战整改"] == [1]
    lines = [line for section in digests.sections(scope, TODAY, None) for line in section.lines]
    assert ("调度：1 件", "/dispatches/") in [(line.text, line.url) for line in lines]
    assert not any("督战整改" in line.text for line in lines)
    assert "调度 <b>1</b>" in client_of(cast.officer).get("/findings/").content.decode()


def test_an_order_goes_from_reply_to_its_end(cast, send_order, in_order):
    place = place_of(send_order())
    assert waiting(cast.officer.scope())["dispatches"] == 1
    in_order(replies.reply, cast.officer, place, text="每天 8 户，两路走")
    assert Notice.objects.filter(kind=NoticeKind.DISPATCH, cleared_on=None).count() == 0
    assert waiting(cast.county.scope())["dispatches"] == 1
    in_order(replies.accept, cast.county, place)
    assert waiting(cast.officer.scope())["dispatches"] == 1
    in_order(replies.report_finished, cast.head, place, text="都查完了", day=date(2020, 4, 14))
    in_order(replies.settle, cast.county, place, day=date(2020, 4, 14))
    place.refresh_from_db()
    assert (place.replied_on, place.finished_on, place.done_on) == (
        TODAY,
        date(2020, 4, 14),
        date(2020, 4, 14),
    )
    assert [turn.kind for turn in place.turns.all()] == ["replied", "accepted", "finished", "done"]
    assert waiting(cast.officer.scope())["dispatches"] == 0
    with pytest.raises(ValidationError, match="已经办结"):
        in_order(replies.reply, cast.officer, place, text="再说一句")


def test_where_only_a_reply_is_asked_for_its_acceptance_ends_it(cast, send_order, in_order):
    place = place_of(send_order(finish_by=None))
    in_order(replies.reply, cast.officer, place, text="今天就排")
    in_order(replies.accept, cast.county, place)
    place.refresh_from_db()
    assert place.done_on == TODAY


def test_a_reply_without_words_is_refused(cast, send_order, in_order):
    place = place_of(send_order())
    with pytest.raises(ValidationError, match="没写内容"):
        in_order(replies.reply, cast.officer, place, text="  ")
    place.refresh_from_db()
    assert place.replied_on is None


def test_who_saw_an_older_page_is_told_and_nothing_is_kept(county, cast, send_order, in_order):
    place = place_of(send_order())
    in_order(replies.reply, cast.officer, place, text="排好了")
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
def test_only_the_township_replies_for_itself(cast, send_order, in_order, who):
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        in_order(replies.reply, getattr(cast, who), place_of(send_order()), text="代回")


@pytest.mark.parametrize("who", ["officer", "head"])
def test_a_township_does_not_accept_its_own_reply(cast, send_order, in_order, who):
    place = place_of(send_order())
    in_order(replies.reply, cast.officer, place, text="排好了")
    with pytest.raises(PermissionDenied):
        in_order(replies.accept, getattr(cast, who), place)


def test_a_reply_given_back_is_owed_again_by_a_new_day(cast, send_order, in_order):
    place = place_of(send_order())
    in_order(replies.reply, cast.officer, place, text="知道了")
    with pytest.raises(ValidationError, match="新的限期"):
        in_order(replies.give_back, cast.county, place, text="没排到人", until=None)
    in_order(replies.give_back, cast.county, place, text="没排到人", until=date(2020, 4, 12))
    place.refresh_from_db()
    assert (place.replied_on, place.reply_by) == (None, date(2020, 4, 12))
    told = Notice.objects.filter(kind=NoticeKind.DISPATCH_URGED, cleared_on=None)
    assert {notice.user for notice in told} == {cast.officer, cast.colleague, cast.head}


def test_a_file_comes_with_a_reply_and_leaves_through_the_scope(cast, send_order, in_order, client_of):
    place = place_of(send_order())
    file = SimpleUploadedFile("排班.pdf", b"%PDF-1.4 plan")
    turn = in_order(replies.reply, cast.officer, place, text="见附件", file=file)
    url = f"/dispatches/files/{turn.pk}/"
    answer = client_of(cast.county).get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 plan"
    assert client_of(cast.stranger).get(url).status_code == 404


def test_a_file_of_another_kind_is_refused_with_the_reply(cast, send_order, in_order):
    place = place_of(send_order())
    with pytest.raises(ValidationError, match="附件可以是"):
        in_order(replies.reply, cast.officer, place, text="见附件", file=SimpleUploadedFile("a.exe", b"MZ"))


# --- Longer limits ---


def test_who_asks_for_longer_has_replied_and_the_sender_decides(cast, send_order, in_order):
    place = place_of(send_order())
    until = date(2020, 4, 17)
    in_order(replies.ask_longer, cast.officer, place, text="修路，车进不去", until=until)
    place.refresh_from_db()
    assert (place.replied_on, place.asked_until, place.finish_by) == (TODAY, until, FINISH_BY)
    asked = Notice.objects.get(kind=NoticeKind.DISPATCH_ASKED)
    assert (asked.user, asked.text) == (cast.county, "石羊镇要把调度第 1 号延到4月17日")
    in_order(replies.extend, cast.county, place, text="同意", until=until)
    place.refresh_from_db()
    assert (place.finish_by, place.asked_until) == (until, None)
    assert Notice.objects.get(kind=NoticeKind.DISPATCH_ASKED).cleared_on == TODAY


def test_a_township_reads_that_it_has_replied_and_what_its_request_waits_for(
    cast, send_order, in_order, client_of
):
    place, client = place_of(send_order()), client_of(cast.officer)
    address = f"/dispatches/places/{place.pk}/"
    assert 'name="until"' in client.get(address).content.decode()
    sent = {"version": place.version, "text": "修路，车进不去", "until": "2020-04-17", "do": "asked"}
    told = client.post(address, sent, follow=True).content.decode()
    assert "阶段的最后一天也不变" in told
    assert "4月10日回了；请求延到4月17日，等发令人定" in told
    assert 'name="until"' not in client.get(address).content.decode()
    assert "回了</td>" in client.get("/dispatches/").content.decode()


def test_the_phase_keeps_its_last_day(county, cast, send_order, in_order):
    place = place_of(send_order())
    in_order(replies.extend, cast.county, place, text="修路", until=date(2020, 4, 17))
    assert county.plan.phases.get(number=1).last_day == date(2020, 4, 15)


def test_a_leaders_order_is_put_off_by_leaders_only(cast, send_order, in_order):
    place = place_of(send_order(cast.leader))
    for service in (replies.extend, replies.refuse_longer):
        does_it = {"text": "同意"} | ({"until": date(2020, 4, 17)} if service is replies.extend else {})
        if service is replies.refuse_longer:
            in_order(replies.ask_longer, cast.officer, place, text="修路", until=date(2020, 4, 17))
        with pytest.raises(PermissionDenied):
            in_order(service, cast.county, place, **does_it)
    in_order(replies.refuse_longer, cast.leader, place, text="按原来的办")
    place.refresh_from_db()
    assert (place.asked_until, place.finish_by) == (None, FINISH_BY)


def test_a_leaders_order_is_not_put_off_by_giving_it_back(cast, send_order, in_order):
    place = place_of(send_order(cast.leader))
    in_order(replies.report_finished, cast.officer, place, text="办完了")
    after = FINISH_BY + timedelta(days=1)
    with pytest.raises(ValidationError, match="限期到4月15日"):
        in_order(replies.give_back, cast.county, place, text="没办完", until=after)
    in_order(replies.give_back, cast.county, place, text="没办完", until=FINISH_BY)
    in_order(replies.report_finished, cast.officer, place, text="办完了", day=after)
    with pytest.raises(ValidationError, match="请局领导退回"):
        in_order(replies.give_back, cast.county, place, text="没办完", until=after, day=after)
    in_order(replies.give_back, cast.leader, place, text="再给一天", until=after, day=after)
    place.refresh_from_db()
    assert (place.finish_by, place.finished_on) == (after, None)


def test_a_reply_to_a_leader_is_given_back_within_the_limit_of_replies(cast, send_order, in_order):
    place = place_of(send_order(cast.leader))
    in_order(replies.reply, cast.officer, place, text="知道了")
    with pytest.raises(ValidationError, match="限期到4月11日"):
        in_order(replies.give_back, cast.county, place, text="没排到人", until=FINISH_BY)
    in_order(replies.give_back, cast.county, place, text="没排到人", until=REPLY_BY)


@pytest.mark.parametrize("until", [None, FINISH_BY, TODAY - timedelta(days=3)])
def test_a_longer_limit_is_a_later_day(cast, send_order, in_order, until):
    with pytest.raises(ValidationError):
        in_order(replies.extend, cast.county, place_of(send_order()), text="延", until=until)


# --- Scope ---


def test_a_township_sees_its_own_row_and_not_what_another_replied(
    cast, send_order, in_order, client_of, county
):
    dispatch = send_order(townships=(SHIYANG, GUIHUA))
    in_order(replies.reply, cast.stranger, place_of(dispatch, GUIHUA), text="桂花的排法不给别人看")
    seen = queries.places(cast.officer.scope(), county.plan).filter(dispatch=dispatch)
    assert [place.township_id for place in seen] == [SHIYANG]
    page = client_of(cast.officer).get(f"/dispatches/{dispatch.pk}/").content.decode()
    assert "桂花的排法" not in page
    other = place_of(dispatch, GUIHUA)
    assert client_of(cast.officer).get(f"/dispatches/places/{other.pk}/").status_code == 404
    assert client_of(cast.county).get(f"/dispatches/places/{other.pk}/").status_code == 200


def test_a_unit_sees_the_order_to_its_township_and_writes_nothing(cast, send_order, client_of):
    dispatch = send_order()
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


def test_who_has_replied_is_not_urged_and_nobody_twice_a_day(county, cast, send_order, in_order):
    dispatch = send_order(townships=(SHIYANG, GUIHUA))
    in_order(replies.reply, cast.stranger, place_of(dispatch, GUIHUA), text="排好了")
    urge = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county, "day": TODAY}
    urged = dispatches.urge(**urge, dispatch_id=dispatch.pk)
    assert [place.township_id for place in urged] == [SHIYANG]
    with pytest.raises(ValidationError, match="已经催过"):
        dispatches.urge(**urge, dispatch_id=dispatch.pk)
