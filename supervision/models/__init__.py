"""Who supervises whom, and what supervision finds and orders (C18–C22, C26)."""

from supervision.models.accountability import Accountability, AccountabilityEntry
from supervision.models.assignment import Assignment, Group
from supervision.models.finding import Finding, FindingEvidence, FindingTurn

__all__ = [
    "Accountability",
    "AccountabilityEntry",
    "Assignment",
    "Finding",
    "FindingEvidence",
    "FindingTurn",
    "Group",
]
