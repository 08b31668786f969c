"""Inspections, visits and samples: who may, what is refused, who sees what (C18, C21)."""

from datetime import date, time, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook
from PIL import Image

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, DAMAIDI, GUIHUA, LIUSHUTANG, SHIYANG, TODAY, ZHAOJIADIAN
from screening.choices import CaseOutcome, CaseState, Labour
from screening.models import Decision, Enrolment, Verification
from supervision.choices import Item
from supervision.models import Finding, FindingEvidence, Inspection, Sample, SampleItem, Visit
from supervision.queries import samples as sample_queries
from supervision.queries import visits as visit_queries
from supervision.rules import sampling
from supervision.services import inspection_invariants, inspections
from supervision.services.visits import Problem, VisitConflictError
from supervision.tests.inspections_cast import SAME, replace

pytestmark = pytest.mark.django_db


@pytest.fixture
def household(make_case, make_household):
    return make_case(
        make_household(LIUSHUTANG, ("普从贵", Labour.WEAK), ("普小明", Labour.ORDINARY))
    ).household


@pytest.fixture
def visit(coming, household, cast):
    """普从贵 on the way of an open visit to 石羊镇."""
    inspection = coming.record()
    return inspections.add_household(
        inspection_id=inspection.pk, household_id=household.pk, **coming.who(cast.county)
    )


def photo(content=b""):
    """A photo as a phone sends it; with `content`, something under its name."""
    target = BytesIO()
    Image.new("RGB", (60, 40)).save(target, "JPEG")
    return SimpleUploadedFile("房屋.jpg", content or target.getvalue(), content_type="image/jpeg")


# --- Recording ---


def test_the_county_office_records_what_province_and_prefecture_did(coming):
    inspection = coming.record(level="prefecture", authority="州民政局", townships=[SHIYANG, ZHAOJIADIAN])
    assert [stop.township_id for stop in inspection.stops.all()] == [SHIYANG, ZHAOJIADIAN]
    event = AuditEvent.objects.get(action="inspection.record")
    assert event.data["townships"] == [SHIYANG, ZHAOJIADIAN]


def test_a_unit_records_its_own_visits_to_its_own_townships(coming, cast):
    assert coming.record(cast.unit, townships=[ZHAOJIADIAN]).level == "county"
    with pytest.raises(ValidationError, match="请选去哪个乡镇"):
        coming.record(cast.unit, townships=[SHIYANG])
    with pytest.raises(ValidationError, match="由县局督战办登记"):
        coming.record(cast.unit, townships=[ZHAOJIADIAN], level="province")


@pytest.mark.parametrize("role", ["officer", "head"])
def test_a_township_does_not_record_inspections_of_itself(coming, cast, role):
    with pytest.raises(PermissionDenied):
        coming.record(getattr(cast, role))


def test_the_same_inspection_sent_twice_is_one(coming):
    assert coming.record() == coming.record()
    assert coming.record(authority="县局") != coming.record()
    assert Inspection.objects.count() == 2


def test_days_out_of_order_are_refused(coming):
    with pytest.raises(ValidationError, match="止日早于起日"):
        coming.record(first_day=TODAY, last_day=TODAY - timedelta(days=1))


def test_a_household_of_another_township_is_not_put_on_the_way(coming, cast, make_household):
    inspection, elsewhere = coming.record(), make_household(DAMAIDI)
    with pytest.raises(ValidationError, match="不在这次走访的乡镇里"):
        inspections.add_household(
            inspection_id=inspection.pk, household_id=elsewhere.pk, **coming.who(cast.county)
        )


def test_a_household_added_twice_is_on_the_way_once(coming, cast, visit):
    again = inspections.add_household(
        inspection_id=visit.stop.inspection_id,
        household_id=visit.household_id,
        **coming.who(cast.county),
    )
    assert again == visit


def test_words_of_a_township_are_not_written_over_somebody_elses(coming, cast, visit):
    def describe(version, summary):
        return inspections.describe(
            stop_id=visit.stop_id,
            version=version,
            villages=[CHAHE],
            summary=summary,
            feedback="当场指出",
            feedback_to="李云飞",
            **coming.who(cast.county),
        )

    assert describe(1, "看了三户").version == 2
    assert describe(1, "看了三户").version == 2
    with pytest.raises(ValidationError, match="别人刚改过"):
        describe(1, "看了四户")


