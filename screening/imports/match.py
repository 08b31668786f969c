"""Staged rows against the base: who is known, where he lives, what would change. Writes nothing but temp tables.

The same plan serves preview and confirmation: `desk` has one line for each staged row that is not skipped,
`home` one for each household of the list. `would` is what becomes of a row that is taken; `bad` rows have an
error of their own, `held` ones belong to a household with a bad row.
"""
# ruff: noqa: E501 - SQL is read by its own lines

from dataclasses import dataclass
from datetime import date

from django.db.backends.utils import CursorWrapper

from screening.choices import MOVED_AWAY, ListKind
from screening.models import SourceList

HOUSEHOLD_KINDS = (ListKind.REGISTRY, ListKind.MARGINAL)
NEAR_KINDS = (ListKind.DISABILITY, ListKind.ILLNESS, ListKind.BENEFITS)  # 三部门比对: near matches (C06)

# An error of the row itself: what matching adds (and what depends on the hold) is worked out anew each time.
OWN_ERROR = (
    """r.problems @? 'strict $[*] ? (@[2] == "error" && @[1] != "HELD" && @[1] != "PERSON_ELSEWHERE")'"""
)
# The same of a row whose person somebody recognised: what its number misses no longer counts.
OTHER_ERROR = OWN_ERROR.replace('"error" &&', '"error" && !(@[1] starts with "ID_") &&')
# The number of a row as its decisions are remembered by; blank when it has none at all.
NEAR_KEY = "coalesce(r.parsed->>'refused', encode(r.id_index, 'hex'), '')"
IN_QUESTION = "r.skip IN ('', 'unmatched')"
UNMATCHED = "r.skip = 'unmatched'"

# Field of Person → (key in the list, SQL of the staged value).
PERSON_FIELDS = {
    "sex": ("id", "coalesce(d.parsed->>'sex', '')"),
    "birth_date": ("id", "(d.parsed->>'birth')::date"),
    "number": ("person_number", "d.person_number"),
    "ethnicity": ("ethnicity", "coalesce(d.parsed->>'ethnicity', '')"),
    "education": ("education", "coalesce(d.parsed->>'education', '')"),
    "student": ("student", "coalesce(d.parsed->>'student', '')"),
    "health": ("health", "coalesce(d.parsed->>'health', '')"),
    "labour": ("labour", "coalesce(d.parsed->>'labour', '')"),
    "work": ("work", "coalesce(d.parsed->>'work', '')"),
    "work_months": ("work_months", "(d.parsed->>'work_months')::numeric"),
}
# Region of a known household: the row's, unless the row is bad or names only a part of the place known.
HOME_REGION = (
    "CASE WHEN o.lead_bad OR starts_with(x.region_id, o.region_id) THEN x.region_id ELSE o.region_id END"
)

# Field of Household → (key in the list, SQL of the staged value of the household's lead row).
HOME_FIELDS = {
    '"group"': ("group", "coalesce(o.h->>'group', '')"),
    "poverty_status": ("poverty_status", "coalesce(o.h->>'poverty_status', '')"),
    "lifted_year": ("lifted_year", "(o.h->>'lifted_year')::smallint"),
    "poverty_kind": ("household_type", "coalesce(o.h->>'poverty_kind', '')"),
    "cause": ("cause", "coalesce(o.h->>'cause', '')"),
    "income_per_capita": ("income", "(o.h->>'income_per_capita')::numeric"),
    "unsafe_house": ("dangerous_house", "(o.h->>'unsafe_house')::boolean"),
    "safe_water": ("safe_water", "(o.h->>'safe_water')::boolean"),
}


