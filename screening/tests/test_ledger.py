"""The electronic ledger: every household once, counts equal lists, official columns, numbers masked (C12)."""

import io
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from dabao.models import AuditEvent
from dabao.scope import whole
from dabao.tests.cast import CHAHE, COUNTY, DAMAIDI, LIUSHUTANG, TODAY
from screening.choices import DisabilityKind
from screening.models import DisabilityCertificate, Verification
from screening.queries import ledger
from screening.queries.cases import CaseFilters
from screening.rules.verdicts import Verdict
from screening.services import cases
from screening.services import ledger as service
from screening.tests.enrolment_cast import NOT_ELIGIBLE, bring_to, write_number
from screening.tests.test_verification import entry_of, people_of, put_on_roll, submit

ALL = CaseFilters()


@pytest.fixture
def county_ledger(cast, judged, make_case, make_household):
    """Six: never visited (in another township), nobody home, returned, to recheck, at approval, closed."""
    make_case(make_household(DAMAIDI, ("李发祥", "weak")))
    away = make_case(make_household(CHAHE, ("杨正芳", "none")))
    Verification.objects.create(
        case=away, by=cast.officer, state="submitted", result="nobody_home", visited_on=date(2020, 4, 2)
    )
    make_case(
        make_household(CHAHE, ("起文林", "")), returned_on=TODAY, return_note="务工成本没有依据", version=3
    )
    found = {"away": away, "recheck": judged(NOT_ELIGIBLE)}
    found["approval"] = judged(Verdict("dibao"))
    bring_to(found["approval"], cast, "approved")
    found["closed"] = judged(Verdict("tekun"))
    bring_to(found["closed"], cast, "recorded")
    write_number(found["closed"].enrolments.get(), cast.county)
    return found


def listed(cast, county, **chosen):
    return ledger.listed(cast.county.scope(), county.plan, CaseFilters(**chosen), TODAY)


def test_households_with_and_without_record_add_up_to_all(cast, county, county_ledger):
    counts = ledger.counts(cast.county.scope(), county.plan, ALL, TODAY)
    assert (counts.all, counts.has, counts.none, counts.persons) == (6, 3, 3, 9)


def test_tabs_add_up_and_each_counts_its_list(cast, county, county_ledger):
    scope = cast.county.scope()
    tabs = ledger.tabs(scope, county.plan, ALL, TODAY)
    first, *others = tabs
    assert first.count == sum(tab.count for tab in others) == 6
    for tab in tabs:
        assert ledger.listed(scope, county.plan, tab.filters, TODAY).count() == tab.count


def test_townships_add_up_to_the_county(cast, county, county_ledger):
    scope = cast.county.scope()
    places = ledger.by_township(scope, county.plan, ALL, TODAY)
    assert {place.name: (place.counts.all, place.counts.has, place.counts.none) for place in places} == {
        "石羊镇": (5, 3, 2),
        "赵家店镇": (1, 0, 1),
    }
    for place in places:
        assert listed(cast, county, region=place.code).count() == place.counts.all
        without = listed(cast, county, region=place.code, state=("to_verify",), assigned="none")
        assert without.count() == place.unassigned


def test_reasons_for_no_record_add_up_and_each_counts_its_list(cast, county, county_ledger):
    scope = cast.county.scope()
    why = ledger.why_none(scope, county.plan, ALL, TODAY)
    assert {name: number for name, _, number in why} == {
        "never": 1,
        "away": 1,
        "returned": 1,
        "again": 0,
        "unknown": 0,
    }
    for name, _, number in why:
        assert listed(cast, county, lacking=name).count() == number


def test_a_reopened_household_has_no_record_until_it_is_verified_again(cast, county, county_ledger):
    cases.reopen(
        scope=cast.officer.scope(),
        case_id=county_ledger["closed"].pk,
        actor=cast.officer,
        day=TODAY,
        reason="增人",
    )
    assert listed(cast, county, lacking="again").get() == county_ledger["closed"]
    assert ledger.counts(cast.county.scope(), county.plan, ALL, TODAY).none == 4


