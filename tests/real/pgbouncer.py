"""A real PgBouncer in front of a real PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.real.postgres import as_server
from tests.real.process import answers, free_port, running
from tests.real.tools import binary


@contextlib.contextmanager
def pgbouncer(folder: Path, upstream: int, users: Mapping[str, str], **settings: str) -> Iterator[int]:
    """
    Run PgBouncer until the block ends and give its port.

    Args:
        folder: Where its files go.
        upstream: Port of the PostgreSQL behind it.
        users: Passwords by name, for its clients and for the server.
        settings: Lines of its ini file, such as `pool_mode="transaction"`.
    """
    port = free_port()
    (folder / "users.txt").write_text("".join(f'"{name}" "{password}"\n' for name, password in users.items()))
    given = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": str(folder / "users.txt"),
        **settings,
    }
    lines = ["[databases]", f"* = host=127.0.0.1 port={upstream}", "[pgbouncer]"]
    (folder / "pgbouncer.ini").write_text(
        "\n".join([*lines, *(f"{key} = {value}" for key, value in given.items()), ""])
    )
    command: list[str | Path] = [*as_server(), binary("pgbouncer"), folder / "pgbouncer.ini"]
    with running(command, lambda: answers(port), folder / "pgbouncer.log"):
        yield port
