"""What the pages of orders show."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone

from dabao import plans
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from reports.rules import zh
from screening.phase_work import phase_ordinal
from supervision.board_rows import phase_at
from supervision.choices import DispatchMove, Duty
from supervision.forms.dispatch import OrderForm, SenderForm, TownshipForm
from supervision.links import phase_url
from supervision.models import Dispatch, DispatchPlace, DispatchTurn
from supervision.pages.bulletin import paper_context
from supervision.queries import bulletins
from supervision.queries import dispatches as queries
from supervision.rules import dispatch as rules
from supervision.services.dispatches import facts, figures_now
from supervision.wording import Status

M = DispatchMove
# Who is to be looked at first: not read, not replied, wants longer, the rest.
FIRST = ("over", "none", "lag", "prog", "done")
TOWNSHIP_MOVES = ((M.REPLIED, "回复县局"), (M.FINISHED, "报办完"), (M.ASKED, "请求延期"))
SENDER_MOVES = (
    (M.ACCEPTED, "认可回复"),
    (M.DONE, "办结"),
    (M.EXTENDED, "延期"),
    (M.REFUSED, "不同意延期"),
    (M.RETURNED, "退回重报"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A township of an order: what is left there now, whether it read it, what it said."""

    place: DispatchPlace
    url: str
    left: int
    left_url: str
    lag: int
    pace: int
    read: Status
    reply: Status
    says: str
    people: list[User]

    @property
    def name(self) -> str:
        return self.place.township.name


