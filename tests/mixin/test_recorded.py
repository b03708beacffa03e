"""What is recorded: the number that everything else relies on."""

from __future__ import annotations

import re
from pathlib import Path

from tests.mixin import recorded_vendors
from tests.mixin.boundaries import ROWS
from tests.mixin.levels import (
    answers,
    app,
    disk,
    durations,
    ended,
    feed,
    free,
    idle,
    node,
    railway,
    resident,
    vigie,
    volume,
    workers,
)
from tests.mixin.levels_vendors import calls, runs
from tests.mixin.promtool import Case, Levels, Proof, Rules, Stretch, about, each_of
from tests.mixin.recorded_vendors import SHOP, Nothing, one


def _levels(alert: str) -> Levels:
    return next(row.far for row in ROWS if row.id == alert)


RECORDED: dict[str, tuple[Levels, dict[str, float]]] = {
    "product:http_requests:rate5m": (answers(1500, error=15), {SHOP: 101}),
    "product:http_errors_per_request:ratio_rate5m": (
        answers(200, error=100),
        {one("product:http_errors_per_request:ratio_rate5m"): 0.333333},
    ),
    "product:http_server_errors_per_minute:rate5m": (
        answers(1, error=1 / 3, refused=3),
        {one("product:http_server_errors_per_minute:rate5m"): 1.333333},
    ),
    "product:http_client_errors_per_minute:rate5m": (
        answers(1, error=2, refused=1 / 3),
        {one("product:http_client_errors_per_minute:rate5m"): 1.333333},
    ),
    "product:http_request_duration_seconds:p95_rate5m": (
        durations(s0_5=80, s1=98, s2=100),
        {one("product:http_request_duration_seconds:p95_rate5m"): 0.916667},
    ),
    "product:http_request_duration_seconds:p99_rate5m": (
        durations(s0_5=80, s1=97, s2=100),
        {one("product:http_request_duration_seconds:p99_rate5m"): 1.666667},
    ),
    "product:celery_task_finished:rate10m": (ended(30, 15), {SHOP: 3}),
    "product:celery_task_failed_per_finished:ratio_rate10m": (
        ended(20, 10),
        {one("product:celery_task_failed_per_finished:ratio_rate10m"): 0.333333},
    ),
    "product:celery_workers:sum": (workers(1, 1), {one("product:celery_workers:sum"): 2}),
    "product_worker:celery_worker_up:max": (
        workers(1, 0),
        {
            one("product_worker:celery_worker_up:max", hostname="w1"): 1,
            one("product_worker:celery_worker_up:max", hostname="w2"): 0,
        },
    ),
    "product_queue:celery_queue_length:max": (
        _levels("QueueBackup"),
        {
            one("product_queue:celery_queue_length:max", queue_name="emails"): 1000,
            one("product_queue:celery_queue_length:max", queue_name="celery"): 3,
        },
    ),
    "product_worker:celery_events_enabled:max": (
        {vigie("vigie_celery_events_enabled", hostname="w1"): 1},
        {one("product_worker:celery_events_enabled:max", hostname="w1"): 1},
    ),
    "product:celery_events_lost:increase15m": (
        {
            vigie("vigie_celery_events_interruptions_total", cause="closed"): 1 / 180,
            vigie("vigie_celery_events_interruptions_total", cause="silent"): 1,
            vigie("vigie_celery_events_dropped_total"): 1.5,
            vigie("vigie_celery_events_dropped_total", instance="vigie:2"): 0.5,
        },
        {one("product:celery_events_lost:increase15m"): 180.333333},
    ),
    "product:pg_up:max": ({vigie("pg_up"): 1}, {one("product:pg_up:max"): 1}),
    "product:pg_connections:sum": (_levels("DatabaseConnectionsHigh"), {one("product:pg_connections:sum"): 1000}),
    "product:pg_settings_max_connections:max": (
        _levels("DatabaseConnectionsHigh"),
        {one("product:pg_settings_max_connections:max"): 1000},
    ),
    "product:pg_connections_per_limit:ratio": (
        {vigie("pg_stat_activity_count", state="idle"): 1, vigie("pg_settings_max_connections"): 3},
        {one("product:pg_connections_per_limit:ratio"): 0.333333},
    ),
    "product_instance:cpu_usage:ratio_rate5m": (
        idle(10) | {app("process_cpu_seconds_total"): 20} | idle(5, feed) | railway("cpu cores", 0.1, 0.6),
        {
            one("product_instance:cpu_usage:ratio_rate5m", source="supabase", instance="supabase:1"): 0.666667,
            one("product_instance:cpu_usage:ratio_rate5m", source="railway", instance="api"): 0.166667,
            one("product_instance:cpu_usage:ratio_rate5m", source="node", instance="node:1"): 0.333333,
            one("product_instance:cpu_usage:ratio_rate5m", source="process", instance="app:1"): 0.666667,
        },
    ),
    "product_instance:memory_usage:ratio": (
        free(100 / 3) | resident(1 / 3) | free(200 / 3, feed) | railway("memory bytes", 0.1, 0.6),
        {
            one("product_instance:memory_usage:ratio", source="supabase", instance="supabase:1"): 0.333333,
            one("product_instance:memory_usage:ratio", source="railway", instance="api"): 0.166667,
            one("product_instance:memory_usage:ratio", source="node", instance="node:1"): 0.666667,
            one("product_instance:memory_usage:ratio", source="process", instance="app:1"): 0.333333,
        },
    ),
    "product_instance_mountpoint:disk_usage:ratio": (
        disk(100 / 3)
        | disk(200 / 3, feed)
        | volume(0.1, 0.6)
        | {
            says(f"node_filesystem_{figure}_bytes", mountpoint="/data", fstype="ext4", device="bound"): 20
            for figure in ("avail", "size")
            for says in (node, feed)
        },
        {
            one(
                "product_instance_mountpoint:disk_usage:ratio", source=source, instance=instance, mountpoint=disk
            ): share
            for source, instance, disk, share in (
                ("node", "node:1", "/data", 0.666667),
                ("supabase", "supabase:1", "/data", 0.333333),
                ("railway", "api", "data", 0.166667),
            )
        },
    ),
    "product_source:vigie_source_up:max": (
        {vigie("vigie_source_up", source="redis"): 1},
        {one("product_source:vigie_source_up:max", source="redis"): 1},
    ),
    "product_source:vigie_source_intervals_since_success:min": (
        {
            vigie("vigie_source_last_success_timestamp_seconds", source="redis"): 900,
            vigie("vigie_source_poll_interval_seconds", source="redis"): 100,
        },
        {one("product_source:vigie_source_intervals_since_success:min", source="redis"): 3},
    ),
    "product_job_instance:up:max": (
        {app("up", interval="60s"): 1, app("up", interval="300s"): 1, app("up", interval="10s"): 0, vigie("up"): 0},
        {one("product_job_instance:up:max", job="app", instance="app:1"): 1},
    ),
    "product:vigie_up:max": ({app("up"): 0, vigie("up"): 1}, {one("product:vigie_up:max"): 1}),
    **recorded_vendors.RECORDED,
}
"""By recorded series: levels that hold for 20 minutes, and what is recorded then."""


