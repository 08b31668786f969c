"""Postings are the only source of scope: no posting, no rows; a stranger's row is missing."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from dabao.models import Posting, Region
from dabao.scope import NOTHING, RIGHTS, Right, Role, Scope
from dabao.tests.cast import GUIHUA, LIUSHUTANG, SHIYANG, ZHAOJIADIAN
from screening.models import Case, DisabilityCertificate, Membership, Person

TODAY = date(2020, 4, 10)
codes = st.text("0123456789", min_size=2, max_size=12)
grants = st.frozensets(st.tuples(st.sampled_from(list(Role)), codes), max_size=6)


def test_no_posting_sees_nothing(cast, make_case):
    make_case()
    assert not Case.objects.within(cast.idle.scope()).exists()
    assert not Case.objects.within(NOTHING).exists()


def test_each_role_sees_the_cases_of_its_region_and_no_other(cast, make_case, make_household):
    here, there = make_case(), make_case(make_household("532326106001"))
    sees = {name: set(Case.objects.within(user.scope())) for name, user in vars(cast).items()}
    assert sees["assistant"] == sees["officer"] == sees["colleague"] == sees["head"] == {here}
    assert sees["county"] == sees["county2"] == sees["leader"] == {here, there}
    assert sees["unit"] == {there}
    assert sees["admin"] == sees["auditor"] == sees["stranger"] == sees["idle"] == set()


def test_a_village_assistant_does_not_see_the_next_village(cast, make_case, make_household):
    make_case(make_household("532326102002"))
    assert not Case.objects.within(cast.assistant.scope()).exists()


def test_a_township_someone_left_sees_the_person_and_his_facts_no_more(cast, make_household):
    here, there = make_household(), make_household("532326106001")
    person = here.head
    Membership.objects.filter(person=there.head).update(last_day=date(2020, 3, 31))
    move = Membership.objects.filter(person=person)
    move.update(last_day=date(2020, 3, 31))
    Membership.objects.create(household=there, person=person, relation="01", first_day=date(2020, 4, 1))
    DisabilityCertificate.objects.create(person=person, kind=4, grade=2, first_day=date(2020, 3, 1))
    for rows in (Person.objects, DisabilityCertificate.objects):
        assert rows.within(cast.officer.scope()).count() == 0
        assert rows.within(cast.unit.scope()).count() == 1
        assert rows.within(cast.county.scope()).count() == 1


@pytest.mark.parametrize(
    ("day", "sees"),
    [(date(2020, 4, 9), 0), (date(2020, 4, 10), 1), (date(2020, 4, 20), 1), (date(2020, 4, 21), 0)],
    ids=str,
)
def test_the_first_and_the_last_day_of_a_posting_count(cast, make_case, make_household, day, sees):
    make_case(make_household("532326108001"))
    Posting.objects.create(
        user=cast.idle,
        role=Role.SUPERVISION_UNIT,
        region_id=GUIHUA,
        first_day=TODAY,
        last_day=date(2020, 4, 20),
    )
    assert Case.objects.within(cast.idle.scope(day)).count() == sees


def test_two_townships_are_two_townships_and_not_a_third(cast):
    for region in (SHIYANG, ZHAOJIADIAN):
        Posting.objects.create(user=cast.idle, role=Role.SUPERVISION_UNIT, region_id=region, first_day=TODAY)
    seen = Region.objects.within(cast.idle.scope()).filter(level="township")
    assert {region.code for region in seen} == {SHIYANG, ZHAOJIADIAN}


def test_a_posting_that_no_second_person_confirmed_gives_nothing(cast):
    Posting.objects.create(
        user=cast.idle, role=Role.TOWNSHIP_STAFF, region_id=SHIYANG, first_day=TODAY, confirmed=False
    )
    assert not cast.idle.scope()


def test_a_disabled_account_has_no_scope(cast):
    cast.officer.is_active = False
    assert not cast.officer.scope()


def test_a_right_outside_its_region_is_refused(cast):
    scope = cast.officer.scope()
    assert scope.may(Right.VERIFY, LIUSHUTANG)
    assert not scope.may(Right.VERIFY, ZHAOJIADIAN)
    with pytest.raises(PermissionDenied):
        scope.require(Right.APPROVE, SHIYANG)


@pytest.mark.parametrize(
    "path",
    [
        "/cases/",
        "/ledger/",
        "/warnings/list/",
        "/warnings/work/",
        "/warnings/households/",
        "/watch/",
        "/steps/",
    ],
)
def test_a_list_of_a_region_of_others_is_missing_and_one_of_the_county_is_of_ones_own(cast, client_of, path):
    client = client_of(cast.head)
    assert client.get(path, {"region": ZHAOJIADIAN}).status_code == 404
    for region in (LIUSHUTANG, SHIYANG, SHIYANG[:6], "abc", ""):
        assert client.get(path, {"region": region}).status_code == 200


@pytest.mark.parametrize("path", ["/cases/", "/ledger/", "/warnings/list/", "/warnings/work/"])
def test_the_heading_names_the_viewers_own_region(cast, client_of, path):
    for address in (path, f"{path}?region={SHIYANG[:6]}"):
        page = client_of(cast.officer).get(address).content.decode()
        assert "石羊镇·" in page or "·石羊镇" in page
        assert "全县" not in page
        assert "大姚县·截至" not in page


@pytest.mark.parametrize("alone", [Role.SYSTEM_ADMIN, Role.AUDITOR])
def test_system_admin_and_auditor_hold_nothing_else(cast, alone):
    with pytest.raises(ValidationError, match="不能兼任"):
        Posting(user=cast.officer, role=alone, first_day=TODAY).full_clean()


@pytest.mark.parametrize(
    ("right", "holders"),
    [
        (Right.SUPERVISE, {"county", "county2", "leader", "unit"}),
        (Right.DISPATCH, {"county", "county2", "leader"}),
        (Right.ACCOUNT, {"county", "county2", "leader"}),
        (Right.ORDER, {"leader"}),
        (Right.RECTIFY, {"officer", "colleague", "head", "stranger"}),
    ],
)
def test_who_supervises_orders_and_puts_right(cast, right, holders):
    assert {name for name, user in vars(cast).items() if user.scope().may(right)} == holders


def test_the_three_powers_share_no_right():
    others = set().union(
        *(rights for role, rights in RIGHTS.items() if role not in ("system_admin", "auditor"))
    )
    assert not RIGHTS[Role.SYSTEM_ADMIN] & (others | RIGHTS[Role.AUDITOR])
    assert not RIGHTS[Role.AUDITOR] & others


@given(grants, codes)
def test_a_code_is_in_scope_exactly_when_a_granted_prefix_begins_it(pairs, code):
    scope = Scope(None, pairs)
    expected = any(Right.READ in RIGHTS[role] and code.startswith(prefix) for role, prefix in pairs)
    assert scope.may(Right.READ, code) == expected


@given(grants)
def test_no_prefix_lies_inside_another(pairs):
    prefixes = Scope(None, pairs).prefixes()
    assert not any(a != b and a.startswith(b) for a in prefixes for b in prefixes)
