"""Lists and counts as at a past day: told by events, and those of today when nothing happened since."""

import random
from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.urls import reverse

from dabao.tests.cast import CHAHE, LIUSHUTANG, TODAY
from screening.choices import CaseState, Labour
from screening.models import Case, CaseEvent, CategoryMatch
from screening.queries import ledger, on_day, worklist
from screening.queries.cases import TAB_LABELS, CaseFilters, filtered
from screening.services import cases
from screening.services.cases import TRANSITIONS

FIRST = date(2020, 3, 10)
DAYS = [FIRST + timedelta(days=number) for number in range((TODAY - FIRST).days + 1)]


def as_at(day, **chosen):
    return CaseFilters(as_at=day.isoformat() if day < TODAY else "", **chosen)


def counted(user, plan, day):
    return {tab.name: tab.count for tab in worklist.tabs(user.scope(), plan, as_at(day), TODAY)}


def of_events(day):
    """The tabs' counts by walking through the events, as a person would with paper."""
    found = Counter(dict.fromkeys(TAB_LABELS, 0))
    for case in Case.objects.filter(opened_on__lte=day):
        state, outcome = "to_verify", ""
        for event in case.events.filter(day__lte=day).order_by("day", "at", "pk"):
            state, outcome = event.to_state, event.outcome
        tab = outcome if outcome in ("not_eligible", "covered_confirmed") else state
        found[{"closed": "done"}.get(tab, tab)] += 1
        found["all"] += 1
    return dict(found)


def walk(case, to, kind, actor, day, outcome=""):
    cases.move(case=case, to_state=to, kind=kind, outcome=outcome, actor=actor, day=day, text="走一步")


def moves_from(state):
    """Every listed way on from a state: (to, kind, outcome)."""
    return [
        (to, kind, outcome)
        for (before, to), kinds in TRANSITIONS.items()
        if before == state
        for kind, outcomes in kinds.items()
        for outcome in (outcomes or [""])
        if to != CaseState.TO_ENROL and outcome != "enrolled"  # these need verdicts and grants
    ]


@pytest.fixture
def a_busy_county(cast, county, make_case, make_household):
    """Twelve households walked at random along listed transitions, a seed at a time."""

    def make(seed):
        dice = random.Random(seed)
        for number in range(12):
            opened = dice.choice(DAYS[:20])
            home = make_household(dice.choice([LIUSHUTANG, CHAHE]), (f"户{number}", Labour.WEAK))
            case = make_case(home, opened_on=opened)
            for day in sorted(dice.sample([one for one in DAYS if one >= opened], k=5)):
                ways = moves_from(case.state)
                if not ways or dice.random() < 0.2:
                    cases.note(case=case, kind="note", actor=cast.officer, day=day, text="来访")
                    continue
                to, kind, outcome = dice.choice(sorted(ways))
                walk(case, to, kind, cast.officer, day, outcome)
        return SimpleNamespace(plan=county.plan, user=cast.officer)

    return make


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_of_every_day_are_the_sum_of_the_events_and_those_of_today_the_present_ones(
    a_busy_county, seed
):
    made = a_busy_county(seed)
    for day in DAYS:
        found = counted(made.user, made.plan, day)
        assert found == of_events(day), day
        assert sum(number for name, number in found.items() if name != "all") == found["all"]


@pytest.mark.parametrize("seed", [5])
def test_every_count_of_a_past_day_opens_the_list_that_it_counts(a_busy_county, seed):
    made = a_busy_county(seed)
    scope = made.user.scope()
    for day in DAYS[::6]:
        for tab in worklist.tabs(scope, made.plan, as_at(day), TODAY):
            reread = CaseFilters.from_query(QueryDict(tab.filters.query_string()))
            listed = filtered(scope, made.plan, reread, TODAY)
            assert (reread, listed.count()) == (tab.filters, tab.count)
            assert len(on_day.rows(scope, on_day.for_rows(scope, listed), day)) == tab.count


def test_the_ledger_divides_a_past_day_into_with_and_without_record(a_busy_county):
    made = a_busy_county(6)
    scope, filters = made.user.scope(), as_at(DAYS[15])
    counts = ledger.counts(scope, made.plan, filters, TODAY)
    told = of_events(DAYS[15])
    assert (counts.all, counts.none) == (told["all"], told["to_verify"])
    places = ledger.by_township(scope, made.plan, filters, TODAY)
    assert sum(place.counts.all for place in places) == counts.all


def test_a_household_listed_later_is_not_in_the_list_of_an_earlier_day(cast, county, make_case):
    make_case(opened_on=date(2020, 3, 20))
    assert counted(cast.officer, county.plan, date(2020, 3, 19))["all"] == 0
    assert counted(cast.officer, county.plan, date(2020, 3, 20))["all"] == 1


def test_persons_are_those_who_lived_there(cast, county, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("甲", Labour.WEAK), ("乙", Labour.NONE)))
    case.household.memberships.filter(person__name="乙").update(last_day=date(2020, 3, 20))
    listed = filtered(cast.officer.scope(), county.plan, as_at(date(2020, 3, 20)), TODAY)
    assert on_day.totals(cast.officer.scope(), listed, date(2020, 3, 20)) == (1, 2)
    assert on_day.totals(cast.officer.scope(), listed, date(2020, 3, 21)) == (1, 1)


