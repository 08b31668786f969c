"""Benefit reviews: record, correct, approve, return (C14, C15, C16; Plan 二(四)).

A keep stands at once. A taper and a stop wait for a second person; with his approval they take effect, in the
same transaction. Whoever records locks the case, so that two people at one household take turns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import (
    IncomeKind,
    PovertyStatus,
    ReasonCode,
    ReviewOutcome,
    ReviewState,
    ReviewWay,
)
from screening.models import BenefitReview, Case, ReviewIncome
from screening.queries import reviews as queries
from screening.review_words import outcome_words
from screening.rules import reviews as rules
from screening.rules.income import IncomeItem, Place, family_income, position
from screening.services import cases, flags, tapers
from screening.services.pending_changes import may_decide

WORTH_SAYING = 4  # characters from which a reason says something
NEEDS_APPROVAL = (ReviewOutcome.TAPER, ReviewOutcome.STOP)


@dataclass(frozen=True, slots=True)
class Found:
    """A review as filled in. `income`: kind → (yuan over twelve months, its ground)."""

    visited_on: date
    living_together: int
    way: str
    income: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)
    reason: str = ""
    stop_reason: str = ""
    months: int | None = None

    @property
    def per_capita(self) -> Decimal:
        """Raises ValidationError when nobody lives there."""
        items = (IncomeItem(kind, amount) for kind, (amount, _) in self.income.items())
        each = family_income(items, self.living_together).per_capita
        if each is None:
            raise ValidationError({"living": "共同生活人数至少 1 人。请改正。"})
        return each


@transaction.atomic
def record(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    day: date,
    found: Found,
    seen: UUID | None,
    submission_key: UUID | None = None,
    correction_reason: str | None = None,
) -> BenefitReview:
    """Record a review of a household, or with a `correction_reason` another version of its last one.

    `seen` is the last review that the page showed; the same key again returns the record that stands. Raises
    ValidationError by field, ObjectDoesNotExist out of scope, PermissionDenied without the right.
    """
    case = cases.lock(scope, case_id, Right.APPLY)
    standing = BenefitReview.objects.filter(submission_key=submission_key, by=actor).first()
    if submission_key is not None and standing is not None:
        return standing
    last = queries.last_review(scope, case)
    _refuse_if_changed(last, seen)
    if correction_reason is None:
        _refuse_another(last)
    else:
        _put_aside(last, correction_reason, day)
    review = _write(scope, case, actor, day, found, submission_key)
    if correction_reason is not None:
        review.corrects, review.correction_reason = last, correction_reason.strip()
        review.save(update_fields=["corrects", "correction_reason"])
    told = "更正动态核查" if correction_reason is not None else "动态核查"
    _tell(case, review, f"{told}：{outcome_words(review)}", actor, day)
    action = "review.record" if correction_reason is None else "review.correct"
    _audit(action, review, actor, outcome=review.outcome)
    if review.state == ReviewState.STANDING:
        tapers.resume(case=case, review=review, actor=actor, day=day)
    flags.clear_finished_phases(plan=case.plan, day=day, region_code=case.household.region_id)
    return review


@transaction.atomic
def approve(
    *, scope: Scope, review_id: UUID, actor: User, day: date, version: int, note: str = ""
) -> BenefitReview:
    """A second person approves a taper or a stop, which takes effect with this transaction."""
    case, review = _waiting(scope, review_id, actor, version)
    review.state, review.settled_on = ReviewState.STANDING, day
    review.approved_by, review.approval_note = actor, note.strip()
    if review.outcome == ReviewOutcome.TAPER:
        tapers.begin_or_lengthen(case=case, review=review, actor=actor, day=day)
    else:
        tapers.stop(case=case, review=review, actor=actor, day=day)
    _save(review)
    _tell(case, review, f"批准{outcome_words(review)}", actor, day)
    _audit("review.approve", review, actor, outcome=review.outcome)
    return review


@transaction.atomic
def send_back(
    *, scope: Scope, review_id: UUID, actor: User, day: date, version: int, note: str
) -> BenefitReview:
    """The second person does not approve: the household is to be reviewed again."""
    case, review = _waiting(scope, review_id, actor, version)
    if len(note.strip()) < WORTH_SAYING:
        raise ValidationError({"note": "退回要写明哪里要改，例如：就业成本没有收条。"})
    review.state, review.ended_on = ReviewState.RETURNED, day
    review.approved_by, review.approval_note = actor, note.strip()
    _save(review)
    _tell(case, review, f"退回动态核查（{review.get_outcome_display()}）：{note.strip()}", actor, day)
    _audit("review.return", review, actor, outcome=review.outcome)
    return review


def _refuse_if_changed(last: BenefitReview | None, seen: UUID | None) -> None:
    if (last.pk if last else None) != seen:
        who = last.by.name if last else "别人"
        raise ValidationError(f"你打开以后，{who}核查过这一户。请刷新页面，看过再记。")


def _refuse_another(last: BenefitReview | None) -> None:
    if last is None:
        return
    if last.state == ReviewState.WAITING:
        raise ValidationError("这一户上次的核查还在等审批。先批了再核查，或更正上次的。")
    if last.outcome == ReviewOutcome.STOP and last.state == ReviewState.STANDING:
        raise ValidationError(
            "这一户的停发已经批准。情况又变的，请在户页面“重新核查”，按申请、审核、公示再纳入。"
        )


def _put_aside(last: BenefitReview | None, why: str, day: date) -> None:
    """The last review gives way to another version; one that has changed something already does not."""
    if last is None or last.state == ReviewState.RETURNED:
        raise ValidationError("没有可以更正的核查。请直接核查。")
    if not why.strip():
        raise ValidationError({"correction_reason": "请写明为什么更正，例如：漏算了养老金。"})
    if last.approved_by_id:
        raise ValidationError("上次的核查已经批准生效，不能更正。请另核查一次，新的结论接着算。")
    if last.taper_id:
        raise ValidationError("上次的核查已经结束了渐退，不能更正。请另核查一次。")
    last.state, last.ended_on = ReviewState.SUPERSEDED, day
    _save(last)


def _write(
    scope: Scope, case: Case, actor: User, day: date, found: Found, submission_key: UUID | None
) -> BenefitReview:
    home, plan = case.household, case.plan
    _check(case, found, day)
    if not queries.reviewable(scope, plan, day).filter(pk=case.pk).exists():
        raise ValidationError("这一户不是享受低保的建档立卡户，不用动态核查。")
    about = queries.basis(scope, case, day)
    standard, each = about.standards.rural_dibao, found.per_capita
    if standard is None:
        raise ValidationError({"way": f"{rules.NO_STANDARD}。"})
    problem = rules.fault(
        found.way,
        each,
        about.standards,
        about.months,
        chosen_months=found.months,
        stop_reason=found.stop_reason,
    )
    if problem is not None:
        raise ValidationError({problem[0]: problem[1]})
    _need_reason(found, each, standard)
    review = BenefitReview(
        plan=plan,
        household=home,
        by=actor,
        visited_on=found.visited_on,
        recorded_on=day,
        living_together=found.living_together,
        per_capita=each,
        poverty_line=about.standards.poverty_line,
        rural_dibao=standard,
        standards_confirmed=about.standards.confirmed,
        monthly_amount=about.monthly_amount,
        reason=found.reason.strip(),
        submission_key=submission_key,
        **_outcome(found, each, about, home.poverty_status == PovertyStatus.LIFTED, day),
    )
    review.full_clean(exclude=["plan", "household", "by"])
    review.save()
    items = [
        ReviewIncome(review=review, kind=kind, amount=amount, note=ground.strip())
        for kind, (amount, ground) in found.income.items()
    ]
    for item in items:
        item.full_clean(exclude=["review"])
    ReviewIncome.objects.bulk_create(items)
    return review


def _outcome(found: Found, each: Decimal, about: queries.Basis, lifted: bool, day: date) -> dict[str, Any]:
    """The columns that say what the review comes to."""
    match found.way:
        case ReviewWay.KEEP:
            outcome = rules.kept_as(each, about.standards, lifted=lifted)
            return {"outcome": outcome, "state": ReviewState.STANDING, "settled_on": day}
        case ReviewWay.TAPER:
            span = about.span(found.months or 0)
            return {
                "outcome": ReviewOutcome.TAPER,
                "state": ReviewState.WAITING,
                "from_month": span.from_month,
                "months": span.months,
                "last_day": span.last_day,
            }
        case _:
            return {
                "outcome": ReviewOutcome.STOP,
                "state": ReviewState.WAITING,
                "stop_reason": found.stop_reason,
                "from_month": about.next_month,
            }


def _check(case: Case, found: Found, day: date) -> None:
    """What the form cannot know or a caller may not skip. Raises ValidationError by field."""
    if not case.plan.first_day <= found.visited_on <= day:
        raise ValidationError({"visited_on": "入户日要在方案起始日和今天之间。请核对。"})
    if not found.income:
        raise ValidationError("收入一项都没填。确实没有，就勾“没有任何收入”。")
    amount, ground = found.income.get(IncomeKind.EMPLOYMENT_COST, (Decimal(0), ""))
    if amount and not ground.strip():
        raise ValidationError("就业成本要写依据，例如：车票、租房收条。")


def _need_reason(found: Found, each: Decimal, standard: Decimal) -> None:
    """A taper, a stop and whatever is decided exactly at the standard are explained."""
    if len(found.reason.strip()) >= WORTH_SAYING:
        return
    if found.way in (ReviewWay.TAPER, ReviewWay.STOP):
        raise ValidationError({"reason": "渐退和停发要写明理由：谁、什么收入、为什么这样定。"})
    if position(each, standard).place is Place.AT:
        raise ValidationError({"reason": "人均正好等于低保标准：由你定，写明为什么。"})


def _waiting(scope: Scope, review_id: UUID, actor: User, version: int) -> tuple[Case, BenefitReview]:
    """A review that waits for approval, with its case, both locked; by somebody other than the approver."""
    about = BenefitReview.objects.within(scope).select_related("household").get(pk=review_id)
    if not may_decide(scope, about.household.region_id):
        raise PermissionDenied("渐退和停发由有审批权的人批，你的岗位没有这项权限。")
    case_id = Case.objects.get(plan=about.plan_id, household=about.household_id).pk
    case = cases.lock(scope, case_id, Right.READ)
    review = (
        BenefitReview.objects.select_for_update(of=("self",)).select_related("by", "plan").get(pk=review_id)
    )
    if review.state != ReviewState.WAITING:
        raise ValidationError(f"这次核查现在是“{review.get_state_display()}”，不用再批。请刷新页面。")
    if review.version != version:
        raise ValidationError("你打开以后，这次核查有人改过。请刷新页面，看过再批。")
    if review.by_id == actor.pk:
        raise ValidationError("核查人不能批自己的核查。请另一人批。")
    return case, review


def _save(review: BenefitReview) -> None:
    review.version += 1
    review.full_clean(exclude=["plan", "household", "by"], validate_unique=False)
    review.save()


def _tell(case: Case, review: BenefitReview, text: str, actor: User, day: date) -> None:
    reason = f"（{ReasonCode(review.stop_reason).label}）" if review.stop_reason else ""
    said = f"。{review.reason}" if review.reason else ""
    case.refresh_from_db(fields=["version"])  # a change of aid writes its own line
    cases.note(
        case=case,
        kind=cases.Kind.NOTE,
        actor=actor,
        day=day,
        text=f"{text}{reason}{said}",
        review=str(review.pk),
    )


def _audit(action: str, review: BenefitReview, actor: User, **data: Any) -> None:
    audit.record(action, actor=actor, obj=review, region_code=review.household.region_id, **data)
