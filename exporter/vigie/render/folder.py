"""
A folder of rendered files: all of one rendering, or all of the one before.

The folder is shared with files of the user's own (rules of theirs beside ours), so what was written is listed in
`.rendered`, and only what is listed there is ever deleted.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from vigie.errors import RenderError

LIST = ".rendered"
"""Name of the file that lists what the folder's last rendering wrote."""
_UNFINISHED = ".unfinished"


def write(files: Mapping[str, str], folder: Path) -> None:
    """
    Make `folder` hold `files`, given as text by relative path, and nothing else of an earlier rendering.

    Everything is written beside its place first and moved there when all of it is on disk, so that a full disk or a
    missing right changes nothing. The moves themselves are one each, so Prometheus never reads half a file.

    Raises:
        RenderError: The folder cannot be written; it still holds what it held.
    """
    stale = _listed(folder) - set(files)
    listed = {**files, LIST: "".join(f"{path}\n" for path in sorted(files))}
    try:
        _prepare(listed, folder)
    except OSError as problem:
        for path in listed:
            with contextlib.suppress(OSError):  # what could not be made cannot be removed either
                _unfinished(folder / path).unlink()
        raise RenderError(f"{problem.filename or folder}: cannot be written: {problem.strerror}") from None
    for path in listed:
        _unfinished(folder / path).replace(folder / path)
    for path in stale:
        (folder / path).unlink(missing_ok=True)


def drift(files: Mapping[str, str], folder: Path) -> list[str]:
    """Say in one line for each file how `folder` differs from `files`; nothing when it does not."""
    found = [f"{path}: {problem}" for path, text in files.items() if (problem := _difference(folder / path, text))]
    stale = sorted(path for path in _listed(folder) - set(files) if (folder / path).exists())
    return sorted([*found, *(f"{path}: is not rendered any more" for path in stale)])


def _difference(path: Path, text: str) -> str | None:
    if not path.exists():
        return "is missing"
    return None if path.read_bytes() == text.encode() else "differs"


def _listed(folder: Path) -> set[str]:
    path = folder / LIST
    return set(path.read_text(encoding="utf-8").split("\n")) - {""} if path.exists() else set()


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + _UNFINISHED)


def _prepare(files: Mapping[str, str], folder: Path) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with _unfinished(target).open("wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
