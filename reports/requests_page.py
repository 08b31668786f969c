"""The list of requests: who owes whom since when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from reports.models import HelpRequest
from reports.pages import Mark
from reports.queries import requests as queries
from reports.rules import zh
from screening.queries.remaining import place_name


@dataclass(frozen=True, slots=True)
class Row:
    """A request and where it stands."""

    request: HelpRequest
    mark: Mark


def mark_of(row: HelpRequest, day: date) -> Mark:
    """◆ 县局欠答复 3 天 · ○ 4月25日前答复 · 等乡镇回话 · ✓ 解决了 · ▲ 没解决，4月25日前再答复."""
    if row.solved:
        return Mark("done", "解决了")
    if row.answered_on is not None:
        return Mark("prog", "已答复，等乡镇回话")
    if row.due_on is not None and row.due_on < day:
        return Mark("over", f"县局欠答复 {(day - row.due_on).days} 天")
    due = zh(row.due_on or row.wanted_by)
    return Mark("todo", f"{due}前答复") if row.solved is None else Mark("lag", f"没解决，{due}前再答复")


def list_context(
    scope: Scope, plan: WorkPlan, day: date, code: str = "", owed_on: date | None = None
) -> dict[str, Any]:
    """Everything `reports/requests.html` takes: all requests, or what a figure of the board counted."""
    rows = [Row(row, mark_of(row, day)) for row in queries.sent(scope, plan, code, owed_on)]
    chosen = [place_name(scope, code)] if code else []
    chosen += [f"{zh(owed_on)}县局欠答复的"] if owed_on else []
    return {
        "rows": rows,
        "chosen": "·".join(chosen),
        "plan": plan,
        "counts": [
            ("待县局答复", sum(row.request.answered_on is None for row in rows), "todo"),
            ("县局欠答复", sum(row.mark.kind == "over" for row in rows), "over"),
            ("等乡镇回话", sum(row.mark.kind == "prog" for row in rows), "prog"),
            ("没解决", sum(row.request.solved is False for row in rows), "lag"),
        ],
        "may_answer": scope.may(Right.ANSWER),
    }
