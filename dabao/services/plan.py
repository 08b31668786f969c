"""The plan's settings and its standards, changed by hand with an event each."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit, clock, jobs, plans
from dabao.models import Region, Standard, StandardKind, User, WorkPlan
from dabao.scope import Right

# Standards that decide who is on the list: a change of one screens the county again.
SCREENED = frozenset({StandardKind.RURAL_DIBAO, StandardKind.POVERTY_LINE, StandardKind.MARGINAL_FACTOR})
CHANGED_MEANWHILE = "你打开这一页以后，{what}已被别人改过。没有覆盖他的：下面是现在的内容，请核对后再改。"


@transaction.atomic
def change_plan(*, actor: User, plan: WorkPlan, version: int, **settings: Any) -> None:
    """Change the plan's settings (contact, days). Raises ValidationError when somebody was faster (E02)."""
    actor.scope().require(Right.PLAN, plan.region_id)
    plan = WorkPlan.objects.select_for_update().get(pk=plan.pk)
    _save(actor, plan, version, settings, "plan.change", "方案设置")


@transaction.atomic
def add_standard(
    *,
    actor: User,
    kind: str,
    region: Region,
    amount: Any,
    first_day: date,
    last_day: date | None = None,
    document: str = "",
    note: str = "",
) -> Standard:
    """A standard, to be confirmed; in force at once, for a screening cannot wait. Rescreens."""
    actor.scope().require(Right.PLAN, region.code)
    standard = Standard(kind=kind, region=region, amount=amount, first_day=first_day, last_day=last_day)
    standard.document, standard.note = document, note
    _check_days(standard)
    standard.full_clean()
    standard.save()
    _record(actor, standard, "standard.create", amount=str(amount), first_day=str(first_day))
    _screen_again(actor, standard)
    return standard


@transaction.atomic
def change_standard(*, actor: User, standard: Standard, version: int, **values: Any) -> None:
    """Change amount, validity or source; it is then to be confirmed again. Rescreens."""
    actor.scope().require(Right.PLAN, standard.region_id)
    standard = Standard.objects.select_for_update().get(pk=standard.pk)
    if _save(actor, standard, version, values, "standard.change", "这个标准", confirmed=False):
        _screen_again(actor, standard)


@transaction.atomic
def confirm_standard(*, actor: User, standard: Standard, version: int) -> None:
    """Say that the figure stands as the document has it. Rescreens: a stricter answer may follow."""
    actor.scope().require(Right.PLAN, standard.region_id)
    standard = Standard.objects.select_for_update().get(pk=standard.pk)
    _same_version(standard, version, "这个标准")
    if standard.confirmed:
        raise ValidationError("这个标准已经确认过了。")
    if not standard.document:
        raise ValidationError("先填文号再确认：没有依据的数不能算确认过。")
    standard.confirmed = True
    standard.version += 1
    standard.save(update_fields=["confirmed", "version"])
    _record(actor, standard, "standard.confirm", amount=str(standard.amount))
    _screen_again(actor, standard)


def _save(
    actor: User,
    row: WorkPlan | Standard,
    version: int,
    values: dict[str, Any],
    action: str,
    what: str,
    **also: Any,
) -> bool:
    """Write the values that differ, with old and new in the event; False when none does."""
    _same_version(row, version, what)
    old = {name: str(getattr(row, name)) for name, value in values.items() if getattr(row, name) != value}
    if not old:
        return False
    for name, value in {**values, **also}.items():
        setattr(row, name, value)
    if isinstance(row, Standard):
        _check_days(row)
    row.version += 1
    row.full_clean()
    row.save()
    new = {name: str(values[name]) for name in old}
    private = {"contact_name", "contact_phone"}
    _record(
        actor,
        row,
        action,
        old={name: value for name, value in old.items() if name not in private},
        new={name: value for name, value in new.items() if name not in private},
        fields=sorted(old),
    )
    return True


def _same_version(row: WorkPlan | Standard, version: int, what: str) -> None:
    if row.version != version:
        raise ValidationError(CHANGED_MEANWHILE.format(what=what), "conflict")


def _check_days(standard: Standard) -> None:
    if standard.last_day and standard.last_day < standard.first_day:
        raise ValidationError({"last_day": "末日早于首日，请改正。"})
    same = Standard.objects.filter(kind=standard.kind, region=standard.region).exclude(pk=standard.pk)
    if same.filter(first_day=standard.first_day).exists():
        raise ValidationError({"first_day": "同一天已有这种标准。请改那一条，或换首日。"})


def _screen_again(actor: User, standard: Standard) -> None:
    if standard.kind in SCREENED:
        region = plans.current().region_id
        jobs.enqueue("screening.screen", created_by=actor, region=region, day=clock.today().isoformat())


def _record(actor: User, row: WorkPlan | Standard, action: str, **data: Any) -> None:
    audit.record(action, actor=actor, obj=row, region_code=row.region_id, **data)
