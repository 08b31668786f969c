"""What must hold of reviews and tapers; ids only. Read by `screening.services.invariants`."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from dabao.models import Flag, FlagKind
from screening.choices import ReviewOutcome, ReviewState, TaperEnd
from screening.models import BenefitReview, Taper
from screening.rules.income import IncomeItem, family_income

ENDS = {
    ReviewOutcome.KEEP: TaperEnd.RESUMED,
    ReviewOutcome.KEEP_LIFTED: TaperEnd.RESUMED,
    ReviewOutcome.STOP: TaperEnd.STOPPED,
}


def sums_of_reviews() -> list[str]:
    """What stands as per capita is the sum of the items that stand beside it."""
    wrong = []
    for review in BenefitReview.objects.prefetch_related("income").iterator(chunk_size=1000):
        items = [IncomeItem(item.kind, item.amount) for item in review.income.all()]
        if not items or family_income(items, review.living_together).per_capita != review.per_capita:
            wrong.append(f"动态核查 {review.pk} 的人均与收入项不符")
    return wrong


def tapers_and_reviews() -> list[str]:
    """Every approved taper runs as approved, and no taper ends but by the review that says so."""
    return list(_tapers())


def _tapers() -> Iterator[str]:
    lost = BenefitReview.objects.filter(
        outcome=ReviewOutcome.TAPER, state=ReviewState.STANDING, taper__isnull=True
    )
    for pk in lost.values_list("pk", flat=True):
        yield f"动态核查 {pk} 批了渐退，却没有渐退"
    for taper in Taper.objects.prefetch_related("reviews").iterator(chunk_size=1000):
        settled = sorted(taper.reviews.all(), key=lambda review: review.recorded_at)
        given = [review for review in settled if review.outcome == ReviewOutcome.TAPER]
        if not given or (given[-1].months, given[-1].last_day) != (taper.months, taper.last_day):
            yield f"渐退 {taper.pk} 的月数或到期日与批准的核查不符"
        if taper.ended_on and (
            (settled[-1].settled_on, ENDS.get(ReviewOutcome(settled[-1].outcome)))
            != (taper.ended_on, taper.end)
        ):
            yield f"渐退 {taper.pk} 已结束，却没有定它的核查"


def tapers_and_flags() -> list[str]:
    """No flag stands for a taper that somebody has ended."""
    ended = Taper.objects.filter(ended_on__isnull=False)
    standing = Flag.objects.filter(kind=FlagKind.TAPER_ENDING, cleared_on=None)
    ids = {str(pk) for pk in ended.values_list("pk", flat=True)}
    return [f"渐退 {about} 已定，红旗还在" for flag in standing if (about := flag.subject[6:]) in ids]


def approved_stops() -> list[str]:
    """After an approved stop a household is verified again, not reviewed."""
    later = BenefitReview.objects.filter(
        household=OuterRef("household"), recorded_at__gt=OuterRef("recorded_at"), plan=OuterRef("plan")
    )
    stops = BenefitReview.objects.filter(
        Exists(later), outcome=ReviewOutcome.STOP, state=ReviewState.STANDING
    )
    return [f"动态核查 {pk} 批了停发，后面还有核查" for pk in stops.values_list("pk", flat=True)]


CHECKS = {
    "核查人均": sums_of_reviews,
    "渐退与核查": tapers_and_reviews,
    "渐退与红旗": tapers_and_flags,
    "停发以后": approved_stops,
}
