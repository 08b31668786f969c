"""Facts of a list: certificates, illnesses, benefits, watch records, earlier findings (C03, C05, C07).

Each kind is declared by a `FactSpec`; the same SQL compares, ends, changes and adds them. A changed fact ends
on the day before the edition and a new one begins, so that every day keeps what was known of it.
"""
# ruff: noqa: E501 - SQL is read by its own lines

from dataclasses import dataclass
from datetime import date

from django.db.backends.utils import CursorWrapper

from screening.choices import ListKind, WatchKind
from screening.imports.match import day_before
from screening.models import SourceList


@dataclass(frozen=True)
class FactSpec:
    """How rows of `desk` become facts: `key` and `values` map a column to SQL over the rows of one fact (d).

    `sealed` columns are written and never compared (sealing differs each time). `region` is the SQL path from
    a fact `f` to the household whose region counts; `absent` is what ends facts missing from a full edition,
    None when absence says nothing.
    """

    table: str
    key: dict[str, str]
    values: dict[str, str]
    sealed: dict[str, str]
    absent: str | None = None

    @property
    def subject(self) -> str:
        return next(iter(self.key))


_HERE = """EXISTS (SELECT 1 FROM screening_membership m JOIN screening_household h ON h.id = m.household_id
           WHERE m.person_id = f.person_id AND m.last_day IS NULL AND h.region_id LIKE %(region)s)"""
# A row refused for its number may be the person's: nobody of that name loses a fact for it.
_NOT_NAMED = """NOT EXISTS (SELECT 1 FROM edition e WHERE e.person_id = f.person_id)
                AND NOT EXISTS (SELECT 1 FROM staged r JOIN screening_person p ON p.name = r.name
                WHERE r.id_index IS NULL AND r.name <> '' AND p.id = f.person_id)"""
_FIRST = "(array_agg({} ORDER BY d.sheet, d.line))[1]"


def _first(sql: str) -> str:
    return _FIRST.format(sql)


def _sum(key: str) -> str:
    return f"sum((d.parsed->>'{key}')::numeric)"


def _watch(kind: WatchKind) -> FactSpec:
    return FactSpec(
        table="screening_watchrecord",
        key={"household_id": "d.household_id", "kind": f"'{kind.value}'::text"},
        values={
            "risk": _first("coalesce(d.parsed->>'watch_type', d.parsed->>'risk', '')"),
            "identified_on": _first("(d.parsed->>'found_on')::date"),
        },
        sealed={},
        absent=f"""f.kind = '{kind.value}'
            AND EXISTS (SELECT 1 FROM screening_household h WHERE h.id = f.household_id AND h.region_id LIKE %(region)s)
            AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.household_id = f.household_id)
            AND NOT EXISTS (SELECT 1 FROM edition e WHERE e.household_id = f.household_id)
            AND NOT EXISTS (SELECT 1 FROM staged r JOIN screening_household h ON h.id = f.household_id
                            JOIN screening_person p ON p.id = h.head_id AND p.name = r.name
                            WHERE r.id_index IS NULL AND r.name <> '')""",
    )


SPECS: dict[str, FactSpec] = {
    ListKind.DISABILITY: FactSpec(
        table="screening_disabilitycertificate",
        key={"person_id": "d.person_id"},
        values={
            "kind": _first("(d.parsed->>'kind')::smallint"),
            "grade": _first("(d.parsed->>'grade')::smallint"),
            "parts": _first("d.parsed->'parts'") + "::text",
            "status": _first("coalesce(d.parsed->>'status', '')"),
        },
        sealed={"number_sealed": _first("d.detail_sealed")},
        absent=f"{_HERE} AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.person_id = f.person_id) AND {_NOT_NAMED}",
    ),
    ListKind.ILLNESS: FactSpec(
        table="screening_illnessrecord",
        key={"person_id": "d.person_id", "diagnosis_index": "decode(d.parsed->>'diagnosis', 'hex')"},
        values={
            "total_cost": _sum("total_cost"),
            "own_paid": _sum("own_cost"),
            "stays": "count(*)::smallint",
        },
        sealed={"diagnosis_sealed": _first("d.detail_sealed")},
    ),
    ListKind.BENEFITS: FactSpec(
        table="screening_benefitrecord",
        key={"person_id": "d.person_id", "scheme": "d.parsed->>'scheme'"},
        values={
            "tier": _first("coalesce(d.parsed->>'tier', '')"),
            "monthly_amount": _first("(d.parsed->>'monthly')::numeric"),
            "from_month": _first("(d.parsed->>'from_month')::date"),
            "covered_persons": _first("(d.parsed->>'covered_people')::smallint"),
            "incomplete": "bool_or(d.incomplete)",
        },
        sealed={},
        # A file of one scheme says nothing about the others.
        absent=f"""{_HERE} AND NOT EXISTS (
                SELECT 1 FROM desk d WHERE d.person_id = f.person_id AND d.parsed->>'scheme' = f.scheme)
            AND EXISTS (SELECT 1 FROM desk d WHERE d.parsed->>'scheme' = f.scheme) AND {_NOT_NAMED}""",
    ),
    ListKind.MONITORED: _watch(WatchKind.MONITORED),
    ListKind.MARGINAL: _watch(WatchKind.MARGINAL),
    ListKind.FINDINGS: FactSpec(
        table="screening_priorfinding",
        key={
            "household_id": "d.household_id",
            "campaign": "d.parsed->>'campaign'",
            "text": "d.parsed->>'finding'",
            "found_on": "(d.parsed->>'found_on')::date",
        },
        values={},
        sealed={},
    ),
}


