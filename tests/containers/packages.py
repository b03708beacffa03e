"""What an engine and the stand-in images are made of, unpacked from Debian packages into `.vigie/containers/`."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from deploy.native.apt import Apt, unpack
from deploy.native.paths import ROOT
from deploy.native.sources import debian
from tests.containers.say import say

HOME = ROOT / ".vigie" / "containers"
SOCKET = "unix:///run/docker.sock"
UNPACKED = HOME / "packages"
"""What of both lists was unpacked, one tree over the other."""
NEW_SUITE = "sid"
NEW = (
    *("docker.io", "docker-cli", "docker-compose", "docker-buildx", "busybox-static"),
    *("prometheus", "promtool", "prometheus-alertmanager", "prometheus-blackbox-exporter", "prometheus-node-exporter"),
)
"""Go programs of today, which need nothing but a libc."""
OWN = ("containerd", "runc", "iptables", "iproute2", "tini", "mmdebstrap", "slirp4netns")
"""Of the machine's own release, with what they need."""
_TABLES = ("iptables", "ip6tables", "iptables-save", "ip6tables-save", "iptables-restore", "ip6tables-restore")
_PLUGINS = "usr/libexec/docker/cli-plugins"


def install() -> None:
    """Fetch and unpack, unless that is done already."""
    mark = hashlib.sha256(f"{HOME} {NEW_SUITE} {NEW} {OWN} {Path(__file__).read_text()}".encode()).hexdigest()
    stamp = HOME / "packages.stamp"
    if stamp.is_file() and stamp.read_text() == mark:
        return
    shutil.rmtree(UNPACKED, ignore_errors=True)
    sources = debian()
    own = Apt(HOME / "apt" / "own", [each.line() for each in sources])
    own.update()
    new = Apt(HOME / "apt" / "new", [sources[0].line(NEW_SUITE)])
    new.update()
    for archive in [*own.download_with_needs(OWN), *own.download(["runc", "iptables"]), *new.download(NEW)]:
        unpack(archive, UNPACKED)
    _wrap_tables()
    _link("docker-init", UNPACKED / "usr/bin/tini-static")
    shutil.rmtree(HOME / "apt")
    stamp.write_text(mark)
    say("packages of the engine are unpacked")


def environment() -> dict[str, str]:
    """By what programs find the engine's programs and the engine."""
    folders = ("bin", "usr/sbin", "usr/bin", "sbin")
    return {
        "PATH": ":".join(
            [*(str(UNPACKED / name) for name in folders), "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]
        ),
        "DOCKER_HOST": SOCKET,
        "DOCKER_CONFIG": str(HOME / "config"),
        "PERL5LIB": str(UNPACKED / "usr/share/perl5"),
    }


def libraries() -> str:
    """Where the libraries of the unpacked programs are, for LD_LIBRARY_PATH."""
    return ":".join(
        str(path) for path in sorted(UNPACKED.glob("*/lib/*-linux-gnu")) + sorted(UNPACKED.glob("lib/*-linux-gnu"))
    )


def configure_client() -> None:
    """Let the client find its plug-ins compose and buildx."""
    plugins = HOME / "config" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    for path in (UNPACKED / _PLUGINS).iterdir():
        (plugins / path.name).unlink(missing_ok=True)
        (plugins / path.name).symlink_to(path)


def _wrap_tables() -> None:
    """The firewall's programs find their libraries and plug-ins below the folder that they were unpacked into."""
    xtables = next(UNPACKED.glob("usr/lib/*/xtables"))
    for name in _TABLES:
        path = UNPACKED / "bin" / name
        path.parent.mkdir(exist_ok=True)
        found = f"LD_LIBRARY_PATH={xtables.parent} XTABLES_LIBDIR={xtables}"
        path.write_text(f'#!/bin/sh\n{found} exec {UNPACKED}/usr/sbin/xtables-nft-multi {name} "$@"\n')
        path.chmod(0o755)


def _link(name: str, target: Path) -> None:
    path = UNPACKED / "bin" / name
    path.unlink(missing_ok=True)
    path.symlink_to(target)
