"""Two orders to townships that lag, one bulletin issued and the next one in work (C19)."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from dabao import clock
from dabao.models import User, WorkPlan
from supervision.models import Bulletin, Dispatch
from supervision.services import bulletins, dispatches
from supervision.services import dispatch_replies as replies
from supervision.services.dispatches import Order

SHIYANG, ZHAOJIADIAN, WANBI, TIESUO, SANTAI = (
    f"532326{code}" for code in ("102", "106", "206", "207", "208")
)
EARLIER, NOW = date(2020, 4, 3), date(2020, 4, 10)
LEADER, OFFICE = "juzhang", "xianju"
STAFF = {
    SHIYANG: "zhen",
    ZHAOJIADIAN: "zhaojiadian1",
    WANBI: "wanbi1",
    TIESUO: "tiesuo1",
    SANTAI: "santai1",
}
FIRST = {
    SHIYANG: "每个村派 1 人，名单贴在镇上；柳树塘、岔河今天下去。",
    ZHAOJIADIAN: "班子成员一人包两个村，4月4日都到村。",
    WANBI: "派 6 人到 6 个村，山上两个组约好周末去。",
}
SECOND = {SANTAI: "今晚前再查 5 户，4月14日查完。"}


def send(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Orders up to the demo's day; nothing when they stand already."""
    if not Dispatch.objects.filter(plan=plan, number=1).exists():
        _first(plan)
    if not Dispatch.objects.filter(plan=plan, number=2).exists():
        _second(plan)
    tell("调度 2 份。")


def publish(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Bulletins, after the day's flags are raised, for they tell of them; nothing when there are some."""
    if not Bulletin.objects.filter(plan=plan).exists():
        _bulletins(plan)
    tell("通报 2 期。")


@transaction.atomic
def _first(plan: WorkPlan) -> None:
    """People to the villages: 铁锁乡 has not answered."""
    order = Order(
        title="4 个乡镇派人到村",
        text="一、每个村派 1 人以上，今天定下名单。\n二、4月4日都要到村入户，不再只打电话。",
        townships=[SHIYANG, ZHAOJIADIAN, WANBI, TIESUO],
        reply_by=date(2020, 4, 7),
    )
    sent = _issue(plan, order, EARLIER)  # figures of a past day are read from a later one
    for code, words in FIRST.items():
        with clock.pretend(date(2020, 4, 4)):
            _say(replies.reply, plan, sent.pk, code, STAFF[code], date(2020, 4, 4), text=words)
            _say(replies.accept, plan, sent.pk, code, OFFICE, date(2020, 4, 4))


@transaction.atomic
def _second(plan: WorkPlan) -> None:
    """Five that lag: one answered, one wants longer, one has not opened it."""
    order = Order(
        title="5 个滞后乡镇，4月15日前查完",
        text="一、按“每天要查”的户数排到人、排到村，今天回复排法。\n"
        "二、去过没在家的户，晚上再去一次，照片和时间要在。\n三、铁锁乡补报3月月报，4月11日前。",
        townships=[SHIYANG, ZHAOJIADIAN, WANBI, TIESUO, SANTAI],
        reply_by=NOW,
        finish_by=date(2020, 4, 15),
        leaders=list(User.objects.filter(username="akaifang").values_list("pk", flat=True)),
    )
    with clock.pretend(NOW):
        sent = _issue(plan, order, NOW)
        for code in (SHIYANG, ZHAOJIADIAN, WANBI, SANTAI):
            user = User.objects.get(username=STAFF[code])
            dispatches.read(scope=user.scope(), plan=plan, dispatch_id=sent.pk, actor=user, day=NOW)
        for code, words in SECOND.items():
            _say(replies.reply, plan, sent.pk, code, STAFF[code], NOW, text=words)
        _say(
            replies.ask_longer,
            plan,
            sent.pk,
            ZHAOJIADIAN,
            STAFF[ZHAOJIADIAN],
            NOW,
            text="麻街两个组修路，车进不去。",
            until=date(2020, 4, 17),
        )


@transaction.atomic
def _bulletins(plan: WorkPlan) -> None:
    """The first as of 3 April, issued; the second in work with a sentence that the office wrote."""
    office, leader = (User.objects.get(username=name) for name in (OFFICE, LEADER))
    first = bulletins.draft(scope=office.scope(), plan=plan, actor=office, day=EARLIER)
    # Not on a pretended day: the figures of a past day are read from a later one.
    common: dict[str, Any] = {"plan": plan, "bulletin_id": first.pk}
    words = bulletins.Words(first.texts, first.addressee, "州民政局")
    first = bulletins.ask_approval(
        **common, scope=office.scope(), actor=office, version=first.version, words=words
    )
    first = bulletins.approve(
        **common, scope=leader.scope(), actor=leader, version=first.version, day=EARLIER
    )
    bulletins.issue(**common, scope=office.scope(), actor=office, version=first.version, day=EARLIER)
    with clock.pretend(NOW):
        second = bulletins.draft(scope=office.scope(), plan=plan, actor=office, day=NOW)
        said = second.texts["problems"].removesuffix("。")
        texts = second.texts | {"problems": f"{said}；照片不全的户责令重查。"}
        bulletins.save(
            scope=office.scope(),
            plan=plan,
            bulletin_id=second.pk,
            version=second.version,
            actor=office,
            words=bulletins.Words(texts, second.addressee),
        )


def _issue(plan: WorkPlan, order: Order, day: date) -> Dispatch:
    leader = User.objects.get(username=LEADER)
    common: dict[str, Any] = {"scope": leader.scope(), "plan": plan, "actor": leader, "day": day}
    draft = dispatches.draft(**common, order=order)
    return dispatches.issue(**common, dispatch_id=draft.pk, version=draft.version)


def _say(
    service: Callable[..., Any],
    plan: WorkPlan,
    dispatch_id: UUID,
    code: str,
    username: str,
    day: date,
    **words: Any,
) -> None:
    user = User.objects.get(username=username)
    if username != OFFICE:
        dispatches.read(scope=user.scope(), plan=plan, dispatch_id=dispatch_id, actor=user, day=day)
    place = Dispatch.objects.get(pk=dispatch_id).places.get(township_id=code)
    service(
        scope=user.scope(),
        plan=plan,
        place_id=place.pk,
        version=place.version,
        actor=user,
        day=day,
        **words,
    )
