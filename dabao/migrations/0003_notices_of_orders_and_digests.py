import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dabao", "0002_append_only_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="email",
            field=models.EmailField(
                blank=True, help_text="收每日汇总，可不填", max_length=254, verbose_name="邮箱"
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("report_due", "月报快到期"),
                    ("meeting_due", "研究会快到期"),
                    ("feedback_due", "反馈快到期"),
                    ("dispatch", "调度"),
                    ("dispatch_urged", "调度催办"),
                    ("dispatch_copy", "抄送调度"),
                    ("dispatch_asked", "要求延期"),
                    ("bulletin", "通报"),
                    ("finding", "督战整改"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="subject",
            field=models.CharField(max_length=80, verbose_name="事项"),
        ),
        migrations.CreateModel(
            name="Digest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("day", models.DateField(verbose_name="哪天")),
                ("since", models.DateField(blank=True, null=True, verbose_name="上一次")),
                ("lines", models.PositiveSmallIntegerField(verbose_name="几件")),
                ("mailed_at", models.DateTimeField(blank=True, null=True, verbose_name="邮件发于")),
                ("mail_error", models.CharField(blank=True, max_length=200, verbose_name="邮件没发出的原因")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="digests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="给谁",
                    ),
                ),
            ],
            options={
                "verbose_name": "每日汇总",
                "verbose_name_plural": "每日汇总",
                "ordering": ["-day"],
                "constraints": [models.UniqueConstraint(fields=("user", "day"), name="digest_once_a_day")],
            },
        ),
    ]
