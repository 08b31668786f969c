"""What must hold among orders and bulletins; `check_invariants` runs these. Sentences carry ids only."""

from collections.abc import Callable

from dabao.models import Flag, FlagKind, WorkPlan
from supervision.choices import Duty
from supervision.models import Bulletin, Dispatch, DispatchPlace
from supervision.services.dispatch_flags import FIELDS, subject


def numbers_have_no_gaps() -> list[str]:
    """Orders and bulletins of a plan are numbered from 1 on."""
    faults = []
    for plan in WorkPlan.objects.all():
        for model in (Dispatch, Bulletin):
            rows = model._default_manager.filter(plan=plan, number__isnull=False)
            numbers = list(rows.order_by("number").values_list("number", flat=True))
            if numbers != list(range(1, len(numbers) + 1)):
                faults.append(f"方案 {plan.code} 的{model._meta.verbose_name}编号不连：{numbers}。")
    return faults


def issued_orders_have_townships_with_limits() -> list[str]:
    sent = Dispatch.objects.exclude(number=None)
    empty = sent.filter(places=None).values_list("pk", flat=True)
    without = DispatchPlace.objects.filter(dispatch__in=sent, reply_by=None).values_list("pk", flat=True)
    return [
        *(f"调度令 {pk} 已发出，却没有乡镇。" for pk in empty),
        *(f"调度令的乡镇 {pk} 没有回复限期。" for pk in without),
    ]


def what_is_done_has_no_open_flag() -> list[str]:
    """A reply, or work said to be done, has no red flag standing."""
    flags = Flag.objects.filter(kind=FlagKind.DISPATCH_OVERDUE, cleared_on=None)
    standing = set(flags.values_list("region_id", "subject"))
    return [
        f"调度令的乡镇 {place.pk} 已{duty.label}，逾期的红旗还在。"
        for duty in Duty
        for place in DispatchPlace.objects.filter(**{f"{FIELDS[duty][1]}__isnull": False})
        if (place.township_id, subject(place, duty)) in standing
    ]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "调度、通报编号相连": numbers_have_no_gaps,
    "发出的调度有乡镇和限期": issued_orders_have_townships_with_limits,
    "调度办了的没有红旗": what_is_done_has_no_open_flag,
}
