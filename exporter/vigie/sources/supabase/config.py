"""What `sources.supabase` may say, and what it costs in requests."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from vigie.config.values import BaseUrl, Key, matching
from vigie.core.settings import Timeout, between
from vigie.core.source import SourceConfig

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Service = Literal["auth", "db", "db_postgres_user", "pg_bouncer", "pooler", "realtime", "rest", "storage"]


def _is_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("expected an IP address such as 203.0.113.7") from None


class SupabaseConfig(SourceConfig):
    """One Supabase project, seen through the Management API; its database is the source `postgres`."""

    base_url: BaseUrl = "https://api.supabase.com"
    """The Management API."""
    token: Key
    """An access token, best one with only the permissions `project_admin_read` and `analytics_logs_read`."""
    project: Annotated[
        str,
        matching(r"[a-z0-9-]{1,40}", "the reference of a project, such as abcdefghijklmnopqrst, without .supabase.co"),
    ]
    """The project's reference: the first part of https://REFERENCE.supabase.co."""
    interval: Annotated[float, between("15s", "1d")] = MINUTE
    """Time between the starts of two polls."""
    timeout: Timeout = 30.0
    """Deadline of one poll; what is not there by then is an error."""
    services: tuple[Service, ...] = ("auth", "db", "pooler", "realtime", "rest", "storage")
    """Services whose health is asked for; leave out those that the project does not use."""
    auth_logs: bool = True
    """Count attempts to sign in, and look for patterns of an attack."""
    log_retention: Annotated[float, between("1h", "90d")] = DAY
    """How long the plan keeps logs (Free 1d, Pro 7d): how far back Vigie reads at its first start and after a pause."""
    burst: int = Field(default=10, ge=2, le=1000)
    """Failures of one account, or from one address, after which a success is counted as suspicious."""
    shared_addresses: tuple[Annotated[str, AfterValidator(_is_address)], ...] = ()
    """Addresses from which many people sign in, such as your own server's: left out of the figures by address."""


def requests_per_hour(config: SupabaseConfig) -> float:
    """Requests in steady state at most: project, health, minutes, and two more while sign-ins fail."""
    return HOUR / config.interval * (5 if config.auth_logs else 2)
