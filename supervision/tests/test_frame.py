"""The frame of every page: words of the bar by role, what waits behind them, help for the page one is on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from dabao import plans
from dabao.models import WorkPlan
from dabao.scope import NOTHING
from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.choices import CaseState, VerificationState, VisitResult
from screening.models import Verification
from screening.queries import rechecks
from supervision.navigation import ENTRIES, bar, help_url, phone_bar
from supervision.queries.waiting import waiting

WORDS = {
    "officer": {"首页", "排查名单", "月报"},
    "county": {"首页", "督战图", "名单导入", "月报", "设置"},
    "leader": {"首页", "督战图", "月报"},
    "admin": {"首页", "账号任职"},
    "auditor": {"首页", "操作日志"},
    "idle": {"首页"},
}


@pytest.mark.parametrize(("who", "words"), WORDS.items())
def test_each_role_has_its_words_and_no_dead_one(cast, client_of, who, words):
    user = getattr(cast, who)
    items = bar(user.scope(), "/", {})
    assert words <= {item.label for item in items}
    client = client_of(user)
    assert [item.label for item in items if client.get(item.url).status_code not in (200, 302)] == []


def test_the_words_for_others_are_not_shown(cast):
    assert {"督战图", "名单导入", "账号任职", "操作日志"}.isdisjoint(
        item.label for item in bar(cast.officer.scope(), "/", {})
    )
    assert {"排查名单", "月报", "督战图"}.isdisjoint(item.label for item in bar(cast.admin.scope(), "/", {}))


def test_the_page_one_is_on_is_marked_and_home_only_when_it_is_home(cast):
    def current(path):
        return [item.label for item in bar(cast.officer.scope(), path, {}) if item.current]

    assert current("/") == ["首页"]
    assert current("/cases/") == ["排查名单"]
    assert current("/somewhere/") == []
    assert current("/requests/") == current("/reports/") == ["月报"]


def test_recheck_stands_in_the_bar_only_while_it_waits(cast):
    assert "复核" not in {item.label for item in bar(cast.officer.scope(), "/", {})}
    assert "复核" in {item.label for item in bar(cast.officer.scope(), "/", {"to_recheck": 1})}


def test_the_phone_has_room_for_four_words(cast):
    items = bar(cast.county.scope(), "/", {"to_recheck": 1})
    assert len(phone_bar(items)) == 4
    assert phone_bar(items)[0].label == "首页"


def test_no_more_than_nine_words_for_anybody(cast):
    assert max(len(bar(user.scope(), "/", {})) for user in cast) <= 9
    assert len({entry.label for entry in ENTRIES}) >= 9


@pytest.fixture
def conclude():
    """A conclusion of round 1 as it stands on a case, the later the call the newer."""
    started = datetime(2020, 4, 9, 8, tzinfo=UTC)

    def concluded(case, user, *, hours):
        return Verification.objects.create(
            case=case,
            by=user,
            state=VerificationState.SUBMITTED,
            result=VisitResult.VISITED,
            recorded_on=TODAY,
            submitted_at=started + timedelta(hours=hours),
        )

    return concluded


def counted(user):
    found = waiting(user.scope())
    return found["to_verify"], found["to_recheck"]


def test_what_one_verified_oneself_waits_for_somebody_else(cast, make_case, make_household, conclude):
    case = make_case(make_household(LIUSHUTANG), state=CaseState.TO_RECHECK, verified_on=TODAY)
    make_case(make_household(LIUSHUTANG))
    conclude(case, cast.officer, hours=0)
    assert (counted(cast.officer), counted(cast.colleague)) == ((1, 0), (1, 1))


def test_bar_and_desk_count_by_who_verified_last(cast, county, make_case, make_household, conclude):
    case = make_case(make_household(LIUSHUTANG), state=CaseState.TO_RECHECK, verified_on=TODAY)
    conclude(case, cast.officer, hours=0)
    conclude(case, cast.colleague, hours=1)
    for user, number in ((cast.officer, 1), (cast.colleague, 0)):
        assert counted(user) == (0, number)
        assert rechecks.desk(user.scope(), county.plan, TODAY).can == number


def test_nothing_waits_for_who_may_do_nothing(cast, make_case):
    make_case()
    assert waiting(NOTHING) == waiting(cast.auditor.scope()) == {}


def test_counts_cost_a_query_for_each_table(cast, make_case, django_assert_max_num_queries):
    make_case()
    for user in cast:
        scope = user.scope()
        with django_assert_max_num_queries(13):
            waiting(scope)


def test_of_two_plans_of_one_year_bar_and_pages_count_the_same(cast, county, make_case):
    make_case()
    twin = WorkPlan.objects.get(pk=county.plan.pk)
    for code in ("0000", "zzzz"):
        twin.pk, twin.code, twin._state.adding = None, code, True
        twin.save()
        assert plans.current().code == max(county.plan.code, code)
        expected = 1 if plans.current() == county.plan else 0
        assert waiting(cast.officer.scope())["to_verify"] == expected


def test_the_strip_says_that_the_day_is_set(cast, client_of):
    page = client_of(cast.officer).get("/").content.decode()
    assert "演练日期 2020-04-10" in page


def test_help_opens_for_the_page_one_is_on_and_leads_back(cast, client_of):
    client = client_of(cast.leader)
    url = help_url("supervision:board", "/board/")
    assert f'href="{url}"' in client.get("/board/").content.decode()
    page = client.get(url).content.decode()
    assert "进度尺" in page
    assert 'href="/board/"' in page


def test_help_does_not_lead_to_other_sites(cast, client_of):
    page = client_of(cast.leader).get(reverse("dabao:help"), {"from": "//example.org/"}).content.decode()
    assert "example.org" not in page.split("<main", 1)[1].split("</main>")[0]


@pytest.mark.parametrize(
    "chapter",
    "start worklist household recheck lists warnings board reports accounts words".split(),
)
def test_every_chapter_opens(cast, client_of, chapter):
    assert client_of(cast.officer).get(f"/help/{chapter}/").status_code == 200


def test_a_chapter_that_is_not_there_is_missing(cast, client_of):
    assert client_of(cast.officer).get("/help/nothing/").status_code == 404
