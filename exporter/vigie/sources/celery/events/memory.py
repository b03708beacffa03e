"""Names of tasks in flight, on disk, so that a restart of Vigie does not forget them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from vigie.core.logs import Logger
from vigie.sources.celery.events.tasks import Task

KEPT = 2 * 86400.0
"""Seconds after which a task is no longer thought to be in flight."""
_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS tasks (uuid TEXT PRIMARY KEY, name TEXT NOT NULL, queue TEXT, at REAL NOT NULL)
    WITHOUT ROWID;
"""
"""Without fsync: kill -9 loses nothing that was written; after a power cut the file may be new, which inspect mends."""


class Memory:
    """
    One SQLite file, written in batches by one thread.

    It is a convenience: a file that cannot be read is made anew, and where none can be kept, Vigie goes on without.
    """

    def __init__(self, path: Path, log: Logger) -> None:
        self._path = path
        self._log = log
        self._db: sqlite3.Connection | None = None

    def load(self, now: float, limit: int) -> list[tuple[str, str, str | None]]:
        """Id, name and queue of the tasks that were in flight, the oldest first, at most `limit`."""
        try:
            try:
                return self._open(now, limit)
            except sqlite3.DatabaseError:
                self._log.warning(
                    "celery_tasks_forgotten", file=self._path.name, hint="it was damaged and is made anew"
                )
                self.close()
                self._path.unlink(missing_ok=True)
                return self._open(now, limit)
        except (sqlite3.Error, OSError) as error:
            self._give_up(error)
            return []

    def save(self, changes: Mapping[str, Task | None], now: float) -> None:
        """Write tasks that came and delete those that ended."""
        if self._db is None or not changes:
            return
        came = [(uuid, task.name, task.queue, now) for uuid, task in changes.items() if task is not None]
        ended = [(uuid,) for uuid, task in changes.items() if task is None]
        try:
            with self._db:
                self._db.executemany("INSERT OR REPLACE INTO tasks VALUES (?, ?, ?, ?)", came)
                self._db.executemany("DELETE FROM tasks WHERE uuid = ?", ended)
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
            self._db = None

    def _open(self, now: float, limit: int) -> list[tuple[str, str, str | None]]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(self._path)
        self._db.executescript(_SCHEMA)
        with self._db:
            self._db.execute("DELETE FROM tasks WHERE at < ?", (now - KEPT,))
        rows = self._db.execute("SELECT uuid, name, queue FROM tasks ORDER BY at DESC LIMIT ?", (limit,)).fetchall()
        return rows[::-1]

    def _give_up(self, error: Exception) -> None:
        self._log.warning("celery_tasks_not_kept", file=self._path.name, detail=str(error))
        self.close()
