"""A real Alertmanager with the rendered routing, and a collector that stands where PagerDuty, Slack and SNS would."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.mixin.conftest import ROOT, product
from tests.real.answering import Quiet, answering
from tests.real.process import answers, free_port, running, wait_until
from tests.real.tools import binary
from vigie.render import render, write

STARTED = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
"""When alerts begin unless a test says otherwise: half past ten in Paris."""
PUBLISHED = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
"""What SNS answers; without it Alertmanager sends a text again."""

_ANY_FOLDER = "/folder-of-the-test"


@dataclass(frozen=True, slots=True)
class Collector:
    """Keeps what is posted to it, by the first part of the path, and answers as the vendors do."""

    port: int
    messages: dict[str, list[Any]] = field(default_factory=dict)

    def wait_for(self, channel: str, count: int = 1) -> list[Any]:
        """The messages on a channel, as soon as there are `count`."""
        wait_until(lambda: len(self.messages.get(channel, ())) >= count, f"{count} messages to {channel}")
        return self.messages[channel]


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""
    collector = Collector(free_port())

    class Handler(Quiet):
        def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            is_form = self.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
            body = dict(parse_qsl(text)) if is_form else json.loads(text)
            collector.messages.setdefault(self.path.split("/")[1], []).append(body)
            self.send_response(202 if "event_action" in body else 200)
            self.end_headers()
            self.wfile.write(PUBLISHED if is_form else b"ok")

    with answering(Handler, collector.port):
        yield collector


@dataclass(frozen=True, slots=True)
class Alertmanager:
    """A running Alertmanager."""

    url: str
    collector: Collector

    def push(self, *alerts: Mapping[str, Any]) -> None:
        """Send alerts as Prometheus does."""
        httpx.post(f"{self.url}/api/v2/alerts", json=list(alerts)).raise_for_status()

    def silence(self, **labels: str) -> str:
        """Say "I am on it" for the alerts with these labels; the answer is the silence's id."""
        now = datetime.now(UTC)
        silence = {
            "matchers": [{"name": name, "value": value, "isRegex": False} for name, value in labels.items()],
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
            "createdBy": "on-call",
            "comment": "I am on it",
        }
        made: str = httpx.post(f"{self.url}/api/v2/silences", json=silence).raise_for_status().json()["silenceID"]
        return made

    def speak(self, silence: str) -> None:
        """End a silence."""
        httpx.delete(f"{self.url}/api/v2/silence/{silence}").raise_for_status()

    def alerts(self) -> list[dict[str, Any]]:
        """Every alert that lasts."""
        listed: list[dict[str, Any]] = httpx.get(f"{self.url}/api/v2/alerts").raise_for_status().json()
        return listed

    def hidden(self) -> float:
        """How often a silence kept something from being sent."""
        lines = httpx.get(f"{self.url}/metrics").raise_for_status().text.splitlines()
        name = 'alertmanager_notifications_suppressed_total{reason="silence"'
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def muted(self) -> set[tuple[str, str, str]]:
        """Name, severity and product of the alerts that another one mutes."""
        return {
            (alert["labels"]["alertname"], alert["labels"]["severity"], alert["labels"]["product"])
            for alert in self.alerts()
            if alert["status"]["inhibitedBy"]
        }


@dataclass(frozen=True, slots=True)
class Ways:
    """Channels as `vigie.yaml` has them, each of which leads to the collector under a name."""

    folder: Path
    collector: Collector

    def file(self, name: str, content: str) -> str:
        """A file for Alertmanager to read."""
        (self.folder / name).write_text(content)
        return str(self.folder / name)

    def url(self, name: str) -> str:
        """Where the collector keeps messages under the name."""
        return f"http://127.0.0.1:{self.collector.port}/{name}"

    def pagerduty(self, name: str) -> dict[str, str]:
        """A service of its own."""
        return {"routing_key_file": self.file(f"{name}.key", "integration-key"), "url": self.url(name)}

    def slack(self, name: str, channel: str = "#alerts") -> dict[str, str]:
        """A webhook of its own."""
        return {"webhook_url_file": self.file(f"{name}.hook", self.url(name)), "channel": channel}

    def everyday(self) -> dict[str, Any]:
        """What most products have."""
        return {
            "pagerduty": self.pagerduty("pagerduty"),
            "slack": self.slack("slack"),
            "deadmansswitch": self.url("beat"),
        }


def hastened(config: str) -> str:
    """The same routing in less time: a minute of escalation is a tenth of a second, other waits are three of them."""
    escalated = re.sub(r"(group_wait): (\d+)m\b", r"\1: \g<2>00ms", config)
    return re.sub(r"(group_wait|group_interval): \d+[sm]\b", r"\1: 300ms", escalated)


def routing_of(changes: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """
    What Alertmanager reads for a product with these keys: text by path.

    Rendering costs more than the rest of a test, so what differs by nothing but the test's folder and the ports of its
    servers is rendered once, for others that stand in for them.
    """
    text = json.dumps(changes).replace(str(folder), _ANY_FOLDER)
    servers = dict.fromkeys(re.findall(r"127\.0\.0\.1:\d+", text))
    standing_in = {server: f"server-{number}.test:1" for number, server in enumerate(servers)}
    for server, other in standing_in.items():
        text = text.replace(server, other)
    files = dict(_rendered(text))
    for real, other in ((str(folder), _ANY_FOLDER), *standing_in.items()):
        files = {path: content.replace(other, real) for path, content in files.items()}
    return files


@cache
def _rendered(changes: str) -> dict[str, str]:
    files = render(product(**json.loads(changes)), ROOT).files
    return {path: text for path, text in files.items() if path.startswith("alertmanager/")}


@contextlib.contextmanager
def alerting(
    folder: Path,
    channels: Callable[[Ways], Mapping[str, Any]] = Ways.everyday,
    env: Mapping[str, str] | None = None,
    **changes: Any,
) -> Iterator[Alertmanager]:
    """Run Alertmanager with what is rendered for the shop, its waits cut short."""
    with collecting() as collector:
        write(routing_of({"channels": channels(Ways(folder, collector)), **changes}, folder), folder)
        config = folder / "alertmanager" / "alertmanager.yaml"
        config.write_text(hastened(config.read_text()))
        port = free_port()
        command: Sequence[str | Path] = [
            binary("alertmanager"),
            f"--config.file={config}",
            f"--storage.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]
        with running(command, lambda: answers(port), folder / "log", env=env):
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
            "dashboard_url": "http://localhost:3000/d/vigie-workers?var-product=shop&from=now-1h&to=now",
            "silence_url": "http://localhost:9093/#/silences/new?filter=%7Balertname%3D%22QueueBackup%22%7D",
        },
        "startsAt": started.isoformat(),
    }


def over(alert: Mapping[str, Any], *, ended: datetime = STARTED + timedelta(minutes=12)) -> dict[str, Any]:
    """The same alert, which ended: after twelve minutes unless a test says otherwise."""
    return {**alert, "endsAt": ended.isoformat()}
