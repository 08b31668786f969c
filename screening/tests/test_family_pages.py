"""The verification form about the family, before income is typed, and what only the door tells (C08)."""

from datetime import date

import pytest

from dabao import crypto
from dabao.tests.cast import LIUSHUTANG, TODAY, make_id
from screening.choices import Labour, Relation
from screening.models import IllnessRecord, Person, Verification
from screening.queries import advice
from screening.queries.households import household
from screening.services import verification
from screening.tests.case_pages import filled, url
from screening.tests.test_verification import submit


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))


@pytest.fixture
def officer(cast, client_of):
    return client_of(cast.officer)


def of(case, name):
    return case.household.memberships.get(person__name=name).person


def new_member(case, **changes):
    return (
        filled(case)
        | {
            "new-name": "普小妹",
            "new-number": make_id("532326", date(2001, 5, 6), 77),
            "new-relation": Relation.DAUGHTER,
            "new-labour": Labour.NONE,
            "new-since": "2020-03-01",
        }
        | changes
    )


def test_a_day_of_death_on_the_form_takes_effect(officer, case):
    wife = of(case, "罗翠英")
    sent = filled(case) | {f"died-{wife.pk}": "2020-03-20", "living": "1", "income-wages": "3000"}
    answer = officer.post(url("case", case), sent)
    assert answer.status_code == 302
    wife.refresh_from_db()
    assert wife.died_on == date(2020, 3, 20)
    page = officer.get(url("case", case)).content.decode()
    assert "2020-03-20 去世" in page


def test_the_correction_form_still_shows_who_moved_out(officer, case):
    wife = of(case, "罗翠英")
    sent = filled(case) | {f"left-{wife.pk}": "2020-03-20", "living": "1", "income-wages": "3000"}
    officer.post(url("case", case), sent)
    form = officer.get(url("case-correct", case)).context["form"]
    assert (form[f"lives-{wife.pk}"].value(), form[f"left-{wife.pk}"].value()) == (False, "2020-03-20")
    assert form["living"].value() == 1


def test_somebody_absent_needs_a_day_or_a_word(officer, case):
    wife = of(case, "罗翠英")
    sent = filled(case) | {"living": "1"}
    del sent[f"lives-{wife.pk}"]
    answer = officer.post(url("case", case), sent)
    assert "填去世或迁出日期" in answer.context["form"].errors[f"change-{wife.pk}"][0]


def test_who_is_away_stays_unticked_in_the_draft(officer, case):
    wife = of(case, "罗翠英")
    sent = filled(case) | {
        "living": "1",
        f"change-{wife.pk}": "在昆明务工",
        f"change-{of(case, '普有福').pk}": "",
    }
    del sent[f"lives-{wife.pk}"], sent["on_site"]
    officer.post(url("case-draft", case), sent)
    form = officer.get(url("case", case)).context["form"]
    assert (form[f"lives-{wife.pk}"].value(), form["on_site"].value()) == (False, False)


def test_a_new_member_is_registered_from_the_form_and_what_was_typed_stays(officer, case):
    sent = new_member(case) | {f"change-{one.person_id}": "" for one in case.household.memberships.all()}
    answer = officer.post(url("case-member", case), sent)
    assert answer.status_code == 302
    form = officer.get(url("case", case)).context["form"]
    girl = Person.objects.get(name="普小妹")
    assert (form[f"lives-{girl.pk}"].value(), form["living"].value()) == (True, 3)
    assert form["grounds"].value() == "配偶需照料"
    kept = str(Verification.objects.get(state="draft").draft)
    assert "new-" not in kept
    assert girl.id_number not in kept


def test_a_new_member_refused_is_told_in_the_form(officer, case):
    answer = officer.post(url("case-member", case), new_member(case, **{"new-number": "532326200105060077"}))
    assert answer.status_code == 422
    assert answer.context["member_form"].errors["number"]
    other = of(case, "罗翠英")
    answer = officer.post(url("case-member", case), new_member(case, **{"new-number": other.id_number}))
    assert "已经是本户成员" in answer.content.decode()


