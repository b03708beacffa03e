"""A real Alertmanager with the rendered routing, and a collector that stands where PagerDuty and Slack would."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from tests.mixin.conftest import ROOT, product
from tests.real.process import answers, free_port, running, wait_until
from tests.real.tools import binary
from vigie.render import render, write

STARTED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
"""When alerts begin unless a test says otherwise: half past ten in Paris."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Keeps what is posted to it, by the first part of the path, and answers as the vendors do."""

    port: int
    messages: dict[str, list[Any]] = field(default_factory=dict)

    def wait_for(self, channel: str, count: int = 1) -> list[Any]:
        """The messages on a channel, as soon as there are `count`."""
        wait_until(lambda: len(self.messages.get(channel, ())) >= count, f"{count} messages to {channel}", seconds=10)
        return self.messages[channel]


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""
    collector = Collector(free_port())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            collector.messages.setdefault(self.path.split("/")[1], []).append(body)
            self.send_response(202 if self.path.startswith("/pagerduty") else 200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", collector.port), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running Alertmanager."""

    url: str
    collector: Collector

    def push(self, *alerts: Mapping[str, Any]) -> None:
        """Send alerts as Prometheus does."""
        httpx.post(f"{self.url}/api/v2/alerts", json=list(alerts)).raise_for_status()

    def muted(self) -> set[tuple[str, str, str]]:
        """Name, severity and product of the alerts that another one mutes."""
        alerts = httpx.get(f"{self.url}/api/v2/alerts").raise_for_status().json()
        return {
            (alert["labels"]["alertname"], alert["labels"]["severity"], alert["labels"]["product"])
            for alert in alerts
            if alert["status"]["inhibitedBy"]
        }


@contextlib.contextmanager
def alerting(folder: Path) -> Iterator[Alertmanager]:
    """Run Alertmanager with what is rendered for the shop, its waits cut short."""
    with collecting() as collector:
        (folder / "key").write_text("integration-key")
        (folder / "hook").write_text(f"http://127.0.0.1:{collector.port}/slack")
        channels = {
            "pagerduty": {
                "routing_key_file": str(folder / "key"),
                "url": f"http://127.0.0.1:{collector.port}/pagerduty",
            },
            "slack": {"webhook_url_file": str(folder / "hook")},
            "deadmansswitch": f"http://127.0.0.1:{collector.port}/beat",
        }
        write(render(product(channels=channels), ROOT).files, folder)
        config = folder / "alertmanager" / "alertmanager.yaml"
        config.write_text(re.sub(r"(group_wait|group_interval): \w+", r"\1: 300ms", config.read_text()))
        port = free_port()
        command: Sequence[str | Path] = [
            binary("alertmanager"),
            f"--config.file={config}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        with running(command, lambda: answers(port), folder / "log"):
            yield Alertmanager(f"http://127.0.0.1:{port}", collector)


def alert(
    name: str,
    severity: str,
    labels: Mapping[str, str] | None = None,
    *,
    says: str = "",
    started: datetime = STARTED,
) -> dict[str, Any]:
    """An alert as Prometheus sends it, with every annotation that ours have."""
    identity = {"alertname": name, "severity": severity, "product": "shop", "component": "jobs", "class": "saturation"}
    return {
        "labels": {key: value for key, value in {**identity, **(labels or {})}.items() if value},
        "annotations": {
            "summary": "Jobs pile up in a queue.",
            "description": says or "600 jobs wait in the queue emails of shop. More than 500 for 5m is critical.",
            "value": "600",
            "threshold": "500",
            "action": "Look whether the workers finish jobs.",
            "runbook_url": "http://localhost:9847/runbooks/RB-005-workers-stuck.md",
            "dashboard_url": "http://localhost:3000/d/vigie-ops?var-product=shop",
            "silence_url": "http://localhost:9093/#/silences/new?filter=%7Balertname%3D%22QueueBackup%22%7D",
        },
        "startsAt": started.isoformat(),
    }


def over(alert: Mapping[str, Any]) -> dict[str, Any]:
    """The same alert, which ended after twelve minutes."""
    return {**alert, "endsAt": (STARTED + timedelta(minutes=12)).isoformat()}
