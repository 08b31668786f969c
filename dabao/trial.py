"""`make run`: everything from nothing under one parent process.

Prepares database and demo data, then keeps Redis, web server, Celery worker and beat running until
Ctrl-C. What dies is started again; what a kill -9 left behind is taken over or cleared at the next start.
"""

import fcntl
import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from types import FrameType
from typing import TextIO

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from dabao import ports
from dabao.embedded import EmbeddedError, Postgres, Redis
from dabao.supervisor import Child

REFUSED = 2
INTERRUPTED = 130
READY_SECONDS = 60
EMBEDDED = "dabao.postgres"


class Trial:
    """The running trial: its children and the wish to end."""

    def __init__(self, port: int, out: TextIO) -> None:
        self.port = port
        self.out = out
        self.ending = False
        self.children = self._plan_children()

    def _plan_children(self) -> list[Child]:
        data_dir = settings.DABAO_DATA_DIR
        python = [sys.executable, "-m"]
        # Two processes of four threads do for a handful of testers on two cores.
        web = f"gunicorn dabao.wsgi --bind 0.0.0.0:{self.port} --workers 2 --threads 4 --preload"
        patience = "--timeout 120 --graceful-timeout 10 --no-control-socket"
        worker = "celery -A dabao worker --concurrency 2 --loglevel INFO --without-mingle"
        beat = ["celery", "-A", "dabao", "beat", "--pidfile=", "--schedule", str(data_dir / "beat")]
        commands = {
            "web": [*python, *web.split(), *patience.split()],
            "worker": [*python, *worker.split()],
            "beat": [*python, *beat],
        }
        if not os.environ.get("REDIS_URL"):
            commands = {"redis": Redis(data_dir).command()} | commands
        return [Child(name, command, data_dir / "logs") for name, command in commands.items()]

    def run(self) -> int:
        """Start all, print the address when it answers, watch until told to end. Exit code."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end_soon)
        try:
            self._start("redis", "web")
            if self._wait_until_ready():
                self._announce()
            self._start("worker", "beat")  # after the page answers: nobody waits for them
            while not self.ending:
                self._watch()
                time.sleep(0.5)
        finally:
            for child in reversed(self.children):
                child.end()
        self._say("已全部停止。")
        return 0

    def _start(self, *names: str) -> None:
        for child in self.children:
            if child.name in names and not self.ending:
                child.start()

    def _end_soon(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 signal's signature
        self.ending = True

    def _watch(self) -> None:
        if settings.DATABASES["default"]["ENGINE"] == EMBEDDED:
            Postgres.of(settings.DABAO_DATA_DIR).revive()
        for child in self.children:
            if child.restart_if_dead():
                self._say(f"{child.name} 意外退出，已重新启动（日志：{child.logs / child.name}.log）。")

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not self.ending and time.monotonic() < deadline:
            self._watch()
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/signin/", timeout=5)
            except urllib.error.HTTPError:
                return True  # it answers; what it answers is not for here
            except OSError:
                time.sleep(0.2)
            else:
                return True
        if not self.ending:
            self._say(f"网页服务 {READY_SECONDS} 秒内没有应答，仍在等待。请看日志。")
        return False

    def _announce(self) -> None:
        from dabao import naming

        self._say("")
        self._say(f"{naming.current().product}：{address(self.port)}")
        self._say(f"手机或其他电脑（同一网络）：http://{local_address()}:{self.port}/")
        self._say(f"业务日期 {settings.DABAO_TODAY}（演示）。日志在 {settings.DABAO_DATA_DIR / 'logs'}")
        call_command("demo_accounts", stdout=self.out)
        self._say("按 Ctrl-C 停止。")

    def _say(self, line: str) -> None:
        self.out.write(line + "\n")
        self.out.flush()


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


def local_address() -> str:
    """This machine's address in its network, by the route that a packet would take; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def prepare(out: TextIO) -> None:
    """Migrations, plan data, demo data. Each is safe to run again, so an interrupted start goes on."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_plan", stdout=out)
    seeded = settings.DABAO_DATA_DIR / "seeded"
    database = f"{connection.settings_dict['HOST']}/{connection.settings_dict['NAME']}"
    if not seeded.exists() or seeded.read_text() != database:
        call_command("seed_demo", stdout=out)
        seeded.write_text(database)
    connection.close()


def main() -> int:
    out = sys.stdout
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the children stand
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dabao.settings")
    try:
        django.setup()
        if settings.PRODUCTION:
            out.write("make run 只用于演示。正式环境的启动办法见 docs/deployment.md。\n")
            return REFUSED
        settings.DABAO_DATA_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.DABAO_DATA_DIR / "run.json").open("a+") as note:
            return run_alone(note, out)
    except (ImproperlyConfigured, EmbeddedError, ports.PortTakenError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return REFUSED
    except KeyboardInterrupt:
        out.write("准备工作已中断；下次启动会接着做。\n")
        return INTERRUPTED


def run_alone(note: TextIO, out: TextIO) -> int:
    """Run the trial unless another one runs in this data folder: then say where."""
    try:
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        note.seek(0)
        out.write(f"已经在运行：{json.loads(note.read() or '{}').get('address', '正在启动，请稍候')}\n")
        return 0
    port = ports.choose(os.environ.get("PORT", ""))
    if port != ports.DEFAULT and not os.environ.get("PORT"):
        out.write(f"端口 {ports.DEFAULT} 已被占用，改用 {port}。\n")
    note.truncate(0)
    note.write(json.dumps({"address": address(port)}))
    note.flush()
    prepare(out)
    return Trial(port, out).run()


if __name__ == "__main__":
    sys.exit(main())
