"""Flags and reminders of a household that moved: over where it left, raised where it lives now (C15, C17)."""

from datetime import date

from dabao.models import Flag, NoticeKind, WorkPlan
from dabao.services import flags, notices
from screening.models import Household, RiskWarning, Taper
from screening.services import taper_flags, warning_flags


def follow(*, plan: WorkPlan, household: Household, from_township: str, day: date) -> None:
    """In the transaction of the move, the household being in its new village already."""
    if household.region_id[:9] == from_township:
        return
    tapers = list(Taper.objects.filter(household=household, ended_on=None))
    warnings = list(RiskWarning.objects.filter(household=household, decided_on=None))
    for taper in tapers:
        subject, label = taper_flags.subject(taper), taper_flags.label(household.region)
        _hand_over(subject, label, household, from_township, day)
        notices.clear(kind=NoticeKind.TAPER_DUE, region_code=from_township, subject=subject, day=day)
    for warning in warnings:
        label = warning_flags.label(warning, household.region)
        _hand_over(warning_flags.subject(warning), label, household, from_township, day)
    if tapers:
        taper_flags.remind(plan=plan, day=day, household=household)


def _hand_over(subject: str, label: str, household: Household, from_township: str, day: date) -> None:
    """Cleared there, raised here on the day of the move, for the same day on which it fell due."""
    for flag in list(flags.standing(region=from_township, subject=subject)):
        flags.clear(found=[flag], day=day)
        Flag.objects.update_or_create(
            kind=flag.kind,
            region_id=household.region_id[:9],
            subject=subject,
            due_on=flag.due_on,
            defaults={"cleared_on": None},
            create_defaults={
                "label": label,
                "raised_on": max(flag.raised_on, day),
                "noticed_on": max(flag.noticed_on, day),
            },
        )
