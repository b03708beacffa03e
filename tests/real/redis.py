"""A real Redis on loopback for the length of a test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from tests.real.process import answers, free_port, running
from tests.real.tools import binary


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running server: where it listens and its process, to be hurt at will."""

    port: int
    process: subprocess.Popen[bytes]

    def url(self, db: int = 0, *, user: str = "", scheme: str = "redis") -> str:
        """Its URL; `user` is `name:password`, or `:password` for the default user."""
        return f"{scheme}://{user}{'@' if user else ''}127.0.0.1:{self.port}/{db}"

    @contextlib.contextmanager
    def client(self, db: int = 0, **options: Any) -> Iterator[redis.Redis]:
        """A client of the test's own."""
        client = redis.Redis(port=self.port, db=db, **options)
        try:
            yield client
        finally:
            client.close()

    def run(self, *command: str, **options: Any) -> Any:
        """Run one command, and give its answer."""
        with self.client(**options) as client:
            return client.execute_command(*command)

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Connected but silent, as a server that swaps or a network that drops packets."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def redis_server(folder: Path, *options: str, port: int | None = None) -> Iterator[RedisServer]:
    """
    Run redis-server until the block ends.

    Args:
        folder: Where its data and log go.
        options: As on its command line: `"--requirepass", "secret"`.
        port: To start it again where it was; a free one unless given. 0 in `options` (`--port 0`) suits TLS only.
    """
    port = port or free_port()
    # Some packages build redis-server as a link to redis-check-rdb and choose by argv[0]: hence no rename here.
    command: list[str | Path] = [
        binary("redis-server"),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
    ]
    with running([*command, *options], lambda: answers(port), folder / "redis.log") as process:
        yield RedisServer(port, process)


@contextlib.contextmanager
def sentinel(folder: Path, name: str, master: RedisServer, *lines: str) -> Iterator[RedisServer]:
    """
    Run one sentinel that watches `master` under `name`, and decides alone.

    Args:
        folder: Where its configuration and log go.
        name: Of the master.
        master: What to watch.
        lines: More of its configuration: `"requirepass secret"`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    text = [f"port {port}", "bind 127.0.0.1", f"dir {folder}", f"sentinel monitor {name} 127.0.0.1 {master.port} 1"]
    text += [f"sentinel down-after-milliseconds {name} 300", f"sentinel failover-timeout {name} 2000", *lines]
    config = folder / "sentinel.conf"
    config.write_text("\n".join([*text, ""]))
    command: list[str | Path] = [binary("redis-server"), config, "--sentinel"]
    with running(command, lambda: answers(port), folder / "sentinel.log") as process:
        yield RedisServer(port, process)
