"""All vendors at once, as the demo runs them: the check is green, and every family of the design is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.request_budget import SPARE, Row, rows
from demo.vendors.__main__ import make_app
from demo.vendors.catalogue import variables, vendors
from deploy.native.paths import ROOT
from tests.real.vendor import serving
from vigie.check import check
from vigie.config.load import Configuration, load
from vigie.core.source import AnySource
from vigie.sources import SOURCES
from vigie.watch import Watch

FAMILIES = [
    "supabase_auth_failures_total{reason",
    "supabase_service_healthy{service",
    "stripe_payment_attempts_total{currency",
    "stripe_payment_failures_total{currency,failure_code",
    "stripe_webhook_undelivered_events",
    "stripe_webhook_endpoint_enabled{endpoint",
    "stripe_subscriptions{status",
    "stripe_subscription_cancellations_total{reason",
    "langsmith_runs_total{project",
    "langsmith_run_errors_total{project",
    "langsmith_run_duration_seconds_bucket{project",
    "langsmith_tokens_total{direction,project",
    "langsmith_cost_dollars_total{project",
    "railway_service_cpu_usage_cores{",
    "railway_service_cpu_limit_cores{",
    "railway_service_memory_usage_bytes{",
    "railway_service_memory_limit_bytes{",
    "railway_volume_used_bytes{",
    "railway_volume_size_bytes{",
    "railway_deployment_status{",
    "vercel_web_vitals_p75{",
    "vercel_deployment_status{",
    "sentry_events_total",
    "sentry_unresolved_issues",
    "uptime_monitor_up{monitor,provider",
    "vendor_status{",
]
"""Names of the design with the labels that it names."""


@pytest.fixture
def configuration() -> Iterator[Configuration]:
    """The example `vigie.yaml`, pointed at the simulators."""
    with serving(make_app()) as url:
        yield load(ROOT / "vigie.yaml", {**variables(url), "VIGIE_STATE": "/nowhere"})


async def test_every_vendor_is_reached_and_nothing_is_amiss(configuration: Configuration) -> None:
    findings = {finding.name: finding for finding in (await check(configuration)).findings}
    reached = {name: finding.sentences for name, finding in findings.items() if name in vendors()}
    assert reached.keys() == vendors().keys()
    assert {name for name, finding in findings.items() if finding.verdict == "ok"} == set(reached), reached


async def test_every_family_of_the_design_is_exported(configuration: Configuration, tmp_path: Path) -> None:
    product = configuration.product.model_copy(update={"state": tmp_path})
    watch = Watch(Configuration(configuration.document, product, {}, configuration.secrets))
    await watch.start()
    await watch.board.first_read()
    page = watch.board.make_page().text.plain.decode()
    await watch.stop()
    missing = [family for family in FAMILIES if not _stands(family, page)]
    assert missing == []
    assert "# TYPE stripe_webhook_oldest_undelivered_timestamp_seconds gauge" in page  # without a series: there is none


def _stands(family: str, page: str) -> bool:
    """Whether a series of that name is on the page, with at least the labels that are named."""
    name, _, labels = family.partition("{")
    lines = [line for line in page.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    return any(all(f'{label}="' in line for label in labels.split(",") if label) for line in lines)


@pytest.mark.parametrize("name", sorted(vendors()))
def test_no_two_sources_export_one_family_with_other_labels(name: str) -> None:
    mine: type[AnySource] = SOURCES[name]
    for other in SOURCES.values():
        theirs = {family.name: family for family in other.families}
        for family in mine.families:
            assert theirs.get(family.name, family) == family


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.source)
def test_steady_state_leaves_a_fifth_of_the_smallest_plan(row: Row) -> None:
    assert row.hourly > 0
    assert row.share is None or row.share <= 1 - SPARE
