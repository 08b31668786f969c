"""Reports, meetings and requests of the demo, by the real services on the days the figures file names."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from dabao.models import Unit, User, WorkPlan
from dabao.scope import Role, Scope
from reports.models import Feedback, HelpRequest, Meeting, MonthlyReport
from reports.services import monthly, writing
from reports.services import requests as services

MARCH, APRIL = date(2020, 3, 1), date(2020, 4, 1)
DRAFT_DAY, ANSWER_DAY = date(2020, 4, 9), date(2020, 3, 23)
NO_MEETING = ("532326207", "532326206")  # 铁锁乡, 湾碧乡
PROBLEMS = (
    "一是外出务工户多，入户约不到人；二是残联名单有个别证号对不上，待县局认定。",
    "山区村组分散，入户一天只能走三四户，核查力量不足。",
    "部分农户务工收入没有凭据，人均收入核算要多次上门。",
    "少数老人户口与子女分开，赡养能力要到外乡镇核实。",
)
REQUESTS = (
    ("增加 1 名村级协理员，山区村组一个人跑不过来", "基层政权社区地名区划股"),
    ("开通省救助系统账号，新任经办人还不能录入", "社会救助股"),
    ("协调残联核对证号对不上的名单", "社会救助股"),
    ("加快出具财产核对结果，有 4 户等着研判", "居民家庭经济状况核对中心"),
)


def steps(plan: WorkPlan, figures: dict[str, Any]) -> list[tuple[date, Callable[[], None]]]:
    """Day and act of what a township (a row of `progress.json`) reports; the caller pretends the day."""
    region = figures["region"]
    found: list[tuple[date, Callable[[], None]]] = []
    for month, told in ((MARCH, figures["march_report"]), (APRIL, figures["april_report"])):
        if told == "draft":
            found.append((DRAFT_DAY, partial(_write, plan, region, month, DRAFT_DAY)))
        elif told not in (None, "none"):
            sent = date.fromisoformat(told)
            found.append((sent, partial(send, plan, region, month, sent)))
            if region not in NO_MEETING:
                held = sent - timedelta(days=1 + int(region[-1]) % 4)
                found.append((held, partial(meet, plan, region, month, held)))
    if figures["march_report"] and int(region[-1]) % 2:
        found.append((ANSWER_DAY, partial(answer, plan, region, MARCH, ANSWER_DAY)))
    return found


def _write(plan: WorkPlan, region: str, month: date, day: date) -> None:
    if not MonthlyReport.objects.filter(plan=plan, region=region, month=month).exists():
        writing.save(**_words(plan, region, month, day, Role.TOWNSHIP_STAFF))
        _ask(plan, region, month, day)


def send(plan: WorkPlan, region: str, month: date, day: date) -> None:
    """Write, sign and submit the month's report, once."""
    report = MonthlyReport.objects.filter(plan=plan, region=region, month=month).first()
    if report is None or report.submitted_on is None:
        _ask(plan, region, month, day)
        writing.ask_signature(**_words(plan, region, month, day, Role.TOWNSHIP_STAFF))
        writing.submit(**_words(plan, region, month, day, Role.TOWNSHIP_HEAD))


def _ask(plan: WorkPlan, region: str, month: date, day: date) -> None:
    """One request in each report."""
    text, unit = REQUESTS[(int(region[-1]) + month.month) % len(REQUESTS)]
    services.add(
        **_of_month(plan, region, month, day, Role.TOWNSHIP_STAFF),
        text=text,
        unit=str(Unit.objects.get(name=unit).pk),
        wanted_by=day + timedelta(days=10),
    )


def meet(plan: WorkPlan, region: str, month: date, day: date) -> None:
    """The month's analysis meeting, once."""
    if not Meeting.objects.filter(plan=plan, region=region, month=month).exists():
        monthly.record_meeting(
            **_of_month(plan, region, month, day, Role.TOWNSHIP_STAFF),
            version=0,
            held_on=day,
            people="分管领导、社会事务办、各村（社区）民政协理员、驻村工作队",
            minutes="逐村过排查名单，分析没排查的户和资料不全的户。",
            decisions="分村包户，两天一碰头；外出务工户先电话约定入户时间。",
        )


def feed_back(plan: WorkPlan, region: str, month: date, day: date) -> None:
    """What became of last month's problems, once a month."""
    if not Feedback.objects.filter(plan=plan, region=region, month=month).exists():
        monthly.record_feedback(
            **_of_month(plan, region, month, day, Role.TOWNSHIP_STAFF),
            version=0,
            text="上月问题已逐条对接：核查力量已从村组调剂，县局答复的事项都已落实。",
        )


def answer(plan: WorkPlan, region: str, month: date, day: date) -> None:
    """The county answers what the township asked in a month's report."""
    actor, scope = _somebody(plan.region_id, Role.COUNTY_OFFICE, day)
    rows = HelpRequest.objects.filter(report__plan=plan, report__region=region, report__month=month)
    for row in rows.filter(answered_on=None, report__submitted_on__isnull=False):
        services.answer(
            scope=scope,
            request_id=row.pk,
            actor=actor,
            version=row.version,
            text="已安排，由所请股室对接，月底前办结。",
            day=day,
        )


def _of_month(plan: WorkPlan, region: str, month: date, day: date, role: Role) -> dict[str, Any]:
    actor, scope = _somebody(region, role, day)
    return {
        "scope": scope,
        "plan": plan,
        "region_code": region,
        "month": month,
        "actor": actor,
        "day": day,
    }


def _words(plan: WorkPlan, region: str, month: date, day: date, role: Role) -> dict[str, Any]:
    report = MonthlyReport.objects.filter(plan=plan, region=region, month=month).first()
    return _of_month(plan, region, month, day, role) | {
        "version": report.version if report else 0,
        "texts": writing.Texts("", PROBLEMS[(int(region[-2:]) + month.month) % len(PROBLEMS)]),
        "offered": "",
    }


def _somebody(region: str, role: Role, day: date) -> tuple[User, Scope]:
    users = User.objects.filter(postings__role=role, postings__region_id=region).order_by("username")
    actor = users.first()
    if actor is None:
        raise LookupError(f"{region}: nobody is {role}")
    return actor, actor.scope(day)
