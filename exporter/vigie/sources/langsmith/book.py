"""What is kept of LangSmith in the state file: the runs that were counted, how far was read, which models are known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vigie.core.families import OTHER
from vigie.core.ledger import count
from vigie.core.source import Context
from vigie.core.state import Batch, Event, Series
from vigie.sources.langsmith.answers import Run
from vigie.sources.langsmith.events import event
from vigie.sources.langsmith.families import UNLISTED

NAME = "langsmith"
_BEFORE = "before "
"""Before the id of a run that is history."""
_READ_FROM, _WAITING, _MODELS, _SINCE = "read_from", "waiting", "models", "since"


@dataclass(frozen=True, slots=True)
class News:
    """How far reading has come, with the last page of a stretch of time; None for what has not changed."""

    read_from: float | None = None
    waiting: Mapping[str, float] | None = None


class Book:
    """
    The state of this source. Its methods block: call them in a thread, one at a time.

    Attributes:
        read_from: Unix time from which runs have to be read: all that started before were read for good. None until
            a first reading is complete; runs that had ended by then are history and move no counter.
        waiting: Runs from before `read_from` that had not ended, by id, with their starts.
        since: Unix time of the first reading. What it saw that had ended by then is history for good, also when
            LangSmith works its cost out later. None before it, and in state files of versions that did not note it.
    """

    def __init__(self, context: Context, max_models: int) -> None:
        self.read_from: float | None = None
        self.waiting: dict[str, float] = {}
        self.since: float | None = None
        self._state = context.state
        self._now = context.now
        self._max_models = max_models
        self._models: dict[str, None] = {}
        self._opened = False

    def open(self) -> None:
        """Take up what was kept, once."""
        if not self._opened:
            items = self._state.items(NAME)
            self.read_from = float(items[_READ_FROM]) if _READ_FROM in items else None
            self.since = float(items[_SINCE]) if _SINCE in items else None
            self.waiting = json.loads(items.get(_WAITING, "{}"))
            self._models = dict.fromkeys(json.loads(items.get(_MODELS, "[]")))
            self._opened = True

    def record(self, runs: Sequence[Run], projects: Mapping[str, str], news: News) -> None:
        """Count final runs, given the label of each project, and note how far reading has come, in one transaction."""
        events = [event(run, projects[run.project_id], self._model(run)) for run in runs]
        if self.read_from is None and self.since is None:
            self.since = self._now()
        if past := self._past(runs):
            before = [replace(event, id=f"{_BEFORE}{event.id}") for event in events if event.id in past]
            self._commit(before, News(), history=True)
            events = [event for event in events if event.id not in past]
        self._commit(events, news)

    def _past(self, runs: Sequence[Run]) -> set[str]:
        """Ids of the runs that are history: those of the first reading that had ended by then."""
        if self.since is None:
            return set()
        early = [run.id for run in runs if run.end is not None and run.end <= self.since]
        if self.read_from is None or not early:
            return set(early)
        known = self._state.known(NAME, [f"{_BEFORE}{identity}" for identity in early])
        return {identity.removeprefix(_BEFORE) for identity in known}

    def skip(self, start: float, end: float) -> None:
        """Give a stretch of time up: its runs are not counted, its length is."""
        self._commit([Event(f"unlisted {start:.0f}", start, count(UNLISTED, end - start))], News(end))

    def totals(self) -> dict[Series, float]:
        """Every counter."""
        return self._state.counters(NAME)

    def forget(self, margin: float) -> None:
        """Drop the ids of runs that will not be read again, even if a clock was that many seconds ahead."""
        if self.read_from is not None:
            before = self.read_from - margin
            self._state.forget(NAME, events_before=before, tallies_before=before)

    def _commit(self, events: Sequence[Event], news: News, *, history: bool = False) -> None:
        items = {_MODELS: json.dumps(list(self._models))}
        if self.since is not None:
            items[_SINCE] = repr(self.since)
        if news.read_from is not None:
            items[_READ_FROM] = repr(news.read_from)
        if news.waiting is not None:
            items[_WAITING] = json.dumps(news.waiting)
        self._state.ingest(NAME, Batch(events, items, history=history))
        self.read_from = self.read_from if news.read_from is None else news.read_from
        self.waiting = self.waiting if news.waiting is None else dict(news.waiting)

    def _model(self, run: Run) -> str:
        if len(self._models) < self._max_models and run.is_llm:
            self._models.setdefault(run.model)
        return run.model if run.model in self._models else OTHER
