"""Password rules (A02)."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dabao.models import User


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "Ab1!",
        "Abcdef12!",
        "abcdefghij",
        "abcdefghi1",
        "1234567890",
        "ABCDEFGH12",
        "Dayao-2020-4",
        "Minzheng@123",
        "大姚县民政局Ab1",
        "P@ssw0rd12-liyumei",
        "A1" * 65,
    ],
)
def test_a_weak_password_is_refused(weak):
    with pytest.raises(ValidationError):
        validate_password(weak, User(username="liyumei", name="李玉梅"))


@pytest.mark.parametrize("good", ["Kx7-mutou-shan", "Qing3Song+Shu", "雨后Xiaolu42条", "aB3" * 21 + "x"])
def test_a_good_password_is_taken_up_to_64_characters_and_more(good):
    validate_password(good, User(username="liyumei", name="李玉梅"))
