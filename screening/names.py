"""Pinyin of names, for searching by initials and for an order that the database can keep by itself."""

from functools import cache

from pypinyin import Style, lazy_pinyin

INITIALS_MAX, KEY_MAX = 60, 160


@cache
def _syllable(character: str) -> str:
    """Pinyin of one character without tone; other characters stand for themselves, in lower case."""
    return lazy_pinyin(character, style=Style.NORMAL, errors=lambda text: [text.lower()])[0]


def initials(name: str) -> str:
    """普有福 → pyf; marks and blanks are left out."""
    return "".join(_syllable(character)[0] for character in name if character.isalnum())[:INITIALS_MAX]


def name_key(name: str) -> str:
    """Key by which names are ordered: 普有福 → `pu you fu`."""
    return " ".join(_syllable(character) for character in name if character.isalnum())[:KEY_MAX]
