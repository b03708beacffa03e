"""
An engine of our own, in namespaces that end with it.

It has its own network (so that no bridge, firewall rule or port of the machine is touched), its own mounts, its own
/run and its own processes: when the first process in there ends, however it ends, the kernel removes all the rest.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.native.paths import ROOT
from tests.containers import packages
from tests.containers.errors import StoryError
from tests.containers.say import say
from tests.containers.shell import attempt, run

INSIDE = "--inside"
_SECONDS = 60.0
_PATIENCE = 20.0
_LINK = "tap0"
_RESOLVER = "nameserver 10.0.2.3\n"
"""Where slirp4netns answers for the machine's resolver."""


def enter(arguments: list[str]) -> int:
    """Run this program again inside, with a way to the network."""
    env = {**os.environ, **packages.environment()}
    namespaces = ["--net", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command = ["unshare", *namespaces, sys.executable, "-m", "tests.containers", INSIDE, *arguments]
    inside = subprocess.Popen(command, cwd=ROOT, env=env)  # noqa: S603 - our own words
    network = None
    try:
        _wait("unshare made no network", lambda: _network(inside.pid) != _network(os.getpid()))
        connect = ["slirp4netns", "--configure", "--mtu=65520", str(inside.pid), _LINK]
        libraries = {**env, "LD_LIBRARY_PATH": packages.libraries()}
        with (packages.HOME / "network.log").open("w") as log:
            network = subprocess.Popen(connect, env=libraries, stdout=log, stderr=log)  # noqa: S603 - our own words
        return inside.wait()
    finally:
        for process in (inside, network):
            if process is not None:
                _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _network(pid: int) -> str:
    return str(Path(f"/proc/{pid}/ns/net").readlink())


@contextmanager
def engine(*, shared: bool) -> Iterator[None]:
    """Inside: start the engine, and end it; `shared` is how mounts propagate, as under systemd."""
    _wait("the network is not there", lambda: _LINK in {name for _, name in socket.if_nameindex()})
    run(["ip", "link", "set", "lo", "up"])
    _mount()
    if shared:
        run(["mount", "--make-rshared", "/"])
    packages.configure_client()
    command: list[str | Path] = ["dockerd", "--data-root", packages.HOME / "data", "--host", packages.SOCKET]
    log_path = packages.HOME / "dockerd.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - our own words
    try:
        _wait(f"the engine does not answer; see {log_path}", lambda: attempt(["docker", "info"]).returncode == 0)
        say(f"the engine answers; mounts are {'shared' if shared else 'private'}")
        yield
    finally:
        _end(process)


def _mount() -> None:
    """A /run of its own, and the resolver of this network."""
    run(["mount", "-t", "tmpfs", "tmpfs", "/run"])
    resolver = packages.HOME / "resolv.conf"
    resolver.write_text(_RESOLVER)
    place = Path("/etc/resolv.conf").resolve()
    if not place.exists():  # it was in the machine's /run
        place.parent.mkdir(parents=True)
        place.touch()
    run(["mount", "--bind", resolver, place])


def _wait(fault: str, done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise StoryError(fault)
        time.sleep(0.05)
