"""An import taken back, when nobody has worked on its rows since (interfaces, `undo_import`)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import Q

from dabao import audit, plans
from dabao.models import Flag, User
from dabao.scope import Right, Scope, whole
from screening.choices import CaseOrigin, CaseState, ListState, WarningState
from screening.imports import journal
from screening.models import (
    Case,
    CaseEvent,
    CategoryMatch,
    FollowUp,
    Household,
    ListChange,
    ListRow,
    NearMatch,
    Person,
    RiskWarning,
    SourceList,
)
from screening.services import near_matches, warning_flags
from screening.services.desk_lock import lock_county
from screening.services.screening import screen_region

SHOWN = 20
# What hangs on new households and people by the import itself, or goes with them.
_OWN = frozenset(
    (
        *("membership", "listrow", "question", "pendingchange", "case", "categorymatch", "riskwarning"),
        *("disabilitycertificate", "illnessrecord", "benefitrecord", "watchrecord", "priorfinding"),
        *("household", "nearmatch"),
    )
)


class WorkedOnError(ValidationError):
    """Somebody worked on what the import brought; `reasons` says what, a line each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("这份名单入库后已经有人接着办了，不能撤销。" + "；".join(reasons) + "。")
        self.reasons = reasons


@transaction.atomic
def undo_list(*, scope: Scope, list_id: UUID, actor: User | None, day: date) -> dict[str, Any]:
    """Take a confirmed list back: what it created goes, what it changed or ended is as it was, then screen.

    Cases that only its screening opened, and on which nobody worked, go too. Returns the JSON of
    undo_import. Raises ObjectDoesNotExist outside the scope, PermissionDenied, ValidationError
    (WorkedOnError when there was work).
    """
    source = SourceList.objects.within(scope).select_for_update(of=("self",)).get(pk=list_id)
    if not scope.may(Right.IMPORT, source.region_id):
        raise PermissionDenied("撤销导入由能导入这个地区名单的人办。")
    if source.state != ListState.CONFIRMED:
        raise ValidationError(f"这份名单{source.get_state_display()}，没有入库的内容可撤。")
    with connection.cursor() as cursor:
        lock_county(cursor, source.region_id)
        changes = list(source.changes.defer("before", "marks", "created"))
        reasons = work_since(cursor, source, changes)
        if reasons:
            raise WorkedOnError(reasons)
        counted = _numbers(changes)
        gone = _leave(source, changes)
        journal.take_back(cursor, changes)
    source.changes.all().delete()
    source.state = ListState.UNDONE
    source.version += 1
    source.save(update_fields=["state", "version"])
    gone += _screen_again(source, actor, day)
    near_matches.propose(region_code=source.region_id, day=day)
    about: dict[str, Any] = {
        "kind": source.kind,
        "as_of": source.as_of.isoformat(),
        **counted,
        "cases_gone": gone,
    }
    audit.record(
        "list.undo",
        actor=actor,
        obj=source,
        region_code=source.region_id,
        label=audit.COMMAND_LINE,
        **about,
    )
    return {"id": str(source.pk), **about, "refused": None, "worked_on": []}


def work_since(cursor: Any, source: SourceList, changes: Iterable[ListChange]) -> list[str]:
    """What was done since on the rows of the list, in words; nothing when it may be taken back."""
    reasons = [*_later_lists(source), *_decisions(source), *_done_by_people(source)]
    if reasons:
        return reasons
    changes = list(changes)
    if source.totals.get("rows_read") and not changes and _wrote_something(source):
        return ["这次入库时还没有留改动前的样子，撤不回"]
    touched = {change.table: journal.touched_since(cursor, change) for change in changes}
    reasons = [f"有 {sum(touched.values()):,} 条记录之后改过"] if any(touched.values()) else []
    return reasons + _hangs_on(changes)


def _wrote_something(source: SourceList) -> bool:
    return bool(source.totals.get("created") or source.totals.get("updated"))


def _later_lists(source: SourceList) -> list[str]:
    codes = [source.region_id[:length] for length in (2, 4, 6, 9, 12)]
    later = SourceList.objects.filter(
        Q(region_id__in=codes) | Q(region__code__startswith=source.region_id),
        kind=source.kind,
        state=ListState.CONFIRMED,
        number__gt=source.number or 0,
    )
    return [f"之后又入库了{one}，请先撤销那一份" for one in later.order_by("number")]