@dataclass(frozen=True)
class Present:
    """The columns that a file has: what it does not have it does not change."""

    keys: frozenset[str]

    @classmethod
    def of(cls, source: SourceList) -> "Present":
        return cls(frozenset(key for columns in source.columns.values() for _title, key in columns if key))

    def person_fields(self) -> dict[str, str]:
        return {field: sql for field, (key, sql) in PERSON_FIELDS.items() if key in self.keys}

    def home_fields(self) -> dict[str, str]:
        keys = set(self.keys)
        if "household_type" in keys:
            keys.add("poverty_status")
        return {field: sql for field, (key, sql) in HOME_FIELDS.items() if key in keys}


def plan_households(cursor: CursorWrapper, source: SourceList, present: Present) -> None:
    """Temp tables `desk` and `home` of a list that makes households and persons (registry, marginal)."""
    registry = source.kind == ListKind.REGISTRY
    open_staged(cursor, source)
    _edition(cursor, source)
    _known(cursor)
    _find_homes(cursor, registry)
    _elsewhere(cursor, source, registry)
    _homes(cursor, present, registry)
    _desk(cursor, present, registry)
    _index_desk(cursor)


def open_staged(cursor: CursorWrapper, source: SourceList) -> None:
    """`staged`: the rows of the list. A command that stages and confirms at once has made it as a table already."""
    if not is_fresh(cursor):
        cursor.execute("DROP VIEW IF EXISTS staged")
        cursor.execute(
            f"CREATE TEMP VIEW staged AS SELECT * FROM screening_listrow WHERE source_list_id = '{source.pk}'"
        )


def is_fresh(cursor: CursorWrapper) -> bool:
    """Whether `staged` is a table of rows that are not in ListRow yet."""
    cursor.execute("SELECT 1 FROM pg_class WHERE oid = to_regclass('pg_temp.staged') AND relkind = 'r'")
    return cursor.fetchone() is not None


def _edition(cursor: CursorWrapper, source: SourceList) -> None:
    """Whom the other files of the same edition (kind, day, region) name: a list split in files is one edition."""
    cursor.execute(
        """
        CREATE TEMP TABLE edition ON COMMIT DROP AS
        SELECT DISTINCT r.person_id, r.household_id FROM screening_listrow r
        JOIN screening_sourcelist s ON s.id = r.source_list_id
        WHERE s.kind = %s AND s.as_of = %s AND s.region_id = %s AND s.state = 'confirmed' AND s.id <> %s
          AND r.household_id IS NOT NULL
        """,
        [source.kind, source.as_of, source.region_id, source.pk],
    )
    cursor.execute("CREATE INDEX ON edition (person_id)")
    cursor.execute("CREATE INDEX ON edition (household_id)")
    cursor.execute("ANALYZE edition")


def _known(cursor: CursorWrapper) -> None:
    """`known`: each staged row with the person of its number, where he lives, and the household of its number."""
    cursor.execute(
        f"""
        CREATE TEMP TABLE known ON COMMIT DROP AS
        SELECT r.id AS row_id, r.sheet, r.line, r.household_key AS key, r.region_id, r.name, r.person_number,
               r.id_sealed, r.id_index, r.id_last4_index, r.phone_sealed, r.parsed,
               coalesce(r.parsed->>'relation', '') AS relation,
               {OWN_ERROR} AS bad, false AS elsewhere, false AS held,
               p.id AS person_id, m.id AS membership_id, m.household_id AS lives_in,
               m.relation AS old_relation, lives.region_id AS lives_region, lives.registered AS lives_registered,
               h.id AS household_id
        FROM staged r
        LEFT JOIN screening_person p ON p.id_index = r.id_index
        LEFT JOIN screening_membership m ON m.person_id = p.id AND m.last_day IS NULL
        LEFT JOIN screening_household lives ON lives.id = m.household_id
        LEFT JOIN screening_household h ON h.number = r.household_key AND h.number <> ''
        WHERE r.skip IN ('', 'unmatched')
        """
    )
    cursor.execute("CREATE INDEX ON known (key)")
    cursor.execute("CREATE INDEX ON known (household_id)")
    cursor.execute("ANALYZE known (key, household_id, person_id, lives_in, relation)")


