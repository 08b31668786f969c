"""The bar of every page: which words a scope sees, and what waits behind them (pages, Navigation)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from dabao.scope import Right, Scope

PHONE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the bar. `rights`: any one of them shows it. `waits`: the name of the count beside it;
    `tabs_wait`: of those added to it that stand on tabs of that page, each marked there with its own.

    `only_waiting` shows it only while something waits; `instead_of` only while that other page is not there.
    `also`: pages that lie under other addresses and belong to this word all the same.
    """

    label: str
    url_name: str
    rights: frozenset[Right] = frozenset()
    waits: str = ""
    tabs_wait: tuple[str, ...] = ()
    only_waiting: bool = False
    instead_of: str = ""
    phone: int = 9
    short: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A word as shown: where it leads, how much waits there, whether it is the page one is on."""

    label: str
    url: str
    count: int
    current: bool
    short: str
    phone: int


# The other pages under 督战整改, which are tabs of its first one.
RECTIFY = tuple(
    f"supervision:{name}" for name in ("inspections", "samples", "dispatches", "bulletins", "accountability")
)
ENTRIES = (
    Entry("首页", "supervision:home", phone=0),
    Entry("督战图", "supervision:board", frozenset({Right.BOARD}), phone=1),
    Entry("名单导入", "screening:lists", frozenset({Right.IMPORT}), "lists", phone=3, short="导入"),
    Entry("三部门比对", "screening:matches", frozenset({Right.IMPORT}), "matches", phone=6, short="比对"),
    Entry("排查名单", "screening:cases", frozenset({Right.VERIFY}), "to_verify", phone=1),
    Entry("排查名单", "screening:cases", frozenset({Right.BOARD}), instead_of="screening:ledger", phone=2),
    Entry("复核", "screening:recheck", frozenset({Right.RECHECK}), "to_recheck", only_waiting=True, phone=3),
    Entry(
        "审批",
        "screening:steps",
        frozenset({Right.APPLY, Right.APPROVE}),
        "steps",
        only_waiting=True,
        phone=5,
    ),
    Entry(
        "动态核查",
        "screening:reviews",
        frozenset({Right.APPLY, Right.APPROVE}),
        "reviews",
        only_waiting=True,
        phone=1,
        short="核查",
    ),
    Entry(
        "台账",
        "screening:ledger",
        frozenset({Right.READ}),
        "aid",
        phone=2,
        also=("screening:changes", "screening:moves", "screening:offers", "screening:reviews"),
    ),
    Entry("预警", "screening:warnings", frozenset({Right.READ}), "warnings", phone=5),
    Entry(
        "督战整改",
        "supervision:findings",
        frozenset({Right.READ}),
        "findings",
        tabs_wait=("dispatches", "bulletins"),
        phone=4,
        short="整改",
        also=RECTIFY,
    ),
    Entry("月报", "reports:calendar", frozenset({Right.READ_REPORT}), phone=4, also=("reports:requests",)),
    Entry("确认任职", "dabao:waiting", frozenset({Right.ORDER}), "postings", only_waiting=True, phone=7),
    Entry("账号任职", "dabao:accounts", frozenset({Right.ACCOUNTS}), "postings", phone=1, short="账号"),
    Entry("股室", "dabao:units", frozenset({Right.ACCOUNTS}), phone=2),
    Entry("运行状况", "dabao:running", frozenset({Right.ACCOUNTS}), phone=3, short="运行"),
    Entry("设置", "dabao:settings", frozenset({Right.PLAN, Right.ACCOUNTS}), phone=6),
    Entry("操作日志", "dabao:audit", frozenset({Right.AUDIT}), phone=1, short="日志"),
)

# The help chapter of a page, by how its URL name begins; the longest fit wins.
HELP = {
    "screening:case": "household",
    "screening:cases": "worklist",
    "screening:case-new": "worklist",
    "screening:recheck": "recheck",
    "screening:list": "lists",
    "screening:row": "lists",
    "supervision:board": "board",
    "supervision:flags": "board",
    "supervision:assignment": "board",
    "supervision:finding": "findings",
    "supervision:accountability": "findings",
    "supervision:inspection": "inspections",
    "supervision:visit": "inspections",
    "supervision:sample": "inspections",
    "supervision:dispatch": "orders",
    "supervision:bulletin": "orders",
    "supervision:digest": "orders",
    "reports:": "reports",
    "dabao:": "accounts",
    "screening:review": "reviews",
    "screening:warning": "warnings",
    "screening:monitor": "warnings",
    "screening:follow": "warnings",
    "screening:change": "aid",
    "screening:move": "aid",
    "screening:offer": "aid",
    "screening:proposal": "aid",
    "screening:case-people": "aid",
}


def url_of(name: str) -> str:
    """The address of a page, empty while there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def bar(scope: Scope, path: str, waiting: Mapping[str, int]) -> list[Item]:
    """The words for this scope, in the county's order; `waiting` = counts by name (absent counts are 0)."""
    shown: dict[str, Entry] = {}
    for entry in ENTRIES:
        url = url_of(entry.url_name)
        allowed = not entry.rights or any(scope.may(right) for right in entry.rights)
        stood_in = bool(entry.instead_of and url_of(entry.instead_of))
        idle = entry.only_waiting and not waiting.get(entry.waits)
        if url and allowed and not stood_in and not idle:
            shown.setdefault(url, entry)
    under = {url_of(name): url for url, entry in shown.items() for name in entry.also if url_of(name)}
    under |= {url: url for url in shown}
    here = under.get(_current(path, list(under)), "")
    return [
        Item(entry.label, url, _waits(entry, waiting), url == here, entry.short, entry.phone)
        for url, entry in shown.items()
    ]


def _waits(entry: Entry, waiting: Mapping[str, int]) -> int:
    return sum(waiting.get(name, 0) for name in (entry.waits, *entry.tabs_wait))


def phone_bar(items: list[Item]) -> list[Item]:
    """The four words a phone has room for; the rest stand behind 更多."""
    kept = sorted(items, key=lambda item: item.phone)[:PHONE_WORDS]
    return [item for item in items if item in kept]


def help_url(page_name: str, path: str) -> str:
    """The help for the page one is on, with the way back to it."""
    fits = [begin for begin in HELP if page_name.startswith(begin)]
    chapter = HELP[max(fits, key=len)] if fits else "start"
    return f"{reverse('dabao:help-page', args=[chapter])}?{urlencode({'from': path})}"


def _current(path: str, urls: list[str]) -> str:
    """The address the path lies under; home only when it is home itself."""
    under = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(under, key=len, default="")
