"""One household as it stood at the end of a day: members, facts, conclusion, steps and what had happened.

By the day recorded (domain, Days): what was written down later is not there, and a record that was corrected
or taken back since stands as it did. Place, group and names are those of today, for nothing keeps old ones.
The records given are changed in memory to say what they said then, and are never saved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q

from dabao import clock, plans
from dabao.models import StandardKind
from dabao.scope import Scope
from screening.choices import (
    Answer,
    BenefitScheme,
    CaseState,
    Coverage,
    ListKind,
    ListState,
    Relation,
    RowState,
    StepKind,
)
from screening.choices import VerificationState as State
from screening.models import (
    Case,
    CaseEvent,
    CategoryMatch,
    Enrolment,
    EnrolmentStep,
    ListRow,
    Membership,
    PriorFinding,
    Verification,
)
from screening.models.fact import held_on
from screening.queries import case_steps, on_day
from screening.queries.case_steps import Lane
from screening.queries.households import HouseholdPage, Passed
from screening.queries.known import Known, with_person
from screening.rules import steps as rules
from screening.rules.wording import case_status, coverage_word, why_lines

REGISTRIES = (ListKind.REGISTRY, ListKind.MARGINAL)
NOT_LISTED = "还没列入排查名单"


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which something happened with a household, and what came first of it."""

    day: date
    what: str
    current: bool


@dataclass(frozen=True, slots=True)
class Then:
    """A household on a day. `page` is None before it was known here (`since`)."""

    day: date
    since: date
    days: list[Day]
    page: HouseholdPage | None
    lanes: Sequence[tuple[Lane, list[EnrolmentStep]]] = ()
    assigned_to: str = ""

    @property
    def before(self) -> date | None:
        """The last day before this one on which something happened."""
        return next((one.day for one in self.days if one.day < self.day), None)

    @property
    def after(self) -> date | None:
        return next((one.day for one in reversed(self.days) if one.day > self.day), None)

    @property
    def concluded(self) -> bool:
        """Whether a conclusion stood: none does for a household to be verified (again)."""
        page = self.page
        return page is not None and page.current is not None and page.case.state != CaseState.TO_VERIFY


def household_on(scope: Scope, case_id: UUID, day: date) -> Then:
    """The household of a case at the end of a day. Raises ObjectDoesNotExist outside the scope."""
    case = (
        Case.objects.within(scope)
        .select_related("household__region__parent", "household__head", "household__row__source_list", "plan")
        .get(pk=case_id)
    )
    events = list(CaseEvent.objects.filter(case=case).select_related("actor").order_by("day", "at", "pk"))
    editions = _editions(case)
    days = _days(case, events, editions, day)
    if day < case.household.added_on:
        return Then(day, case.household.added_on, days, None)
    events = [event for event in events if event.day <= day]
    _as_then(case, events)
    return Then(
        day,
        case.household.added_on,
        days,
        _page(scope, case, events, editions, day),
        _lanes(scope, case, day),
        _assigned(events),
    )


def _page(
    scope: Scope, case: Case, events: list[CaseEvent], editions: list[ListRow], day: date
) -> HouseholdPage:
    home = case.household
    records = _records(case, events, day)
    living = _living(scope, case, editions, day)
    known = Known(scope, case, day, living, on_day.recorded_by(scope, day))
    roll = on_day.lived(scope, [home.pk], day)[home.pk]
    held = CategoryMatch.objects.filter(held_on(day), plan=case.plan_id, household=home)
    matches = list(held.order_by("category"))
    case.categories = [one.category for one in matches if one.answer == Answer.YES]
    case.coverage = roll.coverage
    status, words = "todo", NOT_LISTED
    if case.opened_on <= day:
        status, words = case_status(case.state, case.outcome, date.max, day, returned=False)
        words += f"·在名单 {(day - case.opened_on).days} 天"
    members = known.members()
    heads = [member.name for member in members if member.relation == Relation.HEAD.label]
    return HouseholdPage(
        case=case,
        name=heads[0] if heads else home.head.name if home.head else "户主不明",
        place="·".join(filter(None, [str(home.region.parent or ""), home.region.name, home.group])),
        coverage=coverage_word(case.coverage, roll.schemes),
        covered=case.coverage in (Coverage.ALL, Coverage.PART),
        status=status,
        status_text=words,
        members=members,
        reasons=list(why_lines(ground for match in matches for ground in match.grounds)),
        conflicts=known.conflicts(),
        evidence=known.evidence(),
        earlier=_earlier(scope, case, day),
        events=_passed(case, events, editions, day),
        records=records,
        draft=None,
        standard=plans.standard(StandardKind.RURAL_DIBAO, home.region_id, day),
        line=plans.standard(StandardKind.POVERTY_LINE, home.region_id, day),
        factor=plans.standard(StandardKind.MARGINAL_FACTOR, home.region_id, day),
        on_tekun=known.on(BenefitScheme.TEKUN),
        more_than_named=known.more_than_named,
    )


