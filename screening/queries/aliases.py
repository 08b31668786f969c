"""Headings of spreadsheets and the columns they mean: the built-in names, and the county's own."""

from dataclasses import dataclass
from uuid import UUID

from dabao.scope import Right, Scope
from screening.choices import ListKind
from screening.imports.kinds import KINDS
from screening.models import ColumnAlias


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """One column of one kind of list: its label, the names built in, and those the county added."""

    label: str
    needed: bool
    built_in: tuple[str, ...]
    own: list[ColumnAlias]


def kinds(scope: Scope) -> list[tuple[str, list[ColumnNames]]]:
    """Every kind of list with its columns, in the order of the official heading."""
    scope.require(Right.PLAN)
    own: dict[tuple[str, str], list[ColumnAlias]] = {}
    for alias in ColumnAlias.objects.order_by("heading"):
        own.setdefault((alias.kind, alias.field), []).append(alias)
    return [
        (
            str(ListKind(code).label),
            [
                ColumnNames(column.label, column.needed, column.aliases, own.get((code, column.key), []))
                for column in kind.columns
            ],
        )
        for code, kind in KINDS.items()
    ]


def alias(scope: Scope, alias_id: UUID) -> ColumnAlias:
    """One of the county's own. Raises ObjectDoesNotExist."""
    scope.require(Right.PLAN)
    return ColumnAlias.objects.get(pk=alias_id)
