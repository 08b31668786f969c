"""Households on 低保, their reviews and approvals, for the tests of phase 4."""

from datetime import date
from decimal import Decimal

import pytest

from dabao.tests.cast import LIUSHUTANG
from screening.choices import BenefitScheme, ReviewWay
from screening.models import BenefitRecord
from screening.queries import reviews as queries
from screening.services import reviews
from screening.services.reviews import Found

DAY = date(2020, 8, 12)
MONTHLY = Decimal(210)


@pytest.fixture
def on_dibao(make_case, make_household, settings):
    """A case of a registered household whose members are all on 低保, on 12 August unless a test says so."""
    settings.DABAO_TODAY = DAY.isoformat()

    def make(region=LIUSHUTANG, *members, **values):
        household = make_household(region, *members, **values)
        for member in household.memberships.all():
            BenefitRecord.objects.create(
                person=member.person,
                scheme=BenefitScheme.RURAL_DIBAO,
                monthly_amount=MONTHLY,
                first_day=date(2020, 1, 31),
            )
        return make_case(household)

    return make


def found(earned=4200, way=ReviewWay.KEEP, day=DAY, **values):
    """One person with that income from wages; what a taper and a stop need is filled in."""
    if "income" not in values:
        values["income"] = {"wages": (Decimal(earned), "县内工地")}
    values.setdefault("reason", "长子县内务工，收入刚过标准" if way != ReviewWay.KEEP else "")
    values.setdefault("months", 6 if way == ReviewWay.TAPER else None)
    values.setdefault("stop_reason", "income_over" if way == ReviewWay.STOP else "")
    values.setdefault("living_together", 1)
    values.setdefault("visited_on", day)
    return Found(way=way, **values)


def record(cast, case, what=None, day=DAY, actor=None, **values):
    """A review by the officer of 石羊镇, who has seen the one before."""
    who = actor or cast.officer
    last = queries.last_review(who.scope(day), case)
    values.setdefault("seen", last.pk if last else None)
    return reviews.record(
        scope=who.scope(day), case_id=case.pk, actor=who, day=day, found=what or found(day=day), **values
    )


def approve(cast, review, day=DAY, actor=None, **values):
    who = actor or cast.county
    return reviews.approve(
        scope=who.scope(day),
        review_id=review.pk,
        actor=who,
        day=day,
        version=values.pop("version", review.version),
        **values,
    )


def send_back(cast, review, day=DAY, note="就业成本没有收条", actor=None):
    who = actor or cast.county
    return reviews.send_back(
        scope=who.scope(day), review_id=review.pk, actor=who, day=day, version=review.version, note=note
    )


def tapered(cast, case, months=6, day=DAY):
    """A taper reviewed and approved on a day."""
    return approve(cast, record(cast, case, found(4825, ReviewWay.TAPER, day, months=months), day), day)
