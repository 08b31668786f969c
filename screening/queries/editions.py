"""Which lists still speak: an edition is replaced by a newer one of its kind that covers its place."""

from dabao.scope import Scope
from screening.choices import ListState
from screening.imports.match import NEAR_KINDS
from screening.models import SourceList


def is_replaced(scope: Scope, source: SourceList) -> bool:  # noqa: ARG001 - the list is in scope
    """Whether a newer confirmed edition of the kind covers the list's place."""
    return SourceList.objects.filter(
        kind=source.kind,
        state=ListState.CONFIRMED,
        as_of__gt=source.as_of,
        region_id__in=[source.region_id[:length] for length in (2, 4, 6, 9, 12)],
    ).exists()


def near_lists(scope: Scope) -> list[SourceList]:
    """Lists of the three departments (C06) that still speak, by kind, the newest first."""
    confirmed = SourceList.objects.within(scope).filter(kind__in=NEAR_KINDS, state=ListState.CONFIRMED)
    found = confirmed.select_related("region").order_by("kind", "-as_of", "-confirmed_at")
    return [source for source in found if not is_replaced(scope, source)]
