"""A stored verification as the form's answers, and back as verdicts: for drafts, corrections and conflicts.

Answers are a flat dict of form field names to text (or a list of texts), the same as a kept draft.
"""

from typing import Any

from screening.models import Verification
from screening.rules.verdicts import Verdict

WHOLE, EACH = "whole", "each"
KEEP = "keep"
NO_PROPERTY = "none"
NO_INCOME = "没有任何收入"


def verdicts_of(verification: Verification) -> list[Verdict]:
    """Its decisions as the rules take them."""
    return [
        Verdict(
            scheme=decision.scheme,
            person=decision.person_id,
            covered=decision.covered,
            reason_code=decision.reason_code,
            reason_text=decision.reason_text,
        )
        for decision in verification.decisions.all()
    ]


def of_verification(verification: Verification) -> dict[str, Any]:
    """The form's answers behind a stored record; `version` and the submission's key are not among them."""
    found: dict[str, Any] = {
        "on_site": "on" if verification.on_site else "",
        "visited_on": verification.visited_on.isoformat() if verification.visited_on else "",
        "companions": verification.companions,
        "role": verification.role,
        "result": verification.result,
        "living": str(verification.living_together or ""),
        "holds": list(verification.property_held) or [NO_PROPERTY],
        "property_note": verification.property_note,
        "food_ok": _yes_no(verification.food_ok),
        "clothing_ok": _yes_no(verification.clothing_ok),
        "dependent": _yes_no(verification.dependent),
        "hardship": _yes_no(verification.hardship),
        "hardship_note": verification.hardship_note,
        "grounds": verification.grounds,
        "departure_reason": verification.departure_reason,
    }
    added = 0
    for member in verification.members.all():
        if member.person_id:
            found[f"lives-{member.person_id}"] = "on" if member.living_together else ""
            found[f"change-{member.person_id}"] = member.change
            found[f"died-{member.person_id}"] = member.died_on.isoformat() if member.died_on else ""
            found[f"left-{member.person_id}"] = member.left_on.isoformat() if member.left_on else ""
            if member.named_head:
                found["head"] = str(member.person_id)
        else:
            found[f"added-{added}-name"] = member.name
            found[f"added-{added}-change"] = member.change
            added += 1
    items = list(verification.income.all())
    if [item.note for item in items] == [NO_INCOME]:
        found["no_income"], items = "on", []
    for item in items:
        found[f"income-{item.kind}"] = f"{item.amount.normalize():f}"
        found[f"income-{item.kind}-note"] = item.note
    for number, obligor in enumerate(verification.obligors.all()):
        found |= {
            f"obligor-{number}-name": obligor.name,
            f"obligor-{number}-relation": obligor.relation,
            f"obligor-{number}-ability": obligor.ability,
            f"obligor-{number}-note": obligor.note,
        }
    return found | _verdict_answers(verification)


def _verdict_answers(verification: Verification) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for verdict in verdicts_of(verification):
        choice = KEEP if verdict.covered else verdict.scheme
        if verdict.person is None:
            found |= {
                "for_whom": WHOLE,
                "scheme": choice,
                "reason_code": verdict.reason_code,
                "reason_text": verdict.reason_text,
            }
        else:
            found |= {
                "for_whom": EACH,
                f"scheme-{verdict.person}": choice,
                f"reason_code-{verdict.person}": verdict.reason_code,
                f"reason_text-{verdict.person}": verdict.reason_text,
            }
    return found


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
