"""The latest messages, in memory or in a folder, where they outlive the inbox."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path

from demo.inbox.messages import Message

KEPT = 500
"""Messages; the oldest go first."""
_FILE = "inbox.sqlite"


class StoreError(Exception):
    """The folder cannot be used; says which, and why."""


class Store:
    """
    The latest messages. One that was taken is on the disk: `kill -9` loses none.

    Args:
        folder: Where to keep them; None for memory.
        kept: How many.

    Raises:
        StoreError: The folder cannot be written, or its file is not an inbox.
    """

    def __init__(self, folder: Path | None, kept: int = KEPT) -> None:
        self._kept = kept
        try:
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(folder / _FILE if folder else ":memory:", isolation_level=None)
            self._database.execute("create table if not exists message (number integer primary key, content text)")
        except (OSError, sqlite3.Error) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise StoreError(
                f"{folder} cannot hold the messages: {why}; set INBOX_FOLDER to a folder that it may write"
            ) from None

    def add(self, message: Message) -> None:
        """Keep a message, and forget the oldest beyond the limit."""
        with self._database:
            self._database.execute("begin")
            row = self._database.execute("insert into message (content) values (?)", [json.dumps(asdict(message))])
            self._database.execute("delete from message where number <= ?", [(row.lastrowid or 0) - self._kept])

    def messages(self) -> list[Message]:
        """All of them, newest first."""
        rows = self._database.execute("select content from message order by number desc")
        return [Message(**json.loads(content)) for (content,) in rows]
