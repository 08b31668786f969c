"""Advice on assistance for one person, in the plan's order of decision (C08, C10).

特困 (person), then 低保 of the household, 单人户 (person), 临时救助, else not eligible. The tests are
those of dated circulars; a test answers unknown and names the missing fact rather than guess. It is
advice: the verifier decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product

from screening.choices import (
    Answer,
    DisabilityKind,
    Labour,
    ObligorAbility,
    PovertyStatus,
    PropertyKind,
    ReasonCode,
    Scheme,
)
from screening.rules.circulars import ALL_KINDS, SINGLE_RULES, TEKUN_RULES, Grades, SingleRule, TekunRule
from screening.rules.facts import CertificateFact, age_on, in_force
from screening.rules.income import Place, low_income_limit, position

YES, NO, UNKNOWN = Answer.YES.value, Answer.NO.value, Answer.UNKNOWN.value

MISSING_WORDS = {
    "born": "出生日期",
    "certificate": "残疾类别、等级（多重残疾看各部分）",
    "income": "家庭人均收入",
    "income_at_standard": "收入正好等于低保标准，由经办人判断并说明",
    "standard": "现行农村低保标准",
    "low_income_factor": "低收入家庭的收入倍数",
    "property": "财产情况",
    "obligors": "赡养、抚养、扶养义务人情况",
    "poverty_status": "脱贫属性",
    "dependent": "是否靠家庭供养、无法单独立户",
    "on_tekun": "是否已享受特困供养",
    "hardship": "是否遇到急难或大额支出",
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a person and the household; None everywhere means not known (never no).

    `income` yuan a year per capita; `properties` what is over the limits, () when nothing is;
    `obligors` the abilities of those bound to support, () when there is nobody, "" for one not judged;
    `major_illness` presence on the list; `on_tekun` on the roll now.
    """

    day: date
    rural_dibao: Decimal | None
    low_income_factor: Decimal | None
    registered: bool
    poverty_status: str = ""
    income: Decimal | None = None
    properties: tuple[str, ...] | None = None
    born: date | None = None
    labour: str = ""
    certificates: tuple[CertificateFact, ...] = ()
    major_illness: bool = False
    obligors: tuple[str, ...] | None = None
    dependent: bool | None = None
    hardship: bool | None = None
    on_tekun: bool | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition of a test: its answer, why in words, the fact that is missing, reason codes if no."""

    answer: str
    words: str = ""
    missing: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeAdvice:
    """Answer of one scheme's test, with its findings and the circular it goes by."""

    scheme: str
    answer: str
    document: str = ""
    findings: tuple[Finding, ...] = field(default=())

    @property
    def missing(self) -> tuple[str, ...]:
        """Facts to find out, only while they can still change the answer."""
        if self.answer != UNKNOWN:
            return ()
        return tuple(dict.fromkeys(found.missing for found in self.findings if found.answer == UNKNOWN))

    @property
    def why(self) -> tuple[str, ...]:
        """The words that carry the answer."""
        return tuple(found.words for found in self.findings if found.answer == self.answer and found.words)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is advised: a scheme with `yes`, or `unknown` with the facts to find out first.

    `scheme` is the first that applies when everything before it is ruled out; with `unknown` the one
    that cannot be told. `reasons` are codes offered when nothing applies.
    """

    scheme: str
    answer: str
    missing: tuple[str, ...]
    reasons: tuple[str, ...]
    tests: tuple[SchemeAdvice, ...]


def advise(situation: Situation) -> Advice:
    """Walk the schemes in order; the first that is not ruled out is the advice."""
    tests = (tekun(situation), dibao(situation), dibao_single(situation), temporary(situation))
    for test in tests:
        if test.answer != NO:
            return Advice(test.scheme, test.answer, test.missing, (), tests)
    reasons = dict.fromkeys(
        reason for test in tests for found in test.findings if found.answer == NO for reason in found.reasons
    )
    return Advice(Scheme.NONE.value, YES, (), tuple(reasons), tests)


def tekun(situation: Situation) -> SchemeAdvice:
    """特困供养: no ability to work, no source of living, and nobody able who is bound to support."""
    rule = next(
        (rule for rule in TEKUN_RULES if in_force(rule.first_day, rule.last_day, situation.day)), None
    )
    if rule is None:
        return SchemeAdvice(Scheme.TEKUN.value, NO)
    findings = (
        _no_ability(situation, rule),
        _below_standard(situation),
        _property_in_order(situation),
        _nobody_able(situation),
    )
    return SchemeAdvice(Scheme.TEKUN.value, every(findings), rule.document, findings)


def dibao(situation: Situation) -> SchemeAdvice:
    """低保 of the household: income below the standard and property in order; not together with 特困."""
    findings = (_not_on_tekun(situation), _below_standard(situation), _property_in_order(situation))
    return SchemeAdvice(Scheme.DIBAO.value, every(findings), findings=findings)


def dibao_single(situation: Situation) -> SchemeAdvice:
    """单人户, by whichever circular in force says so."""
    best = SchemeAdvice(Scheme.DIBAO_SINGLE.value, NO)
    for rule in SINGLE_RULES:
        if not in_force(rule.first_day, rule.last_day, situation.day):
            continue
        findings = tuple(_single_findings(situation, rule))
        advice = SchemeAdvice(Scheme.DIBAO_SINGLE.value, every(findings), rule.document, findings)
        if advice.answer == YES:
            return advice
        if advice.answer == UNKNOWN or not best.findings:
            best = advice
    return best


def temporary(situation: Situation) -> SchemeAdvice:
    """临时救助: sudden hardship (急难) or spending beyond one's means (支出)."""
    if situation.hardship is None:
        finding = Finding(UNKNOWN, "不知道是否遇到急难", "hardship")
    elif situation.hardship:
        finding = Finding(YES, "遇到急难或大额支出")
    else:
        finding = Finding(NO, "没有遇到急难")
    return SchemeAdvice(Scheme.TEMPORARY.value, finding.answer, findings=(finding,))


