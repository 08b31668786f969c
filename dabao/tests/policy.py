"""Who may reach each address: the policy table that the walk over the URL resolver holds the pages to (B01).

A URL name missing here fails the build, and so does an entry without a URL. Add a line with each URL:

    "signin": everybody(),
    "account": own(),                          anybody who is signed in, about himself
    "screening:worklist": page(),              a page of a right, its rows cut to the scope
    "screening:household": row(case_of),       the address of one record

An address with arguments takes a function from the `World` to them; for `row` it makes a real record in
石羊镇, and the stranger (cast.stranger, of 桂花镇) must get the answer of a record that never was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from dabao.models import Standard, Unit
from dabao.tests.cast import CHAHE, SHIYANG, Cast
from reports.models import HelpRequest, MonthlyReport
from screening.models import (
    BenefitReview,
    Case,
    ColumnAlias,
    Decision,
    Enrolment,
    Household,
    HouseholdMove,
    JobOffer,
    ListRow,
    NearMatch,
    Objection,
    PendingChange,
    Photo,
    Question,
    RiskWarning,
    ShareProposal,
    SourceList,
    Verification,
)
from supervision.models import (
    Accountability,
    Assignment,
    Bulletin,
    Dispatch,
    DispatchPlace,
    Finding,
    Group,
    Inspection,
    Sample,
    Stop,
    Visit,
)


@dataclass(frozen=True, slots=True)
class World:
    """What arguments can be made of: the county and its plan, the people, and a maker of households."""

    county: SimpleNamespace
    cast: Cast
    make_household: Callable[..., Household]


Arguments = Callable[[World], dict[str, Any]]


class Reach(Enum):
    EVERYBODY = "also who is not signed in"
    OWN = "whoever is signed in, about himself"
    PAGE = "signed in, with a posting that gives the right"
    ROW = "signed in, with the record in his scope"


@dataclass(frozen=True, slots=True)
class Policy:
    """How an address must answer, and how its arguments are made."""

    reach: Reach
    arguments: Arguments


def _none(world: World) -> dict[str, Any]:
    return {}


def everybody(arguments: Arguments = _none) -> Policy:
    return Policy(Reach.EVERYBODY, arguments)


def own(arguments: Arguments = _none) -> Policy:
    return Policy(Reach.OWN, arguments)


def page(arguments: Arguments = _none) -> Policy:
    return Policy(Reach.PAGE, arguments)


def row(arguments: Arguments) -> Policy:
    return Policy(Reach.ROW, arguments)


def a_list(world: World) -> dict[str, Any]:
    source = SourceList.objects.create(
        kind="registry",
        as_of="2020-03-31",
        region_id=SHIYANG,
        file_name="名单.xlsx",
        sha256="0" * 64,
        state="confirmed",
    )
    return {"pk": source.pk}


def a_source_row(world: World) -> dict[str, Any]:
    row = ListRow.objects.create(
        source_list_id=a_list(world)["pk"], sheet="Sheet1", line=5, region_id=SHIYANG
    )
    return {"pk": row.pk}


def a_case(world: World) -> dict[str, Any]:
    """A household of 石羊镇 that waits to be verified."""
    day = world.county.plan.first_day
    case = Case.objects.create(
        plan=world.county.plan, household=world.make_household(), opened_on=day, due_on=day
    )
    return {"case_id": case.pk}


def _assignment(world: World) -> dict[str, Any]:
    unit, _ = Unit.objects.get_or_create(name="社会救助股", defaults={"region_id": world.county.code})
    group = Group.objects.create(plan=world.county.plan, order=7, leader_name="阿开芳", leader_post="副局长")
    made = Assignment.objects.create(
        group=group, unit=unit, township_id=SHIYANG, order=1, first_day=date(2020, 3, 12)
    )
    return {"assignment_id": made.pk}


def _a_case_on_a_day(world: World) -> dict[str, Any]:
    return a_case(world) | {"day": "2020-04-01"}


def a_grant(world: World) -> dict[str, Any]:
    """Household 低保 that waits for its application in 石羊镇."""
    place = a_case(world)
    case = Case.objects.get(pk=place["case_id"])
    day = world.county.plan.first_day
    visit = Verification.objects.create(
        case=case, by=world.cast.officer, state="submitted", result="visited", recorded_on=day, visited_on=day
    )
    decision = Decision.objects.create(verification=visit, scheme="dibao")
    grant = Enrolment.objects.create(
        case=case, decision=decision, scheme="dibao", waiting_since=day, opened_on=day
    )
    return place | {"grant_id": grant.pk}


def an_objection(world: World) -> dict[str, Any]:
    """One against the publicity of a household in 石羊镇."""
    place, day = a_case(world), world.county.plan.first_day
    objection = Objection.objects.create(
        case_id=place["case_id"], raised_on=day, recorded_on=day, text="反映他家有车", by=world.cast.officer
    )
    return place | {"objection_id": objection.pk}


def a_question(world: World) -> dict[str, Any]:
    asked = Question.objects.create(
        kind="disappeared",
        region_id=SHIYANG,
        source_list_id=a_list(world)["pk"],
        household=world.make_household(),
        asked_on=date(2020, 4, 1),
    )
    return {"question_id": asked.pk}


def a_near_match(world: World) -> dict[str, Any]:
    """A row of 石羊镇 that may be somebody there."""
    head = world.make_household().head
    pair = NearMatch.objects.create(
        kind="disability",
        row_id=a_source_row(world)["pk"],
        name=head.name,
        person=head,
        region_id=CHAHE,
        reasons=["one_digit"],
        proposed_on=date(2020, 4, 1),
    )
    return {"pair_id": pair.pk}


def _photo(world: World) -> dict[str, Any]:
    case = Case.objects.get(pk=a_case(world)["case_id"])
    name = case.pk.hex
    photo = Photo.objects.create(
        case=case,
        kind="house",
        by=world.cast.officer,
        recorded_on=date(2020, 4, 1),
        stored_as=f"photos/{name}.jpg",
        small_as=f"photos/{name}-small.jpg",
        size=1,
        width=1,
        height=1,
        sha256="0" * 64,
    )
    return {"photo_id": photo.pk}


def _watch_list(world: World) -> dict[str, Any]:
    return {"name": "missed"}


def _account(world: World) -> dict[str, Any]:
    return {"account_id": world.cast.officer.pk}


def _posting(world: World) -> dict[str, Any]:
    return {"posting_id": world.cast.officer.postings.get().pk}


def _standard(world: World) -> dict[str, Any]:
    return {"standard_id": Standard.objects.filter(region=world.county.region).first().pk}


def _alias(world: World) -> dict[str, Any]:
    return {"alias_id": ColumnAlias.objects.create(kind="registry", field="name", heading="谁").pk}


def _member(world: World) -> dict[str, Any]:
    unit = Unit.objects.create(region=world.county.region, name="社会救助股")
    return {"member_id": unit.members.create(name="罗国伟", first_day=world.county.plan.first_day).pk}


def _report(world: World) -> dict[str, Any]:
    return {"month": "2020-04", "code": SHIYANG}


def _watched_household(world: World) -> dict[str, Any]:
    return {"household_id": world.make_household().pk}


def _warning(world: World) -> dict[str, Any]:
    day = world.county.plan.first_day
    warning = RiskWarning.objects.create(
        plan=world.county.plan,
        household=world.make_household(),
        kind="disaster",
        key="2020-04-05",
        evidence={"text": "山洪冲毁水田 1.2 亩"},
        happened_on=day,
        raised_on=day,
        due_on=day,
        reported_by=world.cast.officer,
    )
    return {"warning_id": warning.pk}


def _request(world: World) -> dict[str, Any]:
    """A request that 石羊镇 sent with its report of March."""
    report = MonthlyReport.objects.create(
        plan=world.county.plan, region_id=SHIYANG, month=date(2020, 3, 1), submitted_on=date(2020, 3, 13)
    )
    unit = Unit.objects.create(region=world.county.region, name="请求事项的股室")
    row = HelpRequest.objects.create(report=report, text="开通账号", unit=unit, wanted_by=date(2020, 3, 31))
    return {"request_id": row.pk}


def _order(world: World, **values: Any) -> DispatchPlace:
    """An order to 石羊镇: a draft unless it is given what an issued one has."""
    day = world.county.plan.first_day
    dispatch = Dispatch.objects.create(
        plan=world.county.plan,
        region=world.county.region,
        title="3 户查完",
        text="今天查完",
        reply_by=day,
        written_by=world.cast.county,
        written_on=day,
        **values,
    )
    return DispatchPlace.objects.create(dispatch=dispatch, township_id=SHIYANG, reply_by=day)


def _issued(world: World) -> DispatchPlace:
    now = timezone.now()
    by, day = world.cast.leader, world.county.plan.first_day
    return _order(world, number=1, issued_by=by, issued_on=day, issued_at=now)


def _bulletin(world: World) -> dict[str, Any]:
    """A draft: the county's own until it is issued."""
    plan = world.county.plan
    row = Bulletin.objects.create(
        plan=plan, region=plan.region, day=plan.first_day, addressee="各乡镇", written_by=world.cast.county
    )
    return {"bulletin_id": row.pk}


