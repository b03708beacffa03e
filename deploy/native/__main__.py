"""`python -m deploy.native up|down`: what `scripts/up` and `scripts/down` call."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.console import complain, say, say_where
from deploy.native import tools
from deploy.native.errors import NativeError
from deploy.native.services import CONFIG, parts
from deploy.native.settings import Settings
from deploy.native.stack import Stack


def up() -> None:
    """Unpack tools, start everything, print where to look."""
    begin = time.monotonic()
    _forget_other_databases()
    tools.install()
    settings = Settings.read()
    say(f"Starting {'the demo' if settings.demo else 'the stack'}; logs are in {settings.home / 'log'}")
    settings.refuse_mixture(CONFIG)
    stack = Stack(settings, parts(settings))
    with alone(settings.home):
        stack.up()
    say(f"\nAll is well after {time.monotonic() - begin:.0f} s:")
    say_where(stack.urls)


def _forget_other_databases() -> None:
    """Drop what the person has set for databases of their own: libpq obeys it whatever else a DSN leaves open."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """
    Let one command at a time change a stack.

    Raises:
        NativeError: Another one does.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "stack.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NativeError(f"another ./scripts/up or down is at work in {home}; wait for its end") from None
        yield


def down(*, wipe: bool) -> None:
    """Stop what `up` started."""
    settings = Settings.read()
    with alone(settings.home):
        ended = Stack(settings, ()).down(wipe=wipe)
    say((f"Stopped {ended} services" if ended else "Nothing was running") + ("; data removed" if wipe else ""))


def end(names: Sequence[str]) -> None:
    """Stop single services."""
    settings = Settings.read()
    with alone(settings.home):
        Stack(settings, ()).end(*names)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; a fault that the user can put right is one sentence and exit status 1."""
    parser = argparse.ArgumentParser(prog="deploy.native", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="start the stack")
    stop = commands.add_parser("down", help="stop it")
    stop.add_argument("--wipe", action="store_true", help="remove its data too")
    stop.add_argument("service", nargs="*", help="stop only these")
    options = parser.parse_args(arguments)
    try:
        if options.command == "up":
            up()
        elif options.service:
            end(options.service)
        else:
            down(wipe=options.wipe)
    except NativeError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("interrupted; ./scripts/down stops what has started")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
