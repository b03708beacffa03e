"""Which pages there are, and what `sources.statuspages` may say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from vigie.config.values import HttpUrl, Name, OptionalBaseUrl
from vigie.core.settings import Interval, Settings, Timeout, WrongValueError
from vigie.core.source import SourceConfig

Format = Literal["statuspage", "stripe", "railway", "firehydrant", "incident_io", "instatus", "pagerduty"]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        raise ValueError("expected a regular expression such as ^API, with every bracket closed") from None
    return text


class StatusPage(Settings):
    """One page."""

    url: HttpUrl | None = None
    """Address of its JSON; only needed for a vendor that Vigie does not know, or that moved."""
    format: Format | None = None
    """How its JSON is written; only needed for a vendor that Vigie does not know, or that moved."""
    components: Annotated[str, AfterValidator(_pattern)] = ""
    """Regular expression that a component's `group / name` must contain, such as `^API` or `us-west`; empty for all."""


CATALOGUE: Mapping[str, StatusPage] = {
    "anthropic": StatusPage(url="https://status.claude.com/api/v2/summary.json", format="statuspage"),
    "github": StatusPage(url="https://www.githubstatus.com/api/v2/summary.json", format="statuspage"),
    "langsmith": StatusPage(url="https://status.smith.langchain.com/api/v2/summary.json", format="statuspage"),
    "openai": StatusPage(url="https://status.openai.com/api/v2/summary.json", format="statuspage"),
    "pagerduty": StatusPage(url="https://status.pagerduty.com/api/data", format="pagerduty"),
    "railway": StatusPage(url="https://status.railway.com/api/status", format="railway"),
    "redis": StatusPage(url="https://status.redis.io/data/payload.json", format="firehydrant"),
    "sentry": StatusPage(url="https://status.sentry.io/api/v2/summary.json", format="statuspage"),
    "stripe": StatusPage(url="https://status.stripe.com/current/full", format="stripe"),
    "supabase": StatusPage(url="https://status.supabase.com/api/v2/summary.json", format="statuspage"),
    "vercel": StatusPage(url="https://www.vercel-status.com/api/v2/summary.json", format="statuspage"),
}
"""The pages that Vigie knows."""
STACK = ("anthropic", "github", "langsmith", "pagerduty", "railway", "sentry", "stripe", "supabase", "vercel")
"""Vendors that the product depends on, unless it says otherwise."""


class StatusPagesConfig(SourceConfig):
    """The status pages of the product's vendors; they need no key."""

    base_url: OptionalBaseUrl = ""
    """Where copies of the pages are: each is read at `<base_url>/<vendor>`; empty for the vendors' own addresses."""
    interval: Interval = 60.0
    """Time between the starts of two polls."""
    timeout: Timeout = 20.0
    """Deadline of one poll; a page that has not answered in half of it is left out."""
    max_series: int = Field(default=3000, ge=2)
    """Series that one family may have; what is above is one series with the label value `other`: the sum of
    counts, the worst of other numbers."""
    vendors: tuple[Name, ...] = STACK
    """Vendors to watch: those of `pages`, and anthropic, github, langsmith, openai, pagerduty, railway, redis, sentry,
    stripe, supabase, vercel."""
    pages: dict[Name, StatusPage] = Field(default_factory=dict)
    """By vendor, what differs from what Vigie knows, or a page that it does not know."""
    max_components: int = Field(default=30, ge=1)
    """Components of one page that are exported; how many are left out is a figure too."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        for index, vendor in enumerate(self.vendors):
            page = self.page(vendor)
            if page.url is None or page.format is None:
                known = ", ".join(CATALOGUE)
                raise WrongValueError(
                    f"expected one of {known}, or a vendor that has `url` and `format` under `pages`", "vendors", index
                )
        for vendor in self.pages:
            if vendor not in self.vendors:
                raise WrongValueError(
                    "`vendors` does not name this vendor; add it there, or leave its page out", "pages", vendor
                )
        return self

    def page(self, vendor: str) -> StatusPage:
        """What is known of a vendor's page, and what the file says over it."""
        said = self.pages.get(vendor, StatusPage()).model_dump(exclude_unset=True)
        moved = {"url": f"{self.base_url}/{vendor}"} if self.base_url else {}
        return CATALOGUE.get(vendor, StatusPage()).model_copy(update={**moved, **said})


def requests_per_hour(config: StatusPagesConfig) -> float:
    """Requests in steady state, to all pages together."""
    return 3600 / config.interval * len(config.vendors)
