"""Offers of work and what three refusals in a row allow: two signatures, his own share only (C17)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.choices import Labour, OfferReply
from screening.models import Household, JobOffer, Person, ShareProposal
from screening.queries import offers as queries
from screening.rules.income import Offer, Reply, able_to_work, may_propose_cut, refusal_run, refusal_runs
from screening.services import offers, share_proposals
from screening.tests.test_benefit_changes import grant_to, on_roll, people_of, receive

MAY, JUNE = date(2020, 5, 1), date(2020, 6, 1)
REFUSED, ACCEPTED, REASON, PENDING = "refused", "accepted", "refused_with_reason", "pending"


# --- The rule ---


@pytest.mark.parametrize(
    ("replies", "runs"),
    [
        ((REFUSED, REFUSED, REFUSED), [1, 2, 3]),
        ((REFUSED, REASON, REFUSED, REFUSED, REFUSED), [1, 0, 1, 2, 3]),
        ((REFUSED, REFUSED, ACCEPTED, REFUSED), [1, 2, 0, 1]),
        ((REFUSED, PENDING, REFUSED), [1, 1, 2]),
        ((REFUSED,) * 4, [1, 2, 3, 4]),
        ((), []),
    ],
)
def test_the_run_after_each_offer(replies, runs):
    given_on = [Offer(date(2020, 5, 1 + place), reply, place) for place, reply in enumerate(replies)]
    assert refusal_runs(given_on) == runs


@given(st.lists(st.tuples(st.integers(1, 28), st.sampled_from(list(Reply))), max_size=12))
def test_the_order_of_writing_down_does_not_matter(told):
    given_on = [Offer(date(2020, 5, day), reply, place) for place, (day, reply) in enumerate(told)]
    in_order = sorted(given_on, key=lambda one: (one.day, one.order))
    runs = refusal_runs(in_order)
    assert (runs[-1] if runs else 0) == refusal_run(reversed(given_on))


@pytest.mark.parametrize(
    ("labour", "able"),
    [("skilled", True), ("ordinary", True), ("weak", None), ("", None), ("lost", False), ("none", False)],
)
@pytest.mark.parametrize("employed", [True, False])
def test_only_who_can_work_and_has_none_may_be_proposed(labour, able, employed):
    assert able_to_work(labour) is able
    three = [Offer(date(2020, 5, day), Reply.REFUSED) for day in (1, 2, 3)]
    allowed = may_propose_cut(three, 3, registered=True, able=able, employed=employed)
    assert allowed is (able is True and not employed)


def test_the_codes_of_replies_are_those_of_the_rule():
    assert set(OfferReply.values) == {str(reply) for reply in Reply}


# --- Writing down ---


@pytest.fixture
def family(cast, make_case, make_household):
    """李发祥's household of four, each 210 on the roll; 李建华 is able to work."""
    people = (
        ("李发祥", Labour.WEAK),
        ("李建华", Labour.ORDINARY),
        ("李小妹", Labour.NONE),
        ("李小弟", ""),
    )
    case = make_case(make_household(LIUSHUTANG, *people))
    for person in people_of(case.household):
        on_roll(person)
    return case


@pytest.fixture
def son(family):
    return Person.objects.get(name="李建华")


def give(county, actor, person, day, reply=REFUSED, reason="", today=TODAY, project=""):
    return offers.give(
        scope=actor.scope(),
        plan=county.plan,
        person_id=person.pk,
        actor=actor,
        offered_on=day,
        project=project or f"公益性岗位 {day}",
        offered_by="石羊镇社会事务办",
        reply=reply,
        reason=reason,
        day=today,
    )


def refuse_three_times(county, cast, person):
    for day in (date(2020, 3, 10), date(2020, 3, 20), date(2020, 4, 1)):
        give(county, cast.officer, person, day)


def propose(county, actor, person, amount="0", **changes):
    values = {
        "new_amount": Decimal(amount),
        "from_month": MAY,
        "employed": False,
        "not_employed": "4月入户，本人在家",
        "reason": "三次均送达，有记录",
        "day": TODAY,
    }
    return share_proposals.propose(
        scope=actor.scope(), plan=county.plan, person_id=person.pk, actor=actor, **(values | changes)
    )


