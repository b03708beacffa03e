"""What happens in a workspace, as a function of time: the same minute always holds the same traces."""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from uuid import UUID

from msgspec import Struct

MINUTE = 60
_EIGHTH = 8
_CENT = 2**16
"""Seconds are eighths and dollars 65536ths, so that sums are exact in whatever order they are made."""


class Run(Struct):
    """
    A run, for good.

    Attributes:
        prompt: Tokens; of a chain, those that its children used, as LangSmith may sum them up.
        start: Unix time.
        error: Error message of a run that failed.
        seconds: How long it takes; None for one that never ends.
        appears: Unix time from which it can be read; until its end, as pending.
        settles: Seconds from its end until that can be read.
        priced: Seconds from its end until its cost is known.
    """

    id: str
    project: str
    start: float
    seconds: float | None = 1.0
    trace: str = ""
    parent: str | None = None
    kind: str = "chain"
    name: str = "answer"
    failed: bool = False
    error: str = "APIError: overloaded"
    model: str | None = None
    prompt: int = 0
    completion: int = 0
    cost: float | None = None
    appears: float = 0.0
    settles: float = 0.0
    priced: float = 0.0

    @property
    def is_root(self) -> bool:
        """Whether it is its trace's first."""
        return self.parent is None

    def ended(self, now: float) -> bool:
        """Whether its end can be read."""
        return self.seconds is not None and now >= self.start + self.seconds + self.settles

    def cost_at(self, now: float) -> float | None:
        """Dollars, once they are known."""
        return self.cost if self.seconds is not None and now >= self.start + self.seconds + self.priced else None


class Pace(Struct):
    """How lively a project is, and how well."""

    traces_per_minute: float = 4.0
    error_ratio: float = 0.01
    """Share of traces that fail in the product's own code."""
    call_error_ratio: float = 0.005
    """Share of calls in which the provider's API fails, and the trace with it."""
    latency: float = 1.4
    """Median seconds of a call."""
    prompt_tokens: int = 900
    completion_tokens: int = 250
    models: tuple[str, ...] = ("claude-sonnet-4-5", "claude-haiku-4-5")
    dollars_per_million_tokens: float = 6.0
    busy_minutes: tuple[int, int] = (0, 60)
    """Minutes of each hour in which anything happens."""
    ingest_delay: float = 2.0
    """Seconds until a run, or its end, can be read."""
    price_delay: float = 20.0
    """Seconds from a call's end until its cost is known."""


def traces(project: str, minute: int, pace: Pace) -> Iterator[Run]:
    """The runs of the traces that start in a minute (counted from 1970)."""
    first, last = pace.busy_minutes
    rate = pace.traces_per_minute
    count = math.floor((minute + 1) * rate) - math.floor(minute * rate)
    if not count or not first <= minute % MINUTE < last:
        return
    dice = Random(f"{project} {minute}")  # noqa: S311 - no secret
    for _ in range(count):
        yield from _trace(project, minute * MINUTE + dice.randrange(MINUTE * _EIGHTH) / _EIGHTH, pace, dice)


def _trace(project: str, start: float, pace: Pace, dice: Random) -> Iterator[Run]:
    """A chain, the retriever that it asks, and the call of a model that it makes."""
    ids = [str(UUID(int=dice.getrandbits(128), version=4)) for _ in range(3)]
    call_failed = dice.random() < pace.call_error_ratio
    failed = call_failed or dice.random() < pace.error_ratio
    seconds = max(round(pace.latency * dice.lognormvariate(0, 0.6) * _EIGHTH), 1) / _EIGHTH
    prompt = round(pace.prompt_tokens * dice.uniform(0.5, 1.5))
    completion = 0 if call_failed else round(pace.completion_tokens * dice.uniform(0.2, 1.8))
    cost = round((prompt + completion) * pace.dollars_per_million_tokens / 1e6 * _CENT) / _CENT
    model = dice.choice(pace.models)

    def run(number: int, begin: float, lasting: float, kind: str, *, bad: bool) -> Run:
        parent = ids[0] if number else None
        run = Run(ids[number], project, begin, lasting, ids[0], parent, kind, kind, bad)
        run.appears, run.settles, run.priced = begin + pace.ingest_delay, pace.ingest_delay, pace.price_delay
        return run

    yield run(0, start, seconds + 0.5, "chain", bad=failed)
    yield run(1, start + 0.125, 0.125, "retriever", bad=False)
    call = run(2, start + 0.25, seconds, "llm", bad=call_failed)
    call.model, call.prompt, call.completion, call.cost = model, prompt, completion, cost
    yield call
