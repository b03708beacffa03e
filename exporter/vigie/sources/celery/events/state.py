"""From events to counters (pure): what each event means, whatever road it came by."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from vigie.core.families import Families
from vigie.sources.celery import families as f
from vigie.sources.celery.events.ledger import COUNTED, Ledger, Row
from vigie.sources.celery.events.tasks import WAITED, Task, Tasks
from vigie.sources.celery.events.wire import Event
from vigie.sources.celery.events.workers import Workers

UNKNOWN = "unknown"
"""Label value of a name or queue that no event, worker or file could tell."""
HELD = 10_000
"""Events of nameless tasks that wait for the workers' answer."""
CLIENT_RETENTION = 3600.0
"""Seconds after which the series of a silent client, or of an unheard-of worker, go."""

_EXCEPTION = re.compile(r"([A-Za-z_][\w.]{0,99})\(")
_CLIENT = re.compile(r"gen\d+@")
_ENDS = frozenset({"task-succeeded", "task-failed", "task-revoked"})


def exception_class(representation: str | None) -> str:
    """The class of an exception from its `repr`, and nothing of its message, which may hold anything."""
    match = _EXCEPTION.match(representation or "")
    return match[1].rpartition(".")[2] if match else UNKNOWN


class State:
    """
    All that events told.

    Times are monotonic seconds at arrival. Not safe for threads: whoever shares it brings a lock.

    Args:
        limit: Series that one family may have.
        max_tasks: Tasks in flight whose names are remembered.
        workers: Where signs of life go.
        journal: Whether `tasks.changes` will be asked for.
    """

    def __init__(self, limit: int, max_tasks: int, workers: Workers, *, journal: bool = False) -> None:
        self.ledger = Ledger(limit)
        self.tasks = Tasks(max_tasks, journal=journal)
        self.workers = workers
        self.queues: dict[str, None] = {}
        self.read = 0
        self.undecodable = 0
        self.last: dict[str, float] = {}
        self._limit = limit
        self._only_queue: dict[str, str] = {}
        self._clients: dict[str, str] = {}
        self._held: deque[tuple[Event, float]] = deque()
        self._hold_until = 0.0
        self._handlers: dict[str, Callable[[Event, float], None]] = {
            **dict.fromkeys(("task-failed", *COUNTED), self._task),
            "task-sent": self._sent,
            "worker-online": self._beat,
            "worker-heartbeat": self._beat,
            "worker-offline": self._offline,
        }

    def apply(self, events: Iterable[Event], at: float) -> None:
        """Count events that arrived together; types that Vigie does not know are passed over."""
        handlers = self._handlers
        for event in events:
            self.read += 1
            handler = handlers.get(event.type)
            if handler is not None:
                handler(event, at)

    def hold(self, until: float) -> None:
        """Keep events of tasks without a name or queue until the workers have answered, or until that time."""
        self._hold_until = until

    def learn(self, tasks: Iterable[tuple[str, str, str | None]], queues: Mapping[str, list[str]], now: float) -> None:
        """Take in the workers' answers: ids, names and queues of their tasks, and the queues that each one consumes."""
        self._only_queue.update({host: names[0] if len(names) == 1 else UNKNOWN for host, names in queues.items()})
        for uuid, name, queue in tasks:
            self.tasks.sent(uuid, name, queue, None)
        self.release(now, answered=True)

    def release(self, now: float, *, answered: bool = False) -> None:
        """Count the events that were held back, if their time has come."""
        if answered or now >= self._hold_until:
            self._hold_until = 0.0
            while self._held:
                self._book(*self._held.popleft())

    def sweep(self, now: float) -> None:
        """Let go of what is long gone."""
        self.release(now)
        for host in self.workers.sweep(now):
            self.ledger.forget(host)
            self._only_queue.pop(host, None)
        for host in self.ledger.idle_since(now - CLIENT_RETENTION):
            if host not in self.workers:
                self.ledger.forget(host)

    def collect(self, families: Families, wall: Callable[[float], float]) -> None:
        """Add everything to a poll's families; `wall` turns a monotonic time into a Unix time."""
        self.ledger.collect(families)
        self.workers.collect(families)
        for kind, at in self.last.items():
            families.add(f.LAST_EVENT, wall(at), kind)
        families.add(f.READ, self.read)
        families.add(f.UNDECODABLE, self.undecodable)
        families.add(f.FOLDED, self.ledger.folded)
        families.add(f.TRACKED, len(self.tasks))

    def _sent(self, event: Event, at: float) -> None:
        self.last["task"] = at
        sent_to = event.sent_to
        queue = sent_to or UNKNOWN
        name = event.name or UNKNOWN
        if sent_to and queue not in self.queues and len(self.queues) < self._limit:
            self.queues[queue] = None
        published = at if event.eta is None else WAITED
        task = self.tasks.sent(event.task, name, sent_to, published)
        self.ledger.sent(name, self._client(event.hostname), queue, at)
        if task is None or task.sent is not None:
            return
        task.sent = published
        if task.started_by is not None and published != WAITED:  # so fast that its start was told first
            self.ledger.row(name, task.started_by, queue, at).observe_wait(0.0)
            task.sent = WAITED

    def _task(self, event: Event, at: float) -> None:
        self.last["task"] = at
        self.workers.task_event(event, at)
        if at < self._hold_until and len(self._held) < HELD and not self._known(event):
            self._held.append((event, at))
        else:
            self._book(event, at)

    def _known(self, event: Event) -> bool:
        """Whether the name and the queue of the event's task are known, or never will be."""
        task = self.tasks.get(event.task)
        named = task is not None or event.name is not None
        return named and (event.hostname in self._only_queue or (task is not None and task.queue is not None))

    def _book(self, event: Event, at: float) -> None:
        kind, host, uuid = event.type, event.hostname, event.task
        if kind == "task-received":
            task = self.tasks.received(uuid, event.name or UNKNOWN)
        else:
            task = self.tasks.get(uuid) or Task(event.name or UNKNOWN)
        queue = task.queue or self._only_queue.get(host, UNKNOWN)
        row = self.ledger.row(task.name, host, queue, at)
        if kind == "task-failed":
            self.ledger.failed(task.name, host, queue, exception_class(event.exception))
        else:
            row.counts[kind] += 1
            _observe(row, event, task, at)
        if kind in _ENDS or (kind == "task-rejected" and not event.requeue):
            self.tasks.end(uuid)

    def _beat(self, event: Event, at: float) -> None:
        self.last["worker"] = at
        self.workers.beat(event, at)

    def _offline(self, event: Event, at: float) -> None:
        self.last["worker"] = at
        self.workers.offline(event, at)

    def _client(self, host: str) -> str:
        """A client's node name without the process id, which would be a new label value at each start."""
        found = self._clients.get(host)
        if found is None:
            if len(self._clients) >= HELD:
                self._clients.clear()
            found = self._clients[host] = _CLIENT.sub("gen@", host, count=1)
        return found


def _observe(row: Row, event: Event, task: Task, at: float) -> None:
    """Feed the histograms: the wait of a task ends with its first start."""
    if event.type == "task-started" and task.sent is None:
        task.started_by = event.hostname
    elif event.type == "task-started" and task.sent != WAITED:
        row.observe_wait(max(at - (task.sent or 0.0), 0.0))
        task.sent = WAITED
    elif event.type == "task-succeeded" and event.runtime is not None:
        row.observe_runtime(event.runtime)
