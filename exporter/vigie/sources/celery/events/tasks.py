"""Names of the tasks in flight: only the first events of a task carry its name, and only one its queue (pure)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec

WAITED = -1.0
"""In place of a time: the wait of this task has been observed."""


class Task(msgspec.Struct, gc=False):
    """
    What is remembered of a task.

    Attributes:
        name: Its name.
        queue: Its queue, once a client or worker has told.
        sent: When Vigie saw it published, or `WAITED`.
        started_by: The worker that started it before Vigie saw it published.
        saved: Whether it is on disk.
    """

    name: str
    queue: str | None = None
    sent: float | None = None
    started_by: str | None = None
    saved: bool = False


class Tasks:
    """
    Task ids to names, bounded: the longest untouched task goes first.

    Tasks that ended are remembered for a while too, because events overtake each other: a client tells the workers of a
    task before it tells listeners that it was sent, and a retry may end before its first try is reported as retried.
    Such a straggler must find its name, and must not bring the task back. A task without an id is never remembered: the
    next one without would take its name.
    """

    ENDED = 10_000

    def __init__(self, limit: int, *, journal: bool) -> None:
        self._limit = limit
        self._known: OrderedDict[str, Task] = OrderedDict()
        self._ended: OrderedDict[str, Task] = OrderedDict()
        self._changes: dict[str, Task | None] | None = {} if journal else None

    def __len__(self) -> int:
        return len(self._known)

    def get(self, uuid: str) -> Task | None:
        """What is known of a task that is in flight or ended lately."""
        return self._known.get(uuid) or self._ended.get(uuid)

    def sent(self, uuid: str, name: str, queue: str | None, at: float | None) -> Task | None:
        """Remember a task that was published, or that a worker told of; returns it if it was known, maybe as ended."""
        if not uuid:
            return None
        task = self._known.get(uuid)
        if task is None and uuid in self._ended:
            return self._ended[uuid]
        if task is None:
            self._add(uuid, Task(name, queue, at))
        elif queue is not None and task.queue != queue:
            task.queue = queue
            self._note(uuid, task)
        return task

    def received(self, uuid: str, name: str) -> Task:
        """Remember a task that a worker took; it may be for another time."""
        if not uuid:
            return Task(name)
        task = self._known.get(uuid)
        if task is None:
            before = self._ended.pop(uuid, None)
            task = self._add(uuid, Task(name, before.queue if before is not None else None))
        return task

    def end(self, uuid: str) -> None:
        """Forget a task that has ended."""
        task = self._known.pop(uuid, None)
        if task is None:
            return
        self._drop(uuid, task)
        self._ended[uuid] = task
        if len(self._ended) > self.ENDED:
            self._ended.popitem(last=False)

    def restore(self, tasks: Iterable[tuple[str, str, str | None]]) -> None:
        """Take back what was saved before a restart: id, name, queue; the oldest first."""
        for uuid, name, queue in tasks:
            if uuid not in self._known:
                self._add(uuid, Task(name, queue, saved=True), note=False)

    def changes(self) -> dict[str, Task | None]:
        """What must be saved since the last call: a task to write, or None to delete."""
        if not self._changes:
            return {}
        changes, self._changes = self._changes, {}
        for task in changes.values():
            if task is not None:
                task.saved = True
        return changes

    def _add(self, uuid: str, task: Task, *, note: bool = True) -> Task:
        self._known[uuid] = task
        if note:
            self._note(uuid, task)
        if len(self._known) > self._limit:
            self._drop(*self._known.popitem(last=False))
        return task

    def _note(self, uuid: str, task: Task) -> None:
        if self._changes is not None:
            self._changes[uuid] = task

    def _drop(self, uuid: str, task: Task) -> None:
        if self._changes is None:
            return
        if task.saved:
            self._changes[uuid] = None
        else:  # came and went between two saves: the disk never hears of it
            self._changes.pop(uuid, None)
