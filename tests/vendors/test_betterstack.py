"""Better Stack: the same families as any provider of uptime, with its own traps."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from demo.vendors import faults
from demo.vendors.betterstack import BetterStack, Heartbeat, Monitor, World
from tests.real.vendor import serving
from tests.vendors.polling import Clock, last_outcome, on, read, survives_any_answer
from tests.vendors.setup import SECRET
from tests.vendors.setup_betterstack import SETUP
from vigie.core.source import AnySource
from vigie.errors import Reason
from vigie.sources import uptime
from vigie.sources.betterstack import BetterStackConfig, requests_per_hour


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[BetterStack, str]]:
    vendor = BetterStack()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vendor(served: tuple[BetterStack, str], clock: Clock) -> BetterStack:
    vendor, _ = served
    vendor.world, vendor.fault, vendor.now = World(token=SECRET), None, clock
    vendor.seen.clear()
    return vendor


@pytest.fixture
async def source(served: tuple[BetterStack, str], vendor: BetterStack, clock: Clock) -> AsyncIterator[AnySource]:
    del vendor
    source = SETUP.source(served[1], clock)
    yield source
    await source.close()


@pytest.mark.parametrize(
    ("said", "status", "up"),
    [
        ("up", "up", 1),
        ("down", "down", 0),
        ("validating", "recovering", 1),
        ("paused", "paused", None),
        ("pending", "pending", None),
        ("maintenance", "maintenance", None),
        ("evaporated", "unknown", None),
    ],
)
async def test_only_a_failed_check_is_down(
    source: AnySource, vendor: BetterStack, said: str, status: str, up: float | None
) -> None:
    vendor.world.monitors, vendor.world.heartbeats = [Monitor("1", "API", status=said)], []
    found = await read(source)
    assert on(found[uptime.STATUS]) == {("betterstack", "API", status)}
    assert found[uptime.UP] == ({} if up is None else {("betterstack", "API"): up})


async def test_the_response_time_is_the_mean_of_the_regions_in_seconds(source: AnySource, vendor: BetterStack) -> None:
    vendor.world.monitors = [Monitor("1", "API", response={"us": 0.3, "eu": 0.1, "as": 0.8})]
    assert (await read(source))[uptime.RESPONSE] == {("betterstack", "API"): pytest.approx(0.4)}


async def test_a_monitor_without_measurements_has_no_response_time(source: AnySource, vendor: BetterStack) -> None:
    vendor.world.monitors = [Monitor("1", "API", response={})]
    assert uptime.RESPONSE not in await read(source)


async def test_days_of_warning_are_not_taken_for_the_end_of_the_certificate(source: AnySource) -> None:
    found = await read(source)
    assert not {uptime.CERTIFICATE, uptime.DOMAIN} & set(found)


async def test_checks_are_dated(source: AnySource, vendor: BetterStack) -> None:
    vendor.world.monitors = [Monitor("1", "API", frequency=30)]
    found = await read(source)
    assert found[uptime.CHECKED] == {("betterstack", "API"): 1_795_000_000 // 30 * 30}
    assert found[uptime.INTERVAL]["betterstack", "API"] == 30


async def test_heartbeats_are_monitors_whose_address_is_a_secret(source: AnySource, vendor: BetterStack) -> None:
    vendor.world.monitors = [Monitor("7", None, url="https://shop.example/a?key=1")]
    vendor.world.heartbeats = [Heartbeat("7", "", status="down"), Heartbeat("8", "Backup", period=60)]
    found = await read(source)
    assert found[uptime.UP] == {
        ("betterstack", "shop.example"): 1,
        ("betterstack", "(heartbeat-7)"): 0,
        ("betterstack", "Backup"): 1,
    }
    assert found[uptime.INTERVAL]["betterstack", "Backup"] == 60


async def test_heartbeats_that_fail_are_a_problem_and_the_monitors_are_there(
    source: AnySource, vendor: BetterStack
) -> None:
    sick = faults.answer(500)
    vendor.fault = lambda healthy: (
        lambda scope, receive, send: (sick(healthy) if "heartbeats" in scope["path"] else healthy)(scope, receive, send)
    )
    poll = await source.poll()
    assert [problem.reason for problem in poll.problems] == [Reason.UPSTREAM]
    assert len(poll.families.values[uptime.UP]) == 2


async def test_every_page_is_read(source: AnySource, vendor: BetterStack) -> None:
    vendor.world.page_size = 2
    vendor.world.monitors = [Monitor(str(number), f"m{number}") for number in range(5)]
    assert len((await read(source))[uptime.UP]) == 6
    pages = [seen.query for seen in vendor.seen if seen.path == "/api/v2/monitors"]
    assert pages == [f"page={number}&per_page=250" for number in (1, 2, 3)]


async def test_an_hour_costs_what_is_said(source: AnySource, vendor: BetterStack, clock: Clock) -> None:
    for _ in range(60):
        clock.time += 60
        await read(source)
    assert len(vendor.seen) == requests_per_hour(BetterStackConfig.model_validate({"token": "t"})) == 180


async def test_the_check_says_what_was_reached(source: AnySource) -> None:
    assert await source.describe() == (
        "Better Stack: 3 monitors (3 up); Vigie sends 180 requests an hour (129,600 a month), "
        "and Better Stack names no limit"
    )


async def test_a_wrong_token_is_said_with_where_to_make_one(
    served: tuple[BetterStack, str], vendor: BetterStack, clock: Clock
) -> None:
    del vendor
    outcome = await last_outcome(SETUP.source(served[1], clock, token="wrong-token"))
    assert [error.reason for error in outcome.errors] == [Reason.AUTH]
    assert "Uptime API tokens" in str(outcome.errors[0])


def test_any_answer_is_families_or_a_classified_error(
    served: tuple[BetterStack, str], vendor: BetterStack, clock: Clock
) -> None:
    vendor.world.monitors = [Monitor("270985", "API", frequency=43200)]
    with httpx.Client(base_url=served[1], headers={"authorization": f"Bearer {SECRET}"}) as client:
        paths = ("/api/v2/monitors", "/api/v2/heartbeats", "/api/v2/monitors/270985/response-times")
        answers = [client.get(path).json() for path in paths]
    survives_any_answer(SETUP.source(served[1], clock), vendor, clock, iter(answers))
