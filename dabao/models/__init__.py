"""What lies below all three applications: regions, people and postings, the plan, flags, jobs, the log."""

from dabao.models.account import FormerPassword, Posting, SigninAttempt, User
from dabao.models.audit import AuditEvent, AuditSeal
from dabao.models.base import Editable, Opaque
from dabao.models.digest import Digest
from dabao.models.flag import Flag, FlagKind
from dabao.models.job import Job, JobState
from dabao.models.notice import Notice, NoticeKind
from dabao.models.organisation import LeadingGroupMember, Unit, UnitMember
from dabao.models.plan import Phase, Standard, StandardKind, WorkPlan
from dabao.models.region import Region, RegionLevel
from dabao.models.second_factor import RecoveryCode, SecondFactor

__all__ = [
    "AuditEvent",
    "AuditSeal",
    "Digest",
    "Editable",
    "Flag",
    "FlagKind",
    "FormerPassword",
    "Job",
    "JobState",
    "LeadingGroupMember",
    "Notice",
    "NoticeKind",
    "Opaque",
    "Phase",
    "Posting",
    "RecoveryCode",
    "Region",
    "RegionLevel",
    "SecondFactor",
    "SigninAttempt",
    "Standard",
    "StandardKind",
    "Unit",
    "UnitMember",
    "User",
    "WorkPlan",
]
