"""What was read, as families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vigie.core.families import Distribution, Families, Family
from vigie.core.ledger import export
from vigie.core.state import Series
from vigie.core.values import UNKNOWN, label, unix
from vigie.sources.langsmith import families as f
from vigie.sources.langsmith.answers import Project, Statistics, UsageLimits
from vigie.sources.langsmith.client import Notice
from vigie.sources.langsmith.month import projected

_BY_PROJECT = (
    *(f.RUNS, f.RUN_ERRORS, f.RUNS_STOPPED),
    *(f.LLM_CALLS, f.LLM_CALL_ERRORS, f.LLM_CALLS_STOPPED, f.COST),
)
_DIRECTIONS = ("prompt", "completion")


@dataclass(frozen=True, slots=True)
class Recent:
    """Statistics of each project over the last ten minutes, by kind of run: `run` (roots) and `llm`."""

    kinds: Mapping[str, Sequence[Statistics]]

    @property
    def count(self) -> float:
        """Runs of all kinds and projects."""
        return sum(project.run_count for projects in self.kinds.values() for project in projects)


@dataclass(frozen=True, slots=True)
class Report:
    """
    Everything that a poll knows.

    Attributes:
        now: Unix time.
        projects: Those that are read.
        labels: Label of each, by id; so are the keys of `pending`, `last_start` and `lags`.
        totals: The counters of the state file.
        month: The projects with their use since the month began, or None where it could not be read.
        recent: What stands in for the counters while runs are too many to list.
    """

    now: float
    projects: Sequence[Project]
    labels: Mapping[str, str]
    budgets: Mapping[str, int]
    totals: Mapping[Series, float]
    pending: Mapping[str, int]
    last_start: Mapping[str, float]
    lags: Mapping[str, float]
    backlog: float
    notices: Mapping[str, Notice]
    fallbacks: Mapping[str, bool]
    limits: UsageLimits | None = None
    month: Sequence[Statistics] | None = None
    recent: Recent | None = field(default=None)


def build(report: Report) -> Families:
    """The samples of a poll."""
    families = Families()
    families.add(f.DEGRADED, float(report.recent is not None))
    families.add(f.UNLISTED, report.totals.get((f.UNLISTED.name, ()), 0.0))
    if report.recent is None:
        _add_counted(families, report)
    else:
        _add_recent(families, report.recent, report.labels)
    _add_times(families, report)
    _add_month(families, report)
    _add_service(families, report)
    return families


def _add_counted(families: Families, report: Report) -> None:
    """The counters of the projects that are there; each begins at an explicit 0."""
    families.add(f.BACKLOG, report.backlog)
    for identity, project in report.labels.items():
        for family in _BY_PROJECT:
            families.add(family, 0.0, project)
        for direction in _DIRECTIONS:
            families.add(f.TOKENS, 0.0, project, direction)
        for family in (f.RUN_DURATION, f.LLM_CALL_DURATION):
            families.observe(family, Distribution.empty(family), project)
        families.add(f.PENDING, report.pending.get(identity, 0), project)
    there = set(report.labels.values())
    totals = {series: total for series, total in report.totals.items() if there & set(series[1][:1])}
    for name, labels in totals:
        if name == f.MODEL_CALLS.name:
            families.add(f.MODEL_ERRORS, 0.0, *labels)
    export([family for family in f.COUNTED if family is not f.UNLISTED], totals, families)


def _add_recent(families: Families, recent: Recent, labels: Mapping[str, str]) -> None:
    for kind, projects in recent.kinds.items():
        for project in projects:
            if project.id not in labels:
                continue
            name = labels[project.id]
            families.add(f.STATS_RUNS, project.run_count, name, kind)
            for family, value in (
                (f.STATS_ERRORS, project.error_rate),
                (f.STATS_P50, project.latency_p50),
                (f.STATS_P99, project.latency_p99),
            ):
                if value is not None:
                    families.add(family, value, name, kind)
            if kind == "llm":
                _add_use(families, project, name, f.STATS_TOKENS, f.STATS_COST)


def _add_times(families: Families, report: Report) -> None:
    for project in report.projects:
        name = report.labels[project.id]
        starts = (unix(project.last_run_start_time), report.last_start.get(project.id))
        last = max((start for start in starts if start is not None), default=None)
        if last is not None:
            families.add(f.LAST_RUN, last, name)
        if project.id in report.lags:
            families.add(f.INGEST_LAG, report.lags[project.id], name)


def _add_month(families: Families, report: Report) -> None:
    for project in report.projects:
        if project.name in report.budgets:
            families.add(f.BUDGET, report.budgets[project.name], report.labels[project.id])
    for project in report.month or ():
        if project.id in report.labels:
            name = report.labels[project.id]
            _add_use(families, project, name, f.MONTH_TOKENS, f.MONTH_COST)
            if project.tokens is not None:
                families.add(f.MONTH_PROJECTED, projected(project.tokens, report.now), name)


def _add_use(families: Families, project: Statistics, name: str, tokens: Family, cost: Family) -> None:
    for family, value in ((tokens, project.tokens), (cost, project.cost)):
        if value is not None:
            families.add(family, value, name)


def _add_service(families: Families, report: Report) -> None:
    if report.limits is not None:
        limit = report.limits.usage_limit_type or (UNKNOWN if report.limits.in_reject_set else "none")
        families.add(f.REJECTED, float(report.limits.in_reject_set), label(limit))
    for endpoint, notice in report.notices.items():
        families.add(f.DEPRECATED, float(notice.deprecated), endpoint)
        if notice.sunset is not None:
            families.add(f.SUNSET, notice.sunset, endpoint)
    for endpoint, used in report.fallbacks.items():
        families.add(f.FALLBACK, float(used), endpoint)
