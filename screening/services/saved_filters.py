"""Keep and forget one's own filters of the ledger. They change nothing of anybody's, hence no audit line."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao.models import User
from screening.models import SavedFilter
from screening.queries.cases import CaseFilters

MOST = 8


@transaction.atomic
def keep(*, user: User, name: str, filters: CaseFilters) -> SavedFilter:
    """Under a name of one's own; a few at most, for each is counted wherever it stands."""
    User.objects.select_for_update().get(pk=user.pk)
    if SavedFilter.objects.filter(user=user).count() >= MOST:
        raise ValidationError(f"最多存 {MOST} 个筛选。先去掉一个不用的。")
    saved = SavedFilter(user=user, name=name.strip(), query=filters.query_string())
    saved.full_clean()
    saved.save()
    return saved


@transaction.atomic
def forget(*, user: User, filter_id: UUID) -> None:
    """One's own only; another's stays where it is."""
    SavedFilter.objects.filter(user=user, pk=filter_id).delete()
