"""What PagerDuty, Slack and other receivers are sent, read as one kind of message."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_ACTIONS = {"trigger", "acknowledge", "resolve"}
_SEVERITIES = {"critical", "error", "warning", "info"}


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message as a person would get it.

    Attributes:
        id: Unique, for links and tests.
        received: When, ISO 8601 in UTC.
        channel: `pagerduty`, `slack`, or the name in `/webhook/<name>`.
        action: PagerDuty's `trigger`, `acknowledge` or `resolve`; for others `trigger` or `resolve` as far as it shows.
        severity: As the message says, or empty.
        title: The first thing that is read.
        text: The rest.
        links: Name to URL.
        raw: What was sent.
    """

    channel: str
    action: str
    severity: str
    title: str
    text: str
    links: Mapping[str, str]
    raw: Any
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    received: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="milliseconds"))


class InvalidEventError(ValueError):
    """An event that PagerDuty would refuse; `errors` is what it would answer."""

    def __init__(self, *errors: str) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


def from_pagerduty(event: Any) -> Message:
    """
    Read an Events API v2 event (api-schema of PagerDuty, 2026-08-14).

    Raises:
        InvalidEventError: A field that the vendor requires is missing or unknown.
    """
    body = _mapping(event)
    payload = _mapping(body.get("payload"))
    action = str(body.get("event_action", ""))
    errors = [] if body.get("routing_key") else ["'routing_key' is missing or blank"]
    if action not in _ACTIONS:
        errors.append("'event_action' is missing or not one of trigger, acknowledge, resolve")
    if action in {"acknowledge", "resolve"} and not body.get("dedup_key"):
        errors.append(f"'dedup_key' is missing for {action}")
    if action == "trigger":
        errors += [f"'payload.{name}' is missing or blank" for name in ("summary", "source") if not payload.get(name)]
        if payload.get("severity") not in _SEVERITIES:
            errors.append("'payload.severity' is invalid (must be one of critical, warning, error or info)")
    if errors:
        raise InvalidEventError(*errors)
    links = [_mapping(link) for link in body.get("links") or []]
    return Message(
        channel="pagerduty",
        action=action,
        severity=str(payload.get("severity", "")),
        title=str(payload.get("summary", "")),
        text=_details(payload.get("custom_details")),
        links={str(link.get("text") or link.get("href")): str(link.get("href", "")) for link in links},
        raw={**body, "routing_key": "(hidden)"},
    )


def from_slack(body: Any) -> Message:
    """
    Read an incoming webhook's message: text, attachments or both.

    Raises:
        InvalidEventError: Nothing to show; Slack answers `no_text`.
    """
    message = _mapping(body)
    attachments = [_mapping(attachment) for attachment in message.get("attachments") or []]
    first = attachments[0] if attachments else {}
    title = str(first.get("title") or message.get("text") or first.get("fallback") or "")
    texts = [str(attachment.get("text") or "") for attachment in attachments]
    texts += [
        f"{each.get('title', '')}: {each.get('value', '')}"
        for attachment in attachments
        for each in map(_mapping, attachment.get("fields") or [])
    ]
    if not title and not any(texts):
        raise InvalidEventError("no_text")
    links = {"title": str(first["title_link"])} if first.get("title_link") else {}
    for attachment in attachments:
        for action in map(_mapping, attachment.get("actions") or []):
            links[str(action.get("text", "link"))] = str(action.get("url", ""))
    resolved = str(first.get("color", "")) == "good" or "resolved" in title.lower()
    return Message(
        channel="slack",
        action="resolve" if resolved else "trigger",
        severity={"danger": "critical", "warning": "warning"}.get(str(first.get("color", "")), ""),
        title=title,
        text="\n".join(text for text in texts if text),
        links=links,
        raw=body,
    )


def from_webhook(name: str, body: Any) -> Message:
    """Read what any other receiver sends; Alertmanager's own webhook format shows its alerts."""
    message = _mapping(body)
    alerts = [_mapping(alert) for alert in message.get("alerts") or []]
    annotations = _mapping(message.get("commonAnnotations"))
    labels = _mapping(message.get("commonLabels"))
    summaries = [str(_mapping(alert.get("annotations")).get("summary", "")) for alert in alerts]
    return Message(
        channel=name,
        action="resolve" if message.get("status") == "resolved" else "trigger",
        severity=str(labels.get("severity", "")),
        title=str(
            annotations.get("summary") or labels.get("alertname") or message.get("title") or f"message to {name}"
        ),
        text="\n".join(summary for summary in summaries if summary) or str(message.get("text", "")),
        links={"alertmanager": str(message["externalURL"])} if message.get("externalURL") else {},
        raw=body,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _details(details: Any) -> str:
    if isinstance(details, dict):
        return "\n".join(
            f"{name}: {value if isinstance(value, str) else json.dumps(value)}"
            for name, value in details.items()
            if value is not None
        )
    return "" if details is None else str(details)
