"""One analysis, one report, one feedback a month (C20, C23-C25), and what the townships ask of the county."""

from django.db import models

from dabao.models import Editable, Opaque, Region, Unit, User, WorkPlan
from dabao.scope import ScopedQuerySet


class ReportState(models.TextChoices):
    DRAFT = "draft", "草稿"
    TO_SIGN = "to_sign", "待签字"
    SUBMITTED = "submitted", "已报"
    RETURNED = "returned", "退回修改"


class MonthlyReport(Editable):
    """One per plan, township and month.

    On the first submission the figures are frozen with their time: `figures` as `reports.rules.count` gave
    them, `lines` the cases they counted, as these were (`CaseLine.as_json`). Nothing changes them later, not
    even a report that the county returned for its words. Timeliness goes by `submitted_on`, the business day
    of that first submission; None = not in.
    `progress_offered`: the progress text is still the one that the figures offer, nobody edited it.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇")
    month = models.DateField("月份", help_text="the first day of the month")
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.DRAFT)
    progress = models.TextField("工作进展情况", blank=True)
    progress_offered = models.BooleanField("进展文字未改", default=True)
    problems = models.TextField("存在问题及困难", blank=True)
    remark = models.CharField("退回说明", max_length=500, blank=True)
    figures = models.JSONField("数字", default=dict, blank=True)
    lines = models.JSONField("数字背后的户", default=list, blank=True)
    frozen_at = models.DateTimeField("数字时间", null=True, blank=True)
    saved_at = models.DateTimeField("存于", null=True, blank=True)
    written_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="填报人", null=True, blank=True, related_name="+"
    )
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="报送人", null=True, blank=True, related_name="+"
    )
    submitted_on = models.DateField("报送日", null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField("晚报", default=False)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "月报"
        ordering = ["-month", "region"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "region", "month"], name="report_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="report_month_is_its_first_day"),
        ]


class HelpRequest(Editable):
    """Something a township asks the county to solve, a row of its report (C20, C23).

    From the submission on it is owed: `due_on` is the day by which the county answers. `solved` is the
    township's last word: None = none on this answer yet. "Not solved" keeps the answer as an
    `EarlierAnswer`: the county owes another one, by a new `due_on`, and until it comes `solved` stays False.
    """

    report = models.ForeignKey(
        MonthlyReport, models.PROTECT, verbose_name="月报", related_name="help_requests"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    text = models.CharField("事项", max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="请谁解决")
    wanted_by = models.DateField("希望何时前")
    due_on = models.DateField("答复期限", null=True, blank=True)
    answer = models.TextField("县局答复", blank=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+"
    )
    answered_on = models.DateField("答复日", null=True, blank=True)
    solved = models.BooleanField("解决了没有", null=True, blank=True)
    solved_note = models.CharField("说明", max_length=300, blank=True)
    solved_on = models.DateField("乡镇回话日", null=True, blank=True)
    solved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="回话人", null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    region_path = "report__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "请求事项"
        ordering = ["report", "order"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_on=None) ^ ~models.Q(answer=""), name="request_answer_has_its_day"
            ),
        ]


class EarlierAnswer(Opaque):
    """An answer that did not solve a request, with the day it was due and the township's word on it (C20)."""

    request = models.ForeignKey(
        HelpRequest, models.PROTECT, verbose_name="请求事项", related_name="earlier_answers"
    )
    due_on = models.DateField("答复期限")
    answer = models.TextField("县局答复")
    answered_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="答复人", null=True, blank=True, related_name="+"
    )
    answered_on = models.DateField("答复日")
    note = models.CharField("还差什么", max_length=300)
    said_by = models.ForeignKey(User, models.PROTECT, verbose_name="回话人", related_name="+")
    said_on = models.DateField("回话日")

    objects = ScopedQuerySet.as_manager()
    region_path = "request__report__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "没解决的答复"
        ordering = ["request", "said_on", "due_on"]


