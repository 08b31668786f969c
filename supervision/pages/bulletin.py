"""What the pages of bulletins show, and the paper of one."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from dabao.documents.official import Paper
from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from reports.documents import BUREAU, template_path
from reports.rules import zh
from supervision import drafting
from supervision.forms.bulletin import BulletinForm
from supervision.links import phase_url
from supervision.models import Bulletin, BulletinState
from supervision.queries import bulletins as queries
from supervision.rules.merging import Span, marked, plain
from supervision.wording import Status

MARKS = {
    BulletinState.DRAFT: "draft",
    BulletinState.TO_APPROVE: "prog",
    BulletinState.APPROVED: "ok",
    BulletinState.ISSUED: "done",
}
WIDTHS = (24.0, *([22.0] * (len(drafting.TABLE_HEAD) - 1)))


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the paper's words: lit when edited, a figure with the list it opens."""

    text: str
    edited: bool
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter of the paper; `drafted`: what the board says, when people's words differ from it."""

    heading: str
    runs: list[Run]
    drafted: str


def title(bulletin: Bulletin) -> str:
    return f"{bulletin.plan.region.name}社会救助兜底保障挂牌督战通报"


def name(scope: Scope, bulletin: Bulletin) -> str:
    """2020年第2期; of one that is not issued the number it will have."""
    return f"{bulletin.plan.year}年第{queries.number_of(scope, bulletin)}期"


def mark_of(bulletin: Bulletin) -> Status:
    state = BulletinState(bulletin.state)
    words = f"{zh(bulletin.issued_on)}已发" if bulletin.issued_on else str(state.label)
    return Status(MARKS[state], words)


def list_context(scope: Scope, plan: WorkPlan) -> dict[str, Any]:
    """Everything `supervision/bulletins.html` takes."""
    rows = list(queries.visible(scope, plan))
    return {
        "rows": [
            {
                "bulletin": row,
                "name": name(scope, row),
                "mark": mark_of(row),
                "url": reverse("supervision:bulletin", args=[row.pk]),
            }
            for row in rows
        ],
        "issued": sum(row.number is not None for row in rows),
        "in_work": sum(row.number is None for row in rows),
        "may_draft": scope.may(Right.DISPATCH, plan.region_id) and all(row.number for row in rows),
    }


def context(scope: Scope, bulletin: Bulletin, form: BulletinForm | None = None) -> dict[str, Any]:
    """Everything `supervision/bulletin.html` takes."""
    code = bulletin.region_id
    state = BulletinState(bulletin.state)
    writes = queries.may_write(scope, bulletin)
    orders = scope.may(Right.ORDER, code)
    return {
        **paper_context(scope, bulletin),
        "form": (form or BulletinForm(bulletin)) if writes else None,
        "may_approve": orders and state == BulletinState.TO_APPROVE,
        "may_send_back": orders and state in (BulletinState.TO_APPROVE, BulletinState.APPROVED),
        "may_issue": scope.may(Right.DISPATCH, code) and state == BulletinState.APPROVED,
        "may_discard": writes and state == BulletinState.DRAFT,
    }


def paper_context(scope: Scope, bulletin: Bulletin) -> dict[str, Any]:
    """What `supervision/bulletin_paper.html` takes: the sheet with its lit words and its figures as links."""
    drafted = drafting.from_json(bulletin.drafted)
    links = scope.may(Right.BOARD, bulletin.region_id)
    return {
        "bulletin": bulletin,
        "title": title(bulletin),
        "name": name(scope, bulletin),
        "mark": mark_of(bulletin),
        "parts": [
            Part(
                heading,
                [_run(bulletin, span, links) for span in marked(drafted.get(key, []), text)],
                plain(drafted.get(key, [])) if text != plain(drafted.get(key, [])) else "",
            )
            for key, heading in drafting.PARTS
            for text in [bulletin.texts.get(key, "")]
        ],
        "edited": any(
            bulletin.texts.get(key, "") != plain(drafted.get(key, [])) for key, _ in drafting.PARTS
        ),
        "head": drafting.TABLE_HEAD,
        "signed": f"{bulletin.plan.region.official_name}{BUREAU}",
        "paper_day": bulletin.issued_on or bulletin.day,
    }


def paper(scope: Scope, bulletin: Bulletin) -> Paper:
    """The bulletin in GB/T 9704 layout; 草稿 stands above one that is not issued."""
    sheet = Paper(f"{title(bulletin)}\n（{name(scope, bulletin)}）", template_path())
    if bulletin.state != BulletinState.ISSUED:
        sheet.draft()
    sheet.addressee(bulletin.addressee)
    for key, heading in drafting.PARTS:
        if heading:
            sheet.heading(heading)
        sheet.text(bulletin.texts.get(key, "") or "无。")
    day = bulletin.day
    sheet.table(f"各乡镇进度（截至{day.month}月{day.day}日）", drafting.TABLE_HEAD, bulletin.table, WIDTHS)
    sheet.signed(f"{bulletin.plan.region.official_name}{BUREAU}", bulletin.issued_on or day)
    if bulletin.copies:
        sheet.text(f"抄送：{bulletin.copies}")
    return sheet


def file_name(scope: Scope, bulletin: Bulletin) -> str:
    draft = "" if bulletin.state == BulletinState.ISSUED else "草稿"
    return f"督战通报{name(scope, bulletin)}{draft}.docx"


def _run(bulletin: Bulletin, span: Span, links: bool) -> Run:
    url = ""
    if span.link and links:
        region, phase, work = span.link
        url = phase_url(region, phase, work, as_at=bulletin.day.isoformat())
    return Run(span.text, span.edited, url)
