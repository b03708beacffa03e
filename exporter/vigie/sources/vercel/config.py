"""What `sources.vercel` may say, and what it costs in requests."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from vigie.config.values import BaseUrl, Key, Secret, matching
from vigie.core.settings import Interval, Settings, Timeout, WrongValueError
from vigie.core.source import SourceConfig

HOUR = 3600.0
DIRECTORY = 600.0
"""Seconds between two readings of the list of projects."""
VITALS = 900.0
"""Seconds between two readings of a project's Web Vitals."""
FIREWALL = 300.0
"""Seconds between two readings of a project's attack status."""
CATALOGUE = 6 * HOUR
"""Seconds between two readings of which metrics there are."""
TYPICAL_PROJECTS = 5
METRICS = 5


class VercelDrain(Settings):
    """A drain that pushes to `/webhooks/vercel`."""

    secret: Secret
    """The drain's signature secret."""
    verify: Annotated[str, matching(r"[!-~]*", "one word, as Vercel shows it when the drain is made")] = ""
    """Value of the `x-vercel-verify` header, where Vercel shows one when the drain is made."""


class VercelConfig(SourceConfig):
    """The projects of one Vercel team, or of a personal account."""

    base_url: BaseUrl = "https://api.vercel.com"
    """Address of the API."""
    token: Key
    """Access token whose scope is the team."""
    team_id: Annotated[str, matching(r"[A-Za-z0-9_-]*", "the id of a team, such as team_AbC123")] = ""
    """The team (`team_…`); neither this nor `slug` for a personal account."""
    slug: Annotated[str, matching(r"[A-Za-z0-9_-]*", "the name of a team as in its URL, such as my-shop")] = ""
    """The team by the name in its URL, instead of `team_id`."""
    projects: tuple[str, ...] = ()
    """Names of the projects to watch; all of the team unless set."""
    web_vitals: bool = True
    """Read the 75th percentiles of Speed Insights."""
    firewall: bool = True
    """Read whether projects are under attack."""
    drain: VercelDrain | None = None
    """Take in Speed Insights and Web Analytics as Vercel pushes them."""
    interval: Interval = 60.0
    """Time between the starts of two polls."""
    timeout: Timeout = 30.0
    """Deadline of one poll; what is not there by then is an error."""

    @model_validator(mode="after")
    def _names_one_team(self) -> Self:
        if self.team_id and self.slug:
            raise WrongValueError("names the team, as `team_id` does; keep one", "slug")
        return self


def requests_per_hour(config: VercelConfig) -> float:
    """Requests in steady state; five projects are assumed where none are named."""
    projects = len(config.projects) or TYPICAL_PROJECTS
    return sum(
        (
            (1 + projects) * HOUR / config.interval,
            HOUR / DIRECTORY,
            (METRICS * projects * HOUR / VITALS + (1 + METRICS) * HOUR / CATALOGUE) * config.web_vitals,
            projects * HOUR / FIREWALL * config.firewall,
        )
    )
