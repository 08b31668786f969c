"""The page of the questions that imports left: who sees what, who answers, what an answer does."""

from datetime import timedelta
from typing import Any

import pytest

from dabao.models import AuditEvent
from dabao.tests.cast import SHIYANG
from screening.choices import MOVED_AWAY
from screening.models import Question
from screening.tests.imports.sheets import AS_OF, codes, person

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=5)
ELSEWHERE = {"乡(镇)": "赵家店镇", "行政村": "大麦地村"}


@pytest.fixture
def missing(desk: Any) -> Question:
    desk("registry", [person(1, 1), person(3, 2)])
    desk("registry", [person(1, 1)], as_of=LATER)
    return Question.objects.get()


@pytest.fixture
def moved(desk: Any) -> Question:
    desk("registry", [person(1, 1, 人数="2"), person(2, 1, "之子", 人数="2"), person(5, 9, **ELSEWHERE)])
    rows = [person(5, 9, 人数="2", **ELSEWHERE), person(2, 9, "其他", 人数="2", **ELSEWHERE)]
    desk("registry", rows, as_of=LATER, region="532326106")
    return Question.objects.get(kind="moved")


def page(client: Any) -> str:
    return client.get("/questions/").content.decode()


def answer(client: Any, question: Question, choice: str, note: str = "") -> Any:
    return client.post(f"/questions/{question.pk}/answer/", {"choice": choice, "note": note}, follow=True)


def test_a_household_that_a_new_list_has_no_more_is_answered_by_its_township(
    missing: Question, cast: Any, client_of: Any
) -> None:
    client = client_of(cast.officer)
    text = page(client)
    assert person(3, 2)["姓名"] in text
    assert "没有这一户了" in text
    answer(client, missing, "还在，是名单漏了", "村上已核实")
    missing.refresh_from_db()
    assert (missing.answer, missing.answered_by) == ("还在，是名单漏了。村上已核实", cast.officer)
    assert AuditEvent.objects.get(action="question.answer").region_code == missing.region_id
    assert "没有等答复的疑问" in page(client)


def test_an_answer_that_is_none_of_those_offered_is_refused(
    missing: Question, cast: Any, client_of: Any
) -> None:
    said = answer(client_of(cast.officer), missing, "随便").content.decode()
    assert "请选一个答复" in said
    missing.refresh_from_db()
    assert missing.answered_on is None


def test_a_second_answer_finds_nothing_open(missing: Question, cast: Any, client_of: Any) -> None:
    answer(client_of(cast.officer), missing, "已去世")
    assert answer(client_of(cast.county), missing, "还在，是名单漏了").status_code == 404


def test_another_township_sees_and_answers_nothing(missing: Question, cast: Any, client_of: Any) -> None:
    client = client_of(cast.stranger)
    assert person(3, 2)["姓名"] not in page(client)
    assert answer(client, missing, "已去世").status_code == 404


def test_who_moved_is_asked_of_the_county_and_the_old_township_reads_only_another_township(
    moved: Question, cast: Any, client_of: Any
) -> None:
    officer, county = page(client_of(cast.officer)), page(client_of(cast.county))
    assert "另一乡镇" in officer
    assert "大麦地" not in officer
    assert "由县局答复" in officer
    assert "大麦地村" in county
    assert answer(client_of(cast.officer), moved, MOVED_AWAY).status_code == 403


def test_answered_that_he_moved_the_next_list_may_move_him(
    moved: Question, cast: Any, client_of: Any, desk: Any
) -> None:
    answer(client_of(cast.county), moved, MOVED_AWAY)
    rows = [person(5, 9, 人数="2", **ELSEWHERE), person(2, 9, "其他", 人数="2", **ELSEWHERE)]
    again = desk("registry", rows, as_of=LATER + timedelta(days=1), region="532326106")
    assert (codes(again), again["updated"]) == ([], 1)


def test_answered_that_he_stayed_the_next_list_may_not(
    moved: Question, cast: Any, client_of: Any, desk: Any
) -> None:
    answer(client_of(cast.county), moved, "住在原来的户")
    rows = [person(5, 9, 人数="2", **ELSEWHERE), person(2, 9, "其他", 人数="2", **ELSEWHERE)]
    again = desk("registry", rows, as_of=LATER + timedelta(days=1), region="532326106")
    assert "PERSON_ELSEWHERE" in codes(again)


def test_the_count_on_the_homes_leads_to_the_page(missing: Question, cast: Any, client_of: Any) -> None:
    for who in (cast.officer, cast.county):
        assert 'href="/questions/"' in client_of(who).get("/").content.decode()
    assert missing.region_id.startswith(SHIYANG)
