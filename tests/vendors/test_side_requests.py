"""What is read beside a source's main answer never takes that with it: neither when it hangs nor when it must wait."""

from __future__ import annotations

import pytest

from demo.vendors import faults
from demo.vendors.faults import Fault
from tests.real.vendor import serving
from tests.vendors.polling import Clock
from tests.vendors.setup import setups
from vigie.core.poller import delay, poll_once
from vigie.errors import Reason

SETUPS = {setup.name: setup for setup in setups()}
SIDES = [
    ("uptimerobot", "/stats/response-time"),
    ("betterstack", "/heartbeats"),
    ("betterstack", "/response-times"),
    ("langsmith", "/usage_limits"),
    ("sentry", "/issues/"),
    ("supabase", "/health"),
    ("vercel", "/attack-status"),
    ("stripe", "/webhook_endpoints"),
]
"""Source, and how the path ends that is asked beside its main one."""


def _there(end: str, fault: Fault) -> Fault:
    return lambda healthy: (
        lambda scope, receive, send: (fault(healthy) if scope["path"].endswith(end) else healthy)(scope, receive, send)
    )


@pytest.mark.parametrize(("name", "end"), SIDES)
async def test_a_side_request_that_hangs_is_given_up_and_the_rest_is_there(name: str, end: str) -> None:
    vendor, clock = SETUPS[name].simulator(), Clock()
    vendor.now = clock
    with serving(vendor) as url:
        source = SETUPS[name].source(url, clock, timeout=8.0)
        vendor.fault = _there(end, faults.hang())
        outcome = await poll_once(source)
        await source.close()
    assert outcome.poll is not None
    assert {error.reason for error in outcome.errors} == {Reason.TIMEOUT}


@pytest.mark.parametrize(("name", "end"), SIDES)
async def test_a_side_request_that_must_wait_waits_alone(name: str, end: str) -> None:
    vendor, clock = SETUPS[name].simulator(), Clock()
    vendor.now = clock
    with serving(vendor) as url:
        source = SETUPS[name].source(url, clock, timeout=60.0)
        source.context.budget.limit = None
        vendor.fault = _there(end, faults.answer(429, retry_after="600"))
        for _ in range(9):
            outcome = await poll_once(source)
            assert outcome.poll is not None
            assert {error.reason for error in outcome.errors} == {Reason.RATE_LIMITED}
            assert delay(source.config, outcome, 0, 0) <= source.config.interval
            clock.time += 60
        await source.close()
    assert sum(seen.path.endswith(end) for seen in vendor.seen) == 1
