"""`python -m tests.containers`: what scripts/test-containers runs."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from deploy.native.errors import NativeError
from tests.containers import images, namespace, packages
from tests.containers.errors import StoryError
from tests.containers.say import say
from tests.containers.shell import attempt
from tests.containers.stack import Stack, checkout
from tests.containers.story import tell

_STAND_INS = (
    "stand-ins: Debian's Prometheus, Alertmanager, exporters, Redis and PostgreSQL; this machine's Python; for Grafana "
    "a program that answers its health check, so that nothing is shown about Grafana itself"
)


def main() -> int:
    """Tell the story on the machine's engine, or on one that is started for it."""
    parser = argparse.ArgumentParser(prog="scripts/test-containers", description=__doc__)
    parser.add_argument("--own-engine", action="store_true", help="start an engine although one answers")
    parser.add_argument("--shared", action="store_true", help="start an engine; mounts are shared, as under systemd")
    parser.add_argument(namespace.INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is cleaned up
    try:
        return _run(options)
    except (StoryError, NativeError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _run(options: argparse.Namespace) -> int:
    if options.inside:
        with namespace.engine(shared=options.shared):
            _tell(stand_in=True)
        return 0
    if not options.own_engine and not options.shared and _engine_answers():
        _tell(stand_in=False)
        return 0
    if os.geteuid() != 0:
        raise StoryError(
            "no Docker engine answers; start one, or run this as root on Debian, where it starts one itself"
        )
    packages.install()
    return namespace.enter(["--shared"] if options.shared else [])


def _engine_answers() -> bool:
    return shutil.which("docker") is not None and attempt(["docker", "info"]).returncode == 0


def _tell(*, stand_in: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="vigie-story-") as name:
        Path(name).chmod(0o755)
        folder = checkout(Path(name))
        if stand_in:
            images.make(folder)
        steps = tell(Stack(folder))
    engine = "an engine of its own" if stand_in else "the engine of this machine"
    say(f"passed: {steps} steps, on {engine}")
    if stand_in:
        say(_STAND_INS)


if __name__ == "__main__":
    sys.exit(main())
