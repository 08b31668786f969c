"""What must hold among findings and accountability, for `check_invariants`. Sentences carry ids only."""

from collections.abc import Callable
from itertools import pairwise

from django.db.models import Count, Max

from dabao.models import Flag, FlagKind
from supervision.choices import AccountState, EntryKind
from supervision.models import Accountability, Finding
from supervision.rules.rectification import AT_TOWNSHIP
from supervision.services.accountability import TRANSITIONS
from supervision.services.rectification_flags import subject


def findings_stand_where_their_last_turn_left_them() -> list[str]:
    faults = []
    for finding in Finding.objects.prefetch_related("turns").iterator(chunk_size=500):
        turns = list(finding.turns.all())
        last = turns[-1] if turns else None
        if last is None or (last.to_state, last.due_on) != (finding.state, finding.due_on):
            faults.append(f"督战问题 {finding.pk} 的状态或时限与最后一步的记录不符。")
        elif any(later.from_state != turn.to_state for turn, later in pairwise(turns)):
            faults.append(f"督战问题 {finding.pk} 的经过前后接不上。")
    return faults


def numbers_of_findings_run_without_gaps() -> list[str]:
    years = (
        Finding.objects.values("plan", "year").annotate(last=Max("serial"), counted=Count("pk")).order_by()
    )
    return [
        f"方案 {row['plan']} {row['year']} 年的督战问题编号有缺：最大 {row['last']}，共 {row['counted']} 条。"
        for row in years
        if row["last"] != row["counted"]
    ]


def flags_of_rectification_stand_only_where_the_township_has_it() -> list[str]:
    standing = Flag.objects.filter(kind=FlagKind.RECTIFICATION_OVERDUE, cleared_on=None)
    by_subject = {flag.subject: flag for flag in standing}
    return [
        f"督战问题 {finding.pk} 不在乡镇手里，整改逾期的红旗还在。"
        for finding in Finding.objects.exclude(state__in=AT_TOWNSHIP).only("pk")
        if subject(finding) in by_subject
    ]


def accountability_stands_where_its_entries_left_it() -> list[str]:
    return [
        f"问责 {case.pk} 的状态与经过不符。"
        for case in Accountability.objects.prefetch_related("entries")
        if _state_told(case) != case.state
    ]


def _state_told(case: Accountability) -> str:
    """The state that the entries lead to, one after the other; the opening leads to the first."""
    state = AccountState.OPEN
    for entry in case.entries.all():
        if entry.kind != EntryKind.OPENED:
            state = TRANSITIONS.get((state, entry.kind), state)
    return state


CHECKS: dict[str, Callable[[], list[str]]] = {
    "督战问题的经过": findings_stand_where_their_last_turn_left_them,
    "督战问题编号": numbers_of_findings_run_without_gaps,
    "整改逾期的红旗": flags_of_rectification_stand_only_where_the_township_has_it,
    "问责的经过": accountability_stands_where_its_entries_left_it,
}
