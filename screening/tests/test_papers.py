"""Papers of a household and the list to hang: what stands on them, what does not, who may, what is logged."""

import io
import re
from datetime import date
from decimal import Decimal

import docx
import pytest
from django.urls import reverse

from dabao import crypto
from dabao.documents import official, pdf, sheet, sheet_docx
from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, DAMAIDI, LIUSHUTANG, SHIYANG, TODAY
from screening.choices import DisabilityKind, Labour, Scheme
from screening.models import DisabilityCertificate, IllnessRecord, Objection, PriorFinding
from screening.papers.household_file import file_sheet
from screening.papers.notice import notices
from screening.papers.visit_sheet import visit_sheet
from screening.queries.household_file import household_file
from screening.queries.households import household
from screening.rules.verdicts import MemberFound, Verdict
from screening.services import cases, recheck, verification
from screening.tests.case_pages import queries
from screening.tests.enrolment_cast import LAST, POST, bring_to
from screening.tests.test_verification import NOT, entry_of, people_of, submit


@pytest.fixture
def case(make_case, make_household):
    home = make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE))
    home.phone_sealed = crypto.seal("13887654321")
    home.save()
    return make_case(home)


@pytest.fixture
def officer(cast, client_of):
    return client_of(cast.officer)


def address(name, case):
    return reverse(f"screening:{name}", args=[case.pk])


def agree(case, actor):
    case.refresh_from_db()
    return recheck.agree(
        scope=actor.scope(), case_id=case.pk, actor=actor, version=case.version, means=["phone"], day=TODAY
    )


def opened(answer):
    return docx.Document(io.BytesIO(b"".join(answer.streaming_content)))


def words(document):
    """Every word of a docx: paragraphs, cells, feet."""
    parts = [paragraph.text for paragraph in document.paragraphs]
    parts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    parts += [paragraph.text for section in document.sections for paragraph in section.footer.paragraphs]
    return "\n".join(parts)


def said(one):
    """Every word of a sheet."""
    parts = [one.title, *one.under, one.foot]
    for part in one.parts:
        parts += [part.heading, part.text]
        parts += [cell.text for table in part.tables for row in table.cells for cell in row]
    return "\n".join(parts)


def numbers_of(case):
    people = people_of(case)
    return [person.id_number for person in people] + [case.household.phone, case.household.number]


def logged():
    events = AuditEvent.objects.filter(action__startswith="paper.").order_by("pk")
    return [(one.action, one.data.get("paper"), one.actor_label) for one in events]


# --- Visit sheet ---


def test_a_blank_sheet_carries_what_is_known_and_leaves_room(cast, case):
    PriorFinding.objects.create(
        household=case.household, campaign="冬季攻势", text="住房漏雨", found_on=date(2020, 1, 6),
        first_day=TODAY,
    )  # fmt: skip
    text = said(visit_sheet(household(cast.officer.scope(), case.pk, TODAY), TODAY))
    for known in ("普有福", "罗翠英", "柳树塘村", "冬季攻势 2020-01-06：住房漏雨", "4,500 元/年（待确认）"):
        assert known in text
    assert "□机动车" in text
    assert "☑" not in text
    assert "532326********" in text


def test_a_filled_sheet_says_what_was_found(cast, case):
    person = people_of(case)[1]
    entry = entry_of(
        case,
        Verdict(Scheme.DIBAO),
        members=[MemberFound("普有福", people_of(case)[0].pk), MemberFound("罗翠英", person.pk)],
        property_held=["vehicle"],
        property_note="摩托车一辆",
    )
    submit(case, cast.officer, entry)
    page = household(cast.officer.scope(), case.pk, TODAY)
    text = said(visit_sheet(page, TODAY))
    for found in (
        "☑机动车", "摩托车一辆", "9,000", "县内务工", "4,000.00", "☑低保·整户", "☑已见面", "☑乡镇干部",
        "鲁建华（乡镇干部），同去：驻村队员 1 人", "普明芬（之女，无赡养能力）", "配偶需照料",
    ):  # fmt: skip
        assert found in text
    assert "☑" not in said(visit_sheet(page, TODAY, blank=True))


def test_members_judged_apart_have_their_reasons(cast, case):
    first, second = people_of(case)
    verdicts = (
        Verdict(Scheme.NONE, first.pk, reason_code="public_payroll", reason_text="在编教师"),
        Verdict(Scheme.TEKUN, second.pk),
    )
    submit(case, cast.officer, entry_of(case, *verdicts, departure_reason="看证", departures=[]))
    text = said(visit_sheet(household(cast.officer.scope(), case.pk, TODAY), TODAY))
    assert "☑各人不同" in text
    assert "普有福：财政供养人员，在编教师" in text
    assert "特困供养" in text


