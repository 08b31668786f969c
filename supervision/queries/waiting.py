"""How much waits behind the words of the bar: few queries, however many words there are."""

from django.db.models import Count, Q

from dabao import clock, plans
from dabao.models import WorkPlan
from dabao.queries import accounts
from dabao.scope import Right, Scope
from screening.choices import CaseState, ListState, WarningState
from screening.models import Case, RiskWarning, SourceList
from screening.queries import aid_work, near_matches, reviews
from screening.queries.rechecks import mine_to_recheck
from screening.queries.steps import waiting_for_me
from supervision.models import Finding
from supervision.queries import bulletins, dispatches, findings


def waiting(scope: Scope) -> dict[str, int]:
    """Counts by name: `to_verify`, `to_recheck` (households), `warnings` without a decision, `lists` staged,
    `matches` (near matches to decide),
    `steps` (households whose step towards enrolment is mine), `reviews` (households to be reviewed from phase
    4 on, tapers that ended undecided, tapers and stops to be approved),
    `aid` (amounts to decide, shares to sign, moves to take over),
    `postings` that want a second person, `findings` whose move is this scope's, `dispatches` (orders that
    want its word), `bulletins` to be approved.

    What this user verified himself waits for another's recheck and is not counted for him (C11).
    """
    found: dict[str, int] = {}
    day, plan = clock.today(), _plan() if scope.may(Right.READ) else None
    if plan and (scope.may(Right.VERIFY) or scope.may(Right.RECHECK)):
        to_verify = Q(state=CaseState.TO_VERIFY) & scope.q(Case.region_path, Right.VERIFY)
        to_recheck = mine_to_recheck(scope)
        found |= Case.objects.filter(to_verify | to_recheck, plan=plan).aggregate(
            to_verify=Count("pk", filter=to_verify), to_recheck=Count("pk", filter=to_recheck)
        )
    if plan and scope.may(Right.READ):
        undecided = RiskWarning.objects.within(scope).exclude(state=WarningState.DECIDED)
        found["warnings"] = undecided.filter(plan=plan).count()
    if plan and (scope.may(Right.APPLY) or scope.may(Right.APPROVE)):
        found["steps"] = sum(waiting_for_me(scope, plan, day).values())
        found["reviews"] = reviews.mine(scope, plan, day)
        found["aid"] = aid_work.mine(scope, plan, day)
    if scope.may(Right.IMPORT):
        lists = SourceList.objects.within(scope, Right.IMPORT)
        found["lists"] = lists.filter(state=ListState.STAGED).count()
        found["matches"] = near_matches.waiting(scope)
    if scope.may(Right.ACCOUNTS) or scope.may(Right.ORDER):
        found["postings"] = accounts.waiting(scope).count()
    if plan and (scope.may(Right.RECTIFY) or scope.may(Right.SUPERVISE)):
        mine = Finding.objects.filter(findings.mine(scope, day), plan=plan)
        found["findings"] = mine.count()
    if plan and (scope.may(Right.RECTIFY) or scope.may(Right.DISPATCH)):
        found["dispatches"] = dispatches.waiting(scope, plan)
    if plan and scope.may(Right.ORDER):
        found["bulletins"] = int(bulletins.to_approve(scope, plan) is not None)
    return found


def _plan() -> WorkPlan | None:
    try:
        return plans.current()
    except plans.NoPlanError:
        return None
