"""The six categories of people to screen (C05, Plan 二(一)): yes, no or unknown, with grounds as data.

One definition for one household and for three million. Each ground stands by itself: category, what
it says (`yes`, `unknown`, or `near` for narrowly missed), the fact, its figures and its list row;
`wording` turns grounds into sentences, also those read back from the database.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from screening.choices import Answer, Category, DisabilityKind, Labour, PovertyStatus, WatchKind
from screening.rules.facts import (
    CertificateFact,
    HouseholdFacts,
    PersonFacts,
    Standards,
    WatchFact,
    source_data,
)

RULE_VERSION = "2020-1"
"""Changes when an answer can change for the same facts; stored with every match."""

Ground = dict[str, Any]

YES, NO, UNKNOWN = Answer.YES.value, Answer.NO.value, Answer.UNKNOWN.value
NEAR = "near"

NOT_LIFTED_STATUSES = frozenset(
    status.value for status in (PovertyStatus.NOT_LIFTED, PovertyStatus.FALLEN_BACK, PovertyStatus.PRE_LIFTED)
)
LIFTED = PovertyStatus.LIFTED.value
KNOWN_STATUSES = frozenset(PovertyStatus.values)
WITH_LABOUR = frozenset(labour.value for labour in (Labour.SKILLED, Labour.ORDINARY, Labour.WEAK))
WITHOUT_LABOUR = frozenset(labour.value for labour in (Labour.LOST, Labour.NONE))
KNOWN_LABOUR = WITH_LABOUR | WITHOUT_LABOUR
SEVERE_GRADES = frozenset((1, 2))
NEXT_GRADE = 3
MIND_KINDS = frozenset((DisabilityKind.INTELLECTUAL.value, DisabilityKind.MENTAL.value))
MULTIPLE = DisabilityKind.MULTIPLE.value
MONITORED, MARGINAL = WatchKind.MONITORED.value, WatchKind.MARGINAL.value


@dataclass(frozen=True, slots=True)
class CategoryAnswer:
    """Answer of one category for one household.

    `persons` are the keys of the members it names as hit; `missing` the facts whose lack makes it
    unknown; `near_miss` names how it was narrowly missed when the answer is no.
    """

    category: int
    answer: str
    grounds: tuple[Ground, ...] = ()
    persons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    near_miss: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a category is asked about: a household, its living members, the standards and the day."""

    household: HouseholdFacts
    living: tuple[PersonFacts, ...]
    standards: Standards
    day: date


_PLAIN_NO = {category: CategoryAnswer(category, NO) for category in Category.values}


def screen(
    household: HouseholdFacts, standards: Standards, enabled: Collection[int], day: date
) -> tuple[CategoryAnswer, ...]:
    """Answers of the enabled categories, in the plan's order, with the facts in force on `day`.

    A household all of whose known members are dead has nobody left to help: no to everything. One
    whose members are not known yet is judged by what is known of the household.
    """
    living = tuple(person for person in household.members if person.living)
    if household.members and not living:
        source = source_data((household.source,))
        return tuple(
            CategoryAnswer(category, NO, (_ground(category, NO, "no_living_member", source=source),))
            for category in _RULES
            if category in enabled
        )
    asked = Asked(household, living, standards, day)
    return tuple(rule(asked) for category, rule in _RULES.items() if category in enabled)


def not_lifted(asked: Asked) -> CategoryAnswer:
    """1: registered, and 未脱贫, 返贫 or 预脱贫."""
    category, household = Category.NOT_LIFTED.value, asked.household
    if not household.registered or household.poverty_status == LIFTED:
        return _PLAIN_NO[category]
    if household.poverty_status in NOT_LIFTED_STATUSES:
        return CategoryAnswer(category, YES, (_status_ground(category, YES, household),))
    return CategoryAnswer(
        category, UNKNOWN, (_status_ground(category, UNKNOWN, household),), missing=("poverty_status",)
    )


