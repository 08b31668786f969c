"""The trial's children: restarted when they die, ended with their parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dabao.supervisor import Child

SLEEPER = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(60)"]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    child = Child("sleeper", SLEEPER, tmp_path)
    child.start()
    yield child
    child.end(0.1)


def within(seconds: float, condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def test_a_living_child_is_left_alone(child):
    assert not child.restart_if_dead()


def test_a_dead_child_is_started_again(child):
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert within(5, child.restart_if_dead)
    assert child.process.pid != first
    assert child.process.poll() is None


def test_a_child_that_keeps_dying_waits_longer_each_time(tmp_path):
    child = Child("dying", ["false"], tmp_path)
    child.start()
    assert within(5, child.restart_if_dead)
    assert child.pause == 1.0
    child.process.wait()
    assert not child.restart_if_dead()
    child.started -= 1.0
    assert child.restart_if_dead()
    assert child.pause == 2.0


def test_a_child_deaf_to_the_request_is_killed_with_its_own_children(tmp_path):
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True);"
        "time.sleep(60)"
    )
    child = Child("deaf", [sys.executable, "-c", script], tmp_path)
    child.start()
    log = tmp_path / "deaf.log"
    assert within(10, lambda: log.exists() and log.read_text().strip())
    child.end(0.2)
    assert child.process.returncode == -signal.SIGKILL
    assert within(5, lambda: not is_alive(int(log.read_text())))


def test_children_end_with_a_parent_that_was_killed(tmp_path):
    script = f"""
import sys, time
from pathlib import Path
from dabao.supervisor import Child
child = Child("sleeper", {SLEEPER!r}, Path({str(tmp_path)!r}))
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    orphan = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert within(5, lambda: not is_alive(orphan))


def is_alive(pid: int) -> bool:
    """Running, not merely waiting to be buried."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