class MonthlyRecord(Editable):
    """What a township does once a month beside its report."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇")
    month = models.DateField("月份", help_text="the first day of the month")
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="登记人", related_name="+")
    recorded_on = models.DateField("登记日")

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        abstract = True
        ordering = ["-month", "region"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "region", "month"], name="%(class)s_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="%(class)s_month_is_its_first_day"),
        ]


class Meeting(MonthlyRecord):
    """The analysis meeting of a month (C20); its day lies in the month, whenever it was recorded.

    One file may be kept with it: `file_name` as it came, `stored_as` the random name in the storage.
    """

    held_on = models.DateField("开会日期")
    people = models.CharField("参加人员", max_length=300)
    minutes = models.TextField("研究情况")
    decisions = models.TextField("议定事项")
    file_name = models.CharField("附件名", max_length=100, blank=True)
    stored_as = models.CharField("附件存放名", max_length=80, blank=True)

    class Meta(MonthlyRecord.Meta):
        verbose_name = verbose_name_plural = "研究会"


class Feedback(MonthlyRecord):
    """What became, by this month, of last month's problems and of the county's answers (C20)."""

    text = models.TextField("上月问题的处理情况")

    class Meta(MonthlyRecord.Meta):
        verbose_name = verbose_name_plural = "反馈"


class CountyState(models.TextChoices):
    DRAFT = "draft", "起草中"
    TO_APPROVE = "to_approve", "待批"
    APPROVED = "approved", "已批"


class CountyReport(Editable):
    """The report of the county for a month (C24): drafted by the office, approved by a leader, sent on.

    On approval `tables` keeps the figures it was approved with, as `reports.county.Row.as_json`, and the
    whole of it becomes a `CountyEdition`. A change after that is another `edition`, to be approved again.
    `arrangement`: the group of each problem that the office put together by hand
    (`reports.likeness.arranged`); empty = by likeness alone.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="县")
    month = models.DateField("月份", help_text="the first day of the month")
    edition = models.PositiveSmallIntegerField("稿次", default=1)
    state = models.CharField("状态", max_length=12, choices=CountyState, default=CountyState.DRAFT)
    progress = models.TextField("工作进展", blank=True)
    problems = models.TextField("存在问题", blank=True)
    support = models.TextField("请求上级支持", blank=True)
    remark = models.CharField("退回说明", max_length=500, blank=True)
    tables = models.JSONField("定稿的数字", default=list, blank=True)
    arrangement = models.JSONField("问题分组", default=dict, blank=True)
    written_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="起草人", null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="批准人", null=True, blank=True, related_name="+"
    )
    approved_on = models.DateField("批准日", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "县级报告"
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "month"], name="county_report_once"),
            models.CheckConstraint(
                condition=models.Q(month__day=1), name="county_report_month_is_its_first_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(state=CountyState.APPROVED.value) | models.Q(approved_on__isnull=False),
                name="county_report_approved_has_its_day",
            ),
        ]


class CountyEdition(Opaque):
    """An edition of a county report as it was approved: what its recipients got can be shown again (C24)."""

    report = models.ForeignKey(CountyReport, models.PROTECT, verbose_name="县级报告", related_name="editions")
    edition = models.PositiveSmallIntegerField("稿次")
    progress = models.TextField("工作进展")
    problems = models.TextField("存在问题")
    support = models.TextField("请求上级支持")
    tables = models.JSONField("定稿的数字", default=list, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, verbose_name="批准人", related_name="+")
    approved_on = models.DateField("批准日")

    objects = ScopedQuerySet.as_manager()
    region_path = "report__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "县级报告各稿"
        ordering = ["report", "edition"]
        constraints = [
            models.UniqueConstraint(fields=["report", "edition"], name="county_edition_once"),
        ]


class Recipient(models.TextChoices):
    PROVINCE = "province", "省民政厅"
    PREFECTURE = "prefecture", "州民政局"
    LEADING_GROUP = "leading_group", "县领导小组办公室"


class Sending(Opaque):
    """Which edition of a county report went to whom on which day."""

    report = models.ForeignKey(CountyReport, models.PROTECT, verbose_name="县级报告", related_name="sendings")
    recipient = models.CharField("收件", max_length=16, choices=Recipient)
    edition = models.PositiveSmallIntegerField("稿次")
    sent_on = models.DateField("报送日")
    sent_by = models.ForeignKey(User, models.PROTECT, verbose_name="报送人", related_name="+")

    objects = ScopedQuerySet.as_manager()
    region_path = "report__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "县级报告报送"
        ordering = ["report", "edition", "recipient"]
        constraints = [
            models.UniqueConstraint(fields=["report", "recipient", "edition"], name="sent_once_per_edition"),
        ]
