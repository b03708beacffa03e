"""What people get, as a real Alertmanager sends it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mixin.alertmanager import STARTED, Alertmanager, Ways, alert, alerting, over
from tests.mixin.smtp import MailServer, taking_mail

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
        "since": "2026-01-15 09:30 UTC",
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
        "600, threshold 500, since 2026-01-15 09:30 UTC",
        "First: Look whether the workers finish jobs.",
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
    assert shown["text"].splitlines()[1] == "600, threshold 500, 2026-01-15 09:30 to 09:42 UTC"
    assert "First" not in shown["text"]


@pytest.mark.parametrize(("count", "shown", "last"), [(2, 2, "First:"), (50, 10, "First:")])
def test_many_alerts_are_one_message(count: int, shown: int, last: str, alertmanager: Alertmanager) -> None:
    began = datetime.now(UTC) + timedelta(minutes=1)  # what began long ago is told without waiting for company
    alertmanager.push(
        *(alert("HighCPU", "critical", {"instance": f"machine-{n:02}"}, started=began) for n in range(count))
    )
    (event,) = alertmanager.collector.wait_for("pagerduty")
    assert event["payload"]["summary"].startswith(f"Critical: HighCPU of shop ({count}). ")
    (message,) = alertmanager.collector.wait_for("slack")
    lines = attachment(message)["text"].splitlines()
    assert sum(line.startswith("600, ") for line in lines) == shown
    assert lines[-1].startswith(last)
    assert (f"… {count} alerts in all" in lines) == (count > shown)


def test_an_end_on_another_day_has_its_date(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "warning"))
    alertmanager.collector.wait_for("slack")
    alertmanager.push(over(alert("QueueBackup", "warning"), ended=STARTED + timedelta(hours=20)))
    text = attachment(alertmanager.collector.wait_for("slack", 2)[1])["text"]
    assert "2026-01-15 09:30 to 2026-01-16 05:30 UTC" in text


def test_no_text_breaks_a_message(alertmanager: Alertmanager) -> None:
    nasty = "Queue <é&\"'`{{ .Labels }}` 日本> " + "x" * 5000
    alertmanager.push(alert("QueueBackup", "critical", {"queue_name": '"<\\>"'}, says=nasty))
    (event,) = alertmanager.collector.wait_for("pagerduty")
    assert event["payload"]["custom_details"]["firing"] == nasty[:1000]
    (message,) = alertmanager.collector.wait_for("slack")
    assert attachment(message)["text"].startswith("Queue &lt;é&amp;\"'`{{ .Labels }}` 日本&gt; xxx")


def test_slack_reads_nothing_in_a_message_as_markup(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("QueueBackup", "warning", says="*a* _b_ ~c~ `d` <!channel> <http://evil.example|e> @here"))
    shown = attachment(alertmanager.collector.wait_for("slack")[0])
    assert shown["mrkdwn_in"] == ["fields"]
    assert "fields" not in shown
    assert "<" not in shown["text"]


HOSTILE = "\"\\'<&>{{}}\n\r\t\x00\x1b%+`*_~é日😀"
VALUES = {
    "missing": "",
    "hostile": HOSTILE,
    "long": HOSTILE * 200,
    "long without a space": "😀" * 5000,
}
"""What a label or an annotation may hold."""


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_every_message_keeps_to_its_channels_limits(severity: str, count: int, value: str, tmp_path: Path) -> None:
    """Fields of PagerDuty (docs of Events API v2), Slack's attachments and buttons, and texts by SNS, all at once."""
    began = datetime.now(UTC) + timedelta(minutes=1)
    alerts = []
    for number in range(count):
        made = alert("Hostile", severity, {"queue_name": value, "number": str(number)}, started=began)
        alerts.append({**made, "annotations": dict.fromkeys(made["annotations"], value)})
    (tmp_path / "aws").write_text("[shop]\naws_access_key_id = AKIATEST\naws_secret_access_key = made-up\n")
    env = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws")}
    with taking_mail() as server, alerting(tmp_path, partial(everywhere, server=server), env) as alertmanager:
        alertmanager.push(*alerts)
        shown = attachment(alertmanager.collector.wait_for("slack")[0])
        if severity == "critical":
            (event,) = alertmanager.collector.wait_for("pagerduty")
            assert len(json.dumps(event)) < 512 * 1024
            assert 0 < len(event["payload"]["summary"]) <= 1024
            assert all(link["href"].startswith("http") for link in event["links"])
            assert (event["payload"]["custom_details"]["value"] or "") == shortened(value, count)
            assert (event["payload"]["custom_details"]["first_step"] or "") == value[:1000]
            (text,) = alertmanager.collector.wait_for("sms")
            assert 0 < len(text["Message"]) <= 1600
        else:
            (mail,) = server.wait_for()
            assert 0 < len(mail.text) < 100_000
            assert "\n" not in str(mail.message["Subject"])
    assert 0 < len(shown["title"]) <= 1024
    assert len(shown["text"].encode()) < 150_000
    assert all(action["url"].startswith("http") and len(action["url"]) <= 3000 for action in shown["actions"])


