"""The writes of a confirmed list: set-based SQL over the plan of `match`, inside the caller's transaction.

Only rows that are taken write anything. Every record written points to the row it came from; what did not
change keeps the row that last changed it.
"""
# ruff: noqa: E501 - SQL is read by its own lines

from datetime import date
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from screening.choices import ListKind
from screening.imports import facts, match
from screening.imports.match import Present, day_before
from screening.models import SourceList

TAKEN = "NOT d.bad AND NOT d.elsewhere AND NOT d.held AND d.would <> 'unmatched' AND d.key <> ''"


def plan(cursor: CursorWrapper, source: SourceList, hold_household: bool) -> None:
    """Build `desk` (and `home`, `fact`): what would become of every row. Preview and confirmation begin here."""
    if source.kind in match.HOUSEHOLD_KINDS:
        match.plan_households(cursor, source, Present.of(source))
        if hold_household:
            match.hold_households(cursor)
    else:
        match.plan_people(cursor, source)
    if source.kind in facts.SPECS:
        facts.plan_facts(cursor, source)


def write(cursor: CursorWrapper, source: SourceList, today: date) -> None:
    """Write the plan: households, persons, memberships, facts; ends what is absent and asks what is missing."""
    if source.kind in match.HOUSEHOLD_KINDS:
        present = Present.of(source)
        _households(cursor, source, present, today)
        _persons(cursor, present)
        _memberships(cursor, source)
        _heads_and_sizes(cursor)
    if source.kind in facts.SPECS:
        facts.write_facts(cursor, source)
        facts.end_absent(cursor, source)
    _questions(cursor, source, today)


def _households(cursor: CursorWrapper, source: SourceList, present: Present, today: date) -> None:
    """New and changed households with at least one row taken; an unregistered one on the registry is registered."""
    fields = present.home_fields()
    registry = source.kind == ListKind.REGISTRY
    cursor.execute(
        f"CREATE TEMP TABLE taken_home ON COMMIT DROP AS SELECT DISTINCT d.key FROM desk d WHERE {TAKEN}"
    )
    blank = {"poverty_status": "''", "poverty_kind": "''", "cause": "''", '"group"': "''"}
    columns = list(dict.fromkeys([*fields, *blank]))
    values = ", ".join(fields.get(column, blank.get(column, "NULL")) for column in columns)
    number = "CASE WHEN o.key LIKE '#%%' THEN '' ELSE o.key END"
    cursor.execute(
        f"""
        INSERT INTO screening_household
            (id, version, size, number, region_id, registered, row_id, added_on, phone_sealed, {", ".join(columns)})
        SELECT o.home_id, 1, 0, {number}, o.region_id, %s, o.lead_row, %s, o.phone_sealed, {values}
        FROM home o JOIN taken_home USING (key) WHERE o.household_id IS NULL
        """,
        [registry, today],
    )
    changes = "".join(f", {field} = {sql}" for field, sql in fields.items())
    becomes = f", registered = true, number = {number}".replace("%%", "%") if registry else ""
    cursor.execute(
        f"""
        UPDATE screening_household x SET version = x.version + 1, row_id = o.lead_row,
            region_id = CASE WHEN o.lead_bad THEN x.region_id ELSE o.region_id END,
            phone_sealed = CASE WHEN o.phone_changed THEN o.phone_sealed ELSE x.phone_sealed END{changes}{becomes}
        FROM home o JOIN taken_home USING (key) WHERE x.id = o.household_id AND o.changed
        """
    )


def _persons(cursor: CursorWrapper, present: Present) -> None:
    """Persons by their number: new ones get theirs from the plan, known ones the columns that the file has."""
    fields = present.person_fields()
    blank = dict.fromkeys(
        ("sex", "number", "ethnicity", "education", "student", "health", "labour", "work"), "''"
    )
    columns = list(dict.fromkeys([*fields, *blank]))
    values = ", ".join(fields.get(column, blank.get(column, "NULL")) for column in columns)
    cursor.execute(
        f"""
        INSERT INTO screening_person
            (id, version, name, initials, name_key, id_sealed, id_index, id_last4_index, phone_sealed, row_id,
             {", ".join(columns)})
        SELECT d.person_id, 1, d.name, coalesce(d.parsed->>'initials', ''), coalesce(d.parsed->>'name_key', ''),
               d.id_sealed, d.id_index, d.id_last4_index, d.phone_sealed, d.row_id, {values}
        FROM desk d WHERE d.new_person AND {TAKEN}
        """
    )
    changes = "".join(f", {field} = {sql}" for field, sql in fields.items())
    cursor.execute(
        f"""
        UPDATE screening_person p SET version = p.version + 1, name = d.name,
            initials = coalesce(d.parsed->>'initials', ''), name_key = coalesce(d.parsed->>'name_key', ''),
            phone_sealed = CASE WHEN d.parsed ? 'phone' THEN d.phone_sealed ELSE p.phone_sealed END,
            row_id = d.row_id{changes}
        FROM desk d WHERE p.id = d.person_id AND d.person_changed AND {TAKEN}
        """
    )


