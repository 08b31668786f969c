"""Why a household has no record: five reasons that add up (C12)."""

from django.db.models import Exists, OuterRef, Q

from screening.choices import CaseState, VerificationState, VisitResult
from screening.models import Verification

RETURNED, AGAIN, AWAY, UNKNOWN, NEVER = "returned", "again", "away", "unknown", "never"
WORDS = {
    NEVER: "还没去过",
    AWAY: "去过，没见到人",
    RETURNED: "退回，要重查",
    AGAIN: "重新核查",
    UNKNOWN: "资料不全，判断不了",
}
_NOBODY_MET = Exists(
    Verification.objects.filter(
        case=OuterRef("pk"),
        round=1,
        state=VerificationState.SUBMITTED,
        result__in=[VisitResult.NOBODY_HOME, VisitResult.AWAY],
    )
)
_RETURNED = Q(returned_on__isnull=False)
_AGAIN = Q(verified_on__isnull=False)
_UNKNOWN = ~Q(unknown=[])
# Each leaves out those before it: a household has one reason.
CONDITIONS = {
    RETURNED: _RETURNED,
    AGAIN: ~_RETURNED & _AGAIN,
    AWAY: ~_RETURNED & ~_AGAIN & Q(_NOBODY_MET),
    UNKNOWN: ~_RETURNED & ~_AGAIN & ~Q(_NOBODY_MET) & _UNKNOWN,
    NEVER: ~_RETURNED & ~_AGAIN & ~Q(_NOBODY_MET) & ~_UNKNOWN,
}
CONDITIONS = {name: Q(state=CaseState.TO_VERIFY) & condition for name, condition in CONDITIONS.items()}
