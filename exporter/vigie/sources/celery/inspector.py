"""Ask the workers on a slow interval, in a thread of its own, and remember the last answers."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from vigie.core.families import Families
from vigie.core.logs import Logger
from vigie.errors import Reason, SourceError
from vigie.sources.celery import families as f
from vigie.sources.celery.broker import Broker
from vigie.sources.celery.config import CeleryConfig
from vigie.sources.celery.errors import BROKER_ERRORS, Explain, foreign
from vigie.sources.celery.inspect import Answers, ask
from vigie.sources.celery.mailbox_amqp import AmqpMailbox
from vigie.sources.celery.mailbox_redis import RedisMailbox
from vigie.sources.celery.threads import in_thread

SOONEST = 2.0
"""Seconds between two rounds at the least, however often the stream of events breaks."""

RETRY = 15.0
"""Seconds after which a round without answers is repeated, if the interval is longer."""


@dataclass(frozen=True, slots=True)
class Round:
    """
    One round of questions.

    Attributes:
        ended: When (monotonic).
        answers: What came back, if anything did.
        problem: What is wrong.
        unanswered: Whether the broker took the questions and no worker answered.
    """

    ended: float
    answers: Answers | None
    problem: SourceError | None
    unanswered: bool = False


class Inspector:
    """
    A thread that asks.

    Args:
        broker: Where the workers listen.
        explain: Turns a client's exception into a sentence.
        alive: Tells which workers are known to live.
        learn: Takes each round's answers.
        log: Where faults go.
    """

    def __init__(
        self,
        broker: Broker,
        explain: Explain,
        alive: Callable[[], frozenset[str]],
        learn: Callable[[Answers], None],
        log: Logger,
    ) -> None:
        self._log = log
        self._config, self._broker, self._explain = broker.config, broker, explain
        self._alive, self._learn = alive, learn
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="celery-inspector", daemon=True)
        self._answered: Round | None = None
        self.last: Round | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        if self._config.inspect_interval:
            self._thread.start()

    def wake(self) -> None:
        """Ask as soon as may be."""
        self._wake.set()

    def close(self, wait: float) -> None:
        """End; a thread that hangs in a read is left behind after `wait` seconds, to its own timeout."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(wait)

    async def first(self) -> None:
        """Return after the first round, or after as long as one may take."""
        if self._thread.is_alive():
            await in_thread(lambda: self._asked.wait(self._config.inspect_timeout + 1), "celery-first-inspect")

    def hosts(self, now: float) -> frozenset[str] | None:
        """The workers that answered lately; none if all were asked and nobody did, None if that is not known."""
        last, answered = self.last, self._answered
        if answered is not None and answered.answers is not None and self._is_fresh(answered, now):
            return answered.answers.hosts
        return frozenset() if last is not None and last.unanswered else None

    def collect(self, families: Families, now: float, wall: float) -> SourceError | None:
        """Add the last answers to a poll's families; returns what is wrong with them."""
        last = self.last
        if last is None:
            return None
        if last.answers is not None and self._is_fresh(last, now):
            collect(last.answers, families)
            families.add(f.LAST_INSPECT, wall - (now - last.ended))
        return last.problem

    def _is_fresh(self, told: Round, now: float) -> bool:
        return now - told.ended < 2.5 * self._config.inspect_interval + SOONEST

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            self.last = self._round()
            if self.last.answers is not None:
                self._answered = self.last
            self._asked.set()
            self._stop.wait(SOONEST)
            pause = self._config.inspect_interval if self.last.problem is None else RETRY
            self._wake.wait(max(min(pause, self._config.inspect_interval) - SOONEST, 0))

    def _round(self) -> Round:
        try:
            answers = question(self._broker, self._config, self._alive())
        except BROKER_ERRORS as error:
            return Round(time.monotonic(), None, self._explain(error))
        except Exception:  # noqa: BLE001 - asking must not end in silence; the log has the traceback
            self._log.exception("celery_inspect_fault")
            problem = SourceError(Reason.INTERNAL, "a fault in Vigie while asking the workers; see its log")
            return Round(time.monotonic(), None, problem)
        self._learn(answers)
        if answers.hosts:
            return Round(time.monotonic(), answers, None)
        if answers.foreign is not None:
            sentence = foreign("workers' answers", answers.foreign, "task_serializer")
            problem = SourceError(Reason.BAD_PAYLOAD, f"{sentence}, or inspect_interval to 0s")
            return Round(time.monotonic(), None, problem)
        return Round(time.monotonic(), None, nobody(self._config), unanswered=True)


def question(broker: Broker, config: CeleryConfig, expected: frozenset[str]) -> Answers:
    """Ask once, over a connection of its own."""
    with RedisMailbox(broker) if broker.is_redis else AmqpMailbox(broker) as mailbox:
        return ask(mailbox, config.inspect_timeout, expected, enable_events=config.enable_events)


def nobody(config: CeleryConfig) -> SourceError:
    """The problem that no worker answered."""
    return SourceError(
        Reason.TIMEOUT,
        f"no Celery worker answered within {config.inspect_timeout:g} s; check that workers run, that"
        " worker_enable_remote_control is on and that accept_content has json, not pickle alone, or set"
        " inspect_interval: 0s",
    )


def collect(answers: Answers, families: Families) -> None:
    """Count workers and processes by queue, and what each worker holds (pure)."""
    workers: Counter[str] = Counter()
    processes: Counter[str] = Counter()
    for host, queues in answers.queues().items():
        stats = answers.stats.get(host)
        size = 0
        if stats is not None:
            size = stats.pool.concurrency if stats.pool.processes is None else len(stats.pool.processes)
        for queue in queues:
            workers[queue] += 1
            processes[queue] += size
    for queue, count in workers.items():
        families.add(f.QUEUE_WORKERS, count, queue)
        families.add(f.QUEUE_PROCESSES, processes[queue], queue)
    for host, reserved in answers.reserved.items():
        families.add(f.RESERVED, len(reserved), host)
    for host, active in answers.active.items():
        begun = [task.time_start for task in active if task.time_start is not None]
        if begun:
            families.add(f.OLDEST_ACTIVE, min(begun), host)
