"""
List runs so that each is counted once, however late it ends or is corrected.

LangSmith filters by the time at which a run started, and tells nobody when one ends. So each poll lists the last
`window` again, and after a pause everything since, in stretches that each fit a poll and are finished for good.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from vigie.core.source import Context
from vigie.sources.langsmith.answers import Run
from vigie.sources.langsmith.book import Book, News
from vigie.sources.langsmith.client import Client
from vigie.sources.langsmith.config import LangSmithConfig

LONGEST_PAUSE = 14 * 86400.0
"""Seconds of absence after which older runs are not read: LangSmith keeps base traces for 14 days."""
_STRETCHES = 4
"""A window's length, while catching up, is read in this many parts."""
_OVERLAP = 1.0
"""Seconds by which stretches overlap: whether LangSmith's bounds are inclusive is not documented."""
_RECENT = 600.0
LONGEST_RUN = 86400.0
"""Seconds after which a run that has not ended is taken for one whose process died."""
_MOST_WAITING = 100


class TooMany(Exception):  # noqa: N818 - it is no fault, it is an amount
    """The runs of the window do not fit the pages of a poll."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time by the starts of runs; without an end it is the window, up to now."""

    start: float
    end: float | None = None


def spans(read_from: float | None, now: float, window: float) -> list[Span]:
    """What to list, in order: what a pause left, in parts of a quarter window, then all that may still change."""
    live = now - window
    edges = [max(min(live if read_from is None else read_from, live), now - LONGEST_PAUSE)]
    while live - edges[-1] > window:
        edges.append(edges[-1] + window / _STRETCHES)
    return [*(Span(start, end) for start, end in pairwise(edges)), Span(edges[-1])]


@dataclass(slots=True)
class Lags:
    """Times from the ends of runs to their being seen, over ten minutes, by project."""

    _seen: deque[tuple[float, str, float]] = field(default_factory=deque)

    def add(self, run: Run, now: float) -> None:
        """Note a run that was not seen ended before."""
        self._seen.append((now, run.project_id, max(now - (run.end or now), 0.0)))

    def medians(self, now: float) -> dict[str, float]:
        """The median of each project that had any."""
        while self._seen and self._seen[0][0] < now - _RECENT:
            self._seen.popleft()
        projects: dict[str, list[float]] = {}
        for _, project, lag in self._seen:
            projects.setdefault(project, []).append(lag)
        return {project: statistics.median(lags) for project, lags in projects.items()}


@dataclass(slots=True)
class Pass:
    """
    One listing of a span.

    Attributes:
        counted: A mark of each run that was counted, as it was counted.
        open: Starts of the runs that have not ended.
        pending: Projects of the traces among them.
    """

    counted: dict[str, int] = field(default_factory=dict)
    open: dict[str, float] = field(default_factory=dict)
    pending: dict[str, str] = field(default_factory=dict)


class Listing:
    """
    The runs of a workspace.

    Attributes:
        backlog: Seconds by which reading is behind the window.
        pending: Traces under way, by project id.
        last_start: When the latest run started, by project id.
        lags: How late runs appear.
    """

    def __init__(self, config: LangSmithConfig, context: Context, client: Client, book: Book) -> None:
        self.backlog = 0.0
        self.pending: Mapping[str, int] = {}
        self.last_start: dict[str, float] = {}
        self.lags = Lags()
        self._config = config
        self._now = context.now
        self._client = client
        self._book = book
        self._counted: dict[str, int] | None = None

    async def read(self, projects: Mapping[str, str]) -> None:
        """
        List and count what is due, as far as a poll's pages and half its time reach.

        Args:
            projects: Label of each project, by id.

        Raises:
            TooMany: The window does not fit.
            SourceError: Something could not be read; what was listed before it is counted.
        """
        now, began = self._now(), asyncio.get_running_loop().time()
        used = 0
        for span in spans(self._book.read_from, now, self._config.window):
            late = asyncio.get_running_loop().time() - began > self._config.timeout / 2
            if used and (late or used >= self._client.max_pages):
                break
            after = await self._list(span, projects, used, now)
            if after is None:
                if not used:
                    await self._give_up(span)
                break
            used = after
        await self._revisit(projects, now)
        self.backlog = max(now - self._config.window - (self._book.read_from or now), 0.0)

    async def _list(self, span: Span, projects: Mapping[str, str], used: int, now: float) -> int | None:
        """List a span after so many pages; how many it are then, or None when it does not fit."""
        settled = now - self._config.window if span.end is None else span.end
        found = Pass()
        until = None if span.end is None else span.end + _OVERLAP
        page = await self._client.runs(sorted(projects), span.start, until)
        while page.more:
            used += 1
            await self._take(page.runs, projects, found, None)
            if used >= self._client.max_pages:
                return None
            page = await page.more()
        await self._take(page.runs, projects, found, settled)
        if span.end is None:
            self._counted, self.pending = found.counted, Counter(found.pending.values())
        return used + 1

    async def _take(self, runs: Sequence[Run], projects: Mapping[str, str], found: Pass, settled: float | None) -> None:
        """Count a page's runs; with the last page comes the time before which runs will not be listed again."""
        mine = [run for run in runs if run.project_id in projects]
        for run in mine:
            self.last_start[run.project_id] = max(self.last_start.get(run.project_id, 0.0), run.start)
        found.open |= {run.id: run.start for run in mine if not run.is_final}
        found.pending |= {run.id: run.project_id for run in mine if run.is_root and not run.is_final}
        fresh, news = list(self._fresh(mine, found)), News()
        if settled is not None:
            left = {run: start for run, start in found.open.items() if start < settled}
            news = News(settled, dict(sorted({**self._book.waiting, **left}.items(), key=_start)[-_MOST_WAITING:]))
        if fresh or settled is not None:
            await asyncio.to_thread(self._book.record, fresh, projects, news)

    async def _revisit(self, projects: Mapping[str, str], now: float) -> None:
        """Ask by id for runs that outlast the window, until some time after their end or a day after their start."""
        waiting = {run: start for run, start in self._book.waiting.items() if start > now - LONGEST_RUN}
        ended: list[Run] = []
        if waiting:
            page = await self._client.runs(sorted(projects), min(waiting.values()), ids=list(waiting))
            ended = [run for run in page.runs if run.is_final and run.project_id in projects]
        done = {run.id for run in ended if (run.end or now) < now - _RECENT}
        news = News(waiting={run: start for run, start in waiting.items() if run not in done})
        if ended or news.waiting != self._book.waiting:
            await asyncio.to_thread(self._book.record, ended, projects, news)

    def _fresh(self, runs: Sequence[Run], found: Pass) -> Iterator[Run]:
        """Those that ended and were not counted like this in the last pass; so a window that stays costs no disk."""
        known, now = self._counted, self._now()
        for run in runs:
            if not run.is_final:
                continue
            mark = hash(run)
            found.counted[run.id] = mark
            if known is None or known.get(run.id) != mark:
                yield run
            if known is not None and run.id not in known:
                self.lags.add(run, now)

    async def _give_up(self, span: Span) -> None:
        if span.end is None:
            raise TooMany
        await asyncio.to_thread(self._book.skip, span.start, span.end)


def _start(item: tuple[str, float]) -> float:
    return item[1]
