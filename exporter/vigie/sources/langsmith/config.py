"""What `sources.langsmith` may say, and what it costs in requests."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from vigie.config.values import BaseUrl, Key, matching
from vigie.core.settings import Timeout, WrongValueError, between
from vigie.core.source import SourceConfig

HOUR = 3600.0
SLOW = 600.0
"""Seconds between two readings of what moves slowly: usage limits and the month so far."""
_ENDPOINTS = ("/v1", "/api")


def _origin(url: str) -> str:
    """The SDK's `LANGSMITH_ENDPOINT` may end in /api or /api/v1; here the paths carry that themselves."""
    for ending in _ENDPOINTS:
        url = url.removesuffix(ending)
    return url


class LangSmithConfig(SourceConfig):
    """The traces of one LangSmith workspace."""

    base_url: Annotated[BaseUrl, AfterValidator(_origin)] = "https://api.smith.langchain.com"
    """The API of the key's region (EU: https://eu.api.smith.langchain.com), or of one's own server."""
    api_key: Key
    """A service key (`lsv2_sk_…`) or a personal one (`lsv2_pt_…`) that may read projects and runs."""
    workspace_id: Annotated[
        str, matching(r"[0-9a-fA-F-]*", "the id of a workspace: hexadecimal digits and hyphens")
    ] = ""
    """Needed with a key of the whole organisation: the workspace that is meant."""
    projects: tuple[str, ...] = ()
    """Names of the tracing projects to read; all of the workspace unless set."""
    token_budgets: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    """Tokens that a project may use in a calendar month (UTC), by the project's name."""
    interval: Annotated[float, between("10s", "1d")] = 60.0
    """Time between the starts of two polls."""
    timeout: Timeout = 45.0
    """Deadline of one poll; what is not there by then is an error."""
    window: Annotated[float, between("5m", "7d")] = 3600.0
    """How far back runs are read again, for those that end or are corrected late: longer than the longest run."""
    max_pages: int = Field(default=50, ge=1, le=200)
    """Pages of 1,000 runs that one poll may list; above, figures come from statistics."""
    max_models: int = Field(default=50, ge=1)
    """Models that are told apart; those that appear later are counted as `other`."""

    @model_validator(mode="after")
    def _window_holds_polls(self) -> Self:
        if self.window < 2 * self.interval:
            raise WrongValueError(
                "is shorter than two intervals, so runs could end unseen; lengthen it, such as to 1h", "window"
            )
        return self


def requests_per_hour(config: LangSmithConfig) -> float:
    """Requests in steady state, while a poll's runs fit one page; each further page of 1,000 runs is one more."""
    return 2 * HOUR / config.interval + 2 * HOUR / max(SLOW, config.interval)
