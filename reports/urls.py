"""Addresses of reports. A month is YYYY-MM; a township its region code, which names nobody."""

from datetime import date

from django.urls import path, register_converter

from reports.views import calendar, county, documents, monthly, report, requests


class MonthConverter:
    """2020-04 ↔ the first day of April 2020."""

    regex = r"20[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date | str) -> str:
        return value if isinstance(value, str) else f"{value:%Y-%m}"


register_converter(MonthConverter, "month")

app_name = "reports"
urlpatterns = [
    path("reports/", calendar.calendar, name="calendar"),
    path("reports/export/", calendar.export, name="calendar-export"),
    path("reports/<month:month>/county/", county.county, name="county"),
    path("reports/<month:month>/county/document/", county.paper, name="county-document"),
    path("reports/<month:month>/table/", documents.table, name="table"),
    path("reports/<month:month>/<slug:code>/", report.report, name="report"),
    path("reports/<month:month>/<slug:code>/meeting/", monthly.meeting, name="meeting"),
    path("reports/<month:month>/<slug:code>/meeting/file/", monthly.meeting_file, name="meeting-file"),
    path("reports/<month:month>/<slug:code>/feedback/", monthly.feedback, name="feedback"),
    path("reports/<month:month>/<slug:code>/return/", report.give_back, {"by": "county"}, name="return"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<uuid:request_id>/", requests.one, name="request"),
    path("reports/<month:month>/<slug:code>/document/", documents.township, name="document"),
    path("reports/<month:month>/<slug:code>/draft/", report.draft, name="draft"),
    path("reports/<month:month>/<slug:code>/back/", report.give_back, {"by": "head"}, name="back"),
    path("reports/<month:month>/<slug:code>/cases/", report.cases, name="cases"),
]