def no_labour(asked: Asked) -> CategoryAnswer:
    """2: registered, lifted or not, and every living member 无劳动力 or 丧失劳动力.

    弱劳动力或半劳动力 is some labour. One member with labour decides; only when none has any do blanks
    make it unknown.
    """
    category, household, living = Category.NO_LABOUR.value, asked.household, asked.living
    if not household.registered:
        return _PLAIN_NO[category]
    if not living:
        return _members_unknown(category, household)
    able = [person for person in living if person.labour in WITH_LABOUR]
    blank = [person for person in living if person.labour not in KNOWN_LABOUR]
    if able:
        if len(able) == 1 and len(living) > 1 and not blank:
            ground = _people_ground(category, NEAR, "one_with_labour", able, size=len(living))
            return CategoryAnswer(category, NO, (ground,), near_miss="one_with_labour")
        return _PLAIN_NO[category]
    if blank:
        ground = _people_ground(category, UNKNOWN, "labour_blank", blank, size=len(living))
        return CategoryAnswer(category, UNKNOWN, (ground,), missing=("labour",))
    ground = _people_ground(category, YES, "no_labour", living, size=len(living))
    return CategoryAnswer(category, YES, (ground,), persons=tuple(person.key for person in living))


def disabled_or_ill(asked: Asked) -> CategoryAnswer:
    """3: a living member of a registered household with a severe certificate or on the major-illness list."""
    category = Category.DISABLED_OR_ILL.value
    if not asked.household.registered:
        return _PLAIN_NO[category]
    if not asked.living:
        return _members_unknown(category, asked.household)
    grounds: list[Ground] = []
    hit: list[str] = []
    for person in asked.living:
        if not person.certificates and not person.illnesses:
            continue
        found = _person_grounds(person, asked.day)
        grounds.extend(found)
        if any(ground["says"] == YES for ground in found):
            hit.append(person.key)
    if not grounds:
        return _PLAIN_NO[category]
    missing = tuple(sorted({ground["missing"] for ground in grounds if ground["says"] == UNKNOWN}))
    answer = YES if hit else UNKNOWN if missing else NO
    near_miss = "grade_below" if answer == NO else None
    return CategoryAnswer(category, answer, tuple(grounds), tuple(hit), missing, near_miss)


def lifted_below_standard(asked: Asked) -> CategoryAnswer:
    """4: registered, lifted, and income per capita below the rural 低保 standard; exactly at it: no."""
    category, household, standards = Category.LIFTED_BELOW_STANDARD.value, asked.household, asked.standards
    status, income, standard = household.poverty_status, household.income_per_capita, standards.rural_dibao
    if not household.registered or status in NOT_LIFTED_STATUSES:
        return _PLAIN_NO[category]
    if income is not None and standard is not None and income >= standard.amount:
        near = standards.near_factor is not None and income <= standard.amount * standards.near_factor
        if near and status == LIFTED:
            how = "income_at_standard" if income == standard.amount else "income_just_above"
            return CategoryAnswer(
                category, NO, (_income_ground(category, NEAR, household, standards),), near_miss=how
            )
        return _PLAIN_NO[category]
    unknown = {
        "poverty_status": status not in KNOWN_STATUSES,
        "income": income is None,
        "standard": standard is None,
    }
    missing = tuple(fact for fact, lacking in unknown.items() if lacking)
    says = UNKNOWN if missing else YES
    ground = _income_ground(category, says, household, standards)
    if missing:
        ground["missing"] = list(missing)
    return CategoryAnswer(category, says, (ground,), missing=missing)


def monitored(asked: Asked) -> CategoryAnswer:
    """5: on the list of 脱贫监测户."""
    return _watched(Category.MONITORED.value, MONITORED, asked)


def marginal(asked: Asked) -> CategoryAnswer:
    """6: on the list of 脱贫边缘户. They are not registered poor; one who is says so in the ground."""
    return _watched(Category.MARGINAL.value, MARGINAL, asked)


_RULES: dict[int, Callable[[Asked], CategoryAnswer]] = {
    Category.NOT_LIFTED.value: not_lifted,
    Category.NO_LABOUR.value: no_labour,
    Category.DISABLED_OR_ILL.value: disabled_or_ill,
    Category.LIFTED_BELOW_STANDARD.value: lifted_below_standard,
    Category.MONITORED.value: monitored,
    Category.MARGINAL.value: marginal,
}