def _decisions(source: SourceList) -> list[str]:
    decided = NearMatch.objects.filter(row__source_list=source).exclude(answer="").count()
    answered = source.questions.filter(answered_by__isnull=False).count()
    return [
        *([f"三部门比对已认定 {decided} 对，请先撤回"] if decided else []),
        *([f"名单疑问已答复 {answered} 条"] if answered else []),
    ]


def _households(source: SourceList) -> Any:
    return ListRow.objects.filter(source_list=source, household__isnull=False).values("household")


def _done_by_people(source: SourceList) -> list[str]:
    """Steps of people in the cases of the list's households since it was confirmed, a line each."""
    events = CaseEvent.objects.filter(
        actor__isnull=False, at__gte=source.confirmed_at, case__household__in=_households(source)
    ).select_related("case__household__head", "case__household__region__parent")
    told: dict[UUID, str] = {}
    for event in events.order_by("-at"):
        home = event.case.household
        told.setdefault(home.pk, f"{_place(home)}：{event.actor_label} {event.day:%m月%d日}办过")
    visits = FollowUp.objects.filter(household__in=_households(source), recorded_on__gte=source.confirmed_on)
    for visit in visits.select_related("household__head", "household__region__parent", "by"):
        told.setdefault(visit.household_id, f"{_place(visit.household)}：{visit.by.name}跟踪过")
    warned = RiskWarning.objects.filter(source_list=source).exclude(state=WarningState.OPEN)
    for warning in warned.select_related("household__head", "household__region__parent"):
        told.setdefault(warning.household_id, f"{_place(warning.household)}：预警已在办")
    lines = list(told.values())
    more = [f"另有 {len(lines) - SHOWN} 户"] if len(lines) > SHOWN else []
    return lines[:SHOWN] + more


def _place(home: Household) -> str:
    town = home.region.parent.name if home.region.parent else ""
    return f"{town}{home.region.name}{home.head.name if home.head else ''}户"


def _hangs_on(changes: Iterable[ListChange]) -> list[str]:
    """Records of other work that point to a household or person the list brought."""
    found: Counter[str] = Counter()
    for change in changes:
        model = {"screening_household": Household, "screening_person": Person}.get(change.table)
        if model is None or not change.created:
            continue
        for relation in model._meta.related_objects:
            other = relation.related_model
            if other._meta.model_name not in _OWN:
                hanging = other._base_manager.filter(**{f"{relation.field.name}__in": change.created})
                found[str(other._meta.verbose_name)] += hanging.count()
    return [f"名单带来的户和人已有{name} {number} 条" for name, number in found.items() if number]


def _numbers(changes: Iterable[ListChange]) -> dict[str, int]:
    """How many records are deleted and how many put back."""
    return {
        "deleted": sum(len(change.created) for change in changes),
        "restored": sum(len(change.before) for change in changes),
    }


def _leave(source: SourceList, changes: Iterable[ListChange]) -> int:
    """What follows from the list by itself goes: its warnings, its proposals, the cases of new households."""
    raised = RiskWarning.objects.filter(source_list=source)
    Flag.objects.filter(subject__in=[warning_flags.subject(one) for one in raised]).delete()
    raised.delete()
    NearMatch.objects.filter(row__source_list=source).delete()
    ListRow.objects.filter(source_list=source).update(household=None, person=None)
    new = [pk for change in changes if change.table == "screening_household" for pk in change.created]
    gone = _delete_cases(Case.objects.filter(household__in=new))
    CategoryMatch.objects.filter(household__in=new).delete()
    return gone


def _delete_cases(cases: Any) -> int:
    chosen = list(cases.values_list("pk", flat=True))
    CaseEvent.objects.filter(case__in=chosen).delete()
    Case.objects.filter(pk__in=chosen).delete()
    return len(chosen)


def _screen_again(source: SourceList, actor: User | None, day: date) -> int:
    """Screen the county; what only this list brought onto the worklist leaves it, when untouched."""
    try:
        plan = plans.current()
    except plans.NoPlanError:
        return 0
    screen_region(plan=plan, region_code=plan.region_id, day=day, actor=actor, label=audit.COMMAND_LINE)
    empty = Case.objects.within(whole(plan.region_id)).filter(
        plan=plan,
        origin=CaseOrigin.SCREENING,
        state=CaseState.TO_VERIFY,
        categories=[],
        events__kind="opened",
        events__at__gte=source.confirmed_at,
    )
    worked = CaseEvent.objects.filter(case__in=empty, actor__isnull=False).values("case")
    return _delete_cases(empty.exclude(pk__in=worked).exclude(assigned_to__isnull=False))
