"""Vigie beside other things in a Prometheus and an Alertmanager that somebody has already, as the page on it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.mixin.alertmanager import Collector, collecting
from tests.mixin.conftest import ROOT
from tests.mixin.test_routes import verify
from tests.mixin.test_tools import run
from tests.real.answering import Quiet, answering
from tests.real.process import answers, free_port, running, wait_until
from tests.real.tools import binary
from vigie.config.load import load
from vigie.render import kept, render, write

PAGE = (ROOT / "docs" / "existing-stack.md").read_text()
METRICS = b"""\
# TYPE redis_instance_info gauge
redis_instance_info{maxmemory_policy="allkeys-lru"} 1
# TYPE redis_memory_max_bytes gauge
redis_memory_max_bytes 100
# TYPE redis_memory_used_bytes gauge
redis_memory_used_bytes 95
"""
"""What a Vigie shows of a Redis that is nearly full."""
THEIRS: dict[str, Any] = {
    "route": {
        "receiver": "theirs",
        "group_wait": "100ms",
        "routes": [{"receiver": "theirs", "matchers": ['team="x"']}],
    },
    "inhibit_rules": [],
}
"""Of an Alertmanager that tells of other things."""


@pytest.fixture
def exporter() -> Iterator[int]:
    """The port of something that answers a scrape as Vigie does."""

    class Handler(Quiet):
        def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(METRICS)

    with answering(Handler) as port:
        yield port


def rendered(folder: Path, **exchanged: str) -> Path:
    """The rendering of what the page says, with some texts exchanged."""
    text = (
        PAGE.partition("```yaml\n")[2]
        .partition("```")[0]
        .replace("product: shop", "product: shop\nenvironment: staging")
    )
    for old, new in exchanged.items():
        text = text.replace({"vigie": "vigie.internal:9847", "slack": "/etc/alertmanager/slack_webhook_url"}[old], new)
    (folder / "vigie.yaml").write_text(text)
    configuration = load(folder / "vigie.yaml", {"REDIS_URL": "redis://localhost"})
    write(render(configuration.product, ROOT, kept(configuration)).files, folder / "rendered")
    return folder / "rendered"


def merged(rendered: Path, collector: Collector) -> dict[str, Any]:
    """Their configuration with ours in it, list by list."""
    ours = yaml.safe_load((rendered / "existing" / "alertmanager.yaml").read_text())
    theirs = [{"name": "theirs", "webhook_configs": [{"url": f"http://127.0.0.1:{collector.port}/theirs"}]}]
    return {
        "templates": [str(rendered / "alertmanager" / "templates" / "*.tmpl")],
        "route": {**THEIRS["route"], "routes": [*ours["route"]["routes"], *THEIRS["route"]["routes"]]},
        "receivers": [*theirs, *ours["receivers"]],
        "inhibit_rules": [*THEIRS["inhibit_rules"], *ours["inhibit_rules"]],
    }


def _hastened(text: str) -> str:
    """The same at a pace for which nobody has to wait."""
    for slow, quick in (
        ("scrape_interval: 15s", "scrape_interval: 200ms"),
        ("scrape_timeout: 10s", "scrape_timeout: 200ms"),
        ("interval: 15s", "interval: 200ms"),
        ("for: 15m", "for: 1s"),
        ("for: 5m", "for: 1s"),
        ("group_wait: 30s", "group_wait: 100ms"),
    ):
        text = text.replace(slow, quick)
    return text


def test_alerts_of_a_job_with_another_name_arrive_beside_those_of_others(tmp_path: Path, exporter: int) -> None:
    with collecting() as collector:
        hook = tmp_path / "hook"
        hook.write_text(f"http://127.0.0.1:{collector.port}/slack")
        ours = rendered(tmp_path, vigie=f"127.0.0.1:{exporter}", slack=str(hook))
        for path in (ours / "existing").iterdir():
            path.write_text(_hastened(path.read_text()))
        alertmanager, prometheus = free_port(), free_port()
        theirs = tmp_path / "alertmanager.yml"
        theirs.write_text(_hastened(yaml.safe_dump(merged(ours, collector))))
        run(binary("amtool"), "check-config", theirs)
        other = {"groups": [{"name": "o", "rules": [{"alert": "Other", "expr": "vector(1)", "labels": {"team": "x"}}]}]}
        (tmp_path / "other.yml").write_text(yaml.safe_dump(other))
        configuration = {
            "global": {"scrape_interval": "1m", "evaluation_interval": "1s"},
            "scrape_config_files": [str(ours / "existing" / "scrape.yaml")],
            "rule_files": [str(ours / "existing" / "rules.yaml"), str(tmp_path / "other.yml")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]},
        }
        (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        run(binary("promtool"), "check", "config", tmp_path / "prometheus.yml")
        with (
            running(
                [
                    binary("alertmanager"),
                    f"--config.file={theirs}",
                    f"--storage.path={tmp_path / 'am'}",
                    f"--web.listen-address=127.0.0.1:{alertmanager}",
                    "--cluster.listen-address=",
                ],
                lambda: answers(alertmanager),
                tmp_path / "am.log",
            ),
            running(
                [
                    binary("prometheus"),
                    f"--config.file={tmp_path / 'prometheus.yml'}",
                    f"--storage.tsdb.path={tmp_path / 'data'}",
                    f"--web.listen-address=127.0.0.1:{prometheus}",
                ],
                lambda: answers(prometheus),
                tmp_path / "prometheus.log",
            ),
        ):

            def titles() -> set[str]:
                return {message["attachments"][0]["title"] for message in collector.messages.get("slack", [])}

            def texts() -> str:
                return "\n".join(message["attachments"][0]["text"] for message in collector.messages.get("slack", []))

            # It comes with whatever else is wrong with the component, which the title may name first
            wait_until(lambda: "memory" in texts(), "the alert in Slack", seconds=60)
            wait_until(lambda: bool(collector.messages.get("theirs")), "the alert of somebody else", seconds=60)
            up = httpx.get(f"http://127.0.0.1:{prometheus}/api/v1/query?query=up").json()["data"]["result"]
        assert [series["metric"]["job"] for series in up] == ["saas-watch"]
        told = {alert["labels"]["alertname"] for each in collector.messages["theirs"] for alert in each["alerts"]}
        assert told == {"Other"}, "nothing of ours, the Watchdog included"
        assert not any("Other" in title for title in titles())


def test_the_branch_takes_what_is_of_the_product_and_nothing_else(tmp_path: Path) -> None:
    with collecting() as collector:
        theirs = tmp_path / "alertmanager.yml"
        theirs.write_text(yaml.safe_dump(merged(rendered(tmp_path), collector)))
    verify(theirs, "vigie-critical", "product=shop severity=critical")
    verify(theirs, "vigie-warning", "product=shop severity=warning")
    verify(theirs, "vigie-nowhere", "alertname=Watchdog product=shop severity=none")
    verify(theirs, "theirs", "product=other severity=critical")
    verify(theirs, "theirs", "alertname=Watchdog severity=none")


def test_nobody_else_is_muted(tmp_path: Path) -> None:
    ours = yaml.safe_load((rendered(tmp_path) / "existing" / "alertmanager.yaml").read_text())
    for rule in ours["inhibit_rules"]:
        assert 'product="shop"' in rule["source_matchers"]
        assert 'product="shop"' in rule["target_matchers"]
