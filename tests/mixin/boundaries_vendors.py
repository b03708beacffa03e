"""Where the alerts on vendors, on Redis and on Vigie's own limits begin and end."""

from __future__ import annotations

from tests.mixin.levels import vigie
from tests.mixin.levels_vendors import copies, deployment, memory, page, policy, unsent
from tests.mixin.promtool import Labels, Levels
from tests.mixin.row import Row, Side

MONITORING = {"component": "monitoring", "owner": "platform"}
REDIS = {"component": "jobs", "class": "saturation", "owner": "platform", "source": "redis"}
VENDOR = {
    "component": "vendors",
    "class": "availability",
    "owner": "platform",
    "source": "statuspages",
    "vendor": "stripe",
}
DEPLOYMENT = {"component": "hosting", "class": "availability", "owner": "backend"}
CRASH = DEPLOYMENT | {"source": "railway", "service": "api"}
UNREADABLE = vigie("vigie_celery_events_undecodable_total")
AGE = vigie("vigie_source_success_age_seconds", source="redis")
PACE = vigie("vigie_source_poll_interval_seconds", source="redis")
PROJECT = vigie("supabase_project_healthy")


def _crash(name: str, at: Levels, beyond: Levels) -> Row:
    """The row of what serves and crashes: it pages, and is remembered."""
    side = Side(at, beyond)
    return Row(
        "ServiceCrashed",
        CRASH,
        quiet=copies(running=2),
        far=beyond,
        sides={"critical": side},
        window=0,
        lasting=120,
        remembers="railway",
        name=f"ServiceCrashed: {name}",
    )


def _gauge(alert: str, labels: Labels, side: Side, lasting: int, name: str = "") -> Row:
    """The row of a warning about a snapshot: well at the threshold, unwell beyond it."""
    return Row(
        alert,
        labels,
        quiet=side.at,
        far=side.beyond,
        sides={"warning": side},
        window=0,
        lasting=lasting,
        name=name,
    )


DROPPED = vigie("vigie_series_dropped_total", source="celery", family="celery_task_runtime")
BUDGET = vigie("vigie_source_budget_remaining", source="railway")
MONITOR = vigie("uptime_monitor_up", provider="uptimerobot", monitor="login")
AUTH = vigie("supabase_service_healthy", service="auth")
REST = vigie("supabase_service_healthy", service="rest")
OTHER = vigie("uptime_monitor_up", provider="uptimerobot", monitor="api")

ROWS = (
    _gauge("VendorIncident", VENDOR, Side(page(0), page(1)), 300, "VendorIncident: a part"),
    _gauge(
        "SupabaseUnhealthy",
        {"component": "database", "class": "availability", "owner": "backend", "source": "supabase", "service": "auth"},
        Side({AUTH: 1, REST: 1}, {AUTH: 0, REST: 1}),
        300,
    ),
    _gauge(
        "SupabaseUnhealthy",
        {
            "component": "database",
            "class": "availability",
            "owner": "backend",
            "source": "supabase",
            "service": "project",
        },
        Side({PROJECT: 1, AUTH: 1}, {PROJECT: 0, AUTH: 1}),
        300,
        "SupabaseUnhealthy: the project",
    ),
    _crash("the deployment", copies(running=1), copies(running=1, crashed=1, serving="crashed")),
    _crash("all copies", copies(running=1, crashed=1), copies(crashed=1)),
    _crash("all copies, again and again", copies(running=1, restarting=1), copies(restarting=1)),
    *(
        _gauge(
            "InstancesCrashing",
            CRASH,
            Side(copies(running=2), beyond),
            300,
            f"InstancesCrashing: {state}",
        )
        for state, beyond in (
            ("crashed", copies(running=2, crashed=1)),
            ("restarting", copies(running=2, restarting=1)),
        )
    ),
    Row(
        "CeleryEventsUnreadable",
        {"component": "jobs", "owner": "backend", "source": "celery", "class": "blindness"},
        quiet={UNREADABLE: 0},
        far={UNREADABLE: 1},
        sides={"warning": Side({UNREADABLE: 0}, {UNREADABLE: 0.001}, seen=15, ends=585)},
        window=15,
        lasting=600,
    ),
    _gauge(
        "SourceStale",
        MONITORING | {"class": "blindness", "source": "redis"},
        Side({AGE: 300, PACE: 30}, {AGE: 300.3, PACE: 30}),
        300,
    ),
    _gauge("VendorIncident", VENDOR, Side(page(0), page(0, partial=1)), 300, "VendorIncident: a part of a part"),
    *(
        _gauge(
            "VendorIncident",
            VENDOR,
            Side(page(0, state=state), page(0, whole=1, state=state)),
            300,
            f"VendorIncident: the whole has a {state}",
        )
        for state in ("partial_outage", "major_outage")
    ),
    *(
        _gauge(
            "DeploymentFailed",
            DEPLOYMENT | {"source": source, label: "api"},
            Side(
                deployment(f"{source}_deployment_result", 0, state, **{label: "api"}),
                deployment(f"{source}_deployment_result", 1, state, **{label: "api"}),
            ),
            120,
            f"DeploymentFailed: {source} {state}",
        )
        for source, label, state in (
            ("railway", "service", "crashed"),
            ("railway", "service", "failed"),
            ("vercel", "project", "error"),
        )
    ),
    _gauge(
        "UptimeMonitorDown",
        {
            "component": "site",
            "class": "availability",
            "owner": "backend",
            "provider": "uptimerobot",
            "monitor": "login",
        },
        Side({MONITOR: 1, OTHER: 1}, {MONITOR: 0, OTHER: 1}),
        120,
    ),
    _gauge("RedisMayEvict", REDIS, Side(policy(1), policy(0)), 900),
    _gauge("RedisMemoryHigh", REDIS, Side(memory(800), memory(801)), 300),
    _gauge(
        "ApiBudgetLow",
        MONITORING | {"class": "saturation", "source": "railway"},
        Side({BUDGET: 1}, {BUDGET: 0}),
        600,
    ),
    *(
        Row(
            "NotificationsFailing",
            MONITORING | {"class": "blindness", "pattern": pattern, "integration": integration},
            quiet=unsent(integration, 0),
            far=unsent(integration, 10),
            # whole messages: two and a half are three
            sides={severity: Side(unsent(integration, 0.1), unsent(integration, 0.126), seen=15, ends=285)},
            window=300,
            lasting=0,
            name=f"NotificationsFailing: {integration}",
        )
        for severity, pattern, integration in (
            ("critical", "pages", "pagerduty"),
            ("critical", "pages", "sns"),
            ("warning", "messages", "slack"),
            ("warning", "messages", "email"),
            ("warning", "messages", "webhook"),
        )
    ),
    Row(
        "SeriesDropped",
        MONITORING | {"class": "blindness", "source": "celery", "family": "celery_task_runtime"},
        quiet={DROPPED: 0},
        far={DROPPED: 1},
        sides={"warning": Side({DROPPED: 0}, {DROPPED: 0.001}, seen=15, ends=885)},
        window=15,
        lasting=0,
    ),
)
