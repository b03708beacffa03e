"""The escalation that PagerDuty does itself: `channels.pagerduty.policy` of `vigie.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints, field_validator, model_validator

from vigie.config.values import BaseUrl, EmailAddress, SecretFile
from vigie.core.settings import Settings, ascending, between

MINUTE = 60.0
ORDER = "is not later than the level before it; list the levels in order of time"
_MOST_TARGETS = 10
"""Users and schedules that PagerDuty takes at one level."""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
"""A name in PagerDuty."""


class PolicyLevel(Settings):
    """Who is told of an incident that nobody has acknowledged by then."""

    after: Annotated[float, between("0m", "31d")]
    """Time since the incident began, in whole minutes; the first level is at 0m."""
    users: tuple[EmailAddress, ...] = ()
    """People, by the e-mail address that they have in PagerDuty."""
    schedules: tuple[Title, ...] = ()
    """On-call schedules, by their name in PagerDuty."""

    @field_validator("after")
    @classmethod
    def _whole_minutes(cls, after: float) -> float:
        if after % MINUTE:
            raise ValueError("PagerDuty counts in whole minutes; write 5m, not 330s")
        return after

    @model_validator(mode="after")
    def _tells_somebody(self) -> PolicyLevel:
        count = len(self.users) + len(self.schedules)
        if not count:
            raise ValueError("names nobody to tell; give it users or schedules")
        if count > _MOST_TARGETS:
            raise ValueError(f"names {count} users and schedules; PagerDuty takes at most {_MOST_TARGETS} at one level")
        return self


class Policy(Settings):
    """An escalation policy in PagerDuty, which an acknowledgement stops; `vigie apply pagerduty` makes it."""

    token_file: SecretFile
    """File with a REST API key that may change services and escalation policies; `vigie apply pagerduty` reads it."""
    api_url: BaseUrl = "https://api.pagerduty.com"
    """REST API; accounts in the EU use https://api.eu.pagerduty.com."""
    name: Title | None = None
    """Name of the policy, and of the service that follows it; the product's name unless set."""
    levels: tuple[PolicyLevel, ...]
    """Who is told, in order."""

    @field_validator("levels")
    @classmethod
    def _levels_follow_each_other(cls, levels: tuple[PolicyLevel, ...]) -> tuple[PolicyLevel, ...]:
        if not levels or levels[0].after:
            raise ValueError("the first level must have `after: 0m`, so that somebody is told at once")
        return ascending(levels, "after", ORDER)
