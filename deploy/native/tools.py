"""
The programs of the stack that are not Python, unpacked into `.vigie/tools/`.

`install()` is quick when nothing is to do; `binary(name)` is where a program is. Go programs come from Debian testing
(they need nothing but a libc of 2022); what is linked to many libraries comes from the machine's own release, or is the
machine's own where that package is installed. A program is only ever taken from where its package puts it: what a
command of that name starts may be a wrapper, which changes the user or reads the machine's settings.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.console import complain, say
from deploy.native.apt import Apt, unpack
from deploy.native.errors import NativeError
from deploy.native.paths import TOOLS
from deploy.native.sources import debian

TESTING = "testing"
TRIXIE = "trixie"
"""Debian 13, whose Prometheus is the oldest that the rules load on."""
OWN = "own"
"""The release that the machine runs."""
_MACHINE = Path("/")


@dataclass(frozen=True, slots=True)
class Move:
    """A path compiled or written into `file`, and the path that stands for it; `{root}` as in `Package.prelude`."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Package:
    """
    One Debian package and the programs that it is unpacked for.

    Attributes:
        name: Of the package.
        suite: A release of Debian; of the machine's own, everything that the package needs comes along.
        programs: Name to path in the package; a `*` stands for a version.
        prelude: Shell that runs before each program; `{root}` is where the package was unpacked.
        moves: For files that hold a path of the package: that path and what stands for it.
    """

    name: str
    suite: str
    programs: Mapping[str, str]
    prelude: str = ""
    moves: tuple[Move, ...] = ()

    @property
    def place(self) -> str:
        """Name of the folder that it is unpacked into."""
        return f"{self.name}-{self.suite}" if self.suite == TRIXIE else self.name


_POSTGRES = "usr/lib/postgresql/*/bin"
_RABBIT = "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"
_TEMPLATES = "/usr/share/prometheus/alertmanager"
_ALERTMANAGER = "usr/bin/prometheus-alertmanager"

SETS: dict[str, tuple[Package, ...]] = {
    "stack": (
        Package("prometheus", TESTING, {"prometheus": "usr/bin/prometheus"}),
        Package("promtool", TESTING, {"promtool": "usr/bin/promtool"}),
        Package(
            "prometheus-alertmanager",
            TESTING,
            {"alertmanager": _ALERTMANAGER, "amtool": "usr/bin/amtool"},
            # Debian compiled in where the default templates lie, and no flag moves them: descriptor 9 shows the way
            prelude=f'exec 9<"{{root}}{_TEMPLATES}"',
            moves=(Move(_ALERTMANAGER, _TEMPLATES, "/proc/self/fd/9"),),
        ),
        Package("prometheus-blackbox-exporter", TESTING, {"blackbox_exporter": "usr/bin/prometheus-blackbox-exporter"}),
        Package("prometheus-node-exporter", TESTING, {"node_exporter": "usr/bin/prometheus-node-exporter"}),
        Package("redis-server", OWN, {"redis-server": "usr/bin/redis-server"}),
        Package("postgresql", OWN, {name: f"{_POSTGRES}/{name}" for name in ("initdb", "postgres", "pg_ctl")}),
    ),
    "python": (Package("python3-pip-whl", OWN, {"pip.whl": "usr/share/python-wheels/pip-*.whl"}),),
    "bench": (  # what scripts/bench compares with
        Package("nginx", OWN, {"nginx": "usr/sbin/nginx"}),
        Package("prometheus-redis-exporter", TESTING, {"redis_exporter": "usr/bin/prometheus-redis-exporter"}),
        Package("prometheus-postgres-exporter", TESTING, {"postgres_exporter": "usr/bin/prometheus-postgres-exporter"}),
    ),
    "tests": (
        Package(
            "rabbitmq-server",
            OWN,
            {
                "rabbitmq-server": f"{_RABBIT}/rabbitmq-server",
                "rabbitmqctl": f"{_RABBIT}/rabbitmqctl",
                "epmd": "usr/lib/erlang/erts-*/bin/epmd",
            },
            prelude='export PATH="{root}/usr/lib/erlang/bin:$PATH"',
            moves=(Move("usr/lib/erlang/bin/erl", "/usr/lib/erlang", "{root}/usr/lib/erlang"),),
        ),
        Package("prometheus", TRIXIE, {"prometheus-2.53": "usr/bin/prometheus"}),
        Package("pgbouncer", OWN, {"pgbouncer": "usr/sbin/pgbouncer"}),
        Package("chromium", OWN, {"chromium": "usr/lib/chromium/chromium"}),
        Package("docker-compose", TESTING, {"docker-compose": "usr/libexec/docker/cli-plugins/docker-compose"}),
    ),
}


def binary(name: str) -> Path:
    """
    Where a program is.

    Raises:
        NativeError: It has not been unpacked yet.
    """
    path = TOOLS / "bin" / name
    if not path.exists():
        raise NativeError(f"{name} is not unpacked in {TOOLS}; run ./scripts/test")
    return path


def install(*sets: str, say: Callable[[str], None] = say) -> None:
    """
    Unpack the named sets (`stack` unless said), as far as that is not done already.

    Raises:
        NativeError: A package could not be found, fetched or unpacked.
    """
    (TOOLS / "bin").mkdir(parents=True, exist_ok=True)
    with _lock():
        packages = [package for name in sets or ("stack",) for package in SETS[name] if not _stands(package)]
        missing = [package for package in packages if not _machine_has(package)]
        for suite in (TESTING, TRIXIE, OWN):
            _install(suite, [package for package in missing if package.suite == suite], say)
        shutil.rmtree(TOOLS / "apt", ignore_errors=True)


