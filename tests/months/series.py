"""What a product shows, in the names of what watches it, as series that promtool reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.mixin.levels import app, node, vigie
from tests.mixin.promtool import GONE, counts
from tests.months.rhythm import DAY
from tests.months.state import BOUNDS, MODEL_BOUNDS, SOURCES, WORKERS, State

Value = Callable[[State], float | None]
"""A sample, or the growth of a counter; None is no sample."""
Column = list[float | str]
"""Samples, or what promtool writes where there is none."""
MISSED = "_"
SHOP = 'product="shop"'
POLLED = 60
"""Seconds between two polls of a source."""
VENDORS = ("openai", "stripe", "supabase")
STATES = ("degraded_performance", "major_outage", "partial_outage")


def _blackbox(metric: str, page: str, interval: int) -> str:
    return app(metric, instance=f"https://{page}", probe=page, interval=f"{interval}s").replace('"app"', '"blackbox"')


def _product() -> dict[str, Value]:
    series: dict[str, Value] = {
        app("http_requests_total", handler="/", status="2xx"): lambda s: max(0, s.requests - s.failed),
        app("http_requests_total", handler="/", status="5xx"): lambda s: s.failed,
        app("http_requests_total", handler="/", status="4xx"): lambda s: s.refused,
        app("process_cpu_seconds_total"): lambda s: s.process_cpu * s.seconds,
        app("process_resident_memory_bytes"): lambda s: round(s.process_memory * 2**29),
        node("node_cpu_seconds_total", cpu="0", mode="idle"): lambda s: (1 - s.cpu) * s.seconds,
        node("node_memory_MemAvailable_bytes"): lambda s: 1 - s.memory,
        node("node_memory_MemTotal_bytes"): lambda _: 1,
        node("node_filesystem_avail_bytes", mountpoint="/data", fstype="ext4"): lambda s: 1 - s.disk,
        node("node_filesystem_size_bytes", mountpoint="/data", fstype="ext4"): lambda _: 1,
    }
    for number, bound in enumerate(BOUNDS):
        series[app("http_request_duration_highr_seconds_bucket", le=bound)] = (
            lambda s, number=number: s.requests * s.speed[number]  # type: ignore[misc]
        )
    for page, interval in (("api", 60), ("login", 300)):
        series[_blackbox("probe_success", page, interval)] = lambda s, page=page, interval=interval: (  # type: ignore[misc]
            None if s.at % interval else page in s.pages
        )
        series[_blackbox("probe_ssl_earliest_cert_expiry", page, interval)] = lambda s: s.at + s.certificate * DAY
    for watched in (app("up"), node("up"), vigie("up")):
        series[watched] = lambda _: 1
    return series


def _work() -> dict[str, Value]:
    series: dict[str, Value] = {
        vigie("celery_task_succeeded_total", name="mail", hostname="w1", queue_name="emails"): lambda s: s.done,
        vigie("celery_task_failed_total", name="mail", hostname="w1", queue_name="emails"): lambda s: s.broken,
        vigie("vigie_celery_events_interruptions_total", cause="closed"): lambda s: s.interruptions,
        vigie("vigie_celery_events_dropped_total"): lambda _: 0,
        vigie("redis_memory_used_bytes"): lambda s: s.redis_memory,
        vigie("redis_memory_max_bytes"): lambda _: 1,
        vigie("redis_instance_info", maxmemory_policy="noeviction"): lambda _: 1,
        vigie("pg_up"): lambda s: s.database,
        vigie("pg_stat_activity_count", state="active"): lambda s: s.connections if s.database else None,
        vigie("pg_settings_max_connections"): lambda s: 100 if s.database else None,
    }
    for queue in ("emails", "reports"):
        series[vigie("celery_queue_length", queue_name=queue)] = lambda s, queue=queue: s.queues[queue]  # type: ignore[misc]
    for name in WORKERS:
        series[vigie("celery_worker_up", hostname=name)] = lambda s, name=name: name in s.workers  # type: ignore[misc]
        series[vigie("vigie_celery_events_enabled", hostname=name)] = lambda s, name=name: name in s.listening  # type: ignore[misc]
        series[vigie("vigie_celery_worker_processed_total", hostname=name)] = lambda s: (s.done + s.broken) / 2
    return series


def _business() -> dict[str, Value]:
    day = {"window": "24h"}
    recent = {"window": "10m"}
    return {
        vigie("supabase_service_healthy", service="auth"): lambda s: "supabase" not in s.outages,
        vigie("supabase_auth_failures_total", reason="invalid_credentials"): lambda s: s.guesses,
        vigie("supabase_auth_failures_total", reason="session"): lambda s: s.expired_sessions,
        vigie("supabase_auth_failures_recent", **recent): lambda s: s.recent,
        vigie("supabase_auth_failures_recent_baseline", **recent): lambda s: s.usual,
        vigie("supabase_auth_account_failures_max", **recent): lambda s: s.of_account,
        vigie("supabase_auth_address_failures_max", **recent): lambda s: s.of_address,
        vigie("supabase_auth_address_accounts_max", **recent): lambda s: s.accounts_of_address,
        vigie("supabase_auth_entered_after_failures", by="account", **recent): lambda s: s.entered,
        vigie("stripe_payment_attempts_total", currency="eur"): lambda s: s.payments,
        vigie("stripe_payment_failures_total", currency="eur", failure_code="card_declined"): lambda s: s.declined,
        vigie("stripe_webhook_undelivered_events"): lambda s: s.undelivered,
        vigie("stripe_webhook_newest_undelivered_timestamp_seconds"): lambda s: s.at - 400 if s.undelivered else None,
        vigie("stripe_webhook_endpoint_enabled", endpoint="we_1"): lambda s: s.endpoint,
        vigie("supabase_signups", **day): lambda s: s.signups,
        vigie("supabase_signups_baseline", **day): lambda s: s.usual_signups,
        vigie("stripe_subscription_churn", **day): lambda s: s.cancelled,
        vigie("stripe_subscription_churn_baseline", **day): lambda s: s.usual_cancelled,
    }


def _models() -> dict[str, Value]:
    chat = {"project": "chat"}
    series: dict[str, Value] = {
        vigie("langsmith_runs_total", **chat): lambda s: s.runs,
        vigie("langsmith_run_errors_total", **chat): lambda s: s.failed_runs,
        vigie("langsmith_cost_dollars_total", **chat): lambda s: s.dollars,
        vigie("langsmith_llm_calls_total", **chat): lambda s: s.calls,
        vigie("langsmith_llm_call_errors_total", **chat): lambda s: s.failed_calls,
        vigie("langsmith_token_budget_month_to_date", **chat): lambda s: s.tokens,
        vigie("langsmith_token_budget", **chat): lambda _: 1,
    }
    for number, bound in enumerate(MODEL_BOUNDS):
        series[vigie("langsmith_llm_call_duration_seconds_bucket", le=bound, **chat)] = (
            lambda s, number=number: s.calls * s.model_speed[number]  # type: ignore[misc]
        )
    return series


def _outside() -> dict[str, Value]:
    monitor = {"provider": "uptimerobot", "monitor": "web"}
    series: dict[str, Value] = {
        vigie("uptime_monitor_up", **monitor): lambda s: s.seen_outside,
        vigie("uptime_monitor_certificate_expiry_timestamp_seconds", **monitor): lambda s: s.at + s.certificate * DAY,
        vigie("vigie_source_budget_remaining", source="railway"): lambda s: s.budget_left,
        vigie("vigie_series_dropped_total", source="celery", family="celery_task_runtime"): lambda _: 0,
    }
    for vendor in VENDORS:
        for status in STATES:
            series[vigie("vendor_status", vendor=vendor, component="API", status=status)] = (
                lambda s, vendor=vendor, status=status: s.outages.get(vendor) == status  # type: ignore[misc]
            )
    for metric, thing in (("railway_deployment_status", "service"), ("vercel_deployment_status", "project")):
        for status in ("success", "building", "failed", "error"):
            series[vigie(metric, status=status, **{thing: "web"})] = (
                lambda s, status=status: s.deployment == status  # type: ignore[misc]
            )
    for source in SOURCES:
        series[vigie("vigie_source_up", source=source)] = lambda s, source=source: source not in s.silent  # type: ignore[misc]
        series[vigie("vigie_source_last_success_timestamp_seconds", source=source)] = (
            lambda s, source=source: s.at - s.stale.get(source, POLLED / 2)  # type: ignore[misc]
        )
        series[vigie("vigie_source_poll_interval_seconds", source=source)] = lambda _: POLLED
    return series


SHOWN = _product() | _work() | _business() | _models() | _outside()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The columns of one product, and when they begin and what is between two samples, in seconds."""

    columns: Mapping[str, Column]
    begins: float
    step: int

    def input(self, product: str, begins: float, ends: float) -> list[dict[str, str]]:
        """What promtool reads of a part of it, whose beginning becomes the beginning of time."""
        first, last = (round((at - self.begins) / self.step) for at in (begins, ends))
        return [
            {
                "series": selector.replace(SHOP, f'product="{product}"'),
                "values": _written(column[first:last], begins if _is_date(selector) else 0),
            }
            for selector, column in self.columns.items()
        ]


