"""The inbox takes what the vendors would take, refuses what they would refuse, and shows it safely."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from demo.inbox.app import Inbox
from demo.inbox.store import Store

_EVENT: dict[str, Any] = {
    "routing_key": "R0UTING",
    "event_action": "trigger",
    "dedup_key": "abc",
    "payload": {
        "summary": "Critical: SiteDown of shop",
        "source": "vigie",
        "severity": "critical",
        "custom_details": {"value": "down", "nested": {"a": 1}},
    },
    "links": [{"href": "http://localhost/runbook", "text": "Runbook"}],
}
_SLACK: dict[str, Any] = {
    "attachments": [
        {
            "color": "danger",
            "title": "Critical: QueueBackup of shop",
            "title_link": "http://localhost/d",
            "text": "*150* jobs wait, see <http://localhost/q?a=1&b=2|the queue>",
            "fields": [{"title": "First", "value": "scale workers"}],
            "actions": [{"type": "button", "text": "Silence", "url": "http://localhost/silence"}],
        }
    ]
}


class Client:
    """Asks an inbox that keeps three messages, without a socket."""

    def __init__(self) -> None:
        self._transport = httpx.ASGITransport(Inbox(Store(None, kept=3)).app)

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, **body: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **body))

    async def _ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://inbox") as client:
            return await client.request(method, path, **body)


@pytest.fixture
def client() -> Client:
    return Client()


def _messages(client: Client) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = client.get("/messages.json").json()
    return messages


def test_an_event_for_pagerduty_is_accepted_as_the_vendor_does(client: Client) -> None:
    answer = client.post("/pagerduty/v2/enqueue", json=_EVENT)
    assert answer.status_code == 202
    assert answer.json() == {"status": "success", "message": "Event processed", "dedup_key": "abc"}
    [message] = _messages(client)
    assert (message["channel"], message["action"], message["severity"]) == ("pagerduty", "trigger", "critical")
    assert message["title"] == "Critical: SiteDown of shop"
    assert message["text"] == 'value: down\nnested: {"a": 1}'
    assert message["links"] == {"Runbook": "http://localhost/runbook"}


def test_a_routing_key_is_not_shown(client: Client) -> None:
    client.post("/pagerduty/v2/enqueue", json=_EVENT)
    assert "R0UTING" not in client.get("/messages.json").text + client.get("/").text


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"routing_key": ""}, "routing_key"),
        ({"event_action": "open"}, "event_action"),
        ({"payload": None}, "payload.summary"),
        ({"payload": {**_EVENT["payload"], "summary": ""}}, "payload.summary"),
        ({"payload": {**_EVENT["payload"], "source": ""}}, "payload.source"),
        ({"payload": {**_EVENT["payload"], "severity": "page"}}, "payload.severity"),
        ({"event_action": "resolve", "dedup_key": ""}, "dedup_key"),
    ],
)
def test_an_event_that_pagerduty_would_refuse_is_refused(client: Client, change: dict[str, Any], word: str) -> None:
    answer = client.post("/pagerduty/v2/enqueue", json={**_EVENT, **change})
    assert answer.status_code == 400
    assert answer.json()["status"] == "invalid event"
    assert any(word in error for error in answer.json()["errors"])
    assert _messages(client) == []


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"'])
@pytest.mark.parametrize("path", ["/pagerduty/v2/enqueue", "/slack/alerts"])
def test_a_body_that_is_no_message_is_refused(client: Client, path: str, body: str) -> None:
    assert client.post(path, content=body).status_code == 400
    assert _messages(client) == []


def test_a_message_for_slack_is_accepted_as_the_vendor_does(client: Client) -> None:
    answer = client.post("/slack/alerts", json=_SLACK)
    assert (answer.status_code, answer.text) == (200, "ok")
    [message] = _messages(client)
    assert (message["channel"], message["action"], message["severity"]) == ("slack", "trigger", "critical")
    assert message["title"] == "Critical: QueueBackup of shop"
    assert message["text"].endswith("First: scale workers")
    assert message["links"] == {"title": "http://localhost/d", "Silence": "http://localhost/silence"}


@pytest.mark.parametrize("attachment", [{"color": "good", "title": "x"}, {"title": "Resolved: x"}])
def test_a_resolution_in_slack_is_told_apart(client: Client, attachment: dict[str, str]) -> None:
    client.post("/slack/alerts", json={"attachments": [attachment]})
    assert _messages(client)[0]["action"] == "resolve"


def test_any_other_receiver_is_accepted_under_its_name(client: Client) -> None:
    alerts = {
        "status": "resolved",
        "commonLabels": {"alertname": "SiteDown"},
        "alerts": [{"annotations": {"summary": "s"}}],
    }
    assert client.post("/webhook/email", json=alerts).status_code == 200
    assert client.post("/webhook/plain", content="just words").status_code == 200
    plain, email = _messages(client)
    assert (email["channel"], email["action"], email["title"], email["text"]) == ("email", "resolve", "SiteDown", "s")
    assert (plain["channel"], plain["text"]) == ("plain", "just words")


def test_the_newest_stands_first_and_the_oldest_goes(client: Client) -> None:
    for number in range(5):
        client.post("/slack/alerts", json={"text": f"message {number}"})
    assert [message["title"] for message in _messages(client)] == ["message 4", "message 3", "message 2"]
    assert len({message["id"] for message in _messages(client)}) == 3


def test_the_page_shows_what_came_and_whether_it_still_burns(client: Client) -> None:
    assert "No message yet" in client.get("/").text
    client.post("/pagerduty/v2/enqueue", json=_EVENT)
    client.post("/slack/alerts", json={"attachments": [{"color": "good", "title": "Resolved: y"}]})
    page = client.get("/").text
    for text in ("Critical: SiteDown of shop", "firing", "resolved", 'href="http://localhost/runbook"'):
        assert text in page


def test_links_and_bold_words_of_slack_are_shown_as_such(client: Client) -> None:
    client.post("/slack/alerts", json=_SLACK)
    page = client.get("/").text
    assert "<b>150</b> jobs wait" in page
    assert '<a href="http://localhost/q?a=1&amp;b=2" rel="noreferrer">the queue</a>' in page


def test_nothing_in_a_message_becomes_markup(client: Client) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    event = json.loads(json.dumps(_EVENT))
    event["payload"] |= {"summary": evil, "custom_details": {evil: evil}}
    event["links"] = [{"href": f"http://localhost/{evil}", "text": evil}, {"href": "javascript:alert(1)", "text": "x"}]
    client.post("/pagerduty/v2/enqueue", json=event)
    client.post("/slack/alerts", json={"text": f"<http://localhost/{evil}|{evil}> <javascript:alert(1)|x>"})
    client.post(f"/webhook/{evil.replace('/', '')}", json={"title": evil, "text": evil})
    page = client.get("/").text
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert '"onerror' not in page
