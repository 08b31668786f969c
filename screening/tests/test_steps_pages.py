"""The approval desk and one household's steps as pages: who sees them, columns that add up, batches."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, LIUSHUTANG, TODAY
from screening.choices import Labour, StepKind
from screening.models import Enrolment, EnrolmentStep
from screening.queries import publicity, steps
from screening.rules.verdicts import Verdict
from screening.services import provincial_numbers, recheck
from screening.tests.enrolment_cast import (
    APPLY,
    LAST,
    NUMBER,
    POST,
    RECHECK,
    REVIEW,
    bring_to,
    take,
    verify,
    write_number,
)
from screening.tests.test_verification import people_of

DESK = reverse("screening:steps")


@pytest.fixture
def one_at_each(judged, cast):
    """A household at every stage, in the order of the stages."""
    found = {}
    for kind in StepKind.values:
        case = judged(Verdict("dibao"))
        bring_to(case, cast, kind)
        found[kind] = case
    return found


def test_the_six_columns_add_up_to_the_households_under_way(cast, county, one_at_each, judged):
    judged(Verdict("tekun"))
    columns = steps.stages(cast.county.scope(), county.plan, TODAY)
    assert [column.count for column in columns] == [2, 1, 1, 1, 1, 1]
    assert sum(column.count for column in columns) == steps.totals(cast.county.scope(), county.plan).open


@pytest.mark.parametrize("kind", StepKind.values)
def test_every_column_counts_its_list(cast, county, one_at_each, kind):
    scope = cast.county.scope()
    listed = list(steps.at_stage(scope, county.plan, kind, TODAY))
    assert [case.pk for case in listed] == [one_at_each[kind].pk]
    column = next(one for one in steps.stages(scope, county.plan, TODAY) if one.kind == kind)
    assert column.count == len(listed)


def test_in_publicity_it_stands_there_until_the_last_day_is_over(cast, county, one_at_each):
    scope, case = cast.county.scope(), one_at_each["approved"]
    on = {
        day: steps.at_stage(scope, county.plan, "publicised", day).filter(pk=case.pk) for day in (LAST, TODAY)
    }
    assert (on[LAST].exists(), on[TODAY].exists()) == (True, False)
    row = steps.rows(scope, on[LAST], "publicised", county.plan, LAST)[0]
    assert row.blocked == "公示中，3月31日起可批"


def test_a_household_with_two_grants_stands_where_the_slower_one_does(
    cast, county, make_case, make_household
):

    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)))
    one, two = people_of(case)
    verify(case, cast.officer, Verdict("tekun", person=one.pk), Verdict("tekun", person=two.pk))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.first(), cast.county)
    columns = steps.stages(cast.county.scope(), county.plan, TODAY)
    assert [column.count for column in columns] == [0, 0, 0, 0, 0, 1]


def test_the_wait_for_approval_begins_the_day_after_publicity(cast, county, one_at_each):
    case = steps.at_stage(cast.county.scope(), county.plan, "approved", TODAY).get()
    assert case.since == date(2020, 3, 31)


@pytest.mark.parametrize(
    ("who", "status"),
    [("officer", 200), ("head", 200), ("county", 200), ("assistant", 403), ("leader", 403), ("unit", 403)],
)
def test_the_desk_is_for_township_and_county(client_of, cast, one_at_each, who, status):
    assert client_of(getattr(cast, who)).get(DESK).status_code == status


def test_a_village_assistant_sees_no_steps_and_a_stranger_no_household(client_of, cast, judged):
    address = reverse("screening:case-steps", args=[judged(Verdict("dibao")).pk])
    answers = {
        who: client_of(getattr(cast, who)).get(address).status_code for who in ("assistant", "stranger")
    }
    assert answers == {"assistant": 403, "stranger": 404}
    for who in ("officer", "county", "leader"):
        assert client_of(getattr(cast, who)).get(address).status_code == 200


def test_a_batch_from_the_desk_takes_the_ready_and_shows_the_others(client_of, cast, judged):
    ready, early = judged(Verdict("dibao")), judged(Verdict("dibao"), region=CHAHE)
    bring_to(ready, cast, "approved")
    take(early, "applied", cast.officer, APPLY, per_person={"dibao": Decimal(215)})
    take(early, "reviewed", cast.colleague, REVIEW)
    take(early, "publicised", cast.officer, POST, last_day=date(2020, 4, 20), posted_where="栏")
    answer = client_of(cast.county).post(
        reverse("screening:steps-take"),
        {
            "stage": "approved",
            "case": [str(ready.pk), str(early.pk)],
            "day": "2020-04-10",
            "from_month": "2020-05-01",
            "note": "",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "批准 1 户。" in page
    assert "公示到 4月20日才满，4月21日起才能审批。" in page
    assert EnrolmentStep.objects.filter(kind="approved").count() == 1


def test_a_batch_with_nothing_ticked_says_so(client_of, cast, one_at_each):
    answer = client_of(cast.county).post(
        reverse("screening:steps-take"),
        {"stage": "approved", "day": "2020-04-10", "from_month": "2020-05-01"},
    )
    assert answer.status_code == 422
    assert "还没勾选" in answer.content.decode()


def test_application_from_the_desk_writes_the_amounts_per_person(client_of, cast, judged):
    case = judged(Verdict("dibao"))
    answer = client_of(cast.officer).post(
        reverse("screening:steps-take"),
        {"stage": "applied", "case": str(case.pk), "day": "2020-04-10", "amount-dibao": "215.50", "note": ""},
    )
    assert answer.status_code == 302
    assert case.enrolments.get().monthly_amount == Decimal("431.00")


def test_refused_from_the_desk_it_goes_back_with_the_reason(client_of, cast, one_at_each):
    case = one_at_each["approved"]
    client_of(cast.county).post(
        reverse("screening:steps-refuse"), {"stage": "approved", "case": str(case.pk), "reason": "缺委托书"}
    )
    case.refresh_from_db()
    assert (case.state, case.return_note) == ("to_verify", "缺委托书")


def test_numbers_typed_on_the_desk_close_households_and_bad_ones_stay_in_their_boxes(
    client_of,
    cast,
    judged,
):
    good, bad = judged(Verdict("dibao")), judged(Verdict("tekun"))
    for case in (good, bad):
        bring_to(case, cast, "recorded")
    answer = client_of(cast.county).post(
        reverse("screening:steps-numbers"),
        {
            f"number-{good.enrolments.get().pk}": NUMBER,
            f"number-{bad.enrolments.get().pk}": "532326042020087",
            "day": "2020-04-10",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "存下编号 1 个，销号 1 户。" in page
    assert "应是 16 位，少 1 位。看省系统回执。" in page
    assert 'value="532326042020087"' in page
    states = [case.__class__.objects.get(pk=case.pk).state for case in (good, bad)]
    assert states == ["closed", "to_enrol"]


def test_a_foreign_number_box_is_404_and_writes_nothing(client_of, cast, judged):
    mine = judged(Verdict("dibao"))
    bring_to(mine, cast, "recorded")
    answer = client_of(cast.county).post(
        reverse("screening:steps-numbers"),
        {f"number-{mine.enrolments.get().pk}": NUMBER, f"number-{mine.pk}": "5323260420200009"},
    )
    assert answer.status_code == 404
    assert Enrolment.objects.get(case=mine).provincial_number == ""


def receipt(*rows):
    book = Workbook()
    book.active.append(["姓名", "身份证号", "省系统编号"])
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_numbers_of_the_receipt_are_kept_or_refused_line_by_line(cast, judged):
    good, early, twice = (judged(Verdict("dibao")) for _ in range(3))
    for case in (good, twice):
        bring_to(case, cast, "recorded")
    bring_to(early, cast, "enrolled")
    ids = [case.household.head.id_number for case in (good, early, twice)]
    content = receipt(
        ("甲", ids[0], NUMBER),
        ("乙", ids[1], "5323260420200002"),
        ("丙", ids[2], NUMBER),
        ("丁", "53232619620305", "5323260420200003"),
        ("戊", ids[2], "532326042020000"),
    )
    result = provincial_numbers.record_file(
        scope=cast.county.scope(), content=content, actor=cast.county, today=TODAY
    )
    assert (result.read, result.done, result.closed) == (5, 1, 1)
    assert [line for line, _, _ in result.refused] == ["3", "4", "5", "6"]
    assert "还没办到这一步" in result.refused[0][2]
    assert "已经用在别的项上" in result.refused[1][2]
    assert {masked for _, masked, _ in result.refused}.isdisjoint(ids)
    assert AuditEvent.objects.filter(action="enrolment.numbers").get().data["refused"] == 4


def test_the_publicity_list_has_names_villages_and_schemes_and_no_number(client_of, cast, county, judged):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "publicised")
    page = client_of(cast.officer).get(reverse("screening:publicity-print"), {"region": "532326102"})
    text = page.content.decode()
    assert "普有福" in text
    assert "柳树塘" in text
    assert "罗翠英" not in text, "members are not made public"
    number = case.household.head.id_number
    assert number not in text
    assert number[-4:] not in text
    assert "2020年4月10日至2020年4月16日（7 天）" in text


def test_publicity_batches_count_their_lines(cast, county, judged):
    for _ in range(2):
        bring_to(judged(Verdict("dibao")), cast, "approved")
    bring_to(judged(Verdict("tekun")), cast, "publicised")
    scope = cast.officer.scope()
    batches = publicity.publicity(scope, county.plan, LAST)
    assert [(one.posted, one.households, one.persons, one.ends_in) for one in batches] == [
        (False, 1, 2, 6),
        (True, 2, 4, 0),
    ]
    found = publicity.public_list(scope, county.plan, "532326102", (POST, LAST))
    assert (len(found.lines), found.households, found.persons) == (2, 2, 4)


def test_two_lists_hung_on_one_day_until_different_days_print_apart(client_of, cast, judged, settings):
    settings.DABAO_TODAY = LAST.isoformat()
    for _ in range(2):
        bring_to(judged(Verdict("dibao")), cast, "approved")
    longer = LAST + timedelta(days=3)
    step = EnrolmentStep.objects.filter(kind="publicised").first()
    EnrolmentStep.objects.filter(pk=step.pk).update(last_day=longer)
    page = client_of(cast.officer).get(reverse("screening:publicity")).content.decode()
    for last, days in ((LAST, 7), (longer, 10)):
        address = f"region=532326102&amp;first={POST}&amp;last={last}"
        assert address in page
        sheet = client_of(cast.officer).get(
            reverse("screening:publicity-print"),
            {"region": "532326102", "first": str(POST), "last": str(last)},
        )
        assert sheet.context["households"] == 1
        assert f"（{days} 天）" in sheet.content.decode()


def test_a_township_prints_no_list_of_another(client_of, cast, county):
    answer = client_of(cast.stranger).get(reverse("screening:publicity-print"), {"region": "532326102"})
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", StepKind.values)
def test_the_desk_takes_the_same_number_of_queries_for_one_household_and_for_five(
    client_of,
    cast,
    judged,
    kind,
):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client_of(cast.county).get(DESK, {"stage": kind}).status_code == 200
        return len(seen)

    bring_to(judged(Verdict("dibao")), cast, kind)
    one = queries()
    for _ in range(4):
        bring_to(judged(Verdict("dibao")), cast, kind)
    assert queries() == one


def test_of_a_mixed_household_the_page_also_shows_who_is_not_eligible_and_why(
    client_of, cast, make_case, make_household
):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.SKILLED)))
    one, two = people_of(case)
    verify(
        case,
        cast.officer,
        Verdict("tekun", person=one.pk),
        Verdict("none", two.pk, False, "public_payroll", "在编教师"),
    )
    recheck.agree(
        scope=cast.colleague.scope(),
        case_id=case.pk,
        actor=cast.colleague,
        version=case.version,
        means=["papers"],
        day=RECHECK,
    )
    page = client_of(cast.county).get(reverse("screening:case-steps", args=[case.pk])).content.decode()
    assert "财政供养人员：在编教师" in page
    assert "特困 1 人" in page
    row = client_of(cast.county).get(DESK, {"stage": "applied"}).content.decode()
    assert "不符合 1" in row
