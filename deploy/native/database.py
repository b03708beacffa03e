"""The demo's PostgreSQL: made once, run by an unprivileged user where we are root, and prepared on every `up`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from demo.database import Passwords
from demo.database import prepare as prepare_database
from deploy.native.errors import NativeError
from deploy.native.paths import ROOT
from deploy.native.processes import start_time
from deploy.native.settings import OWNER_PASSWORD, VIGIE_PASSWORD, Settings
from deploy.native.tools import binary

_SUPERUSER, _SUPERUSER_PASSWORD = "supabase_admin", "demo-admin"
_NOBODY = 65534
_ACCESS = ROOT / "exporter" / "vigie" / "sources" / "postgres.sql"


def as_server() -> list[str | Path]:
    """
    What stands before a command of PostgreSQL, which refuses to run as root.

    Another user may not enter a checkout in root's home, so one capability comes along: to pass through folders. The
    security bit keeps it through access(2), by which PostgreSQL looks for its own programs; see capabilities(7).
    """
    if os.geteuid() != 0:
        return []
    capability = "+dac_override"
    return [
        "setpriv",
        f"--reuid={_NOBODY}",
        f"--regid={_NOBODY}",
        "--clear-groups",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
        "--securebits=+no_setuid_fixup",
    ]


def command(folder: Path, port: int) -> list[str | Path]:
    """What runs the server in the foreground, on loopback only and without a socket file."""
    return [
        *as_server(),
        binary("postgres"),
        "-D",
        folder,
        "-p",
        str(port),
        "-c",
        "listen_addresses=127.0.0.1",
        "-k",
        "",
    ]


def create(folder: Path) -> None:
    """
    Make the cluster, unless it is there.

    Raises:
        NativeError: initdb failed; the message holds the end of what it said.
    """
    if (folder / "PG_VERSION").exists():
        _forget_the_dead(folder / "postmaster.pid")
        return
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted initdb left
    folder.mkdir(parents=True, mode=0o700)
    password = folder.with_name("postgres.password")
    password.write_text(_SUPERUSER_PASSWORD + "\n")
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY, _NOBODY)
    options = ("--username", _SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
    done = subprocess.run(  # noqa: S603 - our own command
        [*as_server(), binary("initdb"), "-D", folder, "--pwfile", password, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    password.unlink()
    if done.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise NativeError(f"initdb could not make {folder}: {(done.stderr or done.stdout).strip()[-500:]}")


def _forget_the_dead(lock: Path) -> None:
    """Remove the lock of a server that was killed: to PostgreSQL one that nobody has waited for still lives."""
    if lock.exists() and start_time(int(lock.read_text().split()[0])) is None:
        lock.unlink()


def prepare(settings: Settings) -> None:
    """
    Bring schema, past sign-ups and Vigie's access up to date.

    Raises:
        NativeError: The server refused; the message is its own.
    """
    superuser = settings.database(_SUPERUSER, _SUPERUSER_PASSWORD)
    owner = settings.database("postgres", OWNER_PASSWORD)
    try:
        prepare_database(superuser, owner, _ACCESS, Passwords(OWNER_PASSWORD, VIGIE_PASSWORD))
    except psycopg.Error as error:
        raise NativeError(f"the demo's database could not be prepared: {str(error).strip()}") from None
