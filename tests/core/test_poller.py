"""Polling: deadlines, classes of failure, and how long to wait."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.toy import ToyConfig, toy
from vigie.core.families import Families
from vigie.core.poller import LONGEST_BACKOFF, Outcome, delay, keep_polling, poll_once
from vigie.core.source import Poll, SourceConfig
from vigie.errors import Reason, SourceError


def _raise(error: Exception) -> None:
    raise error


def _outcome(*errors: SourceError, read: bool = True, duration: float = 0.0) -> Outcome:
    return Outcome(1000.0, duration, Poll(Families()) if read else None, errors)


async def test_a_good_poll_has_numbers_and_no_errors() -> None:
    outcome = await poll_once(toy())
    assert outcome.poll is not None
    assert outcome.errors == ()
    assert outcome.ended == 1000.0


async def test_a_source_that_hangs_is_a_timeout_at_its_deadline() -> None:
    outcome = await poll_once(toy(ToyConfig(timeout=0.05), lambda: _raise(NotImplementedError())))
    assert outcome.poll is None
    assert [(error.reason, str(error)) for error in outcome.errors] == [(Reason.TIMEOUT, "no answer within 0.05 s")]


async def test_a_fault_in_a_source_is_internal_and_its_traceback_goes_to_the_log_alone() -> None:
    with capture_logs() as logs:
        outcome = await poll_once(toy(behave=lambda: _raise(KeyError("boom"))))
    assert [error.reason for error in outcome.errors] == [Reason.INTERNAL]
    assert "boom" not in str(outcome.errors[0])
    assert logs[0]["event"] == "source_fault"


async def test_a_poll_in_progress_is_never_joined_by_a_second_one() -> None:
    """The loop awaits each poll before it thinks of the next."""
    running, most, waits = 0, 0, list[float]()

    class Stop(Exception):  # noqa: N818
        pass

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise Stop

    async def report(_outcome: Outcome) -> None:
        nonlocal most
        most = max(most, running)

    with pytest.raises(Stop):
        await keep_polling(toy(), report, lambda: 0.0, sleep)
    assert most == 0
    assert waits == [pytest.approx(15, abs=0.5)] * 3


async def test_failures_in_a_row_wait_longer_and_a_success_starts_over() -> None:
    script = iter([True, True, False, True])
    waits: list[float] = []

    def behave() -> None:
        if next(script):
            raise SourceError(Reason.NETWORK, "refused")

    async def sleep(seconds: float) -> None:
        waits.append(round(seconds))
        if len(waits) == 4:
            raise asyncio.CancelledError

    async def report(_outcome: Outcome) -> None:
        """Nobody listens."""

    with pytest.raises(asyncio.CancelledError):
        await keep_polling(toy(behave=behave), report, lambda: 0.0, sleep)
    assert waits == [15, 30, 15, 15]


def test_the_time_of_the_poll_is_part_of_the_interval() -> None:
    assert delay(SourceConfig(), _outcome(duration=4), 0, 0) == 11


def test_a_poll_longer_than_its_interval_is_followed_at_once() -> None:
    assert delay(SourceConfig(), _outcome(duration=20), 0, 0) == 0


def test_a_part_that_must_wait_does_not_keep_the_others_waiting() -> None:
    error = SourceError(Reason.RATE_LIMITED, "slow down", retry_after=300)
    assert delay(SourceConfig(), _outcome(error), 0, 0) == 15


@pytest.mark.parametrize(("asked", "waits"), [(300, 300), (3600, 3600), (365 * 86400, 3600)])
def test_retry_after_of_a_whole_source_is_honoured_for_an_hour_at_most(asked: float, waits: float) -> None:
    error = SourceError(Reason.RATE_LIMITED, "slow down", retry_after=asked)
    assert delay(SourceConfig(), _outcome(error, read=False), 1, 0) == waits


@given(st.floats(0.1, 3600), st.integers(0, 1000), st.floats(-1, 1), st.floats(0, 10000))
def test_a_wait_is_never_negative_and_never_longer_than_the_cap(
    interval: float, failures: int, spread: float, duration: float
) -> None:
    config = SourceConfig.model_validate({"interval": interval})
    wait = delay(config, _outcome(read=not failures, duration=duration), failures, spread)
    assert 0 <= wait <= max(LONGEST_BACKOFF, interval * 1.05)
