"""The households an inspection visits, and what the record says of each, to be held against the door (C21).

A fixed number of queries, for one household or all of an inspection.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import (
    BenefitScheme,
    IncomeKind,
    PropertyKind,
    Relation,
    Scheme,
    VerificationState,
    VerifierRole,
    VisitResult,
)
from screening.models import Case, Enrolment, Household, Membership, Verification
from screening.models.enrolment import FINISHED
from screening.queries import entitlements
from screening.queries.facts import LASTING
from screening.rules.wording import yuan
from supervision.choices import Item, Match
from supervision.models import Finding, Visit
from supervision.rules import sampling

NO_RECORD = "没有记录"


@dataclass(frozen=True, slots=True)
class Row:
    """A household on the way, how far its visit is, and what came of it."""

    id: UUID
    order: int
    household_id: UUID
    case_id: UUID | None
    name: str
    place: str
    township: str
    size: int
    stratum: str
    verdict: str
    state: str
    at: datetime | None
    tries: tuple[datetime, ...]
    same: int
    wrong: tuple[str, ...]
    note: str
    by: str
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Line:
    """An item of the sheet: what the record says, and what was found."""

    item: str
    label: str
    record: str
    match: str = ""
    match_label: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visit with its record beside it."""

    visit: Visit
    row: Row
    lines: list[Line]


def of_inspection(scope: Scope, inspection_id: UUID) -> QuerySet[Visit]:
    """The visits of an inspection that the viewer may see, without households that gave way to others."""
    found = Visit.objects.within(scope).filter(stop__inspection=inspection_id)
    return _for_rows(found.filter(Q(item=None) | Q(item__dropped_on=None)))


def _for_rows(found: QuerySet[Visit]) -> QuerySet[Visit]:
    case = Case.objects.filter(plan=OuterRef("stop__inspection__plan"), household=OuterRef("household"))
    return (
        found.select_related(
            "household__region", "household__head", "stop__township", "item", "by", "finding"
        )
        .annotate(case_id=Subquery(case.values("pk")[:1]))
        .order_by("stop__township__order", "stop__township_id", "order", "pk")
    )


def rows(scope: Scope, found: QuerySet[Visit] | list[Visit]) -> list[Row]:  # noqa: ARG001 - cut before
    """The visits of `of_inspection` as rows."""
    return [_row(visit) for visit in found]


def _row(visit: Any) -> Row:  # a visit with what `_for_rows` adds
    home, item = visit.household, getattr(visit, "item", None)
    village = home.region.name.removesuffix("村")
    return Row(
        id=visit.pk,
        order=visit.order,
        household_id=home.pk,
        case_id=visit.case_id,
        name=home.head.name if home.head else "户主不明",
        place="·".join(filter(None, (village, home.group))),
        township=visit.stop.township.name,
        size=home.size,
        stratum=item.stratum if item else "",
        verdict=item.verdict if item else "",
        state=sampling.state_of(visit.met, visit.matches, Item.values),
        at=visit.at,
        tries=tuple(visit.tries),
        same=list(visit.matches.values()).count(Match.SAME),
        wrong=tuple(Item(one).label for one in Item.values if visit.matches.get(one) == Match.DIFFERS),
        note=visit.note,
        by=visit.by.name if visit.by else "",
        finding=visit.finding,
    )


def sheet(scope: Scope, visit_id: UUID, day: date) -> Sheet:
    """The sheet of one visit. Raises ObjectDoesNotExist outside the scope."""
    visit = (
        _for_rows(Visit.objects.within(scope))
        .select_related("stop__inspection__plan", "stop__township")
        .get(pk=visit_id)
    )
    return sheets(scope, [visit], visit.stop.inspection.plan, day)[0]


def sheets(scope: Scope, visits: list[Visit], plan: WorkPlan, day: date) -> list[Sheet]:
    """The sheets of visits taken from `of_inspection`, in their order."""
    said = records(scope, {visit.household_id for visit in visits}, plan, day)
    return [
        Sheet(visit, _row(visit), [_line(visit, item, said[visit.household_id][item]) for item in Item])
        for visit in visits
    ]


def _line(visit: Visit, item: Item, record: str) -> Line:
    match = visit.matches.get(item, "")
    words = Match(match).label if match else ""
    return Line(item.value, item.label, record, match, words, visit.said.get(item, ""))


