"""Near matches: who is proposed and why, what recognising does, what is remembered, what goes back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import connection

from dabao import clock
from dabao.scope import whole
from dabao.tests.cast import Cast
from screening.imports import outcome
from screening.models import (
    Case,
    DisabilityCertificate,
    IllnessRecord,
    ListRow,
    NearMatch,
    Person,
    Question,
    SourceList,
)
from screening.queries import near_matches as queries
from screening.services import list_undo, near_matches, questions
from screening.tests.imports.sheets import AS_OF, DISABILITY, number, person

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=5)
PLACED = ["行政村", *DISABILITY]
GOOD = number(3)  # the number of the person of person(1, 1)


def one_wrong(text: str) -> str:
    return text[:15] + str((int(text[15]) + 1) % 10) + text[16:]


def swapped(text: str) -> str:
    at = next(i for i in range(6, 16) if text[i] != text[i + 1])
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def certificate(name: str, given: str, *, village: str = "", grade: str = "一级") -> list[str]:
    return [village, name, given, "", "视力", grade, "正常"]


def bring(desk: Any, *rows: list[str], **options: Any) -> dict[str, Any]:
    return desk("disability", list(rows), headings=PLACED, **options)


def dump() -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table in ("household", "person", "membership", "disabilitycertificate", "illnessrecord"):
            cursor.execute(f"SELECT x::text FROM screening_{table} x ORDER BY id")
            found += [text for (text,) in cursor.fetchall()]
        cursor.execute("SELECT id, state, skip, problems, person_id FROM screening_listrow ORDER BY id")
        return found + [str(row) for row in cursor.fetchall()]


def decide(cast: Cast, answer: str = "yes", note: str = "", pair: NearMatch | None = None) -> NearMatch:
    pair = pair or NearMatch.objects.get()
    return near_matches.decide(
        scope=cast.county.scope(),
        pair_id=pair.pk,
        answer=answer,
        note=note,
        actor=cast.county,
        day=clock.today(),
    )


def reverse(cast: Cast) -> NearMatch:
    return near_matches.reverse(
        scope=cast.county.scope(), pair_id=NearMatch.objects.get().pk, actor=cast.county, day=clock.today()
    )


@pytest.fixture
def home(desk: Any, county: Any) -> dict[str, Any]:
    """普有丁 alone in 柳树塘村, with the good number."""
    return desk("registry", [person(1, 1, 姓名="普有丁", 脱贫属性="未脱贫", 贫困户属性="一般贫困户")])


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        (certificate("普有丁", one_wrong(GOOD)), ["one_digit"]),
        (certificate("普有丁", swapped(GOOD)), ["swapped"]),
        (certificate("普有丁", GOOD[:6] + GOOD[8:17]), ["old_15"]),
        (certificate("普有叮", "", village="柳树塘村"), ["homophone"]),
        (certificate("普有丁", "无", village="柳树塘村"), ["same_name"]),
        (certificate("普有丁", one_wrong(GOOD), village="柳树塘村"), ["one_digit", "same_name"]),
        (certificate("普有丁", ""), None),  # a name alone, anywhere in the county
        (certificate("普有叮", "", village="岔河村"), None),  # another village
        (certificate("李国华", "", village="柳树塘村"), None),
        (certificate("普有丁", one_wrong(GOOD), grade="九级"), None),  # recognising him would not help
    ],
)
def test_who_is_proposed_and_why(desk: Any, home: Any, row: list[str], reasons: list[str] | None) -> None:
    bring(desk, row)
    assert [pair.reasons for pair in NearMatch.objects.all()] == ([reasons] if reasons else [])


def test_somebody_with_another_good_number_is_near_when_name_village_and_birth_agree(
    desk: Any,
    home: Any,
) -> None:
    other = number(3 + 12 * 28)  # born on another day
    bring(desk, certificate("普有丁", other, village="柳树塘村"))
    expected = Person.objects.get().birth_date.isoformat() == f"{other[6:10]}-{other[10:12]}-{other[12:14]}"
    assert NearMatch.objects.exists() is expected


def test_recognised_he_has_the_certificate_and_his_own_number(desk: Any, home: Any, cast: Cast) -> None:
    brought = bring(desk, certificate("普有丁", one_wrong(GOOD)))
    assert brought["rejected"] == 1
    before = Person.objects.get().id_number
    decide(cast)
    held, row = DisabilityCertificate.objects.get(), ListRow.objects.get(source_list=brought["id"])
    assert (held.person_id, held.grade, held.row_id, held.first_day) == (row.person_id, 1, row.pk, AS_OF)
    assert Person.objects.get().id_number == before == GOOD
    assert (row.state, row.problems[0][2]) == ("created", "warning")
    assert SourceList.objects.get(pk=brought["id"]).totals["rejected"] == 0
    assert 3 in Case.objects.get().categories


def test_not_the_same_person_wants_a_sentence_and_changes_nothing(desk: Any, home: Any, cast: Cast) -> None:
    bring(desk, certificate("普有丁", one_wrong(GOOD)))
    before = dump()
    with pytest.raises(ValidationError, match="说明"):
        decide(cast, "no", " ")
    decide(cast, "no", "村里另有一位同名的老人")
    assert dump() == before


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_taken_back_everything_is_as_before_and_waits_again(
    desk: Any,
    home: Any,
    cast: Cast,
    answer: str,
) -> None:
    bring(desk, certificate("普有丁", one_wrong(GOOD)))
    before = dump()
    decide(cast, answer, "说明一句")
    reverse(cast)
    assert dump() == before
    assert queries.waiting(cast.county.scope()) == 1


def test_what_was_recognised_is_not_asked_in_the_next_edition(desk: Any, home: Any, cast: Cast) -> None:
    bring(desk, certificate("普有丁", one_wrong(GOOD)))
    decide(cast)
    later = bring(desk, certificate("普有丁", one_wrong(GOOD)), as_of=LATER)
    assert (later["unchanged"], later["rejected"], later["disappeared"]) == (1, 0, 0)
    assert DisabilityCertificate.objects.get().last_day is None
    assert NearMatch.objects.count() == 1


def test_what_was_refused_is_not_asked_in_the_next_edition(desk: Any, home: Any, cast: Cast) -> None:
    bring(desk, certificate("普有丁", one_wrong(GOOD)))
    decide(cast, "no", "不是他")
    later = bring(desk, certificate("普有丁", one_wrong(GOOD)), as_of=LATER)
    assert later["rejected"] == 1
    assert NearMatch.objects.count() == 1
    bring(desk, certificate("普有丁", swapped(GOOD)), as_of=LATER)  # another number is another question
    assert queries.waiting(cast.county.scope()) == 1


def test_taken_back_after_a_newer_edition_the_facts_end(desk: Any, home: Any, cast: Cast) -> None:
    bring(desk, certificate("普有丁", one_wrong(GOOD)))
    decide(cast)
    later = bring(desk, certificate("普有丁", one_wrong(GOOD), grade="二级"), as_of=LATER)
    near_matches.reverse(
        scope=cast.county.scope(), pair_id=NearMatch.objects.get().pk, actor=cast.county, day=clock.today()
    )
    assert not DisabilityCertificate.objects.filter(last_day=None).exists()
    assert ListRow.objects.get(source_list=later["id"]).state == "rejected"
    pair = NearMatch.objects.get()  # the newer row waits now
    assert str(pair.row.source_list_id) == later["id"]


def test_an_illness_of_several_stays_is_asked_once_and_summed(desk: Any, home: Any, cast: Cast) -> None:
    stay = ["普有丁", one_wrong(GOOD), "尿毒症", "", "2020-02-01", "90000", "20000"]
    good = ["普有丁", GOOD, "尿毒症", "", "2020-01-01", "10000", "5000"]
    desk("illness", [good, stay, [*stay[:4], "2020-03-01", *stay[5:]]])
    before = dump()
    assert IllnessRecord.objects.get().total_cost == 10000
    decide(cast)
    held = IllnessRecord.objects.get(last_day=None)
    assert (held.total_cost, held.stays) == (190000, 3)
    reverse(cast)
    assert dump() == before


def test_of_several_people_a_row_is_one(desk: Any, county: Any, cast: Cast) -> None:
    desk("registry", [person(1, 1, 姓名="普有丁"), person(2, 2, 姓名="普有叮")])
    bring(desk, certificate("普有丁", "", village="柳树塘村"))
    first, _second = NearMatch.objects.order_by("reasons")
    decide(cast, pair=first)
    assert NearMatch.objects.get().pk == first.pk


def test_the_township_is_asked_and_the_county_decides(desk: Any, home: Any, cast: Cast) -> None:
    bring(desk, certificate("普有丁", one_wrong(GOOD)))
    pair = NearMatch.objects.get()
    near_matches.ask(scope=cast.county.scope(), pair_id=pair.pk, actor=cast.county, day=clock.today())
    assert queries.waiting(cast.county.scope()) == 0
    questions.answer(
        scope=cast.officer.scope(),
        question_id=Question.objects.get().pk,
        choice="是同一个人",
        note="看过身份证",
        actor=cast.officer,
        day=clock.today(),
    )
    assert queries.waiting(cast.county.scope()) == 1
    assert not DisabilityCertificate.objects.exists()
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        near_matches.decide(
            scope=cast.officer.scope(),
            pair_id=pair.pk,
            answer="yes",
            note="",
            actor=cast.officer,
            day=clock.today(),
        )
    decide(cast)
    assert DisabilityCertificate.objects.exists()


def test_a_list_with_a_decision_is_undone_only_after_it(desk: Any, home: Any, cast: Cast) -> None:
    brought = bring(desk, certificate("普有丁", one_wrong(GOOD)))
    decide(cast)
    with pytest.raises(list_undo.WorkedOnError, match="已认定 1 对"):
        list_undo.undo_list(scope=whole(""), list_id=brought["id"], actor=None, day=clock.today())
    reverse(cast)
    list_undo.undo_list(scope=whole(""), list_id=brought["id"], actor=None, day=clock.today())
    assert not NearMatch.objects.exists()


def test_the_totals_add_up_after_every_decision(desk: Any, home: Any, cast: Cast) -> None:
    source = SourceList.objects.get(pk=bring(desk, certificate("普有丁", one_wrong(GOOD)))["id"])
    for change in (lambda: decide(cast), lambda: reverse(cast)):
        change()
        source.refresh_from_db()
        with connection.cursor() as cursor:
            counted = outcome.count(cursor, source)
        assert {key: source.totals[key] for key in counted} == counted
