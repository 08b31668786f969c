"""Fixtures of every test of screening."""

from screening.tests.enrolment_cast import enrolled, judged

__all__ = ["enrolled", "judged"]
