"""Lists, their rows and what is said of them: for the import desk and the page of a source row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from dabao.models import Job, Region, RegionLevel
from dabao.scope import Right, Scope
from screening.choices import ListKind, ListState, RowState
from screening.imports.problems import mask
from screening.imports.reading import raw_cells
from screening.models import Household, ListRow, Membership, RowCorrection, SourceList

OWN_PROBLEMS, HELD = "problems", "held"
TABS = (
    (OWN_PROBLEMS, "有问题"),
    (HELD, "同户暂缓"),
    (RowState.CREATED.value, "新增"),
    (RowState.UPDATED.value, "变更"),
    (RowState.UNCHANGED.value, "不变"),
    (RowState.SKIPPED.value, "跳过"),
    ("gone", "消失"),
)
HOUSEHOLD_KINDS = (ListKind.REGISTRY, ListKind.MONITORED, ListKind.MARGINAL)  # whose 消失 are households
_HELD = Q(problems__contains=[["HELD"]])


def regions(scope: Scope) -> list[Region]:
    """Counties and townships for which the viewer may bring lists in, county first."""
    levels = (RegionLevel.COUNTY, RegionLevel.TOWNSHIP)
    found = Region.objects.within(scope, Right.IMPORT).filter(level__in=levels)
    return sorted(found, key=lambda region: (len(region.code), region.order, region.code))


def lists_of_desk(scope: Scope) -> QuerySet[SourceList]:
    """Lists whose declared region lies where the viewer may import."""
    return SourceList.objects.within(scope, Right.IMPORT).select_related(
        "region", "job", "uploaded_by", "confirmed_by"
    )


@dataclass(frozen=True)
class KindShelf:
    """One kind of list on the desk: the edition in force, what waits, and earlier editions."""

    kind: str
    name: str
    newest: SourceList | None
    waiting: list[SourceList]
    earlier: list[SourceList]


def shelves(scope: Scope) -> list[KindShelf]:
    """Every kind of list with its editions, newest first; refused and discarded ones are left out."""
    everything = list(lists_of_desk(scope).order_by("-as_of", "-uploaded_at"))
    result = []
    for kind, name in ListKind.choices:
        mine = [source for source in everything if source.kind == kind]
        confirmed = [source for source in mine if source.state == ListState.CONFIRMED]
        waiting = [source for source in mine if source.state in (ListState.UPLOADED, ListState.STAGED)]
        result.append(KindShelf(kind, name, confirmed[0] if confirmed else None, waiting, confirmed[1:]))
    return result


def refused_lists(scope: Scope, limit: int = 5) -> QuerySet[SourceList]:
    """The last files that were not taken."""
    return lists_of_desk(scope).filter(state=ListState.REFUSED).order_by("-uploaded_at")[:limit]


def rows(scope: Scope, source: SourceList, tab: str, township: str = "") -> QuerySet[ListRow]:
    """Rows of a list under one tab, in the order of the file; `township` narrows to one."""
    found = _rows_of(scope, source).select_related("region__parent")
    if township:
        found = found.filter(region__code__startswith=township)
    if tab in (OWN_PROBLEMS, HELD):
        found = found.filter(state=RowState.REJECTED)
        found = found.filter(_HELD) if tab == HELD else found.exclude(_HELD)
    else:
        found = found.filter(state=tab)
    return found.order_by("sheet", "line")


def gone(scope: Scope, source: SourceList, township: str = "") -> QuerySet[Household] | QuerySet[Membership]:
    """Who stands in the base and not on the list, as counted when its rows were settled: households of the
    registry and the watch lists, of the others the persons where they live.
    """
    counted = source.totals.get("gone_ids", [])
    if source.kind in HOUSEHOLD_KINDS:
        households = Household.objects.within(scope, Right.IMPORT).filter(pk__in=counted)
        households = households.filter(region__code__startswith=township)
        return households.select_related("region__parent", "head").order_by("region_id", "number")
    members = Membership.objects.within(scope, Right.IMPORT).filter(person__in=counted, last_day=None)
    members = members.filter(household__region__code__startswith=township)
    return members.select_related("person", "household__region__parent").order_by(
        "household__region_id", "person__name_key"
    )


def _rows_of(scope: Scope, source: SourceList) -> QuerySet[ListRow]:
    """Every row of a list on the viewer's desk, also of people who turned out to live elsewhere."""
    desk = SourceList.objects.within(scope, Right.IMPORT)
    return ListRow.objects.filter(source_list__in=desk.filter(pk=source.pk))


def tab_counts(scope: Scope, source: SourceList) -> dict[str, int]:
    """Rows under each tab; they add up to the rows read, 消失 apart."""
    mine = _rows_of(scope, source)
    counts = dict(mine.order_by().values_list("state").annotate(n=Count("pk")))
    held = mine.filter(_HELD, state=RowState.REJECTED).count()
    counts[HELD] = held
    counts[OWN_PROBLEMS] = counts.get(RowState.REJECTED.value, 0) - held
    counts["gone"] = source.totals.get("disappeared", 0)
    return counts


@dataclass(frozen=True)
class TownshipLine:
    """One township of a list: rows by what becomes of them; `total` is without the skipped ones."""

    code: str
    name: str
    created: int
    updated: int
    unchanged: int
    rejected: int
    total: int
    gone: int