def _memberships(cursor: CursorWrapper, source: SourceList) -> None:
    """Who lives where from the edition's day on. Heads change hands in an order that never has two of them."""
    cursor.execute(
        f"""CREATE TEMP TABLE lives ON COMMIT DROP AS
            SELECT d.row_id, d.person_id, d.membership_id, d.lives_in, d.old_relation, d.home_id,
                   CASE WHEN d.relation = '' THEN coalesce(d.old_relation, '01') ELSE d.relation END AS relation
            FROM desk d WHERE {TAKEN} AND NOT d.frozen"""
    )
    cursor.execute("CREATE INDEX ON lives (home_id)")
    cursor.execute("CREATE INDEX ON lives (person_id)")
    cursor.execute("ANALYZE lives")
    cursor.execute(
        f"""UPDATE screening_membership m SET last_day = {day_before(source.as_of)}
            FROM lives d WHERE m.id = d.membership_id AND d.lives_in <> d.home_id"""
    )
    stays = "m.id = d.membership_id AND d.lives_in = d.home_id AND m.relation <> d.relation"
    cursor.execute(
        f"UPDATE screening_membership m SET relation = d.relation, row_id = d.row_id "
        f"FROM lives d WHERE {stays} AND d.relation <> '01'"
    )
    cursor.execute(
        """UPDATE screening_membership m SET relation = '99'
           FROM lives d WHERE m.household_id = d.home_id AND m.last_day IS NULL AND m.relation = '01'
             AND d.relation = '01' AND m.person_id <> d.person_id"""
    )
    cursor.execute(
        f"UPDATE screening_membership m SET relation = d.relation, row_id = d.row_id "
        f"FROM lives d WHERE {stays} AND d.relation = '01'"
    )
    cursor.execute(
        """INSERT INTO screening_membership (id, household_id, person_id, relation, first_day, row_id)
           SELECT gen_random_uuid(), d.home_id, d.person_id, d.relation, %s, d.row_id FROM lives d
           WHERE d.membership_id IS NULL OR d.lives_in <> d.home_id""",
        [source.as_of],
    )


def moved(cursor: CursorWrapper, source: SourceList) -> list[tuple[UUID, UUID, UUID]]:
    """(person, old household, new household) of whom the list just written put into another one."""
    if source.kind not in match.HOUSEHOLD_KINDS:
        return []
    cursor.execute("SELECT person_id, lives_in, home_id FROM lives WHERE lives_in <> home_id")
    return cursor.fetchall()


def _heads_and_sizes(cursor: CursorWrapper) -> None:
    """Household.head and .size of the households that the list or a move touched."""
    cursor.execute(
        """
        UPDATE screening_household x SET head_id = now.head_id, size = now.size
        FROM (SELECT h.id, count(m.id) FILTER (WHERE p.died_on IS NULL) AS size,
                     min(m.person_id::text) FILTER (WHERE m.relation = '01')::uuid AS head_id
              FROM (SELECT home_id AS id FROM lives
                    UNION SELECT lives_in FROM lives WHERE lives_in <> home_id) h
              LEFT JOIN screening_membership m ON m.household_id = h.id AND m.last_day IS NULL
              LEFT JOIN screening_person p ON p.id = m.person_id
              GROUP BY h.id) now
        WHERE x.id = now.id AND (x.head_id, x.size) IS DISTINCT FROM (now.head_id, now.size::smallint)
        """
    )


MISSING_HOUSEHOLDS = """
    SELECT h.id FROM screening_household h
    WHERE h.registered AND h.region_id LIKE %(region)s AND h.size > 0
      AND (%(full)s OR h.poverty_status <> 'lifted')
      AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.key = h.number)
      AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.household_id = h.id)
      AND NOT EXISTS (SELECT 1 FROM edition e WHERE e.household_id = h.id)
"""


