"""Railway: what its answers mean, what they cost in requests, and what a token that may not read all still gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from demo.vendors import faults
from demo.vendors.railway import Railway, Service, Volume, World
from tests.real.vendor import serving
from tests.vendors.polling import Clock, last_outcome, on, read, survives_any_answer
from tests.vendors.setup import SECRET
from tests.vendors.setup_railway import SETUP
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason
from vigie.sources.railway import RailwaySource, families, queries

GIB = 2**30
MIB = 2**20


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Railway, str]]:
    vendor = Railway(World(token=SECRET, limit=10**6))
    with serving(vendor) as url:
        yield vendor, url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def railway(served: tuple[Railway, str], clock: Clock) -> Railway:
    vendor, _ = served
    vendor.world, vendor.fault, vendor.now = World(token=SECRET, limit=10**6), None, clock
    vendor.seen.clear()
    return vendor


@pytest.fixture
async def source(served: tuple[Railway, str], railway: Railway, clock: Clock) -> Any:
    del railway
    source = SETUP.source(served[1], clock)
    yield source
    await source.close()


def _service(**changes: Any) -> Service:
    return Service(**{"id": "s1", "name": "api", "measures": {}, **changes})


async def test_every_declared_family_is_exported_and_no_other(source: AnySource, railway: Railway) -> None:
    railway.world.services[0].measures["EPHEMERAL_DISK_USAGE_GB"] = 0.1
    assert set(await read(source)) == set(RailwaySource.families)


async def test_measurements_are_the_latest_in_base_units(source: AnySource, railway: Railway) -> None:
    measures = {
        "CPU_USAGE": 0.5,
        "CPU_LIMIT": 8.0,
        "MEMORY_USAGE_GB": 0.25,
        "MEMORY_LIMIT_GB": 2.0,
        "DISK_USAGE_GB": 3.0,
        "EPHEMERAL_DISK_USAGE_GB": 1.0,
    }
    railway.world.services = [_service(measures=measures)]
    seen = await read(source)
    found = {family.name: series[("api",)] for family, series in seen.items() if ("api",) in series}
    assert found["railway_service_cpu_usage_cores"] == 0.5
    assert found["railway_service_cpu_limit_cores"] == 8
    assert found["railway_service_memory_usage_bytes"] == GIB / 4
    assert found["railway_service_memory_limit_bytes"] == 2 * GIB
    assert found["railway_service_disk_usage_bytes"] == 3 * GIB
    assert found["railway_service_ephemeral_disk_usage_bytes"] == GIB
    assert 0 <= 1_795_000_000 - found["railway_service_measured_timestamp_seconds"] < 60


@pytest.mark.parametrize("status", [*families.DEPLOYMENT_STATES, "unknown"])
async def test_a_deployment_is_in_exactly_one_state(source: AnySource, railway: Railway, status: str) -> None:
    railway.world.services = [_service(status=status.upper())]
    series = (await read(source))[families.DEPLOYMENT]
    assert len(series) == len(families.DEPLOYMENT_STATES) + 1
    assert on(series) == {("api", status)}


async def test_a_state_that_is_not_documented_is_unknown(source: AnySource, railway: Railway) -> None:
    railway.world.services = [_service(status="HIBERNATING", instances=["FROZEN"])]
    railway.world.volumes = [Volume("v", "disk", "s1", 1, 2, state="FLOATING")]
    seen = await read(source)
    assert on(seen[families.DEPLOYMENT]) == {("api", "unknown")}
    assert on(seen[families.INSTANCES]) == {("api", "unknown")}
    assert on(seen[families.VOLUME]) == {("disk", "unknown")}


async def test_a_crash_loop_shows_in_the_copies_while_the_deployment_is_a_success(
    source: AnySource, railway: Railway
) -> None:
    railway.world.services = [_service(replicas=3, instances=["RUNNING", "RESTARTING", "CRASHED"])]
    seen = await read(source)
    copies = seen[families.INSTANCES]
    assert on(copies) == {("api", "running"), ("api", "restarting"), ("api", "crashed")}
    assert copies["api", "stopped"] == 0
    assert seen[families.REPLICAS] == {("api",): 3}
    assert on(seen[families.DEPLOYMENT]) == {("api", "success")}


async def test_a_service_that_was_never_deployed_has_no_deployment(source: AnySource, railway: Railway) -> None:
    railway.world.services = [_service(status=None, instances=[])]
    seen = await read(source)
    assert families.DEPLOYMENT not in seen
    assert set(seen[families.INSTANCES].values()) == {0}


async def test_volumes_are_in_bytes_with_the_service_that_mounts_them(source: AnySource, railway: Railway) -> None:
    railway.world.services = [_service()]
    railway.world.volumes = [Volume("v1", "data", "s1", 700.5, 1000), Volume("v2", "old", "gone", 1, 500)]
    seen = await read(source)
    assert seen[families.VOLUME_USED] == {("data", "api"): 700.5 * MIB, ("old", ""): MIB}
    assert seen[families.VOLUME_SIZE] == {("data", "api"): 1000 * MIB, ("old", ""): 500 * MIB}


async def test_visitors_have_durations_in_seconds_and_rates_by_class(source: AnySource, railway: Railway) -> None:
    requests = {"200": 2.0, "204": 1.0, "404": 0.5, "502": 0.25, "101": 0.1, "999": 0.1}
    railway.world.services = [
        _service(public=True, requests=requests, percentiles=(10.0, 20.0, 30.0, 4000.0)),
        _service(id="s2", name="quiet", public=True),
        _service(id="s3", name="private", requests=requests),
    ]
    seen = await read(source)
    durations = {name: seen[family] for name, family in families.PERCENTILES.items()}
    expected = {"p50": 0.01, "p90": 0.02, "p95": 0.03, "p99": 4.0}
    assert durations == {name: {("api",): pytest.approx(value)} for name, value in expected.items()}
    rates = {labels: pytest.approx(rate) for labels, rate in seen[families.REQUESTS].items()}
    api = {"2xx": 3.0, "3xx": 0.0, "4xx": 0.5, "5xx": 0.25, "1xx": 0.1, "unknown": 0.1}
    quiet = dict.fromkeys(families.CODES, 0.0)
    assert rates == {
        **{("api", code): rate for code, rate in api.items()},
        **{("quiet", code): rate for code, rate in quiet.items()},
    }
    assert seen[families.WINDOW] == {(): 300}


async def test_the_cost_is_use_times_price(source: AnySource, railway: Railway) -> None:
    railway.world.estimates = {"CPU_USAGE": 1000.0, "MEMORY_USAGE_GB": 2000.0, "NETWORK_TX_GB": 30.0}
    cost = (await read(source))[families.COST]
    assert cost == {
        ("cpu",): pytest.approx(0.463),
        ("memory",): pytest.approx(0.462),
        ("egress",): pytest.approx(1.5),
    }


async def test_services_and_volumes_of_all_pages_are_read(source: AnySource, railway: Railway) -> None:
    railway.world.page_size = 2
    railway.world.services = [_service(id=f"s{number}", name=f"svc-{number}") for number in range(5)]
    railway.world.volumes = [Volume(f"v{number}", f"disk-{number}", "s1", 1, 2) for number in range(3)]
    seen = await read(source)
    assert len(seen[families.REPLICAS]) == 5
    assert len(seen[families.VOLUME_SIZE]) == 3


async def test_what_was_deleted_is_gone_even_from_figures_that_are_read_rarely(
    source: AnySource, railway: Railway
) -> None:
    both = [_service(public=True, requests={"200": 1.0}), _service(id="s2", name="old", public=True)]
    railway.world.services = both
    await read(source)
    railway.world.services = both[:1]
    seen = await read(source)
    assert {labels[0] for series in seen.values() for labels in series if labels} & {"api", "old"} == {"api"}


async def test_two_services_of_one_name_stay_two(source: AnySource, railway: Railway) -> None:
    railway.world.services = [_service(), _service(id="s2")]
    assert set((await read(source))[families.REPLICAS]) == {("api (s1)",), ("api (s2)",)}


async def test_a_token_that_may_not_read_visitors_and_cost_still_gives_the_rest(
    source: AnySource, railway: Railway, clock: Clock
) -> None:
    railway.world.denied = ["httpDurationMetrics", "estimatedUsage"]
    for _ in range(3):
        seen = await read(source)
        clock.time += 600
    assert seen[families.AVAILABLE] == {("http",): 0, ("cost",): 0, ("deployments",): 1}
    assert not {families.COST, families.REQUESTS} & set(seen)
    assert len(railway.seen) == 1 + 3 + 2, "a refusal is not asked again within the hour"
    assert "may not read http and cost" in await source.describe()
    railway.world.denied = []
    clock.time += 3600
    assert set((await read(source))[families.AVAILABLE].values()) == {1}


async def test_a_token_that_may_not_list_deployments_still_gives_the_rest(
    source: AnySource, railway: Railway, clock: Clock
) -> None:
    railway.world.denied = ["deployments"]
    railway.world.services = [_service(status="FAILED")]
    for _ in range(3):
        seen = await read(source)
        clock.time += 60
    assert seen[families.AVAILABLE]["deployments",] == 0
    assert on(seen[families.RESULT]) == {("api", "failed")}
    railway.world.denied = []
    clock.time += 3600
    assert (await read(source))[families.AVAILABLE]["deployments",] == 1


@pytest.mark.parametrize("later", ["SKIPPED", "REMOVED", "BUILDING", "QUEUED", "WAITING", "NEEDS_APPROVAL"])
async def test_a_failed_deployment_is_not_hidden_by_one_that_nothing_came_of(
    source: AnySource, railway: Railway, later: str
) -> None:
    railway.world.services = [
        _service(status=later, earlier=[("FAILED", 1_794_899_000.0), ("SUCCESS", 1_794_898_000.0)], serving="SUCCESS")
    ]
    seen = await read(source)
    assert on(seen[families.DEPLOYMENT]) == {("api", later.lower())}
    assert on(seen[families.RESULT]) == {("api", "failed")}
    assert on(seen[families.SERVING]) == {("api", "success")}


async def test_a_deployment_that_did_well_makes_the_failure_before_it_good_even_after_it_was_taken_down(
    source: AnySource, railway: Railway
) -> None:
    service = _service(earlier=[("FAILED", 1_794_899_000.0)])
    railway.world.services = [service]
    assert on((await read(source))[families.RESULT]) == {("api", "success")}
    service.status, service.instances = "REMOVED", []
    seen = await read(source)
    assert on(seen[families.RESULT]) == {("api", "success")}
    assert on(seen[families.SERVING]) == {("api", "none")}


async def test_a_failure_that_was_taken_away_is_forgotten(source: AnySource, railway: Railway) -> None:
    service = _service(status="FAILED", earlier=[("SUCCESS", 1_794_899_000.0)])
    railway.world.services = [service]
    assert on((await read(source))[families.RESULT]) == {("api", "failed")}
    service.status = "REMOVED"
    assert on((await read(source))[families.RESULT]) == {("api", "success")}


async def test_what_serves_may_have_crashed_although_the_latest_push_was_skipped(
    source: AnySource, railway: Railway
) -> None:
    railway.world.services = [_service(status="SKIPPED", serving="CRASHED", instances=["CRASHED"])]
    seen = await read(source)
    assert on(seen[families.SERVING]) == {("api", "crashed")}
    assert on(seen[families.RESULT]) == {("api", "crashed")}
    assert on(seen[families.INSTANCES]) == {("api", "crashed")}


async def test_what_fails_beside_the_environment_is_a_problem_and_the_rest_is_there(
    source: AnySource, railway: Railway, clock: Clock
) -> None:
    await read(source)
    clock.time += 300
    railway.fault = _only(lambda query: "httpDurationMetrics" in query, faults.answer(502))
    poll = await source.poll()
    assert [problem.reason for problem in poll.problems] == [Reason.UPSTREAM]
    assert families.REQUESTS not in poll.families.values
    assert families.DEPLOYMENT in poll.families.values
    railway.fault = None
    assert families.REQUESTS in await read(source)


def _only(which: Callable[[str], bool], fault: faults.Fault) -> faults.Fault:
    """The fault for some questions, the healthy vendor for the others."""

    def sick(healthy: Any) -> Any:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            message = await receive()

            async def again() -> Any:
                return message

            chosen = fault(healthy) if which(message["body"].decode()) else healthy
            await chosen(scope, again, send)

        return app

    return sick


GRAPHQL_ERRORS = {
    "Not Authorized": Reason.FORBIDDEN,
    "Project Token not found": Reason.AUTH,
    "Two Factor Authentication Required": Reason.FORBIDDEN,
    "Environment not found": Reason.NOT_FOUND,
    "Rate limit exceeded": Reason.RATE_LIMITED,
    'Cannot query field "metrics" on type "Query".': Reason.BAD_PAYLOAD,
    "Problem processing request": Reason.UPSTREAM,
}


@pytest.mark.parametrize(("message", "reason"), GRAPHQL_ERRORS.items(), ids=GRAPHQL_ERRORS)
async def test_errors_that_come_with_200_are_classified(
    source: AnySource, railway: Railway, message: str, reason: Reason
) -> None:
    await read(source)
    railway.fault = faults.says({"data": {"environment": None}, "errors": [{"message": f"{message} {SECRET}"}]})
    outcome = await poll_once(source)
    assert [error.reason for error in outcome.errors] == [reason]
    assert message in str(outcome.errors[0])
    assert SECRET not in str(outcome.errors[0])


async def test_a_wrong_token_is_told_apart_from_one_of_another_environment(
    served: tuple[Railway, str], railway: Railway, clock: Clock
) -> None:
    wrong = await last_outcome(SETUP.source(served[1], clock, token="another"))
    assert [error.reason for error in wrong.errors] == [Reason.AUTH]
    assert "project token" in str(wrong.errors[0])
    railway.world.account = True
    source = SETUP.source(served[1], clock, project_id=railway.world.project, environment_id="elsewhere")
    outcome = await last_outcome(source)
    assert [error.reason for error in outcome.errors] == [Reason.FORBIDDEN]


async def test_an_account_token_goes_in_the_other_header(
    served: tuple[Railway, str], railway: Railway, clock: Clock
) -> None:
    railway.world.account = True
    world = railway.world
    source = SETUP.source(served[1], clock, project_id=world.project, environment_id=world.environment)
    outcome = await last_outcome(source)
    assert outcome.errors == ()
    assert railway.seen[0].headers["authorization"] == f"Bearer {SECRET}"
    assert "project-access-token" not in railway.seen[0].headers


def _answer(url: str, query: str, variables: dict[str, Any]) -> Any:
    question = {"query": query, "variables": variables}
    return httpx.post(f"{url}/graphql/v2", json=question, headers={"project-access-token": SECRET}).json()


def test_any_answer_is_families_or_a_classified_error(
    served: tuple[Railway, str], railway: Railway, clock: Clock
) -> None:
    url = served[1]
    place = {"environment": railway.world.environment, "project": railway.world.project}
    when = {"since": "2026-11-18T11:00:00Z", "step": 600, "measurements": queries.MEASUREMENTS}
    valid = _answer(url, queries.ENVIRONMENT, {**place, **when})
    http, services = queries.http([railway.world.services[0].id])
    window = {"start": "2026-11-18T11:00:00Z", "end": "2026-11-18T11:05:00Z"}
    valid["data"] |= _answer(url, http, {**place, **window, **services})["data"]
    valid["data"] |= _answer(url, queries.COST, {**place, "measurements": queries.BILLED})["data"]
    survives_any_answer(SETUP.source(url, clock), railway, clock, iter([valid]))
