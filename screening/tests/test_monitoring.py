"""Following, the work of phase 3, watched groups, zero targets, and the pages with their lists (C02, C13)."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from dabao import clock
from dabao.models import AuditEvent, Standard, StandardKind
from dabao.tests.cast import COUNTY, DAMAIDI, LIUSHUTANG, SHIYANG, TODAY
from screening.choices import (
    FollowUpResult,
    Labour,
    PovertyStatus,
    RowState,
    WarningKind,
    WatchKind,
)
from screening.models import (
    CaseEvent,
    FollowUp,
    ListRow,
    WatchRecord,
)
from screening.queries import monitoring, progress
from screening.queries import warnings as queries
from screening.queries.warnings import WarningFilters
from screening.services import flags, warnings
from screening.tests.warnings_cast import APRIL, IN_PHASE, decide, go

# Following, and the work of phase 3


def follow(cast, county, household, day=IN_PHASE, **values):
    return warnings.follow(
        scope=cast.officer.scope(),
        plan=county.plan,
        household_id=household.pk,
        went_on=day,
        actor=cast.officer,
        day=day,
        **{"result": FollowUpResult.STEADY, "found": ""} | values,
    )


def test_new_trouble_needs_words(cast, county, make_household):
    with pytest.raises(ValidationError, match="写明是什么"):
        follow(cast, county, make_household(), result=FollowUpResult.TROUBLE)


def test_a_second_click_records_no_second_visit(cast, county, make_household):
    household = make_household()
    follow(cast, county, household)
    with pytest.raises(ValidationError, match="已经记过"):
        follow(cast, county, household)
    assert FollowUp.objects.count() == 1


def test_phase_3_counts_households_followed_in_it_and_warnings_decided(
    cast, county, report, make_case, settings
):
    settings.DABAO_TODAY = IN_PHASE.isoformat()
    early, followed, left = make_case(), make_case(), make_case()
    follow(cast, county, early.household, day=TODAY)  # before the phase: does not count
    follow(cast, county, followed.household)
    decided = report(left.household, day=IN_PHASE)
    go(cast, decided, day=IN_PHASE)  # a visit follows the household too
    decide(cast, decided, day=IN_PHASE)
    report(early.household, day=IN_PHASE)
    scope = cast.officer.scope()
    (work,) = [row.works[2] for row in progress.progress(scope, county.plan, IN_PHASE) if row.code == SHIYANG]
    assert (work.total, work.done, work.left) == (5, 3, 2)
    for part, number in (("total", work.total), ("done", work.done), ("left", work.left)):
        cases = progress.phase_cases(scope, county.plan, 3, part, IN_PHASE)
        warned = progress.phase_warnings(scope, county.plan, 3, part, IN_PHASE)
        assert cases.count() + warned.count() == number


def test_a_warning_after_the_last_day_never_reddens_the_phase(cast, county, report, settings):
    after = date(2020, 7, 1)
    settings.DABAO_TODAY = after.isoformat()
    report(day=after)
    assert not progress.phase_warnings(cast.leader.scope(), county.plan, 3, "total", after).exists()


def test_the_flag_of_phase_3_goes_with_the_last_follow_up_or_decision(
    cast, county, report, make_case, settings
):
    after = date(2020, 7, 1)
    settings.DABAO_TODAY = after.isoformat()
    case = make_case()
    warning = report(case.household, day=date(2020, 6, 20))
    raised = flags.raise_overdue_phases(plan=county.plan, day=after, noticed_on=after)
    (flag,) = [one for one in raised if one.subject == "phase:3"]
    follow(cast, county, case.household, day=after)
    flag.refresh_from_db()
    assert flag.cleared_on is None  # the warning is still open
    go(cast, warning, day=after)
    decide(cast, warning, day=after)
    flag.refresh_from_db()
    assert flag.cleared_on == after


def test_past_days_are_told_as_they_were(cast, county, report, settings):
    settings.DABAO_TODAY = IN_PHASE.isoformat()
    warning = report(day=IN_PHASE)
    go(cast, warning, day=IN_PHASE)
    decide(cast, warning, day=IN_PHASE)
    scope, eve = cast.leader.scope(), IN_PHASE - timedelta(days=1)
    counts = [progress.phase_warnings(scope, county.plan, 3, "done", day).count() for day in (eve, IN_PHASE)]
    assert counts == [0, 1]


def test_the_trend_of_phase_3_ends_at_what_is_done(cast, county, report, make_case, settings):
    settings.DABAO_TODAY = IN_PHASE.isoformat()
    follow(cast, county, make_case().household, day=date(2020, 5, 7))
    warning = report(day=IN_PHASE)
    go(cast, warning, day=IN_PHASE)
    decide(cast, warning, day=IN_PHASE)
    phase = county.plan.phases.get(number=3)
    by_day = progress.done_by_day(cast.leader.scope(), county.plan, phase, IN_PHASE)
    assert by_day == {SHIYANG: {date(2020, 5, 7): 1, IN_PHASE: 1}}


# Figures and their lists


def watch(household, kind, first_day=date(2020, 3, 26), last_day=None):
    WatchRecord.objects.create(household=household, kind=kind, first_day=first_day, last_day=last_day)
    return household


def count(cast, county, of, day=IN_PHASE):
    return monitoring.households(cast.leader.scope(), county.plan, of, day).count()


def test_running_and_overdue_divide_the_undecided_and_kinds_add_up(cast, county, report):
    first, second = report(), report(kind=WarningKind.ILLNESS)
    go(cast, first)
    decide(cast, first)
    late = second.due_on + timedelta(days=1)
    scope = cast.leader.scope()
    lines, sums = queries.by_kind(scope, county.plan, late)
    assert (sums.total, sums.decided, sums.running, sums.overdue) == (2, 1, 0, 1)
    for line in lines:
        assert line.total == line.decided + line.running + line.overdue
        listed = queries.filtered(scope, county.plan, WarningFilters(kind=line.kind), late)
        assert listed.count() == line.total
    by_township = queries.by_township(scope, county.plan)
    assert by_township == {SHIYANG: (1, 2)}
    assert sum(number for _, _, number in queries.by_decision(scope, county.plan)) == sums.decided
    assert sum(queries.by_origin(scope, county.plan)) == sums.total


@pytest.mark.parametrize(
    ("income", "inside"),
    [("4499.99", False), ("4500", True), ("6749.99", True), ("6750", False), (None, False)],
)
def test_the_group_near_the_line_ends_below_its_multiple(cast, county, make_household, income, inside):
    Standard.objects.create(
        kind=StandardKind.MARGINAL_FACTOR, region_id=COUNTY, amount=Decimal("1.5"), first_day=date(2020, 1, 1)
    )
    make_household(income_per_capita=None if income is None else Decimal(income))
    assert count(cast, county, monitoring.NEAR) == inside


def test_without_a_factor_nobody_is_near_the_line(cast, county, make_household):
    make_household(income_per_capita=Decimal(5000))
    assert count(cast, county, monitoring.NEAR) == 0


def test_groups_and_zero_targets_count_what_their_lists_show(cast, county, make_household):
    watch(make_household(), WatchKind.MONITORED)
    watch(make_household(registered=False, poverty_status=""), WatchKind.MARGINAL)
    make_household(poverty_status=PovertyStatus.NOT_LIFTED)
    scope = cast.leader.scope()
    for group in monitoring.groups(scope, county.plan, IN_PHASE):
        assert group.total == count(cast, county, group.of)
        assert sum(monitoring.by_township(scope, county.plan, group.of, IN_PHASE).values()) == group.total
    assert [(t.fell, t.watched) for t in monitoring.zero_targets(scope, county.plan, IN_PHASE)] == [
        (0, 1),
        (0, 1),
    ]


def registry_row(source, household, status):
    return ListRow.objects.create(
        source_list=source, sheet="1", line=ListRow.objects.filter(source_list=source).count() + 4,
        region_id=household.region_id, household=household, state=RowState.CREATED,
        parsed={"h": {"poverty_status": status}},
    )  # fmt: skip


def test_a_monitored_household_that_the_registry_calls_fallen_back_breaks_the_zero(
    cast, county, edition, make_household
):
    household = watch(make_household(poverty_status=PovertyStatus.FALLEN_BACK), WatchKind.MONITORED)
    registry_row(edition("registry", date(2020, 2, 29)), household, "lifted")
    registry_row(edition("registry", APRIL), household, "fallen_back")
    assert count(cast, county, monitoring.FELL_BACK) == 1


def test_one_that_had_fallen_before_the_plan_began_does_not(cast, county, edition, make_household):
    household = watch(make_household(poverty_status=PovertyStatus.FALLEN_BACK), WatchKind.MONITORED)
    registry_row(edition("registry", date(2020, 2, 29)), household, "fallen_back")
    assert count(cast, county, monitoring.FELL_BACK) == 0


def test_a_household_nobody_watches_breaks_no_zero(cast, county, make_household):
    make_household(poverty_status=PovertyStatus.FALLEN_BACK)
    assert count(cast, county, monitoring.FELL_BACK) == 0


def test_a_marginal_household_newly_registered_as_poor_breaks_the_zero(cast, county, edition, make_household):
    household = watch(
        make_household(), WatchKind.MARGINAL, first_day=date(2020, 3, 26), last_day=date(2020, 4, 8)
    )
    registry_row(edition("registry", APRIL), household, "not_lifted")
    assert count(cast, county, monitoring.FELL_INTO) == 1


def test_one_that_was_registered_when_the_marginal_list_came_is_a_doubt_and_no_fall(
    cast, county, edition, make_household
):
    household = watch(make_household(), WatchKind.MARGINAL, first_day=date(2020, 3, 26))
    registry_row(edition("registry", date(2020, 3, 26)), household, "lifted")
    assert count(cast, county, monitoring.FELL_INTO) == 0


def test_a_dated_decision_breaks_the_zero_from_its_day(cast, county, report, make_household):
    household = watch(make_household(), WatchKind.MONITORED)
    warning = report(household)
    go(cast, warning)
    decide(cast, warning, fell=True)
    eve = TODAY - timedelta(days=1)
    assert [count(cast, county, monitoring.FELL_BACK, day) for day in (eve, TODAY)] == [0, 1]


def test_only_watched_households_can_be_found_to_fall(cast, report):
    warning = report()
    go(cast, warning)
    with pytest.raises(ValidationError, match="只有监测户、边缘户"):
        decide(cast, warning, fell=True)


# Pages


def test_the_first_page_opens_lists_that_count_the_same(cast, county, report, client_of, make_case):
    make_case()
    report()
    client = client_of(cast.officer)
    page = client.get(reverse("screening:warnings")).context
    for part in ("total", "done", "left"):
        listed = client.get(page["urls"][part]).context
        assert listed["total"] == getattr(page["work"], part)
        assert page["urls"][part] == reverse("screening:monitoring-work") + f"?work={part}"
    for kind in [*page["kinds"], page["sums"]]:
        assert client.get(kind["url"]).context["total"] == kind["line"].total
    for group, url, followed_url in page["groups"]:
        assert client.get(url).context["total"] == group.total
        assert client.get(followed_url).context["total"] == group.followed


def test_a_stranger_finds_neither_warning_nor_household(cast, report, client_of):
    warning = report()
    client = client_of(cast.stranger)
    for address in (
        reverse("screening:warning", args=[warning.pk]),
        reverse("screening:follow", args=[warning.household_id]),
        reverse("screening:warning-report", args=[warning.household_id]),
    ):
        assert client.get(address).status_code == 404
    assert client.get(reverse("screening:warning-list")).context["total"] == 0


def test_a_warning_is_visited_and_decided_on_its_page(cast, report, client_of):
    warning = report()
    client = client_of(cast.officer)
    refused = client.post(reverse("screening:warning-decide", args=[warning.pk]), {"decision": "temporary"})
    assert refused.status_code == 422
    client.post(
        reverse("screening:warning-visit", args=[warning.pk]),
        {"went_on": TODAY.isoformat(), "result": "trouble", "found": "房屋进水，缺口粮"},
    )
    client.post(
        reverse("screening:warning-decide", args=[warning.pk]), {"decision": "temporary", "reason": ""}
    )
    warning.refresh_from_db()
    assert warning.decision == "temporary"
    assert "结论：临时救助" in client.get(reverse("screening:warning", args=[warning.pk])).content.decode()


def test_new_trouble_leads_to_the_report_and_steady_to_the_next(cast, make_case, client_of):
    first, second = make_case().household, make_case().household
    client = client_of(cast.officer)
    told = {"went_on": TODAY.isoformat(), "result": "trouble", "found": "户主住院了"}
    answer = client.post(reverse("screening:follow", args=[first.pk]), told)
    assert answer.url == reverse("screening:warning-report", args=[first.pk])
    address = reverse("screening:follow", args=[second.pk])
    with clock.pretend(IN_PHASE):
        answer = client.post(address, told | {"result": "steady"})
    assert answer.url == reverse("screening:follow-next")


def test_following_before_its_phase_says_from_when_it_counts_and_leads_nowhere_else(
    cast, make_case, client_of
):
    client, household = client_of(cast.officer), make_case().household
    address = reverse("screening:follow", args=[household.pk])
    text = client.get(address).content.decode()
    assert "5月6日起还要再跟踪一次" in text
    assert "保存并下一户</button>" not in text
    told = {"went_on": TODAY.isoformat(), "result": "steady", "found": ""}
    assert client.post(address, told).url == address
    with clock.pretend(IN_PHASE):
        assert "保存并下一户</button>" in client.get(address).content.decode()


def test_a_household_is_found_by_name_without_the_name_in_the_address(cast, make_household, client_of):
    make_household(LIUSHUTANG, ("熊加贵", Labour.WEAK))
    make_household(DAMAIDI, ("熊加贵", Labour.WEAK))
    answer = client_of(cast.officer).post(reverse("screening:warning-find"), {"q": "熊加"})
    assert [row.place for row in answer.context["found"]] == ["石羊镇·柳树塘"]


def test_the_first_page_takes_the_same_queries_for_one_warning_and_for_six(
    cast, report, client_of, make_case
):
    client, counts = client_of(cast.officer), []
    for more in (1, 5):
        for _ in range(more):
            watch(make_case().household, WatchKind.MONITORED)
            report()
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("screening:warnings"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] < 60


def test_the_timeline_keeps_reports_visits_and_decisions(cast, report, make_case):
    case = make_case()
    warning = report(case.household)
    go(cast, warning)
    decide(cast, warning)
    told = list(
        CaseEvent.objects.filter(case=case, kind="note").order_by("at").values_list("text", flat=True)
    )
    assert told == [
        "预警：受灾。山洪冲毁水田 1.2 亩",
        "预警入户：房屋进水，缺口粮",
        "预警研判：临时救助。急难型",
    ]


def test_an_export_has_the_rows_of_its_list_and_is_logged(cast, report, client_of, make_case):
    report()
    watch(make_case().household, WatchKind.MONITORED)
    client = client_of(cast.officer)
    for chosen in ({"where": "open"}, {"set": "unsteady"}):
        answer = client.post(reverse("screening:warnings-export"), chosen)
        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet["A2"].value == 1
        assert sheet["A3"].value is None
    logged = AuditEvent.objects.filter(action="case.export").order_by("pk").values_list("data", flat=True)
    assert [one["households"] for one in logged] == [1, 1]
