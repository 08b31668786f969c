"""Lists of who is to be granted aid, to hang in the village: names, places and schemes, no number (C10)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from dabao import plans
from dabao.models import Standard, StandardKind, WorkPlan
from dabao.scope import Scope
from screening.choices import Scheme, StepKind
from screening.models import Enrolment, Objection
from screening.models.objection import OPEN
from screening.queries.steps import townships
from screening.rules import steps as rules


@dataclass(frozen=True, slots=True)
class PublicityBatch:
    """What hangs, or is to hang, in one township from one day on."""

    code: str
    township: str
    first_day: date
    last_day: date
    posted: bool
    households: int
    persons: int
    ends_in: int = 0
    objected: int = 0


@dataclass(frozen=True, slots=True)
class PublicLine:
    """One line of the printed list: no number, no members, no illness."""

    name: str
    village: str
    group: str
    scheme: str
    persons: int
    monthly: Decimal | None
    why: str


@dataclass(frozen=True, slots=True)
class PublicList:
    """One list to print; `posted_where` says where it hangs, once it does."""

    lines: list[PublicLine]
    households: int
    posted_where: tuple[str, ...] = ()

    @property
    def persons(self) -> int:
        return sum(line.persons for line in self.lines)

    @property
    def monthly(self) -> Decimal:
        """Yuan a month of all lines together; one-time aid is not monthly."""
        one_time = Scheme.TEMPORARY.label
        return sum((line.monthly or Decimal(0) for line in self.lines if line.scheme != one_time), Decimal(0))

    @property
    def villages(self) -> list[str]:
        return sorted({line.village for line in self.lines})


WHY = {
    Scheme.TEKUN: "无劳动能力、无生活来源、无法定赡养抚养扶养人",
    Scheme.DIBAO: "家庭人均收入低于农村低保标准",
    Scheme.DIBAO_SINGLE: "本人符合单独纳入条件",
    Scheme.TEMPORARY: "遇到突发或暂时困难",
}


def publicity(scope: Scope, plan: WorkPlan, day: date, region: str = "") -> list[PublicityBatch]:
    """Lists to hang (reviewed, not posted; as if hung on `day`) and hanging ones, township by township."""
    batches: dict[tuple[str, date | None, date | None], list[Any]] = {}
    for grant in _public(scope, plan, region):
        step = next((s for s in grant.steps.all() if s.kind == StepKind.PUBLICISED), None)
        days = (step.first_day, step.last_day) if step else (None, None)
        if step and step.last_day and step.last_day < day:
            continue
        batches.setdefault((grant.case.household.region_id[:9], *days), []).append(grant)
    names = {region.code: region.name for region in townships(scope, plan)}
    found = []
    for (code, first, last), grants in batches.items():
        first_day = first or day
        last_day = last or rules.earliest_last_day(day, plan.publicity_days)
        found.append(
            PublicityBatch(
                code,
                names.get(code, code),
                first_day,
                last_day,
                posted=first is not None,
                households=len({grant.case_id for grant in grants}),
                persons=sum(len(grant.persons) for grant in grants),
                ends_in=(last_day - day).days,
                objected=len({grant.case_id for grant in grants if grant.objected}),
            )
        )
    order = {code: place for place, code in enumerate(names)}
    return sorted(found, key=lambda one: (one.posted, order.get(one.code, 99), one.first_day))


def public_list(scope: Scope, plan: WorkPlan, region: str, days: tuple[date, date] | None) -> PublicList:
    """The list that hangs from the first to the last of the days; None: what is to hang."""
    lines, households, where = [], set(), set()
    for grant in _public(scope, plan, region):
        step = next((s for s in grant.steps.all() if s.kind == StepKind.PUBLICISED), None)
        if ((step.first_day, step.last_day) if step else None) != days:
            continue
        home = grant.case.household
        households.add(grant.case_id)
        if step:
            where.add(step.posted_where)
        who = grant.person or home.head
        lines.append(
            PublicLine(
                who.name if who else "户主不明",
                home.region.name.removesuffix("村"),
                home.group,
                Scheme(grant.scheme).label,
                len(grant.persons),
                grant.monthly_amount,
                WHY[Scheme(grant.scheme)],
            )
        )
    return PublicList(lines, len(households), tuple(sorted(where)))


def objections(scope: Scope, plan: WorkPlan, region: str, days: tuple[date, date]) -> list[Objection]:
    """What was objected to lists that hung there on those days; upheld ones took their household off."""
    found = Objection.objects.within(scope).filter(
        case__plan=plan, case__household__region__code__startswith=region, raised_on__range=days
    )
    return list(found)


def _public(scope: Scope, plan: WorkPlan, region: str) -> QuerySet[Any]:
    posted_or_reviewed = Q(next_step=StepKind.PUBLICISED) | Q(publicity_last_day__isnull=False)
    return (
        Enrolment.objects.within(scope)
        .filter(
            posted_or_reviewed,
            ended_on=None,
            case__plan=plan,
            case__household__region__code__startswith=region,
        )
        .annotate(objected=Exists(Objection.objects.filter(OPEN, case=OuterRef("case"))))
        .select_related("person", "case__household__region", "case__household__head")
        .prefetch_related("steps")
        .order_by(
            "case__household__region__order",
            "case__household__region_id",
            "case__household__head__name_key",
            "pk",
        )
    )


def standard(scope: Scope, township: str, day: date) -> Standard | None:  # noqa: ARG001 - standards are public
    """The rural 低保 standard that the list names."""
    return plans.standard(StandardKind.RURAL_DIBAO, township, day)
