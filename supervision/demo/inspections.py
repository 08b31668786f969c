"""Visits of prefecture and county up to the demo's day, and an unannounced one amid its sample."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from dabao import clock
from dabao.models import User, WorkPlan
from screening.choices import CaseState
from screening.models import Case
from supervision.choices import FindingKind, InspectionLevel, Item, Manner, Match, Met, Occasion, Stratum
from supervision.demo.work import TOUR
from supervision.models import Inspection, Sample, Visit
from supervision.services import inspections, samples, visits
from supervision.services.visits import Problem

_SAME = dict.fromkeys(Item.values, Match.SAME.value)


@dataclass(frozen=True, slots=True)
class Came:
    """Who came when to which townships, how many concluded households he looked at, and what he said."""

    recorded_by: str
    level: InspectionLevel
    occasion: Occasion
    authority: str
    visitors: str
    first_day: date
    last_day: date
    households: int
    words: dict[str, tuple[str, str, str]]  # township → seen, said on the spot, to whom


CAME = (
    Came(
        "xianju", InspectionLevel.PREFECTURE, Occasion.ASSESSMENT, "楚雄州民政局", "社会救助科 2 人",
        date(2020, 3, 26), date(2020, 3, 27), 2,
        {
            "532326102": (
                "抽看台账和两户。入户记录齐，个别户务工收入没有写依据。",
                "收入要写清按什么算、问过谁；4 月中旬前补齐。", "李云飞",
            ),
            "532326107": (
                "排查已全部入户，复核跟得上。不符合的户原因写得具体。",
                "好的做法报县局，请别的乡镇来看。", "普丽华",
            ),
        },
    ),
    Came(
        "gushi", InspectionLevel.COUNTY, Occasion.SPECIAL, "县局救助管理站", "何勇、张仲品",
        date(2020, 4, 3), date(2020, 4, 3), 3,
        {
            "532326106": (
                "走访三户，家庭成员、在保情况与台账相符。两个村的公示栏没有及时更新。",
                "公示到期的当天换下，照片存档。", "白正祥",
            ),
        },
    ),
    Came(
        "chenfeifei", InspectionLevel.COUNTY, Occasion.RESEARCH, "县局", "陈飞飞",
        date(2020, 4, 7), date(2020, 4, 7), 0,
        {
            "532326207": (
                "听乡里汇报，看两个村的进度。入户人手不够，三分之一的户还没去。",
                "乡干部分片包村，4月15日前每天报进度。", "鲁文昌",
            ),
        },
    ),
)  # fmt: skip
SAMPLE_TOWNSHIP, SEED, DRAWN_ON = "532326206", "20200410-湾碧", date(2020, 4, 10)
SIZES = {Stratum.NOT_ELIGIBLE.value: 5, Stratum.ENROLLED.value: 3, Stratum.COVERED.value: 4}


def come(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Have them recorded and visited on their days; what stands already is left alone."""
    made = sum(_came(plan, one) for one in CAME) + _sample(plan)
    tell(f"走访督战 {made} 次。")


def _who(username: str, day: date) -> dict[str, Any]:
    user = User.objects.get(username=username)
    return {"scope": user.scope(day), "actor": user, "day": day}


@transaction.atomic
def _came(plan: WorkPlan, came: Came) -> int:
    if Inspection.objects.filter(plan=plan, authority=came.authority, first_day=came.first_day).exists():
        return 0
    with clock.pretend(came.last_day):
        who = _who(came.recorded_by, came.last_day)
        inspection = inspections.record(
            plan=plan, level=came.level, manner=Manner.OPEN, occasion=came.occasion,
            authority=came.authority, visitors=came.visitors, first_day=came.first_day,
            last_day=came.last_day, townships=list(came.words), **who,
        )  # fmt: skip
        for stop in inspection.stops.all():
            seen, said, to_whom = came.words[stop.township_id]
            homes = list(_households(plan, stop.township_id, came.households))
            for case in homes:
                visit = inspections.add_household(
                    inspection_id=inspection.pk, household_id=case.household_id, **who
                )
                _visited(visit, Met.MET, _SAME, {}, who)
            inspections.describe(
                stop_id=stop.pk, version=stop.version, summary=seen, feedback=said, feedback_to=to_whom,
                villages=sorted({case.household.region_id for case in homes}), **who,
            )  # fmt: skip
        inspections.close(inspection_id=inspection.pk, **who)
    return 1


def _households(plan: WorkPlan, township: str, number: int) -> Iterator[Case]:
    """Concluded households of a township, none of the tour's, always the same ones."""
    found = Case.objects.filter(
        plan=plan, state=CaseState.CLOSED, household__region__code__startswith=township
    ).exclude(household__head__name__in=TOUR)
    yield from found.select_related("household").order_by("household__number", "household_id")[:number]


@transaction.atomic
def _sample(plan: WorkPlan) -> int:
    """Drawn this morning: two households checked, one of them missed, the third not at home."""
    if Sample.objects.filter(stop__inspection__plan=plan, seed=SEED).exists():
        return 0
    with clock.pretend(DRAWN_ON):
        who = _who("akaifang", DRAWN_ON)
        sample = samples.draw(
            plan=plan, township=SAMPLE_TOWNSHIP, level=InspectionLevel.COUNTY, occasion=Occasion.SPECIAL,
            authority="县局养老服务股", visitors="布晓艺、金学平", first_day=DRAWN_ON, last_day=DRAWN_ON,
            sizes=SIZES, seed=SEED, **who,
        )  # fmt: skip
        way = list(sample.stop.visits.select_related("item").order_by("order"))
        missed = next((one for one in way if one.item.stratum == Stratum.NOT_ELIGIBLE), way[0])
        first, away = [one for one in way if one != missed][:2]
        _visited(
            missed, Met.MET, _SAME | {Item.INCOME.value: Match.DIFFERS.value},
            {Item.INCOME.value: "没有务工；初核算进去的务工工资去年就没有了"}, who,
            Problem(
                FindingKind.MISSED, "主要劳力去年10月摔伤不能务工，原来的务工收入没有了，一家没有纳入",
                DRAWN_ON + timedelta(days=7),
            ),
        )  # fmt: skip
        _visited(first, Met.MET, _SAME, {}, who)
        _visited(away, Met.NOT_HOME, {}, {}, who, note="邻居说赶集去了，下午再去")
    return 1


def _visited(
    visit: Visit,
    met: Met,
    matches: dict[str, str],
    said: dict[str, str],
    who: dict[str, Any],
    problem: Problem | None = None,
    note: str = "",
) -> None:
    visits.save(
        visit_id=visit.pk, version=visit.version, met=met, matches=matches, said=said, note=note,
        problem=problem or Problem(), **who,
    )  # fmt: skip
