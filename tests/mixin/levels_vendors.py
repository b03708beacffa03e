"""What vendors show through Vigie, in the names that it really exports."""

from __future__ import annotations

from tests.mixin.levels import vigie
from tests.mixin.promtool import Levels

SECONDS = ("1.0", "2.0", "5.0", "10.0", "15.0", "+Inf")
DAY = {"window": "24h"}
RECENT = {"window": "10m"}


def refused(guesses: float, sessions: float = 0) -> Levels:
    """Sign-ins that were refused, and sessions that could not be renewed."""
    reasons = {"invalid_credentials": guesses * 0.75, "otp": guesses * 0.25, "session": sessions}
    return {vigie("supabase_auth_failures_total", reason=reason): level for reason, level in reasons.items()}


def recent(metric: str, value: float, **labels: str) -> Levels:
    """A figure of the last ten minutes, beside the same of another window."""
    return {
        vigie(f"supabase_auth_{metric}", **RECENT, **labels): value,
        vigie(f"supabase_auth_{metric}", window="1h", **labels): 1000,
    }


def guesses(now: float, usual: float) -> Levels:
    """Refused sign-ins of ten minutes, and how many are usual."""
    return recent("failures_recent", now) | recent("failures_recent_baseline", usual)


def payments(attempts: float, failures: float) -> Levels:
    """Attempts to pay in two currencies, and failures of two kinds among them."""
    return {
        vigie("stripe_payment_attempts_total", currency="eur"): attempts * 0.75,
        vigie("stripe_payment_attempts_total", currency="usd"): attempts * 0.25,
        vigie("stripe_payment_failures_total", currency="eur", failure_code="card_declined"): failures * 0.75,
        vigie("stripe_payment_failures_total", currency="usd", failure_code="expired_card"): failures * 0.25,
    }


def undelivered(events: float, newest: float = 1e9) -> Levels:
    """Events that no endpoint took; the newest of them is young for ever."""
    levels: Levels = {vigie("stripe_webhook_undelivered_events"): events}
    return levels | {vigie("stripe_webhook_newest_undelivered_timestamp_seconds"): newest}


def endpoints(first: float, second: float) -> Levels:
    """Two webhook endpoints, enabled or not."""
    return {
        vigie("stripe_webhook_endpoint_enabled", endpoint="we_1"): first,
        vigie("stripe_webhook_endpoint_enabled", endpoint="we_2"): second,
    }


def signups(now: float, usual: float) -> Levels:
    """Sign-ups of a day, and how many are usual."""
    return _of_a_day("supabase_signups", now) | _of_a_day("supabase_signups_baseline", usual)


def cancelled(now: float, usual: float) -> Levels:
    """Subscriptions that ended in a day, and how many usually do."""
    return _of_a_day("stripe_subscription_churn", now) | _of_a_day("stripe_subscription_churn_baseline", usual)


def _of_a_day(metric: str, value: float) -> Levels:
    """A figure of a day, beside the same of another window."""
    return {vigie(metric, **DAY): value, vigie(metric, window="7d"): 5000}


def runs(number: float, errors: float = 0, dollars: float = 0) -> Levels:
    """Requests that use a model, in two projects."""
    totals = {"langsmith_runs_total": number, "langsmith_run_errors_total": errors}
    levels: Levels = {}
    for metric, level in (totals | {"langsmith_cost_dollars_total": dollars}).items():
        levels |= {vigie(metric, project="chat"): level * 0.75, vigie(metric, project="mail"): level * 0.25}
    return levels


def calls(number: float, errors: float = 0) -> Levels:
    """Calls of a model in two projects."""
    levels: Levels = {}
    for metric, level in {"langsmith_llm_calls_total": number, "langsmith_llm_call_errors_total": errors}.items():
        levels |= {vigie(metric, project="chat"): level * 0.75, vigie(metric, project="mail"): level * 0.25}
    return levels


def answered(**below: float) -> Levels:
    """100 calls of a model in two projects; how many of them take less than each bound (`s10` is ten seconds)."""
    total = 0.0
    levels: Levels = calls(100)
    for bound in SECONDS:
        total = 100.0 if bound == "+Inf" else below.get(f"s{bound.removesuffix('.0')}", total)
        for project, part in (("chat", min(total, 60)), ("mail", max(total - 60, 0))):
            levels[vigie("langsmith_llm_call_duration_seconds_bucket", project=project, le=bound)] = part
    return levels


def tokens(used: float, budget: float = 1000) -> Levels:
    """Tokens of the month in two projects, one of which has no budget."""
    return {
        vigie("langsmith_token_budget_month_to_date", project="chat"): used,
        vigie("langsmith_token_budget_month_to_date", project="mail"): 5000,
        vigie("langsmith_token_budget", project="chat"): budget,
    }


def page(major: float, partial: float = 0, whole: float = 0, state: str = "major_outage") -> Levels:
    """A status page: parts that are out, the state of the whole, and a part that is only slow."""
    levels: Levels = {}
    for status, level in {"major_outage": major, "partial_outage": partial, "degraded_performance": 1}.items():
        levels[vigie("vendor_status", vendor="stripe", component="API", status=status)] = level
    for status, level in {"major_outage": 0, "partial_outage": 0, "operational": 1 - whole, state: whole}.items():
        levels[vigie("vendor_page_status", vendor="stripe", status=status)] = level
    return levels


def deployment(metric: str, failed: float, state: str, **labels: str) -> Levels:
    """The latest deployment, in this state or well, beside another state that is no trouble."""
    return {
        vigie(metric, status=state, **labels): failed,
        vigie(metric, status="building", **labels): 1 - failed,
    }


def memory(used: float, limit: float = 1000) -> Levels:
    """Memory of Redis."""
    return {vigie("redis_memory_used_bytes"): used, vigie("redis_memory_max_bytes"): limit}


def policy(keeps: float, limit: float = 1000) -> Levels:
    """The policy of a Redis whose memory has a limit: one of the two is in force."""
    return {
        vigie("redis_memory_max_bytes"): limit,
        vigie("redis_instance_info", maxmemory_policy="noeviction"): keeps or None,
        vigie("redis_instance_info", maxmemory_policy="allkeys-lru"): 1 - keeps or None,
    }
