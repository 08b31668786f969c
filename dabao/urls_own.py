"""Addresses of the ground floor: signing in, one's own account, administration, the log, the plan's data."""

from django.urls import path

from dabao.views import account, components, signin

app_name = "dabao"
urlpatterns = [
    path("signin/", signin.sign_in, name="signin"),
    path("signout/", signin.sign_out, name="signout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("help/components/", components.components, name="components"),
]
