"""
What must survive a restart, in one SQLite file.

Event-shaped sources are ingested exactly once: the ids of the events, the cursor that says how far a list was read,
and the counters that the events feed are committed together. After a crash at any moment the file holds either all of
a batch or nothing of it, so reading the batch again neither loses nor doubles anything.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import stat
import threading
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from vigie.core.logs import logger
from vigie.errors import StateError

SCHEMA: Final = (
    """
    CREATE TABLE event (source TEXT, id TEXT, at REAL NOT NULL, amounts TEXT NOT NULL,
                        PRIMARY KEY (source, id)) WITHOUT ROWID;
    CREATE INDEX event_age ON event (source, at);
    CREATE TABLE counter (source TEXT, family TEXT, labels TEXT, value REAL NOT NULL, shown REAL NOT NULL,
                          PRIMARY KEY (source, family, labels)) WITHOUT ROWID;
    CREATE TABLE tally (source TEXT, family TEXT, labels TEXT, hour INTEGER, value REAL NOT NULL,
                        PRIMARY KEY (source, family, labels, hour)) WITHOUT ROWID;
    CREATE TABLE item (source TEXT, name TEXT, value TEXT NOT NULL, PRIMARY KEY (source, name)) WITHOUT ROWID;
    """,
)
"""One script per version of the schema; a new version appends one and never edits those before it."""

HOUR: Final = 3600
_PRIVATE: Final = 0o600
_NO_FILE: Final = Path(":memory:")
_BESIDE: Final = ("-wal", "-shm", "-journal")
"""Ends of the names of the files that SQLite keeps beside its own; it gives new ones the mode of the first."""
_AMOUNTS: Final = msgspec.json.Decoder(list[tuple[str, tuple[str, ...], float]])

Labels = tuple[str, ...]
Series = tuple[str, Labels]
"""A family's name and the values of its labels."""