def test_a_category_is_that_of_the_day(cast, county, make_case):
    case = make_case(categories=[4])
    CategoryMatch.objects.create(
        plan=county.plan, household=case.household, category=2, answer="yes", grounds=[], rule_version="1",
        first_day=FIRST, last_day=date(2020, 3, 31),
    )  # fmt: skip
    scope = cast.officer.scope()
    for day, found in ((date(2020, 3, 31), 1), (date(2020, 4, 1), 0)):
        assert filtered(scope, county.plan, as_at(day, category=("2",)), TODAY).count() == found
    assert filtered(scope, county.plan, CaseFilters(category=("2",)), TODAY).count() == 0


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("as_at=2020-04-01", "2020-04-01"),
        ("as_at=2020-04-10", ""),  # today is no past day
        ("as_at=2020-05-01", ""),
        ("as_at=20200401", ""),
        ("as_at=heute", ""),
    ],
)
def test_only_a_past_day_is_kept(query, kept):
    assert CaseFilters.from_query(QueryDict(query)).as_at == kept


def test_choices_that_no_event_tells_of_are_dropped_with_a_past_day():
    query = "as_at=2020-04-01&returned=1&assigned=me&covered=none&lacking=away&category=2&state=to_enrol"
    filters = CaseFilters.from_query(QueryDict(query))
    assert filters == CaseFilters(as_at="2020-04-01", category=("2",), state=("to_enrol",))


# --- Pages ---


@pytest.mark.parametrize("name", ["screening:cases", "screening:ledger"])
def test_a_list_of_a_past_day_says_so_and_offers_nothing_to_do(cast, make_case, client_of, name):
    case = make_case()
    cases.assign(
        scope=cast.officer.scope(), case_ids=[case.pk], assignee_id=cast.assistant.pk, actor=cast.officer,
        day=TODAY,
    )  # fmt: skip
    text = client_of(cast.officer).get(reverse(name), {"as_at": "2020-04-01"}).content.decode()
    assert "这是 <b>2020年4月1日</b> 当天的样子，只能看" in text
    assert reverse("screening:case-on", args=[case.pk, "2020-04-01"]) in text
    assert "分给</button>" not in text
    assert "自兴华" not in text


def test_the_tabs_of_the_page_count_the_day(cast, make_case, client_of):
    case = make_case()
    walk(case, "to_recheck", "verified", cast.officer, date(2020, 4, 5))
    client = client_of(cast.officer)
    before = client.get(reverse("screening:cases"), {"as_at": "2020-04-04"}).content.decode()
    after = client.get(reverse("screening:cases"), {"as_at": "2020-04-05", "state": "to_recheck"})
    assert "普有福" in before
    assert [tab.count for tab in after.context["tabs"]][:2] == [0, 1]


def test_the_export_of_a_past_day_carries_the_day(cast, make_case, client_of):
    make_case()
    answer = client_of(cast.officer).post(reverse("screening:cases-export"), {"as_at": "2020-04-01"})
    assert 'filename="cases-2020-04-01.xlsx"' in answer["Content-Disposition"]


def test_the_official_columns_are_of_today_only(cast, make_case, client_of):
    make_case()
    for name in ("screening:ledger-export", "screening:ledger-print"):
        answer = client_of(cast.officer).get(reverse(name), {"as_at": "2020-04-01"})
        assert answer["Location"] == f"{reverse('screening:ledger')}?state=all&as_at=2020-04-01"


def test_a_row_of_yesterday_reads_as_that_of_today_when_nothing_happened(cast, county, make_case):
    """What the worklist repeats of the last screening is what its matches and facts say."""
    case = make_case(categories=[], why="")
    yesterday = TODAY - timedelta(days=1)
    scope = cast.officer.scope()
    listed = [filtered(scope, county.plan, filters, TODAY) for filters in (CaseFilters(), as_at(yesterday))]
    now = worklist.rows(scope, worklist.for_rows(scope, listed[0]), TODAY)
    then = on_day.rows(scope, on_day.for_rows(scope, listed[1]), yesterday)
    for name in ("id", "head", "masked", "village", "size", "categories", "why", "coverage", "status_text"):
        assert getattr(then[0], name) == getattr(now[0], name), name
    assert (then[0].days, now[0].days) == (30, 31)
    assert CaseEvent.objects.filter(case=case).count() == 1


@pytest.mark.parametrize("page", ["screening:cases", "screening:ledger"])
@pytest.mark.parametrize(("day", "words"), [("2021-01-01", "那一天还没到"), ("xx", "不是一个日期")])
def test_a_day_that_cannot_be_shown_is_said_above_the_list_of_today(cast, client_of, page, day, words):
    client = client_of(cast.officer)
    assert words in client.get(reverse(page), {"as_at": day}).content.decode()
    assert words not in client.get(reverse(page), {"as_at": TODAY.isoformat()}).content.decode()
