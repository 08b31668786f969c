"""Who supervises whom, and what supervision finds and orders (C18–C22, C26)."""

from supervision.models.accountability import Accountability, AccountabilityEntry
from supervision.models.assignment import Assignment, Group
from supervision.models.bulletin import Bulletin, BulletinState
from supervision.models.dispatch import Dispatch, DispatchCopy, DispatchPlace, DispatchTurn
from supervision.models.finding import Finding, FindingEvidence, FindingTurn
from supervision.models.inspection import Inspection, Stop, Visit
from supervision.models.last_look import LastLook
from supervision.models.sample import Sample, SampleItem

__all__ = [
    "Accountability",
    "AccountabilityEntry",
    "Assignment",
    "Bulletin",
    "BulletinState",
    "Dispatch",
    "DispatchCopy",
    "DispatchPlace",
    "DispatchTurn",
    "Finding",
    "FindingEvidence",
    "FindingTurn",
    "Group",
    "Inspection",
    "LastLook",
    "Sample",
    "SampleItem",
    "Stop",
    "Visit",
]