def a_finding(world: World) -> Finding:
    """A finding in 石羊镇 with its first turn and a file."""
    day, by = world.county.plan.first_day, world.cast.leader
    finding = Finding.objects.create(
        plan=world.county.plan,
        year=day.year,
        serial=Finding.objects.count() + 1,
        kind="missed",
        region_id=SHIYANG,
        text="七十八岁独居，没有列入特困",
        source="inspection",
        found_on=day,
        opened_on=day,
        due_on=day,
        opened_by=by,
        limit_by=by,
    )
    turn = finding.turns.create(order=1, day=day, by=by, move="open", to_state="to_fix", due_on=day)
    turn.evidence.create(file_name="老屋.jpg", stored_as="findings/none.jpg", size=1)
    return finding


def _finding(world: World) -> dict[str, Any]:
    return {"finding_id": a_finding(world).pk}


def _finding_file(world: World) -> dict[str, Any]:
    finding = a_finding(world)
    return {"finding_id": finding.pk, "evidence_id": finding.turns.get().evidence.get().pk}


def _accountability(world: World) -> dict[str, Any]:
    day = world.county.plan.first_day
    case = Accountability.objects.create(
        plan=world.county.plan, region_id=SHIYANG, ground="style", text="三次退回仍照抄", opened_on=day
    )
    case.entries.create(order=1, kind="opened", day=day, recorded_on=day, by=world.cast.leader)
    return {"case_id": case.pk}


