"""Warnings that new data raise (C13, Plan 二(三)): what an edition says now against what stood before it.

Unknown never raises: a blank now, or a blank before, is no fall. Each warning carries its evidence as data,
with the list row, and a key, so that the same news is never raised twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from screening.choices import Labour, PovertyStatus, WarningKind
from screening.rules.categories import WITH_LABOUR, WITHOUT_LABOUR
from screening.rules.facts import CertificateFact, Source, StandardFigure
from screening.rules.wording import certificate_name, yuan

RULE_VERSION = "2020-1"
Evidence = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Figures in force: yuan a person a year, yuan of own medical spending; None = not set."""

    rural_dibao: StandardFigure | None = None
    medical_spending: StandardFigure | None = None


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A sum of the household before the edition and now; None = unknown."""

    before: Decimal | None
    now: Decimal | None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """脱贫属性 of the household before the edition and now; "" = the list did not say."""

    before: str
    now: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class LabourChange:
    """Labour of a living member: `before` as the last edition had it, "" when it said nothing."""

    person: str
    name: str
    before: str
    now: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class CertificateChange:
    """A member's certificate in force before the edition and now; None = had none."""

    person: str
    name: str
    before: CertificateFact | None
    now: CertificateFact | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one edition changed for a household. Empty parts are not compared.

    `gone_labour` is the labour of those who were members before and are no longer.
    """

    edition: date
    income: FigureChange | None = None
    status: StatusChange | None = None
    spending: FigureChange | None = None
    labour: tuple[LabourChange, ...] = ()
    gone_labour: tuple[str, ...] = ()
    certificates: tuple[CertificateChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A warning to be raised: its kind, the key that makes it one of its kind, its evidence as data."""

    kind: WarningKind
    key: str
    evidence: Evidence


def raised(change: Change, thresholds: Thresholds) -> tuple[Raised, ...]:
    """The warnings of a change, in the order of the kinds."""
    found: list[Raised] = []
    for rule in (_income_below, _new_certificates, _medical_spending, _labour_lost, _fell_back):
        found.extend(rule(change, thresholds))
    return tuple(found)


def due_day(raised_on: date, days: int) -> date:
    """The last day for visit and decision; on it one is on time."""
    return raised_on + timedelta(days=days)


def _income_below(change: Change, thresholds: Thresholds) -> Iterable[Raised]:
    """Was at or above the rural standard and is below it now; exactly at it is not below."""
    income, standard = change.income, thresholds.rural_dibao
    if income is None or standard is None or income.before is None or income.now is None:
        return
    if income.now < standard.amount <= income.before:
        yield _raised(
            WarningKind.INCOME_BELOW,
            change,
            before=str(income.before),
            now=str(income.now),
            standard=standard.data(),
            source=_data(income.source),
        )


def _medical_spending(change: Change, thresholds: Thresholds) -> Iterable[Raised]:
    """Paid more out of its own pocket than the threshold, and had not before; exactly the threshold: no.

    A household of which no earlier list spoke had no such bill: the first one counts.
    """
    spending, threshold = change.spending, thresholds.medical_spending
    if spending is None or threshold is None or spending.now is None:
        return
    if spending.now > threshold.amount >= (spending.before or Decimal(0)):
        yield _raised(
            WarningKind.MEDICAL_SPENDING,
            change,
            before=None if spending.before is None else str(spending.before),
            now=str(spending.now),
            standard=threshold.data(),
            source=_data(spending.source),
        )


def _labour_lost(change: Change, _thresholds: Thresholds) -> Iterable[Raised]:
    """Somebody had labour before and nobody living has any now. A blank among them leaves it unknown."""
    had = [one for one in change.labour if one.before in WITH_LABOUR]
    if not change.labour or not (had or WITH_LABOUR.intersection(change.gone_labour)):
        return
    if all(one.now in WITHOUT_LABOUR for one in change.labour):
        people = [
            {"person": one.person, "name": one.name, "before": one.before, "now": one.now} for one in had
        ]
        source = next((one.source for one in had if one.source), None)
        yield _raised(
            WarningKind.LABOUR_LOST,
            change,
            people=people,
            size=len(change.labour),
            source=_data(source),
        )


