"""From Sentry's answers to families. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vigie.core.families import Families, Family
from vigie.core.state import Labels, Series
from vigie.errors import Reason, SourceError
from vigie.sources.sentry import families as f
from vigie.sources.sentry.answers import Sessions, Table, Transactions
from vigie.sources.sentry.hours import OUTCOMES

UNITS = {
    "nanosecond": 1e-9,
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
}
"""Seconds in Sentry's units of duration."""
DURATIONS = ("p50", "p95", "p99")
"""Columns of transactions that are durations."""
_LINK = re.compile(r'rel="next";\s*results="true";\s*cursor="([^"]+)"')
_COUNT = re.compile(r"[0-9]{1,9}")
_LIMIT = "x-sentry-rate-limit-limit"
_REMAINING = "x-sentry-rate-limit-remaining"


@dataclass(slots=True)
class Findings:
    """
    What is known at the end of a poll; None is what could not be read.

    Attributes:
        projects: Slug by id.
        totals: The counters by project id, category and outcome.
        known: Series of events that exist, whether or not they have counted anything yet.
        issues: Unresolved issues by project id.
        limits: Requests allowed and left, by endpoint.
    """

    projects: Mapping[str, str]
    totals: Mapping[Series, float] | None = None
    known: Iterable[Labels] = ()
    issues: Mapping[str, int] = field(default_factory=dict)
    transactions: Table | None = None
    sessions: Sessions | None = None
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def build(findings: Findings) -> Families:
    """
    Everything as families; what belongs to a project that is not watched, or is gone, is left out.

    Raises:
        SourceError: Durations are in a unit that is not known.
    """
    families = Families()
    for family in f.FAMILIES:
        families.declare(family)
    if findings.totals is not None:
        _events(families, findings, findings.totals)
    for identity, slug in findings.projects.items():
        if identity in findings.issues:
            families.add(f.ISSUES, findings.issues[identity], slug)
    if findings.transactions is not None:
        _transactions(families, findings.projects.values(), findings.transactions)
    if findings.sessions is not None:
        _sessions(families, findings.projects, findings.sessions)
    for endpoint, (limit, remaining) in findings.limits.items():
        families.add(f.RATE_LIMIT, limit, endpoint)
        families.add(f.RATE_REMAINING, remaining, endpoint)
    return families


def next_cursor(headers: Mapping[str, str]) -> str | None:
    """Where the next page begins, from the `Link` header; Sentry names one even after the last page."""
    found = _LINK.search(headers.get("link", ""))
    return found[1] if found else None


def rate_limit(headers: Mapping[str, str]) -> tuple[float, float] | None:
    """Requests allowed and left, where the answer says so."""
    limit, remaining = headers.get(_LIMIT, ""), headers.get(_REMAINING, "")
    return (float(limit), float(remaining)) if _COUNT.fullmatch(limit) and _COUNT.fullmatch(remaining) else None


def hits(headers: Mapping[str, str]) -> int:
    """
    How long the whole list is.

    Raises:
        SourceError: Sentry does not say.
    """
    text = headers.get("x-hits", "")
    if not _COUNT.fullmatch(text):
        raise SourceError(Reason.BAD_PAYLOAD, "Sentry lists issues without saying how many there are (header X-Hits)")
    return int(text)


def seconds_per_unit(table: Table, column: str) -> float:
    """
    Seconds in the unit of a column; without rows there is nothing to scale, and Sentry need not name one.

    Raises:
        SourceError: The unit is not known.
    """
    unit = getattr(table.meta.units, column) or ("unknown" if table.data else "millisecond")
    if unit not in UNITS:
        raise SourceError(
            Reason.BAD_PAYLOAD, f"Sentry gives {column}(span.duration) in the unit {unit[:20]!r}, which is not known"
        )
    return UNITS[unit]


def _events(families: Families, findings: Findings, totals: Mapping[Series, float]) -> None:
    """A project's errors have a series for every outcome from the start, so that a first event is an increase."""
    slugs = findings.projects
    errors = {(identity, "error", outcome) for identity in slugs for outcome in OUTCOMES}
    counted = {labels: value for (_, labels), value in totals.items()}
    for labels in sorted({*errors, *findings.known, *counted}):
        identity, category, outcome = labels
        if identity in slugs:
            families.add(f.EVENTS, counted.get(labels, 0.0), slugs[identity], category, outcome)


def _transactions(families: Families, slugs: Iterable[str], table: Table) -> None:
    rows = {row.project: row for row in table.data}
    units = {name: seconds_per_unit(table, name) for name in DURATIONS}
    for slug in slugs:
        row = rows.get(slug) or Transactions(slug, 0.0, None, None, None, None, None)
        figures: Mapping[Family, float | None] = {
            f.TRANSACTIONS: row.count,
            f.P50: _scaled(row.p50, units["p50"]),
            f.P95: _scaled(row.p95, units["p95"]),
            f.P99: _scaled(row.p99, units["p99"]),
            f.FAILURES: row.failures,
            f.SERVER_ERRORS: row.server_errors,
        }
        _add_known(families, figures, slug, f.TRANSACTIONS_WINDOW)


def _sessions(families: Families, slugs: Mapping[str, str], answer: Sessions) -> None:
    for group in answer.groups:
        slug = slugs.get(str(group.by.project))
        if slug is not None:
            figures = {
                f.SESSIONS: group.totals.sessions,
                f.CRASH_FREE_SESSIONS: group.totals.crash_free_sessions,
                f.CRASH_FREE_USERS: group.totals.crash_free_users,
            }
            _add_known(families, figures, slug, f.SESSIONS_WINDOW)


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else value * unit


def _add_known(families: Families, figures: Mapping[Family, float | None], *labels: str) -> None:
    for family, value in figures.items():
        if value is not None:
            families.add(family, value, *labels)
