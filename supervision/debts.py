"""The county's own debts in the words of the board and of the homes: as red as a township's (C20, face)."""

from collections.abc import Iterator
from dataclasses import dataclass

from supervision.navigation import url_of
from supervision.queries.county import Debts


@dataclass(frozen=True, slots=True)
class Debt:
    """One kind of what the county owes, and where it is seen; `late` once a day of the plan has passed."""

    words: str
    url: str
    late: bool = False


def owes(debts: Debts, *, keeps_lists: bool, keeps_plan: bool) -> list[Debt]:
    """Everything the county owes, the overdue first. Who does not keep the lists or the plan gets no way
    to them.
    """
    return list(_owes(debts, keeps_lists, keeps_plan))


def _owes(debts: Debts, keeps_lists: bool, keeps_plan: bool) -> Iterator[Debt]:
    if debts.answers.number:
        words = f"欠答复 {debts.answers.number} 条，最久 {debts.answers.oldest} 天"
        yield Debt(words, url_of("reports:requests"), late=True)
    if debts.lists:
        yield Debt(f"{debts.lists} 份名单等入库确认", url_of("screening:lists") if keeps_lists else "")
    if debts.questions and (oldest := debts.oldest_question):
        since = f"最早 {oldest.month}月{oldest.day}日提出"
        yield Debt(f"名单疑问 {debts.questions} 条没有答复，{since}", url_of("screening:questions"))
    if debts.standards:
        yield Debt(
            f"{debts.standards} 项标准待确认", url_of("dabao:settings-standards") if keeps_plan else ""
        )
