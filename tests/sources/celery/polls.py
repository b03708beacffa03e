"""What the tests of the Celery source share: making one, polling it until something is so, events on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from structlog import get_logger

from vigie.core.families import Families, Family
from vigie.core.poller import poll_once
from vigie.core.source import Context, Poll
from vigie.core.state import State
from vigie.errors import SourceError
from vigie.sources.celery import CelerySource
from vigie.sources.celery.config import CeleryConfig

SECRET = "hunter2"
WORKER = "one@test"
PATIENCE = 15.0
"""Seconds after which something that must become so has failed to."""


def make(broker: str, state: Path | None = None, kept: State | None = None, **settings: Any) -> CelerySource:
    """A source that has not started; `kept` is its state file, in memory unless given."""
    config = CeleryConfig.model_validate({"timeout": "5s", "inspect_timeout": "1s", **settings, "broker": broker})
    return CelerySource(config, Context("shop", get_logger(), time.time, state, state=kept or State.in_memory()))


@contextlib.asynccontextmanager
async def listening(
    broker: str, state: Path | None = None, kept: State | None = None, **settings: Any
) -> AsyncIterator[CelerySource]:
    """A source that listens when the block begins, and is closed with it."""
    source = make(broker, state, kept, **settings)
    await source.start()
    try:
        if settings.get("events", True):
            await until(source, lambda families: value(families, "vigie_celery_events_connected") == 1)
        yield source
    finally:
        await source.close()


async def until(source: CelerySource, so: Callable[[Families], object], seconds: float = PATIENCE) -> Poll:
    """Poll until `so`; the poll in which it was."""
    deadline = time.monotonic() + seconds
    while True:
        outcome = await poll_once(source)
        if outcome.poll is not None and so(outcome.poll.families):
            return outcome.poll
        assert time.monotonic() < deadline, report(outcome.poll, outcome.errors)
        await asyncio.sleep(0.05)


async def until_quiet(source: CelerySource) -> Poll:
    """Poll until there is no problem left."""
    deadline = time.monotonic() + PATIENCE
    while (poll := (await poll_once(source)).poll) is None or poll.problems:
        assert time.monotonic() < deadline, report(poll, ())
        await asyncio.sleep(0.05)
    return poll


async def failure(broker: str, **settings: Any) -> SourceError:
    """The first error of a poll; it must not hold the password."""
    source = make(broker, **{"events": False, "inspect_interval": "0s", **settings})
    try:
        outcome = await poll_once(source)
    finally:
        await source.close()
    assert outcome.errors
    assert all(SECRET not in str(error) for error in outcome.errors)
    return outcome.errors[0]


def report(poll: Poll | None, errors: Iterable[SourceError]) -> str:
    """What a poll found, for a test that fails."""
    series = poll.families.values if poll is not None else {}
    lines = [f"{family.name}{labels} {number}" for family, found in series.items() for labels, number in found.items()]
    problems = poll.problems if poll is not None else ()
    return "\n".join([*lines, *(str(error) for error in (*errors, *problems))])


def series(families: Families, name: str) -> Mapping[tuple[str, ...], float]:
    """All series of a family; none if it was not read."""
    return next((found for family, found in families.values.items() if family.name == name), {})


def value(families: Families, name: str, *labels: str) -> float | None:
    """One series, or None."""
    return series(families, name).get(labels)


def total(families: Families, metric: str, **labels: str) -> float:
    """The sum of a family's series that have these labels."""
    return sum(
        number
        for family, found in families.values.items()
        if family.name == metric
        for key, number in found.items()
        if _has(family, key, labels)
    )


def observed(families: Families, metric: str, **labels: str) -> int:
    """Observations of a histogram's series that have these labels."""
    return sum(
        sum(distribution.counts)
        for family, found in families.distributions.items()
        if family.name == metric
        for key, distribution in found.items()
        if _has(family, key, labels)
    )


def _has(family: Family, key: tuple[str, ...], labels: Mapping[str, str]) -> bool:
    return labels.items() <= dict(zip(family.labels, key, strict=True)).items()


def envelope(body: object, *, encoding: str | None = "base64", content_type: str = "application/json") -> bytes:
    """A message as kombu puts it on Redis."""
    text = json.dumps(body)
    return json.dumps(
        {
            "body": b64encode(text.encode()).decode() if encoding == "base64" else text,
            "content-encoding": "utf-8",
            "content-type": content_type,
            "headers": {"hostname": WORKER},
            "properties": {
                "delivery_mode": 1,
                "delivery_info": {"exchange": "celeryev", "routing_key": "task.multi"},
                "priority": 0,
                "body_encoding": encoding,
                "delivery_tag": "4f0d2a52-8a5e-4d6b-9b0f-0c3f3a6f6b1e",
            },
        }
    ).encode()
