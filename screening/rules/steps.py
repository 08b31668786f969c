"""The six steps from application to the provincial system: order, days, who may, where it waits (C10).

Pure. A step taken is a `Taken`; questions are asked of the sequence of those taken so far.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from screening.choices import StepKind

ORDER: tuple[StepKind, ...] = tuple(StepKind)
ONE_DAY = timedelta(days=1)


class Office(StrEnum):
    """Whose work a step is."""

    TOWNSHIP = "township"
    TOWNSHIP_HEAD = "township_head"
    COUNTY = "county"


OFFICE_WORDS = {Office.TOWNSHIP: "乡镇", Office.TOWNSHIP_HEAD: "乡镇负责人", Office.COUNTY: "县局"}
TOWNSHIP_STEPS = frozenset({StepKind.APPLIED, StepKind.REVIEWED, StepKind.PUBLICISED})
REFUSABLE = frozenset({StepKind.REVIEWED, StepKind.APPROVED})


@dataclass(frozen=True, slots=True)
class Taken:
    """A step taken on a day by somebody; publicity also has its first and last day."""

    kind: str
    day: date
    by: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def over_on(self) -> date:
        """The day from which the next step may be taken: for publicity the one after its last."""
        return self.last_day + ONE_DAY if self.last_day else self.day


@dataclass(frozen=True, slots=True)
class Span:
    """Days spent on one step: from the day the one before was over; `to` None = it waits there now."""

    kind: StepKind
    since: date
    to: date | None
    days: int


def offices(kind: str, *, township_approves: bool) -> tuple[Office, ...]:
    """Who may take the step; a plan may leave approval to the heads of the townships."""
    if kind in TOWNSHIP_STEPS:
        return (Office.TOWNSHIP,)
    if kind == StepKind.APPROVED and township_approves:
        return (Office.TOWNSHIP_HEAD, Office.COUNTY)
    return (Office.COUNTY,)


def next_step(taken: Sequence[Taken]) -> StepKind | None:
    """The first step not taken yet; None when all are."""
    done = {step.kind for step in taken}
    return next((kind for kind in ORDER if kind not in done), None)


def waits_at(following: str, publicity_last_day: date | None, day: date) -> StepKind | None:
    """The stage it stands at on a day. It stays in publicity to the end of the last day."""
    if not following:
        return None
    running = publicity_last_day is not None and day <= publicity_last_day
    return StepKind.PUBLICISED if following == StepKind.APPROVED and running else StepKind(following)


def since(last_step: date, publicity_last_day: date | None, stage: str) -> date:
    """Since when it waits at its stage: for approval from the day after the publicity."""
    if stage == StepKind.APPROVED and publicity_last_day is not None:
        return publicity_last_day + ONE_DAY
    return last_step


def earliest_last_day(first_day: date, publicity_days: int) -> date:
    """The last day of a publicity of so many days, the first one counted."""
    return first_day + timedelta(days=publicity_days - 1)


def fault(step: Taken, taken: Sequence[Taken], *, today: date, publicity_days: int) -> str:
    """Why the step may not be taken now, in words; empty when it may.

    Order, days (not in the future, not before the step before, publicity in full) and persons: who applied
    does not approve (domain, "Never both").
    """
    kind, following = StepKind(step.kind), next_step(taken)
    if following is None:
        return "六步都办完了，不用再办。"
    if following != kind:
        if kind in {one.kind for one in taken}:
            return f"“{kind.label}”已经办过，现在等“{following.label}”。"
        return f"还没有“{following.label}”，不能先办“{kind.label}”。"
    if step.day > today:
        return f"“{kind.label}”的日期不能晚于今天。"
    before = taken[-1] if taken else None
    if before is not None and step.day < before.day:
        return f"“{kind.label}”不能早于“{StepKind(before.kind).label}”（{_words(before.day)}）。"
    match kind:
        case StepKind.PUBLICISED:
            return _publicity_fault(step, publicity_days)
        case StepKind.APPROVED:
            return _approval_fault(step, taken)
    return ""


def _publicity_fault(step: Taken, publicity_days: int) -> str:
    if step.first_day is None or step.last_day is None:
        return "请写公示的首日和末日。"
    if step.last_day < (least := earliest_last_day(step.first_day, publicity_days)):
        return f"公示至少 {publicity_days} 天：{_words(step.first_day)}贴出，末日最早 {_words(least)}。"
    return ""


def _approval_fault(step: Taken, taken: Sequence[Taken]) -> str:
    last_day = taken[-1].last_day
    if last_day is not None and step.day <= last_day:
        return f"公示到 {_words(last_day)}才满，{_words(last_day + ONE_DAY)}起才能审批。"
    if step.by is not None and step.by in {one.by for one in taken if one.kind == StepKind.APPLIED}:
        return "申请是你办的，审批要由别人办。"
    return ""


def spans(opened_on: date, taken: Sequence[Taken], today: date) -> tuple[Span, ...]:
    """Days spent on each step so far, the one waiting last; they add up to the days from opening on.

    The sum is `today - opened_on` while something waits, else the days until the last step.
    """
    found, since = [], opened_on
    for step in taken:
        if step.over_on > today:
            break
        found.append(Span(StepKind(step.kind), since, step.over_on, (step.over_on - since).days))
        since = step.over_on
    following = next_step(taken)
    if len(found) < len(taken):
        following = StepKind(taken[len(found)].kind)
    if following is not None:
        found.append(Span(following, since, None, max(0, (today - since).days)))
    return tuple(found)


def furthest_behind(stages: Iterable[StepKind | None]) -> StepKind | None:
    """The stage of a household with several grants: the first one that any of them waits at."""
    waiting = [stage for stage in stages if stage is not None]
    return min(waiting, key=ORDER.index) if waiting else None


def number_fault(number: str, digits: int) -> str:
    """What is wrong with a provincial number as typed; empty when nothing is."""
    if not number:
        return "请填省系统编号。"
    if not (number.isascii() and number.isdigit()):
        return "省系统编号只有数字。照省系统回执重填，不要带空格和字母。"
    if (missing := digits - len(number)) > 0:
        return f"应是 {digits} 位，少 {missing} 位。看省系统回执。"
    if missing < 0:
        return f"应是 {digits} 位，多 {-missing} 位。看省系统回执。"
    return ""


def _words(day: date) -> str:
    return f"{day.month}月{day.day}日"


def terms_open(next_step: str) -> bool:
    """Whether tier and amount can still be set: until it is approved."""
    return next_step in ORDER[: ORDER.index(StepKind.APPROVED) + 1]
