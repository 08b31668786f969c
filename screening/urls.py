"""Addresses of screening: lists and their rows, cases, households."""

from django.urls import path

from screening.views import aliases, cases, household, lists, recheck, rows

app_name = "screening"
urlpatterns = [
    path("cases/", cases.cases, name="cases"),
    path("cases/search/", cases.search, name="case-search"),
    path("cases/export/", cases.export, name="cases-export"),
    path("cases/assign/", cases.assign, name="cases-assign"),
    path("cases/next/", cases.following, name="case-next"),
    path("cases/new/", cases.new, name="case-new"),
    path("cases/<uuid:case_id>/", household.case, name="case"),
    path("cases/<uuid:case_id>/draft/", household.draft, name="case-draft"),
    path("cases/<uuid:case_id>/resolve/", household.resolve, name="case-resolve"),
    path("cases/<uuid:case_id>/withdraw/", household.withdraw, name="case-withdraw"),
    path("cases/<uuid:case_id>/correct/", household.correct, name="case-correct"),
    path("cases/<uuid:case_id>/close/", household.close, name="case-close"),
    path("cases/<uuid:case_id>/reopen/", household.reopen, name="case-reopen"),
    path("cases/<uuid:case_id>/numbers/", household.reveal, name="case-reveal"),
    path("recheck/", recheck.desk, name="recheck"),
    path("recheck/<uuid:case_id>/", recheck.case, name="recheck-case"),
    path("lists/", lists.lists, name="lists"),
    path("lists/<uuid:pk>/", lists.list_detail, name="list"),
    path("lists/<uuid:pk>/job/", lists.list_job, name="list-job"),
    path("lists/<uuid:pk>/confirm/", lists.list_confirm, name="list-confirm"),
    path("lists/<uuid:pk>/discard/", lists.list_discard, name="list-discard"),
    path("lists/<uuid:pk>/bad-rows/", lists.list_bad_rows, name="list-bad-rows"),
    path("settings/aliases/", aliases.aliases, name="aliases"),
    path("settings/aliases/<uuid:alias_id>/delete/", aliases.delete, name="alias-delete"),
    path("rows/<uuid:pk>/", rows.row, name="row"),
    path("rows/<uuid:pk>/reveal/", rows.row_reveal, name="row-reveal"),
]
