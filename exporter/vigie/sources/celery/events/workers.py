"""
Signs of life of the workers (pure).

All times are Vigie's own monotonic clock at arrival: a worker's clock and time zone play no part. Heartbeats also say
how many tasks the worker began (`processed`), with or without task events. Against the `task-started` events that came,
that shows events that are off, and events that were lost on the way.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from vigie.core.families import Families
from vigie.sources.celery import families as f
from vigie.sources.celery.events.wire import Event

BATCH = 24
"""A worker holds back up to so many task events, but no heartbeat (celery/events/dispatcher.py)."""
SETTLED = 3
"""Heartbeats after which an event that has not come is taken for lost, or for switched off."""


@dataclass(slots=True)
class Twins:
    """
    Whether several workers share a node name, by what their heartbeats say.

    A process id that returns after another one spoke is no restart; nor is a count that falls twice where no worker
    said that it came online, as in containers, which may all have process 1.
    """

    _spoke: dict[int | None, float] = field(default_factory=dict)
    _last: Event | None = None
    _fell: float | None = None
    _known: float | None = None

    def beat(self, event: Event, at: float, memory: float) -> None:
        """Take in a heartbeat; what is `memory` seconds old no longer counts."""
        self._spoke = {pid: spoke for pid, spoke in self._spoke.items() if at - spoke <= memory}
        last, self._last = self._last, event
        if last is not None and event.pid != last.pid and event.pid in self._spoke:
            self._known = at
        fell = last is not None and event.pid == last.pid and (event.processed or 0) < (last.processed or 0)
        if fell and event.type == "worker-heartbeat":
            if self._fell is not None and at - self._fell <= memory:
                self._known = at
            self._fell = at
        self._spoke[event.pid] = at

    def seen(self, now: float, memory: float) -> bool:
        """Whether there were several within the last `memory` seconds."""
        return self._known is not None and now - self._known <= memory


@dataclass(slots=True)
class Worker:
    """One worker: `silence` is how long it may be silent, `went` when it was found or said to be down."""

    seen: float
    silence: float
    went: float | None = None
    offline: bool = False
    pid: int | None = None
    active: int | None = None
    processed: int | None = None
    events: bool | None = None
    quiet: int = 0
    base: int = 0
    started: int = 0
    missed: int = 0
    settled: int = 0
    idle: int = 0
    lags: deque[int] = field(default_factory=lambda: deque(maxlen=SETTLED))
    twins: Twins = field(default_factory=Twins)

    def heartbeat(self, event: Event) -> None:
        """Compare what the worker says it began with what its events said."""
        if event.processed is None:  # the answer to a broadcast, not a heartbeat of its own
            return
        before, self.processed, self.active = self.processed, event.processed, event.active
        if before is None or event.pid != self.pid or event.processed < before:
            self.pid, self.quiet = event.pid, 0
            self._rebase()
            return
        lag = event.processed - self.base - self.started
        self.quiet += event.processed > before if self.events else lag > 0
        self.idle = self.idle + 1 if event.processed == before else 0
        if self.quiet >= SETTLED:
            self.events = False
            self._rebase()
        if self.events:
            self._compare(lag)

    def task_event(self, kind: str) -> None:
        """Note that a task event came from the worker."""
        self.quiet = 0
        if not self.events:
            self.events = True
            self._rebase()
        self.started += kind == "task-started"

    def _compare(self, lag: int) -> None:
        if lag < 0:  # events of tasks that began before the base was taken
            self.base += lag
            lag = 0
        self.lags.append(lag)
        if len(self.lags) < SETTLED:
            return
        # What is missing only grows, so the smallest of the last lags bounds it from above; a busy worker may be
        # holding back a batch of events, an idle one has sent them all.
        certain = lag if self.idle >= SETTLED - 1 else min(self.lags) - BATCH
        self.missed += max(certain - self.settled, 0)
        self.settled = max(certain, self.settled)

    def _rebase(self) -> None:
        self.base, self.started, self.settled = self.processed or 0, 0, 0
        self.lags.clear()


class Workers:
    """
    All workers that were heard of, until they have been gone for `retention` seconds.

    Attributes:
        arrivals: How many workers have come, so that the newest can be asked what they do.
    """

    def __init__(self, missed_heartbeats: int, retention: float) -> None:
        self._allowed = missed_heartbeats
        self._retention = retention
        self._workers: dict[str, Worker] = {}
        self.arrivals = 0

    def __contains__(self, host: str) -> bool:
        return host in self._workers

    def alive(self) -> frozenset[str]:
        """Node names of the workers that are up."""
        return frozenset(host for host, worker in self._workers.items() if worker.went is None)

    def shared(self, now: float) -> list[str]:
        """Node names that several live workers have: what is counted by name is mixed."""
        return sorted(host for host, worker in self._workers.items() if worker.twins.seen(now, worker.silence))

    def beat(self, event: Event, at: float) -> None:
        """A worker came online, or its heart beat."""
        freq = event.freq if event.freq is not None and event.processed is not None else None
        worker = self._alive(event.hostname, at, (freq or 2.0) * self._allowed)
        if freq is not None:
            worker.silence = freq * self._allowed
            worker.twins.beat(event, at, worker.silence)
        worker.heartbeat(event)

    def offline(self, event: Event, at: float) -> None:
        """A worker said goodbye; one that is not known, or no longer, stays so."""
        worker = self._workers.get(event.hostname)
        if worker is not None:
            worker.went, worker.offline, worker.active = at, True, 0

    def task_event(self, event: Event, at: float) -> None:
        """A task event is a sign of life too, except after a goodbye, which overtakes the last of them."""
        worker = self._workers.get(event.hostname)
        if worker is None or worker.offline:
            return
        worker.seen, worker.went = at, None
        worker.task_event(event.type)

    def answered(self, host: str, at: float, silence: float) -> None:
        """A worker answered a question; it may be one that sends no heartbeats."""
        worker = self._workers.get(host)
        if worker is None or not (worker.offline and worker.went is not None and at - worker.went < silence):
            self._alive(host, at, silence)

    def deaf(self, seconds: float) -> None:
        """Vigie could not hear for so long; that is no silence of the workers."""
        for worker in self._workers.values():
            worker.seen += seconds

    def sweep(self, now: float) -> list[str]:
        """Find workers that went silent; returns those that have been gone for long and are now forgotten."""
        for worker in self._workers.values():
            if worker.went is None and now - worker.seen > worker.silence:
                worker.went, worker.active = now, 0
        gone = [
            host
            for host, worker in self._workers.items()
            if worker.went is not None and now - worker.went > self._retention
        ]
        for host in gone:
            del self._workers[host]
        return gone

    def collect(self, families: Families) -> None:
        """Add what is known of each worker to a poll's families."""
        for host, worker in self._workers.items():
            families.add(f.WORKER_UP, worker.went is None, host)
            families.add(f.WORKER_OFFLINE, worker.went is not None and worker.offline, host)
            families.add(f.EVENTS_MISSED, worker.missed, host)
            if worker.active is not None:
                families.add(f.WORKER_ACTIVE, worker.active, host)
            if worker.processed is not None:
                families.add(f.WORKER_PROCESSED, worker.processed, host)
            if worker.events is not None:
                families.add(f.EVENTS_ENABLED, worker.events, host)

    def _alive(self, host: str, at: float, silence: float) -> Worker:
        worker = self._workers.get(host)
        if worker is None:
            worker = self._workers[host] = Worker(at, silence)
            self.arrivals += 1
        worker.seen, worker.went, worker.offline = max(at, worker.seen), None, False
        return worker