def test_illness_is_named_to_who_verifies_only(cast, case):
    IllnessRecord.objects.create(
        person=people_of(case)[0],
        diagnosis_sealed=crypto.seal("尿毒症"),
        diagnosis_index=crypto.blind("尿毒症"),
        first_day=TODAY,
    )
    for user, named in ((cast.officer, True), (cast.leader, False)):
        page = household(user.scope(), case.pk, TODAY)
        assert ("尿毒症" in said(visit_sheet(page, TODAY))) is named
        found = household_file(user.scope(), case.pk, TODAY)
        assert ("尿毒症" in said(file_sheet(found, TODAY))) is named


@pytest.mark.parametrize("name", ["visit-sheet", "case-file"])
def test_the_page_and_the_docx_say_the_same_and_no_whole_number(officer, cast, case, name):
    submit(case, cast.officer)
    page = officer.get(address(name, case)).content.decode()
    document = opened(officer.get(address(name, case) + "?as=docx"))
    for text in (page, words(document)):
        assert "普有福" in text
        assert "号码已遮" in text
        assert not [number for number in numbers_of(case) if number in text]
    assert "普有福" not in re.search(r"<title>(.*)</title>", page)[1]
    assert "第 " in words(document)


def test_each_print_and_download_stands_in_the_log(officer, cast, case):
    officer.get(address("visit-sheet", case))
    officer.get(address("case-file", case) + "?as=docx")
    assert logged() == [
        ("paper.print", "visit_sheet", "鲁建华"),
        ("paper.download", "household_file", "鲁建华"),
    ]
    assert AuditEvent.objects.filter(action="paper.print").get().object_id == str(case.pk)


def test_the_name_of_a_file_is_nobodys(officer, case):
    answer = officer.get(address("case-file", case) + "?as=docx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "2020-04-10" in answer.headers["Content-Disposition"]
    assert "%E6%99%AE" not in answer.headers["Content-Disposition"]  # 普


def test_the_sheets_of_a_village_follow_the_filter(officer, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("甲一", "")))
    make_case(make_household(LIUSHUTANG, ("甲二", "")))
    make_case(make_household(CHAHE, ("乙一", "")))
    answer = officer.get(reverse("screening:visit-sheets") + f"?state=to_verify&village={LIUSHUTANG}")
    text = answer.content.decode()
    assert (text.count("<article"), "甲一" in text, "乙一" in text) == (2, True, False)
    document = opened(
        officer.get(reverse("screening:visit-sheets") + f"?state=to_verify&village={LIUSHUTANG}&as=docx")
    )
    titles = [one for one in document.paragraphs if one.style.name == official.TITLE]
    assert [one.paragraph_format.page_break_before for one in titles] == [False, True]


def test_a_paper_of_a_drill_names_its_day_before_the_real_one(officer, case):
    text = officer.get(reverse("screening:visit-sheet", args=[case.pk])).content.decode()
    assert f"打印：鲁建华 演练日 {TODAY}（实际 " in text


def test_more_sheets_do_not_ask_more_queries(officer, make_case, make_household):
    address = reverse("screening:visit-sheets") + f"?state=to_verify&village={LIUSHUTANG}"
    make_case(make_household(LIUSHUTANG, ("甲一", "")))
    queries(officer, address)  # the first call of a process asks once for what it keeps
    one = queries(officer, address)
    for number in range(4):
        make_case(make_household(LIUSHUTANG, (f"乙{number}", "")))
    assert queries(officer, address) == one


def test_too_many_sheets_say_how_many_were_printed(officer, make_case, make_household, monkeypatch):
    monkeypatch.setattr("screening.views.papers.MOST_SHEETS", 1)
    make_case(make_household(LIUSHUTANG, ("甲一", "")))
    make_case(make_household(LIUSHUTANG, ("甲二", "")))
    text = officer.get(reverse("screening:visit-sheets")).content.decode()
    assert "共 2 户，只印前 1 户" in text
    assert text.count("<article") == 1


def test_no_household_leads_back_to_the_list(officer):
    answer = officer.get(reverse("screening:visit-sheets"), follow=True)
    assert "没有要打印的核查表" in answer.content.decode()


@pytest.mark.parametrize("who", ["unit", "leader"])
def test_who_does_not_verify_prints_no_sheets_for_the_village(cast, client_of, who):
    assert client_of(getattr(cast, who)).get(reverse("screening:visit-sheets")).status_code == 403


# --- Notice ---


def letters(case, user):
    return notices(household(user.scope(), case.pk, TODAY))


