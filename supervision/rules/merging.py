"""A draft made again under the words that people wrote into it: theirs stay, the rest follows the figures.

Whole sentences are compared. One that nobody touched becomes what the new draft says; one that somebody
rewrote stays, and takes over new figures only where the draft changed nothing but figures and he left the old
ones standing. What he added stays, what he struck out stays out. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_NUMBER = re.compile(r"[0-9][0-9,.]*")
_TOKEN = re.compile(r"[0-9][0-9,.]*|.", re.S)
_SENTENCE = re.compile(r"[^。；\n]*[。；\n]|[^。；\n]+")
Link = tuple[str, int, str]  # region, phase, work: the households behind a figure


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a draft; a figure that households stand behind carries the way to them."""

    text: str
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A run of the words as they stand: `edited` by people, or a figure of the draft with its link."""

    text: str
    edited: bool = False
    link: Link | None = None


def plain(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def merged(old: str, mine: str, new: str) -> str:
    """`mine` was written over the draft `old`; the same edits over the draft `new`."""
    if mine == old:
        return new
    was, own = _SENTENCE.findall(old), _SENTENCE.findall(mine)
    head, follow = _successors(was, _SENTENCE.findall(new))
    result = list(head)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, was, own, autojunk=False).get_opcodes():
        if kind == "equal":
            result += [sentence for i in range(i1, i2) for sentence in follow[i]]
        elif kind == "replace" and i2 - i1 == j2 - j1:
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                result += _edited(was[i], own[j], follow[i])
        else:
            result += own[j1:j2]
    return "".join(result)


def _successors(was: list[str], now: list[str]) -> tuple[list[str], list[list[str]]]:
    """For each sentence of the old draft those of the new one in its place; first, what comes before all."""
    head: list[str] = []
    follow: list[list[str]] = [[] for _ in was]
    bare = SequenceMatcher(None, [_bare(s) for s in was], [_bare(s) for s in now], autojunk=False)
    for kind, i1, i2, j1, j2 in bare.get_opcodes():
        if kind == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                follow[i].append(now[j])
        elif kind == "replace":
            follow[i1] += now[j1:j2]
        elif kind == "insert":
            (follow[i1 - 1] if i1 else head).extend(now[j1:j2])
    return head, follow


def _bare(sentence: str) -> str:
    return _NUMBER.sub("#", sentence)


def _edited(old: str, mine: str, now: list[str]) -> list[str]:
    """A rewritten sentence, with new figures where only these changed; then what the draft adds after it."""
    if not now or _bare(now[0]) != _bare(old):
        return [mine]
    was, own, fresh = _TOKEN.findall(old), _TOKEN.findall(mine), _TOKEN.findall(now[0])
    words: list[str] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, was, own, autojunk=False).get_opcodes():
        words += fresh[i1:i2] if kind == "equal" else own[j1:j2]
    return ["".join(words), *now[1:]]


def marked(drafted: Sequence[Piece], text: str) -> list[Span]:
    """The words as they stand, in runs: what people wrote is marked, figures of the draft keep their link."""
    was = [(token, piece.link) for piece in drafted for token in _TOKEN.findall(piece.text)]
    own = _TOKEN.findall(text)
    spans: list[Span] = []
    matcher = SequenceMatcher(None, [token for token, _ in was], own, autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            for token, link in was[i1:i2]:
                _add(spans, token, edited=False, link=link)
        elif j2 > j1:
            _add(spans, "".join(own[j1:j2]), edited=True, link=None)
    return spans


def _add(spans: list[Span], text: str, *, edited: bool, link: Link | None) -> None:
    last = spans[-1] if spans else None
    if last and last.edited == edited and last.link is None and link is None:
        spans[-1] = Span(last.text + text, edited)
    else:
        spans.append(Span(text, edited, link))
