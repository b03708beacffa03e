"""Ctrl-C and SIGTERM, at whatever moment they come: quiet, in time, and with the status that shells expect."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.process import ROOT, VIGIE, environment
from tests.real.process import wait_until

_HANDLED = 1 << (signal.SIGTERM - 1)


def _is_ours(process: subprocess.Popen[str]) -> bool:
    """Whether Vigie's own first lines have run: Python itself handles SIGINT, but not SIGTERM."""
    with contextlib.suppress(FileNotFoundError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) & _HANDLED)
    return process.poll() is not None


def _heed() -> None:
    """A shell's background job ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def _started(folder: Path, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own
        [*VIGIE, *map(str, arguments)],
        cwd=folder,
        env=environment({"PYTHONDONTWRITEBYTECODE": "1"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_heed,  # noqa: PLW1509 - before any thread that matters
    )
    try:
        wait_until(lambda: _is_ours(process), "the first lines of Vigie", seconds=60)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield server
        server.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def _configure(folder: Path, server: socket.socket) -> None:
    address = f"127.0.0.1:{server.getsockname()[1]}"
    (folder / "token").write_text("made-up-key")
    (folder / "token").chmod(0o600)
    (folder / "vigie.yaml").write_text(
        "product: shop\n"
        f"app:\n  metrics: http://{address}/metrics\n"
        f"probes:\n  - {{name: front, url: http://{address}/}}\n"
        "sources:\n"
        f"  redis: {{url: redis://{address}/0, timeout: 60s}}\n"
        f"  postgres: {{dsn: 'postgresql://vigie@{address}/shop', timeout: 60s}}\n"
        f"  celery: {{broker: redis://{address}/1, timeout: 60s}}\n"
        f"  stripe: {{api_key: sk_test_x, base_url: http://{address}, timeout: 60s}}\n"
        "channels:\n  pagerduty:\n"
        f"    routing_key_file: {folder}/key\n"
        "    policy:\n"
        f"      api_url: http://{address}\n"
        f"      token_file: {folder}/token\n"
        "      levels: [{after: 0m, users: [a@shop.example]}]\n"
    )


COMMANDS: dict[str, tuple[str | Path, ...]] = {
    "check": ("check",),
    "serve": ("serve", "--web.listen-address", "127.0.0.1:0"),
    "metrics": ("metrics",),
    "apply": ("apply", "pagerduty"),
    "render": ("render", "--mixin", ROOT),
}


@pytest.mark.parametrize(
    ("command", "wait"),
    [
        *((command, wait) for command in ("check", "serve") for wait in (0.0, 0.15, 0.6, 1.5, 4.0)),
        *((command, wait) for command in ("metrics", "apply", "render") for wait in (0.3, 2.5)),
    ],
)
def test_ctrl_c_at_any_moment_is_quiet_and_status_130(
    command: str, wait: float, tmp_path: Path, silent: socket.socket
) -> None:
    """The moments are those of a fast machine and a slow one: while modules load, while servers are asked."""
    _configure(tmp_path, silent)
    with _started(tmp_path, *COMMANDS[command]) as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(wait)
        ended = process.poll() is not None
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    said = [line for line in errors.splitlines() if not line.startswith(("{", "vigie: warning: "))]
    assert (process.returncode, said) == (0 if ended else 130, [])
    assert "Traceback" not in output + errors
    assert "KeyboardInterrupt" not in output + errors


def test_ctrl_c_does_not_wait_for_servers_that_hang(tmp_path: Path, silent: socket.socket) -> None:
    _configure(tmp_path, silent)
    with _started(tmp_path, "check") as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(3)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 130
        assert time.monotonic() - started < 20  # two seconds, on a machine with time for it; the servers' are sixty


@pytest.mark.parametrize("wait", [0.0, 0.3, 3.0])
def test_sigterm_ends_serve_with_status_zero_at_any_moment(wait: float, tmp_path: Path, silent: socket.socket) -> None:
    _configure(tmp_path, silent)
    with _started(tmp_path, "serve", "--web.listen-address", "127.0.0.1:0") as process:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(wait)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [line for line in errors.splitlines() if not line.startswith("{")] == []


def test_a_rendering_under_way_is_finished_before_ctrl_c_is_obeyed(tmp_path: Path) -> None:
    """The folder holds all of the new files, although Ctrl-C came between two of them."""
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from vigie.interrupts import Held, end_at_once\n"
        "from vigie.render import folder\n"
        "end_at_once()\n"
        "move = Path.replace\n"
        "def slow(self, target):\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    return move(self, target)\n"
        "Path.replace = slow\n"
        "with Held():\n"
        "    folder.write({f'{n}.yaml': 'new' for n in range(20)}, Path('rendered'))\n"
        "print('not reached')\n"
    )
    done = subprocess.run(  # noqa: S603 - our own
        [VIGIE[0], "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
    written = [path for path in (tmp_path / "rendered").iterdir() if path.suffix == ".yaml"]
    assert len(written) == 20


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    """As in a script that starts it with `nohup` or in the background."""
    (tmp_path / "vigie.yaml").write_text("product: shop\n")
    process = subprocess.Popen(  # noqa: S603 - our own
        [*VIGIE, "metrics"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # noqa: PLW1509 - no threads of ours here
    )
    wait_until(lambda: _is_ours(process), "the first lines of Vigie", seconds=60)
    os.kill(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "vigie_build_info" in output
