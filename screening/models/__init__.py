"""Registry, lists, facts, screening matches, cases and their verification."""

from screening.models.benefit_change import BenefitChange, BenefitLine, PendingChange
from screening.models.case import Case, CaseEvent, CategoryMatch
from screening.models.enrolment import Enrolment, EnrolmentStep
from screening.models.fact import (
    BenefitRecord,
    DisabilityCertificate,
    IllnessRecord,
    PriorFinding,
    WatchRecord,
)
from screening.models.household import Household, Membership, Person
from screening.models.move import HouseholdMove
from screening.models.near_match import ListChange, NearMatch
from screening.models.objection import Objection
from screening.models.offer import JobOffer, ShareProposal
from screening.models.photo import Photo
from screening.models.review import BenefitReview, ReviewIncome, Taper
from screening.models.saved_filter import SavedFilter
from screening.models.source import ColumnAlias, ListRow, Question, QuestionKind, RowCorrection, SourceList
from screening.models.verification import Decision, IncomeItem, MemberCheck, Obligor, Verification
from screening.models.warning import FollowUp, RiskWarning

__all__ = [
    "BenefitChange",
    "BenefitLine",
    "BenefitRecord",
    "BenefitReview",
    "Case",
    "CaseEvent",
    "CategoryMatch",
    "ColumnAlias",
    "Decision",
    "DisabilityCertificate",
    "Enrolment",
    "EnrolmentStep",
    "FollowUp",
    "Household",
    "HouseholdMove",
    "IllnessRecord",
    "IncomeItem",
    "JobOffer",
    "ListChange",
    "ListRow",
    "MemberCheck",
    "Membership",
    "NearMatch",
    "Objection",
    "Obligor",
    "PendingChange",
    "Person",
    "Photo",
    "PriorFinding",
    "Question",
    "QuestionKind",
    "ReviewIncome",
    "RiskWarning",
    "RowCorrection",
    "SavedFilter",
    "ShareProposal",
    "SourceList",
    "Taper",
    "Verification",
    "WatchRecord",
]
