"""Watch lists (C03, C04, C09): who may be missed, wrongly covered, or given aid and nothing else.

Signals from the data, never verdicts: each household comes with the sentence that says why. One definition
(`CONDITIONS`) serves the count and the list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from dabao import plans
from dabao.models import StandardKind, WorkPlan
from dabao.scope import Scope
from screening.choices import (
    BenefitScheme,
    CaseOutcome,
    CaseState,
    Category,
    Labour,
    Scheme,
)
from screening.models import (
    BenefitRecord,
    Case,
    Enrolment,
    Household,
    Membership,
    Verification,
)
from screening.queries.facts import COVERING
from screening.queries.steps import townships
from screening.queries.worklist import CATEGORY_MARKS
from screening.rules.wording import SHORT_SCHEMES

UNCOVERED, MISSED, WRONG, NO_MEASURE, OUTSIDE = "uncovered", "missed", "wrong", "no-measure", "outside"
UNLISTED = "unlisted"
TITLES = {
    MISSED: "疑似漏保",
    WRONG: "疑似错保",
    NO_MEASURE: "疑似只兜不扶",
    UNCOVERED: "建档立卡未保",
    OUTSIDE: "登记外低保户",
    UNLISTED: "低保户没列入名单",
}
MEANINGS = {
    MISSED: "在六类里、收入低于农村低保标准、没有在保，还没核查，或判了不符合但人均并不高出标准",
    WRONG: "在保，但扶贫系统里（核过的，按入户核出的）人均高于农村低保标准，或名单上有人已去世，或一人领两样",
    NO_MEASURE: "在保、家里有劳动力，但没有一个人记录务工或就业",
    UNCOVERED: "建档立卡、没有人享受低保或特困供养的户，本系统里已办完纳入的不算",
    OUTSIDE: "享受农村低保、不在建档立卡登记里的户",
    UNLISTED: "建档立卡、享受低保、不在六类里的户；列入名单以后，第四阶段的动态核查才算上",
}
DONE = Q(outcome=CaseOutcome.ENROLLED)
ELIGIBLE = DONE | Q(state=CaseState.TO_ENROL)
DIBAO = (BenefitScheme.RURAL_DIBAO, BenefitScheme.URBAN_DIBAO)
LASTING = (Scheme.DIBAO, Scheme.DIBAO_SINGLE, Scheme.TEKUN)  # a roll tells of these only later
WORKS = Q(person__work_months__gt=0) | ~Q(person__work__in=["", "无", "未务工"])
WITH_LABOUR = (Labour.SKILLED, Labour.ORDINARY, Labour.WEAK)


@dataclass(frozen=True, slots=True)
class Row:
    """A household of a watch list with the sentence why; `case` None = none of this plan yet."""

    household: UUID
    case: UUID | None
    state: str
    head: str
    township: str
    village: str
    group: str
    size: int
    why: str


@dataclass(frozen=True, slots=True)
class Rate:
    """应保尽保: persons found eligible, and those of them enrolled, by scheme or category (C04)."""

    label: str
    eligible: int
    enrolled: int

    @property
    def percent(self) -> int | None:
        """Whole percent, None when nobody was found eligible; never rounded up to a hundred."""
        return self.enrolled * 100 // self.eligible if self.eligible else None


def _living() -> QuerySet[Membership]:
    return Membership.objects.filter(household=OuterRef("pk"), last_day=None)


def _benefits(**chosen: Any) -> QuerySet[BenefitRecord]:
    return BenefitRecord.objects.filter(
        person__memberships__household=OuterRef("pk"),
        person__memberships__last_day=None,
        last_day=None,
        **chosen,
    )


def _base(scope: Scope, plan: WorkPlan) -> QuerySet[Any]:
    """Households in scope with `covered`, `works`, `able` and what the case of this plan says."""
    case = Case.objects.filter(plan=plan, household=OuterRef("pk"))
    standing = Verification.objects.standing_of(case__household=OuterRef(OuterRef("pk")), case__plan=plan)
    enrolled = Enrolment.objects.filter(
        case__household=OuterRef("pk"), case__plan=plan, scheme__in=LASTING, next_step="", ended_on=None
    )
    two = _benefits(scheme=BenefitScheme.TEKUN).filter(
        Exists(BenefitRecord.objects.filter(person=OuterRef("person"), scheme__in=DIBAO, last_day=None))
    )
    return Household.objects.within(scope).annotate(
        covered=Exists(_benefits(scheme__in=COVERING)),
        enrolled_here=Exists(enrolled),
        on_dibao=Exists(_benefits(scheme__in=DIBAO)),
        twice=Exists(two),
        dead=Exists(_benefits(scheme__in=COVERING, person__died_on__isnull=False)),
        able=Exists(_living().filter(person__died_on=None, person__labour__in=WITH_LABOUR)),
        works=Exists(_living().filter(WORKS)),
        case_id=Subquery(case.values("pk")[:1]),
        case_state=Subquery(case.values("state")[:1]),
        case_outcome=Subquery(case.values("outcome")[:1]),
        case_categories=Subquery(case.values("categories")[:1]),
        thin_refusal=Exists(
            standing.filter(decisions__scheme=Scheme.NONE, per_capita__lte=F("standard_amount"))
        ),
        kept_above=Exists(standing.filter(per_capita__gt=F("standard_amount"))),
    )


def _condition(name: str, standard: Decimal | None) -> Q:
    below = Q(income_per_capita__lt=standard) if standard is not None else Q(pk__in=[])
    above = Q(income_per_capita__gt=standard) if standard is not None else Q(pk__in=[])
    judged_away = Q(case_outcome=CaseOutcome.NOT_ELIGIBLE) | Q(case_state=CaseState.TO_RECHECK)
    match name:
        case "missed":
            unseen = Q(case_state=CaseState.TO_VERIFY) & below
            thin = judged_away & Q(thin_refusal=True)
            return Q(covered=False, case_id__isnull=False) & ~Q(case_categories=[]) & (unseen | thin)
        case "wrong":
            confirmed = Q(case_outcome=CaseOutcome.COVERED_CONFIRMED)
            unconfirmed = Q(case_outcome__isnull=True) | ~confirmed
            figures = (unconfirmed & above) | (confirmed & Q(kept_above=True))
            return Q(covered=True) & (figures | Q(dead=True) | Q(twice=True))
        case "no-measure":
            return Q(covered=True, able=True, works=False)
        case "uncovered":
            return Q(covered=False, registered=True, enrolled_here=False)
        case "unlisted":
            return Q(on_dibao=True, registered=True, case_id=None)
        case _:
            return Q(on_dibao=True, registered=False)


def listed(scope: Scope, plan: WorkPlan, name: str, day: date, region: str = "") -> QuerySet[Household]:
    """The households of one list, village by village."""
    found = _base(scope, plan).filter(_condition(name, _standard(plan, day)), region__code__startswith=region)
    return found.order_by("region__order", "region_id", "head__name_key", "pk")


def counts(scope: Scope, plan: WorkPlan, day: date, region: str = "") -> dict[str, int]:
    """Households on each list."""
    standard = _standard(plan, day)
    base = _base(scope, plan).filter(region__code__startswith=region)
    return {name: base.filter(_condition(name, standard)).count() for name in TITLES}


def by_township(scope: Scope, plan: WorkPlan, name: str, day: date) -> list[tuple[str, str, int]]:
    """(code, name, households) of one list in every township of the scope; they add up to its count."""
    found = dict(
        _base(scope, plan)
        .filter(_condition(name, _standard(plan, day)))
        .values_list("region__parent")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return [(one.code, one.name, found.get(one.code, 0)) for one in townships(scope, plan)]


def for_rows(scope: Scope, households: QuerySet[Household]) -> QuerySet[Household]:
    """The households with all that a row shows."""
    members = (
        Membership.objects.within(scope)
        .filter(last_day=None)
        .select_related("person")
        .prefetch_related(
            Prefetch("person__benefits", BenefitRecord.objects.filter(last_day=None), to_attr="aid")
        )
    )
    return households.select_related("region__parent", "head").prefetch_related(
        Prefetch("memberships", members.order_by("relation", "pk"), to_attr="living")
    )


def rows(
    scope: Scope,  # noqa: ARG001 - for_rows cut to it
    plan: WorkPlan,
    name: str,
    households: Iterable[Any],
    day: date,
) -> list[Row]:
    """Rows of households that came from `for_rows`."""
    standard = _standard(plan, day)
    return [_row(home, name, standard) for home in households]


def _row(home: Any, name: str, standard: Decimal | None) -> Row:
    state = CaseState(home.case_state).label if home.case_state else "不在名单"
    if home.case_outcome:
        state = CaseOutcome(home.case_outcome).label
    return Row(
        household=home.pk,
        case=home.case_id,
        state=state,
        head=home.head.name if home.head else "户主不明",
        township=home.region.parent.name if home.region.parent else "",
        village=home.region.name,
        group=home.group,
        size=home.size,
        why=_why(home, name, standard),
    )


def _why(home: Any, name: str, standard: Decimal | None) -> str:
    """The sentence that says why the household is on the list."""
    income = home.income_per_capita
    money = f"人均 {income:,.0f} 元" if income is not None else "人均收入不明"
    aid = _aid(home)
    match name:
        case "missed":
            kinds = "".join(CATEGORY_MARKS[number - 1] for number in sorted(home.case_categories or []))
            if home.case_state == CaseState.TO_VERIFY:
                return f"在{kinds}类，{money}，低于标准 {standard:,.0f} 元，没有在保，还没核查。"
            return f"在{kinds}类，没有在保，判了不符合，但核出的人均没有高出标准。"
        case "wrong":
            parts = []
            if home.case_outcome == CaseOutcome.COVERED_CONFIRMED:
                parts += ["入户核出的人均高于标准，仍维持在保"] if home.kept_above else []
            elif _over(income, standard):
                parts += [f"{money}，高于标准 {standard:,.0f} 元"]
            people = [membership.person for membership in home.living]
            parts += [f"{one.name}已去世，还在名单上" for one in people if one.died_on and one.aid]
            parts += [f"{one.name}低保、特困两样都有" for one in people if _both(one)]
            return f"{aid}：{'；'.join(parts)}。"
        case "no-measure":
            able = [m.person.name for m in home.living if m.person.labour in WITH_LABOUR]
            return f"{aid}；{'、'.join(able)}有劳动力，没有一个人记录务工。"
        case "uncovered":
            return f"{home.get_poverty_status_display() or '脱贫属性空白'}，{money}，没有人享受低保或特困。"
        case "unlisted":
            return f"{aid}；{money}，不在六类里，动态核查还没算上。"
        case _:
            return f"{aid}；不在建档立卡登记里。"


def _over(income: Decimal | None, standard: Decimal | None) -> bool:
    return income is not None and standard is not None and income > standard


def _both(person: Any) -> bool:
    schemes = {record.scheme for record in person.aid}
    return BenefitScheme.TEKUN in schemes and bool(schemes & set(DIBAO))


def _aid(home: Any) -> str:
    found: dict[str, int] = {}
    for membership in home.living:
        for record in membership.person.aid:
            if record.scheme in COVERING:
                word = SHORT_SCHEMES[BenefitScheme(record.scheme)]
                found[word] = found.get(word, 0) + 1
    return "、".join(f"{word} {number} 人" for word, number in found.items())


def _standard(plan: WorkPlan, day: date) -> Decimal | None:
    found = plans.standard(StandardKind.RURAL_DIBAO, plan.region_id, day)
    return found.amount if found else None


# --- 应保尽保 ---


def rates_by_scheme(scope: Scope, plan: WorkPlan, region: str = "") -> list[tuple[str, Rate]]:
    """(scheme, persons found eligible by the grants that stand and those of them with all six steps)."""
    found: dict[str, list[int]] = {scheme: [0, 0] for scheme in Scheme.values if scheme != Scheme.NONE}
    grants = Enrolment.objects.within(scope).filter(
        case__plan=plan, ended_on=None, case__household__region__code__startswith=region
    )
    for scheme, persons, following in grants.values_list("scheme", "persons", "next_step"):
        found[scheme][0] += len(persons)
        found[scheme][1] += 0 if following else len(persons)
    return [(scheme, Rate(Scheme(scheme).label, *numbers)) for scheme, numbers in found.items()]


def rates_by_category(scope: Scope, plan: WorkPlan, region: str = "") -> list[tuple[int, Rate]]:
    """(category, households found eligible and those closed as enrolled); one may be in several."""
    cases = Case.objects.within(scope).filter(ELIGIBLE, plan=plan, household__region__code__startswith=region)
    counted = cases.aggregate(
        **{f"all_{n}": Count("pk", filter=Q(categories__contains=[n])) for n in plan.categories},
        **{f"done_{n}": Count("pk", filter=Q(categories__contains=[n]) & DONE) for n in plan.categories},
    )
    return [
        (n, Rate(f"{CATEGORY_MARKS[n - 1]} {Category(n).label}", counted[f"all_{n}"], counted[f"done_{n}"]))
        for n in plan.categories
    ]


def rates_by_township(scope: Scope, plan: WorkPlan) -> list[tuple[str, Rate]]:
    """(code, households found eligible and those closed as enrolled) of every township of the scope."""
    found = {
        row["household__region__parent"]: row
        for row in Case.objects.within(scope)
        .filter(ELIGIBLE, plan=plan)
        .values("household__region__parent")
        .annotate(all=Count("pk"), done=Count("pk", filter=DONE))
        .order_by()
    }
    return [
        (one.code, Rate(one.name, row["all"], row["done"]))
        for one in townships(scope, plan)
        if (row := found.get(one.code))
    ]
