"""Sum up what the state file holds: counters, and the windows beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from vigie.core.families import Families, Family
from vigie.core.ledger import export
from vigie.core.state import HOUR, Series, State
from vigie.sources.stripe import families as f
from vigie.sources.stripe.config import allowance
from vigie.sources.stripe.journal import NAME, PUSHED, READING
from vigie.sources.stripe.progress import DAY, RETENTION, Progress

READS = "reads"
"""Name of the tally of requests; it is no counter of the vendor's."""
BASELINE_DAYS = 28
_ALWAYS: tuple[tuple[Family, tuple[str, ...]], ...] = (
    (f.CREATED, ()),
    *((f.CANCELLED, (reason,)) for reason in ("cancellation_requested", "payment_failed", "payment_disputed")),
    *((f.SKIPPED, (reason,)) for reason in ("other_mode", "connected_account", "unreadable")),
)
"""Series that are 0 before anything happened, so that the first event is seen as an increase."""


@dataclass(frozen=True, slots=True)
class Figures:
    """
    Everything that events tell.

    Attributes:
        totals: The counters; what was seen in the last 30 days but never since Vigie watches is 0.
        churn: Subscriptions that ended in the last 24 hours.
        churn_baseline: Mean of the same over the four weeks before, as far as they are read.
        transactions: Successful payments of the last 30 days.
        reads: Requests of the last 30 days.
        progress: How far the events are read.
        pushed: When the last event was pushed, or None.
    """

    totals: Mapping[Series, float]
    churn: float
    churn_baseline: float
    transactions: float
    reads: float
    progress: Progress | None
    pushed: float | None

    @property
    def complete(self) -> bool:
        """Whether all that Stripe kept of the time before the first start is read."""
        return self.progress is not None and self.progress.history is None

    @classmethod
    def of(cls, state: State, now: float) -> Figures:
        """Read the state file as it is at `now`. Blocks."""
        items = state.items(NAME)
        progress = msgspec.json.decode(items[READING], type=Progress) if READING in items else None
        end = (now // HOUR + 1) * HOUR
        month, day = state.window(NAME, now - RETENTION, end), state.window(NAME, end - DAY, end)
        before = state.window(NAME, end - (BASELINE_DAYS + 1) * DAY, end - DAY)
        names = {family.name for family in f.COUNTERS}
        zeros = dict.fromkeys([*((family.name, labels) for family, labels in _ALWAYS), *month], 0.0)
        totals = {series: value for series, value in (zeros | state.counters(NAME)).items() if series[0] in names}
        return cls(
            totals,
            churn=_sum(day, f.CANCELLED),
            churn_baseline=_sum(before, f.CANCELLED) / BASELINE_DAYS,
            transactions=_sum(month, f.ATTEMPTS) - _sum(month, f.FAILURES),
            reads=month.get((READS, ()), 0.0),
            progress=progress,
            pushed=float(items[PUSHED]) if PUSHED in items else None,
        )

    def export(self, families: Families) -> None:
        """Add it all."""
        export(f.COUNTERS, self.totals, families)
        families.add(f.CHURN, self.churn, "24h")
        families.declare(f.CHURN_BASELINE)
        if self.complete:
            families.add(f.CHURN_BASELINE, self.churn_baseline, "24h")
        if self.progress is not None:
            families.add(f.READ_UNTIL, self.progress.until)
            families.add(f.HISTORY_READ, float(self.complete))
        if self.pushed is not None:
            families.add(f.PUSHED, self.pushed)
        families.add(f.READS, self.reads, "30d")
        families.add(f.ALLOWED, allowance(self.transactions), "30d")


def _sum(window: Mapping[Series, float], family: Family) -> float:
    return sum(value for (name, _), value in window.items() if name == family.name)