def _find_homes(cursor: CursorWrapper, registry: bool) -> None:
    """A household not found by its number is the one its head lives in now: for the registry only when that
    one is not registered yet (newly registered as poor, C02).

    When a list splits a household, the part with the head it had keeps it and the others are new ones. A
    household whose list names another head is found by its members, when all who live there are in it.
    """
    condition = "AND NOT lives_registered" if registry else ""
    free = "NOT EXISTS (SELECT 1 FROM known o WHERE o.household_id = found.lives_in)"
    cursor.execute(
        f"""
        UPDATE known d SET household_id = found.lives_in
        FROM (SELECT by_head.*, count(*) OVER (PARTITION BY lives_in) AS claims FROM (
                  SELECT key, min(lives_in::text)::uuid AS lives_in, bool_or(lives_registered) AS registered,
                         bool_or(old_relation = '01') AS keeps_head
                  FROM known
                  WHERE household_id IS NULL AND lives_in IS NOT NULL AND key <> ''
                    AND relation IN ('01', '') {condition}
                  GROUP BY key HAVING count(*) = 1) by_head) found
        WHERE d.key = found.key AND d.household_id IS NULL
          AND (found.registered OR ((found.claims = 1 OR found.keeps_head) AND {free}))
        """
    )
    cursor.execute(
        f"""
        UPDATE known d SET household_id = found.lives_in
        FROM (SELECT key, min(lives_in::text)::uuid AS lives_in FROM (
                  SELECT min(key) AS key, lives_in FROM known k
                  WHERE household_id IS NULL AND lives_in IS NOT NULL AND NOT lives_registered AND key <> ''
                  GROUP BY lives_in
                  HAVING count(DISTINCT key) = 1 AND count(DISTINCT person_id) = (
                      SELECT count(*) FROM screening_membership m
                      WHERE m.household_id = k.lives_in AND m.last_day IS NULL)) whole
              GROUP BY key HAVING count(*) = 1) found
        WHERE d.key = found.key AND d.household_id IS NULL AND {free}
        """
    )


def _elsewhere(cursor: CursorWrapper, source: SourceList, registry: bool) -> None:
    """PERSON_ELSEWHERE: the row's person lives in another household of the base, and may not simply move.

    He moves when his old household lies in the declared region and lists him no more, or when a newer
    edition of the other township left him out (an open question, or one answered so). A list of part of the registry (nobody
    lifted in it) says nothing about households that it does not name, the marginal list nothing about people
    of the registry.
    """
    cursor.execute(
        """
        UPDATE known d SET elsewhere = true
        WHERE d.lives_in IS NOT NULL AND d.lives_in IS DISTINCT FROM d.household_id AND d.key <> ''
          AND NOT (
            (d.lives_region LIKE %(region)s AND (%(registry)s OR NOT d.lives_registered)
             AND (EXISTS (SELECT 1 FROM known o WHERE o.household_id = d.lives_in)
                  OR (%(full)s AND d.lives_registered = %(registry)s)
                  OR (%(registry)s AND NOT d.lives_registered)))
            OR EXISTS (SELECT 1 FROM screening_question q
                       WHERE (q.person_id = d.person_id OR (q.household_id = d.lives_in AND q.person_id IS NULL))
                         AND ((q.kind = 'disappeared' AND q.answered_on IS NULL)
                              OR (starts_with(q.answer, %(moved)s) AND q.answered_on >= (
                                  SELECT m.first_day FROM screening_membership m WHERE m.id = d.membership_id)))))
        """,
        {
            "region": f"{source.region_id}%",
            "full": is_full(cursor, source),
            "registry": registry,
            "moved": MOVED_AWAY,
        },
    )