def _accountability_entry(world: World) -> dict[str, Any]:
    arguments = _accountability(world)
    entry = Accountability.objects.get(pk=arguments["case_id"]).entries.get()
    return arguments | {"entry_id": entry.pk}


def _dispatch(world: World) -> dict[str, Any]:
    return {"dispatch_id": _issued(world).dispatch_id}


def _dispatch_draft(world: World) -> dict[str, Any]:
    return {"dispatch_id": _order(world).dispatch_id}


def _dispatch_place(world: World) -> dict[str, Any]:
    return {"place_id": _issued(world).pk}


def _dispatch_file(world: World) -> dict[str, Any]:
    turn = _issued(world).turns.create(
        kind="replied",
        day=world.county.plan.first_day,
        at=timezone.now(),
        by=world.cast.head,
        stored_as="dispatches/none.pdf",
    )
    return {"turn_id": turn.pk}


def _inspections_stop(world: World) -> Stop:
    """石羊镇, where an open inspection goes."""
    day = world.county.plan.first_day
    inspection = Inspection.objects.create(
        plan=world.county.plan,
        level="county",
        manner="open",
        occasion="research",
        authority="县局",
        visitors="何勇",
        first_day=day,
        last_day=day,
        recorded_on=day,
        recorded_by=world.cast.county,
    )
    return Stop.objects.create(inspection=inspection, township_id=SHIYANG)


def _inspection(world: World) -> dict[str, Any]:
    return {"inspection_id": _inspections_stop(world).inspection_id}


def _stop(world: World) -> dict[str, Any]:
    stop = _inspections_stop(world)
    return {"inspection_id": stop.inspection_id, "stop_id": stop.pk}


def _visit(world: World) -> dict[str, Any]:
    visit = Visit.objects.create(stop=_inspections_stop(world), household=world.make_household(), order=1)
    return {"visit_id": visit.pk}


