"""The addresses of the whole system. Paths are English, ids opaque, personal data never part of one.

Each app brings its own `urls.py`; every name in them is declared in `dabao/tests/policy.py`, or the
walk over the resolver fails.
"""

from django.urls import include, path

urlpatterns = [
    path("", include("dabao.urls_own")),
    path("", include("supervision.urls")),
    path("", include("reports.urls")),
    path("", include("screening.urls")),
]
handler400 = "dabao.views.errors.bad_request"
handler403 = "dabao.views.errors.refused"
handler404 = "dabao.views.errors.missing"
handler500 = "dabao.views.errors.failed"
