"""Small words that the papers share."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from screening.models import Verification
from screening.queries.households import HouseholdPage
from screening.rules.wording import yuan

BOX, TICKED = "□", "☑"
KEPT = "（维持在保）"


def day_words(day: date | None) -> str:
    """2020-03-29 → 3月29日; empty for None."""
    return f"{day.month}月{day.day}日" if day else ""


def exact(amount: Decimal | None) -> str:
    """Computed yuan, always two places: 3,760.00."""
    return "" if amount is None else f"{amount:,.2f}"


def boxes(words: dict[str, bool]) -> str:
    """Boxes to tick, those that are true ticked: ☑机动车　□商品房."""
    return "　".join(f"{TICKED if on else BOX}{word}" for word, on in words.items())


def yes_no(answer: bool | None, yes: str = "是", no: str = "否") -> str:
    """Two boxes; neither ticked when nobody answered."""
    return boxes({yes: answer is True, no: answer is False})


def number_masked(number: str) -> str:
    """A household's number as pages show it: 5323********0007."""
    return f"{number[:4]}********{number[-4:]}" if number else "没有"


def standard_words(page: HouseholdPage) -> str:
    """农村低保标准 4,500 元/年（待确认）."""
    if page.standard is None:
        return "没有现行农村低保标准"
    doubt = "" if page.standard.confirmed else "（待确认）"
    return f"农村低保标准 {yuan(page.standard.amount)} 元/年{doubt}"


def who_checked(record: Verification) -> str:
    """鲁建华（乡镇干部），同去：驻村队员 1 人."""
    role = f"（{record.get_role_display()}）" if record.role else ""
    return f"{record.by.name}{role}" + (f"，同去：{record.companions}" if record.companions else "")


def verdicts(record: Verification) -> dict[UUID | None, tuple[str, str]]:
    """By person id, or None for the household: the conclusion and why, in words."""
    found: dict[UUID | None, tuple[str, str]] = {}
    for decision in record.decisions.all():
        kept = KEPT if decision.covered else ""
        why = f"{decision.get_reason_code_display()}：{decision.reason_text}" if decision.reason_code else ""
        found[decision.person_id] = (f"{decision.get_scheme_display()}{kept}", why)
    return found
