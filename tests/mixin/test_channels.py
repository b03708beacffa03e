"""Channels and hours by a real Alertmanager: mail, texts, teams, and warnings that wait for the morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.mixin.alertmanager import Ways, alert, alerting, over
from tests.mixin.smtp import MailServer, taking_mail


def by_mail(ways: Ways, server: MailServer) -> dict[str, Any]:
    """A list of two that gets warnings, and finance."""
    carrier = {
        "smarthost": server.address,
        "sender": "vigie@shop.example",
        "username": "vigie",
        "password_file": ways.file("smtp", "p4ss word"),
        "require_tls": False,
        "to": ["ada@shop.example", "bob@shop.example"],
    }
    return {"email": carrier, "finance": {"email": ["money@shop.example"]}, "pagerduty": ways.pagerduty("pagerduty")}


def test_a_warning_is_mailed_and_so_is_its_end(tmp_path: Path) -> None:
    warning = alert("QueueBackup", "warning", {"queue_name": "é"}, says="600 jobs wait in the queue <é> & “more”.")
    with taking_mail() as server, alerting(tmp_path, partial(by_mail, server=server)) as alertmanager:
        alertmanager.push(warning)
        begun = [*server.wait_for(2)]
        alertmanager.push(over(warning))
        ended = server.wait_for(4)[2:]
    assert sorted(mail.recipients for mail in begun) == [("ada@shop.example",), ("bob@shop.example",)]
    (first,) = (mail for mail in begun if mail.message["To"] == "ada@shop.example")
    (second,) = (mail for mail in ended if mail.message["To"] == "ada@shop.example")
    assert (first.account, first.hello) == (("vigie", "p4ss word"), "shop.example")
    assert first.message["From"] == "vigie@shop.example"
    assert first.message["Subject"] == "Warning: QueueBackup of shop. Jobs pile up in a queue."
    assert first.text.split("\n")[:4] == [
        "600 jobs wait in the queue <é> & “more”.",
        "600, threshold 500, since 2026-01-15 09:30 UTC",
        "",
        "First: Look whether the workers finish jobs.",
    ]
    assert "Runbook: http://localhost:9847/runbooks/RB-005-workers-stuck.md\n" in first.text
    assert "Dashboard: http://localhost:3000/d/vigie-workers?var-product=shop&from=now-1h&to=now\n" in first.text
    assert "Silence: http://localhost:9093/#/silences/new?filter=" in first.text
    assert second.message["Subject"] == "Resolved: QueueBackup of shop. Jobs pile up in a queue."
    assert second.text.startswith("Resolved: 600 jobs wait")
    assert "2026-01-15 09:30 to 09:42 UTC" in second.text
    assert "First:" not in second.text


@pytest.mark.parametrize(("count", "shown"), [(1, 1), (2, 2), (50, 10)])
def test_many_warnings_are_one_mail(count: int, shown: int, tmp_path: Path) -> None:
    with taking_mail() as server, alerting(tmp_path, partial(by_mail, server=server)) as alertmanager:
        began = datetime.now(UTC) + timedelta(minutes=1)  # what began long ago is told without waiting for company
        names = [f"machine-{n:02}" for n in range(count)]
        alertmanager.push(*(alert("HighCPU", "warning", {"instance": name}, started=began) for name in names))
        mails = server.wait_for(2)
    assert {mail.text.count("threshold 500") for mail in mails} == {shown}
    assert {f"… {count} alerts in all\n" in mail.text for mail in mails} == {count > shown}


def test_a_mailbox_that_is_gone_costs_nobody_else_the_mail(tmp_path: Path) -> None:
    with (
        taking_mail(unknown={"bob@shop.example"}) as server,
        alerting(tmp_path, partial(by_mail, server=server)) as alertmanager,
    ):
        alertmanager.push(alert("QueueBackup", "warning"))
        (mail,) = server.wait_for()
    assert mail.recipients == ("ada@shop.example",)


def test_the_name_of_this_client_can_be_chosen(tmp_path: Path) -> None:
    def greeted(ways: Ways, server: MailServer) -> dict[str, Any]:
        channels = by_mail(ways, server)
        return channels | {"email": channels["email"] | {"hello": "alerts.shop.example"}}

    with taking_mail() as server, alerting(tmp_path, partial(greeted, server=server)) as alertmanager:
        alertmanager.push(alert("QueueBackup", "warning"))
        assert {mail.hello for mail in server.wait_for(2)} == {"alerts.shop.example"}


def test_finance_is_mailed_beside_the_list(tmp_path: Path) -> None:
    with taking_mail() as server, alerting(tmp_path, partial(by_mail, server=server)) as alertmanager:
        cpu = alert("HighCPU", "warning", {"component": "hosting"})
        alertmanager.push(alert("LLMTokenBudget", "warning", {"audience": "finance"}), cpu)
        mails = server.wait_for(5)
    told = sorted((mail.message["Subject"].split()[1], mail.recipients[0]) for mail in mails)
    assert told == [
        ("HighCPU", "ada@shop.example"),
        ("HighCPU", "bob@shop.example"),
        ("LLMTokenBudget", "ada@shop.example"),
        ("LLMTokenBudget", "bob@shop.example"),
        ("LLMTokenBudget", "money@shop.example"),
    ]


def test_a_page_is_texted_to_each_number(tmp_path: Path) -> None:
    keys = "[shop]\naws_access_key_id = AKIATEST\naws_secret_access_key = made-up\n"

    def texts(ways: Ways) -> dict[str, Any]:
        carrier = {"region": "eu-west-3", "profile": "shop", "api_url": ways.url("sms")}
        return {"sms": carrier | {"to": ["+33612345678", "+33698765432"]}}

    (tmp_path / "aws").write_text(keys)
    with alerting(tmp_path, texts, {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws")}) as alertmanager:
        alertmanager.push(alert("QueueBackup", "warning"), alert("SiteDown", "critical"))
        sent = alertmanager.collector.wait_for("sms", 2)
    assert {text["PhoneNumber"] for text in sent} == {"+33612345678", "+33698765432"}
    assert {text["Message"] for text in sent} == {"Critical: SiteDown of shop. Jobs pile up in a queue."}


def with_security(ways: Ways) -> dict[str, Any]:
    """A security team with a pager and a channel of its own."""
    team = {"pagerduty": ways.pagerduty("security-pager"), "slack": ways.slack("security-slack", "#security")}
    return ways.everyday() | {"security": team}


def test_a_breach_pages_on_call_and_the_security_team(tmp_path: Path) -> None:
    with alerting(tmp_path, with_security) as alertmanager:
        alertmanager.push(alert("SecurityBreach", "critical", {"audience": "security"}))
        arrived = {
            name: alertmanager.collector.wait_for(name)
            for name in ("pagerduty", "slack", "security-pager", "security-slack")
        }
    assert {name: len(messages) for name, messages in arrived.items()} == dict.fromkeys(arrived, 1)
    assert arrived["security-slack"][0]["channel"] == "#security"
    assert arrived["security-pager"][0]["dedup_key"] != arrived["pagerduty"][0]["dedup_key"]


def test_a_security_warning_pages_nobody_and_other_alerts_are_not_for_the_team(tmp_path: Path) -> None:
    with alerting(tmp_path, with_security) as alertmanager:
        alertmanager.push(alert("AuthFailures", "warning", {"audience": "security"}))
        alertmanager.collector.wait_for("security-slack")
        alertmanager.push(alert("SiteDown", "critical"))
        alertmanager.collector.wait_for("pagerduty")
        alertmanager.collector.wait_for("slack", 2)
        counts = {name: len(messages) for name, messages in alertmanager.collector.messages.items()}
    assert counts == {"security-slack": 1, "pagerduty": 1, "slack": 2}


def test_the_beat_goes_where_the_file_says(tmp_path: Path) -> None:
    def switch(ways: Ways) -> dict[str, Any]:
        return {"deadmansswitch_file": ways.file("beat", ways.url("beat-of-a-file"))}

    with alerting(tmp_path, switch) as alertmanager:
        alertmanager.push(alert("Watchdog", "none"))
        alertmanager.collector.wait_for("beat-of-a-file")


def open_on(ways: Ways, *, today: bool) -> dict[str, Any]:
    """Business hours that are now, or on a day that is neither today nor tomorrow."""
    days = {(datetime.now(UTC) + timedelta(days=n)).strftime("%A").lower() for n in ([-1, 0, 1] if today else [3])}
    return ways.everyday() | {"business_hours": {"days": sorted(days), "opens": "00:00", "closes": "24:00"}}


def test_outside_business_hours_warnings_wait_and_pages_do_not(tmp_path: Path) -> None:
    with alerting(tmp_path, partial(open_on, today=False)) as alertmanager:
        alertmanager.push(alert("QueueBackup", "warning"))
        alertmanager.push(alert("SiteDown", "critical", started=datetime.now(UTC)))
        alertmanager.collector.wait_for("pagerduty")
        (message,) = alertmanager.collector.wait_for("slack")
    assert message["attachments"][0]["title"].startswith("Critical: SiteDown")


def test_within_business_hours_warnings_are_told(tmp_path: Path) -> None:
    with alerting(tmp_path, partial(open_on, today=True)) as alertmanager:
        alertmanager.push(alert("QueueBackup", "warning"))
        (message,) = alertmanager.collector.wait_for("slack")
    assert message["attachments"][0]["title"].startswith("Warning: QueueBackup")
