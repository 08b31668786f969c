"""The embedded PostgreSQL: start, join, last one out, and what kill -9 leaves behind (F23)."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dabao.embedded import Postgres, Redis, process_is, socket_folder

USER_PROCESS = """
import sys
from pathlib import Path
from dabao.embedded import Postgres
Postgres.of(Path(sys.argv[1])).join()
print("joined", flush=True)
sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder of its own, so that the tests' own server stays out of it."""
    path = Path(tempfile.mkdtemp(prefix="dabao-"))
    yield path
    Postgres(path).stop()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def another(folder: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts another process that uses the server and stays until its input is closed."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USER_PROCESS, str(folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "joined\n"
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    Postgres(folder).stop()


def answers(folder: Path) -> bool:
    with psycopg.connect(host=str(socket_folder(folder)), user="postgres", dbname="postgres") as connection:
        return connection.execute("select 1").fetchone() == (1,)


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("")
    assert process.returncode == 0


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while process_is(pid, "postgres", "") and time.monotonic() < deadline:
        time.sleep(0.05)


def test_the_second_process_joins_and_the_last_one_stops_the_server(folder, another):
    first, second = another(), another()
    pid = Postgres(folder).pid()
    assert pid is not None
    assert answers(folder)
    leave(first)
    assert Postgres(folder).pid() == pid
    leave(second)
    assert Postgres(folder).pid() is None


def test_a_user_killed_without_warning_does_not_count_any_more(folder, another):
    killed, other = another(), another()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    leave(other)
    assert Postgres(folder).pid() is None


def test_a_server_left_running_without_users_is_taken_over(folder, another):
    killed = another()
    pid = Postgres(folder).pid()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert Postgres(folder).pid() == pid
    leave(another())
    assert Postgres(folder).pid() is None


def test_after_kill_9_of_the_server_the_next_process_starts_it_again(folder, another):
    killed = another()
    pid = Postgres(folder).pid()
    for victim in (pid, killed.pid):
        os.kill(victim, signal.SIGKILL)
    killed.wait()
    wait_until_gone(pid)
    assert (folder / "postgres" / "postmaster.pid").exists()
    another()
    assert Postgres(folder).pid() not in (None, pid)
    assert answers(folder)


def test_a_pid_file_whose_pid_now_belongs_to_another_program_is_no_obstacle(folder, another):
    leave(another())
    stale = folder / "postgres" / "postmaster.pid"
    stale.write_text(
        f"{os.getpid()}\n{folder / 'postgres'}\n0\n5432\n{socket_folder(folder)}\n\n0 0\nready\n"
    )
    assert Postgres(folder).pid() is None
    another()
    assert answers(folder)


def test_a_half_made_cluster_is_made_anew(another, folder):
    leave(another())
    (folder / "postgres" / "PG_VERSION").unlink()
    another()
    assert answers(folder)


def test_a_fork_is_a_user_of_its_own(folder):
    script = """
import os, sys
from pathlib import Path
from dabao.embedded import Postgres
folder = Path(sys.argv[1])
Postgres.of(folder).join()
if os.fork() == 0:
    Postgres.of(folder).join()
    sys.exit(0)
os.wait()
assert Postgres(folder).pid() is not None, "the child stopped the parent's server"
"""
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)
    assert Postgres(folder).pid() is None


def test_sockets_of_a_deep_folder_move_to_a_short_place(tmp_path):
    deep = tmp_path / ("x" * 100)
    assert len(str(socket_folder(deep) / ".s.PGSQL.5432.lock")) < 108
    assert socket_folder(deep) != socket_folder(tmp_path / ("y" * 100))
    assert socket_folder(Path("/srv/dabao")) == Path("/srv/dabao/run")


def test_redis_ends_the_server_that_a_kill_left_on_its_socket(tmp_path):
    command = Redis(tmp_path).command()
    left = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 5
    while not Redis(tmp_path).socket.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert Redis(tmp_path).command() == command
    assert left.wait(5) == -signal.SIGKILL