def _fell_back(change: Change, _thresholds: Thresholds) -> Iterable[Raised]:
    """A lifted household that the registry now calls 返贫 (C02). One that always was raises nothing."""
    status = change.status
    if status is None or status.before != PovertyStatus.LIFTED or status.now != PovertyStatus.FALLEN_BACK:
        return
    yield _raised(
        WarningKind.FELL_BACK, change, before=status.before, now=status.now, source=_data(status.source)
    )


def _new_certificates(change: Change, _thresholds: Thresholds) -> Iterable[Raised]:
    """A valid certificate where there was none, or one of a worse grade (1 is the worst)."""
    for one in change.certificates:
        now, before = one.now, one.before
        if now is None or not now.active:
            continue
        if before is not None and before.active:
            if not (now.grade and before.grade and now.grade < before.grade):
                continue
        else:
            before = None
        yield _raised(
            WarningKind.NEW_CERTIFICATE,
            change,
            one.person,
            person=one.person,
            name=one.name,
            certificate=_certificate(now),
            before=_certificate(before),
            source=_data(now.source),
        )


def _raised(kind: WarningKind, change: Change, about: str = "", **evidence: Any) -> Raised:
    edition = change.edition.isoformat()
    key = f"{edition}:{about}" if about else edition
    return Raised(kind, key, {"rule": RULE_VERSION, "edition": edition, **evidence})


def _data(source: Source | None) -> dict[str, Any] | None:
    return source.data() if source else None


def _certificate(certificate: CertificateFact | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    return {"kind": certificate.kind, "grade": certificate.grade, "parts": list(certificate.parts)}


# Evidence in words, also of warnings read back from the database


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in three pieces, of which the middle one is the news and is marked."""

    before: str
    news: str = ""
    after: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.news}{self.after}"


def words(kind: str, evidence: Evidence) -> Words:
    """What the evidence of a warning says; what people reported is their own text."""
    wording = _WORDS.get(WarningKind(kind))
    return wording(evidence) if wording else Words(evidence.get("text", ""))


def _income_words(evidence: Evidence) -> Words:
    return Words(
        f"人均 {yuan(evidence['before'])} → ",
        yuan(evidence["now"]),
        f"，低于 {yuan(evidence['standard']['amount'])}",
    )


def _spending_words(evidence: Evidence) -> Words:
    return Words("个人自付 ", yuan(evidence["now"]), f" 元，超 {yuan(evidence['standard']['amount'])}")


def _labour_words(evidence: Evidence) -> Words:
    changed = [
        f"{one['name']} {Labour(one['before']).label} → {Labour(one['now']).label}"
        for one in evidence["people"]
    ]
    told = "，".join(changed) if changed else "有劳动力的人已不在户里"
    return Words(f"{told}，", "全户没有劳动力")


def _status_words(evidence: Evidence) -> Words:
    before, now = PovertyStatus(evidence["before"]).label, PovertyStatus(evidence["now"]).label
    return Words(f"扶贫系统：{before} → ", now)


def _certificate_words(evidence: Evidence) -> Words:
    now = certificate_name(**evidence["certificate"])
    if evidence["before"]:
        return Words(f"{evidence['name']}：{certificate_name(**evidence['before'])} → ", now)
    return Words(f"{evidence['name']}：", now, "，新证")


_WORDS: dict[WarningKind, Callable[[Evidence], Words]] = {
    WarningKind.INCOME_BELOW: _income_words,
    WarningKind.MEDICAL_SPENDING: _spending_words,
    WarningKind.LABOUR_LOST: _labour_words,
    WarningKind.FELL_BACK: _status_words,
    WarningKind.NEW_CERTIFICATE: _certificate_words,
}