def every(findings: Iterable[Finding]) -> str:
    """All conditions together: one no decides; else one unknown leaves it unknown."""
    answers = {found.answer for found in findings}
    return NO if NO in answers else UNKNOWN if UNKNOWN in answers else YES


def certificate_meets(certificate: CertificateFact, wanted: Grades) -> str:
    """Whether a certificate is among the wanted kinds and grades.

    The grade of a 多重 certificate is that of its worst part, and which part that is it does not tell.
    Where kind, grade or parts leave it open: unknown.
    """
    kinds = ALL_KINDS if certificate.kind is None else (certificate.kind,)
    grades = (1, 2, 3, 4) if certificate.grade is None else (certificate.grade,)
    possible = [pair in wanted for pair in product(kinds, grades)]
    if all(possible):
        return YES
    if certificate.kind == DisabilityKind.MULTIPLE:
        return _multiple_meets(certificate, wanted, grades)
    return UNKNOWN if any(possible) else NO


def _multiple_meets(certificate: CertificateFact, wanted: Grades, grades: tuple[int, ...]) -> str:
    parts = certificate.parts or tuple(kind for kind in ALL_KINDS if kind != DisabilityKind.MULTIPLE)
    if all(pair in wanted for pair in product(parts, grades)):
        return YES
    milder = [grade for grade in (1, 2, 3, 4) if grade >= min(grades)]
    return UNKNOWN if any(pair in wanted for pair in product(parts, milder)) else NO


def _disabled(situation: Situation, wanted: Grades) -> str:
    answers = {
        certificate_meets(certificate, wanted)
        for certificate in situation.certificates
        if certificate.counts_on(situation.day)
    }
    return YES if YES in answers else UNKNOWN if UNKNOWN in answers else NO


def _no_ability(situation: Situation, rule: TekunRule) -> Finding:
    age = None if situation.born is None else age_on(situation.born, situation.day)
    if age is not None and age >= rule.old_age:
        return Finding(YES, f"已满 {rule.old_age} 周岁")
    if age is not None and age < rule.child_age:
        return Finding(YES, f"未满 {rule.child_age} 周岁")
    disabled = _disabled(situation, rule.disabled)
    if disabled == YES:
        return Finding(YES, "残疾等级属无劳动能力")
    if age is None:
        return Finding(UNKNOWN, "不知道年龄", "born")
    if disabled == UNKNOWN:
        return Finding(UNKNOWN, "残疾类别、等级不明", "certificate")
    return Finding(NO, "年龄、残疾等级不属无劳动能力")


