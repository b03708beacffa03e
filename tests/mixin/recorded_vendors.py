"""What is recorded from what vendors show, and what is promised for a month; test_recorded.py proves it."""

from __future__ import annotations

from tests.mixin.levels import answers, durations, vigie, waiting
from tests.mixin.levels_vendors import (
    answered,
    calls,
    cancelled,
    deployment,
    endpoints,
    guesses,
    memory,
    page,
    payments,
    policy,
    recent,
    refused,
    runs,
    signups,
    tokens,
    undelivered,
)
from tests.mixin.promtool import Levels

DAYS = 86_400
BLACKBOX = 'probe_ssl_earliest_cert_expiry{job="blackbox",instance="https://api",probe="api",product="shop"}'
SHOP = '{product="shop"}'


def one(record: str, **labels: str) -> str:
    """A recorded series of the product."""
    inside = ", ".join(f'{name}="{value}"' for name, value in sorted({"product": "shop", **labels}.items()))
    return f"{record}{{{inside}}}"


def _figure(record: str, levels: Levels, value: float, **labels: str) -> dict[str, tuple[Levels, dict[str, float]]]:
    return {record: (levels, {one(record, **labels): value})}


RATES: dict[str, tuple[Levels, dict[str, float]]] = {
    "product:stripe_payment_attempts:rate1h": (payments(45, 1), {SHOP: 1}),
    "product:http_slow_requests:rate5m": (durations(s0_5=85, s1=100), {SHOP: 1}),
    "product:langsmith_runs:rate10m": (runs(15, 1), {SHOP: 1}),
    "product:langsmith_llm_calls:rate10m": (calls(15, 1), {SHOP: 1}),
}
"""Rates are recorded as they are, because others divide by them."""

RECORDED: dict[str, tuple[Levels, dict[str, float]]] = {
    **RATES,
    **_figure("product:supabase_auth_failures_per_minute:rate5m", refused(1 / 3, sessions=1000), 1.333333),
    **_figure("product:supabase_auth_failures_recent:max", guesses(7, 3), 7),
    **_figure("product:supabase_auth_account_failures:max", recent("account_failures_max", 7), 7),
    **_figure("product:supabase_auth_address_failures:max", recent("address_failures_max", 7), 7),
    **_figure("product:supabase_auth_address_accounts:max", recent("address_accounts_max", 7), 7),
    **_figure(
        "product:supabase_auth_entered_after_failures:max",
        recent("entered_after_failures", 1, by="account") | recent("entered_after_failures", 2, by="address"),
        2,
    ),
    **_figure("product:supabase_auth_failures_per_baseline:ratio", guesses(10, 3), 3.333333),
    **_figure("product:stripe_payment_failures_per_attempt:ratio_rate1h", payments(30, 10), 0.333333),
    **_figure("product:stripe_webhook_undelivered_events:max", undelivered(7), 7),
    "product_endpoint:stripe_webhook_endpoint_enabled:max": (
        endpoints(1, 0),
        {one("product_endpoint:stripe_webhook_endpoint_enabled:max", endpoint="we_1"): 1},
    ),
    **_figure(
        "product_service:supabase_service_healthy:max",
        {vigie("supabase_service_healthy", service="auth"): 1},
        1,
        service="auth",
    ),
    **_figure("product:supabase_signups:max", signups(7, 3), 7),
    **_figure("product:supabase_signups_baseline:max", signups(7, 3), 3),
    **_figure("product:supabase_signups_per_baseline:ratio", signups(10, 30), 0.333333),
    **_figure("product:stripe_subscription_churn:max", cancelled(7, 3), 7),
    **_figure("product:stripe_subscription_churn_per_baseline:ratio", cancelled(10, 3), 3.333333),
    **_figure(
        "product:langsmith_llm_call_duration_seconds:p50_rate10m", answered(s1=0, s2=20, s5=90, s10=100), 3.285714
    ),
    **_figure(
        "product:langsmith_llm_call_duration_seconds:p95_rate10m", answered(s1=0, s2=20, s5=80, s10=98), 9.166667
    ),
    **_figure("product:langsmith_cost_dollars_per_run:ratio_rate10m", runs(30, dollars=10), 0.333333),
    **_figure("product:langsmith_run_errors_per_run:ratio_rate10m", runs(30, errors=10), 0.333333),
    **_figure("product:langsmith_llm_call_errors_per_call:ratio_rate10m", calls(30, errors=10), 0.333333),
    **_figure("product_project:langsmith_tokens_per_budget:ratio", tokens(0.1, 0.3), 0.333333, project="chat"),
    **_figure("product_vendor:vendor_outages:max", page(2, partial=1, whole=1), 3, vendor="stripe"),
    "product_deployment:status:min": (
        deployment("railway_deployment_status", 1, "crashed", service="api")
        | deployment("vercel_deployment_status", 1, "error", project="web"),
        {
            one("product_deployment:status:min", source="railway", service="api"): 0,
            one("product_deployment:status:min", source="vercel", project="web"): 0,
        },
    ),
    **_figure(
        "product_monitor:uptime_monitor_up:max",
        {vigie("uptime_monitor_up", provider="betterstack", monitor="api"): 1},
        1,
        provider="betterstack",
        monitor="api",
    ),
    "product_page:certificate_remaining_days:min": (
        {
            BLACKBOX: 10 * DAYS + 1200 + DAYS / 3,
            BLACKBOX.replace("https://", "http://"): 20 * DAYS,
            vigie("uptime_monitor_certificate_expiry_timestamp_seconds", provider="b", monitor="api"): 20 * DAYS
            + 1200
            + DAYS / 3,
        },
        {
            one("product_page:certificate_remaining_days:min", source="blackbox", probe="api"): 10.333333,
            one("product_page:certificate_remaining_days:min", source="uptime", provider="b", monitor="api"): 20.333333,
        },
    ),
    **{
        record: (levels, {one(record): burn})
        for windows in ("1h_5m", "6h_30m", "1d_2h", "3d_6h")
        for record, levels, burn in (
            (f"product:slo_availability_burn:min_{windows}", answers(997, error=3), 3),
            (f"product:slo_latency_burn:min_{windows}", durations(s0_5=85, s1=100), 3),
        )
    },
    **_figure("product:redis_keeps_keys:max", policy(1), 1),
    **_figure("product:redis_memory_per_limit:ratio", memory(100, 300), 0.333333),
    **_figure("product:celery_queue_growth:delta10m", waiting(7), 0),
    **_figure(
        "product_source:vigie_source_budget_remaining:min",
        {vigie("vigie_source_budget_remaining", source="railway"): 7},
        7,
        source="railway",
    ),
    **_figure(
        "product_family:vigie_series_dropped:increase15m",
        {vigie("vigie_series_dropped_total", source="celery", family="f"): 1 / 180},
        0.333333,
        source="celery",
        family="f",
    ),
}
"""By recorded series: levels that hold for 20 minutes, and what is recorded then."""