def _sample(world: World) -> dict[str, Any]:
    sample = Sample.objects.create(
        stop=_inspections_stop(world),
        seed="20200410-石羊",
        sizes={},
        frames={},
        drawn_on=world.county.plan.first_day,
        drawn_by=world.cast.county,
    )
    return {"sample_id": sample.pk}


def _waiting_change(world: World) -> dict[str, Any]:
    day = world.county.plan.first_day
    waiting = PendingChange.objects.create(
        plan=world.county.plan,
        household=world.make_household(),
        kind="death",
        text="有人去世",
        happened_on=day,
        raised_on=day,
    )
    return {"pending_id": waiting.pk}


def _review(world: World) -> dict[str, Any]:
    """A stop of a household of 石羊镇 that waits for approval."""
    day = world.county.plan.first_day
    case = Case.objects.get(pk=a_case(world)["case_id"])
    review = BenefitReview.objects.create(
        plan=case.plan,
        household=case.household,
        by=world.cast.officer,
        visited_on=day,
        recorded_on=day,
        living_together=1,
        per_capita=5000,
        rural_dibao=4500,
        outcome="stop",
        stop_reason="income_over",
        from_month=date(2020, 5, 1),
        state="waiting",
    )
    return {"review_id": review.pk}


def _offered(world: World) -> dict[str, Any]:
    return {"person_id": world.make_household().head_id}


def _offer(world: World) -> dict[str, Any]:
    """A job offered to somebody of 石羊镇 who has not answered."""
    place, day = _offered(world), world.county.plan.first_day
    offer = JobOffer.objects.create(
        plan=world.county.plan, day=day, recorded_on=day, project="护林员", by=world.cast.officer, **place
    )
    return place | {"offer_id": offer.pk}


def _proposal(world: World) -> dict[str, Any]:
    day, home = world.county.plan.first_day, world.make_household()
    proposal = ShareProposal.objects.create(
        plan=world.county.plan,
        household=home,
        person=home.head,
        scheme="rural_dibao",
        old_amount=210,
        new_amount=0,
        from_month=date(2020, 5, 1),
        run=3,
        proposed_on=day,
        proposed_by=world.cast.officer,
    )
    return {"proposal_id": proposal.pk, "name": "withdraw"}


def _move(world: World) -> dict[str, Any]:
    """A household of 石羊镇 that another village of it is to take over."""
    home = world.make_household()
    move = HouseholdMove.objects.create(
        plan=world.county.plan,
        household=home,
        from_region=home.region,
        to_region_id=CHAHE,
        persons=1,
        reason="户口迁移",
        asked_on=world.county.plan.first_day,
        asked_by=world.cast.officer,
    )
    return {"move_id": move.pk}