def test_a_notice_waits_for_the_second_person(officer, cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    assert letters(case, cast.officer) == []
    answer = officer.get(address("case-notice", case), follow=True)
    assert "由另一人复核同意" in answer.content.decode()
    assert "不符合告知书" not in answer.content.decode()
    agree(case, cast.colleague)
    page = officer.get(address("case-notice", case)).content.decode()
    for part in (
        "普有福：",
        "有面包车一辆",
        "六十日内",
        "罗国伟",
        "6223961",
        "石羊镇人民政府",
        "2020年4月10日",
    ):
        assert part in page
    assert "不符合告知书" in officer.get(address("case", case)).content.decode()
    assert logged() == [("paper.print", "notice", "鲁建华")]


def test_a_household_to_be_verified_again_gets_no_notice(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(case, cast.colleague)
    assert letters(case, cast.officer)
    cases.reopen(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY, reason="村民反映"
    )
    assert letters(case, cast.officer) == []


def test_a_returned_recheck_gives_no_notice(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    case.refresh_from_db()
    recheck.send_back(
        scope=cast.colleague.scope(), case_id=case.pk, actor=cast.colleague, version=case.version,
        note="没有车辆登记", day=TODAY,
    )  # fmt: skip
    assert letters(case, cast.officer) == []


def test_a_correction_after_the_recheck_waits_for_another(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(case, cast.colleague)
    case.refresh_from_db()
    verification.correct(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=case.version,
        submission_key="00000000-0000-4000-8000-000000000001", entry=entry_of(case, NOT),
        reason="写明车牌", day=TODAY,
    )  # fmt: skip
    assert letters(case, cast.officer) == []


def test_each_of_the_ineligible_gets_his_own_and_nobody_elses_reason(cast, case):
    first, second = people_of(case)
    submit(
        case,
        cast.officer,
        entry_of(
            case,
            Verdict(Scheme.NONE, first.pk, reason_code="public_payroll", reason_text="在编教师"),
            Verdict(Scheme.NONE, second.pk, reason_code="vehicle", reason_text="有面包车一辆"),
        ),
    )
    agree(case, cast.colleague)
    found = {one.to: "".join(one.chapters[0].lines) for one in letters(case, cast.officer)}
    assert found == {"普有福": "财政供养人员：在编教师。", "罗翠英": "财产超标准（车辆）：有面包车一辆。"}


def test_nobody_writes_to_the_dead(cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("普有福", Labour.NONE)))
    verification.propose_closing(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=case.version,
        outcome="deceased", reason="村委证明 4月2日", day=TODAY, died_on=date(2020, 4, 2),
    )  # fmt: skip
    agree(case, cast.colleague)
    assert letters(case, cast.officer) == []


def test_an_income_over_the_standard_is_told_with_both_figures(cast, case):
    over = entry_of(
        case,
        Verdict(Scheme.NONE, reason_code="income_over", reason_text="人均高于标准"),
        income={"wages": (Decimal("20000"), "省外务工")},
    )
    submit(case, cast.officer, over)
    agree(case, cast.colleague)
    assert "10,000.00 元，农村低保标准 4,500 元" in letters(case, cast.officer)[0].chapters[0].lines[0]


def test_the_docx_of_a_notice_is_an_official_paper(officer, cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(case, cast.colleague)
    document = opened(officer.get(address("case-notice", case) + "?as=docx"))
    styles = [one.style.name for one in document.paragraphs if one.text]
    assert styles[:3] == [official.TITLE, official.ADDRESSEE, official.BODY]
    assert official.SIGNED in styles
    before = [one for one in document.paragraphs if "6223961" in one.text]
    assert before[0].paragraph_format.keep_with_next, "no signature on a page of its own"
    assert round(document.sections[0].top_margin.mm) == 37
    assert not [number for number in numbers_of(case) if number in words(document)]


# --- One household's file ---


def test_the_file_tells_everything_of_a_household(cast, case):
    DisabilityCertificate.objects.create(
        person=people_of(case)[1], kind=DisabilityKind.PHYSICAL, grade=2, first_day=TODAY
    )
    submit(case, cast.officer, entry_of(case, NOT))
    agree(case, cast.colleague)
    text = said(file_sheet(household_file(cast.officer.scope(), case.pk, TODAY), TODAY))
    for part in (
        "罗翠英", "肢体二级", "不符合", "有面包车一辆", "减：就业成本", "4,000.00", "同意", "打电话问了本户",
        "周丽萍", "筛查：列入名单", "入户核查：", "没有照片", "县民政局（章）：",
    ):  # fmt: skip
        assert part in text


def test_a_file_before_any_visit_says_so(cast, case):
    text = said(file_sheet(household_file(cast.officer.scope(), case.pk, TODAY), TODAY))
    assert "还没有核查。" in text
    assert "还没有结论" in text


@pytest.mark.parametrize("name", ["visit-sheet", "case-file", "case-notice"])
def test_the_papers_of_others_are_not_there(cast, client_of, case, name):
    assert client_of(cast.stranger).get(address(name, case)).status_code == 404
    assert client_of(cast.admin).get(address(name, case)).status_code == 403
    assert logged() == []


# --- Sheets on paper ---


def test_widths_of_every_table_fill_the_line(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    page = household(cast.officer.scope(), case.pk, TODAY)
    made = [
        visit_sheet(page, TODAY),
        visit_sheet(page, TODAY, blank=True),
        file_sheet(household_file(cast.officer.scope(), case.pk, TODAY), TODAY),
    ]
    for table in [table for one in made for part in one.parts for table in part.tables]:
        assert sum(table.widths) == sheet.WIDTH
        assert {sum(cell.span for cell in row) for row in table.cells} == {len(table.widths)}


@pytest.mark.skipif(not pdf.available(), reason="没有 LibreOffice")
def test_a_docx_of_sheets_opens_in_libreoffice(cast, case):
    target = io.BytesIO()
    made = visit_sheet(household(cast.officer.scope(), case.pk, TODAY), TODAY)
    sheet_docx.write([made, made], "打印：鲁建华", target)
    assert pdf.convert(target.getvalue()).startswith(b"%PDF")


def test_a_region_of_others_hangs_no_list(cast, client_of):
    answer = client_of(cast.officer).get(reverse("screening:publicity-docx") + f"?region={DAMAIDI[:9]}")
    assert answer.status_code == 404


def test_the_list_to_hang_is_in_the_log(officer, cast):
    answer = officer.get(reverse("screening:publicity-docx") + f"?region={SHIYANG}")
    assert answer.status_code == 200
    assert logged() == [("paper.download", "public_list", "鲁建华")]


@pytest.mark.parametrize("archive", [False, True])
def test_the_docx_to_hang_has_names_villages_and_schemes_and_nothing_else(officer, cast, judged, archive):
    case = judged(Verdict(Scheme.DIBAO))
    bring_to(case, cast, "approved")
    DisabilityCertificate.objects.create(
        person=case.household.head, kind=DisabilityKind.PHYSICAL, grade=1, first_day=POST
    )
    query = f"?region={SHIYANG}&first={POST}&last={LAST}" + ("&archive=1" if archive else "")
    document = opened(officer.get(reverse("screening:publicity-docx") + query))
    text = words(document)
    for shown in (
        "普有福",
        "柳树塘·三组",
        "低保·整户",
        "2020年3月24日至2020年3月30日（7 天）",
        "3月30日 24 时前",
    ):
        assert shown in text
    for number in filter(None, numbers_of(case)):
        assert number not in text
        assert number[-4:] not in text
    for hidden in ("罗翠英", "肢体", "一级"):
        assert hidden not in text
    assert ("张贴地点" in text, "☑没有异议" in text) == (archive, archive)
    assert [table.style.name for table in document.tables] == ["Table Grid"] * (2 if archive else 1)


@pytest.mark.parametrize(
    ("settled", "words_of_it"),
    [
        (None, "成立 0，不成立 0，没处理 1"),
        (True, "成立 1，不成立 0，没处理 0"),
        (False, "成立 0，不成立 1，没处理 0"),
    ],
)
def test_the_copy_for_the_archive_says_what_came_of_it(officer, cast, judged, settled, words_of_it):
    case = judged(Verdict(Scheme.DIBAO))
    bring_to(case, cast, "approved")
    known = {} if settled is None else {
        "settled_on": LAST, "settled_by": cast.head, "upheld": settled, "finding": "查了",
    }  # fmt: skip
    Objection.objects.create(
        case=case, raised_on=POST, recorded_on=POST, text="有车", by=cast.officer, **known
    )
    query = f"?region={SHIYANG}&first={POST}&last={LAST}&archive=1"
    text = words(opened(officer.get(reverse("screening:publicity-docx") + query)))
    assert f"☑有异议 1 条（{words_of_it}）" in text


def test_a_list_that_still_hangs_leaves_its_result_open(officer, cast, judged):
    bring_to(judged(Verdict(Scheme.DIBAO)), cast, "publicised")
    text = words(opened(officer.get(reverse("screening:publicity-docx") + f"?region={SHIYANG}&archive=1")))
    assert "□没有异议　□有异议" in text
    assert "柳树塘村公开栏" in text
