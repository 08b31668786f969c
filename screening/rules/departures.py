"""Where a conclusion departs from the advice, so that its author says why (C08, C11).

Pure. Unknown advice is nobody's to depart from.
"""

from collections.abc import Sequence

from screening.choices import Answer, Scheme
from screening.rules.assistance import SchemeAdvice

ORDER = (Scheme.TEKUN, Scheme.DIBAO, Scheme.DIBAO_SINGLE, Scheme.TEMPORARY)


def departure(tests: Sequence[SchemeAdvice], chosen: str) -> SchemeAdvice | None:
    """The test that the conclusion goes against: one met before it in the plan's order, or its own not met.

    None when it agrees with the advice, or when the advice cannot be told.
    """
    before = ORDER if chosen == Scheme.NONE else ORDER[: ORDER.index(Scheme(chosen))]
    met = [test for test in tests if test.answer == Answer.YES and test.scheme in before]
    if met:
        return min(met, key=lambda test: ORDER.index(Scheme(test.scheme)))
    return next((test for test in tests if test.scheme == chosen and test.answer == Answer.NO), None)


def words(test: SchemeAdvice, chosen: str) -> str:
    """What the advice says against it: 按条件符合低保·整户（人均低于低保标准 500.00 元），结论是不符合."""
    scheme, why = Scheme(test.scheme).label, "，".join(test.why)
    grounds = f"（{why}）" if why else ""
    if test.answer == Answer.YES:
        return f"按条件符合{scheme}{grounds}，结论是{Scheme(chosen).label}"
    return f"按条件不符合{scheme}{grounds}，结论是{Scheme(chosen).label}"
