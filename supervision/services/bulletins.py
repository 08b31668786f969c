"""A bulletin from the draft to everybody's desk (C19)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from dabao import audit, plans
from dabao.models import NoticeKind, User, WorkPlan
from dabao.scope import Right, Scope
from dabao.services import notices
from supervision import drafting
from supervision.board import build
from supervision.models import Bulletin, BulletinState
from supervision.queries import bulletins as queries
from supervision.queries import townships
from supervision.rules.merging import merged, plain

ADDRESSEE = "各乡镇社会事务办，县局各股室、中心、馆、院"
S = BulletinState


@dataclass(frozen=True, slots=True)
class Words:
    """What people write: the parts by key, who it is for, who gets a copy."""

    texts: Mapping[str, str]
    addressee: str
    copies: str = ""


@transaction.atomic
def draft(*, scope: Scope, plan: WorkPlan, actor: User, day: date) -> Bulletin:
    """A new draft with the words and figures of the board. One at a time: the last must be issued first."""
    scope.require(Right.DISPATCH, plan.region_id)
    WorkPlan.objects.select_for_update().get(pk=plan.pk)
    if Bulletin.objects.filter(plan=plan).exclude(state=S.ISSUED).exists():
        raise ValidationError("还有一期没发出。请先发出或删掉，再起草下一期。")
    bulletin = Bulletin(
        plan=plan, region=plan.region, day=day, addressee=ADDRESSEE, written_by=actor, version=0
    )
    _draw(scope, bulletin, day)
    return _saved(bulletin, actor, "bulletin.draft")


@transaction.atomic
def save(
    *, scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, actor: User, words: Words
) -> Bulletin:
    """Keep the words. Whoever saw an older version is told, nothing is overwritten.

    What waits for a leader goes back to the draft, unless it is a leader who changed it.
    """
    bulletin = _lock(scope, plan, bulletin_id, version, Right.DISPATCH, S.DRAFT, S.TO_APPROVE)
    was = bulletin.state
    _write(bulletin, actor, words)
    if scope.may(Right.ORDER, plan.region_id):
        bulletin.state = was
    return _saved(bulletin, actor, "bulletin.save")


@transaction.atomic
def redraft(
    *,
    scope: Scope,
    plan: WorkPlan,
    bulletin_id: UUID,
    version: int,
    actor: User,
    day: date,
    words: Words,
) -> Bulletin:
    """Draft it again with the figures of the day: what people changed stays, the rest follows.

    What waits for a leader goes on waiting when it is a leader who does it.
    """
    bulletin = _lock(scope, plan, bulletin_id, version, Right.DISPATCH, S.DRAFT, S.TO_APPROVE)
    was = bulletin.state
    _write(bulletin, actor, words)
    _draw(scope, bulletin, day)
    if scope.may(Right.ORDER, plan.region_id):
        bulletin.state = was
    return _saved(bulletin, actor, "bulletin.redraft")


@transaction.atomic
def discard(*, scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, actor: User) -> None:
    """Throw a draft away; it took no number."""
    bulletin = _lock(scope, plan, bulletin_id, version, Right.DISPATCH, S.DRAFT)
    audit.record("bulletin.discard", actor=actor, obj=bulletin, region_code=bulletin.region_id)
    bulletin.delete()


@transaction.atomic
def ask_approval(
    *, scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, actor: User, words: Words
) -> Bulletin:
    """Keep the words and lay the bulletin before a leader; no part may be empty."""
    bulletin = _lock(scope, plan, bulletin_id, version, Right.DISPATCH, S.DRAFT, S.TO_APPROVE)
    _write(bulletin, actor, words)
    for key, heading in drafting.PARTS:
        if not bulletin.texts.get(key, "").strip():
            raise ValidationError({key: f"“{heading or '开头'}”没写。没有也请写明“无”。"})
    _refuse_old_figures(scope, bulletin)
    bulletin.state, bulletin.remark = S.TO_APPROVE, ""
    return _saved(bulletin, actor, "bulletin.ask_approval")


@transaction.atomic
def approve(
    *, scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, actor: User, day: date
) -> Bulletin:
    """A leader approves it as it stands; its words and figures stay from now on, so they must be true."""
    bulletin = _lock(scope, plan, bulletin_id, version, Right.ORDER, S.TO_APPROVE)
    _refuse_old_figures(scope, bulletin)
    bulletin.state, bulletin.approved_by, bulletin.approved_on = S.APPROVED, actor, day
    return _saved(bulletin, actor, "bulletin.approve")


@transaction.atomic
def send_back(
    *, scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, actor: User, remark: str
) -> Bulletin:
    """A leader gives it back to be mended, and says why; also an approved one that is not issued yet."""
    bulletin = _lock(scope, plan, bulletin_id, version, Right.ORDER, S.TO_APPROVE, S.APPROVED)
    if not remark.strip():
        raise ValidationError("没写退回的原因。请写明要改什么。")
    bulletin.state, bulletin.remark = S.DRAFT, remark.strip()
    bulletin.approved_by = bulletin.approved_on = None
    return _saved(bulletin, actor, "bulletin.send_back")


@transaction.atomic
def issue(
    *, scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, actor: User, day: date
) -> Bulletin:
    """Give it the plan's next number and show it to everybody: townships and units are told."""
    bulletin = _lock(scope, plan, bulletin_id, version, Right.DISPATCH, S.APPROVED)
    WorkPlan.objects.select_for_update().get(pk=plan.pk)
    last = Bulletin.objects.filter(plan=plan).aggregate(last=Max("number"))["last"]
    bulletin.number, bulletin.state = (last or 0) + 1, S.ISSUED
    bulletin.issued_by, bulletin.issued_on = actor, day
    _saved(bulletin, actor, "bulletin.issue", number=bulletin.number)
    own = {township.code for township in plans.townships(plan)}
    people = {code: users for code, users in notices.township_people(day).items() if code in own}
    for code, users in townships.accounts(scope, plan, day).items():
        people.setdefault(code, []).extend(users)
    for code, users in people.items():
        notices.tell(reminder=_reminder(bulletin, code, day), user_ids=users)
    return bulletin


