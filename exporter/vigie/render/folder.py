"""
A folder of rendered files: all of one rendering, or all of the one before.

The folder is shared with files of the user's own (rules of theirs beside ours), so what was written is listed in
`.rendered`, and only what is listed there is ever replaced or deleted.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from vigie.errors import RenderError

LIST: Final = ".rendered"
"""Name of the file that lists what the folder's last rendering wrote."""
_UNFINISHED: Final = ".unfinished"
_MOST_NAMED: Final = 10
"""Files that one refusal names; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """
    How one file of a folder differs from the rendering.

    Attributes:
        path: The file, relative to the folder.
        what: The difference in words, to be put after the path.
        there: The text that the folder holds; empty where there is no such file.
        wanted: The text of the rendering; empty where the file is not rendered any more.
    """

    path: str
    what: str
    there: str
    wanted: str


def write(files: Mapping[str, str], folder: Path) -> None:
    """
    Make `folder` hold `files`, given as text by relative path, and nothing else of an earlier rendering.

    Everything is written beside its place first and moved there when all of it is on disk, so that a full disk or a
    missing right changes nothing. The moves themselves are one each, so Prometheus never reads half a file. The list is
    extended before the first move, so that what a kill leaves behind is known to be Vigie's.

    Raises:
        RenderError: The folder cannot be written, or holds files of the same names that Vigie did not write; it still
            holds what it held.
    """
    _refuse_no_folder(folder)
    listed = _listed(folder)
    _refuse_foreign(files, listed, folder)
    stale = listed - set(files)
    try:
        ready = _prepare({LIST: _list({*files, *listed}), **files}, folder)
        for path, unfinished in ready.items():
            unfinished.replace(folder / path)
        for path in stale:
            _delete(folder / path)
        for path, unfinished in _prepare({LIST: _list(files)}, folder).items():
            unfinished.replace(folder / path)
    except OSError as problem:
        raise RenderError(f"{problem.filename or folder}: cannot be written: {problem.strerror}") from None


def drift(files: Mapping[str, str], folder: Path) -> list[Difference]:
    """
    How `folder` differs from `files`, in the order of the paths; nothing when it does not.

    Raises:
        RenderError: The folder cannot be read.
    """
    _refuse_no_folder(folder)
    try:
        listed = _listed(folder)
        compared = [_compare(folder, path, text, listed=path in listed) for path, text in files.items()]
        stale = [path for path in listed - set(files) if (folder / path).exists()]
        gone = [Difference(path, "is not rendered any more", _text(folder / path), "") for path in stale]
    except OSError as problem:
        raise RenderError(f"{problem.filename or folder}: cannot be read: {problem.strerror}") from None
    return sorted([*filter(None, compared), *gone], key=lambda difference: difference.path)


def _compare(folder: Path, path: str, wanted: str, *, listed: bool) -> Difference | None:
    if not os.path.lexists(folder / path):
        return Difference(path, "is missing", "", wanted)
    there = _text(folder / path)
    if there == wanted:
        return None
    return Difference(path, "differs" if listed else "differs, and was not written by Vigie", there, wanted)


def _text(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def _refuse_no_folder(folder: Path) -> None:
    if os.path.lexists(folder) and not folder.is_dir():
        raise RenderError(f"{folder} is not a folder; name one with --output, such as --output rendered")


def _refuse_foreign(files: Iterable[str], listed: set[str], folder: Path) -> None:
    """Refuse to replace what the user, or another program, put there: also a link in the place of a file of ours."""
    foreign = [
        path
        for path in files
        if os.path.lexists(folder / path)
        and (path not in listed or not (folder / path).is_file() or (folder / path).is_symlink())
    ]
    if not foreign:
        return
    more = f"\n  and {len(foreign) - _MOST_NAMED} more" if len(foreign) > _MOST_NAMED else ""
    names = "".join(f"\n  {folder / path}" for path in foreign[:_MOST_NAMED])
    raise RenderError(
        f"{folder}: nothing was written, because Vigie did not make these files and would replace them:{names}{more}\n"
        "Name another folder with --output, or move them away if they are not needed."
    )


def _listed(folder: Path) -> set[str]:
    path = folder / LIST
    if not os.path.lexists(path):
        return set()
    try:
        lines = set(path.read_text(encoding="utf-8").split("\n")) - {""}
    except (OSError, UnicodeDecodeError):
        lines = {"/"}
    if path.is_symlink() or any(
        PurePosixPath(line).is_absolute() or ".." in PurePosixPath(line).parts for line in lines
    ):
        raise RenderError(
            f"{path} cannot be read as the list of the files that Vigie wrote; restore it, or name another folder "
            "with --output"
        )
    return lines


def _list(paths: Iterable[str]) -> str:
    return "".join(f"{path}\n" for path in sorted(paths))


def _delete(path: Path) -> None:
    if path.is_file() and not path.is_symlink():
        path.unlink()


def _prepare(files: Mapping[str, str], folder: Path) -> dict[str, Path]:
    """Write each file under another name beside its place, or none of them."""
    ready: dict[str, Path] = {}
    try:
        for path, text in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(_UNFINISHED, f".{target.name}.", target.parent)
            ready[path] = Path(name)
            with os.fdopen(number, "wb") as file:
                os.fchmod(number, 0o666 & ~_umask())
                file.write(text.encode())
                file.flush()
                os.fsync(number)
    except OSError:
        for unfinished in ready.values():
            with contextlib.suppress(OSError):  # the first fault is the one to tell
                unfinished.unlink()
        raise
    return ready


def _umask() -> int:
    """The rights that the user withholds from new files; reading them means setting them."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
