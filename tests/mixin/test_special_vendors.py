"""Alerts on business, on vendors and on stuck workers whose promise is more than a boundary."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels import ended, vigie, waiting, workers
from tests.mixin.levels_vendors import (
    answered,
    calls,
    cancelled,
    endpoints,
    guesses,
    memory,
    page,
    payments,
    refused,
    runs,
    signups,
    tokens,
    undelivered,
)
from tests.mixin.promtool import STEP, Case, Labels, Levels, Rules, Stretch, verify
from tests.mixin.recorded_vendors import BLACKBOX, SHOP, one

WARNING = {"product": "shop", "severity": "warning"}
STUCK = WARNING | {"component": "jobs", "class": "availability", "owner": "backend", "source": "celery"}
CERTIFICATE = WARNING | {"component": "site", "class": "expiry", "owner": "platform"}
PAYMENTS = {
    "component": "payments",
    "class": "availability",
    "owner": "backend",
    "source": "stripe",
    "product": "shop",
    "severity": "critical",
}
DAY = 86_400
MONITOR = vigie("uptime_monitor_certificate_expiry_timestamp_seconds", provider="betterstack", monitor="web")
PROCESSED = vigie("vigie_celery_worker_processed_total", hostname="w1")


def _growing(first: int, step: int, beside: Levels, gap: int | None = None) -> list[Stretch]:
    """A queue that has 5 jobs for a quarter of an hour and grows then."""
    growth = [Stretch(waiting(5 + first + step * n) | beside, 1) for n in range(120)]
    if gap is not None:
        growth[gap] = Stretch(None, 1)
    return [Stretch(waiting(5) | beside, 60), *growth]


def _stuck(stretches: list[Stretch], fires: dict[int, bool], rules: Rules, folder: Path) -> None:
    firing: dict[tuple[int, str], list[Labels]] = {
        (at, "StuckWorkers"): [STUCK] if there else [] for at, there in fires.items()
    }
    verify(rules.behind("StuckWorkers"), [Case("stuck", stretches, firing)], folder)


def test_workers_that_finish_nothing_while_the_queue_grows_are_stuck(rules: Rules, tmp_path: Path) -> None:
    stuck = _growing(1, 1, workers(1, 1) | ended(0, 0))
    _stuck(stuck, {900: False, 1485: False, 1500: True, 2685: True}, rules, tmp_path)


def test_a_missed_scrape_frees_no_stuck_worker(rules: Rules, tmp_path: Path) -> None:
    stuck = _growing(1, 1, workers(1, 1) | ended(0, 0), gap=20)
    _stuck(stuck, {1485: False, 1500: True, 1800: True, 1815: True}, rules, tmp_path)


def test_workers_that_finish_something_are_not_stuck(rules: Rules, tmp_path: Path) -> None:
    _stuck(_growing(1, 1, workers(1, 1) | ended(0.01, 0)), {1500: False, 2685: False}, rules, tmp_path)
    _stuck(_growing(1, 1, workers(1, 1) | ended(0, 0.01)), {1500: False, 2685: False}, rules, tmp_path)


def test_a_queue_that_does_not_grow_is_not_stuck(rules: Rules, tmp_path: Path) -> None:
    _stuck(_growing(0, 0, workers(1, 1) | ended(0, 0)), {1500: False, 2685: False}, rules, tmp_path)


def test_growth_is_that_of_ten_minutes(rules: Rules, tmp_path: Path) -> None:
    series = 'product:celery_queue_growth:delta10m{product="shop"}'
    case = Case("growth", _growing(2, 2, {}), values={(2400, series): {series: 80}, (885, series): {series: 0}})
    verify(rules.recording(), [case], tmp_path)


def test_a_batch_that_was_put_in_at_once_is_not_stuck(rules: Rules, tmp_path: Path) -> None:
    _stuck(_growing(7, 0, workers(1, 1) | ended(0, 0)), {1485: False, 1500: False, 1515: False}, rules, tmp_path)


def test_where_no_worker_is_up_none_is_stuck(rules: Rules, tmp_path: Path) -> None:
    _stuck(_growing(1, 1, workers(0, 0) | ended(0, 0)), {1500: False, 2685: False}, rules, tmp_path)


def test_without_task_events_the_heartbeats_tell(rules: Rules, tmp_path: Path) -> None:
    _stuck(_growing(1, 1, workers(1, 1) | {PROCESSED: 0}), {1485: False, 1500: True}, rules, tmp_path)
    _stuck(_growing(1, 1, workers(1, 1) | {PROCESSED: 0.01}), {1500: False, 2685: False}, rules, tmp_path)


def _certificate(selector: str, labels: Labels, rules: Rules, folder: Path) -> None:
    """At 1200 s exactly 14 days are left; from the next evaluation on it takes a quarter of an hour."""
    ends: Levels = {selector: 14 * DAY + 1200}
    other: Levels = {selector.replace('product="shop"', 'product="other"'): 90 * DAY}
    elsewhere: Levels = {selector.replace('job="', 'job="not-'): DAY}
    beside = other | elsewhere
    alert: list[Labels] = [{**CERTIFICATE, **labels}]
    gap = Stretch(beside, 1)
    renewed: Levels = {selector: 90 * DAY}
    case = Case(
        "certificate",
        [
            Stretch(ends | beside, 90),
            gap,
            Stretch(ends | beside, 109),
            Stretch(renewed | beside, 20),
        ],
        {
            (1200 + 900, "CertificateExpiry"): [],
            (1215 + 900, "CertificateExpiry"): alert,
            (199 * STEP, "CertificateExpiry"): alert,
            (200 * STEP, "CertificateExpiry"): [],
        },
    )
    verify(rules.behind("CertificateExpiry"), [case], folder)


def test_certificate_of_a_probed_page(rules: Rules, tmp_path: Path) -> None:
    _certificate(BLACKBOX, {"source": "blackbox", "probe": "api"}, rules, tmp_path)


def test_certificate_that_a_monitor_outside_sees(rules: Rules, tmp_path: Path) -> None:
    _certificate(MONITOR, {"source": "uptime", "provider": "betterstack", "monitor": "web"}, rules, tmp_path)


def test_backlog_of_webhooks_that_is_worked_off_pages_nobody(rules: Rules, tmp_path: Path) -> None:
    """Until one hour after the newest undelivered event they still fail."""
    down = [PAYMENTS | {"pattern": "undelivered"}]
    case = Case(
        "backlog",
        [Stretch(undelivered(400, newest=0), 300)],
        {
            (285, "PaymentSystemDown"): [],
            (300, "PaymentSystemDown"): down,
            # one hour, and two minutes for missed scrapes
            (3705, "PaymentSystemDown"): down,
            (3720, "PaymentSystemDown"): [],
        },
    )
    verify(rules.behind("PaymentSystemDown"), [case], tmp_path)


def test_endpoint_that_stays_disabled_is_accepted_after_a_day(rules: Rules, tmp_path: Path) -> None:
    down = [PAYMENTS | {"pattern": "disabled", "endpoint": "we_2"}]
    end = 9 * STEP + DAY  # the last time that it was enabled, and a day
    case = Case(
        "disabled",
        [Stretch(endpoints(1, 1), 10), Stretch(endpoints(1, 0), DAY // STEP + 40)],
        {
            (450, "PaymentSystemDown"): down,
            (end + 90, "PaymentSystemDown"): down,
            (end + 120, "PaymentSystemDown"): [],
        },
    )
    verify(rules.behind("PaymentSystemDown"), [case], tmp_path)


def test_endpoint_that_was_never_enabled_pages_nobody(rules: Rules, tmp_path: Path) -> None:
    case = Case("old", [Stretch(endpoints(1, 0), 60)], {(885, "PaymentSystemDown"): []})
    verify(rules.behind("PaymentSystemDown"), [case], tmp_path)


def test_two_that_watch_the_same_count_once(rules: Rules, tmp_path: Path) -> None:
    """And of gauges the better informed wins."""
    gauges: Levels = page(2) | memory(500) | signups(10, 5) | cancelled(10, 5) | tokens(500) | guesses(10, 5)
    seen: Levels = gauges | refused(15) | payments(15, 5) | runs(15, 5, 5) | calls(15, 5)
    twin = {selector.replace('instance="vigie:1"', 'instance="vigie:2"'): level for selector, level in seen.items()}
    once = {
        one("product_vendor:vendor_outages:max", vendor="stripe"): 2,
        one("product:redis_memory_per_limit:ratio"): 0.5,
        one("product:supabase_signups_per_baseline:ratio"): 2,
        one("product:stripe_subscription_churn_per_baseline:ratio"): 2,
        one("product:supabase_auth_failures_per_baseline:ratio"): 2,
        one("product_project:langsmith_tokens_per_budget:ratio", project="chat"): 0.5,
        one("product:supabase_auth_failures_per_minute:rate5m"): 60,
        one("product:stripe_payment_failures_per_attempt:ratio_rate1h"): 0.333333,
        one("product:langsmith_run_errors_per_run:ratio_rate10m"): 0.333333,
        one("product:langsmith_llm_call_errors_per_call:ratio_rate10m"): 0.333333,
    }
    values = {(1200, series): {series: value} for series, value in once.items()}
    # rates are recorded as they are, with the error of floating point
    rates = {f"round({name}, 1e-6)": {'{product="shop"}': 1.0} for name in ("product:langsmith_runs:rate10m",)}
    values |= {(1200, query): samples for query, samples in rates.items()}
    verify(rules.recording(), [Case("twins", [Stretch(seen | twin, 81)], values=values)], tmp_path)


def _statistics(scale: float = 1) -> Levels:
    """What LangSmith's statistics say of ten minutes in two projects."""
    levels: Levels = {}
    for project, part, errors, median in (("chat", 0.75, 0.2, 1.5), ("mail", 0.25, 0.4, 0.5)):
        for kind, runs_ in (("run", 1200), ("llm", 2400)):
            labels = {"project": project, "kind": kind}
            levels[vigie("langsmith_stats_runs", **labels)] = runs_ * part * scale
            levels[vigie("langsmith_stats_error_ratio", **labels)] = errors
            levels[vigie("langsmith_stats_duration_p50_seconds", **labels)] = median * (1 if kind == "llm" else 5)
        levels[vigie("langsmith_stats_cost_dollars", project=project)] = 120 * part * scale
    return levels


