"""What a sample is drawn from, what was judged of its households, and how samples came out (C21)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import CaseOutcome, ReasonCode, Scheme
from screening.models import Case, Decision, Verification
from screening.queries.cases import ROUTE
from supervision.choices import Item, Stratum
from supervision.models import Sample, SampleItem
from supervision.rules import sampling
from supervision.rules.sampling import Checked, Rate

# Drawn from cases that came to a conclusion; the households are those of the tabs of these names.
OUTCOMES = {
    Stratum.NOT_ELIGIBLE: CaseOutcome.NOT_ELIGIBLE,
    Stratum.ENROLLED: CaseOutcome.ENROLLED,
    Stratum.COVERED: CaseOutcome.COVERED_CONFIRMED,
}
_ITEMS = Item.values


def concluded(scope: Scope, plan: WorkPlan, township: str) -> QuerySet[Case]:
    """The cases of a township that a sample may be drawn from, along the villages."""
    cases = Case.objects.within(scope, Right.SUPERVISE).filter(
        plan=plan, household__region__code__startswith=township, outcome__in=OUTCOMES.values()
    )
    return cases.order_by(*ROUTE)


def frames(scope: Scope, plan: WorkPlan, township: str) -> dict[str, list[str]]:
    """Household ids by stratum, in no order that matters."""
    found: dict[str, list[str]] = {stratum.value: [] for stratum in Stratum}
    strata = {outcome: stratum.value for stratum, outcome in OUTCOMES.items()}
    for household, outcome in concluded(scope, plan, township).values_list("household", "outcome"):
        found[strata[CaseOutcome(outcome)]].append(str(household))
    return found


def frame_counts(scope: Scope, plan: WorkPlan) -> list[tuple[Region, dict[str, int]]]:
    """The townships that the viewer supervises, each with the households there are in each stratum."""
    strata = {outcome.value: stratum.value for stratum, outcome in OUTCOMES.items()}
    counted: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Stratum.values, 0))
    for code, outcome in concluded(scope, plan, "").values_list("household__region", "outcome"):
        counted[code[:9]][strata[outcome]] += 1
    places = Region.objects.within(scope, Right.SUPERVISE).filter(level="township", parent=plan.region_id)
    return [(place, counted[place.code]) for place in places.order_by("order", "code")]


def verdicts(scope: Scope, strata: Mapping[UUID, str], cases: Iterable[Case]) -> dict[UUID, str]:
    """What was judged of each household, in words: 不符合：收入超标准; 新纳入：低保·整户; 在保.

    `strata` by household; the words come from the conclusion of its case that stands.
    """
    by_case = {case.pk: case.household_id for case in cases}
    concluded = Verification.objects.within(scope).concluded().filter(case__in=by_case)
    words: dict[UUID, str] = {}
    for verification in concluded.prefetch_related("decisions"):
        household = by_case[verification.case_id]
        words.setdefault(household, _why(strata[household], verification.decisions.all()))
    return {
        household: "：".join(filter(None, (Stratum(strata[household]).label, words.get(household, ""))))
        for household in by_case.values()
    }


def _why(stratum: str, decisions: Iterable[Decision]) -> str:
    match stratum:
        case Stratum.ENROLLED:
            found = {Scheme(one.scheme).label for one in decisions if one.scheme != Scheme.NONE}
        case Stratum.NOT_ELIGIBLE:
            found = {ReasonCode(one.reason_code).label for one in decisions if one.reason_code}
        case _:
            found = set()
    return "、".join(sorted(found))[:100]


@dataclass(frozen=True, slots=True)
class SampleLine:
    """A sample in a list: where, when, by whom, and how it came out."""

    sample: Sample
    total: Rate
    by_stratum: list[Rate]
    findings: int

    @property
    def closed(self) -> bool:
        return self.sample.stop.inspection.closed_on is not None


def samples(scope: Scope, plan: WorkPlan, township: str = "") -> list[SampleLine]:
    """The samples of the plan that the viewer may see, the newest first; a fixed number of queries."""
    found = (
        Sample.objects.within(scope)
        .filter(stop__inspection__plan=plan, stop__township__code__startswith=township)
        .select_related("stop__inspection", "stop__township", "drawn_by")
    )
    items: dict[UUID, list[SampleItem]] = defaultdict(list)
    for item in live_items(scope, found):
        items[item.sample_id].append(item)
    return [_line(sample, items[sample.pk]) for sample in found]


def live_items(scope: Scope, found: Any) -> QuerySet[SampleItem]:
    """The households that samples consist of now: without those that gave way to others."""
    items = SampleItem.objects.within(scope).filter(Q(sample__in=found), dropped_on=None)
    return items.select_related("visit").order_by("visit__order", "pk")


def _line(sample: Sample, items: list[SampleItem]) -> SampleLine:
    checked = [_checked(item) for item in items]
    by_stratum = [one for one in sampling.rates(checked, Stratum.values) if one.drawn]
    findings = sum(item.visit.finding_id is not None for item in items)
    return SampleLine(sample, sampling.rate("", checked), by_stratum, findings)


def _checked(item: SampleItem) -> Checked:
    visit = item.visit
    return Checked(
        item.stratum,
        sampling.state_of(visit.met, visit.matches, _ITEMS),
        sampling.differs(visit.matches),
    )


@dataclass(frozen=True, slots=True)
class ItemRate:
    """Of the households asked an item, how many were found different."""

    label: str
    asked: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one sample came out, what it was drawn from, and whether drawing again gives the same."""

    line: SampleLine
    items: list[ItemRate]
    frame_sizes: dict[str, int]
    drawn_again: bool
    dropped: list[SampleItem]
    standing_by: dict[str, int]


def outcome(scope: Scope, sample_id: UUID) -> Outcome:
    """Raises ObjectDoesNotExist outside the scope, and for the township while the sample is open."""
    found = Sample.objects.within(scope).select_related(
        "stop__inspection__closed_by", "stop__township", "drawn_by"
    )
    sample = found.get(pk=sample_id)
    everyone = list(
        SampleItem.objects.within(scope)
        .filter(sample=sample)
        .select_related(
            "visit", "visit__household__head", "dropped_by", "replaced_by__visit__household__head"
        )
    )
    live = sorted((one for one in everyone if one.dropped_on is None), key=lambda one: one.visit.order)
    done = [one.visit.matches for one in live if _checked(one).state == sampling.DONE]
    return Outcome(
        line=_line(sample, live),
        items=[_item_rate(item, done) for item in Item],
        frame_sizes={stratum: len(frame) for stratum, frame in sample.frames.items()},
        drawn_again=sampling.is_draw_of(
            {(one.stratum, one.place): str(one.visit.household_id) for one in everyone},
            sample.seed,
            sample.frames,
        ),
        dropped=[one for one in everyone if one.dropped_on],
        standing_by={
            stratum: len(sample.frames.get(stratum, [])) - sum(one.stratum == stratum for one in everyone)
            for stratum in Stratum.values
        },
    )


def _item_rate(item: Item, done: list[dict[str, str]]) -> ItemRate:
    answers = [matches.get(item) for matches in done]
    return ItemRate(item.label, sum(a in ("same", "differs") for a in answers), answers.count("differs"))
