"""Rows of the lists that found nobody, and the people they may be (C06): found here, decided by a person."""
# ruff: noqa: E501 - SQL is read by its own lines

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from dabao import crypto
from dabao.scope import Right, Scope
from screening.choices import NearReason, RowState, SkipReason
from screening.models import ListRow, Membership, NearMatch, Person, SourceList
from screening.rules import identity
from screening.rules.identity import Slip

WAITING, ASKED, DECIDED = "waiting", "asked", "decided"
TABS = {
    WAITING: Q(answer="") & (Q(question=None) | Q(question__answered_on__isnull=False)),
    ASKED: Q(answer="", question__isnull=False, question__answered_on=None),
    DECIDED: ~Q(answer=""),
}
OPEN_ROW = Q(state=RowState.SKIPPED, skip=SkipReason.UNMATCHED) | Q(state=RowState.REJECTED, id_index=None)
_SUFFIXED, _PLAIN, _OLD = (20, 22), 18, 15


@dataclass(slots=True)
class Candidate:
    """Somebody whom a row may be: the village he lives in, and why."""

    row: ListRow
    person: UUID
    region: str
    reasons: list[str] = field(default_factory=list)


def pairs(scope: Scope) -> QuerySet[NearMatch]:
    """Near matches of people in the scope's place, for who may decide them."""
    return NearMatch.objects.within(scope, Right.IMPORT).select_related(
        "row__source_list", "row__region__parent", "person", "region__parent", "decided_by", "question"
    )


def near_rows(scope: Scope, source: SourceList) -> int:
    """Rows of a list that wait for a decision or for a township's answer."""
    return pairs(scope).filter(row__source_list=source, answer="").values("row").distinct().count()


def waiting(scope: Scope) -> int:
    """Pairs that want a decision; those put to a township wait for its answer first."""
    return NearMatch.objects.within(scope, Right.IMPORT).filter(TABS[WAITING]).count()


def rows_alike(scope: Scope, pair: NearMatch) -> list[ListRow]:  # noqa: ARG001 - the pair is in scope
    """The row and those of its list that have the same number and name (stays of one illness)."""
    if not pair.row_key:
        return [pair.row]
    same = ListRow.objects.filter(source_list=pair.row.source_list_id, name=pair.name)
    return [row for row in same if row.near_key == pair.row_key]


def candidates(scope: Scope, source: SourceList) -> list[Candidate]:
    """Whom the open rows of a list may be: one slip or an old number away, or of the same sound of name."""
    rows = {
        row.pk: row
        for row in ListRow.objects.filter(OPEN_ROW, source_list=source).order_by("sheet", "line")
        if row.name and _only_the_number(row)
    }
    found: dict[tuple[UUID, UUID], Candidate] = {}
    for row, person, region, reason in (*_by_number(scope, source, rows), *_by_name(source, rows)):
        one = found.setdefault((row.pk, person), Candidate(row, person, region))
        if reason not in one.reasons:
            one.reasons.append(reason)
    return list(found.values())


def _only_the_number(row: ListRow) -> bool:
    """Whether nothing but its number keeps the row out: otherwise recognising somebody would not help."""
    return all(level != "error" or code.startswith("ID_") for _, code, level, *_ in row.problems)


def _by_number(
    scope: Scope, source: SourceList, rows: dict[UUID, ListRow]
) -> list[tuple[ListRow, UUID, str, str]]:
    """Refused numbers one slip away from somebody's, and old ones of 15 characters that became his."""
    wanted: dict[bytes, list[tuple[ListRow, str]]] = defaultdict(list)
    for row in rows.values():
        if row.id_index is None and row.id_sealed:
            for number, reason in _numbers(crypto.unseal(row.id_sealed), source):
                wanted[crypto.blind(number)].append((row, reason))
    people = Person.objects.filter(id_index__in=list(wanted)).values_list("pk", "id_index")
    digests = {person: bytes(digest) for person, digest in people if digest}
    homes = (
        Membership.objects.within(scope)
        .filter(person__in=digests, last_day=None)
        .values_list("person", "household__region")
    )
    return [
        (row, person, region, reason) for person, region in homes for row, reason in wanted[digests[person]]
    ]


def _numbers(refused: str, source: SourceList) -> list[tuple[str, str]]:
    """(good number, why) of what a refused one may have been meant for."""
    if len(refused) in (_OLD, _OLD + 2):
        proposed = identity.propose_18(refused[:_OLD], source.as_of)
        return [(proposed, NearReason.OLD_15)] if proposed else []
    number = refused[:_PLAIN] if len(refused) in _SUFFIXED else refused
    reasons = {Slip.ONE_DIGIT: NearReason.ONE_DIGIT, Slip.SWAPPED: NearReason.SWAPPED}
    near = identity.near_numbers(number, source.as_of)
    return [(one, reasons[slip]) for one in near if (slip := identity.slip_between(number, one))]


def _by_name(source: SourceList, rows: dict[UUID, ListRow]) -> list[tuple[ListRow, UUID, str, str]]:
    """People of the same sound of name in the row's village; born on the same day where its number is a good
    one. Who is on the list by his own number is somebody else.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.id, p.id, h.region_id, p.name = r.name
            FROM screening_listrow r
            JOIN screening_person p ON p.name_key = r.parsed->>'name_key' AND p.died_on IS NULL
            JOIN screening_membership m ON m.person_id = p.id AND m.last_day IS NULL
            JOIN screening_household h ON h.id = m.household_id
            WHERE r.source_list_id = %s AND r.id = ANY(%s) AND h.region_id LIKE %s
              AND CASE WHEN r.id_index IS NULL THEN length(r.region_id) = 12 AND h.region_id = r.region_id
                       ELSE starts_with(h.region_id, r.region_id) AND p.birth_date::text = r.parsed->>'birth' END
              AND NOT EXISTS (SELECT 1 FROM screening_listrow o WHERE o.source_list_id = r.source_list_id
                              AND o.person_id = p.id)
            """,
            [source.pk, list(rows), f"{source.region_id}%"],
        )
        return [
            (rows[row], person, region, NearReason.SAME_NAME if same else NearReason.HOMOPHONE)
            for row, person, region, same in cursor.fetchall()
        ]
