"""What became of each row, and the totals that always add up (interfaces, JSON of import_list)."""
# ruff: noqa: E501 - SQL is read by its own lines

import json
from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from screening.choices import Hold, ListKind
from screening.imports import apply, facts, match
from screening.imports.stage import COLUMNS
from screening.models import SourceList

KEPT = tuple(column for column in COLUMNS if column not in ("region_id", "state", "skip", "problems"))
HELD_MESSAGE = "同一户有别的行要改，这一行先不导入。那一行改好后，全户一起导入。"
ELSEWHERE_MESSAGE = "这个人已在另一户里。请核实他现在住哪一户；若已迁来，请先由原来的乡镇更新名单。"


def settle_rows(cursor: CursorWrapper, source: SourceList, written: bool) -> None:
    """Write state, match, place and the problems that matching found into the staged rows where they differ.

    The place of a row is that of the household it was matched with: whoever is responsible for it sees it.
    Before the list is `written`, households and persons that it will make do not exist yet.
    """
    household, person = "d.household_id", "d.person_id"
    if _by_home(source):
        household, person = ("d.home_id", person) if written else ("NULL::uuid", "NULL::uuid")
    taken = "NOT (d.bad OR d.elsewhere OR d.held OR d.would = 'unmatched')"
    settled = f"""
        CASE WHEN d.bad OR d.elsewhere OR d.held THEN 'rejected'
             WHEN d.would = 'unmatched' THEN 'skipped' ELSE d.would END AS state,
        CASE WHEN NOT (d.bad OR d.elsewhere OR d.held) AND d.would = 'unmatched'
             THEN 'unmatched' ELSE '' END AS skip,
        CASE WHEN o.problems = '[]' THEN o.problems
             ELSE coalesce((SELECT jsonb_agg(e) FROM jsonb_array_elements(o.problems) e
                            WHERE e->>1 NOT IN ('HELD', 'PERSON_ELSEWHERE')), '[]') END
            || CASE WHEN d.elsewhere THEN %(elsewhere)s::jsonb ELSE '[]' END
            || CASE WHEN d.held THEN %(held)s::jsonb ELSE '[]' END AS problems,
        d.place AS region_id,
        CASE WHEN {taken} THEN {household} END AS household_id,
        CASE WHEN {taken} THEN {person} END AS person_id"""
    parameters = {
        "elsewhere": json.dumps([["证件号码", "PERSON_ELSEWHERE", "error", ELSEWHERE_MESSAGE, ""]]),
        "held": json.dumps([["户编号", "HELD", "error", HELD_MESSAGE, ""]]),
    }
    if match.is_fresh(cursor):
        _insert_settled(cursor, settled, parameters)
        return
    cursor.execute(
        f"""
        UPDATE screening_listrow r SET state = n.state, skip = n.skip, problems = n.problems,
               region_id = n.region_id, household_id = n.household_id, person_id = n.person_id
        FROM (SELECT d.row_id, {settled} FROM desk d JOIN screening_listrow o ON o.id = d.row_id) n
        WHERE r.id = n.row_id
          AND (r.state, r.skip, r.problems, r.region_id, r.household_id, r.person_id) IS DISTINCT FROM
              (n.state, n.skip, n.problems, n.region_id, n.household_id, n.person_id)
        """,
        parameters,
    )
    cursor.execute(
        "UPDATE screening_listrow SET state = 'skipped' WHERE source_list_id = %s AND skip <> '' AND state = ''",
        [source.pk],
    )


def _insert_settled(cursor: CursorWrapper, settled: str, parameters: dict[str, Any]) -> None:
    """Rows staged and confirmed at once come into ListRow as they end."""
    kept = ", ".join(f"o.{column}" for column in ("id", *KEPT))
    cursor.execute(
        f"""
        INSERT INTO screening_listrow
            (id, {", ".join(KEPT)}, state, skip, problems, region_id, household_id, person_id)
        SELECT {kept}, {settled} FROM desk d JOIN staged o ON o.id = d.row_id
        UNION ALL
        SELECT {kept}, 'skipped', o.skip, o.problems, o.region_id, NULL, NULL FROM staged o WHERE o.skip NOT IN ('', 'unmatched')
        """,
        parameters,
    )


