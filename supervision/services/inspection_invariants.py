"""What must hold among inspections and samples, for `check_invariants`. Sentences carry ids only."""

from collections.abc import Callable

from django.db.models import Count, F, Q

from supervision.models import Sample, SampleItem, Visit
from supervision.rules import sampling


def samples_are_what_their_seed_draws() -> list[str]:
    """The seed over the kept frame gives each household of the sample at its place (C21)."""
    faults = []
    for sample in Sample.objects.prefetch_related("items__visit").iterator(chunk_size=200):
        kept = {(item.stratum, item.place): str(item.visit.household_id) for item in sample.items.all()}
        if not sampling.is_draw_of(kept, sample.seed, sample.frames):
            faults.append(f"抽查 {sample.pk} 的名单与按种子重抽的不一致。")
    return faults


def households_replaced_have_one_in_their_place() -> list[str]:
    counted = SampleItem.objects.exclude(dropped_on=None).annotate(taken=Count("replaced_by"))
    alone = [f"抽查户 {item.pk} 换下了，没有换上的户。" for item in counted.filter(taken=0)]
    standing = SampleItem.objects.filter(replaces__isnull=False, replaces__dropped_on=None)
    return alone + [f"抽查户 {item.pk} 换的那一户没有换下。" for item in standing]


def findings_of_visits_are_about_their_household() -> list[str]:
    other = Visit.objects.filter(finding__isnull=False).filter(
        Q(finding__household=None) | ~Q(finding__household=F("household"))
    )
    return [f"走访户 {visit.pk} 的问题说的是另一户。" for visit in other]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "抽查按种子重抽": samples_are_what_their_seed_draws,
    "抽查换户": households_replaced_have_one_in_their_place,
    "走访户的问题": findings_of_visits_are_about_their_household,
}
