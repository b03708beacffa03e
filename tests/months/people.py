"""Who is told: receivers that stand for people, what they should get of an incident, and what they got."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.mixin.alertmanager import Alertmanager, Ways, alerting
from tests.mixin.smtp import MailServer, taking_mail
from tests.months.engine import Life
from tests.months.incidents import Incident

LEVELS = {"tech-lead": "15m", "cto": "30m"}
"""Who is told of a page that nobody answers, and when."""
ON_CALL = frozenset({"pagerduty", "slack", "sms", *LEVELS})
READERS = frozenset({"slack", "mail"})
BESIDE = {
    ("SecurityBreach", "Critical"): frozenset({"security-pager", "security-slack"}),
    ("LLMTokenBudget", "Warning"): frozenset({"finance"}),
}
"""Who is told beside them."""
MAILBOXES = {"team@shop.example": "mail", "money@shop.example": "finance"}
TITLE = re.compile(r"(?:Unanswered for \w+\. )?(Critical|Warning): (\w+)(?: and others)? of (\S+?)(?: \(\d+\))?\. ")

Told = Counter[tuple[str, str, str, str]]
"""Receiver, severity, alert and product to the number of messages."""


def audience(name: str, severity: str) -> frozenset[str]:
    """The receivers of an alert that nothing mutes."""
    people = ON_CALL if severity == "Critical" else READERS
    return people | BESIDE.get((name.partition(" (")[0], severity), frozenset())


APART = ("pattern", "probe", "queue_name")
"""Labels by which messages of SecurityBreach, SiteDown and QueueBackup are told apart."""


def promised(incidents: tuple[Incident, ...], fired: Mapping[str, Sequence[Life]]) -> Told:
    """One message for each component to each receiver; a level above on-call hears of each kind of alert by itself."""
    messages = {
        (receiver, severity, life.labels["alertname"] if receiver in LEVELS else topic, incident.name, apart)
        for incident in incidents
        for life in fired[incident.name]
        for severity in [life.labels["severity"].title()]
        if severity == "Critical" or life.labels["alertname"] in {_bare(name) for name in incident.warnings}
        for topic, apart in [_group(life)]
        for receiver in audience(life.name, severity)
    }
    return Told(message[:-1] for message in messages)


def by_topic(told: Told, fired: Mapping[str, Sequence[Life]]) -> Told:
    """The same with the component in place of the alert that a title names, except for the levels above on-call."""
    topics = {
        (life.labels["alertname"], product): _group(life)[0] for product, lives in fired.items() for life in lives
    }
    grouped = Told()
    for (receiver, severity, name, product), count in told.items():
        topic = name if receiver in LEVELS else topics[name, product]
        grouped[receiver, severity, topic, product] += count
    return grouped


def _group(life: Life) -> tuple[str, str]:
    """What a message is about, and which of several of that."""
    labels, name = life.labels, life.labels["alertname"]
    if name not in {"SecurityBreach", "SiteDown", "QueueBackup"}:
        return labels["component"], ""
    return name, next(labels[label] for label in APART if label in labels)


def _bare(name: str) -> str:
    return name.partition(" (")[0]


@dataclass(frozen=True, slots=True)
class Office:
    """An Alertmanager, and all that is connected to it."""

    alertmanager: Alertmanager
    mail: MailServer

    def told(self) -> Told:
        """What everybody got so far."""
        titles = [
            (channel, _title(body))
            for channel, bodies in list(self.alertmanager.collector.messages.items())
            for body in list(bodies)
        ]
        mails = [(MAILBOXES[mail.recipients[0]], str(mail.message["Subject"])) for mail in list(self.mail.mails)]
        told = Told()
        for receiver, title in titles + mails:
            read = TITLE.match(title)
            assert read, title
            severity, name, product = read.groups()
            told[receiver, severity, name, product] += 1
        return told


def _title(body: dict[str, Any]) -> str:
    """The first line of a message to Slack, PagerDuty or SNS."""
    if "attachments" in body:
        return str(body["attachments"][0]["title"])
    return str(body["Message"] if "Message" in body else body["payload"]["summary"])


def _channels(ways: Ways, server: MailServer) -> dict[str, Any]:
    """All that there are."""
    team, money = MAILBOXES
    return {
        "pagerduty": ways.pagerduty("pagerduty"),
        "slack": ways.slack("slack"),
        "email": {"smarthost": server.address, "sender": "vigie@shop.example", "require_tls": False, "to": [team]},
        "sms": {"region": "eu-west-3", "profile": "shop", "api_url": ways.url("sms"), "to": ["+33612345678"]},
        "security": {"pagerduty": ways.pagerduty("security-pager"), "slack": ways.slack("security-slack")},
        "finance": {"email": [money]},
        "escalation": [
            {"name": name, "after": after, "pagerduty": ways.pagerduty(name)} for name, after in LEVELS.items()
        ],
    }


@contextlib.contextmanager
def office(folder: Path) -> Iterator[Office]:
    """Run it; a minute of escalation takes a tenth of a second."""
    keys = folder / "aws"
    keys.write_text("[shop]\naws_access_key_id = AKIATEST\naws_secret_access_key = made-up\n")
    env = {"AWS_SHARED_CREDENTIALS_FILE": str(keys)}
    with taking_mail() as server, alerting(folder, partial(_channels, server=server), env) as alertmanager:
        yield Office(alertmanager, server)
