"""What the pages of benefit reviews show: lists of phase 4 and of tapers, one household (C14, C15)."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.urls import reverse

from dabao import plans
from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.choices import PovertyStatus, ReviewState
from screening.forms.reviews import ApprovalForm, ReviewForm
from screening.models import BenefitReview, Case
from screening.phase_work import TownshipProgress, phase_ordinal, together
from screening.queries import reviews as queries
from screening.queries import watch
from screening.queries.cases import places
from screening.queries.progress import REVIEWING, progress
from screening.queries.remaining import place_name
from screening.queries.reviews import Chosen
from screening.review_words import mark
from screening.rules import reviews as rules
from screening.rules.income import income_window
from screening.rules.phases import Work
from screening.rules.wording import coming_words
from screening.services.pending_changes import may_decide

PAGE = 20


def list_url(tab: str = queries.LEFT, region: str = "", month: date | None = None) -> str:
    """The list behind a figure."""
    chosen = {"tab": tab, "region": region, "month": f"{month:%Y-%m}" if month else ""}
    return f"{reverse('screening:reviews')}?{urlencode({k: v for k, v in chosen.items() if v})}"


def list_page(scope: Scope, plan: WorkPlan, chosen: Chosen, day: date, number: Any) -> dict[str, Any]:
    """One tab: its rows, the other tabs with their counts, its places, and the pace of the phase."""
    listed = queries.ordered(scope, queries.cases_in(scope, plan, chosen, day), chosen.tab, day)
    page = Paginator(listed, PAGE).get_page(number)
    page.object_list = queries.rows(scope, plan, page.object_list, day)
    return {
        "page": page,
        "chosen": chosen,
        "total": page.paginator.count,
        "heading": _heading(chosen),
        "place": place_name(scope, chosen.region),
        "tabs": _tabs(scope, plan, chosen, day),
        "places": _places(scope, plan, chosen, day),
        "months": _months(scope, plan, chosen, day) if chosen.tab in queries.TAPERS else [],
        "clear_url": list_url(chosen.tab) if chosen.region or chosen.month else "",
        "first": page.object_list[0] if page.object_list and chosen.tab == queries.LEFT else None,
        "may_review": scope.may(Right.APPLY),
        "tapers": chosen.tab in queries.TAPERS,
        "unlisted": watch.listed(scope, plan, watch.UNLISTED, day, chosen.region).count(),
        "unlisted_url": _unlisted_url(scope, chosen.region),
        "notice_days": plan.taper_notice_days,
        **_pace(scope, plan, chosen.region, day),
    }


def _unlisted_url(scope: Scope, region: str) -> str:
    """Where households on 低保 without a case are listed; empty for who may not open that list."""
    if not any(scope.may(right) for right in (Right.APPLY, Right.APPROVE, Right.BOARD)):
        return ""
    after = f"?region={region}" if region else ""
    return reverse("screening:watch", args=[watch.UNLISTED]) + after


def _heading(chosen: Chosen) -> str:
    month = f"·{chosen.month.year}年{chosen.month.month}月到期" if chosen.month else ""
    return queries.TABS[chosen.tab] + month


def _tabs(scope: Scope, plan: WorkPlan, chosen: Chosen, day: date) -> list[dict[str, Any]]:
    return [
        {
            "label": label.replace("30", str(plan.taper_notice_days)),
            "url": list_url(tab, chosen.region),
            "count": queries.cases_in(scope, plan, Chosen(tab, chosen.region), day).count(),
            "current": chosen.tab == tab,
        }
        for tab, label in queries.TABS.items()
    ]


def _places(scope: Scope, plan: WorkPlan, chosen: Chosen, day: date) -> list[tuple[str, int, str]]:
    """(name, households, address) of townships, in one township of villages; they add up to the list."""
    counted = queries.by_place(scope, plan, chosen, day)
    if len(chosen.region) > 9 or not counted:
        return []
    if len(next(iter(counted))) > 9:
        names = places(scope, chosen.region)
    else:
        names = {township.code: township.name for township in plans.townships(plan)}
    return [
        (name, counted[code], list_url(chosen.tab, code, chosen.month))
        for code, name in names.items()
        if counted.get(code)
    ]


def _months(scope: Scope, plan: WorkPlan, chosen: Chosen, day: date) -> list[dict[str, Any]]:
    found = queries.months_of_end(scope, plan, chosen.tab, day, chosen.region)
    return [
        {
            "label": f"{month.year}年{month.month}月",
            "count": count,
            "url": list_url(chosen.tab, chosen.region, month),
            "current": month == chosen.month,
        }
        for month, count in found.items()
    ]


def _pace(scope: Scope, plan: WorkPlan, region: str, day: date) -> dict[str, Any]:
    """Phase 4 where the list is: done against the line, what a day must bring; nothing without the phase."""
    phases = plans.phases(plan)
    place = next((n for n, phase in enumerate(phases) if phase.number == REVIEWING), None)
    if place is None:
        return {"phase": None}
    rows = [row for row in progress(scope, plan, day) if _touches(row, region)]
    work: Work = together(rows, phases, day)[place]
    phase = phases[place]
    return {
        "phase": phase,
        "ordinal": phase_ordinal(phase.number),
        "begun": day >= phase.first_day,
        "work": work,
        "urls": {tab: list_url(tab, region) for tab in (queries.LEFT, queries.DONE)},
    }


def _touches(row: TownshipProgress, region: str) -> bool:
    return row.code.startswith(region[:9]) or region.startswith(row.code)


# --- One household ---


def one(
    scope: Scope, case: Case, day: date, *, form: ReviewForm | None, approval: ApprovalForm | None = None
) -> dict[str, Any]:
    """The page of a household: with a `form` it is filled in, else the reviews there are."""
    about = queries.basis(scope, case, day)
    history = list(queries.of_case(scope, case))
    last = next((one for one in history if one.state != ReviewState.SUPERSEDED), None)
    previous, following = queries.neighbours(scope, case, day)
    code = case.household.region_id
    context = {
        "case": case,
        "place": _place(case),
        "head": case.household.head.name if case.household.head else "户主不明",
        "basis": about,
        "coming": [coming_words(one.monthly_amount, one.from_month, day) for one in about.coming],
        "window": income_window(day),
        "last": last,
        "history": history,
        "mark": mark(last, about.taper, day, case.plan.taper_notice_days),
        "previous": previous,
        "following": following,
        "following_head": queries.head_of(scope, following) if following else "",
        "reviews_url": list_url(region=code[:9]),
        "form": form,
        "may_review": scope.may(Right.APPLY, code),
        **_pace(scope, case.plan, code[:9], day),
    }
    if form is not None:
        return context | ways(case, about, form) | {"spans": _spans(about)}
    return context | _record(scope, last, about, code, approval)


def ways(case: Case, about: queries.Basis, form: ReviewForm) -> dict[str, Any]:
    """The three ways for what stands in the form; without a sum only their names."""
    income, without = form.sum_so_far()
    each = income.per_capita if income else None
    lifted = case.household.poverty_status == PovertyStatus.LIFTED
    found = rules.ways(each, about.standards, about.months, lifted=lifted) if each is not None else ()
    return {
        "case": case,
        "form": form,
        "basis": about,
        "family": income.family if income else None,
        "each": each,
        "without": without if without != each else None,
        "ways": [(answer, str(answer.way) == str(form["way"].value())) for answer in found]
        or [
            (rules.WayAnswer(way, label, applies=True, words="先填收入"), way == str(form["way"].value()))
            for way, label in form.fields["way"].choices
        ],
    }


def _spans(about: queries.Basis) -> list[tuple[rules.Span, Decimal | None]]:
    """Every length a taper may have, with what is paid in it, if the amount is known."""
    monthly = about.monthly_amount
    return [(span, None if monthly is None else monthly * span.months) for span in about.spans]


def _record(
    scope: Scope, last: BenefitReview | None, about: queries.Basis, code: str, approval: ApprovalForm | None
) -> dict[str, Any]:
    """What may be done with the last review: approve it, correct it, review again."""
    may_review = scope.may(Right.APPLY, code)
    waits = last is not None and last.state == ReviewState.WAITING
    mine = last is not None and last.by_id == scope.user_id
    stopped = last is not None and last.outcome == "stop" and last.state == ReviewState.STANDING
    may_approve = waits and may_decide(scope, code) and not mine
    return {
        "waits": waits,
        "standard_since": queries.standard_since(scope, last) if last else None,
        "approval": (approval or ApprovalForm(initial={"version": last.version})) if may_approve else None,
        "may_correct": may_review
        and last is not None
        and last.state != ReviewState.RETURNED
        and not last.approved_by_id
        and not last.taper_id,
        "may_again": may_review and not waits and not stopped,
        "span": about.running or _span_of(about, last),
    }


def _span_of(about: queries.Basis, last: BenefitReview | None) -> rules.Span | None:
    if last is None or not last.months or last.from_month is None:
        return None
    return rules.granted(last.from_month, last.months, about.notice_days)


def _place(case: Case) -> str:
    home = case.household
    return "·".join(filter(None, [str(home.region.parent or ""), home.region.name, home.group]))


def next_url(following: UUID | None, region: str) -> str:
    """The next household to review, or the list when there is none."""
    return reverse("screening:review", args=[following]) if following else list_url(region=region)