@dataclass(frozen=True, slots=True)
class Line:
    """An order in the list: how many of its townships read it and replied; `own`: it is one's own alone."""

    dispatch: Dispatch
    url: str
    mark: Status
    places: int
    read: int
    replied: int
    names: str
    own: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A step for parts/timeline.html."""

    day: date
    what: str
    detail: str
    file_url: str
    state: str
    days: int | None = None


def lines(scope: Scope, plan: WorkPlan, day: date) -> list[Line]:
    """Every order that the scope sees, drafts first, then newest first."""
    by_dispatch: dict[Any, list[DispatchPlace]] = {}
    for place in queries.places(scope, plan):
        by_dispatch.setdefault(place.dispatch_id, []).append(place)
    found = [
        _line(scope, dispatch, by_dispatch.get(dispatch.pk, []), day)
        for dispatch in queries.visible(scope, plan).order_by("-number")
    ]
    return sorted(found, key=lambda line: line.dispatch.issued)


def _line(scope: Scope, dispatch: Dispatch, places: list[DispatchPlace], day: date) -> Line:
    names = [place.township.name for place in places]
    own = len(places) == 1 and scope.may(Right.RECTIFY, places[0].township_id)
    name = "dispatch" if dispatch.issued else "dispatch-change"
    return Line(
        dispatch=dispatch,
        url=reverse(f"supervision:{name}", args=[dispatch.pk]),
        mark=reply_status(places[0], day) if own else mark_of(dispatch, places, day),
        places=len(places),
        read=sum(place.read_on is not None for place in places),
        replied=sum(place.replied_on is not None for place in places),
        names="、".join(names[:3]) + (f"等 {len(names)} 个" if len(names) > 3 else ""),
        own=own,
    )


def _of_them_asked(places: list[rules.Facts]) -> str:
    """Who asks for a longer limit is among those who replied, or did not: never a third group."""
    asked = sum(one.asked_until is not None for one in places)
    return f"（其中要延期 {asked}）" if asked else ""


def mark_of(dispatch: Dispatch, places: list[DispatchPlace], day: date) -> Status:
    """◐ 已发出：回复 2（其中要延期 1），没回 2 · ◆ 逾期 1 · ✓ 办结."""
    if not dispatch.issued:
        return Status("draft", "草稿")
    known = [facts(place) for place in places]
    if places and all(one.done_on for one in known):
        return Status("done", "都办结了")
    replied = [one for one in known if one.replied_on]
    silent = [one for one in known if not one.replied_on]
    late = sum(bool(rules.late(one, day)) for one in known)
    words = [f"回复 {len(replied)}{_of_them_asked(replied)}"]
    words += [f"没回 {len(silent)}{_of_them_asked(silent)}"] if silent else []
    words += [f"逾期 {late}"] if late else []
    return Status("over" if late else "prog", f"已发出：{'，'.join(words)}")


def order_context(scope: Scope, plan: WorkPlan, dispatch: Dispatch, day: date) -> dict[str, Any]:
    """Everything `supervision/dispatch.html` takes."""
    places = list(queries.places(scope, plan).filter(dispatch=dispatch))
    rows = _rows(scope, plan, places, day)
    sends = scope.may(Right.DISPATCH, dispatch.region_id)
    own = [row for row in rows if scope.may(Right.RECTIFY, row.place.township_id)]
    return {
        "dispatch": dispatch,
        "mark": mark_of(dispatch, places, day) if sends or len(own) != 1 else rows[0].reply,
        "rows": sorted(rows, key=lambda row: (FIRST.index(row.reply.kind), -row.lag)),
        "left": sum(row.left for row in rows),
        "lag": sum(row.lag for row in rows),
        "sends": sends,
        "urgeable": [row.name for row in rows if sends and not rules.refusal(facts(row.place), M.URGED)],
        "asked": [row for row in rows if row.place.asked_until],
        "copies": "、".join(_copies(dispatch, len(places))),
        "places": [place_context(scope, row.place, day) for row in own],
        "sheet": _sheet(scope, plan) if sends else None,
        "earlier": [
            line
            for line in lines(scope, plan, day)
            if line.dispatch.issued and line.dispatch.pk != dispatch.pk
        ],
    }


def _sheet(scope: Scope, plan: WorkPlan) -> dict[str, Any] | None:
    """The bulletin in work, for its paper beside the order."""
    bulletin = bulletins.in_work(scope, plan)
    return paper_context(scope, bulletin) if bulletin else None


def place_context(
    scope: Scope, place: DispatchPlace, day: date, form: TownshipForm | SenderForm | None = None
) -> dict[str, Any]:
    """One township of an order: its way so far, and what the viewer may do."""
    moves = _moves(scope, place)
    side = TownshipForm if scope.may(Right.RECTIFY, place.township_id) else SenderForm
    return {
        "place": place,
        "url": reverse("supervision:dispatch-place", args=[place.pk]),
        "mark": reply_status(place, day),
        "turns": [_turn(turn) for turn in place.turns.all()],
        "moves": moves,
        "form": (form or side(initial={"version": place.version, "until": place.asked_until}))
        if moves
        else None,
        "may_set_day": any(move in (M.ASKED, M.EXTENDED) for move, _ in moves),
        "then": place.figures,
    }


def reply_status(place: DispatchPlace, day: date) -> Status:
    """Where an order stands in a township, in the words of its row."""
    known = facts(place)
    late = rules.late(known, day)
    if Duty.REPLY in late:
        return Status("over", f"调度逾期 {late[Duty.REPLY]} 天没回")
    if Duty.FINISH in late:
        return Status("over", f"逾期 {late[Duty.FINISH]} 天没办完")
    if place.asked_until:
        replied = f"{zh(known.replied_on)}回了；" if known.replied_on else ""
        return Status("lag", f"{replied}请求延到{zh(place.asked_until)}，等发令人定")
    match known.stage:
        case rules.Stage.DONE:
            return Status("done", f"{zh(known.done_on or day)}办结")
        case rules.Stage.FINISHED:
            return Status("prog", f"{zh(known.finished_on or day)}报办完，等县局看")
        case rules.Stage.TO_FINISH:
            return Status("done", f"{zh(known.replied_on or day)}已回，{zh(known.finish_by or day)}前办完")
        case rules.Stage.REPLIED:
            return Status("done", f"{zh(known.replied_on or day)}已回")
    return Status("none", "没回")


def draft_context(
    scope: Scope, plan: WorkPlan, day: date, *, form: OrderForm, dispatch: Dispatch | None = None
) -> dict[str, Any]:
    """Everything `supervision/dispatch_draft.html` takes."""
    figures = figures_now(scope, plan, day)
    chosen = set(form["townships"].value() or [])
    phase = phase_at(plans.phases(plan), day)
    return {
        "form": form,
        "dispatch": dispatch,
        "phase_words": f"{phase_ordinal(phase.number)}{zh(phase.last_day)}截止",
        "choices": [
            {
                "code": region.code,
                "name": region.name,
                "chosen": region.code in chosen,
                "left_url": phase_url(region.code, phase.number, "left"),
                **figures.get(region.code, {"left": 0, "lag": 0, "pace": 0}),
            }
            for region in plans.townships(plan)
        ],
    }


def order_form(
    scope: Scope,
    plan: WorkPlan,
    day: date,
    data: Any = None,
    *,
    dispatch: Dispatch | None = None,
    codes: list[str] | None = None,
) -> OrderForm:
    """The form of a draft, or of a new order for these townships (none: all that lag), with its words."""
    townships = [(region.code, region.name) for region in plans.townships(plan)]
    leaders = [(str(user.pk), user.name) for user in queries.leaders(scope, day)]
    initial = _initial(dispatch) if dispatch else _offered(scope, plan, day, codes)
    return OrderForm(townships, leaders, data, initial=initial)


def _initial(dispatch: Dispatch) -> dict[str, Any]:
    return {
        "title": dispatch.title,
        "text": dispatch.text,
        "townships": list(dispatch.places.values_list("township_id", flat=True)),
        "reply_by": dispatch.reply_by,
        "finish_by": dispatch.finish_by,
        "to_units": dispatch.to_units,
        "leaders": [str(user) for user in dispatch.copies.values_list("user_id", flat=True)],
        "version": dispatch.version,
    }


def _offered(scope: Scope, plan: WorkPlan, day: date, codes: list[str] | None) -> dict[str, Any]:
    """What an order to those who lag usually says."""
    figures = figures_now(scope, plan, day)
    chosen = codes or [code for code, work in figures.items() if work["lag"] > 0 and work["left"] > 0]
    phase = phase_at(plans.phases(plan), day)
    until = phase.last_day if phase.last_day > day else None
    limit = f"{zh(until)}前查完" if until else "限期办完"
    names = {region.code: region.name for region in plans.townships(plan)}
    who = names.get(chosen[0], "") if len(chosen) == 1 else f"{len(chosen)} 个滞后乡镇"
    return {
        "title": f"{who}，{limit}" if chosen else "",
        "text": "一、按“每天要查”的户数排到人、排到村，限期内回复排法。\n二、去过没在家的户，晚上再去一次。",
        "townships": chosen,
        "reply_by": day,
        "finish_by": until,
        "to_units": True,
        "version": 0,
    }


def _rows(scope: Scope, plan: WorkPlan, places: list[DispatchPlace], day: date) -> list[Row]:
    figures = figures_now(scope, plan, day) if places else {}
    phase = phase_at(plans.phases(plan), day)
    people = queries.contacts(scope, [place.township_id for place in places], day)
    return [
        Row(
            place=place,
            url=reverse("supervision:dispatch-place", args=[place.pk]),
            left_url=phase_url(place.township_id, phase.number, "left"),
            read=_read_mark(place),
            reply=reply_status(place, day),
            says=_says(place),
            people=people.get(place.township_id, []),
            **figures.get(place.township_id, {"left": 0, "lag": 0, "pace": 0}),
        )
        for place in places
    ]


def _read_mark(place: DispatchPlace) -> Status:
    if place.read_on is None or place.read_at is None:
        return Status("none", "没读")
    at = timezone.localtime(place.read_at)
    return Status("prog" if place.replied_on is None else "done", f"{zh(place.read_on)} {at:%H:%M} 读了")


def _says(place: DispatchPlace) -> str:
    """The last words about it, a township's or the sender's."""
    said = [turn for turn in place.turns.all() if turn.text]
    return said[-1].text if said else ""


def _copies(dispatch: Dispatch, number: int) -> list[str]:
    names = [copy.user.name for copy in dispatch.copies.select_related("user").order_by("user__username")]
    return [*names, f"{number} 个乡镇的督战股室"] if dispatch.to_units else names


def _turn(turn: DispatchTurn) -> Turn:
    until = f"，到{zh(turn.until)}" if turn.until else ""
    state = {M.RETURNED: "over", M.REFUSED: "over", M.ASKED: "late", M.URGED: "late", M.DONE: "ok"}
    return Turn(
        day=turn.day,
        what=f"{turn.by.name}：{turn.get_kind_display()}{until}",
        detail=turn.text,
        file_url=reverse("supervision:dispatch-file", args=[turn.pk]) if turn.stored_as else "",
        state=state.get(M(turn.kind), ""),
    )


def _moves(scope: Scope, place: DispatchPlace) -> list[tuple[str, str]]:
    """(value, words) of what the viewer may do with it now."""
    known = facts(place)
    if scope.may(Right.RECTIFY, place.township_id):
        possible = TOWNSHIP_MOVES
    elif scope.may(Right.DISPATCH, place.dispatch.region_id):
        settles = scope.may(Right.ORDER) or not place.dispatch.by_leader
        possible = tuple(one for one in SENDER_MOVES if settles or one[0] not in (M.EXTENDED, M.REFUSED))
    else:
        return []
    if place.asked_until:  # what was asked for is answered first
        possible = tuple(sorted(possible, key=lambda one: one[0] not in (M.EXTENDED, M.REFUSED)))
    return [(move.value, words) for move, words in possible if not rules.refusal(known, move)]
