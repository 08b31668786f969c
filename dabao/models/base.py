"""What every record has: an opaque id, and, where people edit it, a version."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models


class Opaque(models.Model):
    """A record whose id may stand in a URL (B10); rows written by SQL get theirs from the database."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)

    class Meta:
        abstract = True


class Editable(Opaque):
    """A record that people edit: whoever saves an older version than the one stored is shown both (E02)."""

    version = models.PositiveIntegerField("版本", default=1, db_default=1)

    class Meta:
        abstract = True
