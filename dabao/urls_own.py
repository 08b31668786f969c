"""Addresses of the ground floor: signing in, one's own account, administration, the log, the plan's data."""

from django.urls import path

from dabao.views import account, accounts, audit, bulk, components, help_pages, running, settings, signin

app_name = "dabao"
urlpatterns = [
    path("signin/", signin.sign_in, name="signin"),
    path("signout/", signin.sign_out, name="signout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/notices/", account.notices, name="notices"),
    path("admin/accounts/", accounts.listing, name="accounts"),
    path("admin/accounts/new/", accounts.new, name="account-new"),
    path("admin/accounts/bulk/", bulk.upload, name="accounts-bulk"),
    path("admin/accounts/bulk/confirm/", bulk.confirm, name="accounts-bulk-confirm"),
    path("admin/accounts/bulk/template/", bulk.template, name="accounts-template"),
    path("admin/accounts/export/", bulk.export, name="accounts-export"),
    path("admin/accounts/<uuid:account_id>/", accounts.one, name="account-one"),
    path("admin/accounts/<uuid:account_id>/password/", accounts.reset_password, name="account-reset"),
    path("admin/accounts/<uuid:account_id>/disable/", accounts.disable, name="account-disable"),
    path("admin/accounts/<uuid:account_id>/enable/", accounts.enable, name="account-enable"),
    path("admin/accounts/<uuid:account_id>/postings/", accounts.grant, name="posting-grant"),
    path("admin/postings/waiting/", accounts.waiting, name="waiting"),
    path("admin/postings/<uuid:posting_id>/end/", accounts.end, name="posting-end"),
    path("admin/postings/<uuid:posting_id>/hand-over/", accounts.hand_over, name="hand-over"),
    path(
        "admin/postings/<uuid:posting_id>/confirm/",
        accounts.decide,
        {"answer": "confirm"},
        name="posting-confirm",
    ),
    path(
        "admin/postings/<uuid:posting_id>/decline/",
        accounts.decide,
        {"answer": "decline"},
        name="posting-decline",
    ),
    path("admin/units/", running.units, name="units"),
    path("admin/units/members/<uuid:member_id>/leave/", running.leave, name="unit-leave"),
    path("admin/state/", running.state, name="running"),
    path("audit/", audit.listing, name="audit"),
    path("audit/check/", audit.check, name="audit-check"),
    path("audit/export/", audit.export, name="audit-export"),
    path("settings/", settings.index, name="settings"),
    path("settings/plan/", settings.plan, name="settings-plan"),
    path("settings/plan/change/", settings.change_plan, name="settings-plan-change"),
    path("settings/standards/", settings.standards, name="settings-standards"),
    path("settings/standards/new/", settings.new_standard, name="settings-standard-new"),
    path("settings/standards/<uuid:standard_id>/", settings.one_standard, name="settings-standard"),
    path(
        "settings/standards/<uuid:standard_id>/confirm/",
        settings.confirm_standard,
        name="settings-standard-confirm",
    ),
    path("help/components/", components.components, name="components"),
    path("help/", help_pages.chapter, name="help"),
    path("help/<slug:page>/", help_pages.chapter, name="help-page"),
]
