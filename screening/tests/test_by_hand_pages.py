"""A household added by hand, and the row behind a figure, in Django's client."""

from datetime import date

from django.urls import reverse

from dabao import crypto
from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG, make_id
from screening import names
from screening.choices import Labour
from screening.models import Case, Household, ListRow, SourceList
from screening.tests.case_pages import url

# --- The row behind a figure ---


def test_a_source_row_leads_back_to_the_household_and_marks_the_cell_asked_for(officer, case):
    source = SourceList.objects.create(
        kind="disability", as_of=date(2020, 3, 20), region_id=case.household.region_id[:9],
        file_name="残联.xlsx", sha256="0" * 64, state="confirmed",
        columns={"Sheet1": [["姓名", "name"], ["残疾等级", "grade"]]},
    )  # fmt: skip
    row = ListRow.objects.create(
        source_list=source, sheet="Sheet1", line=5, region_id=case.household.region_id,
        household=case.household, raw=crypto.seal('["普有福", "一级"]'),
    )  # fmt: skip
    text = officer.get(reverse("screening:row", args=[row.pk]) + "?column=grade").content.decode()
    assert url("case", case) in text
    assert "第 5 行 B 列" in text
    assert "<mark>" in text
    assert "人均收入" not in text


# --- Added by hand ---


def new_form(**changes):
    return {
        "village": LIUSHUTANG,
        "group": "二组",
        "reason": "走访发现",
        "name-0": "李桂兰",
        "number-0": "532326195203040028",
        "then": "look",
    } | changes


def good_number():
    return make_id("532326", date(1952, 3, 4), 2)


def test_a_new_household_is_looked_for_first_then_added(officer):
    form = new_form(**{"number-0": good_number()})
    looked = officer.post(url("case-new"), form)
    assert "可以新增" in looked.content.decode()
    assert AuditEvent.objects.get(action="case.look").data == {"certain": 0, "near": 0}
    assert not Household.objects.exists()
    added = officer.post(url("case-new"), form | {"then": "add"})
    case = Case.objects.get()
    assert added.url == url("case", case)
    assert (case.origin, case.household.registered, case.household.head.initials) == ("by_hand", False, "lgl")
    assert AuditEvent.objects.filter(action="household.add", data__persons=1).count() == 1


def test_a_wrong_number_says_what_to_do(officer):
    answer = officer.post(url("case-new"), new_form(**{"number-0": good_number()[:17] + "?"}))
    assert answer.status_code == 200
    assert answer.context["form"].errors["number-0"]


def test_somebody_already_registered_is_shown_and_not_added_again(officer, case):
    number = case.household.head.id_number
    form = new_form(**{"number-0": number, "name-0": "普有福"})
    text = officer.post(url("case-new"), form).content.decode()
    assert "身份证号相同" in text
    assert url("case", case) in text
    assert "不能另建一户" in text
    assert "新增这一户" not in text
    officer.post(url("case-new"), form | {"then": "add", "looked_at_near": "on"})
    assert Household.objects.count() == 1


def test_somebody_of_another_township_is_only_another_township(cast, client_of, case):
    form = new_form(**{"number-0": case.household.head.id_number, "village": "532326108001"})
    text = client_of(cast.stranger).post(url("case-new"), form).content.decode()
    assert "另一乡镇" in text
    assert "柳树塘" not in text
    assert "普有福" not in text


def test_a_near_name_must_be_looked_at(officer, case):
    person = case.household.head
    person.name_key = names.name_key("普有福")
    person.save()
    form = new_form(**{"number-0": good_number(), "name-0": "普又福", "then": "add"})
    assert "同村同音" in officer.post(url("case-new"), form).content.decode()
    assert Household.objects.count() == 1
    officer.post(url("case-new"), form | {"looked_at_near": "on"})
    assert Household.objects.count() == 2


def test_a_household_of_the_registry_without_case_gets_one(officer, make_household):
    known = make_household(LIUSHUTANG, ("李桂兰", Labour.NONE))
    officer.post(url("case-new"), {"known": known.pk, "reason": "群众反映"})
    assert Case.objects.get().household == known