def test_villages_of_another_township_are_refused(coming, cast, visit):
    with pytest.raises(ValidationError, match="只能选这个乡镇的村"):
        inspections.describe(
            stop_id=visit.stop_id,
            version=1,
            villages=[DAMAIDI],
            summary="",
            feedback="",
            feedback_to="",
            **coming.who(cast.county),
        )


def test_an_inspection_without_words_on_what_was_seen_is_not_closed(coming, cast, visit):
    with pytest.raises(ValidationError, match="石羊镇还没写"):
        inspections.close(inspection_id=visit.stop.inspection_id, **coming.who(cast.county))


def test_an_inspection_is_not_closed_before_it_begins(coming, cast):
    tomorrow = TODAY + timedelta(days=1)
    inspection = coming.record(first_day=tomorrow, last_day=tomorrow)
    with pytest.raises(ValidationError, match="还没有开始"):
        coming.close(inspection)


def test_nothing_is_written_after_the_end(coming, cast, visit):
    coming.close(visit.stop.inspection)
    with pytest.raises(ValidationError, match="已办结"):
        coming.save(visit)
    with pytest.raises(ValidationError, match="早已办结"):
        inspections.close(inspection_id=visit.stop.inspection_id, **coming.who(cast.county))


def test_a_unit_does_not_close_a_visit_that_also_went_elsewhere(coming, cast):
    both = coming.record(townships=[SHIYANG, ZHAOJIADIAN])
    with pytest.raises(PermissionDenied):
        inspections.close(inspection_id=both.pk, **coming.who(cast.unit))


# --- Visits ---


def test_a_visit_keeps_what_was_found_item_by_item(coming, visit):
    coming.save(visit, matches=SAME | {"income": "differs"}, said={"income": "没有外出务工"})
    visit.refresh_from_db()
    assert visit.matches["income"] == "differs"
    assert visit.said == {"income": "没有外出务工"}
    assert AuditEvent.objects.get(action="visit.save").data["differs"] == ["income"]


def test_nobody_at_home_is_a_result_with_its_time_and_each_try_is_kept(coming, visit):
    coming.save(visit, met="not_home", matches=SAME, said={"income": "邻居说在外务工"})
    visit.refresh_from_db()
    assert (visit.matches, visit.said, len(visit.tries)) == ({}, {}, 1)
    coming.save(visit, met="not_home", matches={})
    visit.refresh_from_db()
    assert len(visit.tries) == 2
    coming.save(visit)
    visit.refresh_from_db()
    assert (visit.met, len(visit.tries)) == ("met", 2)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"matches": SAME | {"aid": "differs"}}, "said-aid"),
        ({"met": ""}, "met"),
        ({"met": "refused", "matches": {}}, "note"),
        ({"problem": Problem("missed", "", TODAY)}, "problem_text"),
        ({"problem": Problem("missed", "儿子摔伤，没有务工收入", None)}, "due_on"),
    ],
)
def test_an_answer_without_its_words_is_refused_at_its_field(coming, visit, answers, field):
    with pytest.raises(ValidationError) as refusal:
        coming.save(visit, **answers)
    assert list(refusal.value.message_dict) == [field]
    visit.refresh_from_db()
    assert visit.met == ""


def test_the_same_answers_sent_again_change_nothing(coming, visit):
    coming.save(visit)
    coming.save(visit, version=1)
    visit.refresh_from_db()
    assert visit.version == 2
    assert AuditEvent.objects.filter(action="visit.save").count() == 1


def test_answers_on_an_older_sheet_are_a_conflict_and_write_nothing(coming, cast, visit):
    coming.save(visit)
    with pytest.raises(VisitConflictError) as conflict:
        coming.save(visit, cast.county2, version=1, matches=SAME | {"aid": "not_asked"})
    assert conflict.value.visit.by == cast.county
    visit.refresh_from_db()
    assert visit.matches == SAME


def test_a_problem_becomes_one_finding_about_the_household(coming, visit):
    problem = Problem("missed", "儿子去年10月摔伤，原来的务工收入没有了", date(2020, 4, 17))
    coming.save(visit, problem=problem)
    visit.refresh_from_db()
    coming.save(visit, problem=problem, note="再看一次")
    finding = Finding.objects.get()
    assert visit.finding == finding
    assert (finding.household, finding.kind, finding.source) == (visit.household, "missed", "inspection")
    assert finding.source_note == "县级明察"


