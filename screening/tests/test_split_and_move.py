"""Splitting off and moving: nobody is lost, both sides know, aid stops here and waits there (C17)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse

from dabao.models import AuditEvent
from dabao.scope import Role, whole
from dabao.tests.cast import (
    COUNTY,
    DAMAIDI,
    LIUSHUTANG,
    STRANGE_VILLAGE,
    TODAY,
    ZHAOJIADIAN,
    make_user,
)
from screening.choices import Labour
from screening.models import Case, Household, HouseholdMove, Membership, PendingChange
from screening.queries import entitlements, ledger, moves, on_day
from screening.queries import offers as offer_queries
from screening.queries.cases import CaseFilters, filtered
from screening.queries.progress import cases_as_at, progress
from screening.services import invariants, pending_changes, relocating, share_proposals, splitting
from screening.tests.test_benefit_changes import grant_to, on_roll, people_of, receive
from screening.tests.test_offers import act, give, propose, refuse_three_times

MAY = date(2020, 5, 1)


@pytest.fixture
def case(make_case, make_household):
    """李发祥, 李建华, 王秀英, 李小妹; each 210 on the roll."""
    people = (
        ("李发祥", Labour.WEAK),
        ("李建华", Labour.ORDINARY),
        ("王秀英", Labour.ORDINARY),
        ("李小妹", ""),
    )
    case = make_case(make_household(LIUSHUTANG, *people))
    for person in people_of(case.household):
        on_roll(person)
    return case


@pytest.fixture
def neighbour(cast):
    """Staff of 赵家店镇."""
    return make_user("neighbour", "彭金凤", (Role.TOWNSHIP_STAFF, ZHAOJIADIAN))


def named(household):
    return {one.name: one for one in people_of(household)}


def split(case, actor, *names, head=None, **changes):
    case.refresh_from_db()
    people = named(case.household)
    values = {
        "version": case.version,
        "persons": [people[name].pk for name in names],
        "head": people[head or names[0]].pk if names else None,
        "relations": {people[name].pk: "02" for name in names[1:]},
        "group": "五组",
        "reason": "婚后另立户口",
        "day": TODAY,
    }
    return splitting.split(scope=actor.scope(), case_id=case.pk, actor=actor, **(values | changes))


def ask(case, actor, to=DAMAIDI, person=None, reason="户口迁移，准迁证"):
    case.refresh_from_db()
    return relocating.ask(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version,
        person_id=person and person.pk,
        to_village=to,
        reason=reason,
        day=TODAY,
    )


def accept(move, actor, **more):
    move.refresh_from_db()
    said = {"scope": actor.scope(), "move_id": move.pk, "actor": actor, "version": move.version, "day": TODAY}
    return relocating.accept(**said, **more)


def all_is_well():
    checks = (
        invariants.people_in_two_households,
        invariants.people_without_household,
        invariants.households_with_two_heads,
        invariants.head_and_size,
        invariants.cases_and_events,
        invariants.lasting_aid_once,
    )
    return [fault for check in checks for fault in check()] == []


def live():
    return Membership.objects.filter(last_day=None).count()


# --- 分户 ---


def test_two_of_four_become_a_household_and_nobody_is_lost(cast, case):
    before = live()
    new = split(case, cast.officer, "李建华", "王秀英")
    assert (live(), new.household.size, Household.objects.get(pk=case.household_id).size) == (before, 2, 2)
    assert (new.origin, new.state, new.household.came_from) == ("split", "to_verify", case.household)
    home = new.household
    assert (home.head.name, home.group, home.registered, home.poverty_status) == (
        "李建华",
        "五组",
        True,
        "lifted",
    )
    assert home.income_per_capita is None
    relations = dict(home.memberships.values_list("person__name", "relation"))
    assert relations == {"李建华": "01", "王秀英": "02"}
    assert all_is_well()


def test_the_days_before_stay_with_the_old_household(cast, case):
    new = split(case, cast.officer, "李建华")
    told = Membership.objects.filter(person__name="李建华").order_by("first_day")
    assert [(one.household, one.last_day) for one in told] == [
        (case.household, date(2020, 4, 9)),
        (new.household, None),
    ]


def test_who_came_today_does_not_leave_today(cast, case):
    new = split(case, cast.officer, "李建华", "王秀英")
    with pytest.raises(ValidationError, match="王秀英今天才住进这一户"):
        split(new, cast.officer, "王秀英")
    assert all_is_well()
    tomorrow = TODAY + timedelta(days=1)
    split(new, cast.officer, "王秀英", day=tomorrow)
    days = Membership.objects.filter(person__name="王秀英").order_by("first_day")
    assert [one.last_day for one in days] == [TODAY - timedelta(days=1), TODAY, None]


def test_what_the_leavers_receive_stops_there_and_waits_here(cast, case):
    new = split(case, cast.officer, "李建华", "王秀英")
    assert receive(case.household, MAY) == {"李发祥": Decimal(210), "李小妹": Decimal(210)}
    assert receive(new.household, TODAY) == {"李建华": Decimal(210), "王秀英": Decimal(210)}
    assert receive(new.household, MAY) == {}
    pending = PendingChange.objects.get()
    assert (pending.household, pending.kind, pending.counterpart.household) == (
        new.household,
        "split",
        case.household,
    )
    one, two = pending.persons
    change = pending_changes.decide(
        scope=cast.county.scope(),
        pending_id=pending.pk,
        actor=cast.county,
        version=pending.version,
        amounts=[(one, "rural_dibao", Decimal(180)), (two, "rural_dibao", Decimal(180))],
        from_month=MAY,
        reason="新户按两人核定",
        day=TODAY,
    )
    assert receive(new.household, MAY) == {"李建华": Decimal(180), "王秀英": Decimal(180)}
    pending.counterpart.refresh_from_db()
    assert (pending.counterpart.counterpart, change.counterpart) == (change, pending.counterpart)


def test_who_splits_off_leaves_the_old_grant_with_his_share(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE), ("丙", "")))
    grant = grant_to(case, *people_of(case.household), from_month=date(2020, 4, 1), actor=cast.officer)
    split(case, cast.officer, "乙")
    grant.refresh_from_db()
    assert (grant.monthly_amount, len(grant.persons)) == (Decimal(420), 2)


def test_without_aid_nothing_waits_after_a_split(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    split(case, cast.officer, "乙")
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize(
    ("names", "changes", "words"),
    [
        (("李发祥",), {}, "户主留在原户"),
        ((), {"head": None}, "请选分出去的人"),
        (("李建华",), {"head": "李小妹"}, "新户的户主要是分出去的人"),
        (("李建华",), {"reason": " "}, "为什么分户"),
        (("李建华",), {"version": 99}, "有人改过"),
    ],
)
def test_a_split_that_is_refused_changes_nothing(cast, case, names, changes, words):
    with pytest.raises(ValidationError, match=words):
        split(case, cast.officer, *names, **changes)
    assert Household.objects.count() == 1


def test_with_a_verdict_on_its_way_nobody_splits_off(cast, case):
    Case.objects.filter(pk=case.pk).update(state="to_recheck")
    with pytest.raises(ValidationError, match="结论是给全家下的"):
        split(case, cast.officer, "李建华")


@pytest.mark.parametrize(
    ("who", "error"),
    [("stranger", ObjectDoesNotExist), ("assistant", PermissionDenied), ("county", PermissionDenied)],
)
def test_who_may_not_split(cast, case, who, error):
    with pytest.raises(error):
        split(case, getattr(cast, who), "李建华")


# --- 迁移 ---


def test_until_it_is_accepted_the_old_township_is_responsible(cast, case, neighbour):
    ask(case, cast.officer)
    assert Case.objects.within(cast.officer.scope()).count() == 1
    assert Case.objects.within(neighbour.scope()).count() == 0
    row = moves.rows(neighbour.scope(), moves.listed(neighbour.scope(), case.plan, "open"), TODAY)[0]
    assert (row.who, row.persons, row.reason, row.case_id) == ("李发祥户", 4, "户口迁移，准迁证", None)


def test_a_household_goes_with_its_case_and_its_aid(cast, case, neighbour):
    before, aid = live(), receive(case.household, MAY)
    accept(ask(case, cast.officer), neighbour)
    case.refresh_from_db()
    home = Household.objects.get(pk=case.household_id)
    assert (home.region_id, case.assigned_to, live()) == (DAMAIDI, None, before)
    assert (receive(home, MAY), receive(home, TODAY)) == (aid, aid)
    out, into = home.benefit_changes.all()
    assert (out.kind, into.kind, out.counterpart, into.counterpart) == ("moved_out", "moved_in", into, out)
    assert Case.objects.within(neighbour.scope()).get() == case
    assert all_is_well()


def test_the_old_township_keeps_the_row_of_the_move_and_nothing_else(cast, case, neighbour, client_of):
    move = accept(ask(case, cast.officer), neighbour)
    assert not Case.objects.within(cast.officer.scope()).exists()
    page = client_of(cast.officer).get(reverse("screening:move", args=[move.pk]))
    row = page.context["row"]
    assert (row.who, row.reason, row.case_id, row.state_word) == ("李某户", "", None, "已接收")
    assert "李发祥" not in page.content.decode()
    told = AuditEvent.objects.get(action="move.accepted")
    assert (told.region_code, told.data["to"]) == (LIUSHUTANG, DAMAIDI)


def test_a_second_press_on_a_move_is_told(cast, case, neighbour, client_of):
    move = accept(ask(case, cast.officer), neighbour)
    sent = {"version": "1", "known": "", "relation": ""}
    again = client_of(neighbour).post(reverse("screening:move", args=[move.pk]), sent)
    assert "这条迁移已经办过了，这一次的没有保存" in again.content.decode()


def test_a_grant_that_moves_stays_whole(cast, make_case, make_household, neighbour):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    grant = grant_to(
        case, *people_of(case.household), amount="420", from_month=date(2020, 4, 1), actor=cast.officer
    )
    accept(ask(case, cast.officer), neighbour)
    grant.refresh_from_db()
    assert (grant.monthly_amount, len(grant.persons), grant.ended_on) == (Decimal(420), 2, None)
    assert all_is_well()


def test_one_member_moves_into_a_household_there(cast, case, neighbour, make_household):
    other = make_household(DAMAIDI, ("杨自清", Labour.ORDINARY))
    before, girl = live(), named(case.household)["李小妹"]
    move = ask(case, cast.officer, person=girl)
    accept(move, neighbour, known="杨自清", relation="04")
    assert live() == before
    home = Membership.objects.get(person=girl, last_day=None)
    assert (home.household, home.relation) == (other, "04")
    assert "李小妹" not in receive(case.household, MAY)
    pending = PendingChange.objects.get()
    assert (pending.household, pending.kind, pending.persons) == (other, "moved_in", [girl.pk])
    assert entitlements.on(whole(COUNTY), [other.pk], TODAY)[other.pk][0].person_id == girl.pk
    assert all_is_well()


@pytest.fixture
def proposed(county, cast, case):
    """Three refusals of 李建华, and the township's proposal to stop his share."""
    son = named(case.household)["李建华"]
    refuse_three_times(county, cast, son)
    return propose(county, cast.head, son)


