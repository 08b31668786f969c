"""What waits for a decision about money: put there by visits and lists, decided by whoever approves (C17)."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse

from dabao.scope import whole
from dabao.tests.cast import COUNTY, LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.models import BenefitChange, BenefitRecord, Membership, PendingChange
from screening.queries import entitlements
from screening.rules.verdicts import MemberFound, Verdict
from screening.services import cases, family, pending_changes, recheck, verification
from screening.services.benefit_changes import to_amount
from screening.services.by_hand import NewMember
from screening.tests.test_benefit_changes import change, grant_to, on_roll, people_of, receive
from screening.tests.test_verification import entry_of

MAY = date(2020, 5, 1)


@pytest.fixture
def home(cast, make_case, make_household):
    """A closed case of three on the roll, opened again to be verified."""
    people = (("李发祥", Labour.WEAK), ("李建华", Labour.ORDINARY), ("李小妹", Labour.NONE))
    case = make_case(make_household(LIUSHUTANG, *people))
    for person in people_of(case.household):
        on_roll(person)
    return case


def visit(case, actor, **found):
    """Somebody of the household found as said by name; the others live there and stay covered."""
    members = [
        MemberFound(one.name, one.pk, living_together=one.name not in found, **found.get(one.name, {}))
        for one in people_of(case.household)
    ]
    case.refresh_from_db()
    verdicts = [Verdict("dibao", person=one.person, covered=True) for one in members if one.living_together]
    return verification.submit(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(case, *verdicts, members=members),
        payload={},
        day=TODAY,
    )


def named(household):
    """李发祥, 李建华, 李小妹."""
    found = {one.name: one for one in people_of(household)}
    return found["李发祥"], found["李建华"], found["李小妹"]


def decide(pending, actor, *amounts, from_month=MAY, reason="按新的人口核定", version=None):
    return pending_changes.decide(
        scope=actor.scope(),
        pending_id=pending.pk,
        actor=actor,
        version=version or pending.version,
        amounts=amounts,
        from_month=from_month,
        reason=reason,
        day=TODAY,
    )


def test_a_death_found_at_the_door_waits_and_changes_no_money(cast, home):
    record = visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending = PendingChange.objects.get()
    assert (pending.kind, pending.text, pending.verification) == ("death", "李建华 2020-04-08 去世", record)
    assert (pending.happened_on, pending.raised_on) == (date(2020, 4, 8), TODAY)
    assert receive(home.household, TODAY)["李建华"] == Decimal(210)
    assert not BenefitChange.objects.exists()


def test_the_decision_stops_the_dead_and_adjusts_the_others_at_once(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending = PendingChange.objects.get()
    head, son, girl = named(home.household)
    change = decide(
        pending,
        cast.county,
        (head.pk, "rural_dibao", Decimal(230)),
        (son.pk, "rural_dibao", Decimal(0)),
        (girl.pk, "rural_dibao", Decimal(210)),
    )
    assert receive(home.household, MAY) == {"李发祥": Decimal(230), "李小妹": Decimal(210)}
    assert receive(home.household, date(2020, 4, 30)) == dict.fromkeys(("李发祥", "李建华", "李小妹"), 210)
    sides = sorted((line.person.name, line.side) for line in change.lines.all())
    assert sides == [("李发祥", "start"), ("李发祥", "stop"), ("李建华", "stop")]
    pending.refresh_from_db()
    assert (pending.settled_by, pending.settled_on, pending.by) == (change, TODAY, cast.county)


def test_who_left_waits_and_who_became_head_too(cast, home):
    visit(home, cast.officer, 李建华={"left_on": date(2020, 3, 20)})
    assert PendingChange.objects.get().text == "李建华 2020-03-20 迁出"
    assert receive(home.household, TODAY)["李建华"] == Decimal(210)


def test_without_aid_nothing_waits(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    one, two = people_of(case.household)
    members = [
        MemberFound("甲", one.pk),
        MemberFound("乙", two.pk, living_together=False, died_on=date(2020, 4, 1)),
    ]
    verification.submit(
        scope=cast.officer.scope(),
        case_id=case.pk,
        actor=cast.officer,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(case, Verdict("temporary"), members=members, hardship=True, hardship_note="住院"),
        payload={},
        day=TODAY,
    )
    two.refresh_from_db()
    assert two.died_on == date(2020, 4, 1)
    assert not PendingChange.objects.exists()


def test_a_new_member_of_a_household_with_aid_waits_and_joins_its_grant(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE)))
    grant = grant_to(
        case, *people_of(case.household), amount="210", from_month=date(2020, 4, 1), actor=cast.officer
    )
    family.add_member(
        scope=cast.officer.scope(),
        case_id=case.pk,
        actor=cast.officer,
        member=NewMember("乙", "532326199003050019", relation="03"),
        since=date(2020, 4, 2),
        day=TODAY,
    )
    pending = PendingChange.objects.get(kind="member_in")
    assert pending.text == "乙 2020-04-02 起住在本户"
    newcomer = case.household.memberships.get(relation="03").person
    decide(pending, cast.county, (newcomer.pk, "rural_dibao", Decimal(180)))
    grant.refresh_from_db()
    assert (grant.monthly_amount, set(grant.persons)) == (
        Decimal(390),
        {one.pk for one in people_of(case.household)},
    )


def test_a_withdrawn_visit_takes_what_waits_with_it(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    verification.withdraw(scope=cast.officer.scope(), case_id=home.pk, actor=cast.officer, day=TODAY)
    assert "撤回或更正" in PendingChange.objects.get().no_change


def test_what_was_decided_on_a_withdrawn_visit_is_looked_at_again(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    son = named(home.household)[1]
    decide(PendingChange.objects.get(), cast.county, (son.pk, "rural_dibao", Decimal(0)))
    verification.withdraw(scope=cast.officer.scope(), case_id=home.pk, actor=cast.officer, day=TODAY)
    again = PendingChange.objects.get(settled_on=None)
    assert (again.kind, again.persons) == ("adjusted", [son.pk])
    decide(again, cast.county, (son.pk, "rural_dibao", Decimal(210)), reason="人还在，恢复")
    assert receive(home.household, MAY)["李建华"] == Decimal(210)


def test_nothing_changes_only_with_a_reason(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending = PendingChange.objects.get()
    said = {"scope": cast.county.scope(), "pending_id": pending.pk, "actor": cast.county, "day": TODAY}
    with pytest.raises(ValidationError, match="为什么不用变"):
        pending_changes.keep(**said, version=pending.version, reason=" ")
    pending_changes.keep(**said, version=pending.version, reason="四月花名册已停")
    with pytest.raises(ValidationError, match="别人刚办过"):
        pending_changes.keep(**said, version=pending.version, reason="再来一次")


def test_amounts_all_as_they_are_is_no_change(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    head = named(home.household)[0]
    with pytest.raises(ValidationError, match="不用变"):
        decide(PendingChange.objects.get(), cast.county, (head.pk, "rural_dibao", Decimal(210)))


@pytest.mark.parametrize(("who", "error"), [("officer", PermissionDenied), ("stranger", ObjectDoesNotExist)])
def test_who_approves_decides_and_nobody_else(cast, home, who, error):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    son = named(home.household)[1]
    with pytest.raises(error):
        decide(PendingChange.objects.get(), getattr(cast, who), (son.pk, "rural_dibao", Decimal(0)))
    assert not BenefitChange.objects.exists()


def test_persons_that_a_list_moved_wait_on_both_sides(cast, home, make_household):
    other = make_household(LIUSHUTANG, ("普有福", Labour.NONE))
    on_roll(people_of(other)[0])
    poor = make_household(LIUSHUTANG, ("无名", Labour.NONE))
    son = named(home.household)[1]
    moves = [(son.pk, home.household_id, other.pk), (people_of(poor)[0].pk, poor.pk, make_household().pk)]
    waiting = pending_changes.put_moves(
        moves=moves, region_code=COUNTY, about="建档立卡名单（截至 2020-03-31）", day=TODAY, actor=cast.county
    )
    found = {(one.household_id, one.kind) for one in PendingChange.objects.all()}
    assert waiting == 2
    assert found == {(home.household_id, "member_out"), (other.pk, "member_in")}


def test_whoever_raised_it_does_not_decide_it_whatever_his_roles(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending, son = PendingChange.objects.get(), named(home.household)[1]
    assert pending.raised_by == cast.officer
    PendingChange.objects.update(raised_by=cast.county)
    url = reverse("screening:change", args=[pending.pk])
    assert client_of(cast.county).get(url).context["form"] is None
    for act in (
        lambda: decide(pending, cast.county, (son.pk, "rural_dibao", Decimal(0))),
        lambda: pending_changes.keep(
            scope=cast.county.scope(), pending_id=pending.pk, actor=cast.county, version=1, reason="不变",
            day=TODAY,
        ),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match="另一位有审批权的人"):
            act()
    assert not BenefitChange.objects.exists()


def test_who_made_the_visit_does_not_decide_what_it_found(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending, son = PendingChange.objects.get(), named(home.household)[1]
    PendingChange.objects.update(raised_by=None)
    type(pending.verification).objects.filter(pk=pending.verification_id).update(by=cast.county)
    with pytest.raises(ValidationError, match="另一位有审批权的人"):
        decide(pending, cast.county, (son.pk, "rural_dibao", Decimal(0)))


def test_nobody_whom_it_is_not_about_is_stopped_by_it(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending = PendingChange.objects.get()
    _, son, girl = named(home.household)
    with pytest.raises(ValidationError, match="不涉及李小妹"):
        decide(
            pending, cast.county, (son.pk, "rural_dibao", Decimal(0)), (girl.pk, "rural_dibao", Decimal(0))
        )
    decide(pending, cast.county, (son.pk, "rural_dibao", Decimal(0)), (girl.pk, "rural_dibao", Decimal(150)))
    assert receive(home.household, MAY) == {"李发祥": Decimal(210), "李小妹": Decimal(150)}


def filled(form, **amounts):
    """What the browser sends of the form, with other amounts by name."""
    data = {"version": form["version"].value(), "seen": form["seen"].value(), "reason": "去世停发"}
    data["from_month"] = form.fields["from_month"].choices[0][0]
    for one, scheme, amount in form.lines():
        said = amounts.get(one.name, amount.value())
        data |= {scheme.html_name: scheme.value(), amount.html_name: "" if said is None else str(said)}
    return data


def test_a_share_cut_signed_for_the_month_stays_when_another_member_is_decided(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    head = named(home.household)[0]
    held = entitlements.of_person(whole(COUNTY), home.household_id, head.pk, TODAY)[0]
    change(home.household, cast.county, to_amount(held, Decimal(105)), MAY, "share_cut")
    url = reverse("screening:change", args=[PendingChange.objects.get().pk])
    form = client_of(cast.county).get(url).context["form"]
    assert {one.name: one.amount for one in form.receivers}["李发祥"] == Decimal(105)
    assert client_of(cast.county).post(url, filled(form)).status_code == 302
    assert receive(home.household, MAY) == {"李发祥": Decimal(105), "李小妹": Decimal(210)}
    assert {line.person.name for line in BenefitChange.objects.last().lines.all()} == {"李建华"}


@pytest.mark.parametrize("what", ["a newcomer", "a cut"])
def test_what_changed_since_the_page_was_opened_is_shown_before_anything_is_saved(
    cast, home, client_of, make_household, what
):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    url = reverse("screening:change", args=[PendingChange.objects.get().pk])
    sent = filled(client_of(cast.county).get(url).context["form"])
    head = named(home.household)[0]
    if what == "a cut":
        held = entitlements.of_person(whole(COUNTY), home.household_id, head.pk, TODAY)[0]
        change(home.household, cast.county, to_amount(held, Decimal(105)), MAY, "share_cut")
    else:
        newcomer = Membership.objects.filter(household=make_household(LIUSHUTANG, ("普小明", Labour.NONE)))
        newcomer.update(household=home.household, relation="02")
    before = receive(home.household, MAY)
    again = client_of(cast.county).post(url, sent, follow=True)
    assert "这一户的人或金额有变动" in again.content.decode()
    assert (receive(home.household, MAY), PendingChange.objects.get().settled_on) == (before, None)


@pytest.mark.parametrize(
    ("typed", "gets"),
    [({}, {"李小妹": None}), ({"李小妹": 0}, {}), ({"李小妹": 90}, {"李小妹": Decimal(90)})],
)
def test_aid_of_unknown_amount_stays_when_left_empty_and_stops_at_zero(cast, home, client_of, typed, gets):
    _, son, girl = named(home.household)
    BenefitRecord.objects.filter(person__in=(son, girl)).update(monthly_amount=None)
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    PendingChange.objects.update(persons=[son.pk, girl.pk])
    url = reverse("screening:change", args=[PendingChange.objects.get().pk])
    form = client_of(cast.county).get(url).context["form"]
    assert client_of(cast.county).post(url, filled(form, **typed)).status_code == 302
    assert receive(home.household, MAY) == {"李发祥": Decimal(210), **gets}


def test_other_aid_instead_of_one_of_unknown_amount_needs_an_amount(cast, home, client_of):
    girl = named(home.household)[2]
    BenefitRecord.objects.filter(person=girl).update(monthly_amount=None)
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    url = reverse("screening:change", args=[PendingChange.objects.get().pk])
    sent = filled(client_of(cast.county).get(url).context["form"])
    sent[f"scheme-{girl.pk}-rural_dibao"] = "tekun"
    page = client_of(cast.county).post(url, sent)
    assert page.status_code == 422
    assert "李小妹现在的金额不明" in page.content.decode()


def test_the_page_shows_everybody_and_takes_the_new_amounts(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending = PendingChange.objects.get()
    url = reverse("screening:change", args=[pending.pk])
    page = client_of(cast.county).get(url)
    form = page.context["form"]
    offered = {one.name: amount.initial for one, _, amount in form.lines()}
    assert offered == {"李发祥": Decimal(210), "李建华": 0, "李小妹": Decimal(210)}
    assert client_of(cast.county).post(url, filled(form)).status_code == 302
    assert receive(home.household, MAY) == {"李发祥": Decimal(210), "李小妹": Decimal(210)}
    page = client_of(cast.officer).get(reverse("screening:case", args=[home.pk])).content.decode()
    assert "成员去世" in page
    assert "农村低保 210.00 元" in page


def test_a_household_is_stopped_whole_by_one_button_and_a_second_press_is_told(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    url = reverse("screening:change", args=[PendingChange.objects.get().pk])
    client = client_of(cast.county)
    page = client.get(url)
    assert "5月起谁都不领，每月少发 630 元" in page.content.decode()
    form = page.context["form"]
    whole_stop = {name: form[name].value() for name in ("version", "seen")}
    whole_stop |= {"from_month": "2020-05-01", "reason": "核定不符合", "stop": "all"}
    assert client.post(url, whole_stop | {"reason": ""}).status_code == 422
    assert client.post(url, whole_stop).status_code == 302
    assert receive(home.household, MAY) == {}
    for address, sent in ((url, whole_stop), (f"{url}keep/", {"version": "1", "reason": "不变"})):
        again = client.post(address, sent, follow=True)
        assert "已经定过了，这一次的没有保存" in again.content.decode()


def test_who_waits_for_his_amounts_is_on_the_countys_home(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    PendingChange.objects.update(happened_on=date(2020, 3, 10), raised_on=date(2020, 3, 12))
    page = client_of(cast.county).get("/")
    counts = {one.label: one for one in page.context["counts"]}
    assert (counts["待变更"].number, counts["待变更"].detail) == (1, "户等定金额，最久 29 天")
    assert client_of(cast.county).get(counts["待变更"].url).context["page"].paginator.count == 1
    assert "预警没处置" not in counts


def test_why_nothing_changes_is_asked_for_beside_its_field_and_above(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    pending = PendingChange.objects.get()
    sent = {"version": pending.version, "reason": ""}
    refused = client_of(cast.county).post(reverse("screening:change-keep", args=[pending.pk]), sent)
    words = refused.content.decode()
    assert refused.status_code == 422
    assert '<a href="#id_reason">请写明为什么不用变。</a>' in words
    assert '<label class="lab" for="id_reason">为什么不用变</label>' in words


def test_the_list_counts_what_it_shows_and_the_officer_only_reads(cast, home, client_of):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    page = client_of(cast.officer).get(reverse("screening:changes"))
    assert [(tab["label"], tab["count"]) for tab in page.context["tabs"]] == [("等定", 1), ("已定", 0)]
    assert [(row.head, row.monthly, row.receivers) for row in page.context["page"]] == [("李发祥", 630, 3)]
    one = client_of(cast.officer).get(reverse("screening:change", args=[PendingChange.objects.get().pk]))
    assert one.context["form"] is None
    assert client_of(cast.stranger).get(reverse("screening:changes")).context["page"].paginator.count == 0


def test_who_is_found_not_eligible_for_good_and_still_paid_waits(cast, home):
    head, son, girl = named(home.household)
    verdicts = [
        Verdict("dibao", person=head.pk, covered=True),
        Verdict("none", person=son.pk, reason_code="vehicle", reason_text="有面包车一辆"),
        Verdict("dibao", person=girl.pk, covered=True),
    ]
    verification.submit(
        scope=cast.officer.scope(),
        case_id=home.pk,
        actor=cast.officer,
        version=home.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(home, *verdicts),
        payload={},
        day=TODAY,
    )
    assert not PendingChange.objects.exists()  # nothing is asked before the second person agrees
    home.refresh_from_db()
    recheck.agree(
        scope=cast.colleague.scope(),
        case_id=home.pk,
        actor=cast.colleague,
        version=home.version,
        means=["papers"],
        day=TODAY,
    )
    pending = PendingChange.objects.get()
    assert (pending.kind, pending.persons, pending.text) == (
        "review_stop",
        [son.pk],
        "核定不符合，1 人还在花名册上领",
    )


def test_a_death_decided_once_is_not_asked_again_by_another_visit(cast, home):
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    son = named(home.household)[1]
    decide(PendingChange.objects.get(), cast.county, (son.pk, "rural_dibao", Decimal(0)))
    home.refresh_from_db()
    cases.reopen(
        scope=cast.officer.scope(), case_id=home.pk, actor=cast.officer, day=TODAY, reason="群众反映"
    )
    visit(home, cast.officer, 李建华={"died_on": date(2020, 4, 8)})
    assert not PendingChange.objects.filter(settled_on=None).exists()
