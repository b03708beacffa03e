"""Requests, errors and response times are the same number for everything downstream, whoever counts them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mixin.boards import queries
from tests.mixin.conftest import ROOT, product
from tests.mixin.levels import app, vigie
from tests.mixin.promtool import Case, Levels, Rules, Stretch, verify
from tests.mixin.queries import THIRD_PARTY, emitted, uses
from tests.mixin.recorded_vendors import SHOP, one
from vigie.render import Rendering, render

Traffic = Callable[[float], Levels]
"""Traffic of which so many in a thousand are server errors: 4/s in all, 0.4/s of them 4xx, p95 0.9 s, p99 1.9 s."""


def otel(errors: float) -> Levels:
    """What OpenTelemetry counts, on two routes."""
    statuses = {"200": 54 - 60 * errors / 1000, "503": 60 * errors / 1000, "404": 6}
    levels: Levels = {}
    for route, share in (("/", 0.25), ("/jobs/{id}", 0.75)):
        for status, level in statuses.items():
            labels = {"http_route": route, "http_response_status_code": status}
            levels[app("http_server_request_duration_seconds_count", **labels)] = level * share
    for bound, below in (("0.5", 51), ("0.75", 54), ("1.0", 58.8), ("1.75", 58.8), ("2.0", 60), ("+Inf", 60)):
        levels[app("http_server_request_duration_seconds_bucket", http_route="/", le=bound)] = below
    return levels


def railway(errors: float) -> Levels:
    """What Railway's proxy saw, of two services."""
    rates = {"2xx": 3.6 - 4 * errors / 1000, "5xx": 4 * errors / 1000, "4xx": 0.4}
    levels: Levels = {}
    for service, share, slower in (("api", 0.75, 1.0), ("web", 0.25, 0.5)):
        for code, rate in rates.items():
            levels[vigie("railway_http_requests_per_second", service=service, code=code)] = rate * share
        levels[vigie("railway_http_duration_p95_seconds", service=service)] = 0.9 * slower
        levels[vigie("railway_http_duration_p99_seconds", service=service)] = 1.9 * slower
    return levels


def sentry(errors: float) -> Levels:
    """What spans in Sentry say, of two projects; the one that is no backend has no errors."""
    levels: Levels = {}
    for project, transactions, ratio, slower in (("api", 1800, errors / 750, 1.0), ("web", 600, 0, 0.5)):
        labels = {"project": project, "window": "10m"}
        levels[vigie("sentry_transactions", **labels)] = transactions
        levels[vigie("sentry_transaction_server_error_ratio", **labels)] = ratio
        levels[vigie("sentry_transaction_p95_seconds", **labels)] = 0.9 * slower
        levels[vigie("sentry_transaction_p99_seconds", **labels)] = 1.9 * slower
    return levels


TRAFFIC: dict[str, Traffic] = {"otel": otel, "railway": railway, "sentry": sentry}
GAUGES = ("railway", "sentry")
CANNOT_TELL = {
    "otel": set(),
    "railway": {"LatencyBudgetBurn"},
    "sentry": {"LatencyBudgetBurn", "ClientErrors"},
}


@cache
def _groups(source: str) -> list[dict[str, Any]]:
    files = render(product(numbers={"http": source}), ROOT).files
    return [
        {**group, "rules": [{key: rule[key] for key in rule if key != "annotations"} for rule in group["rules"]]}
        for name in ("signals", "alerts")
        for group in yaml.safe_load(files[f"prometheus/rules/{name}.yaml"])["groups"]
    ]


def _names(groups: list[dict[str, Any]]) -> set[str]:
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def _elsewhere(levels: Levels) -> Levels:
    return {re.sub(r'job="\w+"', 'job="elsewhere"', each): 1000 + (level or 0) for each, level in levels.items()}


@pytest.mark.parametrize("source", TRAFFIC)
def test_whoever_counts_the_numbers_are_the_same(source: str, tmp_path: Path) -> None:
    levels = TRAFFIC[source](250)
    recorded: dict[str, float | None] = {
        "product:http_errors_per_request:ratio_rate5m": 0.25,
        "product:http_server_errors_per_minute:rate5m": 60,
        "product:http_client_errors_per_minute:rate5m": None if source == "sentry" else 24,
        "product:http_request_duration_seconds:p95_rate5m": 0.90625 if source == "otel" else 0.9,
        "product:http_request_duration_seconds:p99_rate5m": 1.875 if source == "otel" else 1.9,
    }
    values = {(1200, record): ({} if value is None else {one(record): value}) for record, value in recorded.items()}
    rate = {(1200, "round(product:http_requests:rate5m, 1e-6)"): {SHOP: 4.0}}
    case = Case(source, [Stretch(levels | _elsewhere(levels), 81)], values=values | rate)
    verify(Rules(_groups(source)).recording(), [case], tmp_path)


@pytest.mark.parametrize("source", TRAFFIC)
def test_whoever_counts_the_threshold_is_exact(source: str, tmp_path: Path) -> None:
    at, beyond = TRAFFIC[source](10), TRAFFIC[source](10.1)
    warning = {"component": "api", "owner": "backend", "class": "errors", "product": "shop", "severity": "warning"}
    cases = [
        Case("at it nothing fires", [Stretch(at, 100)], {(1485, "HighErrorRate"): []}),
        Case("beyond it fires", [Stretch(beyond, 100)], {(1485, "HighErrorRate"): [warning]}),
    ]
    verify(Rules(_groups(source)).behind("HighErrorRate"), cases, tmp_path)


@pytest.mark.parametrize("source", GAUGES)
def test_figures_of_a_vendor_outlive_a_missed_scrape_and_then_end(source: str, tmp_path: Path) -> None:
    stretches = [Stretch(TRAFFIC[source](0), 40), Stretch(None, 40)]
    query = "round(product:http_requests:rate5m, 1e-6)"
    values: dict[tuple[int, str], dict[str, float]] = {(690, query): {SHOP: 4.0}, (720, query): {}}
    verify(Rules(_groups(source)).recording(), [Case(source, stretches, values=values)], tmp_path)


@pytest.mark.parametrize("source", TRAFFIC)
def test_what_a_source_cannot_tell_has_no_alert(source: str, groups: list[dict[str, Any]]) -> None:
    assert _names(groups) - _names(_groups(source)) == CANNOT_TELL[source]


def test_the_list_of_third_party_names_holds_nothing_unused(groups: list[dict[str, Any]], rendering: Rendering) -> None:
    rules = [rule["expr"] for group in [*groups, *_groups("otel")] for rule in group["rules"]]
    panels = [query.text for query in queries(rendering, "shop")]
    assert set(THIRD_PARTY) <= {use.metric for query in rules + panels for use in uses(query)}


@pytest.mark.parametrize("source", TRAFFIC)
def test_whoever_counts_nothing_is_queried_that_nobody_emits(source: str) -> None:
    known = {**emitted(), **THIRD_PARTY}
    rules = [rule for group in _groups(source) for rule in group["rules"]]
    for use in (use for rule in rules for use in uses(rule["expr"])):
        assert ":" in use.metric or use.matched | use.grouped <= known[use.metric], use
