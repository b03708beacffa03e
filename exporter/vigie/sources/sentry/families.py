"""The families of a Sentry organization."""

from __future__ import annotations

from vigie.core.families import counter, gauge

TRANSACTIONS_WINDOW = "10m"
SESSIONS_WINDOW = "24h"

EVENTS = counter(
    "sentry_events_total",
    "What SDKs sent, by what became of it: accepted, filtered, or dropped for the reason that the outcome names "
    "(stats_v2; read by the hour, counted by the difference).",
    "project",
    "category",
    "outcome",
    kept_by="state",
)
ISSUES = gauge(
    "sentry_unresolved_issues",
    "Unresolved issues seen in the last 90 days; Sentry stops counting at 1000 (header X-Hits).",
    "project",
    join="sum",
)
TRANSACTIONS = gauge(
    "sentry_transactions",
    "Transactions that ended within the window, extrapolated by Sentry from those sampled.",
    "project",
    "window",
    join="sum",
)
P50 = gauge("sentry_transaction_p50_seconds", "Median duration of transactions in the window.", "project", "window")
P95 = gauge(
    "sentry_transaction_p95_seconds", "95th percentile of durations of transactions in the window.", "project", "window"
)
P99 = gauge(
    "sentry_transaction_p99_seconds", "99th percentile of durations of transactions in the window.", "project", "window"
)
FAILURES = gauge(
    "sentry_transaction_failure_ratio",
    "Share of transactions in the window whose status is not ok, cancelled or unknown; a 404 is a failure to Sentry.",
    "project",
    "window",
)
SERVER_ERRORS = gauge(
    "sentry_transaction_server_error_ratio",
    "Share of transactions in the window with a response status of 500 to 599.",
    "project",
    "window",
)
SESSIONS = gauge("sentry_sessions", "Sessions of release health within the window.", "project", "window", join="sum")
CRASH_FREE_SESSIONS = gauge(
    "sentry_crash_free_sessions_ratio",
    "Share of sessions in the window without a crash; absent without sessions.",
    "project",
    "window",
    join="min",
)
CRASH_FREE_USERS = gauge(
    "sentry_crash_free_users_ratio",
    "Share of users in the window without a crash; absent without users.",
    "project",
    "window",
    join="min",
)
RATE_LIMIT = gauge(
    "sentry_api_rate_limit_requests",
    "Requests that Sentry allows in one of its windows, by endpoint (X-Sentry-Rate-Limit-Limit).",
    "endpoint",
    join="sum",
)
RATE_REMAINING = gauge(
    "sentry_api_rate_limit_remaining_requests",
    "Requests left in the window as of the last answer, by endpoint (X-Sentry-Rate-Limit-Remaining).",
    "endpoint",
    join="min",
)

FAMILIES = (
    EVENTS,
    ISSUES,
    TRANSACTIONS,
    P50,
    P95,
    P99,
    FAILURES,
    SERVER_ERRORS,
    SESSIONS,
    CRASH_FREE_SESSIONS,
    CRASH_FREE_USERS,
    RATE_LIMIT,
    RATE_REMAINING,
)