def test_an_open_proposal_ends_when_he_moves_and_may_be_made_anew(
    cast, case, neighbour, make_household, proposed
):
    make_household(DAMAIDI, ("杨自清", Labour.ORDINARY))
    accept(ask(case, cast.officer, person=proposed.person), neighbour, known="杨自清", relation="04")
    proposed.refresh_from_db()
    assert (proposed.state, proposed.note, proposed.decided_by) == ("withdrawn", "迁出", neighbour)
    assert case.events.filter(text__contains="减停李建华份额的提议，随迁出撤回").exists()


def test_an_open_proposal_ends_when_he_splits_off(cast, case, proposed):
    split(case, cast.officer, "李建华")
    proposed.refresh_from_db()
    assert (proposed.state, proposed.note) == ("withdrawn", "分户")


def test_a_share_cut_before_the_move_is_given_back_where_he_lives_now(
    county, cast, case, neighbour, make_household, proposed
):
    act(share_proposals.sign, proposed, cast.county)
    home = make_household(DAMAIDI, ("杨自清", Labour.ORDINARY))
    accept(ask(case, cast.officer, person=proposed.person), neighbour, known="杨自清", relation="04")
    assert offer_queries.one_proposal(neighbour.scope(), proposed.pk) == proposed
    with pytest.raises(ObjectDoesNotExist):
        offer_queries.one_proposal(cast.head.scope(), proposed.pk)
    give(county, neighbour, proposed.person, TODAY, "accepted")
    act(share_proposals.resume, proposed, cast.county)
    proposed.refresh_from_db()
    assert proposed.resumed.household == home
    assert receive(home, date(2020, 6, 1)) == {"李建华": Decimal(210)}