def plan_facts(cursor: CursorWrapper, source: SourceList) -> None:
    """Temp table `fact`: one line a fact of the rows not bad, with the live fact it meets; sets `desk.would`.

    A fact that ended the day before goes on: another file of the same edition did not name it.
    """
    spec = SPECS[source.kind]
    if source.kind == ListKind.BENEFITS:
        _count_named(cursor, source)
    keys = ", ".join(f"{sql} AS {column}" for column, sql in spec.key.items())
    columns = {**spec.values, **spec.sealed}
    values = "".join(f", {sql} AS {column}" for column, sql in columns.items())
    matches = " AND ".join(f"f.{column} = n.{column}" for column in spec.key)
    same = " AND ".join(f"{_stored(column)} IS NOT DISTINCT FROM n.{column}" for column in spec.values)
    same = f"(f.first_day > %(as_of)s::date OR ({same or 'true'}))"  # what a newer list says stays
    groups = ", ".join(str(place) for place in range(1, len(spec.key) + 1))
    cursor.execute(
        f"""
        CREATE TEMP TABLE fact ON COMMIT DROP AS
        SELECT n.*, f.id AS live_id, f.first_day AS live_from, f.last_day AS ended,
               coalesce(f.id IS NOT NULL AND {same}, false) AS same
        FROM (SELECT {keys}{values}, array_agg(d.row_id) AS row_ids, {_first("d.row_id")} AS row_id
              FROM desk d WHERE NOT d.bad AND NOT d.elsewhere AND NOT d.held AND d.would IS DISTINCT FROM 'unmatched'
                AND d.household_id IS NOT NULL
              GROUP BY {groups}) n
        LEFT JOIN LATERAL (
            SELECT * FROM {spec.table} f WHERE {matches} AND (f.last_day IS NULL OR f.last_day = %(as_of)s::date - 1)
            ORDER BY f.last_day DESC NULLS FIRST LIMIT 1) f ON true
        """,
        {"as_of": source.as_of.isoformat()},
    )
    told = "CASE WHEN n.live_id IS NULL THEN 'created' WHEN n.same THEN 'unchanged' ELSE 'updated' END"
    if source.kind == ListKind.MARGINAL:
        told = f"""CASE WHEN d.would = 'created' OR n.live_id IS NULL THEN 'created'
                   WHEN d.would = 'updated' THEN 'updated' ELSE {told} END"""
    cursor.execute(
        f"UPDATE desk d SET would = {told} FROM fact n WHERE d.row_id = ANY(n.row_ids)"
        if source.kind != ListKind.MARGINAL
        else f"""UPDATE desk d SET would = {told} FROM fact n
                 WHERE d.household_id = n.household_id AND d.would IS DISTINCT FROM 'unmatched'"""
    )


def _stored(column: str) -> str:
    """A stored value in the form in which the staged one is compared: array of parts as JSON text."""
    if column == "parts":
        return "to_jsonb(f.parts)::text"
    return f"f.{column}"


def _count_named(cursor: CursorWrapper, source: SourceList) -> None:
    """`incomplete`: the certificate covers more people than the roll names of that household and scheme.

    `named` counts them over the whole edition: rows of its other files, and those that were matched before.
    """
    cursor.execute(
        """
        CREATE TEMP TABLE named ON COMMIT DROP AS
        SELECT household_id, scheme, count(DISTINCT person_id) AS n
        FROM (SELECT household_id, parsed->>'scheme' AS scheme, person_id FROM desk
              WHERE NOT bad AND household_id IS NOT NULL
              UNION ALL
              SELECT r.household_id, r.parsed->>'scheme', r.person_id FROM screening_listrow r
              JOIN screening_sourcelist s ON s.id = r.source_list_id
              WHERE s.kind = 'benefits' AND s.as_of = %s AND s.region_id = %s AND s.state = 'confirmed'
                AND r.person_id IS NOT NULL AND r.household_id IN (SELECT household_id FROM desk)) each
        GROUP BY household_id, scheme
        """,
        [source.as_of, source.region_id],
    )
    cursor.execute("ALTER TABLE desk ADD COLUMN incomplete boolean NOT NULL DEFAULT false")
    cursor.execute(
        """
        UPDATE desk d SET incomplete = named.n < (d.parsed->>'covered_people')::int FROM named
        WHERE d.household_id = named.household_id AND d.parsed->>'scheme' = named.scheme
          AND d.parsed ? 'covered_people' AND d.parsed->>'covered_people' IS NOT NULL
        """
    )


