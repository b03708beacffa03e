"""What is still being waited for, on one line of a terminal that is cleared when all is there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, TextIO

_CLEAR: Final = "\r\x1b[2K"
_USUAL_WIDTH: Final = 80


class Progress:
    """
    A line that is written over; nothing where the stream is no terminal, or one that cannot clear a line.

    Args:
        stream: Where it goes: stderr, as stdout may be read by a program.
        environment: Where TERM is.
    """

    def __init__(self, stream: TextIO, environment: Mapping[str, str] = os.environ) -> None:
        self._stream = stream if stream.isatty() and environment.get("TERM", "") not in ("", "dumb") else None

    def show(self, left: frozenset[str]) -> None:
        """Say what has not answered yet."""
        if self._stream is None:
            return
        text = f"waiting for {', '.join(sorted(left))}" if left else ""
        width = self._width(self._stream)
        self._stream.write(_CLEAR + (text if len(text) < width else text[: max(width - 2, 0)] + "…"))
        self._stream.flush()

    def clear(self) -> None:
        """Leave the line as it was."""
        self.show(frozenset())

    @staticmethod
    def _width(stream: TextIO) -> int:
        try:
            return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH
        except OSError:
            return _USUAL_WIDTH
