"""What is known of one source: its last numbers, whether it is up, and what went wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from vigie import __version__
from vigie.core.exposition import Encoded, Encoder, encode
from vigie.core.families import Families, Family, counter, gauge
from vigie.core.firsts import Firsts
from vigie.core.poller import Outcome
from vigie.core.source import AnySource, SourceConfig
from vigie.errors import Reason, SourceError

UP = gauge(
    "vigie_source_up",
    "Whether the last poll of the source read everything that it should (1) or not (0).",
    "source",
    join="min",
)
LAST_SUCCESS = gauge(
    "vigie_source_last_success_timestamp_seconds",
    "Unix time of the last poll that read everything.",
    "source",
    join="min",
)
DURATION = gauge("vigie_source_poll_duration_seconds", "Time that the last poll took.", "source")
AGE = gauge(
    "vigie_source_success_age_seconds",
    "Time since the last poll that read everything, or since Vigie's start when there was none, by a clock of its own.",
    "source",
)
POLLS = counter("vigie_source_polls_total", "Polls that ended, whatever came of them.", "source")
SUCCESSES = counter("vigie_source_successful_polls_total", "Polls that read everything that they should.", "source")
INTERVAL = gauge("vigie_source_poll_interval_seconds", "Time between two polls, as configured.", "source")
ERRORS = counter("vigie_source_errors_total", "Polls, or parts of them, that failed, by reason.", "source", "reason")
REQUESTS = counter("vigie_source_requests_total", "Requests sent to the source.", "source")
BUDGET = gauge(
    "vigie_source_budget_remaining", "Requests that may still be sent now within the allowance.", "source", join="min"
)
DROPPED = counter(
    "vigie_series_dropped_total",
    "Series folded into the label value other because their family was above max_series.",
    "source",
    "family",
)
BUILD = gauge("vigie_build_info", "Always 1; the label names the version of Vigie.", "version")

SELF_FAMILIES = (UP, LAST_SUCCESS, AGE, POLLS, SUCCESSES, DURATION, INTERVAL, ERRORS, REQUESTS, BUDGET, DROPPED, BUILD)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    The numbers of one poll, ready to export.

    Attributes:
        encoded: The families as they are shown, bounded and encoded.
        held: The samples of the families in which a new series is still shown at 0.
        folded: How many series were folded, for each family that was above the limit.
        expires: Unix time until which the numbers may be exported.
    """

    encoded: Encoded
    held: Families
    folded: Mapping[str, int]
    expires: float

    @classmethod
    def of(cls, outcome: Outcome, config: SourceConfig, firsts: Firsts, encoder: Encoder) -> Snapshot | None:
        """Bound and encode what a poll read; it may run in any thread, one at a time for each source."""
        if outcome.poll is None:
            return None
        families, folded = outcome.poll.families.capped(config.max_series)
        firsts.admit(families)
        held = families.only(firsts.waiting)
        return cls(encoder.encode(firsts.veiled(families)), held, folded, outcome.ended + config.staleness)

    def renewed(self, changed: Container[Family], firsts: Firsts, encoder: Encoder) -> Snapshot:
        """The same numbers, after series of the changed families were let go to be shown in full."""
        encoded = {**self.encoded, **encoder.encode(firsts.veiled(self.held.only(changed)))}
        return replace(self, encoded=encoded, held=self.held.only(firsts.waiting))


@dataclass(slots=True)
class Status:
    """
    What is known of one source.

    Attributes:
        name: Value of the `source` label.
        source: What is polled.
        outcome: The last poll, or None before the first has ended.
        last_success: Unix time of the last poll without any error, or None.
        since: Time since when it has not been read whole, by a clock that never jumps.
        polls: Polls since the start.
        successes: Polls since the start that read everything.
        errors: Failures by reason since the start.
        dropped: Series folded by family since the start.
        snapshot: The last good numbers, or None.
        firsts: Which of its counters were shown.
        encoder: Makes text of its numbers.
    """

    name: str
    source: AnySource
    outcome: Outcome | None = None
    last_success: float | None = None
    since: float = field(default_factory=time.monotonic)
    polls: int = 0
    successes: int = 0
    errors: Counter[Reason] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    snapshot: Snapshot | None = None
    firsts: Firsts = field(init=False)
    encoder: Encoder = field(default_factory=Encoder)

    def __post_init__(self) -> None:
        """Take up what was shown before a restart."""
        self.firsts = Firsts(self.name, self.source.context.state)

    @property
    def up(self) -> bool:
        """Whether the last poll read everything."""
        return self.outcome is not None and not self.outcome.errors

    @property
    def problems(self) -> tuple[SourceError, ...]:
        """What the last poll could not read."""
        return self.outcome.errors if self.outcome else ()

    def record(self, outcome: Outcome, snapshot: Snapshot | None, clock: float) -> None:
        """Take in a poll at `clock`: its numbers replace the last ones; a failed poll leaves those to age."""
        self.outcome = outcome
        self.polls += 1
        self.errors.update(error.reason for error in outcome.errors)
        if not outcome.errors:
            self.last_success, self.since = outcome.ended, clock
            self.successes += 1
        if snapshot is not None:
            self.snapshot = snapshot
            self.dropped.update(snapshot.folded)

    def settle(self, page: int) -> None:
        """Show in full what the page of this number, which everybody has read, has shown at 0."""
        changed = self.firsts.release(page)
        if changed and self.snapshot is not None:
            self.snapshot = self.snapshot.renewed(changed, self.firsts, self.encoder)

    def on_page(self, page: int, now: float) -> Encoded:
        """The numbers of the page of this number at Unix time `now`: none once they are older than `max_age`."""
        if self.snapshot is None or now >= self.snapshot.expires:
            self.firsts.hidden()
            return {}
        self.firsts.shown(page)
        return self.snapshot.encoded

    def in_full(self, now: float) -> Encoded:
        """The numbers as they are at Unix time `now`, those of new series included."""
        if self.snapshot is None or now >= self.snapshot.expires:
            return {}
        return {**self.snapshot.encoded, **encode(self.snapshot.held)}


def self_families(statuses: Iterable[Status], clock: float) -> Families:
    """Vigie's own families at `clock`, and each source's `up` family under the name that the field knows (`pg_up`)."""
    families = Families()
    for family in SELF_FAMILIES:
        families.declare(family)
    families.add(BUILD, 1, __version__)
    for status in statuses:
        _add(families, status, clock)
    return families


def _add(families: Families, status: Status, clock: float) -> None:
    name, source, outcome = status.name, status.source, status.outcome
    families.add(AGE, max(clock - status.since, 0.0), name)
    families.add(POLLS, status.polls, name)
    families.add(SUCCESSES, status.successes, name)
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