def test_a_row_says_what_was_found_and_where_it_stands(cast, county, county_ledger):
    scope = cast.county.scope()
    shown = {row.id: row for row in ledger.rows(scope, ledger.for_rows(scope, listed(cast, county)), TODAY)}
    approval = shown[county_ledger["approval"].pk]
    assert (approval.opinion, approval.proposed, approval.refused, approval.status_text) == (
        "符合",
        "低保·整户",
        "",
        "审批 10 天",
    )
    recheck = shown[county_ledger["recheck"].pk]
    assert (recheck.opinion, recheck.proposed, recheck.refused) == ("不符合", "", "财政供养人员")
    away = shown[county_ledger["away"].pk]
    assert (away.lacking, away.opinion, away.verified_on) == ("去过 1 次，没见到人（4月2日）", "", None)
    assert shown[county_ledger["closed"].pk].status_text == "已纳入"


def test_for_who_is_rightly_covered_nothing_is_to_be_enrolled(cast, county, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("普有福", "weak")))
    put_on_roll(people_of(case)[0])
    submit(case, cast.officer, entry_of(case, Verdict("dibao", covered=True)))
    scope = cast.county.scope()
    (row,) = ledger.rows(scope, ledger.for_rows(scope, listed(cast, county)), TODAY)
    assert (row.opinion, row.proposed) == ("在保正确", "")


def test_who_sees_the_ledger_sees_his_own_part(client_of, cast, county_ledger):
    pages = {
        who: client_of(getattr(cast, who)).get(reverse("screening:ledger"))
        for who in ("officer", "assistant", "unit", "leader", "stranger")
    }
    assert {who: page.context["counts"].all for who, page in pages.items()} == {
        "officer": 5,
        "assistant": 3,
        "unit": 1,
        "leader": 6,
        "stranger": 0,
    }
    assert client_of(cast.admin).get(reverse("screening:ledger")).status_code == 403


def test_search_goes_by_post_and_leaves_a_trace_without_the_name(client_of, cast, county_ledger):
    answer = client_of(cast.officer).post(reverse("screening:ledger-search"), {"q": "起文林"})
    assert [row.head for row in answer.context["page"]] == ["起文林"]
    event = AuditEvent.objects.get(action="case.search")
    assert "起文林" not in str(event.data)


@pytest.mark.parametrize("address", ["screening:ledger", "screening:ledger-print"])
def test_the_ledger_takes_the_same_number_of_queries_for_more_households(
    client_of, cast, county_ledger, make_case, make_household, address
):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client_of(cast.county).get(reverse(address)).status_code == 200
        return len(seen)

    before = queries()
    for number in range(5):
        make_case(make_household(LIUSHUTANG, (f"户{number}", "none"), ("乙", "weak")))
    assert queries() == before


# --- Out of the system ---


def export(cast, county, actor, **changes):
    arguments = {"filters": ALL, "day": TODAY, "purpose": "发各乡镇补齐记录"} | changes
    return service.export(scope=actor.scope(), plan=county.plan, actor=actor, **arguments)


def sheet_of(content):
    return list(load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))


def test_the_file_has_the_official_columns_one_line_a_household_and_masked_numbers(
    cast, county, county_ledger
):
    lines = sheet_of(export(cast, county, cast.county))
    heads, body, foot = lines[0], lines[1:7], lines[-1]
    assert len(heads) == 31
    assert heads[:7] == ("序号", "乡镇", "村", "组", "户编号", "户主姓名", "身份证号")
    assert [line[0] for line in body] == [1, 2, 3, 4, 5, 6]
    assert {line[6][6:14] for line in body} == {"********"}
    closed = next(line for line in body if line[22] == "特困供养")
    by_head = dict(zip(heads, closed, strict=True))
    assert (by_head["研判意见"], by_head["是否销号"], by_head["保障人数"]) == ("符合", "是", 2)
    assert by_head["月补差金额"] == 430
    assert by_head["录入系统时间"].date() == date(2020, 4, 3)
    assert "发各乡镇补齐记录" in foot[0]
    assert "杨秀兰" in foot[0]
    event = AuditEvent.objects.get(action="ledger.export")
    assert (event.data["households"], event.data["whole"]) == (6, False)


