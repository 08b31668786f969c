"""Everybody tries everything with a household in every state: what is not listed is refused, in words.

`LISTED` is the domain's table of who may do what from where, written out by hand; all else is tried as well.
"""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import transaction

from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.models import Case
from screening.rules.verdicts import Verdict
from screening.services import cases, enrolment, recheck, verification
from screening.services.enrolment import Details
from screening.tests.enrolment_cast import NOT_ELIGIBLE, bring_to, verify, write_number
from screening.tests.test_verification import entry_of, people_of, put_on_roll

ENTITLED, NUMBER = Verdict("dibao"), "5323260420209999"
COUPLE = (("普有福", Labour.WEAK), ("罗翠英", Labour.NONE))
VERIFIERS = {"assistant", "officer", "colleague", "head"}
STRANGERS = {"unit", "admin", "auditor", "stranger", "idle"}  # who sees nothing of 石羊镇
TOWNSHIP, COUNTY = {"officer", "colleague", "head"}, {"county", "county2"}

# --- What can be tried with a household ---


def _submit(verdict):
    def act(case, user):
        verification.submit(
            scope=user.scope(), case_id=case.pk, actor=user, version=case.version,
            submission_key=uuid.uuid4(), entry=entry_of(case, verdict), payload={}, day=TODAY,
        )  # fmt: skip

    return act


def _correct(verdict):
    def act(case, user):
        verification.correct(
            scope=user.scope(), case_id=case.pk, actor=user, version=case.version,
            submission_key=uuid.uuid4(), entry=entry_of(case, verdict), reason="漏看了证明", day=TODAY,
        )  # fmt: skip

    return act


def _withdraw(case, user):
    verification.withdraw(scope=user.scope(), case_id=case.pk, actor=user, day=TODAY)


def _propose_closing(case, user):
    verification.propose_closing(
        scope=user.scope(), case_id=case.pk, actor=user, version=case.version, outcome="moved_out",
        reason="迁往昆明", day=TODAY,
    )  # fmt: skip


def _agree(case, user):
    recheck.agree(
        scope=user.scope(), case_id=case.pk, actor=user, version=case.version, means=["papers"], day=TODAY
    )


def _send_back(case, user):
    recheck.send_back(
        scope=user.scope(), case_id=case.pk, actor=user, version=case.version, note="缺证明", day=TODAY
    )


def _take(kind):
    def act(case, user):
        details = Details(
            TODAY,
            posted_where="公开栏",
            last_day=date(2020, 4, 16),
            per_person={"dibao": Decimal(215)},
            from_month=date(2020, 5, 1),
        )
        enrolment.take_step(
            scope=user.scope(), case_id=case.pk, kind=kind, actor=user, details=details, today=TODAY
        )

    return act


def _record(case, user):
    grant = case.enrolments.filter(ended_on=None).first()
    enrolment.record_number(
        scope=user.scope(),
        enrolment_id=grant.pk if grant else uuid.uuid4(),
        actor=user,
        number=NUMBER,
        day=TODAY,
        today=TODAY,
    )


def _refuse(case, user):
    enrolment.refuse(scope=user.scope(), case_id=case.pk, actor=user, reason="缺签字", today=TODAY)


def _reopen(case, user):
    cases.reopen(scope=user.scope(), case_id=case.pk, actor=user, day=TODAY, reason="群众反映")


