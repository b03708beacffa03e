"""
A new series of a counter begins at 0.

Prometheus computes `rate()` and `increase()` from differences between samples. A series that appears with its full
value, as the first failure of a new kind does, has no sample before it, so its first increase is lost. Here each new
series is shown at 0 until that 0 was read, and in full from then on. Totals stay exact, and nothing ever falls.

OpenMetrics' created timestamps would say the same, but Prometheus reads them only behind a feature flag
(`created-timestamp-zero-ingestion`); a 0 works everywhere.

Which series are new depends on who keeps the count (`Family.kept_by`): after a restart of Vigie, what is in the state
file goes on where it was and is shown in full at once, and what the process counted itself starts from 0 again.
What the watched system counts may be years old when Vigie first sees it, so it is always shown in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from vigie.core.families import Families, Family, LabelValues
from vigie.core.state import Batch, State

_SHOWN: Final = "shown"
"""Name in the state file under which the series that were shown are kept, by source."""
_Known = dict[str, set[LabelValues]]


class _Kept(msgspec.Struct):
    """
    What a state file keeps of this.

    Attributes:
        shown: Label values of the series that were shown in full, by name of their family.
        old: Families that had counters before any of this was kept: they were shown in full, whatever they hold.
    """

    shown: _Known = msgspec.field(default_factory=dict)
    old: set[str] = msgspec.field(default_factory=set)


_KEPT: Final = msgspec.json.Decoder(_Kept)


class Firsts:
    """
    Which counters of one source were shown, and which still wait at 0.

    Methods are called one at a time, from any thread; only `admit` and `release` may use the disk.

    Args:
        source: Name of the source.
        state: Where what was shown is kept for the families that the state file keeps; None for Vigie's own.
    """

    def __init__(self, source: str, state: State | None = None) -> None:
        self._source, self._state = source, state
        self._counted: _Known = {}
        self._before: _Known = {}
        self._waiting: dict[Family, dict[LabelValues, int | None]] = {}
        self._earliest: int | None = None
        kept = state.items(_SHOWN).get(source) if state is not None else None
        self._kept = _KEPT.decode(kept) if kept is not None else _Kept()
        if state is not None and kept is None:
            self._kept.old = set(state.families())
            self._keep()

    def waits_for(self, page: int) -> bool:
        """Whether a series may be shown in full once everybody has read the page of this number; from any thread."""
        return self._earliest is not None and self._earliest <= page

    @property
    def waiting(self) -> Mapping[Family, Mapping[LabelValues, int | None]]:
        """The series that are shown at 0, and the number of the page that first did; None when none has yet."""
        return self._waiting

    def admit(self, families: Families) -> None:
        """Take in the samples of a poll: what is new in them waits."""
        growing = [(family, series) for family, series in families.series() if family.grows]
        own = [(family, series) for family, series in growing if family.kept_by != "system"]
        self._forget({family.name: series for family, series in own if family.kept_by == "process"})
        waiting: dict[Family, dict[LabelValues, int | None]] = {}
        learned = False
        for family, series in own:
            known = self._known(family)
            new = [labels for labels in series if labels not in known]
            if new and self._is_old(family, series):
                known.update(new)
                self._kept.old.discard(family.name)
                learned = True
            elif new:
                before = self._waiting.get(family, {})
                waiting[family] = {labels: before.get(labels) for labels in new}
            if family.kept_by == "state" and series:  # what is withheld for a while comes back with all that it had
                self._before[family.name] = set(series)
        self._waiting = waiting
        if learned:
            self._keep()

    def shown(self, page: int) -> None:
        """The page of this number shows what waits."""
        for series in self._waiting.values():
            series.update({labels: page for labels, first in series.items() if first is None})
        self._note()

    def hidden(self) -> None:
        """The page does not show what waits any more: the numbers are too old."""
        for series in self._waiting.values():
            series.update(dict.fromkeys(series))
        self._note()

    def release(self, page: int) -> frozenset[Family]:
        """Let what has been shown at 0 by the page of this number, which everybody has read, be shown in full."""
        changed = set()
        for family, series in list(self._waiting.items()):
            done = {labels for labels, first in series.items() if first is not None and first <= page}
            if done:
                changed.add(family)
                self._known(family).update(done)
                self._waiting[family] = {labels: first for labels, first in series.items() if labels not in done}
                if not self._waiting[family]:
                    del self._waiting[family]
        if any(family.kept_by == "state" for family in changed):
            self._keep()
        self._note()
        return frozenset(changed)

    def veiled(self, families: Families) -> Families:
        """The samples as they are shown: what waits is 0."""
        return families.with_zeros(self._waiting) if self._waiting else families

    def _note(self) -> None:
        pages = (first for series in self._waiting.values() for first in series.values() if first is not None)
        self._earliest = min(pages, default=None)

    def _known(self, family: Family) -> set[LabelValues]:
        """The series of a family that were shown."""
        return (self._kept.shown if family.kept_by == "state" else self._counted).setdefault(family.name, set())

    def _forget(self, there: Mapping[str, Mapping[LabelValues, object]]) -> None:
        """What the process counted and dropped, such as a worker that is gone, comes back from 0."""
        for name in self._counted:
            self._counted[name] &= there.get(name, {}).keys()

    def _is_old(self, family: Family, series: Mapping[LabelValues, object]) -> bool:
        """Whether the new series hold old counts: of a project that was renamed, or from before firsts were kept."""
        if family.kept_by != "state":
            return False
        before = self._before.get(family.name)
        return family.name in self._kept.old if before is None else bool(before - series.keys())

    def _keep(self) -> None:
        if self._state is not None:
            item = {self._source: msgspec.json.encode(self._kept, order="deterministic").decode()}
            self._state.ingest(_SHOWN, Batch((), item))
