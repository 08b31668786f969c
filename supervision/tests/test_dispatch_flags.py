"""Red flags of orders by days, over standstills, and what must hold (C19, C27)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from dabao.models import Flag, FlagKind
from dabao.tests.cast import SHIYANG, TODAY
from supervision.models import Dispatch
from supervision.services import dispatch_flags, dispatches
from supervision.services import dispatch_replies as replies
from supervision.services.daily import run_daily
from supervision.services.dispatch_invariants import CHECKS
from supervision.services.dispatches import Order
from supervision.tests.orders_cast import REPLY_BY, place_of


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


def test_no_reply_by_its_day_is_flagged_on_the_next_once(send_order, on):
    send_order(townships=(SHIYANG,))
    assert on(DAY[11]).flags_raised["dispatch_overdue"] == 0
    assert on(DAY[12]).flags_raised["dispatch_overdue"] == 1
    assert on(DAY[12]).flags_raised["dispatch_overdue"] == 0
    assert on(DAY[13]).flags_raised["dispatch_overdue"] == 0
    assert flags() == [(SHIYANG, DAY[11], DAY[12], DAY[12], None)]


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_raise_one_flag(send_order, settings):
    send_order(townships=(SHIYANG,))
    settings.DABAO_TODAY = DAY[12].isoformat()

    def beat(_):
        try:
            return run_daily(day=DAY[12]).flags_raised["dispatch_overdue"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(beat, range(2))) == [0, 1]
    assert len(flags()) == 1


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


def test_the_reply_clears_the_flag_in_its_transaction(cast, send_order, in_order, on):
    place = place_of(send_order(townships=(SHIYANG,)))
    on(DAY[13])
    in_order(replies.reply, cast.officer, place, text="迟了，排好了", day=DAY[13])
    assert flags() == [(SHIYANG, DAY[11], DAY[12], DAY[13], DAY[13])]


def test_a_standstill_is_caught_up_with_the_days_it_would_have_had(cast, send_order, in_order, on):
    place = place_of(send_order(townships=(SHIYANG,)))
    on(DAY[11])
    in_order(replies.reply, cast.officer, place, text="迟了", day=DAY[14])
    on(DAY[18])
    reply, work = flags()
    assert reply == (SHIYANG, DAY[11], DAY[12], DAY[18], DAY[14])
    assert work == (SHIYANG, DAY[15], DAY[16], DAY[18], None)


def test_what_is_given_back_falls_due_again(cast, send_order, in_order, on):
    place = place_of(send_order(townships=(SHIYANG,)))
    in_order(replies.reply, cast.officer, place, text="知道了")
    in_order(replies.give_back, cast.county, place, text="没排到人", until=DAY[12])
    on(DAY[13])
    assert flags() == [(SHIYANG, DAY[12], DAY[13], DAY[13], None)]


def test_a_longer_limit_ends_the_flag_and_keeps_that_it_stood(cast, send_order, in_order, on):
    place = place_of(send_order(townships=(SHIYANG,), finish_by=None))
    in_order(replies.extend, cast.county, place, text="修路", until=DAY[17], day=DAY[14])
    on(DAY[15])
    assert flags() == [(SHIYANG, DAY[11], DAY[12], DAY[14], DAY[14])]
    on(DAY[18])
    assert flags()[1] == (SHIYANG, DAY[17], DAY[18], DAY[18], None)


def test_work_beside_the_daily_job_leaves_no_flag_of_what_is_done(county, send_order, on):
    dispatch = send_order(townships=(SHIYANG,))
    on(DAY[12])
    place_of(dispatch)
    dispatch.places.update(replied_on=DAY[12])
    assert dispatch_flags.clear_done(plan=county.plan) == 1
    assert flags()[0][4] == DAY[12]


# --- What must hold ---


def test_the_checks_find_nothing_wrong_with_an_order_on_its_way(cast, send_order, in_order, on):
    place = place_of(send_order())
    on(DAY[13])
    in_order(replies.reply, cast.officer, place, text="迟了", day=DAY[13])
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
def test_each_check_finds_its_fault(send_order, on, check, breaks):
    order = send_order(townships=(SHIYANG,))
    on(DAY[13])
    breaks(order)
    assert CHECKS[check]() != []
