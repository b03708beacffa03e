"""Every program of the demo ends when it is told to, also as the first process of a container."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.native.paths import ROOT
from deploy.native.ready import Ready, exists, http_ok
from tests.real.process import free_port, running, wait_until
from tests.real.redis import redis_server

_PATIENCE = 30
"""Seconds, for a machine with much else to do; Docker kills after 10."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and when it is up."""

    command: list[str]
    ready: Ready
    env: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a Redis."""
    with redis_server(tmp_path_factory.mktemp("redis")) as redis:
        yield redis.url()


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """Port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _program(name: str, folder: Path, broker: str, silent: int) -> Program:
    """A program of the demo whose database and application do not answer: an end must not wait for them."""
    port = free_port()
    env = {
        "DEMO_APP_URL": f"http://127.0.0.1:{silent}",
        "DEMO_DATABASE_URL": f"postgresql://postgres:x@127.0.0.1:{silent}/postgres",
        "DEMO_SUPERUSER_URL": f"postgresql://postgres:x@127.0.0.1:{silent}/postgres",
        "DEMO_BROKER_URL": broker,
        "DEMO_ACCESS_SQL": "postgres.sql",
        "DEMO_PORT": str(port),
        "DEMO_READY_FILE": str(folder / "ready"),
        "DEMO_OWNER_PASSWORD": "x",
        "DEMO_VIGIE_PASSWORD": "x",
        "INBOX_FOLDER": str(folder / "inbox"),
        "INBOX_PORT": str(port),
        "VENDORS_PORT": str(port),
    }
    ready = {
        "app": http_ok(f"http://127.0.0.1:{port}/"),
        "inbox": http_ok(f"http://127.0.0.1:{port}/health"),
        "vendors": http_ok(f"http://127.0.0.1:{port}/health"),
        "worker": exists(folder / "ready"),
    }
    celery = ["celery", "--app", "demo.tasks", "worker", "--pool", "prefork", "--concurrency", "1"]
    module = celery if name == "worker" else [f"demo.{name}"]
    return Program([sys.executable, "-m", *module], ready.get(name, lambda: True), env)


def _handles(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal: without one the first process of a container ignores it."""
    status = Path(f"/proc/{pid}/status").read_text()
    [mask] = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.mark.parametrize("name", ["app", "database", "inbox", "traffic", "vendors", "worker"])
def test_sigterm_ends_it_with_status_0(name: str, tmp_path: Path, broker: str, silent: int) -> None:
    program = _program(name, tmp_path, broker, silent)
    with running(program.command, program.ready, tmp_path / "log", env=program.env, cwd=ROOT) as process:
        wait_until(lambda: _handles(process.pid, signal.SIGTERM), "a handler for SIGTERM", seconds=_PATIENCE)
        process.terminate()
        assert process.wait(_PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("name", ["app", "database", "inbox", "traffic", "vendors"])
def test_ctrl_c_ends_it_quietly(name: str, tmp_path: Path, broker: str, silent: int) -> None:
    program = _program(name, tmp_path, broker, silent)
    with running(program.command, program.ready, tmp_path / "log", env=program.env, cwd=ROOT) as process:
        wait_until(lambda: _handles(process.pid, signal.SIGTERM), "a handler for SIGTERM", seconds=_PATIENCE)
        process.send_signal(signal.SIGINT)
        assert process.wait(_PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
