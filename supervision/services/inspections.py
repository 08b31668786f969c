"""Inspections recorded, described and closed; households put on their way (C18, C19, C21)."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from dabao import audit
from dabao.models import Region, RegionLevel, User, WorkPlan
from dabao.scope import Right, Scope
from screening.models import Household
from supervision.choices import InspectionLevel, Manner
from supervision.models import Inspection, Stop, Visit

CLOSED = "这次走访已办结，不能再改。有新情况，请另记一次走访。"
CHANGED = "别人刚改过这里。请看清现在写的，再改、再保存。"


@transaction.atomic
def record(
    *,
    scope: Scope,
    plan: WorkPlan,
    level: str,
    manner: str,
    occasion: str,
    authority: str,
    visitors: str,
    first_day: date,
    last_day: date,
    townships: Collection[str],
    actor: User,
    day: date,
) -> Inspection:
    """An inspection that goes to these townships. The same one sent twice by one person is one record.

    Raises PermissionDenied where the actor does not supervise, ValidationError.
    """
    places = list(Region.objects.within(scope).filter(code__in=townships, level=RegionLevel.TOWNSHIP))
    if not places:
        raise ValidationError({"townships": "请选去哪个乡镇。"})
    for place in places:
        scope.require(Right.SUPERVISE, place.code)
    _may_record(scope, plan, level)
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    said = {
        "plan": plan,
        "level": level,
        "manner": manner,
        "occasion": occasion,
        "authority": authority.strip(),
        "visitors": visitors.strip(),
        "first_day": first_day,
        "last_day": last_day,
        "recorded_on": day,
        "recorded_by": actor,
    }
    for twin in Inspection.objects.filter(**said, closed_on=None, stops__sample=None).distinct():
        if {stop.township_id for stop in twin.stops.all()} == {place.code for place in places}:
            return twin
    inspection = Inspection(**said)
    inspection.full_clean()
    inspection.save()
    for place in places:
        Stop.objects.create(inspection=inspection, township=place)
    audit.record(
        "inspection.record",
        actor=actor,
        obj=inspection,
        region_code=places[0].code if len(places) == 1 else plan.region_id,
        level=level,
        manner=manner,
        townships=[place.code for place in places],
    )
    return inspection


def _may_record(scope: Scope, plan: WorkPlan, level: str) -> None:
    """Whoever supervises the whole county writes down what province and prefecture did; a unit its own."""
    if level != InspectionLevel.COUNTY and not scope.may(Right.SUPERVISE, plan.region_id):
        raise ValidationError({"level": "省、州的督查由县局督战办登记。你的走访请选“县级”。"})


def open_stop(scope: Scope, stop_id: UUID) -> Stop:
    """A stop and its inspection under their locks, to be worked on.

    Raises ObjectDoesNotExist outside the scope, PermissionDenied, ValidationError when it is closed.
    """
    stop = (
        Stop.objects.within(scope)
        .select_for_update(of=("self", "inspection"), no_key=True)
        .select_related("inspection", "township")
        .get(pk=stop_id)
    )
    scope.require(Right.SUPERVISE, stop.township_id)
    if stop.inspection.closed_on:
        raise ValidationError(CLOSED)
    return stop


@transaction.atomic
def describe(
    *,
    scope: Scope,
    stop_id: UUID,
    version: int,
    villages: Sequence[str],
    summary: str,
    feedback: str,
    feedback_to: str,
    actor: User,
    day: date,  # noqa: ARG001 - every service takes the day it acts on; the log stamps it
) -> Stop:
    """What was seen in a township and said there on the spot. Nothing changed: nothing is written."""
    stop = open_stop(scope, stop_id)
    said = {
        "villages": sorted(set(villages)),
        "summary": summary.strip(),
        "feedback": feedback.strip(),
        "feedback_to": feedback_to.strip(),
    }
    changed = sorted(name for name, value in said.items() if getattr(stop, name) != value)
    if not changed:
        return stop
    if stop.version != version:
        raise ValidationError(CHANGED)
    known = set(Region.objects.filter(parent_id=stop.township_id).values_list("code", flat=True))
    if not set(said["villages"]) <= known:
        raise ValidationError({"villages": "只能选这个乡镇的村。"})
    for name, value in said.items():
        setattr(stop, name, value)
    stop.version += 1
    stop.full_clean()
    stop.save()
    audit.record("inspection.describe", actor=actor, obj=stop, region_code=stop.township_id, fields=changed)
    return stop


@transaction.atomic
def add_household(*, scope: Scope, inspection_id: UUID, household_id: UUID, actor: User, day: date) -> Visit:  # noqa: ARG001 - as above
    """Put a household on the way, as the last of its township; one that is there already is returned.

    Not in a sample: there the draw says who is visited.
    """
    household = Household.objects.within(scope).get(pk=household_id)
    township = household.region_id[:9]
    stop = Stop.objects.within(scope).filter(inspection=inspection_id, township=township).first()
    if stop is None:
        Inspection.objects.within(scope).get(pk=inspection_id)
        raise ValidationError("这一户不在这次走访的乡镇里。请到那个乡镇的走访里加。")
    stop = open_stop(scope, stop.pk)
    if hasattr(stop, "sample"):
        raise ValidationError("这次是抽查，走访哪些户由抽签定，不能自己加。要另看一户，请另记一次走访。")
    standing = stop.visits.filter(household=household).first()
    if standing is not None:
        return standing
    last = stop.visits.aggregate(last=Max("order"))["last"] or 0
    visit = Visit(stop=stop, household=household, order=last + 1)
    visit.full_clean()
    visit.save()
    audit.record(
        "inspection.add_household", actor=actor, obj=visit, region_code=township, household=str(household.pk)
    )
    return visit


@transaction.atomic
def close(*, scope: Scope, inspection_id: UUID, actor: User, day: date) -> Inspection:
    """Nothing is added from now on; the townships may read an unannounced one, with its sample.

    Raises ObjectDoesNotExist, PermissionDenied (somebody who supervises only some of its townships), and
    ValidationError while a township has no words on what was seen there.
    """
    inspection = Inspection.objects.within(scope).select_for_update(no_key=True).get(pk=inspection_id)
    stops = list(inspection.stops.select_related("township").order_by("township__order", "township_id"))
    for stop in stops:
        scope.require(Right.SUPERVISE, stop.township_id)
    if inspection.closed_on:
        raise ValidationError("这次走访早已办结，不用再办。")
    if day < inspection.first_day:
        raise ValidationError("走访还没有开始，不能办结。没有去成的，改天再去，或在起止日后办结并写明。")
    silent = [stop.township.name for stop in stops if not stop.summary]
    if silent:
        raise ValidationError(f"{'、'.join(silent)}还没写“总的看到什么”。写好、保存后再办结。")
    inspection.closed_on, inspection.closed_by = day, actor
    inspection.version += 1
    inspection.full_clean()
    inspection.save()
    audit.record(
        "inspection.close",
        actor=actor,
        obj=inspection,
        region_code=stops[0].township_id if len(stops) == 1 else inspection.plan.region_id,
        unannounced=inspection.manner == Manner.UNANNOUNCED,
    )
    return inspection


@transaction.atomic
def record_print(*, actor: User, inspection: Inspection, households: int) -> None:
    """That the sheets of an inspection were printed, names and what the record says of them."""
    audit.record("inspection.print", actor=actor, obj=inspection, households=households)


@transaction.atomic
def record_export(*, actor: User, filters: str, rows: int) -> None:
    """That somebody took the register away."""
    audit.record("inspection.export", actor=actor, filters=filters, rows=rows)
