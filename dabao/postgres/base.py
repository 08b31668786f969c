"""Starts or joins the embedded PostgreSQL at a process's first connection.

Used when no `DATABASE_URL` is given, so that any `manage.py` command, a test, the web server or a
worker finds its database without being told how; commands that need none never start it.
"""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from dabao.embedded import Postgres


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        Postgres.of(settings.DABAO_DATA_DIR).join()
        return super().get_new_connection(conn_params)