def _complete_certificates(cursor: CursorWrapper) -> None:
    """Records written before of certificates of which more people are named now."""
    cursor.execute(
        """
        UPDATE screening_benefitrecord f SET incomplete = named.n < f.covered_persons
        FROM named JOIN screening_membership m ON m.household_id = named.household_id AND m.last_day IS NULL
        WHERE f.person_id = m.person_id AND f.scheme = named.scheme AND f.last_day IS NULL
          AND f.incomplete IS DISTINCT FROM (named.n < f.covered_persons) AND f.covered_persons IS NOT NULL
        """
    )


def write_facts(cursor: CursorWrapper, source: SourceList) -> None:
    """Add, change and end the facts that `fact` says; each points to the row it came from."""
    spec = SPECS[source.kind]
    as_of: date = source.as_of
    columns = [*spec.values, *spec.sealed]
    cursor.execute(
        f"""UPDATE {spec.table} f SET last_day = NULL FROM fact n
            WHERE f.id = n.live_id AND n.same AND n.ended IS NOT NULL"""
    )
    cast = {"parts": "ARRAY(SELECT jsonb_array_elements_text(coalesce(n.parts, '[]')::jsonb))::smallint[]"}
    if columns:
        changes = ", ".join(f"{column} = {cast.get(column, f'n.{column}')}" for column in columns)
        cursor.execute(
            f"""UPDATE {spec.table} f SET {changes}, row_id = n.row_id FROM fact n
                WHERE f.id = n.live_id AND NOT n.same AND f.first_day >= %s""",
            [as_of],
        )
        cursor.execute(
            f"""UPDATE {spec.table} f SET last_day = {day_before(as_of)} FROM fact n
                WHERE f.id = n.live_id AND NOT n.same AND f.first_day < %s""",
            [as_of],
        )
    names = [*spec.key, *columns]
    values = [f"n.{column}" for column in spec.key] + [cast.get(column, f"n.{column}") for column in columns]
    cursor.execute(
        f"""INSERT INTO {spec.table} (id, first_day, row_id, {", ".join(names)})
            SELECT gen_random_uuid(), %s, n.row_id, {", ".join(values)} FROM fact n
            WHERE n.live_id IS NULL OR (NOT n.same AND n.live_from < %s)""",
        [as_of, as_of],
    )
    if source.kind == ListKind.BENEFITS:
        _complete_certificates(cursor)


def missing(cursor: CursorWrapper, source: SourceList) -> list[tuple[str, str]]:
    """(person, or household of a watch list; township) whose live fact an edition has no more in its region."""
    spec = SPECS[source.kind]
    absent = spec.absent or _absent_illness(source)
    if absent is None:
        return []
    home = (
        "f.household_id"
        if spec.subject == "household_id"
        else (
            "(SELECT m.household_id FROM screening_membership m WHERE m.person_id = f.person_id AND m.last_day IS NULL)"
        )
    )
    cursor.execute(
        f"""SELECT DISTINCT f.{spec.subject}::text, left(at.region_id, 9)
            FROM {spec.table} f JOIN screening_household at ON at.id = {home}
            WHERE f.last_day IS NULL AND {absent} ORDER BY 2, 1""",
        _parameters(source),
    )
    return cursor.fetchall()


def _absent_illness(source: SourceList) -> str | None:
    """An illness list is evidence of stays: who is not on the next one has disappeared, and is not well again."""
    if source.kind != ListKind.ILLNESS:
        return None
    return f"{_HERE} AND NOT EXISTS (SELECT 1 FROM desk d WHERE d.person_id = f.person_id)"


def end_absent(cursor: CursorWrapper, source: SourceList) -> None:
    """End what a newer full edition no longer has, on the day before it; facts of the same day stay."""
    spec = SPECS[source.kind]
    if spec.absent is None:
        return
    cursor.execute(
        f"""UPDATE {spec.table} f SET last_day = {day_before(source.as_of)}
            WHERE f.last_day IS NULL AND f.first_day < %(as_of)s AND {spec.absent}""",
        _parameters(source),
    )


def _parameters(source: SourceList) -> dict[str, object]:
    return {"region": f"{source.region_id}%", "as_of": source.as_of}
