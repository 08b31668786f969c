"""One's own account: postings, the password, reminders."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from dabao.forms import PasswordForm, told_by
from dabao.queries import accounts as queries
from dabao.queries import notices as notice_queries
from dabao.services import accounts as services
from dabao.services import notices as notice_services
from dabao.services import second_factor


@sensitive_post_parameters()
def account(request: HttpRequest) -> HttpResponse:
    return _page(request, PasswordForm(request.user))


@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: the other sessions of the person end, this one goes on."""
    form = PasswordForm(request.user, request.POST or None)
    if form.is_valid():
        with told_by(form):
            services.change_password(user=request.user, password=form.cleaned_data["new_password1"])
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已换。其他电脑和手机上的登录都已退出。")
            return redirect("supervision:home")
    return _page(request, form)


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What is nearly due. Who opened this page has read it: the count in the bar goes."""
    found = notice_queries.standing(request.scope)
    if request.method == "GET":
        notice_services.read(scope=request.scope, ids=[notice.pk for notice in found])
    return render(request, "notices.html", {"notices": found})


def _page(request: HttpRequest, form: PasswordForm) -> HttpResponse:
    context = {
        "form": form,
        "must_change": request.user.must_change_password,
        "second_step": second_factor.is_needed(request.user),
        "postings": queries.own_postings(request.scope),
    }
    return render(request, "account.html", context)
