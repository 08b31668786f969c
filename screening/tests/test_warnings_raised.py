"""What an edition raises in the base: once, with its row, told in the timeline (C13)."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dabao.models import Standard, StandardKind
from dabao.tests.cast import CHAHE, COUNTY, LIUSHUTANG, SHIYANG, TODAY
from screening.choices import (
    CaseState,
    Labour,
    ListState,
    RowState,
)
from screening.models import (
    DisabilityCertificate,
    IllnessRecord,
    ListRow,
    RiskWarning,
)
from screening.queries import warnings as queries
from screening.rules.warnings import words
from screening.tests.warnings_cast import APRIL, MARCH, raise_now, tell


def test_an_income_that_fell_below_the_line_raises_one_warning_with_its_row(county, edition, make_household):
    household = make_household(LIUSHUTANG, ("普有福", Labour.ORDINARY), ("罗翠英", Labour.NONE))
    tell(edition("registry", MARCH), household, 4610)
    april = edition("registry", APRIL)
    tell(april, household, 3870)
    assert raise_now(april, county) == 1
    warning = RiskWarning.objects.get()
    assert (warning.kind, warning.due_on) == ("income_below", TODAY + timedelta(days=10))
    assert ListRow.objects.get(pk=warning.evidence["source"]["row"]).source_list == april


def test_a_lifted_household_that_the_registry_calls_fallen_back_raises_a_warning(
    county, edition, make_household
):
    household = make_household()
    tell(edition("registry", MARCH), household, 5000, status="lifted")
    april = edition("registry", APRIL)
    tell(april, household, 5000, status="fallen_back")
    assert (raise_now(april, county), raise_now(april, county)) == (1, 0)
    warning = RiskWarning.objects.get()
    assert (warning.kind, words(warning.kind, warning.evidence).sentence) == (
        "fell_back",
        "扶贫系统：已脱贫 → 返贫",
    )
    assert ListRow.objects.get(pk=warning.evidence["source"]["row"]).source_list == april


def test_raising_twice_is_once(county, edition, make_household):
    household = make_household()
    tell(edition("registry", MARCH), household, 4610)
    april = edition("registry", APRIL)
    tell(april, household, 3870)
    assert [
        raise_now(april, county),
        raise_now(april, county),
        raise_now(april, county, TODAY + timedelta(1)),
    ] == [
        1,
        0,
        0,
    ]


def test_the_first_edition_raises_nothing(county, edition, make_household):
    first = edition("registry", MARCH)
    tell(first, make_household(), 1200, state=RowState.CREATED)
    assert raise_now(first, county) == 0


def test_a_blank_between_does_not_hide_the_fall(county, edition, make_household):
    household = make_household()
    tell(edition("registry", date(2020, 2, 29)), household, 5000)
    tell(edition("registry", MARCH), household, None)
    april = edition("registry", APRIL)
    tell(april, household, 3000)
    assert raise_now(april, county) == 1


def test_a_list_not_confirmed_raises_nothing(county, edition, make_household):
    household = make_household()
    tell(edition("registry", MARCH), household, 4610)
    april = edition("registry", APRIL)
    tell(april, household, 3870)
    april.state = ListState.STAGED
    assert raise_now(april, county) == 0


def test_the_last_one_with_labour_lost_it(county, edition, make_household):
    household = make_household(LIUSHUTANG, ("杨国才", Labour.ORDINARY), ("罗翠英", Labour.NONE))
    tell(edition("registry", MARCH), household, 5200)
    april = edition("registry", APRIL)
    tell(april, household, 5200, 杨国才=Labour.LOST)
    assert raise_now(april, county) == 1
    assert RiskWarning.objects.get().kind == "labour_lost"


def test_a_member_of_unknown_labour_raises_nothing(county, edition, make_household):
    household = make_household(LIUSHUTANG, ("杨国才", Labour.ORDINARY), ("罗翠英", ""))
    tell(edition("registry", MARCH), household, 5200)
    april = edition("registry", APRIL)
    tell(april, household, 5200, 杨国才=Labour.LOST)
    assert raise_now(april, county) == 0


def card(source, household, grade=2, first_day=APRIL, **values):
    row = ListRow.objects.create(
        source_list=source, sheet="1", line=4, region_id=household.region_id, household=household,
        person=household.head, id_index=household.head.id_index, state=RowState.CREATED,
    )  # fmt: skip
    return DisabilityCertificate.objects.create(
        person=household.head, kind=1, grade=grade, first_day=first_day, row=row, **values
    )


def test_a_certificate_of_a_later_edition_raises_and_one_of_the_first_does_not(
    county, edition, make_household
):
    first = edition("disability", MARCH)
    card(first, make_household(), first_day=MARCH)
    assert raise_now(first, county) == 0
    second = edition("disability", APRIL)
    card(second, make_household(CHAHE, ("周家福", Labour.NONE)))
    assert raise_now(second, county) == 1
    assert (
        queries.words("new_certificate", RiskWarning.objects.get().evidence).sentence
        == "周家福：视力二级，新证"
    )


def test_a_certificate_that_an_earlier_edition_had_unmatched_is_no_news(county, edition, make_household):
    household = make_household()
    ListRow.objects.create(
        source_list=edition("disability", MARCH), sheet="1", line=4, region_id=SHIYANG,
        id_index=household.head.id_index, state=RowState.SKIPPED, skip="unmatched",
    )  # fmt: skip
    second = edition("disability", APRIL)
    card(second, household)
    assert raise_now(second, county) == 0


def test_own_payments_of_all_members_are_summed(county, edition, make_household):
    Standard.objects.create(
        kind=StandardKind.MEDICAL_SPENDING,
        region_id=COUNTY,
        amount=Decimal(10000),
        first_day=date(2020, 1, 1),
    )
    household = make_household(LIUSHUTANG, ("李学兰", Labour.WEAK), ("李小军", Labour.ORDINARY))
    edition("illness", MARCH)
    april = edition("illness", APRIL)
    for line, member in enumerate(household.memberships.all(), 4):
        row = ListRow.objects.create(
            source_list=april, sheet="1", line=line, region_id=LIUSHUTANG, household=household,
            person=member.person, state=RowState.CREATED,
        )  # fmt: skip
        IllnessRecord.objects.create(
            person=member.person, first_day=APRIL, row=row, own_paid=Decimal("5000.01"),
            diagnosis_sealed=b"x", diagnosis_index=bytes([line]),
        )  # fmt: skip
    assert raise_now(april, county) == 1
    assert RiskWarning.objects.get().evidence["now"] == "10000.02"


def test_a_household_with_a_case_is_told_in_its_timeline(county, edition, make_case):
    case = make_case()
    tell(edition("registry", MARCH), case.household, 4610)
    april = edition("registry", APRIL)
    tell(april, case.household, 3870)
    raise_now(april, county)
    case.refresh_from_db()
    event = case.events.last()
    assert event.text == "预警：收入跌破低保线。人均 4,610 → 3,870，低于 4,500"
    assert (event.to_state, case.version) == (CaseState.TO_VERIFY, 1)  # an open form stays good


def test_raising_takes_the_same_queries_for_one_household_and_for_ten(county, edition, make_household):
    counts = []
    for month, households in ((3, 1), (5, 10)):
        before, after = (
            edition("registry", date(2020, month, 1)),
            edition("registry", date(2020, month + 1, 1)),
        )
        for _ in range(households):
            household = make_household()
            tell(before, household, 4610)
            tell(after, household, 3870)
        with CaptureQueriesContext(connection) as captured:
            assert raise_now(after, county) == households
        counts.append(len(captured))
    assert counts[0] == counts[1]
