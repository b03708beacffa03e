"""One simulated project, whose clock each test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from demo.vendors.supabase import Supabase
from demo.vendors.supabase_life import MINUTE
from tests.real.vendor import serving
from tests.vendors.polling import Clock
from tests.vendors.setup_supabase import SETUP
from tests.vendors.supabase.world import is_complete, quiet
from vigie.core.source import AnySource


@pytest.fixture(scope="package")
def served() -> Iterator[tuple[Supabase, str]]:
    vendor = Supabase()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def supabase(served: tuple[Supabase, str], clock: Clock) -> Supabase:
    vendor, _ = served
    vendor.begin(quiet())
    vendor.now = clock
    return vendor


@pytest.fixture
async def source(served: tuple[Supabase, str], supabase: Supabase, clock: Clock) -> AsyncIterator[AnySource]:
    del supabase
    source = SETUP.source(served[1], clock)
    yield source
    await source.close()


@pytest.fixture
async def started(source: AnySource, clock: Clock) -> AnySource:
    """A source that has read all there was, so that what happens now is counted."""
    while (await source.poll()).problems or not is_complete(source):
        clock.time += MINUTE
    clock.time += MINUTE
    return source
