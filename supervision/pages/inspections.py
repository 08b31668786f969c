"""Pages of inspections and samples: their lists, one of each, and the sheets of the households (C18, C21)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import QueryDict
from django.urls import reverse

from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from supervision.choices import InspectionLevel, Manner, Occasion, Stratum
from supervision.forms.inspections import StopForm, VisitForm
from supervision.queries import inspections as queries
from supervision.queries import samples, visits
from supervision.queries.inspections import InspectionFilters
from supervision.rules import sampling

PAGE = 30
FIX_WITHIN = timedelta(days=7)
STATES = {
    sampling.DONE: ("done", "查过"),
    sampling.NOT_HOME: ("lag", "没在家"),
    sampling.REFUSED: ("back", "不让查"),
    sampling.BEGUN: ("prog", "填了一半"),
    sampling.LEFT: ("todo", "没去"),
}
ONLY_WORDS = {
    sampling.DONE: "查过的",
    "wrong": "查过、有不符的",
    sampling.NOT_HOME: "没在家的",
    sampling.REFUSED: "不让查的",
    sampling.LEFT: "没去的",
    "gone": "去过的",
    "met": "见到人的",
    "finding": "开了问题的",
}
_FACETS = (
    ("level", "哪一级", InspectionLevel.choices),
    ("occasion", "结合什么", Occasion.choices),
    ("state", "办结没有", list(queries.STATE_WORDS.items())),
)


def inspection_list(scope: Scope, plan: WorkPlan, query: QueryDict, page: Any) -> dict[str, Any]:
    """Tabs by manner that add up to 全部, the other filters as facets, one page of lines."""
    filters = InspectionFilters.from_query(query)
    places = queries.places(scope, plan)
    paged = Paginator(queries.listed(scope, plan, filters), PAGE).get_page(page)
    total = paged.paginator.count
    paged.object_list = queries.lines(scope, paged.object_list)
    chosen = [(name, words) for name, words in filters.words(places) if name != "manner"]
    return {
        "page": paged,
        "total": total,
        "heading": "、".join(words for _, words in filters.words(places)) or "全部",
        "manner_tabs": [
            _tab(scope, plan, filters, manner, label) for manner, label in (("", "全部"), *Manner.choices)
        ],
        "facets": [
            (title, [_option(filters, name, value, label) for value, label in options])
            for name, title, options in (*_FACETS, ("township", "乡镇", list(places.items())))
        ],
        "chosen": [
            {"label": words, "without": f"?{filters.with_(**{name: ''}).query_string()}"}
            for name, words in chosen
        ],
        "clear_url": reverse("supervision:inspections"),
        "kept": filters.pairs(),
        "may_record": scope.may(Right.SUPERVISE),
    }


def _tab(scope: Scope, plan: WorkPlan, filters: InspectionFilters, manner: str, label: str) -> dict[str, Any]:
    of = filters.with_(manner=manner)
    return {
        "label": label,
        "url": f"?{of.query_string()}",
        "count": queries.listed(scope, plan, of).count(),
        "current": filters.manner == manner,
    }


def _option(filters: InspectionFilters, name: str, value: str, label: str) -> dict[str, Any]:
    current = getattr(filters, name) == value
    return {
        "label": label,
        "url": f"?{filters.with_(**{name: '' if current else value}).query_string()}",
        "count": None,
        "current": current,
    }


def levels(scope: Scope, plan: WorkPlan) -> list[tuple[str, str]]:
    """Whose inspections the viewer may write down: a unit its own, the county all three levels'."""
    if scope.may(Right.SUPERVISE, plan.region_id):
        return list(InspectionLevel.choices)
    return [(InspectionLevel.COUNTY.value, InspectionLevel.COUNTY.label)]


def coming_from(scope: Scope, plan: WorkPlan, user: User) -> dict[str, str]:
    """What stands in the form for who comes: one's own office, for a bureau leader the bureau."""
    office = f"{plan.region.name}民政局" if scope.may(Right.ORDER) else user.office
    return {"authority": office, "visitors": user.name}


def townships(scope: Scope, plan: WorkPlan) -> list[tuple[str, str]]:
    return [(place.code, place.name) for place in queries.supervised(scope, plan)]


def drawable(scope: Scope, plan: WorkPlan) -> list[dict[str, Any]]:
    """Each township with the households there are to draw from, by stratum."""
    return [
        {"place": place, "counts": [(Stratum(one).label, number) for one, number in counts.items()]}
        for place, counts in samples.frame_counts(scope, plan)
    ]