def _as_then(case: Case, events: list[CaseEvent]) -> None:
    """State, outcome and the note of a return as the events of that day leave them."""
    case.state, case.outcome, case.returned_on, case.return_note = CaseState.TO_VERIFY, "", None, ""
    for event in events:
        if event.from_state == event.to_state:
            continue
        case.state, case.outcome = event.to_state, event.outcome
        returned = event.kind == "returned"
        case.returned_on, case.return_note = (event.day, event.text) if returned else (None, "")


def _assigned(events: list[CaseEvent]) -> str:
    """Who had the household to verify, in the words of the last hand-out; empty when nobody had."""
    told = [event.text for event in events if event.kind == "assigned"]
    return told[-1] if told else ""


def _living(scope: Scope, case: Case, editions: list[ListRow], day: date) -> list[Membership]:
    """Who lived there on the day, with relation, labour and health as they were recorded then."""
    later = _found_later(case, day)
    came_back = [pk for what, pk, name in later if (what, name) == ("membership", "last_day")]
    members = Membership.objects.within(scope).filter(
        held_on(day) | Q(pk__in=came_back), household=case.household_id
    )
    living = list(with_person(scope, members))
    rows = {row.person_id: row for row in editions if _known_by(row, day)}
    for member in living:
        for record, name in ((member, "relation"), (member, "last_day"), (member.person, "died_on")):
            key = (record._meta.model_name, str(record.pk), name)
            if key in later:
                setattr(record, name, later[key])
        row = rows.get(member.person_id)
        if row is None:
            continue
        member.person.row = row
        for name in ("labour", "health", "work"):
            if name in row.parsed:
                setattr(member.person, name, row.parsed[name] or "")
    said = [row for row in editions if _known_by(row, day) and row.parsed.get("h")]
    if said:
        _home_as_said(case, said[-1])
    return sorted(living, key=lambda member: (member.relation, str(member.person.birth_date)))


def _home_as_said(case: Case, row: ListRow) -> None:
    """Poverty status, year and income as the last edition recorded by then had them."""
    home, told = case.household, row.parsed["h"]
    home.row = row
    for name in ("poverty_status", "cause"):
        if name in told:
            setattr(home, name, told[name] or "")
    if "lifted_year" in told:
        home.lifted_year = told["lifted_year"]
    if "income_per_capita" in told:
        income = told["income_per_capita"]
        home.income_per_capita = None if income is None else Decimal(income)


def _found_later(case: Case, day: date) -> dict[tuple[str, str, str], Any]:
    """(record, id, field) → its value before a verification recorded after the day changed it."""
    later = case.verifications.filter(recorded_on__gt=day).order_by("-submitted_at")
    found: dict[tuple[str, str, str], Any] = {}
    for changed in later.values_list("family", flat=True):
        for what, pk, name, old, _ in changed:
            found[what, pk, name] = clock.day_of(old or "") if name in ("died_on", "last_day") else old
    return found


def _editions(case: Case) -> list[ListRow]:
    """Rows of the registry and the marginal list about the household, the newest edition last."""
    rows = ListRow.objects.filter(
        household=case.household_id,
        source_list__kind__in=REGISTRIES,
        source_list__state=ListState.CONFIRMED,
    ).exclude(state=RowState.REJECTED)
    return list(
        rows.select_related("source_list").order_by("source_list__as_of", "source_list__number", "line")
    )