def test_photos_go_with_the_finding_as_its_evidence(cast, visit, client_of):
    answers = {"version": 1, "met": "met", "problem": "missed", "due_on": "2020-04-17"}
    answers["problem_text"] = "儿子去年10月摔伤，没有务工收入"
    url = f"/inspections/visits/{visit.pk}/"
    client = client_of(cast.county)
    assert client.post(url, answers | {"files": photo(b"no photo")}).status_code == 422
    assert not Finding.objects.exists()
    assert client.post(url, answers | {"files": photo()}).status_code == 302
    assert [one.file_name for one in FindingEvidence.objects.all()] == ["房屋.jpg"]


def test_a_photo_without_a_problem_is_not_thrown_away_in_silence(cast, visit, client_of):
    url = f"/inspections/visits/{visit.pk}/"
    page = client_of(cast.county).post(url, {"version": 1, "met": "met", "files": photo()})
    assert page.status_code == 422
    assert "照片附在问题后面" in page.content.decode()


def test_a_visit_of_the_census_says_so_as_the_source_of_its_finding(coming, cast, household):
    inspection = coming.record(occasion="census")
    visit = inspections.add_household(
        inspection_id=inspection.pk, household_id=household.pk, **coming.who(cast.county)
    )
    coming.save(visit, problem=Problem("ledger", "台账没有这一户的核查表", date(2020, 4, 17)))
    assert Finding.objects.get().source == "census"


def test_answers_that_waited_in_a_phone_keep_the_hour_of_the_visit(coming, visit):
    Inspection.objects.update(first_day=TODAY - timedelta(days=1), recorded_on=TODAY - timedelta(days=1))
    coming.save(visit, kept_for=timedelta(hours=5))
    early = Visit.objects.get(pk=visit.pk).at
    visit.refresh_from_db()
    coming.save(visit, note="当场")
    assert (
        timedelta(hours=4, minutes=59)
        < Visit.objects.get(pk=visit.pk).at - early
        < timedelta(hours=5, minutes=1)
    )


@pytest.mark.parametrize(
    ("days", "floor"),
    [({"first_day": 2, "recorded_on": 1}, 1), ({"first_day": 1, "recorded_on": 3}, 1)],
    ids=["recorded", "first day"],
)
def test_a_phone_does_not_set_a_visit_before_its_inspection(coming, visit, days, floor):
    Inspection.objects.update(**{field: TODAY - timedelta(days=number) for field, number in days.items()})
    coming.save(visit, met="not_home", matches={}, kept_for=timedelta(days=6))
    at = timezone.localtime(Visit.objects.get(pk=visit.pk).at)
    assert (at.date(), at.time()) == (TODAY - timedelta(days=floor), time())
    assert Visit.objects.get(pk=visit.pk).tries == [at]


def test_a_visit_before_the_inspections_first_day_is_not_moved_on(coming, visit):
    Inspection.objects.update(first_day=TODAY + timedelta(days=1), last_day=TODAY + timedelta(days=1))
    coming.save(visit, kept_for=timedelta(hours=5))
    assert timezone.localtime(Visit.objects.get(pk=visit.pk).at).date() == TODAY


def test_the_sheet_says_what_the_record_says_and_nothing_of_illness_or_numbers(coming, cast, visit):
    sheet = visit_queries.sheet(cast.county.scope(TODAY), visit.pk, TODAY)
    said = {line.item: line.record for line in sheet.lines}
    assert said[Item.MEMBERS] == "名单 2 人：普从贵（户主）、普小明（之子）"
    assert said[Item.INCOME] == "没有核查；扶贫名单上人均 5,200 元"
    assert said[Item.AID] == "没有人领低保、特困"
    assert said[Item.VERIFIED] == "没有核查记录"
    assert not any(line.match for line in sheet.lines)


def test_the_sheet_tells_who_verified_when_and_how(coming, cast, concluded):
    sample = coming.draw()
    visit = sample.items.filter(stratum="not_eligible").first().visit
    sheet = visit_queries.sheet(cast.county.scope(TODAY), visit.pk, TODAY)
    verified = next(line.record for line in sheet.lines if line.item == Item.VERIFIED)
    assert verified == "3月20日，鲁建华（乡镇干部），实地入户，已见面"


