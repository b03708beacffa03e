"""What comes as one message, what is repeated, and what a silence costs, by a real Alertmanager with short waits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.mixin.alertmanager import Alertmanager, alert, alerting, over
from tests.real.process import wait_until

PACE = {"group_interval": "1s", "page_repeat": "1s"}
"""The waits are cut to 300 ms, the repetition is due a little within its second."""


def critical(name: str, **labels: str) -> dict[str, Any]:
    """An alert that starts so late that its group is sent only once all of it has arrived."""
    return alert(name, "critical", labels, started=datetime.now(UTC) + timedelta(minutes=1))


def summaries(alertmanager: Alertmanager) -> list[str]:
    """What the pager read, each incident once."""
    events = {event["dedup_key"]: event for event in alertmanager.collector.messages.get("pagerduty", ())}
    return sorted(event["payload"]["summary"].partition(". ")[0] for event in events.values())


GROUPS: Mapping[str, tuple[list[dict[str, Any]], list[str]]] = {
    "one component": (
        [critical("DatabaseDown", component="database"), critical("DatabaseConnectionsHigh", component="database")],
        ["Critical: DatabaseConnectionsHigh and others of shop (2)"],
    ),
    "two components": (
        [critical("DatabaseDown", component="database"), critical("NoWorkers", component="jobs")],
        ["Critical: DatabaseDown of shop", "Critical: NoWorkers of shop"],
    ),
    "two products": (
        [critical("DatabaseDown"), critical("DatabaseDown", product="other")],
        ["Critical: DatabaseDown of other", "Critical: DatabaseDown of shop"],
    ),
    "two patterns of an attack": (
        [critical("SecurityBreach", pattern="account"), critical("SecurityBreach", pattern="entered after failures")],
        ["Critical: SecurityBreach of shop", "Critical: SecurityBreach of shop"],
    ),
    "two pages": (
        [critical("SiteDown", probe="api"), critical("SiteDown", probe="blog")],
        ["Critical: SiteDown of shop", "Critical: SiteDown of shop"],
    ),
    "two queues": (
        [critical("QueueBackup", queue_name="a"), critical("QueueBackup", queue_name="b"), critical("NoWorkers")],
        ["Critical: NoWorkers of shop", "Critical: QueueBackup of shop", "Critical: QueueBackup of shop"],
    ),
    "ten machines": (
        [critical("HighCPU", component="hosting", instance=f"m{number}") for number in range(10)],
        ["Critical: HighCPU of shop (10)"],
    ),
    "alerts of somebody else's rules": (
        [critical("TheirFirst", component=""), critical("TheirSecond", component="")],
        ["Critical: TheirFirst of shop", "Critical: TheirSecond of shop"],
    ),
}
"""What fires, and what the pager reads."""


@pytest.mark.parametrize("case", GROUPS)
def test_what_is_one_incident(case: str, tmp_path: Path) -> None:
    alerts, expected = GROUPS[case]
    with alerting(tmp_path) as alertmanager:
        alertmanager.push(*alerts)
        wait_until(lambda: summaries(alertmanager) == expected, f"{expected} at the pager")


def _settled(alertmanager: Alertmanager) -> bool:
    """Whether a silence hid something and, over three looks of Alertmanager, hides nothing any more."""
    before = alertmanager.hidden()
    time.sleep(1)
    return alertmanager.hidden() == before > 0


def test_a_page_that_ends_under_a_silence_and_returns_rings(tmp_path: Path) -> None:
    with alerting(tmp_path, routing=PACE) as alertmanager:
        incident = alert("DatabaseDown", "critical", {"component": "database"})
        alertmanager.push(incident)
        (first, *_) = alertmanager.collector.wait_for("pagerduty")
        silence = alertmanager.silence(alertname="DatabaseDown")
        alertmanager.push(over(incident, ended=datetime.now(UTC)))
        wait_until(lambda: _settled(alertmanager), "the end to be noticed and hidden", seconds=30)
        alertmanager.speak(silence)
        silenced = list(alertmanager.collector.messages["pagerduty"])
        assert {event["event_action"] for event in silenced} == {"trigger"}, "no resolve is sent under a silence"
        alertmanager.push(alert("DatabaseDown", "critical", {"component": "database"}, started=datetime.now(UTC)))
        again = alertmanager.collector.wait_for("pagerduty", len(silenced) + 1)[-1]
        assert (again["event_action"], again["dedup_key"]) == ("trigger", first["dedup_key"])


def test_what_is_repeated_to_the_pager_is_one_incident_and_one_message_to_people(tmp_path: Path) -> None:
    with alerting(tmp_path, routing=PACE) as alertmanager:
        alertmanager.push(alert("DatabaseDown", "critical"))
        events = alertmanager.collector.wait_for("pagerduty", 3)
        assert len({event["dedup_key"] for event in events}) == 1
        assert len(alertmanager.collector.messages["slack"]) == 1


def test_the_heart_beats_as_often_as_it_says(tmp_path: Path) -> None:
    """Alertmanager looks only every `group_interval`: were the beat due just then, every second one would be missed."""
    with alerting(tmp_path, routing={"heartbeat": "3s"}) as alertmanager:
        alertmanager.push(alert("Watchdog", "none", {"product": ""}))
        alertmanager.collector.wait_for("beat")
        began = time.monotonic()
        alertmanager.collector.wait_for("beat", 3)
        assert 4.5 < time.monotonic() - began < 9