def act(step, proposal, actor, note="", day=TODAY):
    proposal.refresh_from_db()
    return step(
        scope=actor.scope(),
        proposal_id=proposal.pk,
        actor=actor,
        version=proposal.version,
        note=note,
        day=day,
    )


def test_the_third_refusal_is_told_in_the_case(county, cast, family, son):
    refuse_three_times(county, cast, son)
    assert family.events.last().text.startswith("李建华连续 3 次没有正当理由拒绝项目")


def test_an_offer_recorded_late_falls_into_its_place(county, cast, son):
    give(county, cast.officer, son, date(2020, 3, 10), today=date(2020, 3, 10))
    give(county, cast.officer, son, date(2020, 4, 1), today=date(2020, 4, 1))
    late = give(county, cast.officer, son, date(2020, 3, 20), REASON, "照料住院的父亲（住院证明）")
    page = queries.person(cast.officer.scope(), county.plan, son.pk, TODAY)
    assert [(one.offer.day.day, one.run, one.recomputed) for one in page.offers] == [
        (10, 1, False),
        (20, 0, True),
        (1, 1, False),
    ]
    assert late.recorded_on == TODAY


@pytest.mark.parametrize(("replies", "run"), [((REFUSED, ACCEPTED), 0), ((ACCEPTED, REFUSED), 1)])
def test_two_offers_of_one_day_count_in_the_order_written_down(county, cast, son, replies, run):
    for place, reply in enumerate(replies):
        JobOffer.objects.create(
            pk=UUID(int=9 - place),  # keys are drawn, so their order means nothing
            plan=county.plan,
            person=son,
            day=TODAY,
            recorded_on=TODAY,
            project=f"护林员 {place}",
            reply=reply,
            replied_on=TODAY,
            by=cast.officer,
        )
    assert queries.run_of(cast.officer.scope(), son.pk) == run


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reply": REASON}, "要写明理由和凭据"),
        ({"day": date(2020, 4, 11)}, "不能晚于今天"),
        ({"reply": "maybe"}, "maybe"),
    ],
)
def test_what_an_offer_must_be(county, cast, son, changes, words):
    with pytest.raises(ValidationError, match=words):
        give(county, cast.officer, son, **({"day": TODAY} | changes))
    assert not JobOffer.objects.exists()


def test_the_same_offer_is_not_written_down_twice(county, cast, son):
    give(county, cast.officer, son, TODAY, project="护林员")
    with pytest.raises(ValidationError, match="已经记过"):
        give(county, cast.officer, son, TODAY, project="护林员")


def test_a_reply_comes_later_and_once(county, cast, son):
    offer = give(county, cast.officer, son, date(2020, 4, 1), PENDING)
    said = {"scope": cast.officer.scope(), "plan": county.plan, "offer_id": offer.pk, "actor": cast.officer}
    offers.answer(**said, version=1, reply=REFUSED, reason="", day=TODAY)
    with pytest.raises(ValidationError, match="已经记过"):
        offers.answer(**said, version=2, reply=ACCEPTED, reason="", day=TODAY)
    offer.refresh_from_db()
    assert (offer.reply, offer.replied_on) == (REFUSED, TODAY)


def test_a_stranger_finds_nobody_and_who_only_reads_writes_nothing(county, cast, son):
    with pytest.raises(ObjectDoesNotExist):
        give(county, cast.stranger, son, TODAY)
    with pytest.raises(PermissionDenied):
        give(county, cast.leader, son, TODAY)
    assert queries.rows(cast.stranger.scope()) == []


# --- The proposal ---


def test_two_refusals_are_not_three(county, cast, son):
    for day in (date(2020, 3, 10), date(2020, 3, 20)):
        give(county, cast.officer, son, day)
    with pytest.raises(ValidationError, match="还没有连续 3 次"):
        propose(county, cast.officer, son)


@pytest.mark.parametrize(
    ("labour", "words"),
    [(Labour.NONE, "没有劳动能力"), (Labour.WEAK, "先在入户核查里核实"), ("", "先在入户核查里核实")],
)
def test_who_is_not_known_to_be_able_is_not_proposed(county, cast, son, labour, words):
    refuse_three_times(county, cast, son)
    Person.objects.filter(pk=son.pk).update(labour=labour)
    with pytest.raises(ValidationError, match=words):
        propose(county, cast.officer, son)


