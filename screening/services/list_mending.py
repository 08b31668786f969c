"""Cells of a staged list mended on the page (W04): the cell stays as it came, its correction beside it.

The list is checked anew with its corrections, so that whatever else depends on the cell follows: the
household, a number met twice, the totals. A number whose last digits a spreadsheet lost is never mended here.
"""

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit, crypto
from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import ListState
from screening.models import ListRow, RowCorrection, SourceList
from screening.services import list_staging

AT_ONCE = 5000  # rows that are checked while the page waits; a longer list is checked by a worker
NOT_HERE = frozenset(("ID_NUMBER", "HELD", "PERSON_ELSEWHERE"))
LONGEST = 200


def mendable(code: str) -> bool:
    """Whether a problem may be mended on the page; the others want the table itself."""
    return code not in NOT_HERE


def mend(
    *, scope: Scope, source: SourceList, sheet: str, line: int, heading: str, value: str, actor: User
) -> SourceList:
    """Read one cell of a refused row as `value`, and check again.

    Raises ValidationError, PermissionDenied.
    """
    scope.require(Right.IMPORT, source.region_id)
    value = value.strip()
    if not value or len(value) > LONGEST:
        raise ValidationError(f"请填改成什么（1 到 {LONGEST} 个字）。")
    with transaction.atomic():
        source = _open(source)
        row = ListRow.objects.filter(source_list=source, sheet=sheet, line=line).first()
        codes = [one[1] for one in row.problems if one[0] == heading and one[2] == "error"] if row else []
        if not codes:
            raise ValidationError("这一格没有错，或已经改过。请刷新页面。")
        if not all(mendable(code) for code in codes):
            raise ValidationError("这一格的原值已经丢失，系统不猜。请在原表里照证件重录，再上传。")
        titles = source.columns.get(sheet, [])
        position = next((i for i, (title, _key) in enumerate(titles) if title == heading), None)
        if position is None:
            raise ValidationError(f"表里没有“{heading}”这一列。请在原表加上，再上传。")
        RowCorrection.objects.update_or_create(
            source_list=source,
            sheet=sheet,
            line=line,
            position=position,
            defaults={
                "heading": heading[:80],
                "key": titles[position][1] or "",
                "value_sealed": crypto.seal(value),
                "by": actor,
            },
        )
        _log("row.mend", source, row, actor, position)
    return _check_again(source, actor)


def put_back(
    *, scope: Scope, source: SourceList, sheet: str, line: int, heading: str, actor: User
) -> SourceList:
    """The cell counts again as it came. Raises ValidationError, PermissionDenied."""
    scope.require(Right.IMPORT, source.region_id)
    with transaction.atomic():
        source = _open(source)
        found = RowCorrection.objects.filter(source_list=source, sheet=sheet, line=line, heading=heading)
        row = ListRow.objects.filter(source_list=source, sheet=sheet, line=line).first()
        for one in found:
            _log("row.put_back", source, row, actor, one.position)
        found.delete()
    return _check_again(source, actor)


def _open(source: SourceList) -> SourceList:
    source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if source.state != ListState.STAGED or source.confirmed_at is not None:
        raise ValidationError("这份名单已经确认或放弃，不能再改。请刷新页面。")
    return source


def _check_again(source: SourceList, actor: User) -> SourceList:
    if source.totals.get("rows_read", 0) > AT_ONCE:
        list_staging.queue_staging(source=source, actor=actor)
        return source
    return list_staging.stage_list(source=source, hold=source.hold)


def _log(action: str, source: SourceList, row: ListRow | None, actor: User, position: int) -> None:
    audit.record(
        action,
        actor=actor,
        obj=source,
        region_code=source.region_id,
        sheet=row.sheet if row else "",
        line=row.line if row else 0,
        position=position,
    )
