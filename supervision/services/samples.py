"""Samples for unannounced visits: drawn by a seed, frozen, a household replaced only with a reason (C21)."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import Region, RegionLevel, User, WorkPlan
from dabao.scope import Right, Scope
from supervision.choices import Item, Manner, Stratum
from supervision.models import Sample, SampleItem, Visit
from supervision.queries import samples as queries
from supervision.rules import sampling
from supervision.services import inspections


@transaction.atomic
def draw(
    *,
    scope: Scope,
    plan: WorkPlan,
    township: str,
    level: str,
    occasion: str,
    authority: str,
    visitors: str,
    first_day: date,
    last_day: date,
    sizes: Mapping[str, int],
    seed: str,
    actor: User,
    day: date,
) -> Sample:
    """Draw a sample for an unannounced visit to a township. A draw stands: it is kept, not repeated.

    Raises ObjectDoesNotExist (a township outside the scope), PermissionDenied, ValidationError.
    """
    place = (
        Region.objects.within(scope)
        .select_for_update(of=("self",), no_key=True)
        .get(code=township, level=RegionLevel.TOWNSHIP)
    )
    scope.require(Right.SUPERVISE, place.code)
    seed = seed.strip() or f"{day:%Y%m%d}-{place.name.rstrip('乡镇')}"
    drawn = Sample.objects.filter(stop__township=place, stop__inspection__plan=plan, seed=seed)
    if drawn.exists():
        raise ValidationError(
            {"seed": f"种子“{seed}”在{place.name}已经抽过，名单在抽查里。再抽要换一个种子。"}
        )
    frames = queries.frames(scope, plan, place.code)
    chosen = sampling.draw(seed, frames, sizes)
    if not any(chosen.values()):
        raise ValidationError(f"{place.name}没有可抽的户：要先有已销号的户，才有东西可查。请改户数或换乡镇。")
    inspection = inspections.record(
        scope=scope,
        plan=plan,
        level=level,
        manner=Manner.UNANNOUNCED,
        occasion=occasion,
        authority=authority,
        visitors=visitors,
        first_day=first_day,
        last_day=last_day,
        townships=[place.code],
        actor=actor,
        day=day,
    )
    stop = inspection.stops.get()
    if stop.visits.exists():
        raise ValidationError("这次走访已经加了户，不能再抽。请换走访日期另抽。")
    sample = Sample(
        stop=stop,
        seed=seed,
        sizes={stratum: sizes.get(stratum, 0) for stratum in Stratum.values},
        frames=frames,
        drawn_on=day,
        drawn_by=actor,
    )
    sample.full_clean()
    sample.save()
    _put_on_the_way(scope, plan, sample, chosen)
    audit.record(
        "sample.draw",
        actor=actor,
        obj=sample,
        region_code=place.code,
        seed=seed,
        drawn={stratum: len(households) for stratum, households in chosen.items()},
        out_of={stratum: len(frame) for stratum, frame in frames.items()},
    )
    return sample


def _put_on_the_way(scope: Scope, plan: WorkPlan, sample: Sample, chosen: Mapping[str, list[str]]) -> None:
    """Visits of the households drawn, in the order of the villages, with what was judged of each."""
    places = {
        UUID(household): (stratum, place)
        for stratum, households in chosen.items()
        for place, household in enumerate(households, 1)
    }
    strata = {household: stratum for household, (stratum, _) in places.items()}
    township = sample.stop.township_id
    cases = list(queries.concluded(scope, plan, township).filter(household__in=strata))
    verdicts = queries.verdicts(scope, strata, cases)
    for order, case in enumerate(cases, 1):
        stratum, place = places[case.household_id]
        visit = Visit.objects.create(stop=sample.stop, household_id=case.household_id, order=order)
        SampleItem.objects.create(
            sample=sample,
            visit=visit,
            stratum=stratum,
            place=place,
            verdict=verdicts[case.household_id],
        )


@transaction.atomic
def replace(*, scope: Scope, visit_id: UUID, reason: str, actor: User, day: date) -> SampleItem:
    """The next household in the seed's order of the same stratum takes the place of this one.

    Raises ValidationError without a reason, for a household already checked or replaced, or when the
    stratum is used up.
    """
    items = SampleItem.objects.within(scope)
    stop = inspections.open_stop(scope, items.values_list("sample__stop", flat=True).get(visit=visit_id))
    item = items.select_related("visit", "sample__stop__inspection__plan").get(visit=visit_id)
    reason = reason.strip()
    if item.dropped_on:
        raise ValidationError("这一户已经换下了。")
    if sampling.state_of(item.visit.met, item.visit.matches, Item.values) == sampling.DONE:
        raise ValidationError("这一户已经查过，不能换。")
    if not reason:
        raise ValidationError({"reason": "换户要写原因，例如：全家去外省务工，年底才回。"})
    order = sampling.order_of(item.sample.seed, item.stratum, item.sample.frames[item.stratum])
    used = item.sample.items.filter(stratum=item.stratum).values_list("visit__household", flat=True)
    following = sampling.next_in(order, {str(household) for household in used})
    if following is None:
        raise ValidationError("这一层的户都抽过了，没有备用户可换。没在家的照实记“没在家”。")
    item.dropped_on, item.dropped_by, item.drop_reason = day, actor, reason
    item.full_clean()
    item.save()
    taken = _stand_in(scope, item, stop.pk, order, following)
    audit.record(
        "sample.replace",
        actor=actor,
        obj=item.sample,
        region_code=stop.township_id,
        dropped=str(item.visit.household_id),
        taken=following,
        reason=reason,
    )
    return taken


def _stand_in(scope: Scope, item: SampleItem, stop_id: UUID, order: list[str], household: str) -> SampleItem:
    plan = item.sample.stop.inspection.plan
    cases = list(plan.case_set.filter(household=UUID(household)))
    visit = Visit.objects.create(stop_id=stop_id, household_id=UUID(household), order=item.visit.order)
    return SampleItem.objects.create(
        sample=item.sample,
        visit=visit,
        stratum=item.stratum,
        place=order.index(household) + 1,
        verdict=queries.verdicts(scope, {UUID(household): item.stratum}, cases)[UUID(household)],
        replaces=item,
    )