ACTIONS = {
    "submit eligible": _submit(ENTITLED),
    "submit ineligible": _submit(NOT_ELIGIBLE),
    "withdraw": _withdraw,
    "correct to eligible": _correct(ENTITLED),
    "correct to ineligible": _correct(NOT_ELIGIBLE),
    "propose closing": _propose_closing,
    "agree": _agree,
    "send back": _send_back,
    "apply": _take("applied"),
    "review": _take("reviewed"),
    "publicise": _take("publicised"),
    "approve": _take("approved"),
    "enrol": _take("enrolled"),
    "record": _record,
    "refuse": _refuse,
    "reopen": _reopen,
}
_CORRECTED = {
    "correct to eligible": (VERIFIERS, "to_enrol"),
    "correct to ineligible": (VERIFIERS, "to_recheck"),
}
_GRANTED = _CORRECTED | {"propose closing": (VERIFIERS, "to_recheck")}
# Situation → action → (who may, the state it brings about). The officer verified and applied; the colleague
# reviewed, and rechecked where somebody did.
LISTED = {
    "to_verify": {
        "submit eligible": (VERIFIERS, "to_enrol"),
        "submit ineligible": (VERIFIERS, "to_recheck"),
        "propose closing": (VERIFIERS, "to_recheck"),
    },
    "to_recheck": _CORRECTED
    | {
        "withdraw": ({"officer"}, "to_verify"),
        "agree": ({"colleague", "head"} | COUNTY, "closed"),
        "send back": ({"colleague", "head"} | COUNTY, "to_verify"),
    },
    "applied": _GRANTED | {"withdraw": ({"officer"}, "to_verify"), "apply": (TOWNSHIP, "to_enrol")},
    "reviewed": _GRANTED | {"review": (TOWNSHIP, "to_enrol"), "refuse": (TOWNSHIP, "to_verify")},
    "publicised": _GRANTED | {"publicise": (TOWNSHIP, "to_enrol")},
    "approved": _GRANTED | {"approve": (COUNTY, "to_enrol"), "refuse": (COUNTY, "to_verify")},
    "enrolled": _GRANTED | {"enrol": (COUNTY, "to_enrol")},
    "recorded": _GRANTED | {"record": (COUNTY, "closed")},
    "closed not_eligible": {
        "reopen": (VERIFIERS, "to_verify"),
        # Whoever rechecked does not correct; whatever is corrected is his to see again (C11).
        "correct to eligible": (VERIFIERS - {"colleague"}, "to_recheck"),
        "correct to ineligible": (VERIFIERS - {"colleague"}, "to_recheck"),
    },
    "closed covered_confirmed": {
        "reopen": (VERIFIERS, "to_verify"),
        "withdraw": ({"officer"}, "to_verify"),
        "correct to eligible": (VERIFIERS, "to_enrol"),
        "correct to ineligible": (VERIFIERS, "to_recheck"),
    },
    "closed enrolled": {
        "reopen": (VERIFIERS, "to_verify"),
        "correct to eligible": (VERIFIERS, "closed"),
        "correct to ineligible": (VERIFIERS, "to_recheck"),
    },
}


@pytest.fixture
def situation(cast, judged, make_case, make_household):
    """`situation(name)`: a household of 柳树塘村 in one of the situations of `LISTED`."""

    def make(name):
        match name:
            case "to_verify":
                return make_case(make_household(LIUSHUTANG, *COUPLE))
            case "to_recheck":
                return judged(NOT_ELIGIBLE)
            case "closed not_eligible":
                case = judged(NOT_ELIGIBLE)
                _agree(case, cast.colleague)
            case "closed covered_confirmed":
                case = make_case(make_household(LIUSHUTANG, *COUPLE))
                for person in people_of(case):
                    put_on_roll(person)
                verify(case, cast.officer, Verdict("dibao", covered=True))
            case "closed enrolled":
                case = judged(ENTITLED)
                bring_to(case, cast, "recorded")
                write_number(case.enrolments.get(), cast.county)
            case step:
                case = judged(ENTITLED)
                bring_to(case, cast, step)
        case.refresh_from_db()
        return case

    return make


def attempt(action, case, user):
    """What comes of it: ("refused", words) or ("done", the state after it); nothing stays written."""
    fresh = Case.objects.get(pk=case.pk)
    found = None
    try:
        with transaction.atomic():
            ACTIONS[action](fresh, user)
            found = ("done", Case.objects.get(pk=case.pk).state)
            transaction.set_rollback(True)
    except ValidationError as refusal:
        found = ("refused", " ".join(refusal.messages))
    except PermissionDenied as refusal:
        found = ("refused", str(refusal))
    except ObjectDoesNotExist:
        found = ("missing", "")
    return found


@pytest.mark.parametrize("name", LISTED)
def test_everything_that_is_not_listed_is_refused_in_words(situation, cast, name):
    case = situation(name)
    before = (case.state, case.outcome, case.version, case.events.count(), AuditEvent.objects.count())
    for action in ACTIONS:
        who, becomes = LISTED[name].get(action, (set(), ""))
        for key, user in vars(cast).items():
            result, words = attempt(action, case, user)
            if key in who:
                assert (result, words) == ("done", becomes), (name, action, key)
                continue
            assert result != "done", (name, action, key)
            if key in STRANGERS:
                assert result == "missing", (action, key)
            assert result == "missing" or any("一" <= letter <= "鿿" for letter in words), (action, key)
    case.refresh_from_db()
    now = (case.state, case.outcome, case.version, case.events.count(), AuditEvent.objects.count())
    assert now == before
