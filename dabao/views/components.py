"""Every component of the face in every state, to look at beside the design; in demo mode only."""

from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace as Item
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

COLOURS = (
    ("#f6f4ef", "底色"),
    ("#ffffff", "白面"),
    ("#faf8f4", "凹面"),
    ("#e4dfd6", "细线"),
    ("#1f2429", "正文"),
    ("#474d54", "次文"),
    ("#646a70", "弱文"),
    ("#24527a", "主色"),
    ("#e9f0f6", "主色浅"),
    ("#b3261e", "逾期 红"),
    ("#8f5400", "滞后 琥珀"),
    ("#2e6b4f", "按期 绿"),
    ("#62676d", "未开始 灰"),
)
EXAMPLES = {
    "colours": COLOURS,
    "steps": [
        Item(label="上传", state="done", url=None),
        Item(label="预览", state="now", url=None),
        Item(label="入库", state="later", url=None),
    ],
    "each": Decimal("4078"),
    "standard": Decimal("4500"),
    "line": Decimal("4000"),
    "chosen": [Item(label="未保", without="#"), Item(label="村：柳树塘、岔河", without="#")],
    "other": "自兴华",
    "at": datetime(2020, 4, 10, 10, 51, tzinfo=ZoneInfo("Asia/Shanghai")),
    "items": [
        Item(name="business", label="种植养殖收入", mine="6,800", theirs="7,500", same=False),
        Item(name="living", label="共同生活人数", mine="4", theirs="4", same=True),
    ],
    "turns": [
        Item(day=date(2020, 3, 10), what="列入名单", detail="", days=None, state="ok"),
        Item(day=date(2020, 4, 8), what="核查", detail="鲁建华", days=29, state="late"),
        Item(day=None, what="等复核", detail="", days=2, state="now"),
    ],
    "blockers": [Item(label="普有福户", url="#", note="4月10日核查过")],
}


@login_not_required
def components(request: HttpRequest) -> HttpResponse:
    if settings.PRODUCTION:
        raise Http404
    return render(request, "components.html", EXAMPLES)
