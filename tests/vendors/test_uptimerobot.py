"""UptimeRobot: paused is not down, times are in seconds, names are safe, and the Free plan is enough."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from demo.vendors import faults
from demo.vendors.uptimerobot import Monitor, UptimeRobot, World
from tests.real.vendor import serving
from tests.vendors.polling import Clock, last_outcome, on, read, survives_any_answer
from tests.vendors.setup import SECRET
from tests.vendors.setup_uptimerobot import SETUP
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.core.state import State
from vigie.errors import Reason
from vigie.sources import uptime
from vigie.sources.uptimerobot import UptimeRobotConfig, UptimeRobotSource, requests_per_hour


def _source(url: str, clock: Clock, key: str = SECRET) -> AnySource:
    return SETUP.source(url, clock, requests_per_minute=10, api_key=key)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[UptimeRobot, str]]:
    vendor = UptimeRobot()
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def vendor(served: tuple[UptimeRobot, str], clock: Clock) -> UptimeRobot:
    vendor, _ = served
    vendor.world, vendor.fault, vendor.now = World(key=SECRET, limit=10**6), None, clock
    vendor.seen.clear()
    return vendor


@pytest.fixture
def free(clock: Clock) -> Iterator[tuple[UptimeRobot, str]]:
    """An account on the Free plan, with a minute of its own to count and all the monitors that the plan has."""
    vendor = UptimeRobot(World(key=SECRET, monitors=[Monitor(number, f"m{number}") for number in range(50)]))
    vendor.now = clock
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
async def source(served: tuple[UptimeRobot, str], vendor: UptimeRobot, clock: Clock) -> AsyncIterator[AnySource]:
    del vendor
    source = _source(served[1], clock)
    source.context.budget.limit = None
    yield source
    await source.close()


async def test_every_declared_family_is_exported(source: AnySource) -> None:
    assert set(await read(source)) == set(UptimeRobotSource.families) - {uptime.CHECKED}


@pytest.mark.parametrize(
    ("said", "status", "up"),
    [
        ("UP", "up", 1),
        ("DOWN", "down", 0),
        ("LOOKS_DOWN", "suspect", 0),
        ("PAUSED", "paused", None),
        ("STARTED", "pending", None),
        ("MELTED", "unknown", None),
        ("", "unknown", None),
    ],
)
async def test_only_a_failed_check_is_down(
    source: AnySource, vendor: UptimeRobot, said: str, status: str, up: float | None
) -> None:
    vendor.world.monitors = [Monitor(1, "API", status=said)]
    found = await read(source)
    assert on(found[uptime.STATUS]) == {("uptimerobot", "API", status)}
    assert len(found[uptime.STATUS]) == len(uptime.STATUSES)
    assert found[uptime.UP] == ({} if up is None else {("uptimerobot", "API"): up})


async def test_times_are_in_seconds_and_dates_in_unix_time(source: AnySource, vendor: UptimeRobot) -> None:
    vendor.world.monitors = [Monitor(1, "API", response_ms=125.0, interval=60, certificate_days=30, domain_days=90)]
    found = await read(source)
    labels = ("uptimerobot", "API")
    midnight = 1_795_000_000 // 86400 * 86400
    assert found[uptime.RESPONSE] == {labels: pytest.approx(0.125)}
    assert found[uptime.CERTIFICATE] == {labels: midnight + 30 * 86400}
    assert found[uptime.DOMAIN] == {labels: midnight + 90 * 86400}
    assert found[uptime.INTERVAL] == {labels: 60}


@pytest.mark.parametrize("snake_case", [True, False])
async def test_the_series_is_read_in_either_spelling(source: AnySource, vendor: UptimeRobot, snake_case: bool) -> None:  # noqa: FBT001 - a parameter of the test
    vendor.world.snake_case = snake_case
    assert len((await read(source))[uptime.RESPONSE]) == 3


async def test_names_are_safe_and_no_two_the_same(source: AnySource, vendor: UptimeRobot) -> None:
    named = ["API", "API", "https://user:pass@hooks.example/T0/s3cret?key=1", "", "ops@example.com ping\n"]
    url = "https://example.com/private?token=x"
    vendor.world.monitors = [Monitor(number, name, url) for number, name in enumerate(named, start=1)]
    found = {labels[1] for labels in (await read(source))[uptime.UP]}
    assert found == {"API (1)", "API (2)", "hooks.example", "example.com", "… ping"}


async def test_every_page_is_read_and_the_link_is_not_followed(source: AnySource, vendor: UptimeRobot) -> None:
    vendor.world.page_size = 2
    assert len((await read(source))[uptime.STATUS]) == 5 * len(uptime.STATUSES)
    assert [seen.query for seen in vendor.seen if seen.path == "/v3/monitors"] == [
        "limit=200",
        "limit=200&cursor=2",
        "limit=200&cursor=4",
    ]


async def test_response_times_are_read_in_turns_so_that_all_are_read(
    source: AnySource, vendor: UptimeRobot, clock: Clock
) -> None:
    vendor.world.monitors = [Monitor(number, f"m{number}") for number in range(1, 21)]
    for expected in (7, 14, 20, 20):
        assert len((await read(source))[uptime.RESPONSE]) == expected
        clock.time += 60
    asked = [seen.path for seen in vendor.seen if "stats" in seen.path]
    assert len(set(asked[:20])) == 20
    assert asked[20:] == asked[:8], "then it is the first's turn again"


async def test_an_hour_fits_the_free_plan_with_a_fifth_to_spare(free: tuple[UptimeRobot, str], clock: Clock) -> None:
    vendor, url = free
    source = _source(url, clock)
    source.context.budget.limit = None  # the bucket refills by real time
    for _ in range(60):
        clock.time += 60
        await read(source)
    await source.close()
    config = UptimeRobotConfig.model_validate({"api_key": "k"})
    assert len(vendor.seen) == requests_per_hour(config) == 480 <= 0.8 * 10 * 60


async def test_the_allowance_is_a_minutes_and_the_check_asks_nothing_more(
    free: tuple[UptimeRobot, str], clock: Clock
) -> None:
    vendor, url = free
    source = _source(url, clock)
    assert (source.context.budget.limit, source.context.budget.period) == (8, 60)
    assert (await poll_once(source)).errors == ()
    said = await source.describe()
    await source.close()
    assert len(vendor.seen) == 8
    assert said.startswith("UptimeRobot: 50 monitors (50 up)")
    assert "480 an hour (345,600 a month) of the 600" in said


async def test_the_pages_of_a_long_list_are_requests_of_the_poll_too(
    free: tuple[UptimeRobot, str], clock: Clock
) -> None:
    vendor, url = free
    vendor.world.monitors = [Monitor(number, f"m{number}") for number in range(250)]
    source = _source(url, clock)
    outcome = await poll_once(source)
    await source.close()
    assert outcome.errors == ()
    assert len(vendor.seen) == 8


async def test_what_was_sent_before_a_restart_is_not_forgotten(free: tuple[UptimeRobot, str], clock: Clock) -> None:
    vendor, url = free
    state = State.in_memory()
    reasons = set()
    for _ in range(12):
        source = SETUP.source(url, clock, state, requests_per_minute=10)
        reasons |= {error.reason for error in (await poll_once(source)).errors}
        await source.close()
    state.close()
    assert reasons == {Reason.BUDGET}
    assert len(vendor.seen) == 8


async def test_what_was_deleted_or_paused_is_gone(source: AnySource, vendor: UptimeRobot, clock: Clock) -> None:
    vendor.world.monitors = [Monitor(1, "a"), Monitor(2, "b"), Monitor(3, "c")]
    await read(source)
    vendor.world.monitors = [Monitor(1, "a"), Monitor(2, "b", status="PAUSED")]
    clock.time += 60
    found = await read(source)
    assert found[uptime.RESPONSE] == {("uptimerobot", "a"): pytest.approx(0.18)}
    assert {labels[1] for series in found.values() for labels in series if len(labels) > 1} == {"a", "b"}


async def test_a_monitor_deleted_between_list_and_turn_is_no_problem(source: AnySource, vendor: UptimeRobot) -> None:
    assert uptime.RESPONSE in await read(source)
    vendor.fault = _after_list(faults.says({"message": "Monitor not found"}, 404))
    found = await read(source)
    assert uptime.UP in found
    assert uptime.RESPONSE not in found


async def test_a_failing_response_time_is_a_problem_and_the_rest_is_there(
    source: AnySource, vendor: UptimeRobot, clock: Clock
) -> None:
    vendor.fault = _after_list(faults.answer(429, retry_after="20"))
    poll = await source.poll()
    assert [(problem.reason, problem.retry_after) for problem in poll.problems] == [(Reason.RATE_LIMITED, 20)]
    assert len(poll.families.values[uptime.UP]) == 4
    vendor.fault = None
    clock.time += 60
    assert len((await read(source))[uptime.RESPONSE]) == 3


@pytest.mark.parametrize("status", [402, 403])
async def test_response_times_that_the_plan_does_not_have_are_absent_and_say_so(
    source: AnySource, vendor: UptimeRobot, clock: Clock, status: int
) -> None:
    vendor.fault = _after_list(faults.says({"message": "Upgrade"}, status))
    for _ in range(3):
        found = await read(source)
        clock.time += 60
    assert found[uptime.AVAILABLE] == {("uptimerobot",): 0}
    assert uptime.RESPONSE not in found
    assert len(vendor.seen) == 3 + 1, "a refusal is not asked again within the hour"
    assert "may not read response times" in await source.describe()


def _after_list(fault: faults.Fault) -> faults.Fault:
    """The fault for response times, the healthy vendor for the list."""
    return lambda healthy: (
        lambda scope, receive, send: (fault(healthy) if "stats" in scope["path"] else healthy)(scope, receive, send)
    )


async def test_a_wrong_key_is_said_with_where_to_make_one(
    served: tuple[UptimeRobot, str], vendor: UptimeRobot, clock: Clock
) -> None:
    del vendor
    outcome = await last_outcome(_source(served[1], clock, "wrong-key"))
    assert [error.reason for error in outcome.errors] == [Reason.AUTH]
    assert "Integrations & API" in str(outcome.errors[0])
    assert "wrong-key" not in str(outcome.errors[0])


async def test_an_account_without_monitors_is_well(source: AnySource, vendor: UptimeRobot) -> None:
    vendor.world.monitors = []
    assert (await read(source))[uptime.UP] == {}
    assert "0 monitors (none)" in await source.describe()


def test_any_answer_is_families_or_a_classified_error(
    served: tuple[UptimeRobot, str], vendor: UptimeRobot, clock: Clock
) -> None:
    vendor.world.monitors = [Monitor(800_101_001, "API", domain_days=5)]
    client = httpx.Client(base_url=served[1], headers={"authorization": f"Bearer {SECRET}"})
    window = {"from": "2026-11-18T09:00:00Z", "to": "2026-11-18T10:00:00Z"}
    with client:
        listing = client.get("/v3/monitors").json()
        times = client.get("/v3/monitors/800101001/stats/response-time", params=window).json()
    survives_any_answer(_source(served[1], clock), vendor, clock, iter([{**listing, **times}]))
