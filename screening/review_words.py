"""Reviews and tapers in words: what one comes to, how a household stands."""

from datetime import date

from screening.choices import ReviewOutcome, ReviewState
from screening.models import BenefitReview, Taper


def outcome_words(review: BenefitReview) -> str:
    """脱贫不脱保 · 救助渐退 6 个月，到 2021-02-28 · 停发，2020年9月起."""
    match review.outcome:
        case ReviewOutcome.TAPER:
            return f"救助渐退 {review.months} 个月，到 {review.last_day}"
        case ReviewOutcome.STOP if review.from_month:
            return f"停发，{review.from_month.year}年{review.from_month.month}月起"
        case _:
            return str(ReviewOutcome(review.outcome).label)


def mark(review: BenefitReview | None, taper: Taper | None, day: date, notice_days: int) -> tuple[str, str]:
    """How a household stands, in shape and words: what must be done first comes first."""
    if review is not None and review.state == ReviewState.WAITING:
        return "prog", f"{review.get_outcome_display()}·等审批"
    if taper is not None:
        left = (taper.last_day - day).days
        if left < 0:
            return "over", f"到期 {-left} 天没定"
        return ("lag", f"还 {left} 天到期") if left <= notice_days else ("ok", "渐退中")
    if review is None:
        return "todo", "还没核查"
    if review.state == ReviewState.RETURNED:
        return "back", "退回，重新核查"
    return "done", str(review.get_outcome_display())
