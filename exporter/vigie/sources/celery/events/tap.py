"""All of the events side behind one face: the reader, the buffer, the thread that counts, and the counters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping

from vigie.core.families import Families
from vigie.core.source import Context
from vigie.sources.celery import families as f
from vigie.sources.celery.broker import Broker
from vigie.sources.celery.config import CeleryConfig
from vigie.sources.celery.errors import Explain
from vigie.sources.celery.events.amqp import AmqpSubscription
from vigie.sources.celery.events.buffer import Buffer
from vigie.sources.celery.events.memory import Memory
from vigie.sources.celery.events.redis import RedisSubscription
from vigie.sources.celery.events.state import State
from vigie.sources.celery.events.stream import Stream
from vigie.sources.celery.events.wire import Event
from vigie.sources.celery.events.workers import Workers

BATCH = 256
"""Messages that are counted in one go; a poll waits for no more."""
HOUSEKEEPING = 1.0
"""Seconds between two rounds of saving names and letting go of what is gone."""
HOLD = 3.0
"""Seconds beyond `inspect_timeout` that events of nameless tasks wait for the workers' answer."""


class Tap:
    """
    Counts events from `start` to `close`.

    Args:
        config: The source's settings.
        broker: Where events come from.
        context: What the core lends.
        explain: Turns a client's exception into a sentence.
        ask: Called when names may be missing: after each new subscription.
    """

    def __init__(
        self, config: CeleryConfig, broker: Broker, context: Context, explain: Explain, ask: Callable[[], None]
    ) -> None:
        self._config, self._context, self._ask = config, context, ask
        folder = context.state_dir
        self._memory = Memory(folder / "celery-tasks.sqlite", context.log) if folder is not None else None
        workers = Workers(config.missed_heartbeats, config.worker_retention)
        self._state = State(config.max_series, config.max_tasks, workers, journal=self._memory is not None)
        self._buffer = Buffer(config.max_buffer_mib * 2**20)
        subscription = RedisSubscription(broker) if broker.is_redis else AmqpSubscription(broker)
        self._subscription = subscription
        self._decode = subscription.decode
        self._stream = Stream(subscription, self._buffer.put, self._resumed, explain, context.log)
        self._said_dropped = 0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="celery-events-counter", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()
        self._stream.start()

    def close(self, wait: float) -> None:
        """End within about `wait` seconds; what has been counted is saved."""
        self._stop.set()
        self._stream.close(wait / 2)
        self._thread.join(wait / 2)

    @property
    def trouble(self) -> str | None:
        """Why there are no events now, in a sentence."""
        return self._stream.trouble

    @property
    def foreign(self) -> str | None:
        """What events are written in, if the last that came was not JSON."""
        return self._subscription.foreign

    @property
    def connected(self) -> bool:
        """Whether events arrive now."""
        return self._stream.connected

    @property
    def has_met_workers(self) -> bool:
        """Whether any worker was heard of since the start."""
        with self._lock:
            return self._state.workers.arrivals > 0

    def queues(self) -> list[str]:
        """Queues that events named."""
        with self._lock:
            return list(self._state.queues)

    def shared(self) -> list[str]:
        """Node names that several live workers have."""
        with self._lock:
            return self._state.workers.shared(time.monotonic())

    def alive(self) -> frozenset[str]:
        """Workers that show signs of life."""
        with self._lock:
            return self._state.workers.alive()

    def learn(
        self, tasks: Iterable[tuple[str, str, str | None]], queues: Mapping[str, list[str]], silence: float
    ) -> None:
        """Take in what workers answered."""
        now = time.monotonic()
        with self._lock:
            for host in queues:
                self._state.workers.answered(host, now, silence)
            self._state.learn(tasks, queues, now)

    def collect(self, families: Families) -> None:
        """Add everything to a poll's families."""
        now, wall = time.monotonic(), self._context.now()
        with self._lock:
            self._state.sweep(now)
            self._state.collect(families, lambda at: wall - (now - at))
        families.add(f.CONNECTED, self._stream.connected)
        families.add(f.GAP, self._stream.gap(now))
        families.add(f.DROPPED, self._buffer.dropped)
        families.add(f.BUFFERED, self._buffer.size)
        for cause, count in self._stream.interruptions.items():
            families.add(f.INTERRUPTIONS, count, cause)

    def _resumed(self, deaf: float) -> None:
        with self._lock:
            self._state.workers.deaf(deaf)
            self._hold()
        self._ask()

    def _hold(self) -> None:
        if self._config.inspect_interval:
            self._state.hold(time.monotonic() + self._config.inspect_timeout + HOLD)

    def _run(self) -> None:
        if self._memory is not None:
            known = self._memory.load(self._context.now(), self._config.max_tasks)
            with self._lock:
                self._state.tasks.restore(known)
        kept = time.monotonic()
        while not self._stop.is_set():
            self._count()
            now = time.monotonic()
            if now - kept > HOUSEKEEPING:
                kept = now
                self._keep(now)
        self._keep(time.monotonic())
        if self._memory is not None:
            self._memory.close()

    def _count(self) -> None:
        batch = self._buffer.take(BATCH, HOUSEKEEPING / 4)
        try:
            read = [(*self._decode(message), at) for at, message in batch]
            self._apply([(events, at) for events, _, at in read], sum(odd for _, odd, _ in read))
        except Exception:  # counting must not end in silence; the log has the traceback
            self._context.log.exception("celery_events_fault", messages=len(batch))
            with self._lock:
                self._state.undecodable += len(batch)

    def _apply(self, read: list[tuple[list[Event], float]], odd: int) -> None:
        with self._lock:
            before = self._state.workers.arrivals
            for events, at in read:
                self._state.apply(events, at)
            self._state.undecodable += odd
            came = self._state.workers.arrivals > before
            if came:
                self._hold()
        if came:
            self._ask()

    def _keep(self, now: float) -> None:
        if self._buffer.dropped > self._said_dropped:
            self._context.log.warning("celery_events_dropped", messages=self._buffer.dropped - self._said_dropped)
            self._said_dropped = self._buffer.dropped
        with self._lock:
            self._state.sweep(now)
            changes = self._state.tasks.changes()
        if self._memory is not None:
            self._memory.save(changes, self._context.now())