def test_without_any_income_typed_nothing_is_said_of_the_standard(officer, case):
    answer = officer.get(url("case", case))
    assert (answer.context["income"], answer.context["each"]) == (None, None)
    assert "还没填收入" in answer.content.decode()


def test_no_income_at_all_must_be_said(officer, case):
    blank = filled(case) | {"income-wages": "", "income-wages-note": ""}
    answer = officer.post(url("case", case), blank)
    assert "没有任何收入" in answer.context["form"].errors["income-wages"][0]
    both = filled(case) | {"no_income": "on"}
    assert "no_income" in officer.post(url("case", case), both).context["form"].errors
    assert officer.post(url("case", case), blank | {"no_income": "on"}).status_code == 302
    record = Verification.objects.get(state="submitted")
    assert record.per_capita == 0
    form = officer.get(url("case-correct", case)).context["form"]
    assert (form["no_income"].value(), form["income-wages"].value()) == ("on", None)


@pytest.mark.parametrize(
    ("answer", "words"),
    [("yes", "遇到急难或大额支出"), ("no", "没有遇到急难"), ("", "还要查明是否遇到急难或大额支出")],
)
def test_what_the_door_tells_of_hardship_reaches_the_advice(cast, case, answer, words):
    page = household(cast.officer.scope(), case.pk, TODAY)
    told = advice.choices(
        cast.officer.scope(), page, {"hardship": answer}, [("temporary", "临时救助")], TODAY
    )
    assert told[0].facts == words


def test_hardship_and_dependence_are_kept_with_the_record(officer, case):
    sent = filled(case) | {"dependent": "no", "hardship": "yes", "then": "stay"}
    assert "hardship_note" in officer.post(url("case", case), sent).context["form"].errors
    officer.post(url("case", case), sent | {"hardship_note": "4月3日火灾"})
    record = Verification.objects.get(state="submitted")
    assert (record.dependent, record.hardship, record.hardship_note) == (False, True, "4月3日火灾")
    assert "4月3日火灾" in officer.get(url("case", case)).content.decode()


def test_a_page_that_is_no_longer_the_newest_takes_nothing_back(officer, cast, case):
    submit(case, cast.officer)
    case.refresh_from_db()
    stale = {"version": case.version - 1, "reason": "群众反映"}
    officer.post(url("case-withdraw", case), stale)
    case.refresh_from_db()
    assert case.state == "to_enrol"
    page = officer.get(url("case", case)).content.decode()
    assert "有人改过" in page
    assert f'name="version" value="{case.version}"' in page
    verification.withdraw(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY, version=case.version
    )


def test_a_stale_page_reopens_nothing(officer, cast, make_case, make_household):
    closed = make_case(make_household(LIUSHUTANG, ("甲", "")), state="closed", outcome="not_eligible")
    officer.post(url("case-reopen", closed), {"version": closed.version + 1, "reason": "群众反映"})
    closed.refresh_from_db()
    assert closed.state == "closed"
    officer.post(url("case-reopen", closed), {"version": closed.version, "reason": "群众反映"})
    closed.refresh_from_db()
    assert closed.state == "to_verify"


def test_illnesses_have_names_for_who_verifies_and_for_nobody_else(officer, cast, client_of, case):
    IllnessRecord.objects.create(
        person=of(case, "罗翠英"),
        diagnosis_sealed=crypto.seal("肺恶性肿瘤"),
        diagnosis_index=crypto.blind("肺恶性肿瘤"),
        first_day=date(2020, 3, 1),
    )
    assert officer.get(url("case", case)).content.decode().count("大病（肺恶性肿瘤）") == 2
    page = client_of(cast.leader).get(url("case", case)).content.decode()
    assert page.count("大病（有）") == 2
    assert "肺恶性肿瘤" not in page