def test_who_is_not_registered_is_neither_proposed_nor_signed(county, cast, client_of, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    Household.objects.filter(pk=family.household_id).update(registered=False)
    with pytest.raises(ValidationError, match="不是建档立卡户"):
        act(share_proposals.sign, proposal, cast.county)
    act(share_proposals.decline, proposal, cast.county, "不是建档立卡户")
    with pytest.raises(ValidationError, match="不是建档立卡户"):
        propose(county, cast.head, son)
    page = client_of(cast.head).get(reverse("screening:offer-person", args=[son.pk]))
    assert not page.context["may_propose"]
    assert "不是建档立卡户" in page.content.decode()


def test_who_can_no_longer_work_is_not_signed(county, cast, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    Person.objects.filter(pk=son.pk).update(labour=Labour.LOST)
    with pytest.raises(ValidationError, match="没有劳动能力"):
        act(share_proposals.sign, proposal, cast.county)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"employed": True}, "已就业"),
        ({"not_employed": " "}, "怎么核实"),
        ({"new_amount": Decimal(210)}, "要比现在少"),
        ({"reason": ""}, "这个字段不能为空|此字段不能为空|不能为空"),
    ],
)
def test_what_a_proposal_must_be(county, cast, son, changes, words):
    refuse_three_times(county, cast, son)
    with pytest.raises(ValidationError, match=words):
        propose(county, cast.officer, son, **changes)
    assert not ShareProposal.objects.exists()


def test_without_a_known_amount_nothing_is_proposed(county, cast, son):
    refuse_three_times(county, cast, son)
    son.benefits.update(monthly_amount=None)
    with pytest.raises(ValidationError, match="没有写他的金额"):
        propose(county, cast.officer, son)


def test_one_signature_changes_nothing_and_two_only_his_own_share(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    before = receive(family.household, MAY)
    assert before == dict.fromkeys(("李发祥", "李建华", "李小妹", "李小弟"), Decimal(210))
    act(share_proposals.sign, proposal, cast.county)
    after = receive(family.household, MAY)
    assert sum(before.values()) - sum(after.values()) == Decimal(210)
    assert before == after | {"李建华": Decimal(210)}
    assert receive(family.household, date(2020, 4, 30)) == before
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, proposal.change.kind) == (
        "approved",
        cast.county,
        "share_stop",
    )


def test_a_share_is_reduced_in_its_grant_and_given_back_when_he_accepts(
    county, cast, make_case, make_household
):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.ORDINARY), ("乙", Labour.NONE)))
    one, other = people_of(case.household)
    grant = grant_to(case, one, other, amount="420", from_month=date(2020, 4, 1), actor=cast.officer)
    refuse_three_times(county, cast, one)
    proposal = propose(county, cast.head, one, "80.50")
    act(share_proposals.sign, proposal, cast.county)
    grant.refresh_from_db()
    assert receive(case.household, MAY) == {"甲": Decimal("80.50"), "乙": Decimal(210)}
    assert grant.monthly_amount == Decimal("290.50")
    with pytest.raises(ValidationError, match="还没有接受过项目"):
        act(share_proposals.resume, proposal, cast.county)
    give(county, cast.officer, one, TODAY, ACCEPTED)
    act(share_proposals.resume, proposal, cast.county)
    grant.refresh_from_db()
    proposal.refresh_from_db()
    assert receive(case.household, MAY) == {"甲": Decimal(210), "乙": Decimal(210)}
    assert (grant.monthly_amount, proposal.resumed.follows) == (Decimal(420), proposal.change)


