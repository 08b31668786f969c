"""The demo's accounts (B02): a few offered at sign-in, the other townships' people behind them.

Offered accounts share the demo password. The others cannot sign in until an administrator gives them one.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from dabao import audit
from dabao.models import Posting, UnitMember, User
from supervision.models import Group
from supervision.services.members import post_members


@transaction.atomic
def make_accounts(*, path: Path) -> int:
    """Make the accounts of the cast file that do not stand yet, with their postings; how many were made.

    Names of annex 2 get their postings from their units' assignments, leaders stand behind their groups.
    """
    known = set(User.objects.values_list("username", flat=True))
    accounts = json.loads(path.read_text(encoding="utf-8"))["accounts"]
    new = [account for account in accounts if account["username"] not in known]
    for account in new:
        user = _account(account)
        for posting in account["postings"]:
            _post(user, posting)
        Group.objects.filter(leader_name=user.name, leader=None).update(leader=user)
        if account.get("unit_member"):
            _stand_behind_name(user)
    return len(new)


def _account(account: dict[str, Any]) -> User:
    user = User(
        username=account["username"],
        name=account["name"],
        office=account["office"],
        is_demo=account["offered"],
    )
    if account["offered"]:
        user.set_password(settings.DEMO_PASSWORD)
    else:
        user.set_unusable_password()
    user.full_clean()
    user.save()
    audit.record("account.create", actor=None, obj=user, label=audit.COMMAND_LINE, demo=True)
    return user


def _post(user: User, values: dict[str, Any]) -> None:
    posting = Posting(
        user=user,
        role=values["role"],
        region_id=values["region"],
        first_day=date.fromisoformat(values["first_day"]),
    )
    posting.full_clean()
    posting.save()
    audit.record(
        "posting.create",
        actor=None,
        obj=posting,
        label=audit.COMMAND_LINE,
        region_code=values["region"] or "",
        user=str(user.pk),
    )


def _stand_behind_name(user: User) -> None:
    for member in UnitMember.objects.filter(name=user.name, user=None).select_related("unit"):
        member.user = user
        member.full_clean()
        member.save()
        post_members(unit=member.unit, label=audit.COMMAND_LINE)
