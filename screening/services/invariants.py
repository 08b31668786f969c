"""What must hold whatever happened: lists that add up, whole households, cases that agree with their events.

Every check gives sentences with ids and numbers only; empty when all is well.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.files.storage import default_storage
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from dabao.models import Flag, FlagKind
from screening.choices import (
    Answer,
    CaseOutcome,
    CaseState,
    LineSide,
    ListState,
    Relation,
    RowState,
    WarningState,
)
from screening.models import (
    BenefitLine,
    BenefitRecord,
    Case,
    CaseEvent,
    CategoryMatch,
    Enrolment,
    FollowUp,
    Household,
    ListRow,
    Membership,
    Person,
    Photo,
    RiskWarning,
    SourceList,
    Verification,
)
from screening.models.enrolment import FINISHED, NOW, UNDER_WAY
from screening.queries.facts import COVERING, LASTING
from screening.rules.steps import next_step
from screening.services import review_invariants

SHOWN = 20
ROW_STATES = tuple(RowState.values)


def totals_of_imports() -> list[str]:
    """rows_read = created + updated + unchanged + rejected + skipped; each line kept; skips have reasons."""
    found = []
    lists = SourceList.objects.filter(state__in=[ListState.STAGED, ListState.CONFIRMED])
    for source in lists.annotate(kept=Count("rows")).order_by("uploaded_at"):
        totals = source.totals
        read = totals.get("rows_read", 0)
        parts = sum(totals.get(state, 0) for state in ROW_STATES)
        if read != parts:
            found.append(f"名单 {source.pk}：读到 {read} 行，各项合计 {parts} 行")
        if read != source.kept:
            found.append(f"名单 {source.pk}：读到 {read} 行，存下 {source.kept} 行")
        if totals.get("skipped", 0) != (why := sum(totals.get("skipped_why", {}).values())):
            found.append(f"名单 {source.pk}：跳过 {totals.get('skipped', 0)} 行，写明原因的 {why} 行")
    return found


def rows_without_outcome() -> list[str]:
    """No line of a confirmed list is left without saying what became of it."""
    rows = ListRow.objects.filter(source_list__state=ListState.CONFIRMED, state="")
    return _said("名单行 {} 没有结果", rows.values_list("pk", flat=True))


def rows_and_sources() -> list[str]:
    """What the database does not check at commit: every row has its list, every record the row behind it."""
    rows = ListRow.objects.exclude(Exists(SourceList.objects.filter(pk=OuterRef("source_list_id"))))
    faults = _said("名单行 {} 的名单不在了", rows.values_list("pk", flat=True))
    for model in (Household, Person, Membership):
        lost = model.objects.filter(row_id__isnull=False).exclude(
            Exists(ListRow.objects.filter(pk=OuterRef("row_id")))
        )
        faults += _said(f"{model._meta.verbose_name} {{}} 的来源行不在了", lost.values_list("pk", flat=True))
    return faults


def people_in_two_households() -> list[str]:
    """One live membership per person."""
    twice = Membership.objects.filter(last_day=None).values("person").annotate(n=Count("pk")).filter(n__gt=1)
    return _said("人 {} 同时在两户", twice.values_list("person", flat=True))


def people_without_household() -> list[str]:
    """Nobody is lost: whoever is in the base lives, or once lived, in a household."""
    return _said("人 {} 不属于任何一户", Person.objects.filter(memberships=None).values_list("pk", flat=True))


def households_with_two_heads() -> list[str]:
    heads = Membership.objects.filter(last_day=None, relation=Relation.HEAD)
    twice = heads.values("household").annotate(n=Count("pk")).filter(n__gt=1)
    return _said("户 {} 有两个户主", twice.values_list("household", flat=True))


def head_and_size() -> list[str]:
    """What households repeat of their memberships, for lists of thousands, is what these say."""
    live = Membership.objects.filter(household=OuterRef("pk"), last_day=None)
    living = (
        live.filter(person__died_on=None).order_by().values("household").annotate(n=Count("pk")).values("n")
    )
    wrong_size = Household.objects.annotate(living=Coalesce(Subquery(living), 0)).exclude(size=F("living"))
    head = Subquery(live.filter(relation=Relation.HEAD).values("person")[:1])
    wrong_head = (
        Household.objects.annotate(member=head).filter(member__isnull=False).exclude(head=F("member"))
    )
    return [
        *_said("户 {} 的人口数与成员不符", wrong_size.values_list("pk", flat=True)),
        *_said("户 {} 的户主与成员不符", wrong_head.values_list("pk", flat=True)),
    ]


def cases_and_events() -> list[str]:
    """A case is where the latest event that moved it left it."""
    moves = CaseEvent.objects.exclude(from_state=F("to_state")).filter(case=OuterRef("pk"))
    last = moves.order_by("-day", "-at", "-pk")
    cases = Case.objects.annotate(
        last_state=Subquery(last.values("to_state")[:1]), last_outcome=Subquery(last.values("outcome")[:1])
    )
    silent = cases.filter(last_state=None)
    differing = cases.exclude(last_state=None).exclude(state=F("last_state"), outcome=F("last_outcome"))
    return [
        *_said("排查对象 {} 没有经过", silent.values_list("pk", flat=True)),
        *_said("排查对象 {} 的状态与最后一条经过不符", differing.values_list("pk", flat=True)),
    ]


def closed_days() -> list[str]:
    """Closed cases have their day, the others have none."""
    wrong = Case.objects.filter(
        Q(state=CaseState.CLOSED, closed_on=None) | (~Q(state=CaseState.CLOSED) & Q(closed_on__isnull=False))
    )
    return _said("排查对象 {} 的销号日与状态不符", wrong.values_list("pk", flat=True))


def categories_and_matches() -> list[str]:
    """The categories a case shows are the live matches of its household; who is hit stands in the list."""
    matches = CategoryMatch.objects.filter(last_day=None, answer=Answer.YES)
    live = (
        matches.filter(plan=OuterRef("plan"), household=OuterRef("household"))
        .order_by()
        .values("household")
        .annotate(found=ArrayAgg("category", order_by=["category"]))
        .values("found")
    )
    cases = Case.objects.annotate(live=Subquery(live)).values_list("pk", "categories", "live")
    differing = [pk for pk, shown, found in cases.iterator() if sorted(shown) != (found or [])]
    listed = Case.objects.filter(plan=OuterRef("plan"), household=OuterRef("household"))
    unlisted = matches.filter(~Exists(listed)).values_list("household", flat=True).distinct()
    return [
        *_said("排查对象 {} 的类别与筛查命中不符", differing),
        *_said("户 {} 命中六类对象却不在名单里", unlisted),
    ]


def warnings_and_visits() -> list[str]:
    """No warning is decided without somebody having gone there."""
    visits = FollowUp.objects.filter(warning=OuterRef("pk"))
    blind = RiskWarning.objects.filter(~Exists(visits), state=WarningState.DECIDED)
    return _said("预警 {} 没有入户就有结论", blind.values_list("pk", flat=True))


def warnings_and_flags() -> list[str]:
    """The flag of a warning goes with its decision."""
    standing = Flag.objects.filter(kind=FlagKind.WARNING_OVERDUE, cleared_on=None)
    subjects = [f"warning:{pk}" for pk in _decided_warnings()]
    return _said("红旗 {} 的预警已有结论", standing.filter(subject__in=subjects).values_list("pk", flat=True))


def _decided_warnings() -> Iterable[UUID]:
    return RiskWarning.objects.filter(state=WarningState.DECIDED).values_list("pk", flat=True).iterator()


def enrolments_and_cases() -> list[str]:
    """Households to be enrolled, and no others, have grants under way; the enrolled have finished ones.

    A finished grant that a change of aid has stopped since is no fault: its case tells how it was enrolled.
    """
    under_way = Enrolment.objects.filter(UNDER_WAY, case=OuterRef("pk"))
    stands = Q(ended_on=None) | Q(lines__isnull=False)
    done = Enrolment.objects.filter(stands, case=OuterRef("pk"), next_step="")
    waiting = Case.objects.filter(~Exists(under_way), state=CaseState.TO_ENROL)
    strange = Case.objects.filter(Exists(under_way)).exclude(state=CaseState.TO_ENROL)
    closed = Case.objects.filter(~Exists(done), outcome=CaseOutcome.ENROLLED)
    return [
        *_said("待纳入的户 {} 没有要办的项", waiting.values_list("pk", flat=True)),
        *_said("户 {} 不在待纳入，还有没办完的项", strange.values_list("pk", flat=True)),
        *_said("户 {} 已纳入，没有录入省系统的项", closed.values_list("pk", flat=True)),
    ]


def lasting_aid_once() -> list[str]:
    """低保 and 特困 exclude each other, and nobody has one twice: a person is in one live grant of them."""
    live = Enrolment.objects.filter(NOW, scheme__in=LASTING).values_list("persons", flat=True)
    held = Counter(person for persons in live.iterator() for person in persons)
    return _said("人 {} 同时在两项低保、特困里", (person for person, grants in held.items() if grants > 1))


def rightly_covered() -> list[str]:
    """Whoever lived in a household closed as rightly covered was on the roll or enrolled that day."""
    standing = Prefetch(
        "verifications",
        Verification.objects.concluded().prefetch_related("members"),
        to_attr="conclusions",
    )
    wrong = []
    cases = Case.objects.filter(outcome=CaseOutcome.COVERED_CONFIRMED).prefetch_related(standing)
    for case in cases.iterator(chunk_size=1000):
        found = case.conclusions[0].members.all() if case.conclusions else []
        there = {member.person_id for member in found if member.living_together and member.person_id}
        covered, more_than_named = _covered_on(case, there)
        if not there or (there - covered and not more_than_named):
            wrong.append(case.pk)
    return _said("户 {} 按在保正确销号，销号那天有人不在保", wrong)


def _covered_on(case: Case, people: set[UUID]) -> tuple[set[UUID], bool]:
    """Who of them was on the roll or enrolled that day; whether a certificate covers more than it names."""
    held = Q(last_day=None) | Q(last_day__gte=case.closed_on)
    roll = BenefitRecord.objects.filter(
        held, first_day__lte=case.closed_on, person__in=people, scheme__in=COVERING
    ).values_list("person", "incomplete")
    covered = {person for person, _ in roll}
    for persons in case.enrolments.filter(FINISHED, scheme__in=LASTING).values_list("persons", flat=True):
        covered.update(persons)
    return covered, any(incomplete for _, incomplete in roll)


def enrolments_and_steps() -> list[str]:
    """What a grant repeats agrees with its steps: the next one, the publicity's end, the number."""
    wrong = []
    for grant in Enrolment.objects.prefetch_related("steps").iterator(chunk_size=1000):
        steps = grant.taken
        last_day = next((step.last_day for step in steps if step.last_day), None)
        number = next((step.number for step in grant.steps.all() if step.number), "")
        told = (grant.next_step, grant.publicity_last_day, grant.provincial_number)
        if told != ((next_step(steps) or ""), last_day, number):
            wrong.append(grant.pk)
    return _said("纳入项 {} 与它的步骤不符", wrong)