def shortened(value: str, count: int) -> str:
    """The values of at most ten alerts, each on one line of at most 200 characters."""
    return ", ".join([re.sub(r"[\s\x00-\x1f\x7f]+", " ", value[:200])] * min(count, 10))


def everywhere(ways: Ways, server: MailServer) -> dict[str, Any]:
    """Every channel that people read."""
    return {
        "pagerduty": ways.pagerduty("pagerduty"),
        "slack": ways.slack("slack"),
        "sms": {"region": "eu-west-3", "profile": "shop", "api_url": ways.url("sms"), "to": ["+33612345678"]},
        "email": {
            "smarthost": server.address,
            "sender": "vigie@shop.example",
            "require_tls": False,
            "to": ["ada@shop.example"],
        },
    }


@pytest.mark.parametrize("severity", ["critical", "warning", ""])
@pytest.mark.parametrize(
    ("annotations", "says"),
    [
        ({"summary": "Theirs."}, "Theirs."),
        ({"message": "An older <style>."}, "An older &lt;style&gt;."),
        ({}, 'alertname="NotOurs" pod="a&lt;b"'),
    ],
    ids=["summary", "message", "nothing"],
)
def test_the_alert_of_somebody_else_is_shown_too(
    severity: str, annotations: dict[str, str], says: str, alertmanager: Alertmanager
) -> None:
    labels = {"alertname": "NotOurs", "pod": "a<b", "severity": severity}
    theirs = {"labels": {key: value for key, value in labels.items() if value}, "annotations": annotations}
    alertmanager.push({**theirs, "startsAt": STARTED.isoformat(), "generatorURL": "http://prometheus.example/graph"})
    shown = attachment(alertmanager.collector.wait_for("slack")[0])
    assert shown["title"].startswith(f"{severity.title() or 'Alert'}: NotOurs")
    described, numbers, *rest = shown["text"].splitlines()
    assert described == (says if not severity or annotations else f'{says} severity="{severity}"')
    assert (numbers, rest) == ("since 2026-01-15 09:30 UTC", [])
    assert {action["text"]: action["url"] for action in shown["actions"]} == {
        "Runbook": "http://prometheus.example/graph",
        "Dashboard": "http://prometheus.example/graph",
        "Silence": "http://localhost:9093/#/alerts",
    }


def test_the_dead_mans_switch_hears_only_the_watchdog(alertmanager: Alertmanager) -> None:
    alertmanager.push(alert("Watchdog", "none", {"product": ""}), alert("QueueBackup", "warning"))
    (beat,) = alertmanager.collector.wait_for("beat")
    assert {alert["labels"]["alertname"] for alert in beat["alerts"]} == {"Watchdog"}
    alertmanager.collector.wait_for("slack")
    assert set(alertmanager.collector.messages) == {"beat", "slack"}


MUTED = (
    ("a warning by its critical", "HighCPU critical instance=a", "HighCPU warning instance=a", True),
    ("not that of another machine", "HighCPU critical instance=a", "HighCPU warning instance=b", False),
    ("not that of another queue", "QueueBackup critical queue_name=a", "QueueBackup warning queue_name=b", False),
    ("not that of another product", "HighErrorRate critical", "HighErrorRate warning product=other", False),
    ("not another alert", "HighErrorRate critical", "ServerErrors warning", False),
    ("a symptom by SiteDown", "SiteDown critical probe=api", "HighErrorRate warning", True),
    ("but not its page", "SiteDown critical probe=blog", "HighErrorRate critical", False),
    ("no symptom of another product", "SiteDown critical probe=api", "HighErrorRate warning product=other", False),
    ("no cause by SiteDown", "SiteDown critical probe=api", "DatabaseDown critical source=postgres", False),
    ("its numbers by a silent source", "SourceSilent warning source=celery", "QueueBackup warning source=celery", True),
    ("but no page", "SourceSilent warning source=celery", "NoWorkers critical source=celery", False),
    ("nor of payments", "SourceSilent warning source=stripe", "PaymentSystemDown critical source=stripe", False),
    ("no other numbers", "SourceSilent warning source=redis", "QueueBackup warning source=celery", False),
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


def test_nothing_mutes_a_page(rendered: Path) -> None:
    document = yaml.safe_load((rendered / "alertmanager" / "alertmanager.yaml").read_text())
    assert len(document["inhibit_rules"]) > 10
    for rule in document["inhibit_rules"]:
        assert 'severity="warning"' in rule["target_matchers"], rule


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
