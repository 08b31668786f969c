"""A page that comes back torn is refused in words or passed over; it is never an error of the server."""

import pytest
from django.urls import reverse


@pytest.mark.parametrize("name", ["case-draft", "case-withdraw", "case"])
def test_a_version_that_is_no_number_is_no_error(cast, client_of, make_case, name):
    url = reverse(f"screening:{name}", args=[make_case().pk])
    assert client_of(cast.officer).post(url, {"version": "1²"}).status_code < 500
