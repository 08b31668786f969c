"""What was found at a door, written down by whoever went (C21): against the record, item by item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from dabao import audit
from dabao.models import User
from dabao.scope import Scope
from supervision.choices import FindingSource, Item, Match, Met, Occasion
from supervision.models import Finding, Inspection, Visit
from supervision.services import findings, inspections

KEPT_AT_MOST = timedelta(days=7)
WORDS_AT_MOST = 200
SOURCES = {Occasion.CENSUS: FindingSource.CENSUS, Occasion.ASSESSMENT: FindingSource.ASSESSMENT}


@dataclass
class VisitConflictError(Exception):
    """Somebody else wrote this sheet since it was opened. Nothing was written; `visit` is as it stands."""

    visit: Visit


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding to open from a visit; `kind` empty = none. `files` go with it as its evidence."""

    kind: str = ""
    text: str = ""
    due_on: date | None = None
    files: Sequence[UploadedFile] = ()


@transaction.atomic
def save(
    *,
    scope: Scope,
    visit_id: UUID,
    version: int,
    met: str,
    matches: Mapping[str, str],
    said: Mapping[str, str],
    note: str,
    problem: Problem,
    actor: User,
    day: date,
    kept_for: timedelta = timedelta(0),
) -> Visit:
    """Write down a visit, and open its finding. `kept_for`: how long the answers lay in the phone.

    The same answers once more change nothing. Raises ObjectDoesNotExist outside the scope, ValidationError
    (closed, replaced, an item that differs without words), VisitConflictError.
    """
    visit = Visit.objects.within(scope).select_for_update(of=("self",)).get(pk=visit_id)
    stop = inspections.open_stop(scope, visit.stop_id)
    _refuse_replaced(visit)
    answers = _answers(met, matches, said, note)
    same = all(getattr(visit, name) == value for name, value in answers.items())
    if not same and visit.version != version:
        raise VisitConflictError(visit)
    _refuse_thin(answers, problem)
    if not same or _again_not_home(visit, met, version):
        _write(visit, answers, actor, _moment(stop.inspection, day, kept_for))
        audit.record(
            "visit.save",
            actor=actor,
            obj=visit,
            region_code=stop.township_id,
            met=met,
            differs=sorted(item for item, match in answers["matches"].items() if match == Match.DIFFERS),
        )
    if problem.kind and visit.finding_id is None:
        visit.finding = _open(scope, visit, problem, actor, day)
        visit.save(update_fields=["finding"])
    return visit


def _again_not_home(visit: Visit, met: str, version: int) -> bool:
    """Nobody at home a second time is another try, not the same answer sent twice."""
    return met == Met.NOT_HOME and visit.met == Met.NOT_HOME and visit.version == version


def _refuse_replaced(visit: Visit) -> None:
    item = getattr(visit, "item", None)
    if item is not None and item.dropped_on:
        raise ValidationError("这一户已经换下，不用再查。请查换上的那一户。")


def _answers(met: str, matches: Mapping[str, str], said: Mapping[str, str], note: str) -> dict[str, Any]:
    """Only what belongs together: nobody met, no answers."""
    if met not in Met.values:
        raise ValidationError({"met": "请选人在家、没在家，还是不让查。"})
    at_home = met == Met.MET
    given = {item: match for item, match in matches.items() if item in Item.values and match in Match.values}
    words = {item: text.strip()[:WORDS_AT_MOST] for item, text in said.items() if item in Item.values}
    return {
        "met": met,
        "matches": given if at_home else {},
        "said": {item: text for item, text in words.items() if text} if at_home else {},
        "note": note.strip(),
    }


def _refuse_thin(answers: Mapping[str, Any], problem: Problem) -> None:
    wrong: dict[str, str] = {}
    for item, match in answers["matches"].items():
        if match == Match.DIFFERS and not answers["said"].get(item):
            wrong[f"said-{item}"] = f"“{Item(item).label}”不符，请写看到听到的是什么。"
    if answers["met"] == Met.REFUSED and not answers["note"]:
        wrong["note"] = "不让查的，请写是谁、怎么说的。"
    if problem.kind and not problem.text.strip():
        wrong["problem_text"] = "有问题的，请写明是什么问题。"
    if problem.files and not problem.kind:
        wrong["files"] = "照片附在问题后面：请选像哪一种问题，或去掉照片。"
    if problem.kind and problem.due_on is None:
        wrong["due_on"] = "请定整改期限。"
    if wrong:
        raise ValidationError(wrong)


def _write(visit: Visit, answers: Mapping[str, Any], actor: User, at: datetime) -> None:
    for name, value in answers.items():
        setattr(visit, name, value)
    if visit.met == Met.NOT_HOME:
        visit.tries = [*visit.tries, at]
    visit.at, visit.by = at, actor
    visit.version += 1
    visit.full_clean()
    visit.save()


def _moment(inspection: Inspection, day: date, kept_for: timedelta) -> datetime:
    """The hour of the visit on the business day, less the time its answers waited for a signal.

    The phone's word goes back as far as the inspection: nobody filled in a sheet that was not there yet.
    """
    zone = timezone.get_current_timezone()
    now = datetime.combine(day, timezone.localtime().time(), zone)
    begun = datetime.combine(max(inspection.first_day, inspection.recorded_on), time(), zone)
    kept = now - min(max(kept_for, timedelta(0)), KEPT_AT_MOST)
    return max(kept, min(begun, now))


def _open(scope: Scope, visit: Visit, problem: Problem, actor: User, day: date) -> Finding:
    inspection = visit.stop.inspection
    if problem.due_on is None:
        raise ValidationError({"due_on": "请定整改期限。"})
    try:
        return findings.open_finding(
            scope=scope,
            actor=actor,
            day=day,
            township_code=visit.stop.township_id,
            household_id=visit.household_id,
            kind=problem.kind,
            text=problem.text,
            due_on=problem.due_on,
            files=problem.files,
            source=SOURCES.get(Occasion(inspection.occasion), FindingSource.INSPECTION),
            source_note=f"{inspection.get_level_display()}{inspection.get_manner_display()}",
        )
    except ValidationError as refusal:
        if "text" in getattr(refusal, "error_dict", {}):
            raise ValidationError({"problem_text": refusal.message_dict["text"]}) from refusal
        raise
