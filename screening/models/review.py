"""Households on 低保 looked at again in phase 4, and the tapers that come of it (C14, C15, C16)."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dabao.models import Editable, Opaque, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.choices import IncomeKind, ReasonCode, ReviewOutcome, ReviewState, TaperEnd

OPEN = Q(ended_on=None)
_TAPER, _STOP = Q(outcome=ReviewOutcome.TAPER.value), Q(outcome=ReviewOutcome.STOP.value)


class Taper(Editable):
    """渐退: the benefit goes on for some months although the income is above the standard.

    It counts from `first_day`, the last of the month before the first one paid, to `last_day`, the same day
    so many calendar months later. It ends by somebody's decision only: `ended_on` and `end`. The reviews that
    began, lengthened and ended it are its `reviews`; `months` and `last_day` are those of the newest.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="tapers")
    first_day = models.DateField("起算日")
    months = models.PositiveSmallIntegerField("月数")
    last_day = models.DateField("到期日")
    monthly_amount = models.DecimalField(
        "期内每月金额", max_digits=12, decimal_places=2, null=True, blank=True
    )
    ended_on = models.DateField("定下日", null=True, blank=True)
    end = models.CharField("到期后", max_length=10, choices=TaperEnd, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "渐退"
        ordering = ["last_day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "household"], condition=OPEN, name="taper_open_once"),
            models.CheckConstraint(condition=Q(last_day__gt=F("first_day")), name="taper_days_in_order"),
            models.CheckConstraint(condition=OPEN ^ ~Q(end=""), name="taper_ended_whole"),
        ]
        indexes = [models.Index(fields=["plan", "ended_on", "last_day"], name="taper_desk")]


class BenefitReview(Editable):
    """One look at a household on 低保 (动态核查): its income, the standards of that day, what it comes to.

    `visited_on` the day at the door, `recorded_on` the day it was written down, which counts. `poverty_line`
    and `rural_dibao` are the standards in force that day. A taper has its whole length in `months`, also when
    it lengthens one; a taper and a stop take effect with `from_month` once another person approved.
    `settled_on` is the day it took effect, `ended_on` the day on which it was returned or another version
    took its place.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="reviews")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="核查人", related_name="+")
    visited_on = models.DateField("入户日")
    recorded_on = models.DateField("记录日")
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)
    living_together = models.PositiveSmallIntegerField("共同生活人数")
    per_capita = models.DecimalField("人均年收入", max_digits=12, decimal_places=2)
    poverty_line = models.DecimalField(
        "当时的扶贫标准", max_digits=12, decimal_places=2, null=True, blank=True
    )
    rural_dibao = models.DecimalField("当时的农村低保标准", max_digits=12, decimal_places=2)
    standards_confirmed = models.BooleanField("当时标准已确认", default=False)
    monthly_amount = models.DecimalField(
        "当时每月发多少", max_digits=12, decimal_places=2, null=True, blank=True
    )
    outcome = models.CharField("结论", max_length=12, choices=ReviewOutcome)
    stop_reason = models.CharField("停发原因", max_length=24, choices=ReasonCode, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    from_month = models.DateField("哪个月起", null=True, blank=True)
    months = models.PositiveSmallIntegerField("渐退月数", null=True, blank=True)
    last_day = models.DateField("渐退到期日", null=True, blank=True)
    state = models.CharField("到哪了", max_length=10, choices=ReviewState, default=ReviewState.STANDING)
    settled_on = models.DateField("生效日", null=True, blank=True)
    ended_on = models.DateField("退回或更正日", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="审批人", null=True, blank=True, related_name="+"
    )
    approval_note = models.CharField("审批意见", max_length=300, blank=True)
    taper = models.ForeignKey(Taper, models.PROTECT, null=True, blank=True, related_name="reviews")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    correction_reason = models.CharField("更正原因", max_length=200, blank=True)
    submission_key = models.UUIDField(null=True, blank=True, unique=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "动态核查"
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "household"],
                condition=Q(state=ReviewState.WAITING.value),
                name="review_waiting_once",
                violation_error_message="这一户上次的核查还在等审批。先批了再核查，或更正上次的。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("by")),
                name="review_two_hands",
                violation_error_message="核查人不能批自己的核查。请另一人批。",
            ),
            models.CheckConstraint(
                condition=(_TAPER & Q(months__gt=0, from_month__isnull=False, last_day__isnull=False))
                | (_STOP & Q(months=None, last_day=None, from_month__isnull=False) & ~Q(stop_reason=""))
                | (~_TAPER & ~_STOP & Q(months=None, last_day=None, from_month=None, stop_reason="")),
                name="review_outcome_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=ReviewState.STANDING.value, settled_on__isnull=False, ended_on=None)
                | Q(state=ReviewState.WAITING.value, settled_on=None, ended_on=None)
                | Q(
                    state__in=[ReviewState.RETURNED.value, ReviewState.SUPERSEDED.value],
                    ended_on__isnull=False,
                ),
                name="review_state_days",
            ),
            models.CheckConstraint(
                condition=Q(recorded_on__gte=F("visited_on")), name="review_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["household", "recorded_on"], name="review_household")]


class ReviewIncome(Opaque):
    """One income item of a review: yuan over twelve months, always positive; the sign belongs to the kind."""

    review = models.ForeignKey(BenefitReview, models.CASCADE, related_name="income")
    kind = models.CharField("项目", max_length=20, choices=IncomeKind)
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    note = models.CharField("依据", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "review__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "核查收入项"
        constraints = [
            models.UniqueConstraint(fields=["review", "kind"], name="review_income_kind_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="review_income_not_negative"),
            models.CheckConstraint(
                condition=~Q(kind=IncomeKind.EMPLOYMENT_COST.value) | Q(amount=0) | ~Q(note=""),
                name="review_employment_cost_has_ground",
                violation_error_message="就业成本要写依据，例如：车票、租房收条。",
            ),
        ]