def is_full(cursor: CursorWrapper, source: SourceList) -> bool:
    """Whether the list is a whole edition: a registry list in which nobody is lifted is only 未脱贫对象."""
    if source.kind != ListKind.REGISTRY:
        return True
    cursor.execute(
        "SELECT count(*) FILTER (WHERE parsed->'h'->>'poverty_status' = 'lifted'), count(*) FROM known"
    )
    lifted, rows = cursor.fetchone()
    return lifted > 0 or rows == 0


def _homes(cursor: CursorWrapper, present: Present, registry: bool) -> None:
    """One line a household of the list: known or new, changed or not, with a bad row or not."""
    fields = present.home_fields()
    theirs = ", ".join(["x.region_id", *(f"x.{field}" for field in fields)])
    ours = ", ".join(["CASE WHEN o.lead_bad THEN x.region_id ELSE o.region_id END", *fields.values()])
    registered = "OR NOT x.registered" if registry else "AND NOT x.registered"
    cursor.execute(
        f"""
        CREATE TEMP TABLE home ON COMMIT DROP AS
        SELECT o.*, x.registered AS was_registered,
               CASE WHEN x.id IS NULL THEN false
                    ELSE (({theirs}) IS DISTINCT FROM ({ours}) OR o.phone_changed) {registered} END AS changed
        FROM (
            SELECT d.key, d.household_id, l.row_id AS lead_row, l.region_id, l.parsed->'h' AS h, l.phone_sealed,
                   coalesce(l.bad, true) AS lead_bad, d.has_bad,
                   coalesce(l.parsed->>'phone' IS DISTINCT FROM source.parsed->>'phone'
                            AND l.parsed ? 'phone', false) AS phone_changed,
                   coalesce(d.household_id, gen_random_uuid()) AS home_id
            FROM (SELECT key, min(household_id::text)::uuid AS household_id, bool_or(bad OR elsewhere) AS has_bad
                  FROM known WHERE key <> '' GROUP BY key) d
            LEFT JOIN known l ON l.key = d.key AND l.parsed ? 'h'
            LEFT JOIN screening_household base ON base.id = d.household_id
            LEFT JOIN screening_listrow source ON source.id = base.row_id
        ) o
        LEFT JOIN screening_household x ON x.id = o.household_id
        """
    )
    cursor.execute("CREATE UNIQUE INDEX ON home (key)")
    cursor.execute("ANALYZE home (key, household_id)")


def _desk(cursor: CursorWrapper, present: Present, registry: bool) -> None:
    """`desk`: every row with its household (`home_id`), its person (a new one gets its id here) and `would`.

    In a household of the registry the marginal list changes nothing: its persons are left as they are.
    """
    fields = present.person_fields()
    theirs = ", ".join(["p.name", *(f"p.{field}" for field in fields)])
    ours = ", ".join(["d.name", *fields.values()])
    changed = f"""(({theirs}) IS DISTINCT FROM ({ours})
        OR (d.parsed ? 'phone' AND d.parsed->>'phone' IS DISTINCT FROM source.parsed->>'phone')
        OR (d.relation <> '' AND d.relation <> d.old_relation)
        OR d.lives_in IS DISTINCT FROM o.home_id)"""
    frozen = "false" if registry else "coalesce(o.was_registered, false)"
    household = "d.household_id" if registry else "o.home_id"
    cursor.execute(
        f"""
        CREATE TEMP TABLE desk ON COMMIT DROP AS
        SELECT d.row_id, d.sheet, d.line, d.key, d.region_id, d.name, d.person_number, d.id_sealed, d.id_index,
               d.id_last4_index, d.phone_sealed, d.parsed, d.relation, d.bad, d.elsewhere, d.held, d.membership_id,
               d.lives_in, d.old_relation, d.lives_region, o.home_id, {household} AS household_id,
               d.region_id AS place, {frozen} AS frozen,
               coalesce(d.person_id, gen_random_uuid()) AS person_id, d.person_id IS NULL AS new_person,
               d.person_id IS NOT NULL AND NOT {frozen} AND {changed} AS person_changed,
               CASE WHEN {frozen} AND d.lives_in IS DISTINCT FROM o.home_id THEN 'unmatched'
                    WHEN d.person_id IS NULL THEN 'created'
                    WHEN {frozen} OR NOT ({changed} OR o.changed) THEN 'unchanged'
                    ELSE 'updated' END AS would
        FROM known d
        LEFT JOIN home o ON o.key = d.key
        LEFT JOIN screening_person p ON p.id = d.person_id
        LEFT JOIN screening_listrow source ON source.id = p.row_id
        """
    )


