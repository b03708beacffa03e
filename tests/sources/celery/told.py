"""Events as workers and clients tell them, and a state that counts them, with time in the test's hand."""

from __future__ import annotations

from typing import Any

from vigie.core.families import Families
from vigie.sources.celery.events.state import State
from vigie.sources.celery.events.wire import Event
from vigie.sources.celery.events.workers import Workers

HOST = "one@test"
RETENTION = 600.0


def state(limit: int = 100, max_tasks: int = 1000) -> State:
    return State(limit, max_tasks, Workers(5, RETENTION))


def event(kind: str, uuid: str = "u1", host: str = HOST, **fields: Any) -> Event:
    return Event(type=kind, uuid=uuid, hostname=host, **fields)


def life(uuid: str = "u1", end: str = "task-succeeded", **fields: Any) -> list[Event]:
    """A task from start to end, as its worker tells it."""
    return [
        event("task-received", uuid, name="shop.pay"),
        event("task-started", uuid),
        event(end, uuid, **{"runtime": 0.25 if end == "task-succeeded" else None, **fields}),
    ]


def beat(processed: int | None, *, host: str = HOST, pid: int = 1, kind: str = "worker-heartbeat") -> Event:
    freq = 2.0 if processed is not None else 5.0
    return Event(type=kind, hostname=host, processed=processed, active=1 if processed else None, freq=freq, pid=pid)


def read(counted: State) -> Families:
    families = Families()
    counted.collect(families, lambda at: 1000 + at)
    return families
