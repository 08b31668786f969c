"""A conclusion against the advice wants a reason; against unknown advice there is nothing to go."""

import pytest

from screening.rules.assistance import Finding, SchemeAdvice
from screening.rules.departures import departure, words


def answered(**answers):
    return [
        SchemeAdvice(scheme, answers.get(scheme, "no"))
        for scheme in ("tekun", "dibao", "dibao_single", "temporary")
    ]


@pytest.mark.parametrize(
    ("answers", "chosen", "against"),
    [
        ({}, "none", None),
        ({"temporary": "unknown"}, "none", None),
        ({"dibao": "yes"}, "none", "dibao"),
        ({"tekun": "yes", "dibao": "yes"}, "none", "tekun"),
        ({"dibao": "yes"}, "dibao", None),
        ({"tekun": "yes", "dibao": "yes"}, "dibao", "tekun"),
        ({"tekun": "yes"}, "tekun", None),
        ({"dibao": "yes"}, "tekun", "tekun"),
        ({"tekun": "unknown", "dibao": "yes"}, "dibao", None),
        ({"tekun": "unknown"}, "tekun", None),
        ({"dibao": "unknown"}, "none", None),
        ({"dibao": "yes", "dibao_single": "yes"}, "dibao_single", "dibao"),
        ({"dibao_single": "yes"}, "dibao_single", None),
        ({"dibao": "yes", "temporary": "unknown"}, "temporary", "dibao"),
        ({"temporary": "unknown"}, "temporary", None),
        ({"temporary": "no"}, "temporary", "temporary"),
    ],
)
def test_which_test_a_conclusion_goes_against(answers, chosen, against):
    found = departure(answered(**answers), chosen)
    assert (found.scheme if found else None) == against


def test_what_it_goes_against_is_said_with_its_facts():
    met = SchemeAdvice("dibao", "yes", findings=(Finding("yes", "人均低于低保标准 500.00 元"),))
    assert words(met, "none") == "按条件符合低保·整户（人均低于低保标准 500.00 元），结论是不符合"
    unmet = SchemeAdvice("tekun", "no", findings=(Finding("no", "有义务人能够供养"),))
    assert words(unmet, "tekun") == "按条件不符合特困供养（有义务人能够供养），结论是特困供养"
