"""Rows in which the verification form is laid out, and its answers as a draft keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField
from django.http import QueryDict

from screening.queries.known import Member

OUTSIDE_DRAFT = frozenset({"version", "submission_key", "csrfmiddlewaretoken", "then"})
NEW_MEMBER = "new"  # prefix of the fields of somebody to be registered


@dataclass(frozen=True, slots=True)
class IncomeRow:
    label: str
    sign: int
    amount: BoundField
    ground: BoundField


@dataclass(frozen=True, slots=True)
class ObligorRow:
    name: BoundField
    relation: BoundField
    ability: BoundField
    ground: BoundField


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member with the fields about him."""

    member: Member
    lives: BoundField
    change: BoundField
    died: BoundField
    left: BoundField
    scheme: BoundField
    reason_code: BoundField
    reason_text: BoundField

    @property
    def about(self) -> tuple[BoundField, BoundField, BoundField]:
        """Died, moved out, or away and still one of the household."""
        return self.died, self.left, self.change


def answers_of(data: QueryDict) -> dict[str, Any]:
    """What was typed, as a draft keeps it: without token, version, key, a new member's number, and photos."""
    return {
        name: values if name == "holds" else values[-1]
        for name, values in data.lists()
        if name not in OUTSIDE_DRAFT and not name.startswith(("keep-", "photo", f"{NEW_MEMBER}-"))
    }


def as_data(answers: Mapping[str, Any], **extra: str) -> QueryDict:
    """A draft's answers as if they had just been sent."""
    data = QueryDict(mutable=True)
    for name, value in {**answers, **extra}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data
