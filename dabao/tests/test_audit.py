"""The log stands with its change, cannot be altered, and its chain names what was (D01–D04)."""

import pytest
from django.db import DatabaseError, connection, transaction

from dabao import audit
from dabao.models import AuditEvent, AuditSeal, User


@pytest.fixture
def three_events(cast):
    with transaction.atomic():
        for number in range(3):
            audit.record("test.event", actor=cast.officer, obj=cast.officer, number=number)


@pytest.mark.usefixtures("three_events")
@pytest.mark.parametrize("model", [AuditEvent, AuditSeal])
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_log(model, change):
    audit.seal_events()
    table, column = model._meta.db_table, model._meta.pk.column
    with (
        pytest.raises(DatabaseError, match="只能追加"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table, column, column))


@pytest.mark.usefixtures("three_events")
def test_a_sound_chain_verifies_and_sealing_again_adds_nothing():
    assert audit.seal_events() == 3
    assert audit.seal_events() == 0
    assert audit.verify_chain() == []


@pytest.mark.usefixtures("three_events")
def test_a_byte_changed_behind_the_database_is_named():
    audit.seal_events()
    event = AuditEvent.objects.order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE dabao_auditevent SET action = 'other' WHERE id = %s", [event.pk])
    assert str(event.pk) in audit.verify_chain()[0]


@pytest.mark.usefixtures("three_events")
def test_a_missing_link_is_named():
    audit.seal_events()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM dabao_auditseal WHERE number = 2")
    assert audit.verify_chain()


def test_change_and_event_stand_or_fall_together(cast):
    def change_and_fail() -> None:
        with transaction.atomic():
            User.objects.filter(pk=cast.officer.pk).update(office="别处")
            audit.record("test.event", actor=cast.officer)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert not AuditEvent.objects.filter(action="test.event").exists()
    cast.officer.refresh_from_db()
    assert cast.officer.office == ""


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        audit.record("test.event", actor=None)
