"""Problems of many townships put together by likeness, and as the office put them by hand (C24). Pure.

Two problems are alike when they share enough of their pairs of neighbouring characters (Dice: twice the
shared pairs over all pairs). Each problem joins the likeliest one before it, if that is like enough. What the
office moved by hand stays where it was put; what comes later is laid beside it by likeness.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

THRESHOLD = 0.35
NOTHING = ("", "无", "没有", "暂无", "无问题")
_NUMBER = r"[（(]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})[）)．.、:：](?![0-9])"
NUMBERING = re.compile(rf"^\s*(?:(?:{_NUMBER}|[一二三四五六七八九十]是[，,]?)\s*)+")
# Pairs that stand in any problem of this work and make none of them alike.
COMMON = frozenset(("入户", "核查", "排查", "困难", "问题", "群众", "工作", "存在", "部分", "比较", "不够"))
APART = "new"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one township."""

    code: str
    name: str
    text: str

    @property
    def key(self) -> str:
        """Names the problem as long as its township words it so."""
        return sha256(f"{self.code}:{plain(self.text)}".encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Group:
    """Problems that are one; `label` as the office's arrangement has it."""

    label: str
    problems: tuple[Problem, ...]

    @property
    def title(self) -> str:
        """The words most like all the others; of equals the shorter."""

        def order(one: Problem) -> tuple[float, int]:
            return -sum(likeness(one.text, other.text) for other in self.problems), len(one.text)

        return min(self.problems, key=order).text

    @property
    def alone(self) -> bool:
        return len(self.problems) == 1

    @property
    def names(self) -> list[str]:
        """The townships, each once."""
        return list(dict.fromkeys(problem.name for problem in self.problems))


def split(text: str) -> list[str]:
    """The problems of a report, one a line or clause, without numbers and full stops; none for 无."""
    found = [NUMBERING.sub("", part).strip().rstrip("。.") for part in re.split(r"[\n；;]", text)]
    return [part for part in found if part not in NOTHING]


def plain(text: str) -> str:
    """Letters, characters and digits only, of one width and case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())


def likeness(first: str, second: str) -> float:
    """0 nothing shared, 1 the same."""
    if plain(first) == plain(second):
        return 1.0
    one, other = _pairs(first), _pairs(second)
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0


def _pairs(text: str) -> frozenset[str]:
    words = [plain(part) for part in re.split(r"\W+", text)]
    pairs = frozenset(word[place : place + 2] for word in words for place in range(len(word) - 1))
    return pairs - COMMON or pairs


def grouped(problems: Sequence[Problem], arrangement: Mapping[str, str]) -> list[Group]:
    """Groups with the most townships first; `arrangement` = label by key, as the office left it."""
    placed: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.key in arrangement:
            placed.setdefault(arrangement[problem.key], []).append(problem)
    for problem in problems:
        if problem.key not in arrangement:
            placed.setdefault(_likeliest(problem, placed) or _free(placed), []).append(problem)
    groups = [Group(label, tuple(members)) for label, members in placed.items()]
    return sorted(groups, key=lambda group: -len(group.names))


def _likeliest(problem: Problem, placed: Mapping[str, Sequence[Problem]]) -> str:
    """The group of the problem most like this one; empty when none is like enough."""
    best, found = THRESHOLD, ""
    for label, members in placed.items():
        like = max(likeness(problem.text, other.text) for other in members)
        if like > best or (like == best and not found):
            best, found = like, label
    return found


def _free(placed: Mapping[str, Sequence[Problem]]) -> str:
    return str(max((int(label) for label in placed), default=0) + 1)


def arranged(problems: Sequence[Problem], chosen: Mapping[str, str]) -> dict[str, str]:
    """The arrangement to keep: the label chosen for each problem; `APART` gives one a group of its own.

    Raises ValueError for a label that is none.
    """
    kept: dict[str, str] = {}
    apart: list[str] = []
    for problem in problems:
        label = chosen.get(problem.key)
        if label == APART:
            apart.append(problem.key)
        elif label is not None:
            if not re.fullmatch(r"[1-9][0-9]{0,2}", label):
                raise ValueError(f"no group: {label}")
            kept[problem.key] = label
    first = max((int(label) for label in kept.values()), default=0) + 1
    return kept | {key: str(first + place) for place, key in enumerate(dict.fromkeys(apart))}
