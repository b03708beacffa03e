"""What is known of one source: its last numbers, whether it is up, and what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vigie import __version__
from vigie.core.exposition import Encoded, encode
from vigie.core.families import Families, counter, gauge
from vigie.core.poller import Outcome
from vigie.core.source import AnySource, SourceConfig
from vigie.errors import Reason, SourceError

UP = gauge(
    "vigie_source_up", "Whether the last poll of the source read everything that it should (1) or not (0).", "source"
)
LAST_SUCCESS = gauge(
    "vigie_source_last_success_timestamp_seconds", "Unix time of the last poll that read everything.", "source"
)
DURATION = gauge("vigie_source_poll_duration_seconds", "Time that the last poll took.", "source")
INTERVAL = gauge("vigie_source_poll_interval_seconds", "Time between two polls, as configured.", "source")
ERRORS = counter("vigie_source_errors_total", "Polls, or parts of them, that failed, by reason.", "source", "reason")
REQUESTS = counter("vigie_source_requests_total", "Requests sent to the source.", "source")
BUDGET = gauge("vigie_source_budget_remaining", "Requests that may still be sent now within the allowance.", "source")
DROPPED = counter(
    "vigie_series_dropped_total",
    "Series folded into the label value other because their family was above max_series.",
    "source",
    "family",
)
BUILD = gauge("vigie_build_info", "Always 1; the label names the version of Vigie.", "version")

SELF_FAMILIES = (UP, LAST_SUCCESS, DURATION, INTERVAL, ERRORS, REQUESTS, BUDGET, DROPPED, BUILD)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The numbers of one poll, ready to export.

    Attributes:
        encoded: The families, bounded and encoded.
        folded: How many series were folded, for each family that was above the limit.
        expires: Unix time until which the numbers may be exported.
    """

    encoded: Encoded
    folded: Mapping[str, int]
    expires: float

    @classmethod
    def of(cls, outcome: Outcome, config: SourceConfig) -> Snapshot | None:
        """Bound and encode what a poll read; touches nothing shared, so it may run in any thread."""
        if outcome.poll is None:
            return None
        families, folded = outcome.poll.families.capped(config.max_series)
        return cls(encode(families), folded, outcome.ended + config.staleness)


@dataclass(slots=True)
class Status:
    """
    What is known of one source.

    Attributes:
        name: Value of the `source` label.
        source: What is polled.
        outcome: The last poll, or None before the first has ended.
        last_success: Unix time of the last poll without any error, or None.
        errors: Failures by reason since the start.
        dropped: Series folded by family since the start.
        snapshot: The last good numbers, or None.
    """

    name: str
    source: AnySource
    outcome: Outcome | None = None
    last_success: float | None = None
    errors: Counter[Reason] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    snapshot: Snapshot | None = None

    @property
    def up(self) -> bool:
        """Whether the last poll read everything."""
        return self.outcome is not None and not self.outcome.errors

    @property
    def problems(self) -> tuple[SourceError, ...]:
        """What the last poll could not read."""
        return self.outcome.errors if self.outcome else ()

    def record(self, outcome: Outcome, snapshot: Snapshot | None) -> None:
        """Take in a poll: its numbers replace the last ones; a failed poll leaves those to age."""
        self.outcome = outcome
        self.errors.update(error.reason for error in outcome.errors)
        if not outcome.errors:
            self.last_success = outcome.ended
        if snapshot is not None:
            self.snapshot = snapshot
            self.dropped.update(snapshot.folded)

    def current(self, now: float) -> Encoded:
        """The numbers that may be exported at `now`: none once they are older than `max_age`."""
        if self.snapshot is None or now >= self.snapshot.expires:
            return {}
        return self.snapshot.encoded


def self_families(statuses: Iterable[Status]) -> Families:
    """Vigie's own families, and each source's `up` family under the name that the field knows (`pg_up`)."""
    families = Families()
    for family in SELF_FAMILIES:
        families.declare(family)
    families.add(BUILD, 1, __version__)
    for status in statuses:
        _add(families, status)
    return families


def _add(families: Families, status: Status) -> None:
    name, source, outcome = status.name, status.source, status.outcome
    families.add(INTERVAL, source.config.interval, name)
    families.add(REQUESTS, source.context.budget.spent, name)
    if (remaining := source.context.budget.remaining) is not None:
        families.add(BUDGET, remaining, name)
    for reason in Reason:
        families.add(ERRORS, status.errors[reason], name, reason)
    for family, series in status.dropped.items():
        families.add(DROPPED, series, name, family)
    if outcome is None:
        return
    families.add(UP, status.up, name)
    families.add(DURATION, outcome.duration, name)
    if status.last_success is not None:
        families.add(LAST_SUCCESS, status.last_success, name)
    if source.up is not None:
        families.add(source.up, outcome.poll is not None)