@pytest.mark.parametrize(
    ("known", "words"), [("", "他住进哪一户"), ("没有的人", "他住进哪一户"), ("杨自清", "有 2 户")]
)
def test_the_household_he_comes_to_must_be_one(cast, case, neighbour, make_household, known, words):
    for _ in range(2):
        make_household(DAMAIDI, ("杨自清", Labour.ORDINARY))
    move = ask(case, cast.officer, person=named(case.household)["李小妹"])
    with pytest.raises(ValidationError, match=words):
        accept(move, neighbour, known=known)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"to": "530102001001"}, "请选迁到哪个村"),
        ({"to": LIUSHUTANG}, "就在这个村"),
        ({"reason": ""}, "为什么迁"),
    ],
)
def test_what_a_move_must_say(cast, case, values, words):
    with pytest.raises(ValidationError, match=words):
        ask(case, cast.officer, **values)


def test_the_head_moves_with_all_or_not(cast, case):
    with pytest.raises(ValidationError, match="户主迁走要迁全户"):
        ask(case, cast.officer, person=named(case.household)["李发祥"])


def test_one_open_move_and_no_split_beside_it(cast, case):
    ask(case, cast.officer)
    with pytest.raises(ValidationError, match="在等接收"):
        ask(case, cast.officer, to=STRANGE_VILLAGE)
    with pytest.raises(ValidationError, match="在等接收"):
        split(case, cast.officer, "李建华")


