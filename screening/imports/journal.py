"""What a list changed, kept so that it can be taken back (interfaces, `undo_import`).

Before a list is written, the tables it may touch are copied to temp tables (`begin`); afterwards every record
that differs is kept in ListChange (`keep`): new ones by id, changed ones as they were, all with a digest of how
they were left. Taking back (`take_back`) deletes the new ones and puts the old ones in their place.
"""
# ruff: noqa: E501 - SQL is read by its own lines

from collections.abc import Iterable, Mapping

from django.db.backends.utils import CursorWrapper

from screening.imports import facts, match
from screening.models import ListChange, NearMatch, SourceList

# Every record of it, or those of which the SQL over `x` is true.
ALL = "true"
_BASE = ("household", "membership", "person", "question", "pendingchange")


def tables_of(source: SourceList) -> dict[str, str]:
    """Tables that confirming a list may touch → which of their records."""
    if source.kind not in match.HOUSEHOLD_KINDS:
        return {facts.SPECS[source.kind].table: ALL}
    touched = {f"screening_{name}": ALL for name in _BASE}
    touched |= {spec.table: ALL for spec in facts.SPECS.values()}
    # Rows of other lists that waited for somebody, and the totals of those lists.
    touched["screening_listrow"] = f"x.source_list_id <> '{source.pk}' AND x.skip = 'unmatched'"
    touched["screening_sourcelist"] = f"x.id <> '{source.pk}'"
    return touched


def begin(cursor: CursorWrapper, tables: Mapping[str, str]) -> None:
    """Copy what the tables hold now."""
    for table, where in tables.items():
        cursor.execute(
            f"CREATE TEMP TABLE before_{table} ON COMMIT DROP AS SELECT * FROM {table} x WHERE {where}"
        )
        cursor.execute(f"CREATE INDEX ON before_{table} (id)")
        cursor.execute(f"ANALYZE before_{table} (id)")


def keep(
    cursor: CursorWrapper,
    tables: Mapping[str, str],
    *,
    source_list: SourceList | None = None,
    near_match: NearMatch | None = None,
) -> None:
    """Keep what differs from the copies, one ListChange a table, and drop the copies."""
    for table, where in tables.items():
        cursor.execute(
            f"""
            INSERT INTO screening_listchange (source_list_id, near_match_id, "table", created, before, marks)
            SELECT %s, %s, %s, coalesce(array_agg(x.id) FILTER (WHERE b.id IS NULL), '{{}}'),
                   coalesce(jsonb_agg(to_jsonb(b)) FILTER (WHERE b.id IS NOT NULL), '[]'),
                   jsonb_object_agg(x.id, md5(x::text))
            FROM {table} x LEFT JOIN before_{table} b ON b.id = x.id
            WHERE (b.id IS NOT NULL OR ({where})) AND (b.id IS NULL OR ROW(b.*) IS DISTINCT FROM ROW(x.*))
            HAVING count(*) > 0
            """,
            [source_list.pk if source_list else None, near_match.pk if near_match else None, table],
        )
        cursor.execute(f"DROP TABLE before_{table}")


def touched_since(cursor: CursorWrapper, change: ListChange) -> int:
    """How many of the records were changed or removed after they were left so."""
    cursor.execute(
        f"""SELECT count(*) FROM screening_listchange c, jsonb_each_text(c.marks) m
            LEFT JOIN {change.table} x ON x.id = m.key::uuid
            WHERE c.id = %s AND md5(x::text) IS DISTINCT FROM m.value""",
        [change.pk],
    )
    return cursor.fetchone()[0]


def take_back(cursor: CursorWrapper, changes: Iterable[ListChange]) -> None:
    """Everything as it was before. A column that came later keeps what it holds.

    Changed records are deleted and written anew: in place, two of them could not swap what only one may have.
    """
    for change in changes:
        table = change.table
        cursor.execute(
            f"""CREATE TEMP TABLE put_back ON COMMIT DROP AS
                SELECT old.* FROM screening_listchange c, jsonb_array_elements(c.before) b
                JOIN {table} x ON x.id = (b->>'id')::uuid, LATERAL jsonb_populate_record(x, b) old
                WHERE c.id = %s""",
            [change.pk],
        )
        cursor.execute(
            f"""DELETE FROM {table} WHERE id IN (SELECT id FROM put_back)
                OR id IN (SELECT unnest(created) FROM screening_listchange WHERE id = %s)""",
            [change.pk],
        )
        cursor.execute(f"INSERT INTO {table} SELECT * FROM put_back")
        cursor.execute("DROP TABLE put_back")
