"""Watch one product: its sources, the tasks that poll them, and the board that they fill."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any

from vigie.config.load import Configuration
from vigie.core.board import Board
from vigie.core.logs import logger
from vigie.core.poller import Outcome, keep_polling
from vigie.core.source import AnySource, Context
from vigie.core.state import State
from vigie.core.status import Status
from vigie.sources import SOURCES


class Watch:
    """
    One product being watched.

    Attributes:
        configuration: Its `vigie.yaml`.
        board: What is known of it.

    Raises:
        StateError: The state file cannot be used.
    """

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self.log = logger(product=configuration.product.product)
        self._state = _open_state(configuration)
        self._sources = make_sources(configuration, self._state)
        self.board = Board({name: Status(name, source) for name, source in self._sources.items()}, time.time)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to poll; returns at once."""
        for name, why in self.configuration.off.items():
            self.log.warning("source_off", source=name, why=why)
        self._begin(self.board.keep_current(), "board")
        for name, source in self._sources.items():
            self._begin(self._poll(name, source), f"poll {name}")

    async def stop(self) -> None:
        """End the polls and let go of every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(self._close(name, source) for name, source in self._sources.items()))
        self._state.close()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._say_if_it_died)
        self._tasks.append(task)

    def _say_if_it_died(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.log.error("task_died", task=task.get_name(), exc_info=error)

    async def _close(self, name: str, source: AnySource) -> None:
        try:
            await source.close()
        except Exception:  # the others must close all the same
            self.log.exception("source_close_fault", source=name)

    async def _poll(self, name: str, source: AnySource) -> None:
        await source.start()
        await keep_polling(source, partial(self._report, name), lambda: random.uniform(-1, 1))  # noqa: S311 - no secret

    async def _report(self, name: str, outcome: Outcome) -> None:
        before = self.board.statuses[name].problems
        await self.board.record(name, outcome)
        reasons = {error.reason for error in outcome.errors}
        for error in outcome.errors:
            if error.reason not in {known.reason for known in before}:
                self.log.warning("source_failed", source=name, reason=error.reason, message=str(error))
        if before and not reasons:
            self.log.info("source_recovered", source=name)


def make_sources(configuration: Configuration, state: State) -> Mapping[str, AnySource]:
    """Make every source that is on, without touching the network."""
    product = configuration.product
    return {
        name: SOURCES[name](
            config,
            Context(
                product=product.product,
                log=logger(product=product.product, source=name),
                now=time.time,
                state_dir=product.state,
                state=state,
            ),
        )
        for name, config in product.sources.items()
    }


def _open_state(configuration: Configuration) -> State:
    folder = configuration.product.state
    return State(folder / "vigie.db") if folder else State.in_memory()