@pytest.mark.parametrize(
    ("who", "error"),
    [("stranger", ObjectDoesNotExist), ("officer", PermissionDenied), ("unit", PermissionDenied)],
)
def test_only_the_new_township_or_the_county_takes_over(cast, case, who, error):
    move = ask(case, cast.officer)
    with pytest.raises(error):
        accept(move, getattr(cast, who))
    accept(move, cast.county)


def test_who_asked_does_not_accept(cast, make_case):
    case = make_case()
    both = make_user(
        "both", "两镇都管", (Role.TOWNSHIP_STAFF, "532326102"), (Role.TOWNSHIP_STAFF, ZHAOJIADIAN)
    )
    with pytest.raises(ValidationError, match="另一人接收"):
        accept(ask(case, both), both)


def test_not_accepted_or_withdrawn_it_stays(cast, case, neighbour):
    move = ask(case, cast.officer)
    said = {"move_id": move.pk, "version": 1, "day": TODAY}
    with pytest.raises(ValidationError, match="要写明为什么"):
        relocating.decline(scope=neighbour.scope(), actor=neighbour, reason="", **said)
    relocating.decline(scope=neighbour.scope(), actor=neighbour, reason="查无此户口", **said)
    assert "对方没有接收迁移。查无此户口" in case.events.last().text
    again = ask(case, cast.officer)
    relocating.withdraw(
        scope=cast.head.scope(), actor=cast.head, move_id=again.pk, version=1, reason="", day=TODAY
    )
    with pytest.raises(ValidationError, match="别人刚办过"):
        accept(again, neighbour)
    assert HouseholdMove.objects.filter(state="open").count() == 0


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_who_never_got_the_household_reads_no_name_of_it_any_more(cast, case, neighbour, end):
    move = ask(case, cast.officer)
    who = neighbour if end == "decline" else cast.officer
    act_on = getattr(relocating, end)
    act_on(scope=who.scope(), actor=who, move_id=move.pk, version=1, reason="李发祥仍住原处", day=TODAY)
    theirs, ours = (
        moves.rows(one.scope(), moves.listed(one.scope(), case.plan, "done"), TODAY)[0]
        for one in (neighbour, cast.officer)
    )
    assert (theirs.who, theirs.reason, theirs.note, theirs.case_id) == ("李某户", "", "", None)
    assert (ours.who, ours.reason, ours.note) == ("李发祥户", "户口迁移，准迁证", "李发祥仍住原处")


