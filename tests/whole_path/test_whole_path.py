"""
From a broker and a database to the message that a person gets, with every part real.

The stack is the one of `./scripts/up`, on ports and in a folder of its own; every duration is a fifteenth of the real.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from deploy.native import services, tools
from deploy.native.parts import Service, Step
from deploy.native.paths import ROOT
from deploy.native.settings import Settings
from deploy.native.stack import Stack
from deploy.ports import PORTS
from tests.real.process import free_port, wait_until
from tests.whole_path.hurry import hurry
from tests.whole_path.quiet import QUIET

FACTOR = 15
UNSERVED = "batches"
"""A queue whose workers are elsewhere and have stopped; those that run stay, so that the numbers of Celery do too."""
_GRACE = 60.0
"""Seconds after which a message is late: the alert's own `for` and `group_wait`, scrapes, and a slow machine."""


@dataclass(frozen=True)
class Demo:
    """The running stack and what arrives in its inbox."""

    stack: Stack

    def json(self, name: str, path: str) -> Any:
        """What a part answers."""
        with urllib.request.urlopen(self.stack.settings.url(name) + path, timeout=10) as response:  # noqa: S310 - loopback
            return json.load(response)

    def query(self, expression: str) -> Any:
        """What Prometheus answers to an instant query."""
        return self.json("prometheus", f"/api/v1/query?{urlencode({'query': expression})}")["data"]["result"]

    def messages(self, title: str, channel: str, action: str) -> list[dict[str, Any]]:
        """Messages whose title holds `title`, oldest first."""
        found = reversed(self.json("inbox", "/messages.json"))
        return [
            message
            for message in found
            if title in message["title"] and message["channel"] == channel and message["action"] == action
        ]

    def wait_for(self, title: str, channel: str, action: str) -> dict[str, Any]:
        """The first such message; fails when it is late."""
        what = f"{action} of {title} in {channel}"
        wait_until(lambda: bool(self.messages(title, channel, action)), what, seconds=_GRACE)
        return self.messages(title, channel, action)[0]

    def kill(self, name: str) -> None:
        """End a service and everything that it started, as a machine that fails would."""
        process = self.stack.book.read(name)
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        os.waitpid(process.pid, 0)  # PostgreSQL takes a predecessor that nobody has buried for a living one

    def redis(self, *command: str) -> str:
        """What `redis-cli` would print."""
        import redis  # noqa: PLC0415 - only here

        with redis.Redis(port=self.stack.settings.ports["redis"]) as client:
            return str(client.execute_command(*command))


def _settings(home: Path) -> Settings:
    return Settings(home, {name: free_port() for name in PORTS}, team={}, demo=True)


def _hurried_parts(settings: Settings) -> list[Service | Step]:
    parts = services.parts(settings)
    render = next(part for part in parts if isinstance(part, Step) and part.name == "render")

    def render_and_hurry() -> None:
        render.run()
        hurry(settings.rendered, FACTOR)

    return [replace(part, run=render_and_hurry) if part is render else part for part in parts]


def _config(home: Path) -> Path:
    """The example, read more often, beside links to the mixin that it is rendered by."""
    config = yaml.safe_load((ROOT / "vigie.yaml").read_text())
    config["sources"]["langsmith"]["interval"] = "10s"
    for name in ("postgres", "redis", "celery"):
        config["sources"][name]["interval"] = "1s"
    config["sources"]["celery"]["queues"].append(UNSERVED)
    for name in (
        "mixin.libsonnet",
        "config.libsonnet",
        "signals",
        "alert-rules",
        "alertmanager",
        "dashboards",
        "runbooks",
        "deploy",
    ):
        (home / name).symlink_to(ROOT / name)
    path = home / "vigie.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    home = tmp_path_factory.mktemp("stack")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "CONFIG", _config(home))
        settings = _settings(home)
        stack = Stack(settings, _hurried_parts(settings))
        try:
            stack.up()
            yield Demo(stack)
        finally:
            stack.down()


