"""`kill -9` at any moment of ingestion, again and again: in the end the totals are the vendor's."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import signal
from pathlib import Path

import pytest

from tests.real.vendor import serving
from tests.vendors.setup import Setup, setups
from vigie.core.poller import poll_once
from vigie.core.state import Batch, Series, State

EVENT_SHAPED = ("langsmith", "stripe", "supabase")
KILLS = 100
HOUR = 3600.0
START = 1_795_000_000.0
POLLS = 6
SETUPS = {setup.name: setup for setup in setups() if setup.name in EVENT_SHAPED}


def _ingest(name: str, url: str, path: Path) -> None:
    """Poll hour after hour from where the state file says that the last process was."""

    async def run() -> None:
        state = State(path)
        for number in range(int(state.items("test").get("hour", "0")), POLLS):
            source = SETUPS[name].source(url, lambda number=number: START + number * HOUR, state)  # type: ignore[misc]
            source.context.budget.limit = None  # which outlives a kill: no allowance is made for a hundred lives
            outcome = await poll_once(source)
            await source.close()
            if outcome.errors:
                raise RuntimeError(str(outcome.errors[0]))
            state.ingest("test", Batch([], {"hour": str(number + 1)}))
        state.close()

    asyncio.run(run())


def _totals(setup: Setup, path: Path) -> dict[Series, float]:
    state = State(path)
    totals = state.counters(setup.name)
    state.close()
    return totals


@pytest.mark.parametrize("name", SETUPS)
def test_totals_survive_a_hundred_kills(name: str, tmp_path: Path) -> None:
    """Whenever a life is long enough to read everything, its totals are compared and a new state file is begun."""
    setup = SETUPS[name]
    vendor = setup.simulator()
    vendor.now = lambda: START + POLLS * HOUR
    chance = random.Random(name)  # noqa: S311 - no secret
    fork = multiprocessing.get_context("fork")
    path, killed, compared = tmp_path / "killed.db", 0, 0
    with serving(vendor) as url:
        _ingest(name, url, tmp_path / "calm.db")
        calm = _totals(setup, tmp_path / "calm.db")
        assert calm, "nothing was counted"
        while killed < KILLS:
            process = fork.Process(target=_ingest, args=(name, url, path))
            process.start()
            process.join(chance.uniform(0.005, 0.08))
            if process.is_alive() and process.pid:
                os.kill(process.pid, signal.SIGKILL)
                killed += 1
                process.join()
                continue
            assert process.exitcode == 0
            assert _totals(setup, path) == calm
            path, compared = tmp_path / f"killed-{compared}.db", compared + 1
        _ingest(name, url, path)  # the last one is left in peace
    assert _totals(setup, path) == calm
