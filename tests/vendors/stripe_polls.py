"""What the tests of Stripe share."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from demo.vendors.stripe import Stripe, World
from demo.vendors.stripe.objects import Body
from tests.vendors.polling import Clock, Series, read
from tests.vendors.setup import SECRET
from tests.vendors.setup_stripe import SETUP
from vigie.core.families import Family
from vigie.core.source import AnySource
from vigie.core.state import State

DAY = 86400
LATER = 720.0
"""Seconds until the events are read again."""


@dataclass
class Watched:
    """An account without a life of its own, and Vigie watching it."""

    stripe: Stripe
    clock: Clock
    url: str
    source: AnySource

    async def tell(self, *happenings: tuple[Any, ...]) -> Mapping[Family, Series]:
        """Let things happen (kind, object, changed attributes) half a minute from now, and read them."""
        for kind, thing, *previous in happenings:
            self.stripe.happen(kind, thing, self.clock.time + 30, *previous)
        return await self.later()

    async def later(self, seconds: float = LATER) -> Mapping[Family, Series]:
        """Poll when some time has passed."""
        self.clock.time += seconds
        return await read(self.source)

    def event(self, kind: str, thing: Body, **more: Any) -> Body:
        """An event that happens now, with other values in its envelope."""
        event = self.stripe.happen(kind, thing)
        event.update(more)
        return event


@contextlib.asynccontextmanager
async def watching(served: tuple[Stripe, str], state: State | None = None, **settings: Any) -> AsyncIterator[Watched]:
    """Watch a fresh account from now on."""
    stripe, url = served
    clock = Clock()
    stripe.world, stripe.fault, stripe.now = World(key=SECRET, limit=10**6), None, clock
    stripe.seen.clear()
    source = SETUP.source(url, clock, state, **settings)
    try:
        yield Watched(stripe, clock, url, source)
    finally:
        await source.close()
