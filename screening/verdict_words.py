"""What a verification concluded, in the words of the ledger's columns; nothing for none."""

from screening.choices import ReasonCode, Scheme
from screening.models import Verification
from screening.queries.steps import SHORT


def opinion(standing: Verification | None) -> str:
    if standing is None:
        return ""
    decisions = list(standing.decisions.all())
    eligible = [decision for decision in decisions if decision.scheme != Scheme.NONE]
    if not eligible:
        return "不符合"
    if len(eligible) < len(decisions):
        return "部分符合"
    return "在保正确" if all(decision.covered for decision in eligible) else "符合"


def proposed(standing: Verification | None) -> str:
    """What is to be enrolled: who has it already and keeps it is not."""
    if standing is None:
        return ""
    decisions = [one for one in standing.decisions.all() if one.scheme != Scheme.NONE and not one.covered]
    if len(decisions) == 1 and decisions[0].person_id is None:
        return Scheme(decisions[0].scheme).label
    number: dict[str, int] = {}
    for decision in decisions:
        number[decision.scheme] = number.get(decision.scheme, 0) + 1
    return " ".join(f"{SHORT[Scheme(scheme)]} {persons}" for scheme, persons in number.items())


def refused(standing: Verification | None) -> str:
    if standing is None:
        return ""
    found: dict[str, int] = {}
    for decision in standing.decisions.all():
        if decision.scheme == Scheme.NONE:
            word = ReasonCode(decision.reason_code).label
            found[word] = found.get(word, 0) + (1 if decision.person_id else 0)
    return "；".join(f"{persons} 人{word}" if persons else word for word, persons in found.items())
