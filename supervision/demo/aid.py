"""Work offered and refused, a proposal with one signature, a change and a move that wait (C17)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from dabao import clock
from dabao.models import Region, User, WorkPlan
from dabao.scope import Role
from screening.choices import BenefitScheme, ChangeKind, Labour, OfferReply
from screening.models import BenefitRecord, Case, HouseholdMove, JobOffer, Membership, PendingChange
from screening.services import offers, pending_changes, relocating, share_proposals
from supervision.demo.work import TOUR

CARE = "照料住院的父亲（住院证明）"


@dataclass(frozen=True, slots=True)
class Given:
    """One offer; `recorded_on` when it was written down, by default on its day."""

    day: date
    project: str
    reply: OfferReply
    reason: str = ""
    recorded_on: date | None = None


# By township: what was offered to one of its recipients who can work.
OFFERS: tuple[tuple[str, tuple[Given, ...]], ...] = (
    (
        "532326102",
        (
            Given(date(2020, 3, 6), "公益性岗位·护林员，月 800 元", OfferReply.REFUSED),
            Given(date(2020, 3, 12), "县内工地，日 130 元", OfferReply.REFUSED_WITH_REASON, CARE),
            Given(date(2020, 3, 18), "扶贫车间·核桃加工", OfferReply.REFUSED),
            Given(date(2020, 3, 25), "公益性岗位·保洁，月 800 元", OfferReply.REFUSED, "", date(2020, 3, 30)),
            Given(date(2020, 4, 2), "东西部协作·外出务工，月 4,000 元", OfferReply.REFUSED),
        ),
    ),
    (
        "532326102",
        (
            Given(date(2020, 3, 20), "公益性岗位·护路员，月 800 元", OfferReply.REFUSED),
            Given(date(2020, 4, 1), "扶贫车间·彝绣", OfferReply.REFUSED),
        ),
    ),
    ("532326106", (Given(date(2020, 4, 7), "蔬菜基地，日 90 元", OfferReply.PENDING),)),
    (
        "532326108",
        (
            Given(date(2020, 3, 17), "公益性岗位·河道保洁", OfferReply.REFUSED),
            Given(date(2020, 4, 3), "烤烟合作社，日 100 元", OfferReply.ACCEPTED),
        ),
    ),
)
SHIYANG, ZHAOJIADIAN = "532326102", "532326106"


def carry_on(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Each on its day; what stands already is left alone."""
    if JobOffer.objects.filter(plan=plan).exists():
        return
    people = [_offered(plan, township, given) for township, given in OFFERS]
    with transaction.atomic():
        _propose(plan, people[0])
        waiting = _wait(plan)
        moving = _move(plan)
    tell(
        f"就业帮扶 {sum(person is not None for person in people)} 人，待变更 {waiting} 户，迁移 {moving} 户。"
    )


def _staff(township: str, role: Role = Role.TOWNSHIP_STAFF) -> User:
    found = User.objects.filter(postings__role=role, postings__region=township).order_by("username")
    return found[0]


def _recipients(plan: WorkPlan, township: str) -> Iterator[Membership]:
    """Who can work, receives 低保 of a known amount and is not the head; nobody of the tour."""
    on_roll = BenefitRecord.objects.filter(
        last_day=None, scheme=BenefitScheme.RURAL_DIBAO, monthly_amount__isnull=False
    )
    cases = Case.objects.filter(plan=plan, household__region__code__startswith=township)
    members = Membership.objects.filter(
        last_day=None,
        household__in=cases.exclude(household__head__name__in=TOUR).values("household"),
        person__in=on_roll.values("person"),
        person__labour=Labour.ORDINARY,
        person__offers=None,
    ).exclude(relation="01")
    yield from members.select_related("person").order_by("household__number", "pk")


@transaction.atomic
def _offered(plan: WorkPlan, township: str, given: tuple[Given, ...]) -> Membership | None:
    """The first recipient of the township whom nobody has offered anything."""
    home = next(_recipients(plan, township), None)
    if home is None:
        return None
    staff = _staff(township)
    for one in sorted(given, key=lambda one: one.recorded_on or one.day):
        day = one.recorded_on or one.day
        with clock.pretend(day):
            offers.give(
                scope=staff.scope(day), plan=plan, person_id=home.person_id, actor=staff, offered_on=one.day,
                project=one.project, offered_by="社会事务办", reply=one.reply, reason=one.reason, day=day,
            )  # fmt: skip
    return home


def _propose(plan: WorkPlan, home: Membership | None) -> None:
    """The head of the township signs after the third refusal; the county has not yet."""
    if home is None:
        return
    head, day = _staff(SHIYANG, Role.TOWNSHIP_HEAD), date(2020, 4, 8)
    with clock.pretend(day):
        share_proposals.propose(
            scope=head.scope(day), plan=plan, person_id=home.person_id, actor=head, new_amount=Decimal(0),
            from_month=date(2020, 5, 1), employed=False, not_employed="4月7日入户，本人在家，村委证明",
            reason="三次均送达，有记录", day=day,
        )  # fmt: skip


def _wait(plan: WorkPlan) -> int:
    """A household with aid that somebody has left, and that waits for its new amounts."""
    home, day = next(_recipients(plan, ZHAOJIADIAN), None), date(2020, 4, 9)
    if home is None or PendingChange.objects.filter(plan=plan).exists():
        return 0
    with clock.pretend(day):
        put = pending_changes.put(
            household=home.household, kind=ChangeKind.MEMBER_OUT, persons=[home.person_id],
            text=f"{home.person.name} 4月6日起长住昆明，不再共同生活",
            happened_on=date(2020, 4, 6), day=day, actor=_staff(ZHAOJIADIAN),
        )  # fmt: skip
    return int(put is not None)


def _move(plan: WorkPlan) -> int:
    """A household of 石羊镇 that waits to be taken over by 赵家店镇."""
    found = Case.objects.filter(plan=plan, household__region__code__startswith=SHIYANG, state="to_verify")
    case = found.exclude(household__head__name__in=TOUR).order_by("-household__number", "pk").first()
    village = Region.objects.filter(parent=ZHAOJIADIAN).order_by("code").first()
    if case is None or village is None or HouseholdMove.objects.filter(plan=plan).exists():
        return 0
    staff, day = _staff(SHIYANG), date(2020, 4, 9)
    with clock.pretend(day):
        relocating.ask(
            scope=staff.scope(day), case_id=case.pk, actor=staff, version=case.version, person_id=None,
            to_village=village.pk, reason="4月7日户口迁入，准迁证已办", day=day,
        )  # fmt: skip
    return 1