def test_sheets_take_the_same_queries_for_one_household_as_for_many(
    coming, cast, concluded, django_assert_max_num_queries
):
    sample = coming.draw(sizes={"not_eligible": 5, "enrolled": 3, "covered": 4})
    scope = cast.county.scope(TODAY)
    found = list(visit_queries.of_inspection(scope, sample.stop.inspection_id))
    with django_assert_max_num_queries(20):
        assert len(visit_queries.sheets(scope, found, sample.stop.inspection.plan, TODAY)) == 12


def test_aid_that_begins_only_next_month_is_in_the_record(coming, cast, make_case, make_household):
    home = make_household(LIUSHUTANG, ("普从贵", Labour.WEAK))
    case = make_case(home, state=CaseState.CLOSED, outcome=CaseOutcome.ENROLLED)
    check = Verification.objects.create(case=case, by=cast.officer, state="submitted", result="visited")
    Enrolment.objects.create(
        case=case,
        decision=Decision.objects.create(verification=check, scheme="dibao"),
        scheme="dibao",
        persons=[home.head_id],
        from_month=date(2020, 5, 1),
        next_step="",
        provincial_number="DY2020001",
        waiting_since=TODAY,
        opened_on=TODAY,
    )
    scope = cast.county.scope(TODAY)
    said = visit_queries.records(scope, {home.pk}, case.plan, TODAY)[home.pk]
    assert said[Item.AID] == "低保·整户 1 人，5月起"


# --- Samples ---


def test_a_draw_takes_each_stratum_and_freezes_what_was_judged(coming, concluded):
    sample = coming.draw()
    items = list(sample.items.all())
    assert sorted((item.stratum, item.place) for item in items) == [
        ("covered", 1), ("covered", 2), ("enrolled", 1), ("not_eligible", 1), ("not_eligible", 2),
    ]  # fmt: skip
    assert {item.verdict for item in items} == {"不符合：收入超标准", "新纳入：低保·整户", "在保"}
    assert {stratum: len(frame) for stratum, frame in sample.frames.items()} == {
        "not_eligible": 5,
        "enrolled": 3,
        "covered": 4,
    }
    drawn = AuditEvent.objects.get(action="sample.draw").data
    assert drawn["seed"] == "20200410-石羊"
    assert drawn["out_of"] == {"not_eligible": 5, "enrolled": 3, "covered": 4}


def test_anybody_can_draw_again_and_get_the_same(coming, cast, concluded):
    sample = coming.draw()
    mine = {(item.stratum, str(item.visit.household_id)) for item in sample.items.select_related("visit")}
    again = sampling.draw(sample.seed, sample.frames, sample.sizes)
    assert {(stratum, one) for stratum, households in again.items() for one in households} == mine
    assert sample_queries.outcome(cast.county.scope(TODAY), sample.pk).drawn_again


def test_a_list_that_was_tampered_with_is_found_out(coming, cast, concluded):
    sample = coming.draw()
    item = sample.items.filter(stratum="covered").first()
    SampleItem.objects.filter(pk=item.pk).update(place=4)
    assert not sample_queries.outcome(cast.county.scope(TODAY), sample.pk).drawn_again
    assert inspection_invariants.samples_are_what_their_seed_draws() == [
        f"抽查 {sample.pk} 的名单与按种子重抽的不一致。"
    ]


def test_a_household_replaced_and_another_not_taken_is_found_by_the_invariants(coming, cast, concluded):
    item = coming.draw().items.get(stratum="enrolled")
    replace(coming, cast, item)
    assert [found() for found in inspection_invariants.CHECKS.values()] == [[], [], []]
    SampleItem.objects.filter(pk=item.pk).update(dropped_on=None, dropped_by=None, drop_reason="")
    assert len(inspection_invariants.households_replaced_have_one_in_their_place()) == 1


def test_a_finding_about_another_household_is_found_by_the_invariants(coming, visit, make_household):
    coming.save(visit, problem=Problem("missed", "儿子去年10月摔伤，没有务工收入", date(2020, 4, 17)))
    assert inspection_invariants.findings_of_visits_are_about_their_household() == []
    Finding.objects.update(household=make_household(CHAHE))
    assert len(inspection_invariants.findings_of_visits_are_about_their_household()) == 1


def test_what_happens_to_the_cases_later_does_not_change_a_sample(coming, cast, concluded):
    sample = coming.draw()
    for case in concluded:
        case.state, case.outcome = CaseState.TO_VERIFY, ""
        case.save()
    scope = cast.county.scope(TODAY)
    assert sample_queries.outcome(scope, sample.pk).drawn_again
    assert sample_queries.outcome(scope, sample.pk).line.total.drawn == 5


