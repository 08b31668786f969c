"""Screen a region: facts through the rules, matches with grounds, a case for each household hit (C05)."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from dabao import audit, jobs, plans
from dabao.models import User, WorkPlan
from dabao.scope import Scope, whole
from screening.choices import Answer, CaseOrigin, Category, Coverage
from screening.models import Case, CaseEvent, CategoryMatch, Household
from screening.queries import facts
from screening.rules import categories, phases
from screening.rules.wording import short_line

_LOCK = 0x0DAB_A002
# What an import just wrote is unknown to the planner: without this a county may take minutes, not seconds.
_STATISTICS = """ANALYZE (SKIP_LOCKED) screening_household, screening_membership, screening_person,
    screening_listrow, screening_disabilitycertificate, screening_illnessrecord, screening_benefitrecord,
    screening_watchrecord, screening_categorymatch, screening_case"""
CIRCLED = "①②③④⑤⑥"


@dataclass(slots=True)
class ScreenResult:
    """What `manage.py screen --json` prints (interfaces). `categories` by number as text."""

    plan: str
    households: int = 0
    persons: int = 0
    categories: dict[str, dict[str, int]] = field(default_factory=dict)
    cases_total: int = 0
    cases_new: int = 0
    covered: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(slots=True)
class _Run:
    """One run: the plan, the day, and what is to be written, collected first and written in bulk."""

    plan: WorkPlan
    day: date
    due_on: date
    new_matches: list[CategoryMatch] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    never_stood: list[UUID] = field(default_factory=list)
    new_cases: list[Case] = field(default_factory=list)
    changed_cases: list[Case] = field(default_factory=list)
    events: list[CaseEvent] = field(default_factory=list)

    def compare(
        self, household: UUID, told: list[categories.CategoryAnswer], live: dict[int, CategoryMatch]
    ) -> None:
        """Keep the matches that stand, end those that do not, begin new ones."""
        for answer in told:
            match = live.pop(answer.category, None)
            says = {
                "answer": answer.answer,
                "grounds": list(answer.grounds),
                "persons": [UUID(key) for key in answer.persons],
            }
            if match is not None:
                if all(getattr(match, name) == value for name, value in says.items()):
                    continue
                self.end(match)
            self.new_matches.append(
                CategoryMatch(
                    plan=self.plan,
                    household_id=household,
                    category=answer.category,
                    rule_version=categories.RULE_VERSION,
                    first_day=self.day,
                    **says,
                )
            )
        for match in live.values():
            self.end(match)

    def end(self, match: CategoryMatch) -> None:
        """The match held until yesterday; one begun today never stood."""
        (self.never_stood if match.first_day >= self.day else self.ended).append(match.pk)

    def open_or_refresh(
        self, household: facts.Screenable, told: list[categories.CategoryAnswer], case: Case | None
    ) -> None:
        """A case for a household hit; what the lists of thousands show of a case that stands."""
        hit = [answer.category for answer in told if answer.answer == Answer.YES]
        if case is None and not hit:
            return
        shown = {
            "categories": hit,
            "unknown": [answer.category for answer in told if answer.answer == Answer.UNKNOWN],
            "coverage": household.coverage,
            "why": short_line(ground for answer in told for ground in answer.grounds)[:200],
        }
        if case is not None and case.origin != CaseOrigin.SCREENING and not shown["why"]:
            del shown["why"]  # why somebody opened it stands until a list says more
        if case is None:
            case = Case(
                plan=self.plan, household_id=household.id, opened_on=self.day, due_on=self.due_on, **shown
            )
            self.new_cases.append(case)
            self.tell(case, "opened", f"筛查：列入名单（{_circled(hit)}），{_coverage(case)}")
            return
        before, covered = case.categories, _coverage(case)
        if all(getattr(case, name) == value for name, value in shown.items()):
            return
        for name, value in shown.items():
            setattr(case, name, value)
        self.changed_cases.append(case)
        if before != hit:
            self.tell(
                case, "screened", f"再筛查：类别由 {_circled(before)} 变为 {_circled(hit)}，{_coverage(case)}"
            )
        elif covered != _coverage(case):
            self.tell(case, "screened", f"再筛查：在保由 {covered} 变为 {_coverage(case)}")

    def tell(self, case: Case, kind: str, text: str) -> None:
        """One line in the case's timeline; its state stays."""
        self.events.append(
            CaseEvent(
                case=case,
                day=self.day,
                kind=kind,
                from_state="" if kind == "opened" else case.state,
                to_state=case.state,
                outcome=case.outcome,
                actor_label=audit.SYSTEM,
                text=text,
            )
        )

    def write(self) -> None:
        """In bulk, ends before beginnings, for a household has one live match of a category."""
        CategoryMatch.objects.filter(pk__in=self.never_stood).delete()
        CategoryMatch.objects.filter(pk__in=self.ended).update(last_day=self.day - timedelta(days=1))
        CategoryMatch.objects.bulk_create(self.new_matches, batch_size=2000)
        Case.objects.bulk_create(self.new_cases, batch_size=2000)
        Case.objects.bulk_update(
            self.changed_cases, ["categories", "unknown", "coverage", "why"], batch_size=500
        )
        CaseEvent.objects.bulk_create(self.events, batch_size=2000)


