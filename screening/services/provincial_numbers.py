"""Numbers of the provincial system, many at once: as typed on the desk, or from the receipt as xlsx (C10).

Each number goes by `enrolment.record_number`, so that a list cannot do what a single one may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction

from dabao import audit, crypto
from dabao.models import User
from dabao.scope import Right, Scope
from dabao.services import sheets
from screening.choices import CaseState, StepKind
from screening.models import Enrolment, Person
from screening.rules.identity import read_id
from screening.services.enrolment import record_number

ID_HEADING, NUMBER_HEADING = "身份证号", "省系统编号"


@dataclass(slots=True)
class FileResult:
    """Lines read, numbers kept, households closed, and every line not taken with its reason."""

    read: int = 0
    done: int = 0
    closed: int = 0
    refused: list[tuple[str, str, str]] = field(default_factory=list)


def record_typed(
    *, scope: Scope, numbers: Mapping[str, str], actor: User, day: date, today: date
) -> tuple[int, int, dict[str, str]]:
    """Numbers by grant id: how many were kept, how many households closed, and faults by grant id.

    Raises ObjectDoesNotExist when one of the grants is outside the scope; then nothing was written.
    """
    grants = _ids(numbers)
    if Enrolment.objects.within(scope).filter(pk__in=grants.values()).count() != len(grants):
        raise ObjectDoesNotExist("not all grants are in scope")
    done, closed, faults = 0, 0, {}
    for key, number in numbers.items():
        try:
            case = record_number(
                scope=scope, enrolment_id=grants[key], actor=actor, number=number, day=day, today=today
            )
        except ValidationError as refusal:
            faults[key] = " ".join(refusal.messages)
            continue
        done += 1
        closed += case.state == CaseState.CLOSED
    return done, closed, faults


def record_file(*, scope: Scope, content: bytes, actor: User, today: date) -> FileResult:
    """Numbers from a sheet with 身份证号 and 省系统编号: a line a grant, found by who is covered.

    Raises ValidationError when it is no such sheet. A line that finds nobody, several grants or a wrong
    number is refused with the reason; the rest is kept.
    """
    scope.require(Right.APPROVE)
    rows = sheets.read(content, {ID_HEADING, NUMBER_HEADING}).dict
    result = FileResult(read=len(rows))
    seen: set[UUID] = set()
    for row in rows:
        masked = crypto.mask_id(row[ID_HEADING]) if row[ID_HEADING] else "没有身份证号"
        try:
            grant = _waiting_for(scope, row[ID_HEADING], today, seen)
            seen.add(grant.pk)
            case = record_number(
                scope=scope,
                enrolment_id=grant.pk,
                actor=actor,
                number=row[NUMBER_HEADING],
                day=today,
                today=today,
            )
        except ValidationError as refusal:
            result.refused.append((row["行号"], masked, " ".join(refusal.messages)))
            continue
        result.done += 1
        result.closed += case.state == CaseState.CLOSED
    with transaction.atomic():
        audit.record(
            "enrolment.numbers", actor=actor, read=result.read, done=result.done, refused=len(result.refused)
        )
    return result


def _waiting_for(scope: Scope, text: str, today: date, seen: set[UUID]) -> Enrolment:
    """The one grant of this person that waits for its number."""
    reading = read_id(text, today)
    if not reading.ok:
        raise ValidationError(reading.message)
    person = Person.objects.filter(id_index=crypto.blind(reading.number)).first()
    waiting = Enrolment.objects.within(scope, Right.APPROVE).filter(
        ended_on=None, next_step=StepKind.RECORDED, case__state=CaseState.TO_ENROL
    )
    found = list(waiting.filter(persons__contains=[person.pk]).exclude(pk__in=seen)[:2]) if person else []
    if not found:
        raise ValidationError("没有等录入的项是这个人的。看看是不是已经录过，或还没办到这一步。")
    if len(found) > 1:
        raise ValidationError("这个人有两项等录入，认不出是哪一项。请在页面上逐个填。")
    return found[0]


def _ids(numbers: Mapping[str, str]) -> dict[str, UUID]:
    try:
        return {key: UUID(key) for key in numbers}
    except ValueError as error:
        raise ObjectDoesNotExist("no such grant") from error
