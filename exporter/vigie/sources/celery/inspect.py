"""
Questions to the workers, all at once, and their answers.

The protocol is kombu's pidbox: a question is broadcast, each worker answers to a queue that the question names.
Celery's own `inspect` asks one question at a time and waits the whole timeout for each; here all share one wait, which
ends early when every worker that is known to live has answered. Arguments of tasks are skipped while parsing.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import uuid4

import msgspec

from vigie.core.foreign import Reader
from vigie.sources.celery.events.wire import NOT_JSON, Text
from vigie.sources.celery.lenient import FAULTS, Lenient, identity, standard, undelayed
from vigie.sources.celery.mailbox import Mailbox

QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    "stats": {},
    "active_queues": {},
    "active": {"safe": True},
    "reserved": {},
    "scheduled": {},
}


class Delivery(msgspec.Struct):
    """How a task came to its worker."""

    routing_key: str | None = None


class Work(msgspec.Struct):
    """A task that a worker has."""

    id: Any = ""
    name: Text = ""
    time_start: float | None = None
    delivery_info: Delivery | None = None


class Scheduled(msgspec.Struct):
    """A task that waits for its ETA."""

    request: Work


class Consumed(msgspec.Struct):
    """A queue that a worker consumes."""

    name: Text


class Pool(msgspec.Struct, rename={"concurrency": "max-concurrency"}):
    """A worker's pool; only some kinds have processes."""

    processes: list[int] | None = None
    concurrency: int = 0


class Stats(msgspec.Struct):
    """A worker's statistics."""

    pool: Pool


Item = TypeVar("Item", bound=msgspec.Struct)


class _OneByOne(Generic[Item]):
    """Reads a list; what is odd in one item costs an optional field of it, or that item alone."""

    def __init__(self, item: type[Item]) -> None:
        self._whole: Reader[list[Item]] = Reader(list[item])  # type: ignore[valid-type]  # known at run time
        self._parts: Reader[list[msgspec.Raw]] = Reader(list[msgspec.Raw])
        self._item = Lenient(item)

    def read(self, text: bytes | str) -> list[Item]:
        """Read the list; raises one of `FAULTS` if it is none."""
        try:
            return self._whole.read(text)
        except FAULTS:
            return list(self._salvaged(text))

    def _salvaged(self, text: bytes | str) -> Iterator[Item]:
        for part in self._parts.read(text):
            with contextlib.suppress(*FAULTS):
                yield self._item.read(part)


_hosts: Reader[dict[str, msgspec.Raw]] = Reader(dict[str, msgspec.Raw])
_ANSWERS: Mapping[str, Any] = {
    "stats": Reader(Stats),
    "active_queues": _OneByOne(Consumed),
    "active": _OneByOne(Work),
    "reserved": _OneByOne(Work),
    "scheduled": _OneByOne(Scheduled),
}


@dataclass(frozen=True, slots=True)
class Answers:
    """
    What workers said, by node name; one that did not answer a question is absent from its answers.

    `foreign` is what an answer that cannot be read was written in.
    """

    stats: Mapping[str, Stats]
    active_queues: Mapping[str, list[Consumed]]
    active: Mapping[str, list[Work]]
    reserved: Mapping[str, list[Work]]
    scheduled: Mapping[str, list[Scheduled]]
    foreign: str | None = None

    @property
    def hosts(self) -> frozenset[str]:
        """Workers that answered anything."""
        return frozenset().union(self.stats, self.active_queues, self.active, self.reserved, self.scheduled)

    def queues(self) -> dict[str, list[str]]:
        """Names of the queues that each worker consumes."""
        return {host: [queue.name for queue in queues] for host, queues in self.active_queues.items()}

    def tasks(self) -> Iterator[tuple[str, str, str | None]]:
        """Id, name and queue of every task that a worker has."""
        queues = self.queues()
        later = {host: [entry.request for entry in entries] for host, entries in self.scheduled.items()}
        for part in (self.active, self.reserved, later):
            for host, tasks in part.items():
                for task in tasks:
                    key = undelayed((task.delivery_info and task.delivery_info.routing_key) or "")
                    if task.name:
                        yield identity(task.id), task.name, key if key in queues.get(host, ()) else None


def ask(mailbox: Mailbox, timeout: float, expected: frozenset[str], *, enable_events: bool = False) -> Answers:
    """
    Ask the workers everything at once.

    Args:
        mailbox: Where to ask, open.
        timeout: Seconds that workers may take.
        expected: Workers that are known to live; when all have answered, nobody else is waited for. Nor is anybody
            when as many have answered as the broker says that the questions have reached.
        enable_events: Whether to switch their task events on, too.
    """
    if enable_events:
        mailbox.send("enable_events", {}, None)
    tickets = {str(uuid4()): question for question in QUESTIONS}
    reached = [mailbox.send(question, QUESTIONS[question], ticket) for ticket, question in tickets.items()]
    answers: dict[str, dict[str, Any]] = {question: {} for question in QUESTIONS}
    foreign: str | None = None
    deadline = time.monotonic() + timeout
    while (left := deadline - time.monotonic()) > 0:
        if _complete(answers, expected, reached):
            break
        for ticket, body in mailbox.receive(left):
            if ticket in tickets and body.startswith(NOT_JSON):
                foreign = body[len(NOT_JSON) :].decode(errors="replace")
            elif ticket in tickets:
                answers[tickets[ticket]].update(_read(tickets[ticket], body))
    return Answers(**answers, foreign=foreign)


def _complete(
    answers: Mapping[str, Mapping[str, Any]], expected: frozenset[str], reached: Sequence[int | None]
) -> bool:
    if expected and all(expected <= found.keys() for found in answers.values()):
        return True
    return all(
        hearers is not None and len(found) >= hearers for found, hearers in zip(answers.values(), reached, strict=True)
    )


def _read(question: str, body: bytes) -> Mapping[str, Any]:
    """
    The answers in a message, by node name.

    An `{"error": ...}`, or what a worker of another kind says, is no answer.
    """
    answers: dict[str, Any] = {}
    with contextlib.suppress(*FAULTS):
        for host, answer in _by_host(body).items():
            with contextlib.suppress(*FAULTS):
                answers[host] = _ANSWERS[question].read(answer)
    return answers


def _by_host(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _hosts.read(body)
    except FAULTS:  # arguments of reserved tasks are in the answer as they are, NaN included
        return _hosts.read(standard(body))
