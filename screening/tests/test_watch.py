"""Watch lists: who is on each, at the line and one yuan off; counts equal lists; the sentence says why."""

from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.urls import reverse

from dabao import crypto
from dabao.tests.cast import CHAHE, COUNTY, DAMAIDI, LIUSHUTANG, TODAY
from screening.choices import BenefitScheme, Labour
from screening.models import BenefitRecord, ListRow, SourceList
from screening.queries import off_registry, watch
from screening.queries.cases import CaseFilters, filtered
from screening.rules.verdicts import Verdict
from screening.tests.enrolment_cast import bring_to, write_number
from screening.tests.test_verification import NOT, entry_of, submit

PLAN_DAY = date(2020, 1, 1)


def aid(household, scheme=BenefitScheme.RURAL_DIBAO, member=0):
    person = household.memberships.order_by("relation")[member].person
    return BenefitRecord.objects.create(person=person, scheme=scheme, first_day=PLAN_DAY)


def on(cast, county, name):
    return list(watch.listed(cast.county.scope(), county.plan, name, TODAY).values_list("pk", flat=True))


def why(cast, county, name):
    scope = cast.county.scope()
    listed = watch.for_rows(scope, watch.listed(scope, county.plan, name, TODAY))
    return [row.why for row in watch.rows(scope, county.plan, name, listed, TODAY)]


@pytest.mark.parametrize(("income", "listed"), [(4499, True), (4500, False), (4501, False), (None, False)])
def test_missed_below_the_standard_and_not_yet_verified(
    cast, county, make_case, make_household, income, listed
):
    household = make_household(income_per_capita=None if income is None else Decimal(income))
    make_case(household)
    assert (on(cast, county, "missed") == [household.pk]) is listed


def test_who_is_covered_or_verified_or_in_no_category_is_not_missed(
    cast,
    county,
    make_case,
    make_household,
    judged,
):
    covered = make_household(income_per_capita=Decimal(3000))
    aid(covered)
    make_case(covered)
    make_case(make_household(income_per_capita=Decimal(3000)), categories=[])
    make_household(income_per_capita=Decimal(3000))
    eligible = judged(Verdict("dibao"))
    eligible.household.income_per_capita = Decimal(3000)
    eligible.household.save()
    assert on(cast, county, "missed") == []


def test_missed_when_refused_although_the_income_found_is_not_above(cast, county, judged):
    case = judged(NOT)
    assert on(cast, county, "missed") == [case.household_id]
    assert "判了不符合，但核出的人均没有高出标准" in why(cast, county, "missed")[0]


@pytest.mark.parametrize(("income", "listed"), [(4500, False), (4501, True)])
def test_wrongly_covered_above_the_standard(cast, county, make_household, income, listed):
    household = make_household(income_per_capita=Decimal(income))
    aid(household)
    assert (on(cast, county, "wrong") == [household.pk]) is listed
    if listed:
        assert why(cast, county, "wrong") == ["低保 1 人：人均 4,501 元，高于标准 4,500 元。"]


@pytest.mark.parametrize(("wages", "listed"), [("9000", False), ("9001", True)])
def test_once_verified_the_income_found_counts_and_not_the_registrys(
    cast, county, make_case, make_household, wages, listed
):
    household = make_household(LIUSHUTANG, ("甲", ""), ("乙", ""), income_per_capita=Decimal(9000))
    aid(household)
    aid(household, member=1)
    case = make_case(household, coverage="all")
    keeps = Verdict("dibao", covered=True)
    entry = entry_of(case, keeps, income={"wages": (Decimal(wages), "")})
    assert on(cast, county, "wrong") == [household.pk]
    submit(case, cast.officer, entry)
    assert (on(cast, county, "wrong") == [household.pk]) is listed
    if listed:
        assert why(cast, county, "wrong") == ["低保 2 人：入户核出的人均高于标准，仍维持在保。"]


def test_wrongly_covered_dead_or_twice(cast, county, make_household):
    dead = make_household(LIUSHUTANG, ("甲", ""), income_per_capita=Decimal(1000))
    person = aid(dead).person
    person.died_on = date(2020, 2, 1)
    person.save()
    twice = make_household(CHAHE, ("乙", ""), income_per_capita=Decimal(1000))
    aid(twice)
    aid(twice, BenefitScheme.TEKUN)
    assert set(on(cast, county, "wrong")) == {dead.pk, twice.pk}
    sentences = why(cast, county, "wrong")
    assert any("甲已去世，还在名单上" in one for one in sentences)
    assert any("乙低保、特困两样都有" in one for one in sentences)


