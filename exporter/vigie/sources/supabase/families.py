"""What is exported, and how what was read fills it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from vigie.core import ledger
from vigie.core.families import Families, counter, gauge
from vigie.core.state import Series
from vigie.core.values import states
from vigie.sources.supabase.answers import Gathered, ServiceHealth
from vigie.sources.supabase.queries import By

WINDOW: Final = "10m"
STATUSES: Final = (
    "active_healthy",
    "active_unhealthy",
    "coming_up",
    "going_down",
    "inactive",
    "init_failed",
    "pause_failed",
    "pausing",
    "removed",
    "resizing",
    "restarting",
    "restore_failed",
    "restoring",
    "upgrading",
)
HEALTHY: Final[Mapping[str, float]] = {"ACTIVE_HEALTHY": 1, "COMING_UP": 0, "UNHEALTHY": 0}
"""What a service's status means; any other is unknown and has no sample."""

REASONS: Final = (
    "invalid_credentials",
    "not_confirmed",
    "banned",
    "otp",
    "mfa",
    "captcha",
    "disabled",
    "malformed",
    "rate_limited",
    "session",
    "oauth",
    "other",
    "unknown",
)
METHODS: Final = ("password", "otp", "mfa", "oauth", "other", "unknown")

PROJECT_STATUS = gauge(
    "supabase_project_status", "Whether the project is in this status (1) or not (0); inactive means paused.", "status"
)
PROJECT_HEALTHY = gauge(
    "supabase_project_healthy",
    "Whether the project is active and healthy (1) or anything else that Supabase names, such as paused, restoring or"
    " removed (0); absent while Supabase does not say.",
)
SERVICE_HEALTHY = gauge(
    "supabase_service_healthy",
    "Whether the service is healthy (1) or not (0): unhealthy, coming up, or its project is paused or gone; absent"
    " while Supabase does not say.",
    "service",
    join="min",
)
FAILURES = counter(
    "supabase_auth_failures_total",
    "Attempts to sign in that Supabase Auth refused, by reason; session is the renewal of a session, unknown a log "
    "line without a code.",
    "reason",
    kept_by="state",
)
SUCCESSES = counter(
    "supabase_auth_successes_total",
    "Sign-ins that succeeded, without renewals of a session, by method.",
    "method",
    kept_by="state",
)
LAST_ATTEMPT = gauge(
    "supabase_auth_last_attempt_timestamp_seconds",
    "Unix time of the minute of the last attempt to sign in in the logs.",
)
RECENT = gauge(
    "supabase_auth_failures_recent",
    "Failures in which a password or a code was tried, within the window that ends now.",
    "window",
    join="sum",
)
BASELINE = gauge(
    "supabase_auth_failures_recent_baseline",
    "Mean of such failures in a window of this length, in the same hour of up to seven earlier days.",
    "window",
    join="sum",
)
BASELINE_WINDOWS = gauge(
    "supabase_auth_failures_recent_baseline_windows", "How many earlier days that mean is over.", "window", join="min"
)
ATTRIBUTED = gauge(
    "supabase_auth_failures_attributed_ratio",
    "Share (0 to 1) of the recent failures whose account or address the logs name; absent when there are none.",
    "by",
    "window",
    join="min",
)
ACCOUNT_FAILURES = gauge(
    "supabase_auth_account_failures_max",
    "Most recent failures of one account; absent when there are failures and none names its account.",
    "window",
)
ADDRESS_FAILURES = gauge(
    "supabase_auth_address_failures_max",
    "Most recent failures from one address; absent when there are failures and none names its address.",
    "window",
)
ADDRESS_ACCOUNTS = gauge(
    "supabase_auth_address_accounts_max",
    "Most accounts that one address with recent failures tried or entered, as far as the logs name accounts.",
    "window",
)
ENTERED = gauge(
    "supabase_auth_entered_after_failures",
    "Accounts, or addresses, with a success after the configured burst of failures within the window.",
    "by",
    "window",
    join="sum",
)
FAMILIES = (
    PROJECT_STATUS,
    PROJECT_HEALTHY,
    SERVICE_HEALTHY,
    FAILURES,
    SUCCESSES,
    LAST_ATTEMPT,
    RECENT,
    BASELINE,
    BASELINE_WINDOWS,
    ATTRIBUTED,
    ACCOUNT_FAILURES,
    ADDRESS_FAILURES,
    ADDRESS_ACCOUNTS,
    ENTERED,
)
_MOST: Final = {"account": ACCOUNT_FAILURES, "address": ADDRESS_FAILURES}
_ZEROS: Final[Mapping[Series, float]] = {
    **{(FAILURES.name, (reason,)): 0.0 for reason in REASONS},
    **{(SUCCESSES.name, (method,)): 0.0 for method in METHODS},
}
"""Counters begin at 0, so that the first failure is an increase."""


def add_status(families: Families, status: str) -> None:
    """Add one sample for each status, and whether it is a good one; one that is not known is `unknown`."""
    states(families, PROJECT_STATUS, STATUSES, status.lower())
    if status.lower() in STATUSES:
        families.add(PROJECT_HEALTHY, status.lower() == "active_healthy")


def add_asleep(families: Families, services: Iterable[str]) -> None:
    """Say of services whose project is paused or gone that they are not healthy."""
    for service in services:
        families.add(SERVICE_HEALTHY, 0.0, service)


def add_health(families: Families, services: Iterable[ServiceHealth]) -> None:
    """Add the services whose status is known."""
    families.declare(SERVICE_HEALTHY)
    for service in services:
        if service.status in HEALTHY:
            families.values[SERVICE_HEALTHY][service.name,] = HEALTHY[service.status]


def add_totals(families: Families, totals: Mapping[Series, float]) -> None:
    """Add the counters."""
    ledger.export((FAILURES, SUCCESSES), {**_ZEROS, **totals}, families)


def add_gathered(families: Families, by: By, failures: float, rows: Iterable[Gathered]) -> None:
    """
    Add what failures gathered by account or address come to.

    Args:
        families: What is filled.
        by: What they are gathered by.
        failures: All of the window; when there are none, all figures are known to be 0.
        rows: One for each account or address; empty although there are failures when the logs do not name any.
    """
    rows = list(rows)
    if failures:
        attributed = sum(row.failures for row in rows)
        families.add(ATTRIBUTED, min(attributed / failures, 1.0), by, WINDOW)
    if failures and not rows:
        return
    families.add(_MOST[by], max((row.failures for row in rows), default=0), WINDOW)
    families.add(ENTERED, sum(row.entered for row in rows), by, WINDOW)
    if by == "address":
        families.add(ADDRESS_ACCOUNTS, max((row.accounts for row in rows), default=0), WINDOW)
