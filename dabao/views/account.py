"""One's own account: postings, and the password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from dabao.forms import PasswordForm
from dabao.queries import accounts as queries
from dabao.services import accounts as services


@sensitive_post_parameters()
def account(request: HttpRequest) -> HttpResponse:
    return _page(request, PasswordForm(request.user))


@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: the other sessions of the person end, this one goes on."""
    form = PasswordForm(request.user, request.POST or None)
    if not form.is_valid():
        return _page(request, form)
    services.change_password(user=request.user, password=form.cleaned_data["new_password1"])
    update_session_auth_hash(request, request.user)
    messages.success(request, "密码已换。其他电脑和手机上的登录都已退出。")
    return redirect("supervision:home")


def _page(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    context = {
        "form": form,
        "must_change": request.user.must_change_password,
        "postings": queries.own_postings(request.scope),
    }
    return render(request, "account.html", context)