# --- Pages ---


def test_the_pages_split_and_move(cast, case, client_of):
    client, people = client_of(cast.officer), named(case.household)
    page = client.get(reverse("screening:case-people", args=[case.pk]))
    assert [name for _, name in page.context["leavers"]].count("李发祥") == 0
    son = people["李建华"].pk
    typed = {
        "version": case.version,
        "persons": [son],
        "head": son,
        "reason": "另立户口",
        f"relation-{son}": "99",
    }
    answer = client.post(reverse("screening:case-split", args=[case.pk]), typed)
    new = Case.objects.get(origin="split")
    assert answer.url == reverse("screening:case", args=[new.pk])
    case.refresh_from_db()
    typed = {"version": case.version, "person": "whole", "to_village": DAMAIDI, "reason": "户口迁移"}
    assert client.post(reverse("screening:case-move", args=[case.pk]), typed).status_code == 302
    assert [row.who for row in client.get(reverse("screening:moves")).context["page"]] == ["李发祥户"]


def test_a_wrong_split_keeps_what_was_typed(cast, case, client_of):
    son = named(case.household)["李建华"].pk
    typed = {"version": case.version, "persons": [son], "head": "", "reason": "另立户口"}
    answer = client_of(cast.officer).post(reverse("screening:case-split", args=[case.pk]), typed)
    assert answer.status_code == 422
    assert 'value="另立户口"' in answer.content.decode()


def counted(actor, plan, day):
    """By township: what phase 1 counts, what its link lists, what the ledger shows, as at the day."""
    scope, rows, past = actor.scope(), progress(actor.scope(), plan, day), day < TODAY
    found = {}
    for row in rows:
        filters = CaseFilters(region=row.code, phase="1", as_at=day.isoformat() if past else "")
        listed = filtered(scope, plan, filters, TODAY)
        if past:
            shown = on_day.rows(scope, on_day.for_rows(scope, listed), day)
            assert {one.township for one in shown} <= {row.name}
        places = ledger.by_township(scope, plan, CaseFilters(as_at=filters.as_at), TODAY)
        booked = sum(place.counts.all for place in places if place.code == row.code)
        found[row.name] = (row.works[0].total, listed.count(), booked)
    return found


def test_a_moved_household_stays_on_the_board_and_the_lists_of_the_days_before(cast, case, neighbour):
    plan, before = case.plan, TODAY - timedelta(days=1)
    was = counted(cast.leader, plan, before)
    assert (was["石羊镇"], was["赵家店镇"]) == ((1, 1, 1), (0, 0, 0))
    accept(ask(case, cast.officer), neighbour)
    assert counted(cast.leader, plan, before) == was
    now = counted(cast.leader, plan, TODAY)
    assert (now["石羊镇"], now["赵家店镇"]) == ((0, 0, 0), (1, 1, 1))


def test_the_past_of_a_moved_household_is_neither_the_old_townships_nor_the_new_ones(cast, case, neighbour):
    accept(ask(case, cast.officer), neighbour)
    past = CaseFilters(as_at=(TODAY - timedelta(days=1)).isoformat())
    for who in (cast.officer, neighbour):
        assert filtered(who.scope(), case.plan, past, TODAY).count() == 0
    assert filtered(cast.leader.scope(), case.plan, past, TODAY).count() == 1


def test_after_two_moves_every_day_has_the_village_of_that_day(cast, case, neighbour):
    first = accept(ask(case, cast.officer), neighbour)
    accept(ask(case, neighbour, to=LIUSHUTANG), cast.officer)
    HouseholdMove.objects.filter(pk=first.pk).update(decided_on=TODAY - timedelta(days=3))
    for back, code in ((0, LIUSHUTANG), (1, DAMAIDI), (3, DAMAIDI), (4, LIUSHUTANG)):
        day = TODAY - timedelta(days=back)
        assert cases_as_at(cast.leader.scope(), case.plan, day).get().region_then == code, back
