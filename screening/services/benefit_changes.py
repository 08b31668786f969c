"""Changes of aid as a chain: stop the old, create the new, never edit (C17; domain, Money).

`record` is the one way in: what a person receives changes by it and by a new edition of the roll, by nothing
else. Finished grants follow it: their persons and amount are what stands after the last change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max

from dabao import audit, plans
from dabao.models import User, WorkPlan
from dabao.scope import whole
from screening.choices import BenefitScheme, ChangeKind, LineSide
from screening.models import BenefitChange, BenefitLine, Case, Enrolment, Household, Membership, Person
from screening.models.enrolment import FINISHED, NOW
from screening.queries import entitlements
from screening.queries.entitlements import Entitlement
from screening.queries.facts import LASTING
from screening.rules.entitlements import SCHEME_OF_GRANT, next_month
from screening.services.case_events import Kind, note


@dataclass(frozen=True, slots=True)
class Line:
    """Aid of one person to stop or to start: yuan a month, None = as it is (stop) or not known (start).

    `scheme` is a BenefitScheme. `enrolment_id` is found by itself for who receives aid now.
    """

    person_id: UUID
    scheme: str
    side: str
    monthly_amount: Decimal | None = None
    enrolment_id: UUID | None = None


def stop_all(holdings: Iterable[Entitlement]) -> list[Line]:
    """Lines that stop what these people receive."""
    return [
        Line(one.person_id, one.scheme, LineSide.STOP, one.monthly_amount, one.enrolment_id)
        for one in holdings
    ]


def to_amount(holding: Entitlement, amount: Decimal) -> list[Line]:
    """Stop what somebody receives and start another amount of the same; nothing starts at 0."""
    stop = stop_all([holding])
    if amount <= 0:
        return stop
    return [*stop, replace(stop[0], side=LineSide.START, monthly_amount=amount)]


def earliest_month(household: Household, person_ids: Iterable[UUID], day: date) -> date:
    """The first month from which a change of these people may take effect.

    The next one, after the newest roll that pays them, and not before a change of theirs that stands already.
    """
    people = set(person_ids)
    lines = BenefitLine.objects.filter(person__in=people)
    months = [next_month(day), lines.aggregate(last=Max("change__from_month"))["last"]]
    grants = Enrolment.objects.filter(NOW, next_step="", persons__overlap=list(people))
    months.append(grants.aggregate(last=Max("from_month"))["last"])
    scope = whole(household.region_id)
    for one in entitlements.on(scope, [household.pk], day).get(household.pk, ()):
        if one.person_id in people and one.enrolment_id is None:
            said = entitlements.newest_roll(scope, one.person_id, one.scheme)
            months.append(next_month(said) if said else None)
    return max(month for month in months if month is not None)


def earliest_month_of_all(household: Household, day: date) -> date:
    """The first month from which everything that a household receives may change: of its members, and of who
    lives nowhere and still receives aid there.
    """
    members = Membership.objects.filter(household=household, last_day=None).values_list("person", flat=True)
    held = entitlements.on(whole(household.region_id), [household.pk], next_month(day))
    people = {*members, *(one.person_id for one in held.get(household.pk, ()))}
    return earliest_month(household, people, day)


def first_month_beside(counterpart: BenefitChange, household: Household) -> date:
    """The first month in which may begin here what the other side has stopped: with no month between, but
    after the newest roll of the place where no grant carries it.
    """
    month = counterpart.from_month
    if Enrolment.objects.filter(FINISHED, case__household=household, scheme__in=LASTING).exists():
        return month
    scope = whole(household.region_id)
    schemes = counterpart.lines.values_list("scheme", flat=True).distinct()
    said = [entitlements.newest_roll_of(scope, household.pk, scheme) for scheme in schemes]
    return max([month, *(next_month(day) for day in said if day is not None)])


def lock(household: Household) -> None:
    """One change of a household at a time, so that each sees what the last one left.

    By its cases, which every other step locks first; a household without one by itself.
    """
    cases = Case.objects.select_for_update(of=("self",)).filter(household=household).order_by("pk")
    if not list(cases.values_list("pk", flat=True)):
        Household.objects.select_for_update(no_key=True).get(pk=household.pk)


def record(
    *,
    household: Household,
    kind: str,
    lines: Sequence[Line],
    from_month: date,
    reason: str,
    actor: User | None,
    day: date,
    follows: BenefitChange | None = None,
    counterpart: BenefitChange | None = None,
) -> BenefitChange:
    """A change of what people of this household receive, in the caller's transaction.

    `from_month` is the first day of the month it takes effect. `follows` is by default the household's last
    change. Raises ValidationError in words: somebody who receives nothing to stop, another amount than he
    receives, a later change of his that stands already.
    """
    lock(household)
    if not reason.strip():
        raise ValidationError({"reason": "请写明为什么变，以后查得到。"})
    if from_month.day != 1:
        raise ValidationError({"from_month": "从哪月起，要选月份。"})
    plan = plans.current()
    change = BenefitChange(
        plan=plan,
        household=household,
        kind=kind,
        day=day,
        from_month=from_month,
        reason=reason.strip()[:300],
        follows=follows or BenefitChange.objects.filter(household=household).last(),
        counterpart=counterpart,
        by=actor,
    )
    change.full_clean(exclude=["plan", "household", "follows", "counterpart", "by"])
    _refuse_before_others(lines, from_month)
    whole_lines, remark = _completed(household, lines, from_month, change.follows)
    _refuse_start_before_roll(household, whole_lines, from_month)
    change.reason = f"{change.reason}{remark}"[:300]
    change.save()
    if counterpart is not None and counterpart.counterpart_id is None:
        counterpart.counterpart = change
        counterpart.save(update_fields=["counterpart"])
    for line in whole_lines:
        row = BenefitLine(
            change=change,
            person_id=line.person_id,
            scheme=line.scheme,
            side=line.side,
            monthly_amount=line.monthly_amount,
            enrolment_id=line.enrolment_id,
        )
        row.full_clean(exclude=["change", "person", "enrolment"], validate_constraints=False)
        row.validate_constraints(exclude=["change", "person", "enrolment"])
        row.save()
    _follow_in_grants(whole_lines, day, change.reason)
    _tell(change, whole_lines, plan, actor, day)
    return change


def _refuse_before_others(lines: Sequence[Line], from_month: date) -> None:
    later = BenefitLine.objects.filter(person__in={line.person_id for line in lines})
    last = later.aggregate(last=Max("change__from_month"))["last"]
    if last is not None and last > from_month:
        raise ValidationError(
            {"from_month": f"已有从 {last.year}年{last.month}月起的变更，新的变更不能早于它。请改起始月。"}
        )


def _refuse_before_roll(household: Household, paid: Iterable[Line], from_month: date) -> None:
    """What the roll pays is changed for the months after its newest edition: that one was paid already."""
    for line in paid:
        said = entitlements.newest_roll(whole(household.region_id), line.person_id, line.scheme)
        if said is not None and said >= from_month:
            raise ValidationError(
                {
                    "from_month": f"花名册截至 {said.month}月{said.day}日，{from_month.month}月已按它发放。"
                    "变更请从它以后的月份起。"
                }
            )


def _refuse_start_before_roll(household: Household, lines: Sequence[Line], from_month: date) -> None:
    """What starts without a grant would be void from its first day where a newer roll speaks."""
    for line in lines:
        if line.side == LineSide.STOP or line.enrolment_id is not None:
            continue
        said = entitlements.newest_roll_of(whole(household.region_id), household.pk, line.scheme)
        if said is not None and said >= from_month:
            begins = next_month(said)
            raise ValidationError(
                {
                    "from_month": f"花名册截至 {said.month}月{said.day}日，到那时领多少以它为准。"
                    f"新的金额请从 {begins.year}年{begins.month}月起。"
                }
            )


def _completed(
    household: Household, lines: Sequence[Line], from_month: date, follows: BenefitChange | None
) -> tuple[list[Line], str]:
    """The lines with the grant that each belongs to, and the amount that each stop ends; a remark where the
    roll pays another amount than was granted.
    """
    now = _receiving(household, from_month)
    stops = [_stop(line, now) for line in lines if line.side == LineSide.STOP]
    paid = [line for line in stops if _by_roll(now.get((line.person_id, line.scheme)))]
    _refuse_before_roll(household, paid, from_month)
    stopped, remark = _with_grants_under(household, stops)
    before = {
        (row.person_id, row.scheme): row.enrolment_id for row in (follows.lines.all() if follows else ())
    }
    found = list(stopped.values())
    for line in lines:
        if line.side == LineSide.START:
            stop = stopped.get((line.person_id, line.scheme))
            grant = stop.enrolment_id if stop else before.get((line.person_id, line.scheme))
            found.append(replace(line, enrolment_id=line.enrolment_id or grant))
    return found, remark


def _by_roll(holding: Entitlement | None) -> bool:
    return holding is not None and holding.enrolment_id is None


def _with_grants_under(
    household: Household, stops: Sequence[Line]
) -> tuple[dict[tuple[UUID, str], Line], str]:
    """The stops by person and scheme: what the roll pays of a grant of ours is stopped in that grant.

    Otherwise the grant would speak again as soon as a roll leaves the person out.
    """
    stopped = {(line.person_id, line.scheme): line for line in stops}
    scope, told = whole(household.region_id[:6]), []
    for line in stops:
        grants = Enrolment.objects.filter(FINISHED, scheme__in=LASTING, persons__contains=[line.person_id])
        if line.enrolment_id is not None or (grant := grants.order_by("from_month", "pk").first()) is None:
            continue
        scheme = SCHEME_OF_GRANT[grant.scheme]
        share = entitlements.of_grant(scope, grant).get(line.person_id)
        stopped[line.person_id, scheme] = Line(line.person_id, scheme, LineSide.STOP, share, grant.pk)
        if scheme == line.scheme and line.monthly_amount is not None and line.monthly_amount != share:
            name = Person.objects.get(pk=line.person_id).name
            told.append(f"（{name}花名册现发 {line.monthly_amount:,.2f} 元）")
    return stopped, "".join(told)


def _receiving(household: Household, from_month: date) -> dict[tuple[UUID, str], Entitlement]:
    """What its people would receive from that month on without this change."""
    found = entitlements.on(whole(household.region_id), [household.pk], from_month)
    return {(one.person_id, one.scheme): one for one in found.get(household.pk, ())}


def _stop(line: Line, now: dict[tuple[UUID, str], Entitlement]) -> Line:
    holding = now.get((line.person_id, line.scheme))
    if line.enrolment_id is not None and (holding is None or holding.enrolment_id is None):
        return line  # of a grant whose person lives elsewhere by now, or is paid by the roll
    if holding is None:
        name = Person.objects.get(pk=line.person_id).name
        raise ValidationError(f"{name}没有在领{BenefitScheme(line.scheme).label}，不能停。请刷新页面再看。")
    known = holding.monthly_amount
    if line.monthly_amount is not None and known is not None and line.monthly_amount != known:
        name = Person.objects.get(pk=line.person_id).name
        raise ValidationError(f"{name}现在每月是 {known:,.2f} 元，和你看到的不同。请刷新页面再办。")
    return replace(
        line,
        monthly_amount=known if known is not None else line.monthly_amount,
        enrolment_id=holding.enrolment_id,
    )


def _follow_in_grants(lines: Sequence[Line], day: date, reason: str) -> None:
    """Finished grants come to what the lines leave; one without persons ends."""
    touched = {line.enrolment_id for line in lines if line.enrolment_id}
    for grant in Enrolment.objects.select_for_update().filter(pk__in=touched).order_by("pk"):
        for line in lines:
            if line.enrolment_id != grant.pk:
                continue
            sign = 1 if line.side == LineSide.START else -1
            if grant.monthly_amount is not None and line.monthly_amount is not None:
                grant.monthly_amount += sign * line.monthly_amount
            if sign > 0 and line.person_id not in grant.persons:
                grant.persons = [*grant.persons, line.person_id]
            elif sign < 0:
                grant.persons = [person for person in grant.persons if person != line.person_id]
        if grant.persons:
            grant.ended_on, grant.end_reason = None, ""
        else:
            grant.ended_on, grant.end_reason = day, reason
        grant.version += 1
        grant.save()


def _tell(
    change: BenefitChange, lines: Sequence[Line], plan: WorkPlan, actor: User | None, day: date
) -> None:
    """The audit line, and an event of the household's case where it has one."""
    audit.record(
        "benefit.change",
        actor=actor,
        obj=change,
        region_code=change.household.region_id,
        kind=change.kind,
        from_month=change.from_month.isoformat(),
        persons=[str(person) for person in dict.fromkeys(line.person_id for line in lines)],
    )
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("household__region", "household__head", "plan")
        .filter(plan=plan, household=change.household)
        .first()
    )
    if case is not None:
        note(
            case=case,
            kind=Kind.NOTE,
            actor=actor,
            day=day,
            text=in_words(change, lines),
            change=str(change.pk),
        )


def in_words(change: BenefitChange, lines: Sequence[Line]) -> str:
    """救助变更（停发本人份额）：从 2020年9月起，李建华 210 元 → 停。"""
    names = dict(Person.objects.filter(pk__in=[line.person_id for line in lines]).values_list("pk", "name"))
    told = []
    for person, name in names.items():
        stopped = [line for line in lines if line.person_id == person and line.side == LineSide.STOP]
        started = [line for line in lines if line.person_id == person and line.side == LineSide.START]
        told.append(f"{name} {_amounts(stopped) or '没有'} → {_amounts(started) or '停'}")
    what = f"，{'；'.join(told)}" if told else ""
    since = f"{change.from_month.year}年{change.from_month.month}月"
    return f"救助变更（{ChangeKind(change.kind).label}）：从 {since}起{what}。{change.reason}"


def _amounts(lines: Sequence[Line]) -> str:
    return "、".join(
        "金额不明" if line.monthly_amount is None else f"{line.monthly_amount.normalize():f} 元"
        for line in lines
    )