STAND_IN = {
    "product:langsmith_runs:rate10m": 2,
    "product:langsmith_llm_calls:rate10m": 4,
    "product:langsmith_run_errors_per_run:ratio_rate10m": 0.25,
    "product:langsmith_llm_call_errors_per_call:ratio_rate10m": 0.25,
    "product:langsmith_cost_dollars_per_run:ratio_rate10m": 0.1,
    "product:langsmith_llm_call_duration_seconds:p50_rate10m": 1.5,
}
"""Recorded while runs are too many to be listed."""


def test_statistics_stand_in_for_runs_that_are_too_many_to_list(rules: Rules, tmp_path: Path) -> None:
    """From the first of them on, though counters that were withheld still fill a part of the window."""
    counters: Levels = {**answered(s1=0, s5=100), **runs(15, errors=1, dollars=1)}
    values = {(at, f"round({name}, 1e-6)"): {SHOP: value} for name, value in STAND_IN.items() for at in (1200, 1800)}
    case = Case("degraded", [Stretch(counters, 80), Stretch(_statistics(), 60)], values=values)
    verify(rules.recording(), [case], tmp_path)


def test_statistics_outlive_a_missed_scrape(rules: Rules, tmp_path: Path) -> None:
    stretches = [Stretch(_statistics(), 40), Stretch(None, 1), Stretch(_statistics(), 1)]
    values = {(600, f"round({name}, 1e-6)"): {SHOP: value} for name, value in STAND_IN.items()}
    verify(rules.recording(), [Case("missed", stretches, values=values)], tmp_path)


def test_statistics_of_two_vigies_count_once(rules: Rules, tmp_path: Path) -> None:
    twin: Levels = {each.replace("vigie:1", "vigie:2"): level for each, level in _statistics(0.5).items()}
    values = {(600, f"round({name}, 1e-6)"): {SHOP: value} for name, value in STAND_IN.items()}
    values[600, "round(product:langsmith_run_errors_per_run:ratio_rate10m, 1e-6)"] = {SHOP: 0.25}
    verify(rules.recording(), [Case("twins", [Stretch(_statistics() | twin, 60)], values=values)], tmp_path)
