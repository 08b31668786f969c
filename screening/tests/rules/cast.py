"""Invented households for the tests of the rules."""

from datetime import date
from decimal import Decimal

from screening.rules.facts import (
    CertificateFact,
    HouseholdFacts,
    PersonFacts,
    Source,
    StandardFigure,
    Standards,
)

DAY = date(2020, 3, 12)
REGISTRY_ROW = Source("row-1", "扶贫系统", 1836, date(2020, 2, 29), date(2020, 3, 6))
CERTIFICATE_ROW = Source("row-2", "残联名单", 412, date(2020, 3, 20), date(2020, 3, 24))
STANDARDS = Standards(
    rural_dibao=StandardFigure(Decimal("4500.00"), date(2020, 1, 1), "云民发〔2020〕1号", confirmed=False),
    poverty_line=StandardFigure(Decimal("4000.00")),
    near_factor=Decimal("1.10"),
)


def person(labour="ordinary", name="罗翠英", **facts):
    return PersonFacts(key=facts.pop("key", f"key-{name}"), name=name, labour=labour, **facts)


def certificate(kind, grade, parts=(), **facts):
    return CertificateFact(kind, grade, parts, source=CERTIFICATE_ROW, **facts)


def household(*members, registered=True, poverty_status="lifted", income="6000", **facts):
    return HouseholdFacts(
        key="household-1",
        registered=registered,
        poverty_status=poverty_status,
        income_per_capita=None if income is None else Decimal(income),
        members=members or (person(),),
        source=REGISTRY_ROW,
        **facts,
    )
