"""Fixtures of every test of screening; a module's own of the same name goes first."""

from screening.tests.case_pages import case, officer
from screening.tests.enrolment_cast import enrolled, judged

__all__ = ["case", "enrolled", "judged", "officer"]