def one_inspection(
    scope: Scope, inspection_id: UUID, query: QueryDict, stop_form: StopForm | None = None
) -> dict[str, Any]:
    """How far the visits are, the next household, each township with its words. Raises ObjectDoesNotExist.

    `only` (`ONLY_WORDS`) and `stratum` of the address cut the households to those behind a figure.
    """
    only, stratum = query.get("only", ""), query.get("stratum", "")
    stratum = stratum if stratum in Stratum.values else ""
    inspection = queries.inspection(scope, inspection_id)
    stops = list(inspection.stops.all())
    rows = visits.rows(scope, visits.of_inspection(scope, inspection_id))
    mine = [stop for stop in stops if scope.may(Right.SUPERVISE, stop.township_id)]
    open_now = inspection.closed_on is None
    sample = next((stop.sample for stop in stops if hasattr(stop, "sample")), None)
    return {
        "inspection": inspection,
        "title": "、".join(stop.township.name for stop in stops) + inspection.get_manner_display(),
        "rows": [
            (number, row, *STATES[row.state])
            for number, row in enumerate(rows, 1)
            if _behind(row, only) and stratum in ("", row.stratum)
        ],
        "only": "、".join(filter(None, (dict(Stratum.choices).get(stratum, ""), ONLY_WORDS.get(only, "")))),
        "several": len(stops) > 1,
        "counts": counts(rows),
        "next": next_row(rows) if open_now and mine else None,
        "sample": sample,
        "strata": strata_words(scope, sample.pk) if sample else "",
        "stops": [
            {"stop": stop, "form": _form_for(scope, stop, stop_form), "villages": _named(scope, stop)}
            for stop in stops
        ],
        "may_write": open_now and bool(mine),
        "may_close": open_now and len(mine) == len(stops) == inspection.stops.count(),
        "may_add": open_now and bool(mine) and sample is None,
    }


def _behind(row: visits.Row, only: str) -> bool:
    match only:
        case "wrong":
            return row.state == sampling.DONE and bool(row.wrong)
        case sampling.LEFT:
            return row.state in (sampling.LEFT, sampling.BEGUN)
        case sampling.DONE | sampling.NOT_HOME | sampling.REFUSED:
            return row.state == only
        case "gone":
            return row.state != sampling.LEFT
        case "met":
            return row.state in (sampling.BEGUN, sampling.DONE)
        case "finding":
            return row.finding is not None
        case _:
            return True


def _form_for(scope: Scope, stop: Any, given: StopForm | None) -> StopForm:
    if given is not None and given.prefix == str(stop.pk):
        return given
    return stop_form(scope, stop)


def stop_form(scope: Scope, stop: Any, data: QueryDict | None = None) -> StopForm:
    """The form of a township, as it stands or as sent."""
    initial = {
        "version": stop.version,
        "villages": stop.villages,
        "summary": stop.summary,
        "feedback": stop.feedback,
        "feedback_to": stop.feedback_to,
    }
    places = queries.villages(scope, stop.township_id)
    return StopForm(data, initial=initial, villages=places, prefix=str(stop.pk))


def _named(scope: Scope, stop: Any) -> str:
    names = dict(queries.villages(scope, stop.township_id))
    return "、".join(names.get(code, code) for code in stop.villages)


def counts(rows: Iterable[visits.Row]) -> dict[str, int]:
    """How many are done, not at home, refused, and left; they add up to `total`."""
    states = [row.state for row in rows]
    found = {state: states.count(state) for state in (sampling.DONE, sampling.NOT_HOME, sampling.REFUSED)}
    return found | {"total": len(states), "left": len(states) - sum(found.values())}


def next_row(rows: list[visits.Row], after: UUID | None = None) -> visits.Row | None:
    """Where to go next along the way: who was not visited yet, then who was not at home; not the one left."""
    place = next((number for number, row in enumerate(rows, 1) if row.id == after), 0)
    others = [row for row in rows[place:] + rows[:place] if row.id != after]
    for wanted in ({sampling.LEFT, sampling.BEGUN}, {sampling.NOT_HOME}):
        for row in others:
            if row.state in wanted:
                return row
    return None


def strata_words(scope: Scope, sample_id: UUID) -> str:
    """分层随机：不符合 5、新纳入 3、在保 4；备用 60 户."""
    out = samples.outcome(scope, sample_id)
    drawn = "、".join(f"{Stratum(one.stratum).label} {one.drawn}" for one in out.line.by_stratum)
    return f"分层随机：{drawn}；备用 {sum(out.standing_by.values())} 户"