def test_only_concluded_households_of_the_township_are_drawn(coming, concluded, make_case, make_household):
    make_case(make_household(LIUSHUTANG))
    make_case(make_household(DAMAIDI), state=CaseState.CLOSED, outcome=CaseOutcome.ENROLLED)
    sample = coming.draw(sizes={"not_eligible": 50, "enrolled": 50, "covered": 50})
    assert {item.visit.household_id for item in sample.items.all()} == {
        case.household_id for case in concluded
    }


def test_the_way_goes_village_by_village(coming, concluded):
    sample = coming.draw(sizes={"not_eligible": 5, "enrolled": 3, "covered": 4})
    villages = [visit.household.region_id for visit in sample.stop.visits.order_by("order")]
    assert villages == sorted(villages)


def test_a_seed_draws_once_in_a_township(coming, concluded):
    coming.draw()
    with pytest.raises(ValidationError, match="已经抽过"):
        coming.draw()
    assert coming.draw(seed="20200410-石羊-2").stop.inspection_id
    assert Sample.objects.count() == 2


def test_a_seed_left_blank_is_the_day_and_the_township(coming, concluded):
    assert coming.draw(seed="").seed == "20200410-石羊"


def test_nothing_to_draw_from_is_said(coming):
    with pytest.raises(ValidationError, match="没有可抽的户"):
        coming.draw()
    assert not Inspection.objects.exists()


def test_nobody_chooses_a_household_into_a_sample(coming, cast, concluded):
    sample = coming.draw()
    drawn = set(sample.stop.visits.values_list("household", flat=True))
    other = next(case.household_id for case in concluded if case.household_id not in drawn)
    with pytest.raises(ValidationError, match="由抽签定"):
        inspections.add_household(
            inspection_id=sample.stop.inspection_id, household_id=other, **coming.who(cast.county)
        )


def test_a_replacement_is_the_next_of_the_same_stratum_and_the_old_one_stays_on_record(
    coming, cast, concluded
):
    sample = coming.draw()
    item = sample.items.get(stratum="enrolled")
    taken = replace(coming, cast, item)
    order = sampling.order_of(sample.seed, "enrolled", sample.frames["enrolled"])
    assert (taken.stratum, str(taken.visit.household_id), taken.place) == ("enrolled", order[1], 2)
    assert (taken.visit.order, taken.verdict) == (item.visit.order, "新纳入：低保·整户")
    item.refresh_from_db()
    assert (item.dropped_on, item.dropped_by, item.replaced_by) == (TODAY, cast.county, taken)
    out = sample_queries.outcome(cast.county.scope(TODAY), sample.pk)
    assert out.drawn_again
    assert (out.line.total.drawn, out.standing_by["enrolled"]) == (5, 1)
    assert AuditEvent.objects.get(action="sample.replace").data["reason"] == "全家去外省务工，年底才回"


def test_a_replacement_needs_a_reason(coming, cast, concluded):
    with pytest.raises(ValidationError, match="要写原因"):
        replace(coming, cast, coming.draw().items.first(), " ")


def test_a_household_already_checked_is_not_replace(coming, cast, concluded):
    item = coming.draw().items.first()
    coming.save(item.visit)
    with pytest.raises(ValidationError, match="已经查过"):
        replace(coming, cast, item)


def test_a_replaced_household_is_neither_replaced_nor_visited_again(coming, cast, concluded):
    item = coming.draw().items.get(stratum="enrolled")
    replace(coming, cast, item)
    with pytest.raises(ValidationError, match="已经换下"):
        replace(coming, cast, item)
    with pytest.raises(ValidationError, match="已经换下"):
        coming.save(item.visit)


def test_a_stratum_used_up_has_nobody_to_stand_in(coming, cast, concluded):
    item = coming.draw(sizes={"enrolled": 3}).items.first()
    with pytest.raises(ValidationError, match="没有备用户"):
        replace(coming, cast, item)


def test_the_rate_of_a_sample_leaves_out_who_was_not_met(coming, cast, concluded):
    sample = coming.draw()
    first, second, third, *_ = [item.visit for item in sample.items.filter(dropped_on=None)]
    coming.save(first, matches=SAME | {"income": "differs"}, said={"income": "没有务工"})
    coming.save(second)
    coming.save(third, met="not_home", matches={})
    line = sample_queries.samples(cast.county.scope(TODAY), sample.stop.inspection.plan)[0]
    total = line.total
    assert (total.drawn, total.checked, total.wrong, total.not_home, total.left) == (5, 2, 1, 1, 2)
    assert str(total.percent) == "50.0"
    rates = sample_queries.outcome(cast.county.scope(TODAY), sample.pk).items
    assert [(one.asked, one.wrong) for one in rates] == [(2, 0), (2, 1), (2, 0), (2, 0), (2, 0)]


