"""
The viewer of dashboards, made of `dashboards/preview/` into `.vigie/preview/` when it is first asked for.

Its packages and what is built of them stay there, so that the next time takes none, until a source changes. All stacks
of a checkout share it. `python -m deploy.native.preview` makes it with what its tests need beside.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.console import complain, say
from deploy.native.errors import NativeError
from deploy.native.paths import ROOT

SOURCE = ROOT / "dashboards" / "preview"
FOLDER = ROOT / ".vigie" / "preview"
OLDEST_NODE = (20, 12)
_PACKAGES = ("package.json", "package-lock.json", ".npmrc")
_MADE = {"dist", "node_modules"}
_SECONDS = 300.0
_CI = ("npm", "ci", "--no-progress", "--fetch-retries=1", "--fetch-timeout=20000")
"""Whoever has no network shall hear of it soon."""


def server(folder: Path = FOLDER) -> Path:
    """The program that shows dashboards."""
    return folder / "dist" / "server.mjs"


def built_stamp(folder: Path = FOLDER) -> Path:
    """A file that changes whenever the viewer was built anew."""
    return folder / "built.stamp"


def make(*, tests: bool = False, source: Path = SOURCE, folder: Path = FOLDER) -> None:
    """
    Install and build what has changed since the last time; with `tests` also what its tests need.

    Raises:
        NativeError: There is no Node.js that will do, or npm failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder):
        node = _node()
        _install(source, folder, node, tests=tests)
        _build(source, folder, node)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Let one process at a time make it; the others wait and find it done."""
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _node() -> str:
    """The version of Node.js, once it is known to do."""
    wanted = f"Node.js {'.'.join(map(str, OLDEST_NODE))} or newer with npm, which show the dashboards,"
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise NativeError(f"{wanted} are not installed")
    version = _run(("node", "--version"), ROOT)
    found = re.match(r"v(\d+)\.(\d+)", version)
    if found is None or tuple(map(int, found.groups())) < OLDEST_NODE:
        raise NativeError(f"{wanted} are not installed: node is {version or 'without a version'}")
    return version


def _install(source: Path, folder: Path, node: str, *, tests: bool) -> None:
    """Install packages. What the tests need is more than what the viewer needs, so that it does for both."""
    stamp = folder / "installed.stamp"
    digest = _digest(node, [source / name for name in _PACKAGES])
    what = "all" if tests else "viewer"
    if stamp.is_file() and stamp.read_text() in {f"{digest} all", f"{digest} {what}"}:
        return
    stamp.unlink(missing_ok=True)
    for name in _PACKAGES:
        shutil.copy(source / name, folder / name)
    _run((*_CI, *(() if tests else ("--omit=dev",))), folder)
    stamp.write_text(f"{digest} {what}")


def _build(source: Path, folder: Path, node: str) -> None:
    stamp = built_stamp(folder)
    digest = _digest(node, _sources(source))
    if stamp.is_file() and stamp.read_text() == digest and server(folder).is_file():
        return
    stamp.unlink(missing_ok=True)
    for entry in source.iterdir():
        if entry.name not in _MADE:
            _copy(entry, folder / entry.name)
    _run(("node", "build.mjs"), folder)
    stamp.write_text(digest)


def _copy(entry: Path, target: Path) -> None:
    """Put a file or a whole folder where its older self may be."""
    if entry.is_file():
        shutil.copy(entry, target)
        return
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(entry, target)


def _sources(source: Path) -> list[Path]:
    found = (path for path in source.rglob("*") if path.relative_to(source).parts[0] not in _MADE)
    return sorted(path for path in found if path.is_file())


def _digest(node: str, files: Sequence[Path]) -> str:
    total = hashlib.sha256(node.encode())
    for file in files:
        total.update(f"{file.name}\0".encode() + file.read_bytes())
    return total.hexdigest()


def _run(command: Sequence[str], folder: Path) -> str:
    """What a command prints; it has the whole environment, for npm may need a proxy or a registry of the user's."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=folder, env=os.environ, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NativeError(f"{' '.join(command[:2])} in {folder} took longer than {_SECONDS:.0f} s") from None
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if re.search(r"err", line, re.IGNORECASE)]
        reason = lines[0] if lines else done.stderr.strip()[-200:]
        raise NativeError(f"{' '.join(command[:2])} in {folder} failed: {reason}")
    return done.stdout.strip()


def main() -> int:
    """Make the viewer and what its tests need."""
    try:
        make(tests=True)
    except NativeError as error:
        complain(str(error))
        return 2
    say(f"The viewer of dashboards is in {FOLDER / 'dist'}")
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
