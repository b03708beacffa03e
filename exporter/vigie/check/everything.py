"""Ask everything at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from vigie.check.finding import Finding
from vigie.check.pages import Page, expected, try_page
from vigie.check.sources import try_source
from vigie.config.load import Configuration
from vigie.config.model import Product
from vigie.core.state import State
from vigie.watch import make_sources

Waiting = Callable[[frozenset[str]], None]
"""Is told which things have not answered yet, each time that one has."""


@dataclass(frozen=True, slots=True)
class Report:
    """
    What `vigie check` found.

    Attributes:
        configuration: What was checked.
        findings: Of everything that was asked: sources, `app.metrics`, probes; then of thresholds and what is off.
    """

    configuration: Configuration
    findings: tuple[Finding, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing could be read at all."""
        return not any(found.seconds is not None and found.verdict != "failed" for found in self.findings)

    @property
    def is_good(self) -> bool:
        """Whether all that is on was read in full, and something is on."""
        return not self.is_empty and not any(found.verdict in {"partly", "failed"} for found in self.findings)


async def check(configuration: Configuration, waiting: Waiting = lambda _: None, *more: Finding) -> Report:
    """
    Try every source that is on and every page, all at once; what is off is listed with the reason.

    Args:
        configuration: What to check.
        waiting: Is told who has not answered yet.
        more: What was found before.
    """
    state = State.in_memory()  # the state file belongs to `vigie serve`, which may be running
    tries: dict[str, Awaitable[Finding]] = {
        name: try_source(name, source) for name, source in make_sources(configuration, state).items()
    }
    tries |= {page.name: try_page(page) for page in _pages(configuration.product)}
    left = set(tries)

    async def follow(name: str, attempt: Awaitable[Finding]) -> Finding:
        finding = await attempt
        left.remove(name)
        waiting(frozenset(left))
        return finding

    waiting(frozenset(left))
    found = await asyncio.gather(*(follow(name, attempt) for name, attempt in tries.items()))
    state.close()
    return Report(configuration, (*found, *more, *_off(configuration)))


def _pages(product: Product) -> Iterator[Page]:
    if product.app.metrics is not None:
        yield Page("app", "app.metrics", product.app.metrics, expected(product.numbers.http))
    for probe in product.probes:
        yield Page("probe", f"probes.{probe.name}", probe.url)


def _off(configuration: Configuration) -> Iterator[Finding]:
    product = configuration.product
    if product.app.metrics is None and expected(product.numbers.http):
        why = "it is not set, so nobody counts requests, errors and response times; set it, or numbers.http"
        yield Finding("app", "app.metrics", "off", (why,))
    for name, why in configuration.off.items():
        yield Finding("source", name, "off", (why,))
