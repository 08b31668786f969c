"""The log page reads only; the plan's data are versioned, confirmed and rescreen; no case is shown."""

import io
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse
from openpyxl import load_workbook

from dabao import audit, jobs, log_words
from dabao.models import AuditEvent, Job, JobState, Region, Standard, StandardKind, Unit
from dabao.queries import audit as log_queries
from dabao.scope import Role
from dabao.services import accounts, log
from dabao.services import plan as plan_services
from dabao.services import units as unit_services
from dabao.tests.cast import COUNTY, SHIYANG, TODAY, make_user
from screening.models import Case

import_module("dabao.tasks")  # the handlers of jobs, as a worker has them
import_module("screening.tasks")


@pytest.fixture
def as_auditor(client, cast):
    client.force_login(cast.auditor)
    return client


@pytest.fixture
def as_county(client, cast):
    client.force_login(cast.county)
    return client


@pytest.fixture
def events(cast):
    accounts.reset_password(actor=cast.admin, user=cast.officer)
    accounts.disable(actor=cast.admin, user=cast.idle)
    plan_services.change_plan(
        actor=cast.county, plan=cast_plan(), version=cast_plan().version, feedback_day=26
    )


def cast_plan():
    from dabao import plans

    return plans.current()


# --- The log ---


def test_the_log_shows_who_did_what_to_which_opaque_object(as_auditor, cast, events):
    page = as_auditor.get("/audit/").content.decode()
    assert "重设密码" in page
    assert cast.admin.name in page
    assert f"账号 {str(cast.officer.pk)[:8]}…" in page
    assert cast.officer.name not in page


def test_the_groups_beside_the_log_add_up_to_what_the_list_counts(as_auditor, events):
    for query in ("", "?group=账号、登录", "?result=refused"):
        context = as_auditor.get(f"/audit/{query}").context
        assert sum(number for _, number in context["groups"]) == context["page"].paginator.count


def test_the_log_is_filtered_by_day_actor_group_result_and_object(as_auditor, cast, events):
    def count(**query):
        return as_auditor.get("/audit/", query).context["page"].paginator.count

    assert count(actor=cast.admin.pk) == 2
    assert count(group="方案、标准") == 1
    assert count(object=str(cast.officer.pk)) == 1
    assert count(day="1999-01-01") == 0
    assert count(result="refused") == 0
    assert count(day="nonsense", actor="nobody", group="x") == AuditEvent.objects.count()


def test_a_refusal_is_a_row_of_the_log(as_auditor, cast, client_of):
    client_of(cast.officer).get("/admin/accounts/")
    context = as_auditor.get("/audit/?result=refused").context
    (line,) = context["lines"]
    assert (line.who, line.refused, line.what) == (cast.officer.name, True, "打开没有权限的页")


def test_a_foreign_record_is_a_refusal_in_the_log_and_the_same_as_none(as_auditor, cast, client_of):
    url = reverse("dabao:posting-confirm", args=[cast.officer.postings.get().pk])
    assert client_of(cast.leader).post(url).status_code == 404
    event = AuditEvent.objects.get(action="page.missing")
    assert (event.actor, event.result) == (cast.leader, "refused")
    assert event.data["ids"] == [str(cast.officer.postings.get().pk)]


def test_a_changed_value_is_told_from_old_to_new(as_auditor, events):
    assert "反馈截止日 25 → 26" in as_auditor.get("/audit/?group=方案、标准").content.decode()
    assert log_words.data_words({"role": "auditor", "assigned": {"old": None, "new": "2"}, "note": ""}) == (
        "分给 无 → 2，岗位 审计员"
    )


def test_reading_the_log_changes_nothing(as_auditor, events):
    before = list(AuditEvent.objects.values_list("pk", flat=True)), Job.objects.count()
    as_auditor.get("/audit/", {"group": "任职", "page": "9"})
    assert (list(AuditEvent.objects.values_list("pk", flat=True)), Job.objects.count()) == before
    assert as_auditor.post("/audit/").status_code == 405


@pytest.mark.parametrize("who", ["admin", "county", "leader", "officer", "idle"])
def test_the_log_is_the_auditors_alone(cast, client_of, who):
    user = getattr(cast, who)
    assert client_of(user).get("/audit/").status_code == 403
    with pytest.raises(PermissionDenied):
        log_queries.events(user.scope(), log_queries.AuditFilters())


def test_the_auditor_reaches_no_case_and_no_account(as_auditor):
    for url in ("/admin/accounts/", "/admin/state/", "/settings/plan/"):
        assert as_auditor.get(url).status_code == 403, url