POLICY: dict[str, Policy] = {
    "screening:reviews": page(),
    "screening:review": row(a_case),
    "screening:review-ways": row(a_case),
    "screening:review-approval": row(_review),
    "screening:warnings": page(),
    "screening:warning-list": page(),
    "screening:warnings-export": page(),
    "screening:monitored": page(),
    "screening:monitoring-work": page(),
    "screening:warning-find": page(),
    "screening:warning-report": row(_watched_household),
    "screening:follow-next": page(),
    "screening:follow": row(_watched_household),
    "screening:warning": row(_warning),
    "screening:warning-visit": row(_warning),
    "screening:warning-decide": row(_warning),
    "screening:changes": page(),
    "screening:change": row(_waiting_change),
    "screening:change-keep": row(_waiting_change),
    "screening:case-people": row(a_case),
    "screening:case-split": row(a_case),
    "screening:case-move": row(a_case),
    "screening:moves": page(),
    "screening:move": row(_move),
    "screening:move-decline": row(_move),
    "screening:move-withdraw": row(_move),
    "screening:offers": page(),
    "screening:offer-search": page(),
    "screening:offer-person": row(_offered),
    "screening:offer-propose": row(_offered),
    "screening:offer-answer": row(_offer),
    "screening:proposal-step": row(_proposal),
    "screening:lists": page(),
    "screening:list": row(a_list),
    "screening:list-job": row(a_list),
    "screening:list-confirm": row(a_list),
    "screening:list-discard": row(a_list),
    "screening:list-bad-rows": row(a_list),
    "screening:list-mend": row(a_list),
    "screening:list-undo": row(a_list),
    "screening:matches": page(),
    "screening:match-decide": row(a_near_match),
    "screening:match-reverse": row(a_near_match),
    "screening:match-reveal": row(a_near_match),
    "screening:questions": page(),
    "screening:question-answer": row(a_question),
    "screening:row": row(a_source_row),
    "screening:row-reveal": row(a_source_row),
    "screening:cases": page(),
    "screening:case-search": page(),
    "screening:cases-export": page(),
    "screening:cases-assign": page(),
    "screening:case-next": page(),
    "screening:case-new": page(),
    "screening:case": row(a_case),
    "screening:case-on": row(_a_case_on_a_day),
    "screening:case-draft": row(a_case),
    "screening:case-member": row(a_case),
    "screening:case-resolve": row(a_case),
    "screening:case-withdraw": row(a_case),
    "screening:case-correct": row(a_case),
    "screening:case-close": row(a_case),
    "screening:case-reopen": row(a_case),
    "screening:case-reveal": row(a_case),
    "screening:case-steps": row(a_case),
    "screening:case-terms": row(a_grant),
    "screening:visit-sheets": page(),
    "screening:visit-sheet": row(a_case),
    "screening:case-file": row(a_case),
    "screening:case-notice": row(a_case),
    "screening:case-photos": row(a_case),
    "screening:photo": row(_photo),
    "screening:photo-small": row(_photo),
    "screening:photo-remove": row(_photo),
    "screening:steps": page(),
    "screening:steps-take": page(),
    "screening:steps-undo": page(),
    "screening:objection": row(a_case),
    "screening:objection-settle": row(an_objection),
    "screening:steps-refuse": page(),
    "screening:steps-numbers": page(),
    "screening:steps-numbers-import": page(),
    "screening:publicity": page(),
    "screening:publicity-print": page(),
    "screening:publicity-docx": page(),
    "screening:watch-rates": page(),
    "screening:watch": page(_watch_list),
    "screening:ledger": page(),
    "screening:ledger-search": page(),
    "screening:ledger-save": page(),
    "screening:ledger-forget": page(),
    "screening:ledger-export": page(),
    "screening:ledger-print": page(),
    "screening:recheck": page(),
    "screening:recheck-case": row(a_case),
    "dabao:signin": everybody(),
    "dabao:signout": everybody(),
    "dabao:second-step": own(),
    "dabao:second-step-bind": own(),
    "dabao:second-step-reset": page(_account),
    "dabao:account": own(),
    "dabao:password": own(),
    "dabao:notices": own(),
    "dabao:accounts": page(),
    "dabao:account-new": page(),
    "dabao:accounts-bulk": page(),
    "dabao:accounts-bulk-confirm": page(),
    "dabao:accounts-template": page(),
    "dabao:accounts-export": page(),
    "dabao:account-one": page(_account),
    "dabao:account-reset": page(_account),
    "dabao:account-disable": page(_account),
    "dabao:account-enable": page(_account),
    "dabao:posting-grant": page(_account),
    "dabao:waiting": page(),
    "dabao:posting-end": page(_posting),
    "dabao:hand-over": page(_posting),
    "dabao:posting-confirm": page(_posting),
    "dabao:posting-decline": page(_posting),
    "dabao:units": page(),
    "dabao:unit-leave": page(_member),
    "dabao:running": page(),
    "dabao:audit": page(),
    "dabao:audit-check": page(),
    "dabao:audit-export": page(),
    "dabao:settings": page(),
    "dabao:settings-plan": page(),
    "dabao:settings-plan-change": page(),
    "dabao:settings-standards": page(),
    "dabao:settings-standard-new": page(),
    "dabao:settings-standard": page(_standard),
    "dabao:settings-standard-confirm": page(_standard),
    "screening:aliases": page(),
    "screening:alias-delete": page(_alias),
    "dabao:components": everybody(),
    "dabao:help": own(),
    "dabao:help-page": own(lambda _world: {"page": "board"}),
    "supervision:home": own(),
    "supervision:board": page(),
    "supervision:findings": page(),
    "supervision:findings-export": page(),
    "supervision:finding-new": page(),
    "supervision:finding": row(_finding),
    "supervision:finding-verify": row(_finding),
    "supervision:finding-move": row(lambda world: _finding(world) | {"move": "progress"}),
    "supervision:finding-file": row(_finding_file),
    "supervision:accountability": page(),
    "supervision:accountability-new": page(),
    "supervision:accountability-one": row(_accountability),
    "supervision:accountability-entry": row(_accountability),
    "supervision:accountability-correct": row(_accountability_entry),
    "supervision:inspections": page(),
    "supervision:inspections-export": page(),
    "supervision:inspection-new": page(),
    "supervision:inspection": row(_inspection),
    "supervision:inspection-close": row(_inspection),
    "supervision:inspection-households": row(_inspection),
    "supervision:inspection-sheets": row(_inspection),
    "supervision:inspection-print": row(_inspection),
    "supervision:inspection-describe": row(_stop),
    "supervision:visit": row(_visit),
    "supervision:visit-replace": row(_visit),
    "supervision:samples": page(),
    "supervision:sample-new": page(),
    "supervision:sample": row(_sample),
    "supervision:bulletins": page(),
    "supervision:bulletin": row(_bulletin),
    "supervision:bulletin-document": row(_bulletin),
    "supervision:digest": own(),
    "supervision:dispatches": page(),
    "supervision:dispatch-new": page(),
    "supervision:dispatch": row(_dispatch),
    "supervision:dispatch-change": row(_dispatch_draft),
    "supervision:dispatch-discard": row(_dispatch_draft),
    "supervision:dispatch-place": row(_dispatch_place),
    "supervision:dispatch-file": row(_dispatch_file),
    "supervision:board-wall": page(),
    "supervision:flags": page(),
    "supervision:laggards": page(),
    "supervision:assignments": page(),
    "supervision:assignment-new": page(),
    "supervision:assignment": page(_assignment),
    "supervision:assignment-end": page(_assignment),
    "supervision:assignment-withdraw": page(_assignment),
    "reports:calendar": page(),
    "reports:calendar-export": page(),
    "reports:report": page(_report),
    "reports:draft": page(_report),
    "reports:back": page(_report),
    "reports:cases": page(_report),
    "reports:meeting": page(_report),
    "reports:meeting-file": page(_report),
    "reports:feedback": page(_report),
    "reports:return": page(_report),
    "reports:document": page(_report),
    "reports:table": page(lambda world: {"month": "2020-04"}),  # noqa: ARG005
    "reports:county": page(lambda world: {"month": "2020-04"}),  # noqa: ARG005
    "reports:county-document": page(lambda world: {"month": "2020-04"}),  # noqa: ARG005
    "reports:requests": page(),
    "reports:request": row(_request),
}