def test_aid_without_help(cast, county, make_household):
    idle = make_household(LIUSHUTANG, ("甲", Labour.ORDINARY))
    working = make_household(LIUSHUTANG, ("乙", Labour.ORDINARY), ("丙", Labour.WEAK))
    unable = make_household(LIUSHUTANG, ("丁", Labour.NONE))
    for household in (idle, working, unable):
        aid(household)
    person = working.memberships.order_by("relation")[1].person
    person.work, person.work_months = "县内务工", Decimal(6)
    person.save()
    assert on(cast, county, "no-measure") == [idle.pk]
    assert why(cast, county, "no-measure") == ["低保 1 人；甲有劳动力，没有一个人记录务工。"]


def test_registered_without_aid_and_aid_without_registry(cast, county, make_household):
    poor = make_household(LIUSHUTANG, ("甲", ""))
    covered = make_household(LIUSHUTANG, ("乙", ""))
    aid(covered)
    outside = make_household(DAMAIDI, ("丙", ""), registered=False)
    aid(outside)
    temporary = make_household(DAMAIDI, ("丁", ""))
    aid(temporary, BenefitScheme.TEMPORARY)
    assert set(on(cast, county, "uncovered")) == {poor.pk, temporary.pk}
    assert on(cast, county, "outside") == [outside.pk]


def test_who_is_enrolled_here_is_not_uncovered_before_the_next_roll_says_so(
    cast,
    county,
    judged,
):
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    assert on(cast, county, "uncovered") == [case.household_id]
    write_number(case.enrolments.get(), cast.county)
    assert on(cast, county, "uncovered") == []


def test_counts_and_townships_equal_their_lists(cast, county, make_case, make_household):
    for region in (LIUSHUTANG, CHAHE, DAMAIDI):
        make_case(make_household(region, income_per_capita=Decimal(3000)))
        aid(make_household(region, ("己", Labour.ORDINARY), income_per_capita=Decimal(9000)))
    scope = cast.county.scope()
    counts = watch.counts(scope, county.plan, TODAY)
    assert (counts["missed"], counts["wrong"], counts["uncovered"]) == (3, 3, 3)
    for name in watch.TITLES:
        assert counts[name] == watch.listed(scope, county.plan, name, TODAY).count()
        assert counts[name] == sum(
            number for *_, number in watch.by_township(scope, county.plan, name, TODAY)
        )
    assert watch.counts(cast.unit.scope(), county.plan, TODAY)["missed"] == 1
    assert watch.counts(cast.stranger.scope(), county.plan, TODAY)["missed"] == 0


def test_rates_of_enrolment(cast, county, judged):
    done, open_ = judged(Verdict("dibao")), judged(Verdict("tekun"))
    bring_to(done, cast, "recorded")
    write_number(done.enrolments.get(), cast.county)
    scope = cast.county.scope()
    rates = {
        one.label: (one.eligible, one.enrolled, one.percent)
        for _, one in watch.rates_by_scheme(scope, county.plan)
    }
    assert rates == {
        "特困供养": (2, 0, 0),
        "低保·整户": (2, 2, 100),
        "低保·单人户": (0, 0, None),
        "临时救助": (0, 0, None),
    }
    [(_, township)] = watch.rates_by_township(scope, county.plan)
    assert (township.label, township.eligible, township.enrolled, township.percent) == ("石羊镇", 2, 1, 50)
    assert [one.eligible for _, one in watch.rates_by_category(scope, county.plan)] == [0, 2, 0, 0, 0, 0]
    assert open_.enrolments.get().next_step == "applied"


def test_every_rate_opens_the_households_that_it_counts(cast, county, judged, client_of):
    done = judged(Verdict("dibao"))
    judged(Verdict("tekun"))
    bring_to(done, cast, "recorded")
    write_number(done.enrolments.get(), cast.county)
    page = client_of(cast.county).get(reverse("screening:watch-rates"))

    def behind(url):
        filters = CaseFilters.from_query(QueryDict(url.partition("?")[2]))
        return filtered(cast.county.scope(), county.plan, filters, TODAY)

    for rate, all_url, done_url in [*page.context["categories"], *page.context["townships"]]:
        assert (behind(all_url).count(), behind(done_url).count()) == (rate.eligible, rate.enrolled), rate
    for rate, all_url, done_url in page.context["schemes"]:
        counted = [
            sum(len(grant.persons) for case in behind(url) for grant in case.enrolments.filter(ended_on=None))
            for url in (all_url, done_url)
        ]
        assert counted == [rate.eligible, rate.enrolled], rate


