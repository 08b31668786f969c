"""Figures of board, report, watch list and desk keep an enrolled household looked at again (C10)."""

from datetime import date

from dabao.tests.cast import SHIYANG, TODAY
from reports.queries.figures import lines
from screening.queries import progress, steps, watch
from screening.rules.verdicts import Verdict
from screening.services import cases
from screening.tests.enrolment_cast import LATER, bring_to, judged, verify, write_number

__all__ = ["judged"]


def test_a_household_found_the_same_again_stays_in_every_figure(judged, cast, county):
    scope = cast.county.scope()
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county)

    def figures():
        work = progress.progress(scope, county.plan, TODAY)[0].works[1]
        rates = [
            *(rate for _, rate in watch.rates_by_scheme(scope, county.plan)),
            *(rate for _, rate in watch.rates_by_category(scope, county.plan)),
            *(rate for _, rate in watch.rates_by_township(scope, county.plan)),
        ]
        return (
            (work.total, work.done),
            [(rate.eligible, rate.enrolled) for rate in rates],
            steps.totals(scope, county.plan).closed,
            [(one.outcome, one.scheme, one.closed_on) for one in lines(scope, county.plan, SHIYANG, TODAY)],
        )

    before = figures()
    assert before[0] == (1, 1)
    staff, day = cast.officer, date(2020, 4, 7)
    cases.reopen(scope=staff.scope(), case_id=case.pk, actor=staff, day=day, reason="群众反映")
    assert figures() != before
    verify(case, cast.officer, Verdict("dibao"), day=LATER)
    assert figures() == before