def test_a_stopped_share_is_given_back_whole(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    act(share_proposals.sign, proposal, cast.county)
    later = date(2020, 5, 20)
    give(county, cast.officer, son, later, ACCEPTED, today=later)
    act(share_proposals.resume, proposal, cast.county, day=later)
    assert "李建华" not in receive(family.household, date(2020, 5, 31))
    assert receive(family.household, JUNE)["李建华"] == Decimal(210)


def test_a_late_signature_takes_effect_from_the_next_month(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    act(share_proposals.sign, proposal, cast.county, day=date(2020, 5, 9))
    assert receive(family.household, date(2020, 5, 31))["李建华"] == Decimal(210)
    assert "李建华" not in receive(family.household, JUNE)


def test_the_two_signatures_are_of_two_people_with_the_right(county, cast, family, son):
    county.plan.township_approves = True
    county.plan.save()
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    with pytest.raises(ValidationError, match="两个签字要两个人"):
        act(share_proposals.sign, proposal, cast.head)
    with pytest.raises(PermissionDenied):
        act(share_proposals.sign, proposal, cast.officer)
    with pytest.raises(ObjectDoesNotExist):
        act(share_proposals.sign, proposal, cast.stranger)
    with pytest.raises(PermissionDenied):
        propose(county, cast.county, son)


def test_recomputed_below_three_the_signed_proposal_stands_and_is_marked(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    act(share_proposals.sign, proposal, cast.county)
    give(county, cast.officer, son, date(2020, 3, 25), REASON, "本人住院（出院小结）")
    page = queries.person(cast.officer.scope(), county.plan, son.pk, TODAY)
    assert (page.run, page.again, page.live) == (1, True, proposal)
    assert "李建华" not in receive(family.household, MAY)
    assert "重算为 1 次，减停份额的提议要再看一眼" in family.events.last().text
    row = queries.rows(cast.county.scope())[0]
    assert {"again", "cut", "some"} <= row.tabs


def test_recomputed_below_three_before_the_second_signature_it_is_not_signed(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    give(county, cast.officer, son, date(2020, 3, 25), ACCEPTED)
    with pytest.raises(ValidationError, match="重算为 1 次"):
        act(share_proposals.sign, proposal, cast.county)


def test_withdrawn_before_the_second_signature_it_may_be_proposed_again(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    with pytest.raises(ValidationError, match="已有提议在办"):
        propose(county, cast.officer, son)
    act(share_proposals.withdraw, proposal, cast.officer)
    with pytest.raises(ValidationError, match="乡镇撤回"):
        act(share_proposals.sign, proposal, cast.county)
    act(share_proposals.sign, propose(county, cast.officer, son), cast.county)
    with pytest.raises(ValidationError, match="签齐"):
        act(share_proposals.withdraw, ShareProposal.objects.get(state="approved"), cast.officer)


def test_the_county_says_why_it_does_not_sign(county, cast, family, son):
    refuse_three_times(county, cast, son)
    proposal = propose(county, cast.head, son)
    with pytest.raises(ValidationError, match="不签要写明为什么"):
        act(share_proposals.decline, proposal, cast.county)
    act(share_proposals.decline, proposal, cast.county, "第二次的送达没有凭据")
    assert "第二次的送达没有凭据" in family.events.last().text
    actions = set(AuditEvent.objects.filter(action__startswith="proposal.").values_list("action", flat=True))
    assert actions == {"proposal.propose", "proposal.decline"}


# --- Pages ---


def test_a_figure_counts_the_people_it_opens(county, cast, client_of, family, son):
    refuse_three_times(county, cast, son)
    client = client_of(cast.officer)
    for tab in client.get(reverse("screening:offers")).context["tabs"]:
        assert client.get(tab["url"]).context["page"].paginator.count == tab["count"]


def test_somebody_is_found_by_name_without_his_name_in_an_address(county, cast, client_of, son):
    found = client_of(cast.officer).post(reverse("screening:offer-search"), {"q": "李建华"})
    assert reverse("screening:offer-person", args=[son.pk]) in found.content.decode()
    other = client_of(cast.stranger).post(reverse("screening:offer-search"), {"q": "李建华"})
    assert other.context["hits"] == []


def test_a_wrong_form_keeps_what_was_typed(county, cast, client_of, son):
    url = reverse("screening:offer-person", args=[son.pk])
    typed = {"offered_on": "2020-04-09", "project": "护林员", "reply": REASON, "reason": ""}
    answer = client_of(cast.officer).post(url, typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "要写明理由和凭据" in page
    assert 'value="护林员"' in page