@transaction.atomic
def read(*, scope: Scope, bulletin: Bulletin, day: date) -> int:
    """Whoever opens an issued bulletin has read it: his notices of it are over. How many he had."""
    return notices.over(scope=scope, kind=NoticeKind.BULLETIN, subject=_subject(bulletin), day=day)


def _lock(
    scope: Scope, plan: WorkPlan, bulletin_id: UUID, version: int, right: Right, *states: BulletinState
) -> Bulletin:
    scope.require(right, plan.region_id)
    bulletin = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin_id, plan=plan)
    if bulletin.state not in states:
        raise ValidationError(f"这一期现在是“{S(bulletin.state).label}”，不能这样办。请刷新页面再看。")
    if bulletin.state == S.DRAFT and right == Right.DISPATCH and not queries.may_write(scope, bulletin):
        raise ValidationError("草稿由起草的人改。送批以后轮到你：可以改、批准或退回。")
    if bulletin.version != version:
        raise ValidationError("打开页面后这一期又改过，你的没有保存。请另开一页对照着改。")
    return bulletin


def _write(bulletin: Bulletin, actor: User, words: Words) -> None:
    bulletin.texts = {key: words.texts.get(key, "").replace("\r\n", "\n") for key, _ in drafting.PARTS}
    bulletin.addressee, bulletin.copies = words.addressee.strip(), words.copies.strip()
    bulletin.state, bulletin.written_by = S.DRAFT, actor


def _draw(scope: Scope, bulletin: Bulletin, day: date) -> None:
    """Words and figures of the board of the day, under what people have written."""
    board = build(scope, bulletin.plan, day)
    old, new = drafting.from_json(bulletin.drafted), drafting.draft(board)
    bulletin.texts = {
        key: merged(plain(old[key]), bulletin.texts[key], plain(pieces)) if old else plain(pieces)
        for key, pieces in new.items()
    }
    bulletin.drafted, bulletin.table, bulletin.day = drafting.as_json(new), drafting.table(board), day


def _refuse_old_figures(scope: Scope, bulletin: Bulletin) -> None:
    """The ledger of its day has moved on since it was drafted: its links open other figures."""
    now = drafting.table(build(scope, bulletin.plan, bulletin.day))
    moved = [
        f"{new[0]}{drafting.TABLE_HEAD[place].removesuffix('（户）')} {old[place]} → {new[place]}"
        for old, new in zip(bulletin.table, now, strict=True)
        for place in drafting.COUNTED
        if old[place].replace(",", "") != new[place].replace(",", "")  # frozen ones of old have no commas
    ]
    if moved:
        raise ValidationError(
            f"起草以后台账又变了，{bulletin.day.month}月{bulletin.day.day}日的数不是这一期写的了："
            f"{'，'.join(moved)}。请点“按今天的数重新起草”，核对后再办。"
        )


def _subject(bulletin: Bulletin) -> str:
    return f"bulletin:{bulletin.pk}"


def _reminder(bulletin: Bulletin, region_code: str, day: date) -> notices.Reminder:
    return notices.Reminder(
        kind=NoticeKind.BULLETIN,
        region_code=region_code,
        subject=_subject(bulletin),
        text=f"督战通报 {bulletin.plan.year} 年第 {bulletin.number} 期",
        url_name="supervision:bulletin",
        url_args=(str(bulletin.pk),),
        day=day,
    )


def _saved(bulletin: Bulletin, actor: User, action: str, **data: Any) -> Bulletin:
    bulletin.version += 1
    bulletin.saved_at = timezone.now()
    bulletin.full_clean()
    bulletin.save()
    audit.record(
        action,
        actor=actor,
        obj=bulletin,
        region_code=bulletin.region_id,
        state=bulletin.state,
        version=bulletin.version,
        **data,
    )
    return bulletin