def townships(scope: Scope, source: SourceList) -> tuple[list[TownshipLine], TownshipLine]:
    """The list township by township in the county's order, and the sum; rows of no known place come last."""
    counted = _counted(scope, source)
    gone_here: dict[str, int] = source.totals.get("gone", {})
    names = {region.code: region for region in Region.objects.filter(code__in={*counted, *gone_here})}
    lines = []
    for code in sorted(
        {*counted, *gone_here}, key=lambda code: (len(code) < 9, _order(names.get(code)), code)
    ):
        states = counted.get(code, {})
        numbers = {state: states.get(state, 0) for state in ("created", "updated", "unchanged", "rejected")}
        name = names[code].name if code in names and len(code) == 9 else "地名未认出或未写"
        lines.append(
            TownshipLine(code, name, **numbers, total=sum(numbers.values()), gone=gone_here.get(code, 0))
        )
    keys = ("created", "updated", "unchanged", "rejected", "total", "gone")
    return lines, TownshipLine("", "合计", **{key: sum(getattr(line, key) for line in lines) for key in keys})


def _order(region: Region | None) -> int:
    return region.order if region else 0


def _counted(scope: Scope, source: SourceList) -> dict[str, dict[str, int]]:
    rows_by_place = (
        _rows_of(scope, source)
        .exclude(state=RowState.SKIPPED)
        .order_by()
        .values_list(Substr("region__code", 1, 9), "state")
        .annotate(n=Count("pk"))
    )
    counted: dict[str, dict[str, int]] = {}
    for code, state, number in rows_by_place:
        counted.setdefault(code, {})[state] = number
    return counted


def bad_rows(scope: Scope, source: SourceList) -> Iterator[tuple[ListRow, list[Any]]]:
    """Rows not taken, with their cells as they came, whole: for the workbook that goes back to the
    uploader.
    """
    found = _rows_of(scope, source).filter(state=RowState.REJECTED)
    for row in found.order_by("sheet", "line").iterator(chunk_size=500):
        yield row, raw_cells(row)


@dataclass(frozen=True, slots=True)
class Mended:
    """A cell mended on the page, its new value masked where it identifies."""

    correction: RowCorrection
    value: str


def corrections(scope: Scope, source: SourceList, sheet: str = "", line: int | None = None) -> list[Mended]:
    """Cells of a list, or of one row of it, that were mended."""
    found = RowCorrection.objects.within(scope).filter(source_list=source).select_related("by")
    if line is not None:
        found = found.filter(sheet=sheet, line=line)
    return [Mended(one, mask(one.value, one.key)) for one in found]


def source_rows(scope: Scope) -> QuerySet[ListRow]:
    """Rows that may be opened: those of confirmed lists in scope, and of waiting lists for who imports."""
    confirmed = ListRow.objects.within(scope).filter(source_list__state=ListState.CONFIRMED)
    desk = ListRow.objects.filter(source_list__in=SourceList.objects.within(scope, Right.IMPORT))
    return (confirmed | desk).select_related(
        "source_list__region", "source_list__confirmed_by", "region__parent", "household__head", "person"
    )


def neighbours(scope: Scope, row: ListRow) -> tuple[ListRow | None, ListRow | None]:
    """The rows before and after in the file, as far as the viewer may open them."""
    around = source_rows(scope).filter(source_list=row.source_list, sheet=row.sheet)
    before = around.filter(line__lt=row.line).order_by("-line").first()
    return before, around.filter(line__gt=row.line).order_by("line").first()


def same_household(scope: Scope, row: ListRow) -> QuerySet[ListRow]:
    """The other rows of the row's household in the same list."""
    found = source_rows(scope).filter(source_list=row.source_list, household_key=row.household_key)
    return found.exclude(pk=row.pk).order_by("line") if row.household_key else found.none()


def earlier_editions(scope: Scope, row: ListRow, limit: int = 2) -> list[ListRow]:
    """The same person's (or household's) row in earlier confirmed editions of the kind, newest first."""
    if not row.id_index and not row.household_key:
        return []
    same = Q(id_index=row.id_index) if row.id_index else Q(household_key=row.household_key)
    found = source_rows(scope).filter(
        same,
        source_list__kind=row.source_list.kind,
        source_list__state=ListState.CONFIRMED,
        source_list__as_of__lt=row.source_list.as_of,
    )
    return list(found.order_by("-source_list__as_of", "-source_list__confirmed_at")[:limit])


def uses(scope: Scope, row: ListRow) -> dict[str, int]:
    """How many records of the base came from the row: households, persons, facts."""
    households = Household.objects.within(scope).filter(row=row).count()
    persons = ListRow.objects.within(scope).filter(pk=row.pk, person__row=row).count()
    return {"households": households, "persons": persons}


def screening_after(scope: Scope, source: SourceList) -> Job | None:  # noqa: ARG001 - the list is in scope
    """The job that screened what this list changed; its result has households, cases_new and warnings."""
    return Job.objects.filter(kind="screening.screen", arguments__list_id=str(source.pk)).first()


def rows_in_sheet(scope: Scope, row: ListRow) -> int:
    """Rows of the list that the viewer may open."""
    return source_rows(scope).filter(source_list=row.source_list).count()