def test_the_chain_is_checked_by_a_job_and_its_state_stands_on_the_page(
    as_auditor, events, django_capture_on_commit_callbacks
):
    assert as_auditor.get("/audit/").context["chain"].checked_at is None
    as_auditor.post("/audit/check/")
    job = Job.objects.get(kind=log.VERIFY_JOB)
    jobs.run(str(job.pk))
    chain = as_auditor.get("/audit/").context["chain"]
    assert (chain.faults, chain.checked_up_to) == ([], AuditEvent.objects.count())


def test_a_changed_event_is_named_by_the_check(as_auditor, events):
    audit.seal_events()
    event = AuditEvent.objects.order_by("pk").first()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE dabao_auditevent SET actor_label = 'x' WHERE id = %s", [event.pk])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    as_auditor.post("/audit/check/")
    jobs.run(str(Job.objects.get(kind=log.VERIFY_JOB).pk))
    assert f"第 {event.pk} 条" in as_auditor.get("/audit/").content.decode()


def test_an_export_of_the_log_is_itself_in_the_log(as_auditor, cast, events):
    answer = as_auditor.post("/audit/export/?group=方案、标准")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert len(rows) == 1 + 1
    assert AuditEvent.objects.get(action="audit.export").actor == cast.auditor


# --- Running state ---


def test_the_running_state_names_failed_jobs_without_their_arguments(client, cast):
    Job.objects.create(
        kind="screening.screen", state=JobState.FAILED, arguments={"secret": "普有福"}, error="读不了"
    )
    Job.objects.update(finished_at="2126-01-01T00:00:00Z")
    client.force_login(cast.admin)
    page = client.get("/admin/state/").content.decode()
    assert "筛查六类对象" in page
    assert "读不了" in page
    assert "普有福" not in page
    assert "PostgreSQL" in page


# --- The plan and its standards ---


def dibao() -> Standard:
    return Standard.objects.get(kind=StandardKind.RURAL_DIBAO)


def standard_form(standard: Standard, **values):
    return {
        "amount": standard.amount,
        "first_day": standard.first_day.isoformat(),
        "last_day": "",
        "document": "云民发〔2019〕12号",
        "note": "",
        "version": standard.version,
    } | values


def test_a_changed_standard_is_to_be_confirmed_and_screens_again(as_county, cast):
    standard = dibao()
    Standard.objects.update(confirmed=True)
    url = reverse("dabao:settings-standard", args=[standard.pk])
    as_county.post(url, standard_form(standard, amount="4560"))
    standard.refresh_from_db()
    assert (standard.amount, standard.confirmed, standard.version) == (Decimal("4560"), False, 2)
    job = Job.objects.get(kind="screening.screen")
    assert job.arguments == {"region": COUNTY, "day": TODAY.isoformat()}
    event = AuditEvent.objects.get(action="standard.change")
    assert (event.data["old"]["amount"], event.data["new"]["amount"]) == ("4500.00", "4560")


def test_the_rescreening_job_does_the_work(as_county, cast, make_household):
    household = make_household(income_per_capita=Decimal("4530"))
    standard = dibao()
    as_county.post(
        reverse("dabao:settings-standard", args=[standard.pk]), standard_form(standard, amount="4560")
    )
    jobs.run(str(Job.objects.get(kind="screening.screen").pk))
    assert Case.objects.get(household=household).categories == [4]


def test_who_comes_second_overwrites_nothing(as_county, cast):
    standard = dibao()
    url = reverse("dabao:settings-standard", args=[standard.pk])
    as_county.post(url, standard_form(standard, amount="4560"))
    answer = as_county.post(url, standard_form(standard, amount="9999"))
    assert "已被别人改过" in answer.content.decode()
    assert dibao().amount == Decimal("4560")


def test_a_standard_without_document_is_not_confirmed(as_county, cast):
    url = reverse("dabao:settings-standard-confirm", args=[dibao().pk])
    page = as_county.post(url, {"version": 1}, follow=True).content.decode()
    assert "先填文号" in page
    assert not dibao().confirmed
    Standard.objects.update(document="云民发〔2019〕12号")
    as_county.post(url, {"version": 1})
    assert (dibao().confirmed, dibao().version) == (True, 2)
    assert Job.objects.filter(kind="screening.screen").count() == 1


def test_a_standard_that_decides_no_category_screens_nothing(as_county, cast):
    data = {"kind": "medical_spending", "region": COUNTY, "amount": "10000", "first_day": "2020-01-01"}
    assert as_county.post("/settings/standards/new/", data).status_code == 302
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"last_day": "2019-12-31"}, {"amount": "-1"}, {"amount": "四千五"}, {"first_day": ""}],
)
def test_a_standard_that_cannot_be_is_refused(as_county, cast, values):
    standard = dibao()
    url = reverse("dabao:settings-standard", args=[standard.pk])
    assert as_county.post(url, standard_form(standard, **values)).context["form"].errors
    assert dibao().version == 1