def _is_date(selector: str) -> bool:
    return "timestamp" in selector or "expiry" in selector


def _written(column: Sequence[float | str], origin: float) -> str:
    first = column[0]
    if not isinstance(first, str) and not origin and all(each == first for each in column):
        return f"{first:.10g}x{len(column) - 1}"
    return " ".join(each if isinstance(each, str) else f"{each - origin:.10g}" for each in column)


@dataclass(slots=True)
class _Watched:
    """One series while it is written down."""

    selector: str
    job: str
    value: Value
    is_counter: bool
    column: Column
    total: float = 0

    def sample(self, state: State) -> float | str:
        level = self.value(state)
        if self.job in state.restarted:
            self.total = 0
        if self.is_counter and level is not None:
            level = self.total = self.total + level
        if state.paused:
            return MISSED
        if self.job in state.unscraped:
            return 0 if self.selector.startswith("up{") else GONE
        if level is None:
            return MISSED if self.selector.startswith("probe_success{") else GONE
        return float(level)


def timeline(states: Iterable[State], step: int, needed: Callable[[str], bool] = lambda _: True) -> Timeline:
    """Watch a product."""
    watched = [
        _Watched(selector, selector.partition('job="')[2].partition('"')[0], value, counts(selector), [])
        for selector, value in SHOWN.items()
        if needed(selector)
    ]
    begins = 0.0
    for number, state in enumerate(states):
        begins = begins if number else state.at
        for series in watched:
            series.column.append(series.sample(state))
    return Timeline({series.selector: series.column for series in watched}, begins, step)