def records(
    scope: Scope, households: Collection[UUID], plan: WorkPlan, day: date
) -> dict[UUID, dict[str, str]]:
    """Household → item → what the record says today, in words; no illness, no number."""
    homes = Household.objects.within(scope).filter(pk__in=households)
    members = _members(homes)
    checks = _checks(homes, plan)
    received = entitlements.on(scope, list(households), day)
    granted = _granted(homes, day)
    found: dict[UUID, dict[str, str]] = {}
    for home in homes:
        people = members[home.pk]
        concluded = next((one for one in checks[home.pk] if one.concluded), None)
        found[home.pk] = {
            Item.MEMBERS: _members_words(people),
            Item.INCOME: _income_words(home, concluded),
            Item.HOUSE: _house_words(home, concluded),
            Item.AID: _aid_words(people, received.get(home.pk, []), granted[home.pk]),
            Item.VERIFIED: _verified_words(checks[home.pk]),
        }
    return found


def _members(homes: QuerySet[Household]) -> dict[UUID, list[Membership]]:
    found: dict[UUID, list[Membership]] = defaultdict(list)
    living = Membership.objects.filter(household__in=homes, last_day=None).select_related("person")
    for member in living.order_by("relation", "person__birth_date", "pk"):
        found[member.household_id].append(member)
    return found


def _checks(homes: QuerySet[Household], plan: WorkPlan) -> dict[UUID, list[Verification]]:
    """What was written down of each household, the newest first."""
    found: dict[UUID, list[Verification]] = defaultdict(list)
    written = (
        Verification.objects.filter(
            case__household__in=homes, case__plan=plan, state=VerificationState.SUBMITTED
        )
        .select_related("by", "case")
        .prefetch_related("income")
        .order_by("-submitted_at", "-pk")
    )
    for one in written:
        found[one.case.household_id].append(one)
    return found


def _members_words(people: list[Membership]) -> str:
    names = "、".join(f"{one.person.name}（{Relation(one.relation).label}）" for one in people)
    return f"名单 {len(people)} 人：{names}" if people else NO_RECORD


def _income_words(home: Household, check: Verification | None) -> str:
    if check is None or check.per_capita is None:
        if home.income_per_capita is None:
            return NO_RECORD
        return f"没有核查；扶贫名单上人均 {yuan(home.income_per_capita)} 元"
    items = "、".join(f"{IncomeKind(one.kind).label} {yuan(one.amount)}" for one in check.income.all())
    return f"初核人均 {yuan(check.per_capita)} 元/年" + (f"：{items}" if items else "，没有收入")


def _house_words(home: Household, check: Verification | None) -> str:
    said = [
        "、".join(PropertyKind(one).label for one in check.property_held) or "没有车、房、存款、经营实体"
        if check
        else "",
        {True: "不愁吃", False: "愁吃", None: ""}[check.food_ok if check else None],
        {True: "不愁穿", False: "愁穿", None: ""}[check.clothing_ok if check else None],
        {True: "危房户", False: "住房安全", None: ""}[home.unsafe_house],
    ]
    return "；".join(filter(None, said)) or NO_RECORD


def _granted(homes: QuerySet[Household], day: date) -> dict[UUID, list[Enrolment]]:
    """Lasting aid that has all its steps and begins only in a month to come."""
    found: dict[UUID, list[Enrolment]] = defaultdict(list)
    waiting = Enrolment.objects.filter(FINISHED, case__household__in=homes, from_month__gt=day)
    for one in waiting.filter(scheme__in=LASTING).select_related("case").order_by("from_month", "pk"):
        found[one.case.household_id].append(one)
    return found


def _aid_words(
    people: list[Membership], received: list[entitlements.Entitlement], granted: list[Enrolment]
) -> str:
    names = {one.person_id: one.person.name for one in people}
    said = [
        f"{names.get(one.person_id, '已不在本户的人')} {BenefitScheme(one.scheme).label}"
        + (f" 每月 {yuan(one.monthly_amount)} 元" if one.monthly_amount else "")
        for one in received
    ]
    said += [
        f"{Scheme(one.scheme).label} {len(one.persons)} 人，{one.from_month.month}月起"
        for one in granted
        if one.from_month
    ]
    return "、".join(said) or "没有人领低保、特困"


def _verified_words(checks: list[Verification]) -> str:
    said = []
    for one in reversed(checks):
        if one.round == 1:
            how = "实地入户" if one.on_site else "没有入户"
            role = f"（{VerifierRole(one.role).label}）" if one.role else ""
            result = VisitResult(one.result).label if one.result else ""
            went = one.visited_on or one.recorded_on
            parts = (f"{went.month}月{went.day}日" if went else "", f"{one.by.name}{role}", how, result)
            said.append("，".join(filter(None, parts)))
        elif one.recorded_on:
            said.append(f"{one.recorded_on.month}月{one.recorded_on.day}日，{one.by.name}复核")
    return "；".join(said) or "没有核查记录"
