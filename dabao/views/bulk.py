"""Accounts in bulk: upload, preview, confirm, the first passwords once; template and export."""

import uuid

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dabao.forms import BulkFileForm, told_by
from dabao.scope import Right
from dabao.services import bulk, sheets
from dabao.views.access import needs, spreadsheet

KEPT, NAME = "bulk_accounts", "bulk_accounts_name"
administers = needs(Right.ACCOUNTS)


@administers
def upload(request: HttpRequest) -> HttpResponse:
    """Take a file and show what it would do."""
    form = BulkFileForm(request.POST or None, request.FILES or None)
    outcome = None
    if form.is_valid():
        content = form.cleaned_data["file"].read(sheets.LARGEST + 1)
        _take(request)  # a file refused leaves none of before to confirm
        with told_by(form):
            outcome = bulk.bring_in(actor=request.user, content=content, dry_run=True)
            _keep(request, content)
    context = {"form": form, "outcome": outcome, "file_name": request.session.get(NAME, "")}
    return render(request, "dabao/accounts_bulk.html", context)


@administers
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Do what the preview showed, once; the answer holds the first passwords, and nothing else ever does."""
    form = BulkFileForm()
    content = _take(request)
    outcome = None
    if content is None:
        return redirect("dabao:accounts-bulk")
    try:
        outcome = bulk.bring_in(actor=request.user, content=content, dry_run=False)
    except ValidationError as refusal:
        return render(request, "dabao/accounts_bulk.html", {"form": form, "refused": refusal.messages[0]})
    return render(request, "dabao/accounts_bulk_done.html", {"outcome": outcome})


@administers
@require_GET
def template(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    return spreadsheet(bulk.template(), "账号任职模板.xlsx")


@administers
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    return spreadsheet(bulk.export(actor=request.user), "账号任职.xlsx")


def _keep(request: HttpRequest, content: bytes) -> None:
    name = default_storage.save(f"accounts/{uuid.uuid4().hex}", ContentFile(content))
    request.session[KEPT], request.session[NAME] = name, request.FILES["file"].name[:100]


def _take(request: HttpRequest) -> bytes | None:
    """The kept file, which is gone afterwards; None when there is none any more."""
    name = request.session.pop(KEPT, None)
    if name is None or not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        content = file.read()
    default_storage.delete(name)
    return content
