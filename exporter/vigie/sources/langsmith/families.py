"""What LangSmith's figures are called."""

from __future__ import annotations

from vigie.core.families import counter, gauge, histogram

SECONDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
"""Bounds of durations; 2 s and 10 s are exact, as the alerts on the median and the tail ask for."""

RUNS = counter(
    "langsmith_runs_total",
    "Traces that ended (root runs): one for each request to the product.",
    "project",
    kept_by="state",
)
RUN_ERRORS = counter("langsmith_run_errors_total", "Traces that ended in an error.", "project", kept_by="state")
RUNS_STOPPED = counter(
    "langsmith_runs_stopped_total",
    "Traces that the caller stopped before their end, as a user does who closes a stream; no errors.",
    "project",
    kept_by="state",
)
RUN_DURATION = histogram(
    "langsmith_run_duration_seconds", "From start to end of a trace.", "project", buckets=SECONDS, kept_by="state"
)
LLM_CALLS = counter(
    "langsmith_llm_calls_total", "Calls of a model that ended (runs of type LLM).", "project", kept_by="state"
)
LLM_CALL_ERRORS = counter(
    "langsmith_llm_call_errors_total",
    "Calls of a model that ended in an error: the provider's API failed.",
    "project",
    kept_by="state",
)
LLM_CALLS_STOPPED = counter(
    "langsmith_llm_calls_stopped_total",
    "Calls of a model that the caller stopped before their end; no errors, as the provider did not fail.",
    "project",
    kept_by="state",
)
LLM_CALL_DURATION = histogram(
    "langsmith_llm_call_duration_seconds",
    "From start to end of a call of a model.",
    "project",
    buckets=SECONDS,
    kept_by="state",
)
TOKENS = counter(
    "langsmith_tokens_total",
    "Tokens of calls of models, by direction: prompt, completion, or unknown where only the total was traced.",
    "project",
    "direction",
    kept_by="state",
)
COST = counter(
    "langsmith_cost_dollars_total", "What LangSmith estimates that calls of models cost.", "project", kept_by="state"
)
MODEL_CALLS = counter("langsmith_model_calls_total", "Calls that ended, by model.", "project", "model", kept_by="state")
MODEL_ERRORS = counter(
    "langsmith_model_call_errors_total", "Calls that ended in an error, by model.", "project", "model", kept_by="state"
)
MODEL_TOKENS = counter(
    "langsmith_model_tokens_total", "Tokens by model.", "project", "model", "direction", kept_by="state"
)
MODEL_COST = counter(
    "langsmith_model_cost_dollars_total", "Estimated cost by model.", "project", "model", kept_by="state"
)
UNLISTED = counter(
    "langsmith_unlisted_seconds_total",
    "Length of the stretches of time whose runs were too many to list and to count.",
    kept_by="state",
)

PENDING = gauge("langsmith_runs_pending", "Traces of the window that have not ended.", "project", join="sum")
LAST_RUN = gauge("langsmith_last_run_timestamp_seconds", "When the latest known run started.", "project", join="min")
INGEST_LAG = gauge(
    "langsmith_ingest_lag_seconds",
    "Median over ten minutes of the time from a run's end to when Vigie first saw it ended, so polls are part of it.",
    "project",
)
BACKLOG = gauge("langsmith_backlog_seconds", "How far reading is behind after a pause; 0 in steady state.")

BUDGET = gauge(
    "langsmith_token_budget", "Tokens that the project may use in a month, from the settings.", "project", join="sum"
)
MONTH_TOKENS = gauge(
    "langsmith_token_budget_month_to_date",
    "Tokens used since the month began (UTC), by LangSmith's count.",
    "project",
    join="sum",
)
MONTH_PROJECTED = gauge(
    "langsmith_token_budget_projected",
    "Tokens used by the month's end (UTC) if it goes on as so far.",
    "project",
    join="sum",
)
MONTH_COST = gauge(
    "langsmith_cost_month_to_date_dollars",
    "Estimated cost since the month began (UTC), by LangSmith's count.",
    "project",
    join="sum",
)

REJECTED = gauge(
    "langsmith_ingest_rejected", "Whether LangSmith turns new traces away, and by which usage limit.", "limit"
)
DEPRECATED = gauge("langsmith_api_deprecated", "Whether LangSmith calls this endpoint deprecated.", "endpoint")
SUNSET = gauge(
    "langsmith_api_sunset_timestamp_seconds", "When LangSmith removes this endpoint.", "endpoint", join="min"
)
FALLBACK = gauge("langsmith_api_fallback", "Whether v1 is read because this server has no v2.", "endpoint")

DEGRADED = gauge(
    "langsmith_degraded", "Whether runs are too many to list: counters are withheld, statistics stand in for them."
)
STATS_RUNS = gauge(
    "langsmith_stats_runs", "While degraded: runs in the last ten minutes.", "project", "kind", join="sum"
)
STATS_ERRORS = gauge("langsmith_stats_error_ratio", "While degraded: share that ended in error.", "project", "kind")
STATS_P50 = gauge("langsmith_stats_duration_p50_seconds", "While degraded: median duration.", "project", "kind")
STATS_P99 = gauge("langsmith_stats_duration_p99_seconds", "While degraded: 99th percentile.", "project", "kind")
STATS_TOKENS = gauge("langsmith_stats_tokens", "While degraded: tokens in the last ten minutes.", "project", join="sum")
STATS_COST = gauge(
    "langsmith_stats_cost_dollars", "While degraded: cost in the last ten minutes.", "project", join="sum"
)

COUNTED = (
    RUNS, RUN_ERRORS, RUNS_STOPPED, RUN_DURATION, LLM_CALLS, LLM_CALL_ERRORS, LLM_CALLS_STOPPED, LLM_CALL_DURATION,
    TOKENS, COST, MODEL_CALLS, MODEL_ERRORS, MODEL_TOKENS, MODEL_COST, UNLISTED,
)  # fmt: skip
"""Those whose totals are in the state file."""
FAMILIES = (
    *COUNTED, PENDING, LAST_RUN, INGEST_LAG, BACKLOG, BUDGET, MONTH_TOKENS, MONTH_PROJECTED, MONTH_COST, REJECTED,
    DEPRECATED, SUNSET, FALLBACK, DEGRADED, STATS_RUNS, STATS_ERRORS, STATS_P50, STATS_P99, STATS_TOKENS, STATS_COST,
)  # fmt: skip