@transaction.atomic
def screen_region(
    *, plan: WorkPlan, region_code: str, day: date, actor: User | None = None, label: str = ""
) -> ScreenResult:
    """Screen every household of the region with the facts and standards of `day`; safe to run again.

    Two runs at once take turns. Cases are opened for hits only; what a category cannot tell is kept as a
    match with the answer unknown and opens none. A case whose category has ended stays.
    """
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(_STATISTICS)
    scope = whole(region_code)
    run = _Run(plan, day, _due_on(plan, day))
    result = _screen(run, scope, region_code)
    run.write()
    cases = Case.objects.within(scope).filter(plan=plan)
    covered = Counter(cases.values_list("coverage", flat=True))
    result.cases_total = sum(covered.values())
    result.covered = {kind: covered[kind] for kind in (Coverage.ALL, Coverage.PART, Coverage.NONE)}
    if covered[Coverage.UNKNOWN]:
        result.covered[Coverage.UNKNOWN] = covered[Coverage.UNKNOWN]
    result.seconds = round(time.perf_counter() - started, 2)
    audit.record(
        "screening.run",
        actor=actor,
        obj=plan,
        region_code=region_code,
        label=label,
        households=result.households,
        cases_new=result.cases_new,
        cases_total=result.cases_total,
    )
    return result


def _due_on(plan: WorkPlan, day: date) -> date:
    """Last day for the verification of a case opened on a day."""
    return phases.case_due_day(day, plans.phases(plan)[0].last_day, plan.late_case_days)


@transaction.atomic
def rescreen(*, plan: WorkPlan, household: Household, day: date) -> None:
    """Screen one household whose members changed. While a whole screening runs, another one follows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        free = cursor.fetchone()[0]
    if not free:
        jobs.enqueue("screening.screen", plan=plan.code, region=plan.region_id, day=day.isoformat())
        return
    run = _Run(plan, day, _due_on(plan, day))
    _screen(run, whole(household.region_id), household.region_id, only=household.pk)
    run.write()


def _screen(run: _Run, scope: Scope, region_code: str, only: UUID | None = None) -> ScreenResult:
    plan, day = run.plan, run.day
    chosen = {} if only is None else {"household": only}
    result = ScreenResult(plan.code)
    figures: dict[int, Counter] = {category: Counter() for category in Category.values}
    standards = facts.standards_on(scope, plan, day)
    live = _live_matches(scope, plan, chosen)
    cases = {case.household_id: case for case in Case.objects.within(scope).filter(plan=plan, **chosen)}
    for household in facts.screenable(scope, day, region_code, [only] if only else None):
        answers = categories.screen(household.facts, standards, plan.categories, day)
        hit = any(answer.answer == Answer.YES for answer in answers)
        if hit:
            result.households += 1
            result.persons += household.living
        for answer in answers:
            _count(figures[answer.category], answer, household, hit=hit)
        told = [answer for answer in answers if answer.answer != Answer.NO]
        run.compare(household.id, told, live.pop(household.id, {}))
        run.open_or_refresh(household, told, cases.get(household.id))
    for matches in live.values():  # households that the region no longer has
        for match in matches.values():
            run.end(match)
    result.cases_new = len(run.new_cases)
    result.categories = {str(category): _figures(category, counter) for category, counter in figures.items()}
    return result


def _live_matches(
    scope: Scope, plan: WorkPlan, chosen: Mapping[str, UUID]
) -> dict[UUID, dict[int, CategoryMatch]]:
    live: dict[UUID, dict[int, CategoryMatch]] = defaultdict(dict)
    matches = CategoryMatch.objects.within(scope).filter(plan=plan, last_day=None, **chosen)
    for match in matches.iterator(chunk_size=5000):
        live[match.household_id][match.category] = match
    return live


def _count(
    counter: Counter, answer: categories.CategoryAnswer, household: facts.Screenable, *, hit: bool
) -> None:
    if answer.answer == Answer.YES:
        counter["households"] += 1
        counter["persons"] += household.living
        counter["persons_hit"] += len(answer.persons)
    elif answer.answer == Answer.UNKNOWN and not hit:
        counter["unknown"] += 1


def _figures(category: int, counter: Counter) -> dict[str, int]:
    names = ["households", "persons", "unknown"]
    if category == Category.DISABLED_OR_ILL:
        names.append("persons_hit")
    return {name: counter[name] for name in names}


def _circled(numbers: list[int]) -> str:
    return "".join(CIRCLED[number - 1] for number in numbers) or "无"


def _coverage(case: Case) -> str:
    return Coverage(case.coverage).label
