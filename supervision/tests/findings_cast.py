"""A finding in 石羊镇 for tests, brought on its way by those whose move it is."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dabao.models import Posting, User
from dabao.scope import Role
from dabao.tests.cast import SHIYANG, Cast, make_user
from supervision.choices import FindingKind, FindingSource, Move
from supervision.models import Finding
from supervision.services import findings

OPENED, DUE, NEW_LIMIT = date(2020, 4, 6), date(2020, 4, 15), date(2020, 4, 20)
TODAY = date(2020, 4, 10)
# Who makes each move, what he says; moves that bring it back set a new limit.
SAYS: dict[str, tuple[str, str]] = {
    Move.PROGRESS: ("officer", "已入户，等村里评议"),
    Move.REPLY: ("officer", "已停发 4 月低保，追回 215 元"),
    Move.CONTEST: ("officer", "户口 3 月已迁到三台乡"),
    Move.WEIGH: ("unit", "派出所证明没有迁出，异议站不住"),
    Move.UPHOLD: ("leader", "户口没有迁，按原措施改"),
    Move.WITHDRAW: ("leader", "确已迁出，不归石羊镇"),
    Move.REJECT: ("unit", "四户里两户没补票据"),
    Move.ACCEPT: ("unit", "四户都补了"),
    Move.SEND_BACK: ("leader", "追回的钱没有入账单"),
    Move.CLOSE: ("leader", "材料都看过，同意销号"),
    Move.REOPEN: ("leader", "再次暗访，情况没变"),
    Move.EXTEND: ("unit", "山路塌方，进不了村"),
    Move.URGE: ("unit", ""),
}
# The moves that lead to each state.
WAYS: dict[str, tuple[Move, ...]] = {
    "to_fix": (),
    "fixing": (Move.PROGRESS,),
    "contested": (Move.CONTEST,),
    "weighed": (Move.CONTEST, Move.WEIGH),
    "replied": (Move.REPLY,),
    "accepted": (Move.REPLY, Move.ACCEPT),
    "closed": (Move.REPLY, Move.ACCEPT, Move.CLOSE),
    "withdrawn": (Move.CONTEST, Move.WEIGH, Move.WITHDRAW),
}


def paper(name: str = "停发单.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4 invented", content_type="application/pdf")


class Desk:
    """Opens findings and makes moves as the cast does."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.people: dict[str, User] = vars(cast) | {"unit": self._unit()}

    @staticmethod
    def _unit() -> User:
        """罗国伟 supervises 石羊镇 (何勇 of the cast supervises another township)."""
        return make_user("luoguowei", "罗国伟", (Role.SUPERVISION_UNIT, SHIYANG))

    def scope(self, who: str) -> Any:
        return self.people[who].scope()

    def open(self, who: str = "unit", day: date = OPENED, **values: Any) -> Finding:
        defaults = {
            "township_code": SHIYANG,
            "kind": FindingKind.WRONGLY_COVERED,
            "text": "有人 2 月已去世，3 月仍发低保 215 元",
            "measure": "停发、追回 215 元",
            "due_on": DUE,
            "source": FindingSource.INSPECTION,
        }
        return findings.open_finding(
            scope=self.scope(who), actor=self.people[who], day=day, **(defaults | values)
        )

    def take(self, finding: Finding, move: str, who: str = "", day: date = TODAY, **values: Any) -> Finding:
        author, text = SAYS[move]
        person = self.people[who or author]
        defaults: dict[str, Any] = {"text": text}
        if move in (Move.UPHOLD, Move.REJECT, Move.SEND_BACK, Move.REOPEN, Move.EXTEND):
            defaults["due_on"] = NEW_LIMIT
        if move == Move.REPLY:
            defaults["files"] = [paper()]
        return findings.take(
            scope=person.scope(),
            finding_id=finding.pk,
            move=move,
            actor=person,
            day=day,
            **(defaults | values),
        )

    def at(self, state: str, **values: Any) -> Finding:
        """A finding brought to a state by its shortest way."""
        finding = self.open(**values)
        for move in WAYS[state]:
            finding = self.take(finding, move)
        return finding

    def without_leader(self) -> None:
        Posting.objects.filter(role=Role.BUREAU_LEADER).update(last_day=date(2020, 4, 1))


@pytest.fixture
def desk(cast: Cast, settings: Any, tmp_path: Any) -> Desk:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
    return Desk(cast)


@pytest.fixture
def stored(tmp_path: Any) -> SimpleNamespace:
    """Names of the files that lie in the storage."""
    return SimpleNamespace(names=lambda: sorted(path.name for path in tmp_path.rglob("*.*")))
