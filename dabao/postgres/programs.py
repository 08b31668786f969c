"""PostgreSQL's own programs on the database in use: the wheel's for the embedded server, else those of PATH.

The password travels in the environment, never on a command line that others may list.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.db import connection
from psycopg.conninfo import make_conninfo

from dabao.embedded import Postgres

PARAMETERS = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")


class ProgramError(RuntimeError):
    """A program that is missing or failed; the message says in Chinese what to do."""


def _path(name: str) -> str:
    if connection.settings_dict["ENGINE"] == "dabao.postgres":
        return str(Postgres.program(name))
    found = shutil.which(name)
    if found is None:
        raise ProgramError(
            f"没有 {name}。请安装 PostgreSQL 客户端（apt install postgresql-client），版本不低于服务器。"
        )
    return found


@contextmanager
def running(name: str, *arguments: str, feeds: bool = False) -> Iterator[IO[bytes]]:
    """The program's output to read, or its input to write when `feeds`; at the end it must have succeeded.

    When the block raises, the program is killed before it sees an end of its input: nothing is committed.
    """
    given = connection.get_connection_params()
    target = make_conninfo(**{key: given[key] for key in PARAMETERS if given.get(key)})
    environment = os.environ | ({"PGPASSWORD": given["password"]} if given.get("password") else {})
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [_path(name), *arguments, f"--dbname={target}"],
            stdin=subprocess.PIPE if feeds else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if feeds else subprocess.PIPE,
            stderr=said,
            env=environment,
        )
        stream = process.stdin if feeds else process.stdout
        assert stream is not None
        try:
            yield stream
            stream.close()
        except BrokenPipeError:
            pass  # it ended early; its own words say why
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.wait() != 0:
            said.seek(0)
            # Only the first line: the following ones may quote rows.
            words = said.readline(400).decode(errors="replace").strip()
            raise ProgramError(f"{name} 没有成功（代码 {process.returncode}）：{words}")
