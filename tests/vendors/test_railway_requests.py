"""Railway counts requests: Vigie says how many it sends, and never sends more than its share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from demo.vendors.railway import Railway, World
from tests.real.vendor import serving
from tests.vendors.polling import Clock, read
from tests.vendors.setup import SECRET
from tests.vendors.setup_railway import SETUP
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason
from vigie.sources.railway import RailwayConfig, queries, requests_per_hour
from vigie.sources.railway.config import PLANS, SHARE


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def railway(clock: Clock) -> Railway:
    vendor = Railway(World(token=SECRET))
    vendor.now = clock
    return vendor


@pytest.fixture
def url(railway: Railway) -> Iterator[str]:
    with serving(railway) as url:
        yield url


@pytest.fixture
async def source(url: str, clock: Clock) -> AsyncIterator[AnySource]:
    source = SETUP.source(url, clock)
    yield source
    await source.close()


async def test_an_hour_costs_what_is_said_and_fits_the_smallest_plan(
    source: AnySource, railway: Railway, clock: Clock
) -> None:
    await read(source)
    railway.seen.clear()
    source.context.budget.limit = None  # the bucket refills by real time
    for _ in range(60):
        clock.time += 60
        await read(source)
    config = SETUP.settings("http://localhost")
    assert len(railway.seen) == requests_per_hour(RailwayConfig.model_validate(config)) == 73
    assert len(railway.seen) <= PLANS["free"] * SHARE


async def test_the_allowance_of_the_plan_is_never_exceeded(source: AnySource, railway: Railway) -> None:
    assert (source.context.budget.limit, source.context.budget.remaining) == (80, 80)
    source.context.budget.spend(80)
    outcome = await poll_once(source)
    assert [error.reason for error in outcome.errors] == [Reason.BUDGET]
    assert railway.seen == []


async def test_the_check_says_what_was_reached_and_what_it_costs(source: AnySource) -> None:
    said = await source.describe()
    assert said.startswith("Railway environment production, services: 3, volumes: 1; ")
    assert "Vigie sends 73 an hour (52,560 a month) of the 100 an hour of the free plan" in said


async def test_the_simulator_counts_an_hour_and_says_so(railway: Railway, url: str) -> None:
    railway.world.limit = 2
    async with httpx.AsyncClient(base_url=url, headers={"project-access-token": SECRET}) as client:
        replies = [await client.post("/graphql/v2", json={"query": queries.PLACE}) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert [reply.headers["x-ratelimit-remaining"] for reply in replies] == ["1", "0", "0"]
    assert replies[2].headers["retry-after"] == "3600"
