"""What `sources.langsmith` may say, and what it costs in requests."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from vigie.core.source import Duration, SourceConfig

HOUR = 3600.0
SLOW = 600.0
"""Seconds between two readings of what moves slowly: usage limits and the month so far."""
_ENDPOINTS = ("/v1", "/api")


def _origin(url: str) -> str:
    """The SDK's `LANGSMITH_ENDPOINT` may end in /api or /api/v1; here the paths carry that themselves."""
    url = url.rstrip("/")
    for ending in _ENDPOINTS:
        url = url.removesuffix(ending)
    return url


class LangSmithConfig(SourceConfig):
    """The traces of one LangSmith workspace."""

    base_url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$"), AfterValidator(_origin)] = (
        "https://api.smith.langchain.com"
    )
    """The API of the key's region (EU: https://eu.api.smith.langchain.com), or of one's own server."""
    api_key: SecretStr
    """A service key (`lsv2_sk_…`) or a personal one (`lsv2_pt_…`) that may read projects and runs."""
    workspace_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F-]*$")] = ""
    """Needed with a key of the whole organisation: the workspace that is meant."""
    projects: tuple[str, ...] = ()
    """Names of the tracing projects to read; all of the workspace unless set."""
    token_budgets: dict[str, Annotated[int, Field(gt=0)]] = Field(default_factory=dict)
    """Tokens that a project may use in a calendar month (UTC), by the project's name."""
    interval: Duration = Field(default=60.0, ge=10)
    """Time between the starts of two polls."""
    timeout: Duration = 45.0
    """Deadline of one poll; what is not there by then is an error."""
    window: Duration = Field(default=3600.0, ge=300)
    """How far back runs are read again, for those that end or are corrected late: longer than the longest run."""
    max_pages: int = Field(default=50, ge=1, le=200)
    """Pages of 1,000 runs that one poll may list; above, figures come from statistics."""
    max_models: int = Field(default=50, ge=1)
    """Models that are told apart; those that appear later are counted as `other`."""

    @model_validator(mode="after")
    def _window_holds_polls(self) -> Self:
        if self.window < 2 * self.interval:
            raise ValueError("window is shorter than two intervals, so runs could end unseen; lengthen `window`")
        return self


def requests_per_hour(config: LangSmithConfig) -> float:
    """Requests in steady state, while a poll's runs fit one page; each further page of 1,000 runs is one more."""
    return 2 * HOUR / config.interval + 2 * HOUR / max(SLOW, config.interval)
