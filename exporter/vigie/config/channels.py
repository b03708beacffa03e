"""Who is told, and how: the `channels` of `vigie.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from vigie.config.paging import ORDER, Policy
from vigie.config.values import Address, EmailAddress, HttpUrl, Name, PhoneNumber, SecretFile, TimeOfDay, matching
from vigie.core.settings import Settings, WrongValueError, ascending, between, distinct

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class PagerDuty(Settings):
    """Where critical alerts go."""

    routing_key_file: SecretFile
    """File with the Events API v2 integration key, as Alertmanager sees it."""
    url: HttpUrl = "https://events.pagerduty.com/v2/enqueue"
    """Events API; accounts in the EU use https://events.eu.pagerduty.com/v2/enqueue."""


class OnCall(PagerDuty):
    """Where critical alerts go."""

    policy: Policy | None = None


class Slack(Settings):
    """Where warnings, and a copy of everything critical, go."""

    webhook_url_file: SecretFile
    """File with the incoming webhook's URL, as Alertmanager sees it."""
    channel: str = "#alerts"
    """Channel that the message names; a webhook is bound to its own."""


class Email(Settings):
    """Where warnings go too, and critical alerts if there is no other way to tell them."""

    smarthost: Address
    """SMTP server that takes the mail; port 465 speaks TLS at once, others by STARTTLS."""
    sender: EmailAddress
    """Address that the mail comes from."""
    username: str | None = None
    """Account on the server; unset where the server asks for none."""
    password_file: SecretFile | None = None
    """File with the account's password, as Alertmanager sees it."""
    hello: (
        Annotated[str, matching(r"[A-Za-z0-9.-]{1,255}", "the name of a host, such as alerts.example.com")] | None
    ) = None
    """Name by which this client greets the server (EHLO); the domain of `sender` unless set."""
    require_tls: bool = True
    """Off sends in the clear to a server that offers no TLS: only for one on the same machine."""
    to: tuple[EmailAddress, ...] = ()
    """Who gets the warnings; may be empty where only teams or escalation levels get mail."""

    @model_validator(mode="after")
    def _credentials_are_whole(self) -> Email:
        if self.username and not self.password_file:
            raise ValueError("`username` needs `password_file`, the file with its password")
        if self.password_file and not self.username:
            raise ValueError("`password_file` needs `username`, the account that it belongs to")
        return self


class Sms(Settings):
    """
    Text messages for critical alerts, sent by Amazon SNS.

    Alertmanager takes no file for AWS keys: they come from its own role, or from its AWS_SHARED_CREDENTIALS_FILE.
    """

    region: Annotated[str, matching(r"[a-z]{2,}(-[a-z]+)+-\d", "an AWS region such as eu-west-3")]
    """AWS region that sends, such as eu-west-3."""
    profile: str | None = None
    """Profile of the shared credentials file."""
    role_arn: str | None = None
    """Role to take on before sending."""
    api_url: HttpUrl | None = None
    """Address of SNS, where it is not the region's own."""
    to: tuple[PhoneNumber, ...] = ()
    """Who gets critical alerts; may be empty where only teams or escalation levels get texts."""


class Contact(Settings):
    """People with ways of their own to reach them."""

    pagerduty: PagerDuty | None = None
    slack: Slack | None = None
    email: tuple[EmailAddress, ...] = ()
    """Addresses; the mail goes through `channels.email`."""
    sms: tuple[PhoneNumber, ...] = ()
    """Phone numbers; the texts go through `channels.sms`."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Contact:
        if not (self.pagerduty or self.slack or self.email or self.sms):
            raise ValueError("names nobody to tell; give it pagerduty, slack, email or sms")
        return self


class Level(Contact):
    """
    Who is told of a critical alert that still is there after a while, and that nobody silenced.

    A silence is how on-call says "I am on it": it stops what has not been sent yet.
    """

    name: Name
    """Who it is, such as tech-lead; part of the receiver's name."""
    after: Annotated[float, between("1s", "7d", whole=True)]
    """Time since the alert began to fire."""


class BusinessHours(Settings):
    """When warnings are told, in the product's time zone; outside they wait. Critical alerts never wait."""

    days: Annotated[tuple[Day, ...], Field(min_length=1)] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    """Days of the week."""
    opens: TimeOfDay = "09:00"
    """From when on warnings are told."""
    closes: TimeOfDay = "18:00"
    """From when on they wait; 24:00 for the end of the day."""

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> BusinessHours:
        if self.opens >= self.closes:
            raise WrongValueError(
                "is not later than `opens`; hours lie within one day, such as 09:00 to 18:00", "closes"
            )
        return self


class Channels(Settings):
    """How people are told; a channel that is absent is not used."""

    pagerduty: OnCall | None = None
    slack: Slack | None = None
    email: Email | None = None
    sms: Sms | None = None
    security: Contact | None = None
    """The security team: told of alerts with `audience="security"` beside everybody else; paged only if critical."""
    finance: Contact | None = None
    """Finance: told of alerts with `audience="finance"` beside everybody else; paged only if critical."""
    escalation: tuple[Level, ...] = ()
    """Who is told when on-call does not answer, in order; leave it out where `pagerduty.policy` does this."""
    business_hours: BusinessHours | None = None
    deadmansswitch: HttpUrl | None = None
    """URL that must be called all the time; its owner raises the alarm when Vigie's alerting falls silent."""
    deadmansswitch_file: SecretFile | None = None
    """File with that URL instead, as Alertmanager sees it: whoever knows the URL can fake the calls."""

    @field_validator("security", "finance", "escalation")
    @classmethod
    def _has_a_way(cls, told: Contact | tuple[Level, ...] | None, info: ValidationInfo) -> object:
        """Addresses and numbers need the channel that carries them; one that is itself wrong is complained of there."""
        for index, contact in enumerate(_contacts(told)):
            for way in ("email", "sms"):
                if getattr(contact, way) and info.data.get(way, "wrong") is None:
                    at = (index, way) if isinstance(contact, Level) else (way,)
                    raise WrongValueError(f"needs `channels.{way}`, which carries it; set that, or leave this out", *at)
        return told

    @field_validator("escalation")
    @classmethod
    def _levels_follow_each_other(cls, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        ascending(levels, "after", ORDER)
        return distinct(levels, "name", "another level has this name already; give each its own")

    @field_validator("deadmansswitch_file")
    @classmethod
    def _one_switch(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        if file and info.data.get("deadmansswitch"):
            raise ValueError("the URL is given twice; keep `deadmansswitch` or `deadmansswitch_file`")
        return file

    @model_validator(mode="after")
    def _carriers_have_somebody(self) -> Channels:
        contacts = [it for told in (self.security, self.finance, self.escalation) for it in _contacts(told)]
        for way, carrier in (("email", self.email), ("sms", self.sms)):
            if carrier and not carrier.to and not any(getattr(contact, way) for contact in contacts):
                raise ValueError(f"`{way}` names nobody; give it `to`, or leave it out")
        return self


def _contacts(told: Contact | tuple[Level, ...] | None) -> Iterator[Contact]:
    if isinstance(told, Contact):
        yield told
    elif told:
        yield from told