def an_unmatched_row(name="李无户", day=date(2020, 3, 5), region=DAMAIDI, scheme="rural_dibao", **values):
    source, _ = SourceList.objects.get_or_create(
        kind="benefits", as_of=day, region_id=COUNTY,
        defaults={"file_name": "花名册.xlsx", "sha256": "0" * 64, "state": "confirmed"},
    )  # fmt: skip
    return ListRow.objects.create(
        source_list=source,
        sheet="Sheet1",
        line=ListRow.objects.count() + 3,
        region_id=region,
        name=name,
        id_sealed=crypto.seal("532326199001011234"),
        parsed={"scheme": scheme},
        **{"state": "skipped", "skip": "unmatched", **values},
    )


def test_recipients_in_no_household_are_listed_with_their_row(cast, county, client_of):
    row = an_unmatched_row()
    page = client_of(cast.county).get(reverse("screening:watch", args=["outside"]))
    text = page.content.decode()
    assert "没有对上任何一户的 1 人" in text
    assert reverse("screening:row", args=[row.pk]) in text
    assert "532326********1234" in text
    assert "532326199001011234" not in text


def test_only_the_newest_roll_and_only_low_income_aid_counts_and_only_in_scope(cast, county):
    an_unmatched_row("旧册", date(2020, 2, 5))
    newest = an_unmatched_row("新册")
    an_unmatched_row("特困", scheme="tekun")
    an_unmatched_row("对上的", state="created", skip="")
    assert list(off_registry.unmatched(cast.county.scope())) == [newest]
    assert list(off_registry.unmatched(cast.unit.scope())) == [newest]
    assert list(off_registry.unmatched(cast.officer.scope())) == []
    assert list(off_registry.unmatched(cast.county.scope(), LIUSHUTANG)) == []


@pytest.mark.parametrize("name", list(watch.TITLES))
def test_pages_show_their_lists(client_of, cast, county, make_case, make_household, name):
    aid(make_household(LIUSHUTANG, ("甲", Labour.ORDINARY), income_per_capita=Decimal(9000)))
    make_case(make_household(CHAHE, ("乙", ""), income_per_capita=Decimal(3000)))
    page = client_of(cast.county).get(reverse("screening:watch", args=[name]))
    assert page.status_code == 200
    assert page.context["page"].paginator.count == watch.counts(cast.county.scope(), county.plan, TODAY)[name]


def test_lists_are_not_for_village_assistants_and_others_do_not_exist(client_of, cast, county):
    assert client_of(cast.assistant).get(reverse("screening:watch", args=["missed"])).status_code == 403
    assert client_of(cast.county).get(reverse("screening:watch", args=["strange"])).status_code == 404
    assert client_of(cast.leader).get(reverse("screening:watch-rates")).status_code == 200


def test_a_household_without_case_is_put_on_the_list_from_here(client_of, cast, county, make_household):
    household = make_household(LIUSHUTANG, ("甲", Labour.ORDINARY), income_per_capita=Decimal(9000))
    aid(household)
    page = client_of(cast.officer).get(reverse("screening:watch", args=["wrong"])).content.decode()
    assert "列入名单去核" in page
    client_of(cast.officer).post(
        reverse("screening:case-new"), {"known": str(household.pk), "reason": "疑似错保"}
    )
    assert household.cases.get().why == "疑似错保"


def test_a_registered_household_on_dibao_without_a_case_is_not_lost_to_phase_4(
    cast, county, make_case, make_household
):
    unlisted, listed, tekun = make_household(), make_household(), make_household()
    for household, scheme in (
        (unlisted, BenefitScheme.RURAL_DIBAO),
        (listed, BenefitScheme.RURAL_DIBAO),
        (tekun, BenefitScheme.TEKUN),
    ):
        aid(household, scheme)
    make_case(listed)
    assert on(cast, county, "unlisted") == [unlisted.pk]
    assert "动态核查还没算上" in why(cast, county, "unlisted")[0]
