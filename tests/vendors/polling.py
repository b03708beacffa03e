"""What tests of vendors share: a clock that stands until it is moved, and polls that must read everything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings

from demo.vendors import faults
from demo.vendors.framework import SimulatedVendor
from tests import judge
from tests.vendors.mutants import mutants
from vigie.core.families import Family, LabelValues
from vigie.core.poller import Outcome, poll_once
from vigie.core.source import AnySource
from vigie.errors import Reason

Series = dict[LabelValues, float]


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.time = 1_795_000_000.0

    def __call__(self) -> float:
        """Unix time."""
        return self.time


async def read(source: AnySource) -> dict[Family, Series]:
    """Poll once, without any problem."""
    poll = await source.poll()
    assert poll.problems == ()
    return poll.families.values


async def last_outcome(source: AnySource) -> Outcome:
    """Poll once as the poller does, and close."""
    outcome = await poll_once(source)
    await source.close()
    return outcome


def on(series: Series) -> set[LabelValues]:
    """The labels whose value is 1."""
    return {labels for labels, value in series.items() if value == 1}


def survives_any_answer(source: AnySource, vendor: SimulatedVendor, clock: Clock, answers: Iterator[Any]) -> None:
    """Whatever is answered in the place of `answers`, a poll gives families or a classified error."""
    source.context.budget.limit = None
    with asyncio.Runner() as runner:
        runner.run(poll_once(source))
        for valid in answers:

            @settings(max_examples=80, deadline=None)
            @given(mutants(valid))
            def check(data: Any) -> None:
                clock.time += 7200
                vendor.fault = faults.says(data)
                outcome = runner.run(poll_once(source))
                assert Reason.INTERNAL not in {error.reason for error in outcome.errors}
                if outcome.poll is not None:
                    judge.text(outcome.poll.families)

            check()
        vendor.fault = None
        clock.time += 7200
        assert runner.run(poll_once(source)).errors == ()
        runner.run(source.close())
