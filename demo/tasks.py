"""
The product's background work: a real Celery application, with the settings that make it observable.

Run it with `celery --app demo.tasks worker -E --queues celery,emails --concurrency 2`.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

from celery import Celery, signals

from demo import logs
from demo.settings import Settings

app = Celery("demo", broker=Settings.from_environment().broker)
app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_timeout": 30, "socket_connect_timeout": 5},
    task_ignore_result=True,
    task_routes={"demo.tasks.send_email": {"queue": "emails"}},
    task_send_sent_event=True,
    worker_hijack_root_logger=False,
    worker_send_task_events=True,
)


class MailboxUnavailableError(Exception):
    """The customer's mail server refused the message."""


@app.task  # type: ignore[untyped-decorator]  # Celery is published without types
def build_report(pages: int) -> None:
    """Build a report, which takes a tenth of a second for each page, and write that it is there."""
    time.sleep(random.uniform(0.08, 0.12) * pages)  # noqa: S311 - it only spreads durations
    send_email.delay("customer@example.com")


@app.task(bind=True, max_retries=1, default_retry_delay=5)  # type: ignore[untyped-decorator]  # as above
def send_email(self: Any, address: str) -> None:
    """Send a letter; one mail server in twenty is away, and one try later most are back."""
    time.sleep(random.uniform(0.02, 0.2))  # noqa: S311 - it only spreads durations
    if random.random() < 0.05:  # noqa: S311, PLR2004 - one in twenty, as the docstring says
        raise self.retry(exc=MailboxUnavailableError(f"the mail server of {address.partition('@')[2]} is away"))


@app.task  # type: ignore[untyped-decorator]  # Celery is published without types
def sync_billing(customer: int) -> None:
    """Compare a customer's plan with the bank; every fiftieth customer has an account that cannot be read."""
    time.sleep(random.uniform(0.1, 0.6))  # noqa: S311 - it only spreads durations
    if customer % 50 == 0:
        raise LookupError("the customer has no account at the bank")


@signals.setup_logging.connect  # type: ignore[untyped-decorator]  # as above
def _configure_logs(**_: object) -> None:
    logs.configure()


@signals.worker_ready.connect  # type: ignore[untyped-decorator]  # as above
def _say_ready(**_: object) -> None:
    """Touch the file that a supervisor waits for: a worker has no port to ask."""
    path = os.environ.get("DEMO_READY_FILE")
    if path:
        Path(path).touch()