def visit_page(
    scope: Scope, visit_id: UUID, day: date, form: VisitForm | None = None, theirs: bool = False
) -> dict[str, Any]:
    """One sheet with its form; `theirs` = somebody else wrote it meanwhile."""
    sheet = visits.sheet(scope, visit_id, day)
    stop = sheet.visit.stop
    rows = visits.rows(scope, visits.of_inspection(scope, stop.inspection_id))
    form = form or visit_form(sheet, day)
    return {
        "sheet": sheet,
        "row": sheet.row,
        "number": next((number for number, row in enumerate(rows, 1) if row.id == visit_id), 0),
        "stop": stop,
        "inspection": stop.inspection,
        "form": form,
        "items": form.rows(sheet.lines),
        "theirs": theirs,
        "counts": counts(rows),
        "next": next_row(rows, visit_id),
        "status": STATES[sheet.row.state],
        "item": getattr(sheet.visit, "item", None),
        "may_write": stop.inspection.closed_on is None
        and scope.may(Right.SUPERVISE, stop.township_id)
        and sheet.row.id in {row.id for row in rows},
    }


def visit_form(
    sheet: visits.Sheet, day: date, data: QueryDict | None = None, files: Any = None, auto_id: str = "id_%s"
) -> VisitForm:
    """The sheet's form: as it stands, or as sent. Nothing of the record is filled in as an answer."""
    visit = sheet.visit
    initial: dict[str, Any] = {
        "version": visit.version,
        "met": visit.met,
        "note": visit.note,
        "problem": "",
        "due_on": day + FIX_WITHIN,
    }
    initial |= {f"match-{item}": match for item, match in visit.matches.items()}
    initial |= {f"said-{item}": words for item, words in visit.said.items()}
    return VisitForm(data, files, initial=initial, auto_id=auto_id)


def all_sheets(scope: Scope, inspection_id: UUID, day: date) -> dict[str, Any]:
    """Every household's sheet on one page, to be taken where there is no signal, or printed."""
    inspection = queries.inspection(scope, inspection_id)
    found = list(
        visits.of_inspection(scope, inspection_id).select_related("stop__inspection", "stop__township")
    )
    sheets = visits.sheets(scope, found, inspection.plan, day)
    return {
        "inspection": inspection,
        "stops": list(inspection.stops.all()),
        "sheets": [_sheet_of_many(number, sheet, day) for number, sheet in enumerate(sheets, 1)],
        "counts": counts([sheet.row for sheet in sheets]),
        "may_write": inspection.closed_on is None,
    }


def _sheet_of_many(number: int, sheet: visits.Sheet, day: date) -> dict[str, Any]:
    form = visit_form(sheet, day, auto_id=f"id_{sheet.row.id}_%s")
    return {
        "number": number,
        "sheet": sheet,
        "row": sheet.row,
        "form": form,
        "form_id": f"visit-{sheet.row.id}",
        "items": form.rows(sheet.lines),
        "status": STATES[sheet.row.state],
    }


def find(scope: Scope, inspection_id: UUID, said: str) -> dict[str, Any]:
    """Households by what is known of a member, in the townships of an inspection."""
    inspection = queries.inspection(scope, inspection_id)
    places = "、".join(stop.township.name for stop in inspection.stops.all())
    found = queries.households_known_as(scope, inspection, said)
    return {"inspection": inspection, "places": places, "said": said, "found": found}


def sample_list(scope: Scope, plan: WorkPlan, township: str) -> dict[str, Any]:
    """The samples with their rates, and the sum of them by township in words."""
    lines = samples.samples(scope, plan, township)
    places = queries.places(scope, plan)
    return {
        "lines": [(line, _strata(line, {}), left_out(line.total)) for line in lines],
        "heading": places.get(township, "全部"),
        "township": township,
        "options": [
            {"label": name, "url": f"?{urlencode({'township': code})}", "current": code == township}
            for code, name in places.items()
        ],
        "may_draw": scope.may(Right.SUPERVISE),
    }


def one_sample(scope: Scope, sample_id: UUID) -> dict[str, Any]:
    """How a sample came out, and how it was drawn. Raises ObjectDoesNotExist."""
    out = samples.outcome(scope, sample_id)
    inspection = out.line.sample.stop.inspection
    return {
        "out": out,
        "sample": out.line.sample,
        "inspection": inspection,
        "strata": _strata(out.line, out.frame_sizes),
        "standing_by": [(Stratum(one).label, number) for one, number in out.standing_by.items()],
        "total": out.line.total,
        "left_out": left_out(out.line.total),
        "frame_total": sum(out.frame_sizes.values()),
    }


def left_out(rate: sampling.Rate) -> str:
    """The households outside the base of a rate, in words."""
    found = ((rate.not_home, "没在家"), (rate.refused, "不让查"), (rate.left, "没去"))
    return "，".join(f"{words} {number} 户" for number, words in found if number) or "都查过"


def _strata(line: samples.SampleLine, frame_sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"label": Stratum(one.stratum).label, "rate": one, "of": frame_sizes.get(one.stratum, 0)}
        for one in line.by_stratum
    ]
