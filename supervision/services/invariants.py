"""All checks of all apps together (manage.py check_invariants)."""

import dabao.services.invariants
import reports.services.invariants
import screening.services.invariants
import supervision.services.dispatch_invariants
import supervision.services.finding_invariants
import supervision.services.inspection_invariants


def check() -> dict[str, list[str]]:
    """Findings by the name of the check; empty lists where all is well."""
    checks = (
        dabao.services.invariants.CHECKS
        | screening.services.invariants.CHECKS
        | reports.services.invariants.CHECKS
        | supervision.services.dispatch_invariants.CHECKS
        | supervision.services.finding_invariants.CHECKS
        | supervision.services.inspection_invariants.CHECKS
    )
    return {name: found() for name, found in checks.items()}
