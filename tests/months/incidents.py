"""The bad month: what goes wrong, and who is promised to be told of what, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.months import troubles as t
from tests.months.events import Change
from tests.months.rhythm import HOUR, MINUTE

WINDOW = 5 * MINUTE
"""Over which requests and refusals are counted."""


@dataclass(frozen=True, slots=True)
class Incident:
    """
    One trouble of an otherwise quiet product.

    Attributes:
        name: What happened; also the product that it happens to.
        lasting: Seconds.
        change: What it does.
        pages: Alerts that page to seconds after its beginning: until the value is beyond the threshold, by arithmetic,
            plus the `for` of the alert.
        warnings: Those that are only read, and `muted` those that something else explains.
    """

    name: str
    lasting: float
    change: Change
    pages: Mapping[str, float] = field(default_factory=dict)
    warnings: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()


def _burn(*windows: str, of: str = "Availability") -> frozenset[str]:
    return frozenset(f"{of}BudgetBurn ({window})" for window in windows)


def _some(*names: str) -> frozenset[str]:
    return frozenset(names)


def _twin(name: str, due: float) -> tuple[Mapping[str, float], frozenset[str], frozenset[str]]:
    """A page that mutes the warning of the same name."""
    return {name: due}, frozenset(), frozenset({name})


DATABASE: Mapping[str, float] = {
    "DatabaseDown": MINUTE,
    # 30% of the requests that were meant, of 2% more that are answered
    "HighErrorRate": 0.05 / 0.294 * WINDOW + 5 * MINUTE,
    # of 570 requests a minute
    "ServerErrors": 50 / 171 * WINDOW + 5 * MINUTE,
}
DATABASE_MUTES = _some("HighErrorRate", "ServerErrors", "SourceSilent", "SourceStale")

INCIDENTS = (
    Incident("database-dies", 20 * MINUTE, t.database_dies, DATABASE, _burn("1h", "6h", "1d", "3d"), DATABASE_MUTES),
    Incident(
        "supabase-is-out",
        20 * MINUTE,
        t.supabase_is_out,
        DATABASE,
        _burn("1h", "6h", "1d", "3d") | _some("VendorIncident"),
        DATABASE_MUTES | _some("SupabaseUnhealthy"),
    ),
    # the second failed probe
    Incident("site-down-3-minutes", 3 * MINUTE, t.site_down, {"SiteDown (api)": MINUTE}),
    Incident(
        "site-down-for-all",
        15 * MINUTE,
        t.site_down_for_all,
        {"SiteDown (api)": MINUTE, "SiteDown (login)": 5 * MINUTE},
        muted=_some("TargetDown", "UptimeMonitorDown"),
    ),
    Incident(
        "slow-queries",
        20 * MINUTE,
        t.slow_queries,
        {"SlowResponse": 0.5 * WINDOW + 5 * MINUTE},
        _some("SlowTailResponse"),
        _some("SlowResponse"),
    ),
    Incident("some-wait-long", 20 * MINUTE, t.some_wait_long, *_twin("SlowTailResponse", WINDOW / 3 + 5 * MINUTE)),
    Incident(
        "errors-8-percent",
        20 * MINUTE,
        t.errors_8_percent,
        {"HighErrorRate": 0.05 / 0.0784 * WINDOW + 5 * MINUTE},
        # of the traffic of six hours and three days, which is lighter in the morning and at the weekend
        _burn("1h", "6h", "3d") | _some("ServerErrors"),
        _some("HighErrorRate"),
    ),
    Incident("errors-0.8-percent", 8 * HOUR, t.errors_08_percent, {}, _burn("6h", "1d", "3d")),
    Incident("scanner", 20 * MINUTE, t.scanner, *_twin("ClientErrors", 488 / 800 * WINDOW + 5 * MINUTE)),
    Incident("queue-backs-up", 30 * MINUTE, t.queue_backs_up, *_twin("QueueBackup", 500 / 80 * MINUTE + 5 * MINUTE)),
    Incident(
        "all-workers-die",
        15 * MINUTE,
        t.workers_die,
        {"NoWorkers": 5 * MINUTE},
        muted=_some("WorkerDown"),
    ),
    Incident("workers-hang", 30 * MINUTE, t.workers_hang, {}, _some("StuckWorkers")),
    Incident("a-worker-dies", 14 * MINUTE, t.a_worker_dies, {}, _some("WorkerDown")),
    Incident("a-worker-is-mute", 20 * MINUTE, t.a_worker_is_mute, {}, _some("CeleryEventsOff")),
    Incident("task-events-break", MINUTE, t.events_break, {}, _some("CeleryEventsLost")),
    Incident("jobs-fail", 20 * MINUTE, t.jobs_fail, *_twin("JobFailures", 0.2 / 0.3 * 10 * MINUTE + 5 * MINUTE)),
    Incident("redis-fills", 15 * MINUTE, t.redis_fills, {}, _some("RedisMemoryHigh")),
    Incident(
        "cpu-busy", 30 * MINUTE, t.cpu_busy, *_twin("HighCPU", (0.9 - 0.46) / (0.95 - 0.46) * WINDOW + 10 * MINUTE)
    ),
    Incident("memory-leaks", 75 * MINUTE, t.memory_leaks, *_twin("HighMemory", 45 * MINUTE + 5 * MINUTE)),
    Incident("disk-fills", 80 * MINUTE, t.disk_fills, *_twin("DiskSpaceLow", 45 * MINUTE + 15 * MINUTE)),
    Incident("connections-leak", 15 * MINUTE, t.connections_leak, *_twin("DatabaseConnectionsHigh", 5 * MINUTE)),
    Incident(
        "cards-declined", 90 * MINUTE, t.cards_declined, *_twin("PaymentFailures", 0.27 / 0.37 * HOUR + 5 * MINUTE)
    ),
    Incident("webhooks-fail", 20 * MINUTE, t.webhooks_fail, {"PaymentSystemDown (undelivered)": 5 * MINUTE}),
    Incident("endpoint-disabled", HOUR, t.endpoint_disabled, {"PaymentSystemDown (disabled)": 5 * MINUTE}),
    Incident("one-account", 20 * MINUTE, t.one_account, {"SecurityBreach (one account)": 30 / 6 * MINUTE}),
    Incident(
        "stuffing",
        20 * MINUTE,
        t.stuffing,
        {
            "SecurityBreach (many accounts)": 10 / 300 * MINUTE,
            "SecurityBreach (one address)": 100 / 300 * MINUTE,
            "SecurityBreach (above normal)": 10 * 11 / 300 * MINUTE,
            "AuthFailures": 199 / 300 * WINDOW + 5 * MINUTE,
        },
        muted=_some("AuthFailures"),
    ),
    Incident("guessed", 15 * MINUTE, t.guessed, {"SecurityBreach (entered)": 0}),
    Incident(
        "many-guess-a-little",
        20 * MINUTE,
        t.many_guess_a_little,
        {"SecurityBreach (above normal)": 9 * 11.4 / 15 * MINUTE},
    ),
    Incident("signups-collapse", 2 * HOUR, t.signups_collapse, *_twin("SignupsDrop", 0.8 / 0.9 * HOUR + 30 * MINUTE)),
    Incident("churn", HOUR, t.churn, *_twin("ChurnSpike", 15 * MINUTE)),
    Incident("model-fails", 20 * MINUTE, t.model_fails, {}, _some("LLMAPIErrors"), _some("LLMErrors")),
    Incident(
        "openai-is-out", 30 * MINUTE, t.openai_is_out, {}, _some("VendorIncident"), _some("LLMAPIErrors", "LLMErrors")
    ),
    Incident("prompts-grow", 30 * MINUTE, t.prompts_grow, {}, _some("LLMCostPerRequest")),
    Incident("tokens-run-out", HOUR, t.tokens_run_out, {}, _some("LLMTokenBudget")),
    Incident("vigie-down", 15 * MINUTE, t.vigie_down, {"VigieDown": 5 * MINUTE}),
    Incident("app-hides", 10 * MINUTE, t.app_hides, {}, _some("TargetDown")),
    Incident("stripe-silent", 30 * MINUTE, t.source_silent, {}, _some("SourceSilent"), _some("SourceStale")),
    Incident(
        "certificate",
        HOUR,
        t.not_renewed,
        {},
        _some("CertificateExpiry", "CertificateExpiry (api)", "CertificateExpiry (login)"),
    ),
    Incident("release-crashes", 20 * MINUTE, t.release_crashes, {}, _some("DeploymentFailed")),
    Incident("unseen-outside", 10 * MINUTE, t.unseen_outside, {}, _some("UptimeMonitorDown")),
)
