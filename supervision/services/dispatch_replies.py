"""What a township says to an order, and what the sender makes of it (C19)."""

from datetime import date
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dabao import audit
from dabao.models import NoticeKind, User, WorkPlan
from dabao.scope import Right, Scope
from dabao.services import notices
from reports.rules import zh
from reports.services.attachments import KINDS, LONGEST_NAME, Download, check, extension
from supervision.choices import DispatchMove, Duty
from supervision.models import DispatchPlace, DispatchTurn
from supervision.queries import dispatches as queries
from supervision.rules import dispatch as rules
from supervision.services import dispatch_flags as flags
from supervision.services.dispatches import PAGE, facts, keep_turn

FOLDER = "dispatches"


@transaction.atomic
def reply(
    *,
    scope: Scope,
    plan: WorkPlan,
    place_id: UUID,
    version: int,
    actor: User,
    day: date,
    text: str,
    file: UploadedFile | None = None,
) -> DispatchTurn:
    """The township's answer; more may be added until the sender has accepted it. Ends reminders and flag."""
    place = _lock(scope, plan, place_id, version, Right.RECTIFY, DispatchMove.REPLIED)
    turn = _say(place, DispatchMove.REPLIED, actor, day, text, file)
    _replied(place, day)
    return _saved(place, turn, file)


@transaction.atomic
def report_finished(
    *,
    scope: Scope,
    plan: WorkPlan,
    place_id: UUID,
    version: int,
    actor: User,
    day: date,
    text: str,
    file: UploadedFile | None = None,
) -> DispatchTurn:
    """The township says that the work is done; a reply that was still owed is given with it."""
    place = _lock(scope, plan, place_id, version, Right.RECTIFY, DispatchMove.FINISHED)
    turn = _say(place, DispatchMove.FINISHED, actor, day, text, file)
    _replied(place, day)
    place.finished_on, place.asked_until = day, None
    flags.clear(place=place, duty=Duty.FINISH, day=day)
    _end_notices(place, day)
    return _saved(place, turn, file)


@transaction.atomic
def ask_longer(
    *,
    scope: Scope,
    plan: WorkPlan,
    place_id: UUID,
    version: int,
    actor: User,
    day: date,
    text: str,
    until: date | None,
    file: UploadedFile | None = None,
) -> DispatchTurn:
    """Ask for a longer limit. Where the order has work to be done by a day, that is a reply as well."""
    place = _lock(scope, plan, place_id, version, Right.RECTIFY, DispatchMove.ASKED)
    duty = rules.extends(facts(place))
    _refuse_limit(place, duty, until, day)
    turn = _say(place, DispatchMove.ASKED, actor, day, text, file, until=until)
    place.asked_until = until
    if duty == Duty.FINISH:
        _replied(place, day)
    if place.dispatch.issued_by_id:
        notices.tell(reminder=_asks(place, day), user_ids=[place.dispatch.issued_by_id], again=True)
    return _saved(place, turn, file)


@transaction.atomic
def accept(
    *, scope: Scope, plan: WorkPlan, place_id: UUID, version: int, actor: User, day: date, text: str = ""
) -> DispatchTurn:
    """The sender takes the reply; an order that asks for nothing more ends with it."""
    place = _lock(scope, plan, place_id, version, Right.DISPATCH, DispatchMove.ACCEPTED)
    turn = keep_turn(place, DispatchMove.ACCEPTED, actor, day, text=text)
    place.accepted_on = day
    if place.finish_by is None:
        _done(place, day)
    return _saved(place, turn)


@transaction.atomic
def settle(
    *, scope: Scope, plan: WorkPlan, place_id: UUID, version: int, actor: User, day: date, text: str = ""
) -> DispatchTurn:
    """The sender agrees that the work is done: the order ends in this township."""
    place = _lock(scope, plan, place_id, version, Right.DISPATCH, DispatchMove.DONE)
    turn = keep_turn(place, DispatchMove.DONE, actor, day, text=text)
    place.accepted_on = place.accepted_on or day
    _done(place, day)
    return _saved(place, turn)


