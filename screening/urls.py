"""Addresses of screening: lists and their rows, cases, households."""

from django.urls import path

from screening.views import lists, rows

app_name = "screening"
urlpatterns = [
    path("lists/", lists.lists, name="lists"),
    path("lists/<uuid:pk>/", lists.list_detail, name="list"),
    path("lists/<uuid:pk>/job/", lists.list_job, name="list-job"),
    path("lists/<uuid:pk>/confirm/", lists.list_confirm, name="list-confirm"),
    path("lists/<uuid:pk>/discard/", lists.list_discard, name="list-discard"),
    path("lists/<uuid:pk>/bad-rows/", lists.list_bad_rows, name="list-bad-rows"),
    path("rows/<uuid:pk>/", rows.row, name="row"),
    path("rows/<uuid:pk>/reveal/", rows.row_reveal, name="row-reveal"),
]
