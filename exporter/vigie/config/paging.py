"""The escalation that PagerDuty does itself: `channels.pagerduty.policy` of `vigie.yaml`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from vigie.config.values import EmailAddress, HttpUrl
from vigie.core.source import Duration, Settings

MINUTE = 60.0
_MOST_TARGETS = 10
"""Users and schedules that PagerDuty takes at one level."""

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
"""A name in PagerDuty."""


class PolicyLevel(Settings):
    """Who is told of an incident that nobody has acknowledged by then."""

    after: Annotated[Duration, Field(ge=0)]
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
            raise ValueError("says nobody to tell; give it users or schedules")
        if count > _MOST_TARGETS:
            raise ValueError(f"names {count} users and schedules; PagerDuty takes {_MOST_TARGETS} at one level")
        return self


class Policy(Settings):
    """An escalation policy in PagerDuty, which an acknowledgement stops; `vigie apply pagerduty` makes it."""

    token_file: Path
    """File with a REST API key that may change services and escalation policies; `vigie apply pagerduty` reads it."""
    api_url: HttpUrl = "https://api.pagerduty.com"
    """REST API; accounts in the EU use https://api.eu.pagerduty.com."""
    name: Title | None = None
    """Name of the policy, and of the service that follows it; the product's name unless set."""
    levels: tuple[PolicyLevel, ...]
    """Who is told, in order."""

    @field_validator("levels")
    @classmethod
    def _levels_follow_each_other(cls, levels: tuple[PolicyLevel, ...]) -> tuple[PolicyLevel, ...]:
        if not levels or levels[0].after:
            raise ValueError("nobody is told at once; the first level is at `after: 0m`")
        for earlier, later in pairwise(levels):
            if later.after <= earlier.after:
                minutes = f"{later.after / MINUTE:g} min does not come after the one at {earlier.after / MINUTE:g} min"
                raise ValueError(f"the level at {minutes}")
        return levels
