"""The board of one product: every source's status, and the page that scrapes are answered from."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Final

from prometheus_client import ProcessCollector

from vigie.core.exposition import Encoded, Page, assemble, encode, encode_metric
from vigie.core.poller import Outcome
from vigie.core.status import Snapshot, Status, self_families

REFRESH: Final = 10.0
"""Seconds after which the page is made anew although no source changed, for the figures of the process itself."""

_PROCESS = ProcessCollector(registry=None)


class Board:
    """
    Keeps the page of a product up to date; reading `page` costs nothing and never waits.

    Args:
        statuses: The product's sources by name.
        now: Unix time in seconds.
    """

    def __init__(self, statuses: Mapping[str, Status], now: Callable[[], float]) -> None:
        self.statuses = statuses
        self._now = now
        self._changed = asyncio.Event()
        self._all_tried = asyncio.Event()
        self._note_readiness()
        self.page: Page = self.make_page()

    async def record(self, name: str, outcome: Outcome) -> None:
        """Take in a poll of the source `name`; the page follows within milliseconds."""
        status = self.statuses[name]
        status.record(outcome, await asyncio.to_thread(Snapshot.of, outcome, status.source.config))
        self._note_readiness()
        self._changed.set()

    async def keep_current(self) -> None:
        """Make the page anew whenever a source changed or its numbers grew too old; runs until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._until_next()):
                    await self._changed.wait()
            self._changed.clear()
            self.page = await asyncio.to_thread(assemble, self._parts())

    def make_page(self) -> Page:
        """The page as of now."""
        return assemble(self._parts())

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

    def _parts(self) -> list[Encoded]:
        now = self._now()
        own = encode(self_families(self.statuses.values()))
        return [own, _process(), *(status.current(now) for status in self.statuses.values())]


def _process() -> Encoded:
    """The figures of this process under prometheus-client's names: CPU time, memory, file descriptors, start time."""
    return {metric.name: encode_metric(metric) for metric in _PROCESS.collect()}
