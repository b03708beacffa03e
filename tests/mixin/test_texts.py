"""What alerts say, with real values in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from tests.mixin.alertmanager import alert, alerting
from tests.mixin.levels import answers, durations, vigie, waiting
from tests.mixin.levels_vendors import cancelled, runs
from tests.mixin.promtool import Case, Levels, Rules, Stretch, verify
from tests.mixin.recorded_vendors import BLACKBOX, DAYS

DASHBOARDS = "http://localhost:3000/d"
RUNBOOKS = "http://localhost:9847/runbooks"


def silence(fixed: Mapping[str, str], series: Mapping[str, str]) -> str:
    """The address at which the form of a silence is filled in with every label, those of the rule first."""
    pairs = [*sorted(fixed.items()), *sorted(series.items())]
    matchers = ",".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in pairs)
    return f"http://localhost:9093/#/silences/new?filter={quote(f'{{{matchers}}}', safe='')}"


SERIES = {"QueueBackup": {"queue_name": "emails"}, "CertificateExpiry": {"source": "blackbox", "probe": "api"}}
"""Labels of the series that fires."""

Text = tuple[str, str, Levels, dict[str, str]]
TEXTS: tuple[Text, ...] = (
    (
        "QueueBackup",
        "warning",
        waiting(140),
        {
            "summary": "Jobs pile up in a queue.",
            "description": "140 jobs wait in the queue emails of shop. More than 100 for 5m is a warning.",
            "value": "140",
            "threshold": "100",
            "action": "Look whether the workers finish jobs: if they do, add workers; if not, restart them.",
            "runbook_url": f"{RUNBOOKS}/RB-005-workers-stuck.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-workers?var-product=shop&from=now-1h&to=now",
        },
    ),
    (
        "SlowResponse",
        "critical",
        durations(s2=0, s5=100),
        {
            "summary": "The application answers slowly.",
            "description": (
                "The slowest 5% of the requests to shop take 4.85s or longer. More than 2 s for 5m is critical."
            ),
            "value": "4.85s",
            "threshold": "2 s",
            "action": "Find the slow route (Sentry, Performance), then look at CPU, the database and the LLM provider.",
            "runbook_url": f"{RUNBOOKS}/RB-003-high-latency.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-api?var-product=shop&from=now-1h&to=now",
        },
    ),
    (
        "HighErrorRate",
        "critical",
        answers(300, error=100),
        {
            "summary": "Too many requests fail.",
            "description": (
                "25% of the requests to shop are answered with a server error. More than 5% for 5m is critical."
            ),
            "value": "25%",
            "threshold": "5%",
            "action": "Open the newest issues in Sentry; if they began with a release, roll it back.",
            "runbook_url": f"{RUNBOOKS}/RB-001-site-down.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-api?var-product=shop&from=now-1h&to=now",
        },
    ),
    (
        "DatabaseDown",
        "critical",
        {vigie("pg_up"): 0},
        {
            "summary": "The database cannot be reached.",
            "description": "No connection to the database of shop succeeds. After 1m that is critical.",
            "value": "down",
            "threshold": "up",
            "action": (
                "Read the status of Supabase and its connection pooler; if the pool is exhausted, restart the backend."
            ),
            "runbook_url": f"{RUNBOOKS}/RB-002-database.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-database?var-product=shop&from=now-1h&to=now",
        },
    ),
    (
        "LLMCostPerRequest",
        "warning",
        runs(100, dollars=25),
        {
            "summary": "Requests to the model are expensive.",
            "description": (
                "A request to shop costs $0.25 of model calls on average. More than $0.10 for 5m is a warning."
            ),
            "value": "$0.25",
            "threshold": "$0.10",
            "action": "Find the longest prompts in LangSmith: shorten them, cache them, or take a cheaper model.",
            "runbook_url": f"{RUNBOOKS}/RB-013-model.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-llm?var-product=shop&from=now-6h&to=now",
        },
    ),
    (
        "ChurnSpike",
        "critical",
        cancelled(60, 10),
        {
            "summary": "More subscriptions end than usual.",
            "description": (
                "6 times as many subscriptions of shop ended within 24 hours as is normal. "
                "More than 5 times for 15m is critical."
            ),
            "value": "6 times",
            "threshold": "5 times",
            "action": "Read the reasons of the cancellations in Stripe: failed payments, a price, or a release.",
            "runbook_url": f"{RUNBOOKS}/RB-012-sign-ups-and-churn.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-business?var-product=shop&from=now-1d&to=now",
        },
    ),
    (
        "CertificateExpiry",
        "warning",
        {BLACKBOX: 10 * DAYS + 1200},
        {
            "summary": "A certificate ends soon.",
            "description": ("The certificate of api of shop ends in 10 days. Less than 14 days for 15m is a warning."),
            "value": "10 days",
            "threshold": "14 days",
            "action": (
                "Find out why it was not renewed: a DNS record, a challenge that fails, or a domain that was moved."
            ),
            "runbook_url": f"{RUNBOOKS}/RB-016-certificate.md",
            "dashboard_url": f"{DASHBOARDS}/vigie-uptime?var-product=shop&from=now-3h&to=now",
        },
    ),
)
"""Alert, severity, what the product shows, and the annotations."""


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[0])
def test_texts(text: Text, groups: list[dict[str, Any]], tmp_path: Path) -> None:
    alert, severity, levels, says = text
    written = (
        Rules(groups).behind(alert).only(lambda rule: rule.get("labels", {}).get("severity", severity) == severity)
    )
    (labels,) = [rule["labels"] for group in written.groups for rule in group["rules"] if "alert" in rule]
    more = SERIES.get(alert, {})
    link = silence({**labels, "alertname": alert}, {**more, "product": "shop"})
    annotations = {**says, "silence_url": link}
    case = Case(
        alert,
        [Stretch(levels, 81)],
        {(1200, alert): [{**labels, **more, "product": "shop"}]},
        annotations=annotations,
    )
    verify(written, [case], tmp_path)


HOSTILE = "a\"b\\c d+e&f=g,h}i%20{{j}}'日\n"


def test_a_link_silences_one_alert_and_nothing_else(groups: list[dict[str, Any]], tmp_path: Path) -> None:
    """A real Alertmanager finds exactly the alert by the matchers of the link, whatever its labels hold."""
    (rule,) = [
        rule
        for group in groups
        for rule in group["rules"]
        if rule.get("alert") == "QueueBackup" and rule["labels"]["severity"] == "critical"
    ]
    link = silence({**rule["labels"], "alertname": "QueueBackup"}, {"product": "shop", "queue_name": HOSTILE})
    linked = {**rule, "annotations": {"silence_url": rule["annotations"]["silence_url"]}}
    series = f'{rule["expr"].partition("(")[2].partition("[")[0]}{{product="shop",queue_name={json.dumps(HOSTILE)}}}'
    labels = {**rule["labels"], "queue_name": HOSTILE}
    fires = {(1200, "QueueBackup"): [{**labels, "product": "shop"}]}
    case = Case("a hostile queue", [Stretch({series: 600}, 81)], fires, annotations={"silence_url": link})
    verify(Rules([{"name": "one", "rules": [linked]}]), [case], tmp_path)

    matchers = parse_qs(urlsplit(urlsplit(link).fragment).query)["filter"][0]
    with alerting(tmp_path) as alertmanager:
        alertmanager.push(
            alert("QueueBackup", "critical", labels),
            alert("QueueBackup", "critical", {**labels, "queue_name": "emails"}),
            alert("QueueBackup", "warning", {**labels, "severity": "warning"}),
        )
        each = re.findall(r"""\w+="(?:[^"\\]|\\.)*\"""", matchers)
        found = httpx.get(f"{alertmanager.url}/api/v2/alerts", params={"filter": each}).raise_for_status().json()
    assert [(each["labels"]["queue_name"], each["labels"]["severity"]) for each in found] == [(HOSTILE, "critical")]
