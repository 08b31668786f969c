"""The record of round 1 with its rows and decisions; called by `verification` inside its transaction."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from dabao import plans
from dabao.models import StandardKind, User
from screening.choices import VerificationState
from screening.models import Case, Decision, IncomeItem, MemberCheck, Obligor, Verification
from screening.rules.verdicts import Entry

ROUND = 1


def write_record(
    case: Case, actor: User, entry: Entry, day: date, submission_key: UUID | None, *, draft: bool
) -> Verification:
    """The record with its rows and decisions; the author's draft becomes it when there is one."""
    verification = None
    if draft:
        verification = case.verifications.filter(round=ROUND, by=actor, state=VerificationState.DRAFT).first()
    verification = verification or Verification(case=case, round=ROUND, by=actor)
    figures = entry.sum()
    standard = plans.standard(StandardKind.RURAL_DIBAO, case.household.region_id, day)
    known = entry.concluded and bool(entry.income)
    for name, value in {
        "state": VerificationState.SUBMITTED,
        "role": entry.role,
        "companions": entry.companions,
        "on_site": entry.on_site,
        "result": entry.result,
        "visited_on": entry.visited_on,
        "recorded_on": day,
        "submitted_at": timezone.now(),
        "draft": {},
        "case_version": case.version,
        "submission_key": submission_key,
        "food_ok": entry.food_ok,
        "clothing_ok": entry.clothing_ok,
        "dependent": entry.dependent,
        "hardship": entry.hardship,
        "hardship_note": entry.hardship_note,
        "property_held": list(entry.property_held),
        "property_note": entry.property_note,
        "living_together": entry.living_together if entry.concluded else None,
        "per_capita": figures.per_capita if known else None,
        "standard_amount": standard.amount if standard and known else None,
        "grounds": entry.grounds,
        "departures": list(entry.departures),
        "departure_reason": entry.departure_reason.strip(),
    }.items():
        setattr(verification, name, value)
    verification.clean_fields(exclude=["case", "by", "corrects"])  # constraints are the database's
    verification.save()
    _write_rows(verification, entry)
    return verification


def _write_rows(verification: Verification, entry: Entry) -> None:
    rows: list[MemberCheck | IncomeItem | Obligor | Decision] = [
        MemberCheck(
            verification=verification,
            person_id=member.person,
            name=member.name,
            living_together=member.living_together,
            change=member.change,
            died_on=member.died_on,
            left_on=member.left_on,
            named_head=member.named_head,
        )
        for member in entry.members
    ]
    rows += [
        IncomeItem(verification=verification, kind=kind, amount=amount, note=ground)
        for kind, (amount, ground) in entry.income.items()
    ]
    rows += [
        Obligor(
            verification=verification,
            name=obligor.name,
            relation=obligor.relation,
            ability=obligor.ability,
            note=obligor.note,
        )
        for obligor in entry.obligors
    ]
    rows += [
        Decision(
            verification=verification,
            person_id=verdict.person,
            scheme=verdict.scheme,
            covered=verdict.covered,
            reason_code=verdict.reason_code,
            reason_text=verdict.reason_text,
        )
        for verdict in entry.verdicts
    ]
    kinds: Iterable[tuple[Any, Any]] = groupby(rows, type)
    for model, group in kinds:
        several = list(group)
        for row in several:
            row.clean_fields(exclude=["verification", "person"])  # `_check` knows the household's people
        model.objects.bulk_create(several)
