"""The daily digest: once a person and day, of what stands, in the application and by mail (C27)."""

from datetime import date, timedelta
from smtplib import SMTPException

import pytest
from django.core import mail
from django.core.exceptions import ValidationError

from dabao import jobs
from dabao.models import Digest, Flag, FlagKind, Job, JobState, NoticeKind
from dabao.services import notices
from dabao.tests.cast import SHIYANG, TODAY, ZHAOJIADIAN
from supervision import digests
from supervision.services import digests as services
from supervision.services.daily import run_daily
from supervision.tasks import mail_digests

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def flag(county):
    def make(region=SHIYANG, *, noticed_on=TODAY, cleared_on=None, label="3月月报缺报"):
        return Flag.objects.create(
            kind=FlagKind.REPORT_MISSING,
            region_id=region,
            subject=f"report:{label}",
            label=label,
            due_on=date(2020, 3, 15),
            raised_on=date(2020, 3, 16),
            noticed_on=noticed_on,
            cleared_on=cleared_on,
        )

    return make


@pytest.fixture
def mailing(settings):
    settings.MAIL_ON = True


@pytest.fixture
def addressed(cast):
    """The officer of 石羊镇 has an address."""
    cast.officer.email = "lujianhua@example.cn"
    cast.officer.save()
    return cast.officer


class DeadServer:
    """A mail backend whose server is not there."""

    def __init__(self, **options):
        pass

    def send_messages(self, *_):
        raise ConnectionRefusedError(111, "refused")


class StrictServer(DeadServer):
    def send_messages(self, *_):
        raise SMTPException("550")


def texts(user, day=TODAY, known=()):
    return [line.text for section in digests.sections(user.scope(), day, known) for line in section.lines]


def test_it_tells_flags_reminders_and_what_waits(cast, flag, make_case):
    make_case()
    flag()
    reminder = notices.Reminder(
        NoticeKind.REPORT_DUE, SHIYANG, "report:2020-04", "4月月报快到期", "reports:calendar", (), TODAY
    )
    notices.tell(reminder=reminder, user_ids=[cast.officer.pk])
    assert texts(cast.officer) == ["石羊镇：3月月报缺报，26 天", "4月月报快到期", "排查名单：1 件"]


def test_flags_told_before_are_not_told_again_and_cleared_ones_never(cast, flag):
    known = flag(noticed_on=TODAY)
    flag(noticed_on=TOMORROW, label="3月反馈没交")
    flag(noticed_on=TOMORROW, cleared_on=TOMORROW, label="3月研究会没登记")
    assert texts(cast.officer, TOMORROW, known=[known.pk]) == ["石羊镇：3月反馈没交，27 天"]


def test_a_flag_noticed_after_the_digest_was_read_is_told_the_next_day_and_once(
    cast, flag, client_of, settings
):
    client, page = client_of(cast.officer), []
    flag()
    for number in range(3):
        settings.DABAO_TODAY = (TODAY + timedelta(days=number)).isoformat()
        page.append(client.get("/digest/").content.decode())
        if not number:
            flag(noticed_on=TODAY, label="3月反馈没交")
    assert ["3月月报缺报" in one for one in page] == [True, False, False]
    assert ["3月反馈没交" in one for one in page] == [False, True, False]


def test_a_flag_noticed_after_the_mail_is_mailed_the_next_day(addressed, flag, mailing, settings):
    flag()
    services.mail(day=TODAY)
    flag(noticed_on=TODAY, label="3月反馈没交")
    settings.DABAO_TODAY = TOMORROW.isoformat()
    services.mail(day=TOMORROW)
    assert "3月月报缺报" not in mail.outbox[1].body
    assert "3月反馈没交" in mail.outbox[1].body


def test_flags_of_others_are_not_told(cast, flag):
    flag(ZHAOJIADIAN)
    assert texts(cast.officer) == []
    assert texts(cast.unit) == ["赵家店镇：3月月报缺报，26 天"]


def test_who_administers_accounts_is_told_of_no_flag(cast, flag):
    flag()
    assert texts(cast.admin) == []


def test_there_is_one_a_day_that_knows_the_one_before(cast, county):
    first = services.told(user=cast.officer, day=TODAY)
    assert services.told(user=cast.officer, day=TODAY) == first
    assert first.since is None
    assert services.told(user=cast.officer, day=TOMORROW).since == TODAY
    assert Digest.objects.count() == 2


