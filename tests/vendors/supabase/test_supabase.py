"""Supabase: what is asked, what its answers mean, and what is said when they are none."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from demo.vendors import faults
from demo.vendors.supabase import LOGS_RIGHT, PROJECT_RIGHT, Supabase
from demo.vendors.supabase_life import MINUTE
from tests.vendors.polling import Clock, on, read, survives_any_answer
from tests.vendors.setup import SECRET
from tests.vendors.setup_supabase import PLENTY, SETUP
from tests.vendors.supabase.world import ALICE, DAY, WINDOW, last_parts, only_logs, refused
from vigie.core.families import Family
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason
from vigie.sources.supabase import SupabaseConfig, SupabaseSource, families, requests_per_hour


async def test_every_declared_family_is_exported_and_no_other(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = refused(clock, 3)
    mfa = {"path": "/factors/5e0a/verify", "grant": "", "status": 422, "code": "mfa_verification_failed"}
    supabase.world.lines += refused(clock, 1, account=ALICE, **mfa)
    clock.time += DAY
    supabase.world.lines += refused(clock, 1, account=ALICE, **mfa)
    for _ in range(3):
        found = await read(started)
    assert set(found) == set(SupabaseSource.families)


@pytest.mark.parametrize(
    ("status", "said"),
    [("ACTIVE_HEALTHY", "active_healthy"), ("RESTORING", "restoring"), ("ON_HOLIDAY", "unknown")],
)
async def test_exactly_one_status_is_1(source: AnySource, supabase: Supabase, status: str, said: str) -> None:
    supabase.world.status = status
    series = (await read(source))[families.PROJECT_STATUS]
    assert on(series) == {(said,)}
    assert len(series) == 15


async def test_a_paused_project_is_said_and_nothing_is_asked_of_its_services(
    started: AnySource, supabase: Supabase
) -> None:
    supabase.world.status = "INACTIVE"
    supabase.seen.clear()
    found = await read(started)
    assert on(found[families.PROJECT_STATUS]) == {("inactive",)}
    assert found[families.PROJECT_HEALTHY] == {(): 0}
    services = ("auth", "db", "pooler", "realtime", "rest", "storage")
    assert found[families.SERVICE_HEALTHY] == {(service,): 0 for service in services}
    assert found[families.FAILURES]["invalid_credentials",] == 0
    assert len(supabase.seen) == 1


async def test_a_project_that_is_gone_is_removed_and_not_well_for_as_long_as_it_is_gone(
    source: AnySource, supabase: Supabase, clock: Clock
) -> None:
    assert (await read(source))[families.PROJECT_HEALTHY] == {(): 1}
    supabase.fault = faults.says({"message": "Project not found"}, 404)
    for _ in range(3):
        clock.time += DAY
        outcome = await poll_once(source)
        assert outcome.poll is not None
        found = outcome.poll.families.values
        assert on(found[families.PROJECT_STATUS]) == {("removed",)}
        assert found[families.PROJECT_HEALTHY] == {(): 0}
        assert set(found[families.SERVICE_HEALTHY].values()) == {0}
        assert Reason.NOT_FOUND in {error.reason for error in outcome.errors}


async def test_a_project_that_never_was_is_an_error_and_not_a_removed_one(
    source: AnySource, supabase: Supabase
) -> None:
    supabase.fault = faults.says({"message": "Project not found"}, 404)
    assert (await poll_once(source)).poll is None


@pytest.mark.parametrize("status", ["ACTIVE_UNHEALTHY", "GOING_DOWN", "INIT_FAILED", "RESTORE_FAILED", "REMOVED"])
async def test_a_project_in_trouble_is_not_healthy(source: AnySource, supabase: Supabase, status: str) -> None:
    supabase.world.status = status
    assert (await read(source))[families.PROJECT_HEALTHY] == {(): 0}


async def test_a_service_is_healthy_or_not_or_nobody_knows(source: AnySource, supabase: Supabase) -> None:
    supabase.world.services |= {"db": "UNHEALTHY", "rest": "COMING_UP", "storage": "SLEEPY"}
    expected = {("auth",): 1.0, ("db",): 0.0, ("pooler",): 1.0, ("realtime",): 1.0, ("rest",): 0.0}
    assert (await read(source))[families.SERVICE_HEALTHY] == expected
    del supabase.world.services["realtime"]
    assert ("realtime",) not in (await read(source))[families.SERVICE_HEALTHY]


async def test_the_column_of_the_service_is_found_and_remembered(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.column = "source_name"
    supabase.world.lines = refused(clock, 2)
    await poll_once(started)
    found = await read(started)
    assert found[families.FAILURES]["invalid_credentials",] == 2
    supabase.seen.clear()
    await read(started)
    assert all("source_name" in seen.query for seen in supabase.seen if seen.path.endswith("/logs"))


async def test_logs_that_refuse_with_status_200_leave_the_rest(source: AnySource, supabase: Supabase) -> None:
    supabase.world.column = "neither"
    outcome = await poll_once(source)
    assert [error.reason for error in outcome.errors] == [Reason.UPSTREAM]
    assert "did not answer a question to the logs: Backend error!" in str(outcome.errors[0])
    assert outcome.poll is not None
    assert on(outcome.poll.families.values[families.PROJECT_STATUS]) == {("active_healthy",)}


@pytest.mark.parametrize("error", [{"code": 400, "message": "no such column", "errors": []}, {"odd": 1}, "oops"])
async def test_an_error_of_any_shape_is_said(source: AnySource, supabase: Supabase, error: Any) -> None:
    supabase.fault = only_logs(faults.says({"result": None, "error": error}))
    outcome = await poll_once(source)
    words = error.get("message", '{"odd":1}') if isinstance(error, dict) else error
    assert str(outcome.errors[0]).endswith(words)


async def test_numbers_may_be_written_as_text(started: AnySource, supabase: Supabase, clock: Clock) -> None:
    minute = int(clock.time // MINUTE * MINUTE)
    row = {"path": "/token", "grant_type": "password", "status": "400", "code": "", "attempts": "12"}
    gathered = {"failures": "12", "accounts": "0", "entered": "0"}
    supabase.fault = only_logs(faults.says({"result": [{**row, "minute": str(minute), **gathered}]}))
    found = await read(started)
    assert found[families.FAILURES]["unknown",] == 12
    assert found[families.ADDRESS_FAILURES][WINDOW] == 12


@pytest.mark.parametrize(
    ("kept", "lacking", "read_all_the_same"),
    [(PROJECT_RIGHT, LOGS_RIGHT, families.PROJECT_STATUS), (LOGS_RIGHT, PROJECT_RIGHT, families.RECENT)],
)
async def test_a_missing_permission_is_named_and_the_other_is_used(
    source: AnySource, supabase: Supabase, kept: str, lacking: str, read_all_the_same: Family
) -> None:
    supabase.world.rights = [kept]
    outcome = await poll_once(source)
    assert {error.reason for error in outcome.errors} == {Reason.FORBIDDEN}
    assert f"give the token the permission {lacking} (Account > Access Tokens)" in str(outcome.errors[0])
    assert outcome.poll is not None
    assert read_all_the_same in outcome.poll.families.values


async def test_too_many_requests_are_waited_out_as_long_as_the_vendor_says(
    source: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.log_queries_per_minute = 0
    clock.time += MINUTE
    outcome = await poll_once(source)
    assert [(error.reason, error.retry_after) for error in outcome.errors] == [(Reason.RATE_LIMITED, 60.0)]
    supabase.world.log_queries_per_minute = 30
    clock.time += MINUTE
    assert (await poll_once(source)).errors == ()


async def test_a_quiet_project_costs_one_question_and_all_figures_are_0(started: AnySource, supabase: Supabase) -> None:
    supabase.seen.clear()
    found = await read(started)
    assert last_parts(supabase) == [supabase.world.ref, "health", "logs"]
    for family in (
        families.RECENT,
        families.ACCOUNT_FAILURES,
        families.ADDRESS_FAILURES,
        families.ADDRESS_ACCOUNTS,
        families.ENTERED,
    ):
        assert set(found[family].values()) == {0.0}
    assert families.ATTRIBUTED not in found


async def test_steady_state_costs_what_is_said(started: AnySource, supabase: Supabase, clock: Clock) -> None:
    supabase.world.lines = refused(clock, 3)
    supabase.seen.clear()
    await read(started)
    assert len(supabase.seen) * 60 == requests_per_hour(started.config)
    assert requests_per_hour(started.config) < 0.8 * 120 * 60


async def test_check_says_what_was_reached_and_what_it_costs(source: AnySource, supabase: Supabase) -> None:
    supabase.world.services["db"] = "UNHEALTHY"
    assert await source.describe() == (
        f"Supabase project demo, active_healthy: 5 of 6 services healthy, auth logs read; {PLENTY - 1} requests left "
        "in this minute, Vigie sends up to 300 an hour (216,000 a month), of 120 a minute that all your tokens share"
    )
    supabase.world.rights = [PROJECT_RIGHT]
    with pytest.raises(Exception, match=f"permission {LOGS_RIGHT}"):
        await source.describe()


async def test_logs_that_are_not_wanted_are_not_read(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock
) -> None:
    source = SETUP.source(served[1], clock, auth_logs=False, services=[])
    assert set(await read(source)) == {families.PROJECT_STATUS, families.PROJECT_HEALTHY}
    assert len(supabase.seen) == 1
    await source.close()


@pytest.mark.parametrize(
    "settings",
    [
        {"project": "../other"},
        {"project": "p", "shared_addresses": ["1.2.3.4') or ('1'='1"]},
        {"project": "p", "interval": "5s"},
        {"project": "p", "services": ["kitchen"]},
        {"project": "p", "burst": 1},
    ],
)
def test_settings_that_cannot_be_right_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SupabaseConfig.model_validate({"token": SECRET, **settings})


def test_no_answer_whatever_it_holds_is_more_than_an_error(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock
) -> None:
    row = {"minute": int(clock.time), "path": "/token", "grant_type": "", "status": 400, "code": "", "attempts": 3}
    gathered = {"failures": 3, "accounts": 1, "entered": 0}
    answers = [
        {"id": "x", "name": "demo", "status": "ACTIVE_HEALTHY"},
        [{"name": "auth", "status": "ACTIVE_HEALTHY"}],
        {"name": "demo", "status": "ACTIVE_HEALTHY", "result": [{**row, **gathered}], "error": None},
    ]
    survives_any_answer(SETUP.source(served[1], clock), supabase, clock, iter(answers))
