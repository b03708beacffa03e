"""Where the alerts on vendors, on Redis and on Vigie's own limits begin and end."""

from __future__ import annotations

from tests.mixin.levels import vigie
from tests.mixin.levels_vendors import deployment, memory, page, policy
from tests.mixin.promtool import Labels
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
                deployment(f"{source}_deployment_status", 0, state, **{label: "api"}),
                deployment(f"{source}_deployment_status", 1, state, **{label: "api"}),
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
