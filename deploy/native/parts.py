"""The two kinds of things that `up` brings up: services, which stay, and steps, which are done once each time."""

from __future__ import annotations

import hashlib
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.native.ready import Ready, at_once


@dataclass(frozen=True, slots=True)
class Service:
    """
    A process that stays.

    Attributes:
        name: Also that of its log, its port and its line in the table.
        command: Program and arguments.
        ready: Whether it answers.
        needs: Parts that must be ready before it starts.
        env: Its environment, on top of `PATH`, `HOME` and the like.
        reads: Files and folders whose change means that it must be started again.
        stop: Signal that ends it politely.
        port: Where it listens; None for one that does not.
        mark: File that says that it is ready; removed before it starts.
        optional: Whether the stack is well without it.
    """

    name: str
    command: Sequence[str | Path]
    ready: Ready = at_once
    needs: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    reads: tuple[Path, ...] = ()
    stop: signal.Signals = signal.SIGTERM
    port: int | None = None
    mark: Path | None = None
    optional: bool = False

    @property
    def digest(self) -> str:
        """Changes whenever the service would be started differently."""
        total = hashlib.sha256(repr((list(map(str, self.command)), sorted(self.env.items()))).encode())
        for path in _files(self.reads):
            total.update(path.read_bytes())
        return total.hexdigest()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is done on every `up`, quickly when nothing has changed; `optional` as for a service."""

    name: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()
    optional: bool = False


Part = Service | Step


def _files(paths: Iterable[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += [path] if path.is_file() else sorted(each for each in path.rglob("*") if _counts(each))
    return found


def _counts(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
