"""Read small files that people name, without hanging on a pipe or filling the memory with what has no end."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class UnreadableError(Exception):
    """A file cannot be read; `str()` says why, after the file's name."""


class ForbiddenError(UnreadableError):
    """This user may not read it."""


def read_small(path: Path, largest: int) -> str:
    """
    The text of a regular file of at most `largest` bytes, in UTF-8.

    Raises:
        FileNotFoundError: There is no such file.
        ForbiddenError: This user may not read it.
        UnreadableError: It is a folder, pipe or device, is too large, is not UTF-8, or the system refuses.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UnreadableError(f"is {_kind(path)}; expected a regular file")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(largest + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except PermissionError as problem:
        raise ForbiddenError(f"cannot be read: {problem.strerror}") from None
    except OSError as problem:
        raise UnreadableError(f"cannot be read: {problem.strerror}") from None
    except ValueError:  # a path with a NUL byte
        raise UnreadableError("is no path") from None
    if len(content) > largest:
        raise UnreadableError(f"is larger than {largest // 1024} KiB")
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UnreadableError(f"is not UTF-8 text (line {line}); save it as UTF-8") from None


def _kind(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    return "a pipe" if path.is_fifo() else "a device or socket"
