"""Who is told when nobody answers, by a real Alertmanager in which a minute is a tenth of a second."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.mixin.alertmanager import Alertmanager, Ways, alert, alerting, over

LEVELS = (("tech-lead", "15m"), ("cto", "30m"))


def with_levels(ways: Ways) -> dict[str, Any]:
    """On-call, and two levels above, each with a pager of its own."""
    levels = [{"name": name, "after": after, "pagerduty": ways.pagerduty(name)} for name, after in LEVELS]
    return ways.everyday() | {"escalation": levels}


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    with alerting(tmp_path, with_levels) as running:
        yield running


def begins(product: str = "shop", name: str = "SiteDown") -> dict[str, Any]:
    """A critical alert that begins now, of a product of its own where two must be told apart."""
    return alert(name, "critical", {"product": product}, started=datetime.now(UTC))


def told(alertmanager: Alertmanager, level: str, action: str = "trigger") -> list[str]:
    """The products that a level was told of."""
    events = list(alertmanager.collector.messages.get(level, ()))
    return [event["payload"]["group"] for event in events if event["event_action"] == action]


def test_each_level_is_told_in_its_turn_and_all_hear_the_end(alertmanager: Alertmanager) -> None:
    incident, began = begins(), time.monotonic()
    alertmanager.push(incident)
    for level, (others, tenths) in {
        "pagerduty": (["tech-lead", "cto"], 3),
        "tech-lead": (["cto"], 15),
        "cto": ([], 30),
    }.items():
        alertmanager.collector.wait_for(level)
        assert time.monotonic() - began >= tenths / 10 - 0.1
        assert [other for other in others if told(alertmanager, other)] == []
    alertmanager.push(over(incident, ended=datetime.now(UTC)))
    for level in ("pagerduty", "tech-lead", "cto"):
        alertmanager.collector.wait_for(level, 2)
        assert told(alertmanager, level, "resolve") == ["shop"]


def test_a_level_reads_for_how_long_nobody_answered(alertmanager: Alertmanager) -> None:
    incident = begins()
    alertmanager.push(incident)
    (event,) = alertmanager.collector.wait_for("tech-lead")
    title = "SiteDown of shop. Jobs pile up in a queue."
    assert event["payload"]["summary"] == f"Unanswered for 15m. Critical: {title}"
    (first,) = alertmanager.collector.wait_for("pagerduty")
    assert first["payload"]["summary"] == f"Critical: {title}"


@pytest.mark.parametrize("end", ["resolved", "silenced"])
def test_what_ends_or_is_silenced_in_time_reaches_no_level(end: str, alertmanager: Alertmanager) -> None:
    """Another incident, a little younger, goes all the way up: by then this one would have too."""
    answered = begins("answered")
    alertmanager.push(answered)
    alertmanager.collector.wait_for("pagerduty")
    if end == "resolved":
        alertmanager.push(over(answered, ended=datetime.now(UTC)))
    else:
        alertmanager.silence(product="answered")
    alertmanager.push(begins("ignored"))
    alertmanager.collector.wait_for("cto")
    assert told(alertmanager, "tech-lead") == told(alertmanager, "cto") == ["ignored"]


def test_a_silence_after_the_tech_lead_was_told_spares_the_cto(alertmanager: Alertmanager) -> None:
    alertmanager.push(begins("answered"))
    alertmanager.collector.wait_for("tech-lead")
    alertmanager.silence(product="answered")
    alertmanager.push(begins("ignored"))
    alertmanager.collector.wait_for("cto")
    assert told(alertmanager, "tech-lead") == ["answered", "ignored"]
    assert told(alertmanager, "cto") == ["ignored"]


@pytest.mark.parametrize("labels", [{"alertname": "HighErrorRate"}, {"probe": "login"}], ids=["kind", "page"])
def test_a_younger_trouble_of_another_kind_has_a_wait_of_its_own(
    labels: dict[str, str], alertmanager: Alertmanager
) -> None:
    """Were the two one group, the second would reach the tech lead at once."""
    first = begins()
    alertmanager.push(first)
    alertmanager.collector.wait_for("tech-lead")
    second, began = begins() | {"labels": first["labels"] | labels}, time.monotonic()
    alertmanager.push(second)
    alertmanager.collector.wait_for("tech-lead", 2)
    assert time.monotonic() - began >= 1.4


def test_one_cause_on_ten_machines_is_one_message_to_each_level(alertmanager: Alertmanager) -> None:
    machines = [begins(name="HighCPU") for _ in range(10)]
    alertmanager.push(*(each | {"labels": each["labels"] | {"instance": f"m{n}"}} for n, each in enumerate(machines)))
    alertmanager.push(begins("later"))
    for level in ("pagerduty", "tech-lead", "cto"):
        events = alertmanager.collector.wait_for(level, 2)
        assert sorted(event["payload"]["group"] for event in events) == ["later", "shop"]
        (summary,) = [event["payload"]["summary"] for event in events if event["payload"]["group"] == "shop"]
        assert "HighCPU of shop (10)" in summary


def test_a_warning_reaches_no_level(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "warning", {"product": "calm"}), begins("ignored"))
    alertmanager.collector.wait_for("cto")
    assert told(alertmanager, "tech-lead") == told(alertmanager, "cto") == ["ignored"]


def test_the_wait_counts_from_the_beginning_of_the_alert(alertmanager: Alertmanager) -> None:
    """As after a restart: what Alertmanager hears of late is not escalated later."""
    incident, heard = begins(), time.monotonic()
    alertmanager.push(incident | {"startsAt": (datetime.now(UTC) - timedelta(hours=1)).isoformat()})
    alertmanager.collector.wait_for("cto")
    assert time.monotonic() - heard < 2.5


def test_a_silence_that_runs_out_lets_every_level_know(alertmanager: Alertmanager) -> None:
    alertmanager.push(begins("promised"))
    alertmanager.collector.wait_for("pagerduty")
    silence = alertmanager.silence(product="promised")
    alertmanager.push(begins("ignored"))
    alertmanager.collector.wait_for("cto")
    alertmanager.speak(silence)
    for level in ("tech-lead", "cto"):
        alertmanager.collector.wait_for(level, 2)
        assert told(alertmanager, level) == ["ignored", "promised"]


def test_what_ends_and_returns_keeps_its_wait(alertmanager: Alertmanager) -> None:
    first, began = begins(), time.monotonic()
    alertmanager.push(first)
    alertmanager.collector.wait_for("pagerduty")
    alertmanager.push(over(first, ended=datetime.now(UTC)))
    alertmanager.collector.wait_for("pagerduty", 2)
    time.sleep(0.2)  # so that a wait that began anew would end well after the first
    alertmanager.push(begins())
    alertmanager.collector.wait_for("tech-lead")
    assert time.monotonic() - began < 2
