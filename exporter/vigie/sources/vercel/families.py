"""The families of a Vercel team."""

from __future__ import annotations

from vigie.core.families import counter, gauge, histogram

STATUS = gauge(
    "vercel_deployment_status",
    "State of the project's last production deployment: 1 for the state that it is in.",
    "project",
    "status",
)
RESULT = gauge(
    "vercel_deployment_result",
    "What came of the last production deployment that was not canceled, skipped or still under way: 1 for what did.",
    "project",
    "status",
)
CREATED = gauge(
    "vercel_deployment_created_timestamp_seconds",
    "Unix time at which the project's last production deployment was made.",
    "project",
)
BUILD = gauge(
    "vercel_deployment_build_seconds",
    "Time from the start of the build of the last production deployment until it was ready.",
    "project",
)
DEPLOYMENTS = counter(
    "vercel_deployments_total",
    "Deployments that ended, by target and how: ready, error (the build failed) or canceled.",
    "project",
    "target",
    "status",
    kept_by="state",
)
VITALS_P75 = gauge(
    "vercel_web_vitals_p75",
    "75th percentile of a Web Vital in production over the last 24 hours, in seconds; cls has no unit.",
    "project",
    "metric",
)
UNDER_ATTACK = gauge(
    "vercel_firewall_under_attack", "Whether Vercel's firewall sees an attack that goes on (1) or not (0).", "project"
)
AVAILABLE = gauge(
    "vercel_feature_available",
    "Whether the plan has what is read (1) or Vercel answers that it must be paid for (0).",
    "feature",
    join="min",
)
VITALS = histogram(
    "vercel_web_vitals_seconds",
    "Web Vitals of visits in production, as a drain pushed them.",
    "project",
    "metric",
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.8, 2.5, 3.0, 4.0, 6.0, 10.0),
    kept_by="state",
)
CLS = histogram(
    "vercel_web_vitals_cls",
    "Cumulative layout shift of visits in production, as a drain pushed it; without unit.",
    "project",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0),
    kept_by="state",
)
PAGE_VIEWS = counter(
    "vercel_page_views_total", "Page views in production, as a drain pushed them.", "project", kept_by="state"
)
CUSTOM_EVENTS = counter(
    "vercel_custom_events_total",
    "Custom Web Analytics events in production, as a drain pushed them.",
    "project",
    kept_by="state",
)
IGNORED = counter(
    "vercel_drain_ignored_records_total",
    "Pushed records that were not counted since the start: of a schema that is not read, of another environment, too "
    "old to tell from a repetition, or unreadable.",
    "reason",
)

PUSHED = (VITALS, CLS, PAGE_VIEWS, CUSTOM_EVENTS)
"""Kept in the state file by project id."""
FAMILIES = (STATUS, RESULT, CREATED, BUILD, DEPLOYMENTS, VITALS_P75, UNDER_ATTACK, AVAILABLE, *PUSHED, IGNORED)