@dataclass(frozen=True, slots=True)
class Event:
    """
    One thing that happened at a vendor.

    Attributes:
        id: The vendor's own id: what makes it the same event however often, and by whatever road, it is seen.
        at: Unix time at which it happened: the hour that it is tallied in, and its age.
        amounts: What it adds to each series. When an event is seen again with other amounts (a run that was patched
            late), the difference is added, so the totals are those of its last version.
    """

    id: str
    at: float
    amounts: Mapping[Series, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """
    What is committed together.

    Attributes:
        events: Things that happened, in any order, some perhaps seen before.
        items: What the source keeps by name, such as how far it has read.
        history: The events happened before Vigie watched: they fill the hourly tallies, for windows and baselines, but
            do not move a counter, which would look like a burst of events now.
        moving: Families with a single label that a correction may change, so that what happened moves to another
            counter; where there are several labels, a correction moves it among those that share the first.
    """

    events: Sequence[Event]
    items: Mapping[str, str] = field(default_factory=dict)
    history: bool = False
    moving: frozenset[str] = frozenset()


class State:
    """
    The state file of one product; one process at a time may have it open.

    Methods block for as long as the disk does: call them in a thread. They may be called from any one thread at a time.
    The file is for its owner alone, whatever the umask: customers' events are counted from it. A file that others may
    read, as older versions made it, loses those rights.

    Raises:
        StateError: It is damaged, locked by another process, not writable, or was written by a newer Vigie.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with self._explained():
            if path != _NO_FILE:
                _make_private(path)
            self._db = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
            with contextlib.ExitStack() as unless_usable:
                unless_usable.callback(self._db.close)
                self._prepare()
                unless_usable.pop_all()

    @classmethod
    def in_memory(cls) -> State:
        """A state that ends with the process."""
        return cls(_NO_FILE)

    def ingest(self, source: str, batch: Batch) -> int:
        """
        Take in a batch in one transaction: count what is new in it and set its items.

        Returns:
            How many of the events had not been seen before.
        """
        events = {event.id: event for event in batch.events}
        with self._transaction():
            seen = self._seen(source, list(events))
            changes = [(event, _difference(event, seen.get(event.id))) for event in events.values()]
            changed = [(event, amounts) for event, amounts in changes if amounts or event.id not in seen]
            self._db.executemany(
                "REPLACE INTO event VALUES (?, ?, ?, ?)",
                [(source, event.id, event.at, _dump(event.amounts)) for event, _ in changed],
            )
            self._tally(source, changed)
            if not batch.history:
                self._count(source, [amounts for _, amounts in changed], batch.moving)
            self._db.executemany(
                "REPLACE INTO item VALUES (?, ?, ?)", [(source, *item) for item in batch.items.items()]
            )
        return len(events) - len(seen)

    def counters(self, source: str) -> dict[Series, float]:
        """
        Every counter of a source: its total since the state file was made.

        A counter never falls, as Prometheus would take that for a restart: after a correction downwards it stands
        still until the total has caught up. So that what moved to another label is not counted twice meanwhile, as
        much is held back of the counters that it may have moved to (`Batch.moving`), so that their sum is right.
        """
        with self._lock, self._explained():
            rows = self._db.execute("SELECT family, labels, shown FROM counter WHERE source = ?", (source,))
            return {(family, tuple(json.loads(labels))): value for family, labels, value in rows}

    def families(self) -> frozenset[str]:
        """Names of the families that have a counter, of any source; a histogram's without what `core.ledger` adds."""
        with self._lock, self._explained():
            rows = self._db.execute("SELECT DISTINCT family FROM counter")
            return frozenset(family.removesuffix("_bucket").removesuffix("_sum") for (family,) in rows)

    def window(self, source: str, start: float, end: float) -> dict[Series, float]:
        """Totals of what happened from `start` to `end` (Unix times, rounded down to hours), history included."""
        query = (
            "SELECT family, labels, sum(value) FROM tally WHERE source = ? AND hour >= ? AND hour < ? "
            "GROUP BY family, labels"
        )
        with self._lock, self._explained():
            rows = self._db.execute(query, (source, start // HOUR, end // HOUR))
            return {(family, tuple(json.loads(labels))): value for family, labels, value in rows}

    def items(self, source: str) -> dict[str, str]:
        """Everything that a source keeps by name, such as its cursors."""
        with self._lock, self._explained():
            return dict(self._db.execute("SELECT name, value FROM item WHERE source = ?", (source,)))

    def known(self, source: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these ids were ingested, and are not forgotten."""
        with self._lock, self._explained():
            return frozenset(self._seen(source, ids))

    def forget(self, source: str, *, events_before: float, tallies_before: float) -> None:
        """Drop the ids of events, and the tallies, of before these Unix times; counters stay."""
        with self._transaction():
            self._db.execute("DELETE FROM event WHERE source = ? AND at < ?", (source, events_before))
            self._db.execute("DELETE FROM tally WHERE source = ? AND hour < ?", (source, tallies_before // HOUR))

    def close(self) -> None:
        """Write everything out and let go of the file."""
        with self._lock:
            self._db.close()

    def _seen(self, source: str, ids: Sequence[str]) -> dict[str, str]:
        query = "SELECT id, amounts FROM event WHERE source = ? AND id IN (SELECT value FROM json_each(?))"
        return dict(self._db.execute(query, (source, json.dumps(ids))))

    def _count(self, source: str, changes: Iterable[Mapping[Series, float]], moving: Container[str]) -> None:
        totals: Counter[Series] = Counter()
        for amounts in changes:
            totals.update(amounts)
        self._db.executemany(
            "INSERT INTO counter VALUES (?1, ?2, ?3, ?4, 0) ON CONFLICT (source, family, labels) "
            "DO UPDATE SET value = value + excluded.value",
            [(source, family, json.dumps(labels), amount) for (family, labels), amount in totals.items()],
        )
        for family in {family for family, _ in totals}:
            self._show(source, family, is_moving=family in moving)

    def _show(self, source: str, family: str, *, is_moving: bool) -> None:
        """Show what has grown, less what the counters that it may have moved from show too much."""
        query = "SELECT labels, value, shown FROM counter WHERE source = ? AND family = ? AND shown != value"
        groups: dict[str, list[tuple[str, float, float]]] = {}
        for labels, value, shown in self._db.execute(query, (source, family)):
            names: list[str] = json.loads(labels)
            key = "" if is_moving and len(names) == 1 else "".join(names[:1])
            groups.setdefault(key, []).append((labels, value, shown))
        for rows in groups.values():
            held = sum(max(shown - value, 0.0) for _, value, shown in rows)
            grown = sorted((row for row in rows if row[1] > row[2]), key=lambda row: row[2] - row[1])
            for labels, value, shown in grown:
                back = min(held, value - shown)
                held -= back
                self._db.execute(
                    "UPDATE counter SET shown = ? WHERE source = ? AND family = ? AND labels = ?",
                    (value - back if back else value, source, family, labels),
                )

    def _tally(self, source: str, changes: Iterable[tuple[Event, Mapping[Series, float]]]) -> None:
        totals: Counter[tuple[Series, int]] = Counter()
        for event, amounts in changes:
            for series, amount in amounts.items():
                totals[series, int(event.at // HOUR)] += amount  # type: ignore[assignment]  # a Counter of floats
        self._db.executemany(
            "INSERT INTO tally VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (source, family, labels, hour) DO UPDATE SET value = value + excluded.value",
            [(source, family, json.dumps(labels), hour, amount) for ((family, labels), hour), amount in totals.items()],
        )

    def _prepare(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._refuse_damage()
        self._migrate()

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
        with self._lock, self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:  # cancellation too must leave nothing half written
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


def _make_private(path: Path) -> None:
    """
    Make sure that there is a file at `path`, and that it and what SQLite keeps beside it are for their owner alone.

    A folder that is missing is made, with mode 0700; one that is there keeps its mode.

    Raises:
        OSError: The folder or the file cannot be made or opened.
    """
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE))
    for file in (path, *(path.with_name(path.name + end) for end in _BESIDE)):
        if file.exists() and stat.S_IMODE(file.stat().st_mode) != _PRIVATE:
            try:
                file.chmod(_PRIVATE)
            except OSError as problem:  # another user's file, or a file system without modes
                logger().warning("state_readable_by_others", file=str(file), why=problem.strerror)


def _dump(amounts: Mapping[Series, float]) -> str:
    return msgspec.json.encode([(family, labels, amount) for (family, labels), amount in amounts.items()]).decode()


def _difference(event: Event, known: str | None) -> dict[Series, float]:
    """What must be added so that the totals hold `event` as it is now, given the amounts that it was counted with."""
    if known is None:
        return {series: amount for series, amount in event.amounts.items() if amount}
    before = {(family, labels): amount for family, labels, amount in _AMOUNTS.decode(known)}
    delta = {series: event.amounts.get(series, 0.0) - before.get(series, 0.0) for series in {*before, *event.amounts}}
    return {series: amount for series, amount in delta.items() if amount}
