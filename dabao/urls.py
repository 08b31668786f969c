"""The addresses of the whole system. Paths are English, ids opaque, personal data never part of one.

Each app brings its own `urls.py`; every name in them is declared in `dabao/tests/policy.py`, or the
walk over the resolver fails.
"""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("dabao.urls_own")),
    *(
        path("", include(f"{app}.urls"))
        for app in ("supervision", "reports", "screening")
        if find_spec(f"{app}.urls")
    ),
]
handler400 = "dabao.views.errors.bad_request"
handler403 = "dabao.views.errors.refused"
handler404 = "dabao.views.errors.missing"
handler500 = "dabao.views.errors.failed"
