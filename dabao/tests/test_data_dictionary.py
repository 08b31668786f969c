"""The dictionary of personal data (docs/data.md) names every table and every column (P03)."""

import re

import pytest
from django.apps import apps
from django.conf import settings

OURS = ("dabao", "screening", "supervision", "reports")
TEXT = (settings.BASE_DIR / "docs" / "data.md").read_text(encoding="utf-8")
BODY, _, NOTHING_PERSONAL = TEXT.partition("## 不含个人信息的表")
SECTIONS = {
    head: set(re.findall(r"`(\w+)`", body))
    for head, body in re.findall(r"^### (\w+\.\w+) [^\n]*\n(.*?)(?=^##|\Z)", BODY, re.M | re.S)
}
MODELS = {model._meta.label: model for app in OURS for model in apps.get_app_config(app).get_models()}


def test_every_table_is_described_or_said_to_hold_nothing_personal():
    listed = set(re.findall(r"`(\w+\.\w+)`", NOTHING_PERSONAL))
    assert set(SECTIONS) | listed == set(MODELS)
    assert not set(SECTIONS) & listed


@pytest.mark.parametrize("label", sorted(SECTIONS))
def test_every_column_of_a_described_table_is_explained(label):
    columns = {field.name for field in MODELS[label]._meta.concrete_fields}
    assert SECTIONS[label] == columns