def test_a_county_sets_no_standard_of_another_county(cast):
    Region.objects.create(
        code="532327", name="永仁县", official_name="永仁县", level="county", parent_id="5323"
    )
    neighbour = make_user("yongren", "李文华", (Role.COUNTY_OFFICE, "532327"))
    standard = dibao()
    with pytest.raises(PermissionDenied):
        plan_services.add_standard(
            actor=neighbour,
            kind=StandardKind.RURAL_DIBAO,
            region=standard.region,
            amount=Decimal("9999"),
            first_day=TODAY,
        )
    with pytest.raises(PermissionDenied):
        plan_services.change_standard(actor=neighbour, standard=standard, version=1, amount=Decimal("9999"))
    with pytest.raises(PermissionDenied):
        plan_services.confirm_standard(actor=neighbour, standard=standard, version=1)
    assert [row.amount for row in Standard.objects.filter(kind=StandardKind.RURAL_DIBAO)] == [Decimal(4500)]


def test_a_torn_page_confirms_nothing(as_county, cast):
    url = reverse("dabao:settings-standard-confirm", args=[dibao().pk])
    assert "这一页不完整" in as_county.post(url, {"version": "1²"}, follow=True).content.decode()
    assert not dibao().confirmed


def test_two_standards_of_a_kind_do_not_begin_on_one_day(as_county, cast):
    data = {"kind": "rural_dibao", "region": COUNTY, "amount": "4800", "first_day": "2020-01-01"}
    assert as_county.post("/settings/standards/new/", data).context["form"].errors["first_day"]


def test_contact_and_days_of_the_plan_change_once_per_version(cast):
    plan = cast_plan()
    plan_services.change_plan(actor=cast.county, plan=plan, version=1, contact_phone="6223900")
    with pytest.raises(ValidationError, match="已被别人改过"):
        plan_services.change_plan(actor=cast.county2, plan=plan, version=1, contact_phone="1")
    assert cast_plan().contact_phone == "6223900"
    assert "6223900" not in str(AuditEvent.objects.get(action="plan.change").data)


@pytest.mark.parametrize("who", ["officer", "head", "leader", "unit", "auditor", "admin"])
def test_the_plan_is_changed_by_the_county_office_alone(cast, client_of, who):
    client = client_of(getattr(cast, who))
    assert client.post("/settings/plan/change/", {"version": 1}).status_code == 403
    assert client.get("/settings/standards/new/").status_code == 403
    assert client.get("/settings/plan/").status_code == (200 if who == "admin" else 403)


def test_the_plan_page_shows_phases_and_control_totals(as_county, cast):
    page = as_county.get("/settings/plan/").content.decode()
    assert "逐一排查遗漏对象" in page
    assert "242 户" in page
    assert "691 人" in page


# --- Units ---


@pytest.fixture
def unit(county):
    return Unit.objects.create(region=county.region, name="社会救助股")


def test_who_joins_a_unit_gets_its_townships_and_loses_them_when_he_leaves(cast, county, unit):
    from dabao.models import Region
    from supervision.models import Group
    from supervision.services.assignments import assign

    group = Group.objects.create(plan=county.plan, order=1, leader_name="黎兆梅", leader_post="局长")
    assign(group=group, unit=unit, township=Region.objects.get(code=SHIYANG), first_day=date(2020, 3, 12))
    member = unit_services.join_unit(
        actor=cast.admin, unit=unit, name="陶小云", user=cast.idle, first_day=date(2020, 4, 1)
    )
    assert cast.idle.scope().prefixes() == (SHIYANG,)
    unit_services.leave_unit(actor=cast.admin, member=member, last_day=date(2020, 4, 9))
    assert not cast.idle.scope()


def test_the_units_page_adds_and_ends_members(client, cast, unit):
    client.force_login(cast.admin)
    client.post("/admin/units/", {"unit": unit.pk, "name": "罗国伟", "first_day": "2020-03-12"})
    member = unit.members.get()
    assert "罗国伟" in client.get("/admin/units/").content.decode()
    assert (
        client.post("/admin/units/", {"unit": unit.pk, "name": "罗国伟", "first_day": "2020-03-12"})
        .context["form"]
        .errors["name"]
    )
    client.post(reverse("dabao:unit-leave", args=[member.pk]), {"last_day": "2020-04-09"})
    assert "罗国伟" not in client.get("/admin/units/").content.decode()
