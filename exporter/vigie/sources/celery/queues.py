"""Which queues there are when the settings name none: what anybody named, remembered for as long as it matters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from vigie.core.state import Batch, State

KEPT: Final = 86400.0
"""Seconds after which a queue that is empty and that no worker consumes is forgotten."""
_NAME: Final = "celery"
_ITEM: Final = "queues"
_SAVED_EVERY: Final = 3600.0
"""Seconds between two saves when only the times have changed."""
_TIMES: Final = msgspec.json.Decoder(dict[str, float])


class Queues:
    """
    Names of queues, with the Unix time at which each last mattered: a worker consumed it, or something waited in it.

    Workers name the queues, and one that does not answer must not take its queue out of sight while jobs wait in it;
    nor may a restart of Vigie while all workers are gone. Methods block for as long as the disk does.

    Args:
        state: Where they are kept over restarts.
        limit: Names that are remembered; those that mattered last.
    """

    def __init__(self, state: State, limit: int) -> None:
        self._state, self._limit = state, limit
        self._times = _TIMES.decode(state.items(_NAME).get(_ITEM, "{}"))
        self._saved = dict(self._times)

    @property
    def names(self) -> list[str]:
        """All that are remembered."""
        return sorted(self._times)

    def update(self, consumed: Iterable[str], lengths: Mapping[str, float], missing: Iterable[str], now: float) -> None:
        """Take in which queues workers consume, how many messages wait in each, and which ones do not exist."""
        waiting = (queue for queue, length in lengths.items() if length > 0)
        times = {**self._times, **dict.fromkeys((*consumed, *waiting), now)}
        for queue in missing:
            times.pop(queue, None)
        alive = sorted((-time, queue) for queue, time in times.items() if now - time < KEPT)
        self._times = {queue: -time for time, queue in alive[: self._limit]}
        aged = any(now - self._saved.get(queue, 0.0) > _SAVED_EVERY for queue in consumed)
        if aged or self._times.keys() != self._saved.keys():
            self._state.ingest(_NAME, Batch((), {_ITEM: msgspec.json.encode(self._times).decode()}))
            self._saved = dict(self._times)
