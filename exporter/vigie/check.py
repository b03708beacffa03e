"""`vigie check`: try every source once and say what was reached, what was not, and what to do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vigie.config.load import Configuration
from vigie.core.logs import Redactor
from vigie.core.poller import poll_once
from vigie.core.source import AnySource
from vigie.core.state import State
from vigie.errors import SourceError
from vigie.watch import make_sources

_STYLES = {"ok": "green", "partly": "yellow", "failed": "red", "off": "dim"}
_PLAIN_WIDTH = 160
"""Columns of the table where it does not go to a terminal."""

Verdict = Literal["ok", "partly", "failed", "off"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the table: a source, how it stands, and the sentences about it."""

    source: str
    verdict: Verdict
    sentences: tuple[str, ...]


async def check(configuration: Configuration) -> list[Finding]:
    """Try every source that is on, all at once; those that are off are listed with the reason."""
    state = State.in_memory()  # the state file belongs to `vigie serve`, which may be running
    sources = make_sources(configuration, state)
    tried = await asyncio.gather(*(_try(name, source) for name, source in sources.items()))
    state.close()
    return [*tried, *(Finding(name, "off", (why,)) for name, why in configuration.off.items())]


async def _try(name: str, source: AnySource) -> Finding:
    try:
        await source.start()
        outcome = await poll_once(source)
        if outcome.poll is None:
            return Finding(name, "failed", tuple(_sentences(outcome.errors)))
        reached = await source.describe()
    except SourceError as error:
        return Finding(name, "failed", (str(error),))
    finally:
        await source.close()
    return Finding(name, "partly" if outcome.errors else "ok", (reached, *_sentences(outcome.errors)))


def _sentences(errors: tuple[SourceError, ...]) -> Iterator[str]:
    return (f"{error} ({error.reason})" for error in errors)


def print_table(findings: Iterable[Finding], redactor: Redactor) -> None:
    """Print one row per source, without secrets."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for title in ("SOURCE", "STATE"):
        table.add_column(title, no_wrap=True)
    table.add_column("WHAT WAS FOUND", overflow="fold")
    for finding in findings:
        text = redactor.text("\n".join(finding.sentences))
        table.add_row(finding.source, Text(finding.verdict, style=_STYLES[finding.verdict]), Text(text))
    console = Console(highlight=False)
    console.width = console.width if console.is_terminal else _PLAIN_WIDTH
    console.print(table)
