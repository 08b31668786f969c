"""The second step of signing in, and binding a phone for it."""

from uuid import UUID

import segno
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dabao import totp
from dabao.forms import CodeForm, told_by
from dabao.services import second_factor
from dabao.views.accounts import administers, one_user
from dabao.views.signin import next_page

ISSUER = "Dabao"  # short and plain, so that the picture stays coarse enough for any camera


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """The code of the phone, or one on paper."""
    if not second_factor.is_owed(request):
        return redirect(next_page(request))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with told_by(form):
            left = second_factor.take(request, code=form.cleaned_data["code"])
            if left is not None:
                messages.warning(request, f"用了一个备用码，还剩 {left} 个。手机找不到了，请重新绑定。")
            return redirect(next_page(request))
    return render(request, "second_factor.html", {"form": form, "next": next_page(request)})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest) -> HttpResponse:
    """A picture to scan, and its first code; the answer shows the recovery codes, once."""
    if not second_factor.is_needed(request.user):
        return redirect("dabao:account")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        with told_by(form):
            codes = second_factor.bind(request, code=form.cleaned_data["code"])
            return render(request, "second_factor_codes.html", {"codes": codes})
    secret = second_factor.offered_secret(request)
    address = totp.address(secret, issuer=ISSUER, account=request.user.username)
    context = {"form": form, "secret": totp.as_text(secret), **picture(address)}
    return render(request, "second_factor_bind.html", context)


@administers
@require_POST
def reset(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """A lost phone: the person binds another at the next sign-in."""
    try:
        second_factor.reset(actor=request.user, user=one_user(request, account_id))
        messages.success(request, "已解绑，他的登录已退出。他下次登录时重新绑定。")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("dabao:account-one", account_id)


def picture(text: str) -> dict[str, object]:
    """The QR code of a text as one path of unit squares, and its side in squares with the quiet border."""
    code = segno.make(text, error="m", micro=False)
    rows = list(code.matrix_iter(border=4))
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, square in enumerate(row) if square]
    return {"picture": "".join(dark), "side": len(rows)}