def _below_standard(situation: Situation) -> Finding:
    if situation.rural_dibao is None:
        return Finding(UNKNOWN, "没有现行农村低保标准", "standard")
    if situation.income is None:
        return Finding(UNKNOWN, "收入没有算清", "income")
    where = position(situation.income, situation.rural_dibao)
    if where.place == Place.BELOW:
        return Finding(YES, f"人均低于低保标准 {where.gap:,.2f} 元")
    words = "人均正好等于低保标准" if where.place == Place.AT else f"人均高出低保标准 {where.gap:,.2f} 元"
    return Finding(NO, words, reasons=(ReasonCode.INCOME_OVER.value,))


def _property_in_order(situation: Situation) -> Finding:
    if situation.properties is None:
        return Finding(UNKNOWN, "财产没有核对", "property")
    if not situation.properties:
        return Finding(YES, "财产未超限")
    over = "、".join(PropertyKind(kind).label for kind in situation.properties)
    return Finding(
        NO, f"财产超标准：{over}", reasons=tuple(ReasonCode(kind).value for kind in situation.properties)
    )


def _nobody_able(situation: Situation) -> Finding:
    if situation.obligors is None:
        return Finding(UNKNOWN, "义务人没有查明", "obligors")
    if ObligorAbility.ABLE in situation.obligors:
        return Finding(NO, "有义务人能够供养", reasons=(ReasonCode.OBLIGORS_ABLE.value,))
    if "" in situation.obligors:
        return Finding(UNKNOWN, "有义务人还没判断能力", "obligors")
    return Finding(YES, "义务人都无供养能力" if situation.obligors else "没有义务人")


def _not_on_tekun(situation: Situation) -> Finding:
    if situation.on_tekun is None:
        return Finding(UNKNOWN, "在保情况不明", "on_tekun")
    if situation.on_tekun:
        return Finding(NO, "已享受特困供养，不能同时享受低保", reasons=(ReasonCode.ALREADY_TEKUN.value,))
    return Finding(YES)


def _single_findings(situation: Situation, rule: SingleRule) -> Iterable[Finding]:
    yield _not_on_tekun(situation)
    yield _badly_off(situation, rule)
    if rule.not_lifted:
        yield _not_lifted(situation)
    if rule.low_income:
        yield _low_income(situation)
        yield _property_in_order(situation)
    if rule.dependent:
        yield _dependent(situation)


def _badly_off(situation: Situation, rule: SingleRule) -> Finding:
    disabled = _disabled(situation, rule.disabled)
    if disabled == YES:
        return Finding(YES, "重度残疾")
    if situation.major_illness:
        return Finding(YES, "重特大疾病")
    if rule.lost_labour and situation.labour == Labour.LOST:
        return Finding(YES, "丧失劳动力")
    if disabled == UNKNOWN:
        return Finding(UNKNOWN, "残疾类别、等级不明", "certificate")
    return Finding(NO, "不是重残、重病")


def _not_lifted(situation: Situation) -> Finding:
    if not situation.registered or situation.poverty_status == PovertyStatus.LIFTED:
        return Finding(NO, "不是未脱贫建档立卡户")
    if not situation.poverty_status:
        return Finding(UNKNOWN, "脱贫属性空白", "poverty_status")
    return Finding(YES, "未脱贫建档立卡户")


def _low_income(situation: Situation) -> Finding:
    standard, factor, income = situation.rural_dibao, situation.low_income_factor, situation.income
    if standard is None or income is None:
        return _below_standard(situation)
    if income < standard:
        return Finding(NO, "人均低于低保标准，应看整户低保")
    if income == standard:
        return Finding(UNKNOWN, "人均正好等于低保标准", "income_at_standard")
    if factor is None:
        return Finding(UNKNOWN, "没有低收入家庭的收入倍数", "low_income_factor")
    times = f"{factor.normalize():f} 倍"
    if income < low_income_limit(standard, factor):
        return Finding(YES, f"人均高于低保标准、不到其 {times}")
    return Finding(NO, f"人均不低于低保标准的 {times}", reasons=(ReasonCode.INCOME_OVER.value,))


def _dependent(situation: Situation) -> Finding:
    if situation.dependent is None:
        return Finding(UNKNOWN, "不知道是否靠家庭供养、无法单独立户", "dependent")
    if situation.dependent:
        return Finding(YES, "靠家庭供养、无法单独立户")
    return Finding(NO, "能单独立户")
