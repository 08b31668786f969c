from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("screening", "0005_saved_filters"),
    ]

    operations = [
        migrations.AddField(
            model_name="membercheck",
            name="died_on",
            field=models.DateField(blank=True, null=True, verbose_name="去世日期"),
        ),
        migrations.AddField(
            model_name="membercheck",
            name="left_on",
            field=models.DateField(blank=True, null=True, verbose_name="迁出日期"),
        ),
        migrations.AddField(
            model_name="membercheck",
            name="named_head",
            field=models.BooleanField(default=False, verbose_name="改为户主"),
        ),
        migrations.AddField(
            model_name="verification",
            name="dependent",
            field=models.BooleanField(
                blank=True, null=True, verbose_name="有重残重病的人靠家庭供养、无法单独立户"
            ),
        ),
        migrations.AddField(
            model_name="verification",
            name="family",
            field=models.JSONField(blank=True, default=list, verbose_name="改了户籍底数的哪些栏"),
        ),
        migrations.AddField(
            model_name="verification",
            name="hardship",
            field=models.BooleanField(blank=True, null=True, verbose_name="遇到急难或大额支出"),
        ),
        migrations.AddField(
            model_name="verification",
            name="hardship_note",
            field=models.CharField(blank=True, max_length=200, verbose_name="急难说明"),
        ),
    ]
