"""Which cases: one definition of every filter, for the worklist, board links, report links and exports.

`filtered` gives the cases behind any figure, `ordered` the way to walk them, `found` those of a search.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Left, StrIndex, Substr
from django.http import QueryDict

from dabao import clock
from dabao.models import Posting, Region, User, WorkPlan
from dabao.scope import RIGHTS, Right, Role, Scope
from screening.choices import Answer, CaseOrigin, CaseOutcome, CaseState, Category, Coverage, Scheme
from screening.models import Case, CategoryMatch, Enrolment, Membership
from screening.models.enrolment import FINISHED, NOW
from screening.models.fact import held_on
from screening.queries import desk_work, lacking
from screening.queries.progress import cases_as_at, phase_cases

# Tabs beyond the states: they divide 已销号, so that the tabs add up to 全部.
NOT_ELIGIBLE, COVERED_CONFIRMED, DONE, ALL = "not_eligible", "covered_confirmed", "done", "all"
TAB_LABELS = {
    CaseState.TO_VERIFY.value: "待核查",
    CaseState.TO_RECHECK.value: "待复核",
    CaseState.TO_ENROL.value: "待纳入",
    DONE: "已销号",
    NOT_ELIGIBLE: "不符合·已标注",
    COVERED_CONFIRMED: "在保·已核",
    ALL: "全部",
}
CLOSED_TABS = (DONE, NOT_ELIGIBLE, COVERED_CONFIRMED)


def _tab_conditions(state: str, outcome: str) -> dict[str, Q]:
    """Of each tab, by the columns that say state and outcome: those of now, or those of a past day."""
    marked = [CaseOutcome.NOT_ELIGIBLE, CaseOutcome.COVERED_CONFIRMED]
    return {
        **{name: Q(**{state: name}) for name in CaseState.values},
        DONE: Q(**{state: CaseState.CLOSED}) & ~Q(**{f"{outcome}__in": marked}),
        NOT_ELIGIBLE: Q(**{outcome: CaseOutcome.NOT_ELIGIBLE}),
        COVERED_CONFIRMED: Q(**{outcome: CaseOutcome.COVERED_CONFIRMED}),
    }


STATE_Q = _tab_conditions("state", "outcome")
STATE_THEN_Q = _tab_conditions("state_then", "outcome_then")
# What no event tells of a past day: choices that a list "as at" a day does not have.
NOW_ONLY = frozenset({"covered", "returned", "overdue", "unknown", "assigned", "lacking", "grant"})
# Grants by scheme: all that stand, and those with all six steps.
GRANTS = {
    f"{scheme}{end}": f"{scheme.label}{word}"
    for scheme in Scheme
    if scheme != Scheme.NONE
    for end, word in (("", "（该纳入）"), (".done", "（已纳入）"))
}
SORTS = {"returned": "退回在前", "route": "按村路线", "days": "在名单久的在前"}
PHASES, WORKS = range(1, 10), ("total", "done", "left")
_WORK_WORDS = {"total": "应办", "done": "已办", "left": "还没办"}
ME, NOBODY = "me", "none"
GROUP_NUMERALS = "一二三四五六七八九十"


def case_of(scope: Scope, household: UUID | None) -> UUID | None:
    """The newest case of a household, when there is one and the viewer may open it."""
    cases = Case.objects.within(scope).filter(household=household).order_by("-opened_on")
    return cases.values_list("pk", flat=True).first()


class Urgent:
    """Conditions of what presses."""

    RETURNED = Q(state=CaseState.TO_VERIFY, returned_on__isnull=False)
    INCOMPLETE = ~Q(unknown=[])

    @staticmethod
    def overdue(day: date) -> Q:
        """To be verified, and its own last day has passed."""
        return Q(state=CaseState.TO_VERIFY, due_on__lt=day)


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What is chosen in the address. Empty means no limit; unknown values are dropped.

    `as_at` is a past day (ISO): the list as it stood at its end. It goes without the choices of `NOW_ONLY`.
    """

    region: str = ""
    village: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    covered: tuple[str, ...] = ()
    returned: str = ""
    overdue: str = ""
    unknown: str = ""
    assigned: str = ""
    phase: str = ""
    work: str = ""
    desk: str = ""
    origin: str = ""
    outcome: tuple[str, ...] = ()
    lacking: str = ""
    grant: str = ""
    as_at: str = ""
    sort: str = ""

    @classmethod
    def from_query(cls, query: QueryDict, default_state: str = "") -> Self:
        """Read the address. `default_state` opens a tab when the address chooses nothing at all."""
        allowed = {
            "category": {str(value) for value in Category.values},
            "state": {*STATE_Q},
            "covered": set(Coverage.values),
            "origin": set(CaseOrigin.values),
            "outcome": set(CaseOutcome.values),
            "lacking": set(lacking.WORDS),
            "grant": set(GRANTS),
            "phase": {str(number) for number in PHASES},
            "work": set(WORKS),
            "desk": set(desk_work.DESKS),
            "sort": set(SORTS),
        } | {name: {"1"} for name in ("returned", "overdue", "unknown")}
        found: dict[str, Any] = {}
        for one in fields(cls):
            values = [value for value in query.getlist(one.name) if _fits(one.name, value, allowed)]
            if values:
                found[one.name] = tuple(dict.fromkeys(values)) if one.default == () else values[-1]
        if "as_at" in found:
            found = {name: value for name, value in found.items() if name not in NOW_ONLY}
        chosen = set(found) - {"sort", "region", "as_at"}
        if default_state and not chosen and not query.getlist("state"):
            found["state"] = (default_state,)
        return cls(**found)

    @property
    def past(self) -> date | None:
        """The past day that the list is of; None for the list as it is."""
        return date.fromisoformat(self.as_at) if self.as_at else None

    @property
    def order(self) -> str:
        """How to walk the list; nobody knows who was returned first on a past day."""
        return "route" if self.as_at and self.sort != "days" else self.sort

    @property
    def conditions(self) -> dict[str, Q]:
        """Of each tab, for the cases that `filtered` gives."""
        return STATE_THEN_Q if self.as_at else STATE_Q

    def hit(self, category: int) -> Q:
        """The cases of a category, now or on the past day."""
        past = self.past
        return Q(Exists(_hit(category, past))) if past else Q(categories__contains=[category])

    @property
    def tab(self) -> str:
        """The open tab: the one state chosen, or 全部; empty when several are."""
        return ALL if not self.state else self.state[0] if len(self.state) == 1 else ""

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values for an address; a list without state says so, lest a tab open by itself."""
        found = []
        for one in fields(self):
            value = getattr(self, one.name)
            found += [(one.name, each) for each in (value if isinstance(value, tuple) else (value,)) if each]
        return found if self.state else [("state", ALL), *found]

    def query_string(self) -> str:
        return urlencode(self.pairs())

    def now(self) -> "CaseFilters":
        """The same list as it is today."""
        return replace(self, as_at="")

    def cleared(self) -> "CaseFilters":
        """The whole list of the same day."""
        return CaseFilters(as_at=self.as_at)

    def kept_for_a_day(self) -> list[tuple[str, str]]:
        """The pairs that a form which asks for a day takes along."""
        return [(name, value) for name, value in self.pairs() if name not in {"as_at", *NOW_ONLY}]

    def with_(self, **changes: Any) -> "CaseFilters":
        return replace(self, **changes)

    def without(self, name: str, value: str) -> "CaseFilters":
        """The same with one choice taken out."""
        now = getattr(self, name)
        left: Any = tuple(v for v in now if v != value) if isinstance(now, tuple) else ""
        return replace(self, **{name: left})

    def words(self, places: dict[str, str], people: dict[str, str]) -> list[tuple[str, str, str]]:
        """Every choice but tab, region and order as (name, value, words)."""
        named: dict[str, Callable[[str], str]] = {
            "returned": lambda _: "退回",
            "overdue": lambda _: "逾期",
            "unknown": lambda _: "资料不全",
            "category": lambda value: Category(int(value)).label,
            "covered": lambda value: Coverage(value).label,
            "origin": lambda value: CaseOrigin(value).label,
            "outcome": lambda value: CaseOutcome(value).label,
            "lacking": lambda value: str(lacking.WORDS[value]),
            "grant": lambda value: GRANTS[value],
            "village": lambda value: places.get(value, value),
            "assigned": lambda value: {ME: "分给我的", NOBODY: "没派人"}.get(
                value, f"分给 {people.get(value, '别人')}"
            ),
            "phase": lambda value: f"第 {value} 阶段{_WORK_WORDS.get(self.work or 'total')}",
            "desk": lambda value: desk_work.WORDS[value][self.work or "total"],
        }
        return [(name, value, named[name](value)) for name, value in self.pairs() if name in named]

    def describe(self, places: dict[str, str] | None = None, people: dict[str, str] | None = None) -> str:
        """The heading words: 待核查、未保、残疾大病; of a past day 2020-04-01 当天、待核查."""
        day = [f"{self.as_at} 当天"] if self.as_at else []
        tab = "、".join(TAB_LABELS.get(name, CaseState.CLOSED.label) for name in self.state or (ALL,))
        return "、".join([*day, tab, *(words for _, _, words in self.words(places or {}, people or {}))])


def _fits(name: str, value: str, allowed: dict[str, set[str]]) -> bool:
    if name in ("region", "village"):
        return value.isdigit() and len(value) in (2, 4, 6, 9, 12)
    if name == "assigned":
        return value in (ME, NOBODY) or _is_uuid(value)
    if name == "as_at":
        return (day := clock.day_of(value)) is not None and day < clock.today()
    return value in allowed[name]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def filtered(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> QuerySet[Case]:
    """The cases in scope that the filters leave, in no order; `day` is today, also for a list of the past."""
    part: Any = filters.work or "total"
    shown = filters.past or day
    if filters.phase:
        cases = phase_cases(scope, plan, int(filters.phase), part, shown)
    elif filters.desk:
        cases = desk_work.desk_cases(scope, plan, filters.desk, part, shown)
    else:
        cases = cases_as_at(scope, plan, shown)
    return cases.filter(_condition(scope, filters, day))


def without_state(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> QuerySet[Case]:
    """The same without its tab: what the tabs divide among them."""
    return filtered(scope, plan, filters.with_(state=()), day)


def _any(conditions: Iterable[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


def _condition(scope: Scope, filters: CaseFilters, day: date) -> Q:
    past = filters.past
    condition = _any(filters.conditions[name] for name in filters.state)
    condition &= _any(filters.hit(int(number)) for number in filters.category)
    if past:
        condition &= Q(opened_on__lte=past)
    condition &= _any(Q(region_then__startswith=code) for code in filters.village)
    if filters.region:
        condition &= Q(region_then__startswith=filters.region)
    if filters.covered:
        condition &= Q(coverage__in=filters.covered)
    if filters.origin:
        condition &= Q(origin=filters.origin)
    if filters.lacking:
        condition &= lacking.CONDITIONS[filters.lacking]
    if filters.grant:
        scheme, _, done = filters.grant.partition(".")
        condition &= Q(Exists(_granted(scheme, done=bool(done))))
    if filters.outcome:
        condition &= Q(**{"outcome_then__in" if past else "outcome__in": filters.outcome})
    urgent = [
        (filters.returned, Urgent.RETURNED),
        (filters.overdue, Urgent.overdue(day)),
        (filters.unknown, Urgent.INCOMPLETE),
    ]
    condition &= _any(q for chosen, q in urgent if chosen)
    if filters.assigned:
        theirs = scope.user_id if filters.assigned == ME else filters.assigned
        condition &= Q(assigned_to=None if filters.assigned == NOBODY else theirs)
    return condition


def _granted(scheme: str, *, done: bool) -> QuerySet[Enrolment]:
    """Of a case, the grants of a scheme that stand, or those of them with all six steps."""
    return Enrolment.objects.filter(FINISHED if done else NOW, case=OuterRef("pk"), scheme=scheme)


def _hit(category: int, day: date) -> QuerySet[CategoryMatch]:
    """Of a case, the match that stood on the day."""
    return CategoryMatch.objects.filter(
        held_on(day),
        plan=OuterRef("plan"),
        household=OuterRef("household"),
        category=category,
        answer=Answer.YES,
    )


ROUTE = (
    "household__region__order",
    "household__region_id",
    StrIndex(Value(GROUP_NUMERALS), Left(F("household__group"), 1)),
    StrIndex(Value(GROUP_NUMERALS), Substr(F("household__group"), 2, 1)),
    "household__group",
    "household__head__name_key",
    "household_id",
)


def ordered(scope: Scope, cases: QuerySet[Case], sort: str, day: date) -> QuerySet[Case]:  # noqa: ARG001
    """In a chosen order; the default puts overdue, then returned ones first, then walks the villages."""
    match sort:
        case "route":
            return cases.order_by(*ROUTE)
        case "days":
            return cases.order_by("opened_on", *ROUTE)
        case _:
            returned_first = Choice(When(Urgent.RETURNED, then=0), default=1)
            return cases.order_by(returned_first, "due_on", *ROUTE)


def neighbours(scope: Scope, case: Case) -> tuple[UUID | None, UUID | None, int]:
    """Previous and next household to verify along the township's route, and how many wait there but this.

    The next one wraps round to the beginning, so that nobody is left over.
    """
    township = case.household.region_id[:9]
    waiting = Case.objects.within(scope, Right.VERIFY).filter(
        Q(state=CaseState.TO_VERIFY) | Q(pk=case.pk),
        plan=case.plan_id,
        household__region__code__startswith=township,
    )
    keys = list(waiting.order_by(*ROUTE).values_list("pk", flat=True))
    if case.pk not in keys:
        return None, (keys[0] if keys else None), len(keys)
    place = keys.index(case.pk)
    others = keys[place + 1 :] + keys[:place]
    return (keys[place - 1] if place else None), (others[0] if others else None), len(others)


def found(scope: Scope, plan: WorkPlan, text: str) -> QuerySet[Case]:
    """Cases by what is known of a member."""
    members = Membership.objects.known_as(text).filter(household=OuterRef("household"))
    return Case.objects.within(scope).filter(Exists(members), plan=plan)


def places(scope: Scope, region: str = "") -> dict[str, str]:
    """Names of the villages in scope by code, in the county's order."""
    villages = Region.objects.within(scope).filter(level="village", code__startswith=region)
    return dict(villages.order_by("parent__order", "parent_id", "order", "code").values_list("code", "name"))


def may_verify_there(scope: Scope, region: str, day: date) -> list[User]:
    """Who can be given a household of a township or village of this scope: people posted there to verify."""
    roles = [role for role in Role if Right.VERIFY in RIGHTS[role]]
    mine = scope.prefixes(Right.ASSIGN)
    here = [code for code in mine if code.startswith(region) or region.startswith(code)]
    if not here:
        return []
    posted = Posting.objects.on(day).filter(_any(Q(region__code__startswith=code) for code in here))
    people = User.objects.filter(is_active=True, postings__in=posted.filter(role__in=roles))
    return list(people.distinct().order_by("name"))
