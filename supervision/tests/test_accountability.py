"""Accountability: entries in order, nothing overwritten, nobody else sees any of it (C22)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import GUIHUA, SHIYANG
from supervision.choices import AccountState, EntryKind, Ground
from supervision.models import Accountability, AccountabilityEntry
from supervision.queries import accountability as queries
from supervision.services import accountability as services

OPENED, TODAY = date(2020, 4, 6), date(2020, 4, 10)
SEES = {"county", "county2", "leader"}


@pytest.fixture
def keep(county, cast):
    """Open a case and add entries as somebody."""

    def by(who="leader", **values):
        user = getattr(cast, who)
        defaults = {
            "township_code": SHIYANG,
            "ground": Ground.STYLE,
            "text": "三次退回仍照抄同一句理由",
            "person": "白某",
            "post": "社会事务办",
        }
        return services.open_case(
            scope=user.scope(), plan=county.plan, actor=user, day=OPENED, **(defaults | values)
        )

    return by


@pytest.fixture
def tell(cast):
    def entry(case, kind, who="county", **values):
        user = getattr(cast, who)
        defaults = {"happened_on": TODAY, "text": "移交了材料和照片", "day": TODAY}
        if kind == EntryKind.HANDED_OVER:
            defaults["to_whom"] = "派驻纪检监察组"
        return services.add_entry(
            scope=user.scope(), case_id=case.pk, actor=user, kind=kind, **(defaults | values)
        )

    return entry


def test_a_case_goes_from_opening_over_hand_over_and_result_to_its_end(keep, tell):
    case = keep()
    states = []
    for kind in (EntryKind.HANDED_OVER, EntryKind.NOTE, EntryKind.RESULT, EntryKind.CLOSED):
        tell(case, kind)
        case.refresh_from_db()
        states.append(case.state)
    assert states == ["handed_over", "handed_over", "result", "closed"]
    assert case.closed_on == TODAY
    assert [entry.kind for entry in case.entries.all()] == [
        "opened",
        "handed_over",
        "note",
        "result",
        "closed",
    ]


@pytest.mark.parametrize("state", AccountState)
@pytest.mark.parametrize("kind", EntryKind)
def test_entries_out_of_their_order_are_refused_in_words(state, kind):
    allowed = {
        AccountState.OPEN: {"handed_over", "result", "note", "correction"},
        AccountState.HANDED_OVER: {"handed_over", "result", "note", "correction"},
        AccountState.RESULT: {"result", "closed", "note", "correction"},
        AccountState.CLOSED: {"correction"},
    }
    if kind in allowed[state]:
        assert services.next_state(state, kind) in AccountState
    else:
        with pytest.raises(ValidationError):
            services.next_state(state, kind)


def test_a_correction_keeps_both_and_comes_also_after_the_end(keep, tell, cast):
    case = keep()
    first = tell(case, EntryKind.RESULT, text="诫勉谈话，限期改正")
    tell(case, EntryKind.CLOSED, text="")
    tell(case, EntryKind.CORRECTION, corrects=first.pk, text="是批评教育，不是诫勉谈话")
    case.refresh_from_db()
    assert case.state == AccountState.CLOSED
    shown = {entry.kind: entry for entry in queries.entries(cast.leader.scope(), case)}
    assert shown["result"].text == "诫勉谈话，限期改正"
    assert [right.text for right in shown["result"].corrections.all()] == ["是批评教育，不是诫勉谈话"]


@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        (EntryKind.HANDED_OVER, {"to_whom": ""}, "to_whom"),
        (EntryKind.NOTE, {"text": ""}, "text"),
        (EntryKind.NOTE, {"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
        (EntryKind.NOTE, {"happened_on": OPENED - timedelta(days=1)}, "happened_on"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(keep, tell, kind, values, field):
    case = keep()
    with pytest.raises(ValidationError) as refusal:
        tell(case, kind, **values)
    assert field in refusal.value.message_dict
    assert case.entries.count() == 1


def test_what_was_opened_and_handed_over_before_it_was_entered_keeps_its_days(keep, tell):
    case = keep(opened_on=OPENED - timedelta(days=6))
    tell(case, EntryKind.HANDED_OVER, happened_on=OPENED - timedelta(days=4))
    entries = case.entries.values_list("day", "recorded_on")
    assert list(entries) == [
        (OPENED - timedelta(days=6), OPENED),
        (OPENED - timedelta(days=4), TODAY),
    ]


def test_a_case_is_not_opened_ahead_of_today(keep):
    with pytest.raises(ValidationError) as refusal:
        keep(opened_on=OPENED + timedelta(days=1))
    assert "opened_on" in refusal.value.message_dict


def test_a_correction_names_an_entry_of_the_same_case(keep, tell):
    case, other = keep(), keep()
    with pytest.raises(ValidationError, match="更正"):
        tell(case, EntryKind.CORRECTION, corrects=other.entries.get().pk)


def test_a_finding_of_another_township_is_not_linked(keep, desk):
    finding = desk.open("county", township_code=GUIHUA)
    with pytest.raises(ValidationError, match="不在这个乡镇"):
        keep(finding_ids=[finding.pk])
    assert not Accountability.objects.exists()


def test_nobody_but_leaders_and_the_county_office_sees_any_of_it(keep, cast, client_of, county):
    case = keep()
    for name, user in vars(cast).items():
        client, sees = client_of(user), name in SEES
        assert (client.get("/accountability/").status_code == 200) == sees, name
        assert client.get(f"/accountability/{case.pk}/").status_code == (200 if sees else 404), name
        assert (queries.listed(user.scope(), county.plan, "open").count() == 1) == sees, name
        if name in ("officer", "unit", "head"):
            assert "问责" not in client.get("/findings/").content.decode()


def test_others_open_nothing_and_add_nothing(keep, tell, cast):
    case = keep()
    for name in sorted(set(vars(cast)) - SEES):
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            keep(name)
        with pytest.raises(ObjectDoesNotExist):
            tell(case, EntryKind.NOTE, name)
    assert AccountabilityEntry.objects.count() == 1


def test_the_log_names_the_case_and_nobody_in_it(keep, tell):
    tell(keep(), EntryKind.NOTE)
    events = AuditEvent.objects.filter(action__startswith="accountability.").order_by("pk")
    assert [event.action for event in events] == ["accountability.open", "accountability.entry"]
    assert not any("白某" in str(event.data) or "退回" in str(event.data) for event in events)


def test_a_case_is_opened_from_a_finding_and_corrected_on_its_page(desk, client_of, cast):
    finding = desk.at("closed")
    client = client_of(cast.leader)
    page = client.get(f"/findings/{finding.pk}/").content.decode()
    assert f"/accountability/new/?township={SHIYANG}&amp;finding={finding.pk}" in page
    opening = {"township": SHIYANG, "ground": "fraud", "text": "照片是同一间屋", "opened_on": "2020-04-03"}
    client.post("/accountability/new/", opening | {"findings": [str(finding.pk)]})
    case = Accountability.objects.get()
    assert case.opened_on == date(2020, 4, 3)
    assert list(case.findings.all()) == [finding]
    entry = case.entries.get()
    client.post(
        f"/accountability/{case.pk}/entries/{entry.pk}/",
        {"happened_on": "2020-04-10", "text": "照片是两间屋", "version": case.version},
    )
    page = client.get(f"/accountability/{case.pk}/").content.decode()
    assert "照片是同一间屋" in page
    assert "照片是两间屋" in page
    refused = client.post(f"/accountability/{case.pk}/entries/", {"kind": "closed", "version": case.version})
    assert refused.status_code == 422
