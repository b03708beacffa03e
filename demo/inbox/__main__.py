"""
Serve the inbox on `INBOX_HOST`:`INBOX_PORT`, loopback and 8025 unless set.

`INBOX_FOLDER` keeps the messages over restarts; without it they are forgotten when the inbox ends.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from demo.inbox.app import Inbox
from demo.inbox.store import Store, StoreError
from demo.serving import serve


def main() -> None:
    """Serve until stopped; exit status 2 when the folder cannot be used."""
    folder = os.environ.get("INBOX_FOLDER")
    try:
        store = Store(Path(folder) if folder else None)
    except StoreError as error:
        sys.stderr.write(f"inbox: {error}\n")
        sys.exit(2)
    serve(Inbox(store).app, os.environ.get("INBOX_HOST", "127.0.0.1"), int(os.environ.get("INBOX_PORT", "8025")))


if __name__ == "__main__":
    main()
