"""Read Stripe's events into the state file, by either road, each event once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import msgspec

from vigie.core.source import Context
from vigie.core.state import Batch, Event
from vigie.errors import Reason, SourceError
from vigie.sources.stripe.client import Client
from vigie.sources.stripe.config import StripeConfig
from vigie.sources.stripe.events import KINDS, interpret, skipped
from vigie.sources.stripe.progress import OVERLAP, TALLIED, Progress, Window, read
from vigie.sources.stripe.wire import Envelope, Events

NAME = "stripe"
"""Whose events these are in the state file."""
READING, PUSHED = "progress", "pushed"
"""Items in the state file."""
PAGE = 100
_SHARE, _HISTORY_SHARE = 0.4, 0.1
"""Parts of the poll's deadline after which no further page is asked for; the rest is read by the next poll."""
_HISTORY_PAGES = 20
"""Pages of history that one poll reads; it is in no hurry."""
_RESERVE = 100
"""Requests of the budget that the history leaves for everything else."""


class Journal:
    """
    Everything that happened at Stripe, counted.

    Each page is committed together with how far it brings the reading. Read methods may be cancelled anywhere.
    """

    def __init__(self, config: StripeConfig, client: Client, context: Context) -> None:
        self._client = client
        self._context = context
        self._live = config.live
        self._patience, self._history_patience = _SHARE * config.timeout, _HISTORY_SHARE * config.timeout

    async def read(self) -> bool:
        """
        Read what happened since the last time.

        Returns:
            Whether all of it is read.

        Raises:
            SourceError: A page could not be read; what was read before it is kept.
        """
        deadline = time.monotonic() + self._patience
        progress = (await asyncio.to_thread(self.progress)) or await self._begin()
        progress = progress.open(self._client.clock)
        while progress.live is not None and time.monotonic() < deadline:
            progress = await self._read_page(progress, progress.live, history=False)
        await asyncio.to_thread(self._forget)
        return progress.live is None

    async def read_history(self) -> bool:
        """
        Read some of what happened before the first start, unless the budget is needed for what happens now.

        Returns:
            Whether all of it is read.

        Raises:
            SourceError: A page could not be read; what was read before it is kept.
        """
        deadline = time.monotonic() + self._history_patience
        progress = await asyncio.to_thread(self.progress)
        for _ in range(_HISTORY_PAGES):
            if progress is None or progress.history is None:
                break
            remaining = self._context.budget.remaining
            if time.monotonic() > deadline or (remaining is not None and remaining < _RESERVE):
                break
            progress = await self._read_page(progress, progress.history, history=True)
        return progress is not None and progress.history is None

    async def _begin(self) -> Progress:
        """Ask once, only to learn what time it is at Stripe: that is when counting begins."""
        await self._client.get("/v1/events", Events, {"limit": 1}, "Events")
        return Progress.begin(int(self._client.clock))

    async def _read_page(self, progress: Progress, window: Window, *, history: bool) -> Progress:
        try:
            page = await self._ask(window)
        except SourceError as error:
            if window.after and error.reason in {Reason.BAD_PAYLOAD, Reason.NOT_FOUND}:
                # The event that the last page ended with may be too old by now to go on from: begin the window anew.
                again = read(progress, history=history, after="", clock=self._client.clock)
                await asyncio.to_thread(self._commit, [], again, history=history)
            raise
        after = page.data[-1].id if page.has_more else None
        progress = read(progress, history=history, after=after, clock=self._client.clock)
        await asyncio.to_thread(self._commit, page.data, progress, history=history)
        return progress

    async def _ask(self, window: Window) -> Events:
        page = await self._client.get("/v1/events", Events, _query(window), "Events")
        if page.has_more and (not page.data or page.data[-1].id == window.after):
            raise SourceError(Reason.BAD_PAYLOAD, "Stripe says that there are more events, but does not list them")
        return page

    def take(self, envelope: Envelope) -> None:
        """Count an event that was pushed. Blocks: call it in a thread."""
        progress = self.progress()
        items = {PUSHED: str(int(self._context.now()))}
        if progress is None:
            # What is pushed first may be a repetition of days ago; counting begins where Stripe's list may lag behind
            progress = Progress.begin(max(envelope.created, int(self._client.clock) - OVERLAP))
            items[READING] = _text(progress)
        events = [event for event in self._counted([envelope]) if event.at >= progress.settled]
        history = envelope.created < progress.since
        self._context.state.ingest(NAME, Batch(events, items, history=history))

    def progress(self) -> Progress | None:
        """How far everything has been read; None before the first time. Blocks."""
        text = self._context.state.items(NAME).get(READING)
        return msgspec.json.decode(text, type=Progress) if text else None

    def _commit(self, envelopes: Sequence[Envelope], progress: Progress, *, history: bool) -> None:
        batch = Batch(self._counted(envelopes), {READING: _text(progress)}, history=history)
        self._context.state.ingest(NAME, batch)

    def _counted(self, envelopes: Sequence[Envelope]) -> list[Event]:
        found = (self._interpret(envelope) for envelope in envelopes)
        return [event for event in found if event is not None]

    def _interpret(self, envelope: Envelope) -> Event | None:
        """A push can be of the other mode or of a connected account, where an endpoint is set up so; a list cannot."""
        if envelope.livemode is not self._live:
            return skipped(envelope, "other_mode")
        return skipped(envelope, "connected_account") if envelope.account else interpret(envelope)

    def _forget(self) -> None:
        progress = self.progress()
        if progress is not None:
            settled = progress.settle(self._client.clock)
            self._context.state.ingest(NAME, Batch([], {READING: _text(settled)}))
            tallies_before = self._client.clock - TALLIED
            self._context.state.forget(NAME, events_before=settled.settled, tallies_before=tallies_before)


def _text(progress: Progress) -> str:
    return msgspec.json.encode(progress).decode()


def _query(window: Window) -> dict[str, str | int]:
    query: dict[str, str | int] = {"limit": PAGE, "created[gte]": window.start, "created[lt]": window.end}
    query.update({f"types[{number}]": name for number, name in enumerate(KINDS)})
    return query | ({"starting_after": window.after} if window.after else {})