# --- Who sees what ---


def seen(user):
    scope = user.scope(TODAY)
    return [model.objects.within(scope).count() for model in (Inspection, Visit, Sample, SampleItem)]


def test_the_township_does_not_see_an_unannounced_sample_before_its_end(coming, cast, concluded):
    sample = coming.draw()
    assert seen(cast.county) == seen(cast.leader) == [1, 5, 1, 5]
    for township in (cast.officer, cast.head, cast.assistant):
        assert seen(township) == [0, 0, 0, 0]
        with pytest.raises(ObjectDoesNotExist):
            sample_queries.outcome(township.scope(TODAY), sample.pk)
    coming.close(sample.stop.inspection)
    assert seen(cast.officer) == seen(cast.head) == [1, 5, 1, 5]
    assert seen(cast.assistant) == [0, 0, 0, 0]


def test_no_page_of_the_township_tells_of_an_open_sample(coming, cast, concluded, client_of):
    sample = coming.draw()
    pk = sample.stop.inspection_id
    visit = sample.items.first().visit_id
    client = client_of(cast.head)
    for url in (
        f"/inspections/{pk}/",
        f"/inspections/{pk}/print/",
        f"/inspections/{pk}/sheets/",
        f"/inspections/visits/{visit}/",
        f"/samples/{sample.pk}/",
    ):
        assert client.get(url).status_code == 404
    assert "20200410" not in client.get("/samples/").content.decode()
    assert "没有看得到的抽查" in client.get("/samples/").content.decode()
    case = concluded[0]
    assert "暗访" not in client.get(f"/cases/{case.pk}/").content.decode()


def test_the_township_sees_an_open_visit_at_once_and_may_not_write_in_it(coming, cast, visit, client_of):
    client = client_of(cast.officer)
    page = client.get(f"/inspections/{visit.stop.inspection_id}/")
    assert page.status_code == 200
    assert "保存走访情况" not in page.content.decode()
    assert client.post(f"/inspections/visits/{visit.pk}/", {"version": 1, "met": "met"}).status_code == 403
    visit.refresh_from_db()
    assert visit.met == ""


def test_what_one_person_kept_in_a_phone_is_not_sent_in_anothers_name(cast, visit, client_of):
    client = client_of(cast.leader)
    answers = {"version": 1, "met": "not_home"}
    url = f"/inspections/visits/{visit.pk}/"
    assert client.post(url, answers, headers={"X-Viewer": str(cast.county.pk)}).status_code == 403
    assert client.post(url, answers, headers={"X-Viewer": str(cast.leader.pk)}).status_code == 302
    visit.refresh_from_db()
    assert visit.by == cast.leader


def test_a_second_hand_is_shown_what_the_first_one_wrote(coming, cast, visit, client_of):
    coming.save(visit, note="院里有人", met="not_home", matches={})
    url = f"/inspections/visits/{visit.pk}/"
    answers = {"version": 1, "met": "refused", "note": "儿子不让进"}
    page = client_of(cast.county2).post(url, answers)
    assert page.status_code == 409
    assert "院里有人" in page.content.decode()
    assert page.context["form"]["version"].value() == "2"
    assert client_of(cast.county2).post(url, answers | {"version": 2}).status_code == 302
    assert Visit.objects.get(pk=visit.pk).met == "refused"


def test_a_unit_sees_only_what_concerns_its_townships(coming, cast, concluded):
    coming.draw()
    coming.record(townships=[SHIYANG, ZHAOJIADIAN])
    assert seen(cast.unit) == [1, 0, 0, 0]
    assert seen(cast.stranger) == [0, 0, 0, 0]
    with pytest.raises(ObjectDoesNotExist):
        coming.draw(cast.unit, seed="x")


def test_a_unit_may_not_draw_in_a_township_that_is_not_its_own(coming, cast, client_of):
    page = client_of(cast.unit).get("/samples/new/").content.decode()
    assert f'value="{ZHAOJIADIAN}"' in page
    assert f'value="{SHIYANG}"' not in page
    assert f'value="{GUIHUA}"' not in page


