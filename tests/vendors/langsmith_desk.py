"""A simulated LangSmith that stands still, a source that reads it, and a look at what was read."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from demo.vendors.langsmith import LangSmith, Project, Run, World
from demo.vendors.langsmith.life import Pace
from tests.real.vendor import serving
from tests.vendors.setup import SECRET
from vigie.core.families import Distribution, Family
from vigie.core.logs import logger
from vigie.core.poller import Outcome, poll_once
from vigie.core.source import Context
from vigie.core.state import State
from vigie.sources.langsmith import LangSmithConfig, LangSmithSource

NOON = 1_795_003_200.0
"""2026-11-18 12:00 UTC, when these tests begin."""
STILL = Pace(0.0)


@dataclass
class Desk:
    """Vendor, clock and state of a test; each poll a minute after the one before."""

    vendor: LangSmith
    url: str
    now: float = NOON
    state: State = field(default_factory=State.in_memory)

    def source(self, **settings: Any) -> LangSmithSource:
        """A source that reads the vendor."""
        values = {"base_url": self.url, "api_key": SECRET, "timeout": 5.0, **settings}
        config = LangSmithConfig.model_validate(values)
        return LangSmithSource(config, Context("acme", logger(), lambda: self.now, state=self.state))

    @contextlib.asynccontextmanager
    async def watched(self, **settings: Any) -> AsyncIterator[LangSmithSource]:
        """A source that has looked once, so that what happens from now on counts."""
        source = self.source(**settings)
        try:
            await self.look(source)
            yield source
        finally:
            await source.close()

    async def once(self, **settings: Any) -> Outcome:
        """What a new source sees at first."""
        source = self.source(**settings)
        seen = await self.look(source)
        await source.close()
        return seen

    async def look(self, source: LangSmithSource) -> Outcome:
        """Poll, and let a minute pass."""
        outcome = await poll_once(source)
        self.now += 60
        return outcome

    def happens(self, *runs: Run) -> None:
        """Add runs to the project `chat`."""
        self.vendor.world.runs += runs


@contextlib.contextmanager
def desk(world: World | None = None) -> Iterator[Desk]:
    """A vendor with one empty project, served."""
    vendor = LangSmith(world or World(key=SECRET, projects=[Project("chat", pace=STILL)]))
    with serving(vendor) as url:
        made = Desk(vendor, url)
        vendor.now = lambda: made.now
        yield made
        made.state.close()


def call(name: str, start: float, **more: Any) -> Run:
    """One call of a model that is a trace of its own: 100 + 20 tokens, 0.25 dollars."""
    values = {"kind": "llm", "model": "claude-sonnet-4-5", "prompt": 100, "completion": 20, "cost": 0.25, **more}
    return Run(id=_uuid(name), project="chat", start=start, **values)


def chain(name: str, start: float, **more: Any) -> Run:
    """A trace without a call."""
    return Run(id=_uuid(name), project="chat", start=start, **more)


def child(parent: Run, name: str, **more: Any) -> Run:
    """A call of a model inside a trace."""
    return call(name, parent.start, trace=parent.id, parent=parent.id, **more)


def value(outcome: Outcome, family: Family, *labels: str) -> float | None:
    """One sample; None when there is none."""
    assert outcome.poll is not None, outcome.errors
    return outcome.poll.families.values.get(family, {}).get(labels)


def series(outcome: Outcome, family: Family) -> dict[tuple[str, ...], float]:
    """All samples of a family."""
    assert outcome.poll is not None, outcome.errors
    return outcome.poll.families.values.get(family, {})


def distribution(outcome: Outcome, family: Family, *labels: str) -> Distribution:
    """One series of a histogram."""
    assert outcome.poll is not None, outcome.errors
    return outcome.poll.families.distributions[family][labels]


def _uuid(name: str) -> str:
    return f"{name.encode().hex():0<8.8}-0000-7000-8000-{abs(hash(name)) % 16**12:012x}"