def test_whole_numbers_need_the_right_and_the_reason_is_logged(cast, county, county_ledger):
    number = county_ledger["away"].household.head.id_number
    with pytest.raises(ValidationError, match="要有查看权限"):
        export(cast, county, cast.unit, whole=True)
    assert not AuditEvent.objects.filter(action="ledger.export").exists()
    lines = sheet_of(export(cast, county, cast.county, whole=True, purpose="核对证件"))
    assert number in {line[6] for line in lines[1:7]}
    assert AuditEvent.objects.get(action="ledger.export").data["reason"] == "核对证件"


def test_without_a_purpose_nothing_leaves(client_of, cast, county, county_ledger):
    with pytest.raises(ValidationError, match="请写用途"):
        export(cast, county, cast.county, purpose=" ")
    answer = client_of(cast.county).post(
        reverse("screening:ledger-export"), {"numbers": "masked", "purpose": ""}
    )
    assert answer.status_code == 422
    assert "请写用途" in answer.content.decode()


def test_the_file_of_a_tab_has_its_households_only(client_of, cast, county_ledger):
    answer = client_of(cast.county).post(
        reverse("screening:ledger-export"), {"state": "to_verify", "numbers": "masked", "purpose": "催办"}
    )
    assert answer.status_code == 200
    lines = sheet_of(answer.content)
    assert [line[0] for line in lines[1:4]] == [1, 2, 3]
    assert lines[4][0] is None


def test_no_cell_becomes_a_formula(cast, county, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("=HYPERLINK(1)", "none"), group="+一组"))
    book = load_workbook(io.BytesIO(export(cast, county, cast.county)))
    cells = [cell for row in book.active.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {"'=HYPERLINK(1)", "'+一组"} <= {cell.value for cell in cells}


def test_members_with_a_certificate_are_named_with_kind_and_grade(cast, county, make_case, make_household):
    household = make_household(LIUSHUTANG, ("普有福", "weak"), ("罗翠英", "none"))
    make_case(household)
    member = household.memberships.exclude(relation="01").get().person
    DisabilityCertificate.objects.create(
        person=member, kind=DisabilityKind.MENTAL, grade=3, first_day=date(2020, 1, 1)
    )
    heads, line = sheet_of(export(cast, county, cast.county))[:2]
    told = dict(zip(heads, line, strict=True))
    assert (told["成员姓名"], told["残疾类别"], told["残疾等级"]) == ("罗翠英", "精神", "3 级")


def test_the_command_writes_the_file_masked(tmp_path, cast, county, county_ledger, capsys):
    out = tmp_path / "ledger.xlsx"
    call_command("export_ledger", str(out), "--region", "532326102")
    lines = sheet_of(out.read_bytes())
    assert len([line for line in lines[1:] if isinstance(line[0], int)]) == 5
    assert AuditEvent.objects.get(action="ledger.export").actor_label == "命令行"
    with pytest.raises(SystemExit) as stopped:
        call_command("export_ledger", str(out), "--region", "530101")
    assert stopped.value.code == 2


def test_the_whole_county_by_the_scope_of_the_system(cast, county, county_ledger):
    assert ledger.counts(whole(COUNTY), county.plan, ALL, TODAY).all == 6


# --- Kept filters ---


def test_a_kept_filter_is_ones_own_and_counts_its_list(client_of, cast, county_ledger):
    mine, other = client_of(cast.county), client_of(cast.county2)
    mine.post(reverse("screening:ledger-save"), {"name": "没记录", "state": "to_verify"})
    [(saved, count)] = mine.get(reverse("screening:ledger")).context["saved"]
    assert (saved.name, saved.query, count) == ("没记录", "state=to_verify", 3)
    assert other.get(reverse("screening:ledger")).context["saved"] == []
    other.post(reverse("screening:ledger-forget"), {"filter": str(saved.pk)})
    assert mine.get(reverse("screening:ledger")).context["saved"]
    mine.post(reverse("screening:ledger-forget"), {"filter": str(saved.pk)})
    assert mine.get(reverse("screening:ledger")).context["saved"] == []


def test_a_filter_needs_a_new_name_and_there_are_eight_at_most(client_of, cast, county_ledger):
    mine = client_of(cast.county)

    def keep(name):
        page = mine.post(reverse("screening:ledger-save"), {"name": name}, follow=True)
        return page.content.decode()

    assert "存下现在的筛选" in keep("一")
    assert "换一个名字再存" in keep("一")
    for number in range(7):
        keep(f"第{number}")
    assert "最多存 8 个筛选" in keep("第九个")