@transaction.atomic
def give_back(
    *,
    scope: Scope,
    plan: WorkPlan,
    place_id: UUID,
    version: int,
    actor: User,
    day: date,
    text: str,
    until: date | None,
) -> DispatchTurn:
    """The sender does not take the last word: it is owed again by `until`, and overdue after that.

    The county office may give a word on a leader's order back within his limit.
    """
    place = _lock(scope, plan, place_id, version, Right.DISPATCH, DispatchMove.RETURNED)
    duty = Duty.FINISH if place.finished_on else Duty.REPLY
    if until is None or until < day:
        raise ValidationError({"until": "没写新的限期，或已经过了。请选今天或以后的一天。"})
    limit, done = flags.FIELDS[duty]
    _refuse_put_off(scope, place, getattr(place, limit), until)
    turn = _say(place, DispatchMove.RETURNED, actor, day, text, until=until)
    flags.raise_for(place=place, duty=duty, day=day)
    setattr(place, limit, until)
    setattr(place, done, None)
    _tell_township(place, f"退回：调度第 {place.dispatch.number} 号要重报", day)
    return _saved(place, turn)


@transaction.atomic
def extend(
    *,
    scope: Scope,
    plan: WorkPlan,
    place_id: UUID,
    version: int,
    actor: User,
    day: date,
    text: str,
    until: date | None,
) -> DispatchTurn:
    """The sender puts a limit off for this township, with a reason; the last day of the phase stays.

    It is the reply's while that is all that is asked for, else the work's. A flag that stood ends.
    """
    place = _lock(scope, plan, place_id, version, Right.DISPATCH, DispatchMove.EXTENDED)
    _refuse_stranger(scope, place)
    duty = rules.extends(facts(place))
    _refuse_limit(place, duty, until, day)
    turn = _say(place, DispatchMove.EXTENDED, actor, day, text, until=until)
    flags.raise_for(place=place, duty=duty, day=day)
    flags.clear(place=place, duty=duty, day=day)
    setattr(place, flags.FIELDS[duty][0], until)
    _asked_no_more(place, day)
    return _saved(place, turn)


@transaction.atomic
def refuse_longer(
    *, scope: Scope, plan: WorkPlan, place_id: UUID, version: int, actor: User, day: date, text: str
) -> DispatchTurn:
    """The sender keeps the limit, with a reason."""
    place = _lock(scope, plan, place_id, version, Right.DISPATCH, DispatchMove.REFUSED)
    _refuse_stranger(scope, place)
    turn = _say(place, DispatchMove.REFUSED, actor, day, text)
    _asked_no_more(place, day)
    return _saved(place, turn)


@transaction.atomic
def download(*, scope: Scope, turn_id: UUID, actor: User) -> Download:
    """The file of a turn in the scope; every download stands in the log. ObjectDoesNotExist for none."""
    turn = queries.turn(scope, turn_id)
    audit.record("dispatch.download", actor=actor, obj=turn, region_code=turn.place.township_id)
    content_type = KINDS[extension(turn.stored_as)][1]
    return Download(default_storage.open(turn.stored_as), turn.file_name, content_type)


def _lock(
    scope: Scope, plan: WorkPlan, place_id: UUID, version: int, right: Right, move: DispatchMove
) -> DispatchPlace:
    place = (
        DispatchPlace.objects.within(scope)
        .select_for_update(of=("self",))
        .select_related("dispatch", "township")
        .get(pk=place_id, dispatch__plan=plan, dispatch__number__isnull=False)
    )
    scope.require(right, place.township_id)
    if place.version != version:
        raise ValidationError("打开页面后这一行又有了新的动作，你的没有保存。请看过现在的内容再办。")
    if refused := rules.refusal(facts(place), move):
        raise ValidationError(refused)
    return place


def _refuse_stranger(scope: Scope, place: DispatchPlace) -> None:
    """Limits are put off by who set them: a leader's order by leaders."""
    if place.dispatch.by_leader and not scope.may(Right.ORDER):
        raise PermissionDenied("这份调度是局领导发的，延期由局领导定。")


def _refuse_put_off(scope: Scope, place: DispatchPlace, limit: date, until: date) -> None:
    """Who may not extend does not put off by giving back either."""
    if place.dispatch.by_leader and not scope.may(Right.ORDER) and until > limit:
        raise ValidationError(
            {"until": f"这份调度是局领导发的，限期到{zh(limit)}。请选不晚于它的一天；要更晚，请局领导退回。"}
        )