def _known_by(row: ListRow, day: date) -> bool:
    confirmed_on = row.source_list.confirmed_on
    return confirmed_on is not None and confirmed_on <= day


def _records(case: Case, events: list[CaseEvent], day: date) -> list[Verification]:
    """What had been submitted by then, oldest first, in the state it had then."""
    made = list(
        case.verifications.exclude(state=State.DRAFT)
        .filter(recorded_on__lte=day)
        .select_related("by")
        .prefetch_related("members", "income", "obligors", "decisions__person")
        .order_by("submitted_at")
    )
    withdrawn = {event.data.get("verification") for event in events if event.kind == "withdrawn"}
    corrected = {record.corrects_id for record in made}
    for place, record in enumerate(made):
        if record.state == State.WITHDRAWN and str(record.pk) not in withdrawn:
            record.state = State.SUBMITTED
        if record.state == State.SUPERSEDED and record.pk not in corrected:
            # Put aside without being corrected: by the closing proposed next.
            replaced = any(
                later.round == record.round and not later.corrects_id for later in made[place + 1 :]
            )
            record.state = State.SUPERSEDED if replaced else State.SUBMITTED
    return made


def _lanes(scope: Scope, case: Case, day: date) -> list[tuple[Lane, list[EnrolmentStep]]]:
    """The grants on their way or finished then, each with the steps recorded by the day."""
    steps = (
        EnrolmentStep.objects.filter(recorded_on__lte=day).select_related("by").order_by("recorded_on", "pk")
    )
    alive = Q(ended_on=None) | Q(ended_on__gt=day)
    grants = list(
        Enrolment.objects.filter(alive, case=case, opened_on__lte=day).prefetch_related(
            Prefetch("steps", steps)
        )
    )
    for grant in grants:
        taken = grant.taken
        grant.next_step = rules.next_step(taken) or ""
        grant.publicity_last_day = next((step.last_day for step in taken if step.last_day), None)
        if grant.next_step:
            grant.provincial_number = ""
    with_grants: Any = case
    with_grants.grants = grants
    return [(lane, _in_order(lane.grant)) for lane in case_steps.lanes(scope, with_grants, day)]


def _in_order(grant: Enrolment) -> list[EnrolmentStep]:
    return sorted(grant.steps.all(), key=lambda step: rules.ORDER.index(StepKind(step.kind)))


def _earlier(scope: Scope, case: Case, day: date) -> list[PriorFinding]:
    """What earlier campaigns found, as far as their list had come in."""
    found = PriorFinding.objects.within(scope).filter(
        on_day.recorded_by(scope, day), household=case.household_id
    )
    return list(found.order_by("-found_on"))


def _passed(case: Case, events: list[CaseEvent], editions: list[ListRow], day: date) -> list[Passed]:
    """What had happened, newest first."""
    told = [
        (event.day, place, Passed(event.day, event.text, event.actor_label))
        for place, event in enumerate(events)
    ]
    told += [(one, -1, Passed(one, what)) for one, what in _came_in(case, editions).items() if one <= day]
    return [passed for _, _, passed in sorted(told, key=lambda each: each[:2], reverse=True)]


def _came_in(case: Case, editions: list[ListRow]) -> dict[date, str]:
    """The days on which the household came in and its lists were imported."""
    lists = {row.source_list_id: row.source_list for row in editions}
    return {case.household.added_on: "入库"} | {
        one.confirmed_on: f"{one.get_kind_display()}导入，截至 {one.as_of}"
        for one in lists.values()
        if one.confirmed_on
    }


def _days(case: Case, events: list[CaseEvent], editions: list[ListRow], day: date) -> list[Day]:
    """Every day on which something happened, newest first."""
    first_words = _came_in(case, editions)
    for event in events:
        first_words.setdefault(event.day, event.text)
    return [Day(one, first_words[one], one == day) for one in sorted(first_words, reverse=True)]
