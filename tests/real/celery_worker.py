"""A real Celery application and a real worker for it, on whatever broker a test runs."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from celery import Celery

from tests.real.process import running

ROOT = Path(__file__).parents[2]


class OrderError(Exception):
    """What a task of the application raises."""


def pay(amount: int) -> int:
    """Succeed at once."""
    return amount


def wait(seconds: float) -> None:
    """Succeed later."""
    time.sleep(seconds)


def fail(secret: str) -> None:
    """Fail, with a message that nobody else should read."""
    raise OrderError(f"card {secret} was declined")


def again(self: Any) -> None:
    """Fail twice, the first time with the wish to be tried again."""
    raise self.retry(exc=OrderError("not yet"))


def application(
    broker: str, options: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
) -> Celery:
    """
    The application, for the worker and for the test that sends tasks; it says of each task that it was sent.

    Args:
        broker: Its URL.
        options: Options of the broker's transport.
        settings: Celery's own settings, by Celery's names.
    """
    app = Celery("shop", broker=broker)
    app.conf.update(
        task_send_sent_event=True,
        broker_connection_retry_on_startup=True,
        broker_transport_options=dict(options or {}),
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        **dict(settings or {}),
    )
    app.task(pay, shared=False, name="shop.pay")
    app.task(wait, shared=False, name="shop.wait")
    app.task(fail, shared=False, name="shop.fail")
    app.task(again, shared=False, name="shop.again", bind=True, max_retries=1, default_retry_delay=0)
    return app


@contextlib.contextmanager
def shop(
    broker: str, options: Mapping[str, Any] | None = None, settings: Mapping[str, Any] | None = None
) -> Iterator[Celery]:
    """The application as a client, for the length of a block."""
    client = application(broker, options, settings)
    try:
        yield client
    finally:
        client.close()


if "SHOP_BROKER" in os.environ:  # in the worker's own process
    app = application(
        os.environ["SHOP_BROKER"],
        json.loads(os.environ.get("SHOP_OPTIONS", "{}")),
        json.loads(os.environ.get("SHOP_SETTINGS", "{}")),
    )


@contextlib.contextmanager
def celery_worker(  # noqa: PLR0913 - all but two by name
    broker: str,
    folder: Path,
    *options: str,
    name: str = "one",
    events: bool = True,
    transport: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """
    Run a worker with two processes until the block ends.

    `options` are as on its command line; `transport` and `settings` as for `application`.
    """
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.real.celery_worker",
        "worker",
        "-n",
        f"{name}@test",
        "-c",
        "2",
    ]
    log = folder / f"worker-{name}.log"
    with running(
        [
            *command,
            "--without-mingle",
            "-l",
            "INFO",
            "--heartbeat-interval",
            "1",
            *(["-E"] if events else []),
            *options,
        ],
        lambda: log.exists() and f"{name}@test ready" in log.read_text(),
        log,
        env={
            "SHOP_BROKER": broker,
            "C_FORCE_ROOT": "1",  # Celery refuses pickle to root, as which tests may run
            "SHOP_OPTIONS": json.dumps(dict(transport or {})),
            "SHOP_SETTINGS": json.dumps(dict(settings or {})),
            "PYTHONWARNINGS": "ignore",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
        },
        cwd=ROOT,
    ) as process:
        yield process