def _refuse_limit(place: DispatchPlace, duty: Duty, until: date | None, day: date) -> None:
    limit = rules.owed(facts(place)).get(duty)
    if limit is None:
        raise ValidationError("已经回复，不用再延期。")
    if refused := rules.limit_refusal(limit, until, day):
        raise ValidationError({"until": refused})


def _say(
    place: DispatchPlace,
    move: DispatchMove,
    actor: User,
    day: date,
    text: str,
    file: UploadedFile | None = None,
    *,
    until: date | None = None,
) -> DispatchTurn:
    """A turn that needs words; with a checked file its random name, the file is written last."""
    if not text.strip():
        raise ValidationError({"text": "没写内容。请写清楚怎么办、办得怎样，或为什么。"})
    turn = keep_turn(place, move, actor, day, text=text, until=until)
    if file is not None:
        check(file)
        kind = extension(file.name or "")
        stem = (file.name or "").rpartition(".")[0]
        turn.file_name = f"{stem[: LONGEST_NAME - len(kind) - 1]}.{kind}"
        turn.stored_as = f"{FOLDER}/{uuid4().hex}.{kind}"
        turn.save(update_fields=["file_name", "stored_as"])
    return turn


def _replied(place: DispatchPlace, day: date) -> None:
    if place.replied_on is None:
        place.replied_on = day
        flags.clear(place=place, duty=Duty.REPLY, day=day)
    _end_notices(place, day)


def _done(place: DispatchPlace, day: date) -> None:
    """The order is at its end here; copies of it tell nobody any more, the leaders' once it is everywhere."""
    place.done_on = day
    regions = [place.township_id]
    if not place.dispatch.places.filter(done_on=None).exclude(pk=place.pk).exists():
        regions.append(place.dispatch.region_id)
    for code in regions:
        notices.clear(
            kind=NoticeKind.DISPATCH_COPY, region_code=code, subject=f"dispatch:{place.dispatch_id}", day=day
        )


def _asked_no_more(place: DispatchPlace, day: date) -> None:
    place.asked_until = None
    _end(place, NoticeKind.DISPATCH_ASKED, day)


def _end_notices(place: DispatchPlace, day: date) -> None:
    for kind in (NoticeKind.DISPATCH, NoticeKind.DISPATCH_URGED):
        _end(place, kind, day)


def _end(place: DispatchPlace, kind: NoticeKind, day: date) -> None:
    notices.clear(kind=kind, region_code=place.township_id, subject=f"dispatch:{place.dispatch_id}", day=day)


def _asks(place: DispatchPlace, day: date) -> notices.Reminder:
    until = zh(place.asked_until) if place.asked_until else ""
    text = f"{place.township.name}要把调度第 {place.dispatch.number} 号延到{until}"
    return _reminder(place, NoticeKind.DISPATCH_ASKED, text, day)


def _tell_township(place: DispatchPlace, text: str, day: date) -> None:
    people = notices.township_people(day).get(place.township_id, [])
    notices.tell(reminder=_reminder(place, NoticeKind.DISPATCH_URGED, text, day), user_ids=people, again=True)


def _reminder(place: DispatchPlace, kind: NoticeKind, text: str, day: date) -> notices.Reminder:
    return notices.Reminder(
        kind=kind,
        region_code=place.township_id,
        subject=f"dispatch:{place.dispatch_id}",
        text=text,
        url_name=PAGE,
        url_args=(str(place.dispatch_id),),
        day=day,
    )


def _saved(place: DispatchPlace, turn: DispatchTurn, file: UploadedFile | None = None) -> DispatchTurn:
    place.version += 1
    place.full_clean()
    place.save()
    audit.record(
        f"dispatch.{turn.kind}",
        actor=turn.by,
        obj=place,
        region_code=place.township_id,
        dispatch=str(place.dispatch_id),
        version=place.version,
        until=turn.until.isoformat() if turn.until else None,
    )
    if file is not None:
        file.seek(0)
        default_storage.save(turn.stored_as, file)
    return turn
