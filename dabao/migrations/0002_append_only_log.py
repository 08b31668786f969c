"""The audit log and its chain are append-only by the database itself (D03)."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '操作日志只能追加，不能修改或删除';
END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON dabao_auditevent
    FOR EACH ROW EXECUTE FUNCTION refuse_log_change();
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON dabao_auditseal
    FOR EACH ROW EXECUTE FUNCTION refuse_log_change();
"""
ALLOW = """
DROP TRIGGER audit_event_append_only ON dabao_auditevent;
DROP TRIGGER audit_seal_append_only ON dabao_auditseal;
DROP FUNCTION refuse_log_change();
"""


class Migration(migrations.Migration):
    dependencies = [("dabao", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
