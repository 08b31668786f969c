"""The log as the auditor reads it: who, what, which object by opaque id, when, from where, the result."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from dabao.models import AuditEvent, AuditSeal, Job, JobState, User
from dabao.scope import Right, Scope

VERIFY_JOB = "audit.verify"
# The first part of an action → the group it is counted in.
GROUPS = {
    "case": "核查、复核",
    "verification": "核查、复核",
    "recheck": "核查、复核",
    "draft": "核查、复核",
    "household": "核查、复核",
    "screening": "筛查",
    "list": "名单导入",
    "row": "名单导入",
    "reveal": "看完整号码",
    "person": "看完整号码",
    "account": "账号、登录",
    "posting": "任职",
    "assignment": "挂包",
    "unit": "股室",
    "plan": "方案、标准",
    "standard": "方案、标准",
    "alias": "方案、标准",
    "region": "方案、标准",
    "report": "月报",
    "meeting": "月报",
    "flag": "红旗、每日任务",
    "daily": "红旗、每日任务",
    "page": "被拒的访问",
    "audit": "日志",
}
OTHER = "其他"
_NAMES = {
    "account.sign_in": "登录",
    "account.sign_out": "退出",
    "account.create": "建账号",
    "account.change": "改账号资料",
    "account.change_password": "换自己的密码",
    "account.reset_password": "重设密码",
    "account.disable": "停用账号",
    "account.enable": "启用账号",
    "account.bulk": "批量建账号",
    "account.export": "导出账号任职",
    "posting.grant": "加任职",
    "posting.create": "加任职",
    "posting.confirm": "确认任职",
    "posting.decline": "退回任职",
    "posting.end": "截止任职",
    "posting.hand_over": "移交任职",
    "posting.from_assignment": "按挂包安排改任职",
    "assignment.make": "安排挂包",
    "assignment.end": "结束挂包",
    "unit.join": "加股室成员",
    "unit.leave": "股室成员离开",
    "plan.load": "装入方案",
    "plan.change": "改方案设置",
    "region.load": "装入行政区划",
    "standard.create": "加标准",
    "standard.change": "改标准",
    "standard.confirm": "确认标准",
    "alias.create": "加列名对照",
    "alias.delete": "删列名对照",
    "screening.run": "筛查六类对象",
    "list.upload": "上传名单",
    "list.import": "名单入库",
    "list.refuse": "名单被拒",
    "list.discard": "放弃名单",
    "flag.raise": "标逾期",
    "flag.clear": "消除红旗",
    "daily.run": "每日任务",
    "page.refuse": "打开没有权限的页",
    "page.missing": "打开不在范围或没有的记录",
    "page.no_token": "提交没有凭证的表单",
    "audit.export": "导出日志",
}
_VERBS = {
    "verify": "核查",
    "withdraw": "撤回",
    "correct": "更正",
    "recheck": "复核",
    "return": "退回",
    "assign": "分派",
    "open": "列入",
    "close": "销号",
    "reopen": "重新核查",
    "create": "新建",
    "change": "修改",
    "delete": "删除",
    "submit": "报送",
    "save": "保存",
    "reveal": "看完整号码",
    "search": "搜索",
    "export": "导出",
    "print": "打印",
    "note": "记事",
}


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the log is cut to; from the query string, unknown values ignored. `day` is a real day."""

    day: date | None = None
    actor: str = ""
    group: str = ""
    result: str = ""
    object_id: str = ""

    @classmethod
    def from_query(cls, query: Any) -> "AuditFilters":
        group, actor = query.get("group", ""), query.get("actor", "")
        return cls(
            _day(query.get("day", "")),
            actor if actor == "system" or _is_uuid(actor) else "",
            group if group in {*GROUPS.values(), OTHER} else "",
            "refused" if query.get("result") == "refused" else "",
            query.get("object", "").strip()[:40],
        )


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event in words."""

    at: datetime
    business_day: date
    who: str
    office: str
    what: str
    object_words: str
    detail: str
    address: str
    refused: bool


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the chain stands: events, sealed so far, and the last check (None = never)."""

    events: int
    sealed: int
    checked_at: datetime | None
    checked_up_to: int
    faults: list[str]
    running: bool


