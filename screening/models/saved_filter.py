"""A filter of the ledger that somebody keeps under a name of his own (C12)."""

from django.db import models

from dabao.models import Opaque, User


class SavedFilter(Opaque):
    """`query` is what `CaseFilters.query_string` gives; never a name or number of a person."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="谁的", related_name="+")
    name = models.CharField("名称", max_length=20)
    query = models.CharField("条件", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "存下的筛选"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_filter_name_once",
                violation_error_message="你已经有一个叫这个名字的筛选。换一个名字再存。",
            )
        ]