def name_other_places(cursor: CursorWrapper) -> None:
    """PERSON_ELSEWHERE names both places: the household of the file and the one in the base."""
    cursor.execute(
        """
        UPDATE screening_listrow r SET problems = (
            SELECT jsonb_agg(CASE WHEN e->>1 = 'PERSON_ELSEWHERE' THEN jsonb_set(e, '{3}', to_jsonb(
                '这个人已在另一户：名单写' || coalesce(here.name, '本户') || '，库里在' || coalesce(town.name, '')
                || coalesce(there.name, '') || '。请核实他现在住哪一户；若已迁来，请先由原乡镇更新名单。'))
                ELSE e END)
            FROM jsonb_array_elements(r.problems) e)
        FROM desk d
        LEFT JOIN dabao_region here ON here.code = d.region_id
        LEFT JOIN dabao_region there ON there.code = d.lives_region
        LEFT JOIN dabao_region town ON town.code = there.parent_id
        WHERE r.id = d.row_id AND d.elsewhere
        """
    )


def _by_home(source: SourceList) -> bool:
    return source.kind in (ListKind.REGISTRY, ListKind.MARGINAL)


def count(cursor: CursorWrapper, source: SourceList) -> dict[str, Any]:
    """Totals of a list from its settled rows, in the words of the JSON contract; errors are read apart."""
    cursor.execute(
        "SELECT state, skip, count(*) FROM screening_listrow WHERE source_list_id = %s GROUP BY 1, 2",
        [source.pk],
    )
    states = dict.fromkeys(("created", "updated", "unchanged", "rejected", "skipped"), 0)
    why: dict[str, int] = {}
    for state, skip, number in cursor.fetchall():
        states[state] += number
        if skip:
            why[skip] = why.get(skip, 0) + number
    cursor.execute(
        """SELECT count(DISTINCT coalesce(household_id::text, nullif(household_key, ''))),
                  count(DISTINCT coalesce(person_id::text, encode(id_index, 'hex'), id::text))
           FROM screening_listrow WHERE source_list_id = %s AND state IN ('created', 'updated', 'unchanged')""",
        [source.pk],
    )
    households, persons = cursor.fetchone()
    return {
        "rows_read": sum(states.values()),
        **states,
        "households": households,
        "persons": persons,
        "skipped_why": why,
        "unmatched": why.get("unmatched", 0),
    }


def count_after_plan(cursor: CursorWrapper, source: SourceList) -> dict[str, Any]:
    """What needs the plan's temp tables: the disappeared, both holds' numbers, households by state."""
    gone = apply.missing(cursor, source)
    totals: dict[str, Any] = {
        "disappeared": len(gone),
        "gone": Counter(township for _, township in gone),
        "gone_ids": [pk for pk, _ in gone],
        "full": match.is_full(cursor, source),
    }
    if not _by_home(source):
        return totals
    cursor.execute(
        """
        SELECT count(*) FILTER (WHERE NOT bad AND NOT elsewhere AND NOT coalesce(o.has_bad, false)),
               count(*) FILTER (WHERE NOT bad AND NOT elsewhere),
               count(DISTINCT d.key) FILTER (WHERE o.has_bad),
               count(*) FILTER (WHERE o.has_bad),
               count(*) FILTER (WHERE bad OR elsewhere)
        FROM desk d LEFT JOIN home o ON o.key = d.key WHERE d.would IS DISTINCT FROM 'unmatched'
        """
    )
    by_household, by_row, bad_households, bad_people, bad_rows = cursor.fetchone()
    totals["holds"] = {
        Hold.HOUSEHOLD.value: by_household,
        Hold.ROW.value: by_row,
        "bad_households": bad_households,
        "bad_people": bad_people,
        "bad_rows": bad_rows,
    }
    cursor.execute(
        """
        SELECT state, count(*) FROM (
            SELECT o.key, CASE WHEN o.has_bad THEN 'rejected'
                               WHEN o.household_id IS NULL THEN 'created'
                               WHEN bool_or(d.would <> 'unchanged') THEN 'updated' ELSE 'unchanged' END AS state
            FROM home o JOIN desk d ON d.key = o.key GROUP BY o.key, o.has_bad, o.household_id) each
        GROUP BY state
        """
    )
    totals["household_states"] = dict(cursor.fetchall())
    if source.kind == ListKind.REGISTRY:
        cursor.execute(
            """SELECT count(DISTINCT d.key), count(*) FROM desk d WHERE d.key IN (
                   SELECT key FROM desk WHERE parsed->'h'->>'poverty_status' IN
                       ('not_lifted', 'fallen_back', 'pre_lifted'))"""
        )
        households, persons = cursor.fetchone()
        totals["not_lifted"] = {"households": households, "persons": persons}
    return totals


