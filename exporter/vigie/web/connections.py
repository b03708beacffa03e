"""The open connections, and which of them is closed when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.web.limits import Phase

if TYPE_CHECKING:
    from vigie.web.connection import Connection

_YOUNG = 1.0
"""Seconds that a client gets before its connection may be closed for another, if there is any other choice."""


class Connections:
    """Connections by phase; in each phase, those that entered it first come first, so a choice costs no search."""

    def __init__(self) -> None:
        self._by_phase: dict[Phase, dict[Connection, None]] = {phase: {} for phase in Phase}

    def __len__(self) -> int:
        """How many are open."""
        return sum(map(len, self._by_phase.values()))

    def move(self, connection: Connection, phase: Phase) -> None:
        """Put a connection, which may be a new one, at the end of a phase."""
        self.remove(connection)
        self._by_phase[phase][connection] = None

    def remove(self, connection: Connection) -> None:
        """Take out a connection that ended."""
        self._by_phase[connection.phase].pop(connection, None)

    def to_evict(self, now: float) -> Connection | None:
        """The connection to close for another: it has done least for longest, and is young only where all are."""
        firsts = [next(iter(phase)) for phase in self._by_phase.values() if phase]
        patient = [one for one in firsts if now - one.since >= _YOUNG]
        return next(iter(patient or firsts), None)
