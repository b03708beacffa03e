"""A source that does what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from vigie.core.families import Families, gauge
from vigie.core.logs import logger
from vigie.core.source import Context, Poll, Source, SourceConfig

LEVEL = gauge("toy_level", "How full the toy is.", "room")
TOY_UP = gauge("toy_up", "Whether the toy answered.")


class ToyConfig(SourceConfig):
    """Settings of the toy."""

    url: SecretStr = SecretStr("toy://user:hunter2@localhost")
    rooms: int = 1
    """How many rooms it has."""


class ToySource(Source[ToyConfig]):
    """Gives one level per room, unless `behave` says otherwise."""

    config_type = ToyConfig
    families = (LEVEL,)
    up = TOY_UP
    behave: Callable[[], None] = staticmethod(lambda: None)

    async def poll(self) -> Poll:
        """Hang for ever when `behave` asks for it by raising `CancelledError`-free `NotImplementedError`."""
        try:
            self.behave()
        except NotImplementedError:
            await asyncio.Event().wait()
        families = Families()
        for room in range(self.config.rooms):
            families.add(LEVEL, room + 0.5, f"room-{room}")
        return Poll(families)

    async def describe(self) -> str:
        """One line for the check."""
        return "Toy 1.0"


def toy(
    config: ToyConfig | None = None,
    behave: Callable[[], None] = lambda: None,
    now: Callable[[], float] = lambda: 1000.0,
    state_dir: Path | None = None,
) -> ToySource:
    """Make a toy on its own."""
    source = ToySource(config or ToyConfig(), Context("acme", logger(), now, state_dir))
    source.behave = behave
    return source
