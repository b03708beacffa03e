"""Start the command line, as `vigie` and as `python -m vigie`."""

from __future__ import annotations

import os
import sys

from vigie.interrupts import end_at_once

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command that was typed, and end the process with its status."""
    end_at_once()
    _open_standard_streams()
    from vigie.cli import run  # noqa: PLC0415 - takes a second on a busy machine, so Ctrl-C is seen to first

    status = run(sys.argv[1:])
    os._exit(status)  # threads that hang in a look-up of a name, or in a broker, are not waited for


def _open_standard_streams() -> None:
    """
    Give the process streams to write to where it was started without (`>&-`), and make no character an error.

    Without this, the state file or a connection would become what the number 1 or 2 stands for.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)  # noqa: SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # both are files


if __name__ == "__main__":
    main()
