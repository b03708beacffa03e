"""One simulated Vercel, as new for each test, and a source that polls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from demo.vendors.vercel import Vercel
from tests.real.vendor import serving
from tests.vendors.polling import Clock
from tests.vendors.vercel.world import make, world
from vigie.core.source import AnySource


@pytest.fixture(scope="package")
def served() -> Iterator[tuple[Vercel, str]]:
    vendor = Vercel(world())
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vercel(served: tuple[Vercel, str], clock: Clock) -> Vercel:
    vendor, _ = served
    vendor.world, vendor.fault, vendor.now = world(), None, clock
    vendor.seen.clear()
    vendor.queries.clear()
    return vendor


@pytest.fixture
async def source(served: tuple[Vercel, str], vercel: Vercel, clock: Clock) -> AsyncIterator[AnySource]:
    del vercel
    source = make(served, clock)
    yield source
    await source.close()
