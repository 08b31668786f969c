"""Accounts and postings: who may grant what, what ends when a right goes, and that no household is named."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from dabao.models import AuditEvent, Posting, User
from dabao.scope import Role
from dabao.services import accounts, postings, signin
from dabao.tests.cast import COUNTY, LIUSHUTANG, PASSWORD, SHIYANG, TODAY, ZHAOJIADIAN
from screening.choices import CaseState
from screening.models import CaseEvent

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def admin(cast) -> User:
    return cast.admin


@pytest.fixture
def admin2(cast) -> User:
    user = User.objects.create(username="admin2", name="杨晓东")
    Posting.objects.create(user=user, role=Role.SYSTEM_ADMIN, first_day=date(2020, 1, 1))
    return user


@pytest.fixture
def as_admin(client, admin) -> Client:
    client.force_login(admin)
    return client


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_out(client: Client) -> bool:
    return client.get("/account/").status_code == 302


def add_posting(client: Client, user: User, role: str, region: str = "", **days):
    data = {"role": role, "region": region, "first_day": TODAY.isoformat(), **days}
    return client.post(reverse("dabao:posting-grant", args=[user.pk]), data)


# --- Accounts ---


def test_a_new_account_gets_a_random_password_that_works_once_and_must_be_changed(as_admin):
    answer = as_admin.post(
        "/admin/accounts/new/", {"username": "Luguowei", "name": "罗国伟", "office": "救助股"}
    )
    password = answer.context["password"]
    user = User.objects.get(username="luguowei")
    assert password in answer.content.decode()
    assert password not in as_admin.get(reverse("dabao:account-one", args=[user.pk])).content.decode()
    assert check_password(password, user.password)
    assert user.must_change_password
    assert not user.scope()
    other = Client()
    assert other.post("/signin/", {"username": "luguowei", "password": password}).status_code == 302
    assert other.get("/").headers["Location"] == reverse("dabao:password")


@pytest.mark.parametrize("username", ["罗国伟", "1abc", "a", "with space", "x" * 31, "officer"])
def test_a_user_name_that_cannot_be_or_is_taken_is_refused(as_admin, username):
    before = User.objects.count()
    answer = as_admin.post(
        "/admin/accounts/new/", {"username": username, "name": "罗国伟", "office": "救助股"}
    )
    assert answer.context["form"].errors["username"]
    assert User.objects.count() == before


def test_no_field_beyond_the_forms_own_gets_into_an_account(as_admin, cast):
    data = {
        "name": "鲁建华",
        "office": "社会事务办",
        "phone": "",
        "username": "root",
        "is_demo": "1",
        "is_active": "",
    }
    as_admin.post(reverse("dabao:account-one", args=[cast.officer.pk]), data)
    cast.officer.refresh_from_db()
    assert (cast.officer.office, cast.officer.username) == ("社会事务办", "officer")
    assert cast.officer.is_active
    assert not cast.officer.is_demo


def test_a_reset_ends_the_sessions_and_the_lock_and_asks_for_a_new_password(as_admin, cast):
    his = signed_in(cast.officer)
    for _ in range(5):
        Client().post("/signin/", {"username": "officer", "password": "Wrong-2020-x"}, REMOTE_ADDR="10.0.0.7")
    assert signin.locked_names(["officer", "head"]) == {"officer"}
    answer = as_admin.post(reverse("dabao:account-reset", args=[cast.officer.pk]))
    assert is_out(his)
    login = {"username": "officer", "password": answer.context["password"]}
    assert Client().post("/signin/", login, REMOTE_ADDR="10.0.0.8").status_code == 302
    cast.officer.refresh_from_db()
    assert cast.officer.must_change_password


def test_a_disabled_account_is_signed_out_and_sees_nothing(as_admin, cast):
    his = signed_in(cast.officer)
    as_admin.post(reverse("dabao:account-disable", args=[cast.officer.pk]))
    assert is_out(his)
    cast.officer.refresh_from_db()
    assert not cast.officer.scope()
    as_admin.post(reverse("dabao:account-enable", args=[cast.officer.pk]))
    cast.officer.refresh_from_db()
    assert cast.officer.scope()


def test_nobody_disables_himself_or_the_last_administrator(admin, admin2):
    with pytest.raises(ValidationError, match="自己"):
        accounts.disable(actor=admin, user=admin)
    accounts.disable(actor=admin, user=admin2)
    with pytest.raises(ValidationError, match="最后一位"):
        postings.end(actor=admin, posting=admin.postings.get(), last_day=YESTERDAY)


@pytest.mark.parametrize("who", ["officer", "head", "county", "unit", "leader", "auditor"])
def test_accounts_are_the_administrators_alone(cast, who):
    client = signed_in(getattr(cast, who))
    for name in ("accounts", "account-new", "accounts-bulk", "units", "running"):
        assert client.get(reverse(f"dabao:{name}")).status_code == 403, name
    with pytest.raises(PermissionDenied):
        accounts.reset_password(actor=getattr(cast, who), user=cast.officer)
    assert AuditEvent.objects.filter(action="page.refuse", actor=getattr(cast, who)).count() == 5


def test_the_list_searches_by_post_and_filters_by_query(as_admin, cast):
    found = as_admin.post("/admin/accounts/", {"q": "鲁建华"}).context["page"].object_list
    assert [line.username for line in found] == ["officer"]
    found = as_admin.get("/admin/accounts/", {"role": "supervision_unit"}).context["page"].object_list
    assert [line.username for line in found] == ["unit"]
    found = as_admin.get("/admin/accounts/", {"status": "none"}).context["page"].object_list
    assert [line.username for line in found] == ["idle"]
    found = as_admin.get("/admin/accounts/", {"region": SHIYANG}).context["page"].object_list
    assert {line.username for line in found} == {"assistant", "officer", "colleague", "head"}


def test_the_numbers_of_accounts_add_up(as_admin, cast):
    cast.idle.is_active = False
    cast.idle.save()
    numbers = as_admin.get("/admin/accounts/").context["numbers"]
    assert (
        numbers["total"]
        == numbers["active"] + numbers["locked"] + numbers["disabled"]
        == User.objects.count()
    )
    assert numbers["disabled"] == 1


# --- Postings ---


def test_a_township_posting_is_in_force_at_once_and_ends_the_sessions_of_before(as_admin, cast):
    his = signed_in(cast.idle)
    assert add_posting(as_admin, cast.idle, Role.TOWNSHIP_STAFF, ZHAOJIADIAN).status_code == 302
    assert cast.idle.scope().prefixes() == (ZHAOJIADIAN,)
    assert is_out(his)


def test_a_posting_of_the_future_ends_no_session_today(as_admin, cast):
    his = signed_in(cast.officer)
    add_posting(as_admin, cast.officer, Role.TOWNSHIP_STAFF, ZHAOJIADIAN, first_day="2020-04-13")
    assert not is_out(his)


@pytest.mark.parametrize(
    ("who", "role", "region"),
    [
        ("admin2", Role.TOWNSHIP_STAFF, SHIYANG),
        ("officer", Role.SYSTEM_ADMIN, ""),
        ("officer", Role.AUDITOR, ""),
        ("auditor", Role.COUNTY_OFFICE, COUNTY),
        ("auditor", Role.SYSTEM_ADMIN, ""),
    ],
)
def test_administrator_and_auditor_hold_no_other_role(as_admin, cast, admin2, who, role, region):
    user = admin2 if who == "admin2" else getattr(cast, who)
    before = user.scope()
    answer = add_posting(as_admin, user, role, region)
    assert answer.status_code == 400
    assert "不能兼任" in answer.content.decode()
    assert user.scope() == before


@pytest.mark.parametrize(
    ("role", "region"),
    [
        (Role.VILLAGE_ASSISTANT, SHIYANG),
        (Role.TOWNSHIP_STAFF, LIUSHUTANG),
        (Role.TOWNSHIP_HEAD, COUNTY),
        (Role.COUNTY_OFFICE, SHIYANG),
        (Role.TOWNSHIP_STAFF, ""),
        (Role.AUDITOR, COUNTY),
        ("emperor", COUNTY),
        (Role.TOWNSHIP_STAFF, "999999999"),
    ],
)
def test_a_region_that_does_not_fit_the_role_is_refused(as_admin, cast, role, region):
    assert add_posting(as_admin, cast.idle, role, region).status_code == 400
    assert not cast.idle.postings.exists()


def test_nobody_grants_himself_a_posting(as_admin, admin):
    answer = add_posting(as_admin, admin, Role.COUNTY_OFFICE, COUNTY)
    assert answer.status_code == 400
    assert admin.postings.count() == 1
    with pytest.raises(ValidationError, match="自己"):
        postings.grant(
            actor=admin,
            user=admin,
            role=Role.SYSTEM_ADMIN,
            region=None,
            first_day=TODAY + timedelta(days=400),
        )


def test_a_county_role_waits_for_a_second_person(as_admin, admin, admin2, cast):
    add_posting(as_admin, cast.idle, Role.COUNTY_OFFICE, COUNTY)
    posting = cast.idle.postings.get()
    assert not cast.idle.scope()
    url = reverse("dabao:posting-confirm", args=[posting.pk])
    as_admin.post(url)
    posting.refresh_from_db()
    assert not posting.confirmed, "who asked is not the second person"
    assert signed_in(cast.county).post(url).status_code == 403
    signed_in(admin2).post(url)
    posting.refresh_from_db()
    assert (posting.confirmed, posting.confirmed_by) == (True, admin2)
    assert cast.idle.scope().prefixes() == (COUNTY,)


def test_the_countys_leader_may_be_the_second_person(as_admin, cast):
    add_posting(as_admin, cast.idle, Role.COUNTY_OFFICE, COUNTY)
    leader = signed_in(cast.leader)
    assert cast.idle.name in leader.get("/admin/postings/waiting/").content.decode()
    leader.post(reverse("dabao:posting-confirm", args=[cast.idle.postings.get().pk]))
    assert cast.idle.postings.get().confirmed


def test_who_gains_is_not_the_second_person(as_admin, admin2, cast):
    add_posting(as_admin, cast.leader, Role.COUNTY_OFFICE, COUNTY)
    posting = cast.leader.postings.get(role=Role.COUNTY_OFFICE)
    signed_in(cast.leader).post(reverse("dabao:posting-confirm", args=[posting.pk]))
    posting.refresh_from_db()
    assert not posting.confirmed


def test_a_leader_sees_no_posting_that_does_not_wait(cast):
    url = reverse("dabao:posting-confirm", args=[cast.officer.postings.get().pk])
    assert signed_in(cast.leader).post(url).status_code == 404


def test_a_declined_posting_is_gone_and_told_in_the_log(as_admin, admin2, cast):
    add_posting(as_admin, cast.idle, Role.AUDITOR)
    signed_in(admin2).post(reverse("dabao:posting-decline", args=[cast.idle.postings.get().pk]))
    assert not cast.idle.postings.exists()
    assert AuditEvent.objects.get(action="posting.decline").actor == admin2


def test_two_confirmations_at_once_give_one(admin, admin2, cast):
    posting = postings.grant(actor=admin, user=cast.idle, role=Role.AUDITOR, region=None, first_day=TODAY)
    postings.confirm(actor=admin2, posting=posting)
    with pytest.raises(ValidationError, match="已经有人"):
        postings.confirm(actor=cast.leader, posting=posting)


def test_the_last_day_is_still_in_force_and_the_next_is_not(as_admin, cast):
    his, posting = signed_in(cast.officer), cast.officer.postings.get()
    as_admin.post(reverse("dabao:posting-end", args=[posting.pk]), {"last_day": TODAY.isoformat()})
    assert not is_out(his)
    assert cast.officer.scope(TODAY).prefixes() == (SHIYANG,)
    assert not cast.officer.scope(TODAY + timedelta(days=1))
    as_admin.post(reverse("dabao:posting-end", args=[posting.pk]), {"last_day": YESTERDAY.isoformat()})
    assert is_out(his)


def test_a_last_day_before_the_first_is_refused(as_admin, cast):
    posting = cast.officer.postings.get()
    before = posting.first_day - timedelta(days=1)
    answer = as_admin.post(reverse("dabao:posting-end", args=[posting.pk]), {"last_day": before}, follow=True)
    assert "末日不能早于首日" in answer.content.decode()
    posting.refresh_from_db()
    assert posting.last_day is None


def test_the_same_posting_twice_is_refused(as_admin, cast):
    assert add_posting(as_admin, cast.officer, Role.TOWNSHIP_STAFF, SHIYANG).status_code == 400
    assert cast.officer.postings.count() == 1


# --- Hand-over ---


@pytest.fixture
def given_cases(cast, make_household, make_case):
    """Two open cases of the officer, a closed one, and one of somebody else."""
    mine = [make_case(make_household(), assigned_to=cast.officer) for _ in range(2)]
    closed = make_case(make_household(), assigned_to=cast.officer)
    type(closed).objects.filter(pk=closed.pk).update(state=CaseState.CLOSED, outcome="declined")
    other = make_case(make_household(), assigned_to=cast.colleague)
    return mine, closed, other


def test_a_hand_over_moves_the_posting_and_the_open_work(as_admin, cast, given_cases):
    mine, closed, other = given_cases
    his, posting = signed_in(cast.officer), cast.officer.postings.get()
    url = reverse("dabao:hand-over", args=[posting.pk])
    preview = as_admin.get(url)
    assert [(work.label, work.number) for work in preview.context["work"]] == [("派给本人的排查户", 2)]
    for case in mine:
        assert case.household.head.name not in preview.content.decode()
        assert str(case.pk) not in preview.content.decode()
    as_admin.post(url, {"taker": cast.idle.pk})
    for case in (*mine, closed, other):
        case.refresh_from_db()
    assert [case.assigned_to for case in mine] == [cast.idle, cast.idle]
    assert (closed.assigned_to, other.assigned_to) == (cast.officer, cast.colleague)
    assert CaseEvent.objects.filter(case__in=mine, kind="assigned").count() == 2
    posting.refresh_from_db()
    assert posting.last_day == YESTERDAY
    assert cast.idle.scope().prefixes() == (SHIYANG,)
    assert is_out(his)
    event = AuditEvent.objects.get(action="posting.hand_over")
    assert event.data["moved"] == {"派给本人的排查户": 2}


def test_a_hand_over_to_who_holds_the_posting_already_moves_the_work_alone(admin, cast, given_cases):
    moved = postings.hand_over(actor=admin, posting=cast.officer.postings.get(), taker=cast.colleague)
    assert [work.number for work in moved] == [2]
    assert cast.colleague.postings.count() == 1


def test_a_county_posting_is_not_handed_over_past_the_second_person(admin, cast):
    with pytest.raises(ValidationError, match="两人同意"):
        postings.hand_over(actor=admin, posting=cast.county.postings.get(), taker=cast.idle)
    assert not cast.idle.postings.exists()
    assert cast.county.scope()


def test_a_hand_over_to_oneself_is_not_offered(as_admin, cast):
    posting = cast.officer.postings.get()
    answer = as_admin.post(reverse("dabao:hand-over", args=[posting.pk]), {"taker": cast.officer.pk})
    assert answer.context["form"].errors["taker"]


def test_every_change_of_a_right_is_one_event(as_admin, admin2, cast):
    add_posting(as_admin, cast.idle, Role.AUDITOR)
    posting = cast.idle.postings.get()
    postings.confirm(actor=admin2, posting=posting)
    postings.end(actor=admin2, posting=posting, last_day=TODAY)
    accounts.disable(actor=admin2, user=cast.idle)
    actions = ["posting.grant", "posting.confirm", "posting.end", "account.disable"]
    assert [AuditEvent.objects.filter(action=action).count() for action in actions] == [1, 1, 1, 1]
    assert PASSWORD not in str(list(AuditEvent.objects.values_list("data", flat=True)))
