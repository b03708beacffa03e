"""Patterns of an attack on Supabase Auth are seen, and nobody is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from demo.vendors.supabase import Supabase
from demo.vendors.supabase_life import MINUTE, Attack, Line
from tests.vendors.polling import Clock, last_outcome, read
from tests.vendors.setup_supabase import SETUP
from tests.vendors.supabase.world import ALICE, DAY, MALLORY, WINDOW, refused, value
from vigie.core.source import AnySource
from vigie.core.state import State
from vigie.sources.supabase import families, queries


async def test_guessing_one_accounts_second_factor_shows_as_failures_of_one_account(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    now = clock.time
    supabase.world.attacks = [Attack(now - 300, now, 12, account=ALICE)]
    supabase.world.lines = refused(clock, 20, address="192.0.2.1")
    found = await read(started)
    assert found[families.ACCOUNT_FAILURES][WINDOW] == 60
    assert found[families.ATTRIBUTED] == {("account", *WINDOW): 60 / 80, ("address", *WINDOW): 1.0}


async def test_refused_passwords_name_no_account_so_the_figure_is_absent_and_the_address_tells(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    supabase.world.lines = refused(clock, 30)
    found = await read(started)
    assert families.ACCOUNT_FAILURES not in found
    assert set(found[families.ENTERED]) == {("address", *WINDOW)}
    assert found[families.ATTRIBUTED] == {("account", *WINDOW): 0.0, ("address", *WINDOW): 1.0}
    assert found[families.ADDRESS_FAILURES][WINDOW] == 30


async def test_many_accounts_from_one_address(started: AnySource, supabase: Supabase, clock: Clock) -> None:
    stuffed = [Line(clock.time - 60 + number, account=f"user-{number}", address=MALLORY) for number in range(8)]
    office = [
        Line(clock.time - 60, account=f"user-{number}", address="192.0.2.1", id=f"o{number}") for number in range(50)
    ]
    supabase.world.lines = [*refused(clock, 1), *stuffed, *office]
    assert await value(started, families.ADDRESS_ACCOUNTS) == 8


BURSTS: dict[str, tuple[Callable[[float], list[float]], float]] = {
    "after a burst": (lambda end: [end - 60 + number for number in range(10)], 1.0),
    "after one too few": (lambda end: [end - 60 + number for number in range(9)], 0.0),
    "before it": (lambda end: [end + 1 + number for number in range(12)], 0.0),
    "in the middle of it": (lambda end: [end - 30 + number for number in range(25)] + [end + 2], 1.0),
    "long after it": (lambda end: [end - 1500 + number for number in range(50)], 0.0),
}


@pytest.mark.parametrize("when", BURSTS)
async def test_a_success_is_suspicious_only_after_a_burst(
    started: AnySource, supabase: Supabase, clock: Clock, when: str
) -> None:
    times, suspicious = BURSTS[when]
    end = clock.time - 60
    failures = [Line(at, status=400, code="invalid_credentials", address=MALLORY) for at in times(end)]
    supabase.world.lines = [*failures, Line(end, account=ALICE, address=MALLORY)]
    found = await read(started)
    assert found[families.ENTERED].get(("address", *WINDOW)) == suspicious


async def test_a_renewed_session_is_no_success_and_none_of_the_failures(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    old = refused(clock, 40, grant="refresh_token", code="refresh_token_not_found")
    supabase.world.lines = [*old, *refused(clock, 12, id="")]
    supabase.world.lines += [Line(clock.time - 1, grant="refresh_token", account=ALICE, address=MALLORY)]
    for number, line in enumerate(supabase.world.lines):
        line.id = str(number)
    found = await read(started)
    assert found[families.RECENT][WINDOW] == 12
    assert found[families.ADDRESS_FAILURES][WINDOW] == 12
    assert found[families.ENTERED]["address", WINDOW[0]] == 0


async def test_a_shared_address_is_left_out_and_its_accounts_are_not(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock
) -> None:
    source = SETUP.source(served[1], clock, shared_addresses=[MALLORY])
    supabase.world.attacks = [Attack(clock.time - 300, clock.time, 12, account=ALICE)]
    supabase.world.lines = refused(clock, 3, address="192.0.2.1")
    found = await read(source)
    assert found[families.ADDRESS_FAILURES][WINDOW] == 3
    assert found[families.ACCOUNT_FAILURES][WINDOW] == 60
    await source.close()


async def test_old_failures_leave_the_window(started: AnySource, supabase: Supabase, clock: Clock) -> None:
    supabase.world.lines = refused(clock, 30)
    assert await value(started, families.RECENT) == 30
    clock.time += 11 * MINUTE
    assert await value(started, families.RECENT) == 0
    assert await value(started, families.ADDRESS_FAILURES) == 0


async def test_the_baseline_is_the_same_hour_of_the_days_before_from_the_first_start_on(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock
) -> None:
    supabase.world.retention = 7 * DAY
    hour = clock.time // 3600 * 3600
    for days, count in ((1, 60), (2, 120), (3, 0)):
        supabase.world.lines += [
            Line(hour - days * DAY + number, status=400, code="invalid_credentials") for number in range(count)
        ]
    supabase.world.lines += [Line(hour - DAY - 3601, status=400, code="invalid_credentials") for _ in range(9)]
    source = SETUP.source(served[1], clock, log_retention="3d")
    found = await read(source)
    assert found[families.BASELINE_WINDOWS][WINDOW] == 0
    assert families.BASELINE not in found
    clock.time = hour + 3599
    for _ in range(18):
        found = await read(source)
    assert found[families.BASELINE_WINDOWS][WINDOW] == 2
    assert found[families.BASELINE][WINDOW] == pytest.approx((60 + 120) / 2 / 6)
    assert set(found[families.FAILURES].values()) == {0.0}
    await source.close()


async def test_no_address_and_no_account_is_asked_for_kept_or_exported(
    served: tuple[Supabase, str], supabase: Supabase, clock: Clock, tmp_path: Path
) -> None:
    state = State(tmp_path / "state.db")
    source = SETUP.source(served[1], clock, state)
    await read(source)
    supabase.world.attacks = [Attack(clock.time - 300, clock.time, 12, account=ALICE, enters=clock.time - 1)]
    outcome = await last_outcome(source)
    state.close()
    kept = _bytes(tmp_path)
    shown = repr(outcome.poll)
    for name in (MALLORY, ALICE):
        assert name.encode() not in kept
        assert name not in shown
    for by in ("account", "address"):
        chosen = queries.failures("source", by, 10).partition(" from ")[0]
        assert [part.rpartition(" as ")[2] for part in chosen.split(" as ")[1:]][-1] == "entered"
        assert "select log_attributes" not in chosen


def _bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_a_redirect_to_a_link_that_is_no_good_is_a_failure_and_nobody_entered(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    expired = [Line(clock.time - 60 + number / 10, "/verify", "", 303, "otp_expired") for number in range(150)]
    supabase.world.lines = [*refused(clock, 10), *expired]
    found = await read(started)
    assert found[families.FAILURES]["otp",] == 150
    assert found[families.SUCCESSES]["otp",] == 0
    assert set(found[families.ENTERED].values()) == {0.0}


async def test_ten_wrong_passwords_and_one_expired_link_of_an_office_are_no_breach(
    started: AnySource, supabase: Supabase, clock: Clock
) -> None:
    expired = Line(clock.time - 1, "/verify", "", 303, "otp_expired", address=MALLORY)
    supabase.world.lines = [*refused(clock, 10), expired]
    found = await read(started)
    assert found[families.ENTERED]["address", *WINDOW] == 0
    entered = Line(clock.time, "/verify", "", 303, account=ALICE, address=MALLORY)
    supabase.world.lines = [*refused(clock, 10), entered]
    clock.time += 60
    assert (await read(started))[families.ENTERED]["address", *WINDOW] == 1