def missing(cursor: CursorWrapper, source: SourceList) -> list[tuple[str, str]]:
    """(id, township) of who has disappeared: households of the registry and the watch lists, else persons."""
    if source.kind == ListKind.REGISTRY:
        cursor.execute(
            f"""SELECT h.id::text, left(h.region_id, 9) FROM screening_household h
                WHERE h.id IN ({MISSING_HOUSEHOLDS}) ORDER BY h.region_id, h.number""",
            _missing_parameters(cursor, source),
        )
        return cursor.fetchall()
    return facts.missing(cursor, source) if source.kind in facts.SPECS else []


def _missing_parameters(cursor: CursorWrapper, source: SourceList) -> dict[str, object]:
    return {"region": f"{source.region_id}%", "full": match.is_full(cursor, source)}


def _questions(cursor: CursorWrapper, source: SourceList, today: date) -> None:
    """Whom a registry edition no longer has is a question, never a deletion; who came back answers it.

    So is a household whose members all moved to others while its case is open.
    """
    if source.kind != ListKind.REGISTRY:
        return
    common = {"list": source.pk, "today": today, **_missing_parameters(cursor, source)}
    cursor.execute(
        f"""
        INSERT INTO screening_question (id, version, kind, region_id, source_list_id, household_id, rows, asked_on, answer)
        SELECT gen_random_uuid(), 1, 'disappeared', h.region_id, %(list)s, h.id, '{{}}', %(today)s, ''
        FROM screening_household h WHERE h.id IN ({MISSING_HOUSEHOLDS})
          AND NOT EXISTS (SELECT 1 FROM screening_question q WHERE q.kind = 'disappeared' AND q.household_id = h.id
                          AND q.person_id IS NULL AND q.answered_on IS NULL)
        """,
        common,
    )
    cursor.execute(
        """
        INSERT INTO screening_question
            (id, version, kind, region_id, source_list_id, household_id, person_id, rows, asked_on, answer)
        SELECT gen_random_uuid(), 1, 'disappeared', h.region_id, %(list)s, h.id, m.person_id, '{}', %(today)s, ''
        FROM screening_membership m JOIN screening_household h ON h.id = m.household_id
        JOIN screening_person p ON p.id = m.person_id
        WHERE m.last_day IS NULL AND h.region_id LIKE %(region)s
          AND EXISTS (SELECT 1 FROM lives d WHERE d.home_id = h.id)
          AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.person_id = m.person_id)
          AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.key = h.number AND d.id_index IS NULL AND d.name = p.name)
          AND NOT EXISTS (SELECT 1 FROM screening_question q WHERE q.kind = 'disappeared'
                          AND q.person_id = m.person_id AND q.answered_on IS NULL)
        """,
        common,
    )
    cursor.execute(
        """
        INSERT INTO screening_question
            (id, version, kind, region_id, source_list_id, household_id, person_id, rows, asked_on, answer)
        SELECT gen_random_uuid(), 1, 'moved', %(county)s, %(list)s, d.lives_in, d.person_id, ARRAY[d.row_id],
               %(today)s, ''
        FROM desk d WHERE d.elsewhere AND NOT d.bad
          AND NOT EXISTS (SELECT 1 FROM screening_question q WHERE q.kind = 'moved'
                          AND q.person_id = d.person_id AND q.answered_on IS NULL)
        """,
        {**common, "county": source.region_id[:6]},
    )
    cursor.execute(
        """
        INSERT INTO screening_question (id, version, kind, region_id, source_list_id, household_id, rows, asked_on, answer)
        SELECT DISTINCT ON (h.id) gen_random_uuid(), 1, 'disappeared', h.region_id, %(list)s::uuid, h.id,
               '{}'::uuid[], %(today)s::date, ''
        FROM lives d JOIN screening_household h ON h.id = d.lives_in
        WHERE d.lives_in <> d.home_id AND h.size = 0
          AND EXISTS (SELECT 1 FROM screening_case c WHERE c.household_id = h.id AND c.state <> 'closed')
          AND NOT EXISTS (SELECT 1 FROM screening_question q WHERE q.kind = 'disappeared' AND q.household_id = h.id
                          AND q.person_id IS NULL AND q.answered_on IS NULL)
        """,
        common,
    )
    cursor.execute(
        """
        UPDATE screening_question q SET answer = '新一期名单里又有了', answered_on = %(today)s
        WHERE q.kind = 'disappeared' AND q.answered_on IS NULL
          AND ((q.person_id IS NULL AND EXISTS (SELECT 1 FROM lives d WHERE d.home_id = q.household_id))
            OR EXISTS (SELECT 1 FROM lives d WHERE d.person_id = q.person_id))
        """,
        common,
    )
