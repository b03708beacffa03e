"""What `sources.sentry` may say, and what it costs in requests."""

from __future__ import annotations

from typing import Annotated

from vigie.config.values import BaseUrl, Key, matching
from vigie.core.settings import Interval, Timeout
from vigie.core.source import SourceConfig

HOUR = 3600.0
SLOW = 300.0
"""Seconds between two readings of what moves slowly: unresolved issues and release health."""
DIRECTORY = 600.0
"""Seconds between two readings of the list of projects."""
TYPICAL_PROJECTS = 5

Slug = Annotated[str, matching(r"[A-Za-z0-9_-]+", "a slug as in the URL, such as my-shop: letters, digits, - and _")]


class SentryConfig(SourceConfig):
    """One Sentry organization, hosted or self-hosted."""

    base_url: BaseUrl = "https://us.sentry.io"
    """Where the organization's data is: `https://de.sentry.io` for the EU, or your own server."""
    organization: Slug
    """Slug of the organization, as in its URL."""
    token: Key
    """Token of an internal integration with the scopes `org:read`, `project:read` and `event:read`."""
    projects: tuple[Slug, ...] = ()
    """Slugs of the projects to watch; all that the token can see unless set."""
    environment: str = ""
    """Environment whose transactions and sessions are read, such as `production`; all of them unless set."""
    interval: Interval = 60.0
    """Time between the starts of two polls."""
    timeout: Timeout = 30.0
    """Deadline of one poll; what is not there by then is an error."""


def requests_per_hour(config: SentryConfig) -> float:
    """Requests in steady state: four a poll, and the slow ones; five projects are assumed where none are named."""
    projects = len(config.projects) or TYPICAL_PROJECTS
    per_poll = 4  # the vendor's clock, the current hour, one closed hour, transactions
    slow = projects + 1  # unresolved issues of each project, release health
    return per_poll * HOUR / config.interval + slow * HOUR / max(SLOW, config.interval) + HOUR / DIRECTORY
