"""A channel that fails is told by another: PagerDuty in error, no Slack there, a mail server without the mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mixin.alertmanager import Alertmanager, Ways, alert, alerting
from tests.mixin.smtp import MailServer, taking_mail
from tests.real.answering import Quiet, answering
from tests.real.process import free_port, wait_until
from vigie.render.mixin import Rendering

FAILED = "alertmanager_notifications_failed_total"
TEAM = "team@shop.example"


class InError(Quiet):
    """Stands for PagerDuty while it is in error."""

    def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500)
        self.end_headers()


def channels(ways: Ways, broken: str, server: MailServer, in_error: int) -> dict[str, Any]:
    """Everything that a product has, one of it broken."""
    pagerduty = ways.pagerduty("pagerduty")
    slack = ways.slack("slack")
    if broken == "pagerduty":
        pagerduty["url"] = f"http://127.0.0.1:{in_error}/"
    if broken == "slack":
        slack["webhook_url_file"] = ways.file("nobody.hook", f"http://127.0.0.1:{free_port()}/")
    carrier = {"smarthost": server.address, "sender": "vigie@shop.example", "require_tls": False, "to": [TEAM]}
    return {"pagerduty": pagerduty, "slack": slack, "email": carrier}


@pytest.fixture(params=["pagerduty", "slack", "email"])
def broken(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def server(broken: str) -> Iterator[MailServer]:
    with taking_mail(unknown={TEAM} if broken == "email" else ()) as running:
        yield running


@pytest.fixture
def alertmanager(broken: str, server: MailServer, tmp_path: Path) -> Iterator[Alertmanager]:
    port = free_port()
    with ExitStack() as stack:
        stack.enter_context(answering(InError, port))
        ways = partial(channels, broken=broken, server=server, in_error=port)
        yield stack.enter_context(alerting(tmp_path, ways))


def failures(alertmanager: Alertmanager) -> dict[str, float]:
    """Messages that were not handed over, by kind of channel."""
    counted: dict[str, float] = {}
    for line in httpx.get(f"{alertmanager.url}/metrics").raise_for_status().text.splitlines():
        if found := re.match(rf'{FAILED}{{integration="(\w+)".*}} (\S+)$', line):
            counted[found[1]] = counted.get(found[1], 0) + float(found[2])
    return counted


def test_it_is_counted_under_the_names_that_the_rule_reads(
    alertmanager: Alertmanager, broken: str, rendering: Rendering
) -> None:
    rules = rendering.files["prometheus/rules/signals.yaml"]
    watched = {name for kinds in re.findall(rf'{FAILED}{{.*integration=~"(.*?)"', rules) for name in kinds.split("|")}
    assert watched <= failures(alertmanager).keys(), "all of them before the first failure"
    alertmanager.push(alert("SiteDown", "critical"), alert("QueueBackup", "warning"))
    # it is tried again for ten seconds, which Alertmanager allows at least
    wait_until(lambda: failures(alertmanager)[broken] > 0, "a failure that is counted", seconds=30)
    assert {name for name, count in failures(alertmanager).items() if count} == {broken}


SEVERITIES = {"pagerduty": "critical", "slack": "warning", "email": "warning"}


def test_another_channel_tells(alertmanager: Alertmanager, broken: str, server: MailServer) -> None:
    labels = {"integration": broken, "component": "monitoring"}
    alertmanager.push(alert("NotificationsFailing", SEVERITIES[broken], labels))
    title = f"{SEVERITIES[broken].title()}: NotificationsFailing of shop. "
    if broken != "slack":
        ((message,),) = (each["attachments"] for each in alertmanager.collector.wait_for("slack"))
        assert message["title"].startswith(title)
    if broken != "email":
        assert [mail.message["Subject"].startswith(title) for mail in server.wait_for()] == [True]
    assert "pagerduty" not in alertmanager.collector.messages
