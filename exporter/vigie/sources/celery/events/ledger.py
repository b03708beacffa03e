"""Counters of tasks, by name, worker and queue (pure)."""

from __future__ import annotations

from bisect import bisect_left
from typing import TypeVar

from vigie.core.families import OTHER, Distribution, Families, Family
from vigie.sources.celery import families as f

Key = tuple[str, str, str]
"""Name of the task, node name of the worker, queue."""
FailureKey = tuple[str, str, str, str]
Cell = TypeVar("Cell")

COUNTED: dict[str, Family] = {
    "task-received": f.RECEIVED,
    "task-started": f.STARTED,
    "task-succeeded": f.SUCCEEDED,
    "task-rejected": f.REJECTED,
    "task-revoked": f.REVOKED,
    "task-retried": f.RETRIED,
}
"""Events of a worker that are counted as they are; a failure also has its exception."""


class Histogram:
    """Observations of one series."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, family: Family) -> None:
        self.bounds = family.buckets
        self.counts = [0] * (len(family.buckets) + 1)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count one observation; a value equal to a bound is within it."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def distribution(self) -> Distribution:
        """The observations so far."""
        return Distribution(tuple(self.counts), self.sum)


class Row:
    """All counters of one name, worker and queue: they appear together, so a first failure is an increase from 0."""

    __slots__ = ("counts", "runtime", "wait")

    def __init__(self) -> None:
        self.counts = dict.fromkeys(COUNTED, 0)
        self.runtime: Histogram | None = None
        self.wait: Histogram | None = None

    def observe_runtime(self, seconds: float) -> None:
        """Count how long a task ran."""
        if self.runtime is None:
            self.runtime = Histogram(f.RUNTIME)
        self.runtime.observe(seconds)

    def observe_wait(self, seconds: float) -> None:
        """Count how long a task waited for its start."""
        if self.wait is None:
            self.wait = Histogram(f.QUEUE_WAIT)
        self.wait.observe(seconds)


class Ledger:
    """
    All counters of tasks, bounded to `limit` series per family.

    What is above is counted in one series whose every label is `other`. Folding happens here, when an event is counted,
    and not when series are exported: so `other` never takes over or gives back what another series had counted.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._rows: dict[Key, Row] = {}
        self._sent: dict[Key, int] = {}
        self._failed: dict[FailureKey, int] = {}
        self._touched: dict[str, float] = {}
        self.folded = 0

    def row(self, name: str, host: str, queue: str, at: float) -> Row:
        """The counters of this name, worker and queue."""
        self._touched[host] = at
        found = self._rows.get((name, host, queue))
        return found if found is not None else self._new_row(name, host, queue)

    def _new_row(self, name: str, host: str, queue: str) -> Row:
        key = self._admit(self._rows, (name, host, queue))
        failures = self._admit(self._failed, (*key, ""), silent=True)
        self._failed.setdefault(failures, 0)
        return self._rows.setdefault(key, Row())

    def sent(self, name: str, host: str, queue: str, at: float) -> None:
        """Count a task that a client published."""
        self._touched[host] = at
        key = self._admit(self._sent, (name, host, queue))
        self._sent[key] = self._sent.get(key, 0) + 1

    def failed(self, name: str, host: str, queue: str, exception: str) -> None:
        """Count a failure."""
        key = self._admit(self._failed, (name, host, queue, exception))
        self._failed[key] = self._failed.get(key, 0) + 1

    def forget(self, host: str) -> None:
        """Drop the series of a worker or client."""
        self._touched.pop(host, None)
        self._rows = {key: row for key, row in self._rows.items() if key[1] != host}
        self._sent = {key: count for key, count in self._sent.items() if key[1] != host}
        self._failed = {key: count for key, count in self._failed.items() if key[1] != host}

    def idle_since(self, before: float) -> list[str]:
        """Hosts that nothing was counted for since `before`."""
        return [host for host, at in self._touched.items() if at < before and host != OTHER]

    def collect(self, families: Families) -> None:
        """Add all counters to a poll's families."""
        for key, count in self._sent.items():
            families.add(f.SENT, count, *key)
        for failure, count in self._failed.items():
            families.add(f.FAILED, count, *failure)
        for key, row in self._rows.items():
            for kind, family in COUNTED.items():
                families.add(family, row.counts[kind], *key)
            if row.runtime is not None:
                families.observe(f.RUNTIME, row.runtime.distribution(), *key)
            if row.wait is not None:
                families.observe(f.QUEUE_WAIT, row.wait.distribution(), *key)

    def _admit(self, table: dict[Labels, Cell], key: Labels, *, silent: bool = False) -> Labels:
        """The key itself while there is room, else the one of what is folded."""
        if key in table or len(table) < self._limit - 1:
            return key
        self.folded += not silent
        return (OTHER,) * len(key)  # type: ignore[return-value]


Labels = TypeVar("Labels", Key, FailureKey)
