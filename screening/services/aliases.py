"""The county's own names of columns, beside those built in."""

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Right
from screening.imports.header import alias_table, squeeze_heading
from screening.imports.kinds import KINDS
from screening.models import ColumnAlias


@transaction.atomic
def add(*, actor: User, kind: str, field: str, heading: str) -> ColumnAlias:
    """Remember a heading for a column of a list. Raises ValidationError when it has a meaning already."""
    actor.scope().require(Right.PLAN)
    squeezed = squeeze_heading(heading)
    if not squeezed:
        raise ValidationError({"heading": "去掉空格和括号里的提示后，列名是空的。请照表格上的列名填。"})
    known = alias_table(KINDS[kind], {}).get(squeezed)
    if known:
        label = KINDS[kind].column(known[1]).label
        raise ValidationError({"heading": f"“{heading}”系统已经认得，是“{label}”，不用再加。"})
    if ColumnAlias.objects.filter(kind=kind, heading=squeezed).exists():
        raise ValidationError({"heading": f"“{heading}”已经有对照。要改请先删掉原来的。"})
    alias = ColumnAlias(kind=kind, field=field, heading=squeezed)
    alias.full_clean()
    alias.save()
    audit.record("alias.create", actor=actor, obj=alias, kind=kind, field=field, heading=squeezed)
    return alias


@transaction.atomic
def delete(*, actor: User, alias: ColumnAlias) -> None:
    """Forget a heading; lists read before keep what they were read as."""
    actor.scope().require(Right.PLAN)
    audit.record(
        "alias.delete", actor=actor, obj=alias, kind=alias.kind, field=alias.field, heading=alias.heading
    )
    alias.delete()
