"""Near matches (相近待认, C06): proposed after every import, decided by a person, remembered, reversible.

Recognising somebody takes the row by the ordinary path: his facts point to the row, and the registry's number
stays as it is.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone

from dabao import audit, crypto, plans
from dabao.models import User
from dabao.scope import Right, Scope, whole
from screening.choices import ListState, NearAnswer, RowState, SkipReason
from screening.imports import facts, journal, outcome
from screening.models import Household, ListRow, Membership, NearMatch, Question, SourceList
from screening.models.source import QuestionKind
from screening.queries import editions
from screening.queries import near_matches as queries
from screening.services.desk_lock import try_lock_county
from screening.services.screening import rescreen

TAKEN = (RowState.CREATED, RowState.UPDATED, RowState.UNCHANGED)
SETTLED_BY_LIST = "名单已重新比对，不用再答"
SETTLED_BY_COUNTY = "县局已认定，不用再答"


def propose(*, region_code: str, day: date) -> int:
    """Propose what the lists of a county leave open, withdraw what no longer is; returns how many are new.

    What was decided for the same row of an earlier edition is not asked again.
    """
    scope = whole(region_code[:6])
    lists = editions.near_lists(scope)
    _withdraw_stale(scope, lists, day)
    return sum(_propose_of(scope, source, day) for source in lists)


def _withdraw_stale(scope: Scope, lists: Iterable[SourceList], day: date) -> None:
    open_ones = NearMatch.objects.within(scope).filter(answer="")
    stale = open_ones.exclude(row__in=ListRow.objects.filter(queries.OPEN_ROW, source_list__in=list(lists)))
    questions = list(stale.exclude(question=None).values_list("question", flat=True))
    stale.delete()
    _close_questions(questions, SETTLED_BY_LIST, day)


def _propose_of(scope: Scope, source: SourceList, day: date) -> int:
    refused = set(
        NearMatch.objects.filter(kind=source.kind, answer=NearAnswer.NO)
        .exclude(row_key="")
        .values_list("row_key", "name", "person")
    )
    known = set(NearMatch.objects.filter(row__source_list=source).values_list("row", "person"))
    told = set(
        NearMatch.objects.filter(row__source_list=source)
        .exclude(row_key="")
        .values_list("row_key", "name", "person")
    )
    new = []
    for one in queries.candidates(scope, source):
        key = (one.row.near_key, one.row.name, one.person)
        if key in refused or key in told or (one.row.pk, one.person) in known:
            continue
        if key[0]:
            told.add(key)
        new.append(
            NearMatch(
                kind=source.kind,
                row=one.row,
                row_key=key[0],
                name=one.row.name,
                person_id=one.person,
                region_id=one.region,
                reasons=one.reasons,
                proposed_on=day,
            )
        )
    NearMatch.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def decide(*, scope: Scope, pair_id: UUID, answer: str, note: str, actor: User, day: date) -> NearMatch:
    """Say whether the row is the person; 不是 wants a sentence. Remembered for later editions.

    Raises ObjectDoesNotExist outside the scope, PermissionDenied, ValidationError.
    """
    pair, note = _mine(scope, pair_id), note.strip()
    if pair.answer == answer:
        return pair
    if pair.answer:
        raise ValidationError(f"{_who(pair)}已认定“{pair.get_answer_display()}”。要改的，先撤回再认。")
    if answer not in NearAnswer.values:
        raise ValidationError("请选“是同一人”或“不是”。")
    if answer == NearAnswer.NO and len(note) < 2:
        raise ValidationError("选“不是”的，要写一句说明：怎么看出不是同一个人。")
    pair.answer, pair.note = answer, note[:200]
    pair.decided_on, pair.decided_at, pair.decided_by = day, timezone.now(), actor
    pair.version += 1
    pair.full_clean(exclude=["row", "person", "region", "question", "decided_by"])
    pair.save()
    if answer == NearAnswer.YES:
        _others_of_the_row(pair, day)
        _take(pair, day)
    _close_questions([pair.question_id], SETTLED_BY_COUNTY, day)
    _log("match.decide", pair, actor, answer=answer)
    return pair


@transaction.atomic
def ask(*, scope: Scope, pair_id: UUID, actor: User, day: date) -> NearMatch:
    """Put the pair to the township; its answer comes back to the county, which decides."""
    pair = _mine(scope, pair_id)
    if pair.answer:
        raise ValidationError(f"{_who(pair)}已认定“{pair.get_answer_display()}”，不用再问。")
    if pair.question is not None and pair.question.answered_on is None:
        return pair
    home = Membership.objects.filter(person=pair.person_id, last_day=None).first()
    question = Question(
        kind=QuestionKind.NEAR,
        region_id=pair.region_id,
        source_list=pair.row.source_list,
        household_id=home.household_id if home else None,
        person=pair.person,
        rows=[pair.row_id],
        asked_on=day,
    )
    question.save()
    pair.question = question
    pair.version += 1
    pair.save(update_fields=["question", "version"])
    _log("match.ask", pair, actor)
    return pair


@transaction.atomic
def reverse(*, scope: Scope, pair_id: UUID, actor: User, day: date) -> NearMatch:
    """Take a decision back, with the facts that came of it; the pair waits again."""
    pair = _mine(scope, pair_id)
    if not pair.answer:
        return pair
    before = pair.answer
    pair.answer, pair.note, pair.decided_on, pair.decided_at, pair.decided_by = "", "", None, None, None
    pair.question = None
    pair.version += 1
    pair.save()
    if before == NearAnswer.YES:
        _give_back(pair, day)
    _log("match.reverse", pair, actor, answer=before)
    propose(region_code=pair.region_id, day=day)
    return pair


def _mine(scope: Scope, pair_id: UUID) -> NearMatch:
    pair = (
        NearMatch.objects.within(scope)
        .select_for_update(of=("self",))
        .select_related("row__source_list", "person", "decided_by", "question")
        .get(pk=pair_id)
    )
    if not scope.may(Right.IMPORT, pair.region_id):
        raise PermissionDenied("相近的人由县局认定。")
    return pair


def _who(pair: NearMatch) -> str:
    return pair.decided_by.name if pair.decided_by else audit.COMMAND_LINE


def _others_of_the_row(pair: NearMatch, day: date) -> None:
    """A row is one person: the other people it might have been are not asked any more."""
    others = NearMatch.objects.filter(row__source_list=pair.row.source_list_id, answer="", name=pair.name)
    others = others.filter(row_key=pair.row_key) if pair.row_key else others.filter(row=pair.row_id)
    questions = list(others.exclude(question=None).values_list("question", flat=True))
    others.delete()
    _close_questions(questions, SETTLED_BY_COUNTY, day)


def _close_questions(questions: Iterable[Any], words: str, day: date) -> None:
    Question.objects.filter(pk__in=[one for one in questions if one], answered_on=None).update(
        answer=words, answered_on=day
    )


def _take(pair: NearMatch, day: date) -> None:
    """The row's facts become the person's, unless a newer edition speaks by now."""
    source = pair.row.source_list
    if source.state != ListState.CONFIRMED or editions.is_replaced(whole(source.region_id), source):
        return
    rows = [row.pk for row in queries.rows_alike(whole(source.region_id), pair)]
    chosen = ", ".join(f"'{row}'" for row in rows)
    tables = {
        facts.SPECS[source.kind].table: f"x.person_id IN ({_FAMILY.format(person=pair.person_id)})",
        "screening_listrow": f"x.id IN ({chosen})",
    }
    with connection.cursor() as cursor:
        try_lock_county(cursor, source.region_id)
        journal.begin(cursor, tables)
        if not outcome.retell(cursor, source, pair.person_id, rows):
            raise ValidationError("这个人现在不在任何一户里，或这一行还有别的错。请先在户里登记好，再来认。")
        journal.keep(cursor, tables, near_match=pair)
    _count_and_screen(pair, day)


# Who lives with the person: a certificate of 低保 that names one more is told anew of all.
_FAMILY = """SELECT o.person_id FROM screening_membership m JOIN screening_membership o
             ON o.household_id = m.household_id AND o.last_day IS NULL
             WHERE m.person_id = '{person}' AND m.last_day IS NULL"""


def _give_back(pair: NearMatch, day: date) -> None:
    """Facts as they were before; when a newer list went on from there, they end instead."""
    source, changes = pair.row.source_list, list(pair.changes.all())
    with connection.cursor() as cursor:
        try_lock_county(cursor, source.region_id)
        rows = _recognised(pair)
        if changes and not any(journal.touched_since(cursor, change) for change in changes):
            journal.take_back(cursor, changes)
            rows = [row for row in rows if row.source_list_id != source.pk]
        for row in rows:
            _put_back(row)
        for later in {row.source_list for row in rows}:
            if not editions.is_replaced(whole(later.region_id), later):
                outcome.retell(cursor, later, pair.person_id, [])
        _end(cursor, pair, rows, day)
    pair.changes.all().delete()
    _count_and_screen(pair, day)


def _recognised(pair: NearMatch) -> list[ListRow]:
    """Rows of any edition taken for the person by this decision."""
    taken = ListRow.objects.filter(
        name=pair.name, person=pair.person_id, source_list__kind=pair.kind, state__in=TAKEN
    ).select_related("source_list")
    own = pair.person.id_index
    return [
        row
        for row in taken
        if (row.pk == pair.row_id or (pair.row_key and row.near_key == pair.row_key))
        and (row.id_index is None or bytes(row.id_index) != bytes(own or b""))
    ]


def _put_back(row: ListRow) -> None:
    """The row is again what it was without anybody."""
    row.household = row.person = None
    row.state, row.skip = RowState.SKIPPED, SkipReason.UNMATCHED
    if row.id_index is None:
        row.state, row.skip = RowState.REJECTED, ""
        row.problems = [
            [column, code, "error" if code.startswith("ID_") else level, *rest]
            for column, code, level, *rest in row.problems
        ]
    row.save(update_fields=["household", "person", "state", "skip", "problems"])


def _end(cursor: Any, pair: NearMatch, rows: list[ListRow], day: date) -> None:
    if rows:
        cursor.execute(
            f"""UPDATE {facts.SPECS[pair.kind].table} SET last_day = greatest(first_day, %s::date - 1)
                WHERE person_id = %s AND last_day IS NULL AND row_id = ANY(%s)""",
            [day, pair.person_id, [row.pk for row in rows]],
        )


def _count_and_screen(pair: NearMatch, day: date) -> None:
    source = SourceList.objects.get(pk=pair.row.source_list_id)
    with connection.cursor() as cursor:
        source.totals = {**source.totals, **outcome.count(cursor, source)}
    source.save(update_fields=["totals"])
    home = Household.objects.filter(memberships__person=pair.person_id, memberships__last_day=None).first()
    if home is not None:
        rescreen(plan=plans.current(), household=home, day=day)


@transaction.atomic
def reveal(*, scope: Scope, pair: NearMatch, actor: User) -> tuple[str, str]:
    """(the person's whole number, the row's as it came); written to the log (B07, P04)."""
    scope.require(Right.REVEAL, pair.region_id)
    audit.record("match.reveal", actor=actor, obj=pair, region_code=pair.region_id)
    return pair.person.id_number, crypto.unseal(pair.row.id_sealed)


def _log(action: str, pair: NearMatch, actor: User, **data: Any) -> None:
    audit.record(
        action,
        actor=actor,
        obj=pair,
        region_code=pair.region_id,
        kind=pair.kind,
        row=str(pair.row_id),
        person=str(pair.person_id),
        **data,
    )
