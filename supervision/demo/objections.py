"""An objection to a publicity that the township is still looking into: approval of that household waits."""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import Max

from dabao import clock
from dabao.models import WorkPlan
from screening.choices import StepKind
from screening.models import EnrolmentStep, Objection
from screening.services import objections
from supervision.demo.work import TOUR

DAY = date(2020, 4, 4)
TEXT = "来电反映他家儿子在楚雄有小汽车，请查一查"


@transaction.atomic
def hear(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """By whoever hung the list; what stands already is left alone, as is a demo of an earlier day."""
    hung = (
        EnrolmentStep.objects.filter(
            kind=StepKind.PUBLICISED,
            first_day__lte=DAY,
            last_day__gte=DAY,
            enrolment__ended_on=None,
            enrolment__next_step=StepKind.APPROVED,
            enrolment__case__plan=plan,
        )
        .exclude(enrolment__case__household__head__name__in=TOUR)
        .annotate(last_event=Max("enrolment__case__events__day"))
        .filter(last_event__lte=DAY)
        .select_related("by", "enrolment")
        .order_by("first_day", "enrolment__case__household__number")
        .first()
    )
    if hung is None or clock.today() < DAY or Objection.objects.filter(case__plan=plan).exists():
        return
    with clock.pretend(DAY):
        objections.record(
            scope=hung.by.scope(DAY),
            case_id=hung.enrolment.case_id,
            raised_on=DAY,
            said_by="",
            text=TEXT,
            actor=hung.by,
            today=DAY,
        )
    tell("公示异议 1 条，还没查清。")
