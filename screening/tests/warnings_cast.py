"""Editions, warnings, visits and decisions for the tests of monitoring."""

from datetime import date

import pytest

from dabao.tests.cast import COUNTY, TODAY
from screening.choices import (
    FollowUpResult,
    ListState,
    RowState,
    WarningDecision,
    WarningKind,
)
from screening.models import (
    ListRow,
    SourceList,
)
from screening.services import warnings

MARCH, APRIL = date(2020, 3, 31), date(2020, 4, 9)
IN_PHASE = date(2020, 5, 20)


@pytest.fixture
def edition(county):
    """A confirmed list of a kind and day with rows: `edition("registry", MARCH, {household: {...}})`."""
    numbers = iter(range(1, 100))

    def make(kind, day):
        return SourceList.objects.create(
            kind=kind,
            as_of=day,
            region_id=COUNTY,
            file_name="名单.xlsx",
            sha256="0" * 64,
            state=ListState.CONFIRMED,
            number=next(numbers),
            confirmed_on=day,
        )

    return make


def tell(source, household, income, state=RowState.UPDATED, status="", **labour):
    """Rows of a registry edition for every member; `labour` by name, else as the base has it."""
    for line, member in enumerate(household.memberships.select_related("person").order_by("relation"), 1):
        person = member.person
        if person.name in labour:
            person.labour = labour[person.name]
            person.save()
        parsed = {"labour": person.labour}
        if line == 1:
            parsed["h"] = {"income_per_capita": None if income is None else str(income)}
            if status:
                parsed["h"]["poverty_status"] = status
        ListRow.objects.create(
            source_list=source,
            sheet="Sheet1",
            line=ListRow.objects.filter(source_list=source).count() + 3,
            region_id=household.region_id,
            household=household,
            person=person,
            parsed=parsed,
            state=state,
        )


def raise_now(source, county, day=TODAY):
    return warnings.raise_from_facts(source=source, plan=county.plan, day=day)


@pytest.fixture
def report(cast, county, make_household):
    """A warning reported by the officer of 石羊镇."""

    def make(household=None, kind=WarningKind.DISASTER, day=TODAY, happened_on=None, actor=None):
        who = actor or cast.officer
        return warnings.report_by_person(
            scope=who.scope(),
            plan=county.plan,
            household_id=(household or make_household()).pk,
            kind=kind,
            happened_on=happened_on or day,
            text="山洪冲毁水田 1.2 亩",
            actor=who,
            day=day,
        )

    return make


def go(cast, warning, day=TODAY, actor=None):
    who = actor or cast.officer
    return warnings.visit(
        scope=who.scope(),
        warning_id=warning.pk,
        went_on=day,
        result=FollowUpResult.TROUBLE,
        found="房屋进水，缺口粮",
        actor=who,
        day=day,
    )


def decide(
    cast, warning, decision=WarningDecision.TEMPORARY, reason="急难型", day=TODAY, actor=None, fell=False
):
    who = actor or cast.officer
    return warnings.decide(
        scope=who.scope(),
        warning_id=warning.pk,
        decision=decision,
        reason=reason,
        fell=fell,
        actor=who,
        day=day,
    )
