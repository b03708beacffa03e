"""The board of one product: every source's status, and the page that scrapes are answered from."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import ProcessCollector

from vigie.core.exposition import Encoder, Page, assemble, encode
from vigie.core.families import Families, counter, gauge
from vigie.core.firsts import Firsts
from vigie.core.poller import Outcome
from vigie.core.readers import Readers
from vigie.core.status import Snapshot, Status, self_families

REFRESH: Final = 10.0
"""Seconds after which the page is made anew although no source changed, for the figures of the process itself."""

_PROCESS = ProcessCollector(registry=None)


class Board:
    """
    Keeps the page of a product up to date; reading it costs nothing and never waits.

    Args:
        statuses: The product's sources by name.
        now: Unix time in seconds.
        clock: Seconds of a clock that never jumps.

    Attributes:
        page: What a scrape is answered with.
    """

    def __init__(
        self, statuses: Mapping[str, Status], now: Callable[[], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.statuses = statuses
        self._now, self._clock = now, clock
        self._changed = asyncio.Event()
        self._all_tried = asyncio.Event()
        self._making = asyncio.Lock()
        self._readers = Readers()
        self._own = Firsts("vigie")
        self._encoder = Encoder()
        self._number = 0
        self._note_readiness()
        self.page: Page = self._next_page(0, -1)

    async def record(self, name: str, outcome: Outcome) -> None:
        """Take in a poll of the source `name`; the page follows within milliseconds."""
        status = self.statuses[name]
        async with self._making:
            snapshot = await asyncio.to_thread(
                Snapshot.of, outcome, status.source.config, status.firsts, status.encoder
            )
            status.record(outcome, snapshot, self._clock())
        self._note_readiness()
        self._changed.set()

    async def keep_current(self) -> None:
        """Make the page anew whenever a source changed or its numbers grew too old; runs until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_next()):
                    await self._changed.wait()
            self._changed.clear()
            await self.turn()

    async def turn(self) -> None:
        """Make the page anew."""
        async with self._making:
            number, read = self._number + 1, self._readers.all_have(self._clock())
            page = await asyncio.to_thread(self._next_page, number, read)
            self.page, self._number = page, number

    def take(self, reader: str) -> Page:
        """The page for a scrape by `reader`, which ends the wait of the new series on it when all have read them."""
        clock = self._clock()
        self._readers.note(reader, self._number, clock)
        if self._waits_for(self._readers.all_have(clock)):
            self._changed.set()
        return self.page

    def make_page(self) -> Page:
        """The page as of now, for whoever reads it once: new series are on it in full."""
        now, own = self._now(), self_families(self.statuses.values(), self._clock())
        return assemble([encode(own), encode(_process()), *(status.in_full(now) for status in self.statuses.values())])

    @property
    def ready(self) -> bool:
        """Whether every source was tried once."""
        return self._all_tried.is_set()

    async def first_read(self) -> None:
        """Wait until every source was tried once."""
        await self._all_tried.wait()

    def _note_readiness(self) -> None:
        if all(status.outcome is not None for status in self.statuses.values()):
            self._all_tried.set()

    def _until_next(self) -> float:
        now = self._now()
        expiries = (status.snapshot.expires - now for status in self.statuses.values() if status.snapshot)
        return min([REFRESH, *(wait for wait in expiries if wait > 0)])

    def _waits_for(self, page: int) -> bool:
        """Whether a series waits for the page of this number to be read by all."""
        firsts = (self._own, *(status.firsts for status in self.statuses.values()))
        return any(each.waits_for(page) for each in firsts)

    def _next_page(self, number: int, read: int) -> Page:
        """The page of this number, given the number of the page that everybody has read."""
        self._own.release(read)
        own = self_families(self.statuses.values(), self._clock())
        self._own.admit(own)
        self._own.shown(number)
        parts = [self._encoder.encode(self._own.veiled(own)), self._encoder.encode(_process())]
        now = self._now()
        for status in self.statuses.values():
            status.settle(read)
            parts.append(status.on_page(number, now))
        return assemble(parts)


def _process() -> Families:
    """The figures of this process under prometheus-client's names: CPU time, memory, file descriptors, start time."""
    families = Families()
    for metric in _PROCESS.collect():
        for sample in metric.samples:
            declare = counter if metric.type == "counter" else gauge
            families.add(declare(sample.name, metric.documentation), sample.value)
    return families
