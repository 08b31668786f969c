"""Child processes of the trial under one parent: started, watched, restarted, ended together."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
ENDING_SECONDS = 15.0


def _die_with_parent() -> None:
    """The kernel ends the child when the parent is gone, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """One program of the trial. Its output goes to `<logs>/<name>.log`."""

    name: str
    command: list[str]
    logs: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0  # seconds before the next restart; doubles while the program keeps dying

    def start(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{self.name}.log").open("ab") as sink:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C reaches the parent only, which ends all in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 the parent has one thread
            )
        self.started = time.monotonic()

    def restart_if_dead(self) -> bool:
        """Start it again when it has died, after a growing pause. True when it was started."""
        if self.process is None or self.process.poll() is None:
            return False
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.pause = 0.0
        if time.monotonic() - self.started < self.pause:
            return False
        logger.warning("%s ended with %s, starting it again", self.name, self.process.returncode)
        self._signal(signal.SIGKILL)  # its own children, if any are left
        self.pause = min(max(1.0, self.pause * 2), LONGEST_PAUSE)
        self.start()
        return True

    def end(self, seconds: float = ENDING_SECONDS) -> None:
        """Ask it to end, and insist when it has not after so many seconds."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """To the whole process group: a killed web server's workers must not keep its port."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)