@contextmanager
def _lock() -> Iterator[None]:
    """Let one process at a time unpack; the others wait and find it done."""
    with (TOOLS / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _stamp(package: Package) -> tuple[Path, str]:
    """The file that says that a package stands, and its first line: that changes with the table and with the place."""
    return TOOLS / f"{package.place}.stamp", hashlib.sha256(f"{TOOLS} {package!r}".encode()).hexdigest()


def _stands(package: Package) -> bool:
    """Whether its programs are in `bin`, made by this table, and what they start is still there."""
    stamp, mark = _stamp(package)
    found, *paths = stamp.read_text().splitlines() if stamp.is_file() else [""]
    if found != mark or len(paths) != len(package.programs):
        return False
    shown = [TOOLS / "bin" / program for program in package.programs]
    return all(path.exists() for path in (*shown, *map(Path, paths)))


def _machine_has(package: Package) -> bool:
    """Show what the machine has installed; what comes from another release is always ours, for its version matters."""
    if package.suite != OWN:
        return False
    found = {name: _newest(_MACHINE, pattern) for name, pattern in package.programs.items()}
    paths = {name: path for name, path in found.items() if path is not None}
    if len(paths) < len(found):
        return False
    _show(package, paths, _prelude(package, _MACHINE))
    return True


def _newest(root: Path, pattern: str) -> Path | None:
    """What a pattern finds in `root`; where several versions are installed, the latest."""
    return max(root.glob(pattern), key=_version, default=None)


def _version(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _install(suite: str, packages: Sequence[Package], say: Callable[[str], None]) -> None:
    if not packages:
        return
    sources = debian()
    alone = suite != OWN
    lines = [sources[0].line(suite)] if alone else [each.line() for each in sources]
    apt = Apt(TOOLS / "apt" / suite, lines)
    say(f"tools: asking Debian for {', '.join(package.name for package in packages)}")
    apt.update()
    for package in packages:
        archives = apt.download([package.name]) if alone else apt.download_with_needs([package.name])
        size = sum(archive.stat().st_size for archive in archives) / 1e6
        say(f"tools: unpacking {package.name} ({size:.0f} MB)")
        _place(package, archives)


def _place(package: Package, archives: Sequence[Path]) -> None:
    """Unpack into a fresh folder, put that in the place of the old one, and show its programs in `bin`."""
    root = TOOLS / package.place
    fresh = TOOLS / f"{package.place}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for archive in archives:
        unpack(archive, fresh)
    shutil.rmtree(root, ignore_errors=True)
    fresh.rename(root)
    for move in package.moves:
        _move(root, move)
    paths = {name: _only(root, pattern) for name, pattern in package.programs.items()}
    _show(package, paths, [*_prelude(package, root), *_libraries(root)])


def _only(root: Path, pattern: str) -> Path:
    found = _newest(root, pattern)
    if found is None:
        raise NativeError(f"the package unpacked in {root} has no {pattern}; Debian may have moved it")
    return found


def _move(root: Path, move: Move) -> None:
    file = _only(root, move.file).resolve()
    content, old, new = file.read_bytes(), move.old.encode(), move.new.format(root=root).encode()
    if old not in content:
        raise NativeError(f"{file} does not hold {move.old}; Debian may have changed it")
    if content.startswith(b"\x7fELF"):
        new = new.ljust(len(old), b"/")  # a compiled string keeps its length, and slashes in a row count as one
    file.write_bytes(content.replace(old, new))


def _show(package: Package, paths: Mapping[str, Path], lines: Sequence[str]) -> None:
    """Put the programs of a package into `bin`, and write down that they stand."""
    stamp, mark = _stamp(package)
    for name, path in paths.items():
        _expose(name, path, lines)
    stamp.write_text("\n".join([mark, *map(str, paths.values()), ""]))


def _prelude(package: Package, root: Path) -> list[str]:
    return [package.prelude.format(root=str(root).rstrip("/"))] if package.prelude else []


def _libraries(root: Path) -> list[str]:
    found = (library for folder in ("lib", "usr/lib") for library in root.glob(f"{folder}/*-linux-gnu*/**/lib*.so*"))
    folders = sorted({str(library.parent) for library in found})
    return [f'export LD_LIBRARY_PATH="{":".join(folders)}"'] if folders else []


def _expose(name: str, path: Path, lines: Sequence[str]) -> None:
    """Put a program into `bin`: a link, or a wrapper where some lines of shell must run before it."""
    if not lines:
        _link(name, path)
        return
    wrapper = TOOLS / "bin" / name
    wrapper.unlink(missing_ok=True)
    wrapper.write_text("\n".join(["#!/bin/sh", *lines, f'exec {shlex.quote(str(path))} "$@"', ""]))
    wrapper.chmod(0o755)


def _link(name: str, path: Path) -> None:
    link = TOOLS / "bin" / name
    link.unlink(missing_ok=True)
    link.symlink_to(path)


def main() -> int:
    """Install the sets named on the command line."""
    try:
        install(*sys.argv[1:])
    except NativeError as error:
        complain(str(error))
        return 2
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
