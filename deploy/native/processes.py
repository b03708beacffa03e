"""
Processes that outlive the command that started them, and are still known for certain afterwards.

A pid alone is reused by the system; a pid with its start time and the boot is not. Nothing is ever signalled by name.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

_STATE, _START_TIME = 0, 19
"""Fields of /proc/<pid>/stat after the command's name, see proc(5)."""


@dataclass(frozen=True, slots=True)
class Process:
    """
    A process of ours.

    Attributes:
        pid: Its number, which is also that of its session and group.
        started: Clock ticks after boot.
        boot: Which boot.
        digest: Of what it was started with; another digest means that it must be started again.
        stop: Signal that ends it politely.
    """

    pid: int
    started: int
    boot: str
    digest: str
    stop: int

    @property
    def alive(self) -> bool:
        """Whether exactly this process still runs."""
        return start_time(self.pid) == self.started and _boot() == self.boot


def spawn(  # noqa: PLR0913 - a command and its surroundings, all by name
    command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, log: Path, digest: str, stop: int
) -> Process:
    """Start a process in a session of its own, with its output in `log`; the log of its last life is kept as `.1`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - our own commands
            [str(part) for part in command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = start_time(child.pid)
    child.returncode = 0  # it is not ours to wait for: it lives on when this program ends
    return Process(child.pid, started or 0, _boot(), digest, stop)


def end(process: Process, *, seconds: float = 15) -> None:
    """End a process and its children: politely, then by force. One that is gone, or is another now, is left alone."""
    if not process.alive:
        return
    os.kill(process.pid, process.stop)
    deadline = time.monotonic() + seconds
    while process.alive:
        if time.monotonic() > deadline:
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.02)
    _reap(process.pid)


def _reap(pid: int) -> None:
    """Take the exit status of a child of this very program, if it is one."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


class Book:
    """The processes that were started, by name, in a folder that outlives us; `<name>.pid` there is for people."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, process: Process) -> None:
        """Remember a process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path(name).write_text(json.dumps(asdict(process)) + "\n")
        self._path(name).with_suffix(".pid").write_text(f"{process.pid}\n")

    def read(self, name: str) -> Process | None:
        """The process of that name, if it was started and still runs."""
        try:
            process = Process(**json.loads(self._path(name).read_text()))
        except (FileNotFoundError, ValueError, TypeError):  # not there, or half-written when the machine stopped
            return None
        return process if process.alive else None

    def forget(self, name: str) -> None:
        """Remove a process from the book."""
        self._path(name).unlink(missing_ok=True)
        self._path(name).with_suffix(".pid").unlink(missing_ok=True)

    def names(self) -> list[str]:
        """Whatever was started, the latest first."""
        return [path.stem for path in sorted(self.folder.glob("*.json"), key=lambda path: -path.stat().st_mtime_ns)]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def start_time(pid: int) -> int | None:
    """When a running process was started, in clock ticks after boot; None when there is none or it is a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[_STATE] in "ZX" else int(fields[_START_TIME])


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
