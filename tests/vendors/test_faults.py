"""
The fault matrix: every source against everything that can go wrong between it and its vendor.

After each fault: the reason is the right one, the sentence holds no secret, and once the vendor is well again the very
next poll reads everything, with the totals of a source that never saw the fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from demo.vendors import faults
from demo.vendors.faults import Fault
from demo.vendors.framework import SimulatedVendor
from tests.real.vendor import serving
from tests.vendors.setup import SECRET, Setup, setups
from vigie.core.families import Families
from vigie.core.poller import Outcome, poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason

SETUPS = {setup.name: setup for setup in setups()}
PATIENCE = 3.0
"""Seconds that a poll of an ill vendor may take here, so that one that hangs is given up soon."""
CALM = 60.0
"""Seconds that any other poll may take, on a machine that has ten times the work that it can do."""
LATER = 7200.0
"""Seconds between two polls: long enough that even what is read rarely is due again."""


@dataclass(frozen=True)
class Case:
    """One thing that goes wrong, and what it may be called."""

    fault: Fault
    reasons: frozenset[Reason]


def _case(fault: Fault, *reasons: Reason) -> Case:
    return Case(fault, frozenset(reasons))


CASES = {
    "hang": _case(faults.hang(), Reason.TIMEOUT),
    "slow": _case(faults.slow(2 * PATIENCE), Reason.TIMEOUT),
    "reset mid-body": _case(faults.cut(), Reason.NETWORK),
    "truncated JSON": _case(faults.truncated(), Reason.BAD_PAYLOAD),
    "empty": _case(faults.answer(200), Reason.BAD_PAYLOAD),
    "HTML with 200": _case(faults.web_page(), Reason.BAD_PAYLOAD),
    "huge": _case(faults.huge(), Reason.BAD_PAYLOAD, Reason.TIMEOUT),
    "another shape": _case(faults.says([[{"object": 7}], "x"]), Reason.BAD_PAYLOAD),
    "a number": _case(faults.says(42), Reason.BAD_PAYLOAD),
    "401": _case(faults.says({"error": {"message": f"bad key {SECRET}"}}, 401), Reason.AUTH),
    "403": _case(faults.says({"message": "missing scope"}, 403), Reason.FORBIDDEN),
    "404": _case(faults.says({"message": "gone"}, 404), Reason.NOT_FOUND),
    "429": _case(faults.answer(429), Reason.RATE_LIMITED),
    "429 with Retry-After": _case(faults.answer(429, retry_after="33"), Reason.RATE_LIMITED),
    "500": _case(faults.answer(500, b"Internal Server Error", "text/plain"), Reason.UPSTREAM),
    "503": _case(faults.answer(503, retry_after="33"), Reason.UPSTREAM),
}


class Clock:
    """Time that the test moves, the same for vendor and source."""

    time = 1_795_000_000.0

    def __call__(self) -> float:
        return self.time


def _vendor(setup: Setup, clock: Clock) -> SimulatedVendor:
    vendor = setup.simulator()
    vendor.now = clock
    return vendor


async def _polls(source: AnySource, clock: Clock, before: Callable[[int], None], count: int = 3) -> list[Outcome]:
    """Poll `count` times, two hours apart."""
    outcomes = []
    for number in range(count):
        before(number)
        outcomes.append(await poll_once(source))
        clock.time += LATER
    return outcomes


def _totals(outcome: Outcome) -> dict[str, object]:
    assert outcome.poll is not None
    families: Families = outcome.poll.families
    counters = {family.name: series for family, series in families.values.items() if family.kind == "counter"}
    return {**counters, **{family.name: series for family, series in families.distributions.items()}}


_undisturbed_totals: dict[str, dict[str, object]] = {}


async def _undisturbed(name: str) -> dict[str, object]:
    """The totals of a source that never saw a fault, which are the same for every fault."""
    if name not in _undisturbed_totals:
        setup, clock = SETUPS[name], Clock()
        with serving(_vendor(setup, clock)) as url:
            source = setup.source(url, clock, timeout=CALM)
            *_, last = await _polls(source, clock, lambda _number: None)
            await source.close()
        _undisturbed_totals[name] = _totals(last)
    return _undisturbed_totals[name]


@pytest.mark.parametrize("case", CASES, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("name", SETUPS)
async def test_a_fault_is_named_and_leaves_no_trace(
    name: str, case: str, matrix: Callable[[str, str, str], None]
) -> None:
    setup, clock = SETUPS[name], Clock()
    vendor = _vendor(setup, clock)

    def fall_ill(number: int) -> None:
        vendor.fault = CASES[case].fault if number == 1 else None
        source.config = calm.model_copy(update={"timeout": PATIENCE}) if number == 1 else calm

    with serving(vendor) as url:
        source = setup.source(url, clock, timeout=CALM)
        calm = source.config
        healthy, ill, recovered = await _polls(source, clock, fall_ill)
        await source.close()
    assert healthy.errors == ()
    reasons = {error.reason for error in ill.errors}
    matrix(name, case, "+".join(sorted(reasons)) + ("" if ill.poll is None else " (partly)"))
    assert reasons, "nothing was noticed"
    assert reasons <= CASES[case].reasons, [str(error) for error in ill.errors]
    assert SECRET not in json.dumps([str(error) for error in ill.errors])
    if "Retry-After" in case:
        assert {error.retry_after for error in ill.errors} == {33.0}
    assert recovered.errors == ()
    assert _totals(recovered) == await _undisturbed(name)


@pytest.mark.parametrize("name", SETUPS)
async def test_a_vendor_that_cannot_be_reached_is_a_network_error_until_it_can(name: str) -> None:
    setup, clock = SETUPS[name], Clock()
    vendor = _vendor(setup, clock)
    with serving(vendor) as url:
        port = int(url.rpartition(":")[2])
    source = setup.source(url, clock, timeout=CALM)
    refused = await poll_once(source)
    assert {error.reason for error in refused.errors} == {Reason.NETWORK}
    with serving(vendor, port):
        clock.time += LATER
        recovered = await poll_once(source)
    await source.close()
    assert recovered.errors == ()


async def _whole_life(setup: Setup, url: str, vendor: SimulatedVendor, skew: float) -> dict[str, object]:
    """The totals of a source whose clock is off, once the vendor's time stands still and nothing new can happen."""
    clock = Clock()
    vendor.now = clock
    source = setup.source(url, lambda: clock.time + skew, timeout=CALM)
    outcomes = await _polls(source, clock, lambda _number: None)
    last = clock.time
    vendor.now = lambda: last
    outcomes += await _polls(source, clock, lambda _number: None)
    await source.close()
    assert [error for outcome in outcomes for error in outcome.errors] == []
    return _totals(outcomes[-1])


@pytest.mark.parametrize("skew", [-600.0, 600.0], ids=["slow", "fast"])
@pytest.mark.parametrize("name", SETUPS)
async def test_a_clock_ten_minutes_off_loses_and_doubles_nothing(name: str, skew: float) -> None:
    setup = SETUPS[name]
    vendor = setup.simulator()
    with serving(vendor) as url:
        assert await _whole_life(setup, url, vendor, skew) == await _whole_life(setup, url, vendor, 0.0)