def _without_requests(record: str) -> Nothing:
    """Of which none was ever counted."""
    return f"without requests {record} is nothing", {app("http_requests_total", status="2xx"): 0}, record, 0


NOTHING: tuple[Nothing, ...] = (
    ("no request is no error", answers(0), "product:http_errors_per_request:ratio_rate5m", 0),
    ("no request is no server error", answers(0), "product:http_server_errors_per_minute:rate5m", 0),
    _without_requests("product:http_server_errors_per_minute:rate5m"),
    _without_requests("product:http_client_errors_per_minute:rate5m"),
    (
        "requests that are quick but not counted yet are no slow ones",
        {
            app("http_request_duration_highr_seconds_bucket", le="0.5"): 100,
            app("http_request_duration_highr_seconds_bucket", le="+Inf"): 99,
        },
        "product:http_slow_requests:rate5m",
        0,
    ),
    (
        "jobs that failed without an exception count too",
        {vigie("celery_task_succeeded_total", name="mail"): 60, vigie("celery_task_failed_total", name="mail"): 60},
        "product:celery_task_finished:rate10m",
        8,
    ),
    (
        "no request has no latency",
        dict.fromkeys(durations(s1=1), 0),
        "product:http_request_duration_seconds:p95_rate5m",
        None,
    ),
    ("a quick answer has a latency", durations(s0_01=100), "product:http_request_duration_seconds:p95_rate5m", 0.0095),
    ("a quick answer has a tail", durations(s0_01=100), "product:http_request_duration_seconds:p99_rate5m", 0.0099),
    (
        "no request has no tail",
        dict.fromkeys(durations(s1=1), 0),
        "product:http_request_duration_seconds:p99_rate5m",
        None,
    ),
    (
        "an application that never failed has an error rate",
        {app("http_requests_total", status="2xx"): 10},
        "product:http_errors_per_request:ratio_rate5m",
        0,
    ),
    (
        "an application that never failed has no server errors",
        {app("http_requests_total", status="2xx"): 10},
        "product:http_server_errors_per_minute:rate5m",
        0,
    ),
    (
        "an application that never refused has no client errors",
        {app("http_requests_total", status="2xx"): 10},
        "product:http_client_errors_per_minute:rate5m",
        0,
    ),
    (
        "a full status counts as its class",
        {app("http_requests_total", status="503"): 1},
        "product:http_errors_per_request:ratio_rate5m",
        1,
    ),
    ("no finished job is no failure", ended(0, 0), "product:celery_task_failed_per_finished:ratio_rate10m", 0),
    (
        "jobs that never failed have a failure rate",
        {vigie("celery_task_succeeded_total", name="mail"): 1},
        "product:celery_task_failed_per_finished:ratio_rate10m",
        0,
    ),
    (
        "jobs that never succeeded have a failure rate",
        {vigie("celery_task_failed_total", name="mail"): 1},
        "product:celery_task_failed_per_finished:ratio_rate10m",
        1,
    ),
    *recorded_vendors.NOTHING,
)


