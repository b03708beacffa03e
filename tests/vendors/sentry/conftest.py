"""One simulated Sentry, as new for each test, and a source that polls it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from demo.vendors.sentry import Sentry
from tests.real.vendor import serving
from tests.vendors.polling import Clock
from tests.vendors.sentry.world import make, world
from vigie.core.source import AnySource


@pytest.fixture(scope="package")
def served() -> Iterator[tuple[Sentry, str]]:
    vendor = Sentry(world())
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sentry(served: tuple[Sentry, str], clock: Clock) -> Sentry:
    vendor, _ = served
    vendor.world, vendor.fault, vendor.now = world(), None, clock
    vendor.seen.clear()
    vendor.limits.clear()
    return vendor


@pytest.fixture
async def source(served: tuple[Sentry, str], sentry: Sentry, clock: Clock) -> AsyncIterator[AnySource]:
    del sentry
    source = make(served, clock)
    yield source
    await source.close()
