import django.contrib.postgres.functions
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dabao", "0003_notices_of_orders_and_digests"),
        ("supervision", "0003_inspections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispatch",
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
                ("version", models.PositiveIntegerField(db_default=1, default=1, verbose_name="版本")),
                ("number", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="号")),
                ("title", models.CharField(max_length=60, verbose_name="标题")),
                ("text", models.TextField(max_length=2000, verbose_name="要做什么")),
                ("reply_by", models.DateField(verbose_name="回复限期")),
                ("finish_by", models.DateField(blank=True, null=True, verbose_name="完成限期")),
                ("to_units", models.BooleanField(default=True, verbose_name="抄送督战股室")),
                ("written_on", models.DateField(verbose_name="起草日")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="发出日")),
                ("issued_at", models.DateTimeField(blank=True, null=True, verbose_name="发出于")),
                ("by_leader", models.BooleanField(default=False, verbose_name="局领导发的")),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发令人",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispatches",
                        to="dabao.workplan",
                        verbose_name="方案",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="dabao.region", verbose_name="县"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度令",
                "verbose_name_plural": "调度令",
                "ordering": ["-issued_on", "-number", "-written_on"],
            },
        ),
        migrations.CreateModel(
            name="DispatchCopy",
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
                (
                    "dispatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="copies",
                        to="supervision.dispatch",
                        verbose_name="调度令",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="抄送",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度抄送",
                "verbose_name_plural": "调度抄送",
            },
        ),
        migrations.CreateModel(
            name="DispatchPlace",
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
                ("version", models.PositiveIntegerField(db_default=1, default=1, verbose_name="版本")),
                ("reply_by", models.DateField(blank=True, null=True, verbose_name="回复限期")),
                ("finish_by", models.DateField(blank=True, null=True, verbose_name="完成限期")),
                ("figures", models.JSONField(blank=True, default=dict, verbose_name="发出时的户数")),
                ("read_on", models.DateField(blank=True, null=True, verbose_name="读于哪天")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="读于")),
                ("replied_on", models.DateField(blank=True, null=True, verbose_name="回复日")),
                ("accepted_on", models.DateField(blank=True, null=True, verbose_name="认可回复日")),
                ("finished_on", models.DateField(blank=True, null=True, verbose_name="报办完日")),
                ("done_on", models.DateField(blank=True, null=True, verbose_name="办结日")),
                ("asked_until", models.DateField(blank=True, null=True, verbose_name="要延到")),
                (
                    "dispatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="supervision.dispatch",
                        verbose_name="调度令",
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="谁读的",
                    ),
                ),
                (
                    "township",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dabao.region",
                        verbose_name="乡镇",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度到乡镇",
                "verbose_name_plural": "调度到乡镇",
                "ordering": ["dispatch", "township"],
            },
        ),
        migrations.CreateModel(
            name="DispatchTurn",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("replied", "回复"),
                            ("finished", "报办完"),
                            ("asked", "请求延期"),
                            ("accepted", "认可回复"),
                            ("returned", "退回重报"),
                            ("extended", "延期"),
                            ("refused", "不同意延期"),
                            ("urged", "催办"),
                            ("done", "办结"),
                        ],
                        max_length=10,
                        verbose_name="做了什么",
                    ),
                ),
                ("day", models.DateField(verbose_name="哪天")),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("text", models.TextField(blank=True, max_length=2000, verbose_name="内容")),
                ("until", models.DateField(blank=True, null=True, verbose_name="到哪天")),
                ("file_name", models.CharField(blank=True, max_length=100, verbose_name="附件名")),
                ("stored_as", models.CharField(blank=True, max_length=80, verbose_name="附件存放名")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="谁",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="turns",
                        to="supervision.dispatchplace",
                        verbose_name="调度到乡镇",
                    ),
                ),
            ],
            options={
                "verbose_name": "调度经过",
                "verbose_name_plural": "调度经过",
                "ordering": ["place", "at"],
            },
        ),
        migrations.CreateModel(
            name="Bulletin",
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
                ("version", models.PositiveIntegerField(db_default=1, default=1, verbose_name="版本")),
                ("number", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "起草中"),
                            ("to_approve", "待批"),
                            ("approved", "已批，待发"),
                            ("issued", "已发"),
                        ],
                        default="draft",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("day", models.DateField(verbose_name="数字日期")),
                ("addressee", models.CharField(max_length=100, verbose_name="主送")),
                ("copies", models.CharField(blank=True, max_length=100, verbose_name="抄送")),
                ("drafted", models.JSONField(default=dict, verbose_name="起草的话")),
                ("texts", models.JSONField(default=dict, verbose_name="正文")),
                ("table", models.JSONField(default=list, verbose_name="各乡镇进度")),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="退回说明")),
                ("saved_at", models.DateTimeField(blank=True, null=True, verbose_name="存于")),
                ("approved_on", models.DateField(blank=True, null=True, verbose_name="批准日")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="发出日")),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="批准人",
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发出人",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulletins",
                        to="dabao.workplan",
                        verbose_name="方案",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="dabao.region", verbose_name="县"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="起草人",
                    ),
                ),
            ],
            options={
                "verbose_name": "督战通报",
                "verbose_name_plural": "督战通报",
                "ordering": ["-number", "-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="bulletin_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "issued"), _negated=True),
                        fields=("plan",),
                        name="bulletin_one_in_work",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("issued_on__isnull", False), ("number__isnull", False), ("state", "issued")
                            ),
                            models.Q(
                                models.Q(("state", "issued"), _negated=True),
                                ("issued_on", None),
                                ("number", None),
                            ),
                            _connector="OR",
                        ),
                        name="bulletin_issued_has_its_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("draft", "to_approve")),
                            ("approved_on__isnull", False),
                            _connector="OR",
                        ),
                        name="bulletin_approved_has_its_day",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.UniqueConstraint(fields=("plan", "number"), name="dispatch_number_once"),
        ),
        migrations.AddConstraint(
            model_name="dispatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issued_at", None), ("issued_by", None), ("issued_on", None), ("number", None)),
                    models.Q(
                        ("issued_at__isnull", False),
                        ("issued_by__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="dispatch_issued_has_its_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="dispatchcopy",
            constraint=models.UniqueConstraint(fields=("dispatch", "user"), name="dispatch_copy_once"),
        ),
        migrations.AddConstraint(
            model_name="dispatchplace",
            constraint=models.UniqueConstraint(fields=("dispatch", "township"), name="dispatch_place_once"),
        ),
        migrations.AddConstraint(
            model_name="dispatchplace",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_on", None), ("replied_on__isnull", False), _connector="OR"),
                name="dispatch_accepted_was_replied",
            ),
        ),
    ]