def test_the_page_tells_what_stands_and_says_so_when_nothing_does(cast, flag, client_of):
    client = client_of(cast.officer)
    assert "今天没有要你办的" in client.get("/digest/").content.decode()
    standing = flag()
    assert "石羊镇：3月月报缺报" in client.get("/digest/").content.decode()
    standing.cleared_on = TODAY
    standing.save()
    assert "今天没有要你办的" in client.get("/digest/").content.decode()


def test_two_runs_send_one_mail(addressed, flag, mailing):
    flag()
    assert services.mail(day=TODAY) == {"mailed": 1}
    assert services.mail(day=TODAY) == {"mailed": 0}
    [sent] = mail.outbox
    assert sent.to == ["lujianhua@example.cn"]
    assert sent.subject == "4月10日要你办的 1 件"
    assert "石羊镇：3月月报缺报" in sent.body


def test_who_has_nothing_to_be_told_gets_no_mail(addressed, mailing):
    assert services.mail(day=TODAY) == {"mailed": 0}
    assert mail.outbox == []


def test_nobody_without_address_or_posting_gets_mail(cast, flag, mailing):
    flag()
    cast.idle.email = "idle@example.cn"
    cast.idle.save()
    assert services.mail(day=TODAY) == {"mailed": 0}


def test_a_mail_of_yesterday_is_not_sent_today(addressed, flag, mailing, settings):
    flag()
    settings.DABAO_TODAY = TOMORROW.isoformat()
    assert services.mail(day=TODAY) == {"mailed": 0, "stale": True}


def test_the_mail_names_no_person_in_need(addressed, make_case, make_household, mailing):
    make_case(make_household(SHIYANG + "001", ("普有福", "none")))
    services.mail(day=TODAY)
    [sent] = mail.outbox
    assert "普有福" not in sent.body
    assert "排查名单：1 件" in sent.body


def test_the_daily_job_asks_for_the_mails_once_and_only_where_mail_is_set_up(county, settings):
    run_daily(day=TODAY)
    assert not Job.objects.filter(kind=services.MAIL_JOB).exists()
    settings.MAIL_ON = True
    run_daily(day=TODAY)
    run_daily(day=TODAY)
    assert Job.objects.get(kind=services.MAIL_JOB).arguments == {"day": "2020-04-10"}


@pytest.mark.parametrize("server", ["DeadServer", "StrictServer"])
def test_a_mail_server_that_fails_is_tried_again_and_then_told(
    addressed, flag, cast, settings, client_of, server
):
    settings.EMAIL_BACKEND = f"supervision.tests.test_digests.{server}"
    settings.MAIL_ON = True
    flag()
    run_daily(day=TODAY)  # does not fail
    job = Job.objects.get(kind=services.MAIL_JOB)
    assert mail_digests  # the handler is registered
    for _ in range(jobs.MOST_ATTEMPTS - 1):
        with pytest.raises(services.MailServerError):
            jobs.run(str(job.pk))
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "1 封每日汇总没发出" in job.error
    page = client_of(cast.admin).get("/admin/state/").content.decode()
    assert "1 封没发出" in page
    assert "发每日汇总邮件" in page


def test_one_address_that_fails_holds_up_no_other(addressed, cast, flag, mailing, monkeypatch):
    cast.head.email = "liyunfei@example.cn"
    cast.head.save()
    flag()
    send = services.send_mail

    def refuses_one(subject, body, sender, to):
        if to == ["lujianhua@example.cn"]:
            raise SMTPException("550")
        return send(subject, body, sender, to)

    monkeypatch.setattr(services, "send_mail", refuses_one)
    with pytest.raises(ValidationError, match="1 封"):
        services.mail(day=TODAY)
    assert [sent.to for sent in mail.outbox] == [["liyunfei@example.cn"]]
    assert Digest.objects.get(user=cast.officer).mail_error == "SMTPException"


def test_the_state_page_says_when_no_mail_server_is_set(cast, client_of):
    assert "没配置" in client_of(cast.admin).get("/admin/state/").content.decode()


def test_the_administrator_enters_the_address(cast, client_of):
    client = client_of(cast.admin)
    url = f"/admin/accounts/{cast.officer.pk}/"
    values = {"name": "鲁建华", "office": "石羊镇社会事务办", "phone": "", "email": "lu@example.cn"}
    assert client.post(url, values).status_code == 302
    cast.officer.refresh_from_db()
    assert cast.officer.email == "lu@example.cn"
    assert "邮箱写错了" in client.post(url, values | {"email": "lu@"}).content.decode()