def test_figures_of_a_sample_open_the_very_households(coming, cast, concluded, client_of):
    sample = coming.draw()
    visits = [item.visit for item in sample.items.all()]
    coming.save(visits[0], matches=SAME | {"aid": "differs"}, said={"aid": "没领到"})
    coming.save(visits[1])
    coming.save(visits[2], met="not_home", matches={})
    client = client_of(cast.county)
    for only, number in (("done", 2), ("wrong", 1), ("not_home", 1), ("left", 2), ("refused", 0), ("", 5)):
        page = client.get(f"/inspections/{sample.stop.inspection_id}/?only={only}")
        assert len(page.context["rows"]) == number, only
    page = client.get(f"/inspections/{sample.stop.inspection_id}/?stratum=enrolled")
    assert [row.stratum for _, row, *_ in page.context["rows"]] == ["enrolled"]
    result = client.get(f"/samples/{sample.pk}/").content.decode()
    assert "?only=wrong&amp;stratum=" in result


def test_tabs_of_the_list_add_up_and_filters_cut_it(coming, cast, concluded, client_of):
    coming.record()
    coming.record(level="prefecture", authority="州民政局", townships=[ZHAOJIADIAN])
    coming.draw()
    client = client_of(cast.county)
    everything, opened, unannounced = client.get("/inspections/").context["manner_tabs"]
    assert everything["count"] == opened["count"] + unannounced["count"] == 3
    assert client.get("/inspections/?level=prefecture").context["total"] == 1
    assert client.get(f"/inspections/?township={ZHAOJIADIAN}").context["total"] == 1
    assert client.get("/inspections/?state=closed").context["total"] == 0
    assert client.get("/inspections/?level=nonsense").context["total"] == 3


def test_who_was_not_at_home_is_gone_to_but_not_met(coming, cast, concluded, client_of):
    sample = coming.draw()
    visits = [item.visit for item in sample.items.all()]
    coming.save(visits[0])
    coming.save(visits[1], met="not_home", matches={})
    coming.save(visits[2], met="refused", matches={}, note="不让进")
    client = client_of(cast.county)
    page = client.get("/inspections/")
    (line,) = page.context["page"].object_list
    assert (line.on_the_way, line.gone_to, line.met) == (5, 3, 1)
    for only, number in (("gone", 3), ("met", 1)):
        url = f"/inspections/{sample.stop.inspection_id}/?only={only}"
        assert url in page.content.decode()
        assert len(client.get(url).context["rows"]) == number
    sheet = load_workbook(BytesIO(client.post("/inspections/export/").content)).active
    heads, row = [[cell.value for cell in line] for line in list(sheet.rows)[:2]]
    told = dict(zip(heads, row, strict=True))
    assert (told["走访户数"], told["见到户数"]) == (3, 1)


def test_the_register_goes_out_in_its_columns(coming, cast, visit, client_of):
    coming.save(visit)
    answer = client_of(cast.county).post("/inspections/export/", {"manner": "open"})
    sheet = load_workbook(BytesIO(answer.content)).active
    heads, row = [[cell.value for cell in line] for line in list(sheet.rows)[:2]]
    assert heads[:5] == ["序号", "日期", "级别", "督战组", "明察暗访"]
    told = dict(zip(heads, row, strict=True))
    assert (told["乡镇"], told["走访户数"], told["日期"]) == ("石羊镇", 1, "2020-04-10")
    assert AuditEvent.objects.get(action="inspection.export").data["rows"] == 1


def test_a_household_that_is_not_there_is_missing(cast, visit, client_of):
    client = client_of(cast.county)
    url = f"/inspections/{visit.stop.inspection_id}/households/"
    assert client.post(url, {"household": "nonsense"}).status_code == 404
    assert client.post(url, {"household": str(uuid4())}).status_code == 404
    assert "没找到这一户" in client.post(url, {"q": "没有这个人"}).content.decode()


def test_paper_has_nothing_filled_in(coming, cast, visit, client_of):
    coming.save(visit, matches=SAME | {"aid": "differs"}, said={"aid": "没领到"})
    page = client_of(cast.county).get(f"/inspections/{visit.stop.inspection_id}/print/").content.decode()
    assert "没领到" not in page
    assert page.count("□ 相符") == len(Item)
    assert AuditEvent.objects.get(action="inspection.print").data["households"] == 1
