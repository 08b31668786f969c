"""Password rules (A02)."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from dabao.models import Region, User


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
        "Chuxiong+2020",
        "大姚好地方Ab1x",
        "P@ssw0rd12-liyumei",
        "A1" * 65,
    ],
)
def test_a_weak_password_is_refused(county, weak):
    with pytest.raises(ValidationError):
        validate_password(weak, User(username="liyumei", name="李玉梅"))


@pytest.mark.parametrize("good", ["Kx7-mutou-shan", "Qing3Song+Shu", "雨后Xiaolu42条", "aB3" * 21 + "x"])
def test_a_good_password_is_taken_up_to_64_characters_and_more(county, good):
    validate_password(good, User(username="liyumei", name="李玉梅"))


def test_the_names_of_the_place_come_from_its_plan(county):
    Region.objects.filter(code="532326").update(name="永仁县")
    validate_password("Dayao-2020-4", User(username="liyumei"))
    with pytest.raises(ValidationError):
        validate_password("Yongren-2020", User(username="liyumei"))