def plan_people(cursor: CursorWrapper, source: SourceList, rows: str = IN_QUESTION) -> None:
    """Temp table `desk` of a list about people or households that must be known already; `rows` (SQL over
    staged rows `r`) are those in question.

    The row's household is that of its 户编号, else the one its person lives in now; without one it is unmatched.
    A row that finds nobody by its number is the person whom somebody recognised in it (`recognised`, C06).
    """
    open_staged(cursor, source)
    _edition(cursor, source)
    cursor.execute(
        f"""
        CREATE TEMP TABLE desk ON COMMIT DROP AS
        WITH said AS MATERIALIZED (
            SELECT DISTINCT ON (r.id) r.id, w.person_id FROM screening_nearmatch w
            JOIN staged r ON r.name = w.name
                AND (r.id = w.row_id OR (w.row_key <> '' AND w.row_key = {NEAR_KEY}))
            WHERE w.answer = 'yes' AND w.kind = %s)
        SELECT r.id AS row_id, r.sheet, r.line, r.region_id, r.name, r.household_key AS key, r.id_index,
               r.detail_sealed, r.parsed,
               CASE WHEN said.id IS NULL OR p.id IS NOT NULL THEN {OWN_ERROR} ELSE {OTHER_ERROR} END AS bad,
               false AS elsewhere, false AS held, coalesce(p.id, said.person_id) AS person_id,
               p.id IS NULL AND said.id IS NOT NULL AS recognised,
               coalesce(h.id, m.household_id) AS household_id, NULL::text AS would,
               coalesce(h.region_id, lives.region_id, r.region_id) AS place
        FROM staged r
        LEFT JOIN screening_person p ON p.id_index = r.id_index
        LEFT JOIN said ON said.id = r.id
        LEFT JOIN screening_membership m ON m.person_id = coalesce(p.id, said.person_id) AND m.last_day IS NULL
        LEFT JOIN screening_household lives ON lives.id = m.household_id
        LEFT JOIN screening_household h ON h.number = r.household_key AND h.number <> ''
        WHERE {rows}
        """,
        [source.kind],
    )
    cursor.execute("UPDATE desk SET would = 'unmatched' WHERE household_id IS NULL")
    if source.kind in (ListKind.DISABILITY, ListKind.ILLNESS, ListKind.BENEFITS):
        cursor.execute("UPDATE desk SET would = 'unmatched' WHERE person_id IS NULL")
    _index_desk(cursor)


def _index_desk(cursor: CursorWrapper) -> None:
    """Statistics and indexes, for the planner knows nothing of a fresh temp table."""
    for columns in ("row_id", "key", "person_id", "household_id"):
        cursor.execute(f"CREATE INDEX ON desk ({columns})")
    cursor.execute("ANALYZE desk (row_id, key, person_id, household_id)")


def hold_households(cursor: CursorWrapper) -> None:
    """Mark the good rows of households that have a bad one."""
    cursor.execute(
        """
        UPDATE desk d SET held = true FROM home o
        WHERE o.key = d.key AND o.has_bad AND NOT d.bad AND NOT d.elsewhere
        """
    )


def day_before(day: date) -> str:
    """SQL of the last day of what a list of `day` ends: the day before, never before its own first day."""
    return f"greatest(first_day, DATE '{day.isoformat()}' - 1)"