def certificate_says(certificate: CertificateFact) -> tuple[str, str]:
    """What a certificate in force says for category 3: (answer, reason).

    Yes: grade 1-2 of any kind, or 智力 or 精神 of any grade. 多重 of grade 3-4 goes by its parts when
    they are named. Reasons: `severe`, `mind`, `grade`, `kind`, `parts`, `other`.
    """
    kind, grade = certificate.kind, certificate.grade
    if grade in SEVERE_GRADES:
        return YES, "severe"
    if kind in MIND_KINDS or (kind == MULTIPLE and not MIND_KINDS.isdisjoint(certificate.parts)):
        return YES, "mind"
    if grade is None:
        return UNKNOWN, "grade"
    if kind is None:
        return UNKNOWN, "kind"
    if kind == MULTIPLE and not certificate.parts:
        return UNKNOWN, "parts"
    return NO, "other"


def _person_grounds(person: PersonFacts, day: date) -> list[Ground]:
    category = Category.DISABLED_OR_ILL.value
    grounds = []
    for certificate in person.certificates:
        if not certificate.counts_on(day):
            continue
        says, reason = certificate_says(certificate)
        if says == NO:
            if certificate.grade != NEXT_GRADE:
                continue
            says = NEAR
        ground = _ground(
            category,
            says,
            "certificate",
            person=str(person.key),
            name=person.name,
            kind=certificate.kind,
            grade=certificate.grade,
            parts=list(certificate.parts),
            reason=reason,
            source=source_data((certificate.source, person.source)),
        )
        if says == UNKNOWN:
            ground["missing"] = f"certificate_{reason}"
        grounds.append(ground)
    for illness in person.illnesses:
        if illness.counts_on(day):
            source = source_data((illness.source, person.source))
            grounds.append(
                _ground(category, YES, "illness", person=str(person.key), name=person.name, source=source)
            )
            break  # many stays, one fact
    return grounds


def _members_unknown(category: int, household: HouseholdFacts) -> CategoryAnswer:
    ground = _ground(category, UNKNOWN, "members", source=source_data((household.source,)))
    return CategoryAnswer(category, UNKNOWN, (ground,), missing=("members",))


def _watched(category: int, kind: str, asked: Asked) -> CategoryAnswer:
    for watch in asked.household.watch:
        if watch.kind == kind and watch.counts_on(asked.day):
            return CategoryAnswer(category, YES, (_watch_ground(category, watch, asked.household),))
    return _PLAIN_NO[category]


def _watch_ground(category: int, watch: WatchFact, household: HouseholdFacts) -> Ground:
    return _ground(
        category,
        YES,
        "watch",
        kind=watch.kind,
        registered=household.registered,
        since=watch.first_day.isoformat() if watch.first_day else None,
        source=source_data((watch.source, household.source)),
    )


def _status_ground(category: int, says: str, household: HouseholdFacts) -> Ground:
    ground = _ground(
        category,
        says,
        "poverty_status",
        value=household.poverty_status,
        source=source_data((household.source,)),
    )
    if says == UNKNOWN:
        ground["missing"] = "poverty_status"
    return ground


def _people_ground(
    category: int, says: str, fact: str, people: Collection[PersonFacts], *, size: int
) -> Ground:
    return _ground(
        category,
        says,
        fact,
        size=size,
        people=[
            {
                "person": str(person.key),
                "name": person.name,
                "labour": person.labour,
                "source": source_data((person.source,)),
            }
            for person in people
        ],
        source=source_data(person.source for person in people),
    )


def _income_ground(category: int, says: str, household: HouseholdFacts, standards: Standards) -> Ground:
    return _ground(
        category,
        says,
        "income",
        value=None if household.income_per_capita is None else str(household.income_per_capita),
        standard=standards.rural_dibao.data() if standards.rural_dibao else None,
        poverty_status=household.poverty_status,
        lifted_year=household.lifted_year,
        source=source_data((household.income_source, household.source)),
    )


def _ground(category: int, says: str, fact: str, **figures: Any) -> Ground:
    return {"category": category, "says": says, "fact": fact, "rule": RULE_VERSION, **figures}
