"""What the pages of splits and moves say, and to whom (C17)."""

import pytest
from django.urls import reverse

from dabao.tests.cast import CHAHE, LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.models import Case
from screening.services import relocating, splitting


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("李发祥", Labour.WEAK), ("李建华", Labour.ORDINARY)))


def test_a_household_that_split_off_and_the_old_one_lead_to_each_other(cast, case, client_of):
    son = case.household.memberships.exclude(person=case.household.head).get().person_id
    splitting.split(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=case.version,
        persons=[son], head=son, relations={}, group="五组", reason="婚后另立户口", day=TODAY,
    )  # fmt: skip
    new, client = Case.objects.get(origin="split"), client_of(cast.officer)
    for here, there in ((case, new), (new, case)):
        page = client.get(reverse("screening:case", args=[here.pk])).content.decode()
        assert f'<a href="{reverse("screening:case", args=[there.pk])}">看那一户</a>' in page


def test_the_own_village_is_not_offered_to_move_to(cast, case, client_of):
    page = client_of(cast.officer).get(reverse("screening:case-people", args=[case.pk])).content.decode()
    assert (f'value="{LIUSHUTANG}"' in page, f'value="{CHAHE}"' in page) == (False, True)


def test_a_move_inside_the_township_says_that_a_colleague_accepts(cast, case, client_of):
    move = relocating.ask(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=case.version,
        person_id=None, to_village=CHAHE, reason="村内搬迁", day=TODAY,
    )  # fmt: skip
    page = client_of(cast.officer).get(reverse("screening:move", args=[move.pk])).content.decode()
    assert "由你以外的同事或县局接收" in page
    assert "接收以前由原村负责" in page
    home = client_of(cast.officer).get(reverse("screening:case", args=[case.pk])).content.decode()
    assert "提出迁到石羊镇岔河村，等接收" in home


@pytest.mark.parametrize(("who", "words"), [("officer", "打开一户"), ("assistant", "由乡镇提出")])
def test_the_empty_list_of_moves_speaks_to_who_reads_it(cast, county, client_of, who, words):
    assert words in client_of(getattr(cast, who)).get(reverse("screening:moves")).content.decode()
