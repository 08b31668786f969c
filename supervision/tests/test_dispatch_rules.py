"""Where an order stands in a township, what may be done with it, what is late (C19)."""

from datetime import timedelta

import pytest

from dabao.tests.cast import TODAY
from supervision.choices import DispatchMove, Duty
from supervision.rules import dispatch as rules
from supervision.tests.orders_cast import FINISH_BY, REPLY_BY


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
