"""The page of near matches and the button that takes an import back."""

from typing import Any

import pytest
from django.test import Client

from dabao.models import AuditEvent
from dabao.tests.cast import Cast
from screening.models import DisabilityCertificate, NearMatch, Question, SourceList
from screening.tests.imports.sheets import DISABILITY, number, person

pytestmark = pytest.mark.django_db
GOOD = number(3)
WRONG = GOOD[:15] + str((int(GOOD[15]) + 1) % 10) + GOOD[16:]


@pytest.fixture
def pair(desk: Any, county: Any) -> NearMatch:
    desk("registry", [person(1, 1, 姓名="普有芝")])
    desk("disability", [["普有枝", WRONG, "", "视力", "一级", "正常"]], headings=DISABILITY)
    return NearMatch.objects.get()


def test_the_page_shows_both_sides_with_numbers_masked(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.county)
    page = client.get("/matches/").content.decode()
    assert "普有<mark>芝</mark>" in page
    assert "普有<mark>枝</mark>" in page
    assert "号码一位不同" in page
    assert GOOD not in page
    assert WRONG not in page


def test_yes_is_remembered_and_may_be_taken_back_at_once(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.county)
    page = client.post(f"/matches/{pair.pk}/", {"answer": "yes"}, follow=True).content.decode()
    assert "已记住" in page
    assert f"/matches/{pair.pk}/reverse/" in page
    assert DisabilityCertificate.objects.count() == 1
    assert "普有芝" in client.get("/matches/?tab=decided").content.decode()
    client.post(f"/matches/{pair.pk}/reverse/")
    assert not DisabilityCertificate.objects.exists()


def test_no_without_a_sentence_says_what_is_missing(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.county)
    page = client.post(f"/matches/{pair.pk}/", {"answer": "no"}, follow=True).content.decode()
    assert "要写一句说明" in page


def test_the_township_finds_the_question_with_its_words(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.county)
    client.post(f"/matches/{pair.pk}/", {"answer": "ask"})
    client.force_login(cast.officer)
    assert "是不是同一个人" in client.get("/questions/").content.decode()
    answer = {"choice": "是同一个人", "note": "看过证"}
    client.post(f"/questions/{Question.objects.get().pk}/answer/", answer)
    client.force_login(cast.county)
    assert "看过证" in client.get("/matches/").content.decode()


def test_whole_numbers_are_shown_and_logged(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.county)
    shown = client.post(f"/matches/{pair.pk}/numbers/", headers={"accept": "application/json"}).json()[
        "number"
    ]
    assert GOOD in shown
    assert WRONG in shown
    assert AuditEvent.objects.filter(action="match.reveal", object_id=str(pair.pk)).count() == 1


def test_a_township_neither_sees_nor_decides(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.officer)
    assert client.get("/matches/").status_code == 403
    assert client.post(f"/matches/{pair.pk}/", {"answer": "yes"}).status_code in (403, 404)
    assert not DisabilityCertificate.objects.exists()


def test_the_button_takes_a_list_back(pair: NearMatch, cast: Cast, client: Client) -> None:
    client.force_login(cast.county)
    source = SourceList.objects.get(kind="disability")
    assert "撤销入库" in client.get(f"/lists/{source.pk}/").content.decode()
    page = client.post(f"/lists/{source.pk}/undo/", follow=True).content.decode()
    assert "这次入库已撤销" in page
    assert not NearMatch.objects.exists()
