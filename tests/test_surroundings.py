"""The tests mean the same on every machine: what a person has set, installed or running there does not reach them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from deploy.native.paths import ROOT
from deploy.ports import PORTS
from tests.real.ports import free_port

_NOWHERE = "192.0.2.1"  # an address for documentation: RFC 5737
_PERSON = {
    "PGHOSTADDR": _NOWHERE,
    "PGPORT": "1",
    "PGSSLMODE": "verify-full",
    "PGSERVICE": "none",
    "HTTP_PROXY": f"http://{_NOWHERE}:3128",
    "ALL_PROXY": f"http://{_NOWHERE}:3128",
    "RABBITMQ_NODENAME": "person@elsewhere",
    "RABBITMQ_CONFIG_FILES": "/nonexistent",
    "ERL_FLAGS": "-name person",
    "ERL_EPMD_PORT": "1",
    "REDIS_URL": f"redis://{_NOWHERE}",
    "SSL_CERT_FILE": "/nonexistent",
    "FORCE_COLOR": "1",
    "COLUMNS": "40",
    "LANG": "tr_TR.UTF-8",
    "TZ": "Asia/Kathmandu",
    **{f"VIGIE_PORT_{name.upper()}": "1" for name in PORTS},
}
_FILES = {
    ".pgpass": "*:*:*:*:wrong\n",
    ".netrc": "default login person password wrong\n",
    ".erlang.cookie": "wrong",
}
_REAL = (
    "tests/sources/postgres/test_pooler.py::test_the_server_behind_the_pooler_is_away",
    "tests/sources/postgres/test_faults.py::test_a_wrong_password",
    "tests/sources/celery/test_depth.py::test_amqp_queues_are_those_that_workers_consume_when_none_is_configured",
    "tests/web/test_serve.py::test_a_web_config_file_brings_users",
)
"""With a PostgreSQL, a PgBouncer, a RabbitMQ with a worker, and an exporter that is asked by HTTP."""


def test_what_a_person_has_set_reaches_no_server_and_no_client(tmp_path: Path) -> None:
    for name, content in _FILES.items():
        (tmp_path / name).write_text(content)
        (tmp_path / name).chmod(0o600)
    done = subprocess.run(  # noqa: S603 - our own tests
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--color=no", *_REAL],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **_PERSON},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{len(_REAL)} passed" in done.stdout, done.stdout[-5000:] + done.stderr


def test_every_test_has_an_empty_home_and_nothing_of_a_persons_environment(home: Path) -> None:
    known = {"PATH", "TMPDIR", "LD_LIBRARY_PATH", "HOME", "LANG", "TZ"}
    assert {name for name in os.environ if not name.startswith("PYTEST_")} <= known
    assert os.environ["HOME"] == str(home)


def test_no_port_is_given_twice_and_none_is_of_the_demo_or_of_outgoing_connections() -> None:
    given = [free_port() for _ in range(120)]  # more than a block
    assert len(set(given)) == len(given)
    assert not set(given) & set(PORTS.values())
    assert max(given) < 32768


def test_two_processes_are_given_different_ports() -> None:
    program = "from tests.real.ports import free_port; print(*[free_port() for _ in range(120)]); input()"
    pair = [
        subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    given = [set((process.stdout.readline() if process.stdout else "").split()) for process in pair]
    for process in pair:
        process.communicate("\n")
    assert [len(ports) for ports in given] == [120, 120]
    assert not given[0] & given[1]


def test_a_port_on_which_somebody_listens_is_passed_over() -> None:
    taken = free_port() + 1
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", taken)):
        assert free_port() != taken