def photos_and_files() -> list[str]:
    """Each photo has its two files, also one that was removed."""
    names = Photo.objects.values_list("pk", "stored_as", "small_as")
    return _said(
        "照片 {} 的文件不在了",
        (pk for pk, *paths in names.iterator(chunk_size=1000) if not all(map(default_storage.exists, paths))),
    )


def grants_and_changes() -> list[str]:
    """Who is in a finished grant is who its changes left in it."""
    wrong = []
    changed = Enrolment.objects.filter(lines__isnull=False).distinct().prefetch_related("lines__change")
    for grant in changed.iterator(chunk_size=1000):
        lines = sorted(grant.lines.all(), key=_place)
        last = {line.person_id: line.side for line in lines}
        if any((person in grant.persons) != (side == LineSide.START) for person, side in last.items()):
            wrong.append(grant.pk)
    return _said("纳入项 {} 的人与救助变更不符", wrong)


def _place(line: BenefitLine) -> tuple[Any, ...]:
    """In one change the stop comes before the start."""
    return (line.change.from_month, line.change.recorded_at, line.side == LineSide.START)


def _said(sentence: str, found: Iterable[UUID]) -> list[str]:
    ids = list(found)
    more = [f"{sentence.format('……')}（共 {len(ids)} 条）"] if len(ids) > SHOWN else []
    return [sentence.format(pk) for pk in ids[:SHOWN]] + more


CHECKS: dict[str, Callable[[], list[str]]] = {
    "导入合计": totals_of_imports,
    "名单行有结果": rows_without_outcome,
    "来源可查": rows_and_sources,
    "一人一户": people_in_two_households,
    "人有归属": people_without_household,
    "一户一主": households_with_two_heads,
    "户主与人口": head_and_size,
    "状态与经过": cases_and_events,
    "销号日": closed_days,
    "类别与命中": categories_and_matches,
    "纳入与状态": enrolments_and_cases,
    "纳入与步骤": enrolments_and_steps,
    "一人一项": lasting_aid_once,
    "变更与纳入": grants_and_changes,
    "在保正确": rightly_covered,
    "照片与文件": photos_and_files,
    "预警与入户": warnings_and_visits,
    "预警与红旗": warnings_and_flags,
    **review_invariants.CHECKS,
}
