"""Who may reach each address: the policy table that the walk over the URL resolver holds the pages to (B01).

A URL name missing here fails the build, and so does an entry without a URL. Add a line with each URL:

    "screening:worklist": page(),                     a page whose rows are cut to the scope
    "screening:household": row(some_case),            an address of one record: a stranger gets 404
    "supervision:board": page(),                      …
    "account": own(),                                 anybody who is signed in, about himself
    "signin": everybody(),

`row` takes a function that makes a real record in 赵家店镇 and gives the URL's arguments for it; the
stranger is posted to another township and must get the answer of a record that never was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from dabao.models import Region


class Reach(Enum):
    EVERYBODY = "also who is not signed in"
    OWN = "whoever is signed in, about himself"
    PAGE = "signed in, with a posting that gives the right"
    ROW = "signed in, with the record in his scope"


@dataclass(frozen=True, slots=True)
class Policy:
    """How an address must answer. `arguments` makes its arguments: those of a real record for `ROW`."""

    reach: Reach
    arguments: Callable[[], dict[str, Any]] = dict


def everybody(arguments: Callable[[], dict[str, Any]] = dict) -> Policy:
    return Policy(Reach.EVERYBODY, arguments)


def own(arguments: Callable[[], dict[str, Any]] = dict) -> Policy:
    return Policy(Reach.OWN, arguments)


def page(arguments: Callable[[], dict[str, Any]] = dict) -> Policy:
    return Policy(Reach.PAGE, arguments)


def row(arguments: Callable[[], dict[str, Any]]) -> Policy:
    return Policy(Reach.ROW, arguments)


def county_tree() -> dict[str, Region]:
    """Two townships of Dayao with a village each, as the walk's records and its stranger need them."""
    regions: dict[str, Region] = {}
    for code, name, level in (
        ("53", "云南省", "province"),
        ("5323", "楚雄州", "prefecture"),
        ("532326", "大姚县", "county"),
        ("532326106", "赵家店镇", "township"),
        ("532326106200", "赵家店村", "village"),
        ("532326102", "石羊镇", "township"),
        ("532326102200", "石羊村", "village"),
    ):
        parent = max((c for c in regions if code.startswith(c)), key=len, default=None)
        regions[code], _ = Region.objects.get_or_create(
            code=code,
            defaults={"name": name, "official_name": name, "level": level, "parent_id": parent},
        )
    return regions


POLICY: dict[str, Policy] = {}

# Tables without a path to a region, each with the reason why no row of it needs one.
WITHOUT_REGION = {
    "dabao.User": "accounts are seen by the system administrator only",
    "dabao.Posting": "part of an account; region empty for roles without scope",
    "dabao.SigninAttempt": "blind indexes of user names and addresses",
    "dabao.AuditEvent": "read by the auditor only, who has no scope",
    "dabao.AuditSeal": "read by the auditor only",
    "dabao.Job": "seen by who started it, on the page of the record it works on",
    "dabao.Unit": "the organisation is public in the county (annex 2)",
    "dabao.UnitMember": "the organisation is public in the county (annex 2)",
    "dabao.LeadingGroupMember": "the organisation is public in the county (annex 1)",
    "dabao.WorkPlan": "the plan is public",
    "dabao.Phase": "the plan is public",
    "dabao.Standard": "the plan's standards are public",
    "screening.ColumnAlias": "headings of spreadsheets, no person's data",
    "supervision.Group": "the organisation is public in the county (annex 2)",
}
