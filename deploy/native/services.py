"""The parts of the stack, as data: the same as in `docker-compose.yml`."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial

from deploy.native import database, preview, ready
from deploy.native.parts import Part, Service, Step
from deploy.native.paths import ROOT
from deploy.native.render import render
from deploy.native.settings import OWNER_PASSWORD, Settings
from deploy.native.tools import binary

CONFIG = ROOT / "vigie.yaml"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "VIRTUAL_ENV")
"""What a service gets of the environment of `up`; everything else comes from its entry below."""


def parts(settings: Settings) -> list[Part]:
    """Everything that runs, in an order that reads well; what waits for what is in `needs`."""
    return [*(_demo(settings) if settings.demo else []), *_stack(settings)]


def _base() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT / "exporter"), "PYTHONUNBUFFERED": "1"}


def _demo(settings: Settings) -> list[Part]:
    """The product that is watched when there is no other: see `demo/`."""
    data, address = settings.home / "data", settings.address
    mark = settings.home / "run" / "worker.ready"
    env = {
        **_base(),
        "DEMO_DATABASE_URL": settings.database("postgres", OWNER_PASSWORD),
        "DEMO_BROKER_URL": f"redis://{address('redis')}/0",
        "DEMO_APP_URL": settings.url("app"),
        "DEMO_PORT": str(settings.ports["app"]),
        "DEMO_READY_FILE": str(mark),
    }
    code = (ROOT / "demo",)
    redis_port, postgres_port = settings.ports["redis"], settings.ports["postgres"]
    celery = [sys.executable, "-m", "celery", "--app", "demo.tasks", "worker"]
    return [
        Service(
            "redis",
            [binary("redis-server"), "--port", str(redis_port), "--bind", "127.0.0.1", "--save", ""],
            ready.redis_ok(redis_port),
            env=_base(),
            port=redis_port,
        ),
        Step("initdb", partial(database.create, data / "postgres")),
        Service(
            "postgres",
            database.command(data / "postgres", postgres_port),
            ready.postgres_ok(postgres_port),
            needs=("initdb",),
            env=_base(),
            stop=signal.SIGINT,  # a "fast" shutdown: open connections do not hold it up
            port=postgres_port,
        ),
        Step("database", partial(database.prepare, settings), needs=("postgres",)),
        Service(
            "app",
            [sys.executable, "-m", "demo.app"],
            ready.http_ok(f"{settings.url('app')}/health"),
            needs=("redis", "database"),
            env=env,
            reads=code,
            port=settings.ports["app"],
        ),
        Service(
            "worker",
            [*celery, "-E", "--queues", "celery,emails", "--concurrency", "2", "--hostname", "demo@%h"],
            ready.exists(mark),
            needs=("redis",),
            env=env,
            reads=code,
            mark=mark,
        ),
        Service(
            "vendors",
            [sys.executable, "-m", "demo.vendors"],
            ready.http_ok(f"{settings.url('vendors')}/health"),
            env={**_base(), "VENDORS_PORT": str(settings.ports["vendors"])},
            reads=(ROOT / "demo" / "vendors",),
            port=settings.ports["vendors"],
        ),
        Service("traffic", [sys.executable, "-m", "demo.traffic"], needs=("app", "worker"), env=env, reads=code),
    ]


def _stack(settings: Settings) -> list[Part]:
    """Vigie and what it works with."""
    data, url, address, rendered = settings.home / "data", settings.url, settings.address, settings.rendered
    env = {**_base(), **settings.variables}
    watched = ("database", "redis", "vendors") if settings.demo else ()
    return [
        Service(
            "inbox",
            [sys.executable, "-m", "demo.inbox"],
            ready.http_ok(f"{url('inbox')}/health"),
            env={
                **_base(),
                "INBOX_PORT": str(settings.ports["inbox"]),
                "INBOX_FOLDER": str(data / "inbox"),
            },
            reads=(ROOT / "demo" / "inbox",),
            port=settings.ports["inbox"],
        ),
        Step("render", partial(render, settings, CONFIG, env)),
        Service(
            "vigie",
            [sys.executable, "-m", "vigie", "serve", "--config", CONFIG, "--web.listen-address", address("vigie")],
            ready.http_ok(f"{url('vigie')}/readyz"),
            needs=watched,
            env=env,
            reads=(CONFIG, ROOT / "exporter" / "vigie"),
            port=settings.ports["vigie"],
        ),
        Service(
            "node",
            [binary("node_exporter"), f"--web.listen-address={address('node')}", *_NODE_FLAGS],
            ready.http_ok(f"{url('node')}/metrics"),
            env=_base(),
            port=settings.ports["node"],
        ),
        Service(
            "blackbox",
            [
                binary("blackbox_exporter"),
                f"--config.file={rendered / 'blackbox' / 'blackbox.yaml'}",
                f"--web.listen-address={address('blackbox')}",
            ],
            ready.http_ok(f"{url('blackbox')}/-/healthy"),
            needs=("render",),
            env=_base(),
            reads=(rendered / "blackbox",),
            port=settings.ports["blackbox"],
        ),
        Service(
            "alertmanager",
            [
                binary("alertmanager"),
                f"--config.file={rendered / 'alertmanager' / 'alertmanager.yaml'}",
                f"--storage.path={data / 'alertmanager'}",
                f"--web.listen-address={address('alertmanager')}",
                f"--web.external-url={url('alertmanager')}",
                "--cluster.listen-address=",
            ],
            ready.http_ok(f"{url('alertmanager')}/-/ready"),
            needs=("render", "inbox"),
            env=_base(),
            reads=(rendered / "alertmanager", settings.secrets),
            port=settings.ports["alertmanager"],
        ),
        Service(
            "prometheus",
            [
                binary("prometheus"),
                f"--config.file={rendered / 'prometheus' / 'prometheus.yaml'}",
                f"--storage.tsdb.path={data / 'prometheus'}",
                "--storage.tsdb.retention.time=15d",
                f"--web.listen-address={address('prometheus')}",
                f"--web.external-url={url('prometheus')}",
            ],
            ready.http_ok(f"{url('prometheus')}/-/ready"),
            needs=("render", "vigie", "node", "blackbox", "alertmanager", *(("app",) if settings.demo else ())),
            env=_base(),
            reads=(rendered / "prometheus",),
            port=settings.ports["prometheus"],
        ),
        *_dashboards(settings),
    ]


def _dashboards(settings: Settings) -> list[Part]:
    """What shows the dashboards, if Node.js is there; all else does without it."""
    return [
        Step("preview", preview.make, optional=True),
        Service(
            "grafana",
            [
                "node",
                preview.server(),
                *("--dashboards", settings.rendered / "dashboards"),
                *("--prometheus", settings.url("prometheus")),
                *("--listen", settings.address("grafana")),
            ],
            ready.http_ok(f"{settings.url('grafana')}/healthz"),
            needs=("preview", "render"),
            env=_base(),
            reads=(preview.built_stamp(),),
            port=settings.ports["grafana"],
            optional=True,
        ),
    ]


_NODE_FLAGS = (
    "--collector.disable-defaults",
    "--collector.cpu",
    "--collector.filesystem",
    "--collector.loadavg",
    "--collector.meminfo",
    "--web.disable-exporter-metrics",
)
"""What the signals read, and no more."""
