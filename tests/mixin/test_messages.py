"""What people get, as a real Alertmanager sends it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.mixin.alertmanager import Alertmanager, alert, alerting, over

LINKS = {
    "Runbook": "http://localhost:9847/runbooks/RB-005-workers-stuck.md",
    "Dashboard": "http://localhost:3000/d/vigie-workers?var-product=shop&from=now-1h&to=now",
    "Silence": "http://localhost:9093/#/silences/new?filter=%7Balertname%3D%22QueueBackup%22%7D",
}


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    with alerting(tmp_path) as running:
        yield running


def attachment(message: dict[str, Any]) -> dict[str, Any]:
    """The one attachment of a Slack message."""
    (only,) = message["attachments"]
    return dict(only)


def test_a_page_says_what_how_much_since_when_and_what_to_do(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "critical", {"queue_name": "emails"}))
    (event,) = alertmanager.collector.wait_for("pagerduty")
    assert event["event_action"] == "trigger"
    assert event["routing_key"] == "integration-key"
    assert {link["text"]: link["href"] for link in event["links"]} == LINKS
    payload = event["payload"]
    assert payload["summary"] == "Critical: QueueBackup of shop. Jobs pile up in a queue."
    assert {key: payload[key] for key in ("severity", "component", "class", "group", "source")} == {
        "severity": "critical",
        "component": "jobs",
        "class": "saturation",
        "group": "shop",
        "source": "Vigie",
    }
    details = {key: str(value) for key, value in payload["custom_details"].items() if value is not None}
    assert details == {
        "firing": "600 jobs wait in the queue emails of shop. More than 500 for 5m is critical.",
        "first_step": "Look whether the workers finish jobs.",
        "num_firing": "1",
        "num_resolved": "0",
        "since": "2026-01-15 10:30 CET",
        "threshold": "500",
        "value": "600",
    }


def test_a_page_is_also_told_in_the_channel(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "critical", {"queue_name": "emails"}))
    (message,) = alertmanager.collector.wait_for("slack")
    shown = attachment(message)
    assert message["channel"] == "#alerts"
    assert shown["color"] == "danger"
    assert shown["title"] == "Critical: QueueBackup of shop. Jobs pile up in a queue."
    assert shown["title_link"] == LINKS["Dashboard"]
    assert {action["text"]: action["url"] for action in shown["actions"]} == LINKS
    assert shown["text"].splitlines() == [
        "600 jobs wait in the queue emails of shop. More than 500 for 5m is critical.",
        "*600*, threshold 500, since 2026-01-15 10:30 CET",
        "*First:* Look whether the workers finish jobs.",
    ]


def test_a_warning_pages_nobody(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "warning"), alert("Later", "critical"))
    alertmanager.collector.wait_for("pagerduty")
    messages = alertmanager.collector.wait_for("slack", 2)
    assert {attachment(message)["color"] for message in messages} == {"warning", "danger"}
    assert len(alertmanager.collector.messages["pagerduty"]) == 1


def test_the_end_is_told_where_the_beginning_was(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "critical"))
    (trigger,) = alertmanager.collector.wait_for("pagerduty")
    alertmanager.push(over(alert("QueueBackup", "critical")))
    resolve = alertmanager.collector.wait_for("pagerduty", 2)[1]
    assert resolve["event_action"] == "resolve"
    assert resolve["dedup_key"] == trigger["dedup_key"]
    shown = attachment(alertmanager.collector.wait_for("slack", 2)[1])
    assert shown["color"] == "good"
    assert shown["title"] == "Resolved: QueueBackup of shop. Jobs pile up in a queue."
    assert shown["text"].splitlines()[1] == "*600*, threshold 500, 2026-01-15 10:30 CET to 10:42 CET"
    assert "First" not in shown["text"]


@pytest.mark.parametrize(("count", "shown", "last"), [(2, 2, "*First:*"), (50, 10, "*First:*")])
def test_many_alerts_are_one_message(count: int, shown: int, last: str, alertmanager: Alertmanager) -> None:
    began = datetime.now(UTC) + timedelta(minutes=1)  # what began long ago is told without waiting for company
    alertmanager.push(
        *(alert("QueueBackup", "critical", {"queue_name": f"q{n:02}"}, started=began) for n in range(count))
    )
    (event,) = alertmanager.collector.wait_for("pagerduty")
    assert event["payload"]["summary"].startswith(f"Critical: QueueBackup of shop ({count}). ")
    (message,) = alertmanager.collector.wait_for("slack")
    lines = attachment(message)["text"].splitlines()
    assert sum(line.startswith("*600*") for line in lines) == shown
    assert lines[-1].startswith(last)
    assert (f"… {count} alerts in all" in lines) == (count > shown)


def test_no_text_breaks_a_message(alertmanager: Alertmanager) -> None:
    nasty = "Queue <é&\"'`{{ .Labels }}` 日本> " + "x" * 5000
    alertmanager.push(alert("QueueBackup", "critical", {"queue_name": '"<\\>"'}, says=nasty))
    (event,) = alertmanager.collector.wait_for("pagerduty")
    assert event["payload"]["custom_details"]["firing"] == nasty
    (message,) = alertmanager.collector.wait_for("slack")
    assert attachment(message)["text"].startswith("Queue &lt;é&amp;\"'`{{ .Labels }}` 日本&gt; xxx")


def test_the_alert_of_somebody_else_arrives_too(alertmanager: Alertmanager) -> None:
    alertmanager.push({"labels": {"alertname": "NotOurs"}, "annotations": {"summary": "Theirs."}})
    (message,) = alertmanager.collector.wait_for("slack")
    assert attachment(message)["title"] == "Alert: NotOurs. Theirs."


def test_the_dead_mans_switch_hears_only_the_watchdog(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("Watchdog", "none", {"product": ""}), alert("QueueBackup", "warning"))
    (beat,) = alertmanager.collector.wait_for("beat")
    assert beat["groupLabels"] == {"alertname": "Watchdog"}
    alertmanager.collector.wait_for("slack")
    assert set(alertmanager.collector.messages) == {"beat", "slack"}


MUTED = (
    ("a warning by its critical", "HighCPU critical instance=a", "HighCPU warning instance=a", True),
    ("not that of another machine", "HighCPU critical instance=a", "HighCPU warning instance=b", False),
    ("not that of another queue", "QueueBackup critical queue_name=a", "QueueBackup warning queue_name=b", False),
    ("not that of another product", "HighErrorRate critical", "HighErrorRate warning product=other", False),
    ("not another alert", "HighErrorRate critical", "ServerErrors warning", False),
    ("a symptom by SiteDown", "SiteDown critical probe=api", "HighErrorRate critical", True),
    ("no symptom of another product", "SiteDown critical probe=api", "HighErrorRate critical product=other", False),
    ("no cause by SiteDown", "SiteDown critical probe=api", "DatabaseDown critical source=postgres", False),
    (
        "its numbers by a silent source",
        "SourceSilent warning source=celery",
        "QueueBackup critical source=celery",
        True,
    ),
    ("no other numbers", "SourceSilent warning source=redis", "QueueBackup critical source=celery", False),
    (
        "a silent source by DatabaseDown",
        "DatabaseDown critical source=postgres",
        "SourceSilent warning source=postgres",
        True,
    ),
    ("and not the other way", "SourceSilent warning source=postgres", "DatabaseDown critical source=postgres", False),
    ("one worker by all", "NoWorkers critical source=celery", "WorkerDown warning source=celery hostname=w", True),
    ("what a vendor's incident explains", "VendorIncident warning vendor=stripe", "PaymentFailures warning", True),
    ("but no page", "VendorIncident warning vendor=stripe", "PaymentFailures critical", False),
    ("nothing of another vendor", "VendorIncident warning vendor=railway", "PaymentFailures warning", False),
    ("a stale source by its silence", "SourceSilent warning source=redis", "SourceStale warning source=redis", True),
)
"""What mutes what: the case, the alert that fires, the other one, and whether that is muted."""


def described(text: str, number: int) -> dict[str, Any]:
    """An alert in short, about a product of its own for each case."""
    name, severity, *pairs = text.split()
    labels = dict(pair.split("=") for pair in pairs)
    return alert(name, severity, {**labels, "product": f"{labels.get('product', 'shop')}-{number}"})


def test_what_mutes_what(alertmanager: Alertmanager) -> None:
    wrong = []
    for number, (_, cause, symptom, _) in enumerate(MUTED):
        alertmanager.push(described(cause, number), described(symptom, number))
    muted = alertmanager.muted()
    for number, (case, _, symptom, expected) in enumerate(MUTED):
        labels = described(symptom, number)["labels"]
        if ((labels["alertname"], labels["severity"], labels["product"]) in muted) != expected:
            wrong.append(case)
    assert wrong == []
