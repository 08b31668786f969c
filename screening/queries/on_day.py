"""Rows of the worklist and the ledger as they stood on a past day: from its events, matches and facts.

By the day recorded, as every "as at" figure (domain, Days). A fixed number of queries for a page of rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from dabao import crypto
from dabao.models import Region
from dabao.scope import Scope
from screening import verdict_words
from screening.choices import Answer, CaseState, Coverage
from screening.models import (
    BenefitRecord,
    Case,
    CaseEvent,
    CategoryMatch,
    Decision,
    Membership,
    Verification,
)
from screening.models.fact import held_on
from screening.queries import facts
from screening.queries.worklist import Row
from screening.rules.facts import coverage_of
from screening.rules.wording import case_status, coverage_word, short_line

# Events that name, under "verification", the conclusion that stands from then on.
CONCLUDING = ("verified", "corrected")


@dataclass(frozen=True, slots=True)
class Lived:
    """How many lived in a household on a day, their coverage, and the schemes they were on the roll for."""

    size: int
    coverage: str
    schemes: list[str]


@dataclass(frozen=True, slots=True)
class Record:
    """A row with the conclusion that stood on the day, for the ledger; nothing where none stood."""

    row: Row
    verified_on: date | None
    verifier: str
    opinion: str
    proposed: str
    refused: str


def persons(scope: Scope, cases: QuerySet[Case], day: date) -> int:
    """How many lived in the households of those cases on the day."""
    members = Membership.objects.within(scope).filter(held_on(day), household__in=cases.values("household"))
    return members.exclude(person__died_on__lte=day).count()


def totals(scope: Scope, cases: QuerySet[Case], day: date) -> tuple[int, int]:
    """Households and persons of a list as it stood on the day."""
    return cases.count(), persons(scope, cases, day)


def for_rows(scope: Scope, cases: QuerySet[Case]) -> QuerySet[Case]:  # noqa: ARG001 - cut to it before
    """The cases with place and head."""
    return cases.select_related("household__region__parent", "household__head")


def rows(scope: Scope, cases: Iterable[Any], day: date) -> list[Row]:
    """Rows of cases of a list as at the day (`filtered` with `as_at`), in their order."""
    shown = list(cases)
    homes = [case.household_id for case in shown]
    known = lived(scope, homes, day)
    matches: dict[UUID, list[CategoryMatch]] = defaultdict(list)
    for match in CategoryMatch.objects.filter(held_on(day), household__in=homes).order_by("category"):
        matches[match.household_id].append(match)
    regions = _regions(scope, shown)
    return [
        _row(case, regions[case.region_then], known[case.household_id], matches[case.household_id], day)
        for case in shown
    ]


def records(scope: Scope, cases: Iterable[Any], day: date) -> list[Record]:
    """The same for the ledger."""
    shown = list(cases)
    stood = standing_on(scope, [case.pk for case in shown], day)
    found = []
    for case, row in zip(shown, rows(scope, shown, day), strict=True):
        concluded = case.state_then != CaseState.TO_VERIFY
        standing = stood.get(case.pk) if concluded else None
        found.append(
            Record(
                row,
                standing.visited_on if standing else None,
                standing.by.name if standing else "",
                verdict_words.opinion(standing),
                verdict_words.proposed(standing),
                verdict_words.refused(standing),
            )
        )
    return found


def standing_on(scope: Scope, cases: Sequence[UUID], day: date) -> dict[UUID, Verification]:
    """The newest conclusion by the day of each case; it stood unless the case was to be verified (again)."""
    told = CaseEvent.objects.within(scope).filter(
        case__in=cases, day__lte=day, kind__in=CONCLUDING, data__has_key="verification"
    )
    newest = dict(told.order_by("day", "at", "pk").values_list("case", "data__verification"))
    decisions = Prefetch("decisions", Decision.objects.select_related("person"))
    found = Verification.objects.within(scope).filter(pk__in=newest.values())
    by_id = {str(one.pk): one for one in found.select_related("by").prefetch_related(decisions)}
    return {case: by_id[pk] for case, pk in newest.items() if pk in by_id}


def lived(scope: Scope, homes: Sequence[UUID], day: date) -> dict[UUID, Lived]:
    """Who lived in each household on the day, and how far the roll known by then covered them (C03)."""
    members = Membership.objects.within(scope).filter(held_on(day), household__in=homes)
    members = members.exclude(person__died_on__lte=day)
    home_of = dict(members.values_list("person", "household"))
    roll = BenefitRecord.objects.filter(
        held_on(day), recorded_by(scope, day), person__in=home_of, scheme__in=facts.COVERING
    )
    held = list(roll.order_by("scheme").values_list("person", "scheme", "incomplete"))
    covered = {person for person, _, _ in held}
    short = {person for person, _, incomplete in held if incomplete}
    found = {}
    for home in homes:
        living = [person for person, its in home_of.items() if its == home]
        schemes = list(dict.fromkeys(scheme for person, scheme, _ in held if home_of[person] == home))
        found[home] = Lived(len(living), coverage_of(living, covered, short), schemes)
    return found


def recorded_by(scope: Scope, day: date) -> Q:  # noqa: ARG001 - a condition on what is cut to it
    """Of facts: their list had come in by the day, or they came from none."""
    return Q(row=None) | Q(row__source_list__confirmed_on__lte=day)


def _regions(scope: Scope, cases: Iterable[Any]) -> dict[str, Region]:  # noqa: ARG001 - cases are cut to it
    """The villages of then by code; asked for only when a household has moved since."""
    found = {case.household.region_id: case.household.region for case in cases}
    moved = {case.region_then for case in cases} - set(found)
    if moved:
        found |= Region.objects.select_related("parent").in_bulk(moved)
    return found


def _row(case: Any, region: Region, known: Lived, matches: list[CategoryMatch], day: date) -> Row:
    """`case` carries `region_then`, `state_then` and `outcome_then`; its own limit of then is not kept."""
    home, head = case.household, case.household.head
    mine = [match for match in matches if match.plan_id == case.plan_id]
    status, words = case_status(case.state_then, case.outcome_then, date.max, day, returned=False)
    return Row(
        id=case.pk,
        head=head.name if head else "户主不明",
        masked=crypto.mask_id(head.id_number) if head and head.id_sealed else "",
        township=region.parent.name if region.parent else "",
        village=region.name.removesuffix("村"),
        group=home.group if region.pk == home.region_id else "",
        size=known.size,
        categories=[match.category for match in mine if match.answer == Answer.YES],
        why=short_line(ground for match in mine for ground in match.grounds)[:200],
        coverage=coverage_word(known.coverage, known.schemes),
        covered=known.coverage not in (Coverage.NONE, Coverage.UNKNOWN),
        days=(day - case.opened_on).days,
        opened_on=case.opened_on,
        status=status,
        status_text=words,
        incomplete=any(match.answer == Answer.UNKNOWN for match in mine),
        assigned_to="",
        taken_by="",
    )
