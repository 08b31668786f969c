"""Jobs and projects offered to one person, and the proposal about his share after three refusals (C17)."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dabao.models import Editable, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.choices import BenefitScheme, OfferReply, ProposalState


class JobOffer(Editable):
    """One offer: what, on which day, what became of it; `recorded_on` the day it was written down.

    Of one day they count in the order in which they were written down (`recorded_at`).

    A refusal with reason says the reason, which the township has found valid. The reply may come later.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    person = models.ForeignKey("Person", models.PROTECT, related_name="offers")
    day = models.DateField("哪天给的")
    project = models.CharField("给的什么项目、岗位", max_length=120)
    offered_by = models.CharField("谁给的", max_length=60, blank=True)
    reply = models.CharField("结果", max_length=20, choices=OfferReply, default=OfferReply.PENDING)
    reason = models.CharField("理由和凭据", max_length=200, blank=True)
    recorded_on = models.DateField("记录日")
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)
    replied_on = models.DateField("答复记录日", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁记的", related_name="+")

    objects = ScopedQuerySet.as_manager()
    # The township of the household he lives in now is responsible, with all that was offered before.
    region_path = "person__memberships__household__region__code"
    region_when = Q(person__memberships__last_day=None)

    class Meta:
        verbose_name = verbose_name_plural = "就业帮扶"
        ordering = ["day", "recorded_on", "recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day", "project"],
                name="offer_once_a_day",
                violation_error_message="这一天的这个项目已经记过。要补答复，请在那一条里填。",
            ),
            models.CheckConstraint(
                condition=~Q(reply=OfferReply.REFUSED_WITH_REASON.value) | ~Q(reason=""),
                name="offer_valid_reason_is_said",
                violation_error_message="有正当理由的拒绝，要写明理由和凭据。",
            ),
            models.CheckConstraint(
                condition=Q(reply=OfferReply.PENDING.value, replied_on=None)
                | ~Q(reply=OfferReply.PENDING.value) & Q(replied_on__isnull=False),
                name="offer_reply_has_day",
            ),
            models.CheckConstraint(
                condition=Q(recorded_on__gte=F("day")),
                name="offer_days_in_order",
                violation_error_message="给项目的日子不能晚于今天。",
            ),
        ]


class ShareProposal(Editable):
    """To reduce or stop one person's own share: proposed and signed in the township, approved by the county.

    `new_amount` 0 = stop. `run` is the refusals in a row when it was signed. Once signed it is never changed;
    `change` is the effect, `resumed` the change that gave the share back.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="share_proposals")
    person = models.ForeignKey("Person", models.PROTECT, related_name="share_proposals")
    scheme = models.CharField("救助类型", max_length=12, choices=BenefitScheme)
    old_amount = models.DecimalField("现在每月", max_digits=12, decimal_places=2)
    new_amount = models.DecimalField("签齐后每月", max_digits=12, decimal_places=2)
    from_month = models.DateField("从哪月起")
    run = models.PositiveSmallIntegerField("连续拒绝次数")
    not_employed = models.CharField("没有就业，怎么核的", max_length=200)
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("到哪了", max_length=10, choices=ProposalState, default=ProposalState.PROPOSED)
    proposed_on = models.DateField("提议日")
    proposed_by = models.ForeignKey(User, models.PROTECT, verbose_name="提议并签字", related_name="+")
    decided_on = models.DateField("定的日子", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁定的", null=True, blank=True, related_name="+"
    )
    note = models.CharField("意见", max_length=300, blank=True)
    change = models.OneToOneField(
        "BenefitChange", models.PROTECT, verbose_name="变更", null=True, blank=True, related_name="+"
    )
    resumed = models.OneToOneField(
        "BenefitChange", models.PROTECT, verbose_name="恢复", null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    # As his offers: where he lives now, also when that is another household than the one of the proposal.
    region_path = "person__memberships__household__region__code"
    region_when = Q(person__memberships__last_day=None)

    class Meta:
        verbose_name = verbose_name_plural = "减停本人份额的提议"
        ordering = ["proposed_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=ProposalState.PROPOSED.value)
                | Q(state=ProposalState.APPROVED.value, resumed=None),
                name="proposal_once",
                violation_error_message="这个人已有提议在办或已减停。请先看那一份。",
            ),
            models.CheckConstraint(
                condition=Q(new_amount__gte=0, new_amount__lt=F("old_amount")),
                name="proposal_lessens",
                violation_error_message="签齐后的金额要比现在少，停发写 0。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProposalState.APPROVED.value)
                | Q(decided_by__isnull=False, change__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="proposal_two_signatures",
                violation_error_message="两个签字要两个人：你已在提议上签过。",
            ),
            models.CheckConstraint(
                condition=Q(from_month__day=1),
                name="proposal_from_first_of_month",
                violation_error_message="从哪月起，要选月份。",
            ),
        ]

    @property
    def live(self) -> bool:
        """Whether it is being signed, or signed and in effect."""
        signed = self.state == ProposalState.APPROVED and self.resumed_id is None
        return signed or self.state == ProposalState.PROPOSED