def asked(record: str) -> str:
    """The query for a recorded series: rates are recorded as they are, because others divide by them."""
    return f"round({record}, 1e-6)" if record in WINDOWS or record in recorded_vendors.RATES else record


def _nothing(nothing: Nothing) -> Proof:
    promise, levels, record, value = nothing
    query = asked(record)
    recorded = {} if value is None else {one(record) if query == record else SHOP: value}
    return Proof(promise, about(record), [Case(promise, [Stretch(levels, 81)], values={(1200, query): recorded})])


def _value(record: str) -> Proof:
    levels, recorded = RECORDED[record]
    elsewhere: Levels = {
        re.sub(r'job="\w+"', 'job="elsewhere"', each): 1000 + (level or 0) for each, level in levels.items()
    }
    beside: Levels = {} if "_job_" in record else elsewhere
    case = Case(record, [Stretch(levels | beside, 81)], values={(1200, asked(record)): recorded})
    return Proof(record, about(record), [case])


WINDOWS = {
    "product:http_requests:rate5m": (answers(0), answers(1500), 150, 50),
    "product:celery_task_finished:rate10m": (ended(0, 0), ended(1500, 1500), 300, 100),
    "product:langsmith_runs:rate10m": (runs(0), runs(1500), 300, 50),
    "product:langsmith_llm_calls:rate10m": (calls(0), calls(1500), 300, 50),
}
"""By rate: levels before and after a change, and what is recorded so many seconds after it: half of the new rate."""


def _window(record: str) -> Proof:
    """A rate looks back as far as its name says."""
    before, after, seconds, value = WINDOWS[record]
    case = Case(
        record,
        [Stretch(before, 64), Stretch(after, 64)],
        values={(960 + seconds, f"round({record}, 1e-6)"): {SHOP: value}},
    )
    return Proof(f"the window of {record}", about(record), [case])


PROOFS = [*map(_value, RECORDED), *map(_nothing, NOTHING), *map(_window, WINDOWS)]


@each_of(PROOFS)
def test_recorded(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)


def test_every_recorded_series_has_a_test(rules: Rules) -> None:
    records = {rule["record"] for group in rules.recording().groups for rule in group["rules"]}
    assert records - set(RECORDED) == {"product_probe:probe_success:max"}, "of which test_special.py tells"
    assert set(RECORDED) <= records