def events(scope: Scope, filters: AuditFilters) -> QuerySet[AuditEvent]:
    """The events that the filters keep, newest first."""
    scope.require(Right.AUDIT)
    found = AuditEvent.objects.select_related("actor").order_by("-pk")
    if filters.day:
        begin = timezone.make_aware(datetime.combine(filters.day, time.min))
        found = found.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
    if filters.actor == "system":
        found = found.filter(actor=None)
    elif filters.actor:
        found = found.filter(actor=filters.actor)
    if filters.result:
        found = found.filter(result=filters.result)
    if filters.object_id:
        found = found.filter(object_id__startswith=filters.object_id)
    if filters.group == OTHER:
        for prefix in GROUPS:
            found = found.exclude(action__startswith=f"{prefix}.")
    elif filters.group:
        prefixes = "|".join(prefix for prefix, group in GROUPS.items() if group == filters.group)
        found = found.filter(action__regex=rf"^({prefixes})\.")
    return found


def lines(scope: Scope, found: list[AuditEvent]) -> list[AuditLine]:
    """Events in words."""
    scope.require(Right.AUDIT)
    return [_line(event) for event in found]


def by_group(scope: Scope, filters: AuditFilters) -> list[tuple[str, int]]:
    """How many of the filtered events there are in each group; the sum is all of them."""
    counted: Counter[str] = Counter()
    for action in events(scope, filters).order_by().values_list("action", flat=True):
        counted[GROUPS.get(action.split(".")[0], OTHER)] += 1
    return counted.most_common()


def actors(scope: Scope) -> QuerySet[User]:
    """Everybody in the log, to filter by."""
    scope.require(Right.AUDIT)
    return User.objects.filter(pk__in=AuditEvent.objects.order_by().values("actor").distinct()).order_by(
        "name"
    )


def chain_state(scope: Scope) -> ChainState:
    """How the chain stands, from the last finished check; nothing is verified here."""
    scope.require(Right.AUDIT)
    checks = Job.objects.filter(kind=VERIFY_JOB).order_by("-created_at")
    last = checks.filter(state=JobState.DONE).first()
    return ChainState(
        AuditEvent.objects.count(),
        AuditSeal.objects.count(),
        last.finished_at if last else None,
        last.result.get("sealed", 0) if last else 0,
        last.result.get("faults", []) if last else [],
        checks.filter(state__in=(JobState.QUEUED, JobState.RUNNING)).exists(),
    )


def _words(action: str) -> str:
    """What an action is called; its own name when it has none."""
    if action in _NAMES:
        return _NAMES[action]
    thing, _, verb = action.partition(".")
    return f"{_VERBS[verb]}（{GROUPS.get(thing, OTHER)}）" if verb in _VERBS else action


def _line(event: AuditEvent) -> AuditLine:
    data = dict(event.data)
    reason = str(data.pop("reason", "") or "")
    rest = "，".join(
        f"{key} {_short(value)}" for key, value in sorted(data.items()) if value not in ("", [], None)
    )
    return AuditLine(
        event.at,
        event.business_day,
        event.actor_label,
        event.actor.office if event.actor else "",
        _words(event.action),
        _object_words(event),
        "；".join(part for part in (reason, rest) if part)[:200],
        event.address or "",
        event.result != "ok",
    )


def _object_words(event: AuditEvent) -> str:
    if not event.object_kind:
        return ""
    try:
        name = str(apps.get_model(event.object_kind)._meta.verbose_name)
    except (LookupError, ValueError):
        name = event.object_kind
    return f"{name} {event.object_id[:8]}…" if len(event.object_id) > 8 else f"{name} {event.object_id}"


def _short(value: Any) -> str:
    text = str(value)
    return f"{text[:8]}…" if _is_uuid(text) else text[:60]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