Nothing = tuple[str, Levels, str, float | None]


def _never(record: str, whole: str) -> Nothing:
    """Of which there was none."""
    return f"what never was in {record} is nothing", {vigie(whole, project="chat"): 1}, record, 0


NOTHING: tuple[Nothing, ...] = (
    ("no attempt is no failed payment", payments(0, 0), "product:stripe_payment_failures_per_attempt:ratio_rate1h", 0),
    (
        "payments that never failed have a failure rate",
        {vigie("stripe_payment_attempts_total", currency="eur"): 1},
        "product:stripe_payment_failures_per_attempt:ratio_rate1h",
        0,
    ),
    ("no usual sign-up is none missed", signups(0, 0), "product:supabase_signups_per_baseline:ratio", None),
    ("no cancellation is no churn", cancelled(0, 0), "product:stripe_subscription_churn_per_baseline:ratio", 0),
    ("none usual counts as one", cancelled(4, 0), "product:stripe_subscription_churn_per_baseline:ratio", 4),
    ("no guess is nothing unusual", guesses(0, 0), "product:supabase_auth_failures_per_baseline:ratio", 0),
    ("no usual guess counts as one", guesses(4, 0), "product:supabase_auth_failures_per_baseline:ratio", 4),
    _never("product:langsmith_cost_dollars_per_run:ratio_rate10m", "langsmith_runs_total"),
    _never("product:langsmith_run_errors_per_run:ratio_rate10m", "langsmith_runs_total"),
    _never("product:langsmith_llm_call_errors_per_call:ratio_rate10m", "langsmith_llm_calls_total"),
    ("a quick call has a median", answered(s1=100), "product:langsmith_llm_call_duration_seconds:p50_rate10m", 0.5),
    ("a quick call has a tail", answered(s1=100), "product:langsmith_llm_call_duration_seconds:p95_rate10m", 0.95),
    (
        "no call has no median",
        dict.fromkeys(answered(s1=1), 0),
        "product:langsmith_llm_call_duration_seconds:p50_rate10m",
        None,
    ),
    ("no request costs nothing", runs(0), "product:langsmith_cost_dollars_per_run:ratio_rate10m", 0),
    ("no request is no error", runs(0), "product:langsmith_run_errors_per_run:ratio_rate10m", 0),
    ("no call is no error", calls(0), "product:langsmith_llm_call_errors_per_call:ratio_rate10m", 0),
    (
        "no call has no latency",
        dict.fromkeys(answered(s1=1), 0),
        "product:langsmith_llm_call_duration_seconds:p95_rate10m",
        None,
    ),
    ("no budget is never used up", tokens(100, 0), "product_project:langsmith_tokens_per_budget:ratio", None),
    ("Redis without a limit keeps all keys", policy(0, limit=0), "product:redis_keeps_keys:max", 1),
    ("Redis that evicts some keeps not all keys", policy(0), "product:redis_keeps_keys:max", 0),
    (
        "another Redis without a limit keeps no key of this one",
        policy(0) | {vigie("redis_memory_max_bytes").replace('"vigie"', '"elsewhere"'): 0},
        "product:redis_keeps_keys:max",
        0,
    ),
    ("the smallest limit is a limit", memory(1, 1), "product:redis_memory_per_limit:ratio", 1),
    ("one usual sign-up is usual", signups(1, 1), "product:supabase_signups_per_baseline:ratio", 1),
    ("memory without a limit is never full", memory(100, 0), "product:redis_memory_per_limit:ratio", None),
    ("no undelivered event has no age", undelivered(0), "product:stripe_webhook_undelivered_events:max", 0),
)
"""0/0, and what was never counted."""
