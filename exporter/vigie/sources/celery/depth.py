"""How many messages wait, whatever the broker."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from vigie.core.families import Families
from vigie.errors import SourceError
from vigie.sources.celery.broker import Broker
from vigie.sources.celery.errors import BROKER_ERRORS, Explain
from vigie.sources.celery.threads import in_thread

Link = TypeVar("Link")
Result = TypeVar("Result")
PARTING = 0.5
"""Seconds that a goodbye to the broker may take."""


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What is wrong after lengths were read.

    Attributes:
        problems: What could not be read.
        missing: Queues that do not exist, where the broker can tell; with `discover` that is no problem.
    """

    problems: list[SourceError] = field(default_factory=list)
    missing: frozenset[str] = frozenset()


class Depth(ABC, Generic[Link]):
    """
    Reads the length of queues, in a thread, over one connection that is kept between readings.

    A reading that is given up at its deadline is left to its thread, which ends at the connection's own timeout; the
    next one uses another connection, so an answer is never taken for that to a later question.
    """

    def __init__(self, broker: Broker, explain: Explain) -> None:
        self._broker = broker
        self._explain = explain
        self._lock = threading.Lock()
        self._idle: Link | None = None
        self._closed = False

    async def read(self, queues: Sequence[str], families: Families, *, discover: bool) -> Reading:
        """
        Add the lengths of `queues` to a poll's families.

        Args:
            queues: Names of queues.
            families: Where the samples go.
            discover: Whether nobody configured them: the queues that the broker itself knows are measured, too.

        Returns:
            What is wrong with single queues.

        Raises:
            SourceError: The broker gave nothing.
        """
        return await self._with_link(lambda link: self._read(link, queues, families, discover=discover))

    async def describe(self) -> str:
        """Say which broker was reached; raises `SourceError`."""
        return await self._with_link(self._describe)

    async def missing(self, queues: Sequence[str]) -> list[SourceError]:
        """
        Say which of these queues do not exist, as far as a reading does not say it.

        Raises:
            SourceError: The broker gave nothing.
        """
        return await self._with_link(lambda link: self._missing(link, queues))

    async def close(self) -> None:
        """Let go of the connection."""
        with self._lock:
            link, self._idle, self._closed = self._idle, None, True
        if link is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PARTING):
                    await in_thread(lambda: self._release(link), "celery-close")

    @abstractmethod
    def _connect(self) -> Link:
        """Make a connection."""

    @abstractmethod
    def _release(self, link: Link) -> None:
        """Let go of a connection, whatever its state."""

    @abstractmethod
    def _read(self, link: Link, queues: Sequence[str], families: Families, *, discover: bool) -> Reading:
        """As `read`, in the thread."""

    @abstractmethod
    def _describe(self, link: Link) -> str:
        """As `describe`, in the thread."""

    def _missing(self, link: Link, queues: Sequence[str]) -> list[SourceError]:  # noqa: ARG002 - for those that need it
        """As `missing`, in the thread."""
        return []

    async def _with_link(self, work: Callable[[Link], Result]) -> Result:
        try:
            return await in_thread(lambda: self._work(work), "celery-queues")
        except BROKER_ERRORS as error:
            raise self._explain(error) from None

    def _work(self, work: Callable[[Link], Result]) -> Result:
        with self._lock:
            link, self._idle = self._idle, None
        if link is None:
            link = self._connect()
        try:
            result = work(link)
        except BaseException:  # cancellation too leaves an answer unread, so the connection is spent
            self._release(link)
            raise
        with self._lock:
            keep = not self._closed and self._idle is None
            if keep:
                self._idle = link
        if not keep:
            self._release(link)
        return result
