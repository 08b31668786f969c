"""Findings: who may do what in which state, what is refused, numbers, flags, the timeline (C21)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from dabao.models import AuditEvent, Flag, Notice, Posting, Unit
from dabao.scope import Role
from dabao.tests.cast import CHAHE, COUNTY, GUIHUA, LIUSHUTANG, SHIYANG, ZHAOJIADIAN
from screening.choices import CaseState
from screening.models import CaseEvent
from supervision.choices import FindingState, Move
from supervision.models import Assignment, Finding, Group
from supervision.queries import findings as queries
from supervision.rules import rectification as rules
from supervision.services import evidence, findings, rectification_flags
from supervision.services.daily import run_daily
from supervision.services.finding_invariants import CHECKS
from supervision.services.finding_rights import OFFERED, moves_of
from supervision.tests.findings_cast import DUE, NEW_LIMIT, OPENED, SAYS, TODAY, WAYS, paper

TOWNSHIP, UNIT, LEADER = {"officer", "colleague", "head"}, {"unit", "leader", "county", "county2"}, {"leader"}
# Written down by hand: who may make a move in 石羊镇 (all else the same: the second person and the state).
MAY = {
    **dict.fromkeys((Move.PROGRESS, Move.REPLY, Move.CONTEST), TOWNSHIP),
    **dict.fromkeys((Move.WEIGH, Move.ACCEPT, Move.REJECT, Move.REOPEN, Move.URGE), UNIT),
    **dict.fromkeys((Move.UPHOLD, Move.WITHDRAW, Move.CLOSE, Move.SEND_BACK), LEADER),
    Move.EXTEND: {"unit", "leader"},  # the unit set the limit
}
EVERYBODY = [*TOWNSHIP, *UNIT, "assistant", "stranger", "admin", "auditor", "idle"]


# --- Who may, in which state ---


@pytest.mark.parametrize("state", FindingState.values)
def test_every_role_makes_its_moves_from_this_state_and_no_others(desk, state):
    """Every move by everybody from the state: done, refused in words, forbidden, or missing."""
    finding = desk.at(state)
    for move in Move:
        for who in sorted(EVERYBODY):
            person = desk.people[who]
            able = move in MAY and who in MAY[move] and rules.next_state(state, move) is not None
            offered = who not in ("stranger", "admin", "auditor", "idle", "assistant") and move in (
                moves_of(person.scope(), finding, person, TODAY)
            )
            assert offered == able, (state, move, who)


@pytest.mark.parametrize("move", [move for move in Move if move != Move.OPEN])
def test_a_move_by_the_wrong_person_changes_nothing(desk, move):
    state = next(state for state in FindingState.values if rules.next_state(state, move))
    finding = desk.at(state)
    for who in sorted(set(EVERYBODY) - MAY[move]):
        outside = who in ("stranger", "admin", "auditor", "idle", "assistant")
        with pytest.raises(ObjectDoesNotExist if outside else PermissionDenied):
            desk.take(finding, move, who)
        assert Finding.objects.get().state == state
    assert finding.turns.count() == len(WAYS[state]) + 1


@pytest.mark.parametrize("move", [move for move in Move if move != Move.OPEN])
def test_whoever_may_makes_the_move(desk, move):
    state = next(state for state in FindingState.values if rules.next_state(state, move))
    for who in sorted(MAY[move]):
        assert desk.take(desk.at(state), move, who).state == rules.next_state(state, move)


@pytest.mark.parametrize("state", FindingState.values)
def test_what_the_table_does_not_have_is_refused_in_words(desk, state):
    finding = desk.at(state)
    for move in sorted(set(Move) - {Move.OPEN}):
        if not rules.next_state(state, move):
            with pytest.raises(ValidationError, match=move.label):
                desk.take(finding, move)
    assert Finding.objects.get().state == state
    assert finding.turns.count() == len(WAYS[state]) + 1


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("unit", True), ("leader", True), ("county", True), ("officer", False), ("head", False)],
)
def test_supervisors_open_findings_and_townships_do_not(desk, who, allowed):
    if allowed:
        assert desk.open(who).state == FindingState.TO_FIX
        return
    with pytest.raises(PermissionDenied):
        desk.open(who)


def test_a_unit_opens_nothing_where_it_does_not_supervise(desk):
    with pytest.raises(ObjectDoesNotExist):
        desk.open("unit", township_code=ZHAOJIADIAN)


# --- Two different people ---


def test_who_accepted_does_not_close(desk):
    finding = desk.take(desk.at("replied"), Move.ACCEPT, "leader")
    with pytest.raises(ValidationError, match="另一个人"):
        desk.take(finding, Move.CLOSE, "leader")


def test_the_county_office_closes_when_the_only_leader_accepted(desk):
    finding = desk.take(desk.at("replied"), Move.ACCEPT, "leader")
    assert desk.take(finding, Move.CLOSE, "county").state == FindingState.CLOSED


def test_the_county_office_closes_only_while_there_is_no_leader(desk):
    finding = desk.at("accepted")
    with pytest.raises(PermissionDenied):
        desk.take(finding, Move.CLOSE, "county")
    desk.without_leader()
    assert desk.take(finding, Move.CLOSE, "county").closed_by == desk.people["county"]


def test_who_weighed_a_contest_does_not_decide_it(desk):
    finding = desk.take(desk.at("contested"), Move.WEIGH, "leader")
    with pytest.raises(ValidationError, match="另一个人"):
        desk.take(finding, Move.UPHOLD, "leader")
    assert desk.take(finding, Move.UPHOLD, "county").state == FindingState.FIXING


def test_who_contested_neither_weighs_nor_decides_it(desk):
    both = desk.people["unit"]
    Posting.objects.create(user=both, role=Role.TOWNSHIP_STAFF, region_id=SHIYANG, first_day=OPENED)
    finding = desk.take(desk.open("county"), Move.CONTEST, "unit")
    with pytest.raises(ValidationError, match="异议是你提的"):
        desk.take(finding, Move.WEIGH, "unit")
    finding = desk.take(finding, Move.WEIGH, "county")
    Posting.objects.create(user=both, role=Role.BUREAU_LEADER, region_id=COUNTY, first_day=OPENED)
    with pytest.raises(ValidationError, match="异议是你提的"):
        desk.take(finding, Move.UPHOLD, "unit")
    assert desk.take(finding, Move.UPHOLD, "leader").state == FindingState.FIXING


# --- What is refused ---


@pytest.mark.parametrize("move", sorted(findings.WORDS))
def test_a_move_that_needs_words_is_refused_without(desk, move):
    finding = desk.at(next(state for state in FindingState.values if rules.next_state(state, move)))
    with pytest.raises(ValidationError) as refusal:
        desk.take(finding, move, text=" 无 ")
    assert "text" in refusal.value.message_dict


def test_a_reply_needs_evidence_with_it_or_from_the_progress_before(desk):
    finding = desk.open()
    with pytest.raises(ValidationError, match="依据"):
        desk.take(finding, Move.REPLY, files=[])
    desk.take(finding, Move.PROGRESS, files=[paper()])
    assert desk.take(finding, Move.REPLY, files=[]).state == FindingState.REPLIED


def test_evidence_of_an_earlier_round_does_not_serve_again(desk):
    finding = desk.open()
    desk.take(finding, Move.PROGRESS, files=[paper()])
    desk.take(finding, Move.REPLY, files=[])
    desk.take(finding, Move.REJECT)
    with pytest.raises(ValidationError, match="依据"):
        desk.take(finding, Move.REPLY, files=[])


@pytest.mark.parametrize(
    ("due_on", "words"),
    [(None, "请定"), (TODAY - timedelta(days=1), "早于今天"), (date(2029, 4, 20), "一年以后")],
)
def test_a_limit_is_today_or_later_and_near(desk, due_on, words):
    with pytest.raises(ValidationError, match=words):
        desk.take(desk.at("replied"), Move.REJECT, due_on=due_on)


def test_a_limit_of_today_will_do(desk):
    assert desk.take(desk.at("replied"), Move.REJECT, due_on=TODAY).due_on == TODAY


def test_an_extension_is_longer_than_the_limit(desk):
    with pytest.raises(ValidationError, match="晚于"):
        desk.take(desk.open(), Move.EXTEND, due_on=DUE)


def test_a_limit_is_extended_by_who_set_it_or_by_a_leader(desk):
    finding = desk.open("county")
    with pytest.raises(PermissionDenied):
        desk.take(finding, Move.EXTEND, "unit")
    assert desk.take(finding, Move.EXTEND, "county").due_on == NEW_LIMIT
    assert (
        desk.take(finding, Move.EXTEND, "leader", due_on=NEW_LIMIT + timedelta(days=1)).limit_by
        == (desk.people["leader"])
    )


@pytest.mark.parametrize("last", [Move.REOPEN, Move.URGE])
def test_the_only_leaders_limit_is_not_extended_by_the_county_office(desk, last):
    finding = desk.open("leader") if last == Move.URGE else desk.at("closed")
    desk.take(finding, last, "leader")
    longer = NEW_LIMIT + timedelta(days=1)
    with pytest.raises(PermissionDenied):
        desk.take(finding, Move.EXTEND, "county", due_on=longer)
    desk.without_leader()
    assert desk.take(finding, Move.EXTEND, "county", due_on=longer).due_on == longer


def test_a_village_of_another_township_is_refused(desk):
    with pytest.raises(ValidationError) as refusal:
        desk.open("county", township_code=GUIHUA, village_code=CHAHE)
    assert "township" in refusal.value.message_dict
    assert not Finding.objects.exists()


def test_who_comes_second_moves_nothing(desk):
    finding = desk.open()
    desk.take(finding, Move.PROGRESS, version=finding.version)
    with pytest.raises(ValidationError, match="有人动过"):
        desk.take(finding, Move.REPLY, version=finding.version)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": " 错 "}, "text"),
        ({"found_on": OPENED + timedelta(days=1)}, "found_on"),
        ({"due_on": OPENED - timedelta(days=1)}, "due_on"),
        ({"kind": "rude"}, "kind"),
        ({"source": "dream"}, "source"),
        ({"township_code": "532326"}, "township"),
    ],
)
def test_a_finding_that_cannot_be_is_refused(desk, values, field):
    with pytest.raises(ValidationError) as refusal:
        desk.open("county", **values)
    assert field in refusal.value.message_dict
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("证明.exe", b"MZ"),
        SimpleUploadedFile("证明.pdf", b"MZ not a pdf"),
        SimpleUploadedFile("证明.svg", b"<svg onload='x'/>"),
    ],
    ids=lambda file: file.name,
)
def test_evidence_is_a_file_of_the_kinds_taken(desk, stored, file):
    with pytest.raises(ValidationError) as refusal:
        desk.take(desk.open(), Move.REPLY, files=[file])
    assert "files" in refusal.value.message_dict
    assert stored.names() == []
    assert Finding.objects.get().state == FindingState.TO_FIX


# --- What it leaves behind ---


def test_closing_keeps_who_replied_accepted_and_closed_and_reopening_keeps_the_number(desk):
    closed = desk.at("closed")
    assert (closed.replied_on, closed.accepted_on, closed.closed_on) == (TODAY, TODAY, TODAY)
    assert (closed.accepted_by.name, closed.closed_by.name) == ("罗国伟", "黎兆梅")
    again = desk.take(closed, Move.REOPEN)
    assert (again.number, again.reopened, again.due_on) == (closed.number, 1, NEW_LIMIT)
    assert (again.replied_on, again.accepted_on, again.accepted_by, again.closed_on) == (None,) * 4
    moves = [turn.move for turn in queries.turns(desk.scope("leader"), again)]
    assert moves == ["open", "reply", "accept", "close", "reopen"]


def test_every_turn_is_in_the_log_with_its_states_and_no_words(desk):
    desk.at("closed")
    actions = AuditEvent.objects.filter(action__startswith="finding.").order_by("pk")
    assert [event.action for event in actions] == [
        "finding.open",
        "finding.reply",
        "finding.accept",
        "finding.close",
    ]
    assert actions.last().data["new"] == {"state": "closed"}
    assert not any("215" in str(event.data) for event in actions)


def test_a_finding_about_a_household_is_told_in_its_timeline(desk, make_case):
    case = make_case()
    version = case.version
    finding = desk.open(household_id=case.household_id)
    for move in (Move.PROGRESS, Move.REPLY, Move.ACCEPT, Move.CLOSE):
        desk.take(finding, move)
    told = CaseEvent.objects.filter(case=case, kind="note").order_by("at")
    assert [event.text.split()[2][:4] for event in told] == ["交办（错", "回复整改", "销号：材"]
    assert all(event.data == {"finding": str(finding.pk)} for event in told)
    assert finding.region_id == case.household.region_id
    case.refresh_from_db()
    assert case.version == version  # the form somebody has open stays good


def test_a_household_elsewhere_does_not_go_with_the_township(desk, make_household):
    with pytest.raises(ValidationError, match="不在所选的乡镇"):
        desk.open("county", household_id=make_household("532326106001").pk)


def test_the_township_has_a_closed_household_verified_again(desk, make_case):
    case = make_case(state=CaseState.CLOSED, outcome="not_eligible", closed_on=OPENED)
    finding = desk.open(household_id=case.household_id)
    officer = desk.people["officer"]
    arguments = {"scope": officer.scope(), "finding_id": finding.pk, "actor": officer, "day": TODAY}
    findings.verify_again(**arguments)
    case.refresh_from_db()
    assert case.state == CaseState.TO_VERIFY
    with pytest.raises(ValidationError):
        findings.verify_again(**arguments)
    with pytest.raises(PermissionDenied):
        findings.verify_again(**arguments | {"scope": desk.scope("unit")})


def test_urging_tells_the_townships_people_until_they_answer(desk):
    finding = desk.take(desk.open(), Move.URGE)
    told = Notice.objects.filter(cleared_on=None)
    assert {notice.user.name for notice in told} == {"鲁建华", "周丽萍", "李云飞"}
    desk.take(finding, Move.REPLY)
    assert not told.all().exists()


def test_the_unit_of_the_day_is_asked_to_accept(desk, county):
    group = Group.objects.create(plan=county.plan, order=1, leader_name="黎兆梅", leader_post="副局长")
    unit = Unit.objects.create(region_id="532326", name="社会救助股")
    Assignment.objects.create(group=group, unit=unit, township_id=SHIYANG, order=1, first_day=OPENED)
    assert desk.open().unit == unit


# --- Evidence ---


def test_evidence_is_handed_out_in_scope_and_logged(desk, stored):
    finding = desk.at("replied")
    row = finding.turns.last().evidence.get()
    assert len(stored.names()) == 1
    found = evidence.download(
        scope=desk.scope("unit"), finding_id=finding.pk, evidence_id=row.pk, actor=desk.people["unit"]
    )
    assert (found.name, found.content.read()) == ("停发单.pdf", b"%PDF-1.4 invented")
    found.content.close()
    assert AuditEvent.objects.filter(action="finding.download").count() == 1
    with pytest.raises(ObjectDoesNotExist):
        evidence.download(
            scope=desk.scope("stranger"),
            finding_id=finding.pk,
            evidence_id=row.pk,
            actor=desk.people["stranger"],
        )


# --- Numbers ---


def test_numbers_run_on_through_the_year_and_begin_anew(desk):
    numbers = [
        desk.open(day=day, due_on=day).number for day in (OPENED, TODAY, date(2021, 1, 4), date(2021, 1, 5))
    ]
    assert numbers == ["督改〔2020〕1号", "督改〔2020〕2号", "督改〔2021〕1号", "督改〔2021〕2号"]


def test_a_refused_finding_uses_no_number(desk):
    desk.open()
    with pytest.raises(ValidationError):
        desk.open(text="")
    assert desk.open().serial == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_get_two_numbers_without_a_gap(desk):
    def one(who: str) -> int:
        try:
            return desk.open(who).serial
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        serials = list(pool.map(one, ["unit", "county", "leader", "county2"] * 2))
    assert sorted(serials) == list(range(1, 9))


# --- Scope and counts ---


def test_who_sees_findings_and_whose_move_they_are(desk):
    here = desk.open(household_id=None, village_code=CHAHE)
    desk.open("county", township_code=GUIHUA)
    sees = {name: set(queries.of_scope(user.scope(), here.plan)) for name, user in desk.people.items()}
    assert sees["officer"] == sees["head"] == sees["unit"] == {here}
    assert sees["assistant"] == set()  # another village
    assert len(sees["leader"]) == len(sees["county"]) == 2
    waits = {
        name: queries.waiting_for_me(user.scope(), here.plan, TODAY) for name, user in desk.people.items()
    }
    assert waits["officer"] == waits["stranger"] == {"fix": 1, "late": 0, "check": 0, "decide": 0}
    assert not any(waits[name][key] for name in ("unit", "leader", "county") for key in waits[name])


@pytest.mark.parametrize(
    ("state", "who"),
    [
        ("fixing", "officer"),
        ("replied", "unit"),
        ("contested", "unit"),
        ("weighed", "leader"),
        ("accepted", "leader"),
    ],
)
def test_a_finding_waits_for_one_desk(desk, state, who, county):
    finding = desk.at(state)
    Finding.objects.update(unit=_some_unit())
    waiting = [
        name
        for name, user in desk.people.items()
        if queries.of_scope(user.scope(), county.plan).filter(queries.mine(user.scope(), TODAY)).exists()
    ]
    assert who in waiting
    assert set(waiting) <= (TOWNSHIP if who == "officer" else {who})
    assert finding.state == state


def _some_unit():
    return Unit.objects.create(region_id="532326", name="社会救助股")


def test_a_village_assistant_sees_what_concerns_his_village(desk, county):
    finding = desk.open(village_code=LIUSHUTANG)
    desk.open(village_code=CHAHE)
    assert list(queries.of_scope(desk.scope("assistant"), county.plan)) == [finding]


def test_open_and_overdue_are_counted_by_township(desk, county):
    desk.open()
    desk.open()
    desk.at("closed")
    desk.open("county", township_code=GUIHUA, due_on=TODAY)
    counts = queries.open_counts(desk.scope("leader"), DUE)
    assert counts == {SHIYANG: (2, 0), GUIHUA: (1, 1)}
    assert queries.open_counts(desk.scope("officer"), DUE + timedelta(days=1)) == {SHIYANG: (2, 2)}


# --- Flags ---


@pytest.fixture
def on(settings):
    def run(day: date) -> int:
        settings.DABAO_TODAY = day.isoformat()
        return run_daily(day=day).flags_raised["rectification_overdue"]

    return run


def flags():
    found = Flag.objects.filter(kind="rectification_overdue").order_by("due_on")
    return [(flag.region_id, flag.due_on, flag.raised_on, flag.noticed_on, flag.cleared_on) for flag in found]


NEXT = DUE + timedelta(days=1)


def test_a_limit_is_flagged_once_from_the_day_after(desk, on):
    finding = desk.open()
    assert on(DUE) == 0
    assert on(NEXT) == 1
    assert on(NEXT) == on(NEXT + timedelta(days=1)) == 0
    assert flags() == [(SHIYANG, DUE, NEXT, NEXT, None)]
    assert Flag.objects.get(kind="rectification_overdue").subject == f"finding:{finding.pk}"


def test_after_a_standstill_the_flag_is_dated_for_the_day_it_fell_due(desk, on):
    finding = desk.open()
    late = desk.open()
    desk.take(late, Move.REPLY, day=NEXT + timedelta(days=3))
    noticed = NEXT + timedelta(days=10)
    assert on(noticed) == 2
    assert sorted(flags(), key=str) == [
        (SHIYANG, DUE, NEXT, noticed, None),
        (SHIYANG, DUE, NEXT, noticed, NEXT + timedelta(days=3)),
    ]
    assert finding.pk != late.pk


def test_an_answer_in_time_raises_none(desk, on):
    desk.take(desk.open(), Move.REPLY, day=DUE)
    assert on(NEXT) == 0


@pytest.mark.parametrize("move", [Move.REPLY, Move.CONTEST, Move.EXTEND])
def test_an_answer_or_an_extension_clears_the_flag_in_its_transaction(desk, on, move):
    finding = desk.open()
    on(NEXT)
    desk.take(finding, move, day=NEXT)
    assert flags() == [(SHIYANG, DUE, NEXT, NEXT, NEXT)]


@pytest.mark.parametrize("move", [Move.PROGRESS, Move.URGE])
def test_words_alone_clear_nothing(desk, on, move):
    finding = desk.open()
    on(NEXT)
    desk.take(finding, move, day=NEXT)
    assert flags() == [(SHIYANG, DUE, NEXT, NEXT, None)]


def test_a_rejected_reply_falls_due_again(desk, on):
    finding = desk.open()
    on(NEXT)
    desk.take(finding, Move.REPLY, day=NEXT)
    desk.take(finding, Move.REJECT, day=NEXT, due_on=NEW_LIMIT)
    assert on(NEW_LIMIT) == 0
    again = NEW_LIMIT + timedelta(days=1)
    assert on(again) == 1
    assert flags() == [(SHIYANG, DUE, NEXT, NEXT, NEXT), (SHIYANG, NEW_LIMIT, again, again, None)]


def test_the_daily_job_clears_what_a_turn_beside_it_missed(desk, on, county):
    finding = desk.open()
    on(NEXT)
    desk.take(finding, Move.REPLY, day=NEXT)
    Flag.objects.filter(kind="rectification_overdue").update(cleared_on=None)
    assert rectification_flags.clear_done(plan=county.plan, day=NEXT) == 1


# --- What check_invariants looks for ---


def test_a_state_without_its_turn_a_gap_and_a_flag_left_standing_are_found(desk, on):
    closed, late = desk.at("closed"), desk.open()
    on(NEXT)
    assert not any(found() for found in CHECKS.values())
    Finding.objects.filter(pk=closed.pk).update(state=FindingState.REPLIED, closed_on=None, serial=7)
    Finding.objects.filter(pk=late.pk).update(state=FindingState.REPLIED)
    named = {name: len(found()) for name, found in CHECKS.items()}
    assert named == {"督战问题的经过": 2, "督战问题编号": 1, "整改逾期的红旗": 1, "问责的经过": 0}


def test_every_move_but_the_opening_is_offered_and_tried():
    assert set(OFFERED) == set(SAYS) == set(Move) - {Move.OPEN}
