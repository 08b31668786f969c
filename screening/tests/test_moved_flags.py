"""Flags and reminders of a household follow it when it moves to another township (C15, C17)."""

from datetime import timedelta

import pytest

from dabao.models import Flag, Notice
from dabao.tests.cast import DAMAIDI, LIUSHUTANG, SHIYANG, TODAY, ZHAOJIADIAN
from screening.models import RiskWarning, Taper
from screening.services import taper_flags, warning_flags
from screening.tests.test_split_and_move import accept, ask, case, neighbour

__all__ = ["case", "neighbour"]
EVE, ENDED = TODAY - timedelta(days=1), TODAY - timedelta(days=2)


@pytest.fixture
def taper(case):
    """A taper that ended two days ago and was not decided."""
    days = {"first_day": TODAY - timedelta(180), "last_day": ENDED}
    return Taper.objects.create(plan=case.plan, household=case.household, months=6, **days)


def flags_of(subject):
    found = Flag.objects.filter(subject=subject).order_by("cleared_on")
    return [(flag.region_id, flag.due_on, flag.raised_on, flag.cleared_on) for flag in found]


def test_the_flag_of_a_taper_ends_there_and_is_raised_here(cast, case, neighbour, taper):
    taper_flags.raise_overdue(plan=case.plan, day=TODAY, noticed_on=TODAY)
    accept(ask(case, cast.officer), neighbour)
    handed = [(SHIYANG, ENDED, EVE, TODAY), (ZHAOJIADIAN, ENDED, TODAY, None)]
    assert flags_of(taper_flags.subject(taper)) == handed
    assert taper_flags.raise_overdue(plan=case.plan, day=TODAY, noticed_on=TODAY) == []
    assert "大麦地" in Flag.objects.get(cleared_on=None).label
    taper_flags.clear(taper=taper, day=TODAY)
    assert not Flag.objects.filter(cleared_on=None).exists()


def test_the_flag_of_a_warning_moves_too_and_back_again(cast, case, neighbour):
    warning = RiskWarning.objects.create(
        plan=case.plan,
        household=case.household,
        kind="illness",
        key="大病",
        happened_on=EVE,
        raised_on=EVE,
        due_on=EVE,
        reported_by=cast.officer,
    )
    warning_flags.raise_overdue(plan=case.plan, day=TODAY, noticed_on=TODAY)
    accept(ask(case, cast.officer), neighbour)
    subject = warning_flags.subject(warning)
    assert [flag[0] for flag in flags_of(subject) if flag[3] is None] == [ZHAOJIADIAN]
    accept(ask(case, neighbour, to=LIUSHUTANG), cast.officer)
    assert [flag[0] for flag in flags_of(subject) if flag[3] is None] == [SHIYANG]


def test_the_reminder_is_told_to_the_new_township(cast, case, neighbour, taper):
    Taper.objects.update(last_day=TODAY + timedelta(days=10))
    taper_flags.remind(plan=case.plan, day=TODAY)
    accept(ask(case, cast.officer), neighbour)
    open_ones = Notice.objects.filter(subject=taper_flags.subject(taper), cleared_on=None)
    assert [(notice.region_id, notice.user) for notice in open_ones] == [(ZHAOJIADIAN, neighbour)]
    assert DAMAIDI.startswith(ZHAOJIADIAN)