def problems_of(
    cursor: CursorWrapper, source: SourceList
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(errors, warnings) of a list's rows, in the form of the JSON contract."""
    cursor.execute(
        """SELECT sheet, line, e->>0, e->>1, e->>2, e->>3, e->>4
           FROM screening_listrow, jsonb_array_elements(problems) e
           WHERE source_list_id = %s ORDER BY sheet, line""",
        [source.pk],
    )
    errors: list[dict[str, Any]] = []
    warnings: list[dict[str, Any]] = []
    for sheet, row, column, code, level, message, value in cursor.fetchall():
        entry = {
            "sheet": sheet,
            "row": row,
            "column": column,
            "code": code,
            "message": message,
            "value_masked": value,
        }
        (errors if level == "error" else warnings).append(entry)
    return errors, warnings


def rematch(cursor: CursorWrapper, source: SourceList) -> int:
    """Match the unmatched rows of a confirmed list again and take those that fit now; returns how many."""
    matched = _take(cursor, source, match.UNMATCHED)
    if matched:
        settle_rows(cursor, source, written=True)
        say_recognised(cursor)
    drop_plan(cursor)
    return matched


def retell(cursor: CursorWrapper, source: SourceList, person: UUID, rows: Collection[UUID]) -> int:
    """Tell the facts of a person from all his rows of a confirmed list, and settle `rows` of them anew."""
    chosen = ", ".join(f"'{row}'" for row in rows) or "NULL"
    found = _take(cursor, source, f"{match.IN_QUESTION} AND (r.person_id = '{person}' OR r.id IN ({chosen}))")
    if found:
        cursor.execute(f"DELETE FROM desk WHERE row_id NOT IN ({chosen})" if rows else "TRUNCATE desk")
        settle_rows(cursor, source, written=True)
        say_recognised(cursor)
    drop_plan(cursor)
    return found


def _take(cursor: CursorWrapper, source: SourceList, rows: str) -> int:
    """Write the facts of rows of a confirmed list that find somebody; leaves them in `desk`."""
    match.plan_people(cursor, source, rows)
    cursor.execute("DELETE FROM desk WHERE would = 'unmatched' OR bad")
    cursor.execute("SELECT count(*) FROM desk")
    found = cursor.fetchone()[0]
    if found:
        facts.plan_facts(cursor, source)
        facts.write_facts(cursor, source)
    return found


def say_recognised(cursor: CursorWrapper) -> None:
    """What is wrong with the number of a recognised row stays said, and rejects it no more."""
    cursor.execute(
        """
        UPDATE screening_listrow r SET problems = (
            SELECT jsonb_agg(CASE WHEN starts_with(e->>1, 'ID_')
                THEN jsonb_set(jsonb_set(e, '{2}', '"warning"'), '{3}', to_jsonb(split_part(e->>3, '。', 1) || %s))
                ELSE e END) FROM jsonb_array_elements(r.problems) e)
        FROM desk d WHERE r.id = d.row_id AND d.recognised AND r.problems @? 'strict $[*] ? (@[2] == "error")'
        """,
        ["。已由人认定是库里的这个人；请照身份证改正原表。"],
    )


def drop_plan(cursor: CursorWrapper) -> None:
    """Drop the plan's temp tables, for the next plan of the same transaction."""
    for table in ("desk", "home", "known", "fact", "lives", "taken_home", "edition", "named"):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
    cursor.execute(f"DROP {'TABLE' if match.is_fresh(cursor) else 'VIEW'} IF EXISTS staged")