# Tables without a path to a region, each with the reason why no row of it needs one.
WITHOUT_REGION = {
    "dabao.User": "accounts are seen by the system administrator only",
    "dabao.Posting": "part of an account; region empty for roles without scope",
    "dabao.FormerPassword": "hashes of an account's own passwords, shown to nobody",
    "dabao.SecondFactor": "part of an account, used by its sign-in only",
    "dabao.RecoveryCode": "part of an account, used by its sign-in only",
    "dabao.SigninAttempt": "blind indexes of user names and addresses",
    "dabao.AuditEvent": "read by the auditor only, who has no scope",
    "dabao.AuditSeal": "read by the auditor only",
    "dabao.Job": "seen by who started it, on the page of the record it works on",
    "dabao.Digest": "that a person was told, read by nobody else",
    "dabao.Unit": "the organisation is public in the county (annex 2)",
    "dabao.UnitMember": "the organisation is public in the county (annex 2)",
    "dabao.LeadingGroupMember": "the organisation is public in the county (annex 1)",
    "dabao.WorkPlan": "the plan is public",
    "dabao.Phase": "the plan is public",
    "dabao.Standard": "the plan's standards are public",
    "supervision.Accountability_findings": "links of an accountability case, met through that case only",
    "screening.SavedFilter": "a user's own words and filter, read by nobody else",
    "screening.ColumnAlias": "headings of spreadsheets, no person's data",
    "screening.ListChange": "what an import did, met through its list only, shown to nobody",
    "supervision.LastLook": "a person's own bookmark: figures of townships, met through the user only",
    "supervision.Group": "the organisation is public in the county (annex 2)",
}
