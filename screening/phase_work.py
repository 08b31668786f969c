"""Work of a township, and of several together, in each phase of a plan (C27)."""

from dataclasses import dataclass
from datetime import date

from dabao.models import Phase
from screening.rules.phases import PhaseSpan, Work, work_of_county

NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class TownshipProgress:
    """A township and its work in each phase of the plan, in the plan's order."""

    code: str
    name: str
    works: tuple[Work, ...]


def span(phase: Phase) -> PhaseSpan:
    return PhaseSpan(phase.first_day, phase.last_day)


def phase_ordinal(number: int) -> str:
    """第一阶段."""
    return f"第{NUMERALS[number - 1]}阶段"


def phase_words(phase: Phase) -> str:
    """第一阶段“逐一排查遗漏对象”."""
    return f"{phase_ordinal(phase.number)}“{phase.name}”"


def together(rows: list[TownshipProgress], phases: list[Phase], day: date) -> tuple[Work, ...]:
    """Work of several townships in each phase: sums (also of the lines), pace of their own remainder."""
    return tuple(
        work_of_county([row.works[place] for row in rows], span(phase), day)
        for place, phase in enumerate(phases)
    )
