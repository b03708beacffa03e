"""The two secret files: the REST API key that is read, and the integration key that is written once."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from vigie.core.files import UnreadableError, read_small
from vigie.core.logs import logger
from vigie.errors import ApplyError

_LARGEST = 64 * 2**10
"""Bytes of the largest file that may hold a key."""
_WORD = re.compile(r"[!-~]+")
"""What can stand in a header."""


def read_token(path: Path) -> str:
    """
    The key in the file.

    Raises:
        ApplyError: There is no such file, or no key in it.
    """
    token = _content(path)
    if token is None:
        raise ApplyError(f"there is no {path}, so the policy cannot be applied; put a REST API key of PagerDuty there")
    if not _WORD.fullmatch(token):
        raise ApplyError(f"{path} holds no key; expected one word, as PagerDuty shows it when a REST API key is made")
    return token


def read_key(path: Path) -> str | None:
    """
    The integration key in the file, or None where there is no file yet, but could be.

    Raises:
        ApplyError: It cannot be read, or could not be written.
    """
    key = _content(path)
    if key is None and not os.access(path.parent, os.W_OK | os.X_OK):
        what = "cannot be written to by this user" if path.parent.is_dir() else "is no folder; make it"
        raise ApplyError(f"{path} has to be written, but {path.parent} {what}")
    if key == "":
        raise ApplyError(f"{path} is empty; remove it, and the key is written there")
    return key


def write_key(path: Path, key: str) -> None:
    """
    Write the key to a new file, for its owner alone (mode 0600, whatever the umask).

    Raises:
        ApplyError: It cannot be written; no file is left behind.
    """
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(number, "w") as file:
                os.fchmod(number, 0o600)
                file.write(key)
        except OSError:
            path.unlink()
            raise
    except OSError as problem:
        raise ApplyError(f"{path} cannot be written: {problem.strerror}") from None


def _content(path: Path) -> str | None:
    try:
        content = read_small(path, _LARGEST).strip()
        if path.stat().st_mode & stat.S_IROTH:
            logger().warning("secret_readable_by_all", file=str(path), remedy=f"chmod o= {path}")
    except FileNotFoundError:
        return None
    except UnreadableError as problem:
        raise ApplyError(f"{path} {problem}") from None
    return content
