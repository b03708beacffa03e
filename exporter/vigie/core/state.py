"""
What must survive a restart, in one SQLite file.

Event-shaped sources are ingested exactly once: the ids of the events, the cursor that says how far a list was read,
and the counters that the events feed are committed together. After a crash at any moment the file holds either all of
a batch or nothing of it, so reading the batch again neither loses nor doubles anything.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vigie.errors import StateError

SCHEMA: Final = (
    """
    CREATE TABLE event (source TEXT, id TEXT, at REAL NOT NULL, PRIMARY KEY (source, id)) WITHOUT ROWID;
    CREATE INDEX event_age ON event (source, at);
    CREATE TABLE counter (source TEXT, family TEXT, labels TEXT, value REAL NOT NULL,
                          PRIMARY KEY (source, family, labels)) WITHOUT ROWID;
    CREATE TABLE item (source TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
    """,
)
"""One script per version of the schema; a new version appends one and never edits those before it."""

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened at a vendor.

    Attributes:
        id: The vendor's own id: what makes it the same event however often it is seen.
        at: Unix time at which it happened, for retention.
        increments: What it adds to each counter: family name and label values to amount.
    """

    id: str
    at: float
    increments: Mapping[tuple[str, Labels], float] = field(default_factory=dict)


class State:
    """
    The state file of one product; one process at a time may have it open.

    Raises:
        StateError: It is damaged, locked by another process, not writable, or was written by a newer Vigie.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._refuse_damage()
            self._migrate()

    def ingest(self, source: str, events: Iterable[Event], items: Mapping[str, str] | None = None) -> int:
        """
        Take in a batch: count every event not seen before, and set `items` (cursors), in one transaction.

        Returns:
            How many of the events were new.
        """
        new = 0
        with self._transaction():
            for event in events:
                added = self._db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?)", (source, event.id, event.at))
                if added.rowcount:
                    new += 1
                    self._count(source, event.increments)
            self._db.executemany(
                "REPLACE INTO item VALUES (?, ?, ?)", [(source, *item) for item in (items or {}).items()]
            )
        return new

    def counters(self, source: str) -> dict[tuple[str, Labels], float]:
        """Every counter of a source: family name and label values to its total."""
        with self._explained():
            rows = self._db.execute("SELECT family, labels, value FROM counter WHERE source = ?", (source,))
            return {(family, tuple(json.loads(labels))): value for family, labels, value in rows}

    def items(self, source: str) -> dict[str, str]:
        """Everything that a source keeps by name, such as its cursors."""
        with self._explained():
            return dict(self._db.execute("SELECT name, value FROM item WHERE source = ?", (source,)))

    def forget(self, source: str, before: float) -> int:
        """Drop the ids of events older than the Unix time `before`; counters stay. Returns how many went."""
        with self._transaction():
            return self._db.execute("DELETE FROM event WHERE source = ? AND at < ?", (source, before)).rowcount

    def close(self) -> None:
        """Write everything out and let go of the file."""
        self._db.close()

    def _count(self, source: str, increments: Mapping[tuple[str, Labels], float]) -> None:
        self._db.executemany(
            "INSERT INTO counter VALUES (?, ?, ?, ?) "
            "ON CONFLICT (source, family, labels) DO UPDATE SET value = value + excluded.value",
            [(source, family, json.dumps(labels), amount) for (family, labels), amount in increments.items()],
        )

    def _refuse_damage(self) -> None:
        verdict = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StateError(f"{self._path} is damaged ({verdict}); restore it, or move it away to start counting anew")

    def _migrate(self) -> None:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCHEMA):
            raise StateError(f"{self._path} was written by a newer Vigie (schema {version}); use that version or newer")
        for number, script in enumerate(SCHEMA[version:], start=version + 1):
            self._db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT")

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise StateError(
                    f"{self._path} is in use by another Vigie; stop that one or set another `state`"
                ) from None
            raise StateError(
                f"{self._path} cannot be used: {problem}; check the folder's rights and free space"
            ) from None
        except sqlite3.DatabaseError as problem:
            raise StateError(
                f"{self._path} is damaged ({problem}); restore it, or move it away to start anew"
            ) from None
        except OSError as problem:
            raise StateError(f"{self._path} cannot be used: {problem.strerror}") from None
