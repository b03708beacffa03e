"""Runs and projects, as the two versions of the API say them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from demo.vendors.langsmith.life import Run
from demo.vendors.langsmith.world import Project, project_id

SELECTABLE_V2 = {
    "ID", "NAME", "RUN_TYPE", "STATUS", "START_TIME", "END_TIME", "LATENCY_SECONDS", "FIRST_TOKEN_TIME", "ERROR",
    "ERROR_PREVIEW", "EXTRA", "METADATA", "PARENT_RUN_IDS", "PROJECT_ID", "TRACE_ID", "IS_ROOT", "TOTAL_TOKENS",
    "PROMPT_TOKENS", "COMPLETION_TOKENS", "TOTAL_COST", "TAGS", "PROMPT_COST", "COMPLETION_COST", "DOTTED_ORDER",
}  # fmt: skip
SELECTABLE_V1 = {
    "app_path", "completion_cost", "completion_tokens", "dotted_order", "end_time", "error", "events", "extra",
    "feedback_stats", "first_token_time", "id", "inputs", "inserted_at", "name", "outputs", "parent_run_id",
    "parent_run_ids", "prompt_cost", "prompt_tokens", "reference_example_id", "run_type", "s3_urls", "session_id",
    "start_time", "status", "tags", "total_cost", "total_tokens", "trace_id",
}  # fmt: skip
_TENANT = project_id("the workspace")


def rfc3339(moment: float) -> str:
    """A time as v2 says it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def attributes(run: Run, now: float) -> dict[str, Any]:
    """What filters can compare."""
    return {
        "id": run.id,
        "name": run.name,
        "run_type": run.kind,
        "is_root": run.is_root,
        "status": status(run, now),
        "start_time": run.start,
        "latency": run.seconds or 0.0,
        "total_tokens": run.prompt + run.completion,
    }


def status(run: Run, now: float) -> str:
    """In lower case."""
    return "pending" if not run.ended(now) else "error" if run.failed else "success"


def run_v2(run: Run, now: float, selects: Sequence[str]) -> dict[str, Any]:
    """Only `id` unless more is selected."""
    ended = run.ended(now)
    whole = {
        "ID": run.id,
        "NAME": run.name,
        "RUN_TYPE": run.kind.upper(),
        "STATUS": status(run, now).upper(),
        "START_TIME": rfc3339(run.start),
        "END_TIME": rfc3339(run.start + (run.seconds or 0.0)) if ended else None,
        "LATENCY_SECONDS": run.seconds if ended else None,
        "ERROR_PREVIEW": run.error if ended and run.failed else None,
        "PARENT_RUN_IDS": [run.parent] if run.parent else [],
        "PROJECT_ID": project_id(run.project),
        "TRACE_ID": run.trace or run.id,
        "IS_ROOT": run.is_root,
        "PROMPT_TOKENS": run.prompt if ended else None,
        "COMPLETION_TOKENS": run.completion if ended else None,
        "TOTAL_TOKENS": run.prompt + run.completion if ended else None,
        "TOTAL_COST": run.cost_at(now),
        "METADATA": {"ls_model_name": run.model, "ls_provider": "anthropic"} if run.model else {"thread": "7"},
    }
    return {name.lower(): whole.get(name) for name in selects or ("ID",)}


def run_v1(run: Run, now: float, select: Sequence[str]) -> dict[str, Any]:
    """Times without a zone, words in lower case, costs as strings."""
    ended, cost = run.ended(now), run.cost_at(now)
    whole = {
        "id": run.id,
        "name": run.name,
        "run_type": run.kind,
        "status": status(run, now),
        "start_time": rfc3339(run.start).removesuffix("Z"),
        "end_time": rfc3339(run.start + (run.seconds or 0.0)).removesuffix("Z") if ended else None,
        "error": run.error if ended and run.failed else None,
        "parent_run_id": run.parent,
        "session_id": project_id(run.project),
        "trace_id": run.trace or run.id,
        "dotted_order": f"{datetime.fromtimestamp(run.start, UTC):%Y%m%dT%H%M%S%f}Z{run.id}",
        "prompt_tokens": run.prompt,
        "completion_tokens": run.completion,
        "total_tokens": run.prompt + run.completion,
        "total_cost": None if cost is None else str(cost),
        "extra": {"metadata": {"ls_model_name": run.model} if run.model else {}, "runtime": {"sdk": "langsmith-py"}},
    }
    return {name: whole[name] for name in select or whole if name in whole}


def project_v2(project: Project, last: float | None, stats: dict[str, Any]) -> dict[str, Any]:
    """A session, with its statistics where they were asked for."""
    return {
        "id": project.id,
        "name": project.name,
        "type": project.kind,
        "tenant_id": _TENANT,
        "start_time": "2026-01-05T09:00:00Z",
        "reference_dataset_id": project_id("dataset") if project.kind == "EXPERIMENT" else None,
        "last_run_start_time": None if last is None else rfc3339(last),
        "trace_tier": "SHORT_LIVED",
        **stats,
    }


def project_v1(project: Project, last: float | None, stats: dict[str, Any]) -> dict[str, Any]:
    """The same in v1's words."""
    session = project_v2(project, last, stats)
    del session["type"]
    costs = {name: str(value) for name, value in stats.items() if name.endswith("_cost") and value is not None}
    return {**session, **costs, "trace_tier": "shortlived"}


def stats_of(runs: Sequence[Run], now: float) -> dict[str, Any]:
    """Figures over runs; null where there is nothing to take them from."""
    ended = [run for run in runs if run.ended(now)]
    seconds = sorted(run.seconds or 0.0 for run in ended)
    costs = [cost for run in ended if (cost := run.cost_at(now)) is not None]
    return {
        "run_count": len(runs),
        "error_rate": sum(run.failed for run in ended) / len(runs) if runs else None,
        "latency_p50": statistics.median(seconds) if seconds else None,
        "latency_p99": seconds[int(len(seconds) * 0.99)] if seconds else None,
        "prompt_tokens": sum(run.prompt for run in ended),
        "completion_tokens": sum(run.completion for run in ended),
        "total_tokens": sum(run.prompt + run.completion for run in ended),
        "total_cost": sum(costs) if costs else None,
    }
