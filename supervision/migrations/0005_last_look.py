import django.contrib.postgres.functions
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("supervision", "0004_dispatches_and_bulletins"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastLook",
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
                ("day", models.DateField(verbose_name="业务日")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="时间")),
                ("figures", models.JSONField(default=dict, verbose_name="当时的数")),
                ("before_day", models.DateField(blank=True, null=True, verbose_name="上一次的业务日")),
                ("before_at", models.DateTimeField(blank=True, null=True, verbose_name="上一次的时间")),
                ("before", models.JSONField(blank=True, default=dict, verbose_name="上一次的数")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="谁",
                    ),
                ),
            ],
            options={"verbose_name": "上次看首页", "verbose_name_plural": "上次看首页"},
        ),
    ]
