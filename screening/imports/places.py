"""Names of places as they are written in lists → region codes, inside one county. Pure: regions come in
as data.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from screening.imports.parse import squeeze

_COMMITTEE = re.compile(
    r"(?:(村)民委员会|(村)委会|(社区)居民委员会|(社区)居委会|居民委员会|居委会|委员会|委会)$"
)


class Place(NamedTuple):
    """One region as it comes from the table of divisions."""

    code: str
    name: str
    official_name: str
    aliases: Sequence[str]


def county_word(name: str) -> str:
    """X县 → X: the form in which the county of a row is compared."""
    return re.sub(r"(自治县|县|市|区|旗)$", "", squeeze(name)) or squeeze(name)


def _township_word(name: str) -> str:
    plain = re.sub(r"傈傈|僳僳|僳傈", "傈僳", squeeze(name))
    return re.sub(r"(人民政府|政府|街道办事处)$", "", plain)


def _village_words(name: str) -> tuple[str, ...]:
    """Spellings from the most to the least exact: as written, without committee, without 村 or 社区."""
    plain = squeeze(name)
    base = _COMMITTEE.sub(lambda found: next(filter(None, found.groups()), ""), plain) or plain
    bare = re.sub(r"(社区|村)$", "", base)
    return (plain, base, bare) if len(bare) >= 2 else (plain, base)


class PlaceIndex:
    """Townships and villages of the county that holds the declared region."""

    def __init__(self, county: Place, places: Iterable[Place]):
        self.county = county
        self.county_words = {
            county_word(word) for word in (county.name, county.official_name, *county.aliases)
        }
        self.names: dict[str, str] = {county.code: county.name}
        self.townships: dict[str, str] = {}
        self.villages: tuple[dict[str, list[str]], ...] = ({}, {}, {})
        for place in places:
            self.names[place.code] = place.name
            for word in (place.name, place.official_name, *place.aliases):
                if len(place.code) == 9:
                    self._add_township(_township_word(word), place.code)
                elif len(place.code) == 12:
                    for exactness, spelling in enumerate(_village_words(word)):
                        codes = self.villages[exactness].setdefault(spelling, [])
                        if place.code not in codes:
                            codes.append(place.code)

    def _add_township(self, word: str, code: str) -> None:
        self.townships.setdefault(word, code)
        bare = re.sub(r"(镇|乡|街道)$", "", word)
        if len(bare) >= 2:
            self.townships.setdefault(bare, code)

    def is_this_county(self, name: str) -> bool:
        return county_word(name) in self.county_words

    def township(self, name: str) -> str:
        """Code of a township, "" when not known."""
        word = _township_word(name)
        return self.townships.get(word) or self.townships.get(re.sub(r"^.{2,6}?县", "", word), "")

    def villages_named(self, name: str) -> list[str]:
        """Codes of the villages that may be meant, by the most exact spelling that is known."""
        for word in _village_words(name):
            for table in self.villages:
                if codes := table.get(word):
                    return codes
        return []