def test_every_target_is_up_and_nothing_is_wrong(demo: Demo) -> None:
    targets = demo.json("prometheus", "/api/v1/targets")["data"]["activeTargets"]
    jobs = {target["labels"]["job"] for target in targets}
    assert jobs == {"vigie", "app", "node", "blackbox"}
    rules = demo.json("prometheus", "/api/v1/rules")["data"]["groups"]
    assert [rule["lastError"] for group in rules for rule in group["rules"] if rule.get("lastError")] == []


def _shown(demo: Demo) -> dict[str, list[str]]:
    """Queries of each panel, as Grafana would send them; two minutes of ours are half an hour of the rules."""
    variables = {"$product": "demo", "$__rate_interval": "1m", "$__range": "2m"}
    found: dict[str, list[str]] = {}
    for path in sorted((demo.stack.settings.rendered / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", []):
                text = re.sub(r"\$\w+", lambda variable: variables[variable[0]], target["expr"])
                found.setdefault(f"{path.stem}/{panel['title']}", []).append(text)
    return found


def test_every_query_is_answered_and_no_panel_is_empty_without_a_reason(demo: Demo) -> None:
    shown = _shown(demo)
    assert len(shown) > 150
    assert QUIET.keys() <= shown.keys()

    def empty() -> set[str]:
        answers = {panel: [demo.query(query) for query in queries] for panel, queries in shown.items()}
        return {panel for panel, series in answers.items() if not any(series)}

    try:
        wait_until(lambda: empty() <= QUIET.keys(), "data in every panel", seconds=3 * _GRACE)
    except TimeoutError:
        pytest.fail(f"without data: {sorted(empty() - QUIET.keys())}")


def test_what_is_exported_passes_the_check_of_promtool(demo: Demo) -> None:
    with urllib.request.urlopen(demo.stack.settings.url("vigie") + "/metrics") as response:  # noqa: S310 - loopback
        text = response.read()
    done = subprocess.run([tools.binary("promtool"), "check", "metrics"], input=text, capture_output=True, check=False)  # noqa: S603 - ours
    assert done.stdout + done.stderr == b""
    assert done.returncode == 0


def test_a_dead_database_pages_with_a_runbook_that_opens_and_its_return_resolves(demo: Demo) -> None:
    demo.kill("postgres")
    page = demo.wait_for("DatabaseDown", "pagerduty", "trigger")
    assert page["severity"] == "critical"
    assert set(page["links"]) >= {"Runbook", "Dashboard", "Silence"}
    with urllib.request.urlopen(page["links"]["Runbook"]) as response:  # noqa: S310 - loopback
        assert "RB-002" in response.read().decode()
    assert demo.wait_for("DatabaseDown", "slack", "trigger")
    demo.stack.up()
    assert demo.wait_for("DatabaseDown", "pagerduty", "resolve")
    assert demo.wait_for("DatabaseDown", "slack", "resolve")


def test_a_full_queue_warns_in_slack_pages_when_it_grows_and_resolves_when_it_is_empty(demo: Demo) -> None:
    demo.redis("RPUSH", UNSERVED, *["{}"] * 150)
    warning = demo.wait_for("QueueBackup", "slack", "trigger")
    assert warning["severity"] == "warning"
    assert UNSERVED in warning["text"]
    assert "150" in warning["text"]
    assert "100" in warning["text"]
    assert warning["links"]["Runbook"].endswith("/runbooks/RB-005-workers-stuck.md")
    assert demo.messages("QueueBackup", "pagerduty", "trigger") == []
    demo.redis("RPUSH", UNSERVED, *["{}"] * 400)
    page = demo.wait_for("QueueBackup", "pagerduty", "trigger")
    assert page["severity"] == "critical"
    demo.redis("DEL", UNSERVED)
    assert demo.wait_for("QueueBackup", "pagerduty", "resolve")
    assert demo.wait_for("QueueBackup", "slack", "resolve")


def test_a_second_up_is_quick_and_starts_nothing(demo: Demo) -> None:
    names = demo.stack.book.names()
    pids = {name: demo.stack.book.read(name) for name in names}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    demo.stack.up()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # of a processor: how long it takes on a busy machine says nothing
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 10
    assert {name: demo.stack.book.read(name) for name in names} == pids
