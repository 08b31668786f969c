"""In a real browser: a third refusal to a proposal, two signatures, and his own share stops (C17)."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import LIUSHUTANG
from screening.choices import Labour
from screening.models import BenefitRecord, JobOffer, Person, ShareProposal
from screening.tests.test_benefit_changes import receive

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def son(county, cast, make_case, make_household):
    """李建华 has refused twice; the family of three receives 210 each."""
    people = (("李发祥", Labour.WEAK), ("李建华", Labour.ORDINARY), ("李小妹", Labour.NONE))
    case = make_case(make_household(LIUSHUTANG, *people))
    for member in case.household.memberships.all():
        BenefitRecord.objects.create(
            person=member.person, scheme="rural_dibao", monthly_amount=210, first_day=date(2020, 3, 5)
        )
    son = Person.objects.get(name="李建华")
    for day in (date(2020, 3, 12), date(2020, 3, 24)):
        JobOffer.objects.create(
            plan=county.plan,
            person=son,
            day=day,
            project="公益性岗位·护林员，月 800 元",
            reply="refused",
            recorded_on=day,
            replied_on=day,
            by=cast.officer,
        )
    return son


def test_a_third_refusal_to_a_proposal_with_two_signatures(page, sign_in, cast, son):
    sign_in(page, cast.head)
    page.goto("/ledger/")
    page.get_by_role("link", name="就业帮扶").click()
    page.get_by_role("link", name="李建华").first.click()
    page.get_by_label("给的什么项目、岗位").fill("扶贫车间·核桃加工")
    page.get_by_role("radio", name="拒绝，没有正当理由").check()
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("连续 3 次").first).to_be_visible()
    page.get_by_role("radio", name="没有就业").check()
    page.get_by_label("怎么核实的").fill("4月10日入户，本人在家")
    page.get_by_label("理由", exact=True).fill("三次均送达，有记录")
    page.get_by_role("button", name="签字并送县局").click()
    expect(page.get_by_text("已签 1 / 2")).to_be_visible()
    expect(page.get_by_role("button", name="签字，只动他本人")).to_have_count(0)
    where = page.url
    sign_in(page, cast.county)
    page.goto(where)
    expect(page.get_by_role("row", name="全家每月 630 420")).to_be_visible()
    page.get_by_role("button", name="签字，只动他本人").click()
    expect(page.get_by_text("已签 2 / 2")).to_be_visible()
    household = ShareProposal.objects.get().household
    assert receive(household, date(2020, 5, 1)) == {"李发祥": Decimal(210), "李小妹": Decimal(210)}
