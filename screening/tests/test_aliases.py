"""Column names: the county adds what the import does not know, and the import then knows it."""

import pytest
from django.urls import reverse

from dabao.models import AuditEvent
from screening.imports.header import alias_table
from screening.imports.kinds import KINDS
from screening.models import ColumnAlias


@pytest.fixture
def as_county(client, cast):
    client.force_login(cast.county)
    return client


def add(client, heading, column="registry:name"):
    return client.post("/settings/aliases/", {"heading": heading, "column": column})


def test_a_heading_that_was_added_is_known_to_the_import(as_county):
    assert add(as_county, " 贫困人口 姓名（填写）").status_code == 302
    alias = ColumnAlias.objects.get()
    table = alias_table(KINDS["registry"], {alias.heading: alias.field})
    assert table[alias.heading][1] == "name"
    assert AuditEvent.objects.get(action="alias.create").object_id == str(alias.pk)


@pytest.mark.parametrize(
    ("heading", "column"),
    [("姓 名", "registry:name"), ("（说明）", "registry:name"), ("", "registry:name"), ("谁", "registry:no")],
)
def test_a_heading_that_is_known_or_says_nothing_is_refused(as_county, heading, column):
    assert add(as_county, heading, column).context["form"].errors
    assert not ColumnAlias.objects.exists()


def test_one_heading_means_one_column(as_county):
    add(as_county, "人名")
    assert "已经有对照" in add(as_county, "人 名", "registry:group").content.decode()


def test_a_deleted_heading_is_forgotten(as_county):
    add(as_county, "人名")
    as_county.post(reverse("screening:alias-delete", args=[ColumnAlias.objects.get().pk]))
    assert not ColumnAlias.objects.exists()
    assert AuditEvent.objects.filter(action="alias.delete").count() == 1


@pytest.mark.parametrize("who", ["officer", "head", "leader", "unit", "admin", "auditor"])
def test_column_names_are_the_county_offices(cast, client_of, who):
    assert client_of(getattr(cast, who)).get("/settings/aliases/").status_code == 403
